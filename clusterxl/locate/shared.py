"""Cells to which several names lead: whose they are, and who has lost what was under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusterxl.form.layout import Layout
from clusterxl.locate.alignment import Alignment, align
from clusterxl.locate.model import FoundBy, FoundCell
from clusterxl.locate.names import Areas


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """An input cell whose name leads to the cell of another.

    Attributes:
        key: Its key.
        cell: The cell that both names lead to.
        others: Keys of the others.
    """

    key: str
    cell: FoundCell
    others: tuple[str, ...]


def settle_shares(layout: Layout, cells: dict[str, FoundCell], by_map: Areas) -> tuple[Share, ...]:
    """Leave each cell to one key at most.

    Whose name was led astray, as the map tells, goes where the map leads. Of the others, the one
    that was dragged there, as the map confirms, took the cell, and who was there has lost it; else
    nobody knows whose it is.

    Args:
        layout: The form, laid out.
        cells: The cells found by their names, by key; those that lose theirs are taken out.
        by_map: Where the hidden map of keys points.

    Returns:
        Who has lost a cell to whom.
    """
    shares = []
    for group in _groups(cells).values():
        staying = [key for key in group if not _goes_by_map(layout, cells, by_map, key)]
        dragged = [key for key in staying if _was_dragged(layout, cells, by_map, key)]
        # One that is alone by now is nobody's rival.
        losers = [key for key in staying if [key] not in (dragged, staying)]
        for key in losers:
            others = tuple(other for other in staying if other != key)
            shares.append(Share(key=key, cell=cells[key], others=others))
        for key in losers:
            del cells[key]
    return tuple(shares)


def _groups(cells: Mapping[str, FoundCell]) -> dict[tuple[str, str], list[str]]:
    groups: dict[tuple[str, str], list[str]] = {}
    for key, cell in cells.items():
        groups.setdefault((cell.sheet, cell.cell), []).append(key)
    return {place: keys for place, keys in groups.items() if len(keys) > 1}


def _goes_by_map(layout: Layout, cells: dict[str, FoundCell], by_map: Areas, key: str) -> bool:
    """Give a cell the place that the map tells, where that is another one and free."""
    other = by_map.find(layout.form.by_key[key], FoundBy.MAP)
    taken = {(cell.sheet, cell.cell) for cell in cells.values()}
    if other is None or (other.sheet, other.cell) in taken:
        return False
    cells[key] = other
    return True


def _was_dragged(layout: Layout, cells: Mapping[str, FoundCell], by_map: Areas, key: str) -> bool:
    place, cell = layout.places[key], cells[key]
    mapped = by_map.find(layout.form.by_key[key], FoundBy.MAP)
    if mapped is None or (mapped.sheet, mapped.cell) != (cell.sheet, cell.cell):
        return False
    now = _alignment(layout, cells, place.sheet).now(place.row, place.column)
    return now != (cell.row, cell.column)


def _alignment(layout: Layout, cells: Mapping[str, FoundCell], sheet: str) -> Alignment:
    found: Sequence[tuple[tuple[int, int], tuple[int, int]]] = [
        ((place.row, place.column), (cell.row, cell.column))
        for key, cell in cells.items()
        if (place := layout.places[key]).sheet == sheet
    ]
    return align(found)
