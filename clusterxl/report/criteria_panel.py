"""The panel of criteria: how many subjects meet each, what nobody has set at the bottom."""

from __future__ import annotations

from collections.abc import Sequence

from clusterxl.criteria import Criterion, Standing
from clusterxl.excel.cells import Content, Formula
from clusterxl.excel.charts import ChartAxis, ChartLabel, ChartLabels, ChartSeries, ChartSpec
from clusterxl.excel.heights import text_px
from clusterxl.report.context import Context
from clusterxl.report.criteria import CriteriaSheet
from clusterxl.report.demands import demand_text
from clusterxl.report.judged_columns import NO, YES
from clusterxl.report.looks import BELOW, INK, MAIN, NO_DATA, WHITE, quoted
from clusterxl.report.panels import PANEL_PX, SHORT_PX, Panel, Sources, cut

MOST_BARS, MOST_UNSET = 9, 3
# A part smaller than this one of the whole has no room for its number.
FEWEST_LABELLED, THICKEST_BAR = 14, 20
LONGEST_BAR, WIDEST_NAMES = 13, 0.42
NOT_SET = "EEF1F4"
STATES = (Standing.MET, Standing.MISSED, Standing.NO_DATA, Standing.UNSET)
FILLS = (MAIN, BELOW, NO_DATA, NOT_SET)


def criteria_panel(sources: Sources, sheet: CriteriaSheet) -> Panel:
    """Return how many subjects meet each criterion, the hardest of those that are set last."""
    context = sources.context
    shown = _shown(context, sheet)
    rows = [_row(context, sheet, criterion) for criterion in shown]
    heads = ["", *(context.say(f"report.state_{state}") for state in STATES)]
    units = ["", *[context.say("report.subjects_unit")] * len(STATES)]
    first = sources.data.add(context.say("report.criteria_data"), heads, rows, units)
    names = [str(row[0]) for row in rows]
    left = min((max(text_px(name, 9) for name in names) + 14) / PANEL_PX, WIDEST_NAMES)
    chart = ChartSpec(
        kind="bar_stacked",
        series=tuple(
            _series(sources, first, len(rows), place, _counts(context, shown, state))
            for place, state in enumerate(STATES)
        ),
        px=(PANEL_PX, SHORT_PX),
        layout=(left, 0.12, 0.99 - left, 0.87),
        x=ChartAxis(visible=False, minimum=0, maximum=max(context.count, 1)),
        y=ChartAxis(reverse=True, font=context.looks.chart()),
        legend=context.looks.chart(),
        description=context.say("report.criteria_data"),
    )
    return Panel(
        headlines=_headlines(context, sheet),
        sub=_sub(context, sheet, len(shown)),
        chart=chart,
    )


def _shown(context: Context, sheet: CriteriaSheet) -> list[Criterion]:
    """Return the criteria that are hardest to meet, easiest first, then some of the unset."""
    unset = [criterion for criterion in sheet.criteria if not criterion.is_set][:MOST_UNSET]
    ordered = sorted(
        (criterion for criterion in sheet.criteria if criterion.is_set),
        key=lambda criterion: _count(context, criterion, Standing.MET),
    )
    hardest = ordered[: MOST_BARS - len(unset)]
    return [*reversed(hardest), *unset]


def _count(context: Context, criterion: Criterion, state: Standing) -> int:
    verdicts = context.comparison.verdicts
    own = verdicts["rule"] == criterion.rule.id
    return int((own & (verdicts["verdict"] == state)).sum())


def _counts(context: Context, criteria: Sequence[Criterion], state: Standing) -> list[int]:
    return [_count(context, criterion, state) for criterion in criteria]


def _row(context: Context, sheet: CriteriaSheet, criterion: Criterion) -> list[Content]:
    cells = sheet.cells(criterion.rule.id)
    words = {
        Standing.MET: str(YES),
        Standing.MISSED: str(NO),
        Standing.NO_DATA: quoted(context.say("report.no_data")),
        Standing.UNSET: quoted(context.say("report.unset_short")),
    }
    demand = demand_text(context, criterion) if criterion.is_set and criterion.is_figure else ""
    name = f"{criterion.head} {demand}".strip()
    short = name if text_px(name, 9) <= LONGEST_BAR * 12 else criterion.head
    counts: list[Content] = [
        Formula(f"=COUNTIF({cells},{words[state]})", _count(context, criterion, state))
        for state in STATES
    ]
    return [cut(short, LONGEST_BAR), *counts]


def _series(
    sources: Sources, first: int, count: int, place: int, values: Sequence[int]
) -> ChartSeries:
    context, data = sources.context, sources.data
    state = STATES[place]
    ink = WHITE if state is Standing.MET else INK
    font = context.looks.chart(9, ink=ink, bold=state is not Standing.UNSET)
    # A part too narrow for its number has none; what is not set is told in a word.
    least = max(1, context.count // FEWEST_LABELLED)
    word = context.say("report.unset_short") if state is Standing.UNSET else ""
    labels = tuple(ChartLabel(text=word or str(v), hidden=v < least, font=font) for v in values)
    if word:
        labels = tuple(ChartLabel(text=word, hidden=not v, font=font) for v in values)
    return ChartSeries(
        name=f"={data.cell(first - 1, place + 1)}",
        categories=data.column(first, count, 0),
        values=data.column(first, count, place + 1),
        fill=FILLS[place],
        border=WHITE,
        gap=max(40, min(round((SHORT_PX / count / THICKEST_BAR - 1) * 100), 500)),
        labels=ChartLabels(position="center", font=font, custom=labels),
    )


def _headlines(context: Context, sheet: CriteriaSheet) -> tuple[str, ...]:
    figures = {"noun": context.subject_noun, "most": sheet.most, "count": context.count}
    if not sheet.most:
        return (context.say("report.criteria_unset_all"),)
    met = sheet.all_met
    plain = context.say("report.criteria_headline_plain", met=met, **figures)
    if met == context.count:
        return (context.say("report.criteria_headline_all", **figures), plain)
    hardest = max(
        (criterion for criterion in sheet.criteria if criterion.is_set),
        key=lambda criterion: _count(context, criterion, Standing.MISSED),
    )
    if not _count(context, hardest, Standing.MISSED):
        # What nobody answered is not hard to meet.
        return (plain,)
    name = "report.criteria_headline" if met else "report.criteria_headline_none"
    return (context.say(name, met=met, hardest=hardest.head, **figures), plain)


def _sub(context: Context, sheet: CriteriaSheet, shown: int) -> str:
    parts = [context.say("report.criteria_sub", count=context.count, noun=context.subject_noun)]
    unset = len(sheet.criteria) - sheet.most
    if unset:
        parts.append(context.say("report.criteria_sub_unset", unset=unset))
    if shown < len(sheet.criteria):
        rest = len(sheet.criteria) - shown
        parts.append(context.say("report.criteria_sub_rest", rest=rest, sheet=sheet.name))
    return context.say("report.list_comma").join(parts)
