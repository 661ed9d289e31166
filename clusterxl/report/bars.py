"""The panels that rank: groups, subjects, options."""

from __future__ import annotations

from math import isnan

import pandas as pd

from clusterxl.form.model import FieldType
from clusterxl.report.absent import empty_word
from clusterxl.report.context import DASH, TICK, Context, inert
from clusterxl.report.looks import quoted
from clusterxl.report.panels import (
    TOP,
    Bar,
    Panel,
    Sources,
    bar_chart,
    cut,
    figure,
    lead_unit,
    short_names,
)
from clusterxl.report.rankings import Ranking
from clusterxl.summary import Lead

MOST_BARS, KEPT_BARS = 30, 20
MOST_SUBJECTS, MOST_OPTIONS = 9, 9
LONGEST_QUESTION = 22
LONGEST_GROUP, LONGEST_SUBJECT, LONGEST_OPTION = 10, 13, 13


def group_panel(sources: Sources, ranking: Ranking) -> Panel:
    """Return the ranking of the groups, also of the empty ones."""
    context, lead = sources.context, sources.context.lead
    groups = context.comparison.groups
    bars = [_group_bar(context, ranking, lead, row) for _, row in groups.iterrows()]
    if len(bars) > MOST_BARS:
        bars = [*bars[:KEPT_BARS], _rest(context, bars[KEPT_BARS:])]
    head = lead.label if lead else context.subject_noun
    data = context.say("report.groups_data", group=context.group_noun)
    unit = lead_unit(context, lead) if lead else context.say("report.subjects_unit")
    chart = bar_chart(sources, (data, head), bars, tall=True, measure=unit)
    figures = {"count": len(groups), "group": context.group_noun, "noun": context.subject_noun}
    if lead:
        figures |= {"lead": lead.label, "measure": lead.measure}
        year = context.year(lead.years[-1])
        sub = context.say("report.groups_sub", year=year, **figures)
    else:
        sub = context.say("report.groups_sub_plain", **figures)
    return Panel(headlines=_group_headlines(context, lead), sub=sub, chart=chart, tall=True)


def _group_bar(context: Context, ranking: Ranking, lead: Lead | None, row: pd.Series[float]) -> Bar:
    name, count = str(row["group"]), int(row["subjects"])
    column = lead.columns[-1] if lead else "subjects"
    value = float(row[column]) / (lead.divide if lead else 1)
    label = inert(empty_word(context, name))
    if count and lead:
        shown = DASH if isnan(value) else figure(lead, value)
        label = context.say("report.group_label", value=shown, count=count)
    elif count:
        label = str(count)
    return Bar(
        name=cut(inert(name) or DASH, LONGEST_GROUP),
        formula=f"=N({ranking.cell(name, column)})",
        value=0.0 if isnan(value) else value,
        label=label,
        muted=not count,
        missing=isnan(value) or not count,
        mark=name,
    )


def _rest(context: Context, bars: list[Bar]) -> Bar:
    """Return one bar for all that are too many to show."""
    value = sum(bar.value for bar in bars)
    formula = "=" + "+".join(bar.formula.removeprefix("=") for bar in bars)
    name = context.say("report.rest", count=len(bars))
    return Bar(name=name, formula=formula, value=value, label=f"{value:,.0f}")


def _group_headlines(context: Context, lead: Lead | None) -> tuple[str, ...]:
    groups = context.comparison.groups
    filled = groups[groups["subjects"] > 0]
    figures = {"noun": context.subject_noun, "group": context.group_noun}
    if filled.empty:
        return (context.say("report.groups_none", **figures),)
    if len(filled) == 1:
        name = filled["group"].iloc[0]
        return (context.say("report.groups_one", name=name, count=context.count, **figures),)
    plain = context.say("report.groups_some", count=len(filled), total=len(groups), **figures)
    found = []
    for top in range(min(TOP, len(filled) - 1), 0, -1):
        share = filled["share"].head(top).sum() if lead else float("nan")
        if lead and share > 0:
            names = context.say("report.comma").join(filled["group"].head(top))
            text = context.say(
                "report.groups_headline",
                names=names,
                whole=context.whole,
                lead=lead.label,
                share=f"{share:.0f}",
            )
            found.append(text)
    return (*found, plain)


