"""Layout, answers and live checks put together into the plan of one workbook."""

from __future__ import annotations

from collections.abc import Mapping

from clusterxl.excel.cells import Style, address, literal, sheet_reference
from clusterxl.excel.limits import MAX_PROPERTY, fitting
from clusterxl.excel.stamp import PROPERTY, STAMP_NAME, STAMP_SHEET, Stamp
from clusterxl.form.answers import Answer
from clusterxl.form.layout import Layout
from clusterxl.form.model import Form, defined_name
from clusterxl.form.roster import Unit
from clusterxl.plan.check_sheet import plan_check_sheet
from clusterxl.plan.context import Context
from clusterxl.plan.form_sheets import plan_form_sheet
from clusterxl.plan.hidden import ViewCells
from clusterxl.plan.model import Area, Plan, PlanCell, SheetPlan
from clusterxl.plan.program import program_of
from clusterxl.plan.state import judge_answers
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
    form = layout.form
    prefilled = prefill(form, unit)
    known = {**(answers or {}), **prefilled}
    lists = OptionLists()
    program = program_of(layout)
    context = Context(
        form=form,
        layout=layout,
        state=judge_answers(program, known),
        cells=ViewCells(program, lists),
        answers=known,
        locked=frozenset(prefilled),
        validator=Validator(form, layout, lists),
        serial=stamp.serial,
        sample=sample,
    )
    sheets = [plan_form_sheet(context, sheet) for sheet in layout.sheets]
    live = (
        views_sheet(context.state, context.cells),
        verdicts_sheet(context),
        lines_sheet(context),
    )
    hidden = (*live, lists.sheet(), _stamp_sheet(stamp))
    return Plan(
        title=fitting(form.title, MAX_PROPERTY),
        sheets=(*sheets, plan_check_sheet(context), *hidden),
        names={
            **_input_names(layout),
            **state_names(program),
            **lists.names(),
            STAMP_NAME: f"={literal(stamp.text())}",
        },
        properties={PROPERTY: stamp.text()},
    )


def prefill(form: Form, unit: Unit | None) -> dict[str, Answer]:
    """Return the answers a workbook issued to a unit carries from the start."""
    if unit is None or not form.levels:
        return {}
    names = (unit.group, unit.name) if len(form.levels) > 1 else (unit.name,)
    return {key: name for key, name in zip(form.levels, names, strict=False) if name}


def _input_names(layout: Layout) -> dict[str, str]:
    """One name an input cell; the cells of a list column share one."""
    names: dict[str, str] = {}
    for asked in layout.form.inputs:
        place = layout.places[asked.key]
        if not asked.row:
            names[defined_name(asked.key)] = f"={place.reference}"
        elif asked.row == 1:
            rows = layout.form.block_of(asked.block).rows
            last = address(place.row + rows - 1, place.column, absolute=True)
            area = sheet_reference(place.sheet, f"{place.local}:{last}")
            names[defined_name(asked.key)] = f"={area}"
    return names


def _stamp_sheet(stamp: Stamp) -> SheetPlan:
    cell = PlanCell(
        area=Area(1, 1, 1, 1), content=stamp.text(), style=Style(font="SimSun", size=10)
    )
    return SheetPlan(name=STAMP_SHEET, cells=(cell,), visibility="very_hidden")
