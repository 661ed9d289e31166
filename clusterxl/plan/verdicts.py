"""The hidden sheets of verdicts and of lines: what each rule says, and which line shows it."""

from __future__ import annotations

from collections.abc import Iterator

from clusterxl.excel.cells import Formula, address, literal
from clusterxl.excel.limits import fitting
from clusterxl.form.answers import canonical_text
from clusterxl.plan.context import Context
from clusterxl.plan.hidden import (
    LINES,
    VERDICTS,
    VIEWS,
    LineColumn,
    VerdictColumn,
    column_area,
    hidden_cell,
    verdict_area,
    whole_column,
)
from clusterxl.plan.model import PlanCell, SheetPlan
from clusterxl.plan.program import FIRST_ROW, SectionRow, State, VerdictRow
from clusterxl.ruleset.formulas import verdict_formula
from clusterxl.ruleset.messages import fixed_text, is_live, sentence_formula
from clusterxl.ruleset.nodes import Verdict

# So many lines stand ready; a longer list is worked off from above.
MOST_LINES = 120
# Marks and words before it leave this much of a line beside a form row.
MARGIN_TEXT = 200
LEVELS = {
    State.CORRECT: "level_correct",
    State.FILL: "level_fill",
    State.VERIFY: "level_verify",
}
_VERDICT_HEADS = (
    *("code", "sheet", "view", "note", "margin", "verdict", "state", "open", "message"),
    *("more", "needed", "correct", "fill", "verify", "explained"),
)
_COUNTED = {
    VerdictColumn.CORRECT: State.CORRECT,
    VerdictColumn.FILL: State.FILL,
    VerdictColumn.VERIFY: State.VERIFY,
    VerdictColumn.EXPLAINED: State.EXPLAINED,
}


def verdicts_sheet(context: Context) -> SheetPlan:
    """Plan the hidden sheet with a row a form sheet and a row a rule at one of its places."""
    found = [hidden_cell(1, column, name) for column, name in enumerate(_VERDICT_HEADS, start=1)]
    for section in context.program.sections:
        found += _section_row(context, section)
    for verdict in context.program.verdicts:
        found += _verdict_row(context, verdict)
    return SheetPlan(name=VERDICTS, cells=tuple(found), visibility="very_hidden")


# ---- one row a rule at one of its places


def _verdict_row(context: Context, verdict: VerdictRow) -> Iterator[PlanCell]:
    row, rows = verdict.row, context.program.rows
    state = context.state
    section = context.form.section_by_id[verdict.asked.section]
    yield hidden_cell(row, VerdictColumn.CODE, verdict.instance.rule.id)
    yield hidden_cell(row, VerdictColumn.SHEET, section.name or section.sheet)
    yield hidden_cell(row, VerdictColumn.VIEW, rows[verdict.asked.key])
    if verdict.note:
        yield hidden_cell(row, VerdictColumn.NOTE, rows[verdict.note])
    if verdict.asked.key in context.program.row_sizes:
        yield hidden_cell(row, VerdictColumn.MARGIN, margin_text(context, verdict))
    said = state.verdicts[row]
    yield hidden_cell(
        row,
        VerdictColumn.VERDICT,
        Formula(
            f"={verdict_formula(verdict.instance.judgement, context.cells)}",
            "" if said is Verdict.NOT_APPLICABLE else int(said),
        ),
    )
    now = state.state(verdict)
    failed = f"{address(row, VerdictColumn.VERDICT)}=0"
    asks = Formula(f'=IF({failed},{_asked(context, verdict)},"")', "" if now is None else int(now))
    yield hidden_cell(row, VerdictColumn.STATE, asks)
    if verdict.state is State.FILL:
        return
    at = address(row, VerdictColumn.STATE)
    is_open = now is verdict.state
    held = Formula(
        f'=IF({at}={int(verdict.state)},{verdict.rank},"")', verdict.rank if is_open else ""
    )
    yield hidden_cell(row, VerdictColumn.OPEN, held)
    yield hidden_cell(row, VerdictColumn.MESSAGE, _message(context, verdict, failed))


def _asked(context: Context, verdict: VerdictRow) -> str:
    """What a failing rule asks: a warning that is explained asks nothing more."""
    plain = str(int(verdict.state))
    if not verdict.note:
        return plain
    note = context.cells.text(verdict.note)
    tests = [f"LEN({note})>0"]
    none = canonical_text(context.form.none_word)
    if none:
        tests.append(f"NOT(EXACT({note},{literal(none)}))")
    return f"IF(AND({','.join(tests)}),{int(State.EXPLAINED)},{plain})"


def _message(context: Context, verdict: VerdictRow, failed: str) -> str | Formula:
    if not is_live(verdict.message):
        return fixed_text(verdict.message)
    fails = context.state.verdicts[verdict.row] is Verdict.FAIL
    text = f'=IF({failed},{sentence_formula(verdict.message, context.cells)},"")'
    return Formula(text, context.state.tell(verdict.message) if fails else "")


def margin_text(context: Context, verdict: VerdictRow) -> str | Formula:
    """Return what stands beside the form row where a rule fails, its mark first."""
    head = f"{context.say(LEVELS[verdict.state])[0]} "
    asked = verdict.asked
    if context.has_neighbours(asked):
        head = context.say("margin_of", mark=head, short=fitting(asked.short, MARGIN_TEXT))
    elif verdict.state is State.FILL and context.takes_none(asked):
        return context.say("margin_fill_none")
    if not is_live(verdict.margin):
        return head + fixed_text(verdict.margin)
    text = f"={literal(head)}&{sentence_formula(verdict.margin, context.cells)}"
    return Formula(text, head + context.state.tell(verdict.margin))


# ---- one row a form sheet


