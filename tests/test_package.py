"""Our reader: agrees with openpyxl, whatever way it takes, and loses one broken cell at most."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from damage import edited, parts_of
from hand_packages import (
    MAIN,
    SHEET1,
    STRINGS,
    STYLES,
    WORKBOOK,
    package_by_hand,
    parts_by_hand,
    sheet_xml,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from libreoffice_tools import recalculate
from openpyxl.comments import Comment
from openpyxl.formula.translate import Translator
from openpyxl.worksheet.datavalidation import DataValidation
from watched import content_of, outcome_of

from clusterxl.errors import UnreadableWorkbookError
from clusterxl.excel.columns import scan
from clusterxl.excel.formats import CHINESE_DATES
from clusterxl.excel.package import read_package
from clusterxl.excel.raw import RawBook, RawCell, RawFeatures, RawValidation
from clusterxl.excel.reference import read_with_openpyxl
from clusterxl.excel.shared_formulas import shifted
from clusterxl.form.file import load_form
from clusterxl.generate import generate_workbook
from clusterxl.testing.returns import simulate_return

SAMPLES = sorted((Path(__file__).parent.parent / "samples").glob("*.xlsx"))
FORMS = Path(__file__).parent / "data" / "forms"


def read(data: bytes) -> RawBook:
    return read_package(data, "a.xlsx")


def sheets_of(data: bytes) -> dict[str, bytes]:
    return {n: c for n, c in parts_of(data).items() if n.startswith("xl/worksheets/sheet")}


def walked(data: bytes) -> bytes:
    """Return the same workbook, written so that every sheet must be walked."""
    old, new = b"<sheetData", b"<!-- unusual --><sheetData"
    parts = {n: c.replace(old, new) for n, c in parts_of(data).items()}
    assert all(scan(parts[name]) is None for name in sheets_of(data))
    return package_by_hand(parts)


def by_openpyxl(data: bytes) -> bytes:
    """Return a workbook as openpyxl saves it."""
    kept = BytesIO()
    openpyxl.load_workbook(BytesIO(data)).save(kept)
    return kept.getvalue()


def agree(data: bytes) -> None:
    """Hold that both ways of our reader, and openpyxl, read the same."""
    ours, reference = content_of(data), content_of(data, "openpyxl")
    assert ours == reference
    assert content_of(walked(data)) == ours


# ---- agreement


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: str(path.name))
def test_samples_are_read_as_openpyxl_reads_them(path: Path) -> None:
    data = path.read_bytes()
    assert all(scan(part) for part in sheets_of(data).values())
    agree(data)


@pytest.mark.parametrize("form", ["gd-cluster-2023", *sorted(p.name for p in FORMS.iterdir())])
def test_returns_of_any_form_are_read_as_openpyxl_reads_them(form: str) -> None:
    if form == "broken":
        return
    source = form if form == "gd-cluster-2023" else FORMS / form
    data = simulate_return(load_form(source), seed=3)
    assert all(scan(part) for part in sheets_of(data).values())
    agree(data)


def test_what_openpyxl_saved_is_read_as_openpyxl_reads_it() -> None:
    agree(by_openpyxl(generate_workbook(load_form(FORMS / "farm-survey"))))


@pytest.mark.needs_libreoffice
def test_what_libreoffice_saved_is_read_as_openpyxl_reads_it(tmp_path: Path) -> None:
    for path in SAMPLES:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    folder = tmp_path / "again"
    recalculate(sorted(tmp_path.glob("*.xlsx")), folder)
    for path in sorted(folder.glob("*.xlsx")):
        data = path.read_bytes()
        assert all(scan(part) for part in sheets_of(data).values())
        agree(data)


# ---- cells as any program may write them

TEXTS = st.text(
    st.sampled_from(list("aZ09 .,;_x000D5F\n\t&<>\"'集群Ａ𠮷\u3000\u00a0+-eE")), max_size=12
)
NUMBERS = st.one_of(
    st.integers(-(10**19), 10**19).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["0.1", "1E3", "-0", "007", "44927.5", "1e-7", " 5 ", "+3", "1E999", "-1E999"]),
)
ERRORS = st.sampled_from(["#REF!", "#N/A", "#DIV/0!", "#SPILL!", "Err:502"])
DATES = st.sampled_from(
    ["2023-01-01", "2023-01-01T12:00:00", "1900-01-15", "2023-02-28T01:02:03.500Z", "12:30:00"]
)
FORMULAS = st.sampled_from(
    ["1+1", 'A1&"<b>"', "SUM($A$1:B2)", "'x ''y'!C3", 'IF(A1>0,"是",)', " A1", "_xlfn.X(1)"]
)
ADDED = [
    "A1",
    "C7",
    "$B3",
    "AB$12",
    "D:E",
    "$2:4",
    "SUM(A1:B9)",
    "S!A1",
    "'A1 b'!A1",
    '"A1"',
    "LOG10(A5)",
]


def escaped(text: str, quote: str = "") -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace(quote, "&quot;") if quote else text


@st.composite
def cells(draw: st.DrawFn) -> str:
    """Draw what stands in one cell, between `<c r="…"` and the next cell."""
    style = draw(st.sampled_from(["", *(f' s="{n}"' for n in range(6))]))
    kind = draw(st.sampled_from(["", "n", "s", "str", "b", "e", "d", "inlineStr", "none"]))
    if kind == "none":
        return f"{style}/>"
    formula = ""
    if draw(st.booleans()):
        text = escaped(draw(FORMULAS))
        formula = draw(st.sampled_from([f"<f>{text}</f>", f'<f t="array" ref="A1">{text}</f>', ""]))
    value = {
        "": NUMBERS,
        "n": NUMBERS,
        "s": st.sampled_from(["0", "1", "2", "3"]),
        "str": TEXTS.map(escaped),
        "b": st.sampled_from(["0", "1"]),
        "e": ERRORS,
        "d": DATES,
        "inlineStr": TEXTS.map(escaped),
    }[kind]
    text = draw(value)
    if kind == "inlineStr":
        return f'{style} t="{kind}">{formula}<is><t xml:space="preserve">{text}</t></is></c>'
    written = draw(st.sampled_from([f"<v>{text}</v>", "<v></v>", "<v/>", ""]))
    typed = f' t="{kind}"' if kind else ""
    return f"{style}{typed}>{formula}{written}</c>"


@st.composite
def rows(draw: st.DrawFn) -> str:
    written = []
    for number in sorted(draw(st.sets(st.integers(1, 40), max_size=4))):
        columns = sorted(draw(st.sets(st.sampled_from("ABCDXZ"), max_size=4)))
        inside = "".join(f'<c r="{column}{number}"{draw(cells())}' for column in columns)
        about = draw(st.sampled_from(["", ' spans="1:3"', ' ht="20"', ' hidden="1"']))
        written.append(f'<row r="{number}"{about}>{inside}</row>')
        if not inside and draw(st.booleans()):
            written[-1] = f'<row r="{number}"{about}/>'
    return "".join(written)


STRINGS_XML = (
    "<si><t>plain</t></si><si><r><rPr><b/></rPr><t>ri</t></r>"
    "<r><t xml:space='preserve'> ch</t></r></si>"
    '<si><t>中</t><rPh sb="0" eb="1"><t>zhong</t></rPh><phoneticPr fontId="1"/></si><si><t/></si>'
)
FORMATS = "".join(f'<xf numFmtId="{n}"/>' for n in (0, 10, 14, 31, 49, 20))


@settings(max_examples=200, deadline=None)
@given(rows=rows(), date1904=st.booleans())
def test_drawn_cells_are_read_the_same_in_every_way(rows: str, date1904: bool) -> None:  # noqa: FBT001
    counting = f'<workbookPr date1904="{int(date1904)}"/>'
    parts = parts_by_hand(sheet_xml(rows), strings=STRINGS_XML, formats=FORMATS, workbook=counting)
    data = package_by_hand(parts)
    assert scan(parts[SHEET1]) is not None
    agree(data)


@settings(max_examples=100, deadline=None)
@given(rows=rows(), cuts=st.lists(st.integers(0, 400), min_size=1, max_size=3), piece=TEXTS)
def test_damaged_xml_is_told_by_both_ways_alike(rows: str, cuts: list[int], piece: str) -> None:
    """Whatever is written into a sheet, the quick way sees no other cells than the parser."""
    text = sheet_xml(rows)
    start = text.index("<sheetData>")
    for cut in cuts:
        place = start + cut % (len(text) - start)
        text = text[:place] + piece + text[place:]
    parts = parts_by_hand(text, strings=STRINGS_XML, formats=FORMATS)
    quick = outcome_of(package_by_hand(parts))
    parts[SHEET1] = parts[SHEET1].replace(b"<worksheet", b"<!-- unusual --><worksheet", 1)
    slow = outcome_of(package_by_hand(parts))
    assert quick == slow
    assert quick.error == ""


# ---- one broken cell


def one(cell: str, **options: str) -> RawBook:
    """Read a workbook of one cell and, beside it, a good one."""
    row = f'<row r="1">{cell}<c r="B1"><v>5</v></c></row>'
    return read(package_by_hand(parts_by_hand(sheet_xml(row), **options)))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="A1"><v>abc</v></c>', "abc"),
        ('<c r="A1"><v>1_000</v></c>', "1_000"),
        ('<c r="A1"><v>٣</v></c>', "٣"),
        ('<c r="A1"><v>nan</v></c>', "nan"),
        ('<c r="A1"><v>0x10</v></c>', "0x10"),
        ('<c r="A1"><v>1,5</v></c>', "1,5"),
        (f'<c r="A1"><v>{"9" * 2_000}</v></c>', "9" * 50),
        ('<c r="A1" t="s"><v>1</v></c>', "1"),
        ('<c r="A1" t="s"><v>-1</v></c>', "-1"),
        ('<c r="A1" t="s"><v>1.0</v></c>', "1.0"),
        ('<c r="A1" t="s"><v>99999999999999999999</v></c>', "99999999999999999999"),
        ('<c r="A1" t="b"><v>2</v></c>', "2"),
        ('<c r="A1" t="d"><v>yesterday</v></c>', "yesterday"),
        ('<c r="A1" t="d"><v>2023-02-30</v></c>', "2023-02-30"),
        ('<c r="A1" t="odd"><v>x</v></c>', "x"),
        ("<c r='A1' s='x'><v>5</v></c>", "x"),
        ('<c r="A1" t="inlineStr"><is><t>a</t><t>b</t></is></c>', "ab"),
        ('<c r="A1"><v>1<x/>2</v></c>', "12"),
        ('<c r="A1"><f>1+<v>1</v></f><v></v></c>', "1+1"),
        ('<c r="A1" t="inlineStr"><is><r><t>a<b>c</b></t></r></is></c>', "ac"),
    ],
)
def test_a_broken_cell_costs_no_other(cell: str, text: str) -> None:
    sheet = one(cell).sheets[0]
    found = sheet.cell(1, 1)
    assert (found.value, found.kind, found.broken) == (text, "error", True)
    assert sheet.cell(1, 2) == RawCell(value=5.0, kind="number")


@pytest.mark.parametrize(
    ("cell", "value", "kind"),
    [
        ('<c r="A1" t="b"><v>true</v></c>', True, "bool"),
        ('<c r="A1"><f>1/0</f><v>1E999</v></c>', "#NUM!", "error"),
        ('<c r="A1" t="d"><v>PT36H</v></c>', 1.5, "date"),
        ('<c r="A1" t="str"><f>x</f></c>', "", "text"),
        ('<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', "ab", "text"),
        ('<c r="A1"><v>5</v><extLst><ext uri="x"/></extLst></c>', 5.0, "number"),
        ('<c r="A1"><v><![CDATA[5]]></v></c>', 5.0, "number"),
        ('<c r="a1"><v>5</v></c>', 5.0, "number"),
        ('<c r="A1" s="99"><v>5</v></c>', 5.0, "number"),
    ],
)
def test_what_is_written_in_unusual_ways_is_read(cell: str, value: object, kind: str) -> None:
    found = one(cell).sheets[0].cell(1, 1)
    assert (found.value, found.kind, found.broken) == (value, kind, False)


@pytest.mark.parametrize("more", ["", "<si/>"])
def test_of_two_texts_in_one_shared_string_none_is_taken(more: str) -> None:
    for text in ("<t>a</t><t>b</t>", "<t>a<b/></t>"):
        book = one('<c r="A1" t="s"><v>0</v></c>', strings=f"<si>{text}</si>{more}")
        found = book.sheets[0].cell(1, 1)
        assert (found.value, found.broken) == ("0", True)


def test_every_built_in_date_is_known() -> None:
    numbers = [14, 22, 45, 47, *CHINESE_DATES]
    formats = "".join(f'<xf numFmtId="{n}"/>' for n in numbers)
    row = "".join(f'<c s="{n}"><v>44927</v></c>' for n in range(len(numbers)))
    sheet = read(package_by_hand(parts_by_hand(sheet_xml(f"<row>{row}</row>"), formats=formats)))
    assert {cell.kind for cell in sheet.sheets[0].cells.values()} == {"date"}


@pytest.mark.parametrize("formula", ADDED)
@pytest.mark.parametrize("move", [(1, 0), (0, 2), (3, 4)])
def test_shared_formulas_move_as_openpyxl_moves_them(formula: str, move: tuple[int, int]) -> None:
    rows, columns = move
    wanted = Translator(f"={formula}", "A1").translate_formula(None, rows, columns)
    assert shifted(f"={formula}", rows, columns) == wanted


def test_a_shared_formula_that_leaves_the_sheet_is_lost_not_wrong() -> None:
    assert shifted("=A1+$A$1", -1, 0) == "=#REF!+$A$1"
    assert shifted("=XFD1048576", 1, 0) == "=#REF!"


# ---- the workbook


def featured() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "x"
    sheet["A1"].comment = Comment("see 附件 _x005F_x0041_", "somebody")
    sheet.merge_cells("B2:C3")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["D"].hidden = True
    listed = DataValidation(type="list", formula1='"a,b"', showErrorMessage=True)
    listed.add("A2:A9")
    sheet.add_data_validation(listed)
    sheet.protection.sheet = True
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


EXTENDED = (
    '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="x14">'
    '<x14:dataValidations xmlns:xm="xm" count="1"><x14:dataValidation type="list">'
    "<x14:formula1><xm:f>other!$A$1:$A$3</xm:f></x14:formula1><xm:sqref>C1:C5</xm:sqref>"
    "</x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
)


@pytest.mark.parametrize("unusual", [False, True])
def test_features_of_a_sheet_are_read(unusual: bool) -> None:  # noqa: FBT001
    data = edited(featured(), SHEET1, "</worksheet>", EXTENDED)
    features = read(walked(data) if unusual else data).sheets[0].features
    assert features.merged == ("B2:C3",)
    assert features.hidden_rows == (4,)
    assert features.hidden_columns == ((4, 4),)
    assert features.validations == (
        RawValidation(kind="list", places="A2:A9", formulas=('"a,b"',)),
        RawValidation(kind="list", places="C1:C5", formulas=("other!$A$1:$A$3",), extended=True),
    )
    assert features.protected
    assert features.comments == {"A1": "see 附件 _x0041_"}


FORMS_TOLD = ["gd-cluster-2023", "farm-survey"]


@pytest.mark.parametrize("form", FORMS_TOLD)
def test_features_are_those_that_openpyxl_knows(form: str) -> None:
    data = simulate_return(load_form(form if form == FORMS_TOLD[0] else FORMS / form), seed=3)
    reference = read_with_openpyxl(data, "a.xlsx")
    for ours, other in zip(read(data).sheets, reference.sheets, strict=True):
        assert told(ours.features) == told(other.features)
        assert ours.features.conditionals >= other.features.conditionals
    assert reference.locked == read(data).locked
    assert reference.formats == read(data).formats


def test_features_of_others_are_those_that_openpyxl_knows() -> None:
    data = featured()
    (ours,), (other,) = read(data).sheets, read_with_openpyxl(data, "a.xlsx").sheets
    assert told(ours.features) == told(other.features)
    assert other.features.comments == {"A1": "see 附件 _x0041_"}


def told(features: RawFeatures) -> tuple[object, ...]:
    """Return what both readers tell of a sheet, in whatever order."""
    validations = sorted(
        (given.kind, sorted(given.places.split()), given.formulas)
        for given in features.validations
        if not given.extended
    )
    return (
        sorted(features.merged),
        sorted(features.hidden_rows),
        sorted(features.hidden_columns),
        validations,
        features.protected,
        dict(features.comments),
    )


def properties(xml: str) -> Mapping[str, str]:
    part = f"<Properties>{xml}</Properties>"
    return read(
        package_by_hand(parts_by_hand() | {"docProps/custom.xml": part.encode()})
    ).properties


def test_custom_properties_are_texts_of_any_type() -> None:
    assert properties(
        '<property name="a"><lpwstr>x &amp; y</lpwstr></property>'
        '<property name="b"><i4>no number</i4></property><property name="c"/>'
    ) == {"a": "x & y", "b": "no number", "c": ""}
    assert properties("<oops>") == {}


def test_strings_without_a_part_are_broken_cells_not_blanks() -> None:
    parts = parts_by_hand()
    kinds = b"sharedStrings"
    listed = "xl/_rels/workbook.xml.rels"
    parts[listed] = parts[listed].replace(b"/" + kinds + b'"', b'/other"')
    types = "[Content_Types].xml"
    assert read(package_by_hand(parts)).sheets[0].cell(1, 1).value == "text"
    parts[types] = parts[types].replace(b".sharedStrings+xml", b".other+xml")
    cell = read(package_by_hand(parts)).sheets[0].cell(1, 1)
    assert (cell.value, cell.broken) == ("0", True)


@pytest.mark.parametrize("lost", [b'Id="rId99" ', b"/styles"])
def test_number_formats_are_found_though_their_relation_is_damaged(lost: bytes) -> None:
    parts = parts_by_hand(sheet_xml('<row r="1"><c r="A1" s="1"><v>0.6</v></c></row>'))
    listed = "xl/_rels/workbook.xml.rels"
    assert lost in parts[listed]
    parts[listed] = parts[listed].replace(lost, b"")
    assert read(package_by_hand(parts)).sheets[0].cell(1, 1).number_format == "0.00%"


def test_of_two_parts_with_number_formats_none_is_taken() -> None:
    parts = parts_by_hand()
    listed = "xl/_rels/workbook.xml.rels"
    other = b'<Relationship Id="x" Type="t/styles" Target="other.xml"/></Relationships>'
    parts[listed] = parts[listed].replace(b"</Relationships>", other)
    with pytest.raises(UnreadableWorkbookError) as error:
        read(package_by_hand(parts))
    assert error.value.code == "read.damaged"


@pytest.mark.parametrize("part", [STRINGS, STYLES, WORKBOOK])
def test_a_part_that_is_no_xml_is_refused(part: str) -> None:
    data = package_by_hand(parts_by_hand() | {part: b"<oops"})
    with pytest.raises(UnreadableWorkbookError) as error:
        read(data)
    assert error.value.code == "read.damaged"


def test_a_damaged_hidden_sheet_is_told_when_it_is_asked_for() -> None:
    parts = parts_by_hand(sheet_xml(), f'<worksheet xmlns="{MAIN}"><sheetData><row>')
    parts[WORKBOOK] = parts[WORKBOOK].replace(b'sheetId="2"', b'sheetId="2" state="veryHidden"')
    parts["xl/worksheets/sheet2.xml"] += b'<c r="A1"/>'
    book = read(package_by_hand(parts))
    assert [sheet.visibility for sheet in book.sheets] == ["visible", "very_hidden"]
    assert [sheet.is_damaged for sheet in book.sheets] == [False, True]
    with pytest.raises(UnreadableWorkbookError) as error:
        book.sheets[1].cell(1, 1)
    assert error.value.code == "read.damaged"


def test_a_sheet_knows_its_cells_by_place_and_number() -> None:
    sheet = read(generate_workbook(load_form(FORMS / "farm-survey"))).sheets[0]
    cells = dict(sheet.cells.items())
    assert len(sheet.cells) == len(cells)
    assert list(sheet.cells) == list(cells)
    assert all(sheet.cells[place] == cell for place, cell in cells.items())
    assert (999, 999) not in sheet.cells
