"""Opens files that came from outside: regular ones only, and never through a link."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

# Not every system has them: a link is not followed, a pipe does not keep us waiting.
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC")
)


def is_regular(path: Path) -> bool:
    """Whether a path is a file, not a link, a pipe, a device or a socket."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading.

    Raises:
        OSError: It cannot be opened, or is no regular file.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    opened = os.fdopen(os.open(path, _FLAGS), "rb")
    # Between looking and opening, something else may have been put in its place.
    if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
        opened.close()
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return opened
