"""The workbook as Excel and openpyxl see it: names, locks, drop-downs, live checks."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook
from python_calamine import CalamineWorkbook

from clusterxl.excel.stamp import STAMP_NAME, STAMP_SHEET
from clusterxl.form.answers import choice_line, choice_lines
from clusterxl.form.file import load_form
from clusterxl.form.key_map import MAP_SHEET
from clusterxl.form.layout import Layout, lay_out
from clusterxl.form.model import FieldType, defined_name
from clusterxl.form.roster import Unit
from clusterxl.generate import generate_workbook
from clusterxl.plan.hidden import LINES, VERDICTS, VIEWS


@pytest.fixture(scope="module")
def layout() -> Layout:
    """Return the official form, laid out."""
    return lay_out(load_form("gd-cluster-2023"))


@pytest.fixture(scope="module")
def blank(layout: Layout) -> Workbook:
    """Return a blank workbook, read by openpyxl with its formulas."""
    return openpyxl.load_workbook(BytesIO(generate_workbook(layout.form)))


@pytest.fixture(scope="module")
def unit() -> Unit:
    """Return a county of the form's list."""
    return Unit(group="湛江市", name="廉江市", code="440881", type="县级市")


def _cells_of(book: Workbook, name: str) -> list[tuple[str, str]]:
    return list(book.defined_names[name].destinations)


def test_two_runs_give_the_same_bytes(layout: Layout, unit: Unit) -> None:
    first = generate_workbook(layout.form, unit=unit, serial="A1")
    assert first == generate_workbook(layout.form, unit=unit, serial="A1")
    assert first != generate_workbook(layout.form, unit=unit, serial="A2")


def test_every_input_cell_is_named_and_nothing_else_is_unlocked(
    layout: Layout, blank: Workbook
) -> None:
    named: set[tuple[str, str]] = set()
    for asked in layout.form.inputs:
        ((sheet, area),) = _cells_of(blank, defined_name(asked.key))
        first, _, last = area.replace("$", "").partition(":")
        top, bottom = blank[sheet][first].row, blank[sheet][last or first].row
        letter = blank[sheet][first].column_letter
        named |= {(sheet, f"{letter}{row}") for row in range(top, bottom + 1)}
        assert (sheet, layout.places[asked.key].cell) in named
    unlocked = {
        (sheet.title, cell.coordinate)
        for sheet in blank.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if not isinstance(cell, openpyxl.cell.cell.MergedCell) and not cell.protection.locked
    }
    assert unlocked == named


def test_every_sheet_is_protected_and_the_helpers_are_very_hidden(blank: Workbook) -> None:
    assert blank.security.lockStructure
    assert all(sheet.protection.sheet for sheet in blank.worksheets)
    hidden = {sheet.title for sheet in blank.worksheets if sheet.sheet_state == "veryHidden"}
    assert hidden == {VIEWS, VERDICTS, LINES, "_lists", MAP_SHEET, STAMP_SHEET}
    visible = [sheet.title for sheet in blank.worksheets if sheet.sheet_state == "visible"]
    assert visible[0] == "封面"
    assert visible[-1] == "校验"
    assert blank.active is not None
    assert blank.active.title == "封面"


def _items(book: Workbook, sheet: str, cell: str) -> list[str]:
    """Return what the drop-down of a cell offers."""
    found = [v for v in book[sheet].data_validations.dataValidation if cell in v.sqref]
    assert len(found) == 1, f"{sheet}!{cell}"
    ((source, area),) = _cells_of(book, str(found[0].formula1).removeprefix("="))
    return [row[0].value for row in book[source][area.replace("$", "")]]


def test_drop_downs_offer_the_options_and_the_blank_line(layout: Layout, blank: Workbook) -> None:
    choices = [a for a in layout.form.inputs if a.type is FieldType.CHOICE]
    ticks = [a for a in layout.form.inputs if a.type is FieldType.TICKS]
    assert len(choices) >= 12
    assert len(ticks) >= 40
    for asked in choices:
        place = layout.places[asked.key]
        assert _items(blank, place.sheet, place.cell) == list(choice_lines(asked.field))
        assert blank[place.sheet][place.cell].value == choice_line(asked.field)
    for asked in ticks:
        place = layout.places[asked.key]
        assert _items(blank, place.sheet, place.cell) == ["□", "☑"]


