"""Two rounds side by side: who is who, what changed, what was restated, what has to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from compared_forms import (
    FIRMS,
    NAME,
    OUTPUT,
    PATENTS,
    YEARS,
    answer,
    form_of,
    full_form,
    number,
    records_to,
    summed,
)
from hand_returns import FORMS, Typed, return_of

from clusterxl.across_rounds import Round, Rounds, compare_rounds, with_findings
from clusterxl.aggregate import aggregate_records
from clusterxl.errors import RosterError, UnknownFormError
from clusterxl.excel.stamp import Stamp
from clusterxl.form.file import load_form
from clusterxl.form.model import ComparisonSpec, Form
from clusterxl.normalise import normalise_returns
from clusterxl.pairing import Link, Rename, plain_name, read_renames
from clusterxl.shared_figures import Reason
from clusterxl.summary import short_label

Filled = tuple[str, Mapping[str, Typed]]


def round_of(form: Form, *filled: Filled) -> Round:
    """Return a round in which these forms came back."""
    records = records_to(form, *filled)
    return Round(records=records, comparison=aggregate_records(records))


def form_before() -> Form:
    """Return the form as it was asked the year before."""
    years = tuple(year - 1 for year in YEARS)
    form = full_form(base_year=2021)
    blocks = tuple(
        replace(
            block,
            fields=tuple(replace(f, years=years) if f.years else f for f in block.fields),
        )
        for block in form.sections[0].blocks
    )
    return replace(form, sections=(replace(form.sections[0], blocks=blocks),))


def earlier(file: str, city: str, name: str, output: tuple[Typed, ...], **more: Typed) -> Filled:
    """Return a filled form of the year before; figures from 2019 to 2021."""
    _, typed = answer(file, city, name, output, **more)
    moved = {key: value for key, value in typed.items() if not key.rpartition("_")[2].isdigit()}
    for key, value in typed.items():
        field, _, year = key.rpartition("_")
        if year.isdigit():
            moved[f"{field}_{int(year) - 1}"] = value
    return file, moved


def matched(rounds: Rounds) -> list[tuple[str, str, str]]:
    rows = rounds.subjects[["link", "subject_before", "subject"]]
    return [tuple(row) for row in rows.itertuples(index=False)]


def total(rounds: Rounds, figure: str) -> dict[str, Any]:
    rows = rounds.totals[rounds.totals["figure"] == figure]
    return {str(name): value for name, value in rows.iloc[0].items()}


@pytest.fixture(scope="module")
def years() -> Rounds:
    """Two years: one matched with a restated year, one without a number, one new, one gone."""
    before = round_of(
        form_before(),
        earlier("b1.xlsx", "甲市", "甲水暖集群", (80, 90, 100), share_2022=40),
        earlier("b2.xlsx", "甲市", "甲陶瓷集群", (40, 45, "无")),
        earlier("b3.xlsx", "乙市", "乙家电集群", (10, 11, 12)),
    )
    now = round_of(
        full_form(),
        answer("a1.xlsx", "甲市", " 甲水暖 集群", (90, 105, 120), share_2022=50),
        answer("a2.xlsx", "甲市", "甲陶瓷集群", (45, 50, 60)),
        answer("a3.xlsx", "丙市", "丙灯具集群", (1, 2, 3)),
    )
    return compare_rounds(before, now)


def test_subjects_are_matched_by_unit_and_name(years: Rounds) -> None:
    assert matched(years) == [
        ("same", "甲水暖集群", "甲水暖 集群"),
        ("same", "甲陶瓷集群", "甲陶瓷集群"),
        ("new", "", "丙灯具集群"),
        ("gone", "乙家电集群", ""),
    ]
    assert years.count(Link.SAME, Link.RENAMED) == 2
    assert not years.findings


def test_each_figure_is_of_the_base_year_of_its_round(years: Rounds) -> None:
    rows = years.changes[years.changes["figure"] == "lead"].fillna(-1)
    assert [tuple(r) for r in rows[["before", "now", "change"]].itertuples(index=False)] == [
        (100, 120, 20),
        (-1, 60, -1),
        (-1, 3, -1),
        (12, -1, -1),
    ]
    assert rows["growth"].iloc[0] == pytest.approx(20)
    lead = years.figures[0]
    assert (lead.before_year, lead.now_year) == (2021, 2022)


def test_totals_are_like_for_like(years: Rounds) -> None:
    lead = total(years, "lead")
    assert (lead["label"], lead["measure"], lead["n"], lead["matched"]) == ("总产值", "亿元", 1, 2)
    assert (lead["before"], lead["now"], lead["change"]) == (100, 120, 20)
    assert lead["growth"] == pytest.approx(20)
    # The mean is weighted, over those that have share and weight in both rounds.
    share = total(years, "figure_1")
    assert (share["n"], share["before"], share["now"], share["change"]) == (1, 40, 50, 10)
    assert share["growth"] != share["growth"]
    assert total(years, "figure_4")["n"] == 2


def test_restated_answers_of_the_same_year_are_told_with_both_cells(years: Rounds) -> None:
    rows = years.restated[years.restated["subject"] == "甲水暖 集群"]
    told = [
        tuple(r) for r in rows[["key", "year", "before", "now", "change"]].itertuples(index=False)
    ]
    assert ("output_2021", 2021, 100, 105, 5) in told
    assert not [row for row in told if row[0] == "output_2020"]
    row = rows[rows["key"] == "output_2021"].iloc[0]
    assert (row["before_file"], row["file"]) == ("b1.xlsx", "a1.xlsx")
    assert (row["before_sheet"], row["sheet"]) == ("一 情况", "一 情况")
    assert row["before_cell"] != row["cell"]


def test_none_that_became_a_number_is_restated_and_a_blank_is_not() -> None:
    before = round_of(form_before(), earlier("b.xlsx", "甲市", "甲", (1, "", "无")))
    now = round_of(full_form(), answer("a.xlsx", "甲市", "甲", (2, 3, 4)))
    restated = compare_rounds(before, now).restated
    rows = restated[restated["key"].str.startswith("output")]
    assert rows["key"].tolist() == ["output_2021"]
    assert rows["before_text"].tolist() == ["无"]
    assert rows["before"].isna().all()


def test_a_likely_renamed_one_is_asked_and_counts_as_gone_and_new() -> None:
    before = round_of(form_before(), earlier("b.xlsx", "甲市", "甲东水暖产业集群", (1, 2, 3)))
    now = round_of(full_form(), answer("a.xlsx", "甲市", "水暖卫浴产业集群", (2, 3, 4)))
    rounds = compare_rounds(before, now)
    assert matched(rounds) == [
        ("new", "", "水暖卫浴产业集群"),
        ("gone", "甲东水暖产业集群", ""),
    ]
    (found,) = rounds.findings
    assert found.code == "XCT-RENAMED"
    assert (found.file, found.sheet, found.cell) == ("a.xlsx", "一 情况", "C1")
    for told in ("甲东水暖产业集群", "水暖卫浴产业集群", "b.xlsx", "C1", "甲东县"):
        assert told in found.message
    assert total(rounds, "lead")["n"] == 0
    comparison = with_findings(now.comparison, rounds)
    assert comparison.quality.warnings == now.comparison.quality.warnings + 1
    assert found in comparison.findings


def test_a_renamed_one_is_matched_by_somebodys_word() -> None:
    before = round_of(form_before(), earlier("b.xlsx", "甲市", "甲东水暖产业集群", (1, 2, 3)))
    now = round_of(full_form(), answer("a.xlsx", "甲市", "水暖卫浴产业集群", (2, 3, 6)))
    told = read_renames(
        "unit,before,now\n甲东县,甲东水暖产业集群,水暖卫浴产业集群\n".encode("gb18030"), "n.csv"
    )
    rounds = compare_rounds(before, now, told)
    assert matched(rounds) == [("renamed", "甲东水暖产业集群", "水暖卫浴产业集群")]
    assert not rounds.findings
    assert total(rounds, "lead")["growth"] == pytest.approx(100)


def test_names_in_common_words_only_are_not_asked() -> None:
    before = round_of(
        form_before(),
        earlier("b.xlsx", "甲市", "甲东玩具产业集群", (1, 2, 3), share_2020=1, share_2021=2),
        earlier("c.xlsx", "乙市", "乙东家电产业集群", (1, 2, 3)),
        earlier("d.xlsx", "丙市", "丙东五金产业集群", (1, 2, 3)),
    )
    now = round_of(
        full_form(),
        answer("a.xlsx", "甲市", "甲东电子产业集群", (9, 8, 7), firms_2020=77, firms_2021=78),
        answer("c2.xlsx", "乙市", "乙东家电产业集群", (1, 2, 3)),
        answer("d2.xlsx", "丙市", "丙东五金产业集群", (1, 2, 3)),
    )
    assert not compare_rounds(before, now).findings


def test_equal_numbers_of_the_same_years_are_asked_whatever_the_names() -> None:
    before = round_of(form_before(), earlier("b.xlsx", "甲市", "玩具", (11, 12, 13)))
    now = round_of(full_form(), answer("a.xlsx", "甲市", "汽车", (12, 13, 14)))
    (found,) = compare_rounds(before, now).findings
    assert "6 个数中有 6 个相同" in found.message


def test_another_unit_is_not_asked() -> None:
    before = round_of(form_before(), earlier("b.xlsx", "甲市", "水暖集群", (11, 12, 13)))
    now = round_of(full_form(), answer("a.xlsx", "乙市", "水暖集群", (12, 13, 14)))
    rounds = compare_rounds(before, now)
    assert [row[0] for row in matched(rounds)] == ["new", "gone"]
    assert not rounds.findings


def test_a_word_that_fits_nobody_is_told() -> None:
    before = round_of(form_before(), earlier("b.xlsx", "甲市", "水暖", (1, 2, 3)))
    now = round_of(full_form(), answer("a.xlsx", "甲市", "水暖", (1, 2, 3)))
    told = (Rename(line=2, unit="", before="水暖", now="卫浴"),)
    (found,) = compare_rounds(before, now, told).findings
    assert found.code == "XCT-NAMES"
    assert "2" in found.message


@pytest.mark.parametrize("content", ["unit,old,new\na,b,c\n", "unit,before,now\na,b,\n", "\x00"])
def test_a_list_of_names_with_gaps_is_refused(content: str) -> None:
    with pytest.raises(RosterError):
        read_renames(content.encode(), "names.csv")


def test_two_rounds_of_one_base_year() -> None:
    form = full_form()
    before = round_of(form, answer("b.xlsx", "甲市", "甲", (1, 2, 3), patents=5))
    now = round_of(form, answer("a.xlsx", "甲市", "甲", (1, 2, 4), patents=6))
    rounds = compare_rounds(before, now)
    assert (total(rounds, "lead")["before"], total(rounds, "lead")["now"]) == (3, 4)
    # What has no year is of the base year, so that it was restated too.
    assert rounds.restated["key"].tolist() == ["output_2022", "patents"]


def test_the_same_returns_twice_changed_nothing() -> None:
    one = round_of(full_form(), answer("a.xlsx", "甲市", "甲", (1, 2, 3)))
    rounds = compare_rounds(one, one)
    assert matched(rounds) == [("same", "甲", "甲")]
    assert rounds.restated.empty
    assert (rounds.totals["change"] == 0).all()


def test_rounds_the_other_way_round_are_refused() -> None:
    late = round_of(full_form(), answer("a.xlsx", "甲市", "甲", (1, 2, 3)))
    early = round_of(form_before(), earlier("b.xlsx", "甲市", "甲", (1, 2, 3)))
    with pytest.raises(UnknownFormError, match=r"2022.*2021"):
        compare_rounds(late, early)


def test_another_edition_is_compared_in_what_both_ask() -> None:
    spec = ComparisonSpec(lead="output")
    old = form_of(NAME, OUTPUT, replace(PATENTS, measure="项"), id="old", subject="name")
    old = replace(old, base_year=2022, comparison=spec)
    new = form_of(NAME, OUTPUT, FIRMS, PATENTS, id="new", subject="name", comparison=spec)
    new = replace(new, base_year=2022)
    typed: dict[str, Typed] = {"name": "甲", "output_2022": 5, "patents": 4, "firms_2022": 2}
    rounds = compare_rounds(
        round_of(old, ("b.xlsx", typed)), round_of(new, ("a.xlsx", typed | {"output_2022": 6}))
    )
    assert [figure.label for figure in rounds.figures] == ["总产值"]
    assert {each.label: each.reason for each in rounds.left_out} == {
        short_label(FIRMS): Reason.NOT_ASKED,
        short_label(PATENTS): Reason.OTHER_MEASURE,
    }
    # Rows without a unit are matched by their names alone.
    assert [row[0] for row in matched(rounds)] == ["same"]


def test_forms_with_nothing_in_common_are_refused() -> None:
    one = round_of(form_of(number("a", "甲"), id="one"), ("a.xlsx", {"a": 1}))
    other = round_of(form_of(number("b", "乙"), id="other"), ("b.xlsx", {"b": 1}))
    with pytest.raises(UnknownFormError):
        compare_rounds(one, other)


def test_units_are_the_same_by_their_code_but_not_by_a_number_a_roster_gave() -> None:
    form = form_of(number("output", "产值", aggregate=summed()))

    def coded(file: str, code: str, value: float) -> Round:
        filled = replace(
            return_of(form, {"output": value}, file=file),
            stamp=Stamp(kind="return", form=form.id, unit=code),
        )
        records = normalise_returns([filled], form=form)
        return Round(records=records, comparison=aggregate_records(records))

    same = compare_rounds(coded("b.xlsx", "440306", 1), coded("a.xlsx", "440306", 2))
    assert [row[0] for row in matched(same)] == ["same"]
    assert same.restated.empty
    numbered = compare_rounds(coded("b.xlsx", "Z01", 1), coded("a.xlsx", "Z01", 2))
    assert [row[0] for row in matched(numbered)] == ["new", "gone"]


def test_names_that_are_personal_are_matched_and_not_told() -> None:
    form = full_form()
    fields = tuple(
        replace(f, personal=True) if f.id == "name" else f
        for f in form.sections[0].blocks[0].fields
    )
    block = replace(form.sections[0].blocks[0], fields=fields)
    form = replace(form, sections=(replace(form.sections[0], blocks=(block,)),))
    before = round_of(
        form,
        answer("b.xlsx", "甲市", "张某", (1, 2, 3)),
        answer("c.xlsx", "甲市", "李某", (4, 5, 6)),
    )
    now = round_of(
        form,
        answer("a.xlsx", "甲市", "李某", (4, 5, 7)),
        answer("d.xlsx", "甲市", "李某甲", (1, 2, 3)),
    )
    rounds = compare_rounds(before, now)
    assert [row[0] for row in matched(rounds)] == ["same", "new", "gone"]
    told = "".join(f"{f.message}{f.value}" for f in rounds.findings)
    assert told
    frames = (rounds.subjects, rounds.changes, rounds.restated, rounds.renamed)
    told += "".join(frame.to_csv() for frame in frames)
    assert "张某" not in told
    assert "李某" not in told


@pytest.mark.parametrize("name", ["farm-survey", "harvest-years", "one-field", "all-checks"])
def test_no_return_in_either_round(name: str) -> None:
    records = normalise_returns([], form=load_form(FORMS / name))
    nothing = Round(records=records, comparison=aggregate_records(records))
    rounds = compare_rounds(nothing, nothing)
    assert rounds.subjects.empty
    assert rounds.changes.empty
    assert rounds.restated.empty


def test_names_are_compared_without_width_case_spaces_and_hidden_signs() -> None:
    assert plain_name("\u3000\uff21B\u200b c\u202e（甲）") == plain_name("abC(甲)") == "abc(甲)"
