"""The sheets with drop-downs: one subject by itself, some side by side, and their list."""

from __future__ import annotations

from collections.abc import Sequence

from clusterxl.excel.book import Book
from clusterxl.report.beside import SIDES, Beside, beside_cells, draw_beside
from clusterxl.report.context import Context
from clusterxl.report.criteria import CriteriaSheet
from clusterxl.report.picked_rows import Answers, picked_rows
from clusterxl.report.places import Places
from clusterxl.report.profile import Profile, draw_profile, profile_cell
from clusterxl.report.section_plans import SectionSheet
from clusterxl.report.subject_facts import SubjectFacts, facts_of


def draw_chosen(
    book: Book,
    context: Context,
    places: Places,
    sections: Sequence[SectionSheet],
    shown: Answers,
    criteria: CriteriaSheet | None = None,
) -> SubjectFacts | None:
    """Draw the profile and, where several subjects have figures, some side by side.

    Args:
        book: The workbook.
        context: The comparison.
        places: Where the answers stand.
        sections: The sections that have a sheet.
        shown: What is shown of each answer.
        criteria: The criteria that the profile shows; None for none.

    Returns:
        The list behind the drop-downs, drawn after all other sheets; None without any subject.
    """
    if not context.count:
        return None
    rows = picked_rows(context, places, sections, shown)
    several = context.count > 1 and bool(rows.figures)
    cells = (profile_cell(context), *(beside_cells(context) if several else ()))
    facts = facts_of(context, cells, criteria)
    pick = facts.choices.pick(0)
    profile = Profile(context=context, rows=rows, facts=facts, pick=pick)
    draw_profile(book.sheet(context.names.profile), profile)
    if several:
        picks = tuple(facts.choices.pick(number) for number in range(1, SIDES + 1))
        beside = Beside(context=context, figures=rows.figures, facts=facts, picks=picks)
        draw_beside(book.sheet(context.names.beside), beside)
    return facts
