"""The plan of a correction: a fresh workbook with the old answers, what is asked, and marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from clusterxl.excel.cells import Conditional, Formula, Rich, address
from clusterxl.excel.limits import fitting
from clusterxl.excel.stamp import Stamp
from clusterxl.form.answers import Answer
from clusterxl.form.layout import Layout
from clusterxl.form.roster import Unit
from clusterxl.plan.correction_lines import list_names
from clusterxl.plan.correction_list import Heading, plan_list
from clusterxl.plan.correction_state import (
    AskedState,
    asked_names,
    asked_sheet,
    asked_state,
    before_sheet,
)
from clusterxl.plan.hidden import hidden_cell
from clusterxl.plan.looks import marked
from clusterxl.plan.model import Area, Plan, PlanCell, SheetPlan
from clusterxl.plan.program import State, program_of
from clusterxl.plan.state import judge_answers
from clusterxl.plan.workbook import plan_workbook, prefill
from clusterxl.replies import FIRST_ROW, PRINTED_SHEET, Ask, PrintedColumn, remembered
from clusterxl.sentences import say

# A rule over many cells is told at the first of them.
_MOST_NOTED = 6
_NOTE_CHARS = 600
_PRINTED_HEADS = ("place", "text", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldAnswers:
    """What a fresh workbook is filled with.

    Attributes:
        answers: What stood in the input cells, by key.
        unit: Whose workbook it is; its names are filled in and locked. None leaves them open.
    """

    answers: Mapping[str, Answer]
    unit: Unit | None = None


def plan_correction(
    layout: Layout, asks: tuple[Ask, ...], old: OldAnswers, heading: Heading, stamp: Stamp
) -> Plan:
    """Plan a correction.

    Args:
        layout: The form, laid out.
        asks: The lines of the list, numbered from 1.
        old: What the input cells are filled with.
        heading: What stands above the list.
        stamp: The identity of the workbook.

    Returns:
        The workbook as data: the list first, then what a blank workbook has.
    """
    base = plan_workbook(
        layout,
        unit=old.unit,
        answers=old.answers,
        stamp=stamp,
        sample=heading.is_sample,
    )
    known = {**old.answers, **prefill(layout.form, old.unit)}
    state = judge_answers(program_of(layout), known)
    asked = AskedState(asks=asks, answers=known, state=state)
    listed = plan_list(asked, heading)
    notes = _notes(asked)
    marks = _Marks(asked, notes)
    return replace(
        base,
        sheets=(
            listed,
            *(marks.on(sheet) for sheet in base.sheets),
            asked_sheet(asked),
            before_sheet(asked),
            _printed_sheet(listed, notes.values()),
        ),
        names={**base.names, **list_names(asked), **asked_names(asked)},
    )


def _notes(asked: AskedState) -> dict[str, str]:
    """Return the notes at cells by key: what each line says of them, with its number."""
    language = asked.program.form.language
    texts: dict[str, list[str]] = {}
    for ask in asked.asks:
        text = say("correction.note_at", lang=language, number=ask.number, message=ask.message)
        for key in ask.keys[:_MOST_NOTED]:
            texts.setdefault(key, []).append(fitting(text, _NOTE_CHARS))
    return {key: "\n".join(found) for key, found in texts.items()}


class _Marks:
    """Colours for as long as a line is open, under those of the live checks, and notes."""

    def __init__(self, asked: AskedState, notes: Mapping[str, str]) -> None:
        self._form = asked.program.form
        self._notes = notes
        self._asks: dict[str, list[Ask]] = {}
        for ask in asked.asks:
            if ask.key:
                self._asks.setdefault(ask.key, []).append(ask)

    def on(self, sheet: SheetPlan) -> SheetPlan:
        """Return a sheet with its marks."""
        cells = [cell for cell in sheet.cells if cell.key in self._notes]
        if not cells:
            return sheet
        conditionals = [mark for cell in cells for mark in self._conditionals(cell)]
        return replace(
            sheet,
            conditionals=(*sheet.conditionals, *conditionals),
            notes=tuple((c.area.row, c.area.column, self._notes[c.key]) for c in cells),
        )

    def _conditionals(self, cell: PlanCell) -> Iterator[tuple[Area, Conditional]]:
        by_state: dict[State, list[int]] = {}
        for ask in self._asks.get(cell.key, ()):
            by_state.setdefault(asked_state(ask), []).append(ask.number)
        for state, numbers in sorted(by_state.items()):
            tests = [f"INDEX(r_states,{number})={int(state)}" for number in numbers]
            formula = f"=OR({','.join(tests)})"
            yield cell.area, marked(self._form.by_key[cell.key], state, formula)


def _printed_sheet(listed: SheetPlan, notes: Iterable[str]) -> SheetPlan:
    """Plan what the workbook remembers of its own list, so that nothing else is taken for it."""
    cells = [hidden_cell(1, column, head) for column, head in enumerate(_PRINTED_HEADS, start=1)]
    row = FIRST_ROW
    for cell in listed.cells:
        text = _text_of(cell)
        if text:
            cells.append(hidden_cell(row, PrintedColumn.PLACE, _place_of(cell)))
            cells.append(hidden_cell(row, PrintedColumn.TEXT, text))
            row += 1
    for at, note in enumerate(dict.fromkeys(notes), start=FIRST_ROW):
        cells.append(hidden_cell(at, PrintedColumn.NOTE, note))
    return SheetPlan(name=PRINTED_SHEET, cells=tuple(cells), visibility="very_hidden")


def _place_of(cell: PlanCell) -> str:
    return address(cell.area.row, cell.area.column)


def _text_of(cell: PlanCell) -> str:
    content = cell.content
    if isinstance(content, Formula):
        return content.text
    if isinstance(content, int | float):
        return format(content, ".15g")
    text = content.text if isinstance(content, Rich) else content
    return remembered(text) if isinstance(text, str) else ""
