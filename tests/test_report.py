from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from shutil import copytree
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from compared_forms import (
    CANARY,
    STORY,
    answer,
    form_of,
    full_form,
    number,
    records_to,
    three_returns,
)
from hand_returns import FORMS, Typed, return_of
from libreoffice_tools import recalculate
from paper import lines_of, to_pdf

from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.excel.book import Book
from clusterxl.excel.cells import Formula, Style
from clusterxl.excel.heights import text_px
from clusterxl.excel.package import read_package
from clusterxl.excel.stamp import parse_stamp
from clusterxl.finding import Finding, Severity
from clusterxl.form.file import load_form
from clusterxl.form.model import ComparisonSpec, Form
from clusterxl.form.roster import units_of
from clusterxl.normalise import normalise_returns
from clusterxl.report import write_comparison
from clusterxl.report.answers import shown_answers
from clusterxl.report.chart_data import ChartData
from clusterxl.report.context import Context
from clusterxl.report.groups import group_ranking
from clusterxl.report.overview import overview_panels
from clusterxl.report.panels import HEADLINE_POINTS, PANEL_PX, Panel, Sources, short_names
from clusterxl.report.section_plans import places_of, section_sheets
from clusterxl.report.sources import source_blocks
from clusterxl.report.subjects import subject_ranking
from clusterxl.testing.simulate import simulate_answers

OFFICIAL = "gd-cluster-2023"
FOLDERS = ("farm-survey", "harvest-years", "one-field", "all-checks")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
EVIL = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "@SUM(A1)",
    "-2+3",
    "{=1+1}",
    "http://e.x/",
)


def simulated(form: Form, count: int) -> Comparison:
    """Return the comparison of so many made-up returns, spread over the units."""
    units = units_of(form) or (None,)
    returns = []
    for seed in range(count):
        unit = units[seed * 7 % len(units)]
        answers = simulate_answers(form, unit=unit, seed=seed, subject_no=seed + 1)
        code = unit.code if unit else ""
        returns.append(return_of(form, answers, file=f"returned/r{seed}.xlsx", unit=code))
    return aggregate_records(normalise_returns(returns, form=form))


def form_named(name: str) -> Form:
    return load_form(name if name == OFFICIAL else FORMS / name)


def opened(content: bytes, *, values: bool = False) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(BytesIO(content), data_only=values)


def cells(book: Any) -> Iterator[tuple[str, str, Any]]:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    yield sheet.title, cell.coordinate, cell


def linked(sheet: Any) -> list[Any]:
    return [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]


