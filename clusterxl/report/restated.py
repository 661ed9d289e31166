"""The sheets of what two rounds have to be asked: restated answers, likely renamed subjects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from typing import Any

from clusterxl.across_rounds import Rounds
from clusterxl.excel.cells import Formula, address
from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH, NAME_SIZE, Context, base_name, inert, records_of
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.looks import BELOW_INK, LIGHT, MUTED
from clusterxl.report.places import Places
from clusterxl.report.round_words import before_name
from clusterxl.report.tables import FIRST_COLUMN, Cell, Column, Entry, Table
from clusterxl.report.traces import traced

# Longer lists make a workbook nobody can print; they stand in the frames.
MOST_ROWS = 2_000
RESTATED = ("name", "group", "question", "before", "now", "change", "unit", "place_before", "place")
RENAMED = ("name_now", "group", "name_before", "likeness", "same", "place_before", "place")
# Beside the column of the names.
RESTATED_PX, RENAMED_PX = (66, 232, 84, 84, 78, 102, 156, 156), (66, 292, 84, 84, 216, 216)
NUMBERS = ("before", "now", "change", "likeness", "same")
BEFORE_COLUMN = FIRST_COLUMN + RESTATED.index("before")
NUMBER, CHANGE = "#,##0.######", "+#,##0.######;-#,##0.######;0"


def draw_restated(sheet: Sheet, context: Context, rounds: Rounds, places: Places) -> None:
    """Draw the answers of the same year that differ."""
    _draw(sheet, context, restated_table(context, rounds, places))


def restated_table(context: Context, rounds: Rounds, places: Places) -> Table:
    """Return the answers of the same year that differ."""
    rows = records_of(rounds.restated[:MOST_ROWS])
    empty = Table(
        title=_title(context, rounds),
        note=_note(context, rounds, linked=bool(places.blocks)),
        columns=_columns(context, RESTATED, RESTATED_PX),
        rows=[],
        frozen=1,
    )
    at = {each: place for place, each in enumerate(context.comparison.returns["return_id"])}
    targets = [places.source(row["key"], at[row["return_id"]]) for row in rows]
    entries = [
        _row(context, row, line, target)
        for line, (row, target) in enumerate(zip(rows, targets, strict=True), empty.first_row)
    ]
    return replace(empty, rows=entries)


def draw_renamed(sheet: Sheet, context: Context, rounds: Rounds) -> None:
    """Draw the pairs to ask about, which are likely one subject under two names."""
    _draw(sheet, context, renamed_table(context, rounds))


def renamed_table(context: Context, rounds: Rounds) -> Table:
    """Return the pairs to ask about, which are likely one subject under two names."""
    rows = [_pair(row) for row in records_of(rounds.renamed)]
    note = context.say("report.rounds_before", before=before_name(context, rounds))
    return Table(
        title=context.say("report.renamed_title", sheet=context.names.renamed, count=len(rows)),
        note=context.say("report.sentence_gap").join((note, context.say("report.renamed_note"))),
        columns=_columns(context, RENAMED, RENAMED_PX),
        rows=rows,
        frozen=1,
    )


def _draw(sheet: Sheet, context: Context, table: Table) -> None:
    draw_table(sheet, table, context.looks)
    last = FIRST_COLUMN + table.printed - 1
    print_table(sheet, table, context.page(sheet.name, last_row=table.last_row, last_column=last))


def _columns(context: Context, names: Sequence[str], widths: Sequence[int]) -> list[Column]:
    columns = []
    for name, px in zip(names, (context.name_px, *widths), strict=True):
        number = name in NUMBERS
        columns.append(
            Column(
                head=_head(context, name),
                unit=context.say("report.percent") if name == "likeness" else "",
                px=px,
                align="right" if number else "left",
                num_format={"change": CHANGE, "likeness": "0"}.get(
                    name, NUMBER if number else "General"
                ),
                wrap=not number,
                size=NAME_SIZE if name.startswith(("name", "place")) else 10,
            )
        )
    return columns


def _head(context: Context, name: str) -> str:
    own = {"name": context.subject_noun, "group": context.group_noun}
    return own[name] if name in own else context.say(f"report.restated_{name}")


def _row(context: Context, row: dict[str, Any], at: int, target: str) -> list[Entry]:
    before, now = (address(at, BEFORE_COLUMN + place) for place in (0, 1))
    change = float(row["change"])
    text = f'=IF(AND(ISNUMBER({before}),ISNUMBER({now})),{now}-{before},"{DASH}")'
    told: Entry = Cell(Formula(text, DASH), ink=LIGHT)
    if not isnan(change):
        ink = BELOW_INK if change < 0 else ""
        told = Cell(Formula(text, change), ink=ink)
    return [
        inert(row["subject"]) or DASH,
        inert(row["group"]) or DASH,
        inert(row["label"]),
        _answer(row["before"], row["before_text"]),
        traced(_answer(row["now"], row["now_text"]), target),
        told,
        inert(row["measure"]) or context.say("report.unit_number"),
        _place(row, "before_"),
        _place(row, ""),
    ]


def _answer(number: float, text: str) -> Entry:
    return Cell(inert(text) or DASH, ink=MUTED) if isnan(number) else float(number)


def _pair(row: dict[str, Any]) -> list[Entry]:
    return [
        inert(row["now"]) or DASH,
        inert(row["group"]) or DASH,
        inert(row["before"]) or DASH,
        float(round(row["likeness"] * 100)),
        f"{row['same']} / {row['compared']}",
        _place(row, "before_"),
        _place(row, ""),
    ]


def _place(row: dict[str, Any], which: str) -> Entry:
    """Return file and cell of an answer."""
    file, sheet, cell = (row[f"{which}{name}"] for name in ("file", "sheet", "cell"))
    place = f" {sheet}!{cell}" if cell else ""
    return Cell(inert(f"{base_name(file)}{place}"), ink=MUTED)


def _title(context: Context, rounds: Rounds) -> str:
    figures = {
        "count": f"{len(rounds.restated):,}",
        "subjects": rounds.restated["return_id"].nunique(),
        "noun": context.subject_noun,
    }
    lead_in = context.say("report.restated_lead_in")
    return f"{lead_in}{context.say('report.restated_some', **figures)}"


def _note(context: Context, rounds: Rounds, *, linked: bool) -> str:
    before = before_name(context, rounds)
    parts = [context.say("report.rounds_before", before=before)]
    parts.append(context.say("report.restated_note"))
    if linked:
        parts.append(context.say("report.rounds_numbers_note", sheet=context.names.provenance))
    if len(rounds.restated) > MOST_ROWS:
        parts.append(context.say("report.restated_cut", most=f"{MOST_ROWS:,}"))
    return context.say("report.sentence_gap").join(parts)
