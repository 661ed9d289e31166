from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from compared_forms import (
    AREA,
    CANARY,
    CITY,
    COUNTY,
    FIRMS,
    KIND,
    NAME,
    OUTPUT,
    PATENTS,
    PLACES,
    STORY,
    answer,
    form_of,
    full_form,
    number,
    records_to,
    summed,
    three_returns,
)
from hand_returns import Typed
from hypothesis import given
from hypothesis import strategies as st

from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.finding import Finding, Severity
from clusterxl.form.model import (
    Aggregate,
    AggregateKind,
    ComparisonSpec,
    Form,
    Item,
    NoneMeans,
)

FRAMES = (
    *("returns", "answers", "lists", "numbers", "totals", "groups", "subjects", "options"),
    *("mix", "provenance"),
)


@pytest.fixture(scope="module")
def three() -> Comparison:
    return aggregate_records(records_to(full_form(), *three_returns()))


def typed_each(
    named: str, answers: Mapping[str, Mapping[str, Typed]]
) -> list[tuple[str, Mapping[str, Typed]]]:
    """Return filled forms that differ in one answer, with the further answers of each."""
    return [
        (f"{place}.xlsx", {named: name, **more})
        for place, (name, more) in enumerate(answers.items())
    ]


def total(comparison: Comparison, key: str) -> Any:
    return comparison.totals.set_index("key").loc[key]


def test_a_sum_adds_what_counts_and_tells_what_it_rests_on(three: Comparison) -> None:
    row = total(three, "output_2022")
    assert (row["value"], row["n"], row["returns"]) == (220, 3, 3)
    assert (row["none"], row["missing"], row["invalid"], row["normalised"]) == (0, 0, 0, 1)
    row = total(three, "output_2021")
    assert (row["value"], row["n"], row["none"]) == (146, 2, 1)


def test_a_missing_or_unreadable_number_is_never_zero(three: Comparison) -> None:
    row = total(three, "share_2022")
    assert (row["missing"], row["invalid"]) == (1, 1)
    row = total(three, "patents")
    assert (row["value"], row["n"], row["missing"]) == (40, 2, 1)


def test_none_counts_as_zero_only_where_the_form_says_so(three: Comparison) -> None:
    row = total(three, "firms_2022")
    assert (row["value"], row["n"], row["none"]) == (20, 3, 1)
    assert total(three, "output_2021")["n"] == 2


def test_a_mean_is_weighted_and_leaves_out_what_lacks_either() -> None:
    form = full_form()
    filled = (
        answer("a.xlsx", "甲市", "一", (1, 1, 100), share_2022=80),
        answer("b.xlsx", "甲市", "二", (1, 1, 300), share_2022=40),
        answer("c.xlsx", "甲市", "三", (1, 1, ""), share_2022=99),
        answer("d.xlsx", "甲市", "四", (1, 1, 999), share_2022=""),
    )
    row = total(aggregate_records(records_to(form, *filled)), "share_2022")
    assert (row["value"], row["n"], row["kind"]) == (50, 2, "mean")


def test_a_ratio_divides_sums_and_never_averages(three: Comparison) -> None:
    # a: 20 patents, 10 firms; b: 20 patents, no firms (无 counts as 0); c: no patents.
    row = total(three, "rate")
    assert (row["value"], row["n"], row["kind"]) == (40 / 10 * 10, 2, "ratio")


def test_what_is_not_summed_up_has_no_total(three: Comparison) -> None:
    row = total(three, "area")
    assert math.isnan(row["value"])
    assert row["n"] == 3


def test_a_mean_without_its_weight_is_not_averaged() -> None:
    lonely = replace(AREA, aggregate=Aggregate(kind=AggregateKind.MEAN, weight="gone"))
    filled = ("a.xlsx", {"area": 5})
    comparison = aggregate_records(records_to(form_of(lonely), filled))
    assert total(comparison, "area")["kind"] == "none"


def test_numbers_can_be_counted() -> None:
    counted = replace(AREA, aggregate=Aggregate(kind=AggregateKind.COUNT))
    form = form_of(NAME, counted, subject="name")
    filled = typed_each("name", {"一": {"area": 5}, "二": {"area": ""}})
    assert total(aggregate_records(records_to(form, *filled)), "area")["value"] == 1


def test_all_groups_are_there_the_empty_ones_last(three: Comparison) -> None:
    groups = three.groups.set_index("group")
    assert list(groups.index) == ["甲市", "乙市", "丙市"]
    assert list(groups["subjects"]) == [2, 1, 0]
    assert list(groups["lead_2022"].fillna(-1)) == [180, 40, -1]
    assert groups["rank"].tolist()[:2] == [1, 2]
    assert groups["rank"].isna().tolist() == [False, False, True]
    assert groups["share"].dropna().tolist() == pytest.approx([180 / 2.2, 40 / 2.2])
    assert groups.loc["甲市", "figure_1"] == 80
    assert groups.loc["甲市", "figure_1_n"] == 1


