"""Summing up: how the answers of many returns to one question become one figure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from clusterxl.form.model import AggregateKind, Field, FieldType, Figure, Form, Input, plain_label

MANY_FIGURES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one question of one year is summed up, in keys of the numbers frame.

    Attributes:
        kind: SUM, MEAN, RATIO, COUNT or NONE.
        own: Keys of the answers themselves; several are added up.
        weight: MEAN: key of the weight.
        over: RATIO: keys above and below the line.
        times: RATIO: factor on the quotient.
    """

    kind: AggregateKind
    own: tuple[str, ...]
    weight: str = ""
    over: tuple[str, ...] = ()
    times: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """The figure that ranks subjects and groups.

    Attributes:
        field: Its question.
        label: What it is called.
        years: Its years, oldest first; a single None where it has none.
        keys: Its key in each of these years.
        measure: Unit shown.
        divide: Values are divided by this before they are shown.
        decimals: Decimals shown.
        adds_up: It is a sum, so that shares and growth of totals have a meaning.
    """

    field: Field
    label: str
    years: tuple[int | None, ...]
    keys: tuple[str, ...]
    measure: str
    divide: float
    decimals: int
    adds_up: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the subject and group frames that hold it, one a year."""
        return tuple(f"lead_{year}" if year else "lead" for year in self.years)

    @property
    def span(self) -> int:
        """Years between the first and the last year."""
        return (self.years[-1] or 0) - (self.years[0] or 0)

    @property
    def grows(self) -> bool:
        """Whether growth can be told."""
        return self.adds_up and len(self.keys) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRecipe:
    """A further figure of the comparison with the recipe of its last year.

    Attributes:
        name: Column of the subject and group frames (`figure_1`).
        figure: What the form says about it.
        field: Its question.
        measure: Unit shown.
        recipe: How it is summed up.
        earlier: The recipe of the year before; None without one.
    """

    name: str
    figure: Figure
    field: Field
    measure: str
    recipe: Recipe
    earlier: Recipe | None


def is_compared(asked: Input) -> bool:
    """Whether an input cell belongs to the wide tables: no list row, note or personal datum."""
    return not (asked.block or asked.is_note or asked.field.personal)


def numeric_inputs(form: Form) -> tuple[Input, ...]:
    """Return the input cells whose numbers are compared, in form order."""
    return tuple(i for i in form.inputs if i.type.is_numeric and is_compared(i))


def recipe_of(form: Form, asked: Input) -> Recipe:
    """Return how one numeric input cell is summed up; NONE where a weight or part is missing."""
    return _recipe(form, asked.field, asked.year, (asked.key,), asked.item)


def lead_of(form: Form) -> Lead | None:
    """Return the figure that ranks; None where no question qualifies."""
    numeric = _inputs_by_field(form)
    for field_id in [form.comparison.lead, *numeric]:
        found = numeric.get(field_id, ())
        years = [asked.year for asked in found]
        adds_up = found and found[0].field.aggregate.kind is AggregateKind.SUM
        wanted = field_id == form.comparison.lead
        if found and len(set(years)) == len(years) and (wanted or adds_up):
            return _lead(form, found, adds_up=bool(adds_up))
    return None


def figures_of(form: Form) -> tuple[FigureRecipe, ...]:
    """Return the further figures: those the form names, else its first summed questions."""
    numeric = _inputs_by_field(form)
    lead = lead_of(form)
    named = form.comparison.figures or tuple(_default_figures(numeric))
    chosen = [f for f in named if f.field in numeric and not (lead and f.field == lead.field.id)]
    return tuple(
        _figure(form, place, figure, numeric[figure.field])
        for place, figure in enumerate(chosen, 1)
    )


def short_label(asked: Field) -> str:
    """Return the label of a question without its measure in brackets, which stands beside it.

    >>> from clusterxl.form.model import FieldType
    >>> label = "总产值（亿元）"
    >>> short_label(Field(id="output", label=label, type=FieldType.NUMBER, measure="亿元"))
    '总产值'
    """
    label = plain_label(asked.label)
    for brackets in ("（）", "()"):
        label = label.removesuffix(f"{brackets[0]}{asked.measure}{brackets[1]}")
    return label.strip() or plain_label(asked.label)


def total_of(recipe: Recipe, numbers: pd.DataFrame) -> tuple[float, int]:
    """Sum up one question over some returns.

    Args:
        recipe: How.
        numbers: Row a return, columns keys; NaN where nothing counts.

    Returns:
        The figure, NaN where nothing counts, and how many returns it rests on.
    """
    if recipe.kind is AggregateKind.MEAN:
        pair = _complete(numbers, *recipe.own, recipe.weight)
        below = math.fsum(pair[recipe.weight])
        above = math.fsum(pair[recipe.own[0]] * pair[recipe.weight])
        return (above / below if below else math.nan), len(pair)
    if recipe.kind is AggregateKind.RATIO:
        pair = _complete(numbers, *recipe.over)
        below = math.fsum(pair[recipe.over[1]])
        above = math.fsum(pair[recipe.over[0]])
        return (above / below * recipe.times if below else math.nan), len(pair)
    own = own_values(recipe, numbers).dropna()
    if recipe.kind is AggregateKind.COUNT:
        return float(len(own)), len(own)
    if recipe.kind is AggregateKind.NONE or own.empty:
        return math.nan, len(own)
    return math.fsum(own), len(own)


def _complete(numbers: pd.DataFrame, *keys: str) -> pd.DataFrame:
    # A question may be weighed by itself, or divided by itself; two columns of a name are a frame.
    return numbers[list(dict.fromkeys(keys))].dropna()


def own_values(recipe: Recipe, numbers: pd.DataFrame) -> pd.Series[float]:
    """Return the answer of each return itself; several cells of one question are added up."""
    return numbers[list(recipe.own)].sum(axis=1, min_count=1)


def growth_of(numbers: pd.DataFrame, keys: tuple[str, str], years: int = 1) -> tuple[float, int]:
    """Return the growth of a sum in percent a year, over the returns that have both figures.

    Args:
        numbers: Row a return, columns keys.
        keys: The earlier and the later key.
        years: Years between the two.

    Returns:
        The growth, NaN where the earlier sum is not positive, and the number of returns.
    """
    both = numbers[list(keys)].dropna()
    before, after = (math.fsum(both[key]) for key in keys)
    if before <= 0 or after < 0:
        return math.nan, len(both)
    return ((after / before) ** (1 / years) - 1) * 100, len(both)


def _inputs_by_field(form: Form) -> dict[str, tuple[Input, ...]]:
    found: dict[str, list[Input]] = {}
    for asked in numeric_inputs(form):
        found.setdefault(asked.field.id, []).append(asked)
    return {field_id: tuple(inputs) for field_id, inputs in found.items()}


def _recipe(
    form: Form, asked: Field, year: int | None, own: tuple[str, ...], item: str = ""
) -> Recipe:
    how = asked.aggregate
    if how.kind is AggregateKind.MEAN and len(own) == 1:
        if weight := _key_at(form, how.weight, year, item):
            return Recipe(kind=how.kind, own=own, weight=weight)
    elif how.kind is AggregateKind.RATIO:
        over = tuple(key for part in how.over if (key := _key_at(form, part, year, item)))
        if len(over) == len(("above", "below")):
            return Recipe(kind=how.kind, own=own, over=over, times=how.times)
    elif how.kind is not AggregateKind.MEAN:
        return Recipe(kind=how.kind, own=own)
    return Recipe(kind=AggregateKind.NONE, own=own)


def _key_at(form: Form, field_id: str, year: int | None, item: str) -> str:
    """Find the number that goes with a cell: of its year and item, else without them.

    A cell without a year goes with the last year of what has years.
    """
    found = [asked for asked in numeric_inputs(form) if asked.field.id == field_id]
    years = [asked.year for asked in found if asked.year]
    last = max(years) if years and not year else None
    for wanted in ((year, item), (year, ""), (None, item), (None, ""), (last, item), (last, "")):
        for asked in found:
            if (asked.year, asked.item) == wanted:
                return asked.key
    return ""


def _lead(form: Form, found: tuple[Input, ...], *, adds_up: bool) -> Lead:
    asked = found[0].field
    ordered = sorted(found, key=lambda each: each.year or 0)
    shown = next((f for f in form.comparison.figures if f.field == asked.id), None)
    return Lead(
        field=asked,
        label=shown.label if shown else short_label(asked),
        years=tuple(each.year for each in ordered),
        keys=tuple(each.key for each in ordered),
        measure=(shown and shown.measure) or asked.measure,
        divide=shown.divide if shown else 1.0,
        decimals=shown.decimals if shown else 0 if asked.type is FieldType.COUNT else 1,
        adds_up=adds_up,
    )


def _default_figures(numeric: dict[str, tuple[Input, ...]]) -> Iterator[Figure]:
    summed = [inputs[0].field for inputs in numeric.values()]
    summed = [f for f in summed if f.aggregate.kind is not AggregateKind.NONE and not f.spare]
    for asked in summed[: MANY_FIGURES + 1]:
        decimals = 0 if asked.type.value == "count" else 1
        yield Figure(field=asked.id, label=short_label(asked), decimals=decimals)


def _figure(form: Form, place: int, figure: Figure, found: tuple[Input, ...]) -> FigureRecipe:
    asked = found[0].field
    years = sorted({each.year or 0 for each in found})
    recipes = [
        _recipe(form, asked, year or None, tuple(i.key for i in found if (i.year or 0) == year))
        for year in years
    ]
    return FigureRecipe(
        name=f"figure_{place}",
        figure=figure,
        field=asked,
        measure=figure.measure or asked.measure,
        recipe=recipes[-1],
        earlier=recipes[-2] if len(recipes) > 1 else None,
    )
