"""The filled rows of the lists and of the evidence, one sheet a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clusterxl.excel.sheet import Sheet
from clusterxl.form.model import Block, BlockKind, Form, evidence_rows, make_key
from clusterxl.report.context import DASH, NAME_SIZE, Context, inert, sheet_name
from clusterxl.report.looks import COUNT
from clusterxl.report.section_plans import LIST_KINDS, unused_name
from clusterxl.report.tables import (
    FIRST_COLUMN,
    Column,
    Entry,
    Table,
    draw_table,
    print_table,
)

# Longer lists make a workbook nobody can print; they stand in the frames.
MOST_ROWS = 2_000
TABLE_PX, LEAST_PX = 1180, 110


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSheet:
    """A list that has rows to show.

    Attributes:
        name: Name of the sheet.
        block: The list.
        rows: Place of the return, label of the row and texts of each filled row.
    """

    name: str
    block: Block
    rows: tuple[tuple[int, str, tuple[str, ...]], ...]


def list_sheets(context: Context, taken: set[str]) -> tuple[ListSheet, ...]:
    """Return the lists in which something was filled; `taken` are names of other sheets."""
    found = []
    for section in context.form.sections:
        for block in section.blocks:
            rows = _filled_rows(context, block) if block.kind in LIST_KINDS else ()
            if 0 < len(rows) <= MOST_ROWS:
                name = sheet_name(section.sheet)
                if name.lower() in taken:
                    name = sheet_name(context.say("report.rows_sheet", sheet=section.sheet))
                name = unused_name(name, taken)
                found.append(ListSheet(name=name, block=block, rows=rows))
    return tuple(found)


def filled_counts(context: Context, block: Block) -> list[int]:
    """Return how many rows of a list each return filled."""
    counts = [0] * context.count
    for place, _, _ in _filled_rows(context, block):
        counts[place] += 1
    return counts


def draw_list(sheet: Sheet, context: Context, plan: ListSheet) -> None:
    """Draw the filled rows of one list."""
    fields = [asked for asked in plan.block.fields if not asked.personal]
    is_list = plan.block.kind is BlockKind.LIST
    fixed = [Column(head=context.subject_noun, px=context.name_px, wrap=True, size=NAME_SIZE)]
    if context.form.levels:
        fixed.append(Column(head=context.group_noun, px=70, wrap=True))
    if is_list:
        head = context.say("report.row_number")
        fixed.append(Column(head=head, px=48, align="right", num_format=COUNT))
    else:
        fixed.append(Column(head=context.say("report.row_label"), px=330, wrap=True))
    px = max((TABLE_PX - sum(column.px for column in fixed)) // max(len(fields), 1), LEAST_PX)
    columns = [*fixed, *(Column(head=asked.label, px=px, wrap=True) for asked in fields)]
    table = Table(
        title=context.say("report.list_title", sheet=plan.name, rows=len(plan.rows)),
        note=context.say("report.list_note"),
        columns=columns,
        rows=[_row(context, row, is_list=is_list) for row in plan.rows],
        frozen=2,
    )
    draw_table(sheet, table, context.looks)
    last = FIRST_COLUMN + table.printed - 1
    print_table(sheet, table, context.page(plan.name, last_row=table.last_row, last_column=last))


def _row(context: Context, row: tuple[int, str, tuple[str, ...]], *, is_list: bool) -> list[Entry]:
    place, label, texts = row
    owner = context.comparison.returns.iloc[place]
    entries: list[Entry] = [inert(owner["subject"])]
    if context.form.levels:
        entries.append(inert(owner["group"]) or DASH)
    entries.append(float(label) if is_list else inert(label))
    return [*entries, *(inert(text) or DASH for text in texts)]


def _filled_rows(context: Context, block: Block) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
    cells = _cells_of(context.form, block)
    lists = context.comparison.lists
    places = {name: place for place, name in enumerate(context.comparison.returns["return_id"])}
    wanted = lists[lists["key"].isin(list(cells))]
    width = sum(not asked.personal for asked in block.fields)
    found: dict[tuple[int, int], tuple[str, list[str]]] = {}
    for return_id, key, text, number in zip(
        wanted["return_id"], wanted["key"], wanted["text"], wanted["number"], strict=True
    ):
        row, label, column = cells[key]
        place = places[return_id]
        texts = found.setdefault((place, row), (label, [""] * width))[1]
        texts[column] = text or f"{number:.15g}"
    return tuple(
        (place, label, tuple(texts)) for (place, _), (label, texts) in sorted(found.items())
    )


def _cells_of(form: Form, block: Block) -> Mapping[str, tuple[int, str, int]]:
    """Return row, label of the row and column of each key of a list."""
    fields = [asked for asked in block.fields if not asked.personal]
    if block.kind is BlockKind.LIST:
        return {
            make_key(block.id, item=asked.id, row=row): (row, str(row), column)
            for row in range(1, block.rows + 1)
            for column, asked in enumerate(fields)
        }
    return {
        make_key(block.id, item=f"{thing.item}_{asked.id}"): (row, thing.label, column)
        for row, thing in enumerate(evidence_rows(form))
        for column, asked in enumerate(fields)
    }
