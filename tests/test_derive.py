from __future__ import annotations

from dataclasses import replace

import pytest
from hand_returns import FORMS, Typed, all_checks, good_answers, return_of

from clusterxl.check import confront
from clusterxl.finding import Severity
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.normalise import normalise_returns
from clusterxl.ruleset.derive import derive_rules, derived_ids
from clusterxl.ruleset.load import compile_rules, describe_rules, load_rules
from clusterxl.ruleset.names import names_of
from clusterxl.ruleset.nodes import Verdict
from clusterxl.sentences import LANGUAGES, catalogue

FORM = all_checks()
RULES = {rule.id: rule for rule in load_rules(FORM)}
PASS, FAIL, NA = Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE
MARGIN = 24

# Rule, first cell, what is typed in addition to good answers, verdict there.
EXAMPLES: list[tuple[str, str, dict[str, Typed], Verdict]] = [
    ("GEN-REQ", "name", {}, PASS),
    ("GEN-REQ", "name", {"name": "\u3000"}, FAIL),
    ("GEN-REQ", "name", {"name": "无"}, PASS),
    ("GEN-REQ", "chart", {"chart": "□是　　□否　　□不涉及"}, FAIL),
    ("GEN-REQ", "filed", {"filed": "　　　年　　月　　日"}, FAIL),
    ("GEN-REQ", "output_2021", {"output_2021": "#DIV/0!"}, FAIL),
    ("GEN-NOW", "name", {"name": "无"}, FAIL),
    ("GEN-NOW", "name", {"name": "无为县"}, PASS),
    ("GEN-NOW", "name", {"name": None}, NA),
    ("GEN-NUM", "growth", {"growth": "12.5"}, FAIL),
    ("GEN-NUM", "growth", {"growth": "/"}, FAIL),
    ("GEN-NUM", "growth", {"growth": True}, FAIL),
    ("GEN-NUM", "growth", {"growth": " 无 "}, PASS),
    ("GEN-NUM", "growth", {"growth": 0}, PASS),
    ("GEN-NUM", "growth", {"growth": None}, NA),
    ("GEN-NUM", "patents_list[1].value", {"patents_list[1].value": "3万"}, FAIL),
    ("GEN-DEC", "output_2022", {"output_2022": 1.25}, PASS),
    ("GEN-DEC", "output_2022", {"output_2022": 1.255}, FAIL),
    ("GEN-DEC", "output_2022", {"output_2022": "无"}, NA),
    ("GEN-DEC", "growth", {"growth": 1.25}, FAIL),
    ("GEN-DEC", "area", {"area": 40.5}, FAIL),
    ("GEN-INT", "firms_2022", {"firms_2022": 12}, PASS),
    ("GEN-INT", "firms_2022", {"firms_2022": 0}, PASS),
    ("GEN-INT", "firms_2022", {"firms_2022": 12.5}, FAIL),
    ("GEN-INT", "firms_2022", {"firms_2022": -1}, FAIL),
    ("GEN-INT", "firms_2022", {"firms_2022": "无"}, NA),
    ("GEN-PCT", "share_2022", {"share_2022": 100}, PASS),
    ("GEN-PCT", "share_2022", {"share_2022": 100.01}, FAIL),
    ("GEN-PCT", "share_2022", {"share_2022": -0.01}, FAIL),
    ("GEN-PCT", "share_2022", {"share_2022": "45%"}, NA),
    ("GEN-FRA", "share_2022", {"share_2022": 0.45}, FAIL),
    ("GEN-FRA", "share_2022", {"share_2022": 1}, PASS),
    ("GEN-FRA", "share_2022", {"share_2022": 0}, PASS),
    ("GEN-FRA", "share_2022", {"share_2022": "无"}, NA),
    ("GEN-NEG", "output_2022", {"output_2022": -0.01}, FAIL),
    ("GEN-NEG", "output_2022", {"output_2022": 0}, PASS),
    ("GEN-NEG", "output_2022", {"output_2022": "-5"}, NA),
    ("GEN-RNG", "area", {"area": 1}, PASS),
    ("GEN-RNG", "area", {"area": 100}, PASS),
    ("GEN-RNG", "area", {"area": 101}, FAIL),
    ("GEN-RNG", "area", {"area": 0}, FAIL),
    ("GEN-RNG", "depth", {"depth": 1}, FAIL),
    ("GEN-RNG", "depth", {}, NA),
    ("GEN-OPT", "chart", {"chart": "是"}, PASS),
    ("GEN-OPT", "chart", {"chart": "□是　　☑否　　□不涉及"}, PASS),
    ("GEN-OPT", "chart", {"chart": "☑是　　☑否　　□不涉及"}, FAIL),
    ("GEN-OPT", "chart", {"chart": "无"}, PASS),
    ("GEN-OPT", "chart", {"chart": None}, NA),
    ("GEN-OPT", "work_sale", {"work_sale": "√"}, FAIL),
    ("GEN-OPT", "work_sale", {"work_sale": None}, NA),
    ("GEN-OPT", "city", {"city": "丙市"}, FAIL),
    ("GEN-OPT", "county", {"county": "南区"}, FAIL),
    ("GEN-OPT", "county", {"county": "南区", "city": "丙市"}, PASS),
    ("GEN-OPT", "county", {"county": "北区", "city": "丙市"}, FAIL),
    ("GEN-OPT", "patents_list[1].place", {"patents_list[1].place": "甲市"}, PASS),
    ("GEN-DAT", "filed", {"filed": "2023-4-10"}, PASS),
    ("GEN-DAT", "filed", {"filed": 45026.0}, PASS),
    ("GEN-DAT", "filed", {"filed": "四月十日"}, FAIL),
    ("GEN-DAT", "filed", {"filed": None}, NA),
    ("GEN-LEN", "story", {"story": "长" * 200}, PASS),
    ("GEN-LEN", "story", {"story": "长" * 201}, FAIL),
    ("GEN-LEN", "story", {"story": None}, NA),
    ("GEN-LEN", "patents_list[4].title", {"patents_list[4].title": "长" * 11}, FAIL),
    ("GEN-LN2", "story", {"story": "长" * 20}, PASS),
    ("GEN-LN2", "story", {"story": "长" * 19}, FAIL),
    ("GEN-LN2", "story", {"story": "无"}, NA),
    ("GEN-EVD", "evidence_chart_material", {}, PASS),
    ("GEN-EVD", "evidence_chart_material", {"evidence_chart_material": None}, FAIL),
    ("GEN-EVD", "evidence_chart_material", {"evidence_chart_material": "无"}, FAIL),
    ("GEN-EVD", "evidence_chart_material", {"chart": "否"}, NA),
    ("GEN-EVD", "evidence_work_sale_material", {}, NA),
    ("GEN-EVD", "evidence_work_sale_material", {"work_sale": "☑"}, FAIL),
    ("GEN-EVD", "evidence_patents_material", {"patents": 1}, FAIL),
    ("GEN-EVD", "evidence_patents_material", {"patents": 0}, NA),
    ("GEN-EVD", "evidence_plan_material", {"plan": "略"}, FAIL),
    ("GEN-EVD", "evidence_plan_material", {"plan": "无"}, NA),
    ("GEN-BOX", "work_supply", {}, PASS),
    ("GEN-BOX", "work_supply", {"work_supply": "□"}, FAIL),
    ("GEN-BOX", "work_supply", {"story": "无", "work_supply": "□"}, NA),
    ("GEN-TXT", "story", {}, PASS),
    ("GEN-TXT", "story", {"story": "无"}, FAIL),
    ("GEN-TXT", "story", {"story": None}, NA),
    ("GEN-TXT", "story", {"work_supply": "□"}, NA),
    ("GEN-SAM", "output_2020", {}, PASS),
    (
        "GEN-SAM",
        "output_2020",
        dict.fromkeys(("output_2020", "output_2021", "output_2022"), 5),
        FAIL,
    ),
    ("GEN-SAM", "output_2020", dict.fromkeys(("output_2020", "output_2021", "output_2022"), 0), NA),
    ("GEN-SAM", "share_2020", dict.fromkeys(("share_2020", "share_2021", "share_2022"), 100), NA),
    ("GEN-SAM", "firms_2020", dict.fromkeys(("firms_2020", "firms_2021", "firms_2022"), 9), NA),
    ("GEN-SAM", "firms_2020", dict.fromkeys(("firms_2020", "firms_2021", "firms_2022"), 10), FAIL),
]


