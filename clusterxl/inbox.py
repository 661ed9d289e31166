"""Which of the files that came in are workbooks: files, folders and zips, also zips within zips."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path

from clusterxl.attachments import (
    WORKBOOKS,
    is_junk,
    is_read,
    kind_by_name,
    reason_to_leave,
    shown_name,
    suffix_of,
)
from clusterxl.errors import NothingFoundError, UnreadableWorkbookError
from clusterxl.excel.archive import (
    MAX_INNER_BYTES,
    MAX_MEMBERS,
    Member,
    kind_of_zip,
    list_members,
    read_member,
)
from clusterxl.excel.regular import is_regular, open_regular
from clusterxl.excel.sniff import HEAD_BYTES, MAX_BYTES, kind_of, unreadable
from clusterxl.sentences import say

MAX_DEPTH = 3
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_OLE_START = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFile:
    """A file that may be a workbook.

    Attributes:
        name: Its name for people, different for each: relative to the folder given, through zips
            with `/`; the whole path where two would share it.
        path: Where it lies, or the outermost zip it lies in.
        members: Numbers of the zip members that lead to it; empty for a plain file.
        refused: Why it is told about without being read; None for a file to read.
    """

    name: str
    path: Path
    members: tuple[int, ...] = ()
    refused: UnreadableWorkbookError | None = None

    def read_bytes(self) -> bytes:
        """Return its content.

        Raises:
            UnreadableWorkbookError: It cannot be opened, is too big, or was refused unread.
        """
        if self.refused:
            raise self.refused
        return self._read(MAX_BYTES)

    def read_zip(self) -> Path | bytes:
        """Return what its members are read from: a zip on its own stays where it is."""
        return self._read(MAX_INNER_BYTES) if self.members else self.path

    def peek(self) -> bytes | None:
        """Return the first bytes of a plain file; None when it cannot be opened."""
        try:
            with open_regular(self.path) as opened:
                return opened.read(HEAD_BYTES)
        except OSError:
            return None

    def _read(self, most: int) -> bytes:
        if self.members:
            *above, last = self.members
            return read_member(self._source(above), last, self.name, most=most)
        # What is read is all that counts, should the file change meanwhile.
        with _told(self.name), open_regular(self.path) as opened:
            data = opened.read(most + 1)
        if len(data) > most:
            raise unreadable("too_big", file=self.name)
        return data

    def _source(self, members: Sequence[int]) -> Path | bytes:
        source: Path | bytes = self.path
        for number in members:
            source = read_member(source, number, self.name, most=MAX_INNER_BYTES)
        return source


@contextmanager
def _told(file: str) -> Iterator[None]:
    """Turn what the system says of a file into a sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise unreadable("cannot_open", file=file, reason=reason) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that was left alone, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """What came in.

    Attributes:
        paths: What was given.
        files: Files to read, in the order of the paths given, then by name.
        skipped: Files left alone.
    """

    paths: tuple[Path, ...]
    files: tuple[InboxFile, ...]
    skipped: tuple[Skipped, ...]


def find_workbooks(paths: Iterable[str | Path] | str | Path) -> Inbox:
    """Look for workbooks.

    Args:
        paths: Files, folders (searched through and through) and zips. A file given by itself is
            taken for a workbook whatever its name.

    Returns:
        The workbooks, and what was left alone.

    Raises:
        NothingFoundError: A path does not exist, or there is no workbook at all.
    """
    files: list[tuple[Path, InboxFile]] = []
    skipped: list[Skipped] = []
    seen: set[Path] = set()
    given = tuple(map(Path, [paths] if isinstance(paths, (str, Path)) else paths))
    for path in given:
        for found in _found_in(path, seen):
            if isinstance(found, Skipped):
                skipped.append(found)
            else:
                files.append((path, found))
    if not files:
        raise nothing_in(given)
    return Inbox(paths=given, files=_told_apart(files), skipped=tuple(skipped))


def _found_in(path: Path, seen: set[Path]) -> Iterator[InboxFile | Skipped]:
    for file in _files_of(path):
        if isinstance(file, Skipped):
            yield file
            continue
        place = file.path.resolve()
        if place not in seen:
            seen.add(place)
            yield from _Sorter().sort(file, file.peek(), asked_for=not path.is_dir())


def _told_apart(found: Sequence[tuple[Path, InboxFile]]) -> tuple[InboxFile, ...]:
    """Give files that share a name their whole path, and a number where a zip has it twice."""
    shared = Counter(file.name for _, file in found)
    given: Counter[str] = Counter()
    files = []
    for path, file in found:
        name = file.name
        if shared[name] > 1:
            folder = path if path.is_dir() else path.parent
            name = shown_name((folder / name).as_posix())
            given[name] += 1
            name = name if given[name] == 1 else f"{name} ({given[name]})"
        files.append(replace(file, name=name))
    return tuple(files)


