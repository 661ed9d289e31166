"""The columns of a sheet of criteria: names, what is judged, and the verdicts that count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isnan
from typing import Any

from clusterxl.criteria import Criterion, Standing
from clusterxl.excel.cells import Content, Formula, column_letters
from clusterxl.excel.heights import text_px
from clusterxl.form.model import FieldType, Input
from clusterxl.report.answers import Shown, entry_of
from clusterxl.report.context import DASH, NAME_SIZE, Context, inert
from clusterxl.report.demands import demand_text, shown_px, verdict_format
from clusterxl.report.looks import BELOW_INK, LIGHT, MUTED, decimals_format, quoted
from clusterxl.report.places import MOST_NUMBERS_LINKED, Places
from clusterxl.report.tables import Cell, Column, Entry, Table, head_px
from clusterxl.report.traces import traced
from clusterxl.ruleset.rules import Kind

FAIL_FILL, FAIL_INK, NONE_FILL = "FBE3DE", "A61B0F", "EEF1F4"
# In the columns of verdicts, which count.
YES, NO = 1, 0
# More cells than these of a question would bury what is judged.
MOST_CELLS = 3
WIDEST_DEMAND = 170
LEAST_PX = 76


@dataclass(frozen=True, kw_only=True)
class JudgedRows:
    """The rows of a sheet of criteria, which its columns are made from.

    Attributes:
        context: The comparison.
        places: Where the answers stand.
        shown: What is shown of each answer.
        criteria: What is judged.
        order: The returns, those that meet least first.
        at: Place of each return among the returns, which stand in another order elsewhere.
        verdicts: Row of the verdicts for each rule and return.
        met: How many of the criteria each return meets.
    """

    context: Context
    places: Places
    shown: Mapping[tuple[str, str], Shown]
    criteria: tuple[Criterion, ...]
    order: Sequence[str]
    at: Mapping[str, int]
    verdicts: Mapping[tuple[str, str], dict[str, Any]]
    met: Mapping[str, int]

    @property
    def most(self) -> int:
        """How many criteria can be met: those that are set."""
        return sum(criterion.is_set for criterion in self.criteria)

    @property
    def two_heads(self) -> bool:
        """Whether the answers that a criterion compares stand beside what is judged."""
        return self.criteria[0].rule.kind is Kind.PLAN

    @property
    def first(self) -> int:
        """First row of the returns on the sheet."""
        table = Table(
            title="",
            note="",
            columns=(),
            rows=(),
            totals=((),),
            two_heads=self.two_heads,
            links=self.context.traced,
        )
        return table.first_row

    def range(self, column: int) -> str:
        """Return the cells of a column, on the sheet itself."""
        letters = column_letters(column)
        return f"{letters}{self.first}:{letters}{self.first + max(len(self.order), 1) - 1}"


@dataclass(frozen=True, kw_only=True)
class JudgedColumn:
    """One column with its entries, and what stands in the total above them."""

    column: Column
    entries: Sequence[Entry]
    total: Entry = ""


def name_columns(source: JudgedRows) -> list[JudgedColumn]:
    """Return the columns that name the returns."""
    context = source.context
    subjects = context.comparison.subjects.set_index("return_id").loc[list(source.order)]
    name = Column(head=context.subject_noun, px=context.name_px, wrap=True, size=NAME_SIZE)
    total = context.say("report.met_of_known")
    parts = [
        JudgedColumn(
            column=name, entries=[inert(text) for text in subjects["subject"]], total=total
        )
    ]
    if context.form.levels:
        group = Column(head=context.group_noun, px=context.group_px, wrap=True, size=NAME_SIZE)
        parts.append(
            JudgedColumn(column=group, entries=[inert(text) or DASH for text in subjects["group"]])
        )
    return parts


def criterion_columns(source: JudgedRows, criterion: Criterion) -> list[JudgedColumn]:
    """Return the columns of a criterion; the last one holds what is judged."""
    if not source.two_heads:
        return [_judged_column(source, criterion, head=criterion.head, group="")]
    beside = _cells_beside(source.context, criterion)
    judged = [asked for asked in beside if asked.key in criterion.keys]
    is_own = (
        len(judged) == 1
        and all(d.is_cell for d in criterion.demands)
        and judged[-1:] == beside[-1:]
    )
    parts = [
        _cell_column(source, asked, criterion.head) for asked in (beside[:-1] if is_own else beside)
    ]
    head = judged[0].short if is_own else source.context.say("report.worked_out")
    return [*parts, _judged_column(source, criterion, head=head, group=criterion.head)]


def _cells_beside(context: Context, criterion: Criterion) -> list[Input]:
    """Return the cells of the questions judged, in form order; of many only those judged."""
    form = context.form
    fields = {form.by_key[key].field.id for key in criterion.keys}
    cells = [i for i in form.inputs if i.field.id in fields and i.type.is_numeric]
    if len(cells) > MOST_CELLS:
        cells = [asked for asked in cells if asked.key in criterion.keys]
    return cells


def _cell_column(source: JudgedRows, asked: Input, group: str) -> JudgedColumn:
    measure = asked.field.measure or source.context.say("report.unit_number")
    decimals = 0 if asked.type is FieldType.COUNT else 2
    head = asked.short or asked.label
    column = Column(
        head=head,
        unit=measure,
        px=head_px(head, measure, 76),
        align="right",
        num_format=decimals_format(decimals),
        group=group,
        link=source.places.link(asked.key),
    )
    entries = [_answer(source, return_id, asked.key) for return_id in source.order]
    return JudgedColumn(column=column, entries=entries)


def _answer(source: JudgedRows, return_id: str, key: str) -> Entry:
    answer = source.shown.get((return_id, key), Shown(content=DASH, ink=LIGHT))
    entry = entry_of(_live(source, return_id, key, answer.content), answer)
    return traced(entry, _source(source, return_id, key))


def _source(source: JudgedRows, return_id: str, key: str) -> str:
    """Return where what is judged of a return leads."""
    few = len(source.order) * len(source.criteria) <= MOST_NUMBERS_LINKED
    return source.places.source(key, source.at[return_id]) if few else ""


def _live(source: JudgedRows, return_id: str, key: str, content: float | str) -> Content:
    """Return what another sheet shows already as a reference to it."""
    shown = source.shown.get((return_id, key))
    if key not in source.places.columns or shown is None or shown.content != content:
        return content
    return Formula(f"={source.places.cell(key, source.at[return_id])}", content)


def _judged_column(
    source: JudgedRows, criterion: Criterion, *, head: str, group: str
) -> JudgedColumn:
    context = source.context
    unit = demand_text(context, criterion)
    if text_px(unit, 9) > WIDEST_DEMAND:
        unit = context.say("report.see", sheet=context.names.standards)
    room = max(text_px(unit, 9), shown_px(criterion)) + 10
    keys = [key for key in criterion.keys if source.places.link(key)]
    column = Column(
        head=head,
        unit=unit,
        px=max(head_px(head, "", LEAST_PX), ceil(room)),
        align="right",
        group=group,
        link=source.places.link(keys[-1]) if keys else None,
    )
    entries = [_judged(source, criterion, return_id) for return_id in source.order]
    return JudgedColumn(column=column, entries=entries)


def _judged(source: JudgedRows, criterion: Criterion, return_id: str) -> Entry:
    row = source.verdicts[criterion.rule.id, return_id]
    verdict, value = Standing(row["verdict"]), float(row["value"])
    content: float | str = inert(row["text"]) if isnan(value) else value
    if verdict is Standing.NO_DATA:
        return Cell(source.context.say("report.no_data"), ink=MUTED, fill=NONE_FILL)
    if content == "":
        return Cell(DASH, ink=LIGHT)
    shown: Content = content
    if criterion.demands[int(row["demand"])].is_cell:
        shown = _live(source, return_id, row["key"], content)
    form = verdict_format(criterion, row)
    target = _source(source, return_id, row["key"])
    if verdict is Standing.MISSED:
        missed = Cell(shown, ink=FAIL_INK, bold=True, num_format=form, fill=FAIL_FILL)
        return traced(missed, target)
    ink = MUTED if verdict is Standing.UNSET else ""
    return traced(Cell(shown, ink=ink, num_format=form), target)


def with_totals(
    source: JudgedRows, body: Sequence[Sequence[JudgedColumn]], at: Mapping[str, int]
) -> list[JudgedColumn]:
    """Return the columns with how many meet each criterion, of those that can be judged."""
    parts: list[JudgedColumn] = []
    for criterion, own in zip(source.criteria, body, strict=True):
        cells = source.range(at[criterion.rule.id])
        each = [source.verdicts[criterion.rule.id, i]["verdict"] for i in source.order]
        met, missed = (each.count(standing) for standing in (Standing.MET, Standing.MISSED))
        total: Entry = Cell(source.context.say("report.not_judged"), ink=MUTED)
        if criterion.is_set:
            text = f'=COUNTIF({cells},{YES})&" / "&COUNT({cells})'
            total = Formula(text, f"{met} / {met + missed}")
        parts += own[:-1]
        parts.append(JudgedColumn(column=own[-1].column, entries=own[-1].entries, total=total))
    return parts


def count_column(source: JudgedRows, met_at: int) -> JudgedColumn:
    """Return the column of how many criteria are met, of those that are set."""
    context, met, most = source.context, source.met, source.most
    head = context.say("report.met_head")
    unit = context.say("report.met_unit", count=most) if most else ""
    letters = column_letters(met_at)
    # A narrow table is widened here; at the left the figures stay beside the others.
    column = Column(head=head, unit=unit, px=head_px(head, unit, 84))
    entries: list[Entry] = []
    for row, return_id in enumerate(source.order, source.first):
        content = Formula(f'={letters}{row}&" / {most}"', f"{met[return_id]} / {most}")
        entries.append(
            Cell(content, ink=BELOW_INK, bold=True) if met[return_id] < most else content
        )
    if not most:
        return JudgedColumn(
            column=column, entries=[Cell(DASH, ink=LIGHT) for _ in entries], total=DASH
        )
    every = sum(count == most for count in met.values())
    told = context.say("report.met_all", count="\x00").partition("\x00")
    text = f"={quoted(told[0])}&COUNTIF({source.range(met_at)},{most})&{quoted(told[2])}"
    return JudgedColumn(
        column=column, entries=entries, total=Formula(text, f"{told[0]}{every}{told[2]}")
    )


def verdict_column(source: JudgedRows, criterion: Criterion) -> JudgedColumn:
    """Return the verdicts as numbers, which totals, charts and other sheets count."""
    context = source.context
    words: Mapping[Standing, Entry] = {
        Standing.MET: float(YES),
        Standing.MISSED: float(NO),
        Standing.NO_DATA: context.say("report.no_data"),
        Standing.UNSET: context.say("report.unset_short"),
    }
    column = Column(
        head=criterion.head,
        unit=context.say("report.verdict_unit"),
        px=96,
        align="right",
        num_format="0",
        printed=False,
        size=9,
        ink=MUTED,
        group=context.say("report.verdict_group"),
    )
    entries = [
        words[Standing(source.verdicts[criterion.rule.id, return_id]["verdict"])]
        for return_id in source.order
    ]
    return JudgedColumn(column=column, entries=entries)


def met_column(source: JudgedRows, at: Mapping[str, int]) -> JudgedColumn:
    """Return the column of how many criteria are met, as numbers."""
    criteria = source.criteria
    first, last = (column_letters(at[c.rule.id]) for c in (criteria[0], criteria[-1]))
    head = source.context.say("report.met_head")
    column = Column(
        head=head, px=76, align="right", num_format="0", printed=False, size=9, ink=MUTED
    )
    entries = [
        Formula(f"=SUM({first}{row}:{last}{row})", source.met[return_id])
        for row, return_id in enumerate(source.order, source.first)
    ]
    return JudgedColumn(column=column, entries=entries)
