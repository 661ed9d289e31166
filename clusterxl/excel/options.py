"""Our plain values in XlsxWriter's words; only book.py uses what stands here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from clusterxl.excel import limits
from clusterxl.excel.cells import Conditional, DataBar, Style, Validation
from clusterxl.excel.charts import (
    ChartAxis,
    ChartFont,
    ChartKind,
    ChartLabel,
    ChartLabels,
    ChartLine,
    ChartMarker,
    ChartSeries,
    ChartSpec,
)

_BORDERS = {"thin": 1, "medium": 2, "hair": 7}
_VALIGN = {"top": "top", "center": "vcenter", "bottom": "bottom"}
_RRGGBB = re.compile(r"[0-9A-Fa-f]{6}")
_LIKE_A_REFERENCE = re.compile(r"=?[^!]+!\$?[A-Z]+\$?\d+")


def format_options(style: Style) -> dict[str, Any]:
    """Return the format of a cell."""
    options: dict[str, Any] = font_options(style) | {
        "valign": _VALIGN[style.valign],
        "num_format": style.num_format,
        "locked": style.locked,
        "hidden": style.hidden,
    }
    given = {
        "underline": style.underline,
        "font_strikeout": style.strike,
        "bg_color": style.fill and _color(style.fill),
        "align": style.align,
        "text_wrap": style.wrap,
        "shrink": style.shrink,
        "indent": style.indent,
    }
    options |= {name: value for name, value in given.items() if value}
    for side, line in (
        ("top", style.top),
        ("bottom", style.bottom),
        ("left", style.left),
        ("right", style.right),
    ):
        if line:
            options |= {side: _BORDERS[line], f"{side}_color": _color(style.line_ink)}
    return options


def font_options(style: Style) -> dict[str, Any]:
    """Return what of a style counts within a text of several styles."""
    return {
        "font_name": style.font,
        "font_size": style.size,
        "bold": style.bold,
        "font_color": _color(style.ink),
    }


def change_options(look: Conditional) -> dict[str, Any]:
    """Return what a conditional format changes."""
    options: dict[str, Any] = {}
    if look.fill:
        options["bg_color"] = _color(look.fill)
    if look.ink:
        options["font_color"] = _color(look.ink)
    if look.bold:
        options["bold"] = True
    if look.strike:
        options["font_strikeout"] = True
    if look.num_format:
        options["num_format"] = look.num_format
    return options


def bar_options(bar: DataBar) -> dict[str, Any]:
    """Return a data bar; axis and negative options are left out, LibreOffice draws 60 % then."""
    options: dict[str, Any] = {
        "type": "data_bar",
        "bar_color": _color(bar.color),
        "bar_only": True,
        "bar_solid": True,
        "min_type": "num",
        "min_value": 0,
    }
    if bar.percentile is not None:
        return options | {"max_type": "percentile", "max_value": bar.percentile}
    if bar.maximum is not None:
        return options | {"max_type": "num", "max_value": bar.maximum}
    return options | {"max_type": "max"}


def validation_options(validation: Validation) -> dict[str, Any]:
    """Check a validation and return it.

    Raises:
        RefusedByExcelError: A text or formula of it breaks a limit of Excel.
    """
    limits.check_plain(validation.title, limits.MAX_VALIDATION_TITLE)
    limits.check_plain(validation.prompt, limits.MAX_PROMPT)
    limits.check_plain(validation.error_title, limits.MAX_VALIDATION_TITLE)
    limits.check_plain(validation.error, limits.MAX_ERROR_MESSAGE)
    options: dict[str, Any] = {
        "validate": validation.kind,
        "ignore_blank": True,
        "error_type": "stop" if validation.stop else "warning",
    }
    if validation.kind in ("list", "custom"):
        # Literal lists are never written: they end at 255 characters and cannot hold commas.
        limits.check_formula(validation.formula, most=limits.MAX_VALIDATION_FORMULA, forbidden="[{")
        options["value"] = validation.formula
    elif validation.kind == "length":
        options |= {"criteria": "<=", "value": validation.maximum}
    texts = {
        "input_title": validation.title,
        "input_message": validation.prompt,
        "error_title": validation.error_title,
        "error_message": validation.error,
    }
    return options | {name: text for name, text in texts.items() if text}


def chart_type(kind: ChartKind) -> dict[str, str]:
    """Return type and subtype of a kind of chart."""
    name, _, subtype = kind.partition("_")
    subtypes = {"": "", "stacked": "stacked", "percent": "percent_stacked"}
    return {"type": name} | ({"subtype": subtypes[subtype]} if subtype else {})


def legend_options(chart: ChartSpec) -> dict[str, Any]:
    """Return the legend in the writer's words."""
    if chart.legend is None:
        return {"none": True}
    return {"position": "top", "font": _font(chart.legend)}


def plot_options(chart: ChartSpec) -> dict[str, Any]:
    """Return the plot area in the writer's words."""
    options: dict[str, Any] = {"fill": {"none": True}, "border": {"none": True}}
    if chart.layout:
        names = ("x", "y", "width", "height")
        options["layout"] = dict(zip(names, chart.layout, strict=True))
    return options


