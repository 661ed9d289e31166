"""The sheet of chart data: every chart points there, and it points to the other sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from clusterxl.excel.cells import Formula, address, sheet_reference
from clusterxl.excel.heights import text_lines
from clusterxl.excel.raw import Range, parse_reference
from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH, Context
from clusterxl.report.drawing import put_entry
from clusterxl.report.looks import (
    GUTTER_PX,
    HAIRLINE,
    INK,
    MUTED,
    PAGE_SCALE,
    Looks,
    decimals_format,
)
from clusterxl.report.tables import Cell, Entry

FIRST_ROW = 4
FIRST_COLUMN = 2
WIDTHS = (330, 150, 150, 150, 150)

ROW_POINTS = 16.0
# So much of a page is left for blocks under title and note, which stand on every page.
PAGE_POINTS = 560.0
MOST_DECIMALS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The data of one chart, or of one of its series.

    Attributes:
        first: First row of the data; its heads stand right above, its title above them.
        title: What it is.
        heads: Its heads, which charts name their series by.
        rows: Its rows.
        units: What its figures are measured in, a text a head; empty for none.
    """

    first: int
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Entry]]
    units: Sequence[str] = ()

    @property
    def last(self) -> int:
        """Last row of the data."""
        return self.first + len(self.rows) - 1


@dataclass
class ChartData:
    """Collects the blocks of data, top to bottom.

    Attributes:
        context: The comparison.
        blocks: The blocks so far.
    """

    context: Context
    blocks: list[Block] = field(default_factory=list)

    @property
    def next_row(self) -> int:
        """The row in which the data of the next block start; its title and heads stand above."""
        if not self.blocks:
            return FIRST_ROW + 2
        return self.blocks[-1].last + 4

    def add(
        self,
        title: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[Entry]],
        units: Sequence[str] = (),
    ) -> int:
        """Add a block (see `Block`) and return the row of its first data."""
        first = self.next_row
        self.blocks.append(Block(first=first, title=title, heads=heads, rows=rows, units=units))
        return first

    def column(self, first: int, count: int, column: int) -> str:
        """Return the reference, with equals sign, to one column of a block; columns from 0."""
        return self.area(first, column, first + count - 1, column)

    def area(self, row: int, column: int, last_row: int, last_column: int) -> str:
        """Return the reference, with equals sign, to an area; columns from 0."""
        start = address(row, FIRST_COLUMN + column, absolute=True)
        end = address(last_row, FIRST_COLUMN + last_column, absolute=True)
        return f"={sheet_reference(self.context.names.charts, f'{start}:{end}')}"

    def cell(self, row: int, column: int) -> str:
        """Return the reference to one cell; columns from 0."""
        place = address(row, FIRST_COLUMN + column, absolute=True)
        return sheet_reference(self.context.names.charts, place)

    def block(self, reference: str) -> Block:
        """Return the block that a reference points at; its names stand in its heads."""
        row = self._area(reference).row
        return next(block for block in reversed(self.blocks) if block.first - 1 <= row)

    def cells(self, reference: str) -> list[Entry]:
        """Return what stands where a reference points at, row by row."""
        area = self._area(reference)
        block = self.block(reference)
        start = block.first - 1
        lines = [block.heads, *block.rows][area.row - start : area.last_row - start + 1]
        left, right = area.column - FIRST_COLUMN, area.last_column - FIRST_COLUMN
        return [cell for line in lines for cell in line[left : right + 1]]

    def _area(self, reference: str) -> Range:
        area = parse_reference(reference)
        if area is None or area.sheet != self.context.names.charts:
            raise ValueError(reference)
        return area


def draw_chart_data(sheet: Sheet, data: ChartData) -> None:
    """Draw all blocks; none that a page has room for is parted by its end."""
    context, looks = data.context, data.context.looks
    last_column = FIRST_COLUMN + len(WIDTHS) - 1
    sheet.columns([GUTTER_PX, *WIDTHS])
    sheet.row(1, 28)
    title = context.say("report.charts_title", sheet=context.names.charts)
    sheet.put(1, FIRST_COLUMN, title, looks.text(16, bold=True), 1, last_column)
    note = context.basis + context.say("report.charts_note", dash=DASH)
    sheet.row(2, 4 + 13 * text_lines(note, sum(WIDTHS), 9))
    top = replace(looks.text(9, ink=MUTED, wrap=True), valign="top")
    sheet.put(2, FIRST_COLUMN, note, top, 2, last_column)
    for block in data.blocks:
        _draw_block(sheet, looks, block)
    last_row = max(data.next_row - 3, FIRST_ROW)
    for row in range(FIRST_ROW, last_row + 1):
        sheet.row(row, ROW_POINTS)
    sheet.freeze(3, 1)
    page = context.page(sheet.name, last_row=last_row, last_column=last_column)
    # Excel keeps to breaks only where the sheet is not fitted to a page.
    fixed = replace(page, fit=(0, 0), scale=PAGE_SCALE, breaks=_breaks(data.blocks))
    sheet.page(replace(fixed, repeat=(1, 3)))


def _draw_block(sheet: Sheet, looks: Looks, block: Block) -> None:
    body = replace(looks.text(), bottom="thin", line_ink=HAIRLINE)
    small = looks.text(9, ink=MUTED)
    head = replace(small, bottom="thin", line_ink=INK)
    sheet.put(block.first - 2, FIRST_COLUMN, block.title, looks.text(11, bold=True))
    for place, unit in enumerate(block.units):
        if unit:
            style = replace(small, align="right")
            sheet.put(block.first - 2, FIRST_COLUMN + place, unit, style)
    for place, text in enumerate(block.heads):
        style = replace(head, align="right" if place else "left")
        sheet.put(block.first - 1, FIRST_COLUMN + place, text, style)
    for place, column in enumerate(zip(*block.rows, strict=True)):
        shown = decimals_format(_decimals(column))
        style = replace(
            body,
            align="right" if place else "left",
            num_format=shown if place else "General",
        )
        for row, entry in enumerate(column, block.first):
            put_entry(sheet, row, FIRST_COLUMN + place, entry, style)


def _decimals(column: Sequence[Entry]) -> int:
    """Return how many decimals show the figures of a column; counts have none."""
    contents = (entry.content if isinstance(entry, Cell) else entry for entry in column)
    values = (each.value if isinstance(each, Formula) else each for each in contents)
    figures = [value for value in values if isinstance(value, float | int)]
    return 0 if all(float(figure).is_integer() for figure in figures) else MOST_DECIMALS


def _breaks(blocks: Sequence[Block]) -> tuple[int, ...]:
    """Return the rows after which a page ends, before a block that it has no room for."""
    breaks, used = [], 0.0
    for block in blocks:
        # Title, heads, rows and the empty row below.
        needed = (len(block.rows) + 3) * ROW_POINTS
        if used and used + needed - ROW_POINTS > PAGE_POINTS:
            breaks.append(block.first - 3)
            used = 0.0
        used = (used + needed) % PAGE_POINTS
    return tuple(breaks)
