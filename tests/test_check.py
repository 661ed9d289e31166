from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn_forms import write_form
from hand_returns import FORMS, Typed, all_checks, good_answers, place_of, return_of

from clusterxl.check import check_records, confront, summarise
from clusterxl.excel.raw import RawCell
from clusterxl.finding import Finding, Severity
from clusterxl.form.file import load_form
from clusterxl.normalise import Records, normalise_returns
from clusterxl.ruleset.nodes import Verdict

FORM = all_checks()


def records(*typed: dict[str, Typed]) -> Records:
    return normalise_returns(
        [return_of(FORM, good_answers() | t, file=f"{n}.xlsx") for n, t in enumerate(typed)],
        form=FORM,
    )


def findings(*typed: dict[str, Typed]) -> tuple[Finding, ...]:
    return check_records(records(*typed))


def test_good_answers_give_no_finding() -> None:
    assert findings({}) == ()


def test_no_return_gives_no_finding() -> None:
    assert findings() == ()


def test_a_finding_says_where_what_and_how() -> None:
    found = records({"area": 101.0})
    (finding,) = check_records(found)
    place = place_of(FORM, "area")
    assert finding == Finding(
        code="GEN-RNG",
        severity=Severity.ERROR,
        message="「面积」应在 1 到 100 之间，现填 101，请核对",
        return_id=found.returns["return_id"][0],
        file="0.xlsx",
        sheet="数据",
        cell=place,
        cells=(f"数据!{place}",),
        key="area",
        label="面积",
        value="101",
    )


def test_one_cause_is_told_once() -> None:
    blank = findings({"output_2022": None, "story": None, "chart": None})
    assert [(f.code, f.key) for f in blank] == [
        ("GEN-REQ", "output_2022"),
        ("GEN-REQ", "chart"),
        ("GEN-REQ", "story"),
    ]
    wrong = findings({"output_2022": "--1.234"})
    assert [f.code for f in wrong] == ["GEN-NUM"]


def test_findings_stand_in_the_order_of_returns_and_of_the_form() -> None:
    found = findings(
        {"evidence_chart_material": None, "area": 0.5, "name": None},
        {"story": "短", "city": "丙市"},
    )
    assert [(f.file, f.key, f.code) for f in found] == [
        ("0.xlsx", "name", "GEN-REQ"),
        ("0.xlsx", "area", "GEN-DEC"),
        ("0.xlsx", "area", "GEN-RNG"),
        ("0.xlsx", "evidence_chart_material", "GEN-EVD"),
        ("1.xlsx", "city", "GEN-OPT"),
        ("1.xlsx", "story", "GEN-LN2"),
    ]


def test_all_cells_concerned_are_named_the_first_one_first() -> None:
    (finding,) = findings({"evidence_chart_material": None})
    assert finding.cells == (
        f"清单!{place_of(FORM, 'evidence_chart_material')}",
        f"数据!{place_of(FORM, 'chart')}",
    )
    same = dict.fromkeys(("output_2020", "output_2021", "output_2022"), 5.5)
    (finding,) = findings({**same})
    assert (finding.code, finding.key, len(finding.cells)) == ("GEN-SAM", "output_2020", 3)
    assert finding.message.startswith("「产值（亿元）」三年都是 5.5")


def test_a_warning_carries_the_explanation_of_its_row_an_error_does_not() -> None:
    warned, wrong = findings(
        {"share_2021": 0.5, "note_share": " 只有半成 ", "area": 101, "note_area": "没错"}
    )
    assert (warned.code, warned.severity, warned.note) == ("GEN-FRA", Severity.WARNING, "只有半成")
    assert (wrong.code, wrong.note) == ("GEN-RNG", "")


@pytest.mark.parametrize(
    ("typed", "meant"), [(0.76, "76"), (0.5, "50"), (0.765, "76.5"), (0.004, "0.4")]
)
def test_a_fraction_is_told_what_it_would_be_in_percent(typed: float, meant: str) -> None:
    found = next(f for f in findings({"share_2022": typed}) if f.code == "GEN-FRA")
    assert f"如果是 {meant}%，请填 {meant}，不填 {typed}；" in found.message


