"""A sheet while it is being drawn: rows of boxes measured in px, not yet in columns."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum

MAX_ROW_POINTS = 400.0
MOST_GROWTH = 1.8


class Role(StrEnum):
    """What a box is; the plan gives each role its looks."""

    TITLE = "title"
    COVER_TITLE = "cover_title"
    MARK = "mark"
    MAKER = "maker"
    HEADING = "heading"
    SUBHEADING = "subheading"
    BODY = "body"
    PLAIN = "plain"
    SMALL = "small"
    REMARK = "remark"
    HEAD = "head"
    SMALL_HEAD = "small_head"
    LABEL = "label"
    LEFT_LABEL = "left_label"
    SMALL_LABEL = "small_label"
    GROUP = "group"
    PROMPT = "prompt"
    BEFORE = "before"
    AFTER = "after"
    OPTION = "option"
    LINE_LABEL = "line_label"
    LINE_AFTER = "line_after"
    LINE_HINT = "line_hint"
    FRAME = "frame"
    FRAME_TEXT = "frame_text"
    FRAME_RIGHT = "frame_right"
    FRAME_LINE = "frame_line"
    STATEMENT_HEAD = "statement_head"
    INPUT = "input"
    LINE_INPUT = "line_input"
    PLAN_INPUT = "plan_input"
    TICK = "tick"
    NUMBER = "number"
    ITEM = "item"
    NEEDED = "needed"


@dataclass(frozen=True, slots=True)
class Box:
    """One cell or merged range of the drawing.

    Attributes:
        role: What it is.
        row: First row, from 1.
        left: Left edge in px from the form's left edge.
        right: Right edge in px.
        last_row: Last row; 0 for the first.
        text: Fixed text.
        hint: Second part of the text, printed smaller.
        key: Key of the input cell it is; empty for fixed text.
        edges: Edges with a line, of `t`, `b`, `l`, `r`.
        points: Size of the print; 0 for the default of its role.
    """

    role: Role
    row: int
    left: int
    right: int
    _: KW_ONLY
    last_row: int = 0
    text: str = ""
    hint: str = ""
    key: str = ""
    edges: str = "tblr"
    points: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """The help beside a form row: where it stands and which cells it speaks of.

    Attributes:
        row: First row.
        last_row: Last row.
        keys: Keys of the row's input cells, in order.
        note: Key of its explanation cell; empty for none.
    """

    row: int
    last_row: int
    keys: tuple[str, ...]
    note: str


@dataclass
class Row:
    """One row of the drawing; heights change until the page is full.

    Attributes:
        points: Height.
        grow: Weight with which it shares the free height of its page.
        keeps_next: It must not be the last row of a page.
        natural: Height before anything grew.
    """

    points: float
    grow: float = 0.0
    keeps_next: bool = False
    natural: float = field(init=False)

    def __post_init__(self) -> None:
        self.natural = self.points


@dataclass
class Canvas:
    """Collects rows, boxes and margins from top to bottom.

    Attributes:
        width: Width of the form in px.
        rows: Rows so far; row 1 is the status strip.
        boxes: Boxes so far.
        margins: Margins so far.
        year_cuts: Edges of the year columns that a head row has shown; empty for none.
    """

    width: int
    rows: list[Row] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    margins: list[Margin] = field(default_factory=list)
    year_cuts: tuple[int, ...] = ()

    def row(self, points: float, grow: float = 0.0, *, keeps_next: bool = False) -> int:
        """Add a row and return its number."""
        self.rows.append(Row(min(points, MAX_ROW_POINTS), grow, keeps_next))
        return len(self.rows)

    def add(self, *boxes: Box) -> None:
        """Add boxes."""
        self.boxes.extend(boxes)

    def margin(self, row: int, keys: tuple[str, ...], note: str, *, last_row: int = 0) -> None:
        """Add the help beside rows `row` to `last_row`."""
        self.margins.append(Margin(row=row, last_row=last_row or row, keys=keys, note=note))

    @property
    def points(self) -> float:
        """Height of all printed rows; the strip is not printed."""
        return sum(row.points for row in self.rows[1:])

    def need(self, first: int, last: int, points: float) -> None:
        """Make rows `first` to `last` together at least `points` high."""
        missing = points - sum(row.points for row in self.rows[first - 1 : last])
        if missing > 0:
            share = missing / (last - first + 1)
            for row in self.rows[first - 1 : last]:
                row.points += share
                row.natural += share

    def fill_pages(self, height: float) -> tuple[int, ...]:
        """Let rows that belong together begin a new page, by filling the page before.

        Excel ignores page breaks set by hand where a sheet is fitted to the width of the paper.
        LibreOffice heeds them, and needs them where it prints smaller because another font
        stands in: then a page would hold more.

        Returns:
            The rows with which the filled pages end.
        """
        page: list[Row] = []
        ends: list[int] = []
        last = 1
        for chunk in self._chunks():
            if page and sum(row.points for row in (*page, *chunk)) > height:
                _share(page, height)
                ends.append(last)
                page = []
            page += chunk
            last += len(chunk)
        return tuple(ends)

    def _chunks(self) -> list[list[Row]]:
        """Group the printed rows that must stay on one page."""
        chunks: list[list[Row]] = [[]]
        for row in self.rows[1:]:
            chunks[-1].append(row)
            if not row.keeps_next:
                chunks.append([])
        return [chunk for chunk in chunks if chunk]

    def fill_page(self, height: float) -> None:
        """Share what is left of a page among the rows that may grow, at most to 1.8 times."""
        _share(self.rows[1:], height)

    def grid(self) -> tuple[int, ...]:
        """Return all vertical cuts in px, from 0 to the width of the form.

        There are two columns at least: LibreOffice takes a single one that is wider than the
        paper for one page, and cuts it instead of making it smaller.
        """
        edges = {0, self.width, *(edge for b in self.boxes for edge in (b.left, b.right))}
        is_single = edges == {0, self.width}
        return tuple(sorted({*edges, self.width // 2} if is_single else edges))


def _share(rows: list[Row], height: float) -> None:
    """Grow rows until they fill a height, none above its limit."""
    growing = [row for row in rows if row.grow > 0]
    for _ in range(len(growing)):
        left = height - sum(row.points for row in rows)
        weight = sum(row.grow for row in growing)
        if left < 1 or not weight:
            break
        for row in growing:
            row.points = min(row.points + left * row.grow / weight, _limit(row))
        growing = [row for row in growing if row.points < _limit(row)]
    for row in rows:
        row.points = int(row.points * 4) / 4


def _limit(row: Row) -> float:
    return min(row.natural * MOST_GROWTH, MAX_ROW_POINTS)