def test_cities_are_a_list_and_counties_follow_the_city(layout: Layout, blank: Workbook) -> None:
    city, county = layout.places["city"], layout.places["county"]
    assert len(_items(blank, city.sheet, city.cell)) == 21
    validations = blank[county.sheet].data_validations.dataValidation
    (found,) = [v for v in validations if county.cell in v.sqref]
    assert str(found.formula1).startswith("OFFSET(")
    assert "f_city" in str(found.formula1)


def test_a_number_cell_takes_numbers_or_none_within_its_limits(
    layout: Layout, blank: Workbook
) -> None:
    place = layout.places["sme_output_share_2022"]
    (found,) = [
        v for v in blank[place.sheet].data_validations.dataValidation if place.cell in v.sqref
    ]
    assert found.type == "custom"
    assert found.errorStyle in (None, "stop")
    for part in ("ISNUMBER", ">=0", "<=100", '"无"'):
        assert part in str(found.formula1)


def test_an_issued_workbook_has_its_unit_locked(layout: Layout, unit: Unit) -> None:
    book = openpyxl.load_workbook(BytesIO(generate_workbook(layout.form, unit=unit)))
    for key, name in (("city", "湛江市"), ("county", "廉江市")):
        place = layout.places[key]
        cell = book[place.sheet][place.cell]
        assert cell.value == name
        assert cell.protection.locked
    assert "440881" in book.defined_names[STAMP_NAME].value


def _seen(layout: Layout, **options: object) -> Workbook:
    data = generate_workbook(layout.form, **options)  # type: ignore[arg-type]
    return openpyxl.load_workbook(BytesIO(data), data_only=True)


def test_strip_and_check_sheet_count_what_is_missing(layout: Layout) -> None:
    form = layout.form
    required = [a for a in form.inputs if a.required and not a.owners]
    book = _seen(layout)
    assert str(len(required)) in book["校验"]["C2"].value
    second = [a for a in required if a.section == "industry"]
    assert f"应填 {len(second)} 格" in book["二 主导产业情况"]["B1"].value
    partly = _seen(layout, answers={"gross_output_2022": 12.5, "firms_2020": "无"})
    assert f"○ 待填 {len(second) - 2}" in partly["二 主导产业情况"]["B1"].value


def test_a_tick_makes_its_evidence_needed(layout: Layout) -> None:
    ticked = next(a for a in layout.form.inputs if a.type is FieldType.TICKS)
    material = next(a for a in layout.form.inputs if ticked.key in a.owners and a.required)
    place = layout.places[material.key]
    before, after = _seen(layout), _seen(layout, answers={ticked.key: "☑"})
    row = place.row
    words = [[book[place.sheet].cell(row, 4).value for book in (before, after)]]
    assert words == [["—", "需要"]]


def test_help_names_the_first_missing_cell_of_a_row(layout: Layout) -> None:
    book = _seen(layout, answers={"gross_output_2020": 60.5})
    place = layout.places["gross_output_2020"]
    hint = book[place.sheet].cell(place.row, layout.sheets[3].hint_column).value
    assert hint == "○ 2021年：待填（另有 1 处）"


def test_other_readers_open_it(layout: Layout) -> None:
    data = generate_workbook(layout.form)
    names = CalamineWorkbook.from_filelike(BytesIO(data)).sheet_names
    assert names[: len(layout.sheets)] == [sheet.name for sheet in layout.sheets]


def test_no_text_of_the_respondent_becomes_a_formula(layout: Layout) -> None:
    text = '=HYPERLINK("http://example.invalid")'
    book = openpyxl.load_workbook(
        BytesIO(generate_workbook(layout.form, answers={"cluster_name": text}))
    )
    place = layout.places["cluster_name"]
    assert book[place.sheet][place.cell].data_type == "s"
    assert book[place.sheet][place.cell].value == text
