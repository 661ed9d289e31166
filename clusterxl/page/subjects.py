"""The subjects on a page: their table, and the answers of each with the cells they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from clusterxl.form.model import FieldType, Input
from clusterxl.page.cells import cell_of
from clusterxl.page.charts import Json
from clusterxl.page.tables import table_on_page
from clusterxl.report.answers import Shown
from clusterxl.report.context import DASH, NO_TICK, Context, base_name, inert, records_of
from clusterxl.report.outline import Outline
from clusterxl.report.sources import BY_NAME, found_in_words
from clusterxl.report.tables import FIRST_COLUMN, Column
from clusterxl.summary import is_compared

# What is told of a subject in a chart, where its table has it.
_HINTS = ("growth", "average_growth", "share")


def subject_table(outline: Outline) -> Json:
    """Return the table of all subjects: heads, rows, and the group of each."""
    ranking, subjects = outline.sources.subjects, outline.sources.context.comparison.subjects
    name = ranking.at["subject"] - FIRST_COLUMN
    return {
        **table_on_page(ranking.table, name=name, marks=range(len(subjects))),
        "groups": [str(group) for group in subjects["group"]],
    }


def hints_of(outline: Outline) -> Mapping[str, tuple[str, ...]]:
    """Return what is told of each subject when one points at it in a chart, line by line."""
    ranking, context = outline.sources.subjects, outline.sources.context
    lead = context.lead
    wanted = [lead.columns[-1] if lead else "", *_HINTS]
    places = [ranking.at[name] - FIRST_COLUMN for name in wanted if name in ranking.at]
    ids = context.comparison.subjects["return_id"]
    return {
        return_id: (
            context.subject_names[return_id],
            *(_told(ranking.table.columns[place], row[place]) for place in places),
        )
        for return_id, row in zip(ids, ranking.table.rows, strict=True)
    }


def _told(column: Column, entry: Any) -> str:
    cell = cell_of(entry, column.num_format)
    head = column.head.replace("\n", " ")
    return f"{head} {cell if isinstance(cell, str) else cell[1]} {column.unit}".strip()


def answers_of(outline: Outline, *, with_contacts: bool) -> Json:
    """Return the answers of each subject, in the order of their table.

    What most returns have in common (the place of a cell) is told once.

    Args:
        outline: What the overview tells.
        with_contacts: Personal answers too.
    """
    context = outline.sources.context
    traced = context.traced
    asked = [each for each in context.form.inputs if is_compared(each)] if traced else []
    provenance = records_of(context.comparison.provenance) if traced else []
    places = _usual_places(provenance)
    sources: dict[str, dict[str, Json]] = {}
    for record in provenance:
        told = _source(context, record, places, outline.shown)
        if told:
            sources.setdefault(record["return_id"], {})[record["key"]] = told
    number = {each.key: str(place) for place, each in enumerate(asked)}
    return {
        "keys": [_key(context, each, places) for each in asked],
        "subjects": [
            {
                "file": inert(base_name(str(record["file"]))),
                "answers": [_answer(outline.shown, record["return_id"], each) for each in asked],
                "sources": {
                    number[key]: told for key, told in sources.get(record["return_id"], {}).items()
                },
                "contacts": _contacts(context, record["return_id"]) if with_contacts else [],
            }
            for record in _in_order_of_table(context)
        ],
    }


def _in_order_of_table(context: Context) -> Iterable[Mapping[str, Any]]:
    by_id = {record["return_id"]: record for record in records_of(context.comparison.returns)}
    return [by_id[return_id] for return_id in context.comparison.subjects["return_id"]]


def _usual_places(provenance: list[dict[str, Any]]) -> Mapping[str, tuple[str, str]]:
    """Return sheet and cell at which each key stands in most returns."""
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for record in provenance:
        counts.setdefault(record["key"], Counter())[record["sheet"], record["cell"]] += 1
    return {key: count.most_common(1)[0][0] for key, count in counts.items()}


def _key(context: Context, asked: Input, places: Mapping[str, tuple[str, str]]) -> Json:
    sheet, cell = places.get(asked.key, ("", ""))
    return {
        "key": asked.key,
        "label": asked.label,
        "measure": asked.field.measure if asked.type.is_numeric else "",
        "tick": asked.type is FieldType.TICKS,
        "section": context.form.section_by_id[asked.section].sheet,
        "sheet": inert(sheet),
        "cell": cell,
    }


def _answer(
    shown: Mapping[tuple[str, str], Shown], return_id: str, asked: Input
) -> float | str | tuple[str, str] | None:
    """Return an answer: a number, a text, a text with its colour; None where there is none."""
    answer = shown.get((return_id, asked.key))
    if answer is None or answer.content in (DASH, NO_TICK):
        return None
    if isinstance(answer.content, str) and answer.ink:
        return (answer.content, answer.ink)
    return answer.content


def _source(
    context: Context,
    record: Mapping[str, Any],
    places: Mapping[str, tuple[str, str]],
    shown: Mapping[tuple[str, str], Shown],
) -> Json:
    """Return what is special about where a number comes from: another cell, raw text, receipts."""
    told: Json = {}
    if (record["sheet"], record["cell"]) != places[record["key"]]:
        told |= {"sheet": inert(record["sheet"]), "cell": record["cell"]}
    answer = shown.get((record["return_id"], record["key"]))
    if answer is None or record["raw"] != _plain(answer.content):
        told["raw"] = inert(record["raw"])
    if record["receipts"]:
        told["receipts"] = inert(record["receipts"])
    if record["found_by"] != BY_NAME:
        told["found"] = found_in_words(context, record["found_by"])
    return told


def _plain(content: float | str) -> str:
    """Return an answer as the page writes it without being told the raw text."""
    if isinstance(content, str):
        return content
    text = f"{content:.15g}"
    return "" if "e" in text else text


def _contacts(context: Context, return_id: str) -> list[list[str]]:
    rows = context.comparison.contacts
    own = rows[rows["return_id"] == return_id]
    return [
        [inert(label), inert(text)] for label, text in zip(own["label"], own["text"], strict=True)
    ]
