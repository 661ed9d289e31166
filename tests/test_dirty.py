# ruff: noqa: RUF001  (full-width digits and signs are what is tested)
"""What people and programs leave in cells: a table written by hand, and what is drawn."""

from __future__ import annotations

import math
import re
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hand_returns import FORMS, Typed, raw_of
from hypothesis import example, given
from hypothesis import strategies as st

from clusterxl.cleaning import Answer, Cleaner
from clusterxl.cleaning.words import folded
from clusterxl.excel.raw import RawCell
from clusterxl.form.file import load_form
from clusterxl.form.model import FieldType, Form
from clusterxl.frames import Status
from clusterxl.numbers import WIDE_SIGNS
from clusterxl.sentences import catalogue

TABLE = Path(__file__).parent / "data" / "dirty.toml"
FIELDS = tomllib.loads(TABLE.read_text(encoding="utf-8"))["field"]
CASES = [(field["form"], field["key"], *case) for field in FIELDS for case in field["cases"]]
CLEAN = (Status.VALUE, Status.NONE, Status.NOT_APPLICABLE)


@cache
def form_of(name: str) -> tuple[Form, Cleaner]:
    form = load_form(FORMS / name)
    return form, Cleaner(form)


def clean(name: str, key: str, typed: Typed) -> Answer:
    form, cleaner = form_of(name)
    raw = raw_of(typed)
    asked = form.by_key[key]
    return cleaner.clean(asked, raw, cleaner.view(asked, raw))


def cell_of(typed: Any) -> Typed:
    if isinstance(typed, dict):
        kind = typed.get("kind", "number")
        return RawCell(value=typed["value"], kind=kind, number_format=typed["format"])
    return float(typed) if isinstance(typed, int) and not isinstance(typed, bool) else typed


def steps_in(receipts: tuple[str, ...], language: str) -> list[str]:
    """Return the names of the steps that receipts tell of."""
    known = catalogue(language)
    names = {known[name]: name.partition(".")[2] for name in known if name.startswith("receipt.")}
    return [names[receipt.rpartition(" (")[2].removesuffix(")")] for receipt in receipts]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]}-{case[2]!r}")
def test_what_is_made_of_it(case: tuple[Any, ...]) -> None:
    name, key, typed, status, value, receipts, advice, *readings = case
    answer = clean(name, key, cell_of(typed))
    is_tick = form_of(name)[0].by_key[key].type is FieldType.TICKS
    meant = answer.text if math.isnan(answer.number) or is_tick else answer.number
    assert (answer.status, meant) == (status, value)
    assert steps_in(answer.receipts, form_of(name)[0].language) == receipts.split()
    assert (answer.advice, list(answer.readings)) == (advice, readings)


def test_the_table_is_long_and_asks_each_kind_of_question() -> None:
    assert len(CASES) >= 250
    told = {case[6] for case in CASES}
    asked = {name for name in catalogue("zh") if name.startswith("normalise.ask_")}
    assert {name.partition(".")[2] for name in asked} <= told


def written_back(answer: Answer) -> Typed:
    return answer.text if answer.text else answer.number


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]}-{case[2]!r}")
def test_a_clean_answer_is_clean(case: tuple[Any, ...]) -> None:
    answer = clean(case[0], case[1], cell_of(case[2]))
    if answer.status in CLEAN:
        again = clean(case[0], case[1], written_back(answer))
        assert again.status is answer.status
        assert again.text == answer.text
        assert again.number == answer.number or math.isnan(answer.number)
        assert again.receipts == again.readings == ()
        assert again.advice == ""


# Pieces that people put together, so that what is drawn comes near to what has a meaning.
PIECES = (
    *"0123456789.,-+%()/~ \n１２３．，－％（）　。、'’—–−",
    *("\u200b", "\ufeff", "\u00a0", "_x000D_", "\ue001", "\u202e"),
    *("万", "亿", "千", "元", "亿元", "万元", "家", "个", "件", "约", "左右", "以上", "余", "近"),
    *("￥", "RMB", "$", "至", "同上", "无", "不涉及", "年", "月", "日", "号", "三", "十"),
    *("☑", "□", "√", "×", "是", "否", "V", "e", "E+", "nan", "t", "k", "about"),
)
TYPED = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.text(max_size=12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
PLACES = st.sampled_from(list(dict.fromkeys((field["form"], field["key"]) for field in FIELDS)))


@given(PLACES, TYPED)
@example(("all-checks", "story"), 1e15)
def test_drawn_answers_that_are_clean_stay_clean(place: tuple[str, str], typed: Typed) -> None:
    answer = clean(*place, typed)
    if answer.status in CLEAN:
        again = clean(*place, written_back(answer))
        assert (again.status, again.text, again.receipts) == (answer.status, answer.text, ())
        assert again.number == answer.number or math.isnan(answer.number)


@given(st.sampled_from(["output_2022", "firms_2022", "patents", "share_2022"]), TYPED)
@example("output_2022", "12345678901234567890万元")
def test_no_number_loses_a_digit_or_its_sign(key: str, typed: Typed) -> None:
    answer = clean("all-checks", key, typed)
    if answer.status is not Status.VALUE or not isinstance(typed, str):
        return
    seen = folded(typed.translate(WIDE_SIGNS)).replace("_x000d_", "").replace("。", ".")
    digits = "".join(re.findall("[0-9]", seen.rstrip(".")))
    found = Decimal(repr(abs(answer.number)))
    # Powers of ten move the point and add noughts; they change no other digit.
    assert "".join(map(str, found.as_tuple().digits)).strip("0") == digits.strip("0")
    assert (answer.number < 0) == ("-" in seen and answer.number != 0)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-9999, max_value=9999),
    st.sampled_from([("万元", 4), ("亿元", 8), ("百万元", 6), ("千万元", 7), ("千元", 3)]),
)
def test_conversions_are_exact(number: Decimal, measure: tuple[str, int]) -> None:
    text, power = measure
    answer = clean("all-checks", "output_2022", f"{number:f}{text}")
    assert answer.number == float(number.scaleb(power - 8))


@given(PLACES, TYPED)
def test_what_is_invalid_or_blank_has_no_number(place: tuple[str, str], typed: Typed) -> None:
    answer = clean(*place, typed)
    if answer.status is not Status.VALUE:
        assert math.isnan(answer.number)
    assert answer.status is Status.INVALID or not answer.readings


FULL = 32767


@pytest.mark.parametrize("place", list(dict.fromkeys(case[:2] for case in CASES)))
@pytest.mark.parametrize(
    "piece",
    ["9", ".", " ", "\u3000", "\u2003", "1 ", "1,", "万", "三", "☑", "(", "'", "\u200b", "_x000D_"],
)
def test_a_cell_full_of_anything_is_read(place: tuple[str, str], piece: str) -> None:
    full = (piece * FULL)[:FULL]
    for typed in (full, f"1{full[1:]}", f"{full[1:]}1"):
        answer = clean(*place, typed)
        assert answer.status in Status
        assert all(len(receipt) < 200 for receipt in answer.receipts)


def test_a_number_may_stand_among_many_spaces() -> None:
    assert clean("all-checks", "output_2022", f"{' ' * 9999}12.5{' ' * 9999}").number == 12.5
