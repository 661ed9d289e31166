"""The filled rows of the lists and of the evidence, one sheet a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clusterxl.excel.heights import text_px
from clusterxl.excel.sheet import Sheet
from clusterxl.form.model import BlockKind
from clusterxl.report.context import DASH, NAME_SIZE, Context, inert, records_of, sheet_name
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.filled import FilledList, FilledRow
from clusterxl.report.looks import COUNT
from clusterxl.report.section_plans import SectionSheet, fixed_names, unused_name
from clusterxl.report.tables import FIRST_COLUMN, Column, Entry, Table

# Longer lists make a workbook nobody can print; they stand in the frames.
MOST_ROWS = 2_000
TABLE_PX, LEAST_PX, MOST_PX, MOST_NAME_PX = 1180, 90, 520, 346


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSheet:
    """A list that gets a sheet of its own.

    Attributes:
        name: Name of the sheet.
        filled: The list.
    """

    name: str
    filled: FilledList


def list_sheets(
    context: Context, sections: Sequence[SectionSheet], *, most: int | None = None
) -> tuple[ListSheet, ...]:
    """Return the lists in which something was filled, but no more than `most` rows."""
    most = MOST_ROWS if most is None else most
    taken = {name.lower() for name in fixed_names(context)}
    taken |= {section.name.lower() for section in sections}
    found = []
    for section in sections:
        for filled in section.lists:
            if 0 < sum(filled.counts) <= most:
                name = context.say("report.rows_sheet", sheet=section.name)
                name = unused_name(sheet_name(name), taken)
                found.append(ListSheet(name=name, filled=filled))
    return tuple(found)


def long_lists(plan: SectionSheet, most: int) -> Iterator[tuple[FilledList, int]]:
    """Go through the lists of a section that `list_sheets` leaves out, with their rows."""
    for filled in plan.lists:
        if (rows := sum(filled.counts)) > most:
            yield filled, rows


def draw_list(sheet: Sheet, context: Context, plan: ListSheet) -> None:
    """Draw the filled rows of one list."""
    table = list_table(context, plan)
    draw_table(sheet, table, context.looks)
    last = FIRST_COLUMN + table.printed - 1
    print_table(sheet, table, context.page(plan.name, last_row=table.last_row, last_column=last))


def list_table(context: Context, plan: ListSheet) -> Table:
    """Return the filled rows of one list."""
    is_list = plan.filled.block.kind is BlockKind.LIST
    # A name stands in many rows; on one line it keeps all of them low.
    px = min(context.widest_name, MOST_NAME_PX)
    columns = [Column(head=context.subject_noun, px=px, wrap=True, size=NAME_SIZE)]
    if context.form.levels:
        columns.append(Column(head=context.group_noun, px=context.group_px, wrap=True))
    if is_list:
        head = context.say("report.row_number")
        columns.append(Column(head=head, px=48, align="right", num_format=COUNT))
    else:
        columns.append(Column(head=context.say("report.row_label"), px=330, wrap=True))
    rows, fields = plan.filled.rows(), plan.filled.fields
    owners = records_of(context.comparison.returns)
    widths = _widths(rows, len(fields), TABLE_PX - sum(column.px for column in columns))
    columns += [
        Column(head=asked.label, px=px, wrap=True) for asked, px in zip(fields, widths, strict=True)
    ]
    return Table(
        title=context.say("report.list_title", sheet=plan.name, rows=len(rows)),
        note=context.basis + context.say("report.list_note"),
        columns=columns,
        rows=[_row(context, row, owners[row.place], is_list=is_list) for row in rows],
        frozen=2,
        spaced=False,
    )


def _widths(rows: Sequence[FilledRow], columns: int, room: int) -> list[int]:
    """Share the room as the longest texts need it."""
    longest = [
        max((text_px(row.texts[place], 10) for row in rows), default=0) for place in range(columns)
    ]
    wanted = [min(max(px + 14, LEAST_PX), MOST_PX) for px in longest]
    return [max(int(room * px / sum(wanted)), LEAST_PX) for px in wanted]


def _row(
    context: Context, row: FilledRow, owner: Mapping[str, Any], *, is_list: bool
) -> list[Entry]:
    entries: list[Entry] = [inert(owner["subject"])]
    if context.form.levels:
        entries.append(inert(owner["group"]) or DASH)
    entries.append(float(row.label) if is_list else inert(row.label))
    return [*entries, *(inert(text) or DASH for text in row.texts)]
