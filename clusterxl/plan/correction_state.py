"""What became of each line of a correction, live: the hidden sheets of asks and of old answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from clusterxl.excel.cells import Formula, address, literal
from clusterxl.finding import Severity
from clusterxl.form.answers import Answer, canonical_text, is_number, unset_text
from clusterxl.form.model import Form
from clusterxl.plan.hidden import (
    VIEWS,
    VerdictColumn,
    ViewColumn,
    column_area,
    hidden_cell,
    verdict_area,
)
from clusterxl.plan.model import PlanCell, SheetPlan
from clusterxl.plan.program import OPEN, Program, State, VerdictRow, is_unsettable
from clusterxl.plan.state import WorkbookState
from clusterxl.plan.views import number_formula, text_formula
from clusterxl.replies import (
    ASKED_SHEET,
    BEFORE_SHEET,
    FIRST_ROW,
    Ask,
    AskedColumn,
    ReplyKind,
    note_name,
    reply_name,
    reply_words,
)
from clusterxl.ruleset.derive import MISSING

# What is said beside a line whose answer does not settle it; 0 for nothing.
SAME, STILL, NOT_CONFIRMED = 1, 2, 3
DONE = 0
_CORRECTED, _CONFIRMED, _MISSING = 1, 2, 3
_WORDS_COLUMN = 12
_ASKED_HEADS = (
    *("number", "code", "key", "severity", "reply", "noted", "changed", "fails"),
    *("state", "remark"),
)
_BEFORE_HEADS = ("line", "key", "before", "was_number", "number", "now", "changed")
_LISTED = {
    "r_states": AskedColumn.STATE,
    "r_replies": AskedColumn.REPLY,
    "r_noted": AskedColumn.NOTED,
    "r_changed": AskedColumn.CHANGED,
    "r_remarks": AskedColumn.REMARK,
}


class BeforeColumn:
    """Columns of the hidden sheet of old answers: row a cell of a line."""

    LINE, KEY, BEFORE, WAS_NUMBER, NUMBER, NOW, CHANGED = range(1, 8)


@dataclass(frozen=True, kw_only=True, eq=False)
class AskedState:
    """What is asked and what the workbook says of it before anybody has answered.

    Attributes:
        asks: The lines.
        answers: What stands in the input cells.
        state: What the rules say of that.
    """

    asks: tuple[Ask, ...]
    answers: Mapping[str, Answer]
    state: WorkbookState

    @property
    def program(self) -> Program:
        """The rules in the workbook."""
        return self.state.program

    @cached_property
    def _verdicts(self) -> Mapping[tuple[str, str], VerdictRow]:
        found: dict[tuple[str, str], VerdictRow] = {}
        for verdict in self.program.verdicts:
            if self.state.state(verdict) in OPEN:
                found.setdefault((verdict.instance.rule.id, verdict.asked.key), verdict)
        return found

    def verdict(self, ask: Ask) -> VerdictRow | None:
        """Return the rule in the workbook that tells a finding, if it is one that runs there."""
        return self._verdicts.get((ask.code, ask.key))

    def text(self, ask: Ask) -> str:
        """Return what the first cell of a line says, as rules see it."""
        key = ask.keys[0]
        return seen_answer(self.program.form, key, self.answers.get(key))[0]

    @cached_property
    def first_rows(self) -> Mapping[int, int]:
        """Row of the first cell of each line on the sheet of old answers, by its number."""
        rows, row = {}, FIRST_ROW
        for ask in self.asks:
            rows[ask.number] = row
            row += len(ask.keys)
        return rows


def asked_state(ask: Ask) -> State:
    """Return what a line asks for as long as it is open."""
    if ask.severity is not Severity.ERROR:
        return State.VERIFY
    return State.FILL if ask.code in MISSING else State.CORRECT


def seen_answer(form: Form, key: str, answer: Answer) -> tuple[str, bool]:
    """Return an answer as rules see it: its canonical text, and whether it is a number."""
    asked = form.by_key[key]
    unset = unset_text(form, asked)
    value = unset if answer is None else answer
    text = canonical_text(value)
    if is_unsettable(asked, unset) and text == canonical_text(unset):
        return "", False
    return text, is_number(value)


def asked_names(asked: AskedState) -> dict[str, str]:
    """Return the names by which the list and conditional formats ask what became of a line."""
    last = FIRST_ROW + len(asked.asks) - 1
    columns = {
        name: f"={column_area(ASKED_SHEET, FIRST_ROW, last, column)}"
        for name, column in _LISTED.items()
    }
    words = column_area(ASKED_SHEET, FIRST_ROW, FIRST_ROW + 2, _WORDS_COLUMN)
    return {**columns, "r_words": f"={words}"}


def line_cell(number: int, column: int) -> str:
    """Return a reference to a column of a line on the sheet of asks."""
    row = FIRST_ROW + number - 1
    return column_area(ASKED_SHEET, row, row, column)


def asked_sheet(asked: AskedState) -> SheetPlan:
    """Plan the hidden sheet with a row a line."""
    cells = [hidden_cell(1, column, head) for column, head in enumerate(_ASKED_HEADS, start=1)]
    for row, word in enumerate(reply_words(asked.program.form.language).values(), FIRST_ROW):
        cells.append(hidden_cell(row, _WORDS_COLUMN, word))
    for ask in asked.asks:
        cells += _asked_row(asked, ask)
    return SheetPlan(name=ASKED_SHEET, cells=tuple(cells), visibility="very_hidden")


def _asked_row(asked: AskedState, ask: Ask) -> Iterator[PlanCell]:
    row, number = FIRST_ROW + ask.number - 1, ask.number
    for column, text in (
        (AskedColumn.CODE, ask.code),
        (AskedColumn.KEY, ask.key),
        (AskedColumn.SEVERITY, ask.severity.value),
    ):
        yield hidden_cell(row, column, text)
    yield hidden_cell(row, AskedColumn.NUMBER, number)
    reply = f'IFERROR(TRIM({reply_name(number)}&""),"")'
    words = reply_words(asked.program.form.language)
    codes = {ReplyKind.CORRECTED: 1, ReplyKind.CONFIRMED: 2, ReplyKind.MISSING: 3}
    found = "0"
    for kind, word in words.items():
        found = f"IF({reply}={literal(word)},{codes[kind]},{found})"
    yield hidden_cell(row, AskedColumn.REPLY, Formula(f"={found}", 0))
    noted = f'IF(LEN(IFERROR(TRIM({note_name(number)}&""),"x"))>0,1,0)'
    yield hidden_cell(row, AskedColumn.NOTED, Formula(f"={noted}", 0))
    yield hidden_cell(row, AskedColumn.CHANGED, _changed(asked, ask))
    yield hidden_cell(row, AskedColumn.FAILS, _fails(asked, ask, row))
    open_state = int(asked_state(ask))
    is_done = _is_done(asked, ask, row)
    yield hidden_cell(
        row, AskedColumn.STATE, Formula(f"=IF({is_done},{DONE},{open_state})", open_state)
    )
    yield hidden_cell(row, AskedColumn.REMARK, Formula(f"={_remark(ask, row)}", 0))


def _changed(asked: AskedState, ask: Ask) -> float | Formula:
    if not ask.keys:
        # Whether a text was moved to its place, nobody can see here.
        return 1
    first = asked.first_rows[ask.number]
    last = first + len(ask.keys) - 1
    area = column_area(BEFORE_SHEET, first, last, BeforeColumn.CHANGED)
    return Formula(f"=MIN(1,SUM({area}))", 0)


def _fails(asked: AskedState, ask: Ask, row: int) -> Formula:
    verdict = asked.verdict(ask)
    if verdict is None:
        changed = address(row, AskedColumn.CHANGED)
        return Formula(f"=1-{changed}", 1 if ask.keys else 0)
    state = verdict_area((verdict.row, verdict.row), VerdictColumn.STATE)
    return Formula(f"=IF(N({state})=0,0,IF({state}<{int(State.EXPLAINED)},1,0))", 1)


def _is_done(asked: AskedState, ask: Ask, row: int) -> str:
    """Whether nothing is left to do: what rules see is enough, all else wants an answer."""
    reply, noted = address(row, AskedColumn.REPLY), address(row, AskedColumn.NOTED)
    fails = address(row, AskedColumn.FAILS)
    by_itself = f"{reply}<={_CORRECTED}" if asked.verdict(ask) else f"{reply}={_CORRECTED}"
    ways = [f"AND({by_itself},{fails}=0)", f"AND({reply}={_MISSING},{noted}=1)"]
    if ask.severity is not Severity.ERROR:
        ways.append(f"AND({reply}={_CONFIRMED},{noted}=1)")
    return f"OR({','.join(ways)})"


def _remark(ask: Ask, row: int) -> str:
    reply, state = address(row, AskedColumn.REPLY), address(row, AskedColumn.STATE)
    changed = address(row, AskedColumn.CHANGED)
    held = f"IF(AND({reply}={_CORRECTED},{state}>0),IF({changed}=0,{SAME},{STILL}),0)"
    if ask.severity is not Severity.ERROR:
        return held
    return f"IF({reply}={_CONFIRMED},{NOT_CONFIRMED},{held})"


# ---- old answers


def before_sheet(asked: AskedState) -> SheetPlan:
    """Plan the hidden sheet with a row a cell of a line: what stood there and stands there now."""
    cells = [hidden_cell(1, column, head) for column, head in enumerate(_BEFORE_HEADS, start=1)]
    for ask in asked.asks:
        for row, key in enumerate(ask.keys, start=asked.first_rows[ask.number]):
            cells += _before_row(asked, ask, key, row)
    return SheetPlan(name=BEFORE_SHEET, cells=tuple(cells), visibility="very_hidden")


def _before_row(asked: AskedState, ask: Ask, key: str, row: int) -> Iterator[PlanCell]:
    text, was_number = seen_answer(asked.program.form, key, asked.answers.get(key))
    yield hidden_cell(row, BeforeColumn.LINE, ask.number)
    yield hidden_cell(row, BeforeColumn.KEY, key)
    yield hidden_cell(row, BeforeColumn.BEFORE, text)
    yield hidden_cell(row, BeforeColumn.WAS_NUMBER, int(was_number))
    number, now = _views(asked, key, row)
    value = asked.answers.get(key)
    shown = float(value) if was_number and isinstance(value, int | float) else ""
    yield hidden_cell(row, BeforeColumn.NUMBER, Formula(f"={number}", shown))
    yield hidden_cell(row, BeforeColumn.NOW, Formula(f"={now}", text))
    at_now, at_before, at_number = (
        address(row, column)
        for column in (BeforeColumn.NOW, BeforeColumn.BEFORE, BeforeColumn.NUMBER)
    )
    kind = str(was_number).upper()
    is_same = f"AND(EXACT({at_now},{at_before}),ISNUMBER({at_number})={kind})"
    yield hidden_cell(row, BeforeColumn.CHANGED, Formula(f"=IF({is_same},0,1)", 0))


def _views(asked: AskedState, key: str, row: int) -> tuple[str, str]:
    """Return the number and text of a cell as parts of formulas, as rules see them."""
    program = asked.program
    if key in program.rows:
        at = program.rows[key]
        return (
            column_area(VIEWS, at, at, ViewColumn.NUMBER),
            column_area(VIEWS, at, at, ViewColumn.TEXT),
        )
    place = program.layout.places[key].reference
    text = text_formula(place, address(row, BeforeColumn.NUMBER))
    unset = canonical_text(unset_text(program.form, program.form.by_key[key]))
    if is_unsettable(program.form.by_key[key], unset):
        text = f'IF(EXACT({text},{literal(unset)}),"",{text})'
    return number_formula(place), text


def now_cell(asked: AskedState, ask: Ask) -> str:
    """Return a reference to what the first cell of a line says now."""
    row = asked.first_rows[ask.number]
    return column_area(BEFORE_SHEET, row, row, BeforeColumn.NOW)


def count_states(asks: Sequence[Ask]) -> Mapping[State, int]:
    """Count the lines by what they ask."""
    found = [asked_state(ask) for ask in asks]
    return {state: found.count(state) for state in OPEN}
