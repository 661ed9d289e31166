"""The printed form, looked at by position: every line of print lies inside its cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import accumulate
from math import floor
from pathlib import Path
from statistics import median

import pytest
from paper import Line, beside_paper, lines_of, to_pdf

from clusterxl.form.canvas import Role
from clusterxl.form.file import load_form
from clusterxl.form.layout import Layout, SheetLayout, lay_out
from clusterxl.form.model import Form, SectionKind
from clusterxl.generate import generate_workbook

pytestmark = pytest.mark.needs_libreoffice

LEAST_POINTS = 7.5
PX = 0.75
# Height between the margins in points.
PAGE_ROOM = (297 - 20 - 18) * 72 / 25.4
PAGE_WIDTH, LEFT_MARGIN, RIGHT_MARGIN = 595.3, 25 * 72 / 25.4, 20 * 72 / 25.4


@pytest.fixture(scope="module")
def layout() -> Layout:
    """Return the official form, laid out."""
    return lay_out(load_form("gd-cluster-2023"))


def _six_lines(limit: int) -> str:
    """Text of exactly `limit` characters in six lines."""
    per_line = limit // 6
    lines = ["示" * (per_line - 1) for _ in range(5)]
    text = "\n".join(lines) + "\n"
    return text + "例" * (limit - len(text))


def _full_answers(form: Form) -> Mapping[str, str]:
    return {
        asked.key: _six_lines(asked.field.max_chars)
        for asked in form.inputs
        if asked.field.is_long and asked.field.max_chars == 200
    }


def _printed(form: Form, folder: Path, answers: Mapping[str, str]) -> list[list[Line]]:
    workbook = folder / "form.xlsx"
    workbook.write_bytes(generate_workbook(form, answers=answers, sample=True, serial="示例-0001"))
    return lines_of(to_pdf(workbook, folder))


@pytest.fixture(scope="module")
def blank(layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> list[list[Line]]:
    """Return the pages of a blank workbook."""
    return _printed(layout.form, tmp_path_factory.mktemp("blank"), {})


@pytest.fixture(scope="module")
def full(layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> list[list[Line]]:
    """Return the pages of a workbook whose 200-character answers are full, in six lines."""
    answers = _full_answers(layout.form)
    assert len(answers) >= 13
    return _printed(layout.form, tmp_path_factory.mktemp("full"), answers)


@pytest.mark.parametrize("state", ["blank", "full"])
def test_every_part_is_one_page_in_order(
    state: str, layout: Layout, request: pytest.FixtureRequest
) -> None:
    pages: list[list[Line]] = request.getfixturevalue(state)
    texts = ["".join(line.text for line in page) for page in pages]
    position = 0
    for sheet in layout.sheets:
        first = _first_words(sheet)
        assert first in texts[position], f"{sheet.name} does not begin on page {position + 1}"
        position += 1
        while position < len(texts) and sheet.section.kind in (SectionKind.FLOW, SectionKind.LIST):
            following = layout.sheets.index(sheet) + 1
            if following < len(layout.sheets):
                if _first_words(layout.sheets[following]) in texts[position]:
                    break
            elif "校验" in texts[position]:
                break
            position += 1
    assert position == len(texts) - 1, "校验 has more than a page"
    assert all(len(text) > 20 for text in texts), "an empty page"
    assert not any("###" in text for text in texts)


def test_no_page_is_wider_than_the_paper_whatever_font_stands_in(
    layout: Layout, tmp_path: Path
) -> None:
    workbook = tmp_path / "form.xlsx"
    workbook.write_bytes(generate_workbook(layout.form, answers=_full_answers(layout.form)))
    pdf = to_pdf(workbook, tmp_path, stand_ins=False)
    assert beside_paper(pdf, RIGHT_MARGIN / 2) == []
    # Nor does a heading stand alone at the foot of its page.
    plan = next(sheet for sheet in layout.sheets if sheet.section.kind is SectionKind.FLOW)
    texts = ["".join(line.text for line in page) for page in lines_of(pdf)]
    assert plan.breaks
    for end in plan.breaks:
        (first,) = (d.box.text for d in plan.drawn if d.place.row == end + 1)
        assert any(text.startswith("".join(first.split())) for text in texts)


def _first_words(sheet: SheetLayout) -> str:
    text = sheet.section.title or next(
        text.text for block in sheet.section.blocks for text in block.texts
    )
    return "".join(text.split())


@pytest.mark.parametrize("state", ["blank", "full"])
def test_no_print_is_too_small(state: str, layout: Layout, request: pytest.FixtureRequest) -> None:
    pages: list[list[Line]] = request.getfixturevalue(state)
    small = [
        line for page in pages[: len(layout.sheets)] for line in page if line.size < LEAST_POINTS
    ]
    assert small == []


@pytest.mark.parametrize("state", ["blank", "full"])
@pytest.mark.parametrize("number", [3, 4, 5, 6, 7, 8, 9])
def test_every_line_lies_inside_its_cell(
    state: str, number: int, layout: Layout, request: pytest.FixtureRequest
) -> None:
    pages: list[list[Line]] = request.getfixturevalue(state)
    sheet, page = layout.sheets[number - 1], pages[number - 1]
    cells = _cells_on_paper(sheet, page)
    body = [line for line in page if "申报表（" not in line.text and not _is_margin(line)]
    outside = [line for line in body if not any(_inside(line, cell) for cell in cells)]
    assert outside == []
    assert len(body) > 20


def _is_margin(line: Line) -> bool:
    return line.text in ("示例数据",) or line.text.startswith(("—", "编号"))


def _inside(line: Line, cell: tuple[float, float, float, float]) -> bool:
    left, right, top, bottom = cell
    slack = 1.5
    return (
        left - slack <= line.left
        and line.right <= right + slack
        and top - slack <= line.top
        and line.bottom <= bottom + slack
    )


def _cells_on_paper(
    sheet: SheetLayout, page: list[Line]
) -> list[tuple[float, float, float, float]]:
    """Return left, right, top and bottom of every cell on the page.

    LibreOffice fits pages in whole percents; the top is taken from labels of one line, which
    stand in the middle of their cells.
    """
    tops = [0.0, *accumulate(sheet.rows[sheet.first_row - 1 :])]
    printed = Counter(line.text for line in page)
    known = {line.text: line.middle for line in page if printed[line.text] == 1}
    pairs = []
    for drawn in sheet.drawn:
        text = "".join(drawn.box.text.split())
        centred = drawn.box.role in (Role.LEFT_LABEL, Role.LABEL, Role.HEAD, Role.OPTION)
        if centred and not drawn.box.hint and text in known:
            middle = (tops[drawn.place.row - 2] + tops[drawn.place.last_row - 1]) / 2
            pairs.append((middle, known[text]))
    assert len(pairs) >= 4
    room = PAGE_WIDTH - LEFT_MARGIN - RIGHT_MARGIN
    natural = sum(sheet.columns[1 : sheet.last_form_column]) * PX
    scale = floor(min(room / natural, PAGE_ROOM / sheet.points) * 100) / 100
    top = median(printed_at - scale * middle for middle, printed_at in pairs)
    width = natural * scale
    origin = LEFT_MARGIN + (room - width) / 2
    lefts = [0.0, *accumulate(px * PX * scale for px in sheet.columns[1 : sheet.last_form_column])]
    return [
        (
            origin + lefts[drawn.place.column - 2],
            origin + lefts[drawn.place.last_column - 1],
            top + scale * tops[drawn.place.row - 2],
            top + scale * tops[drawn.place.last_row - 1],
        )
        for drawn in sheet.drawn
    ]
