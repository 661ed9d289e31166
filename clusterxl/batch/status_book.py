"""How a batch stands, as a workbook: a table of the groups, all slots, reminders, the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from clusterxl.batch.contacts import Contacts
from clusterxl.batch.groups import (
    group_columns,
    group_lines,
    groups_note,
    groups_title,
    name_columns,
    named_columns,
    sums,
    whole_cells,
)
from clusterxl.batch.reminders import draw_reminders
from clusterxl.batch.status import Slot, Standing, Status
from clusterxl.batch.status_looks import FIRST_COLUMN, Column, Line, StatusLooks
from clusterxl.batch.words import (
    journal_line,
    next_step,
    standing_word,
)
from clusterxl.excel.book import Book
from clusterxl.excel.cells import Content
from clusterxl.excel.sheet import Sheet
from clusterxl.excel.stamp import PROPERTY, Stamp
from clusterxl.excel.tokens import CHECK_TAB, CORRECTION_TAB, LIST_TAB
from clusterxl.form.model import Form
from clusterxl.report.looks import BELOW_INK, MAIN, MUTED

KIND = "status"
HEAD_ROW = 4
_SLOTS = (
    Column(name="unit", px=120),
    Column(name="code", px=92),
    Column(name="serial", px=108),
    Column(name="subject", px=190),
    Column(name="standing", px=74, bold=True, indent=1),
    Column(name="next", px=112),
    Column(name="handed", px=48, align="center"),
    Column(name="received", px=108),
    Column(name="late", px=44, align="right"),
    Column(name="overdue", px=44, align="right"),
    Column(name="round", px=44, align="right"),
    Column(name="errors", px=44, align="right"),
    Column(name="warnings", px=50, align="right"),
    Column(name="waiting", px=44, align="right"),
    Column(name="file", px=176, indent=1),
    Column(name="return_id", px=100),
    Column(name="remarks", px=260),
)
# All of them on paper could not be read; what follows is for the screen.
_LAST_PRINTED = "waiting"
_LOG = (Column(name="entry", px=190), Column(name="told", px=860))
_INKS = {
    Standing.MISSING: BELOW_INK,
    Standing.REJECTED: BELOW_INK,
    Standing.QUESTIONED: BELOW_INK,
    Standing.ACCEPTED: MAIN,
    Standing.EXCLUDED: MUTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A comparison that was written and noted in the journal.

    Attributes:
        day: The day it was written.
        file: Its name.
        sha256: Hash of its bytes.
    """

    day: date
    file: str
    sha256: str


def write_status(
    form: Form,
    status: Status,
    *,
    compared: Iterable[Compared] = (),
    contacts: Mapping[str, Sequence[Contacts]] | None = None,
    sample: bool = False,
) -> bytes:
    """Write how a batch stands as a workbook, in the language of the form.

    Args:
        form: The form.
        status: How the batch stands.
        compared: The comparisons that were written so far.
        contacts: Whom to call, by code of the unit; None leaves the columns for it out.
        sample: The data are invented, and every page says so.

    Returns:
        The bytes of an .xlsx file; the same status gives the same bytes.

    Raises:
        RefusedByExcelError: Something breaks a limit of Excel.
    """
    looks = StatusLooks(form=form, sample=sample)
    stamp = Stamp(kind=KIND, form=form.id, version=form.version, base_year=form.base_year or 0)
    book = Book(title=looks.say("status.title"), properties={PROPERTY: stamp.text()})
    sheets = {
        name: book.sheet(looks.say(f"status.sheet_{name}"))
        for name in ("groups", "slots", "reminders", "journal")
    }
    _draw_groups(sheets["groups"], looks, status)
    _draw_slots(sheets["slots"], looks, status)
    draw_reminders(sheets["reminders"], looks, status, contacts)
    _draw_journal(sheets["journal"], looks, status, tuple(compared))
    tabs = {"groups": CHECK_TAB, "reminders": CORRECTION_TAB, "journal": LIST_TAB}
    for name, color in tabs.items():
        sheets[name].tab(color)
    sheets["groups"].activate()
    return book.save()


