"""The rules of a form over one column of cells, worked out by LibreOffice for many fills.

The hidden sheets are those that the planner gives a workbook; only the input cells stand elsewhere.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conftest import UNO_PYTHON

from clusterxl.excel.cells import Formula, address
from clusterxl.form.layout import lay_out
from clusterxl.form.model import Form
from clusterxl.generate import write_plan
from clusterxl.plan.hidden import VERDICTS, VIEWS, VerdictColumn, ViewColumn, hidden_cell
from clusterxl.plan.model import Plan, SheetPlan
from clusterxl.plan.program import FIRST_ROW, State, VerdictRow, program_of
from clusterxl.plan.proof import FIRST_COLUMN, context_of_fill, program_in_column
from clusterxl.plan.state import (
    WorkbookState,
    is_asked_by_others,
    needed_conditions,
)
from clusterxl.plan.validations import OptionLists
from clusterxl.plan.verdicts import fill_sentence, margin_text, verdicts_sheet
from clusterxl.plan.views import views_sheet
from clusterxl.ruleset.masks import dates_in, holds, judge
from clusterxl.ruleset.messages import Teller
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.typed import CellError, Fill, Typed, typed_views

SCRIPT = Path(__file__).resolve().parent / "libreoffice" / "rig.py"
SECONDS = 3600
AT_ONCE = 100
TYPED = "typed"
# What only a formula can put into a cell.
FORMULAS: Mapping[Typed, str] = {
    True: "=TRUE()",
    False: "=FALSE()",
    CellError("#DIV/0!"): "=1/0",
    CellError("#N/A"): "=NA()",
    CellError("#REF!"): "=#REF!",
    CellError("#VALUE!"): '="x"+1',
    CellError("#NAME?"): "=no_such_name",
    CellError("#NUM!"): "=SQRT(-1)",
    CellError("#NULL!"): "=A1:A2!B1:B2",
}
# A formula with a wrong value: it tells whether anything was worked out at all.
CANARY = (hidden_cell(1, 1, 0), hidden_cell(2, 1, Formula("=2*A1+1", 99)))
_VIEWS = (ViewColumn.TEXT, ViewColumn.STATE)
_VERDICTS = (VerdictColumn.MARGIN, VerdictColumn.MESSAGE)
_SECTIONS = (VerdictColumn.CODE, VerdictColumn.EXPLAINED)

Row = Sequence[Any]
# Row, column, what it is, where it belongs, and what must stand there.
_Wanted = tuple[int, int, str, str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """Something LibreOffice works out that the masks do not.

    Attributes:
        fill: Which fill.
        what: What differs: a view, a verdict, a state, a sentence, a count.
        where: Key of the cell or id of the rule, with its key.
        wanted: What the masks say.
        found: What LibreOffice says.
    """

    fill: int
    what: str
    where: str
    wanted: object
    found: object


@dataclass(frozen=True, kw_only=True, eq=False)
class Proof:
    """What came out of some fills.

    Attributes:
        fills: How many.
        verdicts: How many verdicts were compared.
        mismatches: What differs.
        seen: Each verdict each rule gave.
    """

    fills: int
    verdicts: int
    mismatches: tuple[Mismatch, ...]
    seen: frozenset[tuple[str, Verdict]]


def ask_libreoffice(plan: Plan, requests: Iterable[object], folder: Path) -> Iterator[str]:
    """Open a workbook once and type columns into it; `libreoffice/rig.py` says what requests are.

    Args:
        plan: The workbook.
        requests: Where to type and to read, then the columns.
        folder: Where files may stand meanwhile.

    Yields:
        One line of JSON a column.
    """
    workbook, asked, told = (folder / name for name in ("rig.xlsx", "asked", "told"))
    workbook.write_bytes(write_plan(plan))
    with asked.open("w", encoding="utf-8") as lines:
        for request in requests:
            lines.write(json.dumps(request) + "\n")
    command = [UNO_PYTHON, str(SCRIPT), str(workbook), str(asked), str(told)]
    subprocess.run(command, check=True, timeout=SECONDS)
    with told.open(encoding="utf-8") as lines:
        yield from lines


class Rig:
    """The rules of one form over one column of cells."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.program = program_in_column(program_of(lay_out(form)), sheet=TYPED)
        self.lists = OptionLists()
        self.context = context_of_fill(self.program, {}, self.lists)

    def plan(self) -> Plan:
        """Plan the workbook."""
        sheets = (
            SheetPlan(name=TYPED, cells=CANARY, protected=False),
            views_sheet(self.context.state, self.context.cells),
            verdicts_sheet(self.context),
        )
        hidden = (*sheets, self.lists.sheet())
        return Plan(title="proof", sheets=hidden, names=self.lists.names(), properties={})

    def prove(self, fills: Sequence[Fill]) -> Proof:
        """Let LibreOffice work out fills, and hold everything against the masks."""
        mismatches: list[Mismatch] = []
        seen: set[tuple[str, Verdict]] = set()
        with TemporaryDirectory() as folder:
            answers = self._ask(fills, Path(folder))
            # Answers are large: so many are looked at together.
            for start in range(0, len(fills), AT_ONCE):
                some = fills[start : start + AT_ONCE]
                held = [self._held(fill, json.loads(next(answers))) for fill in some]
                told = _Told(self, [fill for fill, _ in held])
                seen |= told.seen()
                for at, (_, answer) in enumerate(held):
                    mismatches += told.mismatches(at, start, answer)
        return Proof(
            fills=len(fills),
            verdicts=len(fills) * len(self.program.verdicts),
            mismatches=tuple(mismatches),
            seen=frozenset(seen),
        )

    def _ask(self, fills: Sequence[Fill], folder: Path) -> Iterator[str]:
        first, last = FIRST_ROW, max(self.program.rows.values())
        column = address(1, FIRST_COLUMN)[:-1]
        rules = self.program.verdicts
        read = {
            "views": [VIEWS, _area(first, last, _VIEWS)],
            "verdicts": [VERDICTS, _area(rules[0].row, rules[-1].row, _VERDICTS)],
            "sections": [VERDICTS, _area(first, rules[0].row - 1, _SECTIONS)],
        }
        places = {
            "typed": [TYPED, f"{column}{first}:{column}{last}"],
            "canary": [TYPED, "A1"],
            "read": read,
        }
        columns = ([self._typed(fill.get(key)) for key in self.program.rows] for fill in fills)
        return ask_libreoffice(self.plan(), chain([places], columns), folder)

    def _typed(self, typed: Typed | None) -> object:
        if typed is None or typed == "":
            return None
        if isinstance(typed, bool | CellError):
            return {"formula": FORMULAS[typed]}
        return typed if isinstance(typed, str) else float(typed)

    def _held(self, fill: Fill, answer: Mapping[str, Row]) -> tuple[Fill, Mapping[str, Row]]:
        """Return what LibreOffice holds in the cells, for what may differ from what was typed."""
        found: dict[str, Typed] = {}
        for key, (held,) in zip(self.program.rows, answer["typed"], strict=True):
            typed = fill.get(key)
            if isinstance(typed, bool | CellError):
                found[key] = typed
            elif held != "":
                found[key] = held
        return found, answer


