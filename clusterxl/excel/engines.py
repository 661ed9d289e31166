"""Which reader a file gets, by its content: ours for .xlsx, for other formats one in a child."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec

from clusterxl.errors import UnreadableWorkbookError
from clusterxl.excel.keeper import shared_keeper
from clusterxl.excel.package import read_package
from clusterxl.excel.portable import book_of
from clusterxl.excel.raw import RawBook
from clusterxl.excel.sniff import unreadable

FOREIGN = ("xls", "xlsb", "ods")
_REFUSAL = "read."
_CRYPTO = "msoffcrypto"
# What Excel takes by itself for a workbook that may be read by all, and changed by few.
_OPEN_TO_ALL = "VelvetSweatshop"


def read_workbook(data: bytes, file: str, passwords: Sequence[str] = ()) -> RawBook:
    """Read a workbook of any format that is known.

    Args:
        data: Its bytes.
        file: Its name, for the sentence when it cannot be read.
        passwords: Tried in this order where it has one; the extra `crypto` must be there.

    Returns:
        The workbook; `origin` says what it was saved as.

    Raises:
        UnreadableWorkbookError: It is none, damaged, or has a password.
    """
    try:
        return _read(data, file)
    except UnreadableWorkbookError as error:
        if error.code != f"{_REFUSAL}encrypted" or not find_spec(_CRYPTO):
            raise
    return _read(_without_password(data, file, passwords), file)


def _read(data: bytes, file: str) -> RawBook:
    try:
        return read_package(data, file)
    except UnreadableWorkbookError as error:
        kind = error.code.removeprefix(_REFUSAL)
        if kind not in FOREIGN:
            raise
    return _read_foreign(kind, data, file)


def _read_foreign(kind: str, data: bytes, file: str) -> RawBook:
    said, told = shared_keeper().ask({"format": kind}, data, file)
    if sentence := said.get("sentence"):
        raise UnreadableWorkbookError(str(sentence), code=str(said.get("code")))
    if "failed" in said:
        raise unreadable(kind, file=file)
    try:
        return book_of(json.loads(told))
    except (KeyError, TypeError, ValueError) as error:
        # Only a child that a file has broken answers like that.
        raise unreadable("killed", file=file) from error


def _without_password(data: bytes, file: str, passwords: Sequence[str]) -> bytes:
    for password in (_OPEN_TO_ALL, *passwords):
        said, opened = shared_keeper().ask({"password": password}, data, file)
        if "failed" in said:
            raise unreadable("encrypted", file=file)
        if said.get("fits"):
            return opened
    raise unreadable("wrong_password" if passwords else "encrypted", file=file)
