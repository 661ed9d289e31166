"""How the labelled rows of a table are drawn, each field by what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from math import ceil

from clusterxl.excel.heights import LINE_EM, text_points, text_px
from clusterxl.form.answers import choice_line
from clusterxl.form.canvas import Box, Role
from clusterxl.form.model import Block, Field, FieldType, rows_of, year_label
from clusterxl.form.pen import (
    ANSWER_PT,
    HINT_PT,
    LABEL_PT,
    NUMBER_ROW,
    OPTION_PT,
    PLAN_PT,
    TICK_ROW,
    Pen,
    grow,
    label_box,
    label_points,
)
from clusterxl.form.room import answer_points

# What is left at least to the last answer of a row that several share.
_LEAST_PX = 60


def draw_rows(pen: Pen, block: Block) -> None:
    """Draw the labelled rows of a block."""
    if block.head:
        _draw_head(pen, block)
    for group, rows in groupby(rows_of(block), key=lambda together: together[0].draw.group):
        if group:
            _draw_group(pen, group, [asked for together in rows for asked in together])
        else:
            for together in rows:
                _draw_row(pen, together)


def _draw_head(pen: Pen, block: Block) -> None:
    canvas = pen.canvas
    row = canvas.row(20)
    years = next((a.years for a in block.fields if a.years and not a.draw.stack), ())
    if not years:
        canvas.add(Box(Role.HEAD, row, 0, canvas.width, text=block.head))
        return
    cuts = pen.parts.year_cuts(pen.parts["label"])
    canvas.add(Box(Role.HEAD, row, 0, cuts[0], text=block.head))
    for year, left, right in zip(years, cuts, cuts[1:], strict=False):
        canvas.add(Box(Role.HEAD, row, left, right, text=year_label(pen.form, year)))
    canvas.year_cuts = cuts


def _draw_row(pen: Pen, together: tuple[Field, ...]) -> None:
    asked = together[0]
    if len(together) > 1:
        _draw_pair(pen, together)
    elif asked.years and asked.draw.stack:
        _draw_stack(pen, asked)
    elif asked.years and asked.is_long:
        _draw_long_years(pen, asked)
    elif asked.years and (asked.draw.own_head or not _stands_under_years(pen, asked)):
        _draw_own_years(pen, asked)
    elif asked.years:
        _draw_years(pen, asked)
    elif asked.draw.label_px < 0:
        _draw_unlabelled(pen, asked)
    elif asked.type is FieldType.TICKS or asked.is_long:
        _draw_answer(pen, asked, 0)
    else:
        _draw_single(pen, asked)


def _stands_under_years(pen: Pen, asked: Field) -> bool:
    """Whether its year columns are those that a head row above has shown."""
    label = asked.draw.label_px or pen.parts["label"]
    return pen.parts.year_cuts(label) == pen.canvas.year_cuts


def _draw_years(pen: Pen, asked: Field) -> None:
    px = asked.draw.label_px or pen.parts["label"]
    cuts = pen.parts.year_cuts(px)
    high = (label_points(asked, px), _in_columns(asked, cuts))
    row = pen.canvas.row(max(asked.draw.height or NUMBER_ROW, *high), grow(asked, 0.02))
    pen.canvas.add(label_box(asked, row, px))
    for key, left, right in zip(pen.keys(asked), cuts, cuts[1:], strict=False):
        pen.canvas.add(Box(Role.INPUT, row, left, right, key=key))
    pen.canvas.margin(row, pen.keys(asked), pen.note_of(asked))


def _draw_own_years(pen: Pen, asked: Field) -> None:
    """Years side by side under a head row of their own."""
    canvas = pen.canvas
    px = asked.draw.label_px or pen.parts["label"]
    cuts = pen.parts.year_cuts(px)
    head = canvas.row(20)
    points = max(asked.draw.height or 21, _in_columns(asked, cuts))
    row = canvas.row(points, grow(asked, 0.02))
    canvas.add(label_box(asked, head, px, row))
    for year, key, left, right in zip(asked.years, pen.keys(asked), cuts, cuts[1:], strict=False):
        canvas.add(Box(Role.HEAD, head, left, right, text=year_label(pen.form, year)))
        canvas.add(Box(Role.INPUT, row, left, right, key=key))
    canvas.need(head, row, label_points(asked, px))
    canvas.margin(head, pen.keys(asked), pen.note_of(asked), last_row=row)


def _in_columns(asked: Field, cuts: Sequence[int]) -> float:
    """Return the height that answers side by side need, in the narrowest of their columns."""
    narrowest = min(right - left for left, right in pairwise(cuts))
    return answer_points(asked, narrowest, ANSWER_PT)


def _draw_long_years(pen: Pen, asked: Field) -> None:
    """Running text a year, under each other, with one explanation."""
    canvas = pen.canvas
    label = asked.draw.label_px or pen.parts["long_label"]
    year_px = text_px(year_label(pen.form, asked.years[0]), LABEL_PT) + 24
    first = len(canvas.rows) + 1
    for year, key in zip(asked.years, pen.keys(asked), strict=True):
        middle = label + round(year_px)
        row = canvas.row(_long_points(pen, asked, canvas.width - middle), grow(asked, 1.0))
        canvas.add(
            Box(Role.LABEL, row, label, middle, text=year_label(pen.form, year)),
            Box(Role.INPUT, row, middle, canvas.width, key=key, points=pen.long_points),
        )
    last = _draw_below(pen, asked, label)
    canvas.add(label_box(asked, first, label, last))
    canvas.need(first, last, label_points(asked, label))
    canvas.margin(first, pen.keys(asked), pen.note_of(asked), last_row=last)


def _draw_stack(pen: Pen, asked: Field) -> None:
    """Years under each other, each with its own explanation."""
    canvas = pen.canvas
    label, year_px = asked.draw.label_px or pen.parts["stack_label"], pen.parts["stack_year"]
    first = len(canvas.rows) + 1
    needed = answer_points(asked, canvas.width - label - year_px, ANSWER_PT)
    for year, cell in zip(asked.years, pen.inputs[asked.id], strict=True):
        row = canvas.row(max(asked.draw.height or 20.5, needed), grow(asked, 0.15))
        canvas.add(
            Box(Role.LABEL, row, label, label + year_px, text=year_label(pen.form, year)),
            Box(Role.INPUT, row, label + year_px, canvas.width, key=cell.key),
        )
        canvas.margin(row, (cell.key,), cell.note)
    last = _draw_below(pen, asked, label)
    canvas.add(label_box(asked, first, label, last))
    canvas.need(first, last, label_points(asked, label))


def _draw_below(pen: Pen, asked: Field, left: int) -> int:
    """Draw the remark below an answer, if there is one; return the last row."""
    if asked.draw.note:
        row = pen.canvas.row(16.5, grow(asked, 0.1))
        pen.canvas.add(Box(Role.REMARK, row, left, pen.canvas.width, text=asked.draw.note))
    return len(pen.canvas.rows)


def _draw_single(pen: Pen, asked: Field) -> None:
    canvas = pen.canvas
    default = (
        "choice_label"
        if asked.type is FieldType.CHOICE
        else "label"
        if asked.type.is_numeric
        else "text_label"
    )
    px = asked.draw.label_px or pen.parts[default]
    right = _value_edge(pen, asked, px)
    points = max(
        asked.draw.height or (NUMBER_ROW if asked.type.is_numeric else 24),
        label_points(asked, px),
        _answer_points(asked, right - px),
    )
    if asked.draw.after and right < canvas.width:
        points = max(points, text_points(asked.draw.after, canvas.width - right, HINT_PT + 1))
    row = canvas.row(points, grow(asked, 0.05 if asked.type.is_numeric else 0.4))
    canvas.add(label_box(asked, row, px))
    has_after = right < canvas.width
    edges = "tbl" if has_after else "tblr"
    canvas.add(Box(Role.INPUT, row, px, right, key=pen.keys(asked)[0], edges=edges))
    if has_after:
        canvas.add(Box(Role.AFTER, row, right, canvas.width, text=asked.draw.after, edges="tbr"))
    if asked.draw.note:
        below = canvas.row(16.5)
        canvas.add(Box(Role.REMARK, below, px, canvas.width, text=asked.draw.note))
    canvas.margin(row, pen.keys(asked), pen.note_of(asked))


def _answer_points(asked: Field, px: int) -> float:
    if asked.type is FieldType.CHOICE:
        return text_points(choice_line(asked), px - 12, 11)
    return answer_points(asked, px, ANSWER_PT)


def _value_edge(pen: Pen, asked: Field, label: int) -> int:
    """Where the answer ends: the last cut at which the text behind it still has room."""
    if not asked.draw.after:
        return pen.canvas.width
    longest = max(asked.draw.after.split("\n"), key=len)
    behind = text_px(longest, OPTION_PT) + 16
    cuts = pen.parts.year_cuts(label)[1:-1] or (round((label + pen.canvas.width) / 2),)
    fitting = [cut for cut in cuts if pen.canvas.width - cut >= behind]
    wanted = text_px(choice_line(asked), 11) + 12 if asked.type is FieldType.CHOICE else 0
    wide = [cut for cut in fitting if cut - label >= wanted]
    return (wide or fitting or list(cuts[:1]))[0]


def _draw_pair(pen: Pen, together: tuple[Field, ...]) -> None:
    """Two or more short answers in one row, each with its label."""
    canvas = pen.canvas
    first = together[0]
    label, value = first.draw.label_px or pen.parts["text_label"], pen.parts["pair_value"]
    labels = [label, *(a.draw.label_px or pen.parts["pair_label"] for a in together[1:])]
    # What does not fit on the paper is narrowed, all by the same share.
    shrunk = min(1.0, canvas.width / (sum(labels) + value * len(together[1:]) + _LEAST_PX))
    labels, value = [round(px * shrunk) for px in labels], round(value * shrunk)
    rest = canvas.width - sum(labels) - value * len(together[1:])
    answers = [*(value for _ in together[1:]), rest]
    high = (
        max(label_points(asked, px), answer_points(asked, answer, ANSWER_PT))
        for asked, px, answer in zip(together, labels, answers, strict=True)
    )
    row = canvas.row(max(first.draw.height or 26, *high), grow(first, 0.4))
    left = 0
    for asked, label_px in zip(together, labels, strict=True):
        middle = left + label_px
        right = canvas.width if asked is together[-1] else middle + value
        canvas.add(
            Box(Role.LABEL, row, left, middle, text=asked.label, hint=asked.hint),
            Box(Role.INPUT, row, middle, right, key=pen.keys(asked)[0]),
        )
        left = right
    keys = tuple(key for asked in together for key in pen.keys(asked))
    canvas.margin(row, keys, pen.note_of(first))


def _draw_group(pen: Pen, group: str, fields: Sequence[Field]) -> None:
    """Several answers behind one label; each question stands above its answer."""
    canvas = pen.canvas
    label = pen.parts["long_label"]
    first = len(canvas.rows) + 1
    for asked in fields:
        if asked.years:
            _draw_years_behind(pen, asked, label)
        else:
            _draw_answer(pen, asked, label)
    last = len(canvas.rows)
    canvas.add(Box(Role.LABEL, first, 0, label, last_row=last, text=group))
    canvas.need(first, last, text_points(group, label, LABEL_PT))


def _draw_years_behind(pen: Pen, asked: Field, left: int) -> None:
    """A question of a group with an answer a year: its words, the years, their answers."""
    canvas = pen.canvas
    words = asked.label + asked.hint
    points = text_points(words, canvas.width - left - 12, OPTION_PT, padding=3)
    first = canvas.row(points, 0.1)
    canvas.add(Box(Role.PROMPT, first, left, canvas.width, text=words))
    count = len(asked.years)
    cuts = [left + round((canvas.width - left) * n / count) for n in range(count + 1)]
    high = max(asked.draw.height or 21, _in_columns(asked, cuts))
    head, row = canvas.row(20), canvas.row(high, grow(asked, 0.02))
    for year, key, (start, end) in zip(asked.years, pen.keys(asked), pairwise(cuts), strict=True):
        canvas.add(Box(Role.HEAD, head, start, end, text=year_label(pen.form, year)))
        canvas.add(Box(Role.INPUT, row, start, end, key=key))
    canvas.margin(first, pen.keys(asked), pen.note_of(asked), last_row=row)


def _draw_unlabelled(pen: Pen, asked: Field) -> None:
    """An answer over the whole width, under a heading that is a fixed text."""
    room = max(24.0, answer_points(asked, pen.canvas.width, PLAN_PT))
    row = pen.canvas.row(max(asked.draw.height, room), grow(asked, 1))
    key = pen.keys(asked)[0]
    pen.canvas.add(Box(Role.PLAN_INPUT, row, 0, pen.canvas.width, key=key))
    pen.canvas.margin(row, pen.keys(asked), pen.note_of(asked))


def _draw_answer(pen: Pen, asked: Field, indented: int) -> None:
    """Running text or options: with a label at the left, or under the question if indented."""
    canvas = pen.canvas
    label = indented or max(asked.draw.label_px or pen.parts["long_label"], 0)
    first = len(canvas.rows) + 1
    above = asked.label + asked.hint if indented else asked.draw.prompt
    pieces = []
    if above:
        points = text_points(above, canvas.width - label - 12, OPTION_PT, padding=3)
        pieces.append((Role.PROMPT, canvas.row(points, 0.1), above))
    if asked.type is FieldType.TICKS:
        _draw_options(pen, asked, label)
    else:
        _draw_long(pen, asked, label)
    pieces += [
        (Role.REMARK, canvas.row(14, grow(asked, 0.1)), below)
        for below in (asked.draw.after, asked.draw.note)
        if below
    ]
    last = len(canvas.rows)
    for role, row, text in pieces:
        edges = "lr" + ("t" if row == first else "") + ("b" if row == last else "")
        canvas.add(Box(role, row, label, canvas.width, text=text, edges=edges))
    if label and not indented:
        canvas.add(label_box(asked, first, label, last))
        canvas.need(first, last, label_points(asked, label))
    canvas.margin(first, pen.keys(asked), pen.note_of(asked), last_row=last)


def _draw_long(pen: Pen, asked: Field, left: int) -> None:
    draw, size = asked.draw, pen.long_points
    row = pen.canvas.row(_long_points(pen, asked, pen.canvas.width - left), grow(asked, 1.0))
    framed_above = bool(draw.prompt or draw.group)
    framed_below = bool(draw.after or draw.note)
    edges = "lr" + ("" if framed_above else "t") + ("" if framed_below else "b")
    key = pen.keys(asked)[0]
    pen.canvas.add(Box(Role.INPUT, row, left, pen.canvas.width, key=key, edges=edges, points=size))


def _long_points(pen: Pen, asked: Field, px: int) -> float:
    natural = ceil(asked.draw.lines * pen.long_points * LINE_EM + 2) if asked.is_long else 22
    return max(asked.draw.height or natural, answer_points(asked, px, pen.long_points))


def _draw_options(pen: Pen, asked: Field, left: int) -> None:
    canvas = pen.canvas
    tick = pen.parts["tick"]
    framed_above = bool(asked.draw.prompt or asked.draw.group)
    if asked.draw.lead:
        row = canvas.row(asked.draw.height or TICK_ROW, grow(asked, 0.12))
        edges = "lr" + ("" if framed_above else "t")
        canvas.add(Box(Role.PROMPT, row, left, canvas.width, text=asked.draw.lead, edges=edges))
        framed_above = True
    framed_below = bool(asked.draw.note or asked.draw.after)
    for place, (option, key) in enumerate(zip(asked.items, pen.keys(asked), strict=True)):
        text_left = left + tick
        points = text_points(option.label, canvas.width - text_left, OPTION_PT, padding=1)
        row = canvas.row(max(asked.draw.height or TICK_ROW, points), grow(asked, 0.12))
        top = "t" if place == 0 and not framed_above else ""
        bottom = "b" if place == len(asked.items) - 1 and not framed_below else ""
        canvas.add(
            Box(Role.TICK, row, left, text_left, key=key, edges=f"l{top}{bottom}"),
            Box(
                Role.OPTION,
                row,
                text_left,
                canvas.width,
                text=option.label,
                edges=f"r{top}{bottom}",
            ),
        )