def nothing_in(paths: tuple[Path, ...]) -> NothingFoundError:
    """Build the error for paths that hold nothing to read."""
    shown = ", ".join(str(path) for path in paths)
    return NothingFoundError(say("read.nothing", paths=shown), code="read.nothing")


def _files_of(path: Path) -> Iterator[InboxFile | Skipped]:
    """Give the files of a path; what is no file is never opened."""
    if path.is_dir():
        yield from _files_in(path)
    elif is_regular(real := Path(os.path.realpath(path))):
        # A link that was given by hand is meant; those found in folders are not followed.
        yield InboxFile(name=shown_name(path.name), path=real)
    elif path.exists():
        yield Skipped(file=shown_name(path.name), reason=say("read.skip_no_file"))
    else:
        raise NothingFoundError(say("read.no_such_path", path=path), code="read.no_such_path")


def _files_in(folder: Path) -> Iterator[InboxFile | Skipped]:
    found: list[tuple[str, InboxFile | Skipped]] = []

    def shut(error: OSError) -> None:
        name = Path(error.filename or folder).relative_to(folder).as_posix()
        reason = say("read.skip_shut", reason=error.strerror or type(error).__name__)
        found.append((name, Skipped(file=shown_name(name), reason=reason)))

    for top, folders, names in os.walk(folder, onerror=shut):
        for entry in (*folders, *names):
            path = Path(top) / entry
            name = path.relative_to(folder).as_posix()
            if is_regular(path):
                found.append((name, InboxFile(name=shown_name(name), path=path)))
            elif reason := _reason_for_no_file(path):
                found.append((name, Skipped(file=shown_name(name), reason=reason)))
    for _, one in sorted(found, key=itemgetter(0)):
        yield one


def _reason_for_no_file(path: Path) -> str:
    """Say why a link, pipe or device is left alone; nothing of a folder, which is looked into."""
    if path.is_symlink():
        return say("read.skip_link")
    if not path.is_dir():
        return say("read.skip_no_file")
    return say("read.skip_folder") if suffix_of(path.name) in WORKBOOKS else ""


class _Sorter:
    """Sorts one file of a path, and all that is in it where it is a zip."""

    def __init__(self) -> None:
        # Zips within zips may hold a multiple of what each of them may.
        self._room = MAX_MEMBERS

    def sort(
        self, file: InboxFile, head: bytes | None, *, asked_for: bool = False
    ) -> Iterator[InboxFile | Skipped]:
        """Give it as a workbook, as what is in it, or as left alone.

        Args:
            file: The file.
            head: Its first bytes; None where they cannot be read.
            asked_for: It was given by itself, and is taken for a workbook.
        """
        if is_junk(file.name):
            yield Skipped(file=file.name, reason=say("read.skip_junk"))
        elif head is None:
            # Reading says why, with the remedy; what is no workbook by its name is left alone.
            yield self._read_or_left(file, "unread", asked_for=asked_for)
        elif head.startswith(_ZIP_STARTS) and suffix_of(file.name) not in WORKBOOKS:
            yield from self._sort_zip(file, asked_for=asked_for)
        else:
            yield self._read_or_left(file, _kind_of(file, head), asked_for=asked_for)

    def _sort_zip(self, file: InboxFile, *, asked_for: bool) -> Iterator[InboxFile | Skipped]:
        try:
            members = self._members_of(file)
        except UnreadableWorkbookError as error:
            yield replace(file, refused=error)
            return
        kind = kind_of_zip(members)
        if kind != "zip":
            yield self._read_or_left(file, kind, asked_for=asked_for)
            return
        if any(member.is_locked for member in members):
            yield replace(file, refused=unreadable("zip_password", file=file.name))
        for member in members:
            if not member.is_locked:
                inner = InboxFile(
                    name=shown_name(f"{file.name}/{member.name}"),
                    path=file.path,
                    members=(*file.members, member.number),
                )
                yield from self.sort(inner, member.head)

    def _members_of(self, file: InboxFile) -> tuple[Member, ...]:
        if len(file.members) >= MAX_DEPTH:
            raise unreadable("zip_deep", file=file.name, most=str(MAX_DEPTH))
        members = list_members(file.read_zip(), file.name)
        self._room -= len(members)
        if self._room < 0:
            raise unreadable("zip_many", file=file.name, most=str(MAX_MEMBERS))
        if not members:
            raise unreadable("zip_empty", file=file.name)
        return members

    @staticmethod
    def _read_or_left(file: InboxFile, kind: str, *, asked_for: bool) -> InboxFile | Skipped:
        if asked_for or is_read(file.name, kind):
            return file
        return Skipped(file=file.name, reason=reason_to_leave(file.name, kind))


def _kind_of(file: InboxFile, head: bytes) -> str:
    """Name what a file is; old Office files are known by what stands anywhere in them."""
    if not head.startswith(_OLE_START):
        return kind_of(head)
    if named := kind_by_name(file.name):
        return named
    try:
        return kind_of(file.read_bytes())
    except UnreadableWorkbookError:
        return "xls"
