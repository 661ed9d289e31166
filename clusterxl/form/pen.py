"""What every drawing works with: part widths, print sizes, label boxes, the pen itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clusterxl.excel.heights import text_lines, text_points
from clusterxl.form.canvas import Box, Canvas, Role
from clusterxl.form.model import Field, Form, Input, Section

LABEL_PT = 10.5
# A text that is no running text; names and lists are printed smaller.
ANSWER_PT = 10.5
LIST_PT = 9.0
# Running text is printed as large as a one-page section allows.
LONG_SIZES = (10.0, 9.5, 9.0)
PLAN_PT = 12.0
HINT_PT = 9.0
OPTION_PT = 10.0
NAMES_PT = 9.5
# Labels wider than this stand at the left, narrower ones are centred.
WIDE_LABEL_PX = 200
NUMBER_ROW = 18.25
TICK_ROW = 15.75
LINE_LABEL_PT = 15.0
LINE_ANSWER_PT = 14.0


@dataclass(frozen=True, slots=True)
class Parts:
    """Widths in px of the parts of a labelled row, for one section.

    Attributes:
        width: The whole form.
        years: How many year columns stand side by side.
        given: What the definition says; the rest has defaults.
    """

    width: int
    years: int
    given: Mapping[str, int]

    def __getitem__(self, part: str) -> int:
        """Return the width of a part; labels of choices follow those of numbers."""
        defaults = {
            "label": round(self.width * 0.45),
            "text_label": round(self.width * 0.26),
            "choice_label": self.given.get("label", round(self.width * 0.45)),
            "long_label": 132,
            "tick": 28,
            "stack_label": 160,
            "stack_year": 164,
            "pair_label": round(self.width * 0.145),
            "pair_value": round(self.width * 0.24),
        }
        return self.given.get(part, defaults[part])

    def year_cuts(self, label: int) -> tuple[int, ...]:
        """Return the edges of the year columns behind a label of this width."""
        count = max(self.years, 1)
        return tuple(label + round((self.width - label) * n / count) for n in range(count + 1))


@dataclass(frozen=True, slots=True)
class Pen:
    """What every drawing needs: the canvas, the form, the section and its input cells."""

    canvas: Canvas
    form: Form
    section: Section
    parts: Parts
    inputs: Mapping[str, tuple[Input, ...]]
    long_points: float = LONG_SIZES[0]

    def keys(self, asked: Field) -> tuple[str, ...]:
        """Return the keys of a field's cells."""
        return tuple(i.key for i in self.inputs[asked.id])

    def note_of(self, asked: Field) -> str:
        """Return the key of the explanation cell of a field's row."""
        return self.inputs[asked.id][0].note


def _label_role(px: int) -> Role:
    return Role.LEFT_LABEL if px > WIDE_LABEL_PX else Role.LABEL


def label_points(asked: Field, px: int, *, points: float = LABEL_PT) -> float:
    """Height a label needs: its name, then its smaller hint on lines of their own if narrow."""
    if px > WIDE_LABEL_PX:
        return text_points(asked.label + asked.hint, px - 12, points, padding=2)
    high = text_points(asked.label, px, points, padding=2)
    if asked.hint:
        high += text_lines(asked.hint.strip(), px, HINT_PT) * HINT_PT * 1.45
    return high


def label_box(asked: Field, row: int, px: int, last_row: int = 0) -> Box:
    """Return the label of a field; in a narrow one the hint begins a new line."""
    hint = asked.hint
    if hint and px <= WIDE_LABEL_PX and not hint.startswith("\n"):
        hint = "\n" + hint
    return Box(_label_role(px), row, 0, px, last_row=last_row, text=asked.label, hint=hint)


def grow(asked: Field, default: float) -> float:
    """Return how strongly a field's rows grow on a page with room."""
    return asked.draw.grow if asked.draw.grow >= 0 else default
