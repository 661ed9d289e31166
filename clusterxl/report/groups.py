"""The ranked table of all groups, also of those without a subject."""

from __future__ import annotations

from math import nan

from clusterxl.excel.cells import Formula, column_letters
from clusterxl.form.model import AggregateKind
from clusterxl.report.absent import empty_word, told_empty
from clusterxl.report.context import DASH, Context, inert
from clusterxl.report.criteria import CriteriaSheet
from clusterxl.report.criteria_columns import add_all_met
from clusterxl.report.looks import COUNT, MUTED
from clusterxl.report.places import Places, basis_formula, growth_formula, total_formula
from clusterxl.report.rankings import (
    Builder,
    Ranking,
    add_bar,
    add_rank,
    add_share,
    figure_column,
    figure_entry,
    figure_key,
    lead_column,
    rate_entry,
    rates_of,
    share_formula,
)
from clusterxl.report.tables import FIRST_COLUMN, Cell, Column, Entry
from clusterxl.summary import FigureRecipe, Lead, Recipe, growth_of, recipe_of, total_of

# As many rows stand on one printed page.
ONE_PAGE = 24
MOST_NAMED = 3

# Years of the lead beside each other: with more, what is printed would be too small to read.
SHOWN_YEARS = 5


def group_ranking(
    context: Context, places: Places, criteria: CriteriaSheet | None = None
) -> Ranking:
    """Return the table of all groups."""
    groups = context.comparison.groups
    builder = Builder(context=context, places=places, frame=groups, totals=2)
    lead = context.lead
    if lead:
        before = ("rank", "name", "subjects")
        last_year = FIRST_COLUMN + len(before) + len(lead.keys) - 1
        add_rank(builder, column_letters(last_year))
    _add_names(builder)
    _add_subjects(builder)
    if lead:
        _add_lead(builder, lead)
        add_bar(builder, lead)
        _add_rates(builder, lead)
    for figure in context.figures:
        if "group" in figure.figure.places and figure.recipe.kind is not AggregateKind.NONE:
            _add_figure(builder, figure)
    add_all_met(builder, criteria)
    _add_remarks(builder)
    tall = int(len(groups) <= ONE_PAGE)
    return builder.build(
        title=_title(context), note=_note(context, places), names="group", tall=tall
    )


def _only(builder: Builder, row: int) -> str:
    """Return the condition on the returns of the group in a row; capitals make another group."""
    key = next(iter(builder.places.columns))
    return f"EXACT({builder.places.groups(key)},${builder.letters('name')}{row})"


def _add_names(builder: Builder) -> None:
    context = builder.context
    entries: list[Entry] = [
        (inert(name) or DASH) if count else Cell(inert(name) or DASH, ink=MUTED)
        for name, count in zip(builder.frame["group"], builder.frame["subjects"], strict=True)
    ]
    sums = (context.say("report.total_row", whole=context.whole), context.say("report.basis_row"))
    builder.add("name", Column(head=context.group_noun, px=96, wrap=True), entries, sums)


def _add_subjects(builder: Builder) -> None:
    context = builder.context
    entries: list[Entry] = []
    for row, count in zip(builder.rows, builder.frame["subjects"], strict=True):
        content = Formula(f"=SUMPRODUCT(1*{_only(builder, row)})", int(count))
        entries.append(content if count else Cell(content, ink=MUTED))
    letters = builder.next_letters
    last = max(builder.rows.stop - 1, builder.first)
    added = Formula(f"=SUM({letters}{builder.first}:{letters}{last})", context.count)
    column = Column(
        head=context.say("report.subjects_head", noun=context.subject_noun),
        unit=context.say("report.subjects_unit"),
        px=60,
        align="right",
        num_format=COUNT,
    )
    builder.add("subjects", column, entries, (added, ""))


def _add_lead(builder: Builder, lead: Lead) -> None:
    context, places = builder.context, builder.places
    years = list(enumerate(zip(lead.columns, lead.keys, strict=True)))
    for place, (name, key) in years[-SHOWN_YEARS:]:
        recipe = recipe_of(context.form, context.form.by_key[key])
        entries = _group_totals(builder, recipe, name, lead.divide)
        value, n = total_of(recipe, context.comparison.numbers)
        text = total_formula(places, recipe, divide=lead.divide)
        sums = (figure_entry(text, value / lead.divide), _basis(builder, recipe, n, key))
        builder.add(name, lead_column(builder, lead, place, lead.decimals), entries, sums, key)


