"""What the panels of the overview share: their parts, bar charts, short names, figures in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clusterxl.excel.cells import Formula, Rich
from clusterxl.excel.charts import ChartAxis, ChartLabel, ChartLabels, ChartSeries, ChartSpec
from clusterxl.excel.heights import text_px
from clusterxl.report.chart_data import ChartData
from clusterxl.report.context import DASH, Context, inert
from clusterxl.report.criteria import CriteriaSheet
from clusterxl.report.looks import INK, LIGHT, MAIN, MUTED, SOFT, axis_line, quoted
from clusterxl.report.places import Places
from clusterxl.report.rankings import Ranking
from clusterxl.report.tables import Cell, Entry
from clusterxl.summary import Lead

PANEL_PX, SHORT_PX, TALL_PX = 404, 216, 494
# Room for a line of text, and some to spare where the width of each character is rounded.
TEXT_PX = 384
HEADLINE_POINTS = 11.5
TOP = 3
BIG = 100
# Room behind the longest bar for its label.
ROOM = 1.28
WIDEST_NAMES = 0.4
SHORTEST_SHARED = 2
BRACKETS = (("（", "）"), ("(", ")"))
# A full-width character of 9 points, in px.
POINTS, EM = 9, 12
THICKEST_BAR = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A chart with its headline.

    Attributes:
        headlines: What it shows, as a sentence: the best first, the shortest last.
        sub: Measure, basis, marks.
        chart: The chart.
        tall: It takes the height of two.
    """

    headlines: tuple[str, ...]
    sub: str | Rich
    chart: ChartSpec
    tall: bool = False

    @property
    def headline(self) -> str:
        """The first headline that fits on one line; the last one is cut if none does."""
        return on_one_line(self.headlines, HEADLINE_POINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What panels point to.

    Attributes:
        context: The comparison.
        places: Where the answers stand.
        data: The chart data, to which panels add theirs.
        subjects: The table of subjects.
        groups: The table of groups; None without levels.
        criteria: The sheet of criteria; None where the form has none.
    """

    context: Context
    places: Places
    data: ChartData
    subjects: Ranking
    groups: Ranking | None
    criteria: CriteriaSheet | None = None


def lead_unit(context: Context, lead: Lead) -> str:
    """Return what the leading figure is measured in."""
    return lead.measure or context.say("report.unit_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a ranking.

    Attributes:
        name: What it stands for.
        formula: Where its value comes from.
        value: Its value.
        label: Text at its end.
        muted: The label is muted: nothing stands behind it.
        missing: There is no value; its 0, which the chart needs, is shown as a dash.
        mark: Id of the return, or name of the group, that it stands for; empty for none.
    """

    name: str
    formula: str
    value: float
    label: str
    muted: bool = False
    missing: bool = False
    mark: str = ""


def bar_chart(
    sources: Sources,
    titles: tuple[str, str],
    bars: Sequence[Bar],
    *,
    tall: bool,
    measure: str = "",
) -> ChartSpec:
    """Return a ranking, the largest on top; its data are added to the chart data.

    Args:
        sources: What it points to.
        titles: Title of its data, head of its values.
        bars: The bars, top to bottom.
        tall: It takes the height of two panels.
        measure: What its values are measured in.
    """
    looks, data = sources.context.looks, sources.data
    rows = [[bar.name, _bar_entry(bar)] for bar in bars]
    first, count = data.add(titles[0], ["", titles[1]], rows, ("", measure)), len(rows)
    widest = max(text_px(bar.name, 9) for bar in bars) + 14
    left = min(widest / PANEL_PX, WIDEST_NAMES)
    labels = tuple(
        ChartLabel(text=bar.label, font=looks.chart(9, ink=MUTED if bar.muted else INK))
        for bar in bars
    )
    series = ChartSeries(
        values=data.column(first, count, 1),
        categories=data.column(first, count, 0),
        fill=SOFT,
        points=tuple(MAIN if place < TOP else SOFT for place in range(count)),
        gap=_gap(TALL_PX if tall else SHORT_PX, count),
        labels=ChartLabels(font=looks.chart(9), custom=labels),
        marks=tuple(bar.mark for bar in bars),
    )
    largest = max(bar.value for bar in bars)
    return ChartSpec(
        kind="bar",
        series=(series,),
        px=(PANEL_PX, TALL_PX if tall else SHORT_PX),
        layout=(left, 0.01, 0.99 - left, 0.98),
        x=ChartAxis(visible=False, minimum=0, maximum=max(largest, 0) * ROOM or 1),
        y=ChartAxis(reverse=True, font=looks.chart(), line=axis_line()),
        description=titles[0],
    )


def _bar_entry(bar: Bar) -> Entry:
    content = Formula(bar.formula, bar.value)
    if not bar.missing:
        return content
    return Cell(content, ink=LIGHT, num_format=f"0;-0;{quoted(DASH)}")


def _gap(height: float, count: int) -> int:
    """Return the gap, in percent of a bar, that keeps few bars from becoming thick."""
    return max(45, min(round((height / count / THICKEST_BAR - 1) * 100), 500))


def on_one_line(texts: Sequence[str], points: float) -> str:
    """Return the first text that fits on one line of a panel; the last one is cut if none does."""
    fitting = (text for text in texts if text_px(text, points) <= TEXT_PX)
    return next(fitting, cut(texts[-1], TEXT_PX / (points * EM / POINTS)))


def cut(text: str, most: float) -> str:
    """Return a text that is at most so many full-width characters wide.

    >>> cut("智能家电零部件", 5), cut("machines", 5)
    ('智能家电…', 'machines')
    """
    room = most * EM + 0.01
    kept = text
    while kept and text_px(kept if kept == text else f"{kept}…", POINTS) > room:
        kept = kept[:-1]
    return kept if kept == text else f"{kept}…"


def short_names(names: Sequence[str], most: int) -> list[str]:
    """Return names without the words all of them share, cut to so many characters.

    >>> short_names(["一区中小企业集群（水暖）", "二县中小企业集群（陶瓷）"], 8)
    ['一区 水暖', '二县 陶瓷']
    >>> short_names(["东莞家具（大岭山）", "中山灯饰（古镇）"], 20)
    ['东莞家具（大岭山）', '中山灯饰（古镇）']
    """
    short = list(names)
    while len(set(short)) > 1:
        shared = _shared_word(short)
        rest = [" ".join(name.replace(shared, " ", 1).split()) for name in short]
        if not shared or not all(rest) or len(set(rest)) < len(set(short)):
            break
        short = rest
    return [cut(inert(_unwrapped(name) if name not in names else name), most) for name in short]


def _unwrapped(name: str) -> str:
    """Return what is left of a name without brackets that lost what they stood around."""
    for opens, closes in BRACKETS:
        if name.count(opens) != name.count(closes) or name.startswith(opens):
            name = name.replace(opens, " ").replace(closes, " ")
    return " ".join(name.split())


def _shared_word(names: Sequence[str]) -> str:
    """Return the longest text all names hold; nothing shorter than two characters."""
    shortest = min(names, key=len)
    for length in range(len(shortest), SHORTEST_SHARED - 1, -1):
        for start in range(len(shortest) - length + 1):
            part = shortest[start : start + length]
            if part.strip() and all(part in name for name in names):
                return part
    return ""


def figure(lead: Lead, value: float) -> str:
    """Return a value of the leading figure in words: no decimals where it is large."""
    decimals = 0 if abs(value) >= BIG else lead.decimals
    return f"{value:,.{decimals}f}"


def divided(reference: str, lead: Lead | None) -> str:
    """Return a reference to a number, divided as the leading figure is shown."""
    if lead is None or lead.divide == 1:
        return reference
    return f"{reference}/{lead.divide:.15g}"
