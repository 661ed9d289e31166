"""The processes that read when several are asked for."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager


@contextmanager
def executor_of(jobs: int) -> Iterator[Executor | None]:
    """Give what runs a work in so many processes; nothing where one is enough."""
    if jobs == 1:
        yield None
        return
    # Started anew on every system, as on Windows: a fork would take locks along.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin) as executor:
        yield executor


def _begin() -> None:
    # Whoever breaks off the command is answered by it alone.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
