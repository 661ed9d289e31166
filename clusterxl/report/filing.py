"""The sheet of what came in: in a batch its groups first, then every return and file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH, TICK, Context, base_name, inert, records_of
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.filed import FIGURES_PX, GROUP_PX, TEXTS_PX, UNIT_PX
from clusterxl.report.looks import BELOW_INK, COUNT_OR_DASH, LIGHT, MUTED
from clusterxl.report.tables import FIRST_COLUMN, Cell, Column, Entry, Table

FIGURES = ("required", "filled", "share", "errors", "warnings", "open", "explained", "counts")
TEXTS = ("subject", "file", "reason")
PLACES = ("errors", "warnings", "open", "explained")
# Without groups above them the names take the width they need.
OWN_UNIT_PX, OWN_TEXTS_PX = 108, (290, 160, 160)
SHA256_PX, SIZE = 470, 9
HEADING_ROWS = 2


def draw_filing(sheet: Sheet, context: Context) -> None:
    """Draw what came in, what of it counts, and why the rest does not."""
    filing = context.filing
    offset = filing.draw(sheet) if filing else 0
    table = Table(
        title="" if offset else filing_title(context),
        note="" if offset else _note(context),
        columns=_columns(context),
        rows=[*_counted_rows(context), *_other_rows(context)],
        offset=offset,
        frozen=len(_names(context)[0]),
    )
    draw_table(sheet, table, context.looks)
    last_column = FIRST_COLUMN + table.printed - 1
    if offset:
        heading = context.looks.text(12, bold=True)
        row = offset + HEADING_ROWS
        sheet.row(row, 24)
        sheet.put(row, FIRST_COLUMN, filing_title(context), heading, row, last_column)
        # The heads of neither table stay in sight: they would stand above the other one.
        sheet.freeze(3, FIRST_COLUMN + table.frozen)
    page = context.page(sheet.name, last_row=table.last_row, last_column=last_column)
    print_table(sheet, table, page)


def filing_title(context: Context) -> str:
    """Tell how much came in and how much of it counts, as a sentence."""
    left = len(context.left_out)
    figures = {"received": context.received, "count": context.count, "left": left}
    state = "none" if not context.count else "some" if left else "all"
    return context.say(f"report.filing_title_{state}", **figures)


def _note(context: Context) -> str:
    parts = [context.basis, context.say("report.filing_note", mark=TICK)]
    return context.say("report.sentence_gap").join(parts)


def _names(context: Context) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns of texts before the figures and behind them."""
    if len(context.form.levels) > 1:
        return ("group", "unit"), TEXTS
    # The groups of a batch stand above, so that its first column is there.
    return (("unit",), TEXTS) if context.form.levels or context.filing else (TEXTS[:1], TEXTS[1:])


def _heads(context: Context) -> tuple[str, ...]:
    return context.subject_noun, *(context.say(f"report.filing_{name}") for name in TEXTS[1:])


def _columns(context: Context) -> list[Column]:
    def head(name: str) -> str:
        return context.say(f"report.filing_{name}")

    unit_px, texts_px = (UNIT_PX, TEXTS_PX) if context.filing else (OWN_UNIT_PX, OWN_TEXTS_PX)
    texts = {
        "group": (context.group_noun, GROUP_PX),
        "unit": (context.unit_noun or context.say("report.unit"), unit_px),
        **dict(zip(TEXTS, zip(_heads(context), texts_px, strict=True), strict=True)),
    }
    named = {
        name: Column(head=text, px=px, wrap=True, size=SIZE) for name, (text, px) in texts.items()
    }
    before, after = _names(context)
    columns = [named[name] for name in before]
    for name, px in zip(FIGURES, FIGURES_PX, strict=True):
        measure = "cells_unit" if name in ("required", "filled") else "places_unit"
        columns.append(
            Column(
                head=head(name),
                unit={"share": "%", "counts": TICK}.get(name, context.say(f"report.{measure}")),
                px=px,
                align="center" if name == "counts" else "right",
                num_format=COUNT_OR_DASH if name in PLACES else "#,##0",
            )
        )
    columns += [named[name] for name in after]
    sha256 = context.say("report.source_sha256")
    return [*columns, Column(head=sha256, px=SHA256_PX, printed=False, size=SIZE, ink=MUTED)]


def _counted_rows(context: Context) -> Iterator[list[Entry]]:
    for row in records_of(context.comparison.returns):
        waiting = row["warnings"] - row["explained"]
        share = row["filled"] * 100 // row["required"] if row["required"] else None
        figures: tuple[Entry, ...] = (
            row["required"],
            row["filled"],
            DASH if share is None else share,
            Cell(row["errors"], ink=BELOW_INK, bold=True) if row["errors"] else 0,
            row["warnings"],
            Cell(waiting, ink=BELOW_INK) if waiting else 0,
            row["explained"],
            TICK,
        )
        yield _row(context, row, figures, "")


def _other_rows(context: Context) -> Iterator[list[Entry]]:
    nothing = Cell(DASH, ink=LIGHT)
    for left in context.left_out:
        figures: tuple[Entry, ...] = (
            *([nothing] * 3),
            nothing if left.errors is None else Cell(left.errors, ink=MUTED),
            nothing,
            nothing if left.warnings is None else Cell(left.warnings, ink=MUTED),
            *([nothing] * 2),
        )
        row = {name: getattr(left, name) for name in ("group", "unit", "subject", "file", "sha256")}
        yield _row(context, row, figures, left.reason)


def _row(
    context: Context, row: dict[str, Any], figures: Sequence[Entry], reason: str
) -> list[Entry]:
    ink = MUTED if reason else ""
    texts = {**row, "file": base_name(row["file"]), "reason": reason}
    before, after = _names(context)
    return [
        *(Cell(inert(texts[name]) or DASH, ink=ink) for name in before),
        *figures,
        *(Cell(inert(texts[name]), ink=ink) for name in after),
        row["sha256"],
    ]
