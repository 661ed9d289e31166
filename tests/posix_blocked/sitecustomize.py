"""Put on PYTHONPATH, this makes modules that Windows does not have impossible to import."""

from __future__ import annotations

import importlib.abc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

POSIX_ONLY = ("fcntl", "grp", "pwd", "resource", "termios")


class Blocked(importlib.abc.MetaPathFinder):
    """Refuses what only POSIX has."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise for a POSIX-only module; leave all others to the finders that follow."""
        if fullname in POSIX_ONLY:
            raise ModuleNotFoundError(f"blocked, as on Windows: {fullname}", name=fullname)
        return None


sys.meta_path.insert(0, Blocked())
for _name in POSIX_ONLY:
    sys.modules.pop(_name, None)