def test_growth_compares_only_returns_that_have_both_years(three: Comparison) -> None:
    groups = three.groups.set_index("group")
    # b has no figure of 2021: 120 against 110, not 180 against 110.
    assert groups.loc["甲市", "growth"] == pytest.approx((120 / 110 - 1) * 100)
    assert groups.loc["甲市", "average_growth"] == pytest.approx((math.sqrt(180 / 150) - 1) * 100)


def test_subjects_are_ranked_by_the_leading_figure(three: Comparison) -> None:
    subjects = three.subjects
    assert subjects["subject"].tolist() == ["甲水暖", "甲陶瓷", "乙家电"]
    assert subjects["rank"].tolist() == [1, 2, 3]
    assert subjects["growth"].isna().tolist() == [False, True, False]
    assert subjects["share"].sum() == pytest.approx(100)


def test_equal_subjects_share_a_rank_and_the_next_is_skipped() -> None:
    filled = [
        answer(f"{n}.xlsx", "甲市", n, (1, 1, v)) for n, v in zip("一二三", (5, 5, 1), strict=True)
    ]
    subjects = aggregate_records(records_to(full_form(), *filled)).subjects
    assert subjects["rank"].tolist() == [1, 1, 3]


def test_growth_from_nothing_is_not_told() -> None:
    filled = answer("a.xlsx", "甲市", "一", (0, 0, 5))
    subjects = aggregate_records(records_to(full_form(), filled)).subjects
    assert subjects[["growth", "average_growth"]].isna().all(axis=None)


def test_options_are_counted_with_what_was_answered(three: Comparison) -> None:
    options = three.options.set_index(["field", "option"])
    assert options["count"].to_dict() == {
        ("kind", "a"): 2,
        ("kind", "b"): 1,
        ("work", "x"): 3,
        ("work", "y"): 0,
    }
    assert set(options["n"]) == {3}
    assert options.loc[("kind", "a"), "share"] == pytest.approx(2 / 3)


def test_answers_of_an_open_list_are_counted_too() -> None:
    picked = replace(COUNTY, aggregate=Aggregate(kind=AggregateKind.COUNT))
    form = form_of(NAME, CITY, picked, subject="name", lists={"places": PLACES})
    filled = [(f"{n}.xlsx", {"name": n, "county": n}) for n in ("甲东县", "别处")]
    options = aggregate_records(records_to(form, *filled)).options
    assert dict(zip(options["option_label"], options["count"], strict=True)) == {
        "甲东县": 1,
        "别处": 1,
    }


def test_subjects_are_classed(three: Comparison) -> None:
    assert three.mix[["label", "subjects", "lead"]].to_numpy().tolist() == [
        ["第一类", 2, 160.0],
        ["第二类", 1, 60.0],
    ]


def test_the_newest_return_of_a_subject_counts_and_the_other_is_told() -> None:
    form = full_form()
    records = records_to(
        form,
        answer("a-2.xlsx", "甲市", "一", (1, 1, 20)),
        answer("a-1.xlsx", "甲市", "一", (1, 1, 10)),
        answer("b.xlsx", "甲市", "二", (1, 1, 5)),
    )
    lost = records.returns.set_index("file").loc["a-1.xlsx", "return_id"]
    wrong = Finding(code="IND-01", severity=Severity.ERROR, message="m", return_id=str(lost))
    comparison = aggregate_records(records, [wrong])
    assert total(comparison, "output_2022")["value"] == 25
    (found,) = comparison.findings
    assert (found.code, found.severity, found.file) == ("XCT-DUP", Severity.WARNING, "a-1.xlsx")
    assert "a-2.xlsx" in found.message
    assert (comparison.quality.received, comparison.quality.counted) == (3, 2)


def test_what_a_newer_return_replaces_is_told_in_the_language_of_the_form() -> None:
    filled = [answer(f"{n}.xlsx", "甲市", "一", (1, 2, 3)) for n in "cab"]
    told = []
    for language in ("zh", "en"):
        comparison = aggregate_records(records_to(full_form(language=language), *filled))
        assert comparison.returns["file"].tolist() == ["c.xlsx"]
        left_out = comparison.left_out
        assert left_out[["file", "kept"]].to_numpy().tolist() == [
            ["a.xlsx", "b.xlsx"],
            ["b.xlsx", "c.xlsx"],
        ]
        told.append([found.message for found in comparison.findings if found.code == "XCT-DUP"])
    assert told[0][0].startswith("“一”另有更新")
    assert "newer" in told[1][0]


