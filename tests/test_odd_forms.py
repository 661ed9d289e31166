"""Forms at the edge of what the definition language allows: each becomes a workbook that works."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from drawn_forms import write_form
from openpyxl.workbook.workbook import Workbook

from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.cells import literal
from clusterxl.excel.heights import text_points
from clusterxl.excel.limits import MAX_LITERAL, MAX_VALIDATION_FORMULA
from clusterxl.form.answers import choice_line
from clusterxl.form.file import load_form
from clusterxl.form.layout import FORM_WIDTH, lay_out
from clusterxl.form.model import Form, defined_name
from clusterxl.form.pen import LABEL_PT, LINE_LABEL_PT
from clusterxl.generate import generate_workbook, lint_workbook
from clusterxl.plan.looks import box_style
from clusterxl.read import read_return

HEAD: Mapping[str, Any] = {"id": "odd", "title": "Odd", "language": "en"}


def form_of(folder: Path, *fields: Mapping[str, Any], **head: Any) -> Form:
    block = {"kind": "rows", "field": list(fields)}
    return form_with(folder, block, **head)


def form_with(folder: Path, block: Mapping[str, Any], **head: Any) -> Form:
    section = {"id": "s", "sheet": "S", "kind": "flow", "block": [block]}
    return load_form(write_form(folder, {**HEAD, **head, "section": [section]}))


def items(*labels: str) -> list[dict[str, str]]:
    return [{"id": f"o{number}", "label": label} for number, label in enumerate(labels)]


def book_of(form: Form) -> Workbook:
    return openpyxl.load_workbook(BytesIO(generate_workbook(form)))


def validation_of(book: Workbook, key: str) -> Any:
    ((sheet, cell),) = book.defined_names[defined_name(key)].destinations
    validations = book[sheet].data_validations.dataValidation
    return next(v for v in validations if cell.replace("$", "") in v.sqref)


def offered(book: Workbook, key: str) -> list[str]:
    name = str(validation_of(book, key).formula1).removeprefix("=")
    ((sheet, area),) = book.defined_names[name].destinations
    return [row[0].value for row in book[sheet][area.replace("$", "")]]


def test_a_form_that_requires_nothing_says_so(tmp_path: Path) -> None:
    form = form_of(tmp_path, {"id": "x", "label": "X", "type": "count", "required": False})
    book = book_of(form)
    assert book["S"]["B1"].value.startswith("=HYPERLINK(")
    check = openpyxl.load_workbook(BytesIO(generate_workbook(form)), data_only=True)["Check"]
    assert check["C2"].value == "Ready to send"


def test_long_words_are_shown_as_far_as_excel_takes_them(tmp_path: Path) -> None:
    long = {"id": "long", "label": "L" * 400, "type": "number", "min": 0, "max": 1234567890123.5}
    options = {
        "id": "c",
        "label": "&" * 300,
        "type": "choice",
        "items": items("A" * 100, "B" * 100),
    }
    boxes = {"id": "b", "label": "𠮷" * 200, "type": "text", "max_chars": 300}
    form = form_of(
        tmp_path, long, options, boxes, title="T" * 300, short_title="&" * 300, none="N" * 240
    )
    book = book_of(form)
    assert book.properties.title == "T" * 254 + "…"
    assert len(str(validation_of(book, "long").formula1)) <= MAX_VALIDATION_FORMULA
    assert "l_none" in validation_of(book, "long").formula1
    assert offered(book, "c")[0] == choice_line(form.fields["c"], "o0")


def test_lists_that_want_one_name_keep_their_own_options(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        {"id": "t", "label": "T", "type": "ticks", "items": items("box")},
        {"id": "tick", "label": "U", "type": "choice", "items": items("one", "two")},
        {"id": "unit", "label": "V", "type": "pick", "options": "places.unit"},
        {"id": "places_unit", "label": "W", "type": "choice", "items": items("red", "blue")},
    )
    book = book_of(form)
    assert offered(book, "t_o0") == ["□", "☑"]
    assert offered(book, "tick")[0] == "☑one\u3000\u3000□two"
    assert offered(book, "unit") == list(form.options_of(form.fields["unit"]))
    assert offered(book, "places_unit")[0] == "☑red\u3000\u3000□blue"


def test_the_word_for_none_is_offered_where_it_is_legal(tmp_path: Path) -> None:
    yes_no = {"type": "choice", "items": items("yes", "no")}
    place = {"type": "pick", "options": "places.group", "none": True}
    form = form_of(
        tmp_path,
        {"id": "a", "label": "A", "none": True, **yes_no},
        {"id": "b", "label": "B", **yes_no},
        {"id": "up", "label": "Up", **place},
        {"id": "down", "label": "D", **place, "options": "places.unit", "within": "up"},
        none="nil",
    )
    book = book_of(form)
    assert offered(book, "a")[-1] == "nil"
    assert "nil" not in offered(book, "b")
    assert offered(book, "up")[-1] == "nil"
    assert validation_of(book, "down").errorStyle == "warning"


def test_a_cascade_takes_ids_at_their_limit(tmp_path: Path) -> None:
    up, down = "u" * 180, "d" * 180
    form = form_of(
        tmp_path,
        {"id": up, "label": "Up", "type": "pick", "options": "places.group"},
        {"id": down, "label": "Down", "type": "pick", "options": "places.unit", "within": up},
    )
    book = book_of(form)
    assert len(str(validation_of(book, down).formula1)) <= MAX_VALIDATION_FORMULA


def test_a_row_of_very_many_cells_says_how_many_are_missing(tmp_path: Path) -> None:
    columns = [{"id": f"c{number}", "label": f"C{number}"} for number in range(10)]
    field = {"id": "m", "label": "M", "type": "count", "years": True, "items": items("a", "b")}
    block = {"kind": "matrix", "field": [field], "column": columns}
    form = form_with(tmp_path, block, base_year=2023, years=20)
    hints = [
        cell.value
        for row in openpyxl.load_workbook(BytesIO(generate_workbook(form)), data_only=True)["S"]
        for cell in row
        if isinstance(cell.value, str) and cell.value.endswith(" (199 more)")
    ]
    assert [hint[:2] for hint in hints] == ["○ ", "○ "]


def test_a_list_counts_the_rows_in_which_something_stands(tmp_path: Path) -> None:
    fields = [
        {"id": "kind", "label": "Kind", "type": "choice", "items": items("a", "b")},
        {"id": "name", "label": "Name", "type": "text"},
    ]
    block = {"kind": "list", "id": "t", "label": "T", "rows": 5, "field": fields}
    form = form_with(tmp_path, block)
    line = choice_line(form.block_of("t").fields[0], "o1")
    for answers, rows in (({}, 0), ({"t[1].kind": line, "t[3].name": "n", "t[3].kind": line}, 2)):
        data = generate_workbook(form, answers=answers)
        strip = openpyxl.load_workbook(BytesIO(data), data_only=True)["S"]["B1"].value
        assert f" {rows} rows entered" in strip


def test_a_list_beside_questions_leaves_the_strip_to_them(tmp_path: Path) -> None:
    question = {"id": "x", "label": "X", "type": "count"}
    rows = {"kind": "rows", "field": [question]}
    column = {"id": "a", "label": "A", "type": "text"}
    block = {"kind": "list", "id": "t", "label": "T", "rows": 5, "field": [column]}
    section = {"id": "s", "sheet": "S", "kind": "flow", "block": [rows, block]}
    form = load_form(write_form(tmp_path, {**HEAD, "section": [section]}))
    strip = openpyxl.load_workbook(BytesIO(generate_workbook(form)), data_only=True)["S"]["B1"]
    assert "○ 1 to fill in" in strip.value


def test_any_text_can_stand_in_a_formula() -> None:
    for text in ("x" * 1000, "𠮷" * 300, '"' * 300, "the call FILTER(x) and SORT(y)"):
        parts = literal(text)[1:-1].split('"&"')
        assert "".join(parts).replace('""', '"') == text
        assert all(len(part) <= 2 * MAX_LITERAL for part in parts)
        assert "FILTER(" not in literal(text)


def test_long_words_of_a_cover_leave_room_for_the_answers(tmp_path: Path) -> None:
    field = {"id": "x", "label": "L" * 300, "type": "text", "after": "behind " * 60}
    form = form_with(tmp_path, {"kind": "lines", "field": [field]})
    places = {drawn.box.text[:1]: drawn for drawn in lay_out(form).sheets[0].drawn}
    label, answer = places["L"], places[""]
    assert answer.px >= FORM_WIDTH / 5
    assert label.points >= text_points("L" * 300, label.px, LINE_LABEL_PT)
    assert box_style(label.box).wrap


def test_long_titles_are_wrapped_and_short_ones_left_alone(tmp_path: Path) -> None:
    block = {"kind": "rows", "field": [{"id": "x", "label": "X", "type": "count"}]}
    texts = {"kind": "text", "text": [{"text": "Title " * 20, "style": "title"}]}
    section = {"id": "s", "sheet": "S", "kind": "flow", "title": "Name " * 30}
    short = {"id": "t", "sheet": "T", "title": "Short"}
    other = {"kind": "rows", "field": [{"id": "y", "label": "Y", "type": "count"}]}
    sections = [section | {"block": [texts, block]}, short | {"block": [other]}]
    form = load_form(write_form(tmp_path, {**HEAD, "section": sections}))
    drawn = {d.box.text: d for sheet in lay_out(form).sheets for d in sheet.drawn}
    for text in ("Title " * 20, "Name " * 30):
        style = box_style(drawn[text].box)
        assert style.wrap
        assert drawn[text].points >= text_points(text, drawn[text].px, style.size) - 5
    assert not box_style(drawn["Short"].box).wrap


def test_every_answer_of_a_year_has_a_cell(tmp_path: Path) -> None:
    years = {"years": True}
    form = form_of(
        tmp_path,
        {"id": "a", "label": "A", "type": "count", "group": "G", **years},
        {"id": "b", "label": "B", "type": "text", "group": "G"},
        {"id": "c", "label": "C", "type": "text", "max_chars": 300, **years},
        {"id": "d", "label": "D", "type": "choice", "items": items("yes", "no"), **years},
        base_year=2023,
    )
    assert set(lay_out(form).places) == set(form.by_key)
    assert len(offered(book_of(form), "d_2022")) == len(("yes", "no", "neither"))


def test_answers_that_share_a_row_stay_on_the_paper(tmp_path: Path) -> None:
    first = {"id": "a", "label": "A", "type": "text"}
    more = [
        {"id": f"a{number}", "label": "Long label " * 6, "type": "text", "beside": True}
        for number in range(5)
    ]
    form = form_of(tmp_path, first, *more)
    drawn = [
        d for d in lay_out(form).sheets[0].drawn if d.place.row == lay_out(form).places["a"].row
    ]
    assert all(each.px > 0 for each in drawn)
    assert sum(each.px for each in drawn) == FORM_WIDTH
    label = next(each for each in drawn if each.box.text.startswith("Long"))
    assert label.points >= text_points(label.box.text, label.px, LABEL_PT, padding=2)


def form_of_sheets(folder: Path, count: int) -> Form:
    sections = [
        {
            "id": f"s{number}",
            "sheet": f"S{number}",
            "block": [
                {"kind": "rows", "field": [{"id": f"f{number}", "label": "F", "type": "count"}]}
            ],
        }
        for number in range(count)
    ]
    return load_form(write_form(folder, {**HEAD, "section": sections}))


def test_a_form_with_very_many_sheets_comes_back(tmp_path: Path) -> None:
    form = form_of_sheets(tmp_path / "form", 70)
    path = tmp_path / "odd.xlsx"
    path.write_bytes(generate_workbook(form, answers={"f69": 7}))
    assert read_return(path, forms=(form,)).cells["f69"].raw.value == 7


def test_a_form_whose_workbook_could_not_be_read_back_is_refused(tmp_path: Path) -> None:
    form = form_of_sheets(tmp_path / "form", BOUNDS.sheets)
    assert [mistake.code for mistake in lint_workbook(form)] == ["generate.too_large"]
