from __future__ import annotations

import pandas as pd
import pytest
from hand_returns import FORMS, Typed, all_checks, good_answers, return_of

from clusterxl.form.file import load_form
from clusterxl.frames import cut_frames, frame_specs
from clusterxl.normalise import Records, normalise_returns
from clusterxl.ruleset.schema import validate_frames

FORM = all_checks()


def frames_of(*typed: dict[str, Typed]) -> dict[str, pd.DataFrame]:
    returns = [
        return_of(FORM, good_answers() | answers, file=f"{number}.xlsx")
        for number, answers in enumerate(typed)
    ]
    return cut(normalise_returns(returns, form=FORM))


def cut(records: Records) -> dict[str, pd.DataFrame]:
    return dict(cut_frames(records.form, records.values, records.returns))


def test_there_is_a_frame_a_section_the_years_and_a_frame_a_table() -> None:
    assert list(frames_of({})) == [
        "values",
        "returns",
        "section_cover",
        "section_figures",
        "years",
        "table_evidence",
        "table_patents_list",
    ]


def test_a_section_has_a_row_a_return_and_a_column_a_key() -> None:
    frame = frames_of({}, {"patents": 3, "story": "无", "work_sale": None})["section_figures"]
    keys = [a.key for a in FORM.inputs if a.section == "figures"]
    assert list(frame.columns) == ["return_id", *keys]
    assert frame["output_2022"].tolist() == [122.0, 122.0]
    assert frame["patents"].isna().tolist() == [True, False]
    assert frame["chart"].tolist() == ["是", "是"]
    assert frame["story"].tolist()[1] == "无"
    assert frame["work_supply"].tolist() == [True, True]
    assert frame["work_sale"].tolist() == [False, pd.NA]


def test_years_are_rows() -> None:
    frame = frames_of({}, {"output_2021": "约7"})["years"]
    assert frame["year"].tolist() == [2020, 2021, 2022] * 2
    assert frame["output"].tolist() == [120.0, 121.0, 122.0, 120.0, 7.0, 122.0]
    assert "standards_world_led" in frame.columns
    assert "note_output" not in frame.columns


def test_a_table_has_its_filled_rows() -> None:
    frame = frames_of(
        {},
        {"patents_list[1].title": "甲", "patents_list[3].value": 5, "patents_list[4].title": " "},
    )["table_patents_list"]
    assert frame[["row", "title", "place"]].to_numpy().tolist() == [[1, "甲", ""], [3, "", ""]]
    assert frame["value"].tolist()[1] == 5.0


def test_evidence_is_told_by_what_it_is_for() -> None:
    frame = frames_of({"evidence_plan_page": "9"})["table_evidence"]
    told = frame[["for", "material", "page"]].to_numpy().tolist()
    assert told == [["chart", "图谱", ""], ["work_supply", "合同", ""], ["plan", "", "9"]]


def test_no_return_gives_the_same_dtypes() -> None:
    empty, filled = frames_of(), frames_of({"patents_list[1].title": "甲"})
    for name, frame in filled.items():
        assert len(empty[name]) == 0
        pd.testing.assert_series_equal(empty[name].dtypes, frame.dtypes)


@pytest.mark.parametrize("folder", ["all-checks", "farm-survey", "harvest-years", "one-field"])
@pytest.mark.parametrize("size", [0, 1, 2])
def test_frames_are_as_their_schemas_say(folder: str, size: int) -> None:
    form = load_form(FORMS / folder)
    returns = [return_of(form, {"members": 3}, file=f"{number}.xlsx") for number in range(size)]
    frames = cut(normalise_returns(returns, form=form))
    validate_frames(form, frames)
    assert list(frames) == [spec.name for spec in frame_specs(form)]
    assert ("years" in frames) == bool(form.years)
