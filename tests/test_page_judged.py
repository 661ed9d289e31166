"""Criteria on the page: each verdict with its mark, its threshold and where that is written."""

from __future__ import annotations

from typing import Any

import pytest
from compared_forms import full_form, records_to, three_returns
from hand_returns import FORMS
from test_criteria import compared
from test_page import data_of
from test_page_sheets import rows_on, sheets_on
from test_report import OFFICIAL, simulated

from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.criteria import Criterion
from clusterxl.form.file import load_form
from clusterxl.page import write_page

MARKS = {"met": "✓ ", "missed": "✕ "}


@pytest.fixture(scope="module")
def official() -> Comparison:
    return simulated(load_form(OFFICIAL), 9)


def judged_on(sheet: dict[str, Any]) -> list[int]:
    """Return the columns in which something is judged."""
    return [at for at, column in enumerate(sheet["columns"]) if "hint" in column]


def shown_on(sheet: dict[str, Any]) -> list[list[str]]:
    """Return the rows of a table as they are shown."""
    rows = [[sheet["pool"][c] if isinstance(c, int) else c for c in row] for row in sheet["rows"]]
    return [[cell if isinstance(cell, str) else cell[1] for cell in row] for row in rows]


@pytest.mark.parametrize(("tab", "kind"), [("认定标准对照", "criterion"), ("规划目标对照", "plan")])
def test_every_verdict_is_that_of_the_comparison(official: Comparison, tab: str, kind: str) -> None:
    page = write_page(official)
    sheet = sheets_on(page)[tab]
    own = {c.rule.title: c for c in official.criteria if c.rule.kind == kind}
    verdicts = official.verdicts.set_index(["rule", "return_id"])["verdict"]
    ids = official.subjects["return_id"].tolist()
    judged = judged_on(sheet)
    assert len(judged) == len(own)
    for at in judged:
        column = sheet["columns"][at]
        criterion: Criterion = own[column["hint"].partition("。标准：")[0]]
        assert column["judged"] == criterion.is_set
        states = [verdicts[criterion.rule.id, ids[mark]] for mark in sheet["marks"]]
        for state, row in zip(states, shown_on(sheet), strict=True):
            if state == "no_data":
                assert row[at] == "无数据"
            else:
                assert (row[at][:1] in "✓✕") == criterion.is_set
                assert row[at].startswith(MARKS.get(state, ""))
        known = [state for state in states if state in MARKS]
        told = f"{known.count('met')} / {len(known)}" if criterion.is_set else "不判断"
        total = sheet["totals"][0][at]
        assert (total if isinstance(total, str) else total[1]) == told


def test_a_verdict_says_its_threshold_and_where_that_is_written(official: Comparison) -> None:
    sheet = sheets_on(write_page(official))["认定标准对照"]
    output = next(c for c in official.criteria if c.rule.id == "THR-01")
    column = next(c for c in sheet["columns"] if c["head"] == output.head)
    assert column["unit"] == "3年每年 ≥ 40 亿元"
    assert "标准：3年每年 ≥ 40 亿元。" in column["hint"]
    assert output.rule.thresholds[0].source in column["hint"]
    assert "待核实" in column["hint"]


def test_the_sources_are_those_of_the_workbook(official: Comparison) -> None:
    sheet = sheets_on(write_page(official))["标准出处"]
    rows = rows_on(sheet)
    criteria = {c.rule.id: c for c in official.criteria}
    assert {row[0] for row in rows} == set(criteria)
    assert len(rows) == len(official.criteria)
    assert sheet["name"] == -1
    for row in rows:
        if criteria[row[0]].is_set:
            assert sum(row[4:7]) == len(official.returns)


def test_what_fails_has_a_ground_and_columns_for_formulas_stay_away(official: Comparison) -> None:
    sheet = sheets_on(write_page(official))["认定标准对照"]
    cells = [cell for cell in sheet["pool"] if isinstance(cell, list)]
    cells += [cell for row in sheet["rows"] for cell in row if isinstance(cell, list)]
    missed = [cell for cell in cells if cell[1].startswith("✕")]
    assert missed
    assert all(len(cell) == 4 and cell[3] for cell in missed)
    assert not any(column["aside"] for column in sheet["columns"])


def test_another_form_has_its_own_and_one_without_rules_has_none() -> None:
    aims = {"target_members_today": 100, "target_members_aim": 104, "members": 100}
    shown = sheets_on(write_page(compared(load_form(FORMS / "farm-survey"), aims)))
    assert {"Criteria", "Planned targets", "Standards"} <= set(shown)
    (at,) = judged_on(shown["Planned targets"])
    assert shown["Planned targets"]["columns"][at]["unit"] == "≥ 5 %"
    assert shown_on(shown["Planned targets"])[0][at].startswith("✕ 4")
    plain = aggregate_records(records_to(full_form(), *three_returns()))
    assert not any("hint" in c for s in sheets_on(write_page(plain)).values() for c in s["columns"])


def test_the_table_of_subjects_and_the_panels_tell_of_criteria(official: Comparison) -> None:
    data = data_of(write_page(official))
    assert "达到" in [column["head"] for column in data["table"]["columns"]]
    assert any("最难达到" in panel["headline"] for panel in data["panels"])
