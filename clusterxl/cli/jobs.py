"""The processes that read when several are asked for."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from threading import Thread
from typing import ParamSpec, TypeVar

from clusterxl.interrupts import uninterrupted

_P = ParamSpec("_P")
_Result = TypeVar("_Result")


class _Pool(ProcessPoolExecutor):
    """Processes that leave it to this one to be broken off, from their first moment on."""

    def submit(
        self, fn: Callable[_P, _Result], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> Future[_Result]:
        """Hand out work; a process is started where none is free."""
        with uninterrupted(), _born_deaf():
            return super().submit(fn, *args, **kwargs)


@contextmanager
def executor_of(jobs: int) -> Iterator[Executor | None]:
    """Give what runs a work in so many processes; nothing where one is enough."""
    if jobs == 1:
        yield None
        return
    # Started anew on every system, as on Windows: a fork would take locks along.
    context = multiprocessing.get_context("spawn")
    pool = _Pool(jobs, mp_context=context, initializer=_begin)
    try:
        yield pool
    except BaseException:
        # Nobody waits for what they read any more. And a pool of which one breaks down while
        # another starts never ends that one, and waits for it for ever.
        for process in multiprocessing.active_children():
            process.kill()
        raise
    finally:
        # The pool itself takes back what waits: one that breaks down meanwhile trips over works
        # that somebody else has cancelled, and never ends.
        pool.shutdown(cancel_futures=True)


@contextmanager
def _born_deaf() -> Iterator[None]:
    """Let processes that start now never hear Ctrl+C, where a process inherits that."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    # Whoever breaks off the command is answered by it alone; elsewhere this is the first chance.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_command, daemon=True).start()


def _end_with_the_command() -> None:
    # A command that is killed has no last word, and what waits for work would wait for ever.
    if command := multiprocessing.parent_process():
        command.join()
        os._exit(1)
