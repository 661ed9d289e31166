"""Imported first, this lets a process die at its n-th event that changes files; pure Python.

Or it refuses the event, as a full disk does. Counting, it writes a letter an event: `r` for one
that a system may refuse, `.` for one that is only a moment to die at.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from typing import Any

AT = int(os.environ.get("DYING_AT", "0"))
HOW = os.environ.get("DYING_HOW", "killed")
COUNT = os.environ.get("DYING_COUNT", "")
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod")
_seen: list[str] = []


def step(*, refusable: bool = False) -> None:
    """Count an event; die at the one asked for, as at the pull of a plug, or refuse it."""
    _seen.append("r" if refusable else ".")
    if len(_seen) == AT:
        if HOW == "killed":
            os._exit(137)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def hook(event: str, args: tuple[Any, ...]) -> None:
    """See what the interpreter is about to do; of opening, only what may write counts."""
    if event == "sqlite3.connect":
        step()
    elif event in CHANGES or (
        event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and args[0] != COUNT
    ):
        step(refusable=True)


def counted(function: Callable[..., Any], *, refusable: bool = False) -> Callable[..., Any]:
    """Return a function that counts twice: before it works and after it has worked."""

    def run(*args: Any, **kwargs: Any) -> Any:
        step(refusable=refusable)
        done = function(*args, **kwargs)
        step()
        return done

    return run


if AT or COUNT:
    import atexit
    import sqlite3
    from pathlib import Path

    class Connection(sqlite3.Connection):
        """Counts each statement, for SQLite's own calls are seen by no hook."""

        def execute(self, *args: Any) -> sqlite3.Cursor:
            """Count, execute, count."""
            return counted(super().execute)(*args)  # type: ignore[no-any-return]

    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **kwargs: connect(  # type: ignore[assignment]
        *args, **kwargs, factory=Connection
    )
    os.fsync = counted(os.fsync, refusable=True)
    os.replace = counted(os.replace, refusable=True)
    sys.addaudithook(hook)
    if COUNT:
        atexit.register(lambda: Path(COUNT).write_text("".join(_seen), encoding="ascii"))
