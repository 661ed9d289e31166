"""Formulas that stand once for many cells, worked out for each of them."""

from __future__ import annotations

import re

from clusterxl.excel.cells import column_letters
from clusterxl.excel.raw import MAX_COLUMN, MAX_ROW, column_number

_CELL = r"(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})(?![\w.(!\[])"
_COLUMNS = r"(\$?)([A-Za-z]{1,3}):(\$?)([A-Za-z]{1,3})(?![\w.(!\[])"
_ROWS = r"(\$?)([1-9][0-9]{0,6}):(\$?)([1-9][0-9]{0,6})(?![\w.(!\[])"
# What is quoted, in brackets or part of a longer word is no reference.
_TOKEN = re.compile(
    r"\"[^\"]*\"|'[^']*'|\[[^\]]*\]|#[A-Z0-9/]+[!?]?"
    rf"|(?<![\w.$\\\]])(?:{_CELL}|{_COLUMNS}|{_ROWS})"
)
_LOST = "#REF!"


def shifted(formula: str, rows: int, columns: int) -> str:
    """Return a formula as it reads some rows further down and some columns to the right.

    >>> shifted('=SUM($A1:B$2)+LOG10(c3)&"D4"&Rate5', 1, 2)
    '=SUM($A2:D$2)+LOG10(E4)&"D4"&Rate5'
    >>> shifted("=A1*'B 2'!C3+D:$D+7:8", -1, 0)
    "=#REF!*'B 2'!C2+D:$D+6:7"
    """

    def moved(token: re.Match[str]) -> str:
        if token[2]:
            return _cell(token, rows, columns)
        if token[6]:
            return f"{_column(token[5], token[6], columns)}:{_column(token[7], token[8], columns)}"
        if token[10]:
            return f"{_row(token[9], token[10], rows)}:{_row(token[11], token[12], rows)}"
        return token[0]

    return _TOKEN.sub(moved, formula)


def _cell(token: re.Match[str], rows: int, columns: int) -> str:
    place = _column(token[1], token[2], columns), _row(token[3], token[4], rows)
    return _LOST if _LOST in place else "".join(place)


def _column(fixed: str, letters: str, shift: int) -> str:
    if fixed:
        return f"${letters}"
    number = column_number(letters) + shift
    return column_letters(number) if 0 < number <= MAX_COLUMN else _LOST


def _row(fixed: str, digits: str, shift: int) -> str:
    if fixed:
        return f"${digits}"
    return str(int(digits) + shift) if 0 < int(digits) + shift <= MAX_ROW else _LOST
