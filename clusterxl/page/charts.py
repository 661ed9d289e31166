"""Panels of the overview as figures of plotly, with their data as a table beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from clusterxl.excel.cells import Rich
from clusterxl.excel.charts import ChartAxis, ChartLabels, ChartSeries
from clusterxl.page.cells import content_of, text_of
from clusterxl.page.formats import formatted
from clusterxl.report.chart_data import ChartData
from clusterxl.report.looks import AXIS, HAIRLINE, INK, MUTED
from clusterxl.report.panels import Panel

# Longer tables than this repeat what the table of all subjects shows.
MOST_ROWS = 60
SHORT_PX, BAR_PX, AROUND_PX = 250, 23, 40
DATA_FORMAT = "#,##0.####"
_SHARE = "0.0"
_SYMBOLS = {"circle": "circle", "diamond": "diamond", "triangle": "triangle-up", "square": "square"}
_DASHES = {"dash": "dash", "round_dot": "dot", "square_dot": "dot", "long_dash": "longdash"}
_SIDES = {
    "above": "top center",
    "below": "bottom center",
    "left": "middle left",
    "right": "middle right",
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What points stand for.

    Attributes:
        numbers: Number of each subject and group by its mark, to be found again on the page.
        hints: What is told of a subject when one points at it, by mark.
    """

    numbers: Mapping[str, str]
    hints: Mapping[str, Sequence[str]]


def figure_of(panel: Panel, data: ChartData, marks: Marks) -> Json:
    """Return a panel for the page.

    Args:
        panel: The panel.
        data: The chart data it points to.
        marks: What its points stand for.
    """
    is_bars = panel.chart.kind.startswith("bar")
    bars = max((len(series.marks) for series in panel.chart.series), default=0)
    height = max(SHORT_PX, bars * BAR_PX + AROUND_PX) if is_bars else SHORT_PX
    shown = [each for each in panel.chart.series if _values(data, each.values)]
    wholes = _wholes(panel, data) if panel.chart.kind == "bar_percent" else ()
    if panel.chart.kind in ("scatter", "line"):
        traces = [_points(panel, each, data, marks) for each in shown]
    else:
        traces = [_bars(panel, each, data, marks, wholes) for each in shown]
    return {
        "headline": panel.headlines[0],
        "sub": _sub(panel.sub),
        "tall": panel.tall,
        "height": height,
        "traces": traces,
        "layout": _layout(panel, data),
        "tables": _tables(panel, data),
    }


