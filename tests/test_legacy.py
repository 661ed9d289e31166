"""Returns in older and foreign formats: read as far as the format carries, told, never in haste."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from damage import SHEET, edited, package_of, parts_of, rows_of, stamp_of, workbook_of
from hand_packages import package_by_hand, parts_by_hand, sheet_xml
from hand_xlsb import (
    DATE,
    PERCENT,
    Cell,
    cell_record,
    constant,
    name_record,
    place,
    record,
    sheet_part,
    text,
    xlsb,
)
from libreoffice_tools import recalculate

from clusterxl.errors import UnknownWorkbookError, UnreadableWorkbookError
from clusterxl.excel.engines import read_workbook
from clusterxl.excel.raw import RawBook, RawCell
from clusterxl.excel.stamp import STAMP_NAME, STAMP_SHEET, carriers
from clusterxl.finding import Severity
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.normalise import group_returns, normalise_returns
from clusterxl.read import Return, read_return
from clusterxl.returns import read_returns
from clusterxl.testing.returns import simulate_return

FORMS = Path(__file__).parent / "data" / "forms"
FARM = load_form(FORMS / "farm-survey")
ANSWERS: dict[str, str | float] = {"cooperative": "Hill Farms", "target_members_today": 12.0}
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
# Kinds of cells as .xlsx has them: a share, a day, yes, an error, formulas, blanks in a text.
ROWS = (
    '<row r="2"><c r="B2" s="1"><v>0.6</v></c><c r="C2" s="2"><v>45000.5</v></c>'
    '<c r="D2" t="b"><v>1</v></c><c r="E2"><f>1/0</f></c><c r="F2"><f>1+1</f><v>2</v></c>'
    '<c r="G2" t="s"><v>0</v></c><c r="H2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c></row>'
    '<row r="3"><c r="B3"><v>-0.1</v></c><c r="C3"><v>1234567.25</v></c>'
    '<c r="D3" t="b"><v>0</v></c><c r="E3" t="e"><v>#N/A</v></c></row>'
)
STRINGS = '<si><t xml:space="preserve"> a  b\nc&lt;</t></si>'


def values_of(path: Path, form: Form) -> pd.DataFrame:
    """Return what a return says, input by input."""
    (group,) = group_returns(read_returns([path], forms=[form]).returns)
    return normalise_returns(group).values[["key", "status", "number", "text"]]


# ---- as LibreOffice saves them


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two workbooks, each saved by LibreOffice in every format."""
    folder = tmp_path_factory.mktemp("saved")
    given = [folder / "given" / name for name in ("return.xlsx", "kinds.xlsx")]
    given[0].parent.mkdir()
    form = load_form("gd-cluster-2023")
    given[0].write_bytes(simulate_return(form, seed=4, defects=("percent_sign", "blank")))
    given[1].write_bytes(package_by_hand(parts_by_hand(sheet_xml(ROWS), strings=STRINGS)))
    for kind in ("xlsx", "xls", "ods"):
        recalculate(given, folder, kind)
    for path in folder.glob("*.xls"):
        shutil.copy(path, path.with_suffix(".et"))
    return folder


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("kind", ["xls", "et", "ods"])
def test_a_return_says_the_same_in_every_format(saved: Path, kind: str) -> None:
    form = load_form("gd-cluster-2023")
    told = values_of(saved / f"return.{kind}", form)
    expected = values_of(saved / "return.xlsx", form)
    pd.testing.assert_frame_equal(told, expected)
    assert set(told["status"]) > {"value"}


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize(
    ("kind", "found"), [("xls", {"name", "sheet"}), ("ods", {"name", "property", "sheet"})]
)
def test_the_stamp_survives_as_far_as_the_format_carries_it(
    saved: Path, kind: str, found: set[str]
) -> None:
    book = read_workbook((saved / f"return.{kind}").read_bytes(), "a")
    assert set(carriers(book)) == found
    assert book.origin == kind
    stamp = book.sheet(STAMP_SHEET)
    assert stamp is not None
    assert stamp.visibility != "visible"


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_every_kind_of_cell_is_what_it_is_in_xlsx(saved: Path, kind: str) -> None:
    book = read_workbook((saved / f"kinds.{kind}").read_bytes(), "a")
    expected = read_workbook((saved / "kinds.xlsx").read_bytes(), "a")
    assert [contents(sheet.cells) for sheet in book.sheets] == [
        contents(sheet.cells) for sheet in expected.sheets
    ]
    assert "%" in book.sheets[0].cell(2, 2).number_format
    assert bool(book.sheets[0].cell(2, 6).formula) == (kind == "ods")


