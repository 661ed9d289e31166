"""The reference reader: what stands in a workbook, and files that are none."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from damage import edited, package_of, parts_of, text_of, without
from openpyxl.worksheet.formula import ArrayFormula

from clusterxl.errors import UnreadableWorkbookError
from clusterxl.excel.book import Book
from clusterxl.excel.cells import Content, Formula, Rich, Style
from clusterxl.excel.formats import CHINESE_DATES, is_date_format, shows_day
from clusterxl.excel.raw import Range, RawBook, RawCell, decode_text, parse_reference
from clusterxl.excel.reference import read_with_openpyxl
from clusterxl.excel.sniff import MAX_BYTES, kind_of

SHEET1 = "xl/worksheets/sheet1.xml"
PLAIN = Style()


def read(data: bytes) -> RawBook:
    return read_with_openpyxl(data, "a.xlsx")


def written(*contents: Content, style: Style = PLAIN) -> bytes:
    """Return a workbook with contents one under the other."""
    book = Book(properties={"clusterxl": "stamp", "other": "1"})
    sheet = book.sheet("it's")
    for row, content in enumerate(contents, start=1):
        sheet.put(row, 1, content, style)
    book.define_name("f_a", "='it''s'!$A$1")
    book.define_name("constant", '="text"')
    book.sheet("hidden").visibility("hidden")
    book.sheet("_very").visibility("very_hidden")
    return book.save()


def with_cell(xml: str) -> bytes:
    """Return a workbook whose first row is this XML."""
    data = written("x")
    old = text_of(data, SHEET1)
    row = old[old.index("<sheetData>") : old.index("</sheetData>")]
    return edited(data, SHEET1, row, f'<sheetData><row r="1">{xml}</row>')


def only(data: bytes) -> RawCell:
    return read(data).sheets[0].cell(1, 1)


def refused(data: bytes) -> str:
    with pytest.raises(UnreadableWorkbookError) as error:
        read(data)
    assert "a.xlsx" in str(error.value)
    return error.value.code


# ---- cells


def test_values_come_with_their_kind() -> None:
    rich = Rich((("a", PLAIN), ("b", Style(size=9))))
    contents = ("text", 12.5, 3, True, rich, None, "")
    sheet = read(written(*contents)).sheets[0]
    found = [(sheet.cell(row, 1).value, sheet.cell(row, 1).kind) for row in range(1, 8)]
    assert found == [
        ("text", "text"),
        (12.5, "number"),
        (3.0, "number"),
        (True, "bool"),
        ("ab", "text"),
        (None, "blank"),
        (None, "blank"),
    ]
    assert set(sheet.cells) == {(row, 1) for row in range(1, 6)}


def test_a_formula_comes_with_its_value() -> None:
    cell = only(written(Formula("=1+1", 2)))
    assert (cell.formula, cell.value, cell.kind, cell.has_cached) == ("=1+1", 2.0, "number", True)
    cell = only(written(Formula('="a"', "a")))
    assert (cell.formula, cell.value, cell.kind) == ('="a"', "a", "text")
    cell = only(written(Formula("=1+1")))
    assert (cell.formula, cell.value, cell.has_cached) == ("=1+1", None, False)
    cell = only(with_cell('<c r="A1" t="str"><f>""</f><v></v></c>'))
    assert (cell.formula, cell.value, cell.kind, cell.has_cached) == ('=""', "", "text", True)
    cell = only(with_cell('<c r="A1" t="b"><f>TRUE()</f><v>1</v></c>'))
    assert (cell.formula, cell.value, cell.kind) == ("=TRUE()", True, "bool")


def test_shared_and_array_formulas_are_formulas() -> None:
    shared = (
        '<c r="A1"><f t="shared" ref="A1:B1" si="0">C1*2</f><v>4</v></c>'
        '<c r="B1"><f t="shared" si="0"/><v>6</v></c>'
    )
    sheet = read(with_cell(shared)).sheets[0]
    assert (sheet.cell(1, 2).formula, sheet.cell(1, 2).value) == ("=D1*2", 6.0)
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = ArrayFormula("A1:A1", "=SUM(B1:B2)")
    kept = BytesIO()
    book.save(kept)
    cell = read(kept.getvalue()).sheets[0].cell(1, 1)
    assert (cell.formula, cell.has_cached) == ("=SUM(B1:B2)", False)


@pytest.mark.parametrize("sign", ["#REF!", "#N/A", "#DIV/0!", "#SPILL!", "Err:502"])
def test_an_error_is_never_a_blank(sign: str) -> None:
    cell = only(with_cell(f'<c r="A1" t="e"><v>{sign}</v></c>'))
    assert (cell.value, cell.kind) == (sign, "error")
    cell = only(with_cell(f'<c r="A1" t="e"><f>1/0</f><v>{sign}</v></c>'))
    assert (cell.value, cell.kind, cell.formula) == (sign, "error", "=1/0")


def test_a_number_without_end_is_an_error() -> None:
    cell = only(with_cell('<c r="A1"><v>1E999</v></c>'))
    assert (cell.value, cell.kind) == ("#NUM!", "error")


def test_long_numbers_and_texts_in_the_cell_are_read() -> None:
    assert only(with_cell('<c r="A1"><v>123456789012345678</v></c>')).value == 1.2345678901234568e17
    inline = '<c r="A1" t="inlineStr"><is><t>in</t><rPh sb="0" eb="1"><t>x</t></rPh></is></c>'
    assert only(with_cell(inline)).value == "in"


@pytest.mark.parametrize(
    "text", ["a\nb", " a ", "a\x01b", "_x0041_", "a_x000", "\u3000", "𠮷", "x" * 32_767]
)
def test_texts_survive_as_they_are(text: str) -> None:
    assert only(written(text)).value == text


def test_texts_are_decoded_once_and_line_ends_made_one() -> None:
    assert only(written("a\r\nb\rc")).value == "a\nb\nc"
    data = with_cell('<c r="A1" t="str"><v>a_x000D__x000A_b</v></c>')
    assert only(data).value == "a\nb"
    assert decode_text("_xD83D_ _xFFFF_ _x0000_") == "_xD83D_ _xFFFF_ \x00"


# ---- dates


def test_a_date_is_the_number_it_is_stored_as() -> None:
    data = written(44927.5, style=Style(num_format='yyyy"年"m"月"d"日"'))
    cell = only(data)
    assert (cell.value, cell.kind) == (44927.5, "date")
    assert cell.number_format == 'yyyy"年"m"月"d"日"'


@pytest.mark.parametrize("number", [14, 22, *CHINESE_DATES])
def test_built_in_dates_are_known_also_the_chinese_ones(number: int) -> None:
    data = written(44927, style=Style(num_format="0.000"))
    styles = text_of(data, "xl/styles.xml")
    used = styles[styles.index("<cellXfs") :]
    old = f"<cellXfs{used.removeprefix('<cellXfs')}"
    data = edited(
        data, "xl/styles.xml", old, used.replace('numFmtId="164"', f'numFmtId="{number}"')
    )
    cell = only(data)
    assert (cell.value, cell.kind) == (44927.0, "date")
    assert is_date_format(cell.number_format)


def test_a_workbook_of_1904_counts_from_another_day() -> None:
    data = written(43465, style=Style(num_format="yyyy-mm-dd"))
    old = "<workbookPr "
    assert only(edited(data, "xl/workbook.xml", old, '<workbookPr date1904="1" ')).value == 44927
    time = written(0.5, style=Style(num_format="hh:mm"))
    assert only(edited(time, "xl/workbook.xml", old, '<workbookPr date1904="1" ')).value == 0.5
    number = written(43465)
    assert only(edited(number, "xl/workbook.xml", old, '<workbookPr date1904="1" ')).value == 43465


def test_a_date_in_iso_writing_is_a_number_too() -> None:
    cell = only(with_cell('<c r="A1" t="d"><v>2023-01-01T12:00:00</v></c>'))
    assert (cell.value, cell.kind) == (44927.5, "date")


@pytest.mark.parametrize("serial", [-1, 0, 60, 3_000_000])
def test_a_date_outside_the_calendar_stays_a_number(serial: int) -> None:
    cell = only(written(serial, style=Style(num_format="yyyy-mm-dd")))
    assert (cell.value, cell.kind) == (serial, "date")


@pytest.mark.parametrize(
    ("code", "date", "day"),
    [
        ("General", False, False),
        ("@", False, False),
        ('0.00## "days"', False, False),
        ("[Red]0.0;-0.0", False, False),
        ("0.00E+00", False, False),
        (r"0\d", False, False),
        ("_d0", False, False),
        ("[$-804]yyyy-mm-dd", True, True),
        ("[h]:mm", True, False),
        ("hh:mm:ss", True, False),
        ("m-d-yy", True, True),
    ],
)
def test_dates_are_told_by_their_format(code: str, date: bool, day: bool) -> None:  # noqa: FBT001
    assert (is_date_format(code), shows_day(code)) == (date, day)


# ---- the workbook


def test_names_properties_and_visibility_are_read() -> None:
    book = read(written("x"))
    assert book.names == {"f_a": "'it''s'!$A$1", "constant": '"text"'}
    assert book.properties == {"clusterxl": "stamp", "other": "1"}
    assert [(s.name, s.visibility) for s in book.sheets] == [
        ("it's", "visible"),
        ("hidden", "hidden"),
        ("_very", "very_hidden"),
    ]
    assert book.sheet("IT'S") is book.sheets[0]
    assert book.sheet("gone") is None


def test_only_names_for_the_whole_workbook_count() -> None:
    data = written("x")
    local = '<definedName name="f_a" localSheetId="1">hidden!$A$9</definedName>'
    data = edited(data, "xl/workbook.xml", "<definedNames>", f"<definedNames>{local}")
    assert read(data).names["f_a"] == "'it''s'!$A$1"


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("s!$A$1", Range("s", 1, 1, 1, 1)),
        ("'a b'!$AB$12:$AC$30", Range("a b", 12, 28, 30, 29)),
        ("='it''s ''''2'!A1", Range("it's ''2", 1, 1, 1, 1)),
        ("表二!$G$4", Range("表二", 4, 7, 4, 7)),
        ("#REF!", None),
        ("'s'!#REF!", None),
        ("'s'!$A$1:#REF!", None),
        ("[1]s!$A$1", None),
        ("'[b.xlsx]s'!$A$1", None),
        ('"text"', None),
        ("s!$A:$A", None),
        ("OFFSET(s!$A$1,1,0)", None),
        ("s!$A$0", None),
        ("s!$XFE$1", None),
        ("s!$A$1048577", None),
        ("s!$B$2:$A$1", None),
        ("s!$A$1,s!$B$2", None),
        ("", None),
    ],
)
def test_a_reference_is_read_or_known_as_lost(text: str, area: Range | None) -> None:
    assert parse_reference(text) == area


def test_a_range_gives_its_cells_row_by_row() -> None:
    assert list(Range("s", 1, 2, 2, 3).places) == [(1, 2), (1, 3), (2, 2), (2, 3)]


def test_what_else_is_broken_does_not_matter() -> None:
    data = written("x", 1.0)
    broken = (
        '<dataValidations count="1"><dataValidation type="nonsense" sqref="?"/></dataValidations>'
    )
    data = edited(data, SHEET1, "</sheetData>", f"</sheetData>{broken}")
    data = edited(data, "docProps/core.xml", "T00:00:00Z", "T99:00:00Z")
    odd = "<vt:i4>no number</vt:i4>"
    data = edited(data, "docProps/custom.xml", "<vt:lpwstr>stamp</vt:lpwstr>", odd)
    book = read(data)
    assert book.sheets[0].cell(2, 1).value == 1.0
    assert book.properties == {}


def test_a_wrong_dimension_hides_nothing() -> None:
    data = edited(written("a", "b"), SHEET1, '<dimension ref="A1:A2"/>', '<dimension ref="A1"/>')
    assert read(data).sheets[0].cell(2, 1).value == "b"


def test_a_chart_sheet_is_passed_over() -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet("chart")
    kept = BytesIO()
    book.save(kept)
    assert [sheet.name for sheet in read(kept.getvalue()).sheets] == ["Sheet"]


def test_no_warning_is_swallowed_and_none_is_needed() -> None:
    """Warnings are errors in these tests: a file with extensions is read without any."""
    data = written("x")
    extension = '<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"/></extLst></worksheet>'
    assert only(edited(data, SHEET1, "</worksheet>", extension)).value == "x"


# ---- what is no workbook


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b"\x00" * 500, "empty"),
        (b" \r\n", "empty"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"<!DOCTYPE html><html></html>", "web"),
        (b"\xef\xbb\xbf\n<HTML><table></table>", "web"),
        ("<html><body>".encode("utf-16"), "web"),
        (b'<?xml version="1.0"?><Workbook/>', "xml"),
        (b"{\\rtf1 text}", "word"),
        (b"MZ\x90\x00", "program"),
        (b"\x89PNG\r\n", "picture"),
        (b"Rar!\x1a\x07", "archive"),
        ("城市,名称\n".encode("gbk"), "text"),
        (b"\x01\x02\x00\x03", "unknown"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600, "xls"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            "encrypted",
        ),
        (package_of({"a.txt": b"a"}), "zip"),
        (package_of({"[Content_Types].xml": b"", "word/document.xml": b""}), "word"),
        (package_of({"[Content_Types].xml": b"", "ppt/presentation.xml": b""}), "slides"),
        (package_of({"[Content_Types].xml": b"", "xl/workbook.bin": b""}), "xlsb"),
        (package_of({"mimetype": b"x", "content.xml": b""}), "ods"),
        (written("x")[:-200], "cut"),
        (written("x")[:2_000], "cut"),
    ],
)
def test_a_file_is_named_by_what_it_is(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind
    assert refused(data) == f"read.{kind}"


def test_a_file_too_big_is_not_looked_at() -> None:
    assert refused(b"PK\x03\x04" + b"x" * MAX_BYTES) == "read.too_big"


def _flipped(data: bytes) -> bytes:
    """Change one byte in the middle of the packed sheet."""
    place = data.index(b"xl/worksheets/sheet1.xml") + 60
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


@pytest.mark.parametrize(
    "data",
    [
        without(written("x"), SHEET1),
        without(written("x"), "xl/worksheets/sheet2.xml"),
        without(written("x"), "xl/sharedStrings.xml"),
        without(written("x"), "xl/workbook.xml"),
        without(written("x"), "xl/_rels/workbook.xml.rels"),
        edited(written("x"), SHEET1, "</sheetData>", ""),
        edited(written("x"), SHEET1, "<v>0</v>", "<v>99</v>"),
        edited(written(1.0), SHEET1, "<v>1</v>", "<v>one</v>"),
        edited(written("x"), SHEET1, 'r="A1"', 'r="??"'),
        _flipped(written("x")),
    ],
)  # fmt: skip
def test_a_damaged_workbook_is_refused_whole(data: bytes) -> None:
    assert refused(data) == "read.damaged"


def _in_dialect(data: bytes, *namespaces: str) -> bytes:
    """Put parts of the standard's strict dialect in place of the usual ones."""
    parts = parts_of(data)
    for namespace in namespaces:
        old = f"http://schemas.openxmlformats.org/{namespace}".encode()
        new = f"http://purl.oclc.org/ooxml/{namespace.replace('/2006', '')}".encode()
        parts = {name: part.replace(old, new) for name, part in parts.items()}
    return package_of(parts)


def test_a_workbook_in_the_strict_dialect_is_no_empty_workbook() -> None:
    whole = _in_dialect(written("x"), "spreadsheetml/2006/main", "officeDocument/2006")
    assert refused(whole) in ("read.no_sheets", "read.damaged")
    assert refused(_in_dialect(written("x"), "spreadsheetml/2006/main")) == "read.damaged"
    assert refused(_in_dialect(written(1.0), "spreadsheetml/2006/main")) == "read.damaged"


def test_a_workbook_without_looks_is_read() -> None:
    data = written(12.5)
    assert only(without(data, "xl/styles.xml")).value == 12.5
    styles = text_of(data, "xl/styles.xml")
    named = styles[styles.index("<cellStyles") : styles.index("</cellStyles>")] + "</cellStyles>"
    assert only(edited(data, "xl/styles.xml", named, "")).value == 12.5
