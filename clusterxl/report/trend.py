"""The panels of the whole: its sums by year, and how it divides into classes."""

from __future__ import annotations

from math import fsum, isnan, nan

import pandas as pd

from clusterxl.excel.cells import Content, Formula
from clusterxl.excel.charts import ChartAxis, ChartLabel, ChartLabels, ChartSeries, ChartSpec
from clusterxl.form.model import Field, plain_label
from clusterxl.report.context import DASH, Context
from clusterxl.report.looks import (
    INK,
    MAIN,
    PALETTE,
    SIGNED,
    SOFT,
    WHITE,
    axis_line,
    decimals_format,
    quoted,
)
from clusterxl.report.panels import (
    PANEL_PX,
    POINTS,
    SHORT_PX,
    Panel,
    Sources,
    divided,
    figure,
    lead_unit,
    on_one_line,
)
from clusterxl.report.places import growth_formula
from clusterxl.summary import Lead, growth_of, recipe_of, total_of

LABELLED_SHARE = 0.1
FLAT = 0.05
BIG = 100
MARK = "\x00"
# Up to so many bars there is room for the growth below each; up to so many for the whole year.
LABELLED_YEARS, WHOLE_YEARS = 4, 6


def trend_panel(sources: Sources, lead: Lead) -> Panel:
    """Return the sums of the years, with their growth in the labels below.

    Where not the same returns answer every year, those that answer all of them are drawn: what
    rises must not look as if it fell because one answer is missing.
    """
    context = sources.context
    looks = context.looks
    rows, largest = _trend_rows(sources, lead)
    heads = [context.say("report.year_head"), lead.label, context.say("report.growth")]
    units = ("", lead_unit(context, lead), "%")
    title = context.say("report.trend_data")
    first, count = sources.data.add(title, heads, rows, units), len(rows)
    labels = ChartLabels(
        position="outside_end",
        num_format=decimals_format(0 if largest >= BIG else lead.decimals),
        font=looks.chart(10, bold=True),
    )
    series = ChartSeries(
        values=sources.data.column(first, count, 1),
        categories=sources.data.column(first, count, 0),
        fill=SOFT,
        points=(*[SOFT] * (count - 1), MAIN),
        gap=70,
        labels=labels,
    )
    chart = ChartSpec(
        kind="column",
        series=(series,),
        px=(PANEL_PX, SHORT_PX),
        layout=(0.03, 0.1, 0.94, 0.73),
        x=ChartAxis(font=looks.chart(), line=axis_line()),
        y=ChartAxis(visible=False, minimum=0),
        description=title,
    )
    return Panel(
        headlines=(_trend_headline(context, lead), _trend_plain(context, lead)),
        sub=_trend_sub(context, lead),
        chart=chart,
    )


def _sum(context: Context, lead: Lead, place: int) -> float:
    recipe = recipe_of(context.form, context.form.by_key[lead.keys[place]])
    return total_of(recipe, context.comparison.numbers)[0] / lead.divide


def _trend_rows(sources: Sources, lead: Lead) -> tuple[list[list[Content]], float]:
    context, places = sources.context, sources.places
    first = sources.data.next_row
    rows: list[list[Content]] = []
    largest = 0.0
    same = _same(context, lead)
    only = "" if same is None else f"({places.counts(lead.keys, '')})"
    numbers = context.comparison.numbers if same is None else same
    for place, key in enumerate(lead.keys):
        number = _bar(sources, lead, place, same)
        largest = max(largest, float(number.value))
        growth: Content = DASH
        rate = nan
        if place and lead.adds_up:
            keys = (lead.keys[place - 1], key)
            rate = growth_of(numbers, keys)[0]
            growth = Formula(growth_formula(places, keys, only=only), DASH if isnan(rate) else rate)
        label = _year_label(context, lead, place, sources.data.cell(first + place, 2), rate)
        rows.append([label, number, growth])
    return rows, largest


def _same(context: Context, lead: Lead) -> pd.DataFrame | None:
    """Return the numbers of those that answer every year; None where that makes no difference."""
    numbers = context.comparison.numbers
    same = numbers[numbers[list(lead.keys)].notna().all(axis=1)]
    counts = {int(numbers[key].notna().sum()) for key in lead.keys}
    return same if lead.adds_up and len(same) and counts != {len(same)} else None


