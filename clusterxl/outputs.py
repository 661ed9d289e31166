"""Writing files for people: whole or not at all, never over another unasked."""

from __future__ import annotations

import filecmp
import importlib.metadata
import importlib.util
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from clusterxl.errors import OutputError
from clusterxl.interrupts import uninterrupted
from clusterxl.sentences import say

if TYPE_CHECKING:
    from types import TracebackType

# A virus scanner or a preview may hold a file for a moment; Excel holds it until it is closed.
RENAME_PATIENCE = (0.05, 0.1, 0.2)
PART = ".part"
_PART_START = ".clusterxl-"
MOST_CHARACTERS = 120
MOST_BYTES = 200
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)")
FORBIDDEN = re.compile(r'[<>:"/\\|?*]')


def safe_name(text: str) -> str:
    """Turn `text` into a file or folder name that Windows and Linux both take.

    >>> safe_name("龙岗区/新能源: 2023?")
    '龙岗区_新能源_ 2023_'
    >>> safe_name("con.xlsx"), safe_name(" . ")
    ('con_.xlsx', '_')
    """
    kept = (letter if _is_visible(letter) else "_" for letter in unicodedata.normalize("NFC", text))
    name = FORBIDDEN.sub("_", "".join(kept)).strip().rstrip(". ")
    if RESERVED.match(name):
        stem, dot, suffix = name.partition(".")
        name = f"{stem}_{dot}{suffix}"
    name = name[:MOST_CHARACTERS]
    while len(name.encode("utf-8")) > MOST_BYTES:
        name = name[:-1]
    return name.rstrip(". ") or "_"


def _is_visible(letter: str) -> bool:
    # Control, format (zero-width, right-to-left), private and surrogate characters all are "C".
    return not unicodedata.category(letter).startswith("C")


def require_extra(extra: str, *, module: str) -> None:
    """Say how to install an extra that is missing.

    Raises:
        OutputError: It is missing.
    """
    if importlib.util.find_spec(module) is None:
        sentence = say("outputs.extra_missing", extra=extra, needs=_needs_of(extra))
        raise OutputError(sentence, code="outputs.extra_missing")


def _needs_of(extra: str) -> str:
    """Return what an extra installs, as pip takes it from anywhere, also beside a clone.

    >>> _needs_of("html").startswith('"plotly')
    True
    """
    wanted = re.compile(rf"""([^;]+);.*\bextra *== *['"]{re.escape(extra)}['"]""")
    found = (wanted.match(need) for need in importlib.metadata.requires("clusterxl") or ())
    return " ".join(f'"{need[1].strip()}"' for need in found if need)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draft:
    """A file that is being written under a temporary name.

    Attributes:
        path: Where it stands for the time being.
        stream: What takes its content.
    """

    path: Path
    stream: BinaryIO


