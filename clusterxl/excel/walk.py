"""Walks the XML of a sheet with a parser: for whatever is written in an unusual way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers.expat import ParserCreate

from clusterxl.excel.cells import address
from clusterxl.excel.columns import Columns
from clusterxl.excel.geometry import check_area, check_counts, check_place, check_row
from clusterxl.excel.raw import MAX_COLUMN, column_number
from clusterxl.excel.sniff import unreadable
from clusterxl.excel.xml import attributes_of, is_true, local

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
_WHOLE = re.compile(r"([0-9]{1,15})(?:\.0*)?")
_CELL = ("worksheet", "sheetData", "row", "c")
_ROW = _CELL[:3]
_INLINE = (("is", "t"), ("is", "r", "t"))
_DEEPEST = len(_CELL) + max(map(len, _INLINE)) + 1
_TEXTS = (("v",), ("f",), *_INLINE)
_NONSENSE = "nonsense"
_AREAS = ("mergeCell", "hyperlink")


def walk(data: bytes, file: str) -> Columns:
    """Read the cells of a sheet, element by element.

    Args:
        data: The part, in UTF-8.
        file: Name of the workbook, for the sentence when it is refused.

    Returns:
        Its cells.

    Raises:
        ExpatError: The part is no XML.
        UnreadableWorkbookError: It is no sheet, a cell has no address, or it reaches too far.
    """
    walker = _Walker(file)
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.text
    parser.Parse(data, True)  # noqa: FBT003 (the end of the part)
    return walker.columns(data.decode("utf-8-sig"))


class _Cell:
    """What was met in one cell so far; of doubled elements the first counts."""

    __slots__ = (
        "attributes",
        "column",
        "formula",
        "formula_attributes",
        "inline",
        "is_nonsense",
        "row",
        "value",
    )

    def __init__(self, attributes: Mapping[str, str], row: int, column: int) -> None:
        self.attributes = attributes
        self.row = row
        self.column = column
        self.formula: str | None = None
        self.formula_attributes: str | None = None
        self.value: str | None = None
        self.inline: str | None = None
        self.is_nonsense = False

    def break_up(self) -> None:
        """Make it a cell of a type that has no values, with what it holds as the text of that."""
        self.attributes = {**self.attributes, "t": _NONSENSE}
        self.value = self.value or self.inline or self.formula or _NONSENSE

    @property
    def is_filled(self) -> bool:
        """Whether anything stands in it."""
        parts = (self.formula_attributes, self.value, self.inline)
        return any(part is not None for part in parts)


class _Walker:
    """Collects cells; handlers of the parser."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._path: list[str] = []
        self._row = 0
        self._column = 0
        self._cell: _Cell | None = None
        self._done: set[str] = set()
        self._texts: list[str] = []
        self._cells: list[_Cell] = []
        self._hidden: list[int] = []
        self._merges = 0
        self._conditionals = 0

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """Meet the beginning of an element."""
        name = local(name)
        self._path.append(name)
        path = self._near_path()
        if len(path) == 1 and name != _CELL[0]:
            raise unreadable("damaged", file=self._file)
        if path == _ROW:
            self._start_row(attributes_of(given))
        elif path == _CELL:
            self._start_cell(attributes_of(given))
        elif self._cell is not None:
            self._start_inside(path[len(_CELL) :], given)
        elif name in _AREAS or name == "conditionalFormatting":
            self._meet_area(name, attributes_of(given))

    def end(self, _: str) -> None:
        """Meet the end of an element."""
        path = self._near_path()
        cell = self._cell
        if cell is not None:
            if path == _CELL:
                self._end_cell(cell)
            else:
                self._end_inside(cell, path[len(_CELL) :])
        self._path.pop()

    def text(self, text: str) -> None:
        """Meet text."""
        if self._cell is not None:
            self._texts.append(text)

    def columns(self, around: str) -> Columns:
        """Return what was collected."""
        cells = self._cells
        return Columns(
            addresses=[address(cell.row, cell.column) for cell in cells],
            styles=[cell.attributes.get("s") for cell in cells],
            types=[cell.attributes.get("t") for cell in cells],
            formula_attributes=[cell.formula_attributes for cell in cells],
            formulas=[cell.formula for cell in cells],
            values=[cell.value for cell in cells],
            inline=[cell.inline for cell in cells],
            hidden_rows=tuple(self._hidden),
            around=around,
            escaped=False,
        )

    def _near_path(self) -> tuple[str, ...]:
        """Return where we are; nothing where it is deeper than anything of a cell."""
        return tuple(self._path) if len(self._path) <= _DEEPEST else ()

    def _start_row(self, given: Mapping[str, str]) -> None:
        number = given.get("r")
        if number is None:
            self._row += 1
        elif found := _WHOLE.fullmatch(number.strip()):
            self._row = int(found[1])
        else:
            raise unreadable("damaged", file=self._file)
        check_row(self._row, self._file)
        self._column = 0
        if is_true(given.get("hidden")):
            self._hidden.append(self._row)

    def _start_cell(self, given: Mapping[str, str]) -> None:
        row, place = self._row, given.get("r")
        if place:
            found = _ADDRESS.fullmatch(place)
            # A cell that is nowhere cannot be told of, so that nothing here can be trusted.
            if found is None or column_number(found[1]) > MAX_COLUMN:
                raise unreadable("damaged", file=self._file)
            row, self._column = int(found[2]), column_number(found[1])
            check_row(row, self._file)
        else:
            self._column += 1
        self._cell = _Cell(given, row, self._column)
        self._done.clear()

    def _start_inside(self, path: tuple[str, ...], given: Mapping[str, str]) -> None:
        cell = self._cell
        if path == ("f",) and cell is not None and cell.formula_attributes is None:
            pairs = attributes_of(given).items()
            cell.formula_attributes = "".join(f' {name}="{value}"' for name, value in pairs)
        elif path == ("is",) and cell is not None and cell.inline is None:
            cell.inline = ""
        if path in _TEXTS:
            self._texts.clear()
        elif cell is not None and path[:-1] in _TEXTS:
            # Elements within a text: nobody can say what the text is.
            cell.is_nonsense = True

    def _end_inside(self, cell: _Cell, path: tuple[str, ...]) -> None:
        text = "".join(self._texts)
        if path == ("v",) and "v" not in self._done:
            cell.value = text
        elif path == ("f",) and "f" not in self._done:
            cell.formula = text
        elif path in _INLINE and "is" not in self._done:
            cell.is_nonsense |= path == _INLINE[0] and path[-1] in self._done
            cell.inline = (cell.inline or "") + text
            self._done.add(path[-1] if path == _INLINE[0] else "")
        if len(path) == 1:
            self._done.add(path[0])

    def _end_cell(self, cell: _Cell) -> None:
        if cell.is_nonsense:
            cell.break_up()
        if cell.is_filled:
            check_place(cell.row, cell.column, self._file)
        self._cells.append(cell)
        self._cell = None

    def _meet_area(self, name: str, given: Mapping[str, str]) -> None:
        self._merges += name == _AREAS[0]
        self._conditionals += name not in _AREAS
        check_counts(self._merges, self._conditionals, self._file)
        if name in _AREAS:
            check_area(given.get("ref", ""), self._file)
