"""Reminders: a block a group, to be printed or sent, of who still owes what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from clusterxl.batch.contacts import Contacts, shown_contacts
from clusterxl.batch.status import Count, Slot, Status
from clusterxl.batch.status_looks import FIRST_COLUMN, Column, Line, StatusLooks
from clusterxl.batch.words import owed_counts, standing_word
from clusterxl.excel.cells import Content
from clusterxl.excel.heights import text_points
from clusterxl.excel.sheet import Sheet
from clusterxl.ledger.records import ID_LENGTH
from clusterxl.report.looks import BELOW_INK, GUTTER_PX, MUTED

_COLUMNS = (
    Column(name="number", px=34, align="center"),
    Column(name="unit", px=104),
    Column(name="subject", px=142),
    Column(name="serial", px=108),
    Column(name="state", px=142, bold=True),
    Column(name="errors", px=42, align="right"),
    Column(name="warnings", px=48, align="right"),
)
_CONTACT = Column(name="contact", px=270, indent=1)
# 180 mm between the margins hold 680 px. A font that stands in for that of the columns may make
# them three tenths wider, and a sheet that is not fitted to its paper would be cut.
_SCALE = 84


def draw_reminders(
    sheet: Sheet,
    looks: StatusLooks,
    status: Status,
    contacts: Mapping[str, Sequence[Contacts]] | None,
) -> None:
    """Draw the blocks of all groups that owe anything, each to be printed on a page of its own.

    Args:
        sheet: The sheet.
        looks: Words and styles.
        status: How the batch stands.
        contacts: Whom to call, by code of the unit; None leaves the column out.
    """
    columns = _COLUMNS if contacts is None else (*_COLUMNS, _CONTACT)
    sheet.columns([GUTTER_PX, *(column.px for column in columns)])
    row, breaks = 1, list[int]()
    for count in (one for one in status.groups if one.owed):
        slots = [slot for slot in status.slots if slot.unit.group == count.group and slot.is_owed]
        row = _draw_block(sheet, looks, status, (row, count, slots), columns, contacts)
        breaks.append(row - 1)
    if not breaks:
        sheet.put(1, FIRST_COLUMN, looks.say("status.nothing_owed"), looks.report.text(12))
        row = 2
    _set_page(sheet, looks, breaks, last_row=row - 1, columns=columns)


def _draw_block(
    sheet: Sheet,
    looks: StatusLooks,
    status: Status,
    block: tuple[int, Count, Sequence[Slot]],
    columns: Sequence[Column],
    contacts: Mapping[str, Sequence[Contacts]] | None,
) -> int:
    """Draw what one group owes and return the row after it."""
    row, count, slots = block
    last = FIRST_COLUMN + len(columns) - 1
    title = looks.say(
        "status.reminder_title" if count.group else "status.reminder_title_all",
        group=count.group,
        owed=owed_counts(count, lang=looks.form.language),
    )
    sheet.row(row, 30)
    sheet.put(row, FIRST_COLUMN, title, looks.report.text(14, bold=True), row, last)
    note = _note(looks, status)
    px = sum(column.px for column in columns)
    sheet.row(row + 1, text_points(note, px, 9.5))
    wrapped = looks.report.text(9.5, ink=MUTED, wrap=True)
    sheet.put(row + 1, FIRST_COLUMN, note, wrapped, row + 1, last)
    looks.put_heads(sheet, row + 2, columns)
    for number, slot in enumerate(slots, start=1):
        cells = _cells(looks, number, slot, contacts)
        looks.put_row(
            sheet, row + 2 + number, columns, Line(cells=cells, inks={"state": BELOW_INK})
        )
    end = row + 3 + len(slots)
    sheet.row(end, 18)
    return end + 1


def _note(looks: StatusLooks, status: Status) -> str:
    """Say until when, and what is to be done."""
    parts = []
    if status.deadline:
        past = (status.today - status.deadline).days
        name = "reminder_past" if past > 0 else "reminder_until"
        until = looks.day(status.deadline)
        parts.append(looks.say(f"status.{name}", deadline=until, days=past))
    parts.append(looks.say("status.reminder_how"))
    return "".join(parts)


def _cells(
    looks: StatusLooks, number: int, slot: Slot, contacts: Mapping[str, Sequence[Contacts]] | None
) -> dict[str, Content]:
    state = standing_word(slot.standing, lang=looks.form.language)
    if slot.is_sent:
        state = looks.say("status.state_sent", state=state, round=slot.round)
    return {
        "number": str(number),
        "unit": slot.unit.name,
        "subject": slot.subject,
        "serial": slot.serial,
        "state": state,
        "errors": slot.errors,
        "warnings": slot.warnings,
        "contact": _contact(looks, slot, contacts or {}),
    }


def _contact(looks: StatusLooks, slot: Slot, contacts: Mapping[str, Sequence[Contacts]]) -> str:
    own = (slot.return_id, *(one.sha256[:ID_LENGTH] for one in slot.others))
    return shown_contacts(contacts.get(slot.unit.code, ()), own, lang=looks.form.language)


def _set_page(
    sheet: Sheet,
    looks: StatusLooks,
    breaks: Sequence[int],
    *,
    last_row: int,
    columns: Sequence[Column],
) -> None:
    last = FIRST_COLUMN + len(columns) - 1
    header = looks.say("report.sample") if looks.sample else ""
    footer = (looks.form.short_title, looks.say("report.page_number"))
    setup = looks.report.page(header=header, footer=footer, area=(max(last_row, 1), last))
    is_wide = _CONTACT in columns
    # A sheet that is fitted to a page ignores its breaks.
    scaled = replace(setup, fit=(0, 0), scale=_SCALE, breaks=tuple(breaks[:-1]))
    sheet.page(replace(scaled, landscape=is_wide, margins_mm=(15, 14, 15, 15)))
