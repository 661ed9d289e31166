"""A simulated respondent's workbook, as it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clusterxl.excel.cells import Rich
from clusterxl.form.key_map import MAP_SHEET
from clusterxl.form.model import Form, defined_name
from clusterxl.form.roster import Unit
from clusterxl.generate import plan_return, write_plan
from clusterxl.issue import serial_of
from clusterxl.plan import Plan, PlanCell
from clusterxl.testing.defects import simulate_defects


def simulate_return(
    form: Form,
    *,
    unit: Unit | None = None,
    seed: int = 0,
    subject_no: int = 1,
    defects: Sequence[str] = (),
) -> bytes:
    """Make up a workbook that came back, marked as sample data on every page.

    Args:
        form: The form.
        unit: The unit that answers.
        seed: The same seed gives the same bytes.
        subject_no: Which subject of the unit, from 1.
        defects: Names of defects, as `simulate_defects` takes them.

    Returns:
        The bytes of an .xlsx file.

    Raises:
        DefinitionError: No such defect, no cell that suits it, or a wrong simulate.toml.
        RefusedByExcelError: Something breaks a limit of Excel.
    """
    simulation = simulate_defects(
        form, unit=unit, seed=seed, subject_no=subject_no, defects=defects
    )
    serial = serial_of(unit, subject_no) if unit else ""
    plan = plan_return(form, unit=unit, answers=simulation.answers, serial=serial, sample=True)
    plan = _without_names(plan, {*simulation.unnamed, *simulation.lost})
    for key in simulation.lost:
        plan = _without_traces(plan, key)
    return write_plan(plan)


def _without_names(plan: Plan, keys: set[str]) -> Plan:
    gone = {defined_name(key) for key in keys}
    return replace(plan, names={n: text for n, text in plan.names.items() if n not in gone})


def _without_traces(plan: Plan, key: str) -> Plan:
    """Take away whatever else says where a cell is: its entry in the hidden map, its label."""
    entries = next(sheet for sheet in plan.sheets if sheet.name == MAP_SHEET).cells
    rows = {cell.area.row for cell in entries if cell.content == defined_name(key)}
    places = {(s.name, c.area.row) for s in plan.sheets for c in s.cells if c.key == key}
    sheets = []
    for sheet in plan.sheets:
        if sheet.name == MAP_SHEET:
            kept = [cell for cell in sheet.cells if cell.area.row not in rows]
        else:
            kept = [
                c for c in sheet.cells if not _is_label(c) or (sheet.name, c.area.row) not in places
            ]
        sheets.append(replace(sheet, cells=tuple(kept)))
    return replace(plan, sheets=tuple(sheets))


def _is_label(cell: PlanCell) -> bool:
    return not cell.key and isinstance(cell.content, str | Rich)
