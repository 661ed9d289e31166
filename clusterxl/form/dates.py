"""Dates as they stand in a cell: a serial number, or written out in one of the known ways."""

from __future__ import annotations

import re
from datetime import date, timedelta

from clusterxl.sentences import say

_EPOCH = date(1899, 12, 30)
# A whole number typed into a date cell (2023) is a serial of long ago: no date that is meant.
FIRST_YEAR, END_YEAR = 1990, 2100
_FIRST, _LAST = date(FIRST_YEAR, 1, 1), date(END_YEAR, 1, 1)
_PLAIN = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")


def date_of_serial(serial: float) -> date | None:
    """Return the date of a serial number of the 1900 system; None if it can mean no answer.

    >>> date_of_serial(45026).isoformat(), date_of_serial(2023)
    ('2023-04-10', None)
    """
    if not (_FIRST - _EPOCH).days <= serial < (_LAST - _EPOCH).days:
        return None
    return _EPOCH + timedelta(days=int(serial))


def serial_of_date(found: date) -> int:
    """Return the serial number of a date in the 1900 system.

    >>> serial_of_date(date(2023, 4, 10))
    45026
    """
    return (found - _EPOCH).days


def date_marks(language: str) -> tuple[str, str, str] | None:
    """Return the marks behind year, month and day in a language; None where it has none."""
    marks = say("normalise.date_marks", lang=language).split("|")
    if len(marks) != _MARKS:
        return None
    year, month, day = marks
    return year, month, day


def date_of_text(text: str, language: str) -> date | None:
    """Return the date that is written out; None if it is none.

    Args:
        text: A text; spaces in it do not matter.
        language: Language of the form, which has its own marks for year, month and day.

    >>> date_of_text("2023/4/10", "en").isoformat(), date_of_text("2023-4/10", "en")
    ('2023-04-10', None)
    """
    compact = text.replace(" ", "")
    if found := _PLAIN.fullmatch(compact):
        return _valid(found[1], found[3], found[4])
    marks = date_marks(language)
    if marks is None:
        return None
    year, month, day = map(re.escape, marks)
    found = re.fullmatch(
        f"([0-9]{{4}}){year}([0-9]{{1,2}}){month}([0-9]{{1,2}})(?:{day})?", compact
    )
    return _valid(*found.groups()) if found else None


_MARKS = 3


def _valid(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if _FIRST <= found < _LAST else None
