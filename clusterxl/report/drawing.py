"""Draws a table on a sheet: title, note, heads, units, totals, rows; and its printed page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from clusterxl.excel.cells import Content, DataBar, Link, PageSetup, Style
from clusterxl.excel.heights import screen_points, text_lines, text_points, text_px
from clusterxl.excel.options import Look
from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH
from clusterxl.report.looks import (
    FIFTH,
    GROUND,
    GUTTER_PX,
    HAIRLINE,
    INK,
    LINK,
    MUTED,
    PAGE_SCALE,
    SOFT,
    Looks,
)
from clusterxl.report.tables import (
    FIRST_COLUMN,
    NOTE_ROW,
    TITLE_ROW,
    Cell,
    Entry,
    Table,
    balanced,
    band_starts,
)

ROW_POINTS, MOST_POINTS = 19.0, 400
INDENT_PX = 18
# Narrower columns need all their width for a word.
ROOMY_PX = 96
AIR_POINTS = 4.5
EVERY = 5
TITLE_SIZES, HEADING_SIZES = (16, 14, 12, 10.5), (16, 14, 12, 10.5)


def draw_table(sheet: Sheet, table: Table, looks: Looks) -> None:
    """Draw a table, freeze its heads, offer filters where there are no totals."""
    sheet.columns([GUTTER_PX, *(column.px for column in table.columns)])
    if table.title:
        _draw_title(sheet, table, looks)
    _draw_heads(sheet, table, looks)
    for number, total in enumerate(table.totals):
        row = table.last_head_row + 1 + number
        sheet.row(row, 16 if number else 22)
        for column, entry in enumerate(total):
            style = _total_style(table, column, looks, first=number == 0)
            put_entry(sheet, row, FIRST_COLUMN + column, entry, style)
    _draw_rows(sheet, table, looks)
    if not table.offset:
        sheet.freeze(table.first_row, FIRST_COLUMN + table.frozen)
    if table.filtered and table.rows and not table.totals:
        last = FIRST_COLUMN + len(table.columns) - 1
        sheet.filter(table.last_head_row, FIRST_COLUMN, table.last_row, last)


def print_table(sheet: Sheet, table: Table, page: PageSetup) -> None:
    """Set the printed page; a table wider than a page goes on in bands of whole columns.

    The heads of a table are repeated where it stands at the top of its sheet. From further down,
    LibreOffice prints them over the rows of the page on which they stand, and loses those.
    """
    if not table.offset:
        first = table.head_row - table.two_heads
        page = replace(page, repeat=(first, table.last_head_row + len(table.totals)))
    breaks = tuple(FIRST_COLUMN + start - 1 for start in band_starts(table))
    if breaks:
        page = replace(
            page,
            fit=(0, 0),
            scale=PAGE_SCALE,
            column_breaks=breaks,
            repeat_columns=(FIRST_COLUMN, FIRST_COLUMN + table.frozen - 1),
            center=False,
        )
    sheet.page(page)


def _draw_title(sheet: Sheet, table: Table, looks: Looks) -> None:
    starts = band_starts(table)
    shown = starts[0] if starts else max(table.printed, 1)
    # Where nothing printed stands beside the frozen columns, the title takes their place.
    before = table.frozen if table.heading and shown > table.frozen else 0
    first, last = FIRST_COLUMN + before, FIRST_COLUMN + shown - 1
    width = sum(column.px for column in table.columns[before:shown])
    if before:
        room = sum(column.px for column in table.columns[:before])
        size = next((s for s in HEADING_SIZES if text_px(table.heading, s) <= room - 8), 9)
        style = looks.text(size, bold=True)
        sheet.put(TITLE_ROW, FIRST_COLUMN, table.heading, style, TITLE_ROW, first - 1)
    sheet.row(TITLE_ROW, 28)
    sheet.row(NOTE_ROW, 4 + 13 * text_lines(table.note, width, 9))
    sheet.row(NOTE_ROW + 1, 6)
    size = next((s for s in TITLE_SIZES if text_px(table.title, s) <= width - 8), 9)
    title = looks.text(size, bold=True)
    sheet.put(TITLE_ROW, first, table.title, title, TITLE_ROW, last)
    note = replace(looks.text(9, ink=MUTED, wrap=True), valign="top")
    sheet.put(NOTE_ROW, first, table.note, note, NOTE_ROW, last)


def _draw_heads(sheet: Sheet, table: Table, looks: Looks) -> None:
    row = table.head_row
    if table.two_heads:
        _draw_group_heads(sheet, table, looks)
    heads = [balanced(column.head, column.px) for column in table.columns]
    sheet.row(row, _head_points([(h, c.px) for h, c in zip(heads, table.columns, strict=True)], 20))
    sheet.row(row + 1, 15)
    if table.links:
        sheet.row(row + 2, 15)
    for place, column in enumerate(table.columns):
        at = FIRST_COLUMN + place
        base = replace(looks.text(), align=column.align, indent=_indent(table, place))
        head = replace(base, size=9, bold=True, wrap=True, valign="bottom")
        unit = replace(base, size=9, ink=MUTED)
        link = replace(base, size=9, ink=LINK, underline=column.link is not None)
        sheet.put(row, at, heads[place], head)
        if table.links:
            sheet.put(row + 1, at, column.unit, unit)
            sheet.put(row + 2, at, column.link, _underlined(link))
        else:
            sheet.put(row + 1, at, column.unit, _underlined(unit))


def _draw_group_heads(sheet: Sheet, table: Table, looks: Looks) -> None:
    """Merge the group heads over their columns, page by page."""
    row = table.head_row - 1
    style = replace(looks.text(9, bold=True, wrap=True), align="center", valign="bottom")
    spans = _group_spans(table)
    widths = [sum(c.px for c in table.columns[first : last + 1]) for first, last in spans]
    texts = [table.columns[first].group for first, _ in spans]
    sheet.row(row, _head_points(list(zip(texts, widths, strict=True)), 16))
    for (first, last), text in zip(spans, texts, strict=True):
        ruled = replace(style, bottom="thin", line_ink=FIFTH)
        sheet.put(row, FIRST_COLUMN + first, text, ruled, row, FIRST_COLUMN + last)


def _group_spans(table: Table) -> list[tuple[int, int]]:
    starts = set(band_starts(table))
    spans: list[tuple[int, int]] = []
    for place, column in enumerate(table.columns):
        if not column.group:
            continue
        first, last = spans[-1] if spans else (-1, -1)
        joined = last == place - 1 and table.columns[first].group == column.group
        if joined and place not in starts:
            spans[-1] = (first, place)
        else:
            spans.append((place, place))
    return spans


def _draw_rows(sheet: Sheet, table: Table, looks: Looks) -> None:
    plain, fifth = (_RowLooks(sheet, table, looks, fifth=fifth) for fifth in (False, True))
    wraps = _wraps(table)
    air = AIR_POINTS if table.tight else 0
    for number, entries in enumerate(table.rows or [_empty_row(table)], 1):
        row = table.first_row + number - 1
        sheet.row(row, _row_points(entries, wraps) - air)
        own = plain if number % EVERY else fifth
        sheet.put_row(row, FIRST_COLUMN, *own.drawn(entries))
    for place, column in enumerate(table.columns):
        if column.bar:
            at = FIRST_COLUMN + place
            bar = DataBar(color=SOFT, percentile=table.bar_percentile)
            sheet.conditional(table.first_row, at, table.last_row, at, bar)


def _empty_row(table: Table) -> list[Entry]:
    """Return the row of a table without data; its names stay empty and count as nothing."""
    rest = [DASH if column.head else "" for column in table.columns[table.frozen :]]
    return [*([None] * table.frozen), *rest]


def _row_style(table: Table, place: int, looks: Looks, *, fifth: bool) -> Style:
    column = table.columns[place]
    return replace(
        looks.text(column.size, ink=column.ink, wrap=column.wrap),
        font=column.font or looks.font,
        align=column.align,
        num_format=column.num_format,
        indent=_indent(table, place),
        bottom="thin",
        line_ink=FIFTH if fifth else HAIRLINE,
    )


def _total_style(table: Table, place: int, looks: Looks, *, first: bool) -> Style:
    column = table.columns[place]
    return replace(
        looks.text(10 if first else 9, bold=first, fill=GROUND, ink=INK if first else MUTED),
        align=column.align,
        num_format=column.num_format,
        indent=_indent(table, place),
        bottom="thin",
        line_ink=FIFTH,
    )


class _RowLooks:
    """The looks of the rows of a table; each is made once, however many cells have it."""

    def __init__(self, sheet: Sheet, table: Table, looks: Looks, *, fifth: bool) -> None:
        places = range(len(table.columns))
        styles = [_row_style(table, place, looks, fifth=fifth) for place in places]
        self._sheet = sheet
        self._plain = [sheet.look(style) for style in styles]
        self._other: dict[tuple[object, ...], Look] = {}

    def drawn(self, entries: Sequence[Entry]) -> tuple[list[Content], list[Look]]:
        """Return what stands in the cells of a row, and how each looks."""
        contents: list[Content] = []
        looks = self._plain[: len(entries)]
        for place, entry in enumerate(entries):
            if isinstance(entry, (Cell, Link)):
                looks[place] = self._look(place, entry)
            contents.append(entry.content if isinstance(entry, Cell) else entry)
        return contents, looks

    def _look(self, place: int, entry: Cell | Link) -> Look:
        """Return the look of a cell that differs from its column."""
        differs: tuple[object, ...] = (place, isinstance(entry, Link))
        if isinstance(entry, Cell):
            is_link = isinstance(entry.content, Link)
            differs = (place, is_link, entry.ink, entry.fill, entry.bold, entry.num_format)
        found = self._other.get(differs)
        if found is None:
            look = self._sheet.look(_styled(entry, self._plain[place].style)[1])
            found = self._other[differs] = look
        return found


def put_entry(sheet: Sheet, row: int, column: int, entry: Entry, style: Style) -> None:
    """Write an entry in the style of its column, but for what it says of its own looks."""
    sheet.put(row, column, *_styled(entry, style))


def _styled(entry: Entry, style: Style) -> tuple[Content, Style]:
    """Return what stands in a cell, and how it looks where its column has a style."""
    if isinstance(entry, Cell):
        if entry.ink or entry.fill or entry.bold or entry.num_format:
            style = replace(
                style,
                ink=entry.ink or style.ink,
                fill=entry.fill or style.fill,
                bold=entry.bold or style.bold,
                num_format=entry.num_format or style.num_format,
            )
        entry = entry.content
    if isinstance(entry, Link):
        style = replace(style, ink=LINK, underline=True)
    return entry, style


def _indent(table: Table, place: int) -> int:
    """Keep a text at the left from touching a number, or the full lines of a text, at its left."""
    column, before = table.columns[place], table.columns[place - 1]
    follows = table.spaced and before.wrap and column.wrap and column.px >= ROOMY_PX
    touches = before.align == "right" or follows
    return int(place > 0 and column.align == "left" and touches)


def _underlined(style: Style) -> Style:
    return replace(style, bottom="medium", line_ink=INK)


def _head_points(heads: Iterable[tuple[str, int]], least: float) -> float:
    return max([least, *(text_points(text, px, 9) for text, px in heads if text)])


def _wraps(table: Table) -> list[tuple[int, int, float]]:
    """Return place, width of a text and size of the columns in which texts wrap."""
    return [
        (place, column.px - INDENT_PX * _indent(table, place), column.size)
        for place, column in enumerate(table.columns)
        if column.wrap
    ]


def _row_points(entries: Sequence[Entry], wraps: Sequence[tuple[int, int, float]]) -> float:
    """Return the height of a row in which every text has room."""
    most = ROW_POINTS
    for place, px, size in wraps:
        entry = entries[place]
        content = entry.content if isinstance(entry, Cell) else entry
        text = content.text if isinstance(content, Link) else content
        if isinstance(text, str) and text:
            most = max(most, min(_text_points(text, px, size), MOST_POINTS))
    return most


@lru_cache(maxsize=50_000)
def _text_points(text: str, px: int, size: float) -> float:
    return screen_points(text, px, size)
