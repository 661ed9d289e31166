"""A simulated respondent's workbook, as it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clusterxl.form.model import Form, defined_name
from clusterxl.form.roster import Unit
from clusterxl.generate import plan_return, write_plan
from clusterxl.issue import serial_of
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
    lost = {defined_name(key) for key in simulation.lost}
    kept = {name: text for name, text in plan.names.items() if name not in lost}
    return write_plan(replace(plan, names=kept))