def _area(first: int, last: int, columns: tuple[int, int]) -> str:
    return f"{address(first, columns[0])}:{address(last, columns[1])}"


class _Told:
    """What the masks say of some fills."""

    def __init__(self, rig: Rig, fills: Sequence[Fill]) -> None:
        self.rig = rig
        self.program = rig.program
        self.views = typed_views(rig.form, fills)
        self.teller = Teller(rig.form, self.views)
        self.verdicts = {
            v.row: judge(v.instance.judgement, self.views) for v in self.program.verdicts
        }
        self.needed = {
            key: holds(condition, self.views)
            for key, condition in needed_conditions(rig.form).items()
        }
        self.dates = {key: dates_in(key, self.views) for key in self.program.date_keys}

    def seen(self) -> frozenset[tuple[str, Verdict]]:
        """Return each verdict each rule gave."""
        return frozenset(
            (v.instance.rule.id, Verdict(said))
            for v in self.program.verdicts
            for said in set(self.verdicts[v.row].tolist())
        )

    def mismatches(self, at: int, start: int, answer: Mapping[str, Row]) -> Iterator[Mismatch]:
        """Hold what LibreOffice says of a fill against the masks; `start` fills came before."""
        state = self._state(at)
        starts = {
            "views": (FIRST_ROW, _VIEWS[0]),
            "verdicts": (self.program.verdicts[0].row, _VERDICTS[0]),
            "sections": (FIRST_ROW, _SECTIONS[0]),
        }
        told = (
            ("views", self._of_views(state, at)),
            ("verdicts", self._of_rules(state, at)),
            ("sections", self._of_sections(state)),
        )
        for area, wanted in told:
            first_row, first_column = starts[area]
            rows = answer[area]
            for row, column, what, where, value in wanted:
                found = rows[row - first_row][column - first_column]
                if found != value:
                    yield Mismatch(
                        fill=start + at, what=what, where=where, wanted=value, found=found
                    )

    def _state(self, at: int) -> WorkbookState:
        views = self.views
        return WorkbookState(
            program=self.program,
            texts={key: str(views.text(key)[at]) for key in self.program.rows},
            numbers={
                key: float(views.number(key)[at])
                for key in self.program.rows
                if views.is_number(key)[at]
            },
            verdicts={row: Verdict(int(said[at])) for row, said in self.verdicts.items()},
        )

    def _of_views(self, state: WorkbookState, at: int) -> Iterator[_Wanted]:
        for key, row in self.program.rows.items():
            asked = self.program.form.by_key[key]
            told: dict[int, tuple[str, object]] = {
                ViewColumn.TEXT: ("text", state.texts[key]),
                ViewColumn.NUMBER: ("number", state.numbers.get(key, "")),
            }
            if key in self.dates:
                day = self.dates[key][at]
                told[ViewColumn.DATE] = ("date", "" if isnan(day) else float(day))
            if is_asked_by_others(asked):
                told[ViewColumn.NEEDED] = ("needed", float(self.needed[key][at]))
            if key in self.program.rows_by_key:
                worst = state.worst(key)
                told[ViewColumn.STATE] = ("worst", "" if worst is None else float(worst))
            for column, (what, value) in told.items():
                yield row, column, what, key, value

    def _of_rules(self, state: WorkbookState, at: int) -> Iterator[_Wanted]:
        for verdict in self.program.verdicts:
            said, now = state.verdicts[verdict.row], state.state(verdict)
            where = f"{verdict.instance.rule.id} {verdict.asked.key}"
            is_none = said is Verdict.NOT_APPLICABLE
            told: dict[int, tuple[str, object]] = {
                VerdictColumn.VERDICT: ("verdict", "" if is_none else float(said)),
                VerdictColumn.STATE: ("state", "" if now is None else float(now)),
            }
            if verdict.state is not State.FILL:
                is_open = now is verdict.state
                told[VerdictColumn.OPEN] = ("open", float(verdict.rank) if is_open else "")
            if said is Verdict.FAIL:
                told |= self._sentences(verdict, at)
            for column, (what, value) in told.items():
                yield verdict.row, column, what, where, value

    def _sentences(self, verdict: VerdictRow, at: int) -> dict[int, tuple[str, object]]:
        told: dict[int, tuple[str, object]] = {}
        if verdict.state is not State.FILL:
            sentence = self.teller.message(verdict.instance, at)
            told[VerdictColumn.MESSAGE] = ("message", sentence)
        if verdict.asked.key in self.program.row_sizes:
            told[VerdictColumn.MARGIN] = ("margin", self._margin(verdict, at))
        return told

    def _margin(self, verdict: VerdictRow, at: int) -> str:
        said = margin_text(self.rig.context, verdict)
        if isinstance(said, str):
            return said
        head = str(said.value).removesuffix(self.rig.context.state.tell(verdict.margin))
        return head + self.teller.tell(verdict.margin, at)

    def _of_sections(self, state: WorkbookState) -> Iterator[_Wanted]:
        say, column = self.rig.context.say, VerdictColumn
        for section in self.program.sections:
            counts, first = state.counts[section.section], state.first_blank(section)
            blank = counts[State.FILL]
            told: dict[int, object] = {
                column.CODE: first.instance.rule.id if first else "",
                column.VIEW: float(self.program.rows[first.asked.key]) if first else "",
                column.OPEN: float(section.rank) if blank else "",
                column.MORE: say("check_more", count=blank) if blank > 1 else "",
                column.NEEDED: float(state.needed(section)),
                column.CORRECT: float(counts[State.CORRECT]),
                column.FILL: float(blank),
                column.VERIFY: float(counts[State.VERIFY]),
                column.EXPLAINED: float(counts[State.EXPLAINED]),
            }
            if blank:
                told[column.MESSAGE] = say(fill_sentence(self.rig.context, section), count=blank)
            for at, value in told.items():
                yield section.row, at, "count", section.section, value