def _draw_groups(sheet: Sheet, looks: StatusLooks, status: Status) -> None:
    """Draw the table of the groups, those that owe most first, and the whole on top."""
    columns = group_columns(looks)
    looks.start(sheet, columns, groups_title(looks, status), groups_note(looks, status))
    looks.put_heads(sheet, HEAD_ROW, columns)
    lines = group_lines(looks, status)
    first, last = HEAD_ROW + 2, HEAD_ROW + 1 + len(lines)
    totals = whole_cells(looks, status)
    if lines:
        totals |= {
            **sums(columns, status.whole, (first, last)),
            "owed": looks.say("status.owed_note"),
        }
    looks.put_row(sheet, HEAD_ROW + 1, columns, Line(cells=totals, is_total=True))
    for row, line in enumerate(lines, first):
        looks.put_row(sheet, row, columns, line)
    sheet.freeze(HEAD_ROW + 2, FIRST_COLUMN + named_columns(looks))
    below = max(last, HEAD_ROW + 1) + 2
    journal = journal_line(status, lang=looks.form.language)
    sheet.put(below, FIRST_COLUMN, journal, looks.report.text(9, ink=MUTED))
    looks.finish(sheet, last_row=below, columns=len(columns), repeat=HEAD_ROW)


def _draw_slots(sheet: Sheet, looks: StatusLooks, status: Status) -> None:
    """Draw a row a slot, to be filtered."""
    columns = (*name_columns(looks), *_SLOTS)
    title = looks.say("status.slots_title", count=len(status.slots))
    looks.start(sheet, columns, title, looks.say("status.slots_note"))
    looks.put_heads(sheet, HEAD_ROW, columns, filtered=True)
    filters = HEAD_ROW + 1
    for number, slot in enumerate(status.slots, start=1):
        cells = _slot_cells(looks, slot)
        inks = {"standing": _INKS[slot.standing]}
        line = Line(cells=cells, number=number, inks=inks)
        looks.put_row(sheet, filters + number, columns, line)
    last = filters + max(len(status.slots), 1)
    sheet.filter(filters, FIRST_COLUMN, last, FIRST_COLUMN + len(columns) - 1)
    sheet.freeze(filters + 1, FIRST_COLUMN + len(columns) - len(_SLOTS) + 1)
    printed = [column.name for column in columns].index(_LAST_PRINTED) + 1
    looks.finish(sheet, last_row=last, columns=printed, repeat=HEAD_ROW, heads=2)


def _slot_cells(looks: StatusLooks, slot: Slot) -> dict[str, Content]:
    lang = looks.form.language
    return {
        "group": slot.unit.group,
        "unit": slot.unit.name,
        "code": slot.unit.code,
        "serial": slot.serial,
        "subject": slot.subject,
        "standing": standing_word(slot.standing, lang=lang),
        "next": next_step(slot, lang=lang),
        "handed": "✓" if slot.issued else "",
        "received": looks.day(slot.received),
        "late": slot.late,
        "overdue": slot.overdue,
        "round": slot.round,
        "errors": slot.errors,
        "warnings": slot.warnings,
        "waiting": slot.waiting,
        "file": slot.file,
        "return_id": slot.return_id,
        "remarks": "\n".join(slot.remarks),
    }


def _draw_journal(
    sheet: Sheet, looks: StatusLooks, status: Status, compared: Sequence[Compared]
) -> None:
    """Draw what proves the rest: the head of the journal, the sum of files, the comparisons."""
    lang = looks.form.language
    looks.start(sheet, _LOG, looks.say("status.journal_title"), looks.say("status.journal_note"))
    looks.put_heads(sheet, HEAD_ROW, _LOG)
    rows: list[tuple[str, str]] = [
        (looks.say("status.log_taken"), status.at.isoformat(timespec="minutes")),
        (looks.say("status.log_head"), status.head),
        (looks.say("status.log_entries"), str(status.entries)),
        (looks.say("status.log_files"), status.files.line(lang=lang)),
    ]
    rows += [
        (looks.say("status.log_comparison", day=looks.day(one.day)), f"{one.file}  {one.sha256}")
        for one in compared
    ]
    rows += [
        (looks.say("status.log_stray"), f"{found.file}  {found.sha256}") for found in status.strays
    ]
    for number, (name, told) in enumerate(rows, start=1):
        line = Line(cells={"entry": name, "told": told})
        looks.put_row(sheet, HEAD_ROW + number, _LOG, line)
    looks.finish(sheet, last_row=HEAD_ROW + len(rows), columns=len(_LOG), repeat=HEAD_ROW)
