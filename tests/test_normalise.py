# ruff: noqa: RUF001  (full-width digits and signs are what is tested)
from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest
from hand_returns import FORMS, Typed, all_checks, good_answers, place_of, return_of

from clusterxl.errors import NothingFoundError, UnknownWorkbookError
from clusterxl.excel.raw import RawCell
from clusterxl.finding import Finding, Severity
from clusterxl.form.file import load_form
from clusterxl.form.layout import lay_out
from clusterxl.frames import RETURNS, VALUES
from clusterxl.normalise import UNCHECKED, Records, group_returns, normalise_returns
from clusterxl.plan.program import State, program_of
from clusterxl.plan.state import judge_answers
from clusterxl.ruleset.schema import validate_frames
from clusterxl.testing.simulate import simulate_answers

FORM = all_checks()


def records(*typed: dict[str, Typed], unit: str = "") -> Records:
    returns = [
        return_of(FORM, good_answers() | answers, file=f"{number}.xlsx", unit=unit)
        for number, answers in enumerate(typed)
    ]
    return normalise_returns(returns)


def row(found: Records, key: str) -> dict[str, object]:
    values = found.values
    return dict(values[values["key"] == key].iloc[0])


def test_one_row_an_input_cell_in_form_order() -> None:
    found = records({}, {})
    keys = [asked.key for asked in FORM.inputs]
    assert found.values["key"].tolist() == keys * 2
    assert found.values["return_id"].tolist() == [
        return_id for return_id in found.returns["return_id"] for _ in keys
    ]
    assert list(found.text.columns) == list(found.number.columns) == keys


def test_a_row_says_all_there_is_to_say() -> None:
    found = records({"output_2021": "约４５．６亿元"})
    assert row(found, "output_2021") == {
        "return_id": found.returns["return_id"][0],
        "file": "0.xlsx",
        "unit": "东县",
        "subject": "甲市东县玩具产业",
        "key": "output_2021",
        "section": "figures",
        "field": "output",
        "item": "",
        "year": 2021,
        "label": "产值（亿元） 2021年",
        "status": "value",
        "raw": "约４５．６亿元",
        "number": 45.6,
        "text": "",
        "measure": "亿元",
        "sheet": "数据",
        "cell": place_of(FORM, "output_2021"),
        "found_by": "name",
        "receipts": "约４５．６亿元 → 约45.6亿元 (全角转半角); 约45.6亿元 → 45.6亿元 (去约数词); "
        "45.6亿元 → 45.6 (去计量单位)",
    }


def test_raw_is_what_stands_in_the_cell() -> None:
    typed: dict[str, Typed] = {
        "output_2020": 12.50,
        "output_2021": 3.0,
        "output_2022": "#REF!",
        "growth": 1e-7,
        "chart": "☑是　　□否　　□不涉及",
        "story": " 甲\n乙 ",
        "name": True,
    }
    found = records(typed)
    raws = [row(found, key)["raw"] for key in typed]
    assert raws == ["12.5", "3", "#REF!", "0.0000001", "☑是　　□否　　□不涉及", " 甲\n乙 ", "TRUE"]


def test_dtypes_never_depend_on_what_is_in_them() -> None:
    everything = records({}, {"output_2022": "#REF!"})
    blank = normalise_returns([return_of(FORM, {})])
    nothing = normalise_returns([], form=FORM)
    for found in (everything, blank, nothing):
        assert {name: str(dtype) for name, dtype in found.values.dtypes.items()} == dict(VALUES)
        assert {name: str(dtype) for name, dtype in found.returns.dtypes.items()} == dict(RETURNS)
        assert set(map(str, found.text.dtypes)) == {"object"}
        assert set(map(str, found.number.dtypes)) == {"float64"}
        assert str(found.text.index.dtype) == "str"
        assert list(found.text.columns) == list(found.number.columns)
    assert len(nothing.values) == len(nothing.returns) == len(nothing.text) == 0


