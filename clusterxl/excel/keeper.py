"""Keeps the child that reads foreign formats: asks it, ends it in time, replaces it."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from queue import Empty, Queue
from threading import Lock, Thread
from typing import Any, BinaryIO, cast

from clusterxl.excel.footprint import memory_of
from clusterxl.excel.sniff import unreadable
from clusterxl.excel.worker import MEMORY, receive, send
from clusterxl.sentences import current_language

SECONDS = 10.0
ENGINE = "clusterxl.excel.legacy"
# Until everything is imported, which on a busy machine may take longer than any file.
_SECONDS_TO_START = 60.0
_SECONDS_TO_LOOK = 0.05
_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)

Message = tuple[dict[str, Any], bytes]


class Keeper:
    """One child, kept from file to file.

    It is ended when a file takes too long or too much memory; whoever is asked next is a new one.
    """

    def __init__(
        self, engine: str = ENGINE, *, seconds: float = SECONDS, memory: int = MEMORY
    ) -> None:
        self._engine = engine
        self._seconds = seconds
        self._memory = memory
        self._child: subprocess.Popen[bytes] | None = None
        self._bounded = False
        self._lock = Lock()

    def ask(self, order: Mapping[str, Any], data: bytes, file: str) -> Message:
        """Let the child work on a file; nothing is asked twice.

        Args:
            order: What to do.
            data: Bytes of the file.
            file: Its name, for the sentence when the child dies of it.

        Returns:
            What the child answers.

        Raises:
            UnreadableWorkbookError: The child died of the file, or had to be ended.
        """
        head = {**order, "file": file, "language": current_language()}
        with self._lock:
            try:
                child = self._child or self._start()
                answer = self._exchange(child, head, data, seconds=self._seconds)
            except BaseException:
                self._end()
                raise
            if answer is None:
                self._end()
                raise unreadable("killed", file=file)
        return answer

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        # Without -P a file xlrd.py in the operator's folder would be taken for the library.
        command = [sys.executable, "-P", "-m", "clusterxl.excel.worker", self._engine]
        child = self._child = subprocess.Popen(  # noqa: S603 (a module of ours, nothing typed)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=_NO_WINDOW,
        )
        ready = self._exchange(child, None, b"", seconds=_SECONDS_TO_START)
        self._bounded = bool(ready and ready[0].get("bounded"))
        return child

    def _exchange(
        self,
        child: subprocess.Popen[bytes],
        head: Mapping[str, Any] | None,
        data: bytes,
        *,
        seconds: float,
    ) -> Message | None:
        """Send a message, if any, and wait for the next; None when it does not come in time."""
        answers: Queue[Message | None] = Queue()
        # A pipe has no time limit on every system, a queue has.
        Thread(target=_talk, args=(child, head, data, answers), daemon=True).start()
        stop = time.monotonic() + seconds
        while (left := stop - time.monotonic()) > 0:
            try:
                return answers.get(timeout=min(left, left if self._bounded else _SECONDS_TO_LOOK))
            except Empty:
                if memory_of(child.pid) > self._memory:
                    return None
        return None

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                _close(cast("BinaryIO", pipe))
            self._child = None


def _talk(
    child: subprocess.Popen[bytes],
    head: Mapping[str, Any] | None,
    data: bytes,
    answers: Queue[Message | None],
) -> None:
    try:
        if head is not None:
            send(cast("BinaryIO", child.stdin), head, data)
        answers.put(receive(cast("BinaryIO", child.stdout)))
    except (OSError, ValueError):
        answers.put(None)


def _close(pipe: BinaryIO) -> None:
    try:
        pipe.close()
    except OSError:
        # What the child did not take before it was ended is lost with it.
        return


def shared_keeper() -> Keeper:
    """Return the child of this process, kept until its end."""
    return _keeper_of(os.getpid())


@cache
def _keeper_of(process: int) -> Keeper:
    """Make one a process: a fork must not talk into the pipes of its parent."""
    del process
    keeper = Keeper()
    atexit.register(keeper.close)
    return keeper
