"""Where everything sits: each input cell once, no box on another, no page too full."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterxl.excel.heights import LINE_EM, text_lines, text_points
from clusterxl.excel.stamp import Stamp
from clusterxl.form.canvas import Role
from clusterxl.form.file import load_form
from clusterxl.form.layout import FULL_PAGE, INPUT_ROLES, Drawn, Layout, lay_out
from clusterxl.form.model import Input, SectionKind
from clusterxl.plan.looks import input_style
from clusterxl.plan.workbook import plan_workbook

FORMS = Path(__file__).parent / "data" / "forms"


@pytest.fixture(scope="module")
def layout() -> Layout:
    """Return the official form, laid out."""
    return lay_out(load_form("gd-cluster-2023"))


def test_every_input_cell_has_one_place(layout: Layout) -> None:
    drawn = [d.box.key for sheet in layout.sheets for d in sheet.drawn if d.box.role in INPUT_ROLES]
    notes = [asked.key for asked in layout.form.inputs if asked.is_note]
    assert len(drawn) == len(set(drawn))
    assert sorted([*drawn, *notes]) == sorted(asked.key for asked in layout.form.inputs)
    assert set(layout.places) == set(layout.form.by_key)


def test_no_box_lies_on_another(layout: Layout) -> None:
    for sheet in layout.sheets:
        taken: dict[tuple[int, int], str] = {}
        for drawn in sheet.drawn:
            place = drawn.place
            for row in range(place.row, place.last_row + 1):
                for column in range(place.column, place.last_column + 1):
                    other = taken.setdefault((row, column), drawn.box.text or drawn.box.key)
                    mine = drawn.box.text or drawn.box.key
                    assert other == mine, f"{sheet.name}: {mine} on {other}"


def test_boxes_stay_between_gutter_and_help(layout: Layout) -> None:
    for sheet in layout.sheets:
        for drawn in sheet.drawn:
            assert 2 <= drawn.place.column <= drawn.place.last_column <= sheet.last_form_column
            assert drawn.place.last_row <= len(sheet.rows)


def test_columns_of_the_second_part_are_those_of_the_design(layout: Layout) -> None:
    second = layout.sheets[3]
    assert second.columns[1 : second.last_form_column] == (132, 28, 164, 132, 132, 132)


@pytest.mark.parametrize("base_year", [2022, 2023, 2030])
def test_no_page_is_too_full_and_addresses_do_not_move(base_year: int, layout: Layout) -> None:
    later = lay_out(load_form("gd-cluster-2023", base_year=base_year))
    assert later.too_high() == ()
    cells = sorted((place.sheet, place.cell) for place in later.places.values())
    assert cells == sorted((place.sheet, place.cell) for place in layout.places.values())


def test_rows_are_heights_that_excel_takes(layout: Layout) -> None:
    for sheet in layout.sheets:
        assert all(0 < points <= 409 for points in sheet.rows)
        if sheet.section.kind is SectionKind.PAGE:
            assert sheet.points <= FULL_PAGE


def test_labels_have_room(layout: Layout) -> None:
    for sheet in layout.sheets:
        for drawn in sheet.drawn:
            if drawn.box.role.value in ("label", "left_label") and not drawn.box.hint:
                needed = text_lines(drawn.box.text, drawn.px, 10.5) * 10.5 * 1.3
                assert needed <= drawn.points + 1, f"{sheet.name}: {drawn.box.text}"


@pytest.mark.parametrize(
    "form", ["gd-cluster-2023", *sorted(FORMS.glob("*-*"))], ids=lambda form: Path(form).name
)
def test_the_longest_text_a_form_allows_fits_its_box(form: str | Path) -> None:
    layout = lay_out(load_form(str(form)))
    drawn = [d for sheet in layout.sheets for d in sheet.drawn if d.box.role in INPUT_ROLES]
    limited = [d for d in drawn if layout.form.by_key[d.box.key].field.max_chars]
    short = [d.box.key for d in limited if _needed(layout.form.by_key[d.box.key], d) > d.points]
    assert short == []


def _needed(asked: Input, drawn: Drawn) -> float:
    style = input_style(asked, drawn.box)
    lines = text_lines("国" * asked.field.max_chars, drawn.px - 12 * bool(style.indent), style.size)
    return lines * style.size * LINE_EM


def test_names_without_a_limit_are_given_four_lines_and_lists_two(layout: Layout) -> None:
    boxes = {d.box.key: d for sheet in layout.sheets for d in sheet.drawn if d.box.key}
    for key, lines in (("national_platform_names", 4), ("patents[300].name", 2)):
        size = input_style(layout.form.by_key[key], boxes[key].box).size
        assert boxes[key].points >= lines * size * LINE_EM - 0.25


def test_whoever_writes_more_than_the_paper_holds_is_told(tmp_path: Path) -> None:
    text = "[[section]]\nid = 's'\nsheet = 'S'\ntitle = 'S'\n"
    text += "[[section.block]]\nkind = 'rows'\n[[section.block.field]]\nid = 'story'\n"
    text += "label = 'Story'\ntype = 'text'\nmax_chars = 4000\n"
    (tmp_path / "form.toml").write_text(
        f"id = 'a-form-1'\ntitle = 'A'\nlanguage = 'en'\n{text}", encoding="utf-8"
    )
    plan = plan_workbook(
        lay_out(load_form(str(tmp_path))), stamp=Stamp(kind="return", form="a", version="1")
    )
    (prompt,) = [v.prompt for _, v in plan.sheets[0].validations]
    assert "4000" in prompt
    assert "room for some 1134 " in prompt


def test_heights_follow_the_text() -> None:
    assert text_lines("", 100, 10) == 1
    assert text_lines("一二三四五", 5 * 16 + 8, 12) == 1
    assert text_lines("一二三四五六", 5 * 16 + 8, 12) == 2
    assert text_lines("a\nb", 100, 10) == 2
    assert text_points("一", 100, 10) < text_points("一\n二", 100, 10)


def test_years_are_headed_again_where_their_columns_stand_elsewhere(tmp_path: Path) -> None:
    definition = """
id = "two-heads"
title = "Two heads"
language = "en"
base_year = 2022
years = 2

[[section]]
id = "figures"
sheet = "Figures"

[[section.block]]
kind = "rows"
head = "Year"

[[section.block.field]]
id = "output"
label = "Output"
type = "number"
years = true

[[section.block.field]]
id = "output_of_parts"
label = "Output of parts"
type = "number"
years = true
label_px = 200
"""
    folder = tmp_path / "two-heads"
    folder.mkdir()
    (folder / "form.toml").write_text(definition, encoding="utf-8")
    (sheet,) = lay_out(load_form(folder)).sheets
    heads = [(d.place.row, d.box.text) for d in sheet.drawn if d.box.role is Role.HEAD]
    years = [row for row, text in heads if text in ("2021", "2022")]
    assert len(years) == 4
    assert len(set(years)) == 2
