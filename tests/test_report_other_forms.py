"""The comparison of forms unlike the packaged one: many years, long names, counts that rank."""

from __future__ import annotations

import warnings
from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from compared_forms import CITY, NAME, PLACES, form_of, number, records_to

from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.form.model import Aggregate, AggregateKind, Field, FieldType, Item
from clusterxl.report import write_comparison
from clusterxl.report.bars import options_panel
from clusterxl.report.context import Context
from clusterxl.report.groups import SHOWN_YEARS
from clusterxl.report.outline import outline_of
from clusterxl.sentences import say
from clusterxl.summary import lead_of

YEARS = tuple(range(2013, 2025))
LONG = "Nursing staff of all wards in full-time equivalents, without trainees"


@pytest.fixture(scope="module")
def long_run() -> Comparison:
    fields = (
        NAME,
        CITY,
        number("beds", "Beds", type=FieldType.COUNT, years=YEARS),
        number("staff", LONG),
    )
    settled: dict[str, Any] = {"base_year": YEARS[-1], "subject": "name", "levels": ("city",)}
    form = form_of(*fields, lists={"places": PLACES}, **settled)
    typed: dict[str, Any] = {"name": "a", "city": "甲市", "staff": 5} | {
        f"beds_{year}": 7 for year in YEARS
    }
    return aggregate_records(records_to(form, ("a.xlsx", typed)))


def opened(content: bytes) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(BytesIO(content))


def test_many_years_have_short_labels(long_run: Comparison) -> None:
    outline = outline_of(Context(comparison=long_run))
    trend = next(panel for panel in outline.panels if panel.chart and panel.chart.kind == "column")
    measure = say("report.unit_number", lang="zh")
    figures = {"measure": measure, "noun": "集群"}
    assert trend.sub == say("report.trend_sub_long", lang="zh", count=1, **figures)
    sheets = opened(write_comparison(long_run))
    labels = [str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert labels.count("’13") == labels.count("’24") == 1


def test_the_table_of_groups_shows_the_last_years_only(long_run: Comparison) -> None:
    book = opened(write_comparison(long_run))
    context = Context(comparison=long_run)
    heads = {str(cell.value) for row in book[context.names.groups] for cell in row}
    shown = [year for year in YEARS if any(f"Beds\n{year}" in head for head in heads)]
    assert tuple(shown) == YEARS[-SHOWN_YEARS:]


def test_long_names_on_cards_are_wrapped_and_not_shrunk(long_run: Comparison) -> None:
    book = opened(write_comparison(long_run))
    sheet = book.worksheets[0]
    card = next(cell for row in sheet.iter_rows() for cell in row if cell.value == LONG)
    assert card.alignment.wrap_text
    assert card.font.size >= 8
    assert sheet.row_dimensions[card.row].height > 20


def test_a_count_that_ranks_has_no_decimals(long_run: Comparison) -> None:
    lead = lead_of(long_run.form)
    assert lead
    assert lead.decimals == 0


def test_options_called_the_same_are_told_apart_by_their_question() -> None:
    yes_no = (Item(id="y", label="Yes"), Item(id="n", label="No"))
    counted = Aggregate(kind=AggregateKind.COUNT)
    fields = [
        Field(id=f"q{at}", label=f"Is item {at} ok?", type=FieldType.CHOICE, items=yes_no)
        for at in range(4)
    ]
    form = form_of(*(replace(field, aggregate=counted) for field in fields))
    typed = {"q0": "y", "q1": "y", "q2": "n", "q3": "y"}
    comparison = aggregate_records(records_to(form, ("a.xlsx", typed)))
    panel = options_panel(outline_of(Context(comparison=comparison)).sources)
    assert panel.headlines[0].startswith("“Is item 0 ok?: Yes”")
    labels = {
        str(cell.value)
        for sheet in opened(write_comparison(comparison))
        for row in sheet.iter_rows()
        for cell in row
    }
    assert {"0: Yes", "1: Yes", "2: No", "3: Yes"} <= labels