def axis_options(axis: ChartAxis) -> dict[str, Any]:
    """Return an axis in the writer's words."""
    options: dict[str, Any] = {
        "visible": axis.visible,
        "reverse": axis.reverse,
        "num_font": _font(axis.font),
        "major_tick_mark": "none",
        "minor_tick_mark": "none",
        "line": _line(axis.line),
        "major_gridlines": {"visible": axis.grid is not None},
    }
    if axis.grid:
        options["major_gridlines"]["line"] = _line(axis.grid)
    if axis.title:
        options |= {"name": axis.title, "name_font": _font(axis.title_font)}
    if axis.low_labels:
        options["label_position"] = "low"
    given = {
        "min": axis.minimum,
        "max": axis.maximum,
        "major_unit": axis.step,
        "crossing": axis.crossing,
        "log_base": axis.log_base or None,
        "num_format": axis.num_format or None,
    }
    return options | {name: value for name, value in given.items() if value is not None}


def series_options(series: ChartSeries, kind: ChartKind) -> dict[str, Any]:
    """Return a series in the writer's words.

    Raises:
        RefusedByExcelError: Its values are no reference.
    """
    limits.check_formula(series.values)
    options: dict[str, Any] = {"values": series.values}
    given = {
        "categories": series.categories,
        "name": series.name,
        "fill": series.fill and {"color": _color(series.fill)},
        "points": [{"fill": {"color": _color(color)}} for color in series.points],
        "data_labels": series.labels and _labels(series.labels),
        "marker": series.marker and _marker(series.marker),
    }
    options |= {name: value for name, value in given.items() if value}
    if kind.startswith(("bar", "column")):
        options["gap"] = series.gap
        options["border"] = _line(ChartLine(color=series.border) if series.border else None)
    elif series.line:
        options["line"] = _line(series.line)
    return options


def _labels(labels: ChartLabels) -> dict[str, Any]:
    options: dict[str, Any] = {"value": True, "font": _font(labels.font)}
    if labels.position:
        options["position"] = labels.position
    if labels.num_format:
        options["num_format"] = labels.num_format
    if labels.custom:
        options["custom"] = [_label(label, labels.font) for label in labels.custom]
    return options


def _label(label: ChartLabel, font: ChartFont) -> dict[str, Any]:
    if label.hidden:
        return {"delete": True}
    options: dict[str, Any] = {"font": _font(label.font or font)}
    if label.text:
        options["value"] = _label_text(label.text)
    return options


def _label_text(text: str) -> str:
    """Keep a text that looks like `name!A1` from being taken for a reference."""
    return text.replace("!", "！") if _LIKE_A_REFERENCE.match(text) else text


def _marker(marker: ChartMarker) -> dict[str, Any]:
    if marker.kind == "none":
        return {"type": "none"}
    options: dict[str, Any] = {"type": marker.kind, "size": marker.size}
    if marker.fill:
        options["fill"] = {"color": _color(marker.fill)}
    options["border"] = _line(ChartLine(color=marker.border, width=0.5) if marker.border else None)
    return options


def _line(line: ChartLine | None) -> dict[str, Any]:
    if line is None:
        return {"none": True}
    return {"color": _color(line.color), "width": line.width, "dash_type": line.dash}


def _font(font: ChartFont) -> dict[str, Any]:
    return {"name": font.name, "size": font.size, "color": _color(font.ink), "bold": font.bold}


def _color(color: str) -> str:
    if not _RRGGBB.fullmatch(color):
        raise limits.refuse("color", color=color)
    return f"#{color}"


@dataclass(frozen=True, slots=True)
class Look:
    """A style with the format that the workbook has for it.

    Attributes:
        style: The style.
        format: XlsxWriter's format.
    """

    style: Style
    format: Any


class Looks:
    """Formats and charts of one workbook; each format is made once."""

    def __init__(self, workbook: Any) -> None:
        """Take XlsxWriter's workbook."""
        self._workbook = workbook
        self._looks: dict[Style, Look] = {}
        self._formats: dict[object, Any] = {}

    def look_of(self, style: Style) -> Look:
        """Return a style with its format, made once."""
        found = self._looks.get(style)
        if found is None:
            look = Look(style, self._workbook.add_format(format_options(style)))
            found = self._looks[style] = look
        return found

    def part_of(self, style: Style) -> Any:
        """Return the font of a part of a text, made once."""
        return self._format_for(font_options(style))

    def change_of(self, look: Conditional) -> Any | None:
        """Return what a conditional format changes, made once; None when it changes nothing."""
        changed = change_options(look)
        return self._format_for(changed) if changed else None

    def new_chart(self, chart: ChartSpec) -> Any:
        """Return a chart of the writer, not yet on a sheet."""
        drawn = self._workbook.add_chart(chart_type(chart.kind))
        for series in chart.series:
            drawn.add_series(series_options(series, chart.kind))
        drawn.set_x_axis(axis_options(chart.x))
        drawn.set_y_axis(axis_options(chart.y))
        drawn.set_title({"none": True})
        drawn.set_legend(legend_options(chart))
        drawn.set_plotarea(plot_options(chart))
        drawn.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
        drawn.set_size({"width": chart.px[0], "height": chart.px[1]})
        return drawn

    def _format_for(self, wanted: dict[str, Any]) -> Any:
        key = tuple(wanted.items())
        found = self._formats.get(key)
        if found is None:
            found = self._formats[key] = self._workbook.add_format(wanted)
        return found
