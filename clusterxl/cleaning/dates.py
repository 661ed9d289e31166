"""Dates as people type them beyond what the form itself knows, and what is asked about others."""

from __future__ import annotations

import re
from datetime import date

from clusterxl.cleaning.steps import DATE_SIGN_STEPS, Step
from clusterxl.cleaning.words import Words

_TIME = re.compile(r"(?<=[0-9])[T\s]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?")
_EIGHT_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DAY_OR_MONTH_FIRST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")


def _without_time(text: str, _: Words) -> str:
    """The time of day that programs put behind a date.

    '2023-04-10 00:00:00' [] → '2023-04-10'
    '2023-04-10T08:30' [] → '2023-04-10'
    '08:30' [] → '08:30'
    """
    return _TIME.sub("", text)


def _with_marks(text: str, _: Words) -> str:
    """Eight digits in a row.

    '20230410' [] → '2023-04-10'
    '2023041' [] → '2023041'
    """
    return _EIGHT_DIGITS.sub(r"\1-\2-\3", text) if _EIGHT_DIGITS.fullmatch(text) else text


def _with_known_words(text: str, words: Words) -> str:
    """Other words for the day of a month.

    '4月10号' [] → '4月10日'
    '10' [] → '10'
    """
    for word, known in words.vocabulary.day_words.items():
        text = text.replace(word, known)
    return text


DATE_STEPS: tuple[Step, ...] = (
    *DATE_SIGN_STEPS,
    Step("time", _without_time),
    Step("marks", _with_marks),
    Step("day", _with_known_words),
)


def doubt_about_date(text: str, words: Words) -> tuple[str, tuple[str, ...]]:
    """Return what must be asked about a text that is no date, as `doubts.doubt_about` does."""
    if found := _DAY_OR_MONTH_FIRST.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        days = (_day(year, first, second), _day(year, second, first))
        return "ask_day", tuple(dict.fromkeys(day for day in days if day))
    is_like_a_date = re.search("[0-9]", text) or words.vocabulary.numerals.search(text)
    return ("ask_date", ()) if is_like_a_date else ("", ())


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
