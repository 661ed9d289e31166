"""The sheets with drop-downs: one subject by itself, and some side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from compared_forms import (
    AREA,
    KIND,
    NAME,
    STORY,
    answer,
    form_of,
    full_form,
    records_to,
    three_returns,
)
from hand_returns import Typed
from libreoffice_tools import type_answers
from test_report import EVIL, FOLDERS, OFFICIAL, form_named, opened, simulated

from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.finding import Finding, Severity
from clusterxl.form.model import FieldType, Form
from clusterxl.report import write_comparison
from clusterxl.report.context import Context
from clusterxl.report.picks import labels_of
from clusterxl.ruleset.rules import Kind

Filled = list[tuple[str, Mapping[str, Typed]]]
PROFILE, BESIDE, LIST = "集群档案", "集群并列", "集群名单"


def three() -> Comparison:
    return aggregate_records(records_to(full_form(), *three_returns()))


def texts(sheet: Any) -> list[Any]:
    return [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]


def row_of(sheet: Any, label: str) -> list[Any]:
    """Return what stands right of a label, to its next empty columns."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == label:
                after = sheet.iter_rows(min_row=cell.row, max_row=cell.row, min_col=cell.column + 1)
                return [found.value for found in next(after)]
    raise AssertionError(label)


def offered(book: Any) -> list[str]:
    """Return what the drop-downs offer."""
    sheet, area = next(iter(book.defined_names["subjects_to_choose"].destinations))
    return [cell.value for row in book[sheet][area] for cell in row]


def test_the_profile_starts_with_the_largest() -> None:
    sheet = opened(write_comparison(three()), values=True)[PROFILE]
    assert sheet["C4"].value == "甲水暖"
    assert sheet["B1"].value == "甲水暖：2022年总产值 120.0 亿元，全省第 1 / 3 名"
    assert row_of(sheet, "总产值")[:7] == ["亿元", 100, 110, 120, "1 / 3", 120 / 220 * 100, 60]
    assert row_of(sheet, "已开展")[1] == "共享"
    assert row_of(sheet, "类型")[-1] in ("第一类", None)


def test_what_is_missing_stays_missing() -> None:
    sheet = opened(write_comparison(three()), values=True)[BESIDE]
    assert row_of(sheet, "专利")[:4] == ["件", 20, 0, None]
    shown = row_of(sheet, "占比")
    assert [shown[place] for place in (1, 4, 7)] == [80, "—", "无法识别"]
    firms = row_of(sheet, "企业数")
    assert [firms[place] for place in (1, 2, 4, 5)] == [10, 0, "无", "—"]


@pytest.mark.parametrize("name", [OFFICIAL, *FOLDERS])
def test_all_are_offered_and_only_the_drop_downs_can_be_changed(name: str) -> None:
    comparison = simulated(form_named(name), 9)
    book = opened(write_comparison(comparison))
    labels = offered(book)
    assert len(set(labels)) == len(labels) == len(comparison.returns)
    names = Context(comparison=comparison).names
    for title, count in ((names.profile, 1), (names.beside, 4)):
        sheet = book[title]
        assert sheet.protection.sheet
        lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
        assert [rule.formula1 for rule in lists] == ["subjects_to_choose"] * count
        free = [cell for row in sheet.iter_rows() for cell in row if not cell.protection.locked]
        drops = {str(rule.sqref).partition(":")[0] for rule in lists}
        filled = [cell for cell in free if cell.value]
        assert filled
        assert {cell.coordinate for cell in filled} <= drops
        # What is chosen is taken for typed: as a text it becomes neither number nor formula.
        assert {cell.number_format for cell in filled} == {"@"}
    assert book[names.choices].protection.sheet


def test_names_that_are_the_same_are_told_apart() -> None:
    filled = [
        answer("a.xlsx", "甲市", "同名", (1, 2, 3)),
        answer("b.xlsx", "乙市", "同名", (1, 2, 4)),
        answer("c.xlsx", "乙市", "同名", (1, 2, 5), county="乙西县"),
        answer("d.xlsx", "乙市", "12", (1, 2, 6)),
    ]
    comparison = aggregate_records(records_to(full_form(), *filled))
    assert set(labels_of(Context(comparison=comparison))) == {
        *("同名（甲市 甲东县）", "同名（乙市 乙东县）", "同名（乙市 乙西县）", "“12”")
    }


