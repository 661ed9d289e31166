"""The comparison as one page for a browser: to sort, search and look into, without a network."""

from __future__ import annotations

from clusterxl.across_rounds import Rounds
from clusterxl.aggregate import Comparison
from clusterxl.page.cells import text_of
from clusterxl.page.charts import Json, Marks, figure_of
from clusterxl.page.document import document
from clusterxl.page.problems import causes_on_page
from clusterxl.page.sheets import sheets_of
from clusterxl.page.subjects import answers_of, hints_of, subject_table
from clusterxl.page.tiles import tiles_of
from clusterxl.report.basis import edition_link
from clusterxl.report.cards import Card
from clusterxl.report.context import MOST_NUMBERS_TRACED, MOST_RETURNS_TRACED, Context
from clusterxl.report.filed import Filing
from clusterxl.report.looks import BELOW_INK, INK, MAIN
from clusterxl.report.outline import Outline, outline_of
from clusterxl.report.overview import basis_line
from clusterxl.sentences import catalogue

__all__ = ["write_page"]

_WORDS = "page."


def write_page(
    comparison: Comparison,
    *,
    sample: bool = False,
    with_contacts: bool = False,
    filing: Filing | None = None,
    rounds: Rounds | None = None,
) -> bytes:
    """Write the comparison as one HTML page, in the language of the form.

    It holds all it needs and fetches nothing; texts of returns stay texts. The library of its
    charts (plotly) is taken from the extra `html`, which must be there.

    Args:
        comparison: What to write.
        sample: The data are invented, and the page says so.
        with_contacts: Personal answers are shown with each subject; else none is written.
        filing: The batch it is made in, as it stands; None outside a batch.
        rounds: This round beside the one before, as tables of their own.

    Returns:
        The bytes of an .html file; the same comparison gives the same bytes.
    """
    context = Context(comparison=comparison, sample=sample, filing=filing, rounds=rounds)
    outline = outline_of(context)
    return document(
        language=context.form.language,
        texts=_texts(context),
        data=_data(outline, with_contacts=with_contacts),
    )


def _texts(context: Context) -> dict[str, str]:
    traced = "page.basis_traced" if context.traced else "report.basis_untraced"
    told = context.say(traced, noun=context.subject_noun)
    frame = ("search", "all_groups", "reset", "close", "no_script", "skip", "sections")
    return {
        "title": context.title,
        "basis": basis_line(context, traced=told),
        "sample": context.say("report.sample") if context.sample else "",
        "edition": edition_link(context).text,
        "group": context.group_noun,
        **{name: _word(context, name) for name in frame},
    }


def _word(context: Context, name: str) -> str:
    return context.say(f"{_WORDS}{name}", noun=context.subject_noun, group=context.group_noun)


def _data(outline: Outline, *, with_contacts: bool) -> Json:
    context = outline.sources.context
    marks = Marks(numbers=_numbers(context), hints=hints_of(outline))
    data = outline.sources.data
    return {
        "words": _words(context),
        "cards": [_card(card) for card in outline.cards],
        "panels": [figure_of(panel, data, marks) for panel in outline.panels],
        "tiles": tiles_of(context),
        "table": subject_table(outline),
        "has_groups": bool(context.form.levels),
        "details": answers_of(outline, with_contacts=with_contacts),
        "quality": {
            "title": outline.quality,
            "facts": [[label, text_of(content, "#,##0")] for label, content in outline.facts],
        },
        "problems": causes_on_page(context),
        "sheets": sheets_of(outline),
        "nav": [context.names.subjects, context.names.problems],
    }


def _numbers(context: Context) -> dict[str, str]:
    """Number subjects (`s0`) by their row in the table; groups stand under their names (`g…`)."""
    comparison = context.comparison
    groups = {str(group): f"g{group}" for group in comparison.groups["group"]}
    ids = enumerate(comparison.subjects["return_id"])
    return {**groups, **{str(return_id): f"s{place}" for place, return_id in ids}}


def _words(context: Context) -> dict[str, str]:
    """Return the words of the scripts; figures are put in there, so braces stay."""
    told = {"noun": context.subject_noun, "group": context.group_noun}
    told |= {"most": f"{MOST_RETURNS_TRACED:,}", "numbers": f"{MOST_NUMBERS_TRACED:,}"}
    words = {}
    for name, text in catalogue(context.form.language).items():
        if name.startswith(_WORDS):
            for figure, value in told.items():
                text = text.replace(f"{{{figure}}}", value)  # noqa: PLW2901
            words[name.removeprefix(_WORDS)] = text
    heads = ("cell", "raw", "file")
    words |= {head: context.say(f"report.source_{head}") for head in heads}
    return words | {
        "answer": context.say("report.answer"),
        "question": context.say("report.question"),
        "met": context.say("report.state_met"),
        "missed": context.say("report.state_missed"),
        "not_judged": context.say("report.not_judged"),
        "criterion": context.say("report.standard_title"),
        "demand": context.say("report.standard_demand"),
    }


def _card(card: Card) -> Json:
    change = card.change
    ink = BELOW_INK if change.falls else MAIN if change.num_format else INK
    return {
        "label": card.label,
        "value": text_of(card.value, card.num_format),
        "unit": card.unit,
        "change": text_of(change.content, change.num_format or "General"),
        "ink": ink,
        "note": card.note,
    }
