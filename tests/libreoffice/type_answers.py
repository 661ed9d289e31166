"""Types given answers into a workbook, as a respondent who uses LibreOffice, and saves.

Run by the Python that has UNO: type_answers.py BLANK.xlsx FILLED.xlsx ANSWERS.json
ANSWERS.json is a list of {"sheet", "cell", "value"}.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from office import open_workbook, running_office, save_as_xlsx


def main() -> None:
    """Type all answers into one workbook."""
    blank, filled, answers = (Path(given).resolve() for given in sys.argv[1:4])
    with running_office() as desktop, TemporaryDirectory() as folder:
        document = open_workbook(desktop, Path(shutil.copy(blank, Path(folder) / "a.xlsx")))
        for answer in json.loads(answers.read_text(encoding="utf-8")):
            cell = document.Sheets.getByName(answer["sheet"]).getCellRangeByName(answer["cell"])
            cell = cell.getCellByPosition(0, 0)
            if cell.CellProtection.IsLocked:
                raise SystemExit(f"{cell.AbsoluteName} is locked")
            if isinstance(answer["value"], str):
                cell.String = answer["value"]
            else:
                cell.Value = answer["value"]
        save_as_xlsx(document, filled)


if __name__ == "__main__":
    main()
