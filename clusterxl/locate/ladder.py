"""The ladder: name, hidden map of keys, label, position; what no rung gives is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

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
from clusterxl.locate.names import (
    Areas,
    areas_by_map,
    areas_by_name,
    areas_kept,
    areas_on_sheet,
    cell_at,
)
from clusterxl.locate.shared import Share, settle_shares


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
    by_map = areas_by_map(book) if gone or rungs.is_unlike_issued else None
    shares: tuple[Share, ...] = ()
    if by_map:
        shares = settle_shares(layout, rungs.cells, by_map)
        rungs.take_anew(share.cell for share in shares)
    if gone and by_map:
        rungs.climb(by_map, FoundBy.MAP, gone)
        rungs.climb(areas_kept(book, names), FoundBy.POSITION, gone)
    sheets = match_sheets(layout, book, rungs.sheets_known())
    for sheet in sheets.values():
        rungs.climb(areas_on_sheet(book, sheet.name), FoundBy.NAME, gone)
    told_gone = {a.key for a in gone if _is_gone(a, names, by_map)}
    rungs.climb_by_labels(gone, sheets, told_gone)
    cells = {a.key: rungs.cells.get(a.key) or FoundCell(key=a.key) for a in form.inputs}
    return Located(
        cells=cells,
        findings=tell_doubts(form, cells, names, by_map, shares),
        sheets={name: sheet.name for name, sheet in sheets.items()},
    )


def _is_cut(names: Areas, asked: Input) -> bool:
    return bool(asked.row) and names.area_of(defined_name(asked.key)) is not None


def _is_gone(asked: Input, *areas: Areas | None) -> bool:
    name = defined_name(asked.key)
    return any(one is not None and one.is_gone(name) for one in areas)


class _Rungs:
    """The cells found so far; each rung adds to them and takes none away."""

    def __init__(self, form: Form, layout: Layout, book: RawBook) -> None:
        self._form = form
        self._layout = layout
        self._book = book
        self.cells: dict[str, FoundCell] = {}
        self._taken: set[tuple[str, int, int]] = set()

    def climb(self, areas: Areas, found_by: FoundBy, wanted: Iterable[Input]) -> None:
        """Look for cells where names, or the map, say they are."""
        for asked in wanted:
            found = None if asked.key in self.cells else areas.find(asked, found_by)
            if found is None:
                continue
            place = found.sheet, found.row, found.column
            if place not in self._taken:
                self._taken.add(place)
            elif found_by is not FoundBy.NAME:
                continue
            self.cells[asked.key] = found

    def take_anew(self, disputed: Iterable[FoundCell]) -> None:
        """Note which places are taken, those among them of which nobody knows whose they are."""
        self._taken = {
            (cell.sheet, cell.row, cell.column) for cell in (*self.cells.values(), *disputed)
        }

    @property
    def is_unlike_issued(self) -> bool:
        """Whether some cell is not where it was issued: moved, or its name led astray."""
        places = self._layout.places
        return any(
            (cell.row, cell.column) != (places[key].row, places[key].column)
            for key, cell in self.cells.items()
        )

    def sheets_known(self) -> dict[str, list[str]]:
        """Return on which sheets the cells of each sheet of the form were found."""
        known: dict[str, list[str]] = {}
        for key, cell in self.cells.items():
            known.setdefault(self._layout.places[key].sheet, []).append(cell.sheet)
        return known

    def climb_by_labels(
        self, wanted: Iterable[Input], sheets: Mapping[str, RawSheet], gone: Set[str]
    ) -> None:
        """Look for cells beside their labels, or else between neighbours that moved alike.

        Args:
            wanted: What is looked for.
            sheets: Sheets by name in the form.
            gone: Keys of which the workbook says that their cells were deleted or covered.
        """
        lost: dict[str, list[Input]] = {}
        for asked in wanted:
            if asked.key not in self.cells:
                lost.setdefault(self._layout.places[asked.key].sheet, []).append(asked)
        for sheet in self._layout.sheets:
            returned = sheets.get(sheet.name)
            if returned is None or sheet.name not in lost:
                continue
            labels = LabelMap(
                labels_of_layout(sheet),
                labels_of_sheet(returned),
                self._moves(sheet.name, returned),
            )
            for asked in lost[sheet.name]:
                self._at_label(asked, returned, labels, is_gone=asked.key in gone)

    def _moves(
        self, sheet: str, returned: RawSheet
    ) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        places = ((self._layout.places[key], cell) for key, cell in self.cells.items())
        return [
            ((place.row, place.column), (cell.row, cell.column))
            for place, cell in places
            if place.sheet == sheet and cell.sheet == returned.name
        ]

    def _at_label(self, asked: Input, sheet: RawSheet, labels: LabelMap, *, is_gone: bool) -> None:
        place = self._layout.places[asked.key]
        if is_gone and not labels.alignment.is_known(place.row, place.column):
            # It went with its row or column, of which nothing is left.
            return
        now = labels.alignment.now(place.row, place.column)
        if now is None or (sheet.name, *now) in self._taken:
            return
        if labels.is_seen(place.row, now[0]):
            found_by = FoundBy.LABEL
        elif labels.has_labels(place.row) or labels.is_cut_off(place.row, now):
            # What is printed there now is something else: the row itself is gone.
            return
        else:
            found_by = FoundBy.POSITION
        self._taken.add((sheet.name, *now))
        self.cells[asked.key] = cell_at(asked, sheet, *now, found_by)
