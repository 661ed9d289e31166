"""How answers are printed in their cells: choices with all their options, ticks, unset dates."""

from __future__ import annotations

import re

from clusterxl.form.dates import date_of_serial, date_of_text
from clusterxl.form.model import SPARE_NAME, Field, FieldType, Form, Input
from clusterxl.sentences import say

TICKED = "☑"
UNTICKED = "□"
GAP = "\u3000\u3000"
# What an input cell may hold.
Answer = str | float | bool | None


def choice_line(asked: Field, chosen: str = "") -> str:
    r"""Return the line a choice prints, with the option whose id is `chosen` ticked.

    >>> from clusterxl.form.model import FieldType, Item
    >>> yes_no = (Item(id="yes", label="是"), Item(id="no", label="否"))
    >>> choice_line(Field(id="map", label="", type=FieldType.CHOICE, items=yes_no), "yes")
    '☑是\u3000\u3000□否'
    """
    return GAP.join(
        (TICKED if item.id == chosen else UNTICKED) + item.label for item in asked.items
    )


def choice_lines(asked: Field) -> tuple[str, ...]:
    """Return what the drop-down of a choice offers: each option ticked, then none."""
    return (*(choice_line(asked, item.id) for item in asked.items), choice_line(asked))


def unset_text(form: Form, asked: Input) -> str:
    """Return the text that stands in a cell before it is answered; empty for most."""
    if asked.type is FieldType.CHOICE:
        return choice_line(asked.field)
    if asked.type is FieldType.DATE:
        return say("form.unset_date", lang=form.language)
    if asked.type is FieldType.TICKS:
        return UNTICKED
    if asked.field.spare and asked.item == SPARE_NAME:
        return asked.field.label
    return ""


_ODD_SPACES = "\u00a0\u3000\n\r\t\x01"
_SPACES = str.maketrans(dict.fromkeys(_ODD_SPACES, " "))
_SPACED = re.compile(f"[ {_ODD_SPACES}]")
# Between these, programs write a number as text in the same way; beyond, each in its own.
PLAIN_FROM, PLAIN_BELOW = 1e-4, 1e14


def canonical_text(value: Answer) -> str:
    """Return the text view of a cell that holds no error: one kind of space, trimmed.

    Excel's twin is the hidden sheet of views; both must say the same.

    >>> canonical_text("\u3000无\u00a0 "), canonical_text(12.50), canonical_text(None)
    ('无', '12.5', '')
    >>> canonical_text(1e300)
    '1.00000000000000E+300'
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        is_plain = value == 0 or PLAIN_FROM <= abs(value) < PLAIN_BELOW
        return format(value + 0.0, ".15g" if is_plain else ".14E")
    # Most answers have no space, which is told far sooner than it is made one kind.
    if not _SPACED.search(value):
        return value
    return " ".join(part for part in value.translate(_SPACES).split(" ") if part)


def is_number(value: Answer) -> bool:
    """Whether a cell holds a real number; TRUE and FALSE are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def day_of(form: Form, key: str, answer: Answer) -> str:
    """Return the day that an answer to a question for a date means; empty for anything else."""
    if form.by_key[key].type is not FieldType.DATE or isinstance(answer, bool | None):
        return ""
    if isinstance(answer, str):
        day = date_of_text(canonical_text(answer), form.language)
    else:
        day = date_of_serial(answer)
    return day.isoformat() if day else ""
