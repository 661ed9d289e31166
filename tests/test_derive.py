from __future__ import annotations

from dataclasses import replace

import pytest
from hand_returns import FORMS, Typed, all_checks, good_answers, return_of

from clusterxl.check import confront
from clusterxl.finding import Severity
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.form.source import Mistakes, rule_entries
from clusterxl.normalise import normalise_returns
from clusterxl.ruleset.derive import derive_rules, derived_ids
from clusterxl.ruleset.examples import read_examples
from clusterxl.ruleset.lint import judged_examples
from clusterxl.ruleset.load import compile_rules, describe_rules, load_rules
from clusterxl.ruleset.names import names_of
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.rules import Example
from clusterxl.sentences import LANGUAGES, catalogue

FORM = all_checks()
RULES = {rule.id: rule for rule in load_rules(FORM)}
PASS, FAIL, NA = Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE
MARGIN = 24
EXAMPLES = FORMS.parent / "derived-rules.toml"

# What only whole returns show: rule, first cell, what is typed beside good answers, verdict there.
TYPED: list[tuple[str, str, dict[str, Typed], Verdict]] = [
    ("GEN-REQ", "name", {"name": "\u3000"}, FAIL),
    ("GEN-REQ", "chart", {"chart": "□是　　□否　　□不涉及"}, FAIL),
    ("GEN-REQ", "filed", {"filed": "　　　年　　月　　日"}, FAIL),
    ("GEN-REQ", "output_2021", {"output_2021": "#DIV/0!"}, FAIL),
    ("GEN-NUM", "growth", {"growth": True}, FAIL),
    ("GEN-NUM", "growth", {"growth": " 无 "}, PASS),
    ("GEN-NEG", "output_2022", {"output_2022": "-5"}, NA),
    ("GEN-OPT", "chart", {"chart": "是"}, PASS),
    ("GEN-OPT", "work_sale", {"work_sale": "√"}, FAIL),
    ("GEN-OPT", "work_sale", {"work_sale": None}, NA),
    ("GEN-DAT", "filed", {"filed": 45026.0}, PASS),
    ("GEN-EVD", "evidence_work_sale_material", {"work_sale": "☑"}, FAIL),
    ("GEN-TXT", "story", {"story": None}, NA),
]


@pytest.fixture(scope="module")
def verdicts() -> dict[tuple[str, str], list[int]]:
    """Judge all examples at once: verdicts by rule and first cell, one an example."""
    returns = [
        return_of(FORM, good_answers() | typed, file=f"{number}.xlsx")
        for number, (_, _, typed, _) in enumerate(TYPED)
    ]
    found = confront(normalise_returns(returns))
    return {
        (instance.rule.id, instance.place.cells[0]): row.tolist()
        for instance, row in zip(found.instances, found.verdicts, strict=True)
    }


@pytest.mark.parametrize("number", range(len(TYPED)))
def test_what_is_typed(number: int, verdicts: dict[tuple[str, str], list[int]]) -> None:
    rule, key, _, expected = TYPED[number]
    assert Verdict(verdicts[rule, key][number]) is expected


def examples() -> dict[tuple[str, str], tuple[Example, ...]]:
    """The examples beside the forms, by rule and cell, as those of written rules."""
    mistakes = Mistakes()
    (entry,) = rule_entries({EXAMPLES.name: EXAMPLES.read_bytes()}, mistakes)
    found = {
        (rule, cell): tuple(read_examples(cells, cell, names_of(FORM), mistakes))
        for rule in entry.table
        if (cells := entry.child(rule))
        for cell in cells.table
    }
    assert not mistakes.in_order()
    return found


GIVEN = examples()


@pytest.mark.parametrize(("rule", "cell"), GIVEN)
def test_examples(rule: str, cell: str) -> None:
    places = tuple(place for place in RULES[rule].places if place.cells[0] == cell)
    asked = replace(RULES[rule], places=places, examples=GIVEN[rule, cell])
    wrong = [e.line for e, found in judged_examples(FORM, asked) if found is not e.expected]
    assert (wrong, len(places)) == ([], 1)


def test_every_rule_has_an_example_of_every_verdict() -> None:
    seen = {(rule, e.expected) for (rule, _), given in GIVEN.items() for e in given}
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
            live = dict.fromkeys(place.live, "12.5")
            said = rule.message.format(**place.figures, **live, value="12.5", chars=7)
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
