"""Reads .xls and .et: xlrd knows their names, number formats, errors and days as numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from io import StringIO
from typing import Any

import xlrd
from xlrd.biffh import (
    XL_CELL_BLANK,
    XL_CELL_BOOLEAN,
    XL_CELL_EMPTY,
    XL_CELL_ERROR,
    XL_CELL_TEXT,
    XLRDError,
    error_text_from_code,
)

from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.formats import DAYS_TO_1904, GENERAL, KNOWN, is_date_format, shows_day
from clusterxl.excel.geometry import check_place
from clusterxl.excel.raw import Kind, RawBook, RawCell, RawSheet, Visibility, line_ends
from clusterxl.excel.sniff import unreadable

_VISIBILITY: tuple[Visibility, ...] = ("visible", "hidden", "very_hidden")
_EVERYWHERE = -1
_ENCRYPTED = "encrypted"
_FIRST_OWN_FORMAT = 164


def read_xls(data: bytes, file: str) -> RawBook:
    """Read a workbook; only in a child that can be killed.

    Args:
        data: The bytes of an .xls or .et file.
        file: Its name, for the sentence when it is refused.

    Returns:
        Its cells and names. Formulas are not among what xlrd gives, only their values; custom
        properties neither.

    Raises:
        UnreadableWorkbookError: It has a password, or is larger than any form.
        Exception: Whatever xlrd raises for a file that is damaged.
    """
    try:
        # What xlrd has to say about odd files is for its developers.
        open_workbook: Any = xlrd.open_workbook
        book = open_workbook(file_contents=data, formatting_info=True, logfile=StringIO())
    except XLRDError as error:
        if _ENCRYPTED in str(error):
            raise unreadable("encrypted", file=file) from error
        raise
    names = {
        name.name: name.result.text or ""
        for name in book.name_obj_list
        if name.scope == _EVERYWHERE and name.result
    }
    if book.nsheets > BOUNDS.sheets:
        raise unreadable("many_sheets", file=file)
    if len(names) > BOUNDS.names:
        raise unreadable("many_names", file=file)
    sheets = tuple(_sheet_of(book, sheet, file) for sheet in book.sheets())
    return RawBook(sheets=sheets, names=names, properties={}, origin="xls")


def _sheet_of(book: Any, sheet: Any, file: str) -> RawSheet:
    codes = [_format_of(book, style) for style in book.xf_list]
    cells = {}
    for row, column in _filled(sheet):
        check_place(row + 1, column + 1, file)
        found = sheet.cell(row, column)
        number = found.xf_index
        code = codes[number] if number is not None and number < len(codes) else GENERAL
        cells[row + 1, column + 1] = _cell_of(found, code, counts_from_1904=bool(book.datemode))
    return RawSheet(name=sheet.name, visibility=_VISIBILITY[sheet.visibility], cells=cells)


def _filled(sheet: Any) -> Iterator[tuple[int, int]]:
    """Give the places of cells that hold something, from 0."""
    nothing = (XL_CELL_EMPTY, XL_CELL_BLANK)
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind not in nothing:
                yield row, column


def _format_of(book: Any, style: Any) -> str:
    known = book.format_map.get(style.format_key)
    spelled = str(known.format_str or "") if known else ""
    # What xlrd says of built-in formats is right, but it has none of those of Chinese Excel.
    built_in = style.format_key < _FIRST_OWN_FORMAT
    return (KNOWN.get(str(style.format_key)) if built_in else None) or spelled or GENERAL


def _cell_of(found: Any, code: str, *, counts_from_1904: bool) -> RawCell:
    value, kind = _typed(found, code, counts_from_1904=counts_from_1904)
    return RawCell(value=value, kind=kind, number_format=code)


def _typed(found: Any, code: str, *, counts_from_1904: bool) -> tuple[str | float | bool, Kind]:
    if found.ctype == XL_CELL_TEXT:
        return line_ends(found.value), "text"
    if found.ctype == XL_CELL_BOOLEAN:
        return bool(found.value), "bool"
    if found.ctype == XL_CELL_ERROR:
        return error_text_from_code.get(found.value, "#VALUE!"), "error"
    number = float(found.value)
    if not math.isfinite(number):
        return "#NUM!", "error"
    # Which formats are dates is judged here as for every other reader, not by xlrd.
    if not is_date_format(code):
        return number, "number"
    moved = counts_from_1904 and shows_day(code)
    return number + DAYS_TO_1904 if moved else number, "date"
