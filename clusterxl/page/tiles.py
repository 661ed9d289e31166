"""A map of tiles: each group where the form says it lies, the deeper the larger."""

from __future__ import annotations

from math import ceil, isnan

from clusterxl.page.charts import Json
from clusterxl.report.absent import empty_word
from clusterxl.report.context import DASH, Context, inert, records_of
from clusterxl.report.panels import figure

STEPS = 5


def tiles_of(context: Context) -> Json | None:
    """Return the map; None where the form has none. Groups without a place follow in rows below."""
    rows = [list(row) for row in context.form.comparison.tiles]
    groups = records_of(context.comparison.groups)
    if not rows or not groups:
        return None
    wide = max(len(row) for row in rows)
    placed = {name for row in rows for name in row}
    rest = [str(group["group"]) for group in groups if group["group"] not in placed]
    rows += [rest[start : start + wide] for start in range(0, len(rest), wide)]
    lead = context.lead
    told = {"noun": context.subject_noun, "group": context.group_noun}
    told |= {"measure": lead.label if lead else context.say("page.tile_count", **told)}
    filled = sum(bool(group["subjects"]) for group in groups)
    tiles = {str(group["group"]): _tile(context, group, filled) for group in groups}
    return {
        "headline": context.say("page.tiles_headline", filled=filled, all=len(groups), **told),
        "sub": context.say("page.tiles_sub", steps=STEPS, **told),
        "wide": wide,
        "rows": [[tiles.get(name) for name in row] for row in rows],
        "least": context.say("page.tile_least"),
        "most": context.say("page.tile_most"),
        "steps": STEPS,
    }


def _tile(context: Context, group: dict[str, object], filled: int) -> Json:
    lead, count = context.lead, int(str(group["subjects"]))
    shown, step = DASH, 0
    if count and lead is None:
        shown, step = "", STEPS
    elif count and lead is not None:
        value = float(str(group[lead.columns[-1]])) / lead.divide
        if not isnan(value):
            rank = int(str(group["rank"]))
            shown, step = figure(lead, value), ceil(STEPS * (filled - rank + 1) / filled)
    return {
        "name": inert(str(group["group"])) or DASH,
        "group": str(group["group"]),
        "value": shown,
        "count": context.say("report.counted", n=count, noun=context.subject_noun)
        if count
        else inert(empty_word(context, str(group["group"]))),
        "step": max(step, 0),
    }
