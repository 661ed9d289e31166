"""The sheets of criteria and of planned targets: each return against what its form demands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

from clusterxl.criteria import Criterion, Standing
from clusterxl.excel.cells import address, sheet_reference
from clusterxl.excel.sheet import Sheet
from clusterxl.report.answers import Shown
from clusterxl.report.context import Context, records_of
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.judged_columns import (
    JudgedRows,
    count_column,
    criterion_columns,
    met_column,
    name_columns,
    verdict_column,
    with_totals,
)
from clusterxl.report.places import Places
from clusterxl.report.tables import FIRST_COLUMN, Table
from clusterxl.ruleset.rules import Kind


@dataclass(frozen=True, kw_only=True)
class CriteriaSheet:
    """A sheet of criteria, with the places that other sheets refer to.

    Attributes:
        name: Name of the sheet.
        table: The table.
        criteria: What it shows.
        shown_at: Column on the sheet of what each rule judges.
        at: Column on the sheet of the verdicts on each rule; `met` of how many are met, `group`
            of the groups where the form has levels.
        rows: Row of each return.
        met: How many criteria each return meets.
        most: How many it can meet: those that are set.
    """

    name: str
    table: Table
    criteria: tuple[Criterion, ...]
    shown_at: Mapping[str, int]
    at: Mapping[str, int]
    rows: Mapping[str, int]
    met: Mapping[str, int]
    most: int

    @property
    def all_met(self) -> int:
        """How many returns meet all criteria that are set."""
        return sum(met == self.most for met in self.met.values()) if self.most else 0

    def cells(self, column: str) -> str:
        """Return the reference to the verdicts on a rule, or to how many are met."""
        first = address(self.table.first_row, self.at[column], absolute=True)
        last = address(self.table.last_row, self.at[column], absolute=True)
        return sheet_reference(self.name, f"{first}:{last}")

    def cell(self, return_id: str, column: str) -> str:
        """Return the reference to one of them."""
        place = address(self.rows[return_id], self.at[column], absolute=True)
        return sheet_reference(self.name, place)


def criteria_sheets(
    context: Context, places: Places, shown: Mapping[tuple[str, str], Shown]
) -> tuple[CriteriaSheet, ...]:
    """Return the sheets of criteria and of planned targets; none where the form demands nothing."""
    kinds = ((Kind.CRITERION, context.names.criteria), (Kind.PLAN, context.names.plan))
    found = []
    for kind, name in kinds:
        criteria = _in_order([c for c in context.comparison.criteria if c.rule.kind is kind])
        if criteria:
            found.append(_sheet(_rows(context, places, shown, criteria), name))
    return tuple(found)


def criteria_among(sheets: Sequence[CriteriaSheet]) -> CriteriaSheet | None:
    """Return the sheet of criteria among some; None where there is none."""
    kind = Kind.CRITERION
    return next((sheet for sheet in sheets if sheet.criteria[0].rule.kind is kind), None)


def draw_criteria(sheet: Sheet, context: Context, criteria: CriteriaSheet) -> None:
    """Draw a sheet of criteria."""
    table = criteria.table
    draw_table(sheet, table, context.looks)
    last = FIRST_COLUMN + table.printed - 1
    print_table(sheet, table, context.page(sheet.name, last_row=table.last_row, last_column=last))


def _in_order(criteria: Sequence[Criterion]) -> tuple[Criterion, ...]:
    """Figures first, then what nobody has set, then answers in words."""
    return tuple(sorted(criteria, key=lambda c: (not c.is_figure, not c.is_set)))


def _sheet(source: JudgedRows, name: str) -> CriteriaSheet:
    criteria = source.criteria
    names = name_columns(source)
    body = [criterion_columns(source, criterion) for criterion in criteria]
    ends = accumulate(map(len, body), initial=FIRST_COLUMN + len(names) - 1)
    shown_at = {c.rule.id: end for c, end in zip(criteria, islice(ends, 1, None), strict=True)}
    # Behind the printed columns and the one of how many are met.
    start = FIRST_COLUMN + len(names) + sum(map(len, body)) + 1
    at = {criterion.rule.id: start + place for place, criterion in enumerate(criteria)}
    at["met"] = start + len(criteria)
    if source.context.form.levels:
        at["group"] = FIRST_COLUMN + 1
    columns = [*names, *with_totals(source, body, at), count_column(source, at["met"])]
    columns += [verdict_column(source, criterion) for criterion in criteria]
    columns.append(met_column(source, at))
    table = Table(
        title=_title(source),
        heading=name,
        note=_note(source),
        columns=[each.column for each in columns],
        rows=list(zip(*(each.entries for each in columns), strict=True)),
        totals=[[each.total for each in columns]],
        frozen=len(names),
        two_heads=source.two_heads,
        links=source.context.traced,
        bands=True,
    )
    rows = {return_id: source.first + place for place, return_id in enumerate(source.order)}
    return CriteriaSheet(
        name=name,
        table=table.padded(),
        criteria=criteria,
        shown_at=shown_at,
        at=at,
        rows=rows,
        met=source.met,
        most=source.most,
    )


def _rows(
    context: Context,
    places: Places,
    shown: Mapping[tuple[str, str], Shown],
    criteria: tuple[Criterion, ...],
) -> JudgedRows:
    returns = context.comparison.returns["return_id"].tolist()
    verdicts = {(r["rule"], r["return_id"]): r for r in records_of(context.comparison.verdicts)}
    met = {
        return_id: sum(verdicts[c.rule.id, return_id]["verdict"] == "met" for c in criteria)
        for return_id in returns
    }
    by_output = context.comparison.subjects["return_id"].tolist()
    return JudgedRows(
        context=context,
        places=places,
        shown=shown,
        criteria=criteria,
        order=sorted(by_output, key=lambda return_id: met[return_id]),
        at={return_id: at for at, return_id in enumerate(returns)},
        verdicts=verdicts,
        met=met,
    )


def _title(source: JudgedRows) -> str:
    context, met, most = source.context, source.met, source.most
    every = sum(count == most for count in met.values())
    figures = {"noun": context.subject_noun, "most": most, "met": every}
    state = "some"
    if not met:
        state = "empty"
    elif not most:
        state = "unset"
    elif every in (0, len(met)):
        state = "all" if every else "none"
    figures |= {"count": len(met), "rest": len(met) - every}
    return context.say(f"report.{source.criteria[0].rule.kind}_title_{state}", **figures)


def _note(source: JudgedRows) -> str:
    """Say how to read the marks; of those that do not occur nothing is said."""
    context = source.context
    own = {criterion.rule.id for criterion in source.criteria}
    seen = {row["verdict"] for (rule, _), row in source.verdicts.items() if rule in own}
    parts = [context.basis, context.say("report.criteria_order")]
    parts.append(context.say("report.criteria_marks"))
    if Standing.NO_DATA in seen:
        none = context.form.none_word
        name = "report.criteria_no_data" if none else "report.criteria_no_data_plain"
        parts.append(context.say(name, none=none))
    if source.most < len(source.criteria):
        parts.append(context.say("report.criteria_unset"))
    parts.append(context.say("report.criteria_basis", sheet=context.names.standards))
    if source.places.blocks:
        parts.append(context.say("report.numbers_note", sheet=context.names.provenance))
    return context.say("report.sentence_gap").join(parts)
