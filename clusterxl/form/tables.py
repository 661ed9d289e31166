"""Reads small CSV tables that people keep: option lists and rosters."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

ENCODINGS = ("utf-8-sig", "gb18030")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class UnreadableTableError(ValueError):
    """The bytes are no CSV text; for the caller, who knows which file it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row of a table.

    Attributes:
        line: Line of the file on which it ends, from 1.
        cells: Its texts, trimmed, one a column; missing ones are empty.
        extra: Number of cells beyond the last column.
    """

    line: int
    cells: tuple[str, ...]
    extra: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A CSV table: its column names and its rows that are not blank."""

    header: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_table(data: bytes) -> Table:
    """Read a CSV text in UTF-8, with or without BOM, or GB18030.

    Args:
        data: The bytes of the file.

    Returns:
        The table; a table without header when there is nothing in it.

    Raises:
        UnreadableTableError: It is no text in one of these encodings, or no CSV.
    """
    reader = csv.reader(StringIO(_decoded(data), newline=""))
    try:
        lines = [(reader.line_num, _trimmed(cells)) for cells in reader]
    except csv.Error as error:
        raise UnreadableTableError(str(error)) from error
    filled = [(line, cells) for line, cells in lines if cells]
    if not filled:
        return Table(header=(), rows=())
    header = tuple(filled[0][1])
    return Table(header=header, rows=tuple(_row(line, cells, header) for line, cells in filled[1:]))


def _decoded(data: bytes) -> str:
    if data.startswith(_UTF16) or b"\0" in data:
        raise UnreadableTableError("UTF-16")
    for encoding in ENCODINGS:
        try:
            # Programs that each put their mark of order before a text leave several.
            return data.decode(encoding).lstrip("\ufeff")
        except UnicodeDecodeError:
            continue
    raise UnreadableTableError("UTF-8/GB18030")


def _trimmed(cells: Sequence[str]) -> list[str]:
    """Trim the cells and drop empty ones at the end, as spreadsheets leave them."""
    trimmed = [cell.strip() for cell in cells]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return trimmed


def _row(line: int, cells: Sequence[str], header: Sequence[str]) -> TableRow:
    width = len(header)
    padded = (*cells[:width], *[""] * (width - len(cells)))
    return TableRow(line=line, cells=padded, extra=max(0, len(cells) - width))
