"""What one would write first: pandas reads each workbook, a schema checks it, groupby adds up.

Run: python benchmarks/obvious.py CELLS.json RETURNS OUTPUT.xlsx, where CELLS.json says where each
answer stands: {sheet: {key: [row, column]}}, counted from 0. `comparing.py` writes one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

Cells = dict[str, dict[str, list[int]]]


def main() -> None:
    """Read, check, add up, write."""
    cells: Cells = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    answers, problems = [], []
    for path in sorted(Path(sys.argv[2]).glob("*.xlsx")):
        one = read(path, cells)
        answers.append(one)
        problems.append(problems_of(one))
    table = pd.concat(answers, ignore_index=True)
    numbers = table.apply(pd.to_numeric, errors="coerce")
    totals = numbers.groupby(table["city"]).sum()
    sources = table.melt(id_vars=["file", "city"], var_name="key", value_name="value")
    with pd.ExcelWriter(sys.argv[3], engine="openpyxl") as writer:
        totals.to_excel(writer, sheet_name="cities")
        table.to_excel(writer, sheet_name="subjects", index=False)
        pd.concat(problems).to_excel(writer, sheet_name="problems", index=False)
        sources.dropna().to_excel(writer, sheet_name="sources", index=False)


def read(path: Path, cells: Cells) -> pd.DataFrame:
    """Return one row: the answers of a workbook."""
    sheets = pd.read_excel(path, sheet_name=list(cells), header=None, engine="openpyxl")
    row: dict[str, object] = {"file": path.name}
    for name, places in cells.items():
        sheet = sheets[name]
        for key, (line, column) in places.items():
            inside = line < sheet.shape[0] and column < sheet.shape[1]
            row[key] = sheet.iloc[line, column] if inside else None
    return pd.DataFrame([row])


def problems_of(one: pd.DataFrame) -> pd.DataFrame:
    """Return what a schema finds: numbers are numbers, none is negative."""
    numbers = [key for key in one if isinstance(one[key].iloc[0], int | float)]
    schema = pa.DataFrameSchema(
        {key: pa.Column(float, pa.Check.ge(0), nullable=True, coerce=True) for key in numbers}
    )
    try:
        schema.validate(one, lazy=True)
    except SchemaErrors as errors:
        return pd.DataFrame(errors.failure_cases).assign(file=one["file"].iloc[0])
    return pd.DataFrame()


if __name__ == "__main__":
    main()
