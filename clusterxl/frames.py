"""The frames of records: which columns each has, of which dtype, and how they are cut.

values        row an input cell, return by return in form order
returns       row a return
section_<id>  row a return, column a key: numbers, ticks as booleans, texts
years         row a return and year, column a key without its year
table_<id>    row a filled row of a list, or a filled row of the evidence list
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterxl.form.model import Block, BlockKind, FieldType, Form, Input, evidence_rows, make_key

TEXT, NUMBER, FLAG, WHOLE, YEAR = "str", "float64", "boolean", "int64", "Int64"

VALUES: Mapping[str, str] = {
    **dict.fromkeys(("return_id", "file", "unit", "subject", "key", "section"), TEXT),
    **dict.fromkeys(("field", "item"), TEXT),
    "year": YEAR,
    **dict.fromkeys(("label", "status", "raw"), TEXT),
    "number": NUMBER,
    **dict.fromkeys(("text", "measure", "sheet", "cell", "found_by", "receipts"), TEXT),
}
# How many cells hold something, and what became of them; the others add up to the first.
ACCOUNT = ("cells", "consumed", "template", "ignored", "unclaimed")
RETURNS: Mapping[str, str] = {
    **dict.fromkeys(("return_id", "file", "sha256", "form", "version"), TEXT),
    "base_year": WHOLE,
    **dict.fromkeys(("unit_code", "group", "unit", "subject", "status"), TEXT),
    **dict.fromkeys(("filled", "required", "errors", "warnings", "explained"), WHOLE),
    **dict.fromkeys(ACCOUNT, WHOLE),
}

Array = pd.api.extensions.ExtensionArray
Column = Sequence[object] | npt.NDArray[np.object_] | npt.NDArray[np.float64] | Array
_Positions = npt.NDArray[np.intp]
# The stubs know each dtype apart; here it is data.
_array: Callable[..., Array] = pd.array


class Status(StrEnum):
    """What kind of answer stands in a cell."""

    VALUE = "value"
    NONE = "none"
    NOT_APPLICABLE = "not_applicable"
    BLANK = "blank"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSpec:
    """What a frame looks like.

    Attributes:
        name: Its name.
        columns: Dtype by column, in order.
    """

    name: str
    columns: Mapping[str, str]


def frame_specs(form: Form) -> tuple[FrameSpec, ...]:
    """Return what each frame of a form looks like."""
    values = FrameSpec(name="values", columns=VALUES)
    returns = FrameSpec(name="returns", columns=RETURNS)
    cut = (*_section_cuts(form), *_year_cuts(form), *_table_cuts(form))
    return (values, returns, *(part.spec for part in cut))


def typed_frame(columns: Mapping[str, Column], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Build a frame whose dtypes do not depend on what is in it, or whether anything is."""
    return pd.DataFrame(
        {name: typed_array(columns[name], dtype) for name, dtype in dtypes.items()},
        columns=list(dtypes),
    )


def typed_array(values: Column, dtype: str) -> Array:
    """Return values as a column of one dtype."""
    return _array(values, dtype=dtype)


def cut_frames(
    form: Form, values: pd.DataFrame, returns: pd.DataFrame
) -> Mapping[str, pd.DataFrame]:
    """Cut all frames out of the values.

    Args:
        form: The form.
        values: All its cells of each return, return by return in form order.
        returns: One row a return.

    Returns:
        The frames by name, in the order of `frame_specs`.
    """
    answers = _Answers(form, values, returns)
    frames = {"values": values, "returns": returns}
    for cut in (*_section_cuts(form), *_year_cuts(form), *_table_cuts(form)):
        frames[cut.spec.name] = answers.frame(cut)
    return frames


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """A frame cut from the values.

    Attributes:
        spec: What it looks like.
        marks: What its rows are of, within one return: a value a row by column (`year`, `row`).
        places: Place of the cell among the form's inputs by row and column; -1 for none.
        is_list: Only rows in which something stands are kept.
    """

    spec: FrameSpec
    marks: Mapping[str, Sequence[object]]
    places: _Positions
    is_list: bool = False