def subject_panel(sources: Sources, lead: Lead, *, tall: bool) -> Panel:
    """Return the ranking of the largest subjects."""
    context = sources.context
    subjects = context.comparison.subjects
    most = KEPT_BARS if tall else MOST_SUBJECTS
    shown = subjects[subjects["rank"].notna()].head(most)
    names = short_names([str(name) for name in shown["subject"]], LONGEST_SUBJECT)
    column = lead.columns[-1]
    bars = [
        Bar(
            name=name,
            formula=f"=N({sources.subjects.cell(return_id, column)})",
            value=float(value) / lead.divide,
            label=figure(lead, float(value) / lead.divide),
            mark=return_id,
        )
        for name, return_id, value in zip(names, shown["return_id"], shown[column], strict=True)
    ]
    data = context.say("report.subjects_data", noun=context.subject_noun)
    unit = lead_unit(context, lead)
    chart = bar_chart(sources, (data, lead.label), bars, tall=tall, measure=unit)
    sub = context.say(
        "report.subjects_sub",
        year=context.year(lead.years[-1]),
        lead=lead.label,
        measure=lead.measure or context.say("report.unit_number"),
        noun=context.subject_noun,
    )
    return Panel(
        headlines=_subject_headlines(context, lead, shown, names[0]),
        sub=sub,
        chart=chart,
        tall=tall,
    )


def _subject_headlines(
    context: Context, lead: Lead, shown: pd.DataFrame, name: str
) -> tuple[str, ...]:
    first = shown.iloc[0]
    value = float(first[lead.columns[-1]]) / lead.divide
    largest = context.say(
        "report.subjects_largest",
        name=name,
        value=figure(lead, value),
        measure=lead.measure,
    )
    if len(shown) == context.count or not shown["share"].sum() > 0:
        return (largest,)
    headline = context.say(
        "report.subjects_headline",
        count=len(shown),
        noun=context.subject_noun,
        whole=context.whole,
        share=f"{shown['share'].sum():.0f}",
    )
    return (headline, largest)


def options_panel(sources: Sources) -> Panel:
    """Return the options that were chosen most."""
    context = sources.context
    options = context.comparison.options
    shown = options.sort_values("count", ascending=False, kind="stable").head(MOST_OPTIONS)
    bars = []
    names = _option_names(shown)
    options_shown = zip(shown["key"], shown["option_label"], shown["count"], names, strict=True)
    for key, label, count, name in options_shown:
        ticks = context.form.by_key[key].type is FieldType.TICKS
        wanted = quoted(TICK if ticks else inert(label))
        formula = f"=SUMPRODUCT(1*EXACT({sources.places.cells(key)},{wanted}))"
        bars.append(Bar(name=name, formula=formula, value=float(count), label=str(int(count))))
    data = context.say("report.options_data")
    head, unit = context.say("report.chosen_by"), context.say("report.subjects_unit")
    chart = bar_chart(sources, (data, head), bars, tall=False, measure=unit)
    first = shown.iloc[0]
    named = cut(str(first["option_label"]), LONGEST_OPTION)
    if shown["option_label"].duplicated(keep=False).iloc[0]:
        named = f"{cut(str(first['label']), LONGEST_QUESTION)}: {named}"
    figures = {"label": named}
    name = "report.options_headline" if first["count"] else "report.options_none"
    headline = context.say(name, count=int(first["count"]), n=int(first["n"]), **figures)
    sub = context.say("report.options_sub", count=context.count, noun=context.subject_noun)
    return Panel(headlines=(headline,), sub=sub, chart=chart)


def _option_names(shown: pd.DataFrame) -> list[str]:
    """Return what options are called; those called the same in several questions, by these too."""
    is_shared = shown["option_label"].duplicated(keep=False)
    questions = short_names(shown["label"].tolist(), LONGEST_OPTION)
    return [
        f"{question}: {cut(inert(label), LONGEST_OPTION - 4)}"
        if shared
        else cut(inert(label), LONGEST_OPTION)
        for label, question, shared in zip(shown["option_label"], questions, is_shared, strict=True)
    ]
