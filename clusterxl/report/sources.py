"""The sheet of sources: every number and counted answer with the cell it was read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import ceil
from typing import Any

from clusterxl.excel.cells import Content, Link
from clusterxl.excel.heights import text_px
from clusterxl.excel.sheet import Sheet
from clusterxl.excel.tokens import SONG
from clusterxl.report.context import (
    DASH,
    MOST_NUMBERS_TRACED,
    MOST_RETURNS_TRACED,
    Context,
    bare_label,
    base_name,
    inert,
    records_of,
)
from clusterxl.report.drawing import INDENT_PX, draw_table, print_table
from clusterxl.report.finder import FINDER_ROWS, Finder, draw_finder, finder_of, has_finder
from clusterxl.report.looks import BAND_PX, BELOW_INK, LIGHT, MUTED, decimals_format
from clusterxl.report.picks import Choices
from clusterxl.report.places import SourceRows
from clusterxl.report.tables import FIRST_COLUMN, Cell, Column, Entry, Table
from clusterxl.sentences import catalogue

# Excel takes 65,530 links a sheet; far fewer keep the file quick to open.
MOST_LINKS = 20_000
EXCEL_SUFFIXES = (".xlsx", ".xlsm")
ODD_IN_LINKS = frozenset('#:!\\?*%"<>|')
LONGEST_LINK = 250
MOST_DECIMALS = 6
SIZE, CELL_MARGIN_PX = 9, 10
# Widths of number, value, sheet, cell, text and remark; the label takes what the others leave.
OTHERS_PX = (56, 78, 112, 50, 100, 94)
FILE_PX, MEASURE_PX = (90, 150), (54, 100)
LEAST_LABEL_PX, MOST_NAME_PX = 120, 340
MOST_OF_END = 0.7
# The columns that show the row that was found, from the first one on.
FOUND = (
    *("number_id", "label", "value", "measure", "subject", "file", "sheet", "cell", "raw"),
    "receipts",
)
BY_NAME = "name"


def source_blocks(context: Context) -> dict[str, SourceRows]:
    """Return the rows of each key in the list of sources."""
    if not context.traced:
        return {}
    first = Table(title="", note="", columns=(), rows=(), offset=_offset(context)).first_row
    blocks = {}
    for key, part in context.comparison.provenance.groupby("key", sort=False):
        row = first + int(part.index[0])
        number_id = str(part["number_id"].iloc[0])
        blocks[str(key)] = SourceRows(number_id=number_id, row=row, last_row=row + len(part) - 1)
    return blocks


def draw_sources(sheet: Sheet, context: Context, subjects: Choices | None) -> Finder | None:
    """Draw where each number comes from; of too many returns only say where to look instead.

    Args:
        sheet: The sheet.
        context: The comparison.
        subjects: The list of subjects; None without any.

    Returns:
        What finds a number by question and subject; None where nothing is to be found.
    """
    note = context.basis + context.say(f"report.{_note_name(context)}")
    records = records_of(context.comparison.provenance) if context.traced else []
    if not context.traced:
        most = {"most": f"{MOST_RETURNS_TRACED:,}", "numbers": f"{MOST_NUMBERS_TRACED:,}"}
        note = context.say("report.sources_elsewhere", **most)
    linked = len(records) <= MOST_LINKS
    columns = _columns(context)
    how = {found_by: found_in_words(context, found_by) for found_by in _ways(context)}
    table = Table(
        title=context.say("report.sources_title", sheet=context.names.provenance),
        note=note,
        columns=columns,
        rows=[
            _row(context, record, how[record["found_by"]], columns[1].px, linked=linked)
            for record in records
        ],
        frozen=2,
        spaced=False,
        tight=True,
        offset=_offset(context),
    )
    draw_table(sheet, table, context.looks)
    sheet.freeze(table.first_row, FIRST_COLUMN + table.frozen)
    last = FIRST_COLUMN + table.printed - 1
    page = context.page(sheet.name, last_row=table.last_row, last_column=last)
    print_table(sheet, table, page)
    if subjects is None or not records:
        return None
    at = {name: FIRST_COLUMN + place for place, name in enumerate(FOUND)}
    rows = (table.first_row, table.last_row)
    finder = finder_of(context, subjects, source_blocks(context), at, rows)
    if finder:
        draw_finder(sheet, finder, _shown(context, records[finder.row - table.first_row]))
    return finder


def _note_name(context: Context) -> str:
    """Return which sentence says how a file is found: by its link, in the archive, or by name."""
    if context.filing:
        return "sources_note_archive"
    return "sources_note_unlinked" if context.folder is None else "sources_note"


def _path(context: Context, record: Mapping[str, Any]) -> str:
    """Return where the file lies: in the archive where there is one, else as it was given."""
    sha256 = str(record["sha256"])
    if not context.filing or not sha256:
        return str(record["file"])
    return f"{context.filing.archive}/{sha256[:2]}/{sha256}"


def _offset(context: Context) -> int:
    return FINDER_ROWS if has_finder(context) else 0


def _columns(context: Context) -> list[Column]:
    def head(name: str) -> str:
        return context.say(f"report.source_{name}")

    file_px = _room(map(base_name, context.comparison.returns["file"]), FILE_PX)
    provenance = context.comparison.provenance
    # Behind a number a text is indented.
    measure_px = _room(provenance["measure"].unique(), MEASURE_PX) + INDENT_PX
    name_px = min(context.widest_name, MOST_NAME_PX)
    number, value, place, cell, raw, note = OTHERS_PX
    room = BAND_PX - name_px - file_px - measure_px - sum(OTHERS_PX)
    asked = set(zip(provenance["label"], provenance["measure"], strict=True))
    label_px = _room((bare_label(*each) for each in asked), (LEAST_LABEL_PX, room))
    raw += room - label_px
    return [
        Column(head=head("number"), px=number, size=SIZE),
        Column(head=head("label"), px=label_px, wrap=True, size=SIZE),
        Column(
            head=head("value"), px=value, align="right", num_format="#,##0.00", wrap=True, size=SIZE
        ),
        Column(head=head("measure"), px=measure_px, ink=MUTED, wrap=True, size=SIZE),
        Column(head=context.subject_noun, px=name_px, wrap=True, size=SIZE),
        Column(head=head("file"), px=file_px, wrap=True, size=SIZE),
        Column(head=head("sheet"), px=place, wrap=True, size=SIZE),
        Column(head=head("cell"), px=cell, align="center", size=SIZE),
        Column(head=head("raw"), px=raw, wrap=True, font=SONG, size=SIZE),
        Column(head=head("receipts"), px=note, wrap=True, size=SIZE),
        Column(head=head("full_label"), px=420, printed=False, size=SIZE, ink=MUTED),
        Column(head=head("found_by"), px=62, printed=False, size=SIZE),
        Column(head=head("path"), px=320, printed=False, size=SIZE, ink=MUTED),
        Column(head=head("key"), px=190, printed=False, size=SIZE, ink=MUTED),
        Column(head=head("unit"), px=120, printed=False, size=SIZE, ink=MUTED),
        Column(head=head("sha256"), px=460, printed=False, size=SIZE, ink=MUTED),
    ]


def _room(texts: Iterable[str], bounds: tuple[int, int]) -> int:
    """Return the width at which texts stand on one line, within bounds."""
    widest = max((text_px(text, SIZE) for text in texts), default=0)
    return min(max(ceil(widest) + CELL_MARGIN_PX, bounds[0]), bounds[1])


def _row(
    context: Context, record: dict[str, Any], found: str, label_px: int, *, linked: bool
) -> list[Entry]:
    return [
        record["number_id"],
        shortened(bare_label(record["label"], record["measure"]), label_px),
        _value(context, record),
        record["measure"],
        inert(record["subject"]),
        inert(base_name(record["file"])),
        inert(record["sheet"]),
        cell_content(context, record) if linked else inert(record["cell"]),
        inert(record["raw"]),
        _remark(context, record, found),
        record["label"],
        found if record["found_by"] == BY_NAME else Cell(found, ink=BELOW_INK),
        inert(_path(context, record)),
        record["key"],
        inert(record["unit"]),
        record["sha256"],
    ]


@lru_cache(maxsize=4_096)
def shortened(label: str, px: int) -> str:
    """Return a label on one line; of a long one the end stays, which tells year and item.

    >>> shortened("中小企业主持或参与制修订标准数量 国际 主持 2022年", 200)
    '中小企业主持…国际 主持 2022年'
    """
    room = px - CELL_MARGIN_PX
    if text_px(label, SIZE) <= room:
        return label
    words = label.split(" ")
    end = words.pop() if words[1:] else ""
    while words[1:] and text_px(f"{words[-1]} {end}", SIZE) <= room * MOST_OF_END:
        end = f"{words.pop()} {end}"
    if text_px(end, SIZE) > room * MOST_OF_END:
        end = ""
    start = label
    while start and text_px(f"{start}…{end}", SIZE) > room:
        start = start[:-1]
    return f"{start.strip()}…{end}"


def _remark(context: Context, record: dict[str, Any], found: str) -> Entry:
    """Say what was done to the text, or why there is no number, and how an odd cell was found."""
    told: Entry = inert(record["receipts"]) or _reason(context, record["status"])
    if record["found_by"] == BY_NAME:
        return told
    text = told.content if isinstance(told, Cell) else told
    how = context.say("report.source_found", found=found)
    parts = [str(text)] if text else []
    return Cell(context.say("report.list_comma").join([*parts, how]), ink=BELOW_INK)


def _shown(context: Context, record: dict[str, Any]) -> dict[str, Any]:
    """Return what stands in a row, as the finder repeats it."""
    value = _value(context, record)
    told = _remark(context, record, found_in_words(context, record["found_by"]))
    return {
        **{name: inert(record[name]) for name in ("number_id", "measure", "sheet", "cell", "raw")},
        "file": inert(base_name(record["file"])),
        "shown": value.content if isinstance(value, Cell) else value,
        "receipts": told.content if isinstance(told, Cell) else told,
    }


def _ways(context: Context) -> list[str]:
    """Return the ways in which cells were found."""
    return context.comparison.provenance["found_by"].unique().tolist()


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
