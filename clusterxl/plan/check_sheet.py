"""The sheet 校验: whether the workbook can be sent, and what each sheet lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from clusterxl.excel import tokens
from clusterxl.excel.cells import (
    Conditional,
    Content,
    Formula,
    PageSetup,
    Rich,
    Style,
    address,
    literal,
    sheet_reference,
)
from clusterxl.form.model import defined_name
from clusterxl.plan.check_list import list_cells, list_conditionals, list_rows
from clusterxl.plan.compose import choose, joined
from clusterxl.plan.context import Context
from clusterxl.plan.counts import Counts, added, is_any, section_counts, total_counts
from clusterxl.plan.looks import STATE_LOOKS
from clusterxl.plan.margins import MARKS, footer_text
from clusterxl.plan.model import Area, PlanCell, SheetPlan
from clusterxl.plan.program import OPEN, SectionRow, State

COLUMNS = (14, 40, 76, 56, 276, 112, 112, 112, 112, 64, 176, 14, 76, 140)
LAST = 11
FIRST_SECTION_ROW = 6
# Room for the three steps beside the sheets, however few there are.
STEPS_ROWS = 8
SECTION_POINTS = 17.0
# The paper has one page, so that none is printed on which nothing is listed: what a page holds at
# the width of the sheet.
PAGE_POINTS = 566.0
# Columns of the counts, and of the panel at their right.
COUNT_COLUMNS = {State.FILL: 6, State.CORRECT: 7, State.VERIFY: 8, State.EXPLAINED: 9}
PANEL = 10

TEXT = Style(font=tokens.YAHEI, size=10, align="left", wrap=True)
MUTED = replace(TEXT, size=9, ink=tokens.MUTED, wrap=False)
HEAD = replace(MUTED, bottom="medium", line_ink=tokens.HEAD_LINE)
ROW = replace(TEXT, bottom="thin", line_ink=tokens.HAIRLINE)


def plan_check_sheet(context: Context) -> SheetPlan:
    """Plan the sheet 校验."""
    # The three steps at the right need some rows, however few sheets there are.
    room = max(len(context.program.sections), STEPS_ROWS)
    list_row = FIRST_SECTION_ROW + room + 1
    heights = [18.0, 42.0, 22.0, 10.0, 20.0, *([SECTION_POINTS] * room), 14.0, 22.0, 20.0]
    first_line = len(heights) + 1
    lines = list_rows(context)
    printed = _printed_lines(sum(heights), lines)
    cells = [*_banner(context), *_sections(context), *_steps(context, room)]
    cells += list_cells(context, list_row, first_line, printed)
    conditionals = [*_banner_conditionals(), *_count_conditionals(context)]
    conditionals += list_conditionals(context, first_line)
    last_row = first_line - 1 + printed if printed else list_row - 1
    return SheetPlan(
        name=context.say("check_sheet"),
        columns=COLUMNS,
        rows=(*heights, *lines),
        cells=tuple(cells),
        conditionals=tuple(conditionals),
        page=_page(context, last_row, is_page=bool(printed)),
        frozen=(4, 1),
        tab=tokens.CHECK_TAB,
        selected=(1, 2),
    )


def _printed_lines(head: float, lines: Sequence[float]) -> int:
    """Return how many lines of the list the page takes below a head of this height."""
    ends = accumulate(lines, initial=head)
    return sum(end <= PAGE_POINTS for end in ends) - 1 if head <= PAGE_POINTS else 0


def _put(row: int, column: int, content: Content, style: Style, last: int = 0) -> PlanCell:
    return PlanCell(area=Area(row, column, row, last or column), content=content, style=style)


# ---- the sentence on top


def _banner(context: Context) -> Iterator[PlanCell]:
    counts = total_counts(context)
    yield _put(1, 2, _subject(context), MUTED, LAST)
    symbol = Style(
        font=tokens.SYMBOL, size=20, bold=True, ink=tokens.WHITE, fill=tokens.OK_INK, align="center"
    )
    yield _put(2, 2, _by_state(counts, "✕", "○", "◆", "✓"), symbol)
    sentence = Style(
        font=tokens.YAHEI,
        size=20,
        bold=True,
        ink=tokens.OK_INK,
        fill=tokens.OK_FILL,
        indent=1,
        align="left",
    )
    yield _put(2, 3, _sentence(context, counts), sentence, LAST)
    yield _put(3, 2, None, replace(symbol, size=10))
    small = replace(sentence, size=10, bold=False)
    yield _put(3, 3, _what_to_do(context, counts), small, LAST)


def _by_state(counts: Counts, correct: str, fill: str, verify: str, good: str) -> Formula:
    """Return one of four texts, by the most urgent state."""
    found = Formula(f"={literal(good)}", good)
    for count, text in ((counts.verify, verify), (counts.fill, fill), (counts.correct, correct)):
        found = choose(is_any(count), Formula(f"={literal(text)}", text), found)
    return found


def _held(counts: Counts) -> Formula:
    return is_any(_all(counts.correct, counts.fill, counts.verify))


def _all(*counts: Formula) -> Formula:
    total = added(*counts)
    return Formula(f"=({total.text[1:]})", total.value)


def _sentence(context: Context, counts: Counts) -> Formula:
    correct, fill, verify = counts.correct, counts.fill, counts.verify
    comma = context.compose("check_comma")
    nothing = Formula('=""', "")
    others = is_any(_all(correct, fill))
    parts = (
        context.when(is_any(correct), "check_to_correct", count=correct),
        choose(_both(correct, _all(fill, verify)), comma, nothing),
        context.when(is_any(fill), "check_to_fill", count=fill),
        choose(_both(fill, verify), comma, nothing),
        choose(
            is_any(verify),
            choose(
                others,
                context.compose("check_to_verify", count=verify),
                context.compose("check_to_explain", count=verify),
            ),
            nothing,
        ),
    )
    not_yet = joined(context.compose("check_not_yet"), *parts)
    return choose(_held(counts), not_yet, context.compose("check_ready"))


def _both(one: Formula, other: Formula) -> Formula:
    holds = float(one.value) > 0 and float(other.value) > 0
    return Formula(f"=AND({one.text[1:]}>0,{other.text[1:]}>0)", holds)


def _what_to_do(context: Context, counts: Counts) -> Formula:
    filled = context.compose("check_done", done=counts.done, needed=counts.needed)
    plain = "check_do_fill_none" if context.form.none_word else "check_do_fill"
    parts = (
        context.when(is_any(counts.correct), "check_do_correct"),
        context.when(is_any(counts.fill), plain),
        context.when(is_any(counts.verify), "check_do_verify", count=counts.verify),
    )
    explained = choose(
        is_any(counts.explained),
        context.compose("check_full_explained", count=counts.explained, needed=counts.needed),
        context.compose("check_full", needed=counts.needed),
    )
    ready = joined(explained, context.compose("check_send"))
    return choose(_held(counts), joined(filled, *parts), ready)


def _subject(context: Context) -> Content:
    """The name of what is described, live."""
    form = context.form
    if not form.subject:
        return context.say("check_title", subject=form.title)
    name = defined_name(form.subject)
    text = context.state.texts[form.subject]
    return context.compose("check_title", subject=Formula(f'={name}&""', text))


def _banner_conditionals() -> Iterator[tuple[Area, Conditional]]:
    mark = address(2, 2, absolute=True)
    signs = {State.CORRECT: "✕", State.FILL: "○", State.VERIFY: "◆"}
    for state in OPEN:
        look, test = STATE_LOOKS[state], f"={mark}={literal(signs[state])}"
        yield Area(2, 2, 3, 2), Conditional(formula=test, fill=look.ink)
        yield Area(2, 3, 3, LAST), Conditional(formula=test, fill=look.fill, ink=look.ink)


# ---- one row a sheet


def _sections(context: Context) -> Iterator[PlanCell]:
    head = FIRST_SECTION_ROW - 1
    yield _put(head, 2, context.say("check_sheets"), HEAD, 4)
    yield _put(head, 5, context.say("check_filled"), HEAD)
    for state, column in COUNT_COLUMNS.items():
        text = f"{MARKS[state]} {context.say(f'check_head_{state.name.lower()}')}"
        yield _put(head, column, text, replace(HEAD, align="center"))
    for row, section in enumerate(context.program.sections, start=FIRST_SECTION_ROW):
        yield from _section_row(context, row, section)


def _section_row(context: Context, row: int, section: SectionRow) -> Iterator[PlanCell]:
    counts = section_counts(context, section)
    sheet = context.form.section_by_id[section.section].sheet
    name = literal(context.say("check_link", name=sheet))
    target = literal(f"#{sheet_reference(sheet, 'A1')}")
    link = Formula(f"=HYPERLINK({target},{name})", context.say("check_link", name=sheet))
    yield _put(row, 2, link, replace(ROW, ink=tokens.LINK, wrap=False), 4)
    figures = {"done": counts.done, "needed": counts.needed}
    none = context.compose("check_count_none")
    count = choose(
        is_any(counts.fill),
        context.compose("check_count", **figures),
        choose(is_any(counts.needed), context.compose("check_count_full", **figures), none),
    )
    yield _put(row, 5, count, replace(ROW, ink=tokens.MUTED))
    style = replace(ROW, ink=tokens.MUTED, align="center", num_format='0;-0;"–"')
    by_state = {
        State.FILL: counts.fill,
        State.CORRECT: counts.correct,
        State.VERIFY: counts.verify,
        State.EXPLAINED: counts.explained,
    }
    for state, column in COUNT_COLUMNS.items():
        yield _put(row, column, by_state[state], style)


def _count_conditionals(context: Context) -> Iterator[tuple[Area, Conditional]]:
    fill_column = COUNT_COLUMNS[State.FILL]
    for row in range(FIRST_SECTION_ROW, FIRST_SECTION_ROW + len(context.program.sections)):
        is_blank = f"={address(row, fill_column, absolute=True)}>0"
        yield Area(row, 5, row, 5), Conditional(formula=is_blank, ink=tokens.BLACK, bold=True)
        for state in OPEN:
            column, look = COUNT_COLUMNS[state], STATE_LOOKS[state]
            test = f"={address(row, column, absolute=True)}>0"
            area = Area(row, column, row, column)
            yield area, Conditional(formula=test, fill=look.fill, ink=look.ink, bold=True)


def _steps(context: Context, room: int) -> Iterator[PlanCell]:
    plain = replace(TEXT, size=9.5, ink=tokens.TEXT_INK)
    none = "" if context.form.none_word else "_plain"
    texts = (f"step_1{none}", "step_2", "step_3")
    parts = [(f"  {context.say('steps_head')}", replace(plain, size=10.5, bold=True))]
    parts += [(f"\n\n{context.say(name)}", plain) for name in texts]
    style = replace(plain, fill=tokens.LABEL_FILL, valign="top", indent=1)
    first = FIRST_SECTION_ROW - 1
    area = Area(first, PANEL, first + room, LAST)
    yield PlanCell(area=area, content=Rich(tuple(parts)), style=style)


# ---- paper


def _page(context: Context, rows: int, *, is_page: bool) -> PageSetup:
    title = context.say("footer_check", title=footer_text(context.form.short_title))
    serial = context.say("serial", serial=context.serial) if context.serial else ""
    font = f'"{tokens.SONG},Regular"'
    return PageSetup(
        landscape=True,
        margins_mm=(17, 15, 15, 15),
        fit=(1, 1 if is_page else 0),
        area=(1, 2, rows, LAST),
        header=context.header,
        footer=f"&L&{font}&9 {title}&C&{font}&10 — &P —&R&{font}&9 {footer_text(serial)}",
        header_mm=7,
        footer_mm=7,
        black_and_white=True,
    )
