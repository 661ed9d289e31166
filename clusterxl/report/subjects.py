"""The ranked table of all subjects: figures, growth, share, open questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

from clusterxl.excel.cells import Formula, column_letters
from clusterxl.form.model import NoneMeans
from clusterxl.report.answers import Shown, entry_of
from clusterxl.report.context import DASH, NAME_SIZE, Context, inert
from clusterxl.report.criteria import CriteriaSheet
from clusterxl.report.criteria_columns import add_met
from clusterxl.report.looks import COUNT_OR_DASH, LIGHT
from clusterxl.report.places import Places, own_formula, own_growth_formula
from clusterxl.report.rankings import (
    Builder,
    Ranking,
    add_bar,
    add_rank,
    add_share,
    figure_column,
    figure_key,
    full_bar,
    lead_column,
    rate_entry,
    rates_of,
)
from clusterxl.report.tables import FIRST_COLUMN, Column, Entry, head_px
from clusterxl.summary import FigureRecipe, Lead

LIST_DECIMALS = 2


def subject_ranking(
    context: Context,
    places: Places,
    shown: Mapping[tuple[str, str], Shown],
    criteria: CriteriaSheet | None = None,
) -> Ranking:
    """Return the table of all subjects."""
    subjects = context.comparison.subjects
    builder = Builder(context=context, places=places, frame=subjects, totals=0)
    lead = context.lead
    names = _name_columns(context)
    if lead:
        add_rank(builder, column_letters(FIRST_COLUMN + 1 + len(names)))
    for name, column in names.items():
        builder.add(name, column, [inert(text) or DASH for text in subjects[name]])
    if lead:
        _add_lead(builder, lead, shown)
    for figure in context.figures:
        if "subject" in figure.figure.places:
            _add_figure(builder, figure, shown)
    add_met(builder, criteria)
    _add_open(builder)
    return builder.build(title=_title(context), note=_note(context, builder), names="return_id")


def _name_columns(context: Context) -> dict[str, Column]:
    head = Column(head=context.subject_noun, px=context.name_px, wrap=True, size=NAME_SIZE)
    columns = {"subject": head}
    if context.form.levels:
        columns["group"] = Column(head=context.group_noun, px=context.group_px, wrap=True)
    if context.unit_noun and context.form.subject:
        columns["unit"] = Column(head=context.unit_noun, px=context.unit_px, wrap=True)
    return columns


def _add_lead(builder: Builder, lead: Lead, shown: Mapping[tuple[str, str], Shown]) -> None:
    entries = _own_entries(builder, lead.keys[-1:], lead.divide, lead.columns[-1], shown)
    decimals = max(lead.decimals, LIST_DECIMALS) if lead.divide == 1 else lead.decimals
    if lead.field.type.value == "count" and lead.divide == 1:
        decimals = 0
    column = lead_column(builder, lead, len(lead.keys) - 1, decimals)
    builder.add(lead.columns[-1], column, entries, key=lead.keys[-1])
    add_bar(builder, lead)
    places = builder.positions
    for name, rate, keys, years in rates_of(builder.context, lead):
        texts = [own_growth_formula(builder.places, keys, at, years=years) for at in places]
        values = builder.numbers(name)
        rates = [rate_entry(t, v) for t, v in zip(texts, values, strict=True)]
        builder.add(name, rate, rates, key=keys[-1])
    if lead.adds_up:
        total = builder.places.total_cell(lead.keys[-1])
        whole = f"({total}/{lead.divide:.15g})" if lead.divide != 1 else total
        add_share(builder, lead, whole)


def _add_figure(
    builder: Builder, figure: FigureRecipe, shown: Mapping[tuple[str, str], Shown]
) -> None:
    own, divide = figure.recipe.own, figure.figure.divide
    entries = _own_entries(builder, own, divide, figure.name, shown)
    builder.add(figure.name, figure_column(builder, figure), entries, key=figure_key(figure))


def _own_entries(
    builder: Builder,
    keys: tuple[str, ...],
    divide: float,
    column: str,
    shown: Mapping[tuple[str, str], Shown],
) -> Sequence[Entry]:
    """Return what each subject answered, or the sum of its answers to one question."""
    form = builder.context.form
    ranked = column.startswith("lead") and form.by_key[keys[0]].field.none_means is NoneMeans.ZERO
    entries: list[Entry] = []
    numbers = builder.numbers(column)
    ids = builder.frame["return_id"]
    for place, return_id, number in zip(builder.positions, ids, numbers, strict=True):
        text = own_formula(builder.places, keys, place, divide=divide, zero=ranked)
        answer = shown.get((return_id, keys[0]), Shown(content=DASH))
        if len(keys) > 1 or ranked or isinstance(answer.content, float):
            none = Shown(content=DASH, ink=LIGHT)
            answer = none if isnan(number) else Shown(content=number / divide)
        entries.append(entry_of(Formula(text, answer.content), answer))
    return entries


def _add_open(builder: Builder) -> None:
    context = builder.context
    head, unit = context.say("report.open_head"), context.say("report.open_unit")
    column = Column(
        head=head,
        unit=unit,
        px=head_px(head, unit, 52),
        align="right",
        num_format=COUNT_OR_DASH,
    )
    builder.add("open", column, [float(count) for count in builder.frame["open"]])


def _title(context: Context) -> str:
    lead, subjects = context.lead, context.comparison.subjects
    figures = {"sheet": context.names.subjects, "count": context.count}
    figures["noun"] = context.subject_noun
    if not context.count:
        return context.say("report.subjects_title_none", **figures)
    if lead is None or subjects["rank"].isna().all():
        return context.say("report.subjects_title_plain", **figures)
    figures |= {"lead": lead.label, "year": context.year(lead.years[-1])}
    if len(subjects) == 1 or subjects["share"].isna().all():
        return context.say("report.subjects_title_ranked", **figures)
    share = f"{subjects['share'].max():.0f}"
    return context.say("report.subjects_title", share=share, whole=context.whole, **figures)


def _note(context: Context, builder: Builder) -> str:
    lead = context.lead
    parts = [context.basis]
    if lead and full_bar(builder.frame, lead):
        parts.append(context.say("report.bar_note"))
    if lead and lead.grows:
        parts.append(context.say("report.arrow_note"))
    parts.append(context.say("report.missing_note", dash=DASH))
    if builder.places.blocks:
        parts.append(context.say("report.numbers_note", sheet=context.names.provenance))
    if context.form.none_word:
        parts.append(context.say("report.none_note", none=context.form.none_word))
    return context.say("report.sentence_gap").join(parts)
