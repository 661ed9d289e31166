"""The sheet of what two rounds have to be asked: likely renamed subjects, restated answers."""

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
GAP_ROWS = 4
# Beside the column of the names.
WIDTHS = (66, 232, 84, 84, 78, 66, 166, 166)
RESTATED = ("name", "group", "question", "before", "now", "change", "unit", "place_before", "place")
RENAMED = ("name_now", "group", "name_before", "likeness", "same", "", "", "place_before", "place")
NUMBERS = ("before", "now", "change", "likeness", "same")
BEFORE_COLUMN = FIRST_COLUMN + RESTATED.index("before")
NUMBER, CHANGE = "#,##0.######", "+#,##0.######;-#,##0.######;0"


def has_doubts(rounds: Rounds) -> bool:
    """Whether there is anything to ask, so that the sheet is needed."""
    return len(rounds.restated) + len(rounds.renamed) > 0


def draw_restated(sheet: Sheet, context: Context, rounds: Rounds, places: Places) -> None:
    """Draw the pairs to ask about, if any, and the answers of the same year that differ."""
    asked = records_of(rounds.renamed)
    rows = records_of(rounds.restated[:MOST_ROWS])
    title, note = _title(context, rounds), _note(context, rounds)
    offset = len(asked) + GAP_ROWS if asked else 0
    empty = Table(
        title="" if asked else title,
        note="" if asked else note,
        columns=_columns(context, RESTATED),
        rows=[],
        offset=offset,
        frozen=1,
    )
    at = {each: place for place, each in enumerate(context.comparison.returns["return_id"])}
    targets = [places.source(row["key"], at[row["return_id"]]) for row in rows]
    entries = [
        _row(context, row, line, target)
        for line, (row, target) in enumerate(zip(rows, targets, strict=True), empty.first_row)
    ]
    restated = replace(empty, rows=entries)
    if asked:
        renamed = Table(
            title=title,
            note=note,
            columns=_columns(context, RENAMED),
            rows=[_pair(row) for row in asked],
            filtered=False,
            frozen=1,
        )
        draw_table(sheet, renamed, context.looks)
        head = context.looks.text(11.5, bold=True)
        sheet.put(restated.head_row - 1, FIRST_COLUMN, context.say("report.restated_head"), head)
    draw_table(sheet, restated, context.looks)
    last = FIRST_COLUMN + len(WIDTHS)
    print_table(
        sheet, restated, context.page(sheet.name, last_row=restated.last_row, last_column=last)
    )


def _columns(context: Context, names: Sequence[str]) -> list[Column]:
    """Return the columns of one of the tables; both share the widths of the sheet."""
    columns = []
    for name, px in zip(names, (context.name_px, *WIDTHS), strict=True):
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
    own = {"name": context.subject_noun, "group": context.group_noun, "": ""}
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
        "",
        "",
        _place(row, "before_"),
        _place(row, ""),
    ]


def _place(row: dict[str, Any], which: str) -> Entry:
    """Return file and cell of an answer."""
    file, sheet, cell = (row[f"{which}{name}"] for name in ("file", "sheet", "cell"))
    place = f" {sheet}!{cell}" if cell else ""
    return Cell(inert(f"{base_name(file)}{place}"), ink=MUTED)


def _title(context: Context, rounds: Rounds) -> str:
    count, asked = len(rounds.restated), len(rounds.renamed)
    figures = {
        "count": f"{count:,}",
        "subjects": rounds.restated["return_id"].nunique(),
        "noun": context.subject_noun,
    }
    parts = [context.say("report.restated_some" if count else "report.restated_none", **figures)]
    if asked:
        parts.append(context.say("report.rounds_asked", count=asked))
    lead_in = context.say("report.restated_lead_in")
    return f"{lead_in}{context.say('report.clause_gap').join(parts)}"


def _note(context: Context, rounds: Rounds) -> str:
    parts = [context.say("report.restated_note", before=before_name(context, rounds))]
    if context.traced and len(rounds.restated):
        parts.append(context.say("report.rounds_numbers_note", sheet=context.names.provenance))
    if len(rounds.renamed):
        parts.append(context.say("report.renamed_note"))
    if len(rounds.restated) > MOST_ROWS:
        parts.append(context.say("report.restated_cut", most=f"{MOST_ROWS:,}"))
    return context.say("report.sentence_gap").join(parts)
