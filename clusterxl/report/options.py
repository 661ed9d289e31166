"""The sheet of option counts: how often each option was chosen, live."""

from __future__ import annotations

from math import isnan
from typing import Any

import pandas as pd

from clusterxl.excel.cells import Formula, Link, column_letters
from clusterxl.excel.sheet import Sheet
from clusterxl.form.model import FieldType
from clusterxl.report.context import DASH, NO_TICK, TICK, Context, inert, records_of
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.looks import COUNT, LIGHT, MUTED, SHARE, quoted
from clusterxl.report.places import Places
from clusterxl.report.tables import FIRST_COLUMN, Cell, Column, Entry, Table

LONGEST_LITERAL = 250
LONGEST_IN_TITLE = 22
COUNT_LETTERS = column_letters(FIRST_COLUMN + 2)
BASIS_LETTERS = column_letters(FIRST_COLUMN + 5)


def draw_options(sheet: Sheet, context: Context, places: Places) -> None:
    """Draw how often each option was chosen."""
    table = options_table(context, places)
    draw_table(sheet, table, context.looks)
    last = FIRST_COLUMN + table.printed - 1
    page = context.page(sheet.name, last_row=table.last_row, last_column=last)
    print_table(sheet, table, page)


def options_table(context: Context, places: Places) -> Table:
    """Return how often each option was chosen."""
    options = context.comparison.options
    # Where no number leads to its sources, no row does.
    columns = _columns(context)[: None if places.blocks else -1]
    first = Table(title="", note="", columns=columns, rows=()).first_row
    rows: list[list[Entry]] = []
    for _, part in options.groupby("key", sort=False):
        rows += _option_rows(context, places, part, first + len(rows))
    return Table(
        title=_title(context, options),
        note=context.basis + context.say("report.options_note"),
        columns=columns,
        rows=rows,
        frozen=2,
    )


def _columns(context: Context) -> list[Column]:
    measure = context.say("report.subjects_unit")
    return [
        Column(head=context.say("report.question"), px=380, wrap=True),
        Column(head=context.say("report.option"), px=380, wrap=True),
        Column(
            head=context.say("report.chosen"), unit=measure, px=70, align="right", num_format=COUNT
        ),
        Column(head="", px=110, bar=True, num_format=";;;"),
        Column(
            head=context.say("report.chosen_share"),
            unit="%",
            px=76,
            align="right",
            num_format=SHARE,
        ),
        Column(
            head=context.say("report.answered"),
            unit=measure,
            px=76,
            align="right",
            num_format=COUNT,
        ),
        Column(
            head=context.say("report.unanswered"),
            unit=measure,
            px=76,
            align="right",
            num_format='0;-0;"–"',
        ),
        Column(head=context.say("report.source_link"), px=68, align="center"),
    ]


def _option_rows(
    context: Context, places: Places, part: pd.DataFrame, first: int
) -> list[list[Entry]]:
    """Return the rows of one question, or of one option of ticks."""
    rows = []
    records = records_of(part)
    last = first + len(records) - 1
    for row, option in enumerate(records, first):
        key, n, share = option["key"], int(option["n"]), float(option["share"]) * 100
        basis = _basis(context, places, key, first, last)
        count = f"{COUNT_LETTERS}{row}"
        share_text = f"=IF({BASIS_LETTERS}{row}=0,{quoted(DASH)},{count}/{BASIS_LETTERS}{row}*100)"
        left = context.count - n
        rows.append(
            [
                option["label"] if row == first else Cell(option["label"], ink=MUTED),
                inert(option["option_label"]) or DASH,
                _count(places, context, key, option),
                Formula(f"={count}", int(option["count"])),
                Cell(Formula(share_text, DASH), ink=LIGHT)
                if isnan(share)
                else Formula(share_text, share),
                Formula(basis, n),
                Formula(f"={context.count}-{BASIS_LETTERS}{row}", left),
                *((_link(places, key),) if places.blocks else ()),
            ]
        )
    return rows


def _count(places: Places, context: Context, key: str, option: dict[str, Any]) -> Entry:
    ticks = context.form.by_key[key].type is FieldType.TICKS
    wanted = TICK if ticks else inert(option["option_label"])
    if len(wanted) > LONGEST_LITERAL or key not in places.columns:
        return float(option["count"])
    return Formula(
        f"=SUMPRODUCT(1*EXACT({places.cells(key)},{quoted(wanted)}))", int(option["count"])
    )


def _basis(context: Context, places: Places, key: str, first: int, last: int) -> str:
    if context.form.by_key[key].type is FieldType.TICKS:
        cells = places.cells(key)
        return f"=SUMPRODUCT(({cells}={quoted(TICK)})+({cells}={quoted(NO_TICK)}))"
    return f"=SUM({COUNT_LETTERS}{first}:{COUNT_LETTERS}{last})"


def _link(places: Places, key: str) -> Link | str:
    return places.link(key) or DASH


def _title(context: Context, options: pd.DataFrame) -> str:
    figures = {"sheet": context.names.options, "options": len(options)}
    if not options["count"].any():
        return context.say("report.options_title_none", **figures)
    most = options.iloc[int(options["count"].to_numpy().argmax())]
    label = str(most["option_label"])
    question = context.form.by_key[str(most["key"])]
    if question.type is not FieldType.TICKS:
        label = f"{most['label']}：{label}"
    short = label if len(label) <= LONGEST_IN_TITLE else f"{label[:LONGEST_IN_TITLE]}…"
    return context.say(
        "report.options_title", label=short, count=int(most["count"]), n=int(most["n"]), **figures
    )
