"""Proof that a stamp was written by whoever holds the key of a batch."""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from dataclasses import replace
from enum import StrEnum
from hashlib import sha256

from clusterxl.errors import UnusableKeyError
from clusterxl.excel.stamp import UNSIGNED, Stamp
from clusterxl.sentences import say

_KEY_BYTES = 32
_FEWEST_KEY_BYTES = 16
# Nobody tries 2**128 signatures, and a carrier takes 255 characters.
_SIGNATURE_BYTES = 16
_KEY_ID_DIGITS = 16
# What is signed is never mistaken for what names the key, nor for what a later version signs.
_OF_STAMP, _OF_KEY = b"clusterxl stamp 1\n", b"clusterxl key 1\n"


class Origin(StrEnum):
    """What the signature of a stamp says."""

    GENUINE = "genuine"
    UNSIGNED = "unsigned"
    FORGED = "forged"


def new_key() -> bytes:
    """Return a key nobody can guess."""
    return secrets.token_bytes(_KEY_BYTES)


def key_id(key: bytes) -> str:
    """Return the public name of a key: it tells keys apart and says nothing about them.

    Raises:
        UnusableKeyError: The key is too short to be one.
    """
    return _digest(key, _OF_KEY).hex()[:_KEY_ID_DIGITS]


def signed(stamp: Stamp, key: bytes) -> Stamp:
    """Return a stamp with the signature over everything else it says.

    Raises:
        UnusableKeyError: The key is too short to be one.
    """
    return replace(stamp, signature=_signature(stamp, key))


def verify(stamp: Stamp, key: bytes) -> Origin:
    """Say whether a stamp was signed with a key and says what it said then.

    Raises:
        UnusableKeyError: The key is too short to be one.
    """
    expected = _signature(stamp, key)
    if stamp.signature in ("", UNSIGNED):
        return Origin.UNSIGNED
    is_equal = hmac.compare_digest(expected.encode(), stamp.signature.encode("utf-8", "replace"))
    return Origin.GENUINE if is_equal else Origin.FORGED


def _signature(stamp: Stamp, key: bytes) -> str:
    # Entries are signed by name and what is empty is not: an entry that joins later breaks no
    # signature of today. Lengths keep one entry from passing for two.
    parts = sorted((n, value) for n, value in stamp.entries() if n != "signature")
    text = "".join(f"{len(name)}:{name}={len(value)}:{value}\n" for name, value in parts)
    digest = _digest(key, _OF_STAMP + text.encode("utf-8", "surrogatepass"))
    return b32encode(digest[:_SIGNATURE_BYTES]).decode().rstrip("=").lower()


def _digest(key: bytes, message: bytes) -> bytes:
    if len(key) < _FEWEST_KEY_BYTES:
        raise UnusableKeyError(say("stamp.key_short"), code="stamp.key_short")
    return hmac.new(key, message, sha256).digest()