class _Answers:
    """The values as matrices, row a return, column an input in form order."""

    def __init__(self, form: Form, values: pd.DataFrame, returns: pd.DataFrame) -> None:
        shape = (len(returns), len(form.inputs))
        self._ids = returns["return_id"].to_numpy(dtype=object)
        self._number = values["number"].to_numpy(dtype=np.float64).reshape(shape)
        self._text = values["text"].to_numpy(dtype=object).reshape(shape)
        self._status = values["status"].to_numpy(dtype=object).reshape(shape)

    def frame(self, cut: _Cut) -> pd.DataFrame:
        rows = len(cut.places)
        kept = self._kept(cut)
        columns: dict[str, Column] = {"return_id": np.repeat(self._ids, rows)[kept]}
        for name, marks in cut.marks.items():
            column = np.empty(rows, dtype=object)
            column[:] = marks
            columns[name] = np.tile(column, len(self._ids))[kept]
        answers = list(cut.spec.columns)[len(columns) :]
        for name, places in zip(answers, cut.places.T, strict=True):
            columns[name] = self._column(cut.spec.columns[name], places)[kept]
        return typed_frame(columns, cut.spec.columns)

    def _kept(self, cut: _Cut) -> npt.NDArray[np.bool_]:
        if not cut.is_list:
            return np.ones(len(self._ids) * len(cut.places), dtype=np.bool_)
        stands = np.asarray(self._status[:, cut.places] != Status.BLANK.value, dtype=np.bool_)
        return np.asarray(stands.any(axis=2).ravel(), dtype=np.bool_)

    def _column(
        self, dtype: str, places: _Positions
    ) -> npt.NDArray[np.object_] | npt.NDArray[np.float64]:
        """Return a column, return by return; where there is no cell it is empty."""
        missing = np.broadcast_to(places < 0, (len(self._ids), len(places))).ravel()
        if dtype == TEXT:
            texts = self._text[:, places].ravel()
            texts[missing] = ""
            return texts
        numbers = self._number[:, places].ravel()
        numbers[missing] = np.nan
        if dtype == NUMBER:
            return numbers
        flags = np.asarray(numbers == 1, dtype=object)
        flags[np.isnan(numbers)] = pd.NA
        return flags


def _dtype(asked: Input) -> str:
    if asked.type.is_numeric:
        return NUMBER
    return FLAG if asked.type is FieldType.TICKS else TEXT


def _section_cuts(form: Form) -> list[_Cut]:
    places = {asked.key: place for place, asked in enumerate(form.inputs)}
    cuts = []
    for section in form.sections:
        inputs = [i for i in form.inputs if i.section == section.id and not i.block]
        if not inputs:
            continue
        columns = {"return_id": TEXT} | {asked.key: _dtype(asked) for asked in inputs}
        spec = FrameSpec(name=f"section_{section.id}", columns=columns)
        row = np.array([[places[asked.key] for asked in inputs]], dtype=np.intp)
        cuts.append(_Cut(spec=spec, marks={}, places=row))
    return cuts


def _year_cuts(form: Form) -> list[_Cut]:
    """One frame over all questions with years; none where there are no years."""
    if not form.years:
        return []
    found: dict[str, dict[int, int]] = {}
    dtypes: dict[str, str] = {}
    for place, asked in enumerate(form.inputs):
        if asked.year is not None:
            name = make_key(asked.field.id, item=asked.item)
            found.setdefault(name, {})[asked.year] = place
            dtypes[name] = _dtype(asked)
    spec = FrameSpec(name="years", columns={"return_id": TEXT, "year": WHOLE, **dtypes})
    rows = [[by_year.get(year, -1) for by_year in found.values()] for year in form.years]
    return [_Cut(spec=spec, marks={"year": form.years}, places=np.array(rows, dtype=np.intp))]


def _table_cuts(form: Form) -> list[_Cut]:
    return [
        _table_cut(form, block)
        for section in form.sections
        for block in section.blocks
        if block.kind in (BlockKind.LIST, BlockKind.EVIDENCE)
    ]


def _table_cut(form: Form, block: Block) -> _Cut:
    places = [place for place, asked in enumerate(form.inputs) if asked.block == block.id]
    marks: Mapping[str, Sequence[object]]
    if block.kind is BlockKind.LIST:
        marks, dtype = {"row": range(1, block.rows + 1)}, WHOLE
    else:
        marks, dtype = {"for": [row.item for row in evidence_rows(form)]}, TEXT
    name = next(iter(marks))
    first = [form.inputs[place] for place in places[: len(block.fields)]]
    columns = {"return_id": TEXT, name: dtype} | {i.field.id: _dtype(i) for i in first}
    return _Cut(
        spec=FrameSpec(name=f"table_{block.id}", columns=columns),
        marks=marks,
        places=np.array(places, dtype=np.intp).reshape(-1, len(block.fields)),
        is_list=True,
    )
