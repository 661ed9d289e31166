"""Does to a workbook what people do to it without its protection, and saves it.

Run by the Python that has UNO: damage_workbook.py GIVEN.xlsx DAMAGED.xlsx ACTS.json
The acts are a list of [name, sheet, …], each a method of `Hand`; cells are given as `G4`. Instead
of one list there may be one a name of a file, and DAMAGED is a folder.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from office import XLSX, open_workbook, running_office, save_as_xlsx, settings

uno: Any = importlib.import_module("uno")
FILTERS = {"xlsx": XLSX, "xls": "MS Excel 97", "ods": "calc8"}


class Hand:
    """Somebody who works on a workbook."""

    def __init__(self, desktop: Any, document: Any) -> None:
        self.desktop = desktop
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

    def _sort_rows(self, sheet: Any, area: str, column: int) -> None:
        """Sort a range by one of its columns, downwards."""
        field = uno.createUnoStruct("com.sun.star.table.TableSortField")
        field.Field, field.IsAscending = column, False
        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        sheet.getCellRangeByName(area).sort(settings(SortFields=fields))

    def _fill_down(self, sheet: Any, area: str) -> None:
        """Drag the handle of the first cell down."""
        down = uno.Enum("com.sun.star.sheet.FillDirection", "TO_BOTTOM")
        sheet.getCellRangeByName(area).fillAuto(down, 1)

    def _merge(self, sheet: Any, area: str) -> None:
        """Merge cells; LibreOffice keeps what stands in those beneath."""
        sheet.getCellRangeByName(area).merge(True)  # noqa: FBT003 (UNO has no names)

    def _move_row(self, sheet: Any, row: int, to: int) -> None:
        """Cut a row and insert it above another one."""
        sheet.Rows.insertByIndex(to - 1, 1)
        row += row >= to
        source = sheet.Rows.getByIndex(row - 1).RangeAddress
        sheet.moveRange(sheet.getCellByPosition(0, to - 1).CellAddress, source)
        sheet.Rows.removeByIndex(row - 1, 1)

    def _paste_values(self, sheet: Any, start: str, end: str) -> None:
        """Copy what stands in a range over another place, without looks or names."""
        source = sheet.getCellRangeByName(start)
        area = source.RangeAddress
        place = sheet.getCellRangeByName(end).CellAddress
        target = sheet.getCellRangeByPosition(
            place.Column,
            place.Row,
            place.Column + area.EndColumn - area.StartColumn,
            place.Row + area.EndRow - area.StartRow,
        )
        target.setDataArray(source.getDataArray())

    def _replace(self, sheet: Any, old: str, new: str) -> None:
        search = sheet.createReplaceDescriptor()
        search.SearchString, search.ReplaceString = old, new
        sheet.replaceAll(search)

    def _move_to_new_workbook(self, sheet: Any) -> None:
        """Carry a sheet into a workbook of its own, and go on with that."""
        new = self.desktop.loadComponentFromURL(
            "private:factory/scalc", "_blank", 0, settings(Hidden=True)
        )
        new.Sheets.importSheet(self.document, sheet.Name, 0)
        self.document = new

    def _save_as(self, _: Any, kind: str) -> None:
        """Save in another format, close, and open that."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"saved.{kind}"
            self.document.storeToURL(path.as_uri(), settings(FilterName=FILTERS[kind]))
            self.document.dispose()
            self.document = open_workbook(self.desktop, path)

    def _add_sheet(self, sheet: Any, name: str) -> None:
        self.document.Sheets.insertNewByName(name, sheet.RangeAddress.Sheet + 1)

    def _forget_names(self, _: Any, start: str) -> None:
        for name in [n for n in self.document.NamedRanges.ElementNames if n.startswith(start)]:
            self.document.NamedRanges.removeByName(name)


def main() -> None:
    """Damage one workbook, or each of several with acts of its own."""
    given, damaged, acts = (Path(path).resolve() for path in sys.argv[1:4])
    tasks = json.loads(acts.read_text(encoding="utf-8"))
    with running_office() as desktop:
        if isinstance(tasks, dict):
            for name, list_of_acts in tasks.items():
                _damage(desktop, given, damaged / name, list_of_acts)
        else:
            _damage(desktop, given, damaged, tasks)


def _damage(desktop: Any, given: Path, damaged: Path, acts: list[list[Any]]) -> None:
    hand = Hand(desktop, open_workbook(desktop, given))
    for act in acts:
        hand.act(*act)
    save_as_xlsx(hand.document, damaged)
    hand.document.dispose()


if __name__ == "__main__":
    main()
