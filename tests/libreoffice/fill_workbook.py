"""Types into every unlocked cell of every visible sheet what its validation allows, and saves.

Run by the Python that has UNO: fill_workbook.py BLANK.xlsx FILLED.xlsx TYPED.json [SEED]
It knows nothing of clusterxl: it sees only what LibreOffice shows of the workbook.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from office import open_workbook, running_office, save_as_xlsx

LAB_COLUMN = 1000
NUMBER_RESULT = 1
NONE_WORD = "无"
NONE_SHARE = 0.05
LETTERS = "产业集群协同创新数字绿色开放治理服务平台企业AbcXYZ019，。（）-=+"


class Clerk:
    """Types into one workbook; a second copy of it answers what a validation allows."""

    def __init__(self, document: Any, copy: Any, seed: int) -> None:
        self.document = document
        self.copy = copy
        self.random = Random(seed)  # noqa: S311 (sample data)
        self.typed: list[dict[str, Any]] = []
        self.lists: dict[str, list[str]] = {}
        self.copy.unprotect("")
        for sheet in copy.Sheets:
            sheet.unprotect("")
        self.parser = copy.createInstance("com.sun.star.sheet.FormulaParser")
        self.parser.CompileEnglish = True

    def fill(self) -> None:
        """Type into every sheet that is seen."""
        for sheet in self.document.Sheets:
            if sheet.IsVisible:
                for cell in unlocked_cells(sheet):
                    self._type(sheet, cell)

    def _type(self, sheet: Any, cell: Any) -> None:
        place = cell.CellAddress
        twin = self.copy.Sheets.getByName(sheet.Name).getCellByPosition(place.Column, place.Row)
        value = self._allowed(cell, twin)
        for target in (cell, twin):
            if isinstance(value, str):
                target.String = value
            else:
                target.Value = value
        address = cell.AbsoluteName.rpartition(".")[2].replace("$", "")
        self.typed.append({"sheet": sheet.Name, "cell": address, "value": value})

    def _allowed(self, cell: Any, twin: Any) -> Any:
        validation = cell.Validation
        kind = validation.Type.value
        if kind == "LIST":
            options = self._options(validation, twin)
            if options:
                return self.random.choice(options)
        if kind == "CUSTOM":
            return self._accepted(validation, twin)
        most = int(float(validation.getFormula1())) if kind == "TEXT_LEN" else 30
        return self._text(most)

    def _text(self, most: int) -> str:
        length = self.random.choice([1, min(most, 12), most])
        text = "".join(self.random.choice(LETTERS) for _ in range(length))
        return "文" + text[1:] if text[0] in "=+-019" else text

    def _accepted(self, validation: Any, twin: Any) -> Any:
        """Return a number, the none-word or a text that makes the validation's formula true."""
        numbers = [round(self.random.uniform(1, 99), 2), self.random.randint(1, 99)]
        tries = [*numbers, NONE_WORD, self._text(8)]
        if self.random.random() < NONE_SHARE:
            tries.insert(0, NONE_WORD)
        for value in tries:
            if isinstance(value, str):
                twin.String = value
            else:
                twin.Value = value
            if self._worked_out(f"IF({self._formula(validation, twin)};1;0)", twin) == 1:
                return value
        raise SystemExit(f"{twin.AbsoluteName}: its validation takes none of {tries}")

    def _options(self, validation: Any, twin: Any) -> list[str]:
        """Return what the drop-down of a cell offers now."""
        formula = self._formula(validation, twin)
        is_fixed = "(" not in formula
        if formula not in self.lists or not is_fixed:
            rows = self._worked_out(f"IFERROR(ROWS({formula});0)", twin)
            numbers = range(1, int(rows) + 1)
            shown = [self._worked_out(f"INDEX({formula};{n})", twin) for n in numbers]
            self.lists[formula] = [option for option in shown if option != ""]
        return self.lists[formula]

    def _formula(self, validation: Any, twin: Any) -> str:
        """Return the validation's formula as it reads at the cell itself."""
        tokens = self.parser.parseFormula(validation.getFormula1(), validation.getSourcePosition())
        return str(self.parser.printFormula(tokens, twin.CellAddress))

    def _worked_out(self, formula: str, twin: Any) -> Any:
        """Work a formula out on the sheet of a cell, far away from what stands there."""
        lab = twin.Spreadsheet.getCellByPosition(LAB_COLUMN, 0)
        lab.Formula = f"={formula}"
        is_number = lab.FormulaResultType2 == NUMBER_RESULT
        result = lab.Value if is_number else str(lab.String)
        lab.String = ""
        return result


def unlocked_cells(sheet: Any) -> Iterator[Any]:
    """Walk over the unlocked cells by row and column; of merged cells only the one that types."""
    found = []
    for area in sheet.UniqueCellFormatRanges:
        if area.CellProtection.IsLocked:
            continue
        for part in area:
            where = part.RangeAddress
            found += [
                (row, column)
                for row in range(where.StartRow, where.EndRow + 1)
                for column in range(where.StartColumn, where.EndColumn + 1)
            ]
    for row, column in sorted(found):
        cell = sheet.getCellByPosition(column, row)
        whole = sheet.createCursorByRange(cell)
        whole.collapseToMergedArea()
        start = whole.RangeAddress
        if (start.StartRow, start.StartColumn) == (row, column):
            yield cell


def main() -> None:
    """Fill one workbook."""
    blank, filled, typed = (Path(given).resolve() for given in sys.argv[1:4])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    with running_office() as desktop, TemporaryDirectory() as folder:
        # A workbook that is open is locked for a second opening: each has a file of its own.
        paths = [Path(shutil.copy(blank, Path(folder) / name)) for name in ("a.xlsx", "b.xlsx")]
        document, copy = (open_workbook(desktop, path) for path in paths)
        clerk = Clerk(document, copy, seed)
        clerk.fill()
        save_as_xlsx(clerk.document, filled)
    typed.write_text(json.dumps(clerk.typed, ensure_ascii=False, indent=0), encoding="utf-8")


if __name__ == "__main__":
    main()
