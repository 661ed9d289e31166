"""How answers are shown: numbers as numbers, and what stands where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from clusterxl.excel.cells import Content
from clusterxl.form.model import FieldType
from clusterxl.report.context import DASH, NO_TICK, TICK, Context, inert
from clusterxl.report.looks import BELOW_INK, FIFTH, LIGHT, MAIN, MUTED
from clusterxl.report.tables import Cell, Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An answer as it is shown.

    Attributes:
        content: A number, or a text.
        ink: Its colour; empty for the ordinary one.
    """

    content: float | str
    ink: str = ""


def shown_answers(context: Context) -> dict[tuple[str, str], Shown]:
    """Return what is shown of each answer, by return and key."""
    types = {asked.key: asked.type for asked in context.form.inputs}
    rows = context.comparison.answers
    names = ("return_id", "key", "status", "number", "text")
    columns = zip(*(rows[name].tolist() for name in names), strict=True)
    return {
        (return_id, key): _shown(context, types[key], status, number, text)
        for return_id, key, status, number, text in columns
    }


def _shown(context: Context, kind: FieldType, status: str, number: float, text: str) -> Shown:
    if status == "blank":
        return Shown(content=DASH, ink=LIGHT)
    if status == "invalid":
        return Shown(content=context.say("report.invalid"), ink=BELOW_INK)
    if status != "value":
        return Shown(content=inert(text) or DASH, ink=MUTED)
    if kind is FieldType.TICKS:
        ticked = number == 1
        return Shown(content=TICK if ticked else NO_TICK, ink=MAIN if ticked else FIFTH)
    if kind.is_numeric and not isnan(number):
        return Shown(content=float(number))
    return Shown(content=inert(text) or DASH)


def entry_of(content: Content, shown: Shown) -> Entry:
    """Return the entry of an answer, or of a formula that shows it."""
    return Cell(content, ink=shown.ink) if shown.ink else content
