"""The comparison as frames: each column told, totals equal, nothing personal unless asked for."""

from __future__ import annotations

from dataclasses import fields

import pandas as pd
import pytest
from compared_forms import CANARY, form_of, full_form, number, records_to, three_returns
from hand_returns import FORMS

from clusterxl.across_rounds import Round, Rounds, compare_rounds
from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.export import comparison_frames
from clusterxl.form.file import load_form
from clusterxl.normalise import normalise_returns
from clusterxl.sentences import LANGUAGES, catalogue
from clusterxl.tables import csv_bytes


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return aggregate_records(records_to(full_form(), *three_returns()))


@pytest.fixture(scope="module")
def rounds() -> Rounds:
    records = records_to(full_form(), *three_returns())
    one = Round(records=records, comparison=aggregate_records(records))
    return compare_rounds(one, one)


def test_the_frames_of_two_rounds_are_told_too(comparison: Comparison, rounds: Rounds) -> None:
    frames = comparison_frames(comparison, rounds=rounds)
    own = set(frames) - set(comparison_frames(comparison))
    assert own == {"round_subjects", "round_totals", "changes", "restated", "renamed"}
    told = frames["dictionary"]
    told = told[told["frame"].isin(own)]
    assert not list(told[told["meaning"] == ""].itertuples())
    place = told.set_index(["frame", "column"])["measure"]
    assert place["changes", "growth"] == place["round_totals", "growth"] == "%"


def test_all_that_the_comparison_holds_is_a_frame(comparison: Comparison) -> None:
    frames = comparison_frames(comparison, with_contacts=True)
    held = {field.name for field in fields(comparison)} - {"form", "quality", "findings"}
    assert set(frames) == held | {"quality", "findings", "dictionary"}
    assert frames["totals"].equals(comparison.totals)
    assert list(frames["numbers"]["return_id"]) == list(comparison.returns["return_id"])
    assert frames["quality"].loc[0, "counted"] == 3


def test_the_dictionary_tells_every_column(comparison: Comparison) -> None:
    frames = comparison_frames(comparison, with_contacts=True)
    told = frames["dictionary"]
    columns = told[told["column"] != ""]
    listed = list(zip(columns["frame"], columns["column"], columns["dtype"], strict=True))
    assert listed == [
        (name, column, str(dtype))
        for name, frame in frames.items()
        if name != "dictionary"
        for column, dtype in frame.dtypes.items()
    ]
    assert not list(told[told["meaning"] == ""].itertuples())
    place = told.set_index(["frame", "column"])["measure"]
    assert place["numbers", "output_2022"] == place["subjects", "lead_2022"] == "亿元"
    assert place["groups", "share"] == place["groups", "growth"] == "%"
    assert place["options", "share"] == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_tells_a_frame_or_a_column(
    comparison: Comparison, rounds: Rounds, language: str
) -> None:
    frames = comparison_frames(comparison, with_contacts=True, rounds=rounds)
    columns = {(name, str(column)) for name, frame in frames.items() for column in frame}
    names = {name for name in catalogue(language) if name.startswith("frames.")}
    own = {f"frames.{frame}_{column}" for frame, column in columns}
    shared = {f"frames.of_{column}" for _, column in columns}
    assert names <= own | shared | {f"frames.{frame}" for frame in frames} | {"frames.figure_n"}


def test_personal_answers_are_given_only_where_asked_for(comparison: Comparison) -> None:
    frames = comparison_frames(comparison)
    assert not [name for name, frame in frames.items() if CANARY.encode() in csv_bytes(frame)]
    asked = comparison_frames(comparison, with_contacts=True)
    assert CANARY.encode() in csv_bytes(asked["contacts"])


@pytest.mark.parametrize("name", ["farm-survey", "harvest-years", "one-field", "all-checks"])
def test_other_forms_without_a_return(name: str) -> None:
    comparison = aggregate_records(normalise_returns([], form=load_form(FORMS / name)))
    told = comparison_frames(comparison)["dictionary"]
    assert not list(told[told["meaning"] == ""].itertuples())


def test_a_key_named_like_a_column_keeps_its_own_meaning() -> None:
    form = form_of(number("share", "占地（亩）", measure="亩"))
    comparison = aggregate_records(records_to(form, ("a.xlsx", {"share": 3})))
    told = comparison_frames(comparison)["dictionary"].set_index(["frame", "column"])
    assert told.loc[("numbers", "share"), "measure"] == "亩"
    assert isinstance(told, pd.DataFrame)
