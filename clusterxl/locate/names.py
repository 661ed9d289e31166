"""The upper rungs: where the names of a workbook point, and its hidden map of keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from clusterxl.excel.cells import address
from clusterxl.excel.raw import (
    BLANK,
    LOST_REFERENCE,
    Range,
    RawBook,
    RawSheet,
    parse_reference,
)
from clusterxl.form.key_map import read_key_map
from clusterxl.form.model import Input, defined_name
from clusterxl.locate.model import FoundBy, FoundCell


class Areas:
    """Where names point, each looked up once."""

    def __init__(
        self,
        book: RawBook,
        ranges: Mapping[str, Range | None],
        gone: frozenset[str] = frozenset(),
    ) -> None:
        """Take the ranges by name in small letters, and the names whose cells were deleted."""
        self._book = book
        self._gone = gone
        self._ranges = ranges
        self._known: dict[str, tuple[RawSheet, Range] | None] = {}

    def area_of(self, name: str) -> tuple[RawSheet, Range] | None:
        """Return sheet and range of a name; None when they are gone."""
        if name not in self._known:
            area = self._ranges.get(name.casefold())
            sheet = self._book.sheet(area.sheet) if area else None
            self._known[name] = (sheet, area) if sheet and area else None
        return self._known[name]

    def is_gone(self, name: str) -> bool:
        """Whether a name is still there and says that its cell was deleted, or covered."""
        return name.casefold() in self._gone

    def find(self, asked: Input, found_by: FoundBy) -> FoundCell | None:
        """Find an input cell; None when its name is lost, or its list has become shorter."""
        found = self.area_of(defined_name(asked.key))
        if found is None:
            return None
        sheet, area = found
        # The cells of a list column share one name: row i is its i-th cell.
        row = area.row + max(asked.row - 1, 0)
        return cell_at(asked, sheet, row, area.column, found_by) if row <= area.last_row else None


def areas_by_name(book: RawBook) -> Areas:
    """Return where the names point that hold for the whole workbook."""
    gone = frozenset(n.casefold() for n, text in book.names.items() if LOST_REFERENCE in text)
    ranges = {n.casefold(): parse_reference(text) for n, text in book.names.items()}
    return Areas(book, ranges, gone)


def areas_by_map(book: RawBook) -> Areas:
    """Return where the formulas of the hidden map say that the cells are."""
    found = read_key_map(book)
    return Areas(book, dict(found.live), found.gone)


def areas_kept(book: RawBook, names: Areas) -> Areas:
    """Return where the cells were when somebody last worked out a map that has no formulas now.

    On a sheet it counts only where some name is left, and each that is left agrees.
    """
    kept = read_key_map(book).kept
    agrees: dict[str, bool] = {}
    for name, area in kept.items():
        if now := names.area_of(name):
            sheet, place = now
            is_there = sheet.name.casefold() == area.sheet.casefold()
            is_there = is_there and replace(area, sheet=place.sheet) == place
            agrees[area.sheet] = agrees.get(area.sheet, True) and is_there
    return Areas(
        book,
        {n: area for n, area in kept.items() if agrees.get(area.sheet) and not names.is_gone(n)},
    )


def areas_on_sheet(book: RawBook, sheet: str) -> Areas:
    """Return where the names point that hold for one sheet only: a copy brings its own.

    Those of them that point to other sheets are no work of copying.
    """
    found = {n.casefold(): parse_reference(t) for n, t in book.local_names.get(sheet, {}).items()}
    wanted = sheet.casefold()
    return Areas(
        book, {n: area for n, area in found.items() if area and area.sheet.casefold() == wanted}
    )


def cell_at(asked: Input, sheet: RawSheet, row: int, column: int, found_by: FoundBy) -> FoundCell:
    """Return the cell at a place as that of an input."""
    raw = sheet.cell(row, column)
    if raw.kind == "blank" and not raw.formula:
        raw = BLANK
    return FoundCell(
        key=asked.key,
        sheet=sheet.name,
        cell=address(row, column),
        raw=raw,
        found_by=found_by.value,
        row=row,
        column=column,
    )
