"""What may come, and what happens: one test a threat of docs/reading.md that has none elsewhere."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from damage import (
    SHEET,
    SHEET1,
    cell_edited,
    edited,
    package_of,
    parts_of,
    place_of,
    text_of,
    workbook_of,
)
from hand_returns import FORMS

from clusterxl.check import check_records
from clusterxl.cli.group import cli
from clusterxl.errors import NothingFoundError
from clusterxl.finding import Finding
from clusterxl.form.file import load_form
from clusterxl.frames import cut_frames
from clusterxl.inbox import find_workbooks
from clusterxl.normalise import Records, normalise_returns
from clusterxl.read import Return, read_return
from clusterxl.returns import read_returns
from clusterxl.tables import csv_bytes

FARM = load_form(FORMS / "farm-survey")
WORKBOOK = "xl/workbook.xml"
LISTED = "xl/_rels/workbook.xml.rels"
TYPES = "[Content_Types].xml"
NUMBER, TEXT = "target_members_today", "cooperative"
ANSWERS: Mapping[str, str | float] = {TEXT: "Hill Farms", NUMBER: 12.0}
# The most that a cell holds.
LONGEST = 32_767
NOT_APPLICABLE = ("NA", "N/A", "n/a")
WORDS = (*NOT_APPLICABLE, "null", "nan", "NaN", "None", "NULL", "#N/A", "<NA>", "TRUE")


def read(tmp_path: Path, data: bytes, name: str = "return.xlsx") -> Return:
    path = tmp_path / name
    path.write_bytes(data)
    return read_return(path, forms=[FARM])


def typed(tmp_path: Path, key: str, xml: str) -> tuple[Records, tuple[Finding, ...]]:
    """Return records and findings of a return with this in one cell."""
    data = cell_edited(workbook_of(FARM), place_of(FARM, key), xml)
    records = normalise_returns([read(tmp_path, data)])
    return records, check_records(records)


def row_of(records: Records, key: str) -> dict[Any, Any]:
    values = records.values
    row: dict[Any, Any] = values[values["key"] == key].iloc[0].to_dict()
    return row


def codes_at(findings: tuple[Finding, ...], key: str) -> list[str]:
    return [finding.code for finding in findings if finding.key == key]


# ---- what a workbook brings along


def with_parts(data: bytes, parts: Mapping[str, bytes], relation: str) -> bytes:
    """Return a workbook with more parts, and one more relation of the workbook."""
    added = package_of({**parts_of(data), **parts})
    return edited(added, LISTED, "</Relationships>", f"{relation}</Relationships>")


def relation(kind: str, target: str) -> str:
    mode = ' TargetMode="External"' if "://" in target else ""
    return f'<Relationship Id="x9" Type="t/{kind}" Target="{target}"{mode}/>'


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("externalLink", "externalLinks/externalLink1.xml"),
        ("connections", "connections.xml"),
        ("oleObject", "embeddings/oleObject1.bin"),
        ("oleObject", "http://x.test/object"),
        ("vbaProject", "vbaProject.bin"),
    ],
)
def test_what_a_workbook_brings_along_is_left_alone(kind: str, part: str, tmp_path: Path) -> None:
    data = workbook_of(FARM, ANSWERS)
    parts = {} if "://" in part else {f"xl/{part}": b"<connections/>"}
    found = read(tmp_path, with_parts(data, parts, relation(kind, part)))
    assert found.cells[TEXT].raw.value == ANSWERS[TEXT]
    assert {f.code.partition("-")[0] for f in found.findings} <= {"INT"}


@pytest.mark.parametrize("formula", ["[1]other!A1", "cmd|'/c calc'!A0", "'file:///x'#$s.A1"])
def test_formulas_that_lead_elsewhere_are_told_and_never_followed(
    formula: str, tmp_path: Path
) -> None:
    records, findings = typed(tmp_path, NUMBER, f"><f>{formula}</f><v>2</v>")
    assert row_of(records, NUMBER)["number"] == 2.0
    assert codes_at(findings, NUMBER) == ["STR-04"]


def test_macros_are_neither_run_nor_missed(tmp_path: Path) -> None:
    plain = "spreadsheetml.sheet.main+xml"
    data = edited(
        workbook_of(FARM, ANSWERS),
        TYPES,
        f"vnd.openxmlformats-officedocument.{plain}",
        "vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    data = with_parts(data, {"xl/vbaProject.bin": b"macro"}, relation("vbaProject", "vbaProject"))
    path = tmp_path / "return.xlsm"
    path.write_bytes(data)
    (found,) = read_returns(tmp_path, forms=[FARM]).returns
    assert (found.file, found.cells[TEXT].raw.value) == ("return.xlsm", ANSWERS[TEXT])


def test_protection_and_hiding_change_no_answer(tmp_path: Path) -> None:
    data = workbook_of(FARM, ANSWERS)
    before = read(tmp_path, data)
    name = text_of(data, WORKBOOK).split("<sheet ", 1)[1].split("/>", 1)[0]
    hidden = edited(data, WORKBOOK, f"<sheet {name}/>", f'<sheet {name} state="hidden"/>')
    rows = edited(data, SHEET1, '<row r="2"', '<row r="2" hidden="1"')
    protection = '</sheetData><sheetProtection sheet="1" password="CC1A" objects="1"/>'
    for changed in (hidden, rows, edited(data, SHEET1, "</sheetData>", protection)):
        assert changed != data
        assert read(tmp_path, changed).cells == before.cells


def test_of_a_doubled_sheet_the_first_counts(tmp_path: Path) -> None:
    """Excel gives the copy names of its own, that hold on its sheet only."""
    data = workbook_of(FARM, ANSWERS)
    copied = edited(data, WORKBOOK, "</sheets>", f'<sheet name="{SHEET} (2)" {COPY}/></sheets>')
    name = f"'{SHEET.replace(chr(39), chr(39) * 2)} (2)'!$A$2"
    local = f'<definedName name="f_{TEXT}" localSheetId="2">{name}</definedName></definedNames>'
    copied = edited(copied, WORKBOOK, "</definedNames>", local)
    sheet = parts_of(data)[SHEET1]
    part = {"xl/worksheets/sheet9.xml": sheet.replace(b"<v>12</v>", b"<v>13</v>")}
    found = read(tmp_path, with_parts(copied, part, relation("worksheet", "worksheets/sheet9.xml")))
    assert {cell.sheet for cell in found.cells.values()} == {SHEET}
    assert found.cells[NUMBER].raw.value == 12.0


COPY = 'sheetId="9" r:id="x9"'

# ---- formulas


@pytest.mark.parametrize("formula", ["A1", "NOW()", "RAND()*100", "INDIRECT(&quot;A1&quot;)"])
def test_a_formula_counts_as_it_was_shown(formula: str, tmp_path: Path) -> None:
    """Circular, volatile or stale: the value in the file is what the sender saw, and it is told."""
    cell = place_of(FARM, NUMBER) if formula == "A1" else formula
    records, findings = typed(tmp_path, NUMBER, f"><f>{cell}</f><v>41</v>")
    assert row_of(records, NUMBER)["number"] == 41.0
    assert codes_at(findings, NUMBER) == ["STR-04"]


# ---- odd texts and numbers


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("_xD800_ half a pair", "_xD800_ half a pair"),
        ("\ue000 private", "\ufffd private"),
        ("\uf900 compatible", "\uf900 compatible"),
        ("zero\u200bwidth", "zerowidth"),
        ("\u202eright to left", "right to left"),
        ("combine\u0301d", "combine\u0301d"),
        ("\U00020bb7 rare", "\U00020bb7 rare"),
    ],
)
def test_odd_texts_are_kept_and_written(text: str, clean: str, tmp_path: Path) -> None:
    records = normalise_returns([read(tmp_path, workbook_of(FARM, {TEXT: text}))])
    assert (row_of(records, TEXT)["raw"], row_of(records, TEXT)["text"]) == (text, clean)
    rows = csv_of(records.values)
    assert [(r["raw"], r["text"]) for r in rows if r["key"] == TEXT] == [(text, clean)]


def test_control_characters_are_kept_and_never_reach_a_terminal(tmp_path: Path) -> None:
    cell = ' t="inlineStr"><is><t>Hill_x001B_[2J_x0000_Farms</t></is>'
    data = cell_edited(workbook_of(FARM), place_of(FARM, TEXT), cell)
    found = read(tmp_path, data)
    assert found.cells[TEXT].raw.value == "Hill\x1b[2J\x00Farms"
    form = str(FORMS / "farm-survey")
    done = CliRunner().invoke(cli, ["check", str(tmp_path), "--form", form])
    assert done.exit_code == 1
    assert "\x1b" not in done.output


def csv_of(frame: pd.DataFrame) -> list[dict[str, str]]:
    text = csv_bytes(frame).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("word", WORDS)
def test_words_that_pandas_takes_for_nothing_stay_words(word: str, tmp_path: Path) -> None:
    records = normalise_returns([read(tmp_path, workbook_of(FARM, {TEXT: word}))])
    status = "not_applicable" if word in NOT_APPLICABLE else "value"
    assert (row_of(records, TEXT)["status"], row_of(records, TEXT)["text"]) == (status, word)
    frames = cut_frames(FARM, records.values, records.returns)
    (section,) = (frame for frame in frames.values() if TEXT in frame)
    assert section[TEXT].tolist() == [word]
    assert [row[TEXT] for row in csv_of(section)] == [word]


def test_the_longest_text_is_kept_whole(tmp_path: Path) -> None:
    text = "集" * LONGEST
    records = normalise_returns([read(tmp_path, workbook_of(FARM, {"outlook": text}))])
    assert row_of(records, "outlook")["text"] == text
    assert codes_at(check_records(records), "outlook") == ["GEN-LEN"]
    assert [row["text"] for row in csv_of(records.values) if row["key"] == "outlook"] == [text]


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ("><v>NaN</v>", "READ-BROKEN"),
        ("><v>INF</v>", "READ-BROKEN"),
        ("><v>1_000</v>", "READ-BROKEN"),
        ("><v>٣</v>", "READ-BROKEN"),
        ("><v>1E+999</v>", "STR-02"),
        ("><v>1E+300</v>", "NORM-BIG"),
        ("><v>-12345678901234567890</v>", "NORM-BIG"),
        (' t="b"><v>1</v>', "GEN-NUM"),
        (' t="str"><v>1_000</v>', "GEN-NUM"),
        (' t="str"><v>٣</v>', "GEN-NUM"),
        (' t="str"><v>nan</v>', "GEN-NUM"),
        (' t="str"><v>Infinity</v>', "GEN-NUM"),
        (' t="str"><v>1E+300</v>', "GEN-NUM"),
        (' t="str"><v>12345678901234567890</v>', "GEN-NUM"),
    ],
)
def test_what_is_no_number_is_missing_and_told(xml: str, code: str, tmp_path: Path) -> None:
    records, findings = typed(tmp_path, NUMBER, xml)
    row = row_of(records, NUMBER)
    assert (row["status"], pd.isna(row["number"])) == ("invalid", True)
    assert code in codes_at(findings, NUMBER)


# ---- files


def shown(folder: Path) -> tuple[list[str], list[str]]:
    """Return which files of a folder are read, and which are left alone."""
    found = read_returns(folder, forms=[FARM])
    return [one.file for one in found.returns], [skipped.file for skipped in found.skipped]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("-rf.xlsx", "-rf.xlsx"),
        ("=cmd.xlsx", "=cmd.xlsx"),
        ("two\nlines.xlsx", "two\\u000alines.xlsx"),
        ("CON .xlsx", "CON .xlsx"),
        (" x.xlsx", " x.xlsx"),
        ("\u202exslx.xlsx", "\\u202exslx.xlsx"),
    ],
)
def test_odd_names_are_only_names(name: str, seen: str, tmp_path: Path) -> None:
    path = tmp_path / name
    try:
        path.write_bytes(workbook_of(FARM, ANSWERS))
    except OSError:
        pytest.skip("no such names on this system")
    assert shown(tmp_path) == ([seen], [])
    records = normalise_returns(read_returns(tmp_path, forms=[FARM]).returns)
    assert [row["file"].lstrip("'") for row in csv_of(records.returns)] == [seen]


def test_what_is_no_file_of_a_sender_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(workbook_of(FARM, ANSWERS))
    for junk in ("~$a.xlsx", ".~a.xlsx", ".DS_Store", "Thumbs.db", "desktop.ini", "notes.txt"):
        (tmp_path / junk).write_bytes(b"x")
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "folder.xlsx" / "b.xlsx").write_bytes(workbook_of(FARM))
    read_files, skipped = shown(tmp_path)
    assert read_files == ["a.xlsx", "folder.xlsx/b.xlsx"]
    assert len(skipped) == 7


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders on this system")
def test_a_pipe_in_a_folder_stops_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    with pytest.raises(NothingFoundError):
        find_workbooks(tmp_path)
    (tmp_path / "a.xlsx").write_bytes(workbook_of(FARM, ANSWERS))
    assert [file.name for file in find_workbooks(tmp_path).files] == ["a.xlsx"]


def test_a_link_to_a_return_is_that_return(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(workbook_of(FARM, ANSWERS))
    try:
        (tmp_path / "b.xlsx").symlink_to(tmp_path / "a.xlsx")
        (tmp_path / "c.xlsx").symlink_to(tmp_path / "gone.xlsx")
    except OSError:
        pytest.skip("no links for this user on this system")
    assert shown(tmp_path)[0] == ["a.xlsx"]


def test_the_bytes_that_were_read_are_those_that_are_named(tmp_path: Path) -> None:
    """A file is read once, and hash and answers are of the same bytes."""
    data, later = workbook_of(FARM, ANSWERS), workbook_of(FARM, {TEXT: "Dale Farms"})
    (file,) = (tmp_path / "a.xlsx",)
    file.write_bytes(data)
    (found,) = find_workbooks(file).files
    taken = found.read_bytes()
    file.write_bytes(later)
    assert sha256(taken).hexdigest() == sha256(data).hexdigest()
    assert read(tmp_path, taken).sha256 == sha256(data).hexdigest()


# ---- the docs


def test_every_test_that_the_docs_name_is_there(repository: Path) -> None:
    text = (repository / "docs" / "reading.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+\.py)::(?:\w+::)?(test_\w+)`", text)
    assert len(named) == text.count(".py::") > 0
    for file, name in named:
        assert f"def {name}(" in (repository / "tests" / file).read_text(encoding="utf-8"), name
