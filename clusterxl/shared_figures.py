"""The figures that two rounds share: which there are, and what they come to like for like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterxl.form.model import AggregateKind, Field, Form
from clusterxl.summary import (
    Recipe,
    figures_of,
    lead_of,
    numeric_inputs,
    own_values,
    recipe_of,
    total_of,
)

PERCENT = "%"


class Reason(StrEnum):
    """Why a figure cannot be compared with the round before."""

    NOT_ASKED = "not_asked"
    OTHER_MEASURE = "other_measure"
    OTHER_CELLS = "other_cells"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A figure of this round that the round before does not have in the same way."""

    label: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFigure:
    """A figure that both rounds have.

    Attributes:
        name: Its column among the subjects: `lead`, `figure_1` …
        label: What it is called.
        field: Its question, as this round asks it.
        measure: Its unit of measurement.
        shown_measure: The unit in which it is shown.
        divide: Values are divided by this before they are shown.
        decimals: Decimals shown.
        before: How it is summed up in the round before, in its keys.
        now: How it is summed up in this round.
        before_year: Its year in the round before; None without one.
        now_year: Its year in this round.
    """

    name: str
    label: str
    field: Field
    measure: str
    shown_measure: str
    divide: float
    decimals: int
    before: Recipe
    now: Recipe
    before_year: int | None
    now_year: int | None

    @property
    def in_points(self) -> bool:
        """Whether its change is told in percentage points."""
        return self.measure == PERCENT


def shared_figures(before: Form, now: Form) -> tuple[tuple[SharedFigure, ...], tuple[LeftOut, ...]]:
    """Return the figures that a form compares and an earlier round has too, and those it has not.

    What an earlier round is asked is a figure of its own base year: so many years before as its
    base year is.
    """
    found: list[SharedFigure] = []
    left_out = []
    for figure in _figures(now):
        reason = _obstacle(before, figure.field)
        earlier = None if reason else _earlier(before, now, figure.now)
        if earlier is None:
            why = reason or Reason.OTHER_CELLS
            left_out.append(LeftOut(label=figure.label, reason=why))
            continue
        year = before.by_key[earlier.own[0]].year
        found.append(replace(figure, before=earlier, before_year=year))
    return tuple(found), tuple(left_out)


def total_of_pairs(
    figure: SharedFigure, before: pd.DataFrame, now: pd.DataFrame
) -> tuple[float, float, int]:
    """Sum a figure up over the subjects that have it in both rounds.

    Args:
        figure: The figure.
        before: Numbers of the round before, row a subject.
        now: Those of this round, the same subjects in the same order.

    Returns:
        The figure before and now, and how many subjects it rests on.
    """
    both = _told(figure.before, before) & _told(figure.now, now)
    old, n = total_of(figure.before, before[both])
    new, _ = total_of(figure.now, now[both])
    return old, new, n


def cells_of(values: pd.DataFrame, keys: Sequence[str]) -> Mapping[str, str]:
    """Return where the answers to some keys stand (`sheet!cell`, ...), by return."""
    rows = values[values["key"].isin(list(keys))]
    found: dict[str, list[str]] = {}
    columns = (rows[name] for name in ("return_id", "sheet", "cell"))
    for return_id, sheet, cell in zip(*columns, strict=True):
        found.setdefault(return_id, []).append(f"{sheet}!{cell}")
    return {return_id: ", ".join(cells) for return_id, cells in found.items()}


def _figures(form: Form) -> Iterator[SharedFigure]:
    """Go through the figures a form compares, each beside itself."""
    if lead := lead_of(form):
        recipe = recipe_of(form, form.by_key[lead.keys[-1]])
        yield SharedFigure(
            name="lead",
            label=lead.label,
            field=lead.field,
            measure=lead.field.measure,
            shown_measure=lead.measure,
            divide=lead.divide,
            decimals=lead.decimals,
            before=recipe,
            now=recipe,
            before_year=lead.years[-1],
            now_year=lead.years[-1],
        )
    for each in figures_of(form):
        year = form.by_key[each.recipe.own[0]].year
        yield SharedFigure(
            name=each.name,
            label=each.figure.label,
            field=each.field,
            measure=each.field.measure,
            shown_measure=each.measure,
            divide=each.figure.divide,
            decimals=each.figure.decimals,
            before=each.recipe,
            now=each.recipe,
            before_year=year,
            now_year=year,
        )


def _obstacle(before: Form, asked: Field) -> Reason | None:
    other = before.fields.get(asked.id)
    if other is None or not other.type.is_numeric:
        return Reason.NOT_ASKED
    return Reason.OTHER_MEASURE if other.measure != asked.measure else None


def _earlier(before: Form, now: Form, recipe: Recipe) -> Recipe | None:
    """Return a recipe in the keys of the round before; None where it has not all of them."""
    shift = now.base_year - before.base_year if now.base_year and before.base_year else 0
    theirs = {(i.field.id, i.item, i.year): i.key for i in numeric_inputs(before)}

    def earlier(key: str) -> str:
        asked = now.by_key[key]
        year = asked.year - shift if asked.year else None
        return theirs.get((asked.field.id, asked.item, year), "")

    own, over = tuple(map(earlier, recipe.own)), tuple(map(earlier, recipe.over))
    weight = earlier(recipe.weight) if recipe.weight else ""
    if not all((*own, *over, weight or not recipe.weight)):
        return None
    return replace(recipe, own=own, over=over, weight=weight)


def _told(recipe: Recipe, numbers: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which rows have all that a recipe needs; by place, as the rows are of two rounds."""
    if recipe.kind is AggregateKind.RATIO:
        return numbers[list(recipe.over)].notna().all(axis=1).to_numpy()
    if recipe.kind is AggregateKind.MEAN:
        return numbers[[*recipe.own, recipe.weight]].notna().all(axis=1).to_numpy()
    return own_values(recipe, numbers).notna().to_numpy()