def _bar(sources: Sources, lead: Lead, place: int, same: pd.DataFrame | None) -> Formula:
    """Return the sum of a year: of all, or of those that answer every year."""
    places, key = sources.places, lead.keys[place]
    if same is None:
        value, total = _sum(sources.context, lead, place), places.total_cell(key)
        text = f"=IF(ISNUMBER({total}),{divided(total, lead)},0)"
        return Formula(text, 0.0 if isnan(value) else value)
    added = f"SUMPRODUCT({places.counts(lead.keys, '')},{places.cells(key)})"
    return Formula(f"={divided(added, lead)}", fsum(same[key]) / lead.divide)


def _year_label(context: Context, lead: Lead, place: int, cell: str, rate: float) -> Content:
    """Return the label of a year with its growth, live; where there are many, the bare year."""
    year = lead.years[place]
    plain = context.year(year)
    if len(lead.years) > LABELLED_YEARS:
        return f"’{(year or 0) % 100:02d}" if len(lead.years) > WHOLE_YEARS else plain
    before, _, after = context.say("report.trend_label", year=plain, rate=MARK).partition(MARK)
    told = f"{quoted(before)}&TEXT({cell},{quoted(SIGNED)})&{quoted(after)}"
    shown = f"{round(rate, 1) or 0.0:+.1f}" if not isnan(rate) else ""
    shown = "0.0" if shown == "+0.0" and rate == 0 else shown
    value = f"{before}{shown}{after}" if shown else plain
    return Formula(f"=IF(ISNUMBER({cell}),{told},{quoted(plain)})", value)


def _trend_headline(context: Context, lead: Lead) -> str:
    keys = (lead.keys[0], lead.keys[-1])
    rate = growth_of(context.comparison.numbers, keys, lead.span)[0] if lead.grows else nan
    total = _sum(context, lead, -1)
    if isnan(rate) or isnan(total):
        return _trend_plain(context, lead)
    figures = {"lead": lead.label, "year": context.year(lead.years[-1])}
    figures |= {"total": figure(lead, total), "measure": lead.measure}
    if abs(rate) < FLAT:
        return context.say("report.trend_flat", **figures)
    name = "report.trend_up" if rate > 0 else "report.trend_down"
    return context.say(name, rate=f"{abs(rate):.1f}", **figures)


def _trend_plain(context: Context, lead: Lead) -> str:
    total = _sum(context, lead, -1)
    if isnan(total):
        return context.say("report.trend_none", lead=lead.label)
    return context.say(
        "report.trend_plain",
        lead=lead.label,
        year=context.year(lead.years[-1]),
        total=figure(lead, total),
        measure=lead.measure,
    )


def _trend_sub(context: Context, lead: Lead) -> str:
    counts = [int(context.comparison.numbers[key].notna().sum()) for key in lead.keys]
    figures = {"measure": lead.measure or context.say("report.unit_number")}
    figures["noun"] = context.subject_noun
    is_long = len(lead.years) > LABELLED_YEARS
    same = _same(context, lead)
    if same is not None:
        name = "report.trend_sub_same_long" if is_long else "report.trend_sub_same"
        return context.say(name, same=len(same), count=context.count, **figures)
    if len(set(counts)) == 1:
        name = "report.trend_sub_long" if is_long else "report.trend_sub"
        return context.say(name, count=counts[0], **figures)
    listed = context.say("report.comma").join(str(count) for count in counts)
    return context.say("report.trend_sub_uneven", counts=listed, **figures)


