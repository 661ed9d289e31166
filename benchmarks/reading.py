"""Reading, side by side in one run: the gate, our reader, openpyxl, python-calamine.

Run `make bench` (or `python benchmarks/reading.py [--runs N] [WORKBOOK]...`). Without workbooks it
makes one with full lists, and lets LibreOffice save the same where soffice is there. Prints medians
in milliseconds and how many times longer each takes than our reader.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
from python_calamine import CalamineWorkbook
from returns import FORM, full_answers

from clusterxl.excel.gate import open_gate
from clusterxl.excel.package import raw_book, read_package
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.form.roster import find_unit, units_of
from clusterxl.generate import generate_workbook
from clusterxl.integrity import inspect_return
from clusterxl.locate import find_cells

UNIT = "440306"
RUNS = 9
OURS = "ours: gate + read, as returns are read"
IMPORTS = {
    "python alone": "pass",
    "our reader": "import clusterxl.excel.package",
    "openpyxl": "import openpyxl",
    "python-calamine": "import python_calamine",
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Reading, side by side.")
    parser.add_argument("workbooks", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=RUNS)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        for path in given.workbooks or made(Path(folder)):
            show(path, given.runs)
    print("\nimport in a fresh process, ms")
    for name, statement in IMPORTS.items():
        print(f"  {name:44}{median(partial(imported, statement), given.runs):9.1f}")


def made(folder: Path) -> Iterator[Path]:
    """Make a workbook with full lists, and the same as LibreOffice saves it."""
    form = load_form(FORM)
    unit = find_unit(units_of(form), UNIT)
    path = folder / "full-lists.xlsx"
    path.write_bytes(
        generate_workbook(form, unit=unit, answers=full_answers(form, unit, seed=7), sample=True)
    )
    yield path
    if shutil.which("soffice"):
        again = folder / "libreoffice"
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        kind = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(again)]
        command = ["soffice", "--headless", profile, *kind, str(path)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 (a tool asked for)
        yield again / path.name


def show(path: Path, runs: int) -> None:
    """Print the table of one workbook."""
    data = path.read_bytes()
    book = read_package(data, path.name)
    cells = {sheet.name: len(sheet.cells) for sheet in book.sheets}
    visible = sum(cells[sheet.name] for sheet in book.sheets if sheet.visibility == "visible")
    print(
        f"\n{path.parent.name}/{path.name}: {len(data) // 1024} KB, {len(cells)} sheets, ", end=""
    )
    print(f"{sum(cells.values())} cells, {visible} of them on visible sheets")
    times = {name: median(work, runs) for name, work in works(data).items()}
    print(f"  {'':44}{'ms':>9}{'× ours':>9}")
    for name, took in times.items():
        print(f"  {name:44}{took:9.1f}{took / times[OURS]:9.2f}")


def works(data: bytes) -> dict[str, Callable[[], object]]:
    """Return what is measured, by name."""
    package = open_gate(data, "a.xlsx")
    return {
        "gate alone": lambda: open_gate(data, "a.xlsx"),
        "ours: read alone, hidden sheets left unread": lambda: raw_book(package),
        OURS: lambda: raw_book(open_gate(data, "a.xlsx")),
        "ours: gate + read, every sheet": lambda: [
            sheet.cells.get((1, 1)) for sheet in read_package(data, "a.xlsx").sheets
        ],
        "ours: gate + read, every cell made": lambda: [
            sheet.cells.items() for sheet in read_package(data, "a.xlsx").sheets
        ],
        "ours: gate + read, visible cells made": lambda: [
            sheet.cells.items()
            for sheet in read_package(data, "a.xlsx").sheets
            if sheet.visibility == "visible"
        ],
        "ours: gate + read + cells found + integrity": lambda: looked_through(data),
        "openpyxl, full load": lambda: openpyxl.load_workbook(BytesIO(data)),
        "openpyxl, read_only": lambda: by_openpyxl(data),
        "python-calamine, all sheets, values only": lambda: by_calamine(data),
    }


def looked_through(data: bytes) -> None:
    book = read_package(data, "a.xlsx")
    form = form_of_all()
    inspect_return(form, book, find_cells(form, book))


@cache
def form_of_all() -> Form:
    """Return the form of the workbooks, loaded once as for many returns."""
    return load_form(FORM)


def by_openpyxl(data: bytes) -> None:
    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
    for sheet in book.worksheets:
        for _ in sheet.iter_rows(values_only=True):
            pass


def by_calamine(data: bytes) -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def median(work: Callable[[], object], runs: int) -> float:
    """Return the median time of a work in milliseconds."""
    times = []
    for _ in range(runs):
        gc.collect()
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def imported(statement: str) -> None:
    subprocess.run([sys.executable, "-c", statement], check=True)  # noqa: S603 (ourselves)


if __name__ == "__main__":
    main()
