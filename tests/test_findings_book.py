"""The workbook of findings: every finding a row, what is explained shown as such."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import openpyxl

from clusterxl.cli.document import finding_lines
from clusterxl.finding import Finding, Severity
from clusterxl.findings_book import count_line, write_findings

OPEN = Finding(code="A-1", severity=Severity.WARNING, message="请核实面积", file="a.xlsx")
TOLD = replace(OPEN, note="口径如此")
WRONG = replace(OPEN, severity=Severity.ERROR, code="B-1")
NOTICE = replace(OPEN, severity=Severity.INFO, code="C-1", note="不需要")


def test_each_row_shows_its_level_and_its_explanation() -> None:
    written = write_findings([OPEN, TOLD, WRONG, NOTICE], returns=1)
    sheet = openpyxl.load_workbook(BytesIO(written)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    assert [row[0] for row in rows] == ["▲ 须改", "◆ 请核实", "◇ 已说明", "提示"]
    assert [row[7] for row in rows] == [None, None, "口径如此", "不需要"]


def test_the_text_shows_the_explanation_behind_the_message() -> None:
    head, first, second, *_ = finding_lines([OPEN, TOLD])
    assert head == "a.xlsx"
    assert first == "  ◆ 请核实  请核实面积  [A-1]"
    assert second == "  ◇ 已说明  请核实面积  （说明：口径如此）  [A-1]"


def test_the_sum_counts_what_is_explained_apart() -> None:
    assert "◆ 请核实 1 处，◇ 已说明 2 处" in count_line([OPEN, TOLD, TOLD, WRONG], returns=1)
    assert "已说明" not in count_line([OPEN], returns=1)


def test_the_sum_counts_the_files_that_have_errors() -> None:
    other = replace(WRONG, file="b.xlsx")
    assert "3 个文件，其中 2 个" in count_line([WRONG, WRONG, OPEN, other], returns=3)
    assert "其中" not in count_line([OPEN], returns=1)
