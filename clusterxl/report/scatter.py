"""The panel of size against growth: a point a subject, threshold lines, few names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Literal

import pandas as pd

from clusterxl.excel.cells import Content, Formula, Rich
from clusterxl.excel.charts import (
    ChartAxis,
    ChartLabel,
    ChartLabels,
    ChartLine,
    ChartMarker,
    ChartSeries,
    ChartSpec,
)
from clusterxl.excel.heights import text_px
from clusterxl.report.context import Context
from clusterxl.report.looks import BELOW, HAIRLINE, MAIN, MUTED, axis_line
from clusterxl.report.panels import PANEL_PX, SHORT_PX, Panel, Sources, cut, lead_unit, short_names
from clusterxl.ruleset.load import load_rules
from clusterxl.summary import Lead

FEWEST_POINTS = 3
# LibreOffice draws the texts of a scatter chart smaller than those of other charts.
FONT = 10
FAR = 2.5
FAR_QUANTILE = 0.95
STEPS = (10, 20, 50, 100, 200, 500)
MOST_STEPS = 7
LONGEST_NAME = 8
MOST_NAMED_OFF, LONGEST_OFF = 2, 6
# Left, top, width and height of the plot in the chart.
LAYOUT = (0.13, 0.03, 0.83, 0.74)
# A point off the chart is drawn so far below its upper edge.
EDGE = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """The ends of the axes."""

    left: float
    right: float
    bottom: float
    top: float
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """How the points of one series look.

    Attributes:
        kind: Their marker.
        color: Its colour.
        size: Its size.
        side: Where names stand.
        box: Where a name begins and ends beside its point, in its own width, and below and
            above it, in px.
    """

    kind: Literal["circle", "diamond", "triangle"]
    color: str
    size: int
    side: Literal["above", "right", "left"]
    box: tuple[float, float, float, float]


MARKS = (
    _Mark(kind="circle", color=MAIN, size=6, side="above", box=(-0.5, 0.5, 3, 22)),
    _Mark(kind="diamond", color=BELOW, size=7, side="right", box=(0.05, 1.15, -8, 8)),
    _Mark(kind="triangle", color=MAIN, size=7, side="left", box=(-1.15, -0.05, -8, 8)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """The threshold lines, and whether a point on one of them is beyond it.

    Attributes:
        lead: Line of the leading figure; None for none.
        growth: Line of its growth; None for none.
        is_lead_met: A figure on the line meets it.
        is_growth_met: The same of growth.
    """

    lead: float | None
    growth: float | None
    is_lead_met: bool = True
    is_growth_met: bool = True

    @classmethod
    def of(cls, context: Context) -> _Lines:
        """Return the lines that the form draws, or takes from parameters of its rules."""
        spec = context.form.comparison
        known = {t.name: t for rule in load_rules(context.form) for t in rule.thresholds}
        lead, growth = (known.get(name) for name in (spec.lead_parameter, spec.growth_parameter))
        return cls(
            lead=lead.value if lead else spec.lead_line,
            growth=growth.value if growth else spec.growth_line,
            is_lead_met=lead is None or lead.operator != ">",
            is_growth_met=growth is None or growth.operator != ">",
        )


def scatter_panel(sources: Sources, lead: Lead) -> Panel | None:
    """Return the panel; None where fewer than three subjects have both figures."""
    context = sources.context
    points = _points(context, lead)
    if len(points) < FEWEST_POINTS:
        return None
    frame = _frame(context, points)
    far = points["y"] > frame.top
    parts = [points[points["met"] & ~far], points[~points["met"] & ~far], points[far]]
    named = _named(points, far)
    series = []
    for mark, part in zip(MARKS, parts, strict=True):
        if len(part):
            own = {i: name for i, name in named.items() if i in set(part["return_id"])}
            names = _with_room(frame, mark, points, own)
            series.append(_series(sources, lead, part, frame, (mark, names)))
    series += _lines(sources, lead, frame)
    chart = ChartSpec(
        kind="scatter",
        series=tuple(series),
        px=(PANEL_PX, SHORT_PX),
        layout=LAYOUT,
        x=_x_axis(context, lead, frame),
        y=_y_axis(context, frame),
        description=context.say("report.scatter_data"),
    )
    return Panel(
        headlines=_headlines(context, parts),
        sub=_sub(context, lead, far=bool(far.any())),
        chart=chart,
    )


def _points(context: Context, lead: Lead) -> pd.DataFrame:
    """Return x, y, name and whether both thresholds are met, of each subject that has both."""
    subjects, lines = context.comparison.subjects, _Lines.of(context)
    points = pd.DataFrame(
        {
            "return_id": subjects["return_id"],
            "x": subjects[lead.columns[-1]] / lead.divide,
            "y": subjects["average_growth"],
            "name": short_names([str(name) for name in subjects["subject"]], LONGEST_NAME),
        }
    ).dropna()
    points = points[points["x"] > 0]
    met = _beyond(points["y"], lines.growth or 0, on_it=lines.is_growth_met)
    if lines.lead is not None:
        met &= _beyond(points["x"], lines.lead, on_it=lines.is_lead_met)
    return points.assign(met=met)


def _beyond(figures: pd.Series[float], line: float, *, on_it: bool) -> pd.Series[bool]:
    return figures >= line if on_it else figures > line


def _frame(context: Context, points: pd.DataFrame) -> _Frame:
    lines = _Lines.of(context)
    lines_x = [lines.lead] if lines.lead and lines.lead > 0 else []
    x = [*points["x"], *lines_x]
    limit = max(FAR * points["y"].quantile(FAR_QUANTILE), 0)
    near = points["y"][points["y"] <= limit]
    lines_y = [0.0, lines.growth or 0.0]
    low, high = min([*near, *lines_y]), max([*near, *lines_y])
    step = next((s for s in STEPS if (high - low) / s <= MOST_STEPS), STEPS[-1])
    left, right = 10 ** floor(log10(min(x))), 10 ** ceil(log10(max(x)))
    return _Frame(
        left=left,
        right=right if right > left else left * 10,
        bottom=floor(low / step) * step,
        top=max(ceil(high / step), 1) * step,
        step=step,
    )


def _named(points: pd.DataFrame, far: pd.Series[bool]) -> dict[str, str]:
    """Return the few names that are shown: largest, smallest, lowest, off the chart."""
    chosen = [points["x"].idxmax(), points["x"].idxmin(), points["y"].idxmin()]
    shown = points.loc[chosen]
    names = dict(zip(shown["return_id"], shown["name"], strict=True))
    off = points[far].head(MOST_NAMED_OFF)
    for return_id, name, rate in zip(off["return_id"], off["name"], off["y"], strict=True):
        names[return_id] = f"{cut(name, LONGEST_OFF)} {rate:.0f}%"
    return names


def _series(
    sources: Sources,
    lead: Lead,
    part: pd.DataFrame,
    frame: _Frame,
    look: tuple[_Mark, Mapping[str, str]],
) -> ChartSeries:
    context, subjects = sources.context, sources.subjects
    mark, named = look
    edge = frame.top - EDGE * (frame.top - frame.bottom)
    rows: list[list[Content]] = []
    for return_id, x, y, name in zip(
        part["return_id"], part["x"], part["y"], part["name"], strict=True
    ):
        rate = subjects.cell(return_id, "average_growth")
        limited = f"=IF({rate}>{frame.top:g},{edge:.15g},{rate})"
        across = Formula(f"={subjects.cell(return_id, lead.columns[-1])}", x)
        rows.append([name, across, Formula(limited, y if y <= frame.top else edge)])
    part_name = context.say(f"report.scatter_{mark.kind}")
    title = context.say("report.scatter_part", part=part_name)
    first, count = _add(sources, lead, title, rows), len(rows)
    font = context.looks.chart(FONT)
    custom = tuple(
        ChartLabel(text=named[i], font=font) if i in named else ChartLabel(hidden=True)
        for i in part["return_id"]
    )
    return ChartSeries(
        values=sources.data.column(first, count, 2),
        categories=sources.data.column(first, count, 1),
        marker=ChartMarker(kind=mark.kind, fill=mark.color, size=mark.size),
        labels=ChartLabels(position=mark.side, font=font, custom=custom),
        marks=tuple(part["return_id"]),
    )


def _with_room(
    frame: _Frame, mark: _Mark, points: pd.DataFrame, named: Mapping[str, str]
) -> dict[str, str]:
    """Keep the names that neither leave the chart nor cover another point."""
    wide, high = PANEL_PX * LAYOUT[2], SHORT_PX * LAYOUT[3]
    across = (points["x"] / frame.left).map(log10) / log10(frame.right / frame.left) * wide
    up = (points["y"].clip(upper=frame.top) - frame.bottom) / (frame.top - frame.bottom) * high
    kept = {}
    for return_id, name in named.items():
        own = points["return_id"] == return_id
        x, y, width = across[own].iloc[0], up[own].iloc[0], text_px(name, FONT)
        left, right, low, top = mark.box
        beside = across.between(x + left * width, x + right * width) & ~own
        covered = (beside & up.between(y + low, y + top)).any()
        if x + left * width > 0 and x + right * width < wide and not covered:
            kept[return_id] = name
    return kept


def _add(sources: Sources, lead: Lead, title: str, rows: Sequence[Sequence[Content]]) -> int:
    """Add points to the chart data and return the row of the first."""
    context = sources.context
    heads = ["", lead.label, context.say("report.average_growth_plain")]
    return sources.data.add(title, heads, rows, ("", lead_unit(context, lead), "%"))


def _lines(sources: Sources, lead: Lead, frame: _Frame) -> list[ChartSeries]:
    """Return the dashed threshold lines, each through two points of the chart data."""
    lines, data, context = _Lines.of(sources.context), sources.data, sources.context
    growth = context.say("report.average_growth_plain")
    ends: list[tuple[str, tuple[float, float], tuple[float, float]]] = []
    if lines.lead is not None and lines.lead > 0:
        name = f"{lead.label} {lines.lead:g} {lead.measure}".strip()
        ends.append((name, (lines.lead, frame.bottom), (lines.lead, frame.top)))
    if lines.growth is not None:
        name = f"{growth} {lines.growth:g}%"
        ends.append((name, (frame.left, lines.growth), (frame.right, lines.growth)))
    series = []
    for name, *points in ends:
        rows: list[list[Content]] = [[name, *point] for point in points]
        part = context.say("report.threshold_data")
        first = _add(sources, lead, context.say("report.scatter_part", part=part), rows)
        series.append(
            ChartSeries(
                values=data.column(first, len(rows), 2),
                categories=data.column(first, len(rows), 1),
                marker=ChartMarker(kind="none"),
                line=ChartLine(color=MUTED, width=0.75, dash="dash"),
            )
        )
    return series


def _x_axis(context: Context, lead: Lead, frame: _Frame) -> ChartAxis:
    measure = lead.measure or context.say("report.unit_number")
    title = context.say("report.scatter_x", lead=lead.label, measure=measure)
    return ChartAxis(
        minimum=frame.left,
        maximum=frame.right,
        log_base=10,
        crossing=frame.left,
        title=title,
        title_font=context.looks.chart(FONT, ink=MUTED),
        font=context.looks.chart(FONT),
        num_format="#,##0" if frame.left >= 1 else "General",
        low_labels=True,
        line=axis_line(),
    )


def _y_axis(context: Context, frame: _Frame) -> ChartAxis:
    return ChartAxis(
        minimum=frame.bottom,
        maximum=frame.top,
        step=frame.step,
        crossing=frame.bottom,
        title=context.say("report.scatter_y"),
        title_font=context.looks.chart(FONT, ink=MUTED),
        font=context.looks.chart(FONT),
        num_format="0",
        low_labels=True,
        grid=ChartLine(color=HAIRLINE, width=0.5),
    )


def _headlines(context: Context, parts: Sequence[pd.DataFrame]) -> tuple[str, ...]:
    drawn = _Lines.of(context)
    met = len(parts[0]) + int(parts[2]["met"].sum())
    total = sum(len(part) for part in parts)
    figures = {"noun": context.subject_noun, "met": met, "rest": total - met}
    both = drawn.lead is not None and drawn.growth is not None
    kind = "both" if both else "line" if drawn.growth is not None else "growth"
    state = "none" if not met else "all" if met == total else "some"
    return (context.say(f"report.scatter_{kind}_{state}", **figures),)


def _sub(context: Context, lead: Lead, *, far: bool) -> Rich:
    """Return the legend in words; the marks stand in their colours."""
    looks, drawn = context.looks, _Lines.of(context)
    small = looks.text(9, ink=MUTED)
    lines = []
    if drawn.lead is not None:
        lines.append(f"{drawn.lead:g} {lead.measure}".strip())
    if drawn.growth is not None:
        lines.append(f"{drawn.growth:g}%")
    parts = [
        ("● ", looks.text(9, ink=MAIN)),
        (context.say("report.scatter_circle" if lines else "report.scatter_steady"), small),
        ("　◆ ", looks.text(9, ink=BELOW)),
        (context.say("report.scatter_diamond" if lines else "report.scatter_falling"), small),
    ]
    if far:
        parts += [
            ("　▲ ", looks.text(9, ink=MAIN)),
            (context.say("report.scatter_triangle"), small),
        ]
    if lines:
        listed = context.say("report.comma").join(lines)
        parts.append((context.say("report.scatter_lines", lines=listed), small))
    return Rich(tuple(parts))
