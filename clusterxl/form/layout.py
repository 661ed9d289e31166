"""Where everything sits: the only place where a cell address is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise

from clusterxl.excel.cells import address, sheet_reference
from clusterxl.excel.heights import text_lines
from clusterxl.form.blocks import draw_block
from clusterxl.form.canvas import Box, Canvas, Margin, Role
from clusterxl.form.model import BlockKind, Form, Input, Section, SectionKind
from clusterxl.form.pen import LONG_SIZES, Parts, Pen

FORM_WIDTH = 720
COVER_WIDTH = 624
GUTTER_PX = 14
HINT_PX = 340
NOTE_PX = 190
STRIP_POINTS = 24.0
TITLE_POINTS = 26.0
TITLE_PT = 16.0
FULL_PAGE = 846.0
# A little less than a page, so that rounding never pushes a full page over its edge.
FLOW_PAGE = 838.0
_FORMS_AT_WORK = 8
INPUT_ROLES = frozenset({Role.INPUT, Role.LINE_INPUT, Role.PLAN_INPUT, Role.TICK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a box sits.

    Attributes:
        sheet: Name of the sheet.
        row, column: First cell, from 1.
        last_row, last_column: Last cell.
    """

    sheet: str
    row: int
    column: int
    last_row: int
    last_column: int

    @property
    def cell(self) -> str:
        """Address of the first cell (`G4`)."""
        return address(self.row, self.column)

    @property
    def reference(self) -> str:
        """Absolute reference to the first cell, with its sheet."""
        return sheet_reference(self.sheet, address(self.row, self.column, absolute=True))

    @property
    def shown(self) -> str:
        """Reference to the first cell as people read it, with its sheet."""
        return sheet_reference(self.sheet, self.cell)

    @property
    def local(self) -> str:
        """Absolute reference to the first cell, for use on its own sheet."""
        return address(self.row, self.column, absolute=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A box with its place.

    Attributes:
        box: The box.
        place: Where it sits.
        px: Its width in px.
        points: Its height in points.
    """

    box: Box
    place: Place
    px: int
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLayout:
    """One sheet of the form, every address settled.

    Attributes:
        section: The section it shows.
        columns: Widths in px of columns A, B, …: gutter, form, gap, help, explanations.
        rows: Heights in points of rows 1, 2, …; row 1 is the status strip.
        drawn: All boxes.
        margins: The help beside the form rows; none on cover and lists.
        last_form_column: Last column of the printed form.
        hint_column: Column of the live help; 0 where the sheet has none.
        first_row: First printed row.
        head_rows: Rows repeated on each page, first and last; None for none.
        breaks: Rows with which a page ends; none where a page ends as it is full.
    """

    section: Section
    columns: tuple[int, ...]
    rows: tuple[float, ...]
    drawn: tuple[Drawn, ...]
    margins: tuple[Margin, ...]
    last_form_column: int
    hint_column: int
    first_row: int
    head_rows: tuple[int, int] | None
    breaks: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """Name of the sheet."""
        return self.section.sheet

    @property
    def points(self) -> float:
        """Height of all printed rows."""
        return sum(self.rows[self.first_row - 1 :])


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """All sheets of a form and where each input cell sits.

    Attributes:
        form: The form.
        sheets: Its sheets, in order.
    """

    form: Form
    sheets: tuple[SheetLayout, ...]

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Place of each input cell, by key."""
        places = {
            drawn.box.key: drawn.place
            for sheet in self.sheets
            for drawn in sheet.drawn
            if drawn.box.role in INPUT_ROLES
        }
        for sheet in self.sheets:
            for margin in sheet.margins:
                if margin.note:
                    places[margin.note] = _note_place(sheet, margin)
        return places

    def too_high(self) -> tuple[SheetLayout, ...]:
        """Return the one-page sheets whose rows need more than a page."""
        return tuple(
            sheet
            for sheet in self.sheets
            if sheet.section.kind is SectionKind.PAGE and sheet.points > FULL_PAGE
        )


@lru_cache(maxsize=_FORMS_AT_WORK)
def lay_out(form: Form) -> Layout:
    """Lay out a form: one sheet a section, a grid of columns derived from what stands there.

    A form is laid out once, as long as no more than a few are at work.
    """
    inputs: dict[str, list[Input]] = {}
    for asked in form.inputs:
        if not asked.is_note:
            inputs.setdefault(f"{asked.block}[]" if asked.block else asked.field.id, []).append(
                asked
            )
    frozen = {name: tuple(cells) for name, cells in inputs.items()}
    return Layout(form=form, sheets=tuple(_lay_out_section(form, s, frozen) for s in form.sections))


def _lay_out_section(
    form: Form, section: Section, inputs: Mapping[str, tuple[Input, ...]]
) -> SheetLayout:
    for size in LONG_SIZES:
        canvas, head_rows = _draw_section(form, section, inputs, size)
        if section.kind is not SectionKind.PAGE or canvas.points <= FULL_PAGE:
            break
    breaks: tuple[int, ...] = ()
    if section.kind is SectionKind.PAGE:
        canvas.fill_page(section.page_height)
    elif section.kind is SectionKind.FLOW:
        breaks = canvas.fill_pages(min(section.page_height, FLOW_PAGE))
    return replace(_settle(section, canvas, head_rows), breaks=breaks)


def _draw_section(
    form: Form, section: Section, inputs: Mapping[str, tuple[Input, ...]], size: float
) -> tuple[Canvas, tuple[int, int] | None]:
    """Draw a section with running text of this size."""
    width = COVER_WIDTH if section.kind is SectionKind.COVER else FORM_WIDTH
    canvas = Canvas(width=width)
    canvas.row(STRIP_POINTS)
    if section.title:
        row = canvas.row(TITLE_POINTS * text_lines(section.title, width, TITLE_PT))
        canvas.add(Box(Role.TITLE, row, 0, width, text=section.title, edges=""))
    years = max((len(a.years) for b in section.blocks for a in b.fields), default=0)
    pen = Pen(canvas, form, section, Parts(width, years, section.widths), inputs, size)
    head_rows = None
    for block in section.blocks:
        if block.kind in (BlockKind.LIST, BlockKind.EVIDENCE):
            head_rows = (len(canvas.rows) + 1, len(canvas.rows) + 1)
        draw_block(pen, block)
    return canvas, head_rows


def _settle(section: Section, canvas: Canvas, head_rows: tuple[int, int] | None) -> SheetLayout:
    """Turn px into columns: the cuts of all boxes are the grid."""
    cuts = canvas.grid()
    column_at = {px: number + 2 for number, px in enumerate(cuts)}
    last = column_at[canvas.width] - 1
    has_help = section.kind in (SectionKind.PAGE, SectionKind.FLOW, SectionKind.COVER)
    widths = (GUTTER_PX, *(right - left for left, right in pairwise(cuts)))
    return SheetLayout(
        section=section,
        columns=(*widths, GUTTER_PX, HINT_PX, NOTE_PX) if has_help else widths,
        rows=tuple(row.points for row in canvas.rows),
        drawn=tuple(_drawn(section, canvas, box, column_at) for box in canvas.boxes),
        margins=tuple(canvas.margins) if section.kind is not SectionKind.LIST else (),
        last_form_column=last,
        hint_column=last + 2 if has_help else 0,
        first_row=2,
        head_rows=head_rows,
    )


def _drawn(section: Section, canvas: Canvas, box: Box, column_at: Mapping[int, int]) -> Drawn:
    last_row = box.last_row or box.row
    return Drawn(
        box=box,
        place=Place(
            sheet=section.sheet,
            row=box.row,
            column=column_at[box.left],
            last_row=last_row,
            last_column=column_at[box.right] - 1,
        ),
        px=box.right - box.left,
        points=sum(row.points for row in canvas.rows[box.row - 1 : last_row]),
    )


def _note_place(sheet: SheetLayout, margin: Margin) -> Place:
    column = sheet.hint_column + 1
    return Place(
        sheet=sheet.name,
        row=margin.row,
        column=column,
        last_row=margin.last_row,
        last_column=column,
    )
