"""How much memory another process takes, where the system can be asked without more packages."""

from __future__ import annotations

import sys
from mmap import PAGESIZE
from pathlib import Path


def memory_of(process: int) -> int:
    """Return the bytes of memory that a process holds; 0 where nobody can tell.

    Args:
        process: Its number.
    """
    if sys.platform == "win32":
        return _on_windows(process)
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * PAGESIZE


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _QUERY = 0x1000

    class _Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of psapi.h."""

        _fields_ = (
            ("size", wintypes.DWORD),
            ("faults", wintypes.DWORD),
            ("peak", ctypes.c_size_t),
            ("held", ctypes.c_size_t),
            *((f"quota{number}", ctypes.c_size_t) for number in range(4)),
            ("paged", ctypes.c_size_t),
            ("paged_peak", ctypes.c_size_t),
        )

    def _on_windows(process: int) -> int:
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        kernel.K32GetProcessMemoryInfo.argtypes = (
            wintypes.HANDLE,
            ctypes.POINTER(_Counters),
            wintypes.DWORD,
        )
        kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
        handle = kernel.OpenProcess(_QUERY, 0, process)
        if not handle:
            return 0
        counters = _Counters()
        counters.size = ctypes.sizeof(counters)
        told = kernel.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.size)
        kernel.CloseHandle(handle)
        return max(int(counters.held), int(counters.paged)) if told else 0
