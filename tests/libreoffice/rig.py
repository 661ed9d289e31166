"""Types columns of values into one open workbook and reads what its formulas make of each.

Run by the Python that has UNO: rig.py WORKBOOK.xlsx REQUESTS.jsonl ANSWERS.jsonl
The first line of REQUESTS says where: {"typed": [sheet, area], "canary": [sheet, cell],
"read": {name: [sheet, area]}}; every other is one column of values: a number, a text, null for a
blank, {"formula": "=1/0"} for what only a formula can put there. Each gives one line of ANSWERS.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from office import open_workbook, running_office

GENERAL = 0


class Rig:
    """One open workbook."""

    def __init__(self, document: Any, places: dict[str, Any]) -> None:
        self.document = document
        document.enableAutomaticCalculation(False)  # noqa: FBT003 (its only argument)
        document.calculateAll()
        self.typed = self._area(places["typed"])
        self.canary = self._area(places["canary"]).getCellByPosition(0, 0)
        self.read = {name: self._area(place) for name, place in places["read"].items()}

    def _area(self, place: list[str]) -> Any:
        sheet, area = place
        return self.document.Sheets.getByName(sheet).getCellRangeByName(area)

    def answer(self, number: int, values: list[Any]) -> dict[str, Any]:
        """Type a column, work everything out and read it."""
        column = tuple(
            ("" if value is None or isinstance(value, dict) else value,) for value in values
        )
        # A truth value formats its cell for good: the next number in it would be one as well.
        self.typed.NumberFormat = GENERAL
        self.typed.setDataArray(column)
        for row, value in enumerate(values):
            if isinstance(value, dict):
                self.typed.getCellByPosition(0, row).Formula = value["formula"]
        self.canary.Value = number
        self.document.calculate()
        # The cell below works out a number from it: what is read belongs to what was typed.
        below = self.document.Sheets.getByName(self.canary.Spreadsheet.Name).getCellByPosition(
            self.canary.CellAddress.Column, self.canary.CellAddress.Row + 1
        )
        if below.Value != 2 * number + 1:
            raise SystemExit(f"stale values: {below.Value} for {number}")
        found = {name: area.getDataArray() for name, area in self.read.items()}
        return {"typed": self.typed.getDataArray(), **found}


def main() -> None:
    """Answer all requests."""
    workbook, requests, answers = (Path(given).resolve() for given in sys.argv[1:4])
    with (
        requests.open(encoding="utf-8") as asked,
        answers.open("w", encoding="utf-8") as told,
        running_office() as desktop,
    ):
        rig = Rig(open_workbook(desktop, workbook), json.loads(next(asked)))
        for number, line in enumerate(asked, start=1):
            # Not json.dump, which is many times slower: it writes piece by piece.
            answer = json.dumps(rig.answer(number, json.loads(line)), ensure_ascii=False)
            told.write(f"{answer}\n")


if __name__ == "__main__":
    main()
