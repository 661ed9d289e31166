"""Any form goes the whole road: checked, compared, shown, exported, corrected, judged."""

from __future__ import annotations

import csv
import io
import shutil
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
from click.testing import CliRunner
from drawn_forms import PLACES, answers_to, drawn
from hand_returns import return_of
from hypothesis import given
from hypothesis import strategies as st
from wide_forms import wide_definitions, write_wide_form

from clusterxl.across_rounds import Round, compare_rounds
from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.check import check_records
from clusterxl.cli.group import cli
from clusterxl.correct import asks_of, write_correction
from clusterxl.excel.limits import MAX_FORMULA
from clusterxl.excel.raw import parse_reference
from clusterxl.export import comparison_frames
from clusterxl.finding import Finding
from clusterxl.findings_book import write_findings
from clusterxl.form.file import load_form
from clusterxl.form.layout import lay_out
from clusterxl.form.model import FieldType, Form, defined_name
from clusterxl.generate import generate_workbook
from clusterxl.judge import judge_replies
from clusterxl.normalise import Records, normalise_returns
from clusterxl.page import write_page
from clusterxl.plan.program import program_of
from clusterxl.read import Return, read_return
from clusterxl.report import write_comparison
from clusterxl.ruleset.fills import CellError, random_fills
from clusterxl.summary import numeric_inputs
from clusterxl.tables import csv_bytes, parquet_bytes, unguard

DRAWN = drawn(8)
CANARY = "Canary Example 示例"
EVIL = ("=EVIL(1)", "+EVIL(1)", "@EVIL(1)", "-EVIL(1)", "{=EVIL(1)}", "http://evil.example/")
CELL_CHARS = 32_767


def filled(data: st.DataObject, form: Form, count: int) -> list[dict[str, Any]]:
    """Return answers of several respondents: complete ones, odd ones, hostile ones."""
    typed, _ = data.draw(st.composite(answers_to)(form))
    instances = [verdict.instance for verdict in program_of(lay_out(form)).verdicts]
    odd = random_fills(form, instances, count - 1, data.draw(st.integers(0, 999)))
    signs = [
        {k: v.sign if isinstance(v, CellError) else v for k, v in fill.items()} for fill in odd
    ]
    found = [dict(typed), *signs]
    for at, answers in enumerate(found):
        for asked in form.inputs:
            if asked.field.personal and asked.type is FieldType.TEXT:
                answers[asked.key] = CANARY
            elif asked.type is FieldType.TEXT and at == 1:
                answers[asked.key] = data.draw(st.sampled_from(EVIL))
    return found


def returned(form: Form, answers: Mapping[str, Any], file: str) -> Return:
    """Return what reading a workbook gives in which these answers stand where they belong."""
    found = return_of(form, answers, file=file)
    places = lay_out(form).places
    cells = {
        key: cell._replace(sheet=places[key].sheet, cell=places[key].cell)
        for key, cell in found.cells.items()
    }
    return replace(found, cells=cells)


def compared(form: Form, answers: list[dict[str, Any]]) -> tuple[Records, Comparison]:
    found = [returned(form, each, f"=r{at}.xlsx") for at, each in enumerate(answers)]
    records = normalise_returns(found, form=form)
    return records, aggregate_records(records, check_records(records))


