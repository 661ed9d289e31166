"""What a table is: columns, rows, totals; where its parts stand and how its pages break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

from clusterxl.excel.cells import Content, Link
from clusterxl.excel.heights import text_lines, text_px
from clusterxl.report.looks import (
    BAND_PX,
    INK,
)

TITLE_ROW, NOTE_ROW, FIRST_HEAD = 1, 2, 4
FIRST_COLUMN = 2
LEAST_PX = 820
BOLD, WIDEST_WORD = 1.08, 120
NO_LINE_START = "，。、；：）》〉”’%)]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table.

    Attributes:
        head: Its head.
        unit: Its measure, in the grey line under the head.
        px: Its width.
        align: Where its cells and head stand.
        num_format: Number format of its cells.
        group: Head merged over neighbours with the same group; only in tables with two heads.
        link: Link to where its numbers come from.
        wrap: Long text goes on in a new line, the row grows.
        bar: Bars instead of numbers.
        printed: It is printed; columns that are not stand at the right.
        size: Font size of its cells.
        ink: Colour of its cells.
        font: Font of its cells; empty for that of the table.
    """

    head: str
    unit: str = ""
    px: int
    align: Literal["left", "right", "center"] = "left"
    num_format: str = "General"
    group: str = ""
    link: Link | None = None
    wrap: bool = False
    bar: bool = False
    printed: bool = True
    size: float = 10
    ink: str = INK
    font: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that looks different from its column."""

    content: Content
    ink: str = ""
    bold: bool = False
    num_format: str = ""
    fill: str = ""


Entry = Cell | Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; rows of entries, one a column.

    Attributes:
        title: A sentence; empty for a second table on a sheet.
        note: What it rests on, how to read it.
        heading: What stands above the frozen columns, and so on every band; the title then
            stands right of it.
        columns: Its columns.
        rows: Its rows.
        totals: Rows directly under the heads, the first one bold.
        frozen: Columns that stay in sight at the left.
        two_heads: A line of group heads stands above the heads.
        links: A line of links stands under the units.
        bar_percentile: Percentile of a full bar; None for the largest.
        tall: Pages tall; 0 for as many as needed.
        offset: Rows above the heads that another table takes.
        filtered: Filters are offered; only where there are no totals.
        tight: Rows have no air above and below, so that many stand on a page.
        spaced: Texts beside each other stand apart; else each has all its column, so that more of
            them keep to one line.
        bands: Wider than a page, it goes on in bands of whole columns instead of shrinking.
    """

    title: str
    note: str
    heading: str = ""
    columns: Sequence[Column]
    rows: Sequence[Sequence[Entry]]
    totals: Sequence[Sequence[Entry]] = ()
    frozen: int = 1
    two_heads: bool = False
    links: bool = False
    bar_percentile: float | None = None
    tall: int = 0
    offset: int = 0
    filtered: bool = True
    tight: bool = False
    spaced: bool = True
    bands: bool = False

    @property
    def head_row(self) -> int:
        """The row of the heads; group heads stand above it."""
        return FIRST_HEAD + self.offset + self.two_heads

    @property
    def last_head_row(self) -> int:
        """The last row before totals and rows."""
        return self.head_row + 1 + self.links

    @property
    def first_row(self) -> int:
        """The first row of data."""
        return self.last_head_row + 1 + len(self.totals)

    @property
    def last_row(self) -> int:
        """The last row of data."""
        return self.first_row + max(len(self.rows), 1) - 1

    def padded(self) -> Table:
        """Return a table wide enough for its title and note.

        An empty column fills it up; where unprinted columns follow, the last printed one grows.
        """
        missing = LEAST_PX - sum(column.px for column in self.columns if column.printed)
        if missing <= 0:
            return self
        if self.printed < len(self.columns):
            columns = list(self.columns)
            last = columns[self.printed - 1]
            columns[self.printed - 1] = replace(last, px=last.px + missing)
            return replace(self, columns=columns)
        return replace(
            self,
            columns=[*self.columns, Column(head="", px=missing)],
            rows=[[*row, ""] for row in self.rows],
            totals=[[*row, ""] for row in self.totals],
        )

    @property
    def printed(self) -> int:
        """How many columns are printed."""
        return sum(column.printed for column in self.columns)

    @property
    def printed_part(self) -> Table:
        """The table without what only serves formulas and whoever looks behind the figures."""
        return replace(
            self,
            columns=self.columns[: self.printed],
            rows=[row[: self.printed] for row in self.rows],
            totals=[row[: self.printed] for row in self.totals],
        )


def band_starts(table: Table) -> tuple[int, ...]:
    """Return the columns, from 0, that start a further printed page beside the frozen ones.

    Columns of one group stay together where they fit on a page.
    """
    if not table.bands:
        return ()
    room = BAND_PX - sum(column.px for column in table.columns[: table.frozen])
    starts: list[int] = []
    start, used = table.frozen, 0
    for place in range(table.frozen, table.printed):
        used += table.columns[place].px
        if used > room:
            head = place
            while head > start and _same_group(table, head):
                head -= 1
            start = place if head == start else head
            starts.append(start)
            used = sum(column.px for column in table.columns[start : place + 1])
    return tuple(starts)


def _same_group(table: Table, place: int) -> bool:
    group = table.columns[place].group
    return bool(group) and table.columns[place - 1].group == group


def balanced(text: str, px: int) -> str:
    """Break a head without spaces into lines of like length.

    >>> balanced("有效发明专利", 68).split()
    ['有效发', '明专利']

    A figure keeps what it counts: '2022年', '基准值'.
    """
    lines = text_lines(text, int(px / BOLD), 9)
    if lines == 1 or "\n" in text or " " in text or text.isascii():
        return text
    parts: list[str] = []
    rest = text
    while rest:
        end = ceil(len(rest) / max(lines - len(parts), 1))
        while end < len(rest) and (rest[end] in NO_LINE_START or rest[end - 1].isdigit()):
            end += 1
        parts.append(rest[:end])
        rest = rest[end:]
    return "\n".join(parts)


def head_px(head: str, unit: str, least: float) -> int:
    """Return a width at which no word of a head is broken and the unit has room."""
    words = [word for line in head.split("\n") for word in line.split() if word.isascii()]
    widest = max((text_px(word, 9) * BOLD for word in words), default=0)
    return ceil(max(least, min(max(widest, text_px(unit, 9)), WIDEST_WORD) + 12))
