# ruff: noqa: RUF001  (full-width digits and signs are what is tested)
from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clusterxl.numbers import parse_number, shortest_decimal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0.0),
        ("-0.5", -0.5),
        (".5", 0.5),
        ("12.50", 12.5),
        ("123456789012345", 123456789012345.0),
    ],
)
def test_plain_numbers(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "", "-", ".", "-.", "5.", "1_000", "nan", "inf", "-inf", "infinity", "1e5", "0x10", "٣",
        "１", "1,000", "+5", "--5", "5-", "4-5", "1.2.3", "007", "00.5", " 5", "5\n", "½", "十二",
        "12345678901234567890", "0.12345678901234567890", "9" * 400,
    ],
)  # fmt: skip
def test_what_is_no_plain_number(text: str) -> None:
    assert parse_number(text) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(1e22)
@example(-0.0)
@example(5e-324)
def test_the_shortest_decimal_is_the_number(number: float) -> None:
    text = shortest_decimal(number)
    assert float(text) == number
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9
    )
)
def test_a_plain_decimal_keeps_its_value(number: Decimal) -> None:
    text = format(number, "f")
    assert parse_number(text) == float(text)
