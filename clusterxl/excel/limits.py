"""What Excel refuses, checked before anything is written: names, texts, numbers, formulas."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import Any

from clusterxl.errors import RefusedByExcelError
from clusterxl.sentences import say

MAX_TEXT = 32_767
MAX_FORMULA = 8_192
MAX_LITERAL = 255
MAX_ARGUMENTS = 255
MAX_NESTING = 64
MAX_VALIDATION_FORMULA = 255
MAX_VALIDATION_TITLE = 32
MAX_PROMPT = 255
# Excel refuses longer ones (MS-OI29500 2.1.613.c); XlsxWriter lets 255 through.
MAX_ERROR_MESSAGE = 224
MAX_SHEET_NAME = 31
MAX_PROPERTY = 255
MAX_HEADER = 255
MAX_LINK = 2_079
MAX_ROW_POINTS = 409
MAX_COLUMN_PX = 2_045
MAX_ROW = 1_048_576
MAX_COLUMN = 16_384

# Functions that Excel 2010, WPS and LibreOffice calculate alike, without a prefix in the file,
# without volatile or locale-dependent results and without INDIRECT, which breaks on odd names.
FUNCTIONS = frozenset(
    re.findall(
        r"\w+",
        """
    ABS AND AVERAGE AVERAGEIF AVERAGEIFS CEILING CHAR CHOOSE CLEAN CODE COLUMN COLUMNS CONCATENATE
    COUNT COUNTA COUNTBLANK COUNTIF COUNTIFS DATE DAY EVEN EXACT EXP FALSE FIND FIXED FLOOR GEOMEAN
    HLOOKUP HYPERLINK IF IFERROR INDEX INT ISBLANK ISERR ISERROR ISEVEN ISLOGICAL ISNA ISNONTEXT
    ISNUMBER ISODD ISREF ISTEXT LARGE LEFT LEN LN LOG LOG10 LOOKUP LOWER MATCH MAX MEDIAN MID MIN
    MOD MONTH N NA NOT ODD OFFSET OR PERCENTILE PI POWER PRODUCT PROPER QUARTILE QUOTIENT RANK
    REPLACE REPT RIGHT ROUND ROUNDDOWN ROUNDUP ROW ROWS SEARCH SIGN SMALL SQRT STDEV SUBSTITUTE
    SUBTOTAL SUM SUMIF SUMIFS SUMPRODUCT T TEXT TRIM TRUE TRUNC TYPE UPPER VALUE VLOOKUP WEEKDAY
    YEAR
    """,
    )
)

# XlsxWriter makes an array formula of any formula with these, even within a text.
DYNAMIC = frozenset(
    re.findall(
        r"\w+",
        """
    ANCHORARRAY BYCOL BYROW CHOOSECOLS CHOOSEROWS DROP EXPAND FILTER HSTACK LAMBDA MAKEARRAY MAP
    RANDARRAY REDUCE SCAN SEQUENCE SINGLE SORT SORTBY SWITCH TAKE TEXTSPLIT TOCOL TOROW UNIQUE
    VSTACK WRAPCOLS WRAPROWS XLOOKUP
    """,
    )
)

_TOKENS = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|[^\W\d][\w.]*(?=\s*\()|[(){},\[!]")
_MARKS = "'(){},[!"
_CALL = re.compile(r"\b([A-Z]+)\(")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*|[Cc][0-9]*|[Rr][0-9]*[Cc][0-9]*")
_ODD_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
# Not allowed in XML: control characters, halves of surrogate pairs, non-characters.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HALF_PAIR = re.compile("[\ud800-\udfff]")


def refuse(name: str, /, **figures: Any) -> RefusedByExcelError:
    """Build the error whose sentence is `book.<name>`."""
    return RefusedByExcelError(say(f"book.{name}", **figures), code=f"book.{name}")


def excel_length(text: str) -> int:
    """Return the length of a text as Excel counts it: in UTF-16 units.

    >>> excel_length("集群"), excel_length("𠮷")
    (2, 2)
    """
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)


def check_length(text: str, most: int) -> None:
    """Refuse a text of more than `most` characters.

    Raises:
        RefusedByExcelError: The text is longer.
    """
    if len(text) * 2 > most and excel_length(text) > most:
        raise refuse("too_long", length=excel_length(text), most=most, text=text[:30])


def check_text(text: str) -> None:
    """Refuse a cell text that Excel cuts, or that no file can hold.

    Control characters are allowed: they are written in Excel's own escapes.

    Raises:
        RefusedByExcelError: Longer than 32,767 characters, or half of a surrogate pair in it.
    """
    if len(text) * 2 > MAX_TEXT:
        check_length(text, MAX_TEXT)
    if not text.isascii() and _HALF_PAIR.search(text):
        raise refuse("unwritable", text=text[:30])


def check_plain(text: str, most: int) -> None:
    """Refuse a text for a place where control characters cannot be escaped.

    Raises:
        RefusedByExcelError: Too long, or a control character in it.
    """
    check_length(text, most)
    if _UNWRITABLE.search(text):
        raise refuse("unwritable", text=_UNWRITABLE.sub("\ufffd", text)[:30])


def writable(text: str) -> str:
    """Return a text without what XML cannot hold; only for values that Excel calculates anew."""
    return _UNWRITABLE.sub("", text)[:MAX_TEXT]


def fitting(text: str, most: int) -> str:
    r"""Return a text for a place that takes at most `most` characters, none of them unwritable.

    >>> fitting("集群名称", 3), fitting("𠮷𠮷", 3), fitting("a\x01b", 3)
    ('集群…', '𠮷…', 'ab')
    """
    text = _UNWRITABLE.sub("", text)
    return text if excel_length(text) <= most else f"{start_of(text, most - 1)}…"


def start_of(text: str, most: int) -> str:
    """Return as much of a text as Excel counts as `most` characters.

    >>> start_of("集群名称", 3), start_of("𠮷𠮷", 3)
    ('集群名', '𠮷')
    """
    start = text[:most]
    while (over := excel_length(start) - most) > 0:
        start = start[: len(start) - (over + 1) // 2]
    return start


def literal_parts(text: str) -> tuple[str, ...]:
    """Cut a text into parts that a formula takes, so that any text can stand in one.

    >>> [len(part) for part in literal_parts("x" * 300)], literal_parts("the call FILTER(x)")
    ([255, 45], ('the call FILTER', '(x)'))
    """
    cuts = [call.end() - 1 for call in _CALL.finditer(text) if call[1] in DYNAMIC]
    parts = []
    for first, last in pairwise((0, *cuts, len(text))):
        rest = text[first:last]
        while excel_length(rest) > MAX_LITERAL:
            parts.append(start_of(rest, MAX_LITERAL))
            rest = rest[len(parts[-1]) :]
        parts.append(rest)
    return tuple(parts)


def check_number(number: float) -> None:
    """Refuse what is no finite number.

    Raises:
        RefusedByExcelError: Infinite or not a number.
    """
    if not math.isfinite(number):
        raise refuse("not_finite", number=number)


def check_place(row: int, column: int) -> None:
    """Refuse a place outside the grid; rows and columns count from 1.

    Raises:
        RefusedByExcelError: There is no such cell.
    """
    if not (1 <= row <= MAX_ROW and 1 <= column <= MAX_COLUMN):
        raise refuse("no_such_cell", row=row, column=column)


def check_sheet_name(name: str) -> None:
    """Refuse a sheet name that Excel does not take.

    Raises:
        RefusedByExcelError: Empty, too long, reserved, or a character in it that is not allowed.
    """
    check_length(name, MAX_SHEET_NAME)
    quoted = name.startswith("'") or name.endswith("'")
    if not name.strip() or quoted or _ODD_SHEET_NAME.search(name) or name.lower() == "history":
        raise refuse("sheet_name", name=name)


def check_name(name: str) -> None:
    """Refuse a defined name that Excel would repair away, or that looks like a cell.

    Raises:
        RefusedByExcelError: Not a plain ASCII name, or like a reference.
    """
    if not _NAME.fullmatch(name) or len(name) > MAX_LITERAL:
        raise refuse("name", name=name)
    if _LIKE_A_CELL.fullmatch(name) or name.upper() in ("TRUE", "FALSE"):
        raise refuse("name_like_cell", name=name)


def check_formula(formula: str, *, most: int = MAX_FORMULA, forbidden: str = "[") -> None:
    """Refuse a formula that Excel 2010, WPS or LibreOffice would not take.

    Args:
        formula: The formula with its equals sign.
        most: Most characters.
        forbidden: Marks that may not stand outside texts: `[` other workbooks and tables,
            `{` array constants, `!` other sheets.

    Raises:
        RefusedByExcelError: Too long, a text in it too long, an unknown function, and the like.
    """
    if not formula.startswith("=") or len(formula) == 1:
        raise refuse("no_formula", text=formula[:30])
    check_plain(formula, most)
    tokens = _TOKENS.findall(formula)
    for token in tokens:
        if token in forbidden or (token[0] == "'" and "[" in token):
            raise refuse("forbidden_mark", mark=token[:1], text=formula[:60])
        if token[0] == '"':
            _check_literal(token[1:-1].replace('""', '"'))
        elif token[0] not in _MARKS and token.upper() not in FUNCTIONS:
            raise refuse("function", name=token)
    if len(formula) > 2 * MAX_NESTING:
        _check_depth(tokens)


def _check_literal(text: str) -> None:
    check_length(text, MAX_LITERAL)
    if "(" in text and any(name in DYNAMIC for name in _CALL.findall(text)):
        raise refuse("dynamic_text", text=text[:30])


def _check_depth(tokens: list[str]) -> None:
    """Refuse more than 64 levels or more than 255 arguments."""
    arguments: list[int] = []
    for part in tokens:
        if part == "(":
            arguments.append(1)
            if len(arguments) > MAX_NESTING:
                raise refuse("nesting", most=MAX_NESTING)
        elif part == ")" and arguments:
            arguments.pop()
        elif part == "," and arguments:
            arguments[-1] += 1
            if arguments[-1] > MAX_ARGUMENTS:
                raise refuse("arguments", most=MAX_ARGUMENTS)
