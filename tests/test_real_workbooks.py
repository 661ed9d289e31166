"""Workbooks as respondents save them: 校验 in the file says what the check says of the file."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import UNO_PYTHON
from proof_rig import FORMULAS

from clusterxl.check import confront
from clusterxl.cli.group import cli
from clusterxl.excel.cells import sheet_reference
from clusterxl.excel.package import read_package
from clusterxl.excel.raw import RawSheet, parse_reference
from clusterxl.finding import UNSEEN
from clusterxl.form.file import load_form
from clusterxl.form.layout import Layout, lay_out
from clusterxl.form.model import Form
from clusterxl.generate import generate_workbook
from clusterxl.normalise import normalise_returns
from clusterxl.plan.check_list import CODE, LEVEL, PLACE, PROBLEM
from clusterxl.plan.check_sheet import COUNT_COLUMNS, FIRST_SECTION_ROW
from clusterxl.plan.hidden import VERDICTS, VerdictColumn
from clusterxl.plan.margins import MARKS
from clusterxl.plan.program import Program, State, program_of
from clusterxl.plan.verdicts import MOST_LINES
from clusterxl.read import read_return
from clusterxl.ruleset.derive import MISSING
from clusterxl.ruleset.fills import random_fills
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.typed import CellError, Fill, Typed
from clusterxl.sentences import say

pytestmark = pytest.mark.needs_libreoffice

SCRIPT = Path(__file__).parent / "libreoffice" / "fill_many.py"
FORMS = Path(__file__).parent / "data" / "forms"
# Form, seed and workbooks: fifty in all.
RUNS = (("gd-cluster-2023", 1, 6), ("farm-survey", 3, 22), ("all-checks", 4, 22))
SECONDS = 600
ENDINGS = {"▲": State.CORRECT, "◆": State.VERIFY}


@dataclass(frozen=True, kw_only=True, eq=False)
class Saved:
    """A workbook that was filled in and saved.

    Attributes:
        path: The file.
        program: The rules in it.
        sheets: Its sheets by name, as the values that were worked out.
        document: What `check --format json` says of it.
    """

    path: Path
    program: Program
    sheets: Mapping[str, RawSheet]
    document: Mapping[str, Any]

    @property
    def check_sheet(self) -> RawSheet:
        return self.sheets[say("plan.check_sheet", lang=self.program.form.language)]

    def told(self) -> list[dict[str, Any]]:
        """Return what the check says of rules that run in the workbook."""
        ids = {verdict.instance.rule.id for verdict in self.program.verdicts}
        found = self.document["findings"]
        # A cell that shows an error is told as such, and not as missing as well.
        errors = {f["key"]: f for f in found if f["code"] in UNSEEN}
        hidden = [
            {**errors[key], "code": rule}
            for (rule, key), said in _judged(self).items()
            if key in errors and rule in MISSING and said == Verdict.FAIL
        ]
        return [*hidden, *(f for f in found if f["code"] in ids)]

    def state_of(self, finding: Mapping[str, Any]) -> State:
        """Return what a finding asks."""
        if finding["code"] in MISSING:
            return State.FILL
        if finding["severity"] == "error":
            return State.CORRECT
        return State.EXPLAINED if finding["note"] else State.VERIFY


def entries(layout: Layout, fill: Fill) -> list[dict[str, object]]:
    places = layout.places
    return [
        {"sheet": places[key].sheet, "cell": places[key].cell, "value": _given(typed)}
        for key, typed in fill.items()
    ]


def _given(typed: Typed) -> object:
    return {"formula": FORMULAS[typed]} if isinstance(typed, bool | CellError) else typed


def save_filled(
    form: Form, layout: Layout, fills: Sequence[Fill], folder: Path
) -> tuple[Path, ...]:
    """Let LibreOffice type fills into the workbook of a form and save each."""
    blank, given, out = folder / "blank.xlsx", folder / "fills.json", folder / "filled"
    blank.write_bytes(generate_workbook(form))
    names = [f"{at:02d}.xlsx" for at in range(len(fills))]
    asked = {name: entries(layout, fill) for name, fill in zip(names, fills, strict=True)}
    given.write_text(json.dumps(asked), encoding="utf-8")
    out.mkdir()
    command = [UNO_PYTHON, str(SCRIPT), str(blank), str(given), str(out)]
    subprocess.run(command, check=True, timeout=SECONDS)
    return tuple(out / name for name in names)


def read_saved(path: Path, program: Program, form: str) -> Saved:
    # As openpyxl reads it (tests/test_package.py), in a tenth of the time.
    book = read_package(path.read_bytes(), path.name)
    asked = ["check", str(path), "--form", form, "--format", "json"]
    done = CliRunner().invoke(cli, asked)
    assert done.exit_code in (0, 1), done.output
    return Saved(
        path=path,
        program=program,
        sheets={sheet.name: sheet for sheet in book.sheets},
        document=json.loads(done.stdout),
    )


@pytest.mark.parametrize(("name", "seed", "count"), RUNS)
def test_the_workbook_says_what_the_check_says_of_it(
    name: str, seed: int, count: int, tmp_path: Path
) -> None:
    source = name if name.startswith("gd-") else str(FORMS / name)
    form = load_form(source)
    layout = lay_out(form)
    program = program_of(layout)
    fills = random_fills(form, [v.instance for v in program.verdicts], count, seed)
    paths = save_filled(form, layout, fills, tmp_path)
    assert len(paths) == count
    for path in paths:
        saved = read_saved(path, program, source)
        assert (path.name, _verdicts(saved)) == (path.name, _judged(saved))
        assert (path.name, _lines(saved)) == (path.name, _expected_lines(saved))
        assert (path.name, _counts(saved)) == (path.name, _expected_counts(saved))
        assert (path.name, _strips(saved)) == (path.name, _expected_strips(saved))


def test_an_explanation_stays_with_its_warning_when_an_earlier_one_is_corrected(
    tmp_path: Path,
) -> None:
    form = load_form("gd-cluster-2023")
    layout = lay_out(form)
    program = program_of(layout)
    earlier, later = "sme_output_share_2022", "lead_output_share_2021"
    note = form.by_key[later].note
    doubtful: Fill = {earlier: 0.5, later: 0.4, note: "口径如此"}
    fills = (doubtful, {**doubtful, earlier: 95.5})
    before, after = (
        read_saved(path, program, form.id) for path in save_filled(form, layout, fills, tmp_path)
    )
    assert [_asked(saved, "GEN-FRA") for saved in (before, after)] == [
        {earlier: State.VERIFY, later: State.EXPLAINED},
        {later: State.EXPLAINED},
    ]
    for saved in (before, after):
        place = layout.places[note]
        area = parse_reference(sheet_reference(place.sheet, place.cell))
        assert area is not None
        assert value(saved.sheets[place.sheet], area.row, area.column) == "口径如此"
        explained = [f for f in saved.told() if f["note"]]
        assert [f["key"] for f in explained if f["code"] == "GEN-FRA"] == [later]
        assert _counts(saved) == _expected_counts(saved)


def value(sheet: RawSheet, row: int, column: int) -> object:
    """Return what a cell shows; nothing for a formula that shows nothing."""
    shown = sheet.cell(row, column).value
    return None if shown == "" else shown


def _asked(saved: Saved, rule: str) -> dict[str, object]:
    sheet = saved.sheets[VERDICTS]
    found = {
        verdict.asked.key: value(sheet, verdict.row, VerdictColumn.STATE)
        for verdict in saved.program.verdicts
        if verdict.instance.rule.id == rule
    }
    return {key: state for key, state in found.items() if state is not None}


def _verdicts(saved: Saved) -> dict[tuple[str, str], object]:
    sheet = saved.sheets[VERDICTS]
    return {
        (verdict.instance.rule.id, verdict.asked.key): value(
            sheet, verdict.row, VerdictColumn.VERDICT
        )
        for verdict in saved.program.verdicts
    }


@cache
def _judged(saved: Saved) -> dict[tuple[str, str], object]:
    records = normalise_returns([read_return(saved.path, forms=(saved.program.form,))])
    said = confront(records)
    ids = {verdict.instance.rule.id for verdict in saved.program.verdicts}
    found: dict[tuple[str, str], object] = {}
    for instance, verdict in zip(said.instances, said.verdicts[:, 0].tolist(), strict=True):
        place = (instance.rule.id, instance.place.cells[0])
        if place in _places(saved.program) and instance.rule.id in ids:
            found[place] = None if verdict == Verdict.NOT_APPLICABLE else verdict
    return found


@cache
def _places(program: Program) -> frozenset[tuple[str, str]]:
    return frozenset((v.instance.rule.id, v.asked.key) for v in program.verdicts)


def _lines(saved: Saved) -> list[tuple[object, ...]]:
    """Return the lines of 校验 that are no blanks: mark, code, place and sentence."""
    sheet = saved.check_sheet
    last = max(row for row, _ in sheet.cells)
    found: list[tuple[object, ...]] = []
    for row in range(FIRST_SECTION_ROW, last + 1):
        mark = str(value(sheet, row, LEVEL) or "")[:1]
        if mark in ENDINGS and value(sheet, row, CODE):
            found.append((mark, *(value(sheet, row, column) for column in (CODE, PLACE, PROBLEM))))
    return found


def _expected_lines(saved: Saved) -> list[tuple[object, ...]]:
    states = [(saved.state_of(found), found) for found in saved.told()]
    asking = [(s, f) for s, f in states if s in (State.CORRECT, State.VERIFY)]
    listed: list[tuple[object, ...]] = [
        (MARKS[state], f["code"], f"{f['sheet']}!{f['cell']}", f["message"]) for state, f in asking
    ]
    blanks = len({f["sheet"] for state, f in states if state is State.FILL})
    if len(listed) + blanks <= MOST_LINES:
        return listed
    # A line a sheet with blanks stands among the first ones.
    return listed[: len(_lines(saved))]


def _counts(saved: Saved) -> dict[str, tuple[object, ...]]:
    sheet = saved.check_sheet
    return {
        section.section: tuple(value(sheet, row, column) for column in COUNT_COLUMNS.values())
        for row, section in enumerate(saved.program.sections, start=FIRST_SECTION_ROW)
    }


def _by_section(saved: Saved) -> dict[str, Counter[State]]:
    form = saved.program.form
    found = {section.section: Counter[State]() for section in saved.program.sections}
    for finding in saved.told():
        found[form.by_key[finding["key"]].section][saved.state_of(finding)] += 1
    return found


def _expected_counts(saved: Saved) -> dict[str, tuple[object, ...]]:
    return {
        section: tuple(counts[state] for state in COUNT_COLUMNS)
        for section, counts in _by_section(saved).items()
    }


def _strips(saved: Saved) -> dict[str, str]:
    form = saved.program.form
    return {
        section.section: str(value(saved.sheets[form.section_by_id[section.section].sheet], 1, 2))
        for section in saved.program.sections
    }


def _expected_strips(saved: Saved) -> dict[str, str]:
    """Return the strips as they are, if the figures in them are those of the check."""
    found, counts = _strips(saved), _by_section(saved)
    say_it = {
        State.CORRECT: "strip_correct",
        State.FILL: "strip_fill",
        State.VERIFY: "strip_verify",
        State.EXPLAINED: "strip_explained",
    }
    language = saved.program.form.language
    for section, strip in found.items():
        for state, name in say_it.items():
            number = counts[section][state]
            part = say(f"plan.{name}", lang=language, count=number)
            if (part in strip) != bool(number):
                found[section] = f"{part} ({number}) is wrong in: {strip}"
    return found
