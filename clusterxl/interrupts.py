"""Breaking off by hand, and the short works that it must not cut in two."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

# Who closes the terminal, ends the session or stops the service means what Ctrl+C means. Not all
# systems know all of them: SIGHUP is none of Windows, SIGBREAK (Ctrl+Break) only of Windows.
STOPPING = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)


def heed_all() -> None:
    """Let all that breaks off a program be answered like Ctrl+C, not with sudden death.

    What is ignored stays so: a program behind `nohup` outlives its terminal.
    """
    for number in STOPPING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let whoever breaks off the program wait until a short work is done."""
    if current_thread() is not main_thread():
        # Signals are answered in the main thread only.
        yield
        return
    noted: list[int] = []
    answered = {number: signal.getsignal(number) for number in STOPPING}
    answered = {number: answer for number, answer in answered.items() if callable(answer)}
    for number in answered:
        signal.signal(number, lambda number, _frame: noted.append(number))
    try:
        yield
    finally:
        for number, answer in answered.items():
            signal.signal(number, answer)
        for number in noted[:1]:
            signal.raise_signal(number)
