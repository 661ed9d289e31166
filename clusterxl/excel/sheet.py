"""One sheet being written; each method passes on to XlsxWriter and raises where that would drop."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from math import ceil
from typing import Any, Literal

from clusterxl.errors import RefusedByExcelError
from clusterxl.excel import limits, options
from clusterxl.excel.cells import (
    Conditional,
    Content,
    DataBar,
    ErrorSign,
    Formula,
    Link,
    NumberLink,
    PageSetup,
    Rich,
    Style,
    Validation,
    address,
)
from clusterxl.excel.charts import ChartSpec
from clusterxl.excel.claims import Claims
from clusterxl.excel.heights import text_points
from clusterxl.excel.strict import REFUSALS, accept, located, refusals

MM_PER_INCH = 25.4
PAPER_A4 = 9
LINK_MARK = "›"
NOTE_AUTHOR = "clusterxl"
NOTE_PX, NOTE_POINTS = 280, 9


class Sheet:
    """One sheet of a book; rows and columns count from 1, ranges include their last cell."""

    def __init__(self, sheet: Any, looks: options.Looks) -> None:
        """Take XlsxWriter's sheet and the formats of its workbook."""
        self._sheet = sheet
        self._looks = looks
        self._claims = Claims()
        self.name: str = sheet.name
        self.is_visible = True
        self.is_active = False

    def columns(self, widths_px: Sequence[float], first: int = 1) -> None:
        """Set the widths of columns from column `first` on, in px at 96 dpi."""
        for column, width in enumerate(widths_px, first):
            with self._refusals(1, column):
                if not 0 < width <= limits.MAX_COLUMN_PX:
                    raise limits.refuse("width", width=width, most=limits.MAX_COLUMN_PX)
                accept(self._sheet.set_column_pixels(column - 1, column - 1, width))

    def row(self, row: int, points: float, *, hidden: bool = False) -> None:
        """Set the height of a row in points."""
        try:
            if not 0 < points <= limits.MAX_ROW_POINTS:
                raise limits.refuse("height", height=points, most=limits.MAX_ROW_POINTS)
            accept(self._sheet.set_row(row - 1, points, None, {"hidden": hidden}))
        except REFUSALS as error:
            raise self._located(row, 1, error) from error

    def put(
        self,
        row: int,
        column: int,
        content: Content,
        style: Style,
        last_row: int | None = None,
        last_column: int | None = None,
    ) -> None:
        """Write a cell, or merge a range and write it.

        Raises:
            RefusedByExcelError: Excel does not take the content, or the place is covered.
        """
        last = (last_row or row, last_column or column)
        try:
            self._claims.take((row, column), last, content)
            look = self._looks.look_of(style)
            if last != (row, column):
                accept(
                    self._sheet.merge_range(
                        row - 1, column - 1, last[0] - 1, last[1] - 1, "", look.format
                    )
                )
            accept(self._write(row - 1, column - 1, content, look))
        except REFUSALS as error:
            raise self._located(row, column, error) from error

    def look(self, style: Style) -> options.Look:
        """Return a style as `put_row` takes it: looked up once for all its cells."""
        return self._looks.look_of(style)

    def put_row(
        self, row: int, column: int, contents: Sequence[Content], looks: Sequence[options.Look]
    ) -> None:
        """Write cells side by side: the quick way to fill tables.

        Raises:
            RefusedByExcelError: Excel does not take a content, or a place is covered.
        """
        at = column
        try:
            self._claims.take_row(row, column, contents)
            for at, (content, look) in enumerate(zip(contents, looks, strict=True), column):
                accept(self._write(row - 1, at - 1, content, look))
        except REFUSALS as error:
            raise self._located(row, at, error) from error

    def validate(
        self, row: int, column: int, last_row: int, last_column: int, validation: Validation
    ) -> None:
        """Let Excel check what is typed into a range, and say what is expected there.

        Raises:
            RefusedByExcelError: A text or formula breaks a limit of Excel.
        """
        with self._refusals(row, column):
            wanted = options.validation_options(validation)
            accept(
                self._sheet.data_validation(
                    row - 1, column - 1, last_row - 1, last_column - 1, wanted
                )
            )

    def conditional(
        self, row: int, column: int, last_row: int, last_column: int, look: Conditional | DataBar
    ) -> None:
        """Add a conditional format to one single range; the first added wins.

        Raises:
            RefusedByExcelError: The formula is none that Excel takes there.
        """
        with self._refusals(row, column):
            if isinstance(look, DataBar):
                wanted = options.bar_options(look)
            else:
                # Other sheets and array constants are outside the grammar (MS-XLSX 3.2.3.1.2).
                limits.check_formula(look.formula, forbidden="[{!")
                wanted = {"type": "formula", "criteria": look.formula, "stop_if_true": look.stop}
                if changed := self._looks.change_of(look):
                    wanted["format"] = changed
            accept(
                self._sheet.conditional_format(
                    row - 1, column - 1, last_row - 1, last_column - 1, wanted
                )
            )

    def page(self, setup: PageSetup) -> None:
        """Set how the sheet is printed, on A4.

        Raises:
            RefusedByExcelError: Header or footer over 255 characters, or a wrong range.
        """
        sheet = self._sheet
        with self._refusals(1, 1):
            sheet.set_paper(PAPER_A4)
            (sheet.set_landscape if setup.landscape else sheet.set_portrait)()
            top, bottom, left, right = (mm / MM_PER_INCH for mm in setup.margins_mm)
            sheet.set_margins(left=left, right=right, top=top, bottom=bottom)
            self._header_and_footer(setup)
            self._scale(setup)
            if setup.area:
                accept(sheet.print_area(*(place - 1 for place in setup.area)))
            if setup.repeat:
                sheet.repeat_rows(setup.repeat[0] - 1, setup.repeat[1] - 1)
            if setup.start_page:
                sheet.set_start_page(setup.start_page)
            if setup.breaks:
                sheet.set_h_pagebreaks(list(setup.breaks))
            if setup.black_and_white:
                sheet.print_black_and_white()
            if setup.center:
                sheet.center_horizontally()

    def protect(self) -> None:
        """Protect the sheet without a password; heights, widths and spelling stay free."""
        with self._refusals(1, 1):
            # Excel offers the spelling check only where objects may be edited.
            self._sheet.protect(
                "",
                {"format_rows": True, "format_columns": True, "objects": True, "autofilter": True},
            )

    def freeze(self, row: int, column: int) -> None:
        """Keep what is above and left of a cell in sight."""
        with self._refusals(row, column):
            limits.check_place(row, column)
            self._sheet.freeze_panes(row - 1, column - 1)

    def tab(self, color: str) -> None:
        """Colour the tab, RRGGBB."""
        with self._refusals(1, 1):
            self._sheet.set_tab_color(f"#{color}")

    def visibility(self, state: Literal["visible", "hidden", "very_hidden"]) -> None:
        """Show or hide the sheet; `very_hidden` is not listed in Excel's menu."""
        self.is_visible = state == "visible"
        if state == "hidden":
            self._sheet.hide()
        elif state == "very_hidden":
            self._sheet.very_hidden()

    def activate(self) -> None:
        """Open the workbook on this sheet."""
        self.is_active = True
        self._sheet.activate()

    def select(self, row: int, column: int) -> None:
        """Put the cursor on a cell."""
        with self._refusals(row, column):
            limits.check_place(row, column)
            self._sheet.set_selection(row - 1, column - 1, row - 1, column - 1)

    def filter(self, row: int, column: int, last_row: int, last_column: int) -> None:
        """Offer filters on a range; its first row holds the heads."""
        with self._refusals(row, column):
            accept(self._sheet.autofilter(row - 1, column - 1, last_row - 1, last_column - 1))

    def zoom(self, percent: int) -> None:
        """Set the size on the screen, 10 to 400 percent."""
        with self._refusals(1, 1):
            self._sheet.set_zoom(percent)

    def show_gridlines(self, *, shown: bool) -> None:
        """Show or hide the grid on the screen; it is never printed."""
        self._sheet.hide_gridlines(1 if shown else 2)

    def note(self, row: int, column: int, text: str) -> None:
        """Attach a note to a cell, in a box that has room for it."""
        with self._refusals(row, column):
            limits.check_plain(text, limits.MAX_TEXT)
            height = text_points(text, NOTE_PX, NOTE_POINTS) * 96 / 72
            wanted = {
                "author": NOTE_AUTHOR,
                "width": NOTE_PX,
                "height": ceil(min(max(height, NOTE_PX / 4), NOTE_PX * 3)),
                "font_size": NOTE_POINTS,
            }
            accept(self._sheet.write_comment(row - 1, column - 1, text, wanted))

    def chart(
        self,
        row: int,
        column: int,
        chart: ChartSpec,
        x_offset: float = 0,
        y_offset: float = 0,
    ) -> None:
        """Put a chart with its top left corner into a cell, moved by px.

        Raises:
            RefusedByExcelError: XlsxWriter does not take a part of it.
        """
        with self._refusals(row, column):
            wanted: dict[str, Any] = {
                "object_position": 1,
                "x_offset": x_offset,
                "y_offset": y_offset,
            }
            if chart.description:
                wanted["description"] = chart.description
            drawn = self._looks.new_chart(chart)
            accept(self._sheet.insert_chart(row - 1, column - 1, drawn, wanted))

    def finish(self) -> None:
        """Write what is known only at the end."""
        last = self._claims.last
        if last:
            # Telephone numbers and codes are texts on purpose; no green corners.
            accept(self._sheet.ignore_errors({"number_stored_as_text": f"A1:{last}"}))

    def _write(self, row: int, column: int, content: Content, look: options.Look) -> Any:
        """Write one cell, counted from 0 as XlsxWriter does, and return its code."""
        sheet = self._sheet
        match content:
            case str() if content:
                limits.check_text(content)
                code = sheet.write_string(row, column, content, look.format)
            case None | "":
                code = sheet.write_blank(row, column, None, look.format)
            case bool():
                code = sheet.write_boolean(row, column, content, look.format)
            case int() | float():
                limits.check_number(content)
                code = sheet.write_number(row, column, content, look.format)
            case Formula():
                code = self._write_formula(row, column, content, look.format)
            case Link() | NumberLink():
                code = self._write_link(row, column, content, look.format)
            case Rich():
                code = self._write_rich(row, column, content, look)
            case _:
                raise limits.refuse("content", text=repr(content)[:30])
        return code

    def _write_link(self, row: int, column: int, link: Link | NumberLink, look: Any) -> Any:
        text = link.text if isinstance(link, Link) else LINK_MARK
        limits.check_text(text)
        limits.check_plain(link.target, limits.MAX_LINK)
        if not text or not link.target.startswith(("internal:", "external:")):
            raise limits.refuse("link", target=link.target[:60])
        code = self._sheet.write_url(row, column, link.target, look, text)
        if isinstance(link, Link):
            return code
        accept(code)
        # XlsxWriter links texts only; the link stays when the number takes the place of the mark.
        if isinstance(link.number, Formula):
            return self._write_formula(row, column, link.number, look)
        limits.check_number(link.number)
        return self._sheet.write_number(row, column, link.number, look)

    def _write_formula(self, row: int, column: int, formula: Formula, look: Any) -> Any:
        limits.check_formula(formula.text)
        value = _cached(formula.value)
        return self._sheet.write_formula(row, column, formula.text, look, value)

    def _write_rich(self, row: int, column: int, rich: Rich, look: options.Look) -> Any:
        parts = [(text, part) for text, part in rich.parts if text]
        if not parts:
            return self._write(row, column, None, look)
        if len(parts) == 1:
            # Excel takes two parts or more; one part is a text in its own font.
            text, part = parts[0]
            alone = replace(
                look.style, font=part.font, size=part.size, bold=part.bold, ink=part.ink
            )
            return self._write(row, column, text, self._looks.look_of(alone))
        limits.check_plain(rich.text, limits.MAX_TEXT)
        fragments: list[Any] = []
        for text, part in parts:
            fragments += [self._looks.part_of(part), text]
        return self._sheet.write_rich_string(row, column, *fragments, look.format)

    def _scale(self, setup: PageSetup) -> None:
        """Fit the print to pages, or scale it and break columns; Excel does one or the other."""
        if setup.fit[0]:
            self._sheet.fit_to_pages(*setup.fit)
        else:
            self._sheet.set_print_scale(setup.scale)
            if setup.column_breaks:
                self._sheet.set_v_pagebreaks(list(setup.column_breaks))
        if setup.repeat_columns:
            first, last = setup.repeat_columns
            accept(self._sheet.repeat_columns(first - 1, last - 1))

    def _header_and_footer(self, setup: PageSetup) -> None:
        for text, mm, write in (
            (setup.header, setup.header_mm, self._sheet.set_header),
            (setup.footer, setup.footer_mm, self._sheet.set_footer),
        ):
            if text:
                limits.check_plain(text, limits.MAX_HEADER)
                write(text, {"margin": mm / MM_PER_INCH, "scale_with_doc": False})

    def _refusals(self, row: int, column: int) -> AbstractContextManager[None]:
        return refusals(f"{self.name}!{address(row, column)}")

    def _located(self, row: int, column: int, error: Exception) -> RefusedByExcelError:
        return located(f"{self.name}!{address(row, column)}", error)


def _cached(value: str | float) -> str | float:
    """Return a cached value that a file can hold; Excel calculates it anew anyway."""
    if isinstance(value, str):
        is_error = isinstance(value, ErrorSign) or not value
        return str(value) if is_error else _Text(limits.writable(value))
    limits.check_number(value)
    return value


class _Text(str):
    """A cached text that XlsxWriter does not take for an error, though it may read like one."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return False
