"""The workbook that proves itself says so once a program has worked it out, and only then."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from click.testing import CliRunner
from libreoffice_tools import recalculate

from clusterxl.cli.group import cli
from clusterxl.errors import NothingFoundError
from clusterxl.excel.cells import address
from clusterxl.form.file import load_form
from clusterxl.form.layout import lay_out
from clusterxl.form.model import Form
from clusterxl.generate import ProofWorkbook, generate_proof, generate_workbook, write_plan
from clusterxl.plan.hidden import VERDICTS
from clusterxl.plan.model import Plan, SheetPlan
from clusterxl.plan.program import program_of
from clusterxl.plan.proof_book import EXPECTED, RESULT, plan_proof
from clusterxl.ruleset.fills import random_fills

FORMS = Path(__file__).parent / "data" / "forms"
FIRST_ROW, DIFFERING, FIRST_DIFFERENCE = 7, 8, 9
MOST_BYTES = 3_000_000


def farm() -> Form:
    return load_form(FORMS / "farm-survey")


def result(content: bytes) -> str:
    row, column = RESULT
    return str(first_sheet(content)[row - 1][column - 1])


def first_sheet(content: bytes) -> list[list[Any]]:
    """Return the values of the first sheet; the others are far too large to be read as well."""
    with python_calamine.load_workbook(BytesIO(content)) as book:
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


@pytest.fixture(scope="module")
def official() -> ProofWorkbook:
    """Return the workbook of the official form, which takes its time to write."""
    return generate_proof(load_form("gd-cluster-2023"))


def test_it_claims_nothing_before_it_is_worked_out() -> None:
    assert result(generate_proof(farm()).content) == "Not worked out"


def test_the_official_form_fits_into_a_mail(official: ProofWorkbook) -> None:
    assert len(official.content) < MOST_BYTES
    assert official.fills >= 12
    assert official.verdicts > 1000 * official.fills
    assert result(official.content) == "尚未计算"


def test_it_is_written_by_command(tmp_path: Path) -> None:
    path = tmp_path / "self-check.xlsx"
    form = str(FORMS / "farm-survey")
    done = CliRunner().invoke(cli, ["rules", "proof", "--form", form, "-o", str(path)])
    assert (done.exit_code, path.read_bytes()) == (0, generate_proof(farm()).content)
    refused = CliRunner().invoke(cli, ["rules", "proof", "--form", form, "-o", "x.txt"])
    assert refused.exit_code == 2


def test_a_form_without_rules_has_nothing_to_prove(tmp_path: Path) -> None:
    field = 'id = "x"\nlabel = "X"\ntype = "text"\nrequired = false\n'
    block = f'[[section.block]]\nkind = "rows"\n[[section.block.field]]\n{field}'
    head = 'id = "tiny"\ntitle = "T"\nlanguage = "en"\n[[section]]\nid = "s"\nsheet = "S"\n'
    (tmp_path / "form.toml").write_text(head + block, encoding="utf-8")
    form = load_form(tmp_path)
    assert generate_workbook(form)
    with pytest.raises(NothingFoundError):
        generate_proof(form)


@pytest.mark.needs_libreoffice
def test_libreoffice_finds_it_the_same_and_a_false_expectation_different(
    official: ProofWorkbook, tmp_path: Path
) -> None:
    form = farm()
    layout = lay_out(form)
    program = program_of(layout)
    instances = [verdict.instance for verdict in program.verdicts]
    plan = plan_proof(layout, random_fills(form, instances, 5, 3))
    row = program.verdicts[4].row
    books = {
        "right.xlsx": write_plan(plan),
        "false.xlsx": write_plan(_expecting(plan, row, 7)),
        "official.xlsx": official.content,
    }
    for name, content in books.items():
        (tmp_path / name).write_bytes(content)
    out = tmp_path / "out"
    recalculate([tmp_path / name for name in books], out)
    found = {name: (out / name).read_bytes() for name in books}
    assert {name: result(content) for name, content in found.items()} == {
        "right.xlsx": "Same",
        "false.xlsx": "Differs",
        "official.xlsx": "一致",
    }
    assert _rows(found["official.xlsx"]) == _rows(official.content)
    differing = _rows(found["false.xlsx"])
    assert [line[DIFFERING - 2] for line in differing] == [1, 0, 0, 0, 0]
    verdict = program.verdicts[4]
    where = differing[0][FIRST_DIFFERENCE - 2]
    assert where == f"{verdict.instance.rule.id}  {verdict.asked.key}"


def _rows(content: bytes) -> list[tuple[object, ...]]:
    """Return the table of the first sheet, without what only text can be."""
    return [tuple(row[1:9]) for row in first_sheet(content)[FIRST_ROW - 1 :] if row[1]]


def _expecting(plan: Plan, row: int, value: float) -> Plan:
    """Return the plan with another expectation in a row of the verdicts."""

    def changed(sheet: SheetPlan) -> SheetPlan:
        if sheet.name != VERDICTS:
            return sheet
        cells = tuple(
            replace(cell, content=value)
            if (cell.area.row, cell.area.column) == (row, EXPECTED)
            else cell
            for cell in sheet.cells
        )
        assert cells != sheet.cells, address(row, EXPECTED)
        return replace(sheet, cells=cells)

    return replace(plan, sheets=tuple(changed(sheet) for sheet in plan.sheets))
