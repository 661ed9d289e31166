"""An engine for tests of the child: it does as the file says, be it to hang or to die."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import Any, NoReturn

MINUTES = 600


class PanicError(BaseException):
    """What native code throws when it gives up: no Exception."""


def work(order: Mapping[str, Any], data: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Do what the file says; of one that says nothing, return the bytes in reverse."""
    if act := ACTS.get(data):
        act()
    return {"process": os.getpid(), "file": order["file"]}, data[::-1]


def _spin() -> NoReturn:
    while True:
        pass


def _swallow() -> NoReturn:
    hoard = []
    while True:
        hoard.append(bytes(range(256)) * 65_536)


def _panic() -> NoReturn:
    raise PanicError


def _deep() -> None:
    _deep()


ACTS = {
    b"hang": lambda: time.sleep(MINUTES),
    b"spin": _spin,
    b"swallow": _swallow,
    b"abort": os.abort,
    b"exit": sys.exit,
    b"panic": _panic,
    b"talk": lambda: os.write(1, b"not an answer"),
    b"deep": _deep,
}
