"""A table of the workbook as a page shows it: what leads to other sheets stays away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from clusterxl.excel.cells import Link
from clusterxl.page.cells import cell_of, content_of
from clusterxl.page.charts import Json
from clusterxl.report.tables import Cell, Entry, Table

MOST_TEXT_PX = 200


def table_on_page(
    table: Table,
    *,
    name: int | None = 0,
    marks: Sequence[int | None] = (),
    more: Mapping[int, Json] = MappingProxyType({}),
) -> Json:
    """Return a table for the page.

    Args:
        table: The table.
        name: The column, from 0, whose cells lead to the subject of their row; None for none.
        marks: Place of that subject among all, row by row; None where it is none of them.
        more: What else is told of a column, from 0.

    Returns:
        Title, note, columns and rows. A number in a row stands for a cell of the pool, which
        holds those that are there more than once.
    """
    kept = [place for place in range(len(table.columns)) if _is_shown(table, place)]
    rows = [[cell_of(row[at], table.columns[at].num_format) for at in kept] for row in table.rows]
    totals = [
        [cell_of(row[at], table.columns[at].num_format) for at in kept] for row in table.totals
    ]
    counts = Counter(cell for row in rows for cell in row)
    pool = {cell: place for place, cell in enumerate(c for c, n in counts.items() if n > 1)}
    return {
        "title": table.title,
        "note": table.note,
        "columns": [
            _column(table, place, is_name=place == name) | more.get(place, {}) for place in kept
        ],
        "name": -1 if name is None else kept.index(name),
        "frozen": sum(place < table.frozen for place in kept),
        "marks": list(marks),
        "totals": totals,
        "pool": list(pool),
        "rows": [[pool.get(cell, cell) for cell in row] for row in rows],
    }


def _is_shown(table: Table, place: int) -> bool:
    """Whether a column tells something here: not what only fills up or leads elsewhere."""
    column = table.columns[place]
    entries = (row[place] for row in table.rows)
    return bool(column.head or column.bar) and not any(_leads(entry) for entry in entries)


def _leads(entry: Entry) -> bool:
    return isinstance(entry.content if isinstance(entry, Cell) else entry, Link)


def _column(table: Table, place: int, *, is_name: bool) -> Json:
    column = table.columns[place]
    # Beside names, long texts leave room to the figures; where there is more, they take it.
    is_long = column.wrap and not is_name
    told: Json = {
        "head": column.head,
        "unit": column.unit,
        "px": min(column.px, MOST_TEXT_PX) if is_long else column.px,
        "side": column.align if column.align != "left" else "",
        "group": column.group,
        "aside": not column.printed,
    }
    return told | {"full": _full_bar(table, place)} if column.bar else told


def _full_bar(table: Table, place: int) -> float:
    """Return the number whose bar fills its column."""
    contents = (content_of(row[place]) for row in table.rows)
    numbers = [float(each) for each in contents if not isinstance(each, str)]
    if not numbers:
        return 0.0
    share = 100 if table.bar_percentile is None else table.bar_percentile
    return float(np.percentile(numbers, share))
