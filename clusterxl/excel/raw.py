"""What stands in a workbook as it came back, before any meaning: cells, names, properties."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Kind = Literal["number", "text", "bool", "error", "date", "blank"]
Visibility = Literal["visible", "hidden", "very_hidden"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCell:
    """One cell.

    Attributes:
        value: Its value; of a formula the one calculated last; None when blank. A date is the
            number it is stored as, an error its sign (`#REF!`).
        kind: What the value is.
        number_format: Number format, also of the built-in formats that are never spelled out.
        formula: Its formula with the equals sign; empty for a typed value.
        has_cached: A formula's value was calculated; true for typed values.
        style: Number of its style in the file, which says nothing from one file to another.
        broken: What the file holds for it is no value of any kind; `value` is that as text.
    """

    value: str | float | bool | None = None
    kind: Kind = "blank"
    number_format: str = "General"
    formula: str = ""
    has_cached: bool = True
    style: int = field(default=0, compare=False)
    broken: bool = False


BLANK = RawCell()

# What stands in formulas and names where a cell was that is deleted.
LOST_REFERENCE = "#REF!"

_REFERENCE = re.compile(
    r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!\[\]()\s]+))!"
    r"\$?(?P<c1>[A-Za-z]{1,3})\$?(?P<r1>[0-9]{1,7})"
    r"(?::\$?(?P<c2>[A-Za-z]{1,3})\$?(?P<r2>[0-9]{1,7}))?"
)
# Sheets have few columns and many cells.
_COLUMNS_KEPT = 2_048
# Returns of one form have the same names, which mostly point to the same places.
_REFERENCES_KEPT = 8_192
MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
# Halves of pairs and non-characters, which no text may hold.
_ALONE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawValidation:
    """What a sheet lets people type into some of its cells.

    Attributes:
        kind: Its type (`list`, `decimal`); `any` when nothing is asked.
        places: Ranges, apart by blanks, as the file has them.
        formulas: Its one or two formulas.
        extended: It stands in the part of the file for newer programs.
    """

    kind: str
    places: str
    formulas: tuple[str, ...] = ()
    extended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeatures:
    """What a sheet has beside its cells.

    Attributes:
        merged: Merged ranges, as the file has them.
        hidden_rows: Rows that are not shown.
        hidden_columns: First and last column of ranges that are not shown.
        validations: What may be typed where.
        conditionals: Number of conditional formats.
        protected: Locked cells are protected.
        comments: Texts of comments, by address.
        locked: Addresses of cells, also of blank ones, that are locked on a protected sheet; a
            cell of which the file says nothing is in no list.
    """

    merged: tuple[str, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    validations: tuple[RawValidation, ...] = ()
    conditionals: int = 0
    protected: bool = False
    comments: Mapping[str, str] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()


NO_FEATURES = RawFeatures()


class LazyMapping(Mapping[tuple[int, int], RawCell]):
    """Cells by place that are made when they are asked for, and tell a formula without that."""

    @abstractmethod
    def formula(self, place: tuple[int, int]) -> str:
        """Return the formula of a cell with the equals sign; empty where there is none."""


def formula_at(cells: Mapping[tuple[int, int], RawCell], place: tuple[int, int]) -> str:
    """Return the formula of a cell, which is not made for that; empty where there is none."""
    if isinstance(cells, LazyMapping):
        return cells.formula(place)
    found = cells.get(place)
    return found.formula if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSheet:
    """One sheet.

    Attributes:
        name: Its name.
        visibility: Shown, hidden, or not even listed.
        cells: Cells that hold something, by row and column counted from 1. Those of a hidden
            sheet may be read only when they are asked for, and then be found damaged.
        later: Gives `features` when they are asked for.
        count: Gives `size` when it is asked for.
        check: Gives `is_damaged` when it is asked for.
    """

    name: str
    visibility: Visibility = "visible"
    cells: Mapping[tuple[int, int], RawCell]
    later: Callable[[], RawFeatures] = field(default=lambda: NO_FEATURES, compare=False, repr=False)
    count: Callable[[], int] | None = field(default=None, compare=False, repr=False)
    check: Callable[[], bool] = field(default=lambda: False, compare=False, repr=False)

    @property
    def features(self) -> RawFeatures:
        """What the sheet has beside its cells."""
        return self.later()

    @property
    def size(self) -> int:
        """How many cells hold something; known without reading them where that is possible."""
        return len(self.cells) if self.count is None else self.count()

    @property
    def is_damaged(self) -> bool:
        """Whether it is a hidden sheet that cannot be read, should anybody ask for its cells."""
        return self.check()

    def cell(self, row: int, column: int) -> RawCell:
        """Return a cell, a blank one where nothing stands."""
        return self.cells.get((row, column), BLANK)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBook:
    """A workbook.

    Attributes:
        sheets: Its sheets, in order; sheets that hold a chart only are left out.
        names: Formula text, without equals sign, of each name that holds for the whole workbook.
        properties: Custom document properties, as text.
        local_names: Formula texts of names that hold for one sheet only, by sheet: a copy of a
            sheet brings its own. Left out by the reference reader.
        locked: Its sheets are locked against being added, renamed or removed.
        formats: Number of its cell formats; a cell of a style beyond them has lost its own. None
            where the reader knows every format in another way.
        origin: Format it was saved in: `xlsx`, `xls` (also .et), `xlsb` or `ods`.
    """

    sheets: tuple[RawSheet, ...]
    names: Mapping[str, str]
    properties: Mapping[str, str]
    local_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)
    locked: bool = False
    origin: str = "xlsx"
    formats: int | None = None

    @property
    def is_as_issued(self) -> bool:
        """Whether it was saved in the format in which workbooks are issued."""
        return self.origin == "xlsx"

    def lacks_format(self, cell: RawCell) -> bool:
        """Whether the format of a cell is lost, so that its number may mean something else."""
        return self.formats is not None and cell.style >= self.formats

    def sheet(self, name: str) -> RawSheet | None:
        """Return the sheet of this name, whatever its capitals; None when there is none."""
        wanted = name.casefold()
        return next((sheet for sheet in self.sheets if sheet.name.casefold() == wanted), None)


@dataclass(frozen=True, slots=True)
class Range:
    """A range of one sheet; rows and columns count from 1."""

    sheet: str
    row: int
    column: int
    last_row: int
    last_column: int

    def covers(self, row: int, column: int) -> bool:
        """Whether a cell is one of its cells."""
        return self.row <= row <= self.last_row and self.column <= column <= self.last_column

    @property
    def places(self) -> Iterator[tuple[int, int]]:
        """All its cells, row by row."""
        for row in range(self.row, self.last_row + 1):
            for column in range(self.column, self.last_column + 1):
                yield row, column


@lru_cache(maxsize=_REFERENCES_KEPT)
def parse_reference(text: str) -> Range | None:
    """Read the formula of a name that stands for a range.

    Args:
        text: The formula, with or without equals sign.

    Returns:
        The range; None for a constant, a lost reference (`#REF!`), another workbook.

    >>> parse_reference("'a ''b'' c'!$B$2:$B$31")
    Range(sheet="a 'b' c", row=2, column=2, last_row=31, last_column=2)
    >>> parse_reference("'form'!#REF!") is None
    True
    """
    found = _REFERENCE.fullmatch(text.strip().removeprefix("="))
    if found is None or "[" in (found["quoted"] or ""):
        return None
    row, column = int(found["r1"]), column_number(found["c1"])
    last_row = int(found["r2"] or row)
    last_column = column_number(found["c2"]) if found["c2"] else column
    sheet = found["plain"] or found["quoted"].replace("''", "'")
    if not (1 <= row <= last_row <= MAX_ROW and column <= last_column <= MAX_COLUMN):
        return None
    return Range(sheet, row, column, last_row, last_column)


@lru_cache(maxsize=_COLUMNS_KEPT)
def column_number(letters: str) -> int:
    """Return the number of a column, from 1.

    >>> column_number("A"), column_number("ab")
    (1, 28)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def decode_text(text: str) -> str:
    r"""Return a text as Excel shows it: escapes resolved, line ends as one character.

    Escapes that stand for no character of their own stay as they are.

    >>> decode_text("a_x000D__x000A_b_x005F_x0041_")
    'a\nb_x0041_'
    """
    if "_x" in text:
        text = _ESCAPED.sub(_character, text)
    return line_ends(text)


def line_ends(text: str) -> str:
    """Return a text with one character for each end of a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _character(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return escape[0] if _ALONE.match(character) else character
