"""One line of the list of a correction: its cells, its height, the colours of its states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clusterxl.excel import tokens
from clusterxl.excel.cells import (
    Conditional,
    Content,
    Formula,
    Style,
    address,
    literal,
    sheet_reference,
)
from clusterxl.excel.heights import text_points
from clusterxl.excel.limits import MAX_ROW_POINTS, fitting
from clusterxl.plan.correction_state import AskedState, asked_state, line_cell, now_cell
from clusterxl.plan.looks import STATE_LOOKS
from clusterxl.plan.model import Area, PlanCell
from clusterxl.plan.program import OPEN, State
from clusterxl.plan.verdicts import LEVELS
from clusterxl.replies import Ask, AskedColumn, list_name, note_name, reply_name
from clusterxl.sentences import say

COLUMNS = (14, 40, 76, 196, 108, 118, 270, 60, 98, 174, 14, 76, 160)
NUMBER, LEVEL, FIELD, VALUE, NOW, PROBLEM, GO, REPLY, NOTE = range(2, 11)
CODE, PLACE = 12, 13
CENTRED = (NUMBER, GO, REPLY)
INDENTED = (VALUE, NOW, PROBLEM, NOTE)
HEAD_ROW = 6
FIRST_LINE = HEAD_ROW + 1
# The list shows this much of an answer, whatever is typed; the cell itself has all of it.
SHOWN_VALUE = 20
# Room for that, and for an explanation of 35 characters, before anybody has written one.
LOWEST_LINE = 49.0
SHOWN_OFFER = 40
# Texts of the rules stay far below; a formula takes 8,192 characters.
SHOWN_MESSAGE = 900
_INDENT_PX = 12

TEXT = Style(font=tokens.YAHEI, size=10, align="left", wrap=True)
ROW = replace(TEXT, bottom="thin", line_ink=tokens.HAIRLINE)
OUTSIDE = replace(TEXT, size=8, ink=tokens.MUTED, wrap=False)
_INDENTED = replace(ROW, indent=1)
_CENTER = replace(ROW, align="center")
_LINK = replace(_CENTER, ink=tokens.LINK, underline=True, wrap=False)
_INPUT = replace(_CENTER, locked=False, left="thin", right="thin")
_NOTE = replace(_INPUT, size=9, align="left", indent=1, num_format="@")
_REMARKS = ("remark_same", "remark_still", "remark_error")


def put(row: int, column: int, content: Content, style: Style, last: int = 0) -> PlanCell:
    """Return a cell of the sheet, merged up to column `last`."""
    return PlanCell(area=Area(row, column, row, last or column), content=content, style=style)


def room_px(first: int, last: int = 0) -> float:
    """Return how many px a text has in a column, or from one to another."""
    indent = _INDENT_PX if first in INDENTED else 0
    return sum(COLUMNS[first - 1 : last or first]) - indent


def list_names(asked: AskedState) -> dict[str, str]:
    """Return the names of the cells for answers and explanations."""
    sheet = list_name(asked.program.form.language)
    names = {}
    for ask in asked.asks:
        row = FIRST_LINE + ask.number - 1
        for name, column in ((reply_name(ask.number), REPLY), (note_name(ask.number), NOTE)):
            place = sheet_reference(sheet, address(row, column, absolute=True))
            names[name] = f"={place}"
    return names


class Line:
    """One line of the list."""

    def __init__(self, asked: AskedState, ask: Ask) -> None:
        """Take what is asked, and of that one line."""
        self.asked = asked
        self.ask = ask
        self.form = asked.program.form
        self.row = FIRST_LINE + ask.number - 1

    def _say(self, name: str, /, **figures: object) -> str:
        return say(f"correction.{name}", lang=self.form.language, **figures)

    @property
    def points(self) -> float:
        """The height its texts need, the sentence about the answer among them."""
        remarks = [self._say(name) for name in _REMARKS]
        problem = f"{self._problem()}\n{max(remarks, key=len)}"
        needed = (
            text_points(problem, room_px(PROBLEM), ROW.size, padding=9),
            text_points(self._field(), room_px(FIELD), ROW.size),
            # What stands there now is cut to the same length, and stands in as wide a column.
            text_points(self._clipped(), room_px(VALUE), ROW.size),
        )
        return min(max(LOWEST_LINE, *needed), MAX_ROW_POINTS)

    def cells(self) -> Iterator[PlanCell]:
        """Return its cells."""
        ask, row = self.ask, self.row
        yield put(row, NUMBER, ask.number, replace(_CENTER, ink=tokens.MUTED))
        yield put(row, LEVEL, self._level(), replace(ROW, bold=True, wrap=False))
        yield put(row, FIELD, self._field(), ROW)
        yield put(row, VALUE, self._clipped(), replace(_INDENTED, num_format="@"))
        yield put(row, NOW, self._now(), _INDENTED)
        yield put(row, PROBLEM, self._problem_now(), _INDENTED)
        yield put(row, GO, self._go(), _LINK if ask.key else _CENTER)
        yield put(row, REPLY, None, _INPUT)
        yield put(row, NOTE, None, _NOTE)
        yield put(row, CODE, ask.code, OUTSIDE)
        yield put(row, PLACE, self._place(), OUTSIDE)

    def _level(self) -> Formula:
        done = self._say("answered")
        levels = [say(f"plan.{LEVELS[s]}", lang=self.form.language) for s in OPEN]
        state = line_cell(self.ask.number, AskedColumn.STATE)
        words = ",".join(literal(word) for word in (done, *levels))
        return Formula(f"=CHOOSE({state}+1,{words})", levels[int(asked_state(self.ask)) - 1])

    def _field(self) -> str:
        if not self.ask.key:
            return fitting(self.ask.label, SHOWN_MESSAGE)
        form = self.form
        section = form.section_by_id[form.by_key[self.ask.key].section]
        return f"{section.name or section.sheet}\u3000{self.ask.label}"

    def _clipped(self) -> str:
        text = " ".join(self.ask.value.split())
        return fitting(text, SHOWN_VALUE) or self._say("empty")

    def _now(self) -> str | Formula:
        if not self.ask.keys:
            return "—"
        at = now_cell(self.asked, self.ask)
        empty = literal(self._say("empty"))
        cut = f'LEFT({at},{SHOWN_VALUE - 1})&"…"'
        text = self.asked.text(self.ask)
        shown = text if len(text) <= SHOWN_VALUE else f"{text[: SHOWN_VALUE - 1]}…"
        return Formula(
            f"=IF(LEN({at})=0,{empty},IF(LEN({at})>{SHOWN_VALUE},{cut},{at}))",
            shown or self._say("empty"),
        )

    def _problem(self) -> str:
        message = fitting(self.ask.message, SHOWN_MESSAGE)
        if not self.ask.offer:
            return message
        return f"{message}\n{self._say('offer', value=fitting(self.ask.offer, SHOWN_OFFER))}"

    def _problem_now(self) -> Formula:
        remark = line_cell(self.ask.number, AskedColumn.REMARK)
        said = ",".join(literal(self._say(name)) for name in _REMARKS)
        more = f'IF({remark}=0,"",CHAR(10)&CHOOSE({remark},{said}))'
        return Formula(f"={_with_breaks(self._problem())}&{more}", self._problem())

    def _go(self) -> str | Formula:
        if not self.ask.key:
            return "—"
        go = self._say("go")
        place = self.asked.program.layout.places[self.ask.key]
        return Formula(f"=HYPERLINK({literal(f'#{place.shown}')},{literal(go)})", go)

    def _place(self) -> str:
        if not self.ask.key:
            return ""
        place = self.asked.program.layout.places[self.ask.key]
        return f"{place.sheet}!{place.cell}"


def _with_breaks(text: str) -> str:
    """Return a text as part of a formula, in which ends of lines are written out."""
    return "&CHAR(10)&".join(literal(line) for line in text.split("\n"))


def _of_line(number: int, name: str) -> str:
    return f"INDEX({name},{number})"


def line_conditionals(ask: Ask) -> Iterator[tuple[Area, Conditional]]:
    """Return the colours of one line: open, wanted, contradicted, done."""
    row, number = FIRST_LINE + ask.number - 1, ask.number
    state, reply = _of_line(number, "r_states"), _of_line(number, "r_replies")
    look = STATE_LOOKS[asked_state(ask)]

    def at(column: int, last: int = 0) -> Area:
        return Area(row, column, row, last or column)

    done = f"={state}=0"
    yield at(LEVEL), Conditional(formula=done, fill=tokens.OK_FILL, ink=tokens.OK_INK)
    yield at(LEVEL), Conditional(formula=f"={state}>0", fill=look.fill, ink=look.ink)
    yield at(FIELD), Conditional(formula=done, ink=tokens.MUTED)
    yield at(PROBLEM), Conditional(formula=done, ink=tokens.MUTED)
    if ask.keys:
        changed = f"={_of_line(number, 'r_changed')}=1"
        yield at(VALUE), Conditional(formula=changed, ink=tokens.MUTED, strike=True)
        yield at(NOW), Conditional(formula=changed, bold=True)
    error = STATE_LOOKS[State.CORRECT]
    refused = f"={_of_line(number, 'r_remarks')}>0"
    for column in (PROBLEM, REPLY):
        fill = error.fill if column == REPLY else ""
        yield at(column), Conditional(formula=refused, fill=fill, ink=error.ink)
    wanted = f"=AND({state}>0,{reply}=0)"
    yield at(REPLY), Conditional(formula=wanted, fill=tokens.TODO_FILL)
    # A confirmed error is refused already; an explanation would not help it.
    explains = f"{reply}>1" if asked_state(ask) is State.VERIFY else f"{reply}=3"
    unexplained = f"=AND({explains},{_of_line(number, 'r_noted')}=0)"
    yield at(NOTE), Conditional(formula=unexplained, fill=tokens.TODO_FILL)