class Outputs:
    """Files that are written together: all of them appear, or none does.

    Each file is first written whole under a temporary name beside its place. Leaving the `with`
    block gives all of them their names; leaving it by an exception removes every trace.

    Attributes:
        written: Files that got new content, in order.
        unchanged: Files that already had just this content, in order.
    """

    def __init__(self, *, force: bool = False) -> None:
        self._force = force
        self._kept: set[tuple[int, int]] = set()
        self._drafts: list[Draft] = []
        self._waiting: dict[Path, Path] = {}
        self._folders: list[Path] = []
        self.written: list[Path] = []
        self.unchanged: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with uninterrupted():
            try:
                if kind is None:
                    self._commit()
            finally:
                self._remove_traces()

    def keep(self, paths: Iterable[Path]) -> None:
        """Never replace these files, whatever was asked for: what is read is not written over."""
        for path in paths:
            with suppress(OSError):
                self._kept.add(_identity(path))

    def require_folder(self, folder: Path) -> None:
        """Make a folder and see that it takes files, before any long work.

        Raises:
            OutputError: It cannot be made or written.
        """
        try:
            self._make_folder(folder)
            trial = _beside(folder / "trial")
            with uninterrupted():
                trial.touch()
                trial.unlink()
        except OSError as error:
            raise not_writable(folder, error) from error

    def add(self, path: Path, content: bytes) -> None:
        """Write `content` beside `path`, to take its name at the end.

        Raises:
            OutputError: Another file has that name and `force` was not given, it is one of those
                that were read, or the folder cannot be written.
        """
        with telling(path):
            if self._is_there(path, lambda: path.read_bytes() == content):
                return
            draft = self._begin(path.parent)
            draft.stream.write(content)
            _close(draft)
            self._wait(draft, path)

    def begin(self, folder: Path) -> Draft:
        """Open a file in a folder, to be written bit by bit and placed when it is whole.

        Raises:
            OutputError: The folder cannot be written.
        """
        with telling(folder):
            return self._begin(folder)

    def place(self, draft: Draft, path: Path) -> None:
        """Close a draft, to take the name of `path` at the end.

        Args:
            draft: What `begin` opened.
            path: Its place, on the disk of the folder where it was begun.

        Raises:
            OutputError: As for `add`.
        """
        with telling(path):
            _close(draft)
            if not self._is_there(path, lambda: _is_same(draft.path, path)):
                self._wait(draft, path)

    def _is_there(self, path: Path, is_same: Callable[[], bool]) -> bool:
        """Whether a file already has that content; refuse where it may not be replaced."""
        if self._kept and path.exists() and _identity(path) in self._kept:
            raise OutputError(say("outputs.is_read", path=path), code="outputs.is_read")
        if path.is_file() and is_same():
            self.unchanged.append(path)
            return True
        if path in self._waiting or (os.path.lexists(path) and not self._may_replace(path)):
            raise OutputError(say("outputs.exists", path=path), code="outputs.exists")
        return False

    def _begin(self, folder: Path) -> Draft:
        self._make_folder(folder)
        path = _beside(folder / "draft")
        with uninterrupted():
            # It is closed when it is placed, or with the block.
            draft = Draft(path=path, stream=path.open("xb"))
            self._drafts.append(draft)
        return draft

    def _wait(self, draft: Draft, path: Path) -> None:
        self._make_folder(path.parent)
        self._waiting[path] = draft.path

    def _may_replace(self, path: Path) -> bool:
        return self._force and path.is_file()

    def _make_folder(self, folder: Path) -> None:
        # Noted first: whatever comes between, what was made is taken away again.
        self._folders += [part for part in (folder, *folder.parents) if not part.exists()]
        folder.mkdir(parents=True, exist_ok=True)

    def _commit(self) -> None:
        for path, temporary in self._waiting.items():
            try:
                _rename(temporary, path)
            except OSError as error:
                raise not_writable(path, error) from error
            self.written.append(path)
        for folder in {path.parent for path in self.written}:
            sync_folder(folder)

    def _remove_traces(self) -> None:
        for draft in self._drafts:
            with suppress(OSError):
                draft.stream.close()
            with suppress(OSError):
                draft.path.unlink(missing_ok=True)
        # Only folders that were made here and stayed empty go; rmdir refuses the others.
        for folder in sorted(self._folders, reverse=True):
            with suppress(OSError):
                folder.rmdir()


def write_file(
    path: Path, content: bytes, *, force: bool = False, keep: Iterable[Path] = ()
) -> None:
    """Write one file whole.

    Args:
        path: Its place.
        content: What is to stand in it.
        force: Write it over another file.
        keep: Files that are never written over.

    Raises:
        OutputError: Another file has that name and `force` was not given, it is one of those to
            keep, or the folder cannot be written.
    """
    with Outputs(force=force) as outputs:
        outputs.keep(keep)
        outputs.add(path, content)


def sweep(folder: Path) -> None:
    """Remove what writes left behind below a folder that were broken off."""
    for left in folder.rglob(f"{_PART_START}*{PART}"):
        # Whatever holds it, it stands in nobody's way.
        with suppress(OSError):
            left.unlink()


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Tell what the system refuses as what it means for a file.

    Raises:
        OutputError: It refused something.
    """
    try:
        yield
    except OSError as error:
        raise not_writable(path, error) from error


def _close(draft: Draft) -> None:
    draft.stream.flush()
    os.fsync(draft.stream.fileno())
    draft.stream.close()


def _is_same(one: Path, other: Path) -> bool:
    filecmp.clear_cache()
    return filecmp.cmp(one, other, shallow=False)


def _identity(path: Path) -> tuple[int, int]:
    """Return what a file has in common with itself under every name, spelling and link."""
    found = path.stat()
    return found.st_dev, found.st_ino


def _beside(path: Path) -> Path:
    return path.with_name(f"{_PART_START}{secrets.token_hex(6)}{PART}")


def _rename(temporary: Path, path: Path) -> None:
    for pause in _pauses():
        try:
            temporary.replace(path)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    temporary.replace(path)


def _pauses() -> Iterator[float]:
    yield from RENAME_PATIENCE


def sync_folder(folder: Path) -> None:
    """Make the new names last through a power cut, where folders can be opened (not on Windows)."""
    if os.name != "posix":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def not_writable(path: Path, error: OSError) -> OutputError:
    """Return the error that says, with the system's reason, what cannot be written."""
    reason = error.strerror or type(error).__name__
    return OutputError(
        say("outputs.not_writable", path=path, reason=reason), code="outputs.not_writable"
    )
