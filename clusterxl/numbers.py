"""Numbers as texts: a grammar of our own, and back without an exponent."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from clusterxl.excel.raw import RawCell

# Full-width forms lie this far behind their plain twins; the minus sign is a character apart.
_WIDE_BY = 0xFEE0
WIDE_SIGNS = {_WIDE_BY + ord(sign): sign for sign in "0123456789.,+-%()/:'<>~"}
# Other signs for a minus, among them those that Word puts for a hyphen.
WIDE_SIGNS |= dict.fromkeys((0x2212, 0x2010, 0x2011, 0xFE63), "-")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)?(?:\.[0-9]+)?")


def plain_decimal(text: str) -> Decimal | None:
    """Return the decimal that is written plainly, to the last digit; None for anything else.

    >>> plain_decimal("12.50"), plain_decimal("007"), plain_decimal("1e5")
    (Decimal('12.50'), None, None)
    """
    is_plain = _NUMBER.fullmatch(text) and text.strip("-")
    return Decimal(text) if is_plain else None


def parse_number(text: str) -> float | None:
    """Read a number written plainly; None for anything else, also for one that would lose digits.

    >>> parse_number("-12.50"), parse_number(".5"), parse_number("1_000"), parse_number("nan")
    (-12.5, 0.5, None, None)
    """
    exact = plain_decimal(text)
    if exact is None:
        return None
    number = float(text) + 0.0
    return number if math.isfinite(number) and Decimal(repr(number)) == exact else None


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