def contents(cells: Mapping[tuple[int, int], RawCell]) -> dict[tuple[int, int], Any]:
    """Return values and kinds of cells."""
    return {where: (cell.value, cell.kind) for where, cell in cells.items()}


# ---- what is told of them


@pytest.mark.needs_libreoffice
@pytest.mark.parametrize("kind", ["xls", "et", "ods"])
def test_an_old_format_is_told_and_read(saved: Path, kind: str) -> None:
    found = read_returns([saved / f"return.{kind}"])
    (told,) = found.all_findings
    assert (told.code, told.severity) == ("READ-LEGACY", Severity.WARNING)
    assert told.return_id == found.returns[0].return_id
    assert found.returns[0].counts["lost"] == 0


# ---- .xlsb, by hand


def farm_xlsb(answers: Mapping[str, str | float]) -> bytes:
    """Return the plain return of `workbook_of` as .xlsb: names, stamp as name and hidden cell."""
    stamp = stamp_of(FARM).text()
    rows: dict[int, list[bytes]] = {}
    names = name_record(STAMP_NAME, constant(stamp))
    for name, (column, keys) in rows_of(FARM).items():
        for row, key in enumerate(keys, start=2):
            rows.setdefault(row, []).append(cell_record(column, _number(answers.get(key))))
        last = 1 + len(keys) if len(keys) > 1 else None
        names += name_record(name, place(0, 2, column, last))
    sheets = {
        SHEET: (0, sheet_part(dict(sorted(rows.items())))),
        STAMP_SHEET: (2, sheet_part({1: [cell_record(1, stamp)]})),
    }
    return xlsb(sheets, names=names)


def _number(value: str | float | None) -> Cell:
    return float(value) if isinstance(value, int) else value


def read(tmp_path: Path, data: bytes, name: str) -> Return:
    path = tmp_path / name
    path.write_bytes(data)
    return read_return(path, forms=[FARM])


def test_a_binary_return_is_read_by_its_names(tmp_path: Path) -> None:
    found = read(tmp_path, farm_xlsb(ANSWERS), "a.xlsb")
    plain = read(tmp_path, workbook_of(FARM, ANSWERS), "a.xlsx")
    assert found.stamp == plain.stamp
    assert contents_of(found) == contents_of(plain)
    told = {finding.code for finding in found.findings} - {"INT-SHEET"}
    assert told == {"READ-LEGACY"}


def contents_of(found: Return) -> dict[str, tuple[str, str, Any]]:
    return {key: (c.sheet, c.cell, c.raw.value) for key, c in found.cells.items()}


def book_of(*rows: bytes, **more: Any) -> RawBook:
    data = xlsb({"S": (0, sheet_part(dict(enumerate([[*rows]], start=2))))}, **more)
    return read_workbook(data, "a.xlsb")


def test_binary_cells_have_formats_errors_and_days() -> None:
    book = book_of(
        cell_record(1, 0.6, style=PERCENT),
        cell_record(2, 45000.5, style=DATE),
        cell_record(3, "#DIV/0!"),
        cell_record(4, "#N/A", is_formula=True),
        cell_record(5, value=True),
        cell_record(6, "a_x000D__x000A_b", is_formula=True),
        cell_record(7, None),
        record(2, bytes([7, 0, 0, 0, 0, 0, 0, 0]) + (1234 << 2 | 3).to_bytes(4, "little")),
    )
    cells = book.sheets[0].cells
    assert cells[2, 1] == RawCell(value=0.6, kind="number", number_format="0.00%")
    assert cells[2, 2] == RawCell(value=45000.5, kind="date", number_format="yyyy/m/d")
    assert contents({k: v for k, v in cells.items() if k[1] > 2}) == {
        (2, 3): ("#DIV/0!", "error"),
        (2, 4): ("#N/A", "error"),
        (2, 5): (True, "bool"),
        (2, 6): ("a\nb", "text"),
        (2, 8): (12.34, "number"),
    }
    assert [bool(cell.formula) for cell in cells.values()] == [
        *(False, False, False, True, False, True, False)
    ]


def test_binary_days_of_1904_are_moved() -> None:
    book = book_of(cell_record(1, 10.0, style=DATE), from_1904=True)
    assert book.sheets[0].cell(2, 1).value == 10 + 1462


def test_binary_names_of_one_sheet_or_of_no_place_are_none() -> None:
    names = name_record("a", place(0, 2, 3)) + name_record("a", place(0, 9, 9), sheet=0)
    names += name_record("five", bytes([0x1E, 5, 0]))
    book = book_of(names=names)
    assert book.names == {"a": "'S'!C2", "five": ""}


