"""The columns of the ranked tables that say how many criteria are met."""

from __future__ import annotations

from clusterxl.excel.cells import Formula
from clusterxl.report.context import DASH
from clusterxl.report.criteria import CriteriaSheet
from clusterxl.report.looks import BELOW_INK, LIGHT, MAIN, quoted
from clusterxl.report.rankings import Builder
from clusterxl.report.tables import Cell, Column, Entry, head_px

FULL, EMPTY = "●", "○"
# More dots than these nobody counts; figures stand instead.
MOST_DOTS = 10
DOT_PX, FIGURES_PX = 13, 40
# No word of a head is broken, also where a wider font takes the place of its own.
LEAST_PX = 46


def add_met(builder: Builder, sheet: CriteriaSheet | None) -> None:
    """Add how many criteria each subject meets: a dot a criterion, or figures."""
    if sheet is None or not sheet.most:
        return
    context = builder.context
    entries: list[Entry] = []
    for return_id in builder.frame["return_id"]:
        met = sheet.met[return_id]
        cell = sheet.cell(return_id, "met")
        text, value = (
            (cell, met) if sheet.most > MOST_DOTS else _dots(cell, str(sheet.most), met, sheet.most)
        )
        ink = MAIN if met == sheet.most else BELOW_INK
        entries.append(Cell(Formula(f"={text}", value), ink=ink))
    head, unit = context.say("report.met_head"), context.say("report.met_short", count=sheet.most)
    builder.add("met", _column(head, unit, sheet.most), entries)


def add_all_met(builder: Builder, sheet: CriteriaSheet | None) -> None:
    """Add how many subjects of each group meet all criteria: a dot a subject, or figures."""
    if sheet is None or not sheet.most or "group" not in sheet.at:
        return
    context = builder.context
    every = _all_met_by_group(builder, sheet)
    largest = int(builder.frame["subjects"].max())
    groups, met = sheet.cells("group"), sheet.cells("met")
    entries: list[Entry] = []
    rows = zip(builder.rows, builder.frame["group"], builder.frame["subjects"], strict=True)
    for row, group, count in rows:
        name, whole = f"${builder.letters('name')}{row}", f"{builder.letters('subjects')}{row}"
        full = f"SUMPRODUCT(EXACT({groups},{name})*({met}={sheet.most}))"
        text, value = _dots(full, whole, every.get(group, 0), int(count), most=largest)
        ink = MAIN if every.get(group, 0) else LIGHT
        entries.append(Cell(Formula(f"={text}", value), ink=ink))
    head, unit = context.say("report.all_met_head"), context.say("report.all_met_unit")
    added = f'=COUNTIF({met},{sheet.most})&" / {context.count}"'
    total = Formula(added, f"{sheet.all_met} / {context.count}")
    builder.add("met", _column(head, unit, largest), entries, (total, ""))


def _all_met_by_group(builder: Builder, sheet: CriteriaSheet) -> dict[str, int]:
    returns = builder.context.comparison.returns
    counts: dict[str, int] = {}
    for return_id, group in zip(returns["return_id"], returns["group"], strict=True):
        counts[group] = counts.get(group, 0) + (sheet.met[return_id] == sheet.most)
    return counts


def _column(head: str, unit: str, most: int) -> Column:
    if most > MOST_DOTS:
        px = head_px(head, unit, FIGURES_PX)
        return Column(head=head, unit=unit, px=px, align="right", size=9)
    return Column(
        head=head, unit=unit, px=head_px(head, unit, max(most * DOT_PX + 8, LEAST_PX)), size=9
    )


def _dots(
    full: str, whole: str, met: int, count: int, *, most: int | None = None
) -> tuple[str, str]:
    """Return the formula of so many dots of so many, or of the two figures, and its value."""
    if (count if most is None else most) > MOST_DOTS:
        text, value = f'{full}&" / "&{whole}', f"{met} / {count}"
    else:
        text = f"REPT({quoted(FULL)},{full})&REPT({quoted(EMPTY)},{whole}-{full})"
        value = FULL * met + EMPTY * (count - met)
    return f"IF({whole}=0,{quoted(DASH)},{text})", value if count else DASH
