from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hand_returns import FORMS, all_checks
from hypothesis import given
from hypothesis import strategies as st

from clusterxl.errors import DefinitionError
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.ruleset.language import LONGEST, Bound, Scope, compile_rule, parse_rule
from clusterxl.ruleset.names import Names, names_of
from clusterxl.ruleset.nodes import (
    Absolute,
    AnyPositive,
    Arithmetic,
    Characters,
    Comparison,
    Contains,
    Every,
    Extreme,
    Filled,
    IsDate,
    IsNumber,
    IsPhone,
    Items,
    Judgement,
    Number,
    NumberOf,
    OneOf,
    Opposite,
    Parameter,
    Power,
    Rounded,
    SameText,
    Some,
    Tally,
    Total,
    Truth,
    keys_of,
    walk,
)

FORM = all_checks()
NAMES = names_of(FORM)


def compiled(check: str, when: str = "", **bound: Bound) -> Judgement:
    parameters = {"least output": 40.0, "unset": None}
    scope = Scope(names=NAMES, bound=bound, parameters=parameters)
    return compile_rule(check, when, scope)


def low(key: str, half: float) -> Arithmetic:
    return Arithmetic("-", NumberOf(key), Number(half))


def high(key: str, half: float) -> Arithmetic:
    return Arithmetic("+", NumberOf(key), Number(half))


def positive_low(key: str, half: float) -> Extreme:
    return Extreme("max", (low(key, half), Number(0.0)))


FIRMS_AT_LEAST_3 = Comparison(">=", NumberOf("firms_2022", "无"), Number(3.0))
FIRMS_AT_MOST_3 = Comparison("<=", NumberOf("firms_2022", "无"), Number(3.0))


def no_none(form: Form) -> Names:
    """Return the names of the same form without a word for "none"."""
    return names_of(replace(form, none_word=""))


def test_a_comparison_needs_both_numbers() -> None:
    judged = compiled("growth < area")
    assert judged.check == Comparison("<", NumberOf("growth"), NumberOf("area"))
    assert judged.guards == (IsNumber("growth"), IsNumber("area"))


def test_a_chain_is_all_its_pairs() -> None:
    judged = compiled("0 <= growth <= 100")
    assert judged.check == Every(
        (
            Comparison("<=", Number(0.0), NumberOf("growth")),
            Comparison("<=", NumberOf("growth"), Number(100.0)),
        )
    )
    assert judged.guards == (IsNumber("growth"),)


def test_none_counts_as_zero_where_the_field_says_so() -> None:
    judged = compiled("patents >= 0")
    assert judged.check == Comparison(">=", NumberOf("patents", "无"), Number(0.0))
    assert judged.guards == (Some((IsNumber("patents"), OneOf("patents", ("无",)))),)


def test_when_comes_before_what_the_check_needs() -> None:
    judged = compiled("growth > 0", "area > 1")
    assert judged.guards == (
        IsNumber("area"),
        Comparison(">", NumberOf("area"), Number(1.0)),
        IsNumber("growth"),
    )


def test_a_divisor_must_be_above_zero() -> None:
    judged = compiled("growth / area > 1")
    assert judged.guards[-1] == Comparison(">", NumberOf("area"), Number(0.0))


def test_years_are_counted_from_the_base_year_or_bound() -> None:
    assert keys_of(compiled("output[base] > output[base-2]").check) == (
        "output_2022",
        "output_2020",
    )
    assert keys_of(compiled("output[y] > output[y-1]", y=2021).check) == (
        "output_2021",
        "output_2020",
    )


def test_items_are_named_in_quotes_or_bound() -> None:
    written = compiled('standards[base, "world", "led"] > 0').check
    bound = compiled("standards[y, c, r] > 0", y=2022, c="world", r="led").check
    assert keys_of(written) == keys_of(bound) == ("standards_2022_world_led",)