def _section_row(context: Context, section: SectionRow) -> Iterator[PlanCell]:
    row, state = section.row, context.state
    form_section = context.form.section_by_id[section.section]
    counts = state.counts[section.section]
    blank = counts[State.FILL]
    first = state.first_blank(section)
    yield hidden_cell(row, VerdictColumn.STATE, int(State.FILL))
    yield hidden_cell(row, VerdictColumn.SHEET, form_section.name or form_section.sheet)
    for column, value in (
        (VerdictColumn.CODE, first.instance.rule.id if first else ""),
        (VerdictColumn.VIEW, context.program.rows[first.asked.key] if first else ""),
    ):
        yield hidden_cell(row, column, Formula(_of_first_blank(section, column), value))
    at = address(row, VerdictColumn.FILL)
    held = Formula(f'=IF({at}>0,{section.rank},"")', section.rank if blank else "")
    yield hidden_cell(row, VerdictColumn.OPEN, held)
    count = Formula(f"={at}", blank)
    several = Formula(f"={at}>1", blank > 1)
    yield hidden_cell(
        row, VerdictColumn.MESSAGE, context.compose(fill_sentence(context, section), count=count)
    )
    yield hidden_cell(row, VerdictColumn.MORE, context.when(several, "check_more", count=count))
    yield hidden_cell(row, VerdictColumn.NEEDED, _needed(context, section))
    states = verdict_area(section.rows, VerdictColumn.STATE)
    for column, counted in _COUNTED.items():
        formula = Formula(f"=COUNTIF({states},{int(counted)})", counts[counted])
        yield hidden_cell(row, column, formula)


def fill_sentence(context: Context, section: SectionRow) -> str:
    """Return the name of the sentence about the blanks of a form sheet."""
    blanks = (verdict for verdict in section.verdicts if verdict.state is State.FILL)
    takes_none = any(context.takes_none(verdict.asked) for verdict in blanks)
    return "check_fix_none" if takes_none else "check_fix"


def _of_first_blank(section: SectionRow, column: int) -> str:
    states = verdict_area(section.rows, VerdictColumn.STATE)
    found = f"INDEX({verdict_area(section.rows, column)},MATCH({int(State.FILL)},{states},0))"
    return f'=IF({address(section.row, VerdictColumn.FILL)}>0,{found},"")'


def _needed(context: Context, section: SectionRow) -> Formula:
    """How many answers are needed: the rules for blanks that apply."""
    asking = [v for v in section.verdicts if v.state is State.FILL]
    areas = _areas([verdict.row for verdict in asking])
    if not areas:
        return Formula("=0", 0)
    counts = "+".join(
        f"COUNT({','.join(areas[at : at + 100])})" for at in range(0, len(areas), 100)
    )
    return Formula(f"={counts}", context.state.needed(section))


def _areas(rows: list[int]) -> list[str]:
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return [column_area(VERDICTS, first, last, VerdictColumn.VERDICT) for first, last in found]


# ---- one row a line of the list


def lines_sheet(context: Context) -> SheetPlan:
    """Plan the hidden sheet that finds, for each line of the list, the row it shows."""
    found: list[PlanCell] = []
    for number in range(1, count_lines(context) + 1):
        found += _line(context, number)
    return SheetPlan(name=LINES, cells=tuple(found), visibility="very_hidden")


def count_lines(context: Context) -> int:
    """Return how many lines of the list stand ready."""
    program = context.program
    listed = [verdict for verdict in program.verdicts if verdict.state is not State.FILL]
    return min(len(listed) + len(program.sections), MOST_LINES)


def _line(context: Context, number: int) -> Iterator[PlanCell]:
    program, lines = context.program, context.state.lines
    shown = lines[number - 1] if number <= len(lines) else None
    ranks = whole_column(program, VerdictColumn.OPEN)
    row = address(number, LineColumn.VERDICT)
    place = shown.row - FIRST_ROW + 1 if shown else ""
    found = f"MATCH(SMALL({ranks},{number}),{ranks},0)"
    yield hidden_cell(
        number,
        LineColumn.VERDICT,
        Formula(f'=IF(COUNT({ranks})>={number},{found},"")', place),
    )
    view, note = _views_of(context, shown)
    for column, source, value in (
        (LineColumn.VIEW, VerdictColumn.VIEW, view),
        (LineColumn.NOTE, VerdictColumn.NOTE, note),
    ):
        of = f"INDEX({whole_column(program, source)},{row})"
        yield hidden_cell(number, column, Formula(f'=IF({row}="","",N({of}))', value))


def _views_of(
    context: Context, shown: SectionRow | VerdictRow | None
) -> tuple[int | str, int | str]:
    """Return the rows of the view and of the explanation that a line shows."""
    rows = context.program.rows
    match shown:
        case VerdictRow(asked=asked, note=note):
            return rows[asked.key], rows[note] if note else 0
        case SectionRow():
            first = context.state.first_blank(shown)
            return rows[first.asked.key] if first else 0, 0
        case _:
            return "", ""


def of_line(context: Context, number: int, column: int) -> str:
    """Return what a column of the sheet of verdicts says of a line, as part of a formula."""
    at = f"{LINES}!{address(number, LineColumn.VERDICT, absolute=True)}"
    return f"INDEX({whole_column(context.program, column)},{at})"


def of_view(number: int, column: int, *, of: int = LineColumn.VIEW) -> str:
    """Return what a column of the sheet of views says of a line, as part of a formula."""
    at = f"{LINES}!{address(number, of, absolute=True)}"
    letters = address(1, column, absolute=True).rstrip("0123456789$")
    return f"INDEX({VIEWS}!{letters}:{letters},{at})"


VIEW_OF_NOTE = LineColumn.NOTE
