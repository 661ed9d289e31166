"""The hidden sheet of views: one row an input cell, with its canonical text, number and date.

Strips, help, 校验, conditional formats and the rules point at these cells only.
"""

from __future__ import annotations

from collections.abc import Iterator

from clusterxl.excel.cells import Formula, address, literal
from clusterxl.form.answers import PLAIN_BELOW, PLAIN_FROM, canonical_text, unset_text
from clusterxl.form.model import Input, defined_name
from clusterxl.plan.date_views import date_cells
from clusterxl.plan.hidden import (
    VIEWS,
    VerdictColumn,
    ViewColumn,
    column_area,
    hidden_cell,
    verdict_area,
)
from clusterxl.plan.model import PlanCell, SheetPlan
from clusterxl.plan.program import Program, is_unsettable
from clusterxl.plan.state import WorkbookState, is_asked_by_others, needed_conditions
from clusterxl.ruleset.formulas import Cells, condition_formula

_HEADS = (
    *("key", "cleaned", "text", "number", "date", "needed", "state", "label", "place"),
    *("compact", "plain_at", "marked_at", "month", "day"),
)


def views_sheet(state: WorkbookState, cells: Cells) -> SheetPlan:
    """Plan the hidden sheet with one row an input cell."""
    found = [hidden_cell(1, column, name) for column, name in enumerate(_HEADS, start=1)]
    for key in state.program.rows:
        found += _row(state, cells, state.program.form.by_key[key])
    return SheetPlan(name=VIEWS, cells=tuple(found), visibility="very_hidden")


def _row(state: WorkbookState, cells: Cells, asked: Input) -> Iterator[PlanCell]:
    program, row = state.program, state.program.rows[asked.key]
    place = program.layout.places[asked.key]
    yield hidden_cell(row, ViewColumn.KEY, asked.key)
    number = Formula(f"={number_formula(place.reference)}", state.numbers.get(asked.key, ""))
    yield hidden_cell(row, ViewColumn.NUMBER, number)
    yield from _text(state, asked, row, place.reference)
    if asked.key in program.date_keys:
        yield from date_cells(state, asked.key)
    if is_asked_by_others(asked):
        condition = condition_formula(needed_conditions(program.form)[asked.key], cells)
        needed = Formula(f"=IF({condition},1,0)", int(state.needs(asked.key)))
        yield hidden_cell(row, ViewColumn.NEEDED, needed)
    if asked.key in program.rows_by_key:
        yield hidden_cell(row, ViewColumn.STATE, _state(state, asked.key))
    yield hidden_cell(row, ViewColumn.LABEL, asked.label)
    yield hidden_cell(row, ViewColumn.PLACE, place.shown)


def _text(state: WorkbookState, asked: Input, row: int, cell: str) -> Iterator[PlanCell]:
    number = address(row, ViewColumn.NUMBER)
    text, formula = state.texts[asked.key], text_formula(cell, number)
    unset = unset_text(state.program.form, asked)
    if is_unsettable(asked, unset):
        plain, cleaned = canonical_text(unset), address(row, ViewColumn.CLEANED)
        # A blank cell is cleaned to nothing, one that stands unanswered to its unset text.
        yield hidden_cell(row, ViewColumn.CLEANED, Formula(f"={formula}", text or plain))
        formula = f'IF(EXACT({cleaned},{literal(plain)}),"",{cleaned})'
    yield hidden_cell(row, ViewColumn.TEXT, Formula(f"={formula}", text))


def text_formula(cell: str, number: str) -> str:
    """Return the canonical text of a cell as part of a formula; its twin is `canonical_text`.

    Args:
        cell: Reference to the cell.
        number: Reference to its canonical number.
    """
    inner = f'{cell}&""'
    # A tab in a text of several lines is sign 1 to the formulas of LibreOffice.
    for space in ('"\u3000"', '"\u00a0"', "CHAR(10)", "CHAR(13)", "CHAR(9)", "CHAR(1)"):
        inner = f'SUBSTITUTE({inner},{space}," ")'
    # Programs write very large, very small and logical values as text each in its own way.
    size = f"ABS({number})"
    plain = f"OR({number}=0,AND({size}>={PLAIN_FROM},{size}<{PLAIN_BELOW:.0f}))"
    shown = f'IF({plain},{number}&"",TEXT({number},"0.00000000000000E+00"))'
    other = f'IF(ISLOGICAL({cell}),IF({cell},"TRUE","FALSE"),TRIM({inner}))'
    return f'IFERROR(IF(ISNUMBER({number}),{shown},{other}),"")'


def number_formula(cell: str) -> str:
    """Return the canonical number of a cell as part of a formula: empty text for none."""
    return f'IF(ISNUMBER({cell}),IF(ISLOGICAL({cell}),"",{cell}),"")'


def _state(state: WorkbookState, key: str) -> Formula:
    area = verdict_area(state.program.rows_by_key[key], VerdictColumn.STATE)
    worst = state.worst(key)
    return Formula(f'=IF(COUNT({area})=0,"",MIN({area}))', "" if worst is None else worst)


def state_name(key: str) -> str:
    """Return the name of the state of an input cell; the cells of a list column share one."""
    return f"s_{defined_name(key).removeprefix('f_')}"


def state_names(program: Program) -> dict[str, str]:
    """Return the names by which conditional formats ask for states, and what they refer to."""
    rows: dict[str, list[int]] = {}
    for key in program.rows_by_key:
        rows.setdefault(state_name(key), []).append(program.rows[key])
    return {
        name: f"={column_area(VIEWS, min(found), max(found), ViewColumn.STATE)}"
        for name, found in rows.items()
    }
