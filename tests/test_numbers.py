# ruff: noqa: RUF001  (full-width digits and signs are what is tested)
from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clusterxl.numbers import NUMBER_STEPS, Words, parse_number, shortest_decimal

WORDS = Words(("大约", "约"), ("左右",), "亿元")

# What each step changes, and what it must leave alone.
EXAMPLES = [
    ("width", "４５．６", "45.6"),
    ("width", "－５％", "-5%"),
    ("width", "−5", "-5"),
    ("width", "①②", "①②"),
    ("width", "½", "½"),
    ("space", "  12.5\u3000", "12.5"),
    ("space", "- 5 %", "-5%"),
    ("space", "12.5\n亿元", "12.5亿元"),
    ("space", "12 5", "12 5"),
    ("about", "约3.2", "3.2"),
    ("about", "大约3.2左右", "3.2"),
    ("about", "近3.2", "近3.2"),
    ("measure", "45.6亿元", "45.6"),
    ("measure", "45.6万元", "45.6万元"),
    ("measure", "45.6亿", "45.6亿"),
    ("thousands", "1,234,567.89", "1234567.89"),
    ("thousands", "-1,234", "-1234"),
    ("thousands", "1,23", "1,23"),
    ("thousands", "0,123", "0,123"),
    ("thousands", "12,3456", "12,3456"),
    ("plus", "+5", "5"),
    ("plus", "5+", "5+"),
]


@pytest.mark.parametrize(("name", "before", "after"), EXAMPLES)
def test_each_step(name: str, before: str, after: str) -> None:
    step = next(step for step in NUMBER_STEPS if step.name == name)
    assert step.apply(before, WORDS) == after


def test_every_step_has_an_example_it_changes_and_one_it_leaves() -> None:
    changes = {(name, before != after) for name, before, after in EXAMPLES}
    assert changes == {(step.name, seen) for step in NUMBER_STEPS for seen in (True, False)}


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
