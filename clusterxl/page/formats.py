"""Numbers as a workbook would show them, for pages beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne

from clusterxl.form.dates import date_of_serial

GENERAL = "General"
_DAY = "yyyy-mm-dd"
_PART = re.compile(
    r'"(?P<text>(?:[^"]|"")*)"|\[(?P<sign>[<>=]+)(?P<limit>-?[0-9.]+)\]|(?P<digits>[#0][#0,.]*|yyyy-mm-dd|@)'
    r"|(?P<mark>.)",
    re.DOTALL,
)
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">": gt,
    "<": lt,
    ">=": ge,
    "<=": le,
    "=": eq,
    "<>": ne,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """One section of a number format.

    Attributes:
        before: Text before the digits.
        digits: The digits (`#,##0.0`), a day (`yyyy-mm-dd`), where a text goes (`@`), or nothing.
        after: Text behind them.
        applies: Whether a number is for it; None where its place decides.
    """

    before: str
    digits: str
    after: str
    applies: Callable[[float], bool] | None


def formatted(value: float, num_format: str) -> str:
    """Return a number as a number format of Excel shows it.

    Args:
        value: The number.
        num_format: Sections of digits, quoted texts and conditions; of dates only `yyyy-mm-dd`.

    >>> formatted(1234.25, "#,##0.0"), formatted(-2.0, '[>=10]"↑ "+0.0;[<0]"↓ "-0.0;"→ "+0.0')
    ('1,234.3', '↓ -2.0')
    >>> formatted(0.0, '0;-0;"–"'), formatted(2.5, "General")
    ('–', '2.5')
    """
    if num_format == GENERAL:
        return f"{value:.15g}"
    sections = _sections(num_format)
    section = _chosen(sections, value)
    if not section.digits:
        return section.before
    # The first section shows a sign of its own; the others say it in their texts.
    number = value if section is sections[0] else abs(value)
    return f"{section.before}{_digits(number, section.digits)}{section.after}"


def formatted_text(text: str, num_format: str) -> str:
    """Return a text as a number format of Excel shows it: its fourth section is for texts.

    >>> formatted_text("none", '"+ "0.0;"- "0.0;0.0;"+ "@'), formatted_text("none", "0.0")
    ('+ none', 'none')
    """
    if "@" not in num_format:
        return text
    section = _sections(num_format)[-1]
    return f"{section.before}{text}{section.after}" if section.digits == "@" else text


def _chosen(sections: tuple[_Section, ...], value: float) -> _Section:
    if any(section.applies for section in sections):
        return next((s for s in sections if s.applies is None or s.applies(value)), sections[-1])
    if value < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if value == 0 and len(sections) > len(("+", "-")) else sections[0]


def _digits(number: float, digits: str) -> str:
    if digits == _DAY:
        day = date_of_serial(number)
        return day.isoformat() if day else f"{number:.15g}"
    decimals = digits.partition(".")[2]
    rounded = Decimal(repr(float(number))).quantize(
        Decimal(1).scaleb(-len(decimals)), rounding=ROUND_HALF_UP
    )
    shown = f"{rounded:,f}" if "," in digits else f"{rounded:f}"
    for mark in reversed(decimals):
        if mark != "#" or not shown.endswith("0"):
            break
        shown = shown[:-1]
    return shown.rstrip(".") if decimals else shown


@lru_cache(maxsize=256)
def _sections(num_format: str) -> tuple[_Section, ...]:
    found = [_Section(before="", digits="", after="", applies=None)]
    for part in _PART.finditer(num_format):
        before, digits, after, applies = (
            getattr(found[-1], name) for name in ("before", "digits", "after", "applies")
        )
        if part["mark"] == ";":
            found.append(_Section(before="", digits="", after="", applies=None))
            continue
        if part["limit"]:
            applies = _condition(part["sign"], float(part["limit"]))
        elif part["digits"]:
            digits = part["digits"]
        elif digits:
            after += _literal(part)
        else:
            before += _literal(part)
        found[-1] = _Section(before=before, digits=digits, after=after, applies=applies)
    return tuple(found)


def _literal(part: re.Match[str]) -> str:
    return part["mark"] or (part["text"] or "").replace('""', '"')


def _condition(sign: str, limit: float) -> Callable[[float], bool]:
    holds = _SIGNS[sign]
    return lambda value: holds(value, limit)
