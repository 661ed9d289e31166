"""What was filled into the lists and the evidence, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterxl.form.model import Block, BlockKind, Field, Form, evidence_rows, make_key
from clusterxl.report.context import Context

LIST_KINDS = (BlockKind.LIST, BlockKind.EVIDENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledRow:
    """A filled row of a list.

    Attributes:
        place: Place of the return, from 0.
        label: Its number, or what the evidence is for.
        texts: Its texts, one a column.
    """

    place: int
    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledList:
    """A list, and how much of it was filled; of long lists nobody needs the rows.

    Attributes:
        context: The comparison.
        block: The list.
        fields: Its columns that hold no personal data.
        counts: How many rows each return filled.
        cells: Its filled cells, as rows of `Comparison.lists`.
    """

    context: Context
    block: Block
    fields: tuple[Field, ...]
    counts: tuple[int, ...]
    cells: pd.DataFrame

    def rows(self) -> tuple[FilledRow, ...]:
        """Return the rows that were filled, by return and row."""
        known = _cells_of(self.context.form, self.block, self.fields)
        ids = self.context.comparison.returns["return_id"]
        places = {name: place for place, name in enumerate(ids)}
        columns = (self.cells[name].tolist() for name in ("return_id", "key", "text", "number"))
        found: dict[tuple[int, int], tuple[str, list[str]]] = {}
        for return_id, key, text, number in zip(*columns, strict=True):
            row, label, column = known[key]
            texts = found.setdefault((places[return_id], row), (label, [""] * len(self.fields)))[1]
            texts[column] = text or f"{number:.15g}"
        return tuple(
            FilledRow(place=place, label=label, texts=tuple(texts))
            for (place, _), (label, texts) in sorted(found.items())
        )


def filled_list(context: Context, block: Block) -> FilledList:
    """Return what was filled into a list."""
    fields = tuple(asked for asked in block.fields if not asked.personal)
    known = _cells_of(context.form, block, fields)
    lists = context.comparison.lists
    cells = lists[lists["key"].isin(list(known))]
    at = pd.Index(list(known)).get_indexer(pd.Index(cells["key"]))
    row_of = np.array([row for row, _, _ in known.values()], dtype="int64")
    ids = pd.Index(context.comparison.returns["return_id"])
    places = ids.get_indexer(pd.Index(cells["return_id"]))
    filled = pd.DataFrame({"place": places, "row": row_of[at]}).drop_duplicates()
    counts = np.bincount(filled["place"], minlength=len(ids))
    return FilledList(
        context=context,
        block=block,
        fields=fields,
        counts=tuple(counts.tolist()),
        cells=cells,
    )


def _cells_of(
    form: Form, block: Block, fields: tuple[Field, ...]
) -> Mapping[str, tuple[int, str, int]]:
    """Return row, label of the row and column of each key of a list."""
    if block.kind is BlockKind.LIST:
        return {
            make_key(block.id, item=asked.id, row=row): (row, str(row), column)
            for row in range(1, block.rows + 1)
            for column, asked in enumerate(fields)
        }
    return {
        make_key(block.id, item=f"{thing.item}_{asked.id}"): (row, thing.label, column)
        for row, thing in enumerate(evidence_rows(form))
        for column, asked in enumerate(fields)
    }
