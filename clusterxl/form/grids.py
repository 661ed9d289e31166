"""How gridded parts are drawn: matrices, counted names, targets, lists, the evidence list."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from clusterxl.excel.heights import text_points
from clusterxl.form.canvas import Box, Canvas, Role
from clusterxl.form.model import (
    Block,
    EvidenceRow,
    Field,
    FieldType,
    Input,
    Item,
    evidence_rows,
    rows_of,
    year_label,
)
from clusterxl.form.pen import (
    ANSWER_PT,
    LABEL_PT,
    LIST_PT,
    NAMES_PT,
    OPTION_PT,
    Pen,
    grow,
    label_box,
    label_points,
)
from clusterxl.form.room import LIST_LINES, NAMES_LINES, answer_points
from clusterxl.sentences import say


def draw_matrix(pen: Pen, block: Block) -> None:
    """Draw fields with items down and columns across, side by side a year."""
    for asked in block.fields:
        _draw_one_matrix(pen, block, asked)


def _draw_one_matrix(pen: Pen, block: Block, asked: Field) -> None:
    canvas = pen.canvas
    label = asked.draw.label_px or (block.widths[0] if block.widths else pen.parts["label"])
    years: tuple[int | None, ...] = asked.years or (None,)
    cuts = [label + round((canvas.width - label) * n / len(years)) for n in range(len(years) + 1)]
    first = len(canvas.rows) + 1
    if asked.years and tuple(cuts) != canvas.year_cuts:
        row = canvas.row(20)
        for year, left, right in zip(asked.years, cuts, cuts[1:], strict=False):
            canvas.add(Box(Role.HEAD, row, left, right, text=year_label(pen.form, year)))
    head = canvas.row(24, 0.2)
    for left, right in pairwise(cuts):
        texts = (block.head, *(column.label for column in asked.columns))
        for text, (start, end) in zip(texts, _thirds(left, right, len(texts)), strict=True):
            canvas.add(Box(Role.SMALL_HEAD, head, start, end, text=text))
    cells = {i.key: i for i in pen.inputs[asked.id]}
    part = (cuts[1] - cuts[0]) // (len(asked.columns) + 1)
    points = max(asked.draw.height or 22, answer_points(asked, part, ANSWER_PT))
    for item in asked.items:
        row = canvas.row(points, grow(asked, 0.2))
        _draw_matrix_row(pen, asked, item, row, cuts)
        keys = tuple(key for key, cell in cells.items() if _is_of(cell, item))
        canvas.margin(row, keys, cells[keys[0]].note)
    last = len(canvas.rows)
    canvas.add(label_box(asked, first, label, last))
    canvas.need(first, last, label_points(asked, label))


def _is_of(cell: Input, item: Item) -> bool:
    return cell.item == item.id or cell.item.startswith(f"{item.id}_")


def _draw_matrix_row(pen: Pen, asked: Field, item: Item, row: int, cuts: Sequence[int]) -> None:
    mine = [cell for cell in pen.inputs[asked.id] if _is_of(cell, item)]
    years: tuple[int | None, ...] = asked.years or (None,)
    for year, left, right in zip(years, cuts, cuts[1:], strict=False):
        cells = [cell for cell in mine if cell.year == year]
        spans = _thirds(left, right, len(cells) + 1)
        pen.canvas.add(Box(Role.SMALL_LABEL, row, *spans[0], text=item.label))
        for cell, (start, end) in zip(cells, spans[1:], strict=True):
            pen.canvas.add(Box(Role.INPUT, row, start, end, key=cell.key))


def _thirds(left: int, right: int, count: int) -> list[tuple[int, int]]:
    """Divide a stretch into equal parts, the first taking what is left over."""
    part = (right - left) // count
    cuts = [left, *(right - part * n for n in range(count - 1, -1, -1))]
    return list(pairwise(cuts))


def draw_counted(pen: Pen, block: Block) -> None:
    """Draw pairs of a number and the names it counts."""
    canvas = pen.canvas
    outer, inner = (block.widths or (138, 130))[:2]
    word, figure = 64, 66
    first = len(canvas.rows) + 1
    for together in rows_of(block):
        count, names = together[0], together[-1]
        top = canvas.row(21, 0.2)
        left = outer + inner
        needed = answer_points(names, canvas.width - left - word, NAMES_PT, lines=NAMES_LINES)
        low = canvas.row(max(names.draw.height or 40, needed), grow(names, 0.4))
        canvas.add(
            Box(
                Role.SMALL_LABEL, top, outer, left, last_row=low, text=count.label, hint=count.hint
            ),
            Box(Role.BEFORE, top, left, left + word, text=count.draw.prompt, edges="tl"),
            Box(
                Role.INPUT,
                top,
                left + word,
                left + word + figure,
                key=pen.keys(count)[0],
                edges="tb",
            ),
            Box(
                Role.AFTER,
                top,
                left + word + figure,
                canvas.width,
                text=count.draw.after,
                edges="tr",
            ),
            Box(Role.BEFORE, low, left, left + word, text=names.draw.prompt, edges="bl"),
            Box(
                Role.INPUT,
                low,
                left + word,
                canvas.width,
                key=pen.keys(names)[0],
                edges="br",
                points=NAMES_PT,
            ),
        )
        canvas.need(top, low, text_points(count.label + count.hint, inner, OPTION_PT))
        keys = tuple(key for asked in together for key in pen.keys(asked))
        canvas.margin(top, keys, pen.note_of(count), last_row=low)
    canvas.add(Box(Role.LABEL, first, 0, outer, last_row=len(canvas.rows), text=block.label))


def draw_targets(pen: Pen, block: Block) -> None:
    """Draw indicators against value columns, grouped at the left."""
    canvas = pen.canvas
    values = max(len(asked.columns) for asked in block.fields)
    widths = block.widths or (96, 264, *(((canvas.width - 360) // values,) * values))
    cuts = [sum(widths[:n]) for n in range(len(widths) + 1)]
    row = canvas.row(24, keeps_next=True)
    for text, left, right in zip(block.columns, cuts, cuts[1:], strict=False):
        canvas.add(Box(Role.HEAD, row, left, right, text=text))
    for group, fields in groupby(block.fields, key=lambda asked: asked.draw.group):
        first = len(canvas.rows) + 1
        for asked in fields:
            _draw_target(pen, asked, cuts)
        last = len(canvas.rows)
        canvas.add(Box(Role.LABEL, first, 0, cuts[1], last_row=last, text=group))
    canvas.rows[-1].keeps_next = False


def _draw_target(pen: Pen, asked: Field, cuts: Sequence[int]) -> None:
    canvas = pen.canvas
    keys = pen.keys(asked)
    natural = 32 if asked.type is FieldType.TEXT and not asked.spare else 21
    high = [
        answer_points(cell.field, right - left, ANSWER_PT)
        for cell, left, right in zip(
            pen.inputs[asked.id],
            cuts[1 if asked.spare else 2 :],
            cuts[2 + (not asked.spare) :],
            strict=False,
        )
    ]
    points = max(
        asked.draw.height or natural, text_points(asked.label, cuts[2] - cuts[1], 10.5), *high
    )
    row = canvas.row(points, grow(asked, 0), keeps_next=True)
    if asked.spare:
        canvas.add(Box(Role.INPUT, row, cuts[1], cuts[2], key=keys[0]))
        keys = keys[1:]
    else:
        canvas.add(Box(Role.LABEL, row, cuts[1], cuts[2], text=asked.label, hint=asked.hint))
    for key, left, right in zip(keys, cuts[2:], cuts[3:], strict=False):
        canvas.add(Box(Role.INPUT, row, left, right, key=key))
    canvas.margin(row, pen.keys(asked), pen.note_of(asked))


def draw_list(pen: Pen, block: Block) -> None:
    """Draw a numbered table to be filled in."""
    canvas = pen.canvas
    widths = block.widths or _even(canvas.width, 44, len(block.fields))
    cuts = [sum(widths[:n]) for n in range(len(widths) + 1)]
    head = canvas.row(24)
    texts = (say("form.number", lang=pen.form.language), *(asked.label for asked in block.fields))
    for text, left, right in zip(texts, cuts, cuts[1:], strict=False):
        canvas.add(Box(Role.HEAD, head, left, right, text=text))
    cells = iter(pen.inputs[f"{block.id}[]"])
    high = [
        answer_points(asked, right - left, LIST_PT, lines=LIST_LINES)
        for asked, (left, right) in zip(block.fields, pairwise(cuts[1:]), strict=True)
    ]
    for number in range(1, block.rows + 1):
        row = canvas.row(max(22, *high))
        canvas.add(Box(Role.NUMBER, row, cuts[0], cuts[1], text=str(number)))
        for left, right in pairwise(cuts[1:]):
            key = next(cells).key
            canvas.add(Box(Role.INPUT, row, left, right, key=key, points=LIST_PT))


def _even(width: int, first: int, columns: int) -> tuple[int, ...]:
    return (first, *((width - first) // columns for _ in range(columns)))


def draw_evidence(pen: Pen, block: Block) -> None:
    """Draw one row for everything that may need evidence."""
    canvas = pen.canvas
    widths = block.widths or (44, 270, 66, *_even(canvas.width - 380, 0, len(block.fields))[1:])
    cuts = [sum(widths[:n]) for n in range(len(widths) + 1)]
    head = canvas.row(24)
    for text, left, right in zip(block.columns, cuts, cuts[1:], strict=False):
        canvas.add(Box(Role.HEAD, head, left, right, text=text))
    cells = iter(pen.inputs[f"{block.id}[]"])
    number = 0
    for section, rows in groupby(evidence_rows(pen.form), key=lambda found: found.section.id):
        title = pen.form.section_by_id[section].title or pen.form.section_by_id[section].sheet
        row = canvas.row(max(21, text_points(title, canvas.width, LABEL_PT)))
        canvas.add(Box(Role.GROUP, row, 0, canvas.width, text=title))
        for found in rows:
            number += 1
            mine = [next(cells) for _ in block.fields]
            _draw_evidence_row(canvas, found, number, mine, cuts)


def _draw_evidence_row(
    canvas: Canvas, found: EvidenceRow, number: int, cells: Sequence[Input], cuts: Sequence[int]
) -> None:
    keys = [cell.key for cell in cells]
    high = (
        answer_points(cell.field, right - left, OPTION_PT, lines=LIST_LINES)
        for cell, left, right in zip(cells, cuts[3:], cuts[4:], strict=False)
    )
    label = text_points(found.label, cuts[2] - cuts[1] - 12, OPTION_PT)
    row = canvas.row(max(30, label, *high))
    canvas.add(
        Box(Role.NUMBER, row, cuts[0], cuts[1], text=str(number)),
        Box(Role.ITEM, row, cuts[1], cuts[2], text=found.label),
        Box(Role.NEEDED, row, cuts[2], cuts[3], key=keys[0]),
    )
    for key, left, right in zip(keys, cuts[3:], cuts[4:], strict=False):
        canvas.add(Box(Role.INPUT, row, left, right, key=key))