@pytest.mark.parametrize(
    "row",
    [
        (cell_record(1, "a"), cell_record(1, "b")),
        (cell_record(600, "a"),),
        (record(7, bytes([0] * 8) + b"\x09\0\0\0"),),
        (record(14, bytes(9)),),
        (record(6, bytes(8) + text("abc")[:-2]),),
    ],
)
def test_binary_sheets_that_are_odd_are_refused(row: tuple[bytes, ...]) -> None:
    with pytest.raises(UnreadableWorkbookError) as error:
        book_of(*row)
    assert error.value.code in ("read.xlsb", "read.doubled_cell", "read.far_cell")


def test_two_readers_must_find_the_same_in_a_binary_sheet() -> None:
    # A row after its cells: ours takes them for row 1 of nothing, calamine for what it thinks.
    part = record(129) + record(145) + cell_record(1, "a") + record(146) + record(130)
    with pytest.raises(UnreadableWorkbookError) as error:
        read_workbook(xlsb({"S": (0, part)}), "a.xlsb")
    assert error.value.code == "read.xlsb"


# ---- .ods, by hand

_ODS_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0">'
    "<office:body><office:spreadsheet>"
)
_ODS_TAIL = "</office:spreadsheet></office:body></office:document-content>"


def ods(rows: str, more: str = "", manifest: str = "<m/>") -> bytes:
    """Return a workbook of one sheet."""
    content = f'{_ODS_HEAD}<table:table table:name="S">{rows}</table:table>{more}{_ODS_TAIL}'
    return package_of(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def ods_cells(rows: str) -> dict[tuple[int, int], Any]:
    book = read_workbook(ods(rows), "a.ods")
    return {where: cell.value for where, cell in book.sheets[0].cells.items()}


def row_of(cells: str, repeats: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeats}">{cells}</table:table-row>'


def cell_of(inside: str, repeats: int = 1, more: str = 'office:value-type="string"') -> str:
    repeated = f'table:number-columns-repeated="{repeats}"'
    return f"<table:table-cell {repeated} {more}>{inside}</table:table-cell>"


BLANK_CELLS = '<table:table-cell table:number-columns-repeated="16000"/>'


def test_repeated_cells_of_ods_stand_where_they_are_meant() -> None:
    rows = row_of(BLANK_CELLS, 1_000_000) + row_of(BLANK_CELLS)
    assert ods_cells(rows) == {}
    once = cell_of("<text:p>a</text:p>")
    rows = row_of(BLANK_CELLS, 2) + row_of(cell_of("<text:p>x</text:p>", 2) + once, 2)
    assert ods_cells(rows) == {
        **{(row, column): "x" for row in (3, 4) for column in (1, 2)},
        (3, 3): "a",
        (4, 3): "a",
    }


def test_texts_of_ods_are_what_the_cell_shows() -> None:
    inside = (
        "<office:annotation><text:p>note</text:p></office:annotation>"
        '<text:p>a<text:s text:c="3"/>b<text:tab/><text:span>c</text:span>'
        "<text:line-break/>d</text:p>"
        "<draw:frame><draw:text-box><text:p>drawn</text:p></draw:text-box></draw:frame>"
        "<text:p>e</text:p>"
    )
    assert ods_cells(row_of(cell_of(inside))) == {(1, 1): "a   b\tc\nd\ne"}


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (row_of(cell_of("<text:p>x</text:p>", 16_000), 1_000_000), "read.many_elements"),
        (row_of(cell_of("<text:p>x</text:p>", 500), 15_000), "read.many_elements"),
        (row_of("", 30_000) + row_of(cell_of("<text:p>x</text:p>")), "read.far_cell"),
        ("<table:table-row>", "read.damaged"),
    ],
)
def test_ods_beyond_bounds_is_refused(rows: str, code: str) -> None:
    with pytest.raises(UnreadableWorkbookError) as error:
        read_workbook(ods(rows), "a.ods")
    assert error.value.code == code


def test_ods_with_a_dtd_a_password_or_without_content_is_refused() -> None:
    declared = edited(ods(""), "content.xml", "<office:document", "<!DOCTYPE a><office:document")
    locked = ods("", manifest="<m><manifest:encryption-data/></m>")
    for data, code in ((declared, "read.declares"), (locked, "read.encrypted")):
        with pytest.raises(UnreadableWorkbookError) as error:
            read_workbook(data, "a.ods")
        assert error.value.code == code


