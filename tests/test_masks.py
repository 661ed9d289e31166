from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from hand_returns import all_checks
from hypothesis import given
from hypothesis import strategies as st

from clusterxl.form.answers import canonical_text
from clusterxl.ruleset.arithmetic import rounded
from clusterxl.ruleset.language import Bound, Scope, compile_rule
from clusterxl.ruleset.masks import Views, judge, view_frame
from clusterxl.ruleset.names import names_of
from clusterxl.ruleset.nodes import Judgement, Verdict

FORM = all_checks()
NAMES = names_of(FORM)
PASS, FAIL, NA = Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE

Cell = str | float


# A check, what stands in some cells, and the verdict; LibreOffice must say the same of them.
CASES: tuple[tuple[str, dict[str, Cell], Verdict], ...] = (
    ("growth <= 10", {"growth": 10}, PASS),
    ("growth <= 10", {"growth": 10.01}, FAIL),
    ("growth <= 10", {"growth": "无"}, NA),
    ("growth <= 10", {"growth": "9"}, NA),
    ("growth <= 10", {}, NA),
    # What binary fractions leave over is no difference; a sixth decimal is one.
    ("growth == 0.3", {"growth": 0.1 + 0.2}, PASS),
    ("growth == 0.3", {"growth": 0.300001}, FAIL),
    ("growth == area", {"growth": 30000000000.000004, "area": 30000000000}, PASS),
    ("growth > 0.3", {"growth": 0.1 + 0.2}, FAIL),
    ("growth != 5", {"growth": 5}, FAIL),
    ("growth + depth < 0", {"growth": 1, "depth": -2}, PASS),
    ("growth - 1 >= 0 and growth * 2 <= 4", {"growth": 1.5}, PASS),
    ("growth / depth > 1", {"growth": 1, "depth": 0}, NA),
    ("growth / depth > 1", {"growth": 1, "depth": 1e-9}, NA),
    ("growth(growth, depth) > 1", {"growth": 1, "depth": 1e-9}, NA),
    ("share(growth, depth) > 1", {"growth": 1, "depth": -1e-9}, NA),
    ("growth / depth > 1", {"growth": 1, "depth": 0.5}, PASS),
    ("patents == 0", {"patents": "无"}, PASS),
    ("patents == 0", {"patents": ""}, NA),
    ("filled(name)", {"name": "甲"}, PASS),
    ("filled(name)", {"name": "\u3000\u00a0"}, FAIL),
    ("none(name)", {"name": " 无\n"}, PASS),
    ("none(name)", {"name": "无。"}, FAIL),
    ("valued(name)", {"name": "无"}, FAIL),
    ("isnum(growth)", {"growth": "5"}, FAIL),
    ("isnum(growth)", {"growth": 5}, PASS),
    ("integer(growth)", {"growth": 5.0000001}, PASS),
    ("integer(growth)", {"growth": 5.00001}, FAIL),
    ("integer(growth)", {"growth": 1e300}, PASS),
    ("decimals(growth, 2)", {"growth": 1.005}, FAIL),
    ("decimals(growth, 3)", {"growth": 1.005}, PASS),
    ("decimals(growth, 2)", {"growth": 123456789.12}, PASS),
    ("isdate(filed)", {"filed": "2023年4月10日"}, PASS),
    ("isdate(filed)", {"filed": "2023/4/10"}, PASS),
    ("isdate(filed)", {"filed": "2023年2月30日"}, FAIL),
    ("isdate(filed)", {"filed": 45026}, PASS),
    ("isdate(filed)", {"filed": 2023}, FAIL),
    ("isdate(filed)", {}, NA),
    ("city == county", {"city": "甲", "county": "甲"}, PASS),
    ("city == county", {"city": "a", "county": "A"}, FAIL),
    ("city == county", {"city": "甲"}, NA),
    ("city in ['甲', '乙']", {"city": "乙"}, PASS),
    ("city in ['甲', '乙']", {"city": "丙"}, FAIL),
    # So many are looked up in a list.
    ("city in ['Ab', 'b', 'c', 'd', 'e', 'f', '7']", {"city": "Ab"}, PASS),
    ("city in ['Ab', 'b', 'c', 'd', 'e', 'f', '7']", {"city": "ab"}, FAIL),
    ("city in ['Ab', 'b', 'c', 'd', 'e', 'f', '7']", {"city": "A*"}, FAIL),
    ("city in ['Ab', 'b', 'c', 'd', 'e', 'f', '7']", {"city": 7}, PASS),
    ("chosen(chart, 'yes')", {"chart": "☑是　　□否　　□不涉及"}, PASS),
    ("chosen(chart, 'yes')", {"chart": "是"}, PASS),
    ("chosen(chart, 'yes')", {"chart": ""}, FAIL),
    ("chart == 'yes'", {"chart": ""}, NA),
    ("anychosen(work)", {"work_sale": "☑"}, PASS),
    ("anychosen(work)", {"work_sale": "√"}, FAIL),
    ("nchosen(work) == 2", {"work_sale": "☑", "work_supply": "☑"}, PASS),
    ("count(rows('patents_list', 'title')) == 1", {"patents_list[2].title": "甲"}, PASS),
    ("count(rows('patents_list', 'title')) == 1", {"patents_list[2].title": "无"}, FAIL),
    ("total(rows('patents_list', 'value')) == 3", {"patents_list[2].value": 3}, PASS),
    ("total(rows('patents_list', 'value')) == 0", {"patents_list[2].value": "3"}, PASS),
    ("anypositive(growth)", {"growth": -1}, FAIL),
    ("anypositive(growth)", {"growth": 0.01}, PASS),
    ("evidence(chart) >= 1", {"evidence_chart_material": "附件1"}, PASS),
    ("evidence(chart) >= 1", {"evidence_chart_material": "无"}, FAIL),
    ("chars(story) <= 3", {"story": "a  b"}, PASS),
    ("chars(story) <= 3", {"story": "a  bc"}, FAIL),
    ("abs(growth) <= 2", {"growth": -3}, FAIL),
    ("mobile(phone)", {"phone": "13800000000"}, PASS),
    ("mobile(phone)", {"phone": 13800000000}, PASS),
    ("mobile(phone)", {"phone": "138 1234 5678"}, FAIL),
    ("mobile(phone)", {"phone": "1381234567"}, FAIL),
    ("mobile(phone)", {"phone": "\uff11\uff13\uff1812345678"}, FAIL),
    ("mobile(phone)", {"phone": "0755-0001234"}, FAIL),
    ("phone(phone)", {"phone": "0755-0001234"}, PASS),
    ("phone(phone)", {"phone": "010-00001234"}, PASS),
    ("phone(phone)", {"phone": "010-0001234"}, PASS),
    ("phone(phone)", {"phone": "0755-00001234"}, PASS),
    ("phone(phone)", {"phone": "010-000012345"}, FAIL),
    ("phone(phone)", {"phone": "0755-000012345"}, FAIL),
    ("phone(phone)", {"phone": "07550-0001234"}, FAIL),
    ("phone(phone)", {"phone": " 13800000000\n"}, PASS),
    ("phone(phone)", {"phone": "07551234567"}, FAIL),
    ("phone(phone)", {"phone": "0755-123456"}, FAIL),
    ("phone(phone)", {"phone": "无"}, NA),
    ("phone(phone)", {}, NA),
    ("contains(name, '产业集群')", {"name": "甲市玩具产业集群"}, PASS),
    ("contains(name, '产业集群')", {"name": "甲市玩具产业"}, FAIL),
    ("contains(name, 'A')", {"name": "a"}, FAIL),
    ("contains(name, '*')", {"name": "a"}, FAIL),
    ("contains(name, '产业')", {}, NA),
    ("contains(name, county)", {"name": "甲市东县玩具", "county": "东县"}, PASS),
    ("contains(name, county)", {"name": "甲市东县玩具", "county": "西县"}, FAIL),
    ("contains(name, county)", {"name": "甲市东县玩具"}, NA),
    ("same(name, contact)", {"name": " 甲 ", "contact": "甲"}, PASS),
    ("same(name, contact)", {"name": "a", "contact": "A"}, FAIL),
    ("same(name, contact)", {"name": "甲"}, NA),
    ("items(name) == 0", {}, PASS),
    ("items(name) == 0", {"name": "无"}, PASS),
    ("items(name) == 1", {"name": "甲、乙"}, PASS),
    ("items(name) == 2", {"name": "甲；乙"}, PASS),
    ("items(name) == 2", {"name": "甲; 乙；"}, PASS),
    ("items(name) == 3", {"name": "甲；；乙"}, PASS),
    # 5.5 printed with one decimal is anything from 5.45 to 5.55.
    ("agrees(growth, 5.55)", {"growth": 5.5}, PASS),
    ("agrees(growth, 5.551)", {"growth": 5.5}, FAIL),
    ("agrees(growth, 5.45)", {"growth": 5.5}, PASS),
    ("agrees(growth, 5.449)", {"growth": 5.5}, FAIL),
    ("agrees(growth, 5.5)", {"growth": "无"}, NA),
    ("agrees(growth, 5.5)", {}, NA),
    ("agrees(firms[base], 3.1)", {"firms_2022": 3}, FAIL),
    ("agrees(firms[base], p['ten'])", {"firms_2022": 10}, PASS),
    ("agrees(firms[base], p['unset'])", {"firms_2022": 10}, NA),
    ("agrees(growth, growth(area, output[base]))", {"growth": 1, "area": 1}, NA),
    # A divisor that may be zero behind its decimals tells nothing.
    ("agrees(growth, area / output[base])", {"growth": 1, "area": 1, "output_2022": 0}, NA),
    ("agrees(growth, area / output[base])", {"growth": 1, "area": 1, "output_2022": 0.005}, NA),
    # What is below zero where nothing may be fails a rule of its own.
    ("agrees(growth, area)", {"growth": -3, "area": -3}, NA),
    ("low(growth) < 0 < high(growth)", {"growth": 0}, PASS),
    ("round(growth, 1) == 0.3", {"growth": 0.25}, PASS),
    ("min(growth, depth) < 0", {"growth": 1, "depth": -1}, PASS),
    ("max(growth, depth) < 0", {"growth": 1, "depth": -1}, FAIL),
    ("sum(growth, depth, 1) == 1", {"growth": 1, "depth": -1}, PASS),
    ("share(growth, area) == 25", {"growth": 1, "area": 4}, PASS),
    ("within(growth(growth, area), 10, 0.5)", {"growth": 110.4, "area": 100}, PASS),
    ("within(growth(growth, area), 10, 0.5)", {"growth": 110.6, "area": 100}, FAIL),
    ("cagr(growth, area, 2) == 100", {"growth": 1, "area": 4}, PASS),
    ("cagr(growth, area, 2) == 100", {"growth": 1, "area": -4}, NA),
    ("cagr(growth, area, 2) == 100", {"growth": 0, "area": 4}, NA),
    ("cagr(growth, area, 2) == -100", {"growth": 1, "area": 0}, PASS),
    # Nothing below zero has a root, however near to zero it is.
    ("cagr(growth, area, 2) == -100", {"growth": 1, "area": -1e-7}, NA),
    ("cagr(growth, area, 1) == -100", {"growth": 1, "area": -1e-7}, NA),
    ("implies(filled(name), filled(city))", {"name": "甲"}, FAIL),
    ("implies(filled(name), filled(city))", {}, PASS),
    ("implies(growth > 0, area > 0)", {"growth": -1}, NA),
    ("growth > p['ten']", {"growth": 11}, PASS),
    ("growth > p['unset']", {"growth": 11}, NA),
    ("not growth > 0 or area > 0", {"growth": -1, "area": -1}, PASS),
    (
        "total(standards) == 0",
        {
            "standards_2020_state_led": 1e300,
            "standards_2020_state_joined": -1e300,
            "standards_2021_state_led": 90,
        },
        PASS,
    ),
)


