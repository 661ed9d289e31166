"""The workbook part of .xlsb: its sheets, its calendar, its names and where they point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.cells import address
from clusterxl.excel.raw import MAX_COLUMN, MAX_ROW, Visibility
from clusterxl.excel.records import Record, records
from clusterxl.excel.sniff import unreadable

# Numbers of kinds of records (MS-XLSB 2.3.2) and of tokens of formulas (2.5.97).
_SHEET, _PROPERTIES, _NAME, _REFERRED, _LOCK = 156, 153, 39, 362, 534
_THIS_BOOK, _OTHER_BOOKS = 357, (355, 358, 667)
_CELL, _AREA, _STRING = (0x3A, 0x5A, 0x7A), (0x3B, 0x5B, 0x7B), 0x17
_EVERYWHERE = 0xFFFF_FFFF
_COLUMN_BITS = 0x3FFF
_STATES: Mapping[int, Visibility] = {1: "hidden", 2: "very_hidden"}


@dataclass(frozen=True, slots=True)
class XlsbSheet:
    """A sheet as the workbook lists it; `relation` leads to its part."""

    name: str
    visibility: Visibility
    relation: str


@dataclass(slots=True, kw_only=True)
class XlsbBook:
    """What the workbook part says."""

    sheets: list[XlsbSheet] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    counts_from_1904: bool = False
    locked: bool = False


def read_book(data: bytes, file: str) -> XlsbBook:
    """Read the workbook part.

    Raises:
        UnreadableWorkbookError: Too many sheets or names.
        ValueError: The part is damaged.
    """
    book = XlsbBook()
    books: list[bool] = []
    referred: list[tuple[int, int, int]] = []
    named: list[tuple[str, Record]] = []
    for kind, record in records(data):
        if kind == _SHEET:
            book.sheets.append(_sheet(record))
        elif kind == _NAME:
            named += _name(record)
        elif kind == _REFERRED:
            referred = [(record.u32(), record.i32(), record.i32()) for _ in range(record.u32())]
        elif kind == _THIS_BOOK or kind in _OTHER_BOOKS:
            books.append(kind == _THIS_BOOK)
        elif kind == _PROPERTIES:
            book.counts_from_1904 = bool(record.u32() & 1)
        elif kind == _LOCK:
            record.skip(4)
            book.locked = bool(record.u16() & 1)
        _check(len(book.sheets), len(named), file)
    places = [_sheet_of(one, books, book.sheets) for one in referred]
    book.names = {name: _formula(formula, places) for name, formula in named}
    return book


def _check(sheets: int, names: int, file: str) -> None:
    if sheets > BOUNDS.sheets:
        raise unreadable("many_sheets", file=file)
    if names > BOUNDS.names:
        raise unreadable("many_names", file=file)


def _sheet(record: Record) -> XlsbSheet:
    state = record.u32()
    record.skip(4)
    relation = record.text_or_none()
    return XlsbSheet(record.text(), _STATES.get(state, "visible"), relation)


def _name(record: Record) -> list[tuple[str, Record]]:
    """Return a name with the tokens of its formula; none where it holds for one sheet only."""
    record.skip(5)
    where = record.u32()
    name = record.text()
    return [(name, Record(record.take(record.u32())))] if where == _EVERYWHERE else []


def _sheet_of(
    referred: tuple[int, int, int], books: list[bool], sheets: list[XlsbSheet]
) -> str | None:
    """Return the sheet of this workbook that is referred to; None for any other."""
    book, first, last = referred
    if not (book < len(books) and books[book] and first == last and 0 <= first < len(sheets)):
        return None
    return sheets[first].name


def _formula(tokens: Record, places: list[str | None]) -> str:
    """Return the formula of a name as text; empty for one that is neither a place nor a text."""
    kind = tokens.u8()
    if kind == _STRING:
        text = tokens.take(2 * tokens.u16()).decode("utf-16-le")
        return '"' + text.replace('"', '""') + '"'
    if kind not in (*_CELL, *_AREA):
        return ""
    number = tokens.u16()
    sheet = places[number] if number < len(places) else None
    is_area = kind in _AREA
    rows = [tokens.u32() for _ in range(2 if is_area else 1)]
    columns = [tokens.u16() & _COLUMN_BITS for _ in rows]
    if sheet is None or max(rows) >= MAX_ROW or max(columns) >= MAX_COLUMN:
        return ""
    shown = ":".join(
        address(row + 1, column + 1) for row, column in zip(rows, columns, strict=True)
    )
    return "'" + sheet.replace("'", "''") + f"'!{shown}"
