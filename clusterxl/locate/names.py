"""The upper rungs: where the names of a workbook point, and its hidden map of keys."""

from __future__ import annotations

from collections.abc import Mapping

from clusterxl.excel.cells import address
from clusterxl.excel.raw import BLANK, Range, RawBook, RawSheet, parse_reference
from clusterxl.form.key_map import read_key_map
from clusterxl.form.model import Input, defined_name
from clusterxl.locate.model import FoundBy, FoundCell


class Areas:
    """Where names point, each looked up once."""

    def __init__(self, book: RawBook, ranges: Mapping[str, Range | None]) -> None:
        """Take the ranges by name in small letters."""
        self._book = book
        self._ranges = ranges
        self._known: dict[str, tuple[RawSheet, Range] | None] = {}

    def area_of(self, name: str) -> tuple[RawSheet, Range] | None:
        """Return sheet and range of a name; None when they are gone."""
        if name not in self._known:
            area = self._ranges.get(name.casefold())
            sheet = self._book.sheet(area.sheet) if area else None
            self._known[name] = (sheet, area) if sheet and area else None
        return self._known[name]

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
    return Areas(book, {n.casefold(): parse_reference(text) for n, text in book.names.items()})


def areas_by_map(book: RawBook) -> Areas:
    """Return where the hidden map says that the cells are."""
    return Areas(book, dict(read_key_map(book)))


def areas_on_sheet(book: RawBook, sheet: str) -> Areas:
    """Return where the names point that hold for one sheet only: a copy brings its own."""
    names = book.local_names.get(sheet, {})
    return Areas(book, {n.casefold(): parse_reference(text) for n, text in names.items()})


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