@pytest.fixture(scope="module")
def verdicts() -> dict[tuple[str, str], list[int]]:
    """Judge all examples at once: verdicts by rule and first cell, one an example."""
    returns = [
        return_of(FORM, good_answers() | typed, file=f"{number}.xlsx")
        for number, (_, _, typed, _) in enumerate(EXAMPLES)
    ]
    found = confront(normalise_returns(returns))
    return {
        (instance.rule.id, instance.place.cells[0]): row.tolist()
        for instance, row in zip(found.instances, found.verdicts, strict=True)
    }


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples(number: int, verdicts: dict[tuple[str, str], list[int]]) -> None:
    rule, key, _, expected = EXAMPLES[number]
    assert Verdict(verdicts[rule, key][number]) is expected


def test_every_rule_has_an_example_of_every_verdict() -> None:
    seen = {(rule, verdict) for rule, _, _, verdict in EXAMPLES}
    possible = {(rule, verdict) for rule in RULES for verdict in Verdict}
    assert possible - seen == {("GEN-REQ", NA)}


def test_good_answers_are_good() -> None:
    found = confront(normalise_returns([return_of(FORM, good_answers())]))
    failed = [
        (instance.rule.id, instance.place.cells[0])
        for instance, row in zip(found.instances, found.verdicts, strict=True)
        if row[0] == FAIL
    ]
    assert not failed


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_its_texts_and_every_text_its_rule(language: str) -> None:
    sentences = catalogue(language)
    for family in ("rule", "rule_margin", "rule_title"):
        named = {name.partition(".")[2] for name in sentences if name.startswith(f"{family}.")}
        assert named == set(RULES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_gets_its_figures(language: str) -> None:
    form = replace(FORM, language=language)
    for rule in derive_rules(names_of(form)):
        for place in rule.places:
            said = rule.message.format(**place.figures, value="12.5", chars=7)
            assert place.figures["label"] in said
            rule.margin.format(**place.figures, value="12.5", chars=7)


def test_margins_are_short() -> None:
    for rule in RULES.values():
        for place in rule.places:
            assert len(rule.margin.format(**place.figures, value="1234.56", chars=1234)) <= MARGIN


def test_only_warnings_may_be_explained() -> None:
    asking = {"GEN-FRA", "GEN-LN2", "GEN-BOX", "GEN-TXT", "GEN-SAM"}
    assert {rule.id for rule in RULES.values() if rule.severity is Severity.WARNING} == asking
    assert all(("说明”写明" in RULES[rule].message) == (rule in asking) for rule in RULES)


def test_each_rule_is_told_in_words() -> None:
    described = describe_rules(FORM)
    assert [told.rule.id for told in described] == list(RULES)
    shares = next(told for told in described if told.rule.id == "GEN-PCT")
    assert shares.labels == ("占比（%）",)
    assert shares.example == "「占比（%） 2020年」应在 0 到 100 之间，现填 …，请核对"


def test_labels_of_series_have_no_year() -> None:
    labels = [place.figures["label"] for place in RULES["GEN-SAM"].places]
    assert labels[0] == "产值（亿元）"
    assert "标准 国家 参与" in labels


def test_evidence_is_named_as_in_its_list() -> None:
    labels = {place.figures["label"] for place in RULES["GEN-EVD"].places}
    assert labels == {"是否绘制图谱", "供应", "销售", "专利数", "规划"}


@pytest.mark.parametrize("folder", ["farm-survey", "harvest-years", "one-field"])
def test_rules_follow_from_any_form(folder: str) -> None:
    form: Form = load_form(FORMS / folder)
    instances = compile_rules(form)
    assert instances
    told = {i.rule.id for i in instances} & derived_ids()
    assert told <= set(RULES)
    assert ("GEN-NOW" in told) == bool(form.none_word)
    assert ("GEN-SAM" in told) == (len(form.years) >= 3)


def test_rules_of_the_packaged_form_compile() -> None:
    form = load_form("gd-cluster-2023")
    instances = compile_rules(form)
    companions = {i.place.cells[0] for i in instances if i.rule.id == "GEN-TXT"}
    assert companions
    assert all(form.by_key[key].field.is_long for key in companions)
