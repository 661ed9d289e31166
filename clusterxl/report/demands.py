"""What a criterion demands, in words and number formats: what its column and its row say."""

from __future__ import annotations

from math import isnan
from typing import Any

from clusterxl.criteria import Criterion, Demand, Standing
from clusterxl.excel.heights import text_px
from clusterxl.form.dates import date_of_serial
from clusterxl.report.context import DASH, Context, inert
from clusterxl.report.looks import decimals_format, quoted

SIGNS = {">=": "≥", "<=": "≤", "==": "=", "!=": "≠"}
MARKS = {Standing.MET: "✓ ", Standing.MISSED: "✕ ", Standing.UNSET: ""}
DATE = "yyyy-mm-dd"
MOST_DECIMALS = 6


def demand_text(context: Context, criterion: Criterion) -> str:
    """Return what a criterion demands, in short; empty where that differs by return."""
    if not criterion.is_set:
        return context.say("report.unset")
    told = [_demand(context, demand) for demand in criterion.demands]
    if not all(told):
        return ""
    joined = context.say("report.all_of" if criterion.all_of else "report.any_of").join(told)
    if criterion.years > 1:
        return context.say("report.every_year", years=criterion.years, demand=joined)
    if criterion.places > 1:
        return context.say("report.every_place", demand=joined)
    return joined


def _demand(context: Context, demand: Demand) -> str:
    if demand.options:
        return context.say("report.slash").join(demand.options)
    if demand.value is None:
        return ""
    sign = SIGNS.get(demand.operator, demand.operator)
    day = date_of_serial(demand.value) if demand.is_date else None
    figure = day.isoformat() if day else f"{demand.value:,.15g}"
    return " ".join(part for part in (demand.short, sign, figure, demand.measure) if part)


def verdict_format(criterion: Criterion, row: dict[str, Any]) -> str:
    """Return the number format of a judged figure or answer: its mark, its measure, itself.

    Args:
        criterion: The criterion.
        row: Its row of the verdicts.
    """
    demand = criterion.demands[int(row["demand"])]
    mark = MARKS[Standing(row["verdict"])]
    before = mark
    behind = ""
    if len(criterion.demands) > 1:
        before += f"{demand.short} " if demand.short else ""
        behind = f" {demand.measure}" if demand.measure else ""
    shown = DATE if demand.is_date else decimals_format(_decimals(demand, row))
    front = quoted(before) if before else ""
    back = quoted(f"{behind} ")
    words = f"{quoted(mark)}@{quoted(' ')}" if mark else f"@{quoted(' ')}"
    return f"{front}{shown}{back};{front}-{shown}{back};{front}{shown}{back};{words}"


def verdict_text(context: Context, criterion: Criterion, row: dict[str, Any]) -> str:
    """Return a judged figure or answer in words: its mark, itself, its measure.

    Args:
        context: The comparison.
        criterion: The criterion.
        row: Its row of the verdicts.
    """
    verdict, value = Standing(row["verdict"]), float(row["value"])
    if verdict is Standing.NO_DATA:
        return context.say("report.no_data")
    demand = criterion.demands[int(row["demand"])]
    shown = inert(row["text"]) if isnan(value) else _figure(value, demand, row)
    if not shown:
        return DASH
    parts = (demand.short if len(criterion.demands) > 1 else "", shown, demand.measure)
    told = " ".join(part for part in parts if part)
    if verdict is Standing.UNSET:
        return context.say("report.unjudged", value=told)
    return f"{MARKS[verdict]}{told}"


def shown_px(criterion: Criterion) -> float:
    """Return the width of a usual figure with its mark, its name and its measure."""
    if len(criterion.demands) == 1 or not criterion.is_figure:
        return 0
    told = (f"✓ {d.short} 1,234.56 {d.measure} " for d in criterion.demands)
    return max(text_px(text, 10) for text in told)


def _figure(value: float, demand: Demand, row: dict[str, Any]) -> str:
    day = date_of_serial(value) if demand.is_date else None
    return day.isoformat() if day else f"{value:,.{_decimals(demand, row)}f}"


def _decimals(demand: Demand, row: dict[str, Any]) -> int:
    """Return so many decimals that a figure stays on its side of what it is held against."""
    value, threshold = float(row["value"]), float(row["threshold"])
    if isnan(value) or isnan(threshold) or value == threshold:
        return demand.decimals
    fitting = (
        decimals
        for decimals in range(demand.decimals, MOST_DECIMALS)
        if round(value, decimals) != threshold
    )
    return next(fitting, MOST_DECIMALS)