def test_the_views_show_what_stands_there_not_what_was_meant() -> None:
    found = records(
        {
            "output_2020": " 12.5\u3000亿元",
            "output_2021": "#REF!",
            "output_2022": True,
            "growth": RawCell(value=0.5, kind="number", number_format="0%"),
            "chart": "□是　　□否　　□不涉及",
            "filed": "　　　年　　月　　日",
            "work_sale": "□",
            "phone": 13800000000.0,
            "story": "甲\n乙",
        }
    )
    text, number = found.text.iloc[0], found.number.iloc[0]
    seen = ["output_2020", "output_2021", "output_2022", "chart", "filed", "work_sale", "story"]
    assert text[seen].tolist() == ["12.5 亿元", "", "TRUE", "", "", "□", "甲 乙"]
    assert text["phone"] == "13800000000"
    assert np.isnan(number[["output_2020", "output_2021", "output_2022"]].to_numpy(float)).all()
    assert (number["growth"], number["phone"]) == (0.5, 13800000000.0)


def test_what_no_rule_sees_is_told() -> None:
    found = records(
        {
            "output_2020": "１２",
            "share_2020": RawCell(value=0.6, kind="number", number_format="0%"),
            "output_2021": RawCell(value=44562, kind="date"),
        }
    )
    told = [(f.code, f.severity, f.key, f.cell) for f in found.findings]
    assert told == [
        ("NORM-NUM", Severity.INFO, "output_2020", place_of(FORM, "output_2020")),
        ("NORM-DAT", Severity.WARNING, "output_2021", place_of(FORM, "output_2021")),
        ("NORM-PCT", Severity.INFO, "share_2020", place_of(FORM, "share_2020")),
    ]
    assert "12" in found.findings[0].message
    assert found.findings[0].value == "１２"


def test_what_has_several_readings_is_asked_with_all_of_them() -> None:
    found = records({"output_2022": "2000万", "firms_2022": "20余家", "chart": "☑是 ☑否 □不涉及"})
    told = {f.key: f for f in found.findings}
    assert {(f.code, f.severity) for f in told.values()} == {("NORM-ASK", Severity.WARNING)}
    assert told["output_2022"].cell == place_of(FORM, "output_2022")
    assert told["output_2022"].value == "2000万"
    assert all(text in told["output_2022"].message for text in ("0.2亿元", "20000000亿元"))
    assert all(text in told["chart"].message for text in ("是", "否"))
    assert {row(found, key)["status"] for key in told} == {"invalid"}
    assert {row(found, key)["receipts"] for key in told} == {""}


def test_what_was_damaged_on_the_way_is_told() -> None:
    found = records({"story": "甲\ue001", "plan": "\u200b", "phone": 1.38e20, "filed": "20230410"})
    told = [(f.code, f.severity, f.key) for f in found.findings]
    assert sorted(told) == [
        ("NORM-DAT", Severity.INFO, "filed"),
        ("NORM-DIG", Severity.WARNING, "phone"),
        ("NORM-TXT", Severity.WARNING, "plan"),
        ("NORM-TXT", Severity.WARNING, "story"),
    ]
    assert row(found, "story")["raw"] == "甲\ue001"
    assert row(found, "plan")["raw"] == "\u200b"


def test_personal_answers_are_never_repeated() -> None:
    found = records({"phone": "1.38E+10"})
    (finding,) = found.findings
    assert (finding.code, finding.value) == ("NORM-DIG", "")
    assert "1.38" not in finding.message


def test_normalisation_leaves_the_views_alone() -> None:
    typed: dict[str, Typed] = {"output_2022": "456000万元", "name": "甲\u200b", "work_sale": "V"}
    found = records(typed)
    assert found.text[list(typed)].to_numpy().tolist() == [list(typed.values())]
    assert np.isnan(found.number["output_2022"].iloc[0])
    assert row(found, "output_2022")["number"] == 45.6


def test_findings_of_reading_come_along() -> None:
    finding = Finding(code="STR-04", severity=Severity.WARNING, message="", return_id="x")
    found = normalise_returns([return_of(FORM, {}, findings=(finding,))])
    assert found.findings == (finding,)


