"""Imported first, this lets a process die at its n-th event that changes files; pure Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

AT = int(os.environ.get("DYING_AT", "0"))
COUNT = os.environ.get("DYING_COUNT", "")
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "sqlite3.connect")
_seen = 0


def step() -> None:
    """Count an event; die at the one asked for, as at the pull of a plug."""
    global _seen  # noqa: PLW0603
    _seen += 1
    if _seen == AT:
        os._exit(137)


def hook(event: str, args: tuple[Any, ...]) -> None:
    """See what the interpreter is about to do; of opening, only what may write counts."""
    if event in CHANGES or (event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
        step()


def counted(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that counts twice: before it works and after it has worked."""

    def run(*args: Any, **kwargs: Any) -> Any:
        step()
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
    os.fsync = counted(os.fsync)
    os.replace = counted(os.replace)
    sys.addaudithook(hook)
    if COUNT:
        atexit.register(lambda: Path(COUNT).write_text(str(_seen), encoding="ascii"))
