"""How each part of a form sheet looks: one style a role, input styles by what they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from clusterxl.excel import tokens
from clusterxl.excel.cells import Conditional, Line, Rich, Style
from clusterxl.excel.heights import text_px
from clusterxl.form.canvas import Box, Role
from clusterxl.form.model import FieldType, Input
from clusterxl.form.pen import ANSWER_PT, HINT_PT, LINE_ANSWER_PT, PLAN_PT
from clusterxl.plan.program import State

_LABEL = Style(font=tokens.SONG, size=10.5, fill=tokens.LABEL_FILL, wrap=True, align="center")
_HEAD = Style(font=tokens.HEI, size=10.5, fill=tokens.HEAD_FILL, wrap=True, align="center")
_FANG = Style(font=tokens.FANG, size=15, align="left")
_LINE = replace(_FANG, valign="bottom")

STYLES: Mapping[Role, Style] = {
    Role.TITLE: Style(font=tokens.HEI, size=16, align="left"),
    Role.COVER_TITLE: Style(font=tokens.TITLE_FONT, size=26, align="center"),
    Role.MARK: Style(font=tokens.HEI, size=16, align="left"),
    Role.MAKER: Style(font=tokens.FANG, size=16, align="center"),
    Role.HEADING: Style(font=tokens.HEI, size=12, align="left"),
    Role.SUBHEADING: Style(font=tokens.KAI, size=12, align="left", indent=2),
    Role.BODY: Style(font=tokens.FANG, size=14, align="left", valign="top", wrap=True),
    Role.PLAIN: Style(font=tokens.FANG, size=12, align="left", wrap=True),
    Role.SMALL: Style(font=tokens.FANG, size=10.5, align="left", wrap=True),
    Role.REMARK: Style(
        font=tokens.SONG, size=HINT_PT, ink=tokens.HINT_INK, align="left", indent=1, wrap=True
    ),
    Role.HEAD: _HEAD,
    Role.SMALL_HEAD: replace(_HEAD, size=10),
    Role.LABEL: _LABEL,
    Role.LEFT_LABEL: replace(_LABEL, align="left", indent=1),
    Role.SMALL_LABEL: replace(_LABEL, size=10),
    Role.GROUP: Style(font=tokens.HEI, size=10.5, fill=tokens.LABEL_FILL, align="left", indent=1),
    Role.PROMPT: Style(font=tokens.SONG, size=10, align="left", indent=1, wrap=True),
    Role.BEFORE: Style(font=tokens.SONG, size=10.5, align="right"),
    Role.AFTER: Style(font=tokens.SONG, size=10.5, align="left", wrap=True),
    Role.OPTION: Style(font=tokens.SONG, size=10, align="left", wrap=True),
    Role.LINE_LABEL: _LINE,
    Role.LINE_AFTER: replace(_LINE, align="center"),
    Role.LINE_HINT: Style(font=tokens.FANG, size=12, ink=tokens.HINT_INK, align="center"),
    Role.FRAME: Style(),
    Role.FRAME_TEXT: replace(_FANG, wrap=True),
    Role.FRAME_RIGHT: replace(_FANG, align="right", indent=2),
    Role.FRAME_LINE: _FANG,
    Role.STATEMENT_HEAD: Style(font=tokens.HEI, size=15, fill=tokens.LABEL_FILL, align="center"),
    Role.NUMBER: Style(font=tokens.SONG, size=10, align="center"),
    Role.ITEM: Style(font=tokens.SONG, size=10, align="left", indent=1, wrap=True),
    Role.NEEDED: Style(font=tokens.SONG, size=10, align="center", bold=True),
}

# Words in brackets behind an answer are remarks, others (a measure word) belong to it.
_BRACKETS = ("（", "(")
_INPUT = Style(font=tokens.SONG, size=11, locked=False, align="center")
AMOUNT = "0.00####"
# Old versions of Excel show longer texts in text-format cells as ####.
TEXT_FORMAT_LIMIT = 255


def box_style(box: Box) -> Style:
    """Return the style of a box of fixed text, with its lines."""
    style = STYLES[box.role]
    if box.role is Role.AFTER and box.text[:1] in _BRACKETS:
        style = replace(style, size=HINT_PT, ink=tokens.HINT_INK)
    if text_px(box.text, style.size) > box.right - box.left:
        style = replace(style, wrap=True)
    return with_edges(style, box.edges, tokens.RULE_LINE)


def with_edges(style: Style, edges: str, ink: str) -> Style:
    """Return a style with thin lines at the edges named by `t`, `b`, `l`, `r`."""

    def line(edge: str) -> Line:
        return "thin" if edge in edges else ""

    return replace(
        style, top=line("t"), bottom=line("b"), left=line("l"), right=line("r"), line_ink=ink
    )


def input_style(asked: Input, box: Box, *, locked: bool = False) -> Style:
    """Return the style of an input cell, by what it takes and where it stands."""
    if box.role is Role.TICK:
        style = replace(_INPUT, font=tokens.SYMBOL, align="right")
    elif box.role is Role.PLAN_INPUT:
        style = replace(
            _INPUT, font=tokens.FANG, size=PLAN_PT, align="left", valign="top", indent=1, wrap=True
        )
    elif box.role is Role.LINE_INPUT:
        style = replace(_INPUT, font=tokens.FANG, size=LINE_ANSWER_PT, valign="bottom", wrap=True)
    elif box.points or asked.block:
        size = box.points or 10
        style = replace(_INPUT, size=size, align="left", indent=1, wrap=True)
    elif asked.type.is_numeric:
        style = _INPUT
    else:
        style = replace(
            _INPUT, size=_INPUT.size if asked.type is FieldType.CHOICE else ANSWER_PT, wrap=True
        )
    style = replace(style, num_format=number_format(asked), locked=locked)
    ink = tokens.BLACK if box.role is Role.LINE_INPUT else tokens.RULE_LINE
    return with_edges(style, box.edges, ink)


def number_format(asked: Input) -> str:
    """Return the number format of an input cell: nothing typed is ever hidden by it."""
    if asked.type.is_numeric:
        plain = (
            "General" if asked.type is FieldType.COUNT or asked.field.decimals is None else AMOUNT
        )
        if asked.field.columns and not asked.field.items and asked.field.measure:
            figure = plain if plain == "General" else "0.00##"
            return f'{figure} "{asked.field.measure}"'
        return plain
    if asked.type in (FieldType.PHONE, FieldType.PICK, FieldType.TEXT):
        return "General" if asked.field.max_chars > TEXT_FORMAT_LIMIT else "@"
    return "General"


@dataclass(frozen=True, slots=True)
class StateLook:
    """The colours of a state, and its mark before a number or a short text."""

    fill: str
    ink: str
    mark: str = ""


STATE_LOOKS: Mapping[State, StateLook] = {
    State.CORRECT: StateLook(tokens.ERROR_FILL, tokens.ERROR_INK, "▲ "),
    # What is missing leaves nothing to put a mark before.
    State.FILL: StateLook(tokens.TODO_FILL, tokens.TODO_INK),
    State.VERIFY: StateLook(tokens.ASK_FILL, tokens.ASK_INK, "◆ "),
}


def marked(asked: Input, state: State, formula: str) -> Conditional:
    """Return the conditional format of an input cell of which a rule asks something.

    Long texts and narrow ticks change their ground only; elsewhere the state stands before the
    answer as well, by the number format, so that the answer itself is untouched.
    """
    look = STATE_LOOKS[state]
    if asked.field.is_long or asked.type is FieldType.TICKS or not look.mark:
        return Conditional(formula=formula, fill=look.fill, ink=look.ink, stop=True)
    plain = number_format(asked)
    shown = "General" if plain == "@" else plain
    mark = f'"{look.mark}"'
    return Conditional(
        formula=formula,
        fill=look.fill,
        ink=look.ink,
        bold=True,
        num_format=f"{mark}{shown};{mark}-{shown};{mark}{shown};{mark}@",
        stop=True,
    )


def with_hint(box: Box, style: Style) -> str | Rich:
    """Return the text of a label, its hint in smaller print."""
    if not box.hint:
        return box.text
    small = replace(style, size=HINT_PT, ink=tokens.HINT_INK)
    return Rich(((box.text, style), (box.hint, small)))
