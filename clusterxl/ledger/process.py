"""Who this process is, and whether another one is still there."""

from __future__ import annotations

import getpass
import os
import platform
import sys
from pathlib import Path


def user_name() -> str:
    """Return the user's name; `?` where the system knows none."""
    try:
        return getpass.getuser()
    # Without the variables, getpass asks a module that Windows does not have.
    except (ImportError, KeyError, OSError):
        return "?"


def host_name() -> str:
    """Return the computer's name; `?` where it has none."""
    return platform.node() or "?"


def birth_of(process: int) -> str:
    """Return when a process of this computer began, as the system counts; empty when it is gone.

    Numbers of processes are given out again, births are not: number and birth together name one.

    >>> birth_of(os.getpid()) == birth_of(os.getpid()) != ""
    True
    """
    if sys.platform == "win32":
        return _on_windows(process)
    try:
        # The name of the program, in brackets, may hold anything; after it: state, parent, …
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        fields = told.rpartition(")")[2].split()
        is_dead = fields[0] in ("Z", "X")
        return "" if is_dead else f"{_boot()}/{fields[19]}"
    except (OSError, IndexError):
        # No such process, or another user's that is hidden, or a system without /proc.
        return _without_proc(process)


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _without_proc(process: int) -> str:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return ""
    except OSError:
        # It is there, and somebody else's.
        return "?"
    return "?"


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _QUERY = 0x1000
    _STILL_ACTIVE = 259
    _ACCESS_DENIED = 5

    def _on_windows(process: int) -> str:
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        kernel.GetExitCodeProcess.argtypes = (wintypes.HANDLE, ctypes.POINTER(wintypes.DWORD))
        kernel.GetProcessTimes.argtypes = (
            wintypes.HANDLE,
            *(ctypes.POINTER(wintypes.FILETIME) for _ in range(4)),
        )
        kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
        handle = kernel.OpenProcess(_QUERY, 0, process)
        if not handle:
            return "?" if ctypes.get_last_error() == _ACCESS_DENIED else ""
        code = wintypes.DWORD()
        times = [wintypes.FILETIME() for _ in range(4)]
        told = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        told = told and kernel.GetProcessTimes(handle, *(ctypes.byref(time) for time in times))
        kernel.CloseHandle(handle)
        if told and code.value != _STILL_ACTIVE:
            return ""
        return f"{times[0].dwHighDateTime}/{times[0].dwLowDateTime}" if told else "?"
