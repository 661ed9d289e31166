"""The printed list of a correction: large enough to read, nothing cut, however it is answered."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import pdfplumber
import pytest
from paper import Line, lines_of, to_pdf

from clusterxl.check import check_records
from clusterxl.correct import Sending, asks_of, write_correction
from clusterxl.excel.cells import address
from clusterxl.form.file import load_form
from clusterxl.normalise import normalise_returns
from clusterxl.plan.correction_lines import FIRST_LINE, NOTE, REPLY
from clusterxl.read import read_return
from clusterxl.replies import ReplyKind, list_name, reply_words
from clusterxl.sentences import say
from clusterxl.testing.returns import simulate_return

pytestmark = pytest.mark.needs_libreoffice

LEAST_POINTS = 7.5
# Rules between rows are wider than the lines under links.
WIDE = 60
DEFECTS = (
    *("blank", "text_number", "measure", "about", "word", "out_of_range", "wrong_option"),
    *("over_long", "too_short", "no_evidence", "fraction", "wrong_date", "percent_sign"),
    *("same_years", "platform_names_missing"),
)
NOTE_TEXT = "按可比价格计算，口径与统计年报不同，已与统计部门核对，数据属实。"


@pytest.fixture(scope="module", params=[ReplyKind.NONE, ReplyKind.CORRECTED])
def printed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the list of a correction in print, all its lines answered alike."""
    folder = tmp_path_factory.mktemp("list")
    path = folder / "returned.xlsx"
    form = load_form("gd-cluster-2023")
    path.write_bytes(simulate_return(form, seed=3, defects=DEFECTS))
    found = read_return(path)
    records = normalise_returns([found])
    findings = check_records(records)
    content = write_correction(found, records, findings, sending=Sending(sample=True))
    book = openpyxl.load_workbook(BytesIO(content))
    word = reply_words("zh").get(request.param, "")
    for ask in asks_of(found, records, findings) if word else ():
        row = FIRST_LINE + ask.number - 1
        book[list_name("zh")][address(row, REPLY)] = word
        book[list_name("zh")][address(row, NOTE)] = NOTE_TEXT
    book.save(folder / "list.xlsx")
    return to_pdf(folder / "list.xlsx", folder)


def _list_pages(pdf: Path) -> list[list[Line]]:
    """Return the pages of the list, which comes first; the form follows."""
    foot = "".join(say("correction.footer", title="").split())
    pages = lines_of(pdf)
    return [page for page in pages if any(line.text.endswith(foot) for line in page)]


def test_no_print_is_too_small(printed: Path) -> None:
    pages = _list_pages(printed)
    assert len(pages) > 1
    assert [line for page in pages for line in page if line.size < LEAST_POINTS] == []
    assert not [line.text for page in pages for line in page if "##" in line.text]


def test_no_line_of_print_reaches_over_the_rule_of_its_row(printed: Path) -> None:
    with pdfplumber.open(printed) as document:
        rules = [
            sorted({round(e["top"], 1) for e in page.edges if _is_rule(e)})
            for page in document.pages
        ]
    crossed = [
        (number, line.text)
        for number, page in enumerate(_list_pages(printed))
        for line in page
        for rule in rules[number]
        if line.top + 1 < rule < line.bottom - 1
    ]
    assert crossed == []
    assert len(_list_pages(printed)) > 1


def _is_rule(edge: dict[str, float | str]) -> bool:
    return edge["orientation"] == "h" and float(edge["width"]) > WIDE
