"""What the sheets of the status workbook share: words, heads, rows, the printed page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from clusterxl.excel.cells import Content, Formula, Style
from clusterxl.excel.heights import screen_points, text_points
from clusterxl.excel.sheet import Sheet
from clusterxl.form.model import Form, group_noun
from clusterxl.report.context import inert
from clusterxl.report.looks import COUNT_OR_DASH, FIFTH, GROUND, GUTTER_PX, HAIRLINE, INK, MUTED
from clusterxl.report.looks import Looks as ReportLooks
from clusterxl.sentences import say

FIRST_COLUMN = 2
_CELL_MARGIN_PX = 12
_SMALLEST_ROW, _TALLEST_ROW = 19.5, 400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    Attributes:
        name: Its name in the catalogue, without `status.head_`.
        px: Its width.
        align: Where its texts and figures stand.
        bold: Its figures are bold.
        indent: Steps from the left, as a text needs after figures that end at their right.
    """

    name: str
    px: int
    align: Literal["left", "center", "right"] = "left"
    bold: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a table.

    Attributes:
        cells: What stands in each column, by its name; a text is never a formula.
        number: Its number in the table, by which every fifth line is darker; 0 for none.
        is_total: It sums the others up.
        inks: Colours of single cells.
    """

    cells: Mapping[str, Content]
    number: int = 0
    is_total: bool = False
    inks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLooks:
    """The words and styles of the status workbook, in the language of the form.

    Attributes:
        form: The form.
        sample: Every page says that the data are invented.
    """

    form: Form
    sample: bool = False

    @property
    def report(self) -> ReportLooks:
        """Styles without lines."""
        return ReportLooks(self.say("report.font"))

    @property
    def group_noun(self) -> str:
        """What a group is called; empty in a form without groups."""
        return group_noun(self.form) if self.has_groups else self.form.comparison.group_noun

    @property
    def has_groups(self) -> bool:
        """Whether units belong to groups."""
        return len(self.form.levels) > 1

    def say(self, name: str, /, **figures: object) -> str:
        """Return a sentence in the language of the form."""
        return say(name, lang=self.form.language, **figures)

    def day(self, found: date | None) -> str:
        """Return a day as the form writes it; empty for none."""
        if found is None:
            return ""
        return self.say("correction.day", year=found.year, month=found.month, day=found.day)

    def head(self, name: str) -> str:
        """Return the head of a column."""
        noun = self.form.subject_noun or self.say("form.subject")
        return self.say(f"status.head_{name}", noun=noun, group=self.group_noun)

    def start(self, sheet: Sheet, columns: Sequence[Column], title: str, note: str) -> None:
        """Set widths, title and the grey line below it."""
        sheet.columns([GUTTER_PX, *(column.px for column in columns)])
        last = FIRST_COLUMN + len(columns) - 1
        width = sum(column.px for column in columns)
        big = replace(self.report.text(16, bold=True, wrap=True), valign="bottom")
        sheet.row(1, text_points(title, width, 16))
        sheet.put(1, FIRST_COLUMN, title, big, 1, last)
        sheet.row(2, text_points(note, width, 9))
        sheet.put(2, FIRST_COLUMN, note, self.report.text(9, ink=MUTED, wrap=True), 2, last)
        sheet.row(3, 6)

    def put_heads(
        self, sheet: Sheet, row: int, columns: Sequence[Column], *, filtered: bool = False
    ) -> None:
        """Write the heads of a table; the buttons of filters would cover them, and stand below."""
        sheet.row(row, 30)
        if filtered:
            sheet.row(row + 1, 15)
        for at, column in enumerate(columns, FIRST_COLUMN):
            style = replace(
                self.report.text(9, bold=True, wrap=True),
                align=column.align,
                indent=column.indent,
                valign="bottom",
            )
            ruled = replace(style, bottom="medium", line_ink=INK)
            sheet.put(row, at, self.head(column.name), style if filtered else ruled)
            if filtered:
                sheet.put(row + 1, at, None, ruled)

    def put_row(self, sheet: Sheet, row: int, columns: Sequence[Column], line: Line) -> None:
        """Write a row of a table and give it the height of its longest text."""
        tallest = _SMALLEST_ROW
        for at, column in enumerate(columns, FIRST_COLUMN):
            content = line.cells[column.name]
            style = self._cell(column, content, line)
            if column.name in line.inks:
                style = replace(style, ink=line.inks[column.name], bold=True)
            shown = inert(content) if isinstance(content, str) else content
            sheet.put(row, at, shown, style)
            text = content if isinstance(content, str) else ""
            tallest = max(
                tallest,
                screen_points(text, column.px - _CELL_MARGIN_PX * (1 + column.indent), style.size),
            )
        sheet.row(row, min(tallest, _TALLEST_ROW))

    def _cell(self, column: Column, content: Content, line: Line) -> Style:
        is_figure = isinstance(content, float | int | Formula)
        fill = GROUND if line.is_total else ""
        style = self.report.text(
            10, bold=line.is_total or column.bold, wrap=not is_figure, fill=fill
        )
        is_darker = line.is_total or (line.number and line.number % 5 == 0)
        return replace(
            style,
            align=column.align,
            indent=column.indent,
            num_format=COUNT_OR_DASH if is_figure else "General",
            bottom="thin",
            line_ink=FIFTH if is_darker else HAIRLINE,
        )

    def finish(
        self, sheet: Sheet, *, last_row: int, columns: int, repeat: int, heads: int = 1
    ) -> None:
        """Set how a table is printed: one page wide, the rows of its heads on every page."""
        area = (last_row, FIRST_COLUMN + columns - 1)
        footer = (f"{self.form.short_title} · {sheet.name}", self.say("report.page_number"))
        header = self.say("report.sample") if self.sample else ""
        setup = self.report.page(header=header, footer=footer, area=area)
        sheet.page(replace(setup, repeat=(repeat, repeat + heads - 1)))
