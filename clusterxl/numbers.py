"""Numbers as people type them: a grammar of our own, and the steps that make a text fit it.

The steps stand in `NUMBER_STEPS`, in the order in which they are tried. Nothing is guessed: a text
that no step makes plain is no number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from clusterxl.excel.raw import RawCell

# Full-width forms lie this far behind their plain twins; the minus sign is a character apart.
_WIDE_BY = 0xFEE0
WIDE_SIGNS = {_WIDE_BY + ord(sign): sign for sign in "0123456789.,+-%()/:"} | {0x2212: "-"}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)?(?:\.[0-9]+)?")
_GROUPED = re.compile(r"([+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+)((?:\.[0-9]+)?)")
# A space between two digits may part two numbers, so it stays and the text is no number.
_IDLE_SPACE = re.compile(r"(?<![0-9])\s+|\s+(?![0-9])")


@dataclass(frozen=True, slots=True)
class Words:
    """Words that may stand around the number of one question.

    Attributes:
        before: Words for "about" in front of a number.
        behind: Words for "about" behind it.
        measure: The measure of the question.
    """

    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One change that makes a number readable.

    Attributes:
        name: Its name; `receipt.<name>` says it in words.
        apply: Returns the text changed, or as it was where the step does not apply.
    """

    name: str
    apply: Callable[[str, Words], str]


def _narrow(text: str, _: Words) -> str:
    return text.translate(WIDE_SIGNS)


def _without_idle_spaces(text: str, _: Words) -> str:
    return _IDLE_SPACE.sub("", text)


def _without_about(text: str, words: Words) -> str:
    for word in words.before:
        text = text.removeprefix(word)
    for word in words.behind:
        text = text.removesuffix(word)
    return text


def _without_measure(text: str, words: Words) -> str:
    measure = words.measure.translate(WIDE_SIGNS).replace(" ", "")
    return text.removesuffix(measure) if measure and not measure[0].isdigit() else text


def _without_thousands(text: str, _: Words) -> str:
    found = _GROUPED.fullmatch(text)
    return found[1].replace(",", "") + found[2] if found else text


def _without_plus(text: str, _: Words) -> str:
    return text.removeprefix("+")


NUMBER_STEPS: tuple[Step, ...] = (
    Step("width", _narrow),
    Step("space", _without_idle_spaces),
    Step("about", _without_about),
    Step("measure", _without_measure),
    Step("thousands", _without_thousands),
    Step("plus", _without_plus),
)


def parse_number(text: str) -> float | None:
    """Read a number written plainly; None for anything else, also for one that would lose digits.

    >>> parse_number("-12.50"), parse_number(".5"), parse_number("1_000"), parse_number("nan")
    (-12.5, 0.5, None, None)
    """
    if not _NUMBER.fullmatch(text) or not text.strip("-"):
        return None
    number = float(text) + 0.0
    return number if math.isfinite(number) and Decimal(repr(number)) == Decimal(text) else None


def shortest_decimal(number: float) -> str:
    """Return the shortest decimal that is this number, without an exponent.

    >>> shortest_decimal(3.0), shortest_decimal(12.5), shortest_decimal(1e-7)
    ('3', '12.5', '0.0000001')
    """
    text = repr(float(number) + 0.0).removesuffix(".0")
    return format(Decimal(text), "f") if "e" in text else text


def raw_text(raw: RawCell) -> str:
    """Return what stands in a cell as text: as typed, a number as shortest decimal.

    Of a formula that was never calculated that is the formula.
    """
    value = raw.value
    if value is None:
        return raw.formula
    if isinstance(value, str):
        return value
    return str(value).upper() if isinstance(value, bool) else shortest_decimal(value)
