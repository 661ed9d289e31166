"""What a cell is written as becomes its value: numbers, texts, errors, dates."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date

from clusterxl.excel.formats import DAYS_TO_1904
from clusterxl.excel.raw import Kind, decode_text
from clusterxl.excel.strings import SharedStrings
from clusterxl.excel.styles import NumberFormat

Value = tuple[str | float | bool | None, Kind]

_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*", re.ASCII)
_INDEX = re.compile(r"\s*[0-9]{1,9}\s*", re.ASCII)
# No number of a spreadsheet is longer; conversion of endless ones takes endless time.
_LONGEST = 1_000
_TRUTH = {"1": True, "true": True, "0": False, "false": False}
_DATE = re.compile(
    r"(?:([0-9]{4})-([0-9]{2})-([0-9]{2}))?T?"
    r"(?:([0-9]{2}):([0-9]{2})(?::([0-9]{2}(?:\.[0-9]{1,9})?))?)?Z?",
    re.ASCII,
)
_DURATION = re.compile(
    r"PT(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)S)?", re.ASCII
)
_DAY_0 = date(1899, 12, 30)
# Excel's calendar has a 29 February 1900: days before it count one less.
_FIRST_TRUE_DAY = 60
_DAY = 86_400
NOTHING: Value = (None, "blank")


class BrokenValueError(ValueError):
    """What a cell holds is no value; the text is what it holds."""


class Values:
    """Turns what is written into values, for the cells of one workbook."""

    def __init__(self, strings: SharedStrings, *, counts_from_1904: bool) -> None:
        self._strings = strings
        self._counts_from_1904 = counts_from_1904
        self._ways: Mapping[str, Callable[[str], Value]] = {
            "s": self._shared,
            "b": _truth,
            "e": lambda text: (text, "error"),
            "str": lambda text: (decode_text(text), "text"),
            "d": lambda text: (_serial(text), "date"),
        }

    def value(self, kind: str | None, written: str | None, shown: NumberFormat) -> Value:
        """Return the value of a cell and its kind.

        Args:
            kind: Type of the cell; None for the usual one.
            written: What it holds; None when that is nothing.
            shown: Its number format.

        Returns:
            Value and kind.

        Raises:
            BrokenValueError: It holds something that is no value of this type.
        """
        if not written:
            return ("", "text") if kind == "str" else NOTHING
        if kind is None or kind == "n":
            return self._number(written, shown)
        way = self._ways.get(kind)
        if way is None:
            raise BrokenValueError(written)
        return way(written)

    def _number(self, text: str, shown: NumberFormat) -> Value:
        if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
            raise BrokenValueError(text)
        number = float(text)
        if not math.isfinite(number):
            return "#NUM!", "error"
        if not shown.is_date:
            return number, "number"
        if self._counts_from_1904 and shown.shows_day:
            number += DAYS_TO_1904
        return number, "date"

    def _shared(self, written: str) -> Value:
        is_index = (written.isascii() and written.isdigit()) or _INDEX.fullmatch(written)
        text = self._strings.text(int(written)) if is_index and len(written) < _LONGEST else None
        if text is None:
            raise BrokenValueError(written)
        return text, "text"


def _truth(written: str) -> Value:
    if written not in _TRUTH:
        raise BrokenValueError(written)
    return _TRUTH[written], "bool"


def _serial(text: str) -> float:
    """Return the number of a date, time or duration in ISO writing."""
    found = _DATE.fullmatch(text)
    if found and (found[1] or found[4]):
        hours, minutes, seconds = (float(found[part] or 0) for part in (4, 5, 6))
        day = _day_of(found, text) if found[1] else 0
        return day + (hours * 3600 + minutes * 60 + seconds) / _DAY
    lasting = _DURATION.fullmatch(text)
    if lasting and any(lasting.groups()):
        hours, minutes, seconds = (float(part or 0) for part in lasting.groups())
        return (hours * 3600 + minutes * 60 + seconds) / _DAY
    raise BrokenValueError(text)


def _day_of(found: re.Match[str], text: str) -> int:
    try:
        days = (date(int(found[1]), int(found[2]), int(found[3])) - _DAY_0).days
    except ValueError as error:
        raise BrokenValueError(text) from error
    return days - 1 if 0 < days <= _FIRST_TRUE_DAY else days
