"""A workbook on somebody's desk: what people and programs do to it, without any program.

The cells, names and formulas of a return as our reader sees them, changed as Excel changes them:
whoever inserts a row moves the names and formulas that point below it. Fast enough for thousands
of workbooks a minute; `test_mishaps.py` lets LibreOffice do the same to real files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from clusterxl.excel.cells import address, sheet_reference
from clusterxl.excel.raw import (
    RawBook,
    RawCell,
    RawFeatures,
    RawSheet,
    Visibility,
    column_number,
)

Place = tuple[int, int]
Axis = Literal["rows", "columns"]
LOST = "#REF!"
# Texts stay as they are; then a sheet, if any, and a cell or a range.
_POINTER = re.compile(
    r"(?P<text>\"[^\"]*\")"
    r"|(?P<sheet>'(?:[^']|'')+'!|[^\s'!\"()+\-*/&=<>,;^:]+!)?"
    r"(?<![A-Za-z0-9_.])(?P<c1>\$?[A-Z]{1,3})(?P<r1>\$?[0-9]{1,7})"
    r"(?::(?P<c2>\$?[A-Z]{1,3})(?P<r2>\$?[0-9]{1,7}))?(?![A-Za-z0-9_.(!])"
)


@dataclass(kw_only=True)
class Leaf:
    """One sheet on the desk."""

    name: str
    visibility: Visibility
    cells: dict[Place, RawCell]
    features: RawFeatures
    local_names: dict[str, str] = field(default_factory=dict)
    # Of a copy: the sheet it was made of, and where the cells of that are on it.
    copy_of: str = ""
    twins: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shift:
    """Rows or columns of a sheet that are inserted (count above 0) or deleted (below)."""

    axis: Axis
    at: int
    count: int

    def now(self, number: int) -> int | None:
        """Return where a row or column goes; None when it is deleted."""
        if number < self.at:
            return number
        if self.count < 0 and number < self.at - self.count:
            return None
        return number + self.count

    def place(self, place: Place) -> Place | None:
        """Return where a cell goes; None when it is deleted."""
        row, column = place
        moved = (self.now(row), column) if self.axis == "rows" else (row, self.now(column))
        return None if moved[0] is None or moved[1] is None else (moved[0], moved[1])

    def span(self, first: int, last: int) -> tuple[int, int] | None:
        """Return where a range goes: it grows and shrinks with what is within."""
        kept = [now for number in range(first, last + 1) if (now := self.now(number)) is not None]
        return (kept[0], kept[-1]) if kept else None


class Desk:
    """A workbook that somebody works on."""

    def __init__(self, book: RawBook) -> None:
        """Take a workbook as it was read; it is left as it is."""
        self._book = book
        self.names = dict(book.names)
        # Where each cell that was named has really gone, whatever becomes of the names.
        self.truth = dict(book.names)
        self.leaves = [
            Leaf(
                name=sheet.name,
                visibility=sheet.visibility,
                cells=dict(sheet.cells.items()),
                features=sheet.features,
                local_names=dict(book.local_names.get(sheet.name, {})),
            )
            for sheet in book.sheets
        ]

    def book(self) -> RawBook:
        """Return the workbook as it is now."""
        return replace(
            self._book,
            sheets=tuple(
                RawSheet(
                    name=leaf.name,
                    visibility=leaf.visibility,
                    cells={p: c for p, c in leaf.cells.items() if c.kind != "blank" or c.formula},
                    later=lambda leaf=leaf: leaf.features,  # type: ignore[misc]
                )
                for leaf in self.leaves
            ),
            names=dict(self.names),
            local_names={leaf.name: dict(leaf.local_names) for leaf in self.leaves},
        )

    def leaf(self, name: str) -> Leaf:
        """Return a sheet."""
        return next(leaf for leaf in self.leaves if leaf.name == name)

    @property
    def shown(self) -> list[Leaf]:
        """The sheets that people see."""
        return [leaf for leaf in self.leaves if leaf.visibility == "visible"]

    # ---- what moves cells, and what points to them

    def shift(self, name: str, shift: Shift, *, names: bool = True) -> None:
        """Insert or delete rows or columns; scripts that know no `names` leave these behind."""
        leaf = self.leaf(name)
        leaf.cells = {
            now: cell for place, cell in leaf.cells.items() if (now := shift.place(place))
        }
        leaf.features = replace(
            leaf.features, merged=tuple(_shifted_areas(leaf.features.merged, shift))
        )
        self._repoint(name, lambda found: _shifted(found, shift), names=names)

    def move(self, name: str, start: Place, size: Place, end: Place) -> None:
        """Cut cells and paste them elsewhere: names and formulas follow; what was there is gone."""
        leaf = self.leaf(name)
        by = (end[0] - start[0], end[1] - start[1])
        taken = {
            place: leaf.cells.pop(place) for place in [*leaf.cells] if _within(place, start, size)
        }
        for place in [*leaf.cells]:
            if _within(place, end, size):
                del leaf.cells[place]
        leaf.cells |= {(row + by[0], column + by[1]): c for (row, column), c in taken.items()}
        self._repoint(name, lambda found: _dragged(found, start, size, end), keeps=True)

    def _repoint(
        self,
        name: str,
        change: Callable[[re.Match[str]], str],
        *,
        names: bool = True,
        keeps: bool = False,
    ) -> None:
        """Change all that points to cells of a sheet; without `names` only the truth.

        What is dragged onto a cell takes its name away, and is what is answered there: for that
        the truth `keeps` the place.
        """

        def rewritten(text: str, here: str) -> str:
            return _POINTER.sub(
                lambda f: change(f) if f["c1"] and _sheet_of(f, here) == name.casefold() else f[0],
                text,
            )

        if names:
            self._rewrite(rewritten)
        for truth in (self.truth, *(leaf.twins for leaf in self.leaves)):
            for label, text in truth.items():
                now = rewritten(text, "")
                truth[label] = text if keeps and LOST in now else now

    def _rewrite(self, rewritten: Callable[[str, str], str]) -> None:
        """Rewrite all formulas and names; `rewritten` takes a text and the sheet it stands on."""
        for leaf in self.leaves:
            for place, cell in leaf.cells.items():
                text = rewritten(cell.formula, leaf.name) if cell.formula else ""
                if text != cell.formula:
                    leaf.cells[place] = replace(cell, formula=text)
            leaf.local_names = {n: rewritten(t, leaf.name) for n, t in leaf.local_names.items()}
        self.names = {n: rewritten(text, "") for n, text in self.names.items()}

    # ---- sheets

    def rename(self, name: str, new: str) -> None:
        """Rename a sheet; all that points to it follows."""
        self.leaf(name).name = new
        for leaf in self.leaves:
            leaf.copy_of = new if leaf.copy_of == name else leaf.copy_of
        self._repoint(name, lambda f: _pointer(new, f) if f["sheet"] else f[0])

    def delete(self, name: str) -> None:
        """Delete a sheet; what pointed to it points nowhere, and a copy is all that is left."""
        self.leaves.remove(self.leaf(name))
        there = dict(self.truth)
        self._repoint(name, lambda _: LOST)
        for leaf in reversed(self.leaves):
            if leaf.copy_of == name:
                gone = {n for n, text in there.items() if text != self.truth[n]}
                self.truth |= {n: text for n, text in leaf.twins.items() if n in gone}

    def copy(self, name: str, new: str) -> None:
        """Copy a sheet: the copy brings the names of the sheet with it, for itself only."""
        leaf = self.leaf(name)
        local = {
            n: _POINTER.sub(lambda f: _pointer(new, f) if f["sheet"] else f[0], text)
            for n, text in leaf.local_names.items()
        }
        local |= _on_copy(self.names, name, new)
        twins = _on_copy(self.truth, name, new)
        at = self.leaves.index(leaf) + 1
        copied = replace(
            leaf, name=new, cells=dict(leaf.cells), local_names=local, copy_of=name, twins=twins
        )
        self.leaves.insert(at, copied)


def _on_copy(names: Mapping[str, str], sheet: str, copy: str) -> dict[str, str]:
    """Return the names that point to a sheet as they point to its copy."""
    found = {}
    for name, text in names.items():
        pointer = _POINTER.search(text)
        if pointer and pointer["c1"] and _sheet_of(pointer, "") == sheet.casefold():
            found[name] = _POINTER.sub(lambda f: _pointer(copy, f), text)
    return found


def _sheet_of(found: re.Match[str], here: str) -> str:
    if not found["sheet"]:
        return here.casefold()
    name = found["sheet"][:-1]
    return (name[1:-1].replace("''", "'") if name.startswith("'") else name).casefold()


def _pointer(sheet: str, found: re.Match[str]) -> str:
    cells = found[0].removeprefix(found["sheet"] or "")
    return sheet_reference(sheet, cells)


def _numbers(found: re.Match[str]) -> tuple[int, int, int, int]:
    row, column = int(found["r1"].strip("$")), column_number(found["c1"].strip("$"))
    last_row = int(found["r2"].strip("$")) if found["r2"] else row
    last_column = column_number(found["c2"].strip("$")) if found["c2"] else column
    return row, column, last_row, last_column


def _written(found: re.Match[str], row: int, column: int, last_row: int, last_column: int) -> str:
    def one(column_text: str, row_text: str, row: int, column: int) -> str:
        plain = address(row, column)
        letters = plain.rstrip("0123456789")
        dollars = ("$" * column_text.startswith("$"), "$" * row_text.startswith("$"))
        return f"{dollars[0]}{letters}{dollars[1]}{row}"

    text = one(found["c1"], found["r1"], row, column)
    if found["c2"]:
        text += ":" + one(found["c2"], found["r2"], last_row, last_column)
    return (found["sheet"] or "") + text


def _shifted(found: re.Match[str], shift: Shift) -> str:
    row, column, last_row, last_column = _numbers(found)
    rows, columns = (row, last_row), (column, last_column)
    spans = (shift.span(*rows), columns) if shift.axis == "rows" else (rows, shift.span(*columns))
    if spans[0] is None or spans[1] is None:
        return (found["sheet"] or "") + LOST
    return _written(found, spans[0][0], spans[1][0], spans[0][1], spans[1][1])


def _shifted_areas(areas: tuple[str, ...], shift: Shift) -> Iterator[str]:
    for area in areas:
        found = _POINTER.fullmatch(area)
        if found and (text := _shifted(found, shift)) != LOST:
            yield text


def _dragged(found: re.Match[str], start: Place, size: Place, end: Place) -> str:
    row, column, last_row, last_column = _numbers(found)
    first, last = (row, column), (last_row, last_column)
    if _within(first, start, size) and _within(last, start, size):
        by = (end[0] - start[0], end[1] - start[1])
        return _written(found, row + by[0], column + by[1], last_row + by[0], last_column + by[1])
    if _within(first, end, size) and _within(last, end, size):
        return (found["sheet"] or "") + LOST
    return found[0]


def _within(place: Place, start: Place, size: Place) -> bool:
    return all(s <= p < s + n for p, s, n in zip(place, start, size, strict=True))
