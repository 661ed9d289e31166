"""The sheet of personal answers, only for those who asked for it."""

from __future__ import annotations

from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH, Context, inert, records_of
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.tables import FIRST_COLUMN, Column, Table


def draw_contacts(sheet: Sheet, context: Context) -> None:
    """Draw the personal answers, for those who asked for them."""
    contacts = context.comparison.contacts
    names = ("subject", "unit", "label", "text")
    table = Table(
        title=context.say("report.contacts_title", sheet=context.names.contacts),
        note=context.say("report.contacts_note"),
        columns=[
            Column(head=context.subject_noun, px=330, wrap=True),
            Column(head=context.unit_noun or context.say("report.unit"), px=160, wrap=True),
            Column(head=context.say("report.question"), px=300, wrap=True),
            Column(head=context.say("report.answer"), px=300, wrap=True),
        ],
        rows=[[inert(record[name]) or DASH for name in names] for record in records_of(contacts)],
    )
    draw_table(sheet, table, context.looks)
    last = FIRST_COLUMN + table.printed - 1
    page = context.page(sheet.name, last_row=table.last_row, last_column=last)
    print_table(sheet, table, page)
