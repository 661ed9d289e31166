"""Around the printed form, on the screen only: the strip on top, live help and explanations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from clusterxl.excel import tokens
from clusterxl.excel.cells import (
    Conditional,
    Content,
    Formula,
    Rich,
    Style,
    address,
    literal,
    sheet_reference,
)
from clusterxl.excel.limits import fitting
from clusterxl.form.answers import unset_text
from clusterxl.form.canvas import Margin
from clusterxl.form.layout import SheetLayout
from clusterxl.form.model import Block, BlockKind, Input, SectionKind, defined_name
from clusterxl.plan.compose import choose, joined
from clusterxl.plan.context import NOTHING, Context
from clusterxl.plan.counts import is_any, section_counts
from clusterxl.plan.hidden import VerdictColumn, verdict_area
from clusterxl.plan.looks import STATE_LOOKS, with_edges
from clusterxl.plan.model import Area, PlanCell
from clusterxl.plan.program import OPEN, State
from clusterxl.plan.verdicts import margin_text

# Room for a title of this many characters, even if all were doubled, and for a serial number.
FOOTER_TEXT = 60
# A link shows at most 255 characters, the figures of the strip among them.
STRIP_NAME = 100
# Rows lower than this have room for one line, which may run on into the empty cell beside it.
TWO_LINES = 34.0
HINT_STYLE = Style(font=tokens.YAHEI, size=10, ink=tokens.MUTED, align="left", wrap=True)
NOTE_STYLE = Style(font=tokens.SONG, size=9, align="left", wrap=True, locked=False, num_format="@")
MARKS = {State.CORRECT: "▲", State.FILL: "○", State.VERIFY: "◆", State.EXPLAINED: "◇"}


def _cell(row: int, column: int, content: Content, style: Style, last: int = 0) -> PlanCell:
    return PlanCell(area=Area(row, column, row, last or column), content=content, style=style)


# ---- strip


def strip_cells(context: Context, sheet: SheetLayout) -> Iterator[PlanCell]:
    """Return the strip on top of a form sheet, which leads to 校验."""
    style = Style(
        font=tokens.YAHEI,
        size=10,
        bold=True,
        fill=tokens.OK_FILL,
        ink=tokens.OK_INK,
        align="left",
        indent=1,
    )
    sentence = _strip_sentence(context, sheet)
    target = literal(f"#{sheet_reference(context.say('check_sheet'), 'A1')}")
    link = Formula(f"=HYPERLINK({target},{sentence.text[1:]})", sentence.value)
    yield _cell(1, 2, link, style, sheet.last_form_column)
    if sheet.hint_column:
        head = Style(font=tokens.YAHEI, size=9, bold=True, ink=tokens.MUTED, align="left")
        head = replace(head, bottom="medium", line_ink=tokens.HAIRLINE)
        yield _cell(1, sheet.hint_column, context.say("hint_head"), head)
        yield _cell(1, sheet.hint_column + 1, context.say("note_head"), head)


def _strip_sentence(context: Context, sheet: SheetLayout) -> Formula:
    section = sheet.section
    name = fitting(section.name or section.sheet, STRIP_NAME)
    live = context.program.section_by_id.get(section.id)
    lists = [block for block in section.blocks if block.kind is BlockKind.LIST]
    if live and any(verdict.state is State.FILL for verdict in live.verdicts):
        counts = section_counts(context, live)
        head = context.compose("strip_counts", name=name, needed=counts.needed, done=counts.done)
        quiet = context.compose("strip_full")
    elif lists:
        head = context.compose("strip_rows", name=name, rows=_rows_used(context, lists))
        quiet = context.compose("strip_rows_hint")
    else:
        head, quiet = context.compose("strip_none", name=name), NOTHING
    if live is None:
        return joined(head, quiet, context.compose("strip_more_quiet"))
    counts = section_counts(context, live)
    parts = [
        context.when(is_any(counts.fill), "strip_fill", count=counts.fill),
        context.when(is_any(counts.correct), "strip_correct", count=counts.correct),
        context.when(is_any(counts.verify), "strip_verify", count=counts.verify),
    ]
    held = Formula(
        f"=({'+'.join(c.text[1:] for c in (counts.correct, counts.fill, counts.verify))})>0",
        any(float(c.value) for c in (counts.correct, counts.fill, counts.verify)),
    )
    explained = context.when(is_any(counts.explained), "strip_explained", count=counts.explained)
    more, rest = context.compose("strip_more"), context.compose("strip_more_quiet")
    return joined(head, *parts, choose(held, NOTHING, quiet), explained, choose(held, more, rest))


def _rows_used(context: Context, lists: Sequence[Block]) -> Formula:
    """Count the rows of lists in which something stands."""
    form, answers = context.form, context.answers
    texts, count = [], 0
    for block in lists:
        cells = [asked for asked in form.inputs if asked.block == block.id]
        columns = [_used(context, asked) for asked in cells if asked.row == 1]
        texts.append(f"SUMPRODUCT(--(({'+'.join(columns)})>0))")
        blank = (None, "")
        used = {a.row for a in cells if answers.get(a.key) not in (*blank, unset_text(form, a))}
        count += len(used)
    return Formula(f"={'+'.join(texts)}", count)


def _used(context: Context, asked: Input) -> str:
    """Whether something stands in the cells of a list column; an error is something."""
    name, unset = defined_name(asked.key), unset_text(context.form, asked)
    is_filled = f"(1-ISBLANK({name}))"
    # Comparing and dividing tells the unset text apart and lets an error pass.
    return f"{is_filled}*ISERROR(1/({name}={literal(unset)}))" if unset else is_filled


def strip_conditionals(sheet: SheetLayout) -> Iterator[tuple[Area, Conditional]]:
    """Return what gives the strip the colours of the most urgent state in it."""
    area, cell = Area(1, 2, 1, sheet.last_form_column), address(1, 2, absolute=True)
    for state in OPEN:
        look = STATE_LOOKS[state]
        test = f"=ISNUMBER(FIND({literal(MARKS[state])},{cell}))"
        yield area, Conditional(formula=test, fill=look.fill, ink=look.ink, stop=True)


# ---- live help and explanations


def help_cells(context: Context, sheet: SheetLayout) -> Iterator[PlanCell]:
    """Return the help beside the rows of a form sheet, and the cells for explanations."""
    if not sheet.hint_column:
        return
    if sheet.section.kind is SectionKind.COVER:
        yield from _panel(context, sheet)
        return
    for margin in sheet.margins:
        points = sum(sheet.rows[margin.row - 1 : margin.last_row])
        style = replace(HINT_STYLE, wrap=points >= TWO_LINES)
        area = Area(margin.row, sheet.hint_column, margin.last_row, sheet.hint_column)
        yield PlanCell(area=area, content=_hint(context, margin), style=style)
        if margin.note:
            place = context.layout.places[margin.note]
            yield PlanCell(
                area=Area(place.row, place.column, place.last_row, place.last_column),
                content=context.answers.get(margin.note),
                style=NOTE_STYLE,
                key=margin.note,
            )


def _hint(context: Context, margin: Margin) -> Formula | None:
    """The most urgent sentence of a form row, and how many more there are."""
    rest = _chars(context, margin)
    rows = context.program.rows_of(margin.keys)
    if rows is None:
        return rest
    states = context.state.states(rows)
    held = [state for state in states if state in OPEN]
    area = verdict_area(rows, VerdictColumn.STATE)
    margins = verdict_area(rows, VerdictColumn.MARGIN)
    count = f"COUNTIF({area},{literal(f'<{int(State.EXPLAINED)}')})"
    first = Formula(f"=INDEX({margins},MATCH(MIN({area}),{area},0))", _most_urgent(context, rows))
    more = Formula(f"={count}-1", len(held) - 1)
    several = Formula(f"={count}>1", len(held) > 1)
    said = joined(first, context.when(several, "hint_more", more=more))
    quiet = choose(
        Formula(f"=COUNT({area})>0", bool(states)),
        context.compose("hint_explained"),
        rest or NOTHING,
    )
    return choose(Formula(f"={count}>0", bool(held)), said, quiet)


def _most_urgent(context: Context, rows: tuple[int, int]) -> str:
    """Return what the most urgent rule of some neighbouring rows says beside the form row."""
    start = context.program.verdicts[0].row
    verdicts = context.program.verdicts[rows[0] - start : rows[1] - start + 1]
    asking = [(context.state.state(verdict), verdict) for verdict in verdicts]
    held = [(state, verdict) for state, verdict in asking if state in OPEN]
    if not held:
        return ""
    _, first = min(held, key=lambda pair: pair[0])
    said = margin_text(context, first)
    return str(said.value) if isinstance(said, Formula) else said


def _chars(context: Context, margin: Margin) -> Formula | None:
    """How much of a limited text is used, once something is written."""
    key = margin.keys[0] if margin.keys else ""
    asked = context.form.by_key.get(key)
    if asked is None or not asked.field.is_long:
        return None
    text, ref = context.state.texts[key], context.cells.text(key)
    said = context.compose(
        "hint_chars", chars=Formula(f"=LEN({ref})", len(text)), limit=asked.field.max_chars
    )
    return choose(Formula(f"=LEN({ref})>0", len(text)), said, NOTHING)


def _panel(context: Context, sheet: SheetLayout) -> Iterator[PlanCell]:
    """How to fill in the form, beside the cover lines."""
    rows = [margin.row for margin in sheet.margins]
    if not rows:
        return
    plain = Style(font=tokens.YAHEI, size=10.5, ink=tokens.TEXT_INK)
    none = "" if context.form.none_word else "_plain"
    texts = [context.say(f"how_1{none}"), *(context.say(f"how_{n}") for n in range(2, 8))]
    parts = [(f"\n  {context.say('how_head')}", replace(plain, size=12, bold=True))]
    parts += [(f"\n\n  {text}", plain) for text in texts]
    style = Style(
        font=tokens.YAHEI, size=10.5, fill=tokens.LABEL_FILL, valign="top", wrap=True, indent=1
    )
    style = with_edges(style, "tblr", tokens.HAIRLINE)
    area = Area(min(rows), sheet.hint_column, max(rows), sheet.hint_column + 1)
    yield PlanCell(area=area, content=Rich(tuple(parts)), style=style)


def help_conditionals(context: Context, sheet: SheetLayout) -> Iterator[tuple[Area, Conditional]]:
    """Return what colours the help by its first sign, and asks for an explanation."""
    for margin in sheet.margins:
        if context.program.rows_of(margin.keys) is None:
            continue
        cell = address(margin.row, sheet.hint_column, absolute=True)
        area = Area(margin.row, sheet.hint_column, margin.last_row, sheet.hint_column)
        for state in OPEN:
            test = f"=LEFT({cell},1)={literal(MARKS[state])}"
            yield area, Conditional(formula=test, ink=STATE_LOOKS[state].ink)
        if margin.note:
            place = context.layout.places[margin.note]
            asking = f"LEFT({cell},1)={literal(MARKS[State.VERIFY])}"
            test = f"=AND({asking},ISBLANK({place.local}))"
            note = Area(place.row, place.column, place.last_row, place.last_column)
            yield note, Conditional(formula=test, fill=tokens.TODO_FILL)


def footer_text(text: str) -> str:
    """Return a text as it stands at the foot of a page, which takes 255 characters with codes."""
    return fitting(text, FOOTER_TEXT).replace("&", "&&")
