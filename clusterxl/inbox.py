"""Which of the files that came in are workbooks: files, folders and zips, also zips within zips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from clusterxl.errors import NothingFoundError, UnreadableWorkbookError
from clusterxl.excel.archive import Member, is_package, list_members, read_member
from clusterxl.excel.sniff import MAX_BYTES, unreadable
from clusterxl.sentences import say

MAX_DEPTH = 3
# Also those that are told to come back as .xlsx: a county that sent one must hear of it.
_SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".xlsb", ".et", ".ett", ".ods")
_ZIP = ".zip"
_JUNK_STARTS = ("~$", "._", ".~")
_JUNK = (".ds_store", "thumbs.db", "desktop.ini")
_JUNK_FOLDER = "__MACOSX"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFile:
    """A file that may be a workbook.

    Attributes:
        name: Its name for people, different for each: relative to the folder given, through zips
            with `/`; the whole path where two would share it.
        path: Where it lies, or the outermost zip it lies in.
        members: Numbers of the zip members that lead to it; empty for a plain file.
    """

    name: str
    path: Path
    members: tuple[int, ...] = ()

    def read_bytes(self) -> bytes:
        """Return its content.

        Raises:
            UnreadableWorkbookError: It cannot be opened, or is too big.
        """
        try:
            if not self.members:
                if self.path.stat().st_size > MAX_BYTES:
                    raise unreadable("too_big", file=self.name)
                return self.path.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise unreadable("cannot_open", file=self.name, reason=reason) from error
        source: Path | bytes = self.path
        for number in self.members:
            source = read_member(source, number, self.name)
        return source if isinstance(source, bytes) else b""


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
        for file, asked_for in _files_of(path):
            if file.path.resolve() in seen:
                continue
            seen.add(file.path.resolve())
            for found in _look_at(file, asked_for=asked_for):
                if isinstance(found, Skipped):
                    skipped.append(found)
                else:
                    files.append((path, found))
    if not files:
        raise nothing_in(given)
    return Inbox(paths=given, files=_told_apart(files), skipped=tuple(skipped))


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


def shown_name(name: str) -> str:
    """Return a name that any frame, file or screen takes: bytes that are no text become codes."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _files_of(path: Path) -> Iterator[tuple[InboxFile, bool]]:
    """Give the plain files of a path, and whether it was asked for by name."""
    if path.is_dir():
        inside = [(file.relative_to(path).as_posix(), file) for file in path.rglob("*")]
        for name, file in sorted(inside):
            if file.is_file():
                yield InboxFile(name=shown_name(name), path=file), False
    elif path.exists():
        yield InboxFile(name=shown_name(path.name), path=path), True
    else:
        raise NothingFoundError(say("read.no_such_path", path=path), code="read.no_such_path")


def _look_at(file: InboxFile, *, asked_for: bool) -> Iterator[InboxFile | Skipped]:
    name = PurePosixPath(file.name)
    suffix = name.suffix.lower()
    if _is_junk(name):
        yield Skipped(file=file.name, reason=say("read.skip_junk"))
    elif suffix == _ZIP:
        yield from _look_into(file)
    elif asked_for or suffix in _SUFFIXES:
        yield file
    else:
        yield Skipped(file=file.name, reason=say("read.skip_other"))


def _look_into(file: InboxFile) -> Iterator[InboxFile | Skipped]:
    if len(file.members) >= MAX_DEPTH:
        yield Skipped(file=file.name, reason=say("read.skip_deep", depth=MAX_DEPTH))
        return
    members = _members_of(file)
    if members is None:
        yield file
        return
    for member in members:
        inner = InboxFile(
            name=shown_name(f"{file.name}/{member.name}"),
            path=file.path,
            members=(*file.members, member.number),
        )
        yield from _look_at(inner, asked_for=False)


def _members_of(file: InboxFile) -> tuple[Member, ...] | None:
    """Return what is in a zip; None for one to be read, and told about, as a workbook."""
    try:
        members = list_members(file.read_bytes() if file.members else file.path, file.name)
    except UnreadableWorkbookError:
        return None
    return None if is_package(members) else members


def _is_junk(name: PurePosixPath) -> bool:
    return (
        name.name.startswith(_JUNK_STARTS)
        or name.name.lower() in _JUNK
        or _JUNK_FOLDER in name.parts
    )
