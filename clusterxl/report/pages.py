"""A sheet laid out like a page: bands of cells below each other, lists in two halves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from clusterxl.excel.cells import Conditional, Content, Style, address
from clusterxl.excel.heights import LINE_EM, text_points
from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH, Context
from clusterxl.report.looks import BELOW_INK, GROUND, HAIRLINE, INK, LIGHT, MUTED, quoted

SIZE = 9
LEAST_POINTS, HEADING_POINTS, GAP_POINTS, PADDING = 13.5, 16.5, 3.0, 0.9
MOST_POINTS = 400.0
# Of very many texts only the longest few can be the tallest.
MEASURED = 6
LEAST_LINES = 2
# A4 landscape between the margins, in points.
PAPER_WIDTH, PAPER_HEIGHT = 762, 513


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A cell of a band, or several merged."""

    column: int
    last: int
    content: Content
    style: Style


Drawn = Callable[[int, int], Sequence[Put]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of a list, not yet placed.

    Attributes:
        points: The height it needs.
        cells: Returns its cells in a row and from a column on.
        under: The heads it stands under, from the widest to the narrowest.
    """

    points: float
    cells: Drawn
    under: tuple[Item, ...] = ()


@dataclass(slots=True, kw_only=True)
class Band:
    """A row of a page."""

    points: float
    puts: Sequence[Put] = ()
    gives: bool = False


@dataclass(kw_only=True)
class Page:
    """Collects the bands of a sheet, top to bottom.

    Attributes:
        context: The comparison.
        widths: Widths of the columns from B on.
        first_row: Row of the first band.
        bands: Bands so far.
        looks: Areas that follow what is chosen, and whether texts in them are no numbers.
    """

    context: Context
    widths: Sequence[float]
    first_row: int
    bands: list[Band] = field(default_factory=list)
    looks: list[tuple[tuple[int, int, int, int], bool]] = field(default_factory=list)

    @property
    def row(self) -> int:
        """The row of the next band."""
        return self.first_row + len(self.bands)

    @property
    def last_column(self) -> int:
        """The last column."""
        return 1 + len(self.widths)

    @property
    def points(self) -> float:
        """The height of all bands."""
        return sum(band.points for band in self.bands)

    def px(self, first: int, last: int) -> float:
        """Return the width of some columns."""
        return sum(self.widths[first - 2 : last - 1])

    def add(self, points: float, *puts: Put, gives: bool = False) -> None:
        """Add a band; one that gives may be made lower where a page is too full."""
        self.bands.append(Band(points=min(points, MOST_POINTS), puts=puts, gives=gives))

    def heading(self, content: Content, *more: Put) -> None:
        """Add the heading of a part, with a gap above."""
        self.add(GAP_POINTS)
        ruled = replace(self.context.looks.text(11.5, bold=True), top="thin", line_ink=INK)
        last = min((put.column for put in more), default=self.last_column + 1) - 1
        own = Put(column=2, last=last, content=content, style=ruled)
        beside = [replace(p, style=replace(p.style, top="thin", line_ink=INK)) for p in more]
        self.add(HEADING_POINTS, own, *beside)

    def follow(self, area: tuple[int, int, int, int], *, numbers: bool, values: int) -> None:
        """Let an area be coloured by what it shows.

        Args:
            area: First row, first column, last row, last column.
            numbers: Its first columns hold numbers.
            values: How many those are.
        """
        row, column, last_row, last_column = area
        if last_row < row:
            return
        if numbers:
            self.looks.append(((row, column, last_row, column + values - 1), True))
            column += values
        self.looks.append(((row, column, last_row, last_column), False))

    def halves(self, items: Sequence[Item], columns: tuple[int, int]) -> None:
        """Add items in two halves of like height, the left one first."""
        left, right = _split(items)
        for place in range(max(len(left), len(right))):
            puts: list[Put] = []
            points = 0.0
            for half, column in zip((left, right), columns, strict=True):
                if place < len(half):
                    puts += half[place].cells(self.row, column)
                    points = max(points, half[place].points)
            self.add(points, *puts)

    def give(self, most: float) -> bool:
        """Make the bands that give lower until all fit, none lower than a few lines.

        Returns:
            Whether any was made lower, so that the longest texts are cut.
        """
        least = LEAST_LINES * SIZE * LINE_EM + PADDING
        cut = False
        while self.points > most:
            giving = [band for band in self.bands if band.gives and band.points > least]
            if not giving:
                break
            tallest = max(band.points for band in giving)
            for band in giving:
                if band.points == tallest:
                    band.points = max(least, band.points - SIZE * LINE_EM)
            cut = True
        return cut

    def draw(self, sheet: Sheet) -> None:
        """Draw all bands; what is no number, and what is not there, looks different."""
        for row, band in enumerate(self.bands, self.first_row):
            sheet.row(row, band.points)
            for put in band.puts:
                sheet.put(row, put.column, put.content, put.style, row, put.last)
        for area, numbers in self.looks:
            follow(sheet, self.context, area, numbers=numbers)


def follow(
    sheet: Sheet, context: Context, area: tuple[int, int, int, int], *, numbers: bool
) -> None:
    """Colour what is not there, what could not be read and, among numbers, what is a text.

    Args:
        sheet: The sheet.
        context: The comparison.
        area: First row, first column, last row, last column.
        numbers: The area holds numbers; texts there are answers such as "none".
    """
    cell = address(area[0], area[1])
    sheet.conditional(*area, Conditional(formula=f"={cell}={quoted(DASH)}", ink=LIGHT, stop=True))
    invalid = quoted(context.say("report.invalid"))
    sheet.conditional(*area, Conditional(formula=f"={cell}={invalid}", ink=BELOW_INK, stop=True))
    if numbers:
        sheet.conditional(*area, Conditional(formula=f"=ISTEXT({cell})", ink=MUTED))


def tallest(texts: Sequence[float | str], px: float) -> float:
    """Return the height in which each of some texts is full."""
    found = {str(text) for text in texts}
    longest = sorted(found, key=lambda text: len(text) + 40 * text.count("\n"))[-MEASURED:]
    return max([LEAST_POINTS, *(text_points(text, px, SIZE, padding=PADDING) for text in longest)])


def subhead(context: Context, text: str, columns: int, px: float, *, strong: bool = True) -> Item:
    """Return a head over the lines of a list."""
    looks = context.looks
    style = looks.text(SIZE, bold=strong, fill=GROUND if strong else "", wrap=True)
    if not strong:
        style = replace(style, ink=MUTED)
    ruled = replace(style, bottom="thin", line_ink=HAIRLINE)

    def cells(_row: int, column: int) -> list[Put]:
        return [Put(column=column, last=column + columns - 1, content=text, style=ruled)]

    return Item(points=max(LEAST_POINTS, text_points(text, px, SIZE, padding=PADDING)), cells=cells)


def _split(items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """Cut a list so that both halves, side by side, take the least height."""
    best: tuple[float, int] | None = None
    for cut in range((len(items) + 1) // 2, len(items) + 1):
        halves = _with_heads(items[:cut]), _with_heads(items[cut:])
        points = _beside(*halves)
        if best is None or points < best[0]:
            best = points, cut
    cut = best[1] if best else 0
    return _with_heads(items[:cut]), _with_heads(items[cut:])


def _with_heads(items: Sequence[Item]) -> list[Item]:
    """Put the heads above the lines that stand under them."""
    found: list[Item] = []
    under: tuple[Item, ...] = ()
    for item in items:
        same = 0
        while same < min(len(under), len(item.under)) and under[same] is item.under[same]:
            same += 1
        found += item.under[same:]
        under = item.under
        found.append(item)
    return found


def _beside(left: Sequence[Item], right: Sequence[Item]) -> float:
    rows = max(len(left), len(right))
    return sum(
        max(half[place].points for half in (left, right) if place < len(half))
        for place in range(rows)
    )
