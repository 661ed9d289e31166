"""Rules written beside a form: read with every mistake told, judged, and put into words."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from hand_returns import FORMS, Typed, return_of

from clusterxl.check import check_records
from clusterxl.cli.group import cli
from clusterxl.errors import DefinitionError
from clusterxl.finding import Severity
from clusterxl.form.file import load_form
from clusterxl.normalise import normalise_returns
from clusterxl.ruleset.calculations import NUMBERS
from clusterxl.ruleset.derive import derived_ids
from clusterxl.ruleset.figures import width_of
from clusterxl.ruleset.functions import CONDITIONS
from clusterxl.ruleset.lint import judged_examples, lint_rules
from clusterxl.ruleset.load import compile_rules, describe_rules, load_rules
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.record import PARAMETER as PARAMETER_KEYS
from clusterxl.ruleset.record import RULE as RULE_KEYS
from clusterxl.ruleset.rules import Kind, Rule
from clusterxl.sentences import LANGUAGES, catalogue

FARM = load_form(FORMS / "farm-survey")
WRITTEN = {rule.id: rule for rule in load_rules(FARM) if rule.id not in derived_ids()}
OFFICIAL = {
    rule.id: rule
    for rule in load_rules(load_form("gd-cluster-2023"))
    if rule.id not in derived_ids()
}
EXAMPLES = [(rule, at) for rule in WRITTEN.values() for at in range(len(rule.examples))]
_MARK = re.compile(r"#! (.+)$")

REST = 'kind = "logic"\ntitle = "T"\nmessage = "M {label}"\nmargin = "m"\n'
RULE = '[[rule]]\nid = "A-1"\nseverity = "error"\n' + REST
GOOD = RULE + 'check = "growth > 0"\n'
USES = RULE + "check = 'growth > p[\"x\"]'\n"
X = '[parameter.x]\nlabel = "X"\n'
# One line each: `#! code` marks where the mistake is told, and no other may be.
BROKEN: dict[str, str] = {
    "toml": 'id = "a" "b" #! form_file.syntax\n',
    "unknown_top": GOOD + "[rules]\nx = 1\n".replace("[rules]", "[rules] #! form_file.unknown_key"),
    "unknown_key": GOOD + 'cheque = "x" #! form_file.unknown_key\n',
    "missing_key": '[[rule]] #! form_file.missing_key\nid = "A-1"\nseverity = "error"\n' + REST,
    "severity": GOOD.replace('"error"', '"fatal" #! form_file.unknown_word'),
    "info": GOOD.replace('"error"', '"info" #! rule_file.info_only'),
    "others": RULE + 'check = "unique(name, county)" #! rule_file.frame_only\n',
    "fields_short": RULE + 'check = "n > m"\n'
    'fields = { n = ["area", "growth"], m = ["area"] } #! rule_file.fields\n',
    "fields_unknown": RULE
    + 'check = "n > 0"\nfields = { n = ["aera"] } #! language.unknown_name\n',
    "fields_name": GOOD + 'fields = { area = ["growth"] } #! rule_file.loop_name\n',
    "fields_unused": GOOD + 'fields = { n = ["area"] } #! rule_file.loop_unused\n',
    "day": USES + X + "value = 2023-04-14T10:00:00 #! form_file.wrong_type\n",
    "kind": GOOD.replace('"logic"', '"odd" #! form_file.unknown_word'),
    "type": GOOD + "basis = 3 #! form_file.wrong_type\n",
    "targets": GOOD + 'targets = ["paper"] #! form_file.unknown_word\n',
    "odd_id": GOOD.replace('"A-1"', '"a 1" #! rule_file.odd_id'),
    "derived_id": GOOD.replace('"A-1"', '"GEN-REQ" #! rule_file.derived_id'),
    "twice": GOOD + GOOD.replace('"A-1"', '"A-1" #! rule_file.twice'),
    "both": GOOD.replace('"growth > 0"', '"growht > 0" #! language.unknown_name').replace(
        '"M {label}"', '"{growht}" #! language.unknown_name'
    ),
    "syntax": RULE + 'check = "growth >" #! language.syntax\n',
    "field": RULE + 'check = "growht > 0" #! language.unknown_name\n',
    "year": RULE + 'check = "output[1999] > 0" #! language.no_such_cell\n',
    "item": RULE + 'check = \'standards[base, "moon", "led"] > 0\' #! language.no_such_cell\n',
    "text": RULE + 'check = "name > 0" #! language.no_text\n',
    "order": RULE + "check = 'name > \"a\"' #! language.text_order\n",
    "function": RULE + 'check = "exec(name)" #! language.unknown_function\n',
    "eval": RULE + "check = '__import__(\"os\") == 1' #! language.unknown_function\n",
    "several": RULE + 'check = "a > 1 and b > 1" #! language.unknown_name language.unknown_name\n',
    "when": GOOD + 'when = "growht > 0" #! language.unknown_name\n',
    "no_cell": RULE + 'check = "1 > 0" #! rule_file.no_cell\n',
    "parameter": RULE + "check = 'growth > p[\"x\"]' #! language.unknown_parameter\n",
    "unused": GOOD + X.replace("]", "] #! rule_file.unused"),
    "no_source": USES + X + "value = 3 #! rule_file.no_source\n",
    "no_label": USES + "[parameter.x] #! form_file.missing_key\n",
    "no_table": GOOD + "[parameter]\nx = 3 #! rule_file.no_parameter rule_file.unused\n",
    "operator": USES + X + 'operator = "=>" #! form_file.unknown_word\n',
    "value": USES + X + 'value = "3" #! form_file.wrong_type\n',
    "loop_name": GOOD + 'for = { name = ["a"] } #! rule_file.loop_name\n',
    "loop_base": GOOD + 'for = { base = ["a"] } #! rule_file.loop_name\n',
    "loop_unused": GOOD + 'for = { y = ["base"] } #! rule_file.loop_unused\n',
    "loop_values": RULE + 'check = "output[y] > 0"\nfor = { y = [] } #! rule_file.loop_values\n',
    "loop_text": RULE + 'check = "output[y] > 0"\nfor = { y = "base" } #! rule_file.loop_values\n',
    "loop_value": RULE + 'check = "output[y] > 0"\nfor = { y = [1.5] } #! rule_file.loop_value\n',
    "loop_twice": RULE + 'check = "output[y] > 0"\n'
    'for = { y = ["base", 2022] } #! rule_file.loop_twice\n',
    "loop_type": RULE + 'check = "output[base] > 0"\nfor = "y" #! form_file.wrong_type\n',
    "in_turn": RULE + 'for = { y = ["base-3", "base"] }\n'
    'check = "output[y] > 0" #! language.no_such_cell\n',
    "message": GOOD.replace('"M {label}"', '"{growht}" #! language.unknown_name'),
    "brace": GOOD.replace('"M {label}"', '"{label" #! language.brace'),
    "live_margin": GOOD.replace('"m"', '"{area}" #! rule_file.live_margin'),
    "margin_wide": GOOD.replace('"m"', f'"{"宽" * 25}" #! rule_file.margin_wide'),
    "margin_filled": GOOD.replace('"m"', f'"{"宽" * 20}{{label}}" #! rule_file.margin_wide'),
    "head_unused": GOOD + 'head = "h" #! rule_file.head_unused\n',
    "head_wide": GOOD.replace('"logic"', '"plan"')
    + f'head = "{"宽" * 13}" #! rule_file.head_wide\n',
    "answer": GOOD
    + 'tests = [{ given = { growht = 1 }, expect = "na" }] #! rule_file.no_such_answer',
    "odd_answer": GOOD + "tests = [{ given = { growth = true },"
    ' expect = "na" }] #! rule_file.odd_answer',
    "expect": GOOD + 'tests = [{ given = {}, expect = "no" }] #! form_file.unknown_word',
    "example": GOOD + 'tests = [{ given = { growth = 1 }, expect = "fail" }]'
    " #! rule_file.example_wrong",
    "duplicate": GOOD
    + GOOD.replace("[[rule]]", "[[rule]] #! rule_file.duplicate").replace("A-1", "A-2"),
    "contradiction": GOOD
    + "[[rule]] #! rule_file.contradiction"
    + RULE.removeprefix("[[rule]]").replace("A-1", "A-2")
    + 'check = "growth <= 0"\n',
    "impossible": "[[rule]] #! rule_file.impossible"
    + RULE.removeprefix("[[rule]]")
    + 'check = "growth > 5 and growth < 5"\n',
    "no_bounds": RULE + 'check = "agrees(growth, chars(name))" #! language.no_bounds\n',
}


def form_with(folder: Path, rules: Mapping[str, str]) -> Path:
    shutil.copytree(FORMS / "all-checks", folder / "form")
    (folder / "form" / "rules").mkdir()
    for name, text in rules.items():
        (folder / "form" / "rules" / name).write_text(text, encoding="utf-8")
    return folder / "form"


def marked(text: str) -> list[tuple[int, str]]:
    return sorted(
        (line, code)
        for line, words in enumerate(text.splitlines(), start=1)
        if (mark := _MARK.search(words))
        for code in mark[1].split()
    )


def told(rules: str, folder: Path) -> list[tuple[int, str]]:
    mistakes = lint_rules(load_form(form_with(folder, {"10.toml": rules})))
    assert {mistake.file for mistake in mistakes} <= {"rules/10.toml"}
    return sorted((mistake.line, mistake.code) for mistake in mistakes)


@pytest.mark.parametrize("name", BROKEN)
def test_each_mistake_is_told_at_its_line(name: str, tmp_path: Path) -> None:
    found = told(BROKEN[name], tmp_path)
    assert found == marked(BROKEN[name])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mistake_is_in_the_examples(language: str) -> None:
    named = {name for name in catalogue(language) if name.startswith("rule_file.")}
    marks = {code for text in BROKEN.values() for _, code in marked(text)}
    elsewhere = {"rule_file.broken", "rule_file.in_turn"}
    assert named - marks == elsewhere


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    rules = {"10.toml": BROKEN["field"], "20.toml": BROKEN["kind"] + BROKEN["odd_id"]}
    form = load_form(form_with(tmp_path, rules))
    with pytest.raises(DefinitionError) as caught:
        load_rules(form)
    assert [(m.file, m.code) for m in caught.value.mistakes] == [
        ("rules/10.toml", "language.unknown_name"),
        ("rules/20.toml", "rule_file.twice"),
        ("rules/20.toml", "form_file.unknown_word"),
        ("rules/20.toml", "rule_file.odd_id"),
    ]
    assert "rules/10.toml:8: rule A-1: " in str(caught.value)


def test_a_mistake_of_one_turn_says_which(tmp_path: Path) -> None:
    (mistake,) = lint_rules(load_form(form_with(tmp_path, {"10.toml": BROKEN["in_turn"]})))
    assert "y = base-3" in mistake.message


def test_full_width_signs_are_read_as_plain_ones(tmp_path: Path) -> None:
    # The signs that a Chinese input method types.
    wide = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789<!="}
    check = "0 < growth ≤ 100 and chart != “no”".translate(wide)
    rule = RULE + f'check = "{check}"\n'
    assert told(rule, tmp_path) == []


def test_loops_are_nested_in_order(tmp_path: Path) -> None:
    rule = RULE + (
        'for = { y = ["base-1", "base"], c = ["world", "state"] }\n'
        "check = \"standards[y, c, 'led'] <= standards[y, c, 'joined']\"\n"
    )
    rule = rule.replace("M {label}", "{y} {c} {base-1} {standards[y, c, 'joined']} {{}}")
    form = load_form(form_with(tmp_path, {"10.toml": rule}))
    loaded = load_rules(form)[-1]
    assert [place.bound for place in loaded.places] == [
        {"y": 2021, "c": "world"},
        {"y": 2021, "c": "state"},
        {"y": 2022, "c": "world"},
        {"y": 2022, "c": "state"},
    ]
    assert loaded.places[0].cells == ("standards_2021_world_led", "standards_2021_world_joined")
    assert describe_rules(form)[-1].example == "2021 world 2021 … {}"


@pytest.mark.parametrize(("rule", "at"), EXAMPLES)
def test_examples(rule: Rule, at: int) -> None:
    example, found = list(judged_examples(FARM, rule))[at]
    assert found is example.expected


def test_each_rule_has_an_example_of_each_verdict() -> None:
    asleep = {rule.id for rule in WRITTEN.values() if rule.unset}
    assert asleep == {"CRIT-01"}
    for rule in WRITTEN.values():
        seen = {example.expected for example in rule.examples}
        assert seen == ({Verdict.NOT_APPLICABLE} if rule.unset else set(Verdict))


def findings(**typed: Typed) -> dict[str, str]:
    records = normalise_returns([return_of(FARM, typed)])
    return {f.code: f.message for f in check_records(records) if f.code in WRITTEN}


def test_findings_tell_live_figures() -> None:
    found = findings(
        turnover=2.5,
        members=100,
        turnover_per_member=30000,
        crops_wheat_area=0,
        crops_wheat_harvest=7.5,
        target_members_today=100,
        target_members_aim=104,
    )
    assert set(found) == {"FARM-01", "FARM-02", "CRIT-02"}
    assert "is 30000, but 2.5 million EUR of 100 members" in found["FARM-01"]
    assert "between 24950.00 and 25050.00." in found["FARM-01"]
    assert "is 0, but 7.5 t of wheat were harvested." in found["FARM-02"]
    assert "planned growth is 4.0%, below 5%" in found["CRIT-02"]


def test_personal_answers_are_not_told(tmp_path: Path) -> None:
    rule = RULE.replace("M {label}", "{contact} {value}") + 'check = "not same(name, contact)"\n'
    form = load_form(form_with(tmp_path, {"10.toml": rule}))
    records = normalise_returns([return_of(form, {"name": "Ada", "contact": "Ada"})])
    (found,) = (f for f in check_records(records) if f.code == "A-1")
    assert found.message == "… Ada"


# How many rules of each family the study of the form names.
FAMILIES = {"BAS": 17, "IND": 18, "THR": 8, "INN": 15, "DIG": 3, "GRN": 10, "OPN": 4, "GOV": 1}
FAMILIES |= {"PLN": 14, "DEC": 2, "LST": 2, "XCT": 3, "STR": 5}


def test_every_rule_of_the_study_is_written_or_accounted_for() -> None:
    written = {rule.id for rule in OFFICIAL.values()}
    folder = Path(__file__).parents[1] / "rules" / "gd-cluster-2023"
    told = (folder / "README.md").read_text(encoding="utf-8").partition("not written here")[2]
    told = told.replace("STR-01 … STR-05", " ".join(f"STR-0{n}" for n in range(1, 6)))
    for family, count in FAMILIES.items():
        ids = {f"{family}-{number:02d}" for number in range(1, count + 1)}
        assert {name for name in ids - written if f"{name} " not in told.replace(",", " ")} == set()


def test_every_written_rule_has_its_examples() -> None:
    guarded: dict[str, bool] = {}
    for instance in compile_rules(load_form("gd-cluster-2023")):
        has_guards = bool(instance.judgement.guards)
        guarded[instance.rule.id] = guarded.get(instance.rule.id, False) or has_guards
    for rule in OFFICIAL.values():
        verdicts = {example.expected for example in rule.examples}
        if rule.unset:
            assert verdicts == {Verdict.NOT_APPLICABLE}
        else:
            assert {Verdict.PASS, Verdict.FAIL} <= verdicts, rule.id
            assert (Verdict.NOT_APPLICABLE in verdicts) is guarded[rule.id], rule.id


def test_thresholds_have_their_sources_and_nobody_has_verified_them_yet() -> None:
    thresholds = {t.name: t for rule in OFFICIAL.values() for t in rule.thresholds}
    assert {name for name, one in thresholds.items() if one.value is None} == {
        *("rd_growth_floor", "patent_growth_floor", "platform_rate_floor", "cloud_share_floor"),
        *("filing_from", "filing_until"),
    }
    assert all(one.source for one in thresholds.values() if one.value is not None)
    assert not any(one.is_verified for one in thresholds.values())


def test_a_truthful_answer_is_never_an_error() -> None:
    soft = {Kind.CRITERION, Kind.PLAN, Kind.RECOMPUTED}
    assert {rule.severity for rule in OFFICIAL.values() if rule.kind in soft} == {
        Severity.WARNING,
        Severity.INFO,
    }


def test_the_rules_do_not_change_the_version_of_the_form(tmp_path: Path) -> None:
    changed = load_form(form_with(tmp_path, {"10.toml": GOOD}))
    assert changed.version == load_form(FORMS / "all-checks").version


def test_a_form_keeps_the_rules_it_was_loaded_with(tmp_path: Path) -> None:
    folder = form_with(tmp_path, {"10.toml": GOOD})
    form = load_form(folder)
    shutil.rmtree(folder)
    assert compile_rules(form)[-1].rule.id == "A-1"


DOCUMENT = (Path(__file__).parents[1] / "docs" / "rule-language.md").read_text(encoding="utf-8")


def test_every_function_is_documented() -> None:
    assert not [name for name in (*CONDITIONS, *NUMBERS) if f"`{name}(" not in DOCUMENT]


def test_every_key_is_documented() -> None:
    keys = {*RULE_KEYS, *PARAMETER_KEYS} - {"rule", "parameter"}
    assert not [key for key in keys if f"`{key}`" not in DOCUMENT]


def test_the_documented_rule_is_one(tmp_path: Path) -> None:
    lines = DOCUMENT.split("[[rule]]", 1)[1].split("\n\n", 1)[0].splitlines()
    rule = "[[rule]]" + "\n".join(line.strip() for line in lines)
    renamed = rule.replace("smes", "output")
    assert told(renamed, tmp_path) == []


def test_width_counts_chinese_characters() -> None:
    assert width_of("汉字 abc") == 4


class TestCommands:
    def run(self, *arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli, ["--lang", "en", *arguments])
        return result.exit_code, result.output

    @pytest.mark.parametrize("command", [("form", "lint"), ("rules", "list", "--form")])
    def test_a_broken_rule_file_is_exit_code_2(
        self, command: tuple[str, ...], tmp_path: Path
    ) -> None:
        folder = form_with(tmp_path, {"10.toml": BROKEN["twice"], "20.toml": BROKEN["field"]})
        code, output = self.run(*command, str(folder))
        assert code == 2
        assert "rules/10.toml:" in output
        assert "rules/20.toml:" in output

    def test_list_says_which_rule_is_applicable_nowhere(self) -> None:
        code, output = self.run("rules", "list", "--form", str(FORMS / "farm-survey"))
        assert code == 0
        assert [line for line in output.splitlines() if "not set" in line] == [
            "CRIT-01\t◆ confirm\tEnough members  (not applicable: a parameter is not set)"
        ]

    def test_explain_tells_parameters_and_their_source(self) -> None:
        folder = str(FORMS / "farm-survey")
        _, growth = self.run("rules", "explain", "CRIT-02", "--form", folder)
        assert ">= 5, source: Invented guideline of 2020, page 7, still to be verified" in growth
        assert "Basis: Invented guideline" in growth
        assert "asked for, not judged" in growth
        _, members = self.run("rules", "explain", "CRIT-01", "--form", folder)
        assert "least members (Fewest members): not set" in members
