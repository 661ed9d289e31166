"""Reads .xlsb: from its records, and by calamine, which must find the same values."""

from __future__ import annotations

from io import BytesIO
from itertools import chain
from xml.parsers.expat import ExpatError

from python_calamine import CalamineWorkbook

from clusterxl.excel.directory import check_table, inflate
from clusterxl.excel.package import read_properties
from clusterxl.excel.raw import RawBook, RawCell, RawSheet, decode_text
from clusterxl.excel.screen import screen
from clusterxl.excel.sniff import unreadable
from clusterxl.excel.structure import relations_of, relations_part
from clusterxl.excel.xlsb_cells import CellReader, read_formats, read_strings
from clusterxl.excel.xlsb_names import read_book

_WORKBOOK, _CUSTOM = "xl/workbook.bin", "docProps/custom.xml"


def read_xlsb(data: bytes, file: str) -> RawBook:
    """Read a workbook; only in a child that can be killed.

    Calamine knows the values of many programs' files, but neither names nor formats nor errors.
    Ours knows those, and has seen few files: only what both say counts.

    Args:
        data: The bytes of an .xlsb file.
        file: Its name, for the sentence when it is refused.

    Returns:
        Its cells, names and properties.

    Raises:
        UnreadableWorkbookError: It is damaged, or larger than any form.
        ValueError: A part is damaged, or the two readers differ.
        Exception: Whatever calamine raises for a file that is damaged.
    """
    check_table(data, file)
    parts = inflate(data, file)
    try:
        book = _read_parts(parts, file)
    except ExpatError as error:
        raise unreadable("damaged", file=file) from error
    if not book.sheets:
        raise unreadable("no_sheets", file=file)
    _compare(book, data)
    return book


def _read_parts(parts: dict[str, bytes], file: str) -> RawBook:
    listed = read_book(parts[_WORKBOOK], file)
    relations = relations_of(screen(parts[relations_part(_WORKBOOK)], file), _WORKBOOK)
    parts_of = {one.kind: one.target for one in relations.values() if not one.external}
    reader = CellReader(
        read_strings(parts.get(parts_of.get("sharedStrings", ""), b""), file),
        read_formats(parts.get(parts_of.get("styles", ""), b""), file),
        file,
        counts_from_1904=listed.counts_from_1904,
    )
    sheets = tuple(
        RawSheet(
            name=sheet.name,
            visibility=sheet.visibility,
            cells=reader.read(parts[relations[sheet.relation].target]),
        )
        for sheet in listed.sheets
        if relations[sheet.relation].kind == "worksheet"
    )
    properties = read_properties(screen(parts[_CUSTOM], file)) if _CUSTOM in parts else {}
    return RawBook(
        sheets=sheets,
        names=listed.names,
        properties=properties,
        locked=listed.locked,
        origin="xlsb",
    )


def _compare(book: RawBook, data: bytes) -> None:
    """See that calamine finds the same values, in the same cells."""
    other = CalamineWorkbook.from_filelike(BytesIO(data))
    for sheet in book.sheets:
        lines = other.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        grid = {
            (row, column): value
            for row, line in enumerate(lines, start=1)
            for column, value in enumerate(line, start=1)
            if value != ""
        }
        for place in chain(sheet.cells, grid):
            cell = sheet.cell(*place)
            if not _agree(cell, grid.get(place, "")):
                raise ValueError(place)


def _agree(cell: RawCell, other: object) -> bool:
    if cell.kind == "error":
        return other == ""
    if cell.kind in ("number", "date") and not isinstance(other, (str, bool, int, float)):
        # Calamine makes a day of it, or a length of time; which number it was is not told.
        return True
    if cell.kind == "text":
        # Escapes of characters may be resolved by one of them only.
        return isinstance(other, str) and decode_text(other) == decode_text(str(cell.value))
    return other != "" and cell.value == other
