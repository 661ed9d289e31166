"""Does to a workbook what people do to it without its protection, and saves it.

Run by the Python that has UNO: damage_workbook.py GIVEN.xlsx DAMAGED.xlsx ACTS.json
The acts are a list of [name, sheet, …], each a method of `Hand`; cells are given as `G4`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from office import open_workbook, running_office, save_as_xlsx


class Hand:
    """Somebody who works on a workbook."""

    def __init__(self, document: Any) -> None:
        self.document = document
        document.unprotect("")
        for sheet in document.Sheets:
            sheet.unprotect("")

    def act(self, name: str, sheet: str, *given: Any) -> None:
        """Do one thing."""
        getattr(self, f"_{name}")(self.document.Sheets.getByName(sheet), *given)

    def _insert_rows(self, sheet: Any, row: int, count: int) -> None:
        sheet.Rows.insertByIndex(row - 1, count)

    def _insert_columns(self, sheet: Any, column: int, count: int) -> None:
        sheet.Columns.insertByIndex(column - 1, count)

    def _delete_rows(self, sheet: Any, row: int, count: int) -> None:
        sheet.Rows.removeByIndex(row - 1, count)

    def _rename(self, sheet: Any, name: str) -> None:
        sheet.Name = name

    def _copy(self, sheet: Any, name: str) -> None:
        self.document.Sheets.copyByName(sheet.Name, name, sheet.RangeAddress.Sheet + 1)

    def _delete(self, sheet: Any) -> None:
        self.document.Sheets.removeByName(sheet.Name)

    def _drag(self, sheet: Any, start: str, end: str) -> None:
        source = sheet.getCellRangeByName(start)
        target = sheet.getCellRangeByName(end).getCellByPosition(0, 0)
        sheet.moveRange(target.CellAddress, source.RangeAddress)

    def _type(self, sheet: Any, cell: str, value: Any) -> None:
        target = sheet.getCellRangeByName(cell)
        if isinstance(value, str):
            target.String = value
        else:
            target.Value = value

    def _note(self, sheet: Any, cell: str, text: str) -> None:
        place = sheet.getCellRangeByName(cell).CellAddress
        sheet.Annotations.insertNew(place, text)

    def _hide_rows(self, sheet: Any, row: int, count: int) -> None:
        for place in range(row - 1, row - 1 + count):
            sheet.Rows.getByIndex(place).IsVisible = False

    def _paste(self, sheet: Any, start: str, end: str) -> None:
        """Copy a range with everything over another place."""
        source = sheet.getCellRangeByName(start)
        target = sheet.getCellRangeByName(end).getCellByPosition(0, 0)
        sheet.copyRange(target.CellAddress, source.RangeAddress)

    def _add_sheet(self, sheet: Any, name: str) -> None:
        self.document.Sheets.insertNewByName(name, sheet.RangeAddress.Sheet + 1)

    def _forget_names(self, _: Any, start: str) -> None:
        for name in [n for n in self.document.NamedRanges.ElementNames if n.startswith(start)]:
            self.document.NamedRanges.removeByName(name)


def main() -> None:
    """Damage one workbook."""
    given, damaged, acts = (Path(path).resolve() for path in sys.argv[1:4])
    with running_office() as desktop:
        hand = Hand(open_workbook(desktop, given))
        for act in json.loads(acts.read_text(encoding="utf-8")):
            hand.act(*act)
        save_as_xlsx(hand.document, damaged)


if __name__ == "__main__":
    main()
