"""The workbook that proves itself: made-up answers, what the rules say of them, what they must say.

Whoever opens it in Excel or WPS reads in one cell whether that program works the rules out as the
check does. Until a program has worked it out the cell says so: its cached value is no result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clusterxl.excel import tokens
from clusterxl.excel.cells import (
    Conditional,
    Content,
    ErrorSign,
    Formula,
    PageSetup,
    Style,
    address,
    literal,
)
from clusterxl.excel.limits import MAX_PROPERTY, fitting
from clusterxl.form.layout import Layout
from clusterxl.form.model import Form
from clusterxl.plan.context import Context
from clusterxl.plan.hidden import (
    VERDICTS,
    VIEWS,
    VerdictColumn,
    ViewColumn,
    column_area,
    hidden_cell,
)
from clusterxl.plan.model import Area, Plan, PlanCell, SheetPlan
from clusterxl.plan.program import FIRST_ROW, Program, program_of
from clusterxl.plan.proof import FIRST_COLUMN, context_of_fill, program_in_column
from clusterxl.plan.validations import OptionLists
from clusterxl.plan.verdicts import verdicts_sheet
from clusterxl.plan.views import views_sheet
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.typed import CellError, Fill, Typed
from clusterxl.sentences import say

# What only a formula can put into a cell.
ERRORS = {
    "#DIV/0!": "=1/0",
    "#N/A": "=NA()",
    "#NAME?": "=no_such_name",
    "#NULL!": "=A1 B1",
    "#NUM!": "=SQRT(-1)",
    "#REF!": "=INDEX($A$1:$A$1,2)",
    "#VALUE!": '="x"+1',
}
# Beside the verdicts: what they must be, whether they are not, and the cell they point at.
EXPECTED, DIFFERS, ASKED = range(VerdictColumn.EXPLAINED + 1, VerdictColumn.EXPLAINED + 4)
RESULT = (3, 2)
_HEAD_ROW = 6
_LAST = 9
_VIEW_COLUMNS = frozenset(
    {ViewColumn.KEY, ViewColumn.CLEANED, ViewColumn.TEXT, ViewColumn.NUMBER, ViewColumn.DATE}
    | set(range(ViewColumn.COMPACT, ViewColumn.DAY + 1))
)
_VERDICT_COLUMNS = frozenset({VerdictColumn.CODE, VerdictColumn.VERDICT})
_TEXT = Style(font=tokens.YAHEI, size=10, align="left")
_WRAPPED = replace(_TEXT, wrap=True)
_HEAD = replace(
    _TEXT, size=9, ink=tokens.MUTED, bottom="medium", line_ink=tokens.HEAD_LINE, align="right"
)
_ROW = replace(_TEXT, bottom="thin", line_ink=tokens.HAIRLINE, align="right")
_BIG = Style(
    font=tokens.YAHEI,
    size=20,
    bold=True,
    align="center",
    fill=tokens.TODO_FILL,
    ink=tokens.TODO_INK,
)
_HEADS = ("fill", "cells", "verdicts", "fail", "pass", "na", "differ", "first")


def plan_proof(layout: Layout, fills: Sequence[Fill]) -> Plan:
    """Plan the workbook that proves itself.

    Args:
        layout: The form, laid out.
        fills: What stands in its cells, one column each.

    Returns:
        First the sheet with the result, then the answers, then hidden what is made of them.
    """
    book = _Book(program=program_of(layout), fills=tuple(fills), lists=OptionLists())
    contexts = [book.context(number) for number in range(len(fills))]
    views = [cell for number, c in enumerate(contexts) for cell in _views(c, number)]
    verdicts = [cell for number, c in enumerate(contexts) for cell in _verdicts(c, number)]
    return Plan(
        title=fitting(book.say("title"), MAX_PROPERTY),
        sheets=(
            book.result_sheet(contexts),
            book.input_sheet(),
            SheetPlan(name=VIEWS, cells=tuple(views), visibility="hidden", protected=False),
            SheetPlan(name=VERDICTS, cells=tuple(verdicts), visibility="hidden", protected=False),
            book.lists.sheet(),
        ),
        names=book.lists.names(),
        properties={},
    )


def _views(context: Context, number: int) -> Iterator[PlanCell]:
    sheet = views_sheet(context.state, context.cells)
    return _columns(sheet, _VIEW_COLUMNS, number)


def _verdicts(context: Context, number: int) -> Iterator[PlanCell]:
    yield from _columns(verdicts_sheet(context), _VERDICT_COLUMNS, number)
    if number == 0:
        yield hidden_cell(1, EXPECTED, "expected")
        yield hidden_cell(1, DIFFERS, "differs")
        yield hidden_cell(1, ASKED, "key")
    for verdict in context.program.verdicts:
        row, said = verdict.row, context.state.verdicts[verdict.row]
        yield hidden_cell(row, EXPECTED, "" if said is Verdict.NOT_APPLICABLE else int(said))
        found, wanted = address(row, VerdictColumn.VERDICT), address(row, EXPECTED)
        same = f'EXACT({found}&"",{wanted}&"")'
        yield hidden_cell(row, DIFFERS, Formula(f"=IF({same},0,1)", 0))
        yield hidden_cell(row, ASKED, verdict.asked.key)


def _put(row: int, column: int, content: Content, style: Style, last: int = 0) -> PlanCell:
    return PlanCell(area=Area(row, column, row, last or column), content=content, style=style)


def _aligned(style: Style, column: int) -> Style:
    """Return the style of a column of the table: texts at the left, numbers at the right."""
    if column == _LAST:
        return replace(style, align="left", indent=2)
    return style if column > RESULT[1] else replace(style, align="left")


def _content(typed: Typed) -> Content:
    if isinstance(typed, CellError):
        return Formula(ERRORS[typed.sign], ErrorSign(typed.sign))
    return typed


def _columns(sheet: SheetPlan, kept: frozenset[int], number: int) -> Iterator[PlanCell]:
    """Return what stands in some columns; the heads only once, and no rows of form sheets."""
    for cell in sheet.cells:
        is_head = cell.area.row < FIRST_ROW
        if cell.area.column in kept and not (is_head and number):
            yield cell


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """What the workbook is planned from.

    Attributes:
        program: The rules of the form.
        fills: The answers.
        lists: Takes the lists of texts in which rules look something up.
    """

    program: Program
    fills: tuple[Fill, ...]
    lists: OptionLists

    @property
    def form(self) -> Form:
        return self.program.form

    def say(self, name: str, /, **figures: object) -> str:
        return say(f"plan.proof_{name}", lang=self.form.language, **figures)

    def context(self, number: int) -> Context:
        """Return what the hidden cells of the n-th answers are planned from."""
        sheet = self.say("inputs")
        program = program_in_column(self.program, sheet=sheet, number=number)
        return context_of_fill(program, self.fills[number], self.lists)

    def input_sheet(self) -> SheetPlan:
        """Plan the sheet with the answers, one column each."""
        cells = [hidden_cell(1, 1, "key"), hidden_cell(1, 2, self.say("label"))]
        cells += [hidden_cell(1, FIRST_COLUMN + at, at + 1) for at in range(len(self.fills))]
        for key, row in self.program.rows.items():
            cells.append(hidden_cell(row, 1, key))
            cells.append(hidden_cell(row, 2, self.form.by_key[key].label))
            for at, fill in enumerate(self.fills):
                if key in fill:
                    area = Area(row, FIRST_COLUMN + at, row, FIRST_COLUMN + at)
                    cells.append(PlanCell(area=area, content=_content(fill[key]), style=_TEXT))
        return SheetPlan(
            name=self.say("inputs"),
            columns=(150, 260, *([110] * len(self.fills))),
            cells=tuple(cells),
            protected=False,
            frozen=(2, FIRST_COLUMN),
        )

    def result_sheet(self, contexts: Sequence[Context]) -> SheetPlan:
        """Plan the sheet that is shown first."""
        last = _HEAD_ROW + len(contexts)
        cells = [*self._banner(last), *self._heads()]
        for number, context in enumerate(contexts):
            cells += self._row(_HEAD_ROW + 1 + number, number, context)
        return SheetPlan(
            name=self.say("sheet"),
            columns=(14, 150, 90, 90, 90, 90, 90, 90, 330),
            rows=(12.0, 26.0, 46.0, 40.0, 12.0),
            cells=tuple(cells),
            conditionals=tuple(self._conditionals()),
            protected=False,
            page=PageSetup(landscape=True, fit=(1, 0)),
            selected=RESULT,
            tab=tokens.CHECK_TAB,
        )

    def _banner(self, last: int) -> Iterator[PlanCell]:
        title = Style(font=tokens.YAHEI, size=14, bold=True, align="left")
        yield _put(2, 2, self.say("title"), title, _LAST)
        differ = f"SUM({address(_HEAD_ROW + 1, 8)}:{address(last, 8)})"
        same, other = (literal(self.say(word)) for word in ("same", "differ_word"))
        result = f"=IF(ISNUMBER({differ}),IF({differ}=0,{same},{other}),{other})"
        yield _put(RESULT[0], RESULT[1], Formula(result, self.say("waiting")), _BIG, 3)
        at = address(*RESULT, absolute=True)
        done, send = (literal(self.say(name)) for name in ("good", "send"))
        told = Formula(f"=IF({at}={same},{done},{send})", self.say("wait"))
        yield _put(RESULT[0], 4, told, replace(_WRAPPED, size=12), _LAST)
        about = self.say("about", fills=len(self.fills), title=self.form.title)
        yield _put(4, 2, about, replace(_WRAPPED, ink=tokens.MUTED), _LAST)

    def _heads(self) -> Iterator[PlanCell]:
        for column, name in enumerate(_HEADS, start=2):
            style = _aligned(_HEAD, column)
            yield _put(_HEAD_ROW, column, self.say(f"head_{name}"), style)

    def _row(self, row: int, number: int, context: Context) -> Iterator[PlanCell]:
        verdicts = context.program.verdicts
        first, last = verdicts[0].row, verdicts[-1].row
        said = list(context.state.verdicts.values())
        found, differs, codes, keys = (
            column_area(VERDICTS, first, last, column)
            for column in (VerdictColumn.VERDICT, DIFFERS, VerdictColumn.CODE, ASKED)
        )
        counts = [said.count(verdict) for verdict in (Verdict.FAIL, Verdict.PASS)]
        number_of = len(verdicts)
        fail, passed = (f"COUNTIF({found},{int(v)})" for v in (Verdict.FAIL, Verdict.PASS))
        where = f"MATCH(1,{differs},0)"
        which = f'INDEX({codes},{where})&"  "&INDEX({keys},{where})'
        contents: tuple[Content, ...] = (
            self.say("fill_name", number=number + 1),
            sum(key in self.program.rows for key in self.fills[number]),
            number_of,
            Formula(f"={fail}", counts[0]),
            Formula(f"={passed}", counts[1]),
            Formula(f"={number_of}-{fail}-{passed}", number_of - sum(counts)),
            Formula(f"=SUM({differs})", 0),
            Formula(f'=IFERROR({which},"")', ""),
        )
        for column, content in enumerate(contents, start=2):
            style = _aligned(_ROW, column)
            yield _put(row, column, content, style)

    def _conditionals(self) -> Iterator[tuple[Area, Conditional]]:
        at = address(*RESULT, absolute=True)
        area = Area(RESULT[0], RESULT[1], RESULT[0], 3)
        for name, fill, ink in (
            ("same", tokens.OK_FILL, tokens.OK_INK),
            ("differ_word", tokens.ERROR_FILL, tokens.ERROR_INK),
        ):
            test = f"={at}={literal(self.say(name))}"
            yield area, Conditional(formula=test, fill=fill, ink=ink)
