"""What the strict writer writes, and all that it refuses."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from damage import parts_of, text_of
from xlsxwriter.worksheet import Worksheet, re_dynamic_function

from clusterxl.errors import RefusedByExcelError
from clusterxl.excel import book as book_module
from clusterxl.excel import limits
from clusterxl.excel.book import Book
from clusterxl.excel.cells import (
    Conditional,
    Content,
    DataBar,
    Formula,
    Link,
    NumberLink,
    PageSetup,
    Rich,
    Style,
    Validation,
)
from clusterxl.excel.charts import (
    ChartAxis,
    ChartFont,
    ChartLabel,
    ChartLabels,
    ChartLine,
    ChartMarker,
    ChartSeries,
    ChartSpec,
)
from clusterxl.excel.sheet import Sheet

PLAIN = Style()
SHEET1 = "xl/worksheets/sheet1.xml"
# openpyxl tells of extensions it does not keep, such as solid data bars.
UNKNOWN = "ignore:.*extension is not supported:UserWarning"


def one(content: Content, style: Style = PLAIN) -> bytes:
    """Return a workbook with one cell."""
    book = Book()
    book.sheet("s").put(1, 1, content, style)
    return book.save()


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(data))


def refusal(content: Content) -> str:
    with pytest.raises(RefusedByExcelError) as refused:
        one(content)
    assert "s!A1" in str(refused.value)
    return refused.value.code.removeprefix("book.")


def full_book() -> bytes:
    """Return a workbook that uses everything."""
    book = Book(title="Title", properties={"clusterxl": "x"}, lock_structure=True)
    sheet, data = book.sheet("二 主导'产业"), book.sheet("data")
    book.sheet("_lists").visibility("very_hidden")
    book.define_name("f_output_2022", "='二 主导''产业'!$B$2")
    book.define_name("opt", "=data!$A$1:$A$3")
    sheet.columns([14, 100, 200, 50.5])
    sheet.row(1, 24)
    sheet.put(1, 2, "标题", Style(size=16, fill="E9ECF0"), 1, 4)
    sheet.put(2, 2, 12.5, Style(locked=False, num_format="0.00####", top="thin"))
    sheet.put(2, 3, Formula('=IF(f_output_2022>1,"大","小")', "大"), PLAIN)
    sheet.put(3, 2, Rich((("名称", PLAIN), ("（注）", Style(size=9)))), PLAIN, 3, 4)
    sheet.put(4, 2, Link("internal:data!A1", "查看"), PLAIN)
    sheet.validate(
        2, 2, 2, 2, Validation(kind="custom", formula="=ISNUMBER(f_output_2022)", prompt="数")
    )
    sheet.validate(3, 2, 3, 2, Validation(kind="list", formula="=opt", error="选一项", stop=False))
    sheet.conditional(
        2, 2, 2, 2, Conditional(formula="=ISBLANK(f_output_2022)", fill="FFF4D4", stop=True)
    )
    sheet.page(PageSetup(area=(1, 2, 4, 4), footer="&C&P", start_page=3, black_and_white=True))
    sheet.protect()
    sheet.freeze(2, 1)
    sheet.activate()
    sheet.note(2, 2, "注")
    for row, value in enumerate((3.0, 2.0, 1.0), start=1):
        data.put(row, 1, f"o{row}", PLAIN)
        data.put(row, 2, value, PLAIN)
    data.conditional(1, 3, 3, 3, DataBar(color="A9C4DE", maximum=4))
    data.filter(1, 1, 3, 2)
    data.chart(5, 1, columns())
    return book.save()


def columns() -> ChartSpec:
    series = ChartSeries(
        values="=data!$B$1:$B$3",
        categories="=data!$A$1:$A$3",
        fill="A9C4DE",
        points=("A9C4DE", "A9C4DE", "1F5A94"),
        labels=ChartLabels(num_format="#,##0", font=ChartFont(size=10, bold=True)),
    )
    return ChartSpec(
        kind="column",
        series=(series,),
        px=(404, 216),
        layout=(0.03, 0.08, 0.94, 0.74),
        y=ChartAxis(visible=False, minimum=0),
        description="three years",
    )


# ---- what is written


def test_the_same_content_gives_the_same_bytes() -> None:
    assert full_book() == full_book()


@pytest.mark.filterwarnings(UNKNOWN)
def test_openpyxl_and_calamine_open_what_was_written() -> None:
    data = full_book()
    sheets = opened(data).sheetnames
    assert sheets == ["二 主导'产业", "data", "_lists"]
    with python_calamine.load_workbook(BytesIO(data)) as book:
        assert book.sheet_names == sheets
        assert book.get_sheet_by_name("data").to_python()[0] == ["o1", 3.0]


def test_the_faster_way_to_write_formulas_gives_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fast = full_book()
    assert book_module._FastSheet._prepare_formula is not Worksheet._prepare_formula
    monkeypatch.setattr(book_module, "_FastSheet", Worksheet)
    assert full_book() == fast


def test_what_would_become_an_array_formula_is_known() -> None:
    names = set(re.findall(r"\\b(\w+)\\\(", re_dynamic_function.pattern))
    assert names == limits.DYNAMIC
    assert not names & limits.FUNCTIONS


@pytest.mark.parametrize(
    "text",
    ["=1+1", "{=1+1}", "http://a.b", "file:///a", "12.5", "#REF!", "=cmd|' /c calc'!A0", "TRUE"],
)
def test_a_text_stays_a_text(text: str) -> None:
    data = one(text)
    cell = opened(data).worksheets[0]["A1"]
    assert (cell.value, cell.data_type) in ((text, "s"), (text, "f"), (text, "e"))
    assert "<f>" not in text_of(data, SHEET1)
    assert 't="s"' in text_of(data, SHEET1)
    assert "hyperlink" not in text_of(data, SHEET1)


def test_control_characters_are_written_in_excels_escapes() -> None:
    strings = text_of(one("a\x01b_x0041_c\ufffe"), "xl/sharedStrings.xml")
    assert "<t>a_x0001_b_x005F_x0041_c_xFFFE_</t>" in strings


def test_an_empty_text_leaves_a_blank_cell() -> None:
    assert "<v>" not in text_of(one(""), SHEET1)
    assert "<v>" not in text_of(one(Rich((("", PLAIN),))), SHEET1)


def test_a_formula_carries_its_value() -> None:
    assert "<f>1+1</f><v>2</v>" in text_of(one(Formula("=1+1", 2)), SHEET1)
    sheet = text_of(one(Formula('="a"&"b"', "ab\x01")), SHEET1)
    assert '<c r="A1" s="1" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>' in sheet


def test_a_rich_text_of_one_part_takes_its_font() -> None:
    rich = Rich((("", PLAIN), ("one", Style(font="黑体", size=9, bold=True, ink="1F5A94"))))
    cell = opened(one(rich, Style(fill="FFF4D4"))).worksheets[0]["A1"]
    assert (cell.value, cell.font.name, cell.font.sz, cell.font.b) == ("one", "黑体", 9, True)
    assert cell.fill.fgColor.rgb == "FFFFF4D4"


def test_merged_cells_have_one_look_throughout() -> None:
    book = Book()
    sheet = book.sheet("s")
    style = Style(locked=False, bottom="medium", line_ink="595959")
    sheet.put(2, 2, Rich((("a", PLAIN), ("b", Style(size=9)))), style, 3, 4)
    sheet.put(5, 1, Link("external:b.xlsx#'x'!A1", "b"), style, 5, 2)
    written = opened(book.save()).worksheets[0]
    assert {str(area) for area in written.merged_cells.ranges} == {"B2:D3", "A5:B5"}
    assert written["B2"].value == "ab"
    assert written["A5"].hyperlink.target == "b.xlsx"
    styles = re.findall(r'<c r="(?:[BCD][23])" s="(\d+)"', text_of(book._bytes.getvalue(), SHEET1))
    assert len(styles) == 6
    assert len(set(styles)) == 1


def test_a_drop_down_shows_prompt_and_refusal() -> None:
    book = Book()
    sheet = book.sheet("s")
    book.define_name("opt", "=s!$C$1:$C$2")
    asked = Validation(
        kind="list", formula="=opt", title="t", prompt="p", error_title="e", error="m"
    )
    sheet.validate(1, 1, 2, 1, asked)
    sheet.validate(3, 1, 3, 1, Validation(kind="length", maximum=200, stop=False))
    sheet.validate(4, 1, 4, 1, Validation(kind="any", prompt="only a prompt"))
    sheet.put(1, 1, None, PLAIN)
    drop, length, prompt = opened(book.save()).worksheets[0].data_validations.dataValidation
    assert (drop.type, drop.formula1, str(drop.sqref)) == ("list", "opt", "A1:A2")
    assert (drop.allow_blank, drop.errorStyle, drop.showErrorMessage) == (True, None, True)
    assert (drop.promptTitle, drop.prompt, drop.errorTitle, drop.error) == ("t", "p", "e", "m")
    assert (length.operator, length.formula1, length.errorStyle) == (
        "lessThanOrEqual",
        "200",
        "warning",
    )
    assert (prompt.type, prompt.prompt) == (None, "only a prompt")


@pytest.mark.filterwarnings(UNKNOWN)
def test_names_properties_and_locks_are_found_by_openpyxl() -> None:
    book = opened(full_book())
    assert book.defined_names["f_output_2022"].attr_text == "'二 主导''产业'!$B$2"
    assert book.custom_doc_props["clusterxl"].value == "x"
    assert book.security.lockStructure is True
    assert (book.properties.title, book.properties.creator) == ("Title", "clusterxl")
    first, _, lists = book.worksheets
    assert lists.sheet_state == "veryHidden"
    assert first["B2"].protection.locked is False
    assert first["C2"].protection.locked is True
    protection = first.protection
    assert (protection.sheet, protection.password) == (True, None)
    # In the file, 0 means that something is allowed.
    assert (protection.formatRows, protection.formatColumns) == (False, False)
    assert (protection.objects, protection.selectLockedCells) == (False, False)
    assert first.freeze_panes == "A2"
    assert first["B2"].comment.text == "注"


@pytest.mark.filterwarnings(UNKNOWN)
def test_a_page_is_set_up_as_asked() -> None:
    book = Book()
    sheet = book.sheet("s")
    sheet.put(1, 1, "a", PLAIN)
    sheet.page(
        PageSetup(
            landscape=True,
            margins_mm=(25.4, 50.8, 12.7, 12.7),
            fit=(1, 0),
            area=(1, 2, 9, 3),
            repeat=(1, 2),
            header="&Rh",
            footer="&Cf",
            footer_mm=25.4,
            start_page=8,
            breaks=(3, 6),
        )
    )
    page = opened(book.save()).worksheets[0]
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    margins = page.page_margins
    assert (margins.top, margins.bottom, margins.left, margins.footer) == (1, 2, 0.5, 1)
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (None, 0)
    assert page.print_area == "'s'!$B$1:$C$9"
    assert page.print_title_rows == "$1:$2"
    assert (page.oddHeader.right.text, page.oddFooter.center.text) == ("h", "f")
    assert page.HeaderFooter.scaleWithDoc is False
    assert (page.page_setup.firstPageNumber, page.page_setup.useFirstPageNumber) == (8, True)
    assert [broken.id for broken in page.row_breaks.brk] == [3, 6]
    assert page.print_options.horizontalCentered is True


def test_columns_are_measured_in_pixels() -> None:
    book = Book()
    sheet = book.sheet("s")
    sheet.columns([85, 165], first=2)
    sheet.row(3, 20.25)
    sheet.row(4, 12, hidden=True)
    sheet.put(1, 1, 1, PLAIN)
    written = opened(book.save()).worksheets[0]
    widths = text_of(book._bytes.getvalue(), SHEET1)
    # px / 8 characters in the file, with SimSun 12 as the font of the Normal style.
    assert '<col min="2" max="2" width="10.625"' in widths
    assert '<col min="3" max="3" width="20.625"' in widths
    assert written.row_dimensions[3].height == 20.25
    assert written.row_dimensions[4].hidden is True


def test_texts_that_look_like_numbers_show_no_green_corner() -> None:
    book = Book()
    book.sheet("s").put(3, 2, "13800000000", Style(num_format="@"))
    assert '<ignoredError sqref="A1:B3" numberStoredAsText="1"/>' in text_of(book.save(), SHEET1)


@pytest.mark.filterwarnings(UNKNOWN)
def test_conditional_formats_have_one_range_each() -> None:
    book = Book()
    sheet = book.sheet("s")
    mark = Conditional(
        formula="=LEN($A$1)>0", fill="FBE3DE", ink="A61B0F", bold=True, num_format='"▲ "0'
    )
    sheet.conditional(1, 1, 1, 1, mark)
    sheet.conditional(1, 1, 1, 1, Conditional(formula="=ISBLANK($A$1)", stop=True))
    for column, bar in enumerate(
        (DataBar(color="A9C4DE"), DataBar(color="A9C4DE", percentile=95)), start=2
    ):
        sheet.conditional(1, column, 9, column, bar)
    sheet.put(1, 1, 1, PLAIN)
    data = book.save()
    formats = opened(data).worksheets[0].conditional_formatting
    assert [str(area.sqref) for area in formats] == ["A1", "B1:B9", "C1:C9"]
    marked, blank = formats["A1"]
    assert (marked.formula, marked.stopIfTrue, marked.priority) == (["LEN($A$1)>0"], None, 1)
    assert marked.dxf.numFmt.formatCode == '"▲ "0'
    assert (blank.stopIfTrue, blank.dxf) == (True, None)
    assert 'showValue="0"' in text_of(data, SHEET1)
    assert "axisPosition" not in text_of(data, SHEET1)


@pytest.mark.parametrize("state", ["hidden", "very_hidden"])
def test_the_first_sheet_to_see_is_shown(state: str) -> None:
    book = Book()
    first, second = book.sheet("a"), book.sheet("b")
    first.visibility("hidden" if state == "hidden" else "very_hidden")
    second.put(1, 1, "b", PLAIN)
    second.select(5, 2)
    written = opened(book.save())
    assert written.active.title == "b"
    assert written.active.sheet_view.selection[0].activeCell == "B5"
    assert written.active.sheet_view.showGridLines is False


# ---- charts


def drawn(chart: ChartSpec) -> str:
    book = Book()
    sheet = book.sheet("data")
    for row in (1, 2, 3):
        sheet.put(row, 1, f"o{row}", PLAIN)
        sheet.put(row, 2, float(row), PLAIN)
    sheet.chart(5, 1, chart, 4, 2)
    return text_of(book.save(), "xl/charts/chart1.xml")


def test_a_column_chart_holds_its_values_and_colours() -> None:
    xml = drawn(columns())
    assert xml.count("<c:dPt>") == 3
    assert '<a:srgbClr val="1F5A94"/>' in xml
    assert "<c:v>o3</c:v>" in xml
    assert '<c:numFmt formatCode="#,##0"' in xml
    assert '<c:h val="0.73999999999999999"/>' in xml
    assert '<c:delete val="1"/>' in xml
    assert "<c:legend>" not in xml


def test_the_text_for_those_who_cannot_see_stands_beside_the_chart() -> None:
    drawing = parts_of(full_book())["xl/drawings/drawing1.xml"].decode()
    assert 'descr="three years"' in drawing
    assert "<xdr:twoCellAnchor>" in drawing


def test_stacked_bars_have_borders_labels_and_a_legend() -> None:
    parts = tuple(
        ChartSeries(
            values=f"=data!$B${row}:$B${row}",
            name=f"=data!$A${row}",
            fill="DDB95F",
            border="FFFFFF",
            labels=ChartLabels(
                position="center", custom=(ChartLabel(text="a!A1"), ChartLabel(hidden=True))
            ),
        )
        for row in (1, 2)
    )
    xml = drawn(ChartSpec(kind="bar_percent", series=parts, px=(404, 216), legend=ChartFont()))
    assert '<c:grouping val="percentStacked"/>' in xml
    assert "<c:legend>" in xml
    assert "a！A1" in xml
    assert '<c:overlap val="100"/>' in xml


def test_a_scatter_chart_has_a_log_axis_lines_and_labels() -> None:
    points = ChartSeries(
        values="=data!$B$1:$B$3",
        categories="=data!$B$1:$B$3",
        marker=ChartMarker(kind="diamond", fill="E8966B"),
        labels=ChartLabels(position="above", custom=(ChartLabel(text="first"), ChartLabel())),
    )
    line = ChartSeries(
        values="=data!$B$1:$B$2",
        categories="=data!$B$1:$B$2",
        marker=ChartMarker(kind="none"),
        line=ChartLine(color="5F6B78", dash="dash"),
    )
    axis = ChartAxis(log_base=10, minimum=1, maximum=100, title="output", crossing=1)
    grid = ChartAxis(step=10, grid=ChartLine(color="E6EAEE", width=0.5), low_labels=True)
    xml = drawn(ChartSpec(kind="scatter", series=(points, line), px=(404, 240), x=axis, y=grid))
    assert '<c:logBase val="10"/>' in xml
    assert '<a:prstDash val="dash"/>' in xml
    assert '<c:symbol val="diamond"/>' in xml
    assert "first" in xml
    assert '<c:majorUnit val="10"/>' in xml


# ---- what is refused


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("x" * 32_768, "too_long"),
        ("𠮷" * 16_384, "too_long"),
        ("half \ud83d", "unwritable"),
        (float("nan"), "not_finite"),
        (float("inf"), "not_finite"),
        (Formula("1+1"), "no_formula"),
        (Formula("="), "no_formula"),
        (Formula("{=SUM(A1)}"), "no_formula"),
        (Formula("=" + "1+" * 4_096 + "1"), "too_long"),
        (Formula(f'="{"x" * 256}"'), "too_long"),
        (Formula("=FILTER(A1:A9,B1:B9)"), "function"),
        (Formula('=TEXTJOIN(",",TRUE,A1)'), "function"),
        (Formula("=IFS(A1,1)"), "function"),
        (Formula("=xlookup(1,A:A,B:B)"), "function"),
        (Formula("=LET (x,1,x)"), "function"),
        (Formula("=INDIRECT(A1)"), "function"),
        (Formula("=_xlfn.CONCAT(A1)"), "function"),
        (Formula("=[other.xlsx]s!A1"), "forbidden_mark"),
        (Formula("='[other.xlsx]s'!A1"), "forbidden_mark"),
        (Formula('="see SORT(a)"'), "dynamic_text"),
        (Formula("=" + "ABS(" * 65 + "1" + ")" * 65), "nesting"),
        (Formula("=SUM(" + ",".join("1" * 256) + ")"), "arguments"),
        (Formula("=1\x01"), "unwritable"),
        (Formula("=1", float("nan")), "not_finite"),
        (Rich((("a\x01", PLAIN), ("b", PLAIN))), "unwritable"),
        (Link("http://a.b", "x"), "link"),
        (Link("internal:s!A1", ""), "link"),
        (NumberLink("http://a.b", 1.0), "link"),
        (NumberLink("internal:s!A1", float("nan")), "not_finite"),
        (Link("internal:" + "x" * 3_000, "x"), "too_long"),
    ],
)
def test_a_content_that_excel_would_not_keep_is_refused(content: Content, code: str) -> None:
    assert refusal(content) == code


def test_what_just_fits_is_written() -> None:
    one("x" * 32_767)
    one("𠮷" * 16_383)
    one(Formula(f'="{"x" * 253}""x"'))
    one(Formula("=" + "ABS(" * 64 + "1" + ")" * 64))
    one(Formula("=SUM(" + ",".join("1" * 255) + ")"))
    one(Formula('=IF("FILTER"="it\'s",{1;2},HYPERLINK("#\'a\'!A1","→"))'))


def test_a_content_of_another_kind_is_refused() -> None:
    with pytest.raises(RefusedByExcelError):
        one([1])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "abe1", "XFD1048576", "R", "c", "R1C1", "rc", "r12", "C3", "TRUE", "false",
        "集群", "a b", "1a", "", "a!b", "x" * 256,
    ],
)  # fmt: skip
def test_a_name_that_excel_repairs_away_is_refused(name: str) -> None:
    with pytest.raises(RefusedByExcelError):
        Book().define_name(name, "=1")


def test_a_name_stands_once_whatever_its_capitals() -> None:
    book = Book()
    book.define_name("f_a", "=1")
    with pytest.raises(RefusedByExcelError):
        book.define_name("F_A", "=2")
    with pytest.raises(RefusedByExcelError):
        book.define_name("f_b", "=FILTER(A1,A1)")


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * 32, "𠮷" * 16, "a/b", "a:b", "[a]", "'a", "a'", "History", "a\x01"]
)
def test_a_sheet_name_that_excel_does_not_take_is_refused(name: str) -> None:
    with pytest.raises(RefusedByExcelError):
        Book().sheet(name)


def test_a_sheet_name_stands_once_whatever_its_capitals() -> None:
    book = Book()
    book.sheet("a")
    with pytest.raises(RefusedByExcelError) as refused:
        book.sheet("A")
    assert "already in use" in str(refused.value)


@pytest.mark.parametrize(
    "validation",
    [
        Validation(kind="any", prompt="p", title="x" * 33),
        Validation(kind="any", prompt="x" * 256),
        Validation(kind="any", prompt="a\x01"),
        Validation(kind="any"),
        Validation(kind="length", maximum=1, error="x" * 225),
        Validation(kind="length", maximum=1, error_title="x" * 33),
        Validation(kind="list", formula="=" + "f_" + "a" * 254),
        Validation(kind="list", formula="a,b"),
        Validation(kind="list", formula=""),
        Validation(kind="custom", formula="=OR(A1={1,2})"),
        Validation(kind="custom", formula="=XLOOKUP(A1,B:B,C:C)"),
    ],
)
def test_a_validation_beyond_the_limits_is_refused(validation: Validation) -> None:
    with pytest.raises(RefusedByExcelError):
        Book().sheet("s").validate(1, 1, 1, 1, validation)


@pytest.mark.parametrize(
    "look",
    [
        Conditional(formula="=other!$A$1>0", fill="FFFFFF"),
        Conditional(formula="=OR($A$1={1,2})", fill="FFFFFF"),
        Conditional(formula="$A$1>0", fill="FFFFFF"),
        Conditional(formula="=$A$1>0", fill="red"),
        DataBar(color="1F5A9"),
    ],
)
def test_a_conditional_format_outside_the_grammar_is_refused(look: Conditional | DataBar) -> None:
    with pytest.raises(RefusedByExcelError):
        Book().sheet("s").conditional(1, 1, 1, 1, look)


def test_the_words_of_xlsxwriter_are_passed_on() -> None:
    sheet = Book().sheet("s")
    with pytest.raises(RefusedByExcelError) as refused:
        sheet.page(PageSetup(footer="&G"))
    assert "doesn't match placeholder" in str(refused.value)
    with pytest.raises(RefusedByExcelError) as refused:
        sheet.zoom(5)
    assert "Zoom factor" in str(refused.value)
    with pytest.raises(RefusedByExcelError) as refused:
        Book(properties={"x" * 256: "a"})
    assert "255" in str(refused.value)


@pytest.mark.parametrize("place", [(0, 1), (1, 0), (1_048_577, 1), (1, 16_385)])
def test_a_place_outside_the_grid_is_refused(place: tuple[int, int]) -> None:
    sheet = Book().sheet("s")
    with pytest.raises(RefusedByExcelError):
        sheet.put(*place, "a", PLAIN)
    with pytest.raises(RefusedByExcelError):
        sheet.validate(*place, *place, Validation(kind="any", prompt="p"))
    with pytest.raises(RefusedByExcelError):
        sheet.conditional(*place, *place, Conditional(formula="=TRUE", stop=True))
    with pytest.raises(RefusedByExcelError):
        sheet.note(*place, "a")
    with pytest.raises(RefusedByExcelError):
        sheet.chart(*place, columns())
    with pytest.raises(RefusedByExcelError):
        sheet.freeze(*place)
    with pytest.raises(RefusedByExcelError):
        sheet.select(*place)


def merged() -> Sheet:
    sheet = Book().sheet("s")
    sheet.put(2, 2, "a", PLAIN, 3, 3)
    sheet.put(9, 9, "b", PLAIN)
    return sheet


@pytest.mark.parametrize(
    "area", [(3, 3, 3, 3), (3, 3, 4, 4), (1, 1, 2, 2), (9, 8, 9, 9), (5, 5, 4, 5), (2, 2, 2, 3)]
)
def test_a_merge_that_hides_something_is_refused(area: tuple[int, int, int, int]) -> None:
    sheet = merged()
    with pytest.raises(RefusedByExcelError):
        sheet.put(area[0], area[1], "c", PLAIN, area[2], area[3])


EACH_KIND: tuple[Content, ...] = (
    *("名称", "", None, True, 3, 2.5),
    Formula("=1+1", 2),
    Link("internal:s!A1", "去"),
    NumberLink("internal:s!A1", 4.0),
    Rich((("名", PLAIN), ("（注）", Style(size=9)))),
    Rich((("名", Style(size=9)),)),
)


def test_a_row_written_at_once_is_the_row_written_cell_by_cell() -> None:
    styles = [PLAIN, Style(fill="E9ECF0"), Style(bold=True)]
    together, apart = Book(), Book()
    sheet = together.sheet("s")
    looks = [sheet.look(styles[place % 3]) for place in range(len(EACH_KIND))]
    sheet.put_row(2, 3, EACH_KIND, looks)
    sheet = apart.sheet("s")
    for place, content in enumerate(EACH_KIND):
        sheet.put(2, 3 + place, content, styles[place % 3])
    assert together.save() == apart.save()


def test_a_row_written_at_once_is_held_to_the_same_limits() -> None:
    sheet = merged()
    look = sheet.look(PLAIN)
    for row, column in ((2, 2), (3, 2), (3, 3), (0, 1), (1, 16_384), (1_048_577, 1)):
        with pytest.raises(RefusedByExcelError):
            sheet.put_row(row, column, ["a", "b"], [look, look])
    with pytest.raises(RefusedByExcelError, match="s!C5"):
        sheet.put_row(5, 2, ["a", float("inf")], [look, look])
    sheet.put_row(4, 2, ["a", None], [look, look])
    with pytest.raises(RefusedByExcelError):
        sheet.put(4, 1, "c", PLAIN, 4, 2)
    sheet.put_row(1, 1, [], [])


@pytest.mark.parametrize("height", [0, -1, 409.5, 410])
def test_a_row_height_outside_the_limits_is_refused(height: float) -> None:
    with pytest.raises(RefusedByExcelError):
        Book().sheet("s").row(1, height)


@pytest.mark.parametrize("width", [0, -1, 2_046])
def test_a_column_width_outside_the_limits_is_refused(width: float) -> None:
    with pytest.raises(RefusedByExcelError):
        Book().sheet("s").columns([width])


def test_a_workbook_needs_a_sheet_to_see() -> None:
    with pytest.raises(RefusedByExcelError):
        Book().save()
    book = Book()
    book.sheet("a").visibility("hidden")
    with pytest.raises(RefusedByExcelError):
        book.save()
    book.sheet("b")
    hidden = book.sheet("c")
    hidden.activate()
    hidden.visibility("hidden")
    with pytest.raises(RefusedByExcelError):
        book.save()


@pytest.mark.parametrize(
    "chart",
    [
        ChartSpec(kind="pie3d", series=(), px=(1, 1)),  # type: ignore[arg-type]
        ChartSpec(kind="scatter", series=(ChartSeries(values="=s!$A$1"),), px=(1, 1)),
        ChartSpec(kind="bar", series=(ChartSeries(values=""),), px=(1, 1)),
        ChartSpec(
            kind="bar",
            series=(ChartSeries(values="=s!$A$1", labels=ChartLabels(position="above")),),
            px=(1, 1),
        ),
    ],
)
def test_a_chart_that_xlsxwriter_would_thin_out_is_refused(chart: ChartSpec) -> None:
    with pytest.raises(RefusedByExcelError):
        Book().sheet("s").chart(1, 1, chart)


def test_a_chart_without_series_is_refused_at_the_end() -> None:
    book = Book()
    book.sheet("s").chart(1, 1, ChartSpec(kind="bar", series=(), px=(100, 100)))
    with pytest.raises(RefusedByExcelError):
        book.save()


def test_a_limit_says_where_and_in_the_language_in_use() -> None:
    with pytest.raises(RefusedByExcelError, match="s!C2"):
        Book().sheet("s").put(2, 3, float("nan"), PLAIN)


def test_xlsxwriter_still_drops_without_us() -> None:
    """The reason for all of this; when it no longer holds, the wrapper can shrink."""
    book = xlsxwriter.Workbook(BytesIO())
    sheet = book.add_worksheet()
    assert sheet.write_string(0, 0, "x" * 32_768) == -2
    book.close()


@pytest.mark.parametrize("text", ["#N/A", "#VALUE!", "TRUE", "1"])
def test_a_cached_text_that_reads_like_an_error_is_a_text(text: str) -> None:
    book = Book(title="t")
    book.sheet("S").put(1, 1, Formula('="#"', text), PLAIN)
    content = book.save()
    assert b't="str"' in parts_of(content)[SHEET1]
    shown = openpyxl.load_workbook(BytesIO(content), data_only=True)["S"]["A1"]
    assert (shown.value, shown.data_type) == (text, "s")
