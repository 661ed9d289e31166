"""Number formats: the built-in ones that files never spell out, and which of them are dates."""

from __future__ import annotations

import re

# Capitals stand for the quoted words for year, month, day, hour, minute and second.
_WORDS = {"Y": 0x5E74, "M": 0x6708, "D": 0x65E5, "H": 0x65F6, "N": 0x5206, "S": 0x79D2}
_PATTERNS = {
    27: "yyyyYmM",
    28: "mMdD",
    29: "mMdD",
    30: "m-d-yy",
    31: "yyyyYmMdD",
    32: "hHmmN",
    33: "hHmmNssS",
    34: "hHmmN",
    35: "hHmmNssS",
    36: "yyyyYmM",
    50: "yyyyYmM",
    51: "mMdD",
    52: "yyyyYmM",
    53: "mMdD",
    54: "mMdD",
    55: "hHmmN",
    56: "hHmmNssS",
    57: "yyyyYmM",
    58: "mMdD",
}
# Ids of Chinese Excel and WPS (ECMA-376 part 1, 18.8.30, zh-cn), which openpyxl does not know;
# the marks for morning and afternoon of 34, 35, 55 and 56 are left out.
CHINESE_DATES = {
    number: pattern.translate({ord(a): f'"{chr(code)}"' for a, code in _WORDS.items()})
    for number, pattern in _PATTERNS.items()
}
# Days between the two calendars a workbook may count in.
DAYS_TO_1904 = 1462

_NOT_CODE = re.compile(r"\"[^\"]*\"|\\.|[_*].|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]", re.IGNORECASE)
_DATE = re.compile(r"[dmyhs]", re.IGNORECASE)
_DAY_OR_YEAR = re.compile(r"[dy]", re.IGNORECASE)


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date or a time.

    >>> is_date_format('yyyy"年"m"月"'), is_date_format('0.00" months"'), is_date_format("[Red]0")
    (True, False, False)
    """
    return _DATE.search(_code(code)) is not None


def shows_day(code: str) -> bool:
    """Whether a number format shows a day or a year, so that the calendar matters."""
    return _DAY_OR_YEAR.search(_code(code)) is not None


def _code(code: str) -> str:
    return _NOT_CODE.sub("", code.partition(";")[0])