def views_of(*returns: dict[str, Cell]) -> Views:
    """Return the views of some returns that hold only these cells."""
    keys = [asked.key for asked in FORM.inputs]
    texts = [[canonical_text(cells.get(key)) for key in keys] for cells in returns]
    numbers = [
        [float(v) if not isinstance(v := cells.get(key, ""), str) else np.nan for key in keys]
        for cells in returns
    ]
    frame = view_frame(
        pd.DataFrame(texts, columns=keys, dtype="str"),
        pd.DataFrame(numbers, columns=keys, dtype="float64"),
    )
    return Views(frame, language=FORM.language)


def compiled(check: str, when: str = "", **bound: Bound) -> Judgement:
    scope = Scope(names=NAMES, bound=bound, parameters={"unset": None, "ten": 10.0})
    return compile_rule(check, when, scope)


def verdict(check: str, cells: dict[str, Cell], when: str = "", **bound: Bound) -> Verdict:
    return Verdict(int(judge(compiled(check, when, **bound), views_of(cells))[0]))


@pytest.mark.parametrize(("check", "cells", "expected"), CASES)
def test_verdicts(check: str, cells: dict[str, Cell], expected: Verdict) -> None:
    assert verdict(check, cells) is expected


def test_where_when_does_not_hold_a_rule_is_not_applicable() -> None:
    cells: dict[str, Cell] = {"growth": 1, "area": 2}
    assert verdict("growth > 5", cells, "area > 1") is FAIL
    assert verdict("growth > 5", cells, "area > 2") is NA
    assert verdict("growth > 5", {"growth": 1}, "area > 1") is NA


