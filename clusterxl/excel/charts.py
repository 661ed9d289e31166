"""Native charts as plain values; sizes in points, px where said, colours RRGGBB."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ChartKind = Literal[
    "column", "column_stacked", "bar", "bar_stacked", "bar_percent", "line", "scatter"
]
LabelPosition = Literal[
    "", "above", "below", "left", "right", "center", "inside_base", "inside_end", "outside_end"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFont:
    """Font of texts in a chart; colours are RRGGBB, sizes points."""

    name: str = "微软雅黑"
    size: float = 9
    ink: str = "1F2933"
    bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartLine:
    """A line in a chart: colour RRGGBB, width in points."""

    color: str
    width: float = 0.75
    dash: Literal["solid", "dash", "round_dot", "square_dot", "long_dash"] = "solid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartLabel:
    """The label of one point.

    Attributes:
        text: Its text; empty for the value.
        hidden: No label at this point.
        font: Its font; None for that of all labels.
    """

    text: str = ""
    hidden: bool = False
    font: ChartFont | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartLabels:
    """The labels of a series.

    Attributes:
        position: Where they stand; empty for the default of the chart.
        num_format: Number format of values.
        font: Font of all labels.
        custom: One label a point, in order; empty to show the values.
    """

    position: LabelPosition = ""
    num_format: str = ""
    font: ChartFont = field(default_factory=ChartFont)
    custom: tuple[ChartLabel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartMarker:
    """The marker of a scatter or line series; `none` draws no marker."""

    kind: Literal["none", "circle", "diamond", "triangle", "square"] = "circle"
    size: int = 6
    fill: str = ""
    border: str = "FFFFFF"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSeries:
    """One series.

    Attributes:
        values: Reference to the values (y of a scatter chart), with its equals sign.
        categories: Reference to the categories (x of a scatter chart).
        name: Its name, or a reference to it with its equals sign; empty for none.
        fill: Colour of columns and bars.
        points: Colours of single columns or bars, in order.
        border: Colour of the border between stacked parts; empty for none.
        gap: Space between columns or bars in percent of their width.
        labels: Labels; None for none.
        marker: Marker of its points; None for the default of the chart.
        line: Line between its points; None for the default of the chart.
        marks: What each point stands for, in order (id of a return, name of a group), for those
            who show the chart elsewhere; Excel sees nothing of it.
    """

    values: str
    categories: str = ""
    name: str = ""
    fill: str = ""
    points: tuple[str, ...] = ()
    border: str = ""
    gap: int = 60
    labels: ChartLabels | None = None
    marker: ChartMarker | None = None
    line: ChartLine | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartAxis:
    """One axis.

    Attributes:
        visible: Drawn at all.
        minimum: Its lower end; None for automatic.
        maximum: Its upper end; None for automatic.
        step: Distance of its marks; None for automatic.
        log_base: Base of a logarithmic axis; 0 for an ordinary one.
        reverse: From the far end (top to bottom, right to left).
        crossing: Where the other axis crosses it; None for automatic.
        title: Title; empty for none.
        title_font: Font of the title.
        font: Font of the labels.
        num_format: Number format of the labels.
        low_labels: Labels stand at the edge also where the other axis crosses elsewhere.
        line: Line of the axis; None for none.
        grid: Lines across the chart; None for none.
    """

    visible: bool = True
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    log_base: int = 0
    reverse: bool = False
    crossing: float | None = None
    title: str = ""
    title_font: ChartFont = field(default_factory=lambda: ChartFont(size=8.5, ink="5F6B78"))
    font: ChartFont = field(default_factory=ChartFont)
    num_format: str = ""
    low_labels: bool = False
    line: ChartLine | None = None
    grid: ChartLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSpec:
    """A chart without title or ground; its headline stands in the cell above it.

    Attributes:
        kind: What is drawn.
        series: Its series, in order.
        px: Width and height.
        layout: Plot area as shares of the whole: x, y, width, height; None for automatic.
        x: The horizontal axis (of bars: the values).
        y: The vertical axis (of bars: the categories).
        legend: Font of the legend at the top; None for no legend.
        description: Text for those who cannot see it.
    """

    kind: ChartKind
    series: tuple[ChartSeries, ...]
    px: tuple[float, float]
    layout: tuple[float, float, float, float] | None = None
    x: ChartAxis = field(default_factory=ChartAxis)
    y: ChartAxis = field(default_factory=ChartAxis)
    legend: ChartFont | None = None
    description: str = ""
