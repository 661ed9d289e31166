"""Further tables on the page say what the sheets of the workbook say; personal ones stay away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from compared_forms import (
    CANARY,
    GROUPS,
    answer,
    form_of,
    full_form,
    number,
    records_to,
    three_returns,
)
from test_across_rounds import round_of
from test_page import data_of, filing
from test_report import FOLDERS, OFFICIAL, opened
from test_rounds_sheets import hand_made, two_years

from clusterxl.across_rounds import Round, compare_rounds, with_findings
from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.form.dates import serial_of_date
from clusterxl.form.model import Block, BlockKind, Field, FieldType, Section, make_key
from clusterxl.page import write_page
from clusterxl.page.sheets import BASIS, MOST_ROWS
from clusterxl.report import write_comparison

COLUMNS = (
    Field(id="title", label="名称", type=FieldType.TEXT),
    Field(id="owner", label="持有人", type=FieldType.TEXT, personal=True),
)


def sheets_on(page: bytes) -> dict[str, Any]:
    """Return the further tables of a page by the names of their sheets."""
    return {sheet["tab"]: sheet for sheet in data_of(page)["sheets"]}


def rows_on(sheet: dict[str, Any]) -> list[list[Any]]:
    """Return the rows of a table on a page: numbers and texts."""
    pool = sheet["pool"]
    whole = [[pool[cell] if isinstance(cell, int) else cell for cell in r] for r in sheet["rows"]]
    return [[_content(cell) for cell in row] for row in [*sheet["totals"], *whole]]


def _content(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell
    return cell[1] if cell[0] is None else cell[0]


def pages_of(before: Round, now: Round) -> tuple[bytes, bytes]:
    """Return workbook and page of two rounds."""
    rounds = compare_rounds(before, now)
    comparison = with_findings(now.comparison, rounds)
    return write_comparison(comparison, rounds=rounds), write_page(comparison, rounds=rounds)


def listed(*titles: str) -> Comparison:
    """Return the comparison of one form with a list of these titles, each with a person."""
    block = Block(
        kind=BlockKind.LIST, id="patents", label="专利清单", rows=len(titles), fields=COLUMNS
    )
    form = form_of(number("area", "面积"))
    section = Section(id="list", sheet="专利清单", blocks=(block,))
    form = replace(form, sections=(*form.sections, section))
    typed: dict[str, Any] = {"area": 3}
    for row, title in enumerate(titles, 1):
        typed[make_key("patents", item="title", row=row)] = title
        typed[make_key("patents", item="owner", row=row)] = CANARY
    return aggregate_records(records_to(form, ("a.xlsx", typed)))


def test_without_a_round_before_there_is_nothing_of_one() -> None:
    tabs = sheets_on(write_page(aggregate_records(records_to(full_form(), *three_returns()))))
    assert list(tabs) == ["选项统计", "报送情况", "依据"]


def is_within(row: list[Any], whole: Iterator[Any]) -> bool:
    """Whether the cells of a row stand in another one, in this order."""
    return all(any(_is_same(cell, other) for other in whole) for cell in row)


def _is_same(cell: Any, other: Any) -> bool:
    if isinstance(other, datetime):
        other = serial_of_date(other.date())
    if isinstance(cell, float | int) and isinstance(other, float | int):
        return bool(cell == pytest.approx(other))
    # The mark of a verdict on a text is part of its number format.
    return str(cell).removeprefix("✓ ").removeprefix("✕ ").rstrip() == str(other or "").rstrip()


@pytest.mark.parametrize("name", ["hand", OFFICIAL, *FOLDERS])
def test_rows_are_those_of_the_sheets_of_the_workbook(name: str) -> None:
    both = hand_made() if name == "hand" else two_years(name, range(5), range(1, 6))
    workbook, page = pages_of(*both)
    book = opened(workbook, values=True)
    shown = sheets_on(page)
    assert "逐年对照" in shown or "Year on year" in shown
    for tab, sheet in shown.items():
        if sheet["id"] == BASIS or tab not in book.sheetnames:
            continue
        rows = [list(row) for row in book[tab].iter_rows(min_col=2, values_only=True)]
        by_first: dict[str, list[list[Any]]] = {}
        for row in rows:
            by_first.setdefault(str(row[0]), []).append(row)
        for row in rows_on(sheet):
            assert any(is_within(row, iter(w)) for w in by_first[str(row[0])]), (tab, row)


def test_two_rounds_lead_to_the_subjects_of_this_one() -> None:
    page = pages_of(*hand_made())[1]
    data = data_of(page)
    sheet = sheets_on(page)["逐年对照"]
    assert sheet["open"]
    assert sheet["title"].startswith("逐年对照：3 个集群两轮都报，总产值 100.0 → 120.0 亿元")
    name = data["table"]["name"]
    names = [row[name] for row in rows_on(data["table"])]
    for row, mark in zip(rows_on(sheet)[len(sheet["totals"]) :], sheet["marks"], strict=True):
        assert row[0] == (row[0] if mark is None else names[mark])
        assert (mark is None) == (row[2] == "未再报")
    assert {"疑似更名", "两轮核对"} <= set(sheets_on(page))


def test_notes_of_a_page_name_no_sheet_of_sources() -> None:
    data = data_of(pages_of(*hand_made())[1])
    notes = [each["note"] for each in (*data["sheets"], data["table"])]
    assert not [note for note in notes if "溯源" in note]


def test_options_are_counted_as_in_the_comparison() -> None:
    comparison = aggregate_records(records_to(full_form(), *three_returns()))
    sheet = sheets_on(write_page(comparison))["选项统计"]
    counts = [row[2] for row in rows_on(sheet)]
    assert counts == comparison.options["count"].tolist()
    assert sheet["columns"][3]["full"] == max(counts)


def test_lists_hold_what_was_filled_but_nothing_personal() -> None:
    page = write_page(listed("甲法", "", "乙法"))
    assert [row[-2:] for row in rows_on(sheets_on(page)["专利清单明细"])] == [
        [1, "甲法"],
        [3, "乙法"],
    ]
    assert CANARY.encode() not in page


def test_lists_too_long_for_a_page_are_told() -> None:
    count = MOST_ROWS + 1
    shown = sheets_on(write_page(listed(*["甲法"] * count)))
    assert "columns" not in shown["专利清单"]
    assert f"{count:,}" in shown["专利清单"]["title"]


def test_the_basis_has_form_rules_and_every_hash() -> None:
    comparison = aggregate_records(
        records_to(full_form(), *three_returns(), answer("z.xlsx", "甲市", "甲水暖", (1, 2, 3)))
    )
    shown = sheets_on(write_page(comparison))
    basis, facts = shown["依据"], dict(shown["依据"]["facts"])
    assert basis["id"] == BASIS
    assert facts["表样版本"] == comparison.form.version
    assert "清单 SHA-256" in facts
    hashes = [row[2] for row in rows_on(basis)]
    assert hashes == comparison.returns["sha256"].tolist()
    received = rows_on(shown["报送情况"])
    assert [(row[-3], "z.xlsx" in row[-2]) for row in received if row[-2]] == [("a.xlsx", True)]
    assert shown["报送情况"]["marks"].count(None) == 1


def test_in_a_batch_the_basis_names_it() -> None:
    comparison = aggregate_records(records_to(full_form(), *three_returns()))
    told = replace(filing(), facts=(("批次", "一批"),))
    assert ["批次", "一批"] in sheets_on(write_page(comparison, filing=told))["依据"]["facts"]


def test_personal_names_are_masked_in_both_rounds() -> None:
    form = full_form()
    block = form.sections[0].blocks[0]
    fields = tuple(replace(f, personal=f.id == form.subject or f.personal) for f in block.fields)
    section = replace(form.sections[0], blocks=(replace(block, fields=fields),))
    masked = replace(form, sections=(section,))
    before = round_of(masked, answer("b.xlsx", "甲市", f"{CANARY}一", (1, 2, 3)))
    now = round_of(masked, answer("a.xlsx", "甲市", f"{CANARY}二", (2, 2, 3)))
    assert CANARY.encode() not in pages_of(before, now)[1]


def test_the_same_rounds_give_the_same_bytes() -> None:
    assert pages_of(*hand_made())[1] == pages_of(*hand_made())[1]


def test_in_a_batch_its_groups_stand_before_the_files() -> None:
    comparison = aggregate_records(records_to(full_form(), *three_returns()))
    shown = sheets_on(write_page(comparison, filing=filing()))
    assert list(shown) == ["选项统计", "报送情况", "报送明细", "依据"]
    assert shown["报送情况"]["title"] == GROUPS.title
    assert rows_on(shown["报送情况"]) == [["甲市"]]
    assert shown["报送情况"]["name"] == -1
    assert shown["报送明细"]["marks"].count(None) == 0
