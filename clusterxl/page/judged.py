"""What the form demands, on a page: each subject against each criterion, and where that stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from clusterxl.criteria import Criterion
from clusterxl.page.cells import text_of
from clusterxl.page.charts import Json
from clusterxl.page.tables import table_on_page
from clusterxl.report.context import Context
from clusterxl.report.criteria import CriteriaSheet
from clusterxl.report.demands import demand_text
from clusterxl.report.standards import source_of, standards_table, state_of
from clusterxl.report.tables import FIRST_COLUMN


def judged_on_page(
    context: Context, judged: Sequence[CriteriaSheet], places: Mapping[str, int]
) -> Iterator[Json]:
    """Go through the tables of criteria, and that of their sources.

    Args:
        context: The comparison.
        judged: The sheets of criteria.
        places: Place of each return among the subjects of the page.
    """
    for sheet in judged:
        told = {
            sheet.shown_at[criterion.rule.id] - FIRST_COLUMN: _judged(context, criterion)
            for criterion in sheet.criteria
        }
        # The verdicts behind the printed columns are there for formulas.
        table = sheet.table.printed_part
        marks = [places[return_id] for return_id in sheet.rows]
        yield {"tab": sheet.name, **table_on_page(table, marks=marks, more=told)}
    if judged:
        table = standards_table(context, judged)
        yield {"tab": context.names.standards, **table_on_page(table, name=None)}


def _judged(context: Context, criterion: Criterion) -> Json:
    """Return what is told of the column in which a criterion is judged."""
    rule = criterion.rule
    figures = {
        "title": rule.title,
        "demand": demand_text(context, criterion) or rule.title,
        "source": source_of(criterion).replace("\n", context.say("report.list_comma")),
        "state": text_of(state_of(context, criterion)),
    }
    return {"judged": criterion.is_set, "hint": context.say("page.criterion_hint", **figures)}
