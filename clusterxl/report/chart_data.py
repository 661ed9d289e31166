"""The sheet of chart data: every chart points there, and it points to the other sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from clusterxl.excel.cells import Content, address, sheet_reference
from clusterxl.excel.raw import Range, parse_reference
from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import Context
from clusterxl.report.looks import GUTTER_PX, HAIRLINE, INK, MUTED

FIRST_ROW = 4
FIRST_COLUMN = 2
WIDTHS = (330, 150, 150, 150, 150)

Block = tuple[int, str, Sequence[str], Sequence[Sequence[Content]]]


@dataclass
class ChartData:
    """Collects the blocks of data, top to bottom.

    Attributes:
        context: The comparison.
        blocks: First row of the data, title, heads and rows of each block.
    """

    context: Context
    blocks: list[Block] = field(default_factory=list)

    @property
    def next_row(self) -> int:
        """The row in which the data of the next block start; its title and heads stand above."""
        if not self.blocks:
            return FIRST_ROW + 2
        first, _, _, rows = self.blocks[-1]
        return first + len(rows) + 3

    def add(self, title: str, heads: Sequence[str], rows: Sequence[Sequence[Content]]) -> int:
        """Add a block and return the row of its first data."""
        first = self.next_row
        self.blocks.append((first, title, heads, rows))
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
        return next(block for block in reversed(self.blocks) if block[0] - 1 <= row)

    def cells(self, reference: str) -> list[Content]:
        """Return what stands where a reference points at, row by row."""
        area = self._area(reference)
        first, _, heads, rows = self.block(reference)
        lines = [heads, *rows][area.row - first + 1 : area.last_row - first + 2]
        left, right = area.column - FIRST_COLUMN, area.last_column - FIRST_COLUMN
        return [cell for line in lines for cell in line[left : right + 1]]

    def _area(self, reference: str) -> Range:
        area = parse_reference(reference)
        if area is None or area.sheet != self.context.names.charts:
            raise ValueError(reference)
        return area


def draw_chart_data(sheet: Sheet, data: ChartData) -> None:
    """Draw all blocks."""
    context, looks = data.context, data.context.looks
    last_column = FIRST_COLUMN + len(WIDTHS) - 1
    sheet.columns([GUTTER_PX, *WIDTHS])
    sheet.row(1, 28)
    title = context.say("report.charts_title", sheet=context.names.charts)
    sheet.put(1, FIRST_COLUMN, title, looks.text(16, bold=True), 1, last_column)
    note = context.basis + context.say("report.charts_note")
    sheet.put(2, FIRST_COLUMN, note, looks.text(9, ink=MUTED), 2, last_column)
    body = replace(looks.text(), bottom="thin", line_ink=HAIRLINE)
    head = replace(looks.text(9, ink=MUTED), bottom="thin", line_ink=INK)
    for first, name, heads, rows in data.blocks:
        sheet.put(first - 2, FIRST_COLUMN, name, looks.text(11, bold=True))
        for place, text in enumerate(heads):
            style = replace(head, align="right" if place else "left")
            sheet.put(first - 1, FIRST_COLUMN + place, text, style)
        for row, entries in enumerate(rows, first):
            for place, entry in enumerate(entries):
                format_ = "General" if isinstance(entry, str) or not place else "#,##0.0###"
                style = replace(body, align="right" if place else "left", num_format=format_)
                sheet.put(row, FIRST_COLUMN + place, entry, style)
    last_row = max(data.next_row - 2, FIRST_ROW)
    sheet.freeze(3, 1)
    sheet.page(context.page(sheet.name, last_row=last_row, last_column=last_column))
