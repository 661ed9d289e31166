from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from compared_forms import (
    CANARY,
    GROUPS,
    NAME,
    answer,
    form_of,
    full_form,
    records_to,
    three_returns,
)
from test_report import opened

from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.finding import Finding, Severity
from clusterxl.report import write_comparison
from clusterxl.report.filed import Filing, LeftOut

UNREAD = Finding(code="READ-ZIP", severity=Severity.ERROR, message="打不开", file="in/z.xlsx")


def compared(*findings: Finding) -> Comparison:
    older = answer("0.xlsx", "甲市", "甲水暖", (1, 2, 3))
    records = records_to(full_form(), older, *three_returns())
    # Returns made by hand have no bytes of their own.
    hashes = [sha256(name.encode()).hexdigest() for name in records.returns["file"]]
    records = replace(records, returns=records.returns.assign(sha256=hashes))
    return aggregate_records(records, findings)


def rows_of(comparison: Comparison, name: str) -> list[list[Any]]:
    sheet = opened(write_comparison(comparison), values=True)[name]
    return [[cell.value for cell in row[1:]] for row in sheet.iter_rows()]


def test_every_return_that_came_in_is_listed_and_why_it_does_not_count() -> None:
    comparison = compared(UNREAD)
    title, note, *rows = rows_of(comparison, "报送情况")
    assert title[0] == "收到 5 份申报表，3 份计入，2 份不计入"
    assert note[0].startswith("依据 3 份申报表（收到 5 份，2 份不计入")
    listed = {row[11]: row for row in rows if row[11] and row[11].endswith(".xlsx")}
    assert list(listed) == ["a.xlsx", "b.xlsx", "c.xlsx", "0.xlsx", "z.xlsx"]
    assert [row[9] for row in listed.values()] == ["●"] * 3 + ["—"] * 2
    assert listed["0.xlsx"][12] == "另有更新的：a.xlsx"
    assert listed["z.xlsx"][12] == "打不开"
    hashes = dict(zip(comparison.returns["file"], comparison.returns["sha256"], strict=True))
    assert {name: row[13] for name, row in listed.items() if name in hashes} == hashes


def test_in_a_batch_each_table_has_a_sheet_of_its_own_with_its_heads() -> None:
    filing = Filing(
        note="",
        basis="依据若干份",
        facts=(("批次", "一"),),
        left_out=(LeftOut(file="left.xlsx", reason="不计"),),
        standings={},
        archive="archive",
        groups=GROUPS,
    )
    book = opened(write_comparison(compared(), filing=filing))
    groups, listed, basis = (book[name] for name in ("报送情况", "报送明细", "依据"))
    assert groups["B4"].value == "各市"
    assert groups.print_title_rows == "$4:$5"
    assert (listed.freeze_panes, listed.print_title_rows) == ("D6", "$4:$5")
    files = {cell.value for row in listed.iter_rows() for cell in row}
    assert {"a.xlsx", "left.xlsx", "不计"} <= files
    assert (basis.freeze_panes, basis.print_title_rows) == ("C6", "$4:$5")
    assert "报送明细" not in opened(write_comparison(compared())).sheetnames


def test_the_basis_can_be_recomputed() -> None:
    comparison = compared()
    rows = rows_of(comparison, "依据")
    told = {row[0]: row[1] for row in rows}
    listed = [row[1] for row in rows if row[2] and row[2].endswith(".xlsx")]
    assert sorted(listed) == sorted(comparison.returns["sha256"])
    lines = "".join(f"{each}\n" for each in sorted(listed))
    assert told["清单 SHA-256"] == sha256(lines.encode()).hexdigest()
    assert (told["表样版本"], told["基准年"], told["计入份数"]) == ("1", "2022", "3")


def test_the_overview_names_rules_and_returns_and_leads_to_the_basis() -> None:
    overview = opened(write_comparison(compared()))["总览"]
    (link,) = [cell for cell in overview[1] if cell.hyperlink]
    assert link.hyperlink.location == "'依据'!A1"
    told = {row[0]: row[1] for row in rows_of(compared(), "依据")}
    assert told["清单 SHA-256"][:12] in link.value


def test_every_sheet_says_what_it_rests_on() -> None:
    book = opened(write_comparison(compared(UNREAD)))
    for sheet in book:
        if sheet.title in ("集群名单", "栏目名单", "总览"):
            continue
        notes = [str(cell.value) for row in sheet["A2:H2"] for cell in row if cell.value]
        assert notes[0].startswith("依据 3 份申报表（收到 5 份，2 份不计入"), sheet.title


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_came_in(language: str) -> None:
    comparison = aggregate_records(records_to(full_form(language=language)))
    assert len(opened(write_comparison(comparison)).sheetnames) > 5


def test_people_are_not_named_where_they_do_not_count() -> None:
    form = form_of(replace(NAME, personal=True), subject="name")
    records = records_to(form, *((f"{n}.xlsx", {"name": CANARY}) for n in "ab"))
    book = opened(write_comparison(aggregate_records(records)))
    texts = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [text for text in texts if CANARY in text]
