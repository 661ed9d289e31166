"""How running parts are drawn: fixed texts, the lines of a cover, statements to be signed."""

from __future__ import annotations

from collections.abc import Mapping

from clusterxl.excel.heights import text_points, text_px
from clusterxl.form.canvas import Box, Canvas, Role
from clusterxl.form.model import Block, Field, Text, rows_of
from clusterxl.form.pen import LINE_ANSWER_PT, LINE_LABEL_PT, Pen
from clusterxl.form.room import answer_points

_TEXT_ROLES: Mapping[str, tuple[Role, float, float]] = {
    "title": (Role.COVER_TITLE, 26, 44),
    "mark": (Role.MARK, 16, 26),
    "maker": (Role.MAKER, 16, 30),
    "heading": (Role.HEADING, 12, 22),
    "subheading": (Role.SUBHEADING, 12, 22),
    "body": (Role.BODY, 14, 22),
    "plain": (Role.PLAIN, 12, 20),
    "small": (Role.SMALL, 10.5, 18),
    "remark": (Role.REMARK, 10, 18),
}


_INTRODUCING = frozenset({"heading", "subheading", "plain", "small"})


def draw_texts(pen: Pen, block: Block) -> None:
    """Draw fixed texts, one a row."""
    for text in block.texts:
        _draw_text(pen, text)


def _draw_text(pen: Pen, text: Text) -> None:
    if text.style == "space" or not text.text:
        pen.canvas.row(text.height or 12)
        return
    role, points, least = _TEXT_ROLES[text.style]
    natural = text.height or max(least, text_points(text.text, pen.canvas.width - 16, points))
    row = pen.canvas.row(natural, keeps_next=text.style in _INTRODUCING)
    pen.canvas.add(Box(role, row, 0, pen.canvas.width, text=text.text, edges=""))


# ---- cover lines

# Share of a line that is left to its answers, however long the labels are.
_LEAST_ANSWER = 0.25


def draw_lines(pen: Pen, block: Block) -> None:
    """Draw the lines of a cover: label, underlined answer, words behind."""
    for together in rows_of(block):
        _draw_line(pen, together)


def _draw_line(pen: Pen, together: tuple[Field, ...]) -> None:
    canvas = pen.canvas
    labels, afters = _line_parts(together, canvas.width * (1 - _LEAST_ANSWER))
    room = (canvas.width - sum(labels) - sum(afters)) / len(together)
    texts = [text for asked in together for text in (asked.label, asked.draw.after)]
    widths = [px for pair in zip(labels, afters, strict=True) for px in pair]
    high = (
        text_points(text, px, LINE_LABEL_PT)
        for text, px in zip(texts, widths, strict=True)
        if 0 < px < text_px(text, LINE_LABEL_PT)
    )
    needed = (answer_points(asked, round(room), LINE_ANSWER_PT) for asked in together)
    given = (asked.draw.height or 30 for asked in together)
    row = canvas.row(max((*given, *needed, *high)))
    left = 0.0
    for asked, label_px, after_px in zip(together, labels, afters, strict=True):
        key = pen.keys(asked)[0]
        if label_px:
            canvas.add(_line_box(Role.LINE_LABEL, row, left, left + label_px, asked.label))
        answer = left + label_px
        canvas.add(
            Box(Role.LINE_INPUT, row, round(answer), round(answer + room), key=key, edges="b")
        )
        if after_px:
            end = answer + room + after_px
            canvas.add(_line_box(Role.LINE_AFTER, row, answer + room, end, asked.draw.after))
        left = answer + room + after_px
    canvas.margin(row, tuple(k for asked in together for k in pen.keys(asked)), "")
    below = together[0].hint or together[0].draw.note
    if below:
        row = canvas.row(max(24, text_points(below, canvas.width - labels[0], 12)))
        canvas.add(Box(Role.LINE_HINT, row, round(labels[0]), canvas.width, text=below, edges=""))
    canvas.row(10)


def _line_parts(together: tuple[Field, ...], most: float) -> tuple[list[float], list[float]]:
    """Return the widths of labels and of words behind; long ones make room for the answers."""
    labels = [_line_label_px(asked) for asked in together]
    afters = [text_px(a.draw.after, LINE_LABEL_PT) + 12 if a.draw.after else 0.0 for a in together]
    shrunk = min(1.0, most / max(sum(labels) + sum(afters), 1.0))
    return [px * shrunk for px in labels], [px * shrunk for px in afters]


def _line_label_px(asked: Field) -> float:
    if asked.draw.label_px < 0:
        return 0
    return asked.draw.label_px or (text_px(asked.label, LINE_LABEL_PT) + 12 if asked.label else 0)


def _line_box(role: Role, row: int, left: float, right: float, text: str) -> Box:
    return Box(role, row, round(left), round(right), text=text, edges="")


def draw_statement(pen: Pen, block: Block) -> None:
    """A framed statement with places for signature, seal and date, for print only."""
    canvas = pen.canvas
    width, side = canvas.width, 60
    row = canvas.row(max(34, text_points(block.label, width, 15)))
    canvas.add(Box(Role.STATEMENT_HEAD, row, 0, width, text=block.label))
    _frame_row(canvas, 20, 0.5, "lr")
    for text in block.texts:
        points = text.height or max(34, text_points(text.text, width - 2 * side, 15))
        if text.style == "space":
            _frame_row(canvas, text.height or 40, 1.0, "lr")
            continue
        row = _frame_row(canvas, points, 0, "lr", cut=True)
        middle = side + 300
        if text.style == "date":
            canvas.add(Box(Role.FRAME_RIGHT, row, side, width - side, text=text.text, edges=""))
        elif text.style == "sign":
            canvas.add(
                Box(Role.FRAME_TEXT, row, side, middle, text=text.text, edges=""),
                Box(Role.FRAME_LINE, row, middle, width - side, edges="b"),
            )
        else:
            canvas.add(Box(Role.FRAME_TEXT, row, side, width - side, text=text.text, edges=""))
    _frame_row(canvas, 16, 0, "lrb")


def _frame_row(canvas: Canvas, points: float, grow: float, edges: str, *, cut: bool = False) -> int:
    row = canvas.row(points, grow)
    if cut:
        canvas.add(
            Box(Role.FRAME, row, 0, 60, edges="l"),
            Box(Role.FRAME, row, canvas.width - 60, canvas.width, edges="r"),
        )
    else:
        canvas.add(Box(Role.FRAME, row, 0, canvas.width, edges=edges))
    return row