def test_names_of_ods_are_those_of_the_workbook() -> None:
    more = (
        "<table:named-expressions>"
        "<table:named-range table:name=\"a\" table:cell-range-address=\"$'x.y''s'.$B$2:.$B$9\"/>"
        '<table:named-range table:name="b" table:cell-range-address="S.A1"/>'
        '<table:named-range table:name="c" table:cell-range-address="#REF!"/>'
        '<table:named-expression table:name="d" table:expression="of:=&quot;k&quot;"/>'
        "</table:named-expressions>"
    )
    own = '<table:named-expressions><table:named-range table:name="own"/></table:named-expressions>'
    book = read_workbook(ods(own, more), "a.ods")
    assert book.names == {
        "a": "'x.y''s'!$B$2:$B$9",
        "b": "'S'!A1",
        "c": "#REF!",
        "d": '"k"',
    }


# ---- refused


@pytest.mark.parametrize("kind", ["xls", "xlsb", "ods"])
def test_what_is_no_workbook_at_all_is_told_as_before(kind: str) -> None:
    data = {
        "xls": OLE + bytes(4_000),
        "xlsb": package_of({"[Content_Types].xml": b"", "xl/workbook.bin": b"\x80"}),
        "ods": package_of({"mimetype": b"x", "content.xml": b"<a"}),
    }[kind]
    with pytest.raises(UnreadableWorkbookError) as error:
        read_workbook(data, "a")
    assert error.value.code == ("read.damaged" if kind == "ods" else f"read.{kind}")


def test_a_foreign_workbook_without_a_stamp_is_not_ours(tmp_path: Path) -> None:
    with pytest.raises(UnknownWorkbookError) as error:
        read(tmp_path, xlsb({"S": (0, sheet_part({1: [cell_record(1, "a")]}))}), "a.xlsb")
    assert error.value.code == "read.not_ours"


def test_one_workbook_that_kills_costs_only_itself(tmp_path: Path) -> None:
    # Calamine makes room for every cell up to a far one, and ends the process.
    far = record(0, (1_048_575).to_bytes(4, "little") + bytes(13)) + cell_record(16_384, "a")
    part = record(129) + record(145) + far + record(146) + record(130)
    (tmp_path / "a.xlsb").write_bytes(xlsb({"S": (0, part)}))
    for name in ("b.xlsb", "c.xlsb"):
        (tmp_path / name).write_bytes(farm_xlsb({**ANSWERS, "cooperative": name}))
    found = read_returns(tmp_path, forms=[FARM])
    assert [one.file for one in found.returns] == ["b.xlsb", "c.xlsb"]
    assert [finding.code for finding in found.findings] == ["READ-FARCELL"]
    assert "a.xlsb" in found.findings[0].message


def test_members_of_packages_are_checked_as_in_xlsx() -> None:
    parts = parts_of(farm_xlsb(ANSWERS))
    with pytest.raises(UnreadableWorkbookError) as error:
        read_workbook(package_of({**parts, "../x.bin": b""}), "a.xlsb")
    assert error.value.code == "read.odd_zip"


def content_of(data: bytes) -> Any:
    book = read_workbook(data, "a")
    return [(sheet.name, contents(sheet.cells)) for sheet in book.sheets], dict(book.names)


@pytest.mark.parametrize("kind", ["xlsb", "ods"])
def test_a_flipped_byte_is_refused_or_changes_nothing(kind: str) -> None:
    whole = ods(row_of(cell_of("<text:p>answer</text:p>", 3), 2))
    data = farm_xlsb(ANSWERS) if kind == "xlsb" else whole
    expected = content_of(data)
    chance = Random(3)  # noqa: S311 (the same damage each time)
    refused = 0
    for at in chance.sample(range(len(data)), 150):
        flipped = bytearray(data)
        flipped[at] ^= 1 << chance.randrange(8)
        try:
            assert content_of(bytes(flipped)) == expected
        except UnreadableWorkbookError:
            refused += 1
    assert refused > len(expected)


@pytest.mark.parametrize("kind", ["xlsb", "ods"])
def test_damage_within_a_part_kills_nobody(kind: str) -> None:
    part = "xl/worksheets/sheet1.bin" if kind == "xlsb" else "content.xml"
    whole = ods(row_of(cell_of("<text:p>answer</text:p>", 3), 2))
    parts = parts_of(farm_xlsb(ANSWERS) if kind == "xlsb" else whole)
    chance = Random(4)  # noqa: S311 (the same damage each time)
    codes = set()
    for _ in range(150):
        damaged = bytearray(parts[part])
        for at in chance.sample(range(len(damaged)), 3):
            damaged[at] = chance.randrange(256)
        try:
            read_workbook(package_of({**parts, part: bytes(damaged)}), "a")
        except UnreadableWorkbookError as error:
            codes.add(error.code)
    assert codes
    assert "read.killed" not in codes
