"""The ladder: name, hidden map of keys, label, position; what no rung gives is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clusterxl.excel.raw import RawBook, RawSheet
from clusterxl.form.layout import Layout, lay_out
from clusterxl.form.model import Form, Input, defined_name
from clusterxl.locate.doubts import tell_doubts
from clusterxl.locate.labels import (
    LabelMap,
    labels_of_layout,
    labels_of_sheet,
    match_sheets,
)
from clusterxl.locate.model import FoundBy, FoundCell, Located
from clusterxl.locate.names import Areas, areas_by_map, areas_by_name, areas_on_sheet, cell_at
from clusterxl.locate.shared import settle_shares


def find_cells(form: Form, book: RawBook) -> Located:
    """Find all input cells of a form.

    Args:
        form: The form.
        book: The workbook.

    Returns:
        The cells, what is wrong with them, and which sheet is which.
    """
    layout = lay_out(form)
    names = areas_by_name(book)
    rungs = _Rungs(form, layout, book)
    rungs.climb(names, FoundBy.NAME, form.inputs)
    # The rows that a list has lost are gone; whatever stands at their place is something else.
    gone = [a for a in form.inputs if a.key not in rungs.cells and not _is_cut(names, a)]
    by_map = areas_by_map(book) if gone or rungs.has_shared else None
    shares = settle_shares(layout, rungs.cells, by_map) if rungs.has_shared and by_map else ()
    if gone and by_map:
        rungs.climb(by_map, FoundBy.MAP, gone)
    sheets = match_sheets(layout, book, rungs.sheets_known())
    for sheet in sheets.values():
        rungs.climb(areas_on_sheet(book, sheet.name), FoundBy.NAME, gone)
    rungs.climb_by_labels(gone, sheets)
    cells = {a.key: rungs.cells.get(a.key) or FoundCell(key=a.key) for a in form.inputs}
    return Located(
        cells=cells,
        findings=tell_doubts(form, cells, names, by_map, shares),
        sheets={name: sheet.name for name, sheet in sheets.items()},
    )


def _is_cut(names: Areas, asked: Input) -> bool:
    return bool(asked.row) and names.area_of(defined_name(asked.key)) is not None


class _Rungs:
    """The cells found so far; each rung adds to them and takes none away."""

    def __init__(self, form: Form, layout: Layout, book: RawBook) -> None:
        self._form = form
        self._layout = layout
        self._book = book
        self.cells: dict[str, FoundCell] = {}
        self._taken: set[tuple[str, int, int]] = set()
        self.has_shared = False

    def climb(self, areas: Areas, found_by: FoundBy, wanted: Iterable[Input]) -> None:
        """Look for cells where names, or the map, say they are."""
        for asked in wanted:
            found = None if asked.key in self.cells else areas.find(asked, found_by)
            if found is None:
                continue
            place = found.sheet, found.row, found.column
            if place not in self._taken:
                self._taken.add(place)
            elif found_by is FoundBy.NAME:
                self.has_shared = True
            else:
                continue
            self.cells[asked.key] = found

    def sheets_known(self) -> dict[str, list[str]]:
        """Return on which sheets the cells of each sheet of the form were found."""
        known: dict[str, list[str]] = {}
        for key, cell in self.cells.items():
            known.setdefault(self._layout.places[key].sheet, []).append(cell.sheet)
        return known

    def climb_by_labels(self, wanted: Iterable[Input], sheets: Mapping[str, RawSheet]) -> None:
        """Look for cells beside their labels, or else between neighbours that moved alike."""
        lost: dict[str, list[Input]] = {}
        for asked in wanted:
            if asked.key not in self.cells:
                lost.setdefault(self._layout.places[asked.key].sheet, []).append(asked)
        for sheet in self._layout.sheets:
            returned = sheets.get(sheet.name)
            if returned is None or sheet.name not in lost:
                continue
            labels = LabelMap(
                labels_of_layout(sheet), labels_of_sheet(returned), self._moves(sheet.name)
            )
            for asked in lost[sheet.name]:
                self._at_label(asked, returned, labels)

    def _moves(self, sheet: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        places = ((self._layout.places[key], cell) for key, cell in self.cells.items())
        return [
            ((place.row, place.column), (cell.row, cell.column))
            for place, cell in places
            if place.sheet == sheet
        ]

    def _at_label(self, asked: Input, sheet: RawSheet, labels: LabelMap) -> None:
        place = self._layout.places[asked.key]
        now = labels.alignment.now(place.row, place.column)
        if now is None or (sheet.name, *now) in self._taken:
            return
        if labels.is_seen(place.row, now[0]):
            found_by = FoundBy.LABEL
        elif labels.has_labels(place.row):
            # What is printed there now is something else: the row itself is gone.
            return
        else:
            found_by = FoundBy.POSITION
        self._taken.add((sheet.name, *now))
        self.cells[asked.key] = cell_at(asked, sheet, *now, found_by)
