"""Types answers into one workbook after the other, as respondents who use LibreOffice.

Run by the Python that has UNO: fill_files.py < ORDERS.jsonl. Each line is one workbook to fill:
{"given": PATH, "filled": PATH, "answers": [{"sheet", "cell", "value"}]}, and each that is saved
gives one line with its path.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from office import open_workbook, running_office, save_as_xlsx


def fill(desktop: Any, order: dict[str, Any], folder: Path) -> None:
    """Fill one workbook."""
    document = open_workbook(desktop, Path(shutil.copy(order["given"], folder / "a.xlsx")))
    for answer in order["answers"]:
        sheet = document.Sheets.getByName(answer["sheet"])
        cell = sheet.getCellRangeByName(answer["cell"]).getCellByPosition(0, 0)
        if cell.CellProtection.IsLocked:
            raise SystemExit(f"{cell.AbsoluteName} is locked")
        if isinstance(answer["value"], str):
            cell.String = answer["value"]
        else:
            cell.Value = answer["value"]
    save_as_xlsx(document, Path(order["filled"]))
    document.close(True)  # noqa: FBT003 (its only argument)


def main() -> None:
    """Fill them all while LibreOffice runs once."""
    with running_office() as desktop, TemporaryDirectory() as folder:
        for line in sys.stdin:
            order = json.loads(line)
            fill(desktop, order, Path(folder))
            sys.stdout.write(f"{order['filled']}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
