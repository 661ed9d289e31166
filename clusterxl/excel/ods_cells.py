"""Walks the content of an .ods file: sheets, cells at their addresses, names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers.expat import ParserCreate

from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.formats import GENERAL
from clusterxl.excel.geometry import check_place
from clusterxl.excel.ods_text import CellText
from clusterxl.excel.raw import RawCell, RawSheet, Visibility
from clusterxl.excel.sniff import unreadable
from clusterxl.excel.strings import SharedStrings
from clusterxl.excel.styles import PLAIN
from clusterxl.excel.values import BrokenValueError, Value, Values

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT, _STYLE = (
    f"{_URN}{name}:1.0 " for name in ("table", "office", "text", "style")
)
_EXTENDED = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_SHEET, _ROW = f"{_TABLE}table", f"{_TABLE}table-row"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_NAMES = (f"{_TABLE}named-range", f"{_TABLE}named-expression")
_BOOK = f"{_OFFICE}spreadsheet"
_PARAGRAPH = f"{_TEXT}p"
# What stands in a cell, or even in a paragraph, without being part of its answer.
_BESIDE = (f"{_OFFICE}annotation", f"{_TEXT}note", f"{_TEXT}ruby-text")
_FORMULA = re.compile(r"(?:[a-z]+:)?=?")
_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:5[0-9]{2}")
# Numbers of an .ods file say by their kind what formats say elsewhere.
_FORMATS = {"percentage": "0.00%", "date": "yyyy-mm-dd", "time": "[h]:mm:ss"}
_WRITTEN = {
    "date": ("d", f"{_OFFICE}date-value"),
    "time": ("d", f"{_OFFICE}time-value"),
    "boolean": ("b", f"{_OFFICE}boolean-value"),
    "string": ("str", f"{_OFFICE}string-value"),
}
_COUNT = re.compile("[0-9]{1,7}", re.ASCII)
# What is no count, or a larger one, stands for more than any sheet has.
_MOST_REPEATS = 10_000_000


@dataclass(frozen=True, slots=True)
class OdsName:
    """A name for the whole workbook: a range, or a formula."""

    name: str
    range: str
    formula: str


@dataclass(slots=True)
class _Sheet:
    """The sheet that is being walked, and how far."""

    name: str
    is_hidden: bool
    row: int = 1
    row_repeats: int = 1
    column: int = 1
    # Cells of the row that hold something: column, how often, what.
    filled: list[tuple[int, int, RawCell]] = field(default_factory=list)
    cells: dict[tuple[int, int], RawCell] = field(default_factory=dict)


class OdsReader:
    """Reads the content part.

    Attributes:
        sheets: Its sheets, in order.
        names: Its names for the whole workbook.
        locked: Sheets cannot be added, renamed or removed.
    """

    def __init__(self, file: str) -> None:
        self.sheets: list[RawSheet] = []
        self.names: list[OdsName] = []
        self.locked = False
        self._file = file
        self._values = Values(SharedStrings(()), counts_from_1904=False)
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._path: list[str] = []
        self._sheet: _Sheet | None = None
        self._cell: Mapping[str, str] | None = None
        self._text = CellText()
        self._beside = 0
        self._room = BOUNDS.area_cells

    def read(self, content: bytes) -> None:
        """Read all of it.

        Raises:
            ExpatError: It is no XML.
            UnreadableWorkbookError: It is larger than any form.
        """
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._finish
        parser.CharacterDataHandler = self._write
        parser.Parse(content, True)  # noqa: FBT003 (this is all of it)

    def _begin(self, name: str, given: Mapping[str, str]) -> None:
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        if name in _BESIDE:
            self._beside += 1
        elif self._cell is not None:
            self._begin_in_cell(name, given)
        elif self._sheet is not None:
            self._begin_in_sheet(self._sheet, name, given, parent)
        elif name == _SHEET and parent == _BOOK:
            self._begin_sheet(given)
        elif name in _NAMES:
            self._keep_name(given)
        else:
            self._begin_around(name, given)

    def _begin_around(self, name: str, given: Mapping[str, str]) -> None:
        if name == f"{_STYLE}style":
            self._style = given.get(f"{_STYLE}name", "")
        elif name == f"{_STYLE}table-properties" and given.get(f"{_TABLE}display") == "false":
            self._hidden_styles.add(self._style)
        elif name == _BOOK:
            self.locked = given.get(f"{_TABLE}structure-protected") == "true"

    def _begin_sheet(self, given: Mapping[str, str]) -> None:
        if len(self.sheets) >= BOUNDS.sheets:
            raise unreadable("many_sheets", file=self._file)
        self._sheet = _Sheet(
            name=given.get(f"{_TABLE}name", ""),
            is_hidden=given.get(f"{_TABLE}style-name", "") in self._hidden_styles,
        )

    def _begin_in_sheet(
        self, sheet: _Sheet, name: str, given: Mapping[str, str], parent: str
    ) -> None:
        if name == _ROW:
            sheet.row_repeats = _repeats(given.get(f"{_TABLE}number-rows-repeated"))
            sheet.column = 1
        elif name in _CELLS and parent == _ROW:
            self._cell = dict(given)
            self._text = CellText()

    def _begin_in_cell(self, name: str, given: Mapping[str, str]) -> None:
        if self._is_in_paragraph and name.startswith(_TEXT):
            self._text.add_sign(name.removeprefix(_TEXT), given.get(f"{_TEXT}c", "1"))

    @property
    def _is_in_paragraph(self) -> bool:
        """Whether what comes is in a paragraph of the cell itself, not of a drawing in it."""
        path = self._path
        if self._beside or _PARAGRAPH not in path:
            return False
        return path[path.index(_PARAGRAPH) - 1] in _CELLS

    def _write(self, text: str) -> None:
        if self._cell is not None and self._is_in_paragraph:
            self._text.add(text)

    def _finish(self, name: str) -> None:
        if name in _BESIDE:
            self._beside -= 1
        elif name == _PARAGRAPH and self._cell is not None and self._is_in_paragraph:
            self._text.end_paragraph()
        self._path.pop()
        if self._sheet is None:
            return
        if self._cell is not None and name in _CELLS and self._path[-1] == _ROW:
            self._end_cell(self._sheet, self._cell)
            self._cell = None
        elif self._cell is None and name == _ROW:
            self._end_row(self._sheet)
        elif name == _SHEET and self._path[-1] == _BOOK:
            self._end_sheet(self._sheet)

    def _end_cell(self, sheet: _Sheet, given: Mapping[str, str]) -> None:
        repeats = _repeats(given.get(f"{_TABLE}number-columns-repeated"))
        cell = self._cell_of(given)
        if cell is not None:
            self._take_room(repeats * sheet.row_repeats)
            check_place(sheet.row + sheet.row_repeats - 1, sheet.column + repeats - 1, self._file)
            sheet.filled.append((sheet.column, repeats, cell))
        sheet.column += repeats

    def _take_room(self, cells: int) -> None:
        """Refuse a few cells that are said to stand for millions."""
        self._room -= max(cells - 1, 0)
        if self._room < 0:
            raise unreadable("many_elements", file=self._file)

    def _end_row(self, sheet: _Sheet) -> None:
        for column, repeats, cell in sheet.filled:
            for row in range(sheet.row, sheet.row + sheet.row_repeats):
                for place in range(column, column + repeats):
                    sheet.cells[row, place] = cell
        sheet.filled.clear()
        sheet.row += sheet.row_repeats

    def _end_sheet(self, sheet: _Sheet) -> None:
        visibility: Visibility = "hidden" if sheet.is_hidden else "visible"
        self.sheets.append(RawSheet(name=sheet.name, visibility=visibility, cells=sheet.cells))
        self._sheet = None

    def _cell_of(self, given: Mapping[str, str]) -> RawCell | None:
        written = given.get(f"{_TABLE}formula")
        formula = "" if written is None else "=" + _FORMULA.sub("", written, count=1)
        kind = given.get(f"{_OFFICE}value-type", "")
        if not kind and not formula and not self._text.text:
            return None
        code = _FORMATS.get(kind, GENERAL)
        try:
            value, found = self._value_of(given, kind, has_formula=bool(formula))
        except BrokenValueError as error:
            return RawCell(
                value=str(error), kind="error", number_format=code, formula=formula, broken=True
            )
        return RawCell(
            value=value,
            kind=found,
            number_format=code,
            formula=formula,
            has_cached=found != "blank",
        )

    def _value_of(self, given: Mapping[str, str], kind: str, *, has_formula: bool) -> Value:
        shown = self._text.text
        is_error = given.get(f"{_EXTENDED}value-type") == "error"
        if is_error or (has_formula and _ERROR.fullmatch(shown)):
            return shown or "#VALUE!", "error"
        if not kind:
            return (shown, "text") if self._text.has_paragraphs else (None, "blank")
        way, attribute = _WRITTEN.get(kind, (None, f"{_OFFICE}value"))
        written = given.get(attribute)
        if kind == "string":
            return (shown if written is None else written), "text"
        return self._values.value(way, written, PLAIN)

    def _keep_name(self, given: Mapping[str, str]) -> None:
        if len(self.names) >= BOUNDS.names:
            raise unreadable("many_names", file=self._file)
        name = given.get(f"{_TABLE}name", "")
        area, formula = given.get(f"{_TABLE}cell-range-address"), given.get(f"{_TABLE}expression")
        self.names.append(OdsName(name, area or "", formula or ""))


def _repeats(written: str | None) -> int:
    if written is None:
        return 1
    return max(int(written), 1) if _COUNT.fullmatch(written) else _MOST_REPEATS
