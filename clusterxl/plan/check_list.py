"""The list of problems on the sheet 校验: line by line what holds the workbook back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clusterxl.excel import tokens
from clusterxl.excel.cells import Conditional, Content, Formula, Style, address, literal
from clusterxl.excel.heights import text_points
from clusterxl.plan.compose import choose
from clusterxl.plan.context import Context
from clusterxl.plan.hidden import LINES, VerdictColumn, ViewColumn, whole_column
from clusterxl.plan.looks import STATE_LOOKS
from clusterxl.plan.model import Area, PlanCell
from clusterxl.plan.program import OPEN, SectionRow, State, VerdictRow
from clusterxl.plan.verdicts import (
    LEVELS,
    VIEW_OF_NOTE,
    count_lines,
    fill_sentence,
    of_line,
    of_view,
)
from clusterxl.ruleset.messages import MASK, sample_text

NUMBER, LEVEL, SHEET, FIELD, VALUE, PROBLEM, GO, NOTE, CODE, PLACE = (
    2,
    3,
    4,
    5,
    6,
    7,
    10,
    11,
    13,
    14,
)
# Px of the columns of a question and of a problem, and what a line may need at most.
FIELD_PX, PROBLEM_PX = 276, 336
LOWEST_LINE, HIGHEST_LINE = 33.0, 80.0
# The list shows this much of an answer; the cell itself has all of it.
SHOWN_VALUE = 24

_TEXT = Style(font=tokens.YAHEI, size=10, align="left", wrap=True)
_HEAD = replace(
    _TEXT, size=9, ink=tokens.MUTED, wrap=False, bottom="medium", line_ink=tokens.HEAD_LINE
)
_ROW = replace(_TEXT, bottom="thin", line_ink=tokens.HAIRLINE)
_CENTER = replace(_ROW, align="center")
_LINK = replace(_CENTER, ink=tokens.LINK, underline=True, wrap=False)
_OUTSIDE = replace(_TEXT, size=8, ink=tokens.MUTED, wrap=False)
_HEADS = (
    ("check_number", NUMBER, NUMBER, "center"),
    ("check_level", LEVEL, LEVEL, "left"),
    ("check_sheet_head", SHEET, SHEET, "center"),
    ("check_field", FIELD, FIELD, "left"),
    ("check_value", VALUE, VALUE, "left"),
    ("check_problem", PROBLEM, PROBLEM + 2, "left"),
    ("check_go_head", GO, GO, "center"),
    ("check_note_head", NOTE, NOTE, "left"),
)


def list_rows(context: Context) -> list[float]:
    """Return the heights of the lines: any of them may show any rule."""
    listed = [v for v in context.program.verdicts if v.state is not State.FILL]
    texts = {sample_text(verdict.message) for verdict in listed}
    labels = {verdict.asked.label for verdict in context.program.verdicts}
    needed = max(
        LOWEST_LINE,
        max((text_points(text, PROBLEM_PX, _TEXT.size) for text in texts), default=0.0),
        max((text_points(label, FIELD_PX, _TEXT.size) for label in labels), default=0.0),
    )
    return [min(needed, HIGHEST_LINE)] * count_lines(context)


def list_cells(
    context: Context, title_row: int, first_line: int, printed: int
) -> Iterator[PlanCell]:
    """Return the head of the list and its lines, of which the first so many are printed."""
    title = Style(font=tokens.HEI, size=12, align="left")
    yield _put(title_row, NUMBER, _title(context), title, GO - 1)
    if printed < count_lines(context):
        told = replace(_TEXT, size=9, ink=tokens.MUTED, align="right", wrap=False)
        yield _put(title_row, GO, _on_paper(context, printed), told, NOTE)
    for name, first, last, align in _HEADS:
        style = replace(_HEAD, align=align)  # type: ignore[arg-type]
        yield _put(title_row + 1, first, context.say(name), style, last)
    yield _put(title_row + 1, CODE, context.say("check_code"), _OUTSIDE)
    yield _put(title_row + 1, PLACE, context.say("check_place"), _OUTSIDE)
    for number in range(1, count_lines(context) + 1):
        yield from _Line(context, number, first_line + number - 1).cells()


def _put(row: int, column: int, content: Content, style: Style, last: int = 0) -> PlanCell:
    return PlanCell(area=Area(row, column, row, last or column), content=content, style=style)


def _title(context: Context) -> Content:
    """The title; it says so where there is more than the lines hold."""
    ready, now = count_lines(context), len(context.state.lines)
    if not ready:
        return context.say("check_list")
    count = _open(context)
    return choose(
        Formula(f"{count.text}>{ready}", now > ready),
        context.compose("check_list_long", count=count, ready=ready),
        context.compose("check_list"),
    )


def _open(context: Context) -> Formula:
    """How many lines are open, listed or not."""
    area = whole_column(context.program, VerdictColumn.OPEN)
    return Formula(f"=COUNT({area})", len(context.state.lines))


def _on_paper(context: Context, printed: int) -> Formula:
    """Say so where the paper holds less than the list."""
    count = _open(context)
    is_more = Formula(f"{count.text}>{printed}", len(context.state.lines) > printed)
    return context.when(is_more, "check_printed", count=printed)


class _Line:
    """The n-th line of the list."""

    def __init__(self, context: Context, number: int, row: int) -> None:
        lines = context.state.lines
        self.context = context
        self.number = number
        self.row = row
        self.shown = lines[number - 1] if number <= len(lines) else None

    def cells(self) -> Iterator[PlanCell]:
        """Return its cells."""
        line = f"{LINES}!{address(self.number, 1, absolute=True)}"
        count = Formula(f'=IF({line}="","",{self.number})', self.number if self.shown else "")
        yield _put(self.row, NUMBER, count, replace(_CENTER, ink=tokens.MUTED))
        level = replace(_ROW, bold=True, wrap=False)
        yield self._shown(LEVEL, self._level_formula(), self._level(), level)
        yield self._of_verdict(SHEET, VerdictColumn.SHEET, self._sheet(), _CENTER)
        more = of_line(self.context, self.number, VerdictColumn.MORE)
        label = f'{of_view(self.number, ViewColumn.LABEL)}&{more}&""'
        yield self._shown(FIELD, label, self._label(), _ROW)
        yield self._shown(VALUE, self._value_formula(), self._value(), _ROW)
        yield self._of_verdict(PROBLEM, VerdictColumn.MESSAGE, self._message(), _ROW, PROBLEM + 2)
        go = self.context.say("check_go")
        target = f'"#"&{of_view(self.number, ViewColumn.PLACE)}'
        yield self._shown(GO, f"HYPERLINK({target},{literal(go)})", go, _LINK)
        yield self._shown(NOTE, *self._note(), replace(_LINK, align="left"))
        yield self._of_verdict(CODE, VerdictColumn.CODE, self._code(), _OUTSIDE)
        yield self._shown(PLACE, self._place_formula(), self._place(), _OUTSIDE)

    def _shown(
        self, column: int, formula: str, value: str, style: Style, last: int = 0
    ) -> PlanCell:
        text = f'=IF({address(self.row, NUMBER, absolute=True)}="","",{formula})'
        return _put(self.row, column, Formula(text, value if self.shown else ""), style, last)

    def _of_verdict(
        self, column: int, source: int, value: str, style: Style, last: int = 0
    ) -> PlanCell:
        return self._shown(column, of_line(self.context, self.number, source), value, style, last)

    def _first(self) -> VerdictRow | None:
        """The rule a line speaks of: of the blanks of a sheet, the first."""
        if isinstance(self.shown, SectionRow):
            return self.context.state.first_blank(self.shown)
        return self.shown

    def _level_formula(self) -> str:
        levels = ",".join(literal(self.context.say(LEVELS[state])) for state in OPEN)
        return f"CHOOSE({of_line(self.context, self.number, VerdictColumn.STATE)},{levels})"

    def _level(self) -> str:
        first = self._first()
        return self.context.say(LEVELS[first.state]) if first else ""

    def _sheet(self) -> str:
        first = self._first()
        if first is None:
            return ""
        section = self.context.form.section_by_id[first.asked.section]
        return section.name or section.sheet

    def _code(self) -> str:
        first = self._first()
        return first.instance.rule.id if first else ""

    def _label(self) -> str:
        first = self._first()
        if first is None:
            return ""
        count = self._blank()
        more = self.context.say("check_more", count=count) if count > 1 else ""
        return first.asked.label + more

    def _blank(self) -> int:
        """How many blanks a line stands for."""
        if not isinstance(self.shown, SectionRow):
            return 0
        return self.context.state.counts[self.shown.section][State.FILL]

    def _message(self) -> str:
        if isinstance(self.shown, SectionRow):
            return self.context.say(fill_sentence(self.context, self.shown), count=self._blank())
        return self.context.state.tell(self.shown.message) if self.shown else ""

    def _place_formula(self) -> str:
        """Return the place without the quotes that a link needs around the name of a sheet."""
        bare = f"MID({of_view(self.number, ViewColumn.PLACE)},2,99)"
        return f"""SUBSTITUTE(SUBSTITUTE({bare},"'!","!"),"''","'")"""

    def _place(self) -> str:
        first = self._first()
        if first is None:
            return ""
        place = self.context.layout.places[first.asked.key]
        return f"{place.sheet}!{place.cell}"

    def _value_formula(self) -> str:
        text = of_view(self.number, ViewColumn.TEXT)
        empty = literal(self.context.say("check_empty"))
        cut = f"LEFT({text},{SHOWN_VALUE - 1})&{literal(MASK)}"
        return f"IF(LEN({text})=0,{empty},IF(LEN({text})>{SHOWN_VALUE},{cut},{text}))"

    def _value(self) -> str:
        first = self._first()
        text = self.context.state.texts[first.asked.key] if first else ""
        if not text:
            return self.context.say("check_empty")
        return text if len(text) <= SHOWN_VALUE else f"{text[: SHOWN_VALUE - 1]}{MASK}"

    def _note(self) -> tuple[str, str]:
        """The way to where a warning is explained, once one is shown."""
        go = self.context.say("check_explain")
        at = f"{LINES}!{address(self.number, VIEW_OF_NOTE, absolute=True)}"
        place = of_view(self.number, ViewColumn.PLACE, of=VIEW_OF_NOTE)
        link = f'IF({at}=0,"",HYPERLINK("#"&{place},{literal(go)}))'
        has_note = isinstance(self.shown, VerdictRow) and self.shown.note
        return link, go if has_note else ""


def list_conditionals(context: Context, first_line: int) -> Iterator[tuple[Area, Conditional]]:
    """Return what gives each line the colours of its level."""
    for row in range(first_line, first_line + count_lines(context)):
        cell = address(row, LEVEL, absolute=True)
        for state in OPEN:
            look, test = STATE_LOOKS[state], f"={cell}={literal(context.say(LEVELS[state]))}"
            yield (
                Area(row, LEVEL, row, LEVEL),
                Conditional(formula=test, fill=look.fill, ink=look.ink),
            )
            if state is not State.FILL:
                yield Area(row, VALUE, row, VALUE), Conditional(formula=test, ink=look.ink)
