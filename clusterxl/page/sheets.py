"""Further tables of the workbook on a page: criteria, two rounds, options, lists, what came in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from clusterxl.across_rounds import Rounds
from clusterxl.page.charts import Json
from clusterxl.page.judged import judged_on_page
from clusterxl.page.tables import table_on_page
from clusterxl.report.basis import basis_facts
from clusterxl.report.context import DASH, Context, base_name, inert, records_of
from clusterxl.report.filing import filing_table
from clusterxl.report.lists import list_sheets, list_table, long_lists
from clusterxl.report.options import options_table
from clusterxl.report.outline import Outline
from clusterxl.report.places import Places
from clusterxl.report.restated import renamed_table, restated_table
from clusterxl.report.rounds import RoundsTable
from clusterxl.report.section_plans import section_sheets
from clusterxl.report.tables import Column, Table

BASIS = "basis"
# Full lists of 40 returns; longer ones make the page large, they stand in the frames.
MOST_ROWS = 12_000


def sheets_of(outline: Outline) -> list[Json]:
    """Return the tables of criteria, rounds and counts; what proves them comes last."""
    context, places = outline.sources.context, outline.sources.places
    sheets = [*judged_on_page(context, outline.judged, _marks(context))]
    sheets += [*_rounds(context, places), *_counts(context, places)]
    sheets += [{"proof": True, **each} for each in _proofs(context)]
    return [{"id": f"sheet{number}", "open": False, **each} for number, each in enumerate(sheets)]


def _rounds(context: Context, places: Places) -> Iterator[Json]:
    rounds = context.rounds
    if rounds is None:
        return
    names, marks = context.names, _marks(context)
    compared = RoundsTable(context=context, rounds=rounds, places=places)
    table = compared.table()
    if table.heading:
        # In a workbook the name of the sheet stands beside the title of a wide table.
        lead_in = context.say("report.rounds_lead_in")
        table = replace(table, title=f"{lead_in}{table.title}")
    told = [marks.get(each) for each in compared.return_ids]
    yield {"tab": names.rounds, "open": True, **table_on_page(table, marks=told)}
    yield from _asked(context, rounds, places)


def _asked(context: Context, rounds: Rounds, places: Places) -> Iterator[Json]:
    """Go through the tables of what two rounds have to be asked."""
    names, marks = context.names, _marks(context)
    if len(rounds.renamed):
        told = [marks.get(each) for each in rounds.renamed["return_id"]]
        renamed = renamed_table(context, rounds)
        yield {"tab": names.renamed, "open": True, **table_on_page(renamed, marks=told)}
    if len(rounds.restated):
        restated = restated_table(context, rounds, places)
        told = [marks.get(each) for each in rounds.restated["return_id"][: len(restated.rows)]]
        yield {"tab": names.restated, **table_on_page(restated, marks=told)}


def _counts(context: Context, places: Places) -> Iterator[Json]:
    """Go through what was chosen, and what was filled into the lists."""
    if len(context.comparison.options):
        counted = options_table(context, places)
        yield {"tab": context.names.options, **table_on_page(counted, name=None)}
    sections = section_sheets(context)
    marks = _in_order(context, context.comparison.returns["return_id"])
    for plan in list_sheets(context, sections, most=MOST_ROWS):
        told = [marks[row.place] for row in plan.filled.rows()]
        yield {"tab": plan.name, **table_on_page(list_table(context, plan), marks=told)}
    for section in sections:
        for _, rows in long_lists(section, MOST_ROWS):
            figures = {"sheet": section.name, "rows": f"{rows:,}", "most": f"{MOST_ROWS:,}"}
            yield {"tab": section.name, "title": context.say("page.long_list", **figures)}


def _proofs(context: Context) -> Iterator[Json]:
    names = context.names
    if context.filing:
        yield {"tab": names.filing, **table_on_page(context.filing.groups, name=None)}
    table = filing_table(context)
    subject = next(
        at for at, column in enumerate(table.columns) if column.head == context.subject_noun
    )
    counted = _in_order(context, context.comparison.returns["return_id"])
    told = [*counted, *[None] * (len(table.rows) - len(counted))]
    yield {
        "tab": names.filed or names.filing,
        **table_on_page(table, name=subject, marks=told),
    }
    facts = [[label, inert(text)] for label, text in basis_facts(context)]
    yield {
        "tab": names.basis,
        "id": BASIS,
        "open": True,
        "facts": facts,
        **table_on_page(_basis(context), marks=counted),
    }


def _basis(context: Context) -> Table:
    """Return the returns that count, by the hash of their bytes."""
    heads = [context.subject_noun]
    heads += [context.group_noun] if context.form.levels else []
    heads += [context.say(f"report.source_{name}") for name in ("sha256", "file")]
    widths = (context.name_px, context.group_px, 470, 260)
    gap = context.say("report.sentence_gap")
    return Table(
        title=context.say("report.basis_title", sheet=context.names.basis, count=context.count),
        note=gap.join((context.basis, context.say("report.basis_note"))),
        columns=[Column(head=head, px=px) for head, px in zip(heads, widths, strict=False)],
        rows=[_hashed(context, record) for record in records_of(context.comparison.returns)],
    )


def _hashed(context: Context, record: Mapping[str, Any]) -> list[str]:
    groups = [inert(record["group"]) or DASH] if context.form.levels else []
    names = [inert(record["subject"]) or DASH, *groups]
    return [*names, record["sha256"] or DASH, inert(base_name(record["file"]))]


def _marks(context: Context) -> Mapping[str, int]:
    """Return the place of each return among the subjects of the page."""
    return {each: at for at, each in enumerate(context.comparison.subjects["return_id"])}


def _in_order(context: Context, return_ids: Iterable[str]) -> list[int]:
    marks = _marks(context)
    return [marks[return_id] for return_id in return_ids]
