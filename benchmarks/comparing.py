"""From returns to the comparison workbook, side by side: ours, and what one would write first.

Run `make bench` (or `python benchmarks/comparing.py [--returns N] [--ours-only]`). Each works on
the same returns with full lists, in a process of its own; prints seconds, seconds a return, peak
memory, and how many times longer each takes than ours.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from measured import Taken, taken_by
from returns import FORM, made_returns

from clusterxl.excel.package import read_package
from clusterxl.form.file import load_form
from clusterxl.locate import find_cells

RETURNS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description="Comparing, side by side.")
    parser.add_argument("--returns", type=int, default=RETURNS)
    parser.add_argument("--ours-only", action="store_true")
    given = parser.parse_args()
    with TemporaryDirectory() as made:
        folder = Path(made)
        made_returns(folder / "in", given.returns)
        cells = folder / "cells.json"
        cells.write_text(json.dumps(cells_of(folder / "in" / "00000.xlsx")), encoding="utf-8")
        (folder / "out").mkdir()
        ours = taken_by(
            *("-m", "clusterxl", "aggregate", str(folder / "in")),
            *("-o", str(folder / "out" / "ours.xlsx")),
        )
        print(f"{given.returns} returns of {FORM} to a comparison, one process each")
        show("ours: read, checked, compared, each number traced", ours, ours, given.returns)
        if not given.ours_only:
            script = str(Path(__file__).with_name("obvious.py"))
            output = str(folder / "out" / "obvious.xlsx")
            obvious = taken_by(script, str(cells), str(folder / "in"), output)
            show("obvious.py: read_excel, pandera, groupby", obvious, ours, given.returns)


def cells_of(path: Path) -> dict[str, dict[str, tuple[int, int]]]:
    """Return where each answer of a return stands, by sheet and key, counted from 0."""
    form = load_form(FORM)
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for cell in find_cells(form, read_package(path.read_bytes(), path.name)).cells.values():
        found.setdefault(cell.sheet, {})[cell.key] = (cell.row - 1, cell.column - 1)
    return found


def show(name: str, taken: Taken, ours: Taken, returns: int) -> None:
    """Print a line of the table."""
    each = taken.seconds / returns * 1000
    times = taken.seconds / ours.seconds
    print(
        f"  {name:52}{taken.seconds:9.1f} s{each:8.0f} ms each{taken.megabytes:7.0f} MB"
        f"{times:7.1f} x"
    )


if __name__ == "__main__":
    main()