def test_the_same_name_of_the_same_unit_is_numbered() -> None:
    form = form_of(NAME, AREA, subject="name")
    filled: Filled = [(f"{n}.xlsx", {"name": "同名", "area": n}) for n in range(3)]
    comparison = aggregate_records(records_to(form, *filled), every=True)
    labels = labels_of(Context(comparison=comparison))
    assert len(set(labels)) == 3


def test_more_than_a_thousand_can_be_chosen() -> None:
    form = form_of(NAME, AREA, subject="name")
    filled: Filled = [(f"{n:04d}.xlsx", {"name": f"名{n}", "area": n}) for n in range(1_050)]
    book = opened(write_comparison(aggregate_records(records_to(form, *filled))))
    assert len(offered(book)) == 1_050


def test_text_of_a_return_stays_text_where_a_formula_shows_it() -> None:
    filled = [
        answer(f"{n}.xlsx", "甲市", evil, (1, 2, 3), story=evil) for n, evil in enumerate(EVIL)
    ]
    comparison = aggregate_records(records_to(full_form(), *filled))
    book = opened(write_comparison(comparison))
    assert not [label for label in offered(book) if label[0] in "=+-@{"]
    for title in (PROFILE, BESIDE, LIST):
        for row in book[title].iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert not any(evil.strip("=") in cell.value for evil in EVIL), cell.coordinate
                elif isinstance(cell.value, str):
                    assert cell.data_type == "s", cell.coordinate


def test_findings_are_told_the_worst_first() -> None:
    records = records_to(full_form(), *three_returns())
    one, two = (str(found) for found in records.returns["return_id"][:2])
    waiting = Finding(code="W", severity=Severity.WARNING, message="请核实产值", return_id=one)
    wrong = Finding(code="E", severity=Severity.ERROR, message="应填数字", return_id=one)
    other = Finding(code="E", severity=Severity.ERROR, message="别处", return_id=two)
    comparison = aggregate_records(records, [waiting, other, wrong])
    found = texts(opened(write_comparison(comparison), values=True)[PROFILE])
    assert "校验问题：　▲ 须改 1　◆ 请核实 1　◇ 已说明 0" in found
    assert found.index("应填数字") < found.index("请核实产值")
    assert "别处" not in found


@pytest.mark.parametrize(
    ("form", "sheets"),
    [
        (form_of(NAME, KIND, STORY, subject="name"), {PROFILE}),
        (form_of(KIND), {PROFILE}),
        (form_of(AREA), {PROFILE, BESIDE}),
    ],
    ids=["no numbers", "a choice", "one number"],
)
def test_forms_without_figures_years_or_names(form: Form, sheets: set[str]) -> None:
    filled: Filled = [(f"{n}.xlsx", {"name": f"名{n}", "area": n, "kind": "a"}) for n in (1, 2)]
    for count, wanted in ((0, set()), (1, {PROFILE}), (2, sheets)):
        book = opened(write_comparison(aggregate_records(records_to(form, *filled[:count]))))
        assert {PROFILE, BESIDE} & set(book.sheetnames) == wanted, count


def told_verdicts(comparison: Comparison, return_id: str) -> dict[str, set[str]]:
    """Return what the profile may say of each criterion, by what it judges."""
    marks = {"met": "✓ ", "missed": "✕ ", "no_data": "无数据", "unset": ""}
    verdicts = comparison.verdicts
    own = verdicts[verdicts["return_id"] == return_id].set_index("rule")["verdict"]
    heads: dict[str, set[str]] = {}
    for criterion in comparison.criteria:
        if criterion.rule.kind is Kind.CRITERION:
            heads.setdefault(criterion.head, set()).add(marks[own[criterion.rule.id]])
    return heads


def assert_criteria(sheet: Any, comparison: Comparison, return_id: str) -> None:
    """Assert that the profile tells how a return stands to each criterion."""
    wanted = told_verdicts(comparison, return_id)
    for head, marks in wanted.items():
        label = next(text for text in texts(sheet) if str(text).partition("（")[0] == head)
        told = next(text for text in row_of(sheet, label) if text is not None)
        assert str(told).startswith(tuple(marks)), (head, told)


def test_the_profile_tells_the_criteria() -> None:
    comparison = simulated(form_named(OFFICIAL), 6)
    sheet = opened(write_comparison(comparison), values=True)[PROFILE]
    assert "认定标准对照" in texts(sheet)
    assert len(told_verdicts(comparison, comparison.subjects["return_id"].iloc[0])) > 10
    assert_criteria(sheet, comparison, comparison.subjects["return_id"].iloc[0])


