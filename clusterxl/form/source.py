"""A form's folder as it was read: its TOML entries with their lines, its lists, its version."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from clusterxl.errors import DefinitionError, Mistake
from clusterxl.excel.limits import MAX_TEXT, writable
from clusterxl.form.tables import Table, UnreadableTableError, read_table
from clusterxl.form.toml_lines import EntryPath, line_numbers
from clusterxl.sentences import say

HEAD_FILE = "form.toml"
COMPARED = "comparison"
_NO_DEFINITION = "simulate.toml"
_LISTS = "lists/"
_PLACE = re.compile(r"at line (\d+)")
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_TOKEN = re.compile(r"base(?:([+-])(\d{1,3}))?")


class Mistakes:
    """Gathers the mistakes of a definition, so that the author sees all of them at once."""

    def __init__(self) -> None:
        self._found: list[Mistake] = []
        self.is_readable = True

    def add(self, entry: Entry, name: str, key: str | int = "", /, **figures: object) -> None:
        """Note the mistake `name` at an entry, or at one of its keys.

        A name without a group (`rule_file.`) is one of the definition of forms.
        """
        self._note(entry.file, entry.line(key), entry.where, name, figures)

    def add_in_file(self, file: str, name: str, /, line: int = 0, **figures: object) -> None:
        """Note the mistake `name` of a file."""
        self._note(file, line, "", name, figures)

    def add_refused(self, entry: Entry, key: str, error: DefinitionError, message: str) -> None:
        """Note that a rule at a key of an entry cannot be read, for the reason of an error."""
        found = Mistake(
            file=entry.file,
            line=entry.line(key),
            path=entry.where,
            message=message,
            code=error.code,
        )
        self._found.append(found)

    def in_order(self) -> tuple[Mistake, ...]:
        """Return all mistakes by file and line, each once."""
        unique = dict.fromkeys(self._found)
        return tuple(sorted(unique, key=lambda found: (*_file_order(found.file), found.line)))

    def _note(self, file: str, line: int, path: str, name: str, figures: dict[str, Any]) -> None:
        code = name if "." in name else f"form_file.{name}"
        found = Mistake(file=file, line=line, path=path, message=say(code, **figures), code=code)
        self._found.append(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A table of a definition with its place.

    Attributes:
        file: Name of its file.
        at: Its path in the file.
        where: Its path in words (`section output, field gross_output`).
        table: Its keys and values.
        lines: Lines of its file, by path.
        wrong: Keys that were left out of the table because they are wrong.
    """

    file: str
    at: EntryPath = ()
    where: str = ""
    table: Mapping[str, Any]
    lines: Mapping[EntryPath, int] = field(repr=False)
    wrong: frozenset[str] = frozenset()

    def line(self, key: str | int = "") -> int:
        """Return the line of one of its keys, or its own where it lacks that key."""
        path = (*self.at, key) if key != "" else self.at
        return self.lines.get(path) or self.lines.get(self.at, 1 if not self.at else 0)

    def text(self, key: str, default: str = "") -> str:
        """Return the text under a key."""
        return str(self.table.get(key, default))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts under a key."""
        return tuple(self.table.get(key, ()))

    def flag(self, key: str, *, default: bool) -> bool:
        """Return the yes or no under a key."""
        return bool(self.table.get(key, default))

    def whole(self, key: str, default: int = 0) -> int:
        """Return the whole number under a key."""
        return int(self.table.get(key, default))

    def number(self, key: str) -> float | None:
        """Return the number under a key, or None."""
        value = self.table.get(key)
        return None if value is None else float(value)

    def without(self, keys: Collection[str]) -> Entry:
        """Return the entry without the keys that are wrong."""
        kept = {key: value for key, value in self.table.items() if key not in keys}
        return replace(self, table=kept, wrong=frozenset(keys))

    def children(self, key: str) -> tuple[Entry, ...]:
        """Return the tables under a key that holds several, each with its place."""
        found = self.table.get(key, ())
        return tuple(self.in_list(key, place, table) for place, table in enumerate(found))

    def child(self, key: str) -> Entry | None:
        """Return the table under a key, or None."""
        table = self.table.get(key)
        if table is None:
            return None
        where = ", ".join(part for part in (self.where, key) if part)
        return Entry(file=self.file, at=(*self.at, key), where=where, table=table, lines=self.lines)

    def in_list(self, key: str, place: int, table: Mapping[str, Any]) -> Entry:
        """Return the table at a place of a key that holds several, from 0."""
        name = f"{key} {table.get('id') or place + 1}"
        where = ", ".join(part for part in (self.where, name) if part)
        return Entry(
            file=self.file, at=(*self.at, key, place), where=where, table=table, lines=self.lines
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A form's folder as it was read.

    Attributes:
        head: Top table of form.toml; empty where that could not be read.
        further: Top tables of its other TOML files, by name.
        lists: Its option lists, by name.
        version: Hash over what it asks; comments and the comparison do not change it.
    """

    head: Entry
    further: tuple[Entry, ...]
    lists: Mapping[str, Table]
    version: str

    @property
    def has_head(self) -> bool:
        """Whether form.toml could be read."""
        return bool(self.head.lines)


