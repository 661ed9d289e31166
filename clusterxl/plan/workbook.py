"""Layout, answers and live checks put together into the plan of one workbook."""

from __future__ import annotations

from collections.abc import Mapping

from clusterxl.excel.cells import Formula, Style, literal
from clusterxl.excel.limits import MAX_PROPERTY, fitting
from clusterxl.excel.stamp import PROPERTY, STAMP_NAME, STAMP_SHEET, Stamp
from clusterxl.form.answers import Answer
from clusterxl.form.key_map import FIRST_ROW as MAP_FIRST_ROW
from clusterxl.form.key_map import HEADS, MAP_SHEET, MapColumn, map_entries
from clusterxl.form.layout import Layout
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit
from clusterxl.plan.check_sheet import plan_check_sheet
from clusterxl.plan.context import Context
from clusterxl.plan.form_sheets import plan_form_sheet
from clusterxl.plan.hidden import ViewCells, hidden_cell
from clusterxl.plan.model import Area, Plan, PlanCell, SheetPlan
from clusterxl.plan.program import program_of
from clusterxl.plan.state import WorkbookState, judge_answers
from clusterxl.plan.validations import OptionLists, Validator
from clusterxl.plan.verdicts import lines_sheet, verdicts_sheet
from clusterxl.plan.views import state_names, views_sheet


def plan_workbook(
    layout: Layout,
    *,
    unit: Unit | None = None,
    answers: Mapping[str, Answer] | None = None,
    stamp: Stamp,
    sample: bool = False,
) -> Plan:
    """Plan the whole workbook of a form.

    Args:
        layout: The form, laid out.
        unit: Whose workbook it is; its names are filled in and locked.
        answers: What stands in the input cells already, by key.
        stamp: Its identity.
        sample: Mark every page as sample data.

    Returns:
        Every sheet, cell, name and property of the workbook.
    """
    prefilled = prefill(layout.form, unit)
    known = {**(answers or {}), **prefilled}
    return plan_judged(
        judge_answers(program_of(layout), known),
        answers=known,
        locked=frozenset(prefilled),
        stamp=stamp.text(),
        serial=stamp.serial,
        sample=sample,
    )


def plan_judged(
    state: WorkbookState,
    *,
    answers: Mapping[str, Answer],
    locked: frozenset[str],
    stamp: str,
    serial: str,
    sample: bool = False,
) -> Plan:
    """Plan the whole workbook of a form whose answers are judged already.

    Args:
        state: What the workbook says of its answers.
        answers: What stands in the input cells, by key.
        locked: Keys of prefilled cells that must not change.
        stamp: What the carriers of its stamp hold.
        serial: Number printed at the foot; empty for none.
        sample: Mark every page as sample data.
    """
    program = state.program
    form, layout = program.form, program.layout
    lists = OptionLists()
    context = Context(
        form=form,
        layout=layout,
        state=state,
        cells=ViewCells(program, lists),
        answers=answers,
        locked=locked,
        validator=Validator(form, layout, lists),
        serial=serial,
        sample=sample,
    )
    sheets = [plan_form_sheet(context, sheet) for sheet in layout.sheets]
    live = (
        views_sheet(context.state, context.cells),
        verdicts_sheet(context),
        lines_sheet(context),
    )
    hidden = (*live, lists.sheet(), _key_sheet(layout), _stamp_sheet(stamp))
    return Plan(
        title=fitting(form.title, MAX_PROPERTY),
        sheets=(*sheets, plan_check_sheet(context), *hidden),
        names={
            **{entry.name: f"={entry.area}" for entry in map_entries(layout)},
            **state_names(program),
            **lists.names(),
            STAMP_NAME: f"={literal(stamp)}",
        },
        properties={PROPERTY: stamp},
    )


def prefill(form: Form, unit: Unit | None) -> dict[str, Answer]:
    """Return the answers a workbook issued to a unit carries from the start."""
    if unit is None or not form.levels:
        return {}
    names = (unit.group, unit.name) if len(form.levels) > 1 else (unit.name,)
    return {key: name for key, name in zip(form.levels, names, strict=False) if name}


def _key_sheet(layout: Layout) -> SheetPlan:
    """Plan the hidden map of keys."""
    cells = [hidden_cell(1, column, head) for column, head in enumerate(HEADS, start=1)]
    for row, entry in enumerate(map_entries(layout), start=MAP_FIRST_ROW):
        cells += [
            hidden_cell(row, MapColumn.NAME, entry.name),
            hidden_cell(row, MapColumn.SHEET, entry.place.sheet),
            hidden_cell(row, MapColumn.PLACE, Formula(entry.formula, entry.value)),
        ]
        if entry.rows > 1:
            rows = Formula(f"=ROWS({entry.area})", entry.rows)
            cells.append(hidden_cell(row, MapColumn.ROWS, rows))
    return SheetPlan(name=MAP_SHEET, cells=tuple(cells), visibility="very_hidden")


def _stamp_sheet(stamp: str) -> SheetPlan:
    style = Style(font="SimSun", size=10)
    cell = PlanCell(area=Area(1, 1, 1, 1), content=stamp, style=style, own=True)
    return SheetPlan(name=STAMP_SHEET, cells=(cell,), visibility="very_hidden")
