"""The rules as a workbook for review: every rule and parameter a row, ready to filter and print."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from hand_returns import FORMS
from openpyxl.worksheet.worksheet import Worksheet

from clusterxl.cli.group import cli
from clusterxl.form.file import load_form
from clusterxl.rules_book import TALLEST, kind_word, write_rules
from clusterxl.ruleset.load import load_rules
from clusterxl.ruleset.rules import Kind

FARM = load_form(FORMS / "farm-survey")
RULES = {rule.id: rule for rule in load_rules(FARM)}
HEAD = 4


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(write_rules(FARM)))


def rows_of(sheet: Worksheet) -> dict[object, dict[object, object]]:
    """Return the rows below the head by their first cell, each by the heads of its columns."""
    head, *rows = sheet.iter_rows(min_row=HEAD, values_only=True)
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows}


def test_every_rule_is_a_row_in_the_order_of_the_list(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["校验规则", "参数"]
    assert list(rows_of(book["校验规则"])) == list(RULES)


def test_a_row_tells_all_of_its_rule(book: openpyxl.Workbook) -> None:
    row = rows_of(book["校验规则"])["CRIT-02"]
    assert row == {
        "编号": "CRIT-02",
        "级别": "◆ 请核实",
        "类别": "规划",
        "要求": "The plan is to grow\n对比列标题：Members planned",
        "校验式": RULES["CRIT-02"].check,
        "适用条件": None,
        "提示语": "Growth Members In three years: planned growth is …%, below 5%. "
        "Please check it, or explain.",
        "页边提示": "grows by less than 5%",
        "涉及栏目": "Members",
        "参数": "least growth >= 5 %（待核实）Invented guideline of 2020, page 7",
        "依据": "Invented guideline of 2020",
        "说明": "A plan may have its reasons; they are asked for, not judged.",
        "例子": 3,
        "处数": 1,
    }


def test_a_rule_over_several_cells_names_all_their_questions(book: openpyxl.Workbook) -> None:
    row = rows_of(book["校验规则"])["FARM-01"]
    assert str(row["涉及栏目"]).split("；") == [
        FARM.fields[name].label.replace("\n", " ")
        for name in ("turnover_per_member", "turnover", "members")
    ]


def test_many_questions_are_counted(book: openpyxl.Workbook) -> None:
    assert "另有" in str(rows_of(book["校验规则"])["GEN-REQ"]["涉及栏目"])


def test_a_parameter_without_a_value_is_told(book: openpyxl.Workbook) -> None:
    assert "未设定" in str(rows_of(book["校验规则"])["CRIT-01"]["参数"])
    rows = rows_of(book["参数"])
    assert rows["Fewest members"]["核实"] == "未设定"
    growth = rows["Growth of members planned in three years (%)"]
    assert (growth["数值"], growth["核实"], growth["用于规则"]) == (">= 5 %", "待核实", "CRIT-02")


@pytest.mark.parametrize("name", ["校验规则", "参数"])
def test_a_sheet_can_be_filtered_and_printed(book: openpyxl.Workbook, name: str) -> None:
    sheet = book[name]
    assert sheet.freeze_panes == "B5"
    assert sheet.auto_filter.ref is not None
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    setup = sheet.sheet_properties.pageSetUpPr
    assert setup is not None
    assert setup.fitToPage
    assert sheet.print_title_rows == "$4:$4"
    rows = list(range(HEAD + 1, sheet.max_row + 1))
    assert all(sheet.cell(row, 3).alignment.wrap_text for row in rows)
    assert all(10 < (sheet.row_dimensions[row].height or 0) <= TALLEST for row in rows)


def test_a_form_without_written_rules_has_a_table_too() -> None:
    book = openpyxl.load_workbook(BytesIO(write_rules(load_form(FORMS / "one-field"))))
    assert list(rows_of(book["校验规则"])) == ["GEN-REQ", "GEN-NUM", "GEN-INT"]
    assert rows_of(book["参数"]) == {}


def test_the_same_rules_give_the_same_bytes() -> None:
    assert write_rules(FARM) == write_rules(FARM)


def test_each_kind_has_a_word() -> None:
    words = [kind_word(replace(RULES["FARM-01"], kind=kind)) for kind in Kind]
    assert "推算" in words
    assert len(set(words)) == len(Kind)


class TestCommand:
    def test_export_writes_a_workbook_once(self, tmp_path: Path) -> None:
        target = tmp_path / "rules.xlsx"
        arguments = ["rules", "export", "-o", str(target), "--form", str(FORMS / "farm-survey")]
        assert CliRunner().invoke(cli, arguments).exit_code == 0
        assert target.read_bytes() == write_rules(FARM)
        target.write_bytes(b"another")
        assert CliRunner().invoke(cli, arguments).exit_code == 2
        assert CliRunner().invoke(cli, [*arguments, "--force"]).exit_code == 0

    def test_export_refuses_another_ending(self, tmp_path: Path) -> None:
        result = CliRunner().invoke(cli, ["rules", "export", "-o", str(tmp_path / "rules.csv")])
        assert result.exit_code == 2
        assert not list(tmp_path.iterdir())

    def test_explain_tells_where_a_rule_is_written_and_what_it_looks_at(self) -> None:
        form = str(FORMS / "farm-survey")
        told = CliRunner().invoke(cli, ["rules", "explain", "farm-01", "--form", form]).output
        assert "rules/10-figures.toml" in told
        assert "推算" in told
        assert RULES["FARM-01"].margin in told
        assert f"  {FARM.fields['members'].label}" in told.splitlines()