def mix_panel(sources: Sources, asked: Field) -> Panel:
    """Return how subjects, and their leading figure, divide into the classes of a choice."""
    context, lead = sources.context, sources.context.lead
    mix = context.comparison.mix
    key = [each.key for each in context.form.inputs if each.field.id == asked.id][-1]
    cells = sources.places.cells(key)
    rows: list[list[Content]] = []
    for label, count, total in zip(mix["label"], mix["subjects"], mix["lead"], strict=True):
        same = f"EXACT({cells},{quoted(label)})"
        row: list[Content] = [label, Formula(f"=SUMPRODUCT(1*{same})", int(count))]
        if lead:
            added = f"SUMPRODUCT(1*{same},{sources.places.cells(lead.keys[-1])})"
            row.append(Formula(f"={divided(added, lead)}", total / lead.divide))
        rows.append(row)
    heads = ["", context.say("report.mix_count", noun=context.subject_noun)]
    heads += [lead.label] if lead else []
    units = ["", context.say("report.subjects_unit")]
    units += [lead_unit(context, lead)] if lead else []
    first = sources.data.add(context.say("report.mix_data"), heads, rows, units)
    chart = ChartSpec(
        kind="bar_percent",
        series=tuple(
            _class_series(sources, first, place, bool(lead)) for place in range(len(rows))
        ),
        px=(PANEL_PX, SHORT_PX),
        layout=(0.2, 0.2, 0.77, 0.66),
        x=ChartAxis(visible=False),
        y=ChartAxis(reverse=True, font=context.looks.chart()),
        legend=context.looks.chart(),
        description=context.say("report.mix_data"),
    )
    parts, label = _mix_parts(context, 1), plain_label(asked.label)
    told = context.say("report.mix_sub", label=label, parts=parts)
    sub = on_one_line((told, parts or label), POINTS)
    return Panel(headlines=_mix_headlines(context), sub=sub, chart=chart)


def _class_series(sources: Sources, first: int, place: int, two: bool) -> ChartSeries:  # noqa: FBT001
    context, data = sources.context, sources.data
    mix = context.comparison.mix
    colors = context.form.comparison.mix_colors or PALETTE
    color = colors[place % len(colors)]
    ink = WHITE if color == MAIN else INK
    font = context.looks.chart(9, ink=ink, bold=True)
    labels = []
    for column in ("subjects", "lead")[: 1 + two]:
        whole = float(mix[column].sum())
        value = float(mix[column].iloc[place])
        share = value / whole if whole > 0 else 0.0
        text = str(int(value)) if column == "subjects" else f"{share * 100:.1f}%"
        labels.append(ChartLabel(text=text, hidden=share < LABELLED_SHARE, font=font))
    row = first + place
    return ChartSeries(
        name=f"={data.cell(row, 0)}",
        categories=data.area(first - 1, 1, first - 1, 1 + two),
        values=data.area(row, 1, row, 1 + two),
        fill=color,
        border=WHITE,
        gap=90,
        labels=ChartLabels(position="center", font=font, custom=tuple(labels)),
    )


def _mix_headlines(context: Context) -> tuple[str, ...]:
    mix, lead = context.comparison.mix, context.lead
    noun = context.subject_noun
    by = "lead" if mix["lead"].sum() > 0 else "subjects"
    if not mix["subjects"].sum():
        return (context.say("report.mix_none", noun=noun),)
    largest = mix.iloc[int(mix[by].to_numpy().argmax())]
    figures = {"label": largest["label"], "count": int(largest["subjects"]), "noun": noun}
    plain = context.say("report.mix_plain", total=int(mix["subjects"].sum()), **figures)
    if by == "subjects" or lead is None:
        return (plain,)
    share = f"{largest['lead'] / mix['lead'].sum() * 100:.0f}"
    return (context.say("report.mix_headline", lead=lead.label, share=share, **figures), plain)


def _mix_parts(context: Context, skipped: int) -> str:
    """Tell the smaller classes in words."""
    mix = context.comparison.mix
    whole = mix["lead"].sum()
    ordered = mix.sort_values(["lead", "subjects"], ascending=False, kind="stable").iloc[skipped:]
    parts = []
    for label, count, value in zip(
        ordered["label"], ordered["subjects"], ordered["lead"], strict=True
    ):
        share = f"{value / whole * 100:.1f}" if whole > 0 else ""
        name = "report.mix_part" if share else "report.mix_part_plain"
        parts.append(context.say(name, label=label, count=int(count), share=share))
    return context.say("report.list_comma").join(parts)