@DRAWN
@given(data=st.data())
def test_any_form_is_compared(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = write_wide_form(Path(folder) / "form", data.draw(wide_definitions()))
        form = load_form(path)
        earlier = load_form(path, base_year=2021) if form.base_year else form
    answers = filled(data, form, data.draw(st.integers(1, 6)))
    records, comparison = compared(form, answers)
    sums_hold(comparison)
    frames_come_back(comparison)
    assert CANARY not in write_page(comparison).decode("utf-8")
    # The round before was filled in by some of the same.
    known = [{k: v for k, v in each.items() if k in earlier.by_key} for each in answers[:3]]
    before = Round(records=(old := compared(earlier, known))[0], comparison=old[1])
    rounds = compare_rounds(before, Round(records=records, comparison=comparison))
    for content in (
        write_comparison(comparison),
        write_comparison(comparison, rounds=rounds, sample=True),
        write_findings(comparison.findings, returns=len(answers)),
    ):
        is_sound(content, comparison)


@DRAWN
@given(data=st.data())
def test_any_form_is_corrected(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = write_wide_form(Path(folder) / "form", data.draw(wide_definitions()))
        form = load_form(path)
        answers = filled(data, form, 2)[-1]
        before, records, findings = read(
            form, generate_workbook(form, answers=writable(answers)), folder
        )
        asks = asks_of(before, records, findings)
        if not asks:
            return
        content = write_correction(before, records, findings)
        after, again, told = read(form, content, folder)
    assert [cell.raw.value for cell in after.cells.values()] == [
        cell.raw.value for cell in before.cells.values()
    ]
    altered = ("READ-", "STAMP-", "INT-")
    assert not [(f.code, f.message) for f in told if f.code.startswith(altered)]
    judged = judge_replies(asks, before, after, again, told)
    # Nobody answered, so that nothing is settled.
    assert judged.open == asks
    assert {f.code for f in judged.findings if f.code.startswith("COR-")} <= {
        "COR-NOREPLY",
        "COR-OPEN",
    }


def writable(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if isinstance(value, str | int | float)}


def read(form: Form, content: bytes, folder: str) -> tuple[Return, Records, tuple[Finding, ...]]:
    path = Path(folder) / "a.xlsx"
    path.write_bytes(content)
    found = read_return(path, forms=(form,))
    assert found.account.is_balanced
    records = normalise_returns([found])
    return found, records, check_records(records)


def sums_hold(comparison: Comparison) -> None:
    """Every total is the sum of its numbers, and every number is told where it stands."""
    numbers, totals = comparison.numbers, comparison.totals.set_index("key")
    for key, row in totals[totals["kind"] == "sum"].iterrows():
        column = numbers[str(key)].dropna()
        assert row["n"] == len(column)
        if len(column):
            assert np.isclose(row["value"], column.sum())
        else:
            assert np.isnan(row["value"])
    traced = set(zip(comparison.provenance["return_id"], comparison.provenance["key"], strict=True))
    answers = comparison.answers
    keys = {asked.key for asked in numeric_inputs(comparison.form)}
    valued = answers[(answers["status"] == "value") & answers["key"].isin(keys)]
    assert set(zip(valued["return_id"], valued["key"], strict=True)) <= traced


def frames_come_back(comparison: Comparison) -> None:
    for name, frame in comparison_frames(comparison).items():
        text = csv_bytes(frame).decode("utf-8-sig")
        assert CANARY not in text, name
        head, *rows = csv.reader(io.StringIO(text, newline=""))
        assert (len(head), len(rows)) == (len(frame.columns), len(frame)), name
        for place, column in enumerate(frame.columns):
            if pd.api.types.is_string_dtype(frame[column]):
                back = [unguard(row[place]) for row in rows]
                assert back == frame[column].fillna("").tolist(), (name, column)
        back_frame = pd.read_parquet(io.BytesIO(parquet_bytes(frame)))
        pd.testing.assert_frame_equal(back_frame, frame.reset_index(drop=True), check_dtype=False)


def is_sound(content: bytes, comparison: Comparison) -> None:
    """Nothing in a workbook that Excel would not take, nothing that comes alive."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(content))
        cached = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    names = [sheet.title.casefold() for sheet in book]
    assert len(set(names)) == len(names)
    for sheet, cell in cells(book):
        if cell.data_type == "f":
            assert len(str(cell.value)) <= MAX_FORMULA
            assert "EVIL(" not in str(cell.value).replace('"=EVIL(', "")
        elif isinstance(cell.value, str):
            assert len(cell.value) <= CELL_CHARS
        assert cell.data_type != "e", (sheet, cell.coordinate)
    for sheet, cell in cells(cached):
        assert cell.data_type != "e", (sheet, cell.coordinate, cell.value)
    has_findings = any(CANARY in finding.value for finding in comparison.findings)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = [n for n in archive.namelist() if CANARY.encode() in archive.read(n)]
    assert not told or has_findings


def cells(book: Any) -> Iterator[tuple[str, Any]]:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    yield sheet.title, cell


@drawn(2)
@given(data=st.data())
def test_any_form_goes_through_a_batch(data: st.DataObject) -> None:
    drawn = data.draw(wide_definitions().filter(lambda found: len(found[0].get("levels", ())) > 1))
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = write_wide_form(folder / "form", drawn)
        roster = folder / "roster.csv"
        rows = [f'"{group}","{unit}",{number}' for number, (group, unit) in enumerate(PLACES, 1101)]
        roster.write_text("\n".join(["city,unit,code", *rows]), encoding="utf-8")
        batch = folder / "batch"
        form = load_form(path)
        years = ["--base-year", str(form.base_year)] if form.base_year else []
        run("new", batch, "--form", path, "--roster", roster, *years)
        run("issue", "--batch", batch)
        issued = sorted((batch / "issued").rglob("11*.xlsx"))
        assert len(issued) == len(PLACES)
        for number, blank in enumerate(issued[:3]):
            answers = writable(filled(data, form, 2)[number % 2])
            places = [key for key in form.levels if key in answers]
            kept = {key: text for key, text in answers.items() if key not in places}
            type_into(blank, kept, folder / "in" / f"{number}.xlsx")
        run("receive", "--batch", batch, folder / "in")
        run("status", "--batch", batch)
        run("correct", "--batch", batch)
        for correction in [*(batch / "corrections").rglob("11*.xlsx")][:1]:
            again = folder / "again"
            again.mkdir()
            shutil.copy(correction, again)
            run("receive", "--batch", batch, again)
        run("aggregate", "--batch", batch, "--include", "questioned")
        run("verify", "--batch", batch)


def run(name: str, *arguments: str | Path) -> str:
    done = CliRunner().invoke(cli, ["batch", name, *map(str, arguments)])
    assert isinstance(done.exception, SystemExit | None), done.output
    assert done.exit_code in (0, 1), done.output
    return done.output


def type_into(blank: Path, answers: Mapping[str, Any], filled_in: Path) -> None:
    """Type answers as a library does: texts stay texts."""
    book = openpyxl.load_workbook(blank)
    for key, value in answers.items():
        area = parse_reference(str(book.defined_names[defined_name(key)].attr_text))
        assert area is not None
        cell = book[area.sheet].cell(area.row, area.column, value)
        if isinstance(value, str):
            cell.data_type = "s"
    filled_in.parent.mkdir(exist_ok=True)
    book.save(filled_in)
