"""Runs Python in a process of its own and measures it, for what is too large for this one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a process took.

    Attributes:
        seconds: Of the processor, its own and the system's for it.
        waited: Seconds by the clock.
        megabytes: The most memory it held.
    """

    seconds: float
    waited: float
    megabytes: float


def taken_by(*line: str) -> Taken:
    """Run `python` with a line of arguments to its end (0, or 1: something is asked about)."""
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 (ourselves)
        [sys.executable, *line], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    waited = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(line)}: ended with {process.returncode}")
    # Linux counts kilobytes, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    seconds = usage.ru_utime + usage.ru_stime
    return Taken(seconds=seconds, waited=waited, megabytes=usage.ru_maxrss * unit / 2**20)
