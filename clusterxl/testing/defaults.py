"""What is typed where a simulate.toml says nothing: sensible by type, range and options."""

from __future__ import annotations

import math
from random import Random

from clusterxl.form.model import Field, FieldType, Form, Input, plain_label
from clusterxl.sentences import say

TICK_CHANCE = 0.6
DECIMALS = 2
LONG_CHARS = 60


def number(asked: Field, random: Random) -> float:
    """Draw a number that suits the range of a field."""
    low = 0.0 if asked.share and asked.minimum is None else asked.minimum
    high = 100.0 if asked.share and asked.maximum is None else asked.maximum
    if low is not None and high is not None:
        return random.uniform(low + (high - low) * 0.2, high - (high - low) * 0.1)
    drawn = 40 * math.exp(random.gauss(0, 0.6))
    if high is not None:
        return high - drawn
    return (low or 0.0) + drawn


def fitted(asked: Field, drawn: float) -> float:
    """Bring a number into the range, the decimals and the kind a field takes."""
    low = 0.0 if asked.share and asked.minimum is None else asked.minimum
    high = 100.0 if asked.share and asked.maximum is None else asked.maximum
    kept = max(drawn, low) if low is not None else drawn
    kept = min(kept, high) if high is not None else kept
    if asked.type is FieldType.COUNT:
        return round(kept)
    return round(kept, DECIMALS if asked.decimals is None else asked.decimals)


def text(form: Form, cell: Input, random: Random, *, parent: str = "") -> str:
    """Make up a text, an option, a telephone number or a date."""
    asked = cell.field
    lang = form.language
    if cell.type is FieldType.PICK:
        options = form.options_of(asked, parent)
        return random.choice(options) if options else say("testing.other", lang=lang)
    if cell.type is FieldType.PHONE:
        return say("testing.phone", lang=lang, number=f"{random.randint(0, 9999):04d}")
    if cell.type is FieldType.DATE:
        year = (form.base_year or 2022) + 1
        month, day = random.randint(3, 4), random.randint(1, 28)
        return say("testing.date", lang=lang, year=year, month=month, day=day)
    if asked.personal:
        return random.choice(say("testing.people", lang=lang).split("|"))
    if asked.is_long:
        return _running_text(form, cell, random)
    named = say(
        "testing.name", lang=lang, label=plain_label(cell.label), number=random.randint(1, 99)
    )
    return named[: asked.max_chars or None]


def _running_text(form: Form, cell: Input, random: Random) -> str:
    sentences = say("testing.sentences", lang=form.language).split("|")
    random.shuffle(sentences)
    composed = say("testing.opening", lang=form.language, label=plain_label(cell.label))
    for sentence in sentences:
        if len(composed) >= LONG_CHARS or len(composed + sentence) > cell.field.max_chars:
            break
        composed += sentence
    return composed[: cell.field.max_chars]
