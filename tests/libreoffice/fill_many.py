"""Types many fills into one open workbook, and saves it after each, as respondents would.

Run by the Python that has UNO: fill_many.py BLANK.xlsx FILLS.json FOLDER
FILLS.json is {name: [{"sheet", "cell", "value"}]}: a number, a text, {"formula": "=1/0"}. A cell
that a fill leaves out is as it was in BLANK.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from office import open_workbook, running_office, save_as_xlsx

GENERAL = 0


class Workbook:
    """One open workbook."""

    def __init__(self, document: Any) -> None:
        self.document = document
        document.enableAutomaticCalculation(False)  # noqa: FBT003 (its only argument)
        document.calculateAll()
        self._before: dict[tuple[str, str], tuple[Any, int]] = {}

    def fill(self, entries: list[dict[str, Any]]) -> None:
        """Type a fill, and take back what the fill before has typed."""
        before, self._before = self._before, {}
        for place, (text, look) in before.items():
            cell = self._cell(place)
            cell.NumberFormat = look
            cell.String = text
        for entry in entries:
            self._type((entry["sheet"], entry["cell"]), entry["value"])
        self.document.calculate()

    def _cell(self, place: tuple[str, str]) -> Any:
        sheet, cell = place
        area = self.document.Sheets.getByName(sheet).getCellRangeByName(cell)
        return area.getCellByPosition(0, 0)

    def _type(self, place: tuple[str, str], value: Any) -> None:
        cell = self._cell(place)
        if cell.CellProtection.IsLocked:
            raise SystemExit(f"{cell.AbsoluteName} is locked")
        self._before[place] = (cell.String, cell.NumberFormat)
        if isinstance(value, dict):
            # Else the truth value that it works out would count as a number.
            cell.NumberFormat = GENERAL
            cell.Formula = value["formula"]
        elif isinstance(value, str):
            cell.String = value
        else:
            cell.Value = float(value)


def main() -> None:
    """Fill and save."""
    blank, fills, folder = (Path(given).resolve() for given in sys.argv[1:4])
    with running_office() as desktop, TemporaryDirectory() as aside:
        document = open_workbook(desktop, Path(shutil.copy(blank, Path(aside) / "a.xlsx")))
        workbook = Workbook(document)
        for name, entries in json.loads(fills.read_text(encoding="utf-8")).items():
            workbook.fill(entries)
            save_as_xlsx(document, folder / name)


if __name__ == "__main__":
    main()
