"""The sheet of standards: what each criterion demands, where that is written, how many meet it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clusterxl.criteria import Criterion, Standing
from clusterxl.excel.cells import Formula
from clusterxl.excel.sheet import Sheet
from clusterxl.form.model import plain_label
from clusterxl.report.context import DASH, Context
from clusterxl.report.criteria import CriteriaSheet
from clusterxl.report.demands import demand_text
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.judged_columns import NO, YES
from clusterxl.report.looks import BELOW_INK, COUNT_OR_DASH, MUTED, quoted
from clusterxl.report.tables import FIRST_COLUMN, Cell, Column, Entry, Table

COUNTED = ("met", "missed", "no_data")


def draw_standards(sheet: Sheet, context: Context, sheets: Sequence[CriteriaSheet]) -> None:
    """Draw what is demanded, with its source and whether somebody has read it there."""
    table = standards_table(context, sheets)
    draw_table(sheet, table, context.looks)
    last = FIRST_COLUMN + table.printed - 1
    print_table(sheet, table, context.page(sheet.name, last_row=table.last_row, last_column=last))


def standards_table(context: Context, sheets: Sequence[CriteriaSheet]) -> Table:
    """Return what is demanded, with its source and whether somebody has read it there."""
    return Table(
        title=_title(context, [c for one in sheets for c in one.criteria]),
        note=context.basis + context.say("report.standards_note"),
        columns=_columns(context),
        rows=[_row(context, one, criterion) for one in sheets for criterion in one.criteria],
        frozen=2,
    )


def source_of(criterion: Criterion) -> str:
    """Return where it is written what a criterion demands; a dash where nobody says."""
    sources = [threshold.source for threshold in criterion.rule.thresholds if threshold.source]
    return _lines(sources) or criterion.rule.basis or DASH


def state_of(context: Context, criterion: Criterion) -> Entry:
    """Return whether somebody has read at its source what a criterion demands."""
    if not criterion.is_set:
        return Cell(context.say("report.unset_short"), ink=MUTED)
    if not criterion.rule.thresholds:
        return Cell(DASH, ink=MUTED)
    if criterion.is_verified:
        return context.say("report.verified")
    return Cell(context.say("report.unverified"), ink=BELOW_INK)


def _columns(context: Context) -> list[Column]:
    def head(name: str) -> str:
        return context.say(f"report.standard_{name}")

    counts = [
        Column(
            head=head(name),
            unit=context.say("report.subjects_unit"),
            px=62,
            align="right",
            num_format=COUNT_OR_DASH,
        )
        for name in COUNTED
    ]
    return [
        Column(head=head("rule"), px=72, size=9, wrap=True),
        Column(head=head("title"), px=206, wrap=True),
        Column(head=head("questions"), px=206, wrap=True, size=9),
        Column(head=head("demand"), px=160, wrap=True),
        *counts,
        Column(head=head("source"), px=318, wrap=True, size=9),
        Column(head=head("state"), px=72, wrap=True),
    ]


def _row(context: Context, sheet: CriteriaSheet, criterion: Criterion) -> list[Entry]:
    rule = criterion.rule
    labels = (plain_label(context.form.by_key[key].field.label) for key in criterion.keys)
    demand = demand_text(context, criterion) or rule.title
    return [
        rule.id,
        rule.title,
        _lines(labels),
        demand if criterion.is_set else Cell(demand, ink=MUTED),
        *_counts(context, sheet, criterion),
        source_of(criterion),
        state_of(context, criterion),
    ]


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(texts))


def _counts(context: Context, sheet: CriteriaSheet, criterion: Criterion) -> list[Entry]:
    if not criterion.is_set:
        return [Cell(DASH, ink=MUTED)] * len(COUNTED)
    verdicts = context.comparison.verdicts
    own = verdicts.loc[verdicts["rule"] == criterion.rule.id, "verdict"].tolist()
    cells = sheet.cells(criterion.rule.id)
    wanted = (str(YES), str(NO), quoted(context.say("report.no_data")))
    return [
        Formula(f"=COUNTIF({cells},{mark})", own.count(Standing(name)))
        for name, mark in zip(COUNTED, wanted, strict=True)
    ]


def _title(context: Context, criteria: Sequence[Criterion]) -> str:
    unset = sum(not criterion.is_set for criterion in criteria)
    open_ = sum(criterion.is_set and not criterion.is_verified for criterion in criteria)
    state = "some" if unset or open_ else "all"
    figures = {"count": len(criteria), "unset": unset, "open": open_}
    return context.say(f"report.standards_title_{state}", sheet=context.names.standards, **figures)