def _add_rates(builder: Builder, lead: Lead) -> None:
    context, places = builder.context, builder.places
    for name, column, keys, years in rates_of(context, lead):
        entries = [
            rate_entry(growth_formula(places, keys, years=years, only=_only(builder, row)), value)
            for row, value in zip(builder.rows, builder.numbers(name), strict=True)
        ]
        value, n = growth_of(context.comparison.numbers, keys, years)
        total = rate_entry(growth_formula(places, keys, years=years), value)
        mask = f"=SUMPRODUCT({places.counts(keys, '')})"
        basis = Formula(f'{mask}&" / "&COUNTA({places.names(keys[0])})', f"{n} / {context.count}")
        builder.add(name, column, entries, (total, basis), keys[-1])
    if lead.adds_up:
        letters = builder.letters(lead.columns[-1])
        whole = f"{letters}${builder.first - 2}"
        total = 100.0 if builder.frame["share"].notna().any() else nan
        add_share(builder, lead, whole, figure_entry(share_formula(whole, whole), total))


def _add_figure(builder: Builder, figure: FigureRecipe) -> None:
    context = builder.context
    divide = figure.figure.divide
    entries = _group_totals(builder, figure.recipe, figure.name, divide)
    value, n = total_of(figure.recipe, context.comparison.numbers)
    total = figure_entry(
        total_formula(builder.places, figure.recipe, divide=divide), value / divide
    )
    key = figure_key(figure)
    basis = _basis(builder, figure.recipe, n, key)
    builder.add(figure.name, figure_column(builder, figure), entries, (total, basis), key)


def _group_totals(builder: Builder, recipe: Recipe, name: str, divide: float) -> list[Entry]:
    entries = []
    for row, value in zip(builder.rows, builder.numbers(name), strict=True):
        only = _only(builder, row)
        text = total_formula(builder.places, recipe, only=only, divide=divide)
        entries.append(figure_entry(text, value / divide))
    return entries


def _basis(builder: Builder, recipe: Recipe, n: int, key: str) -> Formula:
    places = builder.places
    text = f'={basis_formula(places, recipe)}&" / "&COUNTA({places.names(key)})'
    return Formula(text, f"{n} / {builder.context.count}")


def _add_remarks(builder: Builder) -> None:
    context = builder.context
    entries: list[Entry] = [
        "" if count else Cell(inert(empty_word(context, name)), ink=MUTED)
        for name, count in zip(builder.frame["group"], builder.frame["subjects"], strict=True)
    ]
    column = Column(head=context.say("report.remark"), px=130)
    sums = (context.say("report.counted", n=context.count, noun=context.subject_noun), "")
    builder.add("remark", column, entries, sums)


def _title(context: Context) -> str:
    groups = context.comparison.groups
    head, lead = context.names.groups, context.lead
    everyone = context.say("report.groups_all", group=context.group_noun, count=len(groups))
    tail = told_empty(context) or everyone
    named = groups[groups["share"].notna()].head(MOST_NAMED)
    if lead is None or len(named) < min(MOST_NAMED, 1) or len(groups) <= MOST_NAMED:
        return context.say("report.groups_title_plain", sheet=head, tail=tail)
    return context.say(
        "report.groups_title",
        sheet=head,
        names=context.say("report.comma").join(named["group"]),
        share=f"{named['share'].sum():.0f}",
        whole=context.whole,
        lead=lead.label,
        tail=tail,
    )


def _note(context: Context, places: Places) -> str:
    lead = context.lead
    parts = [context.basis]
    if lead:
        year = context.year(lead.years[-1])
        parts.append(context.say("report.groups_order", year=year, lead=lead.label))
    if lead and lead.grows:
        parts.append(context.say("report.growth_note"))
        parts.append(context.say("report.arrow_note"))
    parts.append(context.say("report.missing_note", dash=DASH))
    if places.blocks:
        parts.append(context.say("report.numbers_note", sheet=context.names.provenance))
    return context.say("report.sentence_gap").join(parts)
