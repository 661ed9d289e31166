"""What the overview tells, as values, for those who show it elsewhere than in a workbook."""

from __future__ import annotations

from dataclasses import dataclass

from clusterxl.excel.cells import Content
from clusterxl.report.answers import Shown, shown_answers
from clusterxl.report.cards import Card, cards_of, quality_facts
from clusterxl.report.chart_data import ChartData
from clusterxl.report.context import Context
from clusterxl.report.criteria import CriteriaSheet, criteria_among, criteria_sheets
from clusterxl.report.groups import group_ranking
from clusterxl.report.overview import overview_panels, quality_headline
from clusterxl.report.panels import Panel, Sources
from clusterxl.report.section_plans import places_of, section_sheets
from clusterxl.report.subjects import subject_ranking


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What the overview tells.

    Attributes:
        sources: What cards and panels point to, the chart data among it.
        shown: What is shown of each answer, by return and key.
        judged: The sheets of what the form demands.
        cards: The figures that must be seen first.
        panels: The charts with their headlines.
        quality: How good the data are, as a sentence.
        facts: Label and figure of the facts on their quality.
    """

    sources: Sources
    shown: dict[tuple[str, str], Shown]
    judged: tuple[CriteriaSheet, ...]
    cards: tuple[Card, ...]
    panels: tuple[Panel, ...]
    quality: str
    facts: tuple[tuple[str, Content], ...]


def outline_of(context: Context) -> Outline:
    """Return what the overview of a comparison tells."""
    # Elsewhere there are no rows of sources that numbers could lead to.
    places = places_of(context, section_sheets(context), {})
    shown = shown_answers(context)
    judged = criteria_sheets(context, places, shown)
    criteria = criteria_among(judged)
    has_groups = context.form.levels and places.columns
    sources = Sources(
        context=context,
        places=places,
        data=ChartData(context=context),
        subjects=subject_ranking(context, places, shown, criteria),
        groups=group_ranking(context, places, criteria) if has_groups else None,
        criteria=criteria,
    )
    return Outline(
        sources=sources,
        shown=shown,
        judged=judged,
        cards=tuple(cards_of(sources)),
        panels=tuple(overview_panels(sources)),
        quality=quality_headline(context),
        facts=tuple(quality_facts(sources)),
    )
