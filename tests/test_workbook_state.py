"""What a workbook says of its answers is what the check says of the same workbook sent back."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hand_returns import return_of

from clusterxl.check import check_records
from clusterxl.form.answers import Answer
from clusterxl.form.file import load_form
from clusterxl.form.layout import lay_out
from clusterxl.normalise import normalise_returns
from clusterxl.plan.program import Program, SectionRow, State, program_of
from clusterxl.plan.state import WorkbookState, judge_answers
from clusterxl.ruleset.derive import MISSING
from clusterxl.testing.simulate import simulate_answers

FORMS = Path(__file__).parent / "data" / "forms"
NAMES = ("gd-cluster-2023", "all-checks", "farm-survey", "harvest-years", "one-field")
ODD = (
    None,
    "",
    " ",
    "□",
    "☑",
    "无",
    "nil",
    "是",
    0,
    7,
    -2,
    0.5,
    1.005,
    1e300,
    "7",
    "2023-4-10",
    "长" * 230,
)


def program(name: str) -> Program:
    packaged = name == "gd-cluster-2023"
    return program_of(lay_out(load_form(name if packaged else FORMS / name)))


def odd_answers(form: Program, seed: int) -> dict[str, Answer]:
    random = Random(seed)  # noqa: S311
    answers: dict[str, Answer] = dict(simulate_answers(form.form, seed=seed))
    keys = sorted(form.form.by_key)
    for key in random.sample(keys, min(len(keys), 40)):
        answers[key] = random.choice(ODD)
    return answers


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", NAMES)
def test_the_list_of_a_workbook_is_the_list_of_the_check(name: str, seed: int) -> None:
    rules = program(name)
    answers = odd_answers(rules, seed)
    state = judge_answers(rules, answers)
    found = check_records(normalise_returns([return_of(rules.form, answers)]))
    ids = {verdict.instance.rule.id for verdict in rules.verdicts}
    told = [finding for finding in found if finding.code in ids]
    listed = [line for line in state.lines if not isinstance(line, SectionRow)]
    assert [(v.instance.rule.id, v.asked.key, state.tell(v.message)) for v in listed] == [
        (f.code, f.key, f.message) for f in told if f.code not in MISSING and not f.is_explained
    ]
    assert state.total[State.EXPLAINED] == sum(f.is_explained for f in told)
    for section in rules.sections:
        blank = [f for f in told if f.code in MISSING and _section(rules, f.key) == section.section]
        assert state.counts[section.section][State.FILL] == len(blank)


def _section(rules: Program, key: str) -> str:
    return rules.form.by_key[key].section


def test_an_explanation_settles_a_warning_and_stays_with_its_row() -> None:
    rules = program("gd-cluster-2023")
    doubtful = {"sme_output_share_2022": 0.5, "lead_output_share_2021": 0.4}
    note = rules.form.by_key["lead_output_share_2021"].note
    before = judge_answers(rules, doubtful)
    explained = judge_answers(rules, {**doubtful, note: "口径如此"})
    corrected = judge_answers(
        rules, {"sme_output_share_2022": 50, "lead_output_share_2021": 0.4, note: "口径如此"}
    )
    assert [_asking(state) for state in (before, explained, corrected)] == [
        {"sme_output_share_2022": State.VERIFY, "lead_output_share_2021": State.VERIFY},
        {"sme_output_share_2022": State.VERIFY, "lead_output_share_2021": State.EXPLAINED},
        {"lead_output_share_2021": State.EXPLAINED},
    ]


def _asking(state: WorkbookState) -> dict[str, State]:
    return {
        verdict.asked.key: now
        for verdict in state.program.verdicts
        if verdict.instance.rule.id == "GEN-FRA" and (now := state.state(verdict))
    }


@pytest.mark.parametrize("note", ["", "  ", "\u3000", "无"])
def test_spaces_or_none_explain_nothing(note: str) -> None:
    rules = program("gd-cluster-2023")
    key = rules.form.by_key["sme_output_share_2022"].note
    state = judge_answers(rules, {"sme_output_share_2022": 0.5, key: note})
    assert _asking(state) == {"sme_output_share_2022": State.VERIFY}


def test_rules_of_one_form_row_stand_together_and_ranks_follow_the_form() -> None:
    for name in NAMES:
        rules = program(name)
        rows = [verdict.row for verdict in rules.verdicts]
        assert rows == list(range(rows[0], rows[0] + len(rows)))
        ranks = [v.rank for v in rules.verdicts] + [s.rank for s in rules.sections]
        assert sorted(ranks) == list(range(len(ranks)))
        for sheet in rules.layout.sheets:
            for margin in sheet.margins:
                ends = rules.rows_of(margin.keys)
                inside = [v for v in rules.verdicts if ends and ends[0] <= v.row <= ends[1]]
                assert {verdict.asked.key for verdict in inside} <= set(margin.keys)
