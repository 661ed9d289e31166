"""The first sheet of a correction: what is asked, what stands there now, and the answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from clusterxl.excel import tokens
from clusterxl.excel.cells import (
    Conditional,
    Formula,
    PageSetup,
    Style,
    Validation,
    address,
    literal,
)
from clusterxl.excel.heights import text_points
from clusterxl.excel.limits import MAX_ROW_POINTS
from clusterxl.plan.compose import choose, compose
from clusterxl.plan.correction_lines import (
    CENTRED,
    CODE,
    COLUMNS,
    FIELD,
    FIRST_LINE,
    GO,
    HEAD_ROW,
    INDENTED,
    LEVEL,
    NOTE,
    NOW,
    NUMBER,
    OUTSIDE,
    PLACE,
    PROBLEM,
    REPLY,
    ROW,
    TEXT,
    VALUE,
    Line,
    line_conditionals,
    put,
    room_px,
)
from clusterxl.plan.correction_state import AskedState, count_states
from clusterxl.plan.looks import STATE_LOOKS
from clusterxl.plan.margins import footer_text
from clusterxl.plan.model import Area, PlanCell, SheetPlan
from clusterxl.plan.program import State
from clusterxl.replies import list_name
from clusterxl.sentences import say

LAST = NOTE
# What nobody asked for may be a whole sheet of the respondent's own.
MOST_NOTICES = 200
_NOTICE_PIECE = 600
_NOTICE_LINES = 12

_HEAD = replace(
    TEXT,
    size=9,
    fill=tokens.LABEL_FILL,
    ink=tokens.TEXT_INK,
    bottom="medium",
    line_ink=tokens.HEAD_LINE,
)
_HEADS = {
    NUMBER: "number",
    LEVEL: "level",
    FIELD: "field",
    VALUE: "value",
    NOW: "now",
    PROBLEM: "problem",
    GO: "go_head",
    REPLY: "reply",
    NOTE: "note",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something about the return that is told and wants no answer.

    Attributes:
        place: Where it is, in words.
        text: What is told, or what stands there.
    """

    place: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What stands above the list.

    Attributes:
        addressee: Whose workbook it is.
        round: How often the unit is asked.
        sent: The day of sending; None for none.
        deadline: The last day for the answer; None for none.
        serial: Serial number of the workbook; empty for none.
        is_sample: Every page is marked as sample data.
        notices: What is told below the list.
    """

    addressee: str
    round: int
    sent: date | None = None
    deadline: date | None = None
    serial: str = ""
    is_sample: bool = False
    notices: tuple[Notice, ...] = field(default=())


def plan_list(asked: AskedState, heading: Heading) -> SheetPlan:
    """Plan the list of a correction."""
    sheet = _List(asked, heading)
    cells = [*sheet.banner(), *sheet.heads()]
    heights = list(sheet.head_heights)
    for ask in asked.asks:
        line = Line(asked, ask)
        cells += line.cells()
        heights.append(line.points)
    cells += sheet.legend(len(heights) + 2)
    heights += [12.0, sheet.legend_points]
    for row, text_cells, points in sheet.notices(len(heights) + 2):
        heights += [12.0] * (row - 1 - len(heights))
        cells += text_cells
        heights.append(points)
    return SheetPlan(
        name=list_name(sheet.language),
        columns=tuple(float(px) for px in COLUMNS),
        rows=tuple(heights),
        cells=tuple(cells),
        validations=tuple(sheet.validations()),
        conditionals=tuple(sheet.conditionals()),
        page=sheet.page(len(heights)),
        frozen=(FIRST_LINE, 1),
        tab=tokens.CORRECTION_TAB,
        selected=(FIRST_LINE, REPLY),
    )


class _List:
    """The parts of the sheet around its lines."""

    def __init__(self, asked: AskedState, heading: Heading) -> None:
        self.asked = asked
        self.heading = heading
        self.form = asked.program.form
        self.language = self.form.language
        self.counts = count_states(asked.asks)

    def say(self, name: str, /, **figures: object) -> str:
        """Return a sentence in the form's language."""
        return say(f"correction.{name}", lang=self.language, **figures)

    def day(self, found: date) -> str:
        """Return a day as it is written out."""
        return self.say("day", year=found.year, month=found.month, day=found.day)

    # ---- above the list

    @property
    def head_heights(self) -> tuple[float, ...]:
        """Heights of the rows above the first line."""
        small = text_points(self._what_to_do(), room_px(LEVEL, LAST), 10) + 6
        right = text_points(self._sent(), room_px(GO, LAST), 12)
        left = text_points(self.heading.addressee, room_px(NUMBER, PROBLEM), 12)
        return (36.0, max(24.0, left, right), 34.0, max(34.0, small), 10.0, 24.0)

    def banner(self) -> Iterator[PlanCell]:
        """Return title, addressee and the sentence on top."""
        title = Style(font=tokens.TITLE_FONT, size=20, align="center")
        line = Style(font=tokens.FANG, size=12, align="left", wrap=True)
        yield put(1, NUMBER, self.say("title"), title, LAST)
        yield put(2, NUMBER, self.heading.addressee, line, PROBLEM)
        yield put(2, GO, self._sent(), replace(line, align="right"), LAST)
        done, total = self._done(), len(self.asked.asks)
        look = STATE_LOOKS[State.FILL]
        symbol = Style(
            font=tokens.SYMBOL, size=20, bold=True, ink=tokens.WHITE, fill=look.ink, align="center"
        )
        yield put(3, NUMBER, Formula(f'=IF({done}<{total},"○","✓")', "○"), symbol)
        yield put(4, NUMBER, None, symbol)
        head = Style(font=tokens.YAHEI, size=15, bold=True, ink=look.ink, fill=look.fill, indent=1)
        head = replace(head, align="left", wrap=True)
        yield put(3, LEVEL, self._sentence(), head, LAST)
        small = replace(head, size=10, bold=False, valign="top")
        yield put(4, LEVEL, self._what_to_do(), small, LAST)

    def _done(self) -> str:
        return "COUNTIF(r_states,0)"

    def _sentence(self) -> Formula:
        total = len(self.asked.asks)
        done = Formula(f"={self._done()}", 0)
        left = Formula(f"={total}-{self._done()}", total)
        name = "correction.headline"
        is_open = Formula(f"={self._done()}<{total}", 1)
        return choose(
            is_open,
            compose(name, self.language, total=total, done=done, left=left),
            compose("correction.headline_done", self.language, total=total),
        )

    def _sent(self) -> str:
        parts = [self.say("round", round=self.heading.round)]
        if self.heading.sent:
            parts.append(self.day(self.heading.sent))
        return "\u3000".join(parts)

    def _what_to_do(self) -> str:
        parts = [
            self.say(f"do_{state.name.lower()}", count=count)
            for state, count in self.counts.items()
            if count
        ]
        until = self.heading.deadline
        last = self.say("send_by", day=self.day(until)) if until else self.say("send")
        return "\n".join((*parts, last))

    def heads(self) -> Iterator[PlanCell]:
        """Return the heads of the columns."""
        for column, name in _HEADS.items():
            style = replace(_HEAD, align="center") if column in CENTRED else _HEAD
            style = replace(style, indent=1) if column in INDENTED else style
            yield put(HEAD_ROW, column, self.say(name), style)
        yield put(HEAD_ROW, CODE, self.say("code"), OUTSIDE)
        yield put(HEAD_ROW, PLACE, self.say("place"), OUTSIDE)

    # ---- below it

    @property
    def legend_points(self) -> float:
        """Height of the row below the list."""
        return text_points(self.say("legend"), room_px(NUMBER, LAST), 9)

    def legend(self, row: int) -> Iterator[PlanCell]:
        """Return what explains the answers."""
        style = replace(TEXT, size=9, ink=tokens.MUTED)
        yield put(row, NUMBER, self.say("legend"), style, LAST)

    def notices(self, row: int) -> Iterator[tuple[int, list[PlanCell], float]]:
        """Return, row by row, what is told and wants no answer."""
        told = self.heading.notices
        if not told:
            return
        title = Style(font=tokens.HEI, size=12, align="left")
        yield row, [put(row, NUMBER, self.say("notices"), title, LAST)], 24.0
        heads = [
            put(row + 1, NUMBER, self.say("notice_place"), _HEAD, FIELD),
            put(row + 1, VALUE, self.say("notice_text"), _HEAD, LAST),
        ]
        yield row + 1, heads, 22.0
        row += 2
        for place, text in self._pieces():
            cells = [put(row, NUMBER, place, ROW, FIELD), put(row, VALUE, text, ROW, LAST)]
            points = max(
                24.0,
                text_points(text, room_px(VALUE, LAST), ROW.size),
                text_points(place, room_px(NUMBER, FIELD), ROW.size),
            )
            yield row, cells, min(points, MAX_ROW_POINTS)
            row += 1

    def _pieces(self) -> Iterator[tuple[str, str]]:
        """Go through the notices, long ones in parts that fit a row."""
        told = self.heading.notices
        for notice in told[:MOST_NOTICES]:
            text = notice.text
            for at in range(0, max(len(text), 1), _NOTICE_PIECE):
                for part in _of_few_lines(text[at : at + _NOTICE_PIECE]):
                    yield notice.place, part
        if len(told) > MOST_NOTICES:
            rest = told[MOST_NOTICES:]
            yield rest[0].place, self.say("notices_rest", count=len(rest))

    # ---- what answers it

    def validations(self) -> Iterator[tuple[Area, Validation]]:
        """Return the drop-down of answers and the prompt of explanations."""
        last = FIRST_LINE + len(self.asked.asks) - 1
        pick = Validation(
            kind="list",
            formula="=r_words",
            title=self.say("reply_title"),
            prompt=self.say("reply_prompt"),
            error_title=self.say("reply_refused"),
            error=self.say("reply_error"),
        )
        yield Area(FIRST_LINE, REPLY, last, REPLY), pick
        note = Validation(kind="any", title=self.say("note_title"), prompt=self.say("note_prompt"))
        yield Area(FIRST_LINE, NOTE, last, NOTE), note

    def conditionals(self) -> Iterator[tuple[Area, Conditional]]:
        """Return what colours the sheet by what became of its lines."""
        is_done = f"={address(3, NUMBER, absolute=True)}={literal('✓')}"
        yield Area(3, NUMBER, 4, NUMBER), Conditional(formula=is_done, fill=tokens.OK_INK)
        done = Conditional(formula=is_done, fill=tokens.OK_FILL, ink=tokens.OK_INK)
        yield Area(3, LEVEL, 4, LAST), done
        for ask in self.asked.asks:
            yield from line_conditionals(ask)

    # ---- paper

    def page(self, rows: int) -> PageSetup:
        """Return how the sheet is printed."""
        title = self.say("footer", title=footer_text(self.form.short_title))
        serial = self.heading.serial
        font = f'"{tokens.SONG},Regular"'
        shown = say("plan.serial", lang=self.language, serial=serial) if serial else ""
        return PageSetup(
            landscape=True,
            margins_mm=(17, 15, 15, 15),
            fit=(1, 0),
            area=(1, NUMBER, rows, LAST),
            repeat=(HEAD_ROW, HEAD_ROW),
            header=self._header(),
            footer=f"&L&{font}&9 {title}&C&{font}&10 — &P —&R&{font}&9 {footer_text(shown)}",
            header_mm=7,
            footer_mm=7,
            start_page=1,
        )

    def _header(self) -> str:
        if not self.heading.is_sample:
            return ""
        return f'&R&"{tokens.SONG},Regular"&9 {say("plan.sample", lang=self.language)}'


def _of_few_lines(text: str) -> Iterator[str]:
    """Cut a text where it has more lines than fit a row."""
    lines = text.split("\n")
    for at in range(0, len(lines), _NOTICE_LINES):
        yield "\n".join(lines[at : at + _NOTICE_LINES])
