"""Cells, texts and formats of .xlsb, from the records of its parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.formats import DAYS_TO_1904, GENERAL, KNOWN
from clusterxl.excel.geometry import check_place
from clusterxl.excel.raw import Kind, RawCell, decode_text
from clusterxl.excel.records import Record, records
from clusterxl.excel.sniff import unreadable
from clusterxl.excel.styles import NumberFormat, number_format

# Numbers of kinds of records (MS-XLSB 2.3.2).
_ROW, _STRING, _FORMAT, _STYLE = 0, 19, 44, 47
_BEGIN_STYLES, _END_STYLES = 617, 618
_SHORT_CELLS = range(12, 19)
_FORMULAS = (8, 9, 10, 11)
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}

Value = tuple[str | float | bool, Kind]


def read_strings(data: bytes, file: str) -> tuple[str, ...]:
    """Return the shared texts, by their numbers.

    Raises:
        UnreadableWorkbookError: There are too many.
        ValueError: The part is damaged.
    """
    found = []
    for kind, record in records(data):
        if kind == _STRING:
            record.skip(1)
            found.append(record.text())
        if len(found) > BOUNDS.strings:
            raise unreadable("many_strings", file=file)
    return tuple(found)


def read_formats(data: bytes, file: str) -> tuple[NumberFormat, ...]:
    """Return the number format of each style, by its number.

    Raises:
        UnreadableWorkbookError: There are too many.
        ValueError: The part is damaged.
    """
    own: dict[int, str] = {}
    ids: list[int] = []
    within = False
    for kind, record in records(data):
        if kind in (_BEGIN_STYLES, _END_STYLES):
            within = kind == _BEGIN_STYLES
        elif kind == _FORMAT:
            number = record.u16()
            own[number] = record.text()
        elif kind == _STYLE and within:
            record.skip(2)
            ids.append(record.u16())
        if len(ids) > BOUNDS.formats:
            raise unreadable("many_formats", file=file)
    known = {one: number_format(own.get(one, KNOWN.get(str(one), GENERAL))) for one in set(ids)}
    return tuple(known[one] for one in ids)


class CellReader:
    """Reads the cells of the sheets of one workbook."""

    def __init__(
        self,
        strings: Sequence[str],
        formats: Sequence[NumberFormat],
        file: str,
        *,
        counts_from_1904: bool,
    ) -> None:
        self._strings = strings
        self._formats = formats
        self._file = file
        self._moved = DAYS_TO_1904 if counts_from_1904 else 0
        self._ways: Mapping[int, Callable[[Record, NumberFormat], Value]] = {
            2: lambda record, shown: self._number(record.rk(), shown),
            3: _error,
            4: _truth,
            5: self._written,
            6: _text,
            7: self._shared,
            8: _text,
            9: self._written,
            10: _truth,
            11: _error,
            62: _rich_text,
        }

    def read(self, data: bytes) -> dict[tuple[int, int], RawCell]:
        """Return the cells of a sheet that hold something, by row and column from 1.

        Raises:
            UnreadableWorkbookError: One is far away.
            ValueError: The part is damaged, or holds cells of a kind that files never have.
        """
        cells: dict[tuple[int, int], RawCell] = {}
        row = 0
        for kind, record in records(data):
            if kind == _ROW:
                row = record.u32() + 1
            elif kind in self._ways:
                column = record.u32() + 1
                check_place(row, column, self._file)
                if (row, column) in cells:
                    raise unreadable("doubled_cell", file=self._file)
                cells[row, column] = self._cell(kind, record)
            elif kind in _SHORT_CELLS:
                raise ValueError(kind)
        return cells

    def _cell(self, kind: int, record: Record) -> RawCell:
        style = record.u32() & 0xFF_FFFF
        shown = self._formats[style] if style < len(self._formats) else number_format(GENERAL)
        value, found = self._ways[kind](record, shown)
        # The formula itself stands there as tokens; that there is one is all that counts.
        formula = "=" if kind in _FORMULAS else ""
        return RawCell(value=value, kind=found, number_format=shown.code, formula=formula)

    def _written(self, record: Record, shown: NumberFormat) -> Value:
        return self._number(record.f64(), shown)

    def _number(self, number: float, shown: NumberFormat) -> Value:
        if not math.isfinite(number):
            return "#NUM!", "error"
        if not shown.is_date:
            return number, "number"
        return number + (self._moved if shown.shows_day else 0), "date"

    def _shared(self, record: Record, _: NumberFormat) -> Value:
        number = record.u32()
        if number >= len(self._strings):
            raise ValueError(number)
        return decode_text(self._strings[number]), "text"


def _text(record: Record, _: NumberFormat) -> Value:
    return decode_text(record.text()), "text"


def _rich_text(record: Record, shown: NumberFormat) -> Value:
    record.skip(1)
    return _text(record, shown)


def _truth(record: Record, _: NumberFormat) -> Value:
    return bool(record.u8()), "bool"


def _error(record: Record, _: NumberFormat) -> Value:
    return _ERRORS.get(record.u8(), "#VALUE!"), "error"