def read_source(folder: Path, mistakes: Mistakes) -> Source:
    """Read all definition files of a form; files that cannot be read are noted and left out."""
    if not (folder / HEAD_FILE).is_file():
        mistakes.add_in_file(HEAD_FILE, "no_head_file")
        mistakes.is_readable = False
    data = read_definition(folder, mistakes)
    tables = {
        PurePosixPath(name).stem: _read_list(name, content, mistakes)
        for name, content in data.items()
        if name.startswith(_LISTS)
    }
    read = [
        _read_entry(name, content, mistakes)
        for name, content in data.items()
        if not name.startswith(_LISTS)
    ]
    entries = [entry for entry in read if entry is not None]
    head = [entry for entry in entries if entry.file == HEAD_FILE]
    lists = {name: table for name, table in tables.items() if table is not None}
    return Source(
        head=head[0] if head else Entry(file=HEAD_FILE, table={}, lines={}),
        further=tuple(entry for entry in entries if entry.file != HEAD_FILE),
        lists=lists,
        version=_version(entries, lists),
    )


def read_definition(folder: Path, mistakes: Mistakes) -> Mapping[str, bytes]:
    """Read the files of a definition by name, lists among them; those not opened are noted."""
    paths = [*filter(_is_definition, folder.glob("*.toml")), *_lists_in(folder)]
    # By name and not by path, which Windows compares without case.
    named = sorted((path.relative_to(folder).as_posix(), path) for path in paths)
    return {
        name: content
        for name, path in named
        if (content := _content_of(name, path, mistakes)) is not None
    }


def read_rule_files(folder: Path, mistakes: Mistakes) -> Mapping[str, bytes]:
    """Read the files of a folder of rules, by name; those that cannot be opened are noted."""
    paths = sorted(filter(_is_definition, folder.glob("*.toml")), key=lambda path: path.name)
    named = ((f"rules/{path.name}", path) for path in paths)
    return {
        name: content
        for name, path in named
        if (content := _content_of(name, path, mistakes)) is not None
    }


def rule_entries(files: Mapping[str, bytes], mistakes: Mistakes) -> tuple[Entry, ...]:
    """Return the top tables of rule files; those that are no TOML are noted."""
    read = (_read_entry(name, content, mistakes) for name, content in files.items())
    return tuple(entry for entry in read if entry is not None)


def fill_years(entry: Entry, base_year: int | None, mistakes: Mistakes) -> Entry:
    """Replace the year tokens in every text of an entry; doubled braces become single ones.

    Args:
        entry: A top table, or any table in it.
        base_year: The year `{base}` stands for; None for a form without years.
        mistakes: Where other braces are noted.

    Returns:
        The entry with its texts filled in.
    """
    table: dict[str, Any] = {}
    for key, value in entry.table.items():
        child = entry.child(key) if isinstance(value, dict) else None
        if child is not None:
            table[key] = fill_years(child, base_year, mistakes).table
        elif isinstance(value, list):
            table[key] = [
                fill_years(entry.in_list(key, place, part), base_year, mistakes).table
                if isinstance(part, dict)
                else _with_years(entry, key, part, base_year, mistakes)
                for place, part in enumerate(value)
            ]
        else:
            table[key] = _with_years(entry, key, value, base_year, mistakes)
    return replace(entry, table=table)


def _with_years(
    entry: Entry, key: str, value: Any, base_year: int | None, mistakes: Mistakes
) -> Any:
    def put_year(match: re.Match[str]) -> str:
        brace = match[0]
        if brace in ("{{", "}}"):
            return brace[0]
        token = _TOKEN.fullmatch(match[1] or "")
        if token is None or base_year is None:
            name = "token_unknown" if token is None else "token_without_years"
            mistakes.add(entry, name, key, token=brace)
            return brace
        return str(base_year + int(f"{token[1] or '+'}{token[2] or 0}"))

    if not isinstance(value, str):
        return value
    if writable(value) != value:
        mistakes.add(entry, "text_unwritable", key, key=key, most=MAX_TEXT)
    return _BRACES.sub(put_year, value)


def _is_definition(path: Path) -> bool:
    return path.is_file() and path.name != _NO_DEFINITION and path.name[0] != "."


def _lists_in(folder: Path) -> Iterator[Path]:
    # Open spreadsheets leave lock files beside the list (`.~lock.x.csv#`, `~$x.csv`).
    found = (folder / _LISTS).glob("*.csv")
    return (path for path in found if path.is_file() and path.name[0] not in ".~")


def _content_of(name: str, path: Path, mistakes: Mistakes) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = error.strerror or type(error).__name__
        mistakes.add_in_file(name, "not_opened", problem=problem)
        mistakes.is_readable = False
        return None


def _read_entry(file: str, data: bytes, mistakes: Mistakes) -> Entry | None:
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        mistakes.add_in_file(file, "not_utf8", line=line)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        mistakes.add_in_file(file, "syntax", line=line, problem=str(error))
    else:
        return Entry(file=file, table=table, lines=line_numbers(text))
    mistakes.is_readable = False
    return None


def _read_list(file: str, data: bytes, mistakes: Mistakes) -> Table | None:
    try:
        return read_table(data)
    except UnreadableTableError as error:
        mistakes.add_in_file(file, "list_unreadable", problem=str(error))
        mistakes.is_readable = False
        return None


def _version(entries: Sequence[Entry], lists: Mapping[str, Table]) -> str:
    """Hash what is asked; comments, line ends and the comparison do not make another edition."""
    asked = [
        {key: value for key, value in entry.table.items() if key != COMPARED} for entry in entries
    ]
    rows = {
        name: [table.header, *(row.cells for row in table.rows)] for name, table in lists.items()
    }
    content = json.dumps([asked, rows], ensure_ascii=True, sort_keys=True, default=str)
    return hashlib.sha256(content.encode("ascii")).hexdigest()[:12]


def _file_order(file: str) -> tuple[bool, bool, str]:
    return "/" in file, file != HEAD_FILE, file