def test_names_of_people_are_not_told_of_what_was_replaced() -> None:
    fields = [replace(NAME, personal=True), CITY, COUNTY, *(OUTPUT, KIND)]
    form = form_of(*fields, subject="name", levels=("city", "county"), lists={"places": PLACES})
    filled = [answer(f"{n}.xlsx", "甲市", CANARY, (1, 2, 3)) for n in "ab"]
    comparison = aggregate_records(records_to(form, *filled))
    assert comparison.left_out["subject"].tolist() == [""]
    assert not [found for found in comparison.findings if CANARY in found.message]


def test_returns_without_any_name_are_not_taken_for_one() -> None:
    form = form_of(AREA)
    filled = [(f"{n}.xlsx", {"area": n}) for n in (1, 2)]
    comparison = aggregate_records(records_to(form, *filled))
    assert len(comparison.returns) == 2
    assert comparison.subjects["subject"].tolist() == ["1.xlsx", "2.xlsx"]


def test_warnings_are_told_apart_by_their_explanation() -> None:
    records = records_to(full_form(), *three_returns())
    one = str(records.returns["return_id"].iloc[0])
    findings = [
        Finding(code="W", severity=Severity.WARNING, message="m", return_id=one, note="属实"),
        Finding(code="W", severity=Severity.WARNING, message="m", return_id=one),
        Finding(code="E", severity=Severity.ERROR, message="m", file="broken.xlsx"),
    ]
    comparison = aggregate_records(records, findings)
    quality = comparison.quality
    assert (quality.errors, quality.warnings, quality.explained) == (1, 2, 1)
    assert (quality.invalid, quality.none, quality.normalised) == (1, 2, 1)
    subjects = comparison.subjects.set_index("return_id")
    assert subjects.loc[one, "open"] == 1


def test_every_total_can_be_recomputed_from_its_sources_alone(three: Comparison) -> None:
    sources = three.provenance
    for row in three.totals.itertuples():
        block = sources[sources["key"] == row.key]
        assert len(block) == row.returns
        assert block.index.tolist() == list(range(block.index[0], block.index[0] + len(block)))
        if row.kind == "sum":
            assert math.fsum(block["value"].dropna()) == row.value
    assert sources["number_id"].is_unique
    assert sources["number_id"].iloc[0] == "N0001"


def test_a_source_names_file_cell_text_and_cleaning(three: Comparison) -> None:
    sources = three.provenance
    row = sources[(sources["key"] == "output_2022") & (sources["file"] == "c.xlsx")].iloc[0]
    assert (row["raw"], row["value"], row["sheet"], row["subject"]) == (
        "约40",
        40,
        "一 情况",
        "乙家电",
    )
    assert row["receipts"]
    assert row["cell"]
    assert len(row["sha256"]) == 64


def test_counted_answers_have_sources_too(three: Comparison) -> None:
    sources = three.provenance
    assert sorted(sources.loc[sources["key"] == "kind", "text"]) == ["第一类", "第一类", "第二类"]
    assert len(sources[sources["key"] == "work_x"]) == 3
    assert sources[sources["key"] == "work_y"].empty


def test_personal_data_stand_in_no_frame_but_the_contacts(three: Comparison) -> None:
    for name in FRAMES:
        assert CANARY not in getattr(three, name).to_csv()
    assert three.contacts["text"].tolist() == [CANARY] * 3
    assert three.contacts["subject"].tolist() == ["甲水暖", "甲陶瓷", "乙家电"]


def test_a_finding_does_not_show_what_is_personal() -> None:
    records = records_to(full_form(), *three_returns())
    found = Finding(code="C", severity=Severity.ERROR, message="m", key="contact", value=CANARY)
    assert aggregate_records(records, [found]).findings[0].value == ""


def test_a_subject_that_is_a_person_gets_a_number() -> None:
    form = form_of(replace(NAME, personal=True), AREA, subject="name")
    filled = typed_each("name", {CANARY: {"area": 1}})
    comparison = aggregate_records(records_to(form, *filled))
    assert comparison.returns["subject"].tolist() == ["集群 1"]
    assert CANARY not in "".join(getattr(comparison, name).to_csv() for name in FRAMES)


