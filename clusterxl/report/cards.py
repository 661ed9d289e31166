"""The cards of the overview and the facts on the quality of the data, all of them live."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

from clusterxl.excel.cells import Content, Formula, Link, sheet_reference
from clusterxl.form.model import AggregateKind, FieldType
from clusterxl.report.context import DASH, Context
from clusterxl.report.looks import COUNT, change_format, decimals_format, quoted
from clusterxl.report.panels import BIG, Sources, divided
from clusterxl.report.panels import figure as in_words
from clusterxl.report.places import growth_formula, total_formula
from clusterxl.summary import FigureRecipe, Lead, Recipe, growth_of, short_label, total_of

PERCENT = "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The line under a figure: a change against the year before, or a remark.

    Attributes:
        content: What stands there.
        shown: It as it will be shown, to measure it.
        num_format: Number format of a change; empty for a remark.
        falls: The change is a fall.
    """

    content: Content
    shown: str
    num_format: str = ""
    falls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card: a figure that must be seen first.

    Attributes:
        label: What it is.
        value: The figure, live.
        shown: The figure as it will be shown, to measure it.
        num_format: Its number format.
        unit: Its measure.
        change: Change against the year before, or a remark.
        note: What it rests on.
        link: Link to where it comes from.
    """

    label: str
    value: Content
    shown: str
    num_format: str
    unit: str
    change: Change
    note: str = ""
    link: Link | None = None


def cards_of(sources: Sources) -> list[Card]:
    """Return the cards: how many subjects, the leading figure, then what the form names."""
    context = sources.context
    cards = [_count_card(sources)]
    if context.lead:
        cards.append(_lead_card(sources, context.lead))
    cards += [
        _figure_card(sources, figure)
        for figure in context.figures
        if "card" in figure.figure.places and figure.recipe.kind is not AggregateKind.NONE
    ]
    return cards


def quality_facts(sources: Sources) -> list[tuple[str, Content]]:
    """Return label and figure of the facts on data quality; their numbers are chart data."""
    context, quality = sources.context, sources.context.comparison.quality
    waiting = quality.warnings - quality.explained
    none = context.form.none_word
    last = quality.none if none else quality.invalid
    last_label = (
        context.say("report.fact_none", none=none) if none else context.say("report.fact_invalid")
    )
    facts: list[tuple[str, int, int | None]] = [
        (context.say("report.fact_counted"), quality.counted, context.received),
        (context.say("report.fact_filled"), quality.filled, quality.required),
        (context.say("report.fact_errors"), quality.errors, None),
        (context.say("report.fact_warnings"), waiting, quality.warnings),
        (context.say("report.fact_normalised"), quality.normalised, None),
        (last_label, last, None),
    ]
    rows: list[list[Content]] = [
        [label, float(part), DASH if whole is None else float(whole)]
        for label, part, whole in facts
    ]
    heads = ["", context.say("report.unit_number"), context.say("report.quality_whole")]
    first = sources.data.add(context.say("report.quality_data"), heads, rows)
    found: list[tuple[str, Content]] = []
    for row, (label, part, whole) in enumerate(facts, first):
        cells = [sources.data.cell(row, column) for column in (1, 2)]
        if whole is None:
            found.append((label, Formula(f"={cells[0]}", part)))
            continue
        both = '&" / "&'.join(f"TEXT({cell},{quoted(COUNT)})" for cell in cells)
        found.append((label, Formula(f"={both}", f"{part:,} / {whole:,}")))
    return found


def _count_card(sources: Sources) -> Card:
    context, groups = sources.context, sources.context.comparison.groups
    names = sources.subjects.cells("subject")
    change = context.say("report.card_all", noun=context.subject_noun)
    if len(groups):
        filled = int((groups["subjects"] > 0).sum())
        change = context.say(
            "report.card_groups",
            filled=filled,
            total=len(groups),
            group=context.group_noun,
        )
    note = context.say("report.card_basis", n=context.count, count=context.received)
    ranking = sources.groups or sources.subjects
    target = sheet_reference(ranking.name, "$A$1")
    return Card(
        label=context.say("report.card_count", noun=context.subject_noun),
        value=Formula(f"=COUNTA({names})", context.count),
        shown=f"{context.count:,}",
        num_format=COUNT,
        unit=context.say("report.subjects_unit"),
        change=Change(content=change, shown=change),
        note=note,
        link=Link(f"internal:{target}", context.say("report.details")),
    )


def _lead_card(sources: Sources, lead: Lead) -> Card:
    context, places = sources.context, sources.places
    key = lead.keys[-1]
    totals = context.comparison.totals
    row = totals[totals["key"] == key].iloc[0]
    value = float(row["value"]) / lead.divide
    total = places.total_cell(key)
    text = f"=IF(ISNUMBER({total}),{divided(total, lead)},{quoted(DASH)})"
    decimals = 0 if abs(value) >= BIG else lead.decimals
    year = context.year(lead.years[-1])
    return Card(
        label=f"{lead.label} {year}".strip(),
        value=Formula(text, DASH if isnan(value) else value),
        shown=DASH if isnan(value) else in_words(lead, value),
        num_format=decimals_format(decimals),
        unit=lead.measure,
        change=_lead_change(sources, lead),
        note=context.say("report.card_basis", n=int(row["n"]), count=context.count),
        link=places.link(key),
    )


def _lead_change(sources: Sources, lead: Lead) -> Change:
    if not lead.grows:
        return Change(content="", shown="")
    keys = (lead.keys[-2], lead.keys[-1])
    rate = growth_of(sources.context.comparison.numbers, keys)[0]
    unit = sources.context.say("report.change_percent")
    return _change(growth_formula(sources.places, keys), rate, unit, 1)


def _change(text: str, change: float, unit: str, decimals: int) -> Change:
    if isnan(change):
        return Change(content="", shown="")
    shown = round(change, decimals)
    return Change(
        content=Formula(text, change),
        shown=f"▲ {abs(shown):,.{decimals}f}{unit}",
        num_format=change_format(unit, decimals, flat=not shown),
        falls=shown < 0,
    )


def _figure_card(sources: Sources, figure: FigureRecipe) -> Card:
    context = sources.context
    numbers, divide = context.comparison.numbers, figure.figure.divide
    value, n = total_of(figure.recipe, numbers)
    value /= divide
    decimals = figure.figure.decimals
    text = total_formula(sources.places, figure.recipe, divide=divide)
    key = (figure.recipe.over or figure.recipe.own)[0]
    return Card(
        label=figure.figure.label,
        value=Formula(text, DASH if isnan(value) else value),
        shown=DASH if isnan(value) else f"{value:,.{decimals}f}",
        num_format=decimals_format(decimals),
        unit=figure.measure,
        change=_figure_change(sources, figure),
        note=context.say("report.card_basis", n=n, count=context.count),
        link=sources.places.link(key),
    )


def _figure_change(sources: Sources, figure: FigureRecipe) -> Change:
    """Return the change against the year before, over returns that have both years.

    Counts change by pieces, other sums by percent, shares by percentage points.
    """
    context, recipe, earlier = sources.context, figure.recipe, figure.earlier
    if earlier is None or recipe.kind is AggregateKind.COUNT:
        return _remark(context, figure)
    if recipe.kind is AggregateKind.SUM and len(recipe.own) == 1:
        return _sum_change(sources, figure, (earlier.own[0], recipe.own[0]))
    numbers = context.comparison.numbers
    before, after = total_of(earlier, numbers)[0], total_of(recipe, numbers)[0]
    if isnan(before) or isnan(after) or recipe.kind is AggregateKind.SUM:
        return _remark(context, figure)
    parts = [_total_reference(sources, each) for each in (recipe, earlier)]
    unit = "report.change_points" if figure.measure == PERCENT else "report.change_plain"
    behind = context.say(unit, measure=figure.measure)
    by = f"/{figure.figure.divide:.15g}" if figure.figure.divide != 1 else ""
    difference = (after - before) / figure.figure.divide
    text = f"=({parts[0]}-{parts[1]}){by}"
    return _change(text, difference, behind, figure.figure.decimals or 1)


def _total_reference(sources: Sources, recipe: Recipe) -> str:
    return sources.places.total_cell(recipe.own[0])


def _sum_change(sources: Sources, figure: FigureRecipe, keys: tuple[str, str]) -> Change:
    context, places = sources.context, sources.places
    both = context.comparison.numbers[list(keys)].dropna()
    if figure.field.type is FieldType.COUNT and figure.figure.divide == 1:
        change = float(both[keys[1]].sum() - both[keys[0]].sum()) if len(both) else nan
        mask = places.counts(keys, "")
        before, after = (f"SUMPRODUCT({mask},{places.cells(key)})" for key in keys)
        text, unit = f"={after}-{before}", "report.change_plain"
        decimals = 0
    else:
        change = growth_of(context.comparison.numbers, keys)[0]
        text, unit = growth_formula(places, keys), "report.change_percent"
        decimals = 1
    return _change(text, change, context.say(unit, measure=figure.measure), decimals)


def _remark(context: Context, figure: FigureRecipe) -> Change:
    """Say how the figure comes about where there is no year before."""
    kind = figure.recipe.kind
    text = ""
    if kind is AggregateKind.MEAN:
        weight = context.form.by_key[figure.recipe.weight].field
        text = context.say("report.remark_mean", weight=short_label(weight))
    elif kind is AggregateKind.RATIO:
        text = context.say("report.remark_ratio")
    else:
        value, n = total_of(figure.recipe, context.comparison.numbers)
        if not isnan(value) and n:
            text = _average(context, figure, value / n / figure.figure.divide)
    return Change(content=text, shown=text)


def _average(context: Context, figure: FigureRecipe, average: float) -> str:
    decimals = 0 if average >= BIG else max(figure.figure.decimals, 1)
    return context.say(
        "report.remark_sum",
        noun=context.subject_noun,
        average=f"{average:,.{decimals}f}",
        measure=figure.measure,
    )
