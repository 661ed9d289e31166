from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from compared_forms import GROUPS, answer, full_form, records_to
from openpyxl import load_workbook
from paper import Line, lines_of, to_pdf

from clusterxl.aggregate import aggregate_records
from clusterxl.finding import Finding, Severity
from clusterxl.report import write_comparison
from clusterxl.report.filed import Filing, LeftOut

pytestmark = [
    pytest.mark.needs_libreoffice,
    pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning"),
]


def pages_of(pages: list[list[Line]], sheet: str) -> list[tuple[Line, list[Line]]]:
    """Return the pages of a sheet: the line at the foot, and what stands above it."""
    found = []
    for page in pages:
        foot = [line for line in page if line.text.endswith(f"·{sheet}")]
        if foot:
            found.append((foot[-1], [line for line in page if line.bottom <= foot[-1].top]))
    return found


def on_paper(pages: list[list[Line]], sheet: str) -> str:
    return "\n".join(line.text for _, lines in pages_of(pages, sheet) for line in lines)


@pytest.mark.parametrize("count", [1, 5, 8, 40])
def test_every_row_of_findings_files_and_hashes_is_on_paper(count: int, tmp_path: Path) -> None:
    answers = [answer(f"{no:03}.xlsx", "甲市", f"甲水暖{no}", (1, 2, 3)) for no in range(count)]
    records = records_to(full_form(), *answers)
    hashes = [sha256(name.encode()).hexdigest() for name in records.returns["file"]]
    records = replace(records, returns=records.returns.assign(sha256=hashes))
    findings = [
        Finding(
            code=f"C-{cause:02}",
            severity=Severity.ERROR,
            message="这一处要改。" * (1 + (no * 7 + cause) % 9),
            return_id=return_id,
            file=f"{no:03}.xlsx",
            label=f"问{no:03}题{cause:02}",
        )
        for no, return_id in enumerate(records.returns["return_id"])
        for cause in range(9)
    ]
    filing = Filing(
        note="",
        basis="依据若干份",
        facts=tuple((f"事实{no}", "内容") for no in range(15)),
        left_out=tuple(LeftOut(file=f"left{no:02}.xlsx", reason="不计") for no in range(count)),
        standings={},
        archive="archive",
        groups=GROUPS,
    )
    workbook = tmp_path / "comparison.xlsx"
    workbook.write_bytes(write_comparison(aggregate_records(records, findings), filing=filing))
    pages = lines_of(to_pdf(workbook, tmp_path))
    listed = on_paper(pages, "校验问题")
    assert [f.label for f in findings if f.label not in listed] == []
    causes = on_paper(pages, "问题分类")
    assert [f.code for f in findings if f.code not in causes] == []
    assert "各市" in on_paper(pages, "报送情况")
    filed = on_paper(pages, "报送明细")
    files = [*records.returns["file"], *(left.file for left in filing.left_out)]
    assert [name for name in files if name not in filed] == []
    basis = on_paper(pages, "依据")
    assert [each for each in hashes if each not in basis] == []
    for sheet, head in (("报送明细", "不计入的原因"), ("依据", "内容/SHA-256")):
        heads = ["\n".join(line.text for line in lines) for _, lines in pages_of(pages, sheet)]
        assert all(head in each for each in heads), sheet
    book = load_workbook(workbook)
    hidden = [sheet.title for sheet in book if sheet.sheet_state != "visible"]
    assert hidden
    assert not any(pages_of(pages, name) for name in hidden)
    _no_block_is_parted(pages)


def _no_block_is_parted(pages: list[list[Line]]) -> None:
    """A block of the chart data that a page has room for stands on one, with its heads."""
    blocks = {"市排名": "丙市", "历年合计": "2022年", "数据质量": "填“无”的格数"}
    found = [[line.text for line in lines] for _, lines in pages_of(pages, "图表数据")]
    for title, last in blocks.items():
        (page,) = [texts for texts in found if title in texts]
        assert any(text.startswith(last) for text in page[page.index(title) :]), title