@pytest.mark.parametrize(
    ("key", "raw", "code"),
    [
        ("growth", RawCell(value="#DIV/0!", kind="error"), "STR-02"),
        ("growth", RawCell(formula="=1+1", has_cached=False), "READ-UNCALC"),
        ("evidence_chart_material", RawCell(value="#REF!", kind="error"), "STR-02"),
    ],
)
def test_a_cell_that_shows_an_error_is_told_once(key: str, raw: RawCell, code: str) -> None:
    typed = good_answers() | {key: raw}
    told = Finding(code=code, severity=Severity.ERROR, message="m", key=key)
    bare = return_of(FORM, typed)
    (missing,) = check_records(normalise_returns([bare]))
    assert (missing.code, missing.key) in {("GEN-REQ", key), ("GEN-EVD", key)}
    found = replace(bare, findings=(replace(told, return_id=bare.return_id),))
    assert [f.code for f in check_records(normalise_returns([found]))] == [code]


def test_an_error_elsewhere_does_not_hide_what_is_missing() -> None:
    bare = return_of(FORM, good_answers() | {"growth": None})
    told = Finding(code="STR-02", severity=Severity.ERROR, message="m", key="depth")
    found = replace(bare, findings=(replace(told, return_id=bare.return_id),))
    codes = {f.code for f in check_records(normalise_returns([found]))}
    assert codes == {"STR-02", "GEN-REQ"}


@pytest.mark.parametrize("note", ["", " \u3000", "无", "\u00a0无\n"])
def test_nothing_and_the_word_for_none_explain_nothing(note: str) -> None:
    (warned,) = findings({"share_2021": 0.5, "note_share": note})
    assert (warned.note, warned.is_explained) == ("", False)


@pytest.mark.parametrize("note", ["只有半成", "-", "不涉及", "无误"])
def test_any_other_word_explains_a_warning(note: str) -> None:
    (warned,) = findings({"share_2021": 0.5, "note_share": note})
    assert (warned.note, warned.is_explained) == (note, True)


def test_only_open_warnings_count_as_warnings() -> None:
    typed: dict[str, Typed] = {"share_2021": 0.5, "share_2022": 0.5, "growth": "?"}
    taken = records(typed, typed | {"note_share": "属实"})
    found = check_records(taken)
    counted = summarise(taken, found).returns[["errors", "warnings", "explained"]]
    assert counted.to_numpy().tolist() == [[1, 2, 0], [1, 0, 2]]
    assert {str(dtype) for dtype in counted.dtypes} == {"int64"}
    # What it is does not change; only that it is explained comes on top.
    assert {f.severity for f in found if f.is_explained} == {Severity.WARNING}


def test_personal_answers_are_not_shown() -> None:
    (finding,) = findings({"contact": "欧阳某某某某"})
    assert (finding.code, finding.value) == ("GEN-LEN", "")
    assert "欧阳" not in finding.message


def test_personal_answers_are_not_shown_by_normalisation_either() -> None:
    form = load_form(FORMS / "farm-survey")
    found = check_records(normalise_returns([return_of(form, {"telephone": " 0301 "})]))
    assert all("0301" not in f.message + f.value for f in found)


def test_a_personal_number_is_not_told(tmp_path: Path) -> None:
    field = {"id": "wage", "label": "Wage", "type": "number", "personal": True}
    block = {"kind": "rows", "field": [field]}
    section = {"id": "s", "sheet": "S", "block": [block]}
    head = {"id": "odd", "title": "Odd", "language": "en"}
    form = load_form(write_form(tmp_path, {**head, "section": [section]}))
    found = check_records(normalise_returns([return_of(form, {"wage": "1,234"})]))
    assert {finding.code for finding in found} == {"NORM-NUM", "GEN-NUM"}
    assert all("234" not in finding.message + finding.value for finding in found)


def test_long_answers_are_cut_short_in_sentences() -> None:
    (finding,) = findings({"city": "很长的答案" * 20})
    assert (
        finding.message
        == "「市」请从下拉列表中选一项，现填“很长的答案很长的答案很长的答案很长的答…”"
    )
    assert finding.value == "很长的答案" * 20


