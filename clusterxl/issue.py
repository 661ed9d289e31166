"""Who is handed which workbook, and where it lies: one a subject of each unit, a folder a group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from clusterxl.form.roster import Unit
from clusterxl.outputs import safe_name


def slots_of(units: Sequence[Unit]) -> Iterator[tuple[Unit, int]]:
    """Go through the workbooks to hand out: each unit once for each subject, from 1."""
    for unit in units:
        for slot in range(1, unit.subjects + 1):
            yield unit, slot


def serial_of(unit: Unit, slot: int) -> str:
    """Return the serial number of a unit's workbook."""
    return f"{unit.code}-{slot}"


def issued_path(unit: Unit, slot: int) -> Path:
    """Return where a unit's workbook lies below the output folder: a folder a group."""
    name = f"{unit.code} {unit.name}" + (f"-{slot}" if slot > 1 else "")
    return Path(*([safe_name(unit.group)] if unit.group else []), f"{safe_name(name)}.xlsx")