@pytest.mark.parametrize(
    ("check", "node"),
    [
        ("filled(name)", Filled("name")),
        ("none(name)", OneOf("name", ("无",))),
        ("valued(name)", Every((Filled("name"), Opposite(OneOf("name", ("无",)))))),
        ("isnum(growth)", IsNumber("growth")),
        ("isdate(filed)", IsDate("filed")),
        ("needed(name)", Truth(holds=True)),
        ("needed(depth)", Truth(holds=False)),
        ("chosen(work, 'sale')", OneOf("work_sale", ("☑",))),
        ("chosen(chart, 'yes')", OneOf("chart", ("☑是 □否 □不涉及", "是"))),
        ("chart == 'no'", OneOf("chart", ("□是 ☑否 □不涉及", "否"))),
        ("chart in ['no']", OneOf("chart", ("□是 ☑否 □不涉及", "否"))),
        ("city != '甲市'", Opposite(OneOf("city", ("甲市",)))),
        ("'甲市' == city", OneOf("city", ("甲市",))),
        ("city == county", SameText("city", "county")),
        ("anychosen(work)", Some((OneOf("work_supply", ("☑",)), OneOf("work_sale", ("☑",))))),
        ("anypositive(work)", AnyPositive(("work_supply", "work_sale"))),
        ("listed(city, 'places.city')", OneOf("city", ("甲市", "乙市"), "places.city")),
        ("phone(phone)", IsPhone("phone")),
        ("mobile(phone)", IsPhone("phone", is_mobile=True)),
        ("contains(name, '玩具')", Contains("name", "玩具")),
        ("contains(name, county)", Contains("name", other="county")),
        ("same(name, contact)", SameText("name", "contact")),
        ("items(name) == 2", Comparison("==", Items("name", "无"), Number(2.0))),
        (
            "agrees(growth, area)",
            Every(
                (
                    Comparison(">=", high("growth", 0.05), positive_low("area", 0.5)),
                    Comparison("<=", low("growth", 0.05), high("area", 0.5)),
                )
            ),
        ),
        ("agrees(firms[base], 3)", Every((FIRMS_AT_LEAST_3, FIRMS_AT_MOST_3))),
        ("chars(story) <= 9", Comparison("<=", Characters("story"), Number(9.0))),
        (
            "count(work) > 1",
            Comparison(">", Tally(("work_supply", "work_sale"), (), "无"), Number(1)),
        ),
        (
            "nchosen(work) > 1",
            Comparison(">", Tally(("work_supply", "work_sale"), ("☑",)), Number(1)),
        ),
        (
            "evidence(chart) >= 1",
            Comparison(">=", Tally(("evidence_chart_material",), (), "无"), Number(1.0)),
        ),
        (
            "evidence(work, 'sale') >= 1",
            Comparison(">=", Tally(("evidence_work_sale_material",), (), "无"), Number(1.0)),
        ),
        ("total(work) == 0", Comparison("==", Total(("work_supply", "work_sale")), Number(0.0))),
        ("implies(filled(name), filled(city))", Some((Opposite(Filled("name")), Filled("city")))),
        (
            "growth > p['least output']",
            Comparison(">", NumberOf("growth"), Parameter("least output", 40.0)),
        ),
        (
            "abs(-growth) > -1",
            Comparison(
                ">", Absolute(Arithmetic("-", Number(0.0), NumberOf("growth"))), Number(-1.0)
            ),
        ),
    ],
)
def test_what_can_be_written(check: str, node: object) -> None:
    assert compiled(check).check == node


def test_decimals_compare_a_number_with_itself_rounded() -> None:
    left_over = Absolute(Arithmetic("-", NumberOf("growth"), Rounded(NumberOf("growth"), 2)))
    assert compiled("decimals(growth, 2)").check == Comparison("<=", left_over, Number(5e-7))


def test_yearly_growth_takes_a_root_of_what_is_not_negative() -> None:
    judged = compiled("cagr(growth, area, 2) > 10")
    ratio = Arithmetic("/", NumberOf("area"), NumberOf("growth"))
    root = Power(ratio, Arithmetic("/", Number(1.0), Number(2.0)))
    assert root in list(walk(judged.check))
    assert Comparison(">", NumberOf("growth"), Number(0.0)) in judged.guards
    assert Comparison(">=", ratio, Number(0.0)) in judged.guards


def test_a_list_column_is_a_group_of_cells() -> None:
    judged = compiled('count(rows("patents_list", "title")) <= 4')
    assert keys_of(judged.check) == tuple(f"patents_list[{row}].title" for row in range(1, 5))


def test_an_unset_parameter_makes_the_rule_not_applicable() -> None:
    assert Truth(holds=False) in compiled("growth > p['unset']").guards


def test_a_form_without_none_has_no_none() -> None:
    scope = Scope(names=no_none(FORM))
    assert compile_rule("none(name)", "", scope).check == Truth(holds=False)
    assert compile_rule("valued(name)", "", scope).check == Filled("name")
    assert compile_rule("patents > 0", "", scope).guards == (IsNumber("patents"),)


def test_full_width_signs_count_outside_quotes_only() -> None:
    assert compiled("chars（story） ≤ 9") == compiled("chars(story) <= 9")
    assert compiled("city == '（）'").check == OneOf("city", ("（）",))


