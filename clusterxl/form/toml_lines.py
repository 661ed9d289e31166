"""Where each entry of a TOML text stands: its line by path, which `tomllib` does not tell."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping

EntryPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\n,]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")
# A closing """ may follow up to two quotes that belong to the text.
_STRINGS = (
    ('"""', re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})', re.DOTALL)),
    ("'''", re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL)),
    ('"', re.compile(r'"(?:[^"\\\n]|\\.)*"')),
    ("'", re.compile(r"'[^'\n]*'")),
)


def line_numbers(text: str) -> Mapping[EntryPath, int]:
    r"""Return the line of every table, key, array element and inline key of a TOML text.

    Args:
        text: A text that `tomllib` has read without complaint.

    Returns:
        Lines from 1, by path: keys and, within arrays, positions from 0.

    >>> lines = line_numbers("[[form]]  # a comment with a = 1\nitems = [{id = 2}]")
    >>> lines["form", 0], lines["form", 0, "items", 0, "id"]
    (1, 2)
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.scan()
    return scanner.lines


class _Scanner:
    """Walks once over a TOML text that is known to be well formed."""

    def __init__(self, text: str) -> None:
        self.lines: dict[EntryPath, int] = {}
        self._text = text
        self._at = 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._last_of: dict[EntryPath, int] = {}

    def scan(self) -> None:
        """Walk over the whole text."""
        table: EntryPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> EntryPath:
        line = self._line()
        is_array = self._text.startswith("[[", self._at)
        brackets = 2 if is_array else 1
        self._at += brackets
        names = self._names()
        self._at += brackets
        path: EntryPath = ()
        for place, name in enumerate(names, start=1):
            path = (*path, name)
            self.lines.setdefault(path, line)
            if is_array and place == len(names):
                self._last_of[path] = self._last_of.get(path, -1) + 1
            if path in self._last_of:
                path = (*path, self._last_of[path])
        self.lines[path] = line
        return path

    def _pair(self, table: EntryPath) -> None:
        line = self._line()
        path = table
        for name in self._names():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self._at += 1
        self._skip(_SPACE)
        self._value(path)

    def _names(self) -> list[str]:
        names = []
        while True:
            self._skip(_SPACE)
            names.append(self._name())
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return names
            self._at += 1

    def _name(self) -> str:
        start = self._at
        if self._text[start] in "\"'":
            self._string()
            return str(tomllib.loads(f"name = {self._text[start : self._at]}")["name"])
        self._skip(_BARE_KEY)
        return self._text[start : self._at]

    def _value(self, path: EntryPath) -> None:
        self.lines.setdefault(path, self._line())
        first = self._text[self._at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            self._skip(_BARE_VALUE)

    def _array(self, path: EntryPath) -> None:
        place = 0
        self._at += 1
        self._skip(_BLANK)
        while self._text[self._at] != "]":
            self._value((*path, place))
            place += 1
            self._skip(_BLANK)
        self._at += 1

    def _inline_table(self, path: EntryPath) -> None:
        self._at += 1
        self._skip(_BLANK)
        while self._text[self._at] != "}":
            self._pair(path)
            self._skip(_BLANK)
        self._at += 1

    def _string(self) -> None:
        pattern = next(p for quote, p in _STRINGS if self._text.startswith(quote, self._at))
        self._skip(pattern)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()

    def _line(self) -> int:
        return bisect_right(self._starts, self._at)
