"""One process at a time: a lock file that says who has the ledger open."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from clusterxl.errors import LedgerError
from clusterxl.ledger.process import birth_of, host_name, user_name
from clusterxl.outputs import not_writable
from clusterxl.sentences import say

PATIENCE = 5.0
_PAUSE = 0.05


@contextmanager
def locked(path: Path, *, at: str, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a lock file for as long as the `with` block runs.

    A file says who holds it the same way on every system and on a network share. It is what
    people are told by; that nothing is written by two at once is seen to by SQLite's transactions.

    Args:
        path: The lock file.
        at: The time, to be told to others.
        patience: Seconds to wait for another.

    Raises:
        LedgerError: Another process holds it; the sentence says who.
        OutputError: The file cannot be written.
    """
    process = os.getpid()
    holder = {
        "host": host_name(),
        "user": user_name(),
        "process": process,
        "birth": birth_of(process),
        "at": at,
    }
    _take(path, json.dumps(holder).encode("ascii"), patience)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def _take(path: Path, mine: bytes, patience: float) -> None:
    end = time.monotonic() + patience
    while not _create(path, mine):
        found = _read(path)
        holder = _holder(found)
        is_late = time.monotonic() >= end
        # Nobody takes seconds from making the file to writing into it: who did so has died.
        if _is_gone(holder) if holder else (is_late and found == b""):
            _discard(path, found)
        elif is_late:
            raise _held(path, holder)
        else:
            time.sleep(_PAUSE)


def _create(path: Path, mine: bytes) -> bool:
    try:
        with path.open("xb") as stream:
            stream.write(mine)
    except FileExistsError:
        return False
    except PermissionError as error:
        # On Windows also said of a file that another is just deleting.
        if path.exists() or os.access(path.parent, os.W_OK):
            return False
        raise not_writable(path, error) from error
    except OSError as error:
        # Made, but not written: the disk is full.
        with suppress(OSError):
            path.unlink()
        raise not_writable(path, error) from error
    return True


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _holder(found: bytes | None) -> Mapping[str, object]:
    try:
        holder = json.loads(found or b"{}")
    except ValueError:
        return {}
    return holder if isinstance(holder, dict) else {}


def _is_gone(holder: Mapping[str, object]) -> bool:
    """Whether it was a process of this computer that ended without tidying up."""
    process = holder.get("process")
    if holder.get("host") != host_name() or not isinstance(process, int):
        return False
    birth = birth_of(process)
    # Where births are not told, one that has the number is taken to be the one.
    return birth not in ("?", holder.get("birth"))


def _discard(path: Path, found: bytes | None) -> None:
    # Another that waited may have discarded it already, and hold a lock of its own by now.
    if _read(path) == found:
        with suppress(OSError):
            path.unlink()


def _held(path: Path, holder: Mapping[str, object]) -> LedgerError:
    told: dict[str, Any] = {
        name: holder.get(name, "?") for name in ("user", "host", "process", "at")
    }
    return LedgerError(say("ledger.locked", file=path, **told), code="ledger.locked")
