"""Who is handed which workbook, and where it lies: one a subject of each unit, a folder a group."""

from __future__ import annotations

from collections import defaultdict
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


class Places:
    """Where workbooks lie below the output folder: a folder a group.

    Names that are one to Windows, or become one where they are made fit for a file, are told
    apart by a number behind all but the first.
    """

    def __init__(self, units: Sequence[Unit]) -> None:
        """Give all their names.

        Args:
            units: Who is handed a workbook: a whole roster, so that a name stays what it was.
        """
        folders = _Namer()
        groups = dict.fromkeys(unit.group for unit in units)
        self._folders = {group: folders.name(group) for group in groups if group}
        self._files: dict[str, _Namer] = defaultdict(_Namer)
        self._known: dict[tuple[str, int], Path] = {}
        for unit, slot in slots_of(units):
            self.of(unit, slot)

    def of(self, unit: Unit, slot: int) -> Path:
        """Return where a unit's workbook lies; also of one beyond those it is handed."""
        known = self._known.get((unit.code, slot))
        if known is None:
            text = f"{unit.code} {unit.name}" + (f"-{slot}" if slot > 1 else "")
            name = f"{self._files[unit.group].name(text)}.xlsx"
            known = Path(self._folders.get(unit.group, ""), name)
            self._known[unit.code, slot] = known
        return known


class _Namer:
    """Gives names for files in one folder, none twice."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, text: str) -> str:
        """Return a name that differs from all before by more than its case."""
        first = found = safe_name(text)
        number = 1
        while found.casefold() in self._taken:
            number += 1
            found = f"{first} ({number})"
        self._taken.add(found.casefold())
        return found
