"""The hidden map of keys: formulas that follow each input cell wherever it goes.

Whoever loses the names of a workbook keeps the map: inserted rows and renamed sheets change its
formulas as they change those of the names, and its values say the places to programs that know no
formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clusterxl.excel.cells import address, sheet_reference
from clusterxl.excel.raw import Range, RawBook, RawCell, parse_reference
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


def read_key_map(book: RawBook) -> dict[str, Range]:
    """Read the map of a workbook that came back.

    Args:
        book: The workbook.

    Returns:
        Where each name pointed, by the name in small letters; what the map no longer knows, or a
        workbook without a map, is left out.
    """
    sheet = book.sheet(MAP_SHEET)
    if sheet is None or sheet.name in book.damaged:
        return {}
    found = {}
    rows = {row for row, _ in sheet.cells if row >= FIRST_ROW}
    for row in sorted(rows):
        name = sheet.cell(row, MapColumn.NAME).value
        shown = sheet.cell(row, MapColumn.SHEET).value
        count = sheet.cell(row, MapColumn.ROWS).value
        area = _area(sheet.cell(row, MapColumn.PLACE), str(shown or ""))
        if isinstance(name, str) and area is not None:
            more = int(count) - 1 if isinstance(count, int | float) else 0
            found[name.casefold()] = Range(
                area.sheet, area.row, area.column, area.row + max(more, 0), area.column
            )
    return found


def _area(cell: RawCell, sheet: str) -> Range | None:
    if cell.formula:
        found = _PLACE.fullmatch(cell.formula)
        return parse_reference(found[1]) if found and found[1] == found[2] else None
    # Formats without formulas keep the number that was worked out last.
    if cell.kind != "number" or not isinstance(cell.value, int | float) or not sheet:
        return None
    row, column = divmod(int(cell.value), _PER_ROW)
    return Range(sheet, row, column, row, column) if row and column else None