def test_all_returns_are_judged_at_once() -> None:
    judgement = compile_rule("growth > 0", "", Scope(names=NAMES))
    views = views_of({"growth": 1}, {"growth": 0}, {"growth": "x"}, {})
    assert judge(judgement, views).tolist() == [PASS, FAIL, NA, NA]


def test_no_return_gives_no_verdict() -> None:
    judgement = compile_rule("growth > 0 and chars(story) < 3", "", Scope(names=NAMES))
    assert judge(judgement, views_of()).shape == (0,)


@given(
    st.decimals(min_value=-10_000, max_value=10_000, places=4),
    st.integers(min_value=0, max_value=3),
)
def test_rounding_is_that_of_spreadsheets(number: Decimal, decimals: int) -> None:
    step = Decimal(1).scaleb(-decimals)
    expected = float(number.quantize(step, rounding=ROUND_HALF_UP))
    found = rounded(np.array([float(number)]), decimals)[0]
    assert found == pytest.approx(expected, abs=1e-9)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(min_value=0, max_value=6))
def test_rounding_never_moves_a_number_far(number: float, decimals: int) -> None:
    found = rounded(np.array([number]), decimals)[0]
    assert abs(found - number) <= 0.5000001 * 10.0**-decimals + abs(number) * 1e-15