@pytest.mark.parametrize(
    "form",
    [
        full_form(),
        form_of(AREA),
        form_of(NAME, KIND, STORY, subject="name", comparison=ComparisonSpec(mix="kind")),
        form_of(STORY),
        form_of(CITY, OUTPUT, levels=("city",), lists={"places": PLACES}),
    ],
    ids=["full", "one number", "no numbers", "texts only", "one level"],
)
def test_no_returns_give_an_empty_comparison_of_the_same_columns(form: Form) -> None:
    empty = aggregate_records(records_to(form))
    filled = aggregate_records(records_to(form, answer("a.xlsx", "甲市", "一", (1, 2, 3))))
    assert empty.quality.received == 0
    assert empty.returns.empty
    for name in FRAMES:
        assert list(getattr(empty, name).columns) == list(getattr(filled, name).columns), name


def test_a_form_without_years_and_levels_is_ranked_by_its_first_sum() -> None:
    form = form_of(NAME, AREA, replace(PATENTS, aggregate=summed()), subject="name")
    filled = typed_each("name", {"一": {"area": 9, "patents": 3}, "二": {"area": 9, "patents": 7}})
    comparison = aggregate_records(records_to(form, *filled))
    assert comparison.subjects["subject"].tolist() == ["二", "一"]
    assert comparison.subjects["lead"].tolist() == [7, 3]
    assert comparison.groups.empty


def test_a_ratio_takes_the_year_of_its_own_or_the_answer_without_one() -> None:
    per_firm = number(
        "per",
        "人均",
        years=(2021, 2022),
        aggregate=Aggregate(kind=AggregateKind.RATIO, over=("patents", "firms")),
    )
    form = form_of(NAME, replace(FIRMS, years=(2021, 2022)), PATENTS, per_firm, subject="name")
    typed: dict[str, Typed] = {"name": "一", "firms_2021": 5, "firms_2022": 4, "patents": 20}
    comparison = aggregate_records(records_to(form, ("a.xlsx", typed)))
    assert total(comparison, "per_2021")["value"] == 4
    assert total(comparison, "per_2022")["value"] == 5


def test_frames_have_explicit_types(three: Comparison) -> None:
    assert three.totals.dtypes.astype(str).to_dict() == {
        **dict.fromkeys(["key", "field", "item", "label", "section", "measure", "kind"], "str"),
        **dict.fromkeys(["n", "returns", "none", "not_applicable", "missing"], "int64"),
        **dict.fromkeys(["invalid", "normalised"], "int64"),
        "year": "Int64",
        "value": "float64",
    }
    for frame in (three.groups, three.subjects):
        kinds = frame.dtypes.astype(str)
        assert set(kinds) <= {"str", "int64", "Int64", "float64"}
        assert kinds["rank"] == "Int64"


value = st.one_of(
    st.floats(min_value=-1e6, max_value=1e6, allow_nan=False).map(lambda x: round(x, 2)),
    st.just("无"),
    st.just(""),
    st.just("看不懂"),
)


@given(values=st.lists(value, max_size=8), zero=st.booleans())
def test_any_answers_add_up(values: list[Typed], zero: bool) -> None:  # noqa: FBT001
    means = NoneMeans.ZERO if zero else NoneMeans.NOT_APPLICABLE
    form = form_of(NAME, number("output", "产值", none_means=means), subject="name")
    filled = [(f"{n}.xlsx", {"name": str(n), "output": v}) for n, v in enumerate(values)]
    row = total(aggregate_records(records_to(form, *filled)), "output")
    numbers = [v for v in values if isinstance(v, float)]
    nones = values.count("无")
    counted = len(numbers) + (nones if zero else 0)
    assert row["n"] == counted
    assert (row["none"], row["missing"]) == (nones, values.count(""))
    assert row["invalid"] == values.count("看不懂")
    if counted:
        assert row["value"] == pytest.approx(math.fsum(numbers))
    else:
        assert pd.isna(row["value"])


def test_items_of_a_choice_keep_their_order_when_nobody_chose() -> None:
    kind = replace(KIND, items=(*KIND.items, Item(id="c", label="第三类")))
    comparison = aggregate_records(records_to(form_of(kind)))
    assert comparison.options["option"].tolist() == ["a", "b", "c"]
    assert comparison.options["share"].isna().all()


@pytest.mark.parametrize(
    ("how", "value"),
    [
        (Aggregate(kind=AggregateKind.RATIO, over=("a", "a"), times=100), 100),
        (Aggregate(kind=AggregateKind.MEAN, weight="b"), 2.5),
    ],
)
def test_a_question_may_be_weighed_or_divided_by_itself(how: Aggregate, value: float) -> None:
    form = form_of(number("a", "A"), number("b", "B", aggregate=how))
    records = records_to(form, ("a.xlsx", {"a": 5, "b": 1}), ("b.xlsx", {"a": 4, "b": 3}))
    totals = aggregate_records(records).totals.set_index("key")
    assert totals.loc["b", "value"] == value
