"""The hidden map of keys: formulas that follow each input cell wherever it goes.

Whoever loses the names of a workbook keeps the map: inserted rows and renamed sheets change its
formulas as they change those of the names, and its values say the places to programs that know no
formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from clusterxl.excel.cells import address, sheet_reference
from clusterxl.excel.raw import (
    LOST_REFERENCE,
    Range,
    RawBook,
    RawCell,
    RawSheet,
    parse_reference,
)
from clusterxl.form.layout import Layout, Place
from clusterxl.form.model import defined_name

MAP_SHEET = "_keys"
FIRST_ROW = 2
HEADS = ("name", "sheet", "place", "rows")


class MapColumn:
    """Columns of the map: name, sheet as issued, place now, rows of a list column."""

    NAME, SHEET, PLACE, ROWS = range(1, 5)


# A place is one number, so that the map has one formula a name.
_PER_ROW = 1000
_ROWS = re.compile(r"=\s*ROWS\(([^()]+)\)")
_PLACE = re.compile(rf"=\s*ROW\(([^()]+)\)\s*\*\s*{_PER_ROW}\s*\+\s*COLUMN\(([^()]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapEntry:
    """One entry of the map.

    Attributes:
        name: Defined name of the input, or of the list column.
        place: Its first cell.
        rows: Its rows.
    """

    name: str
    place: Place
    rows: int

    @property
    def formula(self) -> str:
        """The formula that says where the first cell is, as one number."""
        reference = self.place.reference
        return f"=ROW({reference})*{_PER_ROW}+COLUMN({reference})"

    @property
    def value(self) -> int:
        """What the formula gives as long as nothing has moved."""
        return self.place.row * _PER_ROW + self.place.column

    @property
    def area(self) -> str:
        """Reference to all its cells, with their sheet."""
        if self.rows == 1:
            return self.place.reference
        last = address(self.place.row + self.rows - 1, self.place.column, absolute=True)
        return sheet_reference(self.place.sheet, f"{self.place.local}:{last}")


def map_entries(layout: Layout) -> Iterator[MapEntry]:
    """Give the entries of the map, one a defined name of an input, in form order."""
    form = layout.form
    for asked in form.inputs:
        if asked.row <= 1:
            rows = form.block_of(asked.block).rows if asked.row else 1
            yield MapEntry(name=defined_name(asked.key), place=layout.places[asked.key], rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMap:
    """The map of a workbook that came back, by names in small letters.

    Attributes:
        live: Where formulas say that the cells are, which have followed them.
        kept: Where the cells were when somebody last worked it out, in a map without formulas;
            nobody knows whether they have moved since.
        gone: Names of cells of which the formulas say that they were deleted.
    """

    live: Mapping[str, Range] = field(default_factory=dict)
    kept: Mapping[str, Range] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()


def read_key_map(book: RawBook) -> KeyMap:
    """Read the map of a workbook that came back; without one nothing is in it.

    Args:
        book: The workbook.

    Returns:
        Where each name pointed.
    """
    sheet = book.sheet(MAP_SHEET)
    if sheet is None or sheet.is_damaged:
        return KeyMap()
    live: dict[str, Range] = {}
    kept: dict[str, Range] = {}
    gone: set[str] = set()
    for row in sorted({row for row, _ in sheet.cells if row >= FIRST_ROW}):
        name = sheet.cell(row, MapColumn.NAME).value
        place = sheet.cell(row, MapColumn.PLACE)
        if not isinstance(name, str):
            continue
        if LOST_REFERENCE in place.formula:
            gone.add(name.casefold())
        elif place.formula:
            if area := _live_area(place.formula, sheet.cell(row, MapColumn.ROWS)):
                live[name.casefold()] = area
        elif area := _kept_area(sheet, row):
            kept[name.casefold()] = area
    return KeyMap(live=live, kept=kept, gone=frozenset(gone))


def _live_area(formula: str, rows: RawCell) -> Range | None:
    """Return a range by its formulas: what they gave last may be older than they are."""
    found = _PLACE.fullmatch(formula)
    first = parse_reference(found[1]) if found and found[1] == found[2] else None
    if first is None:
        return None
    listed = _ROWS.fullmatch(rows.formula)
    column = parse_reference(listed[1]) if listed else None
    if column and (column.sheet, column.row, column.column) == (
        first.sheet,
        first.row,
        first.column,
    ):
        return column
    return _grown(first, 1 if rows.formula else rows.value)


def _kept_area(sheet: RawSheet, row: int) -> Range | None:
    """Return a range by its values: formats without formulas keep what was worked out last."""
    shown = sheet.cell(row, MapColumn.SHEET).value
    place = sheet.cell(row, MapColumn.PLACE)
    if place.kind != "number" or not isinstance(place.value, int | float) or not shown:
        return None
    at, column = divmod(int(place.value), _PER_ROW)
    first = Range(str(shown), at, column, at, column)
    return _grown(first, sheet.cell(row, MapColumn.ROWS).value) if at and column else None


def _grown(first: Range, rows: object) -> Range:
    more = max(int(rows) - 1, 0) if isinstance(rows, int | float) else 0
    return replace(first, last_row=first.row + more)