def test_braces_in_an_answer_do_no_harm() -> None:
    (finding,) = findings({"city": "{label}{0}{"})
    assert "{label}{0}{" in finding.message


def test_a_number_only_normalisation_found_keeps_its_error() -> None:
    found = records({"output_2022": "约45.6亿元"})
    told = {f.code: f for f in check_records(found)}
    assert set(told) == {"GEN-NUM", "NORM-NUM"}
    assert told["GEN-NUM"].severity is Severity.ERROR
    assert "45.6" in told["NORM-NUM"].message
    numbers = found.values.loc[found.values["key"] == "output_2022", "number"]
    assert numbers.tolist() == [45.6]


def test_a_number_with_two_readings_keeps_its_error_and_is_asked() -> None:
    told = {f.code: f.severity for f in findings({"output_2022": "2000万"})}
    assert told == {"GEN-NUM": Severity.ERROR, "NORM-ASK": Severity.WARNING}


def test_a_cell_in_percent_is_judged_as_it_stands() -> None:
    cell = RawCell(value=0.6, kind="number", number_format="0%")
    assert [f.code for f in findings({"share_2022": cell})] == ["NORM-PCT", "GEN-FRA"]


def test_what_reading_found_comes_through_untouched() -> None:
    told = Finding(code="READ-LOST", severity=Severity.ERROR, message="甲", key="area")
    one = return_of(FORM, good_answers() | {"name": None, "chart": None}, findings=())
    told = replace(told, return_id=one.return_id, file=one.file)
    found = check_records(normalise_returns([replace(one, findings=(told,))]))
    assert [f.code for f in found] == ["GEN-REQ", "READ-LOST", "GEN-REQ"]
    assert found[1] is told


def test_a_lost_cell_is_missing_without_an_address() -> None:
    one = return_of(FORM, good_answers())
    kept = {key: cell for key, cell in one.cells.items() if key != "growth"}
    (finding,) = check_records(normalise_returns([replace(one, cells=kept)]))
    assert (finding.code, finding.key, finding.cell, finding.cells) == ("GEN-REQ", "growth", "", ())


def test_an_english_form_is_told_in_english() -> None:
    form = load_form(FORMS / "farm-survey")
    found = check_records(
        normalise_returns([return_of(form, {"members": 2.5, "turnover": "none"})])
    )
    told = {f.key: f for f in found}
    assert told["members"].message == (
        '"Members": please give a whole number, not below 0; it says 2.5'
    )
    assert told["turnover"].code == "GEN-NUM"
    assert told["cooperative"].message == '"Name of the cooperative" must not be empty'
    assert not Counter(f.code for f in found)["GEN-NOW"]


def test_every_verdict_is_pass_fail_or_not_applicable() -> None:
    confrontation = confront(records({}, {"name": None}))
    shape = (len(confrontation.instances), 2)
    assert confrontation.verdicts.shape == shape
    assert set(np.unique(confrontation.verdicts)) == set(Verdict)


def test_counts_and_status_are_filled_in() -> None:
    found = records({}, {"area": 101, "share_2021": 0.5}, {"share_2021": 0.5}, {"growth": "约5"})
    summed = summarise(found, check_records(found)).returns
    assert summed["status"].tolist() == ["clean", "errors", "clean", "errors"]
    assert summed["errors"].tolist() == [0, 1, 0, 1]
    assert summed["warnings"].tolist() == [0, 1, 1, 0]
    assert summed.dtypes.equals(found.returns.dtypes)
    assert found.returns["status"].tolist() == ["unchecked"] * 4


def test_missing_required_answers_are_those_the_counts_miss() -> None:
    found = records({"name": None, "work_sale": "☑", "filed": "　　　年　　月　　日"}, {})
    told = check_records(found)
    missing = [sum(f.return_id == i for f in told) for i in found.returns["return_id"]]
    assert (found.returns["required"] - found.returns["filled"]).tolist() == missing == [3, 0]