def inert(text: str) -> str:
    """Return a text that plotly shows as it stands: its own marks (`<b>`, `<a>`) mean nothing.

    >>> inert("<b>a & b</b>")
    '&lt;b&gt;a &amp; b&lt;/b&gt;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _sub(sub: str | Rich) -> list[list[str]]:
    if isinstance(sub, str):
        return [[sub, MUTED]]
    return [[text, style.ink] for text, style in sub.parts]


def _values(data: ChartData, reference: str) -> list[float]:
    found = (content_of(cell) for cell in data.cells(reference))
    return [each if isinstance(each, (int, float)) else 0.0 for each in found]


def _texts(data: ChartData, reference: str) -> list[str]:
    return [text_of(cell, DATA_FORMAT) for cell in data.cells(reference)]


def _name(data: ChartData, series: ChartSeries) -> str:
    name = series.name
    return next(iter(_texts(data, name)), "") if name.startswith("=") else name


def _wholes(panel: Panel, data: ChartData) -> list[float]:
    columns = [_values(data, series.values) for series in panel.chart.series]
    return [sum(values) for values in zip(*columns, strict=True)]


def _bars(
    panel: Panel, series: ChartSeries, data: ChartData, marks: Marks, wholes: Sequence[float]
) -> Json:
    values, names = _values(data, series.values), _texts(data, series.categories)
    labels = _labels(series.labels, values)
    if wholes:
        values = [
            v * 100 / whole if whole else 0.0 for v, whole in zip(values, wholes, strict=True)
        ]
    across = panel.chart.kind.startswith("bar")
    stacked = panel.chart.kind.endswith(("stacked", "percent"))
    own = _name(data, series)
    told = labels if any(labels) else [formatted(value, DATA_FORMAT) for value in values]
    if wholes:
        told = [f"{formatted(value, _SHARE)}%" for value in values]
    hints = [
        "<br>".join(inert(part) for part in (name, own, label) if part)
        for name, label in zip(names, told, strict=True)
    ]
    places = list(range(len(values)))
    return {
        "type": "bar",
        "orientation": "h" if across else "v",
        "x": values if across else places,
        "y": places if across else values,
        "name": inert(own),
        "marker": _fill(series),
        "width": 0.7 if across else 0.6,
        "text": [inert(label) for label in labels],
        "textposition": "inside" if stacked else "outside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"color": _label_ink(series)},
        "cliponaxis": False,
        "hovertext": hints,
        "hoverinfo": "text",
        "meta": _numbers(series, marks),
    }


def _points(panel: Panel, series: ChartSeries, data: ChartData, marks: Marks) -> Json:
    marker = series.marker
    drawn = marker is not None and marker.kind != "none"
    y = _values(data, series.values)
    trace: Json = {
        "type": "scatter",
        "x": _values(data, series.categories) if panel.chart.kind == "scatter" else _places(y),
        "y": y,
        "name": inert(_name(data, series)),
        "mode": "markers" if drawn else "lines",
        "showlegend": bool(series.name),
        "meta": _numbers(series, marks),
        "hoverinfo": "text" if drawn else "skip",
        "hovertext": [_hint(marks, mark) for mark in series.marks]
        or [formatted(value, DATA_FORMAT) for value in y],
    }
    if marker is not None and drawn:
        symbol = {"symbol": _SYMBOLS[marker.kind], "size": marker.size + 3, "opacity": 0.85}
        trace["marker"] = {**symbol, "color": f"#{marker.fill}", "line": {"width": 0}}
        trace["text"] = [inert(label) for label in _labels(series.labels, y)]
        if any(trace["text"]):
            trace["mode"] = "markers+text"
            trace["textposition"] = _SIDES.get(series.labels.position if series.labels else "", "")
            trace["cliponaxis"] = False
    if series.line is not None:
        dash = _DASHES.get(series.line.dash, "solid")
        trace["line"] = {"color": f"#{series.line.color}", "width": 1, "dash": dash}
        trace["mode"] = "lines+markers" if drawn else "lines"
    return trace


def _places(values: Sequence[float]) -> list[float]:
    return [float(place) for place in range(len(values))]


def _hint(marks: Marks, mark: str) -> str:
    return "<br>".join(inert(part) for part in marks.hints.get(mark, ()))


def _numbers(series: ChartSeries, marks: Marks) -> list[str]:
    return [marks.numbers.get(mark, "") for mark in series.marks]


def _fill(series: ChartSeries) -> Json:
    border = {"color": f"#{series.border}", "width": 1} if series.border else {"width": 0}
    colors = [f"#{color}" for color in series.points]
    return {"color": colors or f"#{series.fill or AXIS}", "line": border}


def _label_ink(series: ChartSeries) -> str | list[str]:
    if series.labels is None:
        return f"#{INK}"
    fonts = [label.font or series.labels.font for label in series.labels.custom]
    return [f"#{font.ink}" for font in fonts] or f"#{series.labels.font.ink}"


def _labels(labels: ChartLabels | None, values: Sequence[float]) -> list[str]:
    """Return the label of each point; empty for none."""
    if labels is None:
        return [""] * len(values)
    told = [formatted(value, labels.num_format or DATA_FORMAT) for value in values]
    if not labels.custom:
        return told
    return [
        "" if own.hidden else own.text or label
        for own, label in zip(labels.custom, told, strict=True)
    ]


def _layout(panel: Panel, data: ChartData) -> Json:
    chart = panel.chart
    first = chart.series[0]
    x, y = _axis(chart.x), _axis(chart.y)
    if chart.kind != "scatter":
        names = [inert(text) for text in _texts(data, first.categories)]
        ticks = {"tickvals": list(range(len(names))), "ticktext": names, "showticklabels": True}
        across = chart.kind.startswith("bar")
        categories, numbers = (y, x) if across else (x, y)
        categories |= {**ticks, "visible": True, "showgrid": False, "ticks": ""}
        categories |= {"range": _room(len(names), reverse=across)}
        numbers |= {"zeroline": False}
        if chart.kind == "bar_percent":
            numbers |= {"range": [0, 100]}
        elif not across and numbers.get("range") is None:
            numbers |= {"rangemode": "tozero"}
    layout: Json = {
        "xaxis": x,
        "yaxis": y,
        "showlegend": chart.legend is not None,
        "barmode": "stack" if chart.kind.endswith(("stacked", "percent")) else "group",
        "dragmode": "zoom" if chart.kind == "scatter" else False,
    }
    if chart.kind != "scatter":
        layout["xaxis"]["fixedrange"] = layout["yaxis"]["fixedrange"] = True
    return layout


def _room(count: int, *, reverse: bool) -> list[float]:
    ends = [-0.6, count - 0.4]
    return ends[::-1] if reverse else ends


def _axis(axis: ChartAxis) -> Json:
    grid = f"#{axis.grid.color}" if axis.grid else f"#{HAIRLINE}"
    found: Json = {
        "visible": axis.visible,
        "showgrid": axis.grid is not None,
        "gridcolor": grid,
        "showline": axis.line is not None,
        "linecolor": f"#{AXIS}",
        "zeroline": False,
        "automargin": True,
        "tickfont": {"color": f"#{INK}"},
        "title": {"text": inert(axis.title), "font": {"color": f"#{MUTED}", "size": 12}},
    }
    if axis.step:
        found["dtick"] = axis.step
    if axis.log_base:
        found |= {"type": "log", "dtick": 1, "tickformat": ",~f" if axis.num_format else ""}
    if axis.minimum is not None and axis.maximum is not None:
        ends = (axis.minimum, axis.maximum)
        found["range"] = [log10(end) for end in ends] if axis.log_base else list(ends)
    return found


def _tables(panel: Panel, data: ChartData) -> list[Json]:
    """Return the chart data a panel points to, for those who cannot see or point at a chart."""
    tables: dict[int, Json] = {}
    for series in panel.chart.series:
        if series.marker is not None and series.marker.kind == "none":
            continue
        block = data.block(series.values)
        lines = [[text_of(cell, DATA_FORMAT) for cell in row] for row in block.rows]
        tables[block.first] = {"title": block.title, "heads": list(block.heads), "rows": lines}
    found = list(tables.values())
    return found if sum(len(table["rows"]) for table in found) <= MOST_ROWS else []
