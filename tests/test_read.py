"""Workbooks that came back: identified, each input found, bad ones told about."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from damage import (
    SHEET,
    SHEET1,
    cell_edited,
    edited,
    package_of,
    place_of,
    stamp_of,
    text_of,
    without,
    workbook_of,
)

from clusterxl.batch.judge import is_other_kind
from clusterxl.errors import (
    DefinitionError,
    NothingFoundError,
    UnknownWorkbookError,
    UnreadableWorkbookError,
)
from clusterxl.excel.book import Book
from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.stamp import PROPERTY, STAMP_SHEET, Stamp
from clusterxl.finding import Finding, Severity
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.read import Engine, Return, read_return
from clusterxl.returns import Returns, read_returns

FORMS = Path(__file__).parent / "data" / "forms"
FARM = load_form(FORMS / "farm-survey")
HARVEST = load_form(FORMS / "harvest-years")
WORKBOOK = "xl/workbook.xml"
STYLES = "xl/styles.xml"
ANSWERS: dict[str, str | float] = {
    "cooperative": "Hill Farms",
    "target_members_today": 12.0,
    "machines[2].kind": "plough",
}


def read(tmp_path: Path, data: bytes, form: Form = FARM) -> Return:
    path = tmp_path / "return.xlsx"
    path.write_bytes(data)
    return read_return(path, forms=[form])


def told(found: Return | Returns) -> tuple[Finding, ...]:
    """Return the findings, those left out that these workbooks, which are bare, have all."""
    return tuple(f for f in found.findings if not f.code.startswith("INT-"))


def codes(found: Return | Returns) -> list[str]:
    return [finding.code for finding in told(found)]


# ---- one return


def test_every_input_is_found_by_its_name(tmp_path: Path) -> None:
    data = workbook_of(FARM, ANSWERS)
    found = read(tmp_path, data)
    assert list(found.cells) == [asked.key for asked in FARM.inputs]
    assert {cell.found_by for cell in found.cells.values()} == {"name"}
    for key, answer in ANSWERS.items():
        cell = found.cells[key]
        assert (cell.key, cell.sheet, cell.cell) == (key, SHEET, place_of(FARM, key))
        assert cell.raw.value == answer
    assert found.cells["contact"].raw.kind == "blank"
    assert told(found) == ()
    assert found.counts == {
        "inputs": len(FARM.inputs),
        "found": len(FARM.inputs),
        "lost": 0,
        "filled": 3,
        "formulas": 0,
        "errors": 0,
    }


def test_a_return_is_known_by_its_bytes(tmp_path: Path) -> None:
    data = workbook_of(FARM, ANSWERS)
    found = read(tmp_path, data)
    assert (found.file, found.return_id) == ("return.xlsx", found.sha256[:12])
    assert found.stamp == stamp_of(FARM)
    assert found.form is FARM
    assert read(tmp_path, workbook_of(FARM)).return_id != found.return_id


def test_a_form_given_as_folder_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook_of(FARM, ANSWERS))
    assert read_return(path, forms=[FORMS / "farm-survey"]).form.id == "farm-survey"
    named: list[str | Form] = [str(FORMS / "farm-survey"), HARVEST]
    assert read_return(path, forms=named).form.version == FARM.version
    with pytest.raises(DefinitionError):
        read_return(path, forms=[FORMS / "broken"])


def test_a_packaged_form_needs_no_word(tmp_path: Path) -> None:
    form = load_form("gd-cluster-2023", base_year=2023)
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook_of(form))
    found = read_return(path)
    assert found.form.base_year == 2023
    assert found.counts["lost"] == 0


def test_the_base_year_of_the_stamp_decides(tmp_path: Path) -> None:
    past = load_form(FORMS / "harvest-years", base_year=2019)
    key = next(asked.key for asked in past.inputs if asked.year == 2019)
    found = read(tmp_path, workbook_of(past, {key: 1.0}), HARVEST)
    assert found.form.base_year == 2019
    assert found.cells[key].raw.value == 1.0


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_that_is_given_is_meant(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(workbook_of(FARM, ANSWERS))
    (tmp_path / "link.xlsx").symlink_to(tmp_path / "kept")
    assert read_return(tmp_path / "link.xlsx", forms=[FARM]).file == "link.xlsx"


# ---- whose workbook it is


def refusal(tmp_path: Path, data: bytes) -> str:
    with pytest.raises(UnknownWorkbookError, match=r"return\.xlsx") as error:
        read(tmp_path, data)
    return error.value.code


@pytest.mark.parametrize(
    ("stamp", "code"),
    [
        (replace(stamp_of(FARM), version="other"), "read.version"),
        (replace(stamp_of(FARM), base_year=2022), "read.base_year"),
        (replace(stamp_of(HARVEST), version=HARVEST.version), "read.no_form"),
        (replace(stamp_of(FARM), form="../../etc"), "read.no_form"),
        (replace(stamp_of(FARM), kind="comparison"), "read.other_kind"),
    ],
)
def test_another_form_or_edition_is_refused(tmp_path: Path, stamp: Stamp, code: str) -> None:
    assert refusal(tmp_path, workbook_of(FARM, stamp=stamp)) == code


@pytest.mark.parametrize(
    ("kind", "code"), [("comparison", "read.other_kind"), ("return", "read.many_sheets")]
)
def test_ours_are_known_also_when_too_large_to_be_read(
    kind: str, code: str, tmp_path: Path
) -> None:
    book = Book(properties={PROPERTY: replace(stamp_of(FARM), kind=kind).text()})
    for number in range(BOUNDS.sheets + 1):
        book.sheet(str(number))
    path = tmp_path / "return.xlsx"
    path.write_bytes(book.save())
    with pytest.raises((UnknownWorkbookError, UnreadableWorkbookError)) as error:
        read_return(path, forms=[FARM])
    assert error.value.code == code
    assert is_other_kind(path.read_bytes(), path.name) == (kind == "comparison")


@pytest.mark.parametrize("year", [0, 1, 99_999_999])
def test_a_base_year_that_does_not_fit_is_refused(tmp_path: Path, year: int) -> None:
    data = workbook_of(HARVEST, stamp=replace(stamp_of(HARVEST), base_year=year))
    path = tmp_path / "return.xlsx"
    path.write_bytes(data)
    with pytest.raises(UnknownWorkbookError) as error:
        read_return(path, forms=[HARVEST])
    assert error.value.code == "read.base_year"


def test_a_workbook_of_others_is_refused(tmp_path: Path) -> None:
    book = Book()
    book.sheet("s")
    assert refusal(tmp_path, book.save()) == "read.not_ours"


def test_one_mark_of_identity_is_enough(tmp_path: Path) -> None:
    data = edited(workbook_of(FARM, ANSWERS), WORKBOOK, "clusterxl_stamp", "gone")
    data = edited(data, "docProps/custom.xml", f'name="{PROPERTY}"', 'name="gone"')
    assert told(read(tmp_path, data)) == ()
    assert refusal(tmp_path, edited(data, WORKBOOK, STAMP_SHEET, "renamed")) == "read.not_ours"


def test_marks_of_identity_that_differ_are_told(tmp_path: Path) -> None:
    data = edited(workbook_of(FARM, ANSWERS), "docProps/custom.xml", "unit=7", "unit=8")
    found = read(tmp_path, data)
    assert found.stamp == stamp_of(FARM)
    (finding,) = told(found)
    assert (finding.code, finding.severity) == ("STAMP-DIFFER", Severity.WARNING)
    assert (finding.return_id, finding.file) == (found.return_id, "return.xlsx")


# ---- damage to cells and names


def test_a_lost_cell_is_told_and_never_a_blank_answer(tmp_path: Path) -> None:
    name = '<definedName name="f_cooperative">'
    data = workbook_of(FARM, ANSWERS)
    area = text_of(data, WORKBOOK).split(name)[1].split("<")[0]
    for damaged in (
        edited(data, WORKBOOK, f"{name}{area}", f"{name}'{SHEET}'!#REF!"),
        edited(data, WORKBOOK, f"{name}{area}", f"{name}#REF!"),
        edited(data, WORKBOOK, f"{name}{area}", f"{name}gone!$A$2"),
        edited(data, WORKBOOK, name, '<definedName name="other">'),
    ):
        found = read(tmp_path, damaged)
        cell = found.cells["cooperative"]
        assert (cell.found_by, cell.sheet, cell.cell, cell.raw.value) == ("lost", "", "", None)
        finding, orphan = told(found)
        # All answers stand in one row here, so that it may be a personal one.
        assert (orphan.code, orphan.value) == ("READ-UNCLAIMED", "")
        assert [one.text for one in found.unclaimed] == [ANSWERS["cooperative"]]
        assert (finding.code, finding.severity) == ("READ-LOST", Severity.ERROR)
        assert (finding.key, finding.label) == ("cooperative", FARM.by_key["cooperative"].label)
        assert (found.counts["lost"], found.counts["found"]) == (1, len(FARM.inputs) - 1)


def test_names_are_found_whatever_their_capitals(tmp_path: Path) -> None:
    data = edited(workbook_of(FARM, ANSWERS), WORKBOOK, "f_cooperative", "F_Cooperative")
    assert read(tmp_path, data).cells["cooperative"].raw.value == "Hill Farms"


def test_cells_that_moved_are_found(tmp_path: Path) -> None:
    data = workbook_of(FARM, ANSWERS)
    moved = edited(data, WORKBOOK, "Bob''s answers", "二 ''renamed''")
    moved = edited(moved, WORKBOOK, 'name="Bob\'s answers"', "name=\"二 'renamed'\"")
    found = read(tmp_path, moved)
    assert found.cells["cooperative"].sheet == "二 'renamed'"
    assert found.cells["cooperative"].raw.value == "Hill Farms"


def test_a_list_that_shrank_has_lost_its_last_rows(tmp_path: Path) -> None:
    data = workbook_of(FARM, ANSWERS)
    column = place_of(FARM, "machines[1].kind")[:-1]
    found = read(
        tmp_path, edited(data, WORKBOOK, f"${column}$2:${column}$7", f"${column}$2:${column}$5")
    )
    assert found.cells["machines[2].kind"].raw.value == "plough"
    assert found.cells["machines[5].kind"].found_by == "lost"
    (finding,) = told(found)
    assert (finding.code, finding.key) == ("READ-LOSTROWS", "machines[5].kind")
    assert "2" in finding.message


def test_answers_below_a_list_are_not_lost_in_silence(tmp_path: Path) -> None:
    column = place_of(FARM, "machines[1].kind")[:-1]
    grown = edited(
        workbook_of(FARM, {**ANSWERS, "machines[6].kind": "cart"}),
        WORKBOOK,
        f"${column}$2:${column}$7",
        f"${column}$1:${column}$7",
    )
    found = read(tmp_path, grown)
    (finding,) = told(found)
    assert (finding.code, finding.cell) == ("READ-LEFTOVER", f"{column}7")
    blank = edited(
        workbook_of(FARM, ANSWERS),
        WORKBOOK,
        f"${column}$2:${column}$7",
        f"${column}$2:${column}$9",
    )
    assert told(read(tmp_path, blank)) == ()


def test_two_names_on_one_cell_are_told(tmp_path: Path) -> None:
    data = workbook_of(FARM, ANSWERS)
    own, other = place_of(FARM, "contact"), place_of(FARM, "cooperative")
    found = read(
        tmp_path, edited(data, WORKBOOK, f"${own[0]}${own[1]}<", f"${other[0]}${other[1]}<")
    )
    both = ["cooperative", "contact"]
    cells = [f for f in told(found) if f.code == "READ-SHARED"]
    assert sorted(f.key for f in cells) == sorted(both)
    assert {f.cell for f in cells} == {other}
    # Nobody knows whose it is: neither gets it, and what stands there is told.
    assert {found.cells[key].found_by for key in both} == {"lost"}
    assert [f.value for f in told(found) if f not in cells] == []
    assert [one.text for one in found.unclaimed] == ["Hill Farms"]


# ---- what is doubtful about a return as a whole


@pytest.mark.parametrize("engine", ["package", "openpyxl"])
def test_formats_that_are_lost_are_told_once(tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "return.xlsx"
    for damaged in (without(workbook_of(FARM, ANSWERS), STYLES), without_formats()):
        path.write_bytes(damaged)
        found = read_return(path, forms=[FARM], engine=engine)
        assert found.cells["target_members_today"].raw.value == 12.0
        (finding,) = told(found)
        assert (finding.code, finding.severity) == ("READ-STYLES", Severity.WARNING)
        assert (finding.return_id, finding.file) == (found.return_id, "return.xlsx")


def without_formats() -> bytes:
    """Return a workbook whose cells have styles that it does not define."""
    data = workbook_of(FARM, ANSWERS)
    formats = text_of(data, STYLES).split("<cellXfs", 1)[1].split("</cellXfs>", 1)[0]
    return edited(data, STYLES, formats, ' count="1"><xf numFmtId="0" fontId="0"/>')


def test_a_damaged_hidden_sheet_is_told_though_nobody_reads_it(tmp_path: Path) -> None:
    data = workbook_of(FARM, ANSWERS)
    hidden = "xl/worksheets/sheet2.xml"
    for damaged in (edited(data, hidden, "</row>", ""), edited(data, hidden, "<sheetData>", "&x;")):
        found = read(tmp_path, damaged)
        assert found.stamp == stamp_of(FARM)
        assert found.cells["cooperative"].raw.value == "Hill Farms"
        (finding,) = told(found)
        assert (finding.code, finding.severity) == ("READ-HIDDEN", Severity.WARNING)
        assert STAMP_SHEET in finding.message


def test_a_damaged_sheet_of_answers_is_refused_though_it_is_hidden(tmp_path: Path) -> None:
    data = edited(workbook_of(FARM, ANSWERS), SHEET1, "</row>", "")
    name = text_of(data, WORKBOOK).split("<sheet ", 1)[1].split(">", 1)[0]
    data = edited(data, WORKBOOK, name, f'{name.removesuffix("/")} state="hidden"/')
    with pytest.raises(UnreadableWorkbookError) as error:
        read(tmp_path, data)
    assert error.value.code == "read.damaged"


@pytest.mark.parametrize(
    ("xml", "code", "severity", "value"),
    [
        ("><f>1+1</f><v>2</v>", "STR-04", Severity.WARNING, 2.0),
        ("><f>1+1</f>", "READ-UNCALC", Severity.ERROR, None),
        (' t="e"><f>1/0</f><v>#DIV/0!</v>', "STR-02", Severity.ERROR, "#DIV/0!"),
        (' t="e"><v>#N/A</v>', "STR-02", Severity.ERROR, "#N/A"),
    ],
)
def test_formulas_and_errors_in_answers_are_told(
    tmp_path: Path, xml: str, code: str, severity: Severity, value: float | str | None
) -> None:
    place = place_of(FARM, "target_members_today")
    found = read(tmp_path, cell_edited(workbook_of(FARM), place, xml))
    assert found.cells["target_members_today"].raw.value == value
    (finding,) = told(found)
    assert (finding.code, finding.severity) == (code, severity)
    assert (finding.sheet, finding.cell, finding.cells) == (SHEET, place, (f"{SHEET}!{place}",))
    assert finding.key == "target_members_today"
    assert finding.file == "return.xlsx"
    assert found.form.by_key[finding.key].label in finding.message
    assert severity is Severity.WARNING or str(value or "") in finding.message


def test_findings_keep_personal_data_to_themselves(tmp_path: Path) -> None:
    place = place_of(FARM, "contact")
    data = cell_edited(workbook_of(FARM), place, ' t="str"><f>A1</f><v>Jo Doe</v>')
    (finding,) = told(read(tmp_path, data))
    assert finding.value == ""
    assert "Jo" not in finding.message


def test_the_edition_that_was_issued_is_taken_of_two_of_one_id(tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(FORMS / "farm-survey", other)
    head = other / "form.toml"
    text = head.read_text(encoding="utf-8").replace('"Survey of', '"New survey of', 1)
    head.write_text(text, encoding="utf-8", newline="\n")
    path = tmp_path / "return.xlsx"
    path.write_bytes(workbook_of(FARM, ANSWERS))
    for forms in ((other, FORMS / "farm-survey"), (FORMS / "farm-survey", other)):
        assert read_return(path, forms=forms).form.version == FARM.version
    with pytest.raises(UnknownWorkbookError):
        read_return(path, forms=[other])


# ---- many returns


def test_bad_files_stop_no_other(tmp_path: Path) -> None:
    good = workbook_of(FARM, ANSWERS)
    stranger = Book()
    stranger.sheet("s")
    files = {
        "a.xlsx": good,
        "b.xlsx": b"",
        "c.xlsx": b"<html></html>",
        "d.xlsx": good[:-100],
        "e.xlsx": stranger.save(),
        "f.xlsx": workbook_of(FARM, stamp=replace(stamp_of(FARM), version="old")),
        "g.xls": bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 9,
        "h.xlsx": good,
        "i.txt": b"x",
        "j.zip": package_of({"k.xlsx": workbook_of(FARM), "l.xlsx": good}),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    found = read_returns([tmp_path], forms=[FARM])
    assert [one.file for one in found.returns] == ["a.xlsx", "j.zip/k.xlsx"]
    assert [(finding.file, finding.code) for finding in found.findings] == [
        ("b.xlsx", "READ-EMPTY"),
        ("c.xlsx", "READ-WEB"),
        ("d.xlsx", "READ-CUT"),
        ("e.xlsx", "READ-NOTOURS"),
        ("f.xlsx", "READ-VERSION"),
        ("g.xls", "READ-XLS"),
        ("h.xlsx", "READ-REPEAT"),
        ("j.zip/l.xlsx", "READ-REPEAT"),
    ]
    assert [finding.severity for finding in found.findings[:6]] == [Severity.ERROR] * 6
    repeat = found.findings[6]
    assert (repeat.severity, repeat.return_id) == (Severity.INFO, found.returns[0].return_id)
    assert "a.xlsx" in repeat.message
    assert [skipped.file for skipped in found.skipped] == ["i.txt"]


def test_our_other_workbooks_are_skipped_with_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(workbook_of(FARM))
    book = Book(properties={PROPERTY: Stamp(kind="comparison").text()})
    book.sheet("s")
    (tmp_path / "comparison.xlsx").write_bytes(book.save())
    found = read_returns(tmp_path, forms=[FARM])
    assert len(found.returns) == 1
    assert found.findings == ()
    (skipped,) = found.skipped
    assert skipped.file == "comparison.xlsx"
    assert skipped.reason
    (tmp_path / "a.xlsx").unlink()
    with pytest.raises(NothingFoundError):
        read_returns(tmp_path, forms=[FARM])


def test_all_findings_are_those_of_files_and_of_cells(tmp_path: Path) -> None:
    blank = workbook_of(FARM)
    place = place_of(FARM, "target_members_today")
    (tmp_path / "a.xlsx").write_bytes(cell_edited(blank, place, "><f>1+1</f><v>2</v>"))
    (tmp_path / "b.xlsx").write_bytes(b"")
    found = read_returns(tmp_path, forms=[FARM])
    assert codes(found) == ["READ-EMPTY"]
    assert codes(found.returns[0]) == ["STR-04"]
    first, *others = found.all_findings
    assert first.code == "READ-EMPTY"
    assert tuple(others) == found.returns[0].findings


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NothingFoundError):
        read_returns([tmp_path])
    with pytest.raises(NothingFoundError):
        read_return(tmp_path / "gone.xlsx")
    (tmp_path / "a.xlsx").write_bytes(b"%PDF-1.4")
    with pytest.raises(UnreadableWorkbookError) as error:
        read_return(tmp_path / "a.xlsx")
    assert error.value.code == "read.pdf"
