"""Writing files for people: whole or not at all, never over another unasked, inert in Excel."""

from __future__ import annotations

import csv
import importlib.util
import io
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from clusterxl.errors import OutputError
from clusterxl.sentences import say

if TYPE_CHECKING:
    from types import TracebackType

    import pandas as pd

# A virus scanner or a preview may hold a file for a moment; Excel holds it until it is closed.
RENAME_PATIENCE = (0.05, 0.1, 0.2)
PART = ".part"
_PART_START = ".clusterxl-"
MOST_CHARACTERS = 120
MOST_BYTES = 200
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)")
FORBIDDEN = re.compile(r'[<>:"/\\|?*]')

# What Excel, WPS and LibreOffice may take for the start of a formula in a CSV; quotes before
# it count as well, so that taking one quote away again gives back what was there.
DANGEROUS = re.compile("'*[=+\\-@\t\r\n\0＝＋－＠]")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


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


def guard(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    >>> guard("=1+1"), guard("-5"), guard("－5")
    ("'=1+1", '-5', "'－5")
    """
    return f"'{text}" if DANGEROUS.match(text) and not PLAIN_NUMBER.fullmatch(text) else text


def unguard(text: str) -> str:
    """Take away the apostrophe that `guard` put before a text.

    >>> unguard("'=1+1"), unguard("'s"), unguard("-5")
    ('=1+1', "'s", '-5')
    """
    return text[1:] if text.startswith("'") and DANGEROUS.match(text) else text


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as CSV for Excel and for programs: UTF-8 with BOM, text guarded."""
    buffer = io.StringIO()
    # With this line end (RFC 4180) the csv module also quotes a lone CR inside a text.
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([guard(str(name)) for name in frame.columns])
    writer.writerows(zip(*(_csv_column(frame[name]) for name in frame.columns), strict=True))
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8", errors="backslashreplace")


def _csv_column(column: pd.Series[Any]) -> Iterator[str]:
    for cell, missing in zip(column, column.isna(), strict=True):
        if missing:
            yield ""
        else:
            yield guard(cell) if isinstance(cell, str) else str(cell)


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as Parquet; the extra `parquet` must be there."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def frame_writer(kind: str) -> Callable[[pd.DataFrame], bytes]:
    """Return what writes a frame as `csv` or `parquet`.

    Raises:
        OutputError: The extra that this needs is not installed.
    """
    if kind == "parquet":
        require_extra("parquet", module="pyarrow")
        return parquet_bytes
    return csv_bytes


def require_extra(extra: str, *, module: str) -> None:
    """Say how to install an extra that is missing.

    Raises:
        OutputError: It is missing.
    """
    if importlib.util.find_spec(module) is None:
        raise OutputError(say("outputs.extra_missing", extra=extra), code="outputs.extra_missing")


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
        try:
            if self._kept and path.exists() and _identity(path) in self._kept:
                raise OutputError(say("outputs.is_read", path=path), code="outputs.is_read")
            if path.is_file() and path.read_bytes() == content:
                self.unchanged.append(path)
                return
            if path in self._waiting or (os.path.lexists(path) and not self._may_replace(path)):
                raise OutputError(say("outputs.exists", path=path), code="outputs.exists")
            self._make_folder(path.parent)
            self._waiting[path] = temporary = _beside(path)
            with temporary.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise not_writable(path, error) from error

    def _may_replace(self, path: Path) -> bool:
        return self._force and path.is_file()

    def _make_folder(self, folder: Path) -> None:
        missing = [part for part in (folder, *folder.parents) if not part.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        self._folders += missing

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
        for temporary in self._waiting.values():
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
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
