"""A clean answer, and the receipt of each change that led to it."""

from __future__ import annotations

import math
from typing import NamedTuple

from clusterxl.frames import Status
from clusterxl.sentences import one_line, say

_RECEIPT_CHARS = 40


# A tuple: thousands are made of each return, and a frozen dataclass takes three times as long.
class Answer(NamedTuple):
    """A clean answer.

    Attributes:
        status: What kind of answer it is.
        number: Its number; NaN if it has none.
        text: Its text; empty for a number.
        receipts: What was changed, `raw → clean (rule)`.
        advice: Name of the sentence that tells the respondent of a change that no rule sees, or
            asks what is meant.
        readings: What the answer may mean, where that is asked.
    """

    status: Status
    number: float = math.nan
    text: str = ""
    receipts: tuple[str, ...] = ()
    advice: str = ""
    readings: tuple[str, ...] = ()


BLANK_ANSWER = Answer(status=Status.BLANK)


def write_receipt(before: str, after: str, name: str, language: str) -> str:
    """Return the receipt of one change.

    Args:
        before: The text before it.
        after: The text after it.
        name: Name of the step; `receipt.<name>` says it in words.
        language: Language of the form.
    """
    rule = say(f"receipt.{name}", lang=language)
    return f"{one_line(before, _RECEIPT_CHARS)} → {one_line(after, _RECEIPT_CHARS)} ({rule})"
