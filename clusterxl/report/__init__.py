"""The road's end: the comparison as a workbook, every total live and traceable."""

from __future__ import annotations

from collections.abc import Sequence

from clusterxl.across_rounds import Rounds
from clusterxl.aggregate import Comparison
from clusterxl.excel.book import Book
from clusterxl.excel.stamp import PROPERTY, Stamp
from clusterxl.report.answers import shown_answers
from clusterxl.report.basis import draw_basis
from clusterxl.report.chart_data import ChartData, draw_chart_data
from clusterxl.report.chosen import draw_chosen
from clusterxl.report.contacts import draw_contacts
from clusterxl.report.context import Context
from clusterxl.report.criteria import (
    CriteriaSheet,
    criteria_among,
    criteria_sheets,
    draw_criteria,
)
from clusterxl.report.filed import Filing
from clusterxl.report.filing import draw_filing, draw_standings
from clusterxl.report.finder import Finder, draw_questions
from clusterxl.report.groups import group_ranking
from clusterxl.report.lists import draw_list, list_sheets
from clusterxl.report.options import draw_options
from clusterxl.report.overview import draw_overview
from clusterxl.report.panels import Sources
from clusterxl.report.places import Places
from clusterxl.report.problems import draw_problems
from clusterxl.report.rankings import draw_ranking
from clusterxl.report.restated import draw_renamed, draw_restated
from clusterxl.report.rounds import draw_rounds
from clusterxl.report.section_plans import places_of, section_sheets
from clusterxl.report.sections import draw_section
from clusterxl.report.sources import draw_sources, source_blocks
from clusterxl.report.standards import draw_standards
from clusterxl.report.subject_facts import SubjectFacts
from clusterxl.report.subjects import subject_ranking

__all__ = ["is_traced", "write_comparison"]


def write_comparison(
    comparison: Comparison,
    *,
    sample: bool = False,
    with_contacts: bool = False,
    folder: str | None = "",
    filing: Filing | None = None,
    rounds: Rounds | None = None,
) -> bytes:
    """Write the comparison workbook, in the language of the form.

    Args:
        comparison: What to write.
        sample: The data are invented, and every page says so.
        with_contacts: Personal answers get a sheet of their own; else none is written.
        folder: Folder the files of the returns lie in, seen from that of the workbook and with
            `/`; the sources link to the files there. None for no links.
        filing: The batch it is made in, as it stands; None outside a batch.
        rounds: This round beside the one before, on sheets of its own.

    Returns:
        The bytes of an .xlsx file; the same comparison gives the same bytes.

    Raises:
        RefusedByExcelError: Something breaks a limit of Excel.
    """
    context = Context(
        comparison=comparison,
        sample=sample,
        folder=folder,
        filing=filing,
        rounds=rounds,
    )
    stamp = Stamp(
        kind="comparison",
        form=context.form.id,
        version=context.form.version,
        base_year=context.form.base_year or 0,
    )
    book = Book(title=context.title, properties={PROPERTY: stamp.text()})
    _draw(book, context, with_contacts=with_contacts)
    return book.save()


def is_traced(comparison: Comparison) -> bool:
    """Whether the workbook holds the source of each number; else it belongs beside it."""
    return Context(comparison=comparison).traced


def _draw(book: Book, context: Context, *, with_contacts: bool) -> None:
    """Add the sheets in the order of their tabs; the overview is drawn last, it needs them all."""
    names = context.names
    sections = section_sheets(context)
    places = places_of(context, sections, source_blocks(context))
    shown = shown_answers(context)
    judged = criteria_sheets(context, places, shown)
    criteria = criteria_among(judged)
    subjects = subject_ranking(context, places, shown, criteria)
    has_groups = context.form.levels and places.columns
    groups = group_ranking(context, places, criteria) if has_groups else None
    overview = book.sheet(names.overview)
    for ranking in (groups, subjects):
        if ranking is not None:
            draw_ranking(book.sheet(ranking.name), context, ranking)
    facts = draw_chosen(book, context, places, sections, shown, criteria)
    for plan in sections:
        draw_section(book.sheet(plan.name), context, places, plan, shown)
    for filled in list_sheets(context, sections):
        draw_list(book.sheet(filled.name), context, filled)
    _draw_judged(book, context, judged)
    _draw_rounds(book, context, places)
    if len(context.comparison.options):
        draw_options(book.sheet(names.options), context, places)
    finder = _draw_proof(book, context, places, facts)
    if with_contacts:
        draw_contacts(book.sheet(names.contacts), context)
    data = ChartData(context=context)
    draw_overview(
        overview,
        Sources(
            context=context,
            places=places,
            data=data,
            subjects=subjects,
            groups=groups,
            criteria=criteria,
        ),
    )
    draw_chart_data(book.sheet(names.charts), data)
    _draw_hidden(book, facts, finder)


def _draw_proof(
    book: Book, context: Context, places: Places, facts: SubjectFacts | None
) -> Finder | None:
    """Add the sheets that prove the others; return what finds a number among the sources."""
    names = context.names
    if context.filing:
        draw_standings(book.sheet(names.filing), context, context.filing)
    draw_filing(book.sheet(names.filed or names.filing), context)
    draw_problems(book.sheet(names.causes), book.sheet(names.problems), context, places)
    sources = book.sheet(names.provenance)
    finder = draw_sources(sources, context, facts.choices if facts else None)
    draw_basis(book.sheet(names.basis), context)
    return finder


def _draw_hidden(book: Book, facts: SubjectFacts | None, finder: Finder | None) -> None:
    """Add the sheets behind the drop-downs."""
    if facts:
        facts.choices.draw(book)
    if finder:
        draw_questions(book, finder)


def _draw_judged(book: Book, context: Context, judged: Sequence[CriteriaSheet]) -> None:
    """Add the sheets of criteria and, where there are any, that of their sources."""
    for each in judged:
        draw_criteria(book.sheet(each.name), context, each)
    if judged:
        draw_standards(book.sheet(context.names.standards), context, judged)


def _draw_rounds(book: Book, context: Context, places: Places) -> None:
    """Add the sheets of the round before, where one was given."""
    if context.rounds:
        draw_rounds(book.sheet(context.names.rounds), context, context.rounds, places)
        if len(context.rounds.renamed):
            draw_renamed(book.sheet(context.names.renamed), context, context.rounds)
        if len(context.rounds.restated):
            draw_restated(book.sheet(context.names.restated), context, context.rounds, places)