def parts(content: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def three() -> Comparison:
    records = records_to(full_form(), *three_returns())
    one = records.returns["return_id"].iloc[0]
    findings = [
        Finding(
            code="GEN-NUM",
            severity=Severity.ERROR,
            message="应填数字或“无”",
            return_id=str(one),
            file="a.xlsx",
            sheet="一 情况",
            cell="C4",
            key="output_2022",
            label="总产值 2022年",
            value="约40",
        ),
        Finding(code="OUT-1", severity=Severity.WARNING, message="请核实", return_id=str(one)),
        Finding(code="NORM-1", severity=Severity.INFO, message="去掉“约”", return_id=str(one)),
    ]
    return aggregate_records(records, findings)


@pytest.fixture(scope="module")
def written(three: Comparison) -> bytes:
    return write_comparison(three, sample=True)


def test_the_sheets_stand_in_their_order(written: bytes) -> None:
    assert opened(written).sheetnames == [
        *("总览", "市对比", "集群对比", "集群档案", "集群并列", "一 情况", "选项统计", "报送情况"),
        *("问题分类", "校验问题", "溯源", "依据", "图表数据", "集群名单", "栏目名单"),
    ]


def test_the_workbook_says_what_it_is(written: bytes) -> None:
    stamp = parse_stamp(opened(written).custom_doc_props["clusterxl"].value)
    assert stamp is not None
    assert (stamp.kind, stamp.form, stamp.base_year) == ("comparison", "small", 2022)


def test_the_same_comparison_gives_the_same_bytes(three: Comparison, written: bytes) -> None:
    assert write_comparison(three, sample=True) == written


def test_every_sheet_is_a4_landscape_one_page_wide_and_says_it_is_a_sample(written: bytes) -> None:
    shown = [sheet for sheet in opened(written) if sheet.sheet_state == "visible"]
    assert shown
    for sheet in shown:
        assert sheet.page_setup.orientation == "landscape", sheet.title
        assert int(sheet.page_setup.paperSize) == 9
        assert "示例数据" in sheet.oddHeader.right.text
        assert sheet.print_area
        fits = sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage
        # 269 mm between the margins hold 178 characters at 81 percent.
        narrow = sum(each.width for each in sheet.column_dimensions.values()) <= 178
        alone = narrow and int(sheet.page_setup.scale or 0) == 81
        assert fits or sheet.col_breaks.brk or alone, sheet.title
        # One page wide is the default, which XlsxWriter does not write.
        assert sheet.page_setup.fitToWidth in (1, None)


def test_without_sample_no_page_says_so(three: Comparison) -> None:
    assert b"\xe7\xa4\xba\xe4\xbe\x8b\xe6\x95\xb0\xe6\x8d\xae" not in b"".join(
        parts(write_comparison(three)).values()
    )


def test_tables_are_frozen_and_filtered(written: bytes) -> None:
    book = opened(written)
    for sheet in book:
        assert bool(sheet.freeze_panes) == (sheet.title != "总览"), sheet.title
    filtered = [sheet.title for sheet in book if sheet.auto_filter.ref]
    assert filtered == [
        *("集群对比", "选项统计", "报送情况", "问题分类", "校验问题", "溯源", "依据"),
    ]


def test_totals_are_live_and_refer_to_the_section_sheets(written: bytes) -> None:
    book = opened(written)
    groups = book["市对比"]
    formulas = [c.value for row in groups.iter_rows() for c in row if c.data_type == "f"]
    assert len([f for f in formulas if "'一 情况'!" in f]) > 20
    section = book["一 情况"]
    assert any(str(c.value).startswith("=IF(") for c in section[8])


def test_numbers_lead_to_their_sources(three: Comparison, written: bytes) -> None:
    book = opened(written)
    sources = book["溯源"]
    first_ids = set(three.provenance.groupby("key")["number_id"].first())
    seen = 0
    for sheet in (book["一 情况"], book["市对比"], book["集群对比"], book["总览"]):
        for cell in linked(sheet):
            if "溯源" not in (cell.hyperlink.location or ""):
                continue
            first = re.search(r"B(\d+)", cell.hyperlink.location)
            assert first
            number_id = sources[f"B{first[1]}"].value
            if cell.data_type == "s":
                assert cell.value == number_id
                assert number_id in first_ids
                seen += 1
    assert seen > 30


def test_every_number_on_a_section_sheet_leads_to_its_own_row(
    three: Comparison, written: bytes
) -> None:
    book = opened(written)
    sources, section = book["溯源"], book["一 情况"]
    heads = [cell.value for cell in sources[6]]
    names = {place: section.cell(place, 2).value for place in range(10, 13)}
    numbers = [cell for row in section["E10:Z12"] for cell in row if cell.data_type == "n"]
    assert len([cell for cell in numbers if cell.value is not None]) > 25
    for cell in numbers:
        if cell.value is None:
            continue
        row = sources[cell.hyperlink.location.rpartition("B")[2]]
        assert row[heads.index("值")].value == cell.value
        assert row[heads.index("集群")].value == names[cell.row]


def test_of_too_many_numbers_only_the_columns_lead_to_the_sources(
    three: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clusterxl.report.places.MOST_NUMBERS_LINKED", 10)
    section = opened(write_comparison(three))["一 情况"]
    assert {cell.row for cell in linked(section)} == {7, 8}


def test_a_number_is_found_by_question_and_subject(written: bytes) -> None:
    book = opened(written, values=True)
    sources = book["溯源"]
    found = [sources.cell(5, column).value for column in range(2, 12)]
    row = next(row for row in sources.iter_rows(min_row=8) if row[1].value == found[0])
    shown = [cell.value for cell in row[1:11]]
    assert (found[2], found[5], found[7]) == (shown[2], shown[5], shown[7])
    lists = {str(v.sqref): v.formula1 for v in sources.data_validations.dataValidation}
    assert lists == {"C5": "questions_to_choose", "F5": "subjects_to_choose"}


def test_a_source_links_to_the_cell_of_its_file(written: bytes) -> None:
    links = [cell.hyperlink for cell in linked(opened(written)["溯源"])]
    assert {link.target for link in links} == {"a.xlsx", "b.xlsx", "c.xlsx"}
    assert all(link.location.startswith("'一 情况'!C") for link in links)
    number = opened(written).sheetnames.index("溯源") + 1
    relations = parts(written)[f"xl/worksheets/_rels/sheet{number}.xml.rels"].decode()
    assert "a.xlsx" in relations
    assert "http" not in relations.replace("http://schemas.openxmlformats.org", "")


def test_a_source_links_into_the_folder_of_the_returns(three: Comparison) -> None:
    content = write_comparison(three, folder="in/returned")
    links = [cell.hyperlink for cell in linked(opened(content)["溯源"])]
    assert {link.target.replace("\\", "/") for link in links} == {
        f"in/returned/{name}.xlsx" for name in "abc"
    }


def test_every_head_has_a_measure(written: bytes) -> None:
    section = opened(written)["一 情况"]
    for column in range(4, section.max_column + 1):
        assert section.cell(6, column).value, section.cell(5, column).value


def test_totals_tell_how_many_returns_they_rest_on(written: bytes) -> None:
    values = opened(written, values=True)["一 情况"]
    heads, group = {}, ""
    for column in range(4, values.max_column + 1):
        group = values.cell(4, column).value or group
        heads[group, values.cell(5, column).value] = values.cell(9, column).value
    assert heads["总产值", "2022年"] == "3 / 3"
    assert heads["占比", "2022年"] == "1 / 3"


def test_a_section_says_on_how_many_normalised_cells_its_totals_rest() -> None:
    returns = (
        answer("a.xlsx", "甲市", "甲水暖", ("约100", "110", 120)),
        answer("b.xlsx", "乙市", "乙电子", ("约50", 60, 70)),
    )
    written = write_comparison(aggregate_records(records_to(full_form(), *returns)))
    note = next(cell.value for cell in opened(written, values=True)["一 情况"][2] if cell.value)
    assert "合计含规范化后采用的 3 格" in note
    assert "2020年 2 格" in note


def test_text_of_a_return_stays_text(three: Comparison) -> None:
    filled = [
        answer(f"{n}.xlsx", "甲市", evil, (1, 2, 3), story=evil, county=evil)
        for n, evil in enumerate(EVIL)
    ]
    comparison = aggregate_records(records_to(full_form(), *filled))
    content = write_comparison(comparison, with_contacts=True)
    texts = set()
    for sheet, place, cell in cells(opened(content)):
        if cell.data_type == "f":
            assert not any(evil.strip("=") in cell.value for evil in EVIL), (sheet, place)
        elif cell.value in EVIL:
            texts.add(cell.value)
    assert texts == set(EVIL)
    assert not [
        name for name, part in parts(content).items() if b"evil.example" in part and "rels" in name
    ]


def test_odd_characters_do_not_stop_the_writer() -> None:
    odd = "甲\x07_x0041_\u202e集群"
    comparison = aggregate_records(
        records_to(full_form(), answer("a.xlsx", "甲市", odd, (1, 2, 3)))
    )
    assert opened(write_comparison(comparison)).sheetnames[0] == "总览"


def test_a_section_of_one_long_text_has_its_sheet() -> None:
    form = form_of(replace(STORY, max_chars=2000))
    records = records_to(form, ("a.xlsx", {"story": "进展平稳，" * 60}))
    sheet = opened(write_comparison(aggregate_records(records)))["一 情况"]
    assert sheet["B1"].value == "1 个集群的填报内容"


def test_contacts_stand_only_where_asked_for(three: Comparison, written: bytes) -> None:
    assert CANARY.encode() not in b"".join(parts(written).values())
    asked = write_comparison(three, with_contacts=True)
    assert CANARY.encode() in b"".join(parts(asked).values())
    assert "联系方式" in opened(asked).sheetnames


def test_every_chart_points_to_the_chart_data(written: bytes) -> None:
    charts = [part for name, part in parts(written).items() if name.startswith("xl/charts/chart")]
    assert len(charts) == 5
    for chart in charts:
        places = [found.text or "" for found in ET.fromstring(chart).iter(f"{CHART}f")]  # noqa: S314
        assert places
        assert all(place.startswith(("图表数据!", "'图表数据'!")) for place in places)


def test_charts_do_not_overlap(written: bytes) -> None:
    drawing = ET.fromstring(parts(written)["xl/drawings/drawing1.xml"])  # noqa: S314
    boxes = []
    for anchor in drawing:
        ends = [anchor.find(f"{DRAWING}{end}") for end in ("from", "to")]
        boxes.append(
            [
                (int(end.find(f"{DRAWING}{way}").text), int(end.find(f"{DRAWING}{way}Off").text))  # type: ignore[union-attr,arg-type]
                for end in ends
                for way in ("col", "row")
            ]
        )
    for place, (left, top, right, bottom) in enumerate(boxes):
        for other_left, other_top, other_right, other_bottom in boxes[:place]:
            beside = right <= other_left or other_right <= left
            assert beside or bottom <= other_top or other_bottom <= top


def found_on(content: bytes, name: str) -> list[list[Any]]:
    """Return the lines of a sheet of findings, without the margin."""
    sheet = opened(content, values=True)[name]
    return [[cell.value for cell in row[1:13]] for row in sheet.iter_rows(min_row=6)]


def test_findings_are_counted_by_cause_and_listed(written: bytes) -> None:
    causes = {row[1]: row[4] for row in found_on(written, "问题分类")}
    assert causes == {"GEN-NUM": 1, "OUT-1": 1, "NORM-1": 1}
    assert [row[1] for row in found_on(written, "校验问题")] == ["GEN-NUM", "OUT-1"]


def test_an_explained_warning_is_listed_as_such_and_counted_live() -> None:
    records = records_to(full_form(), *three_returns())
    one = str(records.returns["return_id"].iloc[0])
    warned = Finding(code="W-1", severity=Severity.WARNING, message="请核实", return_id=one)
    told = replace(warned, note="口径如此")
    written = write_comparison(aggregate_records(records, [warned, told, told]))
    (cause,) = found_on(written, "问题分类")
    assert cause[:2] == ["◆ 请核实", "W-1"]
    assert (cause[4], cause[6]) == (3, 2)
    listed = [(row[0], row[7]) for row in found_on(written, "校验问题")]
    assert listed == [("◆ 请核实", "—"), *[("◇ 已说明", "口径如此")] * 2]


def test_what_repeats_in_one_return_is_one_line_that_names_every_cell() -> None:
    records = records_to(full_form(), *three_returns())
    one = str(records.returns["return_id"].iloc[0])
    keys = [
        f"{name}_{year}" for name in ("output", "share", "firms") for year in (2020, 2021, 2022)
    ]
    findings = [
        Finding(
            code="GEN-REQ",
            severity=Severity.ERROR,
            message=f"「{key}」不得空缺",
            return_id=one,
            file="a.xlsx",
            sheet="一 情况",
            cell=f"C{row}",
            key=key,
            label=key,
        )
        for row, key in enumerate(keys, 4)
    ]
    written = write_comparison(aggregate_records(records, findings))
    (cause,) = found_on(written, "问题分类")
    assert (cause[1], cause[4]) == ("GEN-REQ", 9)
    sheet = opened(written, values=True)["校验问题"]
    listed = found_on(written, "校验问题")
    assert [row[4] for row in listed] == [1, 1, 1, 6]
    assert all(f"C{row}" in listed[-1][2] for row in range(7, 13))
    links = [cell.hyperlink for cell in linked(sheet)]
    assert {link.target for link in links if link.target} == {"a.xlsx"}
    section = opened(written, values=True)["一 情况"]
    inside = [
        link.location.rpartition("!")[2].replace("$", "") for link in links if not link.target
    ]
    assert [section[place].value for place in inside] == [100, 110, 120, 50]


def test_too_many_returns_are_not_traced_in_the_workbook(
    three: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clusterxl.report.context.MOST_RETURNS_TRACED", 2)
    book = opened(write_comparison(three))
    assert book["溯源"].max_row == 6
    assert not linked(book["集群对比"])
    assert "另存为数据文件" in book["总览"]["B2"].value


# Headlines


def panels_of(comparison: Comparison) -> list[Panel]:
    context = Context(comparison=comparison)
    places = places_of(context, section_sheets(context), source_blocks(context))
    groups = group_ranking(context, places) if context.form.levels else None
    sources = Sources(
        context=context,
        places=places,
        data=ChartData(context=context),
        subjects=subject_ranking(context, places, shown_answers(context)),
        groups=groups,
    )
    return overview_panels(sources)


def headlines(*filled: tuple[str, Mapping[str, Typed]], form: Form | None = None) -> list[str]:
    """Return the headlines that are shown: the first of each that fits on one line."""
    comparison = aggregate_records(records_to(form or full_form(), *filled))
    return [panel.headline for panel in panels_of(comparison)]


def many(outputs: Mapping[str, tuple[Typed, ...]]) -> list[tuple[str, Mapping[str, Typed]]]:
    cities = "甲乙丙"
    return [
        answer(f"{n}.xlsx", f"{cities[n % 3]}市", name, output)
        for n, (name, output) in enumerate(outputs.items())
    ]


def test_headlines_state_the_finding() -> None:
    outputs: dict[str, tuple[Typed, ...]] = {
        f"{n}号集群": (n, n + 10, 3 * n) for n in range(20, 32)
    }
    assert headlines(*many(outputs)) == [
        "丙市、乙市占全省总产值的 68%",
        "总产值年均增长 73.2%，2022年达 918 亿元",
        "第一类集群 12 个，占总产值 100%",
        "12 个集群规模、增速全部过线",
        "最大的 9 个集群占全省的 79%",
    ]


def test_the_bars_of_the_years_are_those_of_the_same_returns() -> None:
    returns = (
        answer("a.xlsx", "甲市", "甲水暖", (100, 110, 121)),
        answer("b.xlsx", "乙市", "乙电子", (50, 60, 66)),
        answer("c.xlsx", "乙市", "丙家具", (900, 950, None)),
    )
    book = opened(
        write_comparison(aggregate_records(records_to(full_form(), *returns))), values=True
    )
    rows = [[cell.value for cell in row] for row in book["图表数据"].iter_rows()]
    start = next(at for at, row in enumerate(rows) if "历年合计" in row)
    drawn = [row for row in rows[start : start + 8] if isinstance(row[2], float | int)]
    assert [row[2] for row in drawn] == [150, 170, 187]
    assert drawn[-1][3] == pytest.approx(10)
    told = [cell.value for row in book["总览"].iter_rows() for cell in row if cell.value]
    assert any("同一批 2 / 3 个集群" in str(text) for text in told)


def test_headlines_with_nothing() -> None:
    assert headlines() == ["还没有集群"]


def test_headlines_with_one() -> None:
    assert headlines(answer("a.xlsx", "乙市", "一", (10, 10, 10)))[:2] == [
        "1 个集群都在乙市",
        "总产值基本持平，2022年为 10.0 亿元",
    ]


def test_headlines_when_everything_falls() -> None:
    outputs: dict[str, tuple[Typed, ...]] = {f"{n}": (100 + n, 90, 20) for n in range(4)}
    found = headlines(*many(outputs))
    assert "总产值年均下降 55.6%，2022年为 80.0 亿元" in found
    assert "没有集群规模、增速同时过线" in found


def test_headlines_without_data() -> None:
    assert headlines(answer("a.xlsx", "乙市", "一", ("", "", "")))[0] == "1 个集群都在乙市"


def test_a_form_without_levels_ranks_its_subjects() -> None:
    form = form_of(number("tons", "产量", measure="吨"), comparison=ComparisonSpec())
    filled = [(f"{n}.xlsx", {"tons": n}) for n in range(1, 25)]
    assert headlines(*filled, form=form) == ["最大的 20 个集群占合计的 97%"]


@pytest.mark.parametrize("count", [0, 1, 2, 9])
@pytest.mark.parametrize("name", [OFFICIAL, *FOLDERS])
def test_every_headline_fits_on_one_line(name: str, count: int) -> None:
    for panel in panels_of(simulated(form_named(name), count)):
        assert text_px(panel.headline, HEADLINE_POINTS) <= PANEL_PX - 8


def test_names_lose_what_they_share() -> None:
    assert short_names(["东县特色产业集群（玩具产业）", "西区特色产业集群（陶瓷产业）"], 9) == [
        "东县 玩具",
        "西区 陶瓷",
    ]
    assert short_names(["一样", "一样"], 9) == ["一样", "一样"]
    assert short_names(["一个很长很长的名字"], 5) == ["一个很长…"]


# With LibreOffice


@pytest.mark.needs_libreoffice
def test_cached_values_are_what_libreoffice_calculates(tmp_path: Path) -> None:
    contents = {
        f"{name}-{count}": write_comparison(simulated(form_named(name), count))
        for name in (OFFICIAL, *FOLDERS)
        for count in (0, 1, 9)
    }
    records = records_to(full_form(), *three_returns())
    contents["three"] = write_comparison(aggregate_records(records))
    contents["capitals"] = write_comparison(simulated(_capitals(tmp_path), 4))
    hold_all_cached(contents, tmp_path)


def _capitals(folder: Path) -> Form:
    """Return a form with two groups that differ in capitals only."""
    copied = folder / "capitals"
    copytree(FORMS / "harvest-years", copied)
    listed = copied / "lists" / "parishes.csv"
    text = listed.read_text("utf-8")
    assert "Southshire" in text
    listed.write_text(text.replace("Southshire", "northshire"), "utf-8")
    return load_form(copied)


def hold_all_cached(contents: Mapping[str, bytes], folder: Path) -> None:
    """Hold the values that the formulas of workbooks carry against LibreOffice's."""
    given, calculated = folder / "given", folder / "calculated"
    given.mkdir()
    for name, content in {**contents, "canary": _canary()}.items():
        (given / f"{name}.xlsx").write_bytes(content)
    recalculate(sorted(given.glob("*.xlsx")), calculated)
    wrong = opened((calculated / "canary.xlsx").read_bytes(), values=True)
    assert wrong["canary"]["A1"].value == 2, "LibreOffice showed the cached value"
    for name, content in contents.items():
        _hold_cached(content, (calculated / f"{name}.xlsx").read_bytes(), name)


def _canary() -> bytes:
    """Return a workbook with a wrong cached value."""
    book = Book()
    book.sheet("canary").put(1, 1, Formula("=1+1", 99), Style())
    return book.save()


def _hold_cached(content: bytes, calculated: bytes, name: str) -> None:
    """Hold the values that formulas carry against those that were worked out anew.

    Our reader gives both from one pass; that it agrees with openpyxl is shown elsewhere.
    """
    cached, anew = read_package(content, name), read_package(calculated, name)
    count = 0
    for sheet in cached.sheets:
        worked_out = anew.sheet(sheet.name)
        assert worked_out is not None
        for place, cell in sheet.cells.items():
            if not cell.formula:
                continue
            ours, theirs = cell.value, worked_out.cell(*place).value
            count += 1
            if ours is None or isinstance(ours, str):
                assert (ours or "") == (theirs or ""), (name, sheet.name, place, cell.formula)
            else:
                assert theirs == pytest.approx(ours, rel=1e-9), (name, sheet.name, place)
    assert count


@pytest.mark.needs_libreoffice
def test_printed_pages_are_whole(tmp_path: Path) -> None:
    workbook = tmp_path / "comparison.xlsx"
    workbook.write_bytes(write_comparison(simulated(form_named(OFFICIAL), 8), sample=True))
    pages = lines_of(to_pdf(workbook, tmp_path))
    for place, page in enumerate(pages, 1):
        text = "\n".join(line.text for line in page)
        assert "###" not in text, f"page {place}"
        assert len(page) > 5, f"page {place} is empty"
        # Single characters are those of texts that stand upright; their size is their width.
        assert min(line.size for line in page if len(line.text) > 1) >= 7, f"page {place}"
        assert "示例数据，不代表任何地区" in text, f"page {place}"