def test_a_return_is_named_by_its_answers_or_else_by_its_stamp() -> None:
    found = records({}, {"county": None, "name": None}, {"city": "无"}, unit="101")
    columns = ["unit_code", "group", "unit", "subject"]
    assert found.returns[columns].to_numpy().tolist() == [
        ["101", "甲市", "东县", "甲市东县玩具产业"],
        ["101", "甲市", "101", "101"],
        ["101", "", "东县", "甲市东县玩具产业"],
    ]
    assert found.returns["status"].tolist() == [UNCHECKED] * 3


def test_a_form_without_levels_subject_or_years() -> None:
    form = load_form(FORMS / "one-field")
    found = normalise_returns([return_of(form, {"sheep": 7})])
    told = found.returns.iloc[0]
    assert (told["group"], told["unit"], told["subject"], told["base_year"]) == ("", "", "", 0)
    assert found.values["year"].isna().all()


def test_needed_and_filled_answers_are_counted() -> None:
    needed = sum(asked.required and not asked.owners for asked in FORM.inputs)
    found = records(
        {},
        {"name": None, "chart": "□是　　□否　　□不涉及", "evidence_chart_material": None},
        {"work_sale": "☑", "output_2022": "#REF!", "patents": "无"},
    )
    assert found.returns["required"].tolist() == [needed + 2, needed + 1, needed + 3]
    assert found.returns["filled"].tolist() == [needed + 2, needed - 1, needed + 1]


@pytest.mark.parametrize("form", ["gd-cluster-2023", FORMS / "all-checks", FORMS / "farm-survey"])
def test_the_counts_are_those_of_the_workbook(form: str | Path) -> None:
    loaded = load_form(form)
    layout = lay_out(loaded)
    odd: list[Typed] = [None, "□", "☑", "√", "无", "是", 0, 7, -2, "7", " ", "☑是　　□否", "#REF!"]
    for seed in range(8):
        typed: dict[str, Typed] = dict(simulate_answers(loaded, seed=seed))
        random = Random(seed)  # noqa: S311
        typed |= {key: random.choice(odd) for key in random.sample(sorted(loaded.by_key), 30)}
        counts = normalise_returns([return_of(loaded, typed)]).returns.iloc[0]
        # An answer that is planned is never an error, which counts like an empty cell.
        plain = {
            k: None if v == "#REF!" else v for k, v in typed.items() if not isinstance(v, RawCell)
        }
        shown = judge_answers(program_of(layout), plain)
        needed = sum(shown.needed(section) for section in shown.program.sections)
        blank = shown.total[State.FILL]
        assert (counts["required"], counts["filled"]) == (needed, needed - blank)


def test_a_return_that_comes_twice_counts_once() -> None:
    one = return_of(FORM, good_answers())
    assert len(normalise_returns([one, replace(one, file="b.xlsx")]).returns) == 1


def test_returns_of_several_forms_are_refused_and_can_be_grouped() -> None:
    first = return_of(FORM, {})
    other = return_of(replace(FORM, version="other"), {}, file="b.xlsx")
    with pytest.raises(UnknownWorkbookError, match=r"b\.xlsx"):
        normalise_returns([first, other])
    assert group_returns([first, other, first]) == ((first, first), (other,))


def test_without_returns_the_form_must_be_named() -> None:
    with pytest.raises(NothingFoundError):
        normalise_returns([])


def test_a_lost_cell_is_blank() -> None:
    one = return_of(FORM, good_answers())
    kept = {key: cell for key, cell in one.cells.items() if key != "growth"}
    lost = row(normalise_returns([replace(one, cells=kept)]), "growth")
    assert (lost["status"], lost["sheet"], lost["cell"]) == ("blank", "", "")
    assert lost["found_by"] == "lost"


def test_frames_without_pyarrow_are_the_same() -> None:
    with pd.option_context("mode.string_storage", "python"):
        plain = records({"story": "甲"})
        validate_frames(FORM, {"values": plain.values, "returns": plain.returns})
    fast = records({"story": "甲"})
    assert plain.text.to_numpy().tolist() == fast.text.to_numpy().tolist()
    assert plain.values.to_csv() == fast.values.to_csv()
