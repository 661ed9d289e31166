"""The hidden sheets behind the live checks: their columns, and how they are pointed at.

_views     row an input cell that is looked at: its canonical text, number and date
_verdicts  row a form sheet, then a row a rule at one of its places: verdict, state, sentences
_lines     row a line of the list of problems: which row of _verdicts it shows
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clusterxl.excel.cells import Formula, Style, address
from clusterxl.plan.model import Area, PlanCell
from clusterxl.plan.program import FIRST_ROW, Program
from clusterxl.plan.validations import OptionLists

VIEWS, VERDICTS, LINES = "_views", "_verdicts", "_lines"
# What they hold is worked out from the form, and read by nobody.
CALCULATING = (VIEWS, VERDICTS, LINES)


class ViewColumn:
    """Columns of the sheet of views; a written date is taken apart in the last ones."""

    KEY, CLEANED, TEXT, NUMBER, DATE, NEEDED, STATE, LABEL, PLACE = range(1, 10)
    COMPACT, PLAIN_AT, MARKED_AT, MONTH, DAY = range(10, 15)


class VerdictColumn:
    """Columns of the sheet of verdicts; the last ones count, and stand for form sheets only."""

    CODE, SHEET, VIEW, NOTE, MARGIN, VERDICT, STATE, OPEN, MESSAGE, MORE = range(1, 11)
    NEEDED, CORRECT, FILL, VERIFY, EXPLAINED = range(11, 16)


class LineColumn:
    """Columns of the sheet of lines: the rows of the sheets of verdicts and of views."""

    VERDICT, VIEW, NOTE = range(1, 4)


_STYLE = Style(font="SimSun", size=10)
# A program that works out a date formats its cell as one, unless it has a format of its own.
_WHOLE = replace(_STYLE, num_format="0")


def hidden_cell(
    row: int, column: int, content: str | float | Formula, *, is_serial: bool = False
) -> PlanCell:
    """Return a cell of a hidden sheet; a serial number stays a number."""
    style = _WHOLE if is_serial else _STYLE
    return PlanCell(area=Area(row, column, row, column), content=content, style=style)


def column_area(sheet: str, first: int, last: int, column: int) -> str:
    """Return a reference to a part of a column; to the single cell where it has one row."""
    ends = [address(row, column, absolute=True) for row in (first, last)]
    return f"{sheet}!{ends[0] if first == last else ':'.join(ends)}"


def verdict_area(rows: tuple[int, int], column: int) -> str:
    """Return a reference to a column of some rows of the sheet of verdicts."""
    return column_area(VERDICTS, *rows, column)


def whole_column(program: Program, column: int) -> str:
    """Return a reference to a column of the sheet of verdicts, all its rows."""
    return verdict_area((FIRST_ROW, last_verdict_row(program)), column)


def last_verdict_row(program: Program) -> int:
    """Return the last row of the sheet of verdicts."""
    return program.verdicts[-1].row


@dataclass(frozen=True, slots=True)
class ViewCells:
    """The sheet of views, as the compiler of formulas sees it.

    Attributes:
        program: The rules and the rows of the sheet.
        lists: Takes the lists of texts in which rules look something up.
    """

    program: Program
    lists: OptionLists

    def at(self, key: str, column: int) -> str:
        """Return a reference to a column of the view of an input cell."""
        row = self.program.rows[key]
        return column_area(VIEWS, row, row, column)

    def label(self, key: str) -> str:
        """Return a reference to the label of a cell."""
        return self.at(key, ViewColumn.LABEL)

    def text(self, key: str) -> str:
        """Return a reference to the text of a cell."""
        return self.at(key, ViewColumn.TEXT)

    def number(self, key: str) -> str:
        """Return a reference to the number of a cell; there is empty text where it has none."""
        return self.at(key, ViewColumn.NUMBER)

    def date(self, key: str) -> str:
        """Return a reference to the date in a cell as a number; empty text where it has none."""
        return self.at(key, ViewColumn.DATE)

    def texts(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Return references to the texts of many cells, neighbours together."""
        return self._areas(keys, ViewColumn.TEXT)

    def numbers(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Return references to the numbers of many cells, neighbours together."""
        return self._areas(keys, ViewColumn.NUMBER)

    def listed(self, texts: Sequence[str]) -> str:
        """Return a reference to a list of texts."""
        return self.lists.name_of(tuple(texts), "l_texts")

    def _areas(self, keys: Sequence[str], column: int) -> tuple[str, ...]:
        found: list[tuple[int, int]] = []
        for row in (self.program.rows[key] for key in keys):
            if found and found[-1][1] == row - 1:
                found[-1] = (found[-1][0], row)
            else:
                found.append((row, row))
        return tuple(column_area(VIEWS, first, last, column) for first, last in found)
