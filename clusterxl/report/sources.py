"""The sheet of sources: every number and counted answer with the cell it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusterxl.excel.cells import Content, Link
from clusterxl.excel.sheet import Sheet
from clusterxl.excel.tokens import SONG
from clusterxl.report.context import (
    DASH,
    MOST_RETURNS_TRACED,
    NAME_SIZE,
    Context,
    base_name,
    inert,
    records_of,
)
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.looks import BELOW_INK, LIGHT, MUTED, decimals_format
from clusterxl.report.places import SourceRows
from clusterxl.report.tables import FIRST_COLUMN, Cell, Column, Entry, Table
from clusterxl.sentences import catalogue

# Excel takes 65,530 links a sheet; far fewer keep the file quick to open.
MOST_LINKS = 20_000
EXCEL_SUFFIXES = (".xlsx", ".xlsm")
ODD_IN_LINKS = frozenset('#:!\\?*%"<>|')
LONGEST_LINK = 250
MOST_DECIMALS = 6
BY_NAME = "name"


def source_blocks(context: Context) -> dict[str, SourceRows]:
    """Return the rows of each key in the list of sources."""
    if not context.traced:
        return {}
    first = Table(title="", note="", columns=(), rows=()).first_row
    blocks = {}
    for key, part in context.comparison.provenance.groupby("key", sort=False):
        row = first + int(part.index[0])
        number_id = str(part["number_id"].iloc[0])
        blocks[str(key)] = SourceRows(number_id=number_id, row=row, last_row=row + len(part) - 1)
    return blocks


def draw_sources(sheet: Sheet, context: Context) -> None:
    """Draw where each number comes from; of too many returns only say where to look instead."""
    provenance = context.comparison.provenance
    note = context.basis + context.say("report.sources_note")
    records = records_of(provenance) if context.traced else []
    if not context.traced:
        note = context.say("report.sources_elsewhere", most=MOST_RETURNS_TRACED)
    linked = len(records) <= MOST_LINKS
    table = Table(
        title=context.say("report.sources_title", sheet=context.names.provenance),
        note=note,
        columns=_columns(context),
        rows=[_row(context, record, linked=linked) for record in records],
        frozen=2,
    )
    draw_table(sheet, table, context.looks)
    last = FIRST_COLUMN + table.printed - 1
    page = context.page(sheet.name, last_row=table.last_row, last_column=last)
    print_table(sheet, table, page)


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


def _columns(context: Context) -> list[Column]:
    def head(name: str) -> str:
        return context.say(f"report.source_{name}")

    return [
        Column(head=head("number"), px=62, size=9),
        Column(head=head("label"), px=156, wrap=True, size=9),
        Column(head=head("value"), px=88, align="right", num_format="#,##0.00"),
        Column(head=head("measure"), px=88, ink=MUTED, wrap=True, size=9),
        Column(head=context.subject_noun, px=context.name_px, wrap=True, size=NAME_SIZE),
        Column(head=head("file"), px=116, wrap=True, size=9),
        Column(head=head("sheet"), px=102, wrap=True, size=9),
        Column(head=head("cell"), unit=head("cell_hint"), px=56, align="center"),
        Column(head=head("raw"), px=98, wrap=True, font=SONG),
        Column(head=head("receipts"), px=122, wrap=True, size=9),
        Column(head=head("found_by"), px=62, size=9),
        Column(head=head("path"), px=320, printed=False, size=9, ink=MUTED),
        Column(head=head("key"), px=190, printed=False, size=9, ink=MUTED),
        Column(head=head("unit"), px=120, printed=False, size=9, ink=MUTED),
        Column(head=head("sha256"), px=460, printed=False, size=9, ink=MUTED),
    ]


def _row(context: Context, record: dict[str, Any], *, linked: bool) -> list[Entry]:
    found_by = record["found_by"]
    found = found_in_words(context, found_by)
    return [
        record["number_id"],
        record["label"],
        _value(context, record),
        record["measure"],
        inert(record["subject"]),
        inert(base_name(record["file"])),
        inert(record["sheet"]),
        cell_content(context, record) if linked else inert(record["cell"]),
        inert(record["raw"]),
        inert(record["receipts"]) or _reason(context, record["status"]),
        found if found_by == BY_NAME else Cell(found, ink=BELOW_INK),
        inert(record["file"]),
        record["key"],
        inert(record["unit"]),
        record["sha256"],
    ]


def found_in_words(context: Context, found_by: str) -> str:
    """Return how a cell was found."""
    if f"report.found_{found_by}" in catalogue(context.form.language):
        return context.say(f"report.found_{found_by}")
    return inert(found_by) or DASH


def _value(context: Context, record: dict[str, Any]) -> Entry:
    value, status = record["value"], record["status"]
    if value == value:  # noqa: PLR0124 - false for NaN only
        behind = f"{value:.{MOST_DECIMALS}f}".rstrip("0").partition(".")[2]
        return Cell(float(value), num_format=decimals_format(len(behind)))
    if status == "value":
        return inert(record["text"])
    if status == "invalid":
        return Cell(context.say("report.invalid"), ink=BELOW_INK)
    return Cell(inert(record["text"]) or DASH, ink=MUTED if record["text"] else LIGHT)


def _reason(context: Context, status: str) -> Entry:
    """Say why there is no number."""
    reasons = {
        "none": "report.reason_none",
        "not_applicable": "report.reason_not_applicable",
        "blank": "report.reason_blank",
        "invalid": "report.reason_invalid",
    }
    if status not in reasons:
        return ""
    return Cell(context.say(reasons[status], none=context.form.none_word), ink=MUTED)


def cell_content(context: Context, record: Mapping[str, Any]) -> Content:
    """Return the link to the cell in the returned workbook, or only its address."""
    file, sheet, cell = (str(record[name]) for name in ("file", "sheet", "cell"))
    folders = file.split("/")[:-1]
    odd = (
        context.folder is None
        or ODD_IN_LINKS & set(file)
        or file.startswith("/")
        or ".." in folders
    )
    # No link leads into a zip.
    odd = odd or any(name.lower().endswith(".zip") for name in folders)
    quoted = sheet.replace("'", "''")
    folder = f"{context.folder.rstrip('/')}/" if context.folder else ""
    target = f"external:{folder}{file}#'{quoted}'!{cell}"
    if odd or not cell or not file.lower().endswith(EXCEL_SUFFIXES) or not file.isprintable():
        return inert(cell)
    return Link(target, cell) if len(target) <= LONGEST_LINK else inert(cell)