@pytest.mark.parametrize(("length", "cut"), [(40, False), (690, True)])
def test_the_profile_keeps_to_three_pages(length: int, cut: bool) -> None:  # noqa: FBT001
    stories = [replace(STORY, id=f"story_{n}", max_chars=700) for n in range(24)]
    typed: dict[str, Typed] = {asked.id: "字" * length for asked in stories}
    form = form_of(NAME, AREA, *stories, subject="name")
    filled: Filled = [("a.xlsx", typed | {"name": "名", "area": 1})]
    sheet = opened(write_comparison(aggregate_records(records_to(form, *filled))))[PROFILE]
    assert sheet.page_setup.fitToHeight == 3
    assert ("放不下" in sheet["B2"].value) is cut
    points = sum(row.height for row in sheet.row_dimensions.values() if row.height)
    assert points <= 3 * 690


# With LibreOffice


def shown_as(comparison: Comparison, return_id: str, key: str) -> Any:
    """Return how an answer is to be shown, from the records alone."""
    answers = comparison.answers
    row = answers[(answers["return_id"] == return_id) & (answers["key"] == key)].iloc[0]
    if row["status"] == "value":
        return row["number"] if comparison.form.by_key[key].type.is_numeric else row["text"]
    return {"blank": "—", "invalid": "无法识别"}.get(row["status"], row["text"])


@pytest.mark.needs_libreoffice
def test_what_is_chosen_in_libreoffice_is_shown(tmp_path: Path) -> None:
    comparison = simulated(form_named(OFFICIAL), 6)
    blank, filled = tmp_path / "comparison.xlsx", tmp_path / "chosen.xlsx"
    blank.write_bytes(write_comparison(comparison))
    labels = offered(opened(blank.read_bytes()))
    last = comparison.subjects["return_id"].iloc[-1]
    wanted = labels[list(comparison.returns["return_id"]).index(last)]
    given: Mapping[tuple[str, str], str] = {(PROFILE, "C4"): wanted, (BESIDE, "G4"): wanted}
    type_answers(blank, filled, given)
    book = opened(filled.read_bytes(), values=True)
    profile, beside = book[PROFILE], book[BESIDE]
    assert wanted in profile["B1"].value
    found = texts(profile)
    seen = 0
    for asked in comparison.form.inputs:
        is_text = asked.type is FieldType.TEXT and asked.field.is_long
        if is_text and not asked.is_note and not asked.block and not asked.field.personal:
            assert shown_as(comparison, last, asked.key) in found, asked.key
            seen += 1
    assert seen > 20
    for label, field in (("集群总产值", "gross_output"), ("集群企业数量", "firms")):
        years = [shown_as(comparison, last, f"{field}_{year}") for year in (2020, 2021, 2022)]
        assert row_of(profile, label)[1:4] == years
    assert row_of(beside, "集群企业数量")[4] == shown_as(comparison, last, "firms_2022")
    assert_criteria(profile, comparison, last)


@pytest.mark.needs_libreoffice
def test_a_subject_with_fewer_findings_than_the_most_has_no_zeros(tmp_path: Path) -> None:
    records = records_to(full_form(), *three_returns())
    one, two, _ = (str(found) for found in records.returns["return_id"])
    wrong = Finding(code="E", severity=Severity.ERROR, message="应填数字", return_id=one)
    more = [replace(wrong, message=f"另有{no}") for no in range(3)]
    comparison = aggregate_records(records, [wrong, *more, replace(wrong, return_id=two)])
    blank, filled = tmp_path / "comparison.xlsx", tmp_path / "chosen.xlsx"
    blank.write_bytes(write_comparison(comparison))
    labels = offered(opened(blank.read_bytes()))
    type_answers(blank, filled, {(PROFILE, "C4"): labels[1]})
    profile = opened(filled.read_bytes(), values=True)[PROFILE]
    rows = [[cell.value for cell in row if cell.value is not None] for row in profile.iter_rows()]
    start = next(at for at, row in enumerate(rows) if row and "校验问题：" in str(row[0]))
    told = [[value for value in row if value != ""] for row in rows[start + 1 : start + 5]]
    assert told == [["▲ 须改", "—", "应填数字"], [], [], []]