def test_missing_numbers_stay_missing_when_rounded() -> None:
    assert np.isnan(rounded(np.array([np.nan]), 2)).all()


def printed(value: float, decimals: int) -> float:
    return float(rounded(np.array([value]), decimals)[0])


AMOUNTS = st.floats(min_value=0.01, max_value=1e6)
FACTORS = st.floats(min_value=-1e4, max_value=1e4)


@given(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS))
def test_growth_of_true_figures_always_agrees(true: tuple[float, float, float, float]) -> None:
    now, before, share, share_before = true
    share, share_before = share / 1e4, share_before / 1e4
    cells: dict[str, Cell] = {
        "output_2022": printed(now, 2),
        "output_2021": printed(before, 2),
        "share_2022": printed(share, 2),
        "share_2021": printed(share_before, 2),
        "growth": printed((now * share / (before * share_before) - 1) * 100, 1),
    }
    formula = "growth(output[base] * share[base], output[base-1] * share[base-1])"
    assert verdict(f"agrees(growth, {formula})", cells) is not FAIL


@given(st.tuples(FACTORS, FACTORS, AMOUNTS))
def test_figures_of_either_sign_agree_as_well(true: tuple[float, float, float]) -> None:
    one, other, above = true
    cells: dict[str, Cell] = {
        "growth": printed(one, 1),
        "depth": printed(other, 2),
        "output_2022": printed(above, 2),
    }
    # Compared against exact results, which must lie within the bounds.
    for formula, exact in (
        ("growth * depth", one * other),
        ("growth - depth * 2", one - other * 2),
        ("max(growth, depth)", max(one, other)),
        ("growth * depth / output[base]", one * other / above),
        ("-growth", -one),
    ):
        speck = 1e-5 + abs(exact) * 1e-9
        least, most = exact - speck, exact + speck
        check = f"low({formula}, 2) <= most and high({formula}, 2) >= least"
        assert verdict(check, cells, least=least, most=most) is not FAIL


@given(st.integers(min_value=-(10**6), max_value=10**6))
def test_a_rounding_tie_agrees_with_both_its_neighbours(tenths: int) -> None:
    tie = tenths / 10 + 0.05
    for neighbour in (tenths / 10, (tenths + 1) / 10):
        assert verdict("agrees(growth, tie)", {"growth": neighbour}, tie=tie) is PASS
    assert verdict("agrees(growth, tie)", {"growth": (tenths + 2) / 10}, tie=tie) is FAIL
