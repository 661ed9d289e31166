"""The sheets of what came in: every return and file; in a batch also how its groups stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH, TICK, Context, base_name, inert, records_of
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.filed import Filing
from clusterxl.report.looks import BELOW_INK, COUNT_OR_DASH, LIGHT, MUTED
from clusterxl.report.tables import FIRST_COLUMN, Cell, Column, Entry, Table

FIGURES = ("required", "filled", "share", "errors", "warnings", "open", "explained", "counts")
TEXTS = ("subject", "file", "reason")
PLACES = ("errors", "warnings", "open", "explained")
FIGURES_PX = (48, 48, 52, 48, 48, 48, 58, 48)
GROUP_PX, UNIT_PX, TEXTS_PX = 84, 108, (320, 168, 150)
SHA256_PX, SIZE = 470, 9


def draw_standings(sheet: Sheet, context: Context, filing: Filing) -> None:
    """Draw how the groups of a batch stand."""
    _draw(sheet, context, filing.groups)


def draw_filing(sheet: Sheet, context: Context) -> None:
    """Draw what came in, what of it counts, and why the rest does not."""
    _draw(sheet, context, filing_table(context))


def _draw(sheet: Sheet, context: Context, table: Table) -> None:
    draw_table(sheet, table, context.looks)
    last_column = FIRST_COLUMN + table.printed - 1
    page = context.page(sheet.name, last_row=table.last_row, last_column=last_column)
    print_table(sheet, table, page)


def filing_table(context: Context) -> Table:
    """Return what came in, what of it counts, and why the rest does not."""
    return Table(
        title=filing_title(context),
        note=_note(context),
        columns=_columns(context),
        rows=[*_counted_rows(context), *_other_rows(context)],
        frozen=len(_names(context)[0]),
    )


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
    return (("unit",), TEXTS) if context.form.levels or context.filing else (TEXTS[:1], TEXTS[1:])


def _heads(context: Context) -> tuple[str, ...]:
    return context.subject_noun, *(context.say(f"report.filing_{name}") for name in TEXTS[1:])


def _columns(context: Context) -> list[Column]:
    def head(name: str) -> str:
        return context.say(f"report.filing_{name}")

    texts = {
        "group": (context.group_noun, GROUP_PX),
        "unit": (context.unit_noun or context.say("report.unit"), UNIT_PX),
        **dict(zip(TEXTS, zip(_heads(context), TEXTS_PX, strict=True), strict=True)),
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
