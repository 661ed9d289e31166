"""The comparison of very many returns: what Excel's limits leave of it, and what it says then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pandas as pd
import pytest
from compared_forms import answer, full_form, records_to, three_returns
from hand_returns import all_checks, good_answers, return_of
from test_report import found_on, opened

from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.excel.limits import excel_length, start_of
from clusterxl.finding import Finding, Severity
from clusterxl.normalise import Records, normalise_returns
from clusterxl.report import is_traced, write_comparison

TIMES = 200
# Excel takes no more links a sheet, and drops all of them where there are more.
MOST_LINKS_OF_EXCEL = 65_530


def multiplied(records: Records, times: int) -> Records:
    """Return the records as if each return had come in so many times, under other names."""
    frames = [_renamed(records, number) for number in range(times)]
    return replace(
        records,
        values=pd.concat([each.values for each in frames], ignore_index=True),
        returns=pd.concat([each.returns for each in frames], ignore_index=True),
        text=pd.concat([each.text for each in frames]),
        number=pd.concat([each.number for each in frames]),
    )


def _renamed(records: Records, number: int) -> Records:
    def named(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(
            return_id=frame["return_id"] + f"-{number}",
            file=f"{number}/" + frame["file"],
            subject=frame["subject"] + f" {number}",
        )

    def indexed(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.set_axis(frame.index + f"-{number}")

    return replace(
        records,
        values=named(records.values),
        returns=named(records.returns),
        text=indexed(records.text),
        number=indexed(records.number),
    )


def formulas_on(content: bytes, sheet: str) -> int:
    cells = (cell for row in opened(content)[sheet].iter_rows() for cell in row)
    return sum(cell.data_type == "f" for cell in cells)


@pytest.fixture(scope="module")
def few() -> Records:
    return records_to(full_form(), *three_returns())


@pytest.fixture(scope="module")
def many(few: Records) -> Comparison:
    return aggregate_records(multiplied(few, TIMES))


def parts_of_sheets(content: bytes) -> Iterator[str]:
    with ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                yield archive.read(name).decode()


def test_of_many_times_the_returns_totals_are_many_times_as_large(
    few: Records, many: Comparison
) -> None:
    once = aggregate_records(few)
    own, all_of_them = (each.totals.set_index("key") for each in (once, many))
    summed = own.index[own["kind"] == "sum"]
    assert len(summed) > 3
    for key in summed:
        assert all_of_them.loc[key, "value"] == pytest.approx(own.loc[key, "value"] * TIMES)
    for count in ("n", "returns", "missing", "invalid", "none"):
        assert (all_of_them[count] == own[count] * TIMES).all()
    assert len(many.provenance) == len(once.provenance) * TIMES


def test_every_return_and_number_of_many_is_there(many: Comparison) -> None:
    content = write_comparison(many)
    book = opened(content, values=True)
    section = book["一 情况"]
    rows = section.iter_rows(min_row=10, min_col=2, max_col=2, values_only=True)
    assert sorted(row[0] for row in rows) == sorted(many.returns["subject"])
    sources = [row[1] for row in book["溯源"].iter_rows(min_row=8, values_only=True)]
    assert sources == many.provenance["number_id"].tolist()
    for part in parts_of_sheets(content):
        assert part.count("<hyperlink ") <= MOST_LINKS_OF_EXCEL


def test_too_many_numbers_are_not_traced_in_the_workbook(
    few: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison = aggregate_records(few)
    numbers = len(comparison.provenance)
    monkeypatch.setattr("clusterxl.report.context.MOST_NUMBERS_TRACED", numbers)
    assert is_traced(comparison)
    monkeypatch.setattr("clusterxl.report.context.MOST_NUMBERS_TRACED", numbers - 1)
    assert not is_traced(comparison)
    book = opened(write_comparison(comparison))
    assert book["溯源"].max_row == 6
    assert "另存为数据文件" in book["总览"]["B2"].value


def test_of_too_many_findings_the_worst_are_listed_and_all_are_counted(
    few: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = few.returns["return_id"].tolist()
    findings = [
        Finding(code=code, severity=severity, message=f"{code} {place}", return_id=return_id)
        for code, severity in (("GEN-REQ", Severity.ERROR), ("GEN-NUM", Severity.WARNING))
        for return_id in ids
        for place in range(2)
    ]
    comparison = aggregate_records(few, findings)
    whole = write_comparison(comparison)
    assert len(found_on(whole, "校验问题")) == 12
    monkeypatch.setattr("clusterxl.report.problems.MOST_LINES", 7)
    written = write_comparison(comparison)
    listed = found_on(written, "校验问题")
    assert [row[1] for row in listed] == [*["GEN-REQ"] * 6, "GEN-NUM"]
    assert [row[4] for row in found_on(written, "问题分类")] == [6, 6]
    # What counts lines that are not there would be wrong.
    assert formulas_on(whole, "问题分类")
    assert not formulas_on(written, "问题分类")
    assert "只列前 7 行" in opened(written)["校验问题"]["B2"].value


def test_a_list_that_is_too_long_for_a_sheet_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    form, answers = all_checks(), good_answers()
    for row in range(1, 4):
        answers[f"patents_list[{row}].title"] = f"patent {row}"
    comparison = aggregate_records(normalise_returns([return_of(form, answers)]))
    whole = opened(write_comparison(comparison))
    assert any("patent 1" in row for sheet in whole for row in sheet.values)
    monkeypatch.setattr("clusterxl.report.lists.MOST_ROWS", 2)
    monkeypatch.setattr("clusterxl.report.sections.MOST_ROWS", 2)
    book = opened(write_comparison(comparison))
    assert len(whole.sheetnames) - len(book.sheetnames) == 1
    cells = [str(cell) for sheet in book for row in sheet.values for cell in row]
    told = [cell for cell in cells if "超过 2 行" in cell]
    assert len(told) == 1
    assert "--frames" in told[0]


def test_a_text_longer_than_a_cell_is_cut_as_excel_counts(few: Records) -> None:
    story = "𠮷" * 20_000
    comparison = aggregate_records(
        records_to(full_form(), answer("a.xlsx", "甲市", "甲水暖", (1, 2, 3), story=story))
    )
    texts = {cell for row in opened(write_comparison(comparison))["一 情况"].values for cell in row}
    assert story[:16_000] in texts


@pytest.mark.parametrize("text", ["", "a", "𠮷", "a𠮷b", "\ud842x", "𠮷\ud842", "集群" * 9])
@pytest.mark.parametrize("most", [1, 2, 3, 4, 5])
def test_the_start_of_a_text_is_the_longest_that_fits(text: str, most: int) -> None:
    fits = [text[:end] for end in range(len(text) + 1) if excel_length(text[:end]) <= most]
    assert start_of(text, most) == fits[-1]


def test_nothing_and_one_return_make_a_comparison() -> None:
    form = full_form()
    for filled in ((), three_returns()[:1]):
        content = write_comparison(aggregate_records(records_to(form, *filled)))
        assert opened(content)["总览"]["B1"].value
