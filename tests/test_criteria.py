"""How returns stand to criteria: each verdict, figure and count worked out here by hand as well."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copytree
from typing import Any

import pandas as pd
import pytest
from compared_forms import typed_in
from hand_returns import FORMS, Typed, return_of
from test_report import OFFICIAL, opened, simulated

from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.criteria import CRITERIA, Criterion, criteria_of, judge_criteria
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.normalise import normalise_returns
from clusterxl.report import write_comparison
from clusterxl.report.context import Context
from clusterxl.report.demands import demand_text
from clusterxl.ruleset.audit import suspect_rules

MET, MISSED, UNSET, NO_DATA = "met", "missed", "unset", "no_data"
YEARS = (2020, 2021, 2022)


@pytest.fixture(scope="module")
def official() -> Form:
    return load_form(OFFICIAL)


def compared(form: Form, *filled: Mapping[str, Typed]) -> Comparison:
    returns = [
        return_of(form, typed_in(form, answers), file=f"{number}.xlsx")
        for number, answers in enumerate(filled)
    ]
    return aggregate_records(normalise_returns(returns, form=form), every=True)


def row_of(comparison: Comparison, rule: str, at: int = 0) -> dict[str, Any]:
    rows = comparison.verdicts[comparison.verdicts["rule"] == rule]
    return {str(name): value for name, value in rows.iloc[at].items()}


def outputs(*values: Typed) -> dict[str, Typed]:
    return {f"gross_output_{year}": value for year, value in zip(YEARS, values, strict=True)}


def firms(champions: Typed, giants: Typed, quality: Typed) -> dict[str, Typed]:
    return {
        "champions_2022": champions,
        "little_giants_2022": giants,
        "quality_firms_2022": quality,
    }


@pytest.mark.parametrize(
    ("rule", "answers", "verdict", "value", "key"),
    [
        ("THR-01", outputs(41, 50, 60), MET, 60, "gross_output_2022"),
        ("THR-01", outputs(41, 39.99, 60), MISSED, 39.99, "gross_output_2021"),
        ("THR-01", outputs(30, 20, 60), MISSED, 20, "gross_output_2021"),
        ("THR-01", outputs(None, 20, 60), MISSED, 20, "gross_output_2021"),
        ("THR-01", outputs(None, 50, 60), NO_DATA, math.nan, "gross_output_2022"),
        ("THR-01", outputs(50, 50, "无"), NO_DATA, math.nan, "gross_output_2021"),
        ("BAS-10", {"area_km2": 100}, MET, 100, "area_km2"),
        ("BAS-10", {"area_km2": 100.01}, MISSED, 100.01, "area_km2"),
        ("THR-04", {"lead_growth_avg": 10}, MISSED, 10, "lead_growth_avg"),
        ("THR-05", firms(0, 1, 3), MET, 1, "champions_2022"),
        ("THR-05", firms(2, 1, 30), MET, 3, "champions_2022"),
        ("THR-05", firms("无", 0, 12), MET, 12, "quality_firms_2022"),
        ("THR-05", firms(0, 0, 9), MISSED, 9, "quality_firms_2022"),
        ("THR-05", firms(0, None, 9), NO_DATA, math.nan, "quality_firms_2022"),
        ("THR-07", {"patent_growth": 8}, UNSET, 8, "patent_growth"),
        ("THR-07", {}, UNSET, math.nan, "patent_growth"),
    ],
)
def test_figures(
    official: Form,
    rule: str,
    answers: Mapping[str, Typed],
    verdict: str,
    value: float,
    key: str,
) -> None:
    row = row_of(compared(official, answers), rule)
    assert (row["verdict"], row["key"]) == (verdict, key)
    assert row["value"] == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    ("rule", "answers", "verdict", "text"),
    [
        ("BAS-11", {"not_restricted": "yes"}, MET, "是"),
        ("BAS-11", {"not_restricted": "no"}, MISSED, "否"),
        ("BAS-11", {}, NO_DATA, ""),
        ("BAS-14", {"energy_efficient": "not_involved"}, MET, "不涉及"),
    ],
)
def test_words(
    official: Form, rule: str, answers: Mapping[str, Typed], verdict: str, text: str
) -> None:
    row = row_of(compared(official, answers), rule)
    assert (row["verdict"], row["text"]) == (verdict, text)
    assert math.isnan(row["value"])


def test_a_figure_worked_out_is_shown_as_it_was_judged(official: Form) -> None:
    spent = {"target_rd_spend_baseline": 2, "target_rd_spend_target": 2.6}
    row = row_of(compared(official, spent), "PLN-05")
    assert row["verdict"] == MISSED
    assert row["value"] == pytest.approx(((2.6 / 2) ** (1 / 3) - 1) * 100)
    assert (row["operator"], row["threshold"]) == (">=", 10)
    rate = row_of(compared(official, {"target_platform_rate_target": 43}), "PLN-07")
    assert (rate["verdict"], rate["threshold"]) == (MET, 43)
    means = {f"rd_growth_{year}": rate for year, rate in zip(YEARS, (6, 9, 12), strict=True)}
    assert row_of(compared(official, means), "THR-06")["value"] == pytest.approx(9)


def _number(answers: pd.DataFrame, key: str) -> float:
    return float(answers["number"].get(key, math.nan))


def _by_hand(answers: pd.DataFrame) -> dict[str, str]:
    """Judge one return anew, from its answers, of which none is missing."""

    def each(field: str) -> list[float]:
        return [_number(answers, f"{field}_{year}") for year in YEARS]

    leaders = _number(answers, "champions_2022") + _number(answers, "little_giants_2022")
    held = {
        "BAS-10": _number(answers, "area_km2") <= 100,
        "THR-01": min(each("gross_output")) >= 40,
        "THR-02": min(each("sme_output_share")) >= 70,
        "THR-03": min(each("lead_output_share")) > 70,
        "THR-04": _number(answers, "lead_growth_avg") > 10,
        "THR-05": leaders >= 1 or _number(answers, "quality_firms_2022") >= 10,
        "PLN-03": _number(answers, "target_output_growth_target") >= 10,
        "PLN-07": _number(answers, "target_platform_rate_target") >= 43,
    }
    fields = ("not_restricted", "no_accidents", "no_violations")
    for number, field in enumerate((*fields, "energy_efficient", "water_efficient"), 11):
        held[f"BAS-{number}"] = answers["text"][field] != "否"
    for rule, field, least in (("PLN-08", "carbon", 16), ("PLN-09", "energy", 11.5)):
        first, last = (_number(answers, f"target_{field}_{c}") for c in ("baseline", "target"))
        held[rule] = (first - last) / first * 100 >= least
    return {rule: MET if holds else MISSED for rule, holds in held.items()}


def test_every_verdict_is_what_the_answers_say(official: Form) -> None:
    comparison = simulated(official, 12)
    verdicts = comparison.verdicts.set_index(["return_id", "rule"])["verdict"]
    seen = set()
    for return_id, answers in comparison.answers.groupby("return_id"):
        own = answers.set_index("key")
        for rule, verdict in _by_hand(own).items():
            found = verdicts[str(return_id), rule]
            if found == NO_DATA:
                continue
            assert found == verdict, (return_id, rule)
            seen.add(rule)
    assert seen >= {"BAS-10", "THR-01", "THR-02", "THR-03", "THR-04", "THR-05", "BAS-14", "PLN-08"}


def test_what_nobody_has_set_is_judged_nowhere(official: Form) -> None:
    comparison = simulated(official, 5)
    unset = [c.rule.id for c in comparison.criteria if not c.is_set]
    assert unset == ["BAS-17", "THR-06", "THR-07", "THR-08"]
    for rule in unset:
        rows = comparison.verdicts[comparison.verdicts["rule"] == rule]
        assert (rows["verdict"] == UNSET).all()
        assert rows["threshold"].isna().all()


def _demands(form: Form) -> dict[str, str]:
    context = Context(comparison=compared(form))
    return {c.rule.id: demand_text(context, c) for c in criteria_of(form)}


def test_demands_in_words(official: Form) -> None:
    told = _demands(official)
    assert told["THR-01"] == "3年每年 ≥ 40 亿元"
    assert told["THR-03"] == "3年每年 > 70 %"
    assert told["THR-05"] == "≥ 1 家 或 优质 ≥ 10 家"
    assert told["BAS-10"] == "≤ 100 平方公里"
    assert told["BAS-14"] == "是\uff0f不涉及"
    assert told["THR-07"] == "标准未设定"


def test_a_form_without_such_rules_has_no_criteria() -> None:
    form = load_form(FORMS / "one-field")
    assert criteria_of(form) == ()
    verdicts = judge_criteria(normalise_returns([], form=form), [])
    assert verdicts.empty
    assert list(verdicts) == list(CRITERIA)
    assert "Criteria" not in opened(write_comparison(compared(form))).sheetnames


def test_another_form_gets_its_sheets_from_its_rules() -> None:
    form = load_form(FORMS / "farm-survey")
    aims = {"target_members_today": 100, "target_members_aim": 104, "members": 100}
    comparison = compared(form, aims)
    assert row_of(comparison, "CRIT-01")["verdict"] == UNSET
    row = row_of(comparison, "CRIT-02")
    assert (row["verdict"], row["threshold"]) == (MISSED, 5)
    assert row["value"] == pytest.approx(4)
    book = opened(write_comparison(comparison), values=True)
    assert {"Criteria", "Planned targets", "Standards"} <= set(book.sheetnames)
    texts = [cell.value for line in book["Planned targets"].iter_rows() for cell in line]
    assert "≥ 5 %" in texts
    assert "0 / 1" in texts


def _sheet(comparison: Comparison, name: str) -> Sequence[Sequence[Any]]:
    book = opened(write_comparison(comparison), values=True)
    return [[cell.value for cell in line] for line in book[name].iter_rows()]


def test_the_sheet_counts_what_the_frame_says(official: Form) -> None:
    comparison = simulated(official, 9)
    lines = _sheet(comparison, "认定标准对照")
    heads = next(line for line in lines if line[1] == "集群")
    totals = next(line for line in lines if line[1] == "达到 / 有数据（个）")
    own: list[Criterion] = [c for c in comparison.criteria if c.rule.kind == "criterion"]
    for criterion in own:
        at = [head and head.replace("\n", "") for head in heads].index(criterion.head)
        verdicts = comparison.verdicts
        states = verdicts.loc[verdicts["rule"] == criterion.rule.id, "verdict"].tolist()
        known = states.count(MET) + states.count(MISSED)
        told = f"{states.count(MET)} / {known}" if criterion.is_set else "不判断"
        assert totals[at] == told, criterion.rule.id


def test_those_that_meet_least_come_first_and_figures_stay_numbers(official: Form) -> None:
    good = outputs(50, 60, 70) | {"area_km2": 5, "cluster_name": "好"}
    poor = outputs(5, 6, 7) | {"area_km2": 500, "cluster_name": "差"}
    book = opened(write_comparison(compared(official, good, poor)), values=True)
    sheet = book["认定标准对照"]
    names = [sheet.cell(row, 2).value for row in range(1, sheet.max_row + 1)]
    assert names.index("差") < names.index("好")
    row = names.index("差") + 1
    areas = [cell for cell in sheet[row] if cell.value == 500]
    assert areas
    assert areas[0].number_format.startswith('"✕ "')
    assert areas[0].font.b


def _told(comparison: Comparison, sheet: str, head: str) -> list[Any]:
    """Return what stands in a column of a table, row by row."""
    lines = _sheet(comparison, sheet)
    at, column = next(
        (row, place)
        for row, line in enumerate(lines)
        for place, cell in enumerate(line)
        if str(cell).replace("\n", "") == head
    )
    return [line[column] for line in lines[at + 1 :]]


def test_the_ranked_tables_say_how_many_criteria_are_met(official: Form) -> None:
    comparison = simulated(official, 9)
    states = comparison.verdicts[comparison.verdicts["kind"] == "criterion"]
    met = (states["verdict"] == MET).groupby(states["return_id"]).sum()
    most = sum(c.is_set for c in comparison.criteria if c.rule.kind == "criterion")
    told = [cell for cell in _told(comparison, "集群对比", "达到") if isinstance(cell, int)]
    ranked = comparison.subjects["return_id"]
    assert told == [met[return_id] for return_id in ranked]
    every = met[met == most].index
    groups = comparison.returns.set_index("return_id")["group"]
    dots = _told(comparison, "地市对比", "达到全部标准")
    assert f"{len(every)} / 9" in dots
    full = sum(str(cell).count("●") for cell in dots if set(str(cell)) <= {"●", "○"})
    assert full == len(every)
    empty = sum(str(cell).count("○") for cell in dots if set(str(cell)) <= {"●", "○"})
    assert full + empty == len(groups)


def test_the_panel_counts_every_subject_once(official: Form) -> None:
    comparison = simulated(official, 9)
    lines = _sheet(comparison, "图表数据")
    at = next(row for row, line in enumerate(lines) if "认定标准达到情况" in line)
    rows = [line[2:6] for line in lines[at + 2 : at + 11]]
    assert len(rows) == 9
    assert all(sum(float(count) for count in row) == 9 for row in rows)


def test_lines_of_the_chart_are_parameters_of_the_rules(official: Form, tmp_path: Path) -> None:
    assert official.comparison.lead_line is None
    drawn = [cell for line in _sheet(simulated(official, 9), "图表数据") for cell in line]
    assert {40, 10} <= {cell for cell in drawn if isinstance(cell, int | float)}
    folder = tmp_path / "farm-survey"
    copytree(FORMS / "farm-survey", folder)
    text = (folder / "form.toml").read_text("utf-8")
    lead = 'lead = "turnover"\n'
    (folder / "form.toml").write_text(text.replace(lead, f'{lead}lead_parameter = "x"\n'), "utf-8")
    form = load_form(folder)
    assert criteria_of(form) == criteria_of(load_form(FORMS / "farm-survey"))
    assert "rule_doubt.unknown_line" in [doubt.code for doubt in suspect_rules(form)]