@pytest.mark.parametrize(
    ("check", "code"),
    [
        ("", "syntax"),
        ("growth >", "syntax"),
        ("growth = 1", "syntax"),
        ("import os", "syntax"),
        ("name == 'a\\n'", "syntax"),
        ("growth > 1 #", ""),
        ("(" * 500 + "growth" + ")" * 500 + " > 1", "syntax"),
        ("not " * 600 + "filled(name)", "syntax"),
        ("growth > 1" + " " * LONGEST, "syntax"),
        ("nowhere > 1", "unknown_name"),
        ("output[1999] > 1", "no_such_cell"),
        ("output > 1", "several_cells"),
        ("standards[base, 'moon', 'led'] > 1", "no_such_cell"),
        ("name > 1", "no_text"),
        ("name + 1 > 1", "no_number"),
        ("name < 'b'", "text_order"),
        ("growth == 'a'", "no_text"),
        ("work == 'sale'", "several_cells"),
        ("work['sale'] == 'sale'", "no_text"),
        ("chart == 'maybe'", "unknown_option"),
        ("chosen(chart)", "which_option"),
        ("chosen(work, 'gift')", "unknown_option"),
        ("listed(name)", "no_options"),
        ("listed(city, 'towns.name')", "unknown_list"),
        ("evidence(growth) > 0", "no_evidence"),
        ("count(rows('patents_list', 'colour')) > 0", "unknown_column"),
        ("p['missing'] > 0", "unknown_parameter"),
        ("growth", "no_condition"),
        ("growth > 1 if area > 1 else area", "no_condition"),
        ("lambda: 1", "no_condition"),
        ("f'{name}'", "no_condition"),
        ("[f for f in name]", "no_condition"),
        ("True", "no_condition"),
        ("growth > True", "not_allowed"),
        ("growth > 1e999", "not_allowed"),
        ("growth > " + "9" * 400, "not_allowed"),
        ("growth ** 2 > 1", "not_allowed"),
        ("growth % 2 > 1", "not_allowed"),
        ("growth // 2 > 1", "not_allowed"),
        ("growth is 1", "not_allowed"),
        ("growth not in [1]", "not_allowed"),
        ("growth in (1, 2)", "not_allowed"),
        ("name.upper() == 'A'", "no_cell"),
        ("__import__('os') == 1", "unknown_function"),
        ("eval('1') > 0", "unknown_function"),
        ("name.__class__ == 1", "no_cell"),
        ("open('x')", "unknown_function"),
        ("chars(story)", "wrong_kind"),
        ("filled(name) > 1", "wrong_kind"),
        ("filled()", "arguments"),
        ("filled(name, city)", "arguments"),
        ("filled(f=name)", "arguments"),
        ("filled(*name)", "arguments"),
        ("decimals(growth, 1.5)", "no_index"),
        ("decimals(growth, 'a')", "no_whole_number"),
        ("filled('name')", "no_cell"),
        ("filled(nmae)", "unknown_name"),
        ("(growth := 1) > 0", "no_cell"),
        ("contains(growth, '1')", "no_text"),
        ("contains(chart, 'yes')", "no_text"),
        ("contains(name, '')", "no_text"),
        ("contains(name, 1)", "no_text"),
        ("same(name, work['sale'])", "no_text"),
        ("agrees(growth, chars(name))", "no_bounds"),
        ("agrees(growth, total(work))", "no_bounds"),
        ("agrees(growth, cagr(area, growth, 2))", "no_bounds"),
        ("agrees(growth, area, 'a')", "no_whole_number"),
    ],
)
def test_what_cannot_be_written_is_refused(check: str, code: str) -> None:
    if not code:
        compiled(check)
        return
    with pytest.raises(DefinitionError) as caught:
        compiled(check)
    assert caught.value.code == f"language.{code}"


def test_a_mistyped_name_is_suggested() -> None:
    with pytest.raises(DefinitionError, match="growth"):
        compiled("growht > 1")


def test_a_figure_without_decimals_says_them_or_is_refused() -> None:
    names = names_of(load_form(FORMS / "farm-survey"))
    judged = compile_rule("agrees(turnover, temperature, 2)", "", Scope(names=names))
    assert Number(0.005) in list(walk(judged.check))
    with pytest.raises(DefinitionError) as caught:
        compile_rule("agrees(turnover, temperature)", "", Scope(names=names))
    assert caught.value.code == "language.no_decimals"


def test_a_telephone_number_or_none_is_not_judged() -> None:
    valued = Every((Filled("phone"), Opposite(OneOf("phone", ("无",)))))
    assert compiled("phone(phone)").guards == compiled("mobile(phone)").guards == (valued,)


def test_full_width_signs_and_quotes_are_plain_ones() -> None:
    wide = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789<>=!+-*/()[],._"}
    for plain in ("(growth-1.5)*2/3 < 10", "output[base-1] >= 0", "chart != 'no'"):
        assert compiled(plain.translate(wide)) == compiled(plain)
    assert compiled("city == “（甲）”").check == OneOf("city", ("（甲）",))


def read_or_refused(text: str) -> None:
    with suppress(DefinitionError):
        compiled(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


@given(st.text(alphabet="growthnamechartoutput[]()'\"<>=!+-*/, 0123456789.y_", max_size=80))
def test_any_likely_text_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


def test_a_text_is_parsed_once() -> None:
    assert parse_rule("growth > 1") is parse_rule("growth > 1")
