"""The date in a cell, worked out by formulas: as a serial number, or written in a known way.

Its twin is `form.dates`: four digits, a mark, one or two digits, a mark, one or two digits, where
the marks are two like ones of `-/.`, or those of the form's language.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from clusterxl.excel.cells import Formula, address, literal
from clusterxl.form.dates import END_YEAR, FIRST_YEAR, date_marks, serial_of_date
from clusterxl.plan.hidden import ViewColumn, hidden_cell
from clusterxl.plan.model import PlanCell
from clusterxl.plan.state import WorkbookState

_DIGITS = literal("0123456789")
_YEAR_SIGNS = 4
_SEPARATORS = "-/."


def date_cells(state: WorkbookState, key: str) -> Iterator[PlanCell]:
    """Return the cells of the sheet of views that work out the date in an input cell."""
    marks = date_marks(state.program.form.language)
    date_row = _DateRow(state.program.rows[key], marks)
    found = state.date(key)
    yield from date_row.parts(state.texts[key])
    serial = Formula(date_row.serial(), "" if found is None else found)
    yield hidden_cell(date_row.row, ViewColumn.DATE, serial, is_serial=True)


@dataclass(frozen=True, slots=True)
class _DateRow:
    """One row of the sheet of views.

    Attributes:
        row: Its row.
        marks: What the language writes behind year, month and day; None for nothing.
    """

    row: int
    marks: tuple[str, str, str] | None

    def at(self, column: int) -> str:
        return address(self.row, column, absolute=True)

    def parts(self, text: str) -> Iterator[PlanCell]:
        """Take a written date apart: where the second mark stands, month, day."""
        compact = text.replace(" ", "")
        sign = compact[_YEAR_SIGNS : _YEAR_SIGNS + 1]
        plain = compact.find(sign, 5) + 1 if sign and sign in _SEPARATORS else 0
        marked = self._marked_at(compact)
        month, day = self._month_and_day(compact, plain, marked)
        text_at = self.at(ViewColumn.TEXT)
        column = ViewColumn
        yield self._cell(column.COMPACT, f'SUBSTITUTE({text_at}," ","")', compact)
        yield self._cell(column.PLAIN_AT, self._plain_formula(), plain)
        yield self._cell(column.MARKED_AT, self._marked_formula(), marked)
        yield self._cell(column.MONTH, self._month_formula(), month)
        yield self._cell(column.DAY, self._day_formula(), day)

    def _cell(self, column: int, formula: str, value: str | float) -> PlanCell:
        return hidden_cell(self.row, column, Formula(f"={formula}", value))

    def _marked_at(self, compact: str) -> int:
        if self.marks is None or not compact.startswith(self.marks[0], _YEAR_SIGNS):
            return 0
        return compact.find(self.marks[1], _YEAR_SIGNS + len(self.marks[0])) + 1

    def _month_and_day(self, compact: str, plain: int, marked: int) -> tuple[str, str]:
        if plain:
            return compact[_YEAR_SIGNS + 1 : plain - 1], compact[plain:]
        if not marked or self.marks is None:
            return "", ""
        year, month, day = self.marks
        rest = compact[marked - 1 + len(month) :]
        return compact[_YEAR_SIGNS + len(year) : marked - 1], rest.removesuffix(day)

    def _plain_formula(self) -> str:
        compact = self.at(ViewColumn.COMPACT)
        sign = f"MID({compact},5,1)"
        among = ",".join(f"{sign}={literal(mark)}" for mark in _SEPARATORS)
        return f"IF(OR({among}),IFERROR(FIND({sign},{compact},6),0),0)"

    def _marked_formula(self) -> str:
        if self.marks is None:
            return "0"
        compact, (year, month, _) = self.at(ViewColumn.COMPACT), self.marks
        is_marked = f"EXACT(MID({compact},5,{len(year)}),{literal(year)})"
        found = f"FIND({literal(month)},{compact},{5 + len(year)})"
        return f"IF({is_marked},IFERROR({found},0),0)"

    def _month_formula(self) -> str:
        compact, plain = self.at(ViewColumn.COMPACT), self.at(ViewColumn.PLAIN_AT)
        marked, start = self.at(ViewColumn.MARKED_AT), 5 + len(self.marks[0] if self.marks else "")
        by_mark = f'IF({marked}>0,MID({compact},{start},{marked}-{start}),"")'
        return f"IF({plain}>0,MID({compact},6,{plain}-6),{by_mark})"

    def _day_formula(self) -> str:
        compact, plain = self.at(ViewColumn.COMPACT), self.at(ViewColumn.PLAIN_AT)
        marked, length = self.at(ViewColumn.MARKED_AT), f"LEN({self.at(ViewColumn.COMPACT)})"
        by_mark = '""'
        if self.marks is not None:
            month, day = len(self.marks[1]), self.marks[2]
            ends = f"EXACT(RIGHT({compact},{len(day)}),{literal(day)})"
            rest = f"{length}-{marked}-{month - 1}-IF({ends},{len(day)},0)"
            cut = f"MID({compact},{marked}+{month},{rest})"
            by_mark = f'IF({marked}>0,IFERROR({cut},""),"")'
        return f"IF({plain}>0,MID({compact},{plain}+1,{length}),{by_mark})"

    def serial(self) -> str:
        """Return the formula of the date as a serial number; empty text where there is none."""
        number = self.at(ViewColumn.NUMBER)
        first, end = (serial_of_date(date(year, 1, 1)) for year in (FIRST_YEAR, END_YEAR))
        typed = f'IF(AND({number}>={first},{number}<{end}),INT({number}),"")'
        return f"=IF(ISNUMBER({number}),{typed},{self._written()})"

    def _written(self) -> str:
        compact = self.at(ViewColumn.COMPACT)
        month, day = self.at(ViewColumn.MONTH), self.at(ViewColumn.DAY)
        digits = f"SUMPRODUCT(--ISNUMBER(FIND(MID({compact}&{literal('xxxx')},{{1,2,3,4}},1),"
        has_year = f"{digits}{_DIGITS})))=4"
        year = f"VALUE(LEFT({compact},4))"
        in_range = f"AND({year}>={FIRST_YEAR},{year}<{END_YEAR})"
        found = f"DATE({year},VALUE({month}),VALUE({day}))"
        exists = f"AND(MONTH({found})=VALUE({month}),DAY({found})=VALUE({day}))"
        dated = f'IF({in_range},IF({exists},{found},""),"")'
        return f'IF(AND({has_year},{_few_digits(month)},{_few_digits(day)}),{dated},"")'


def _few_digits(text: str) -> str:
    """Return the test for one or two digits."""
    first, last = f"FIND(LEFT({text},1),{_DIGITS})", f"FIND(RIGHT({text},1),{_DIGITS})"
    return f"LEN({text})>0,LEN({text})<3,ISNUMBER({first}),ISNUMBER({last})"
