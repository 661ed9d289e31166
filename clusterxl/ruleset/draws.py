"""Draws sound answers to one question at a time, large or small as their respondent is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from clusterxl.form.answers import TICKED, UNTICKED, canonical_text, choice_line
from clusterxl.form.model import Field, FieldType, Form, Input
from clusterxl.ruleset.functions import limits_of
from clusterxl.ruleset.nodes import Contains, OneOf, walk
from clusterxl.ruleset.rules import Instance
from clusterxl.ruleset.typed import Fill, Typed
from clusterxl.sentences import say

SPACES = (" ", "\u00a0", "\u3000", "\n", "\t", "\r\n", "  ")
# A day of 2023 as the serial number of a date cell.
SERIAL = 45026
_DEFAULT_DECIMALS = 2
_MARKS = 3
# How often a narrowed answer fits what narrows it, and a date is typed as one.
_FITTING, _AS_SERIAL = 0.9, 0.3


@dataclass(frozen=True, kw_only=True)
class Mood:
    """How one respondent fills in a form.

    Attributes:
        blank: How often a cell is left blank.
        odd: How often something odd is typed.
        none: How often the word for "none" is written.
        scale: How large the respondent is: numbers without limits are about as large.
        growth: By what numbers grow in a year.
        levels: Numbers of questions drawn so far, so that the years of one go together.
    """

    blank: float
    odd: float
    none: float
    scale: float
    growth: float
    levels: dict[tuple[str, str], float] = field(default_factory=dict)


class Draws:
    """Draws answers to the questions of one form."""

    def __init__(self, form: Form, instances: Iterable[Instance], random: Random) -> None:
        self.form = form
        self.random = random
        self._texts = _texts_in(instances, canonical_text(form.none_word))
        self._listed: dict[tuple[str, str], tuple[str, ...]] = {}
        self._sound: Mapping[FieldType, Callable[[Input, Fill, Mood], Typed]] = {
            FieldType.NUMBER: self._number,
            FieldType.COUNT: self._number,
            FieldType.TEXT: self._text,
            FieldType.PHONE: self._phone,
            FieldType.CHOICE: self._choice,
            FieldType.PICK: self._pick,
            FieldType.TICKS: self._tick,
            FieldType.DATE: self._date,
        }

    def sound(self, asked: Input, fill: Fill, mood: Mood) -> Typed:
        """Draw an answer that fits its cell."""
        return self._sound[asked.type](asked, fill, mood)

    def words(self, length: int) -> str:
        """Draw a text of so many characters, of what the form itself writes."""
        if length <= 0:
            return ""
        start = self.random.randrange(len(self._letters))
        return (self._letters[start:] + self._letters * (length // len(self._letters) + 1))[:length]

    def spaced(self, text: str) -> str:
        """Put spaces of all kinds around a text, and sometimes into it."""
        before, after = self.random.choice(("", *SPACES)), self.random.choice(("", *SPACES))
        inside = self.random.choice(("", "", *SPACES))
        at = self.random.randint(0, len(text))
        return f"{before}{text[:at]}{inside}{text[at:]}{after}"

    def decimals(self, asked: Input) -> int:
        """Return the decimals a number is typed with."""
        if asked.type is FieldType.COUNT:
            return 0
        given = asked.field.decimals
        return _DEFAULT_DECIMALS if given is None else given

    @cached_property
    def _letters(self) -> str:
        labels = (asked.label for asked in self.form.fields.values())
        found = "".join(dict.fromkeys("".join("".join(label.split()) for label in labels)))
        return "".join(sign for sign in found if sign.isalnum()) or "a"

    def _number(self, asked: Input, fill: Fill, mood: Mood) -> Typed:
        least, most = limits_of(asked.field.minimum, asked.field.maximum, share=asked.field.share)
        place = (asked.field.id, asked.item)
        if place not in mood.levels:
            mood.levels[place] = self._level(least, most, mood)
        years = (asked.year or 0) - (self.form.base_year or 0) if asked.year else 0
        found = mood.levels[place] * mood.growth**years * self.random.choice((1, 1, 1.07))
        found = min(max(found, least or 0.0), math.inf if most is None else most)
        return float(round(found, self.decimals(asked)))

    def _level(self, least: float | None, most: float | None, mood: Mood) -> float:
        if most is not None:
            return self.random.uniform(least or 0.0, most)
        return (least or 0.0) + mood.scale * 10 ** self.random.uniform(-1.5, 0.5)

    def _text(self, asked: Input, fill: Fill, mood: Mood) -> Typed:
        if asked.field.is_long:
            return self.words(min(self.random.randint(20, 120), asked.field.max_chars))
        compared = self._texts.get(asked.key, ())
        found = self.words(self.random.randint(2, 8))
        return f"{found}{self.random.choice(compared)}" if compared else found

    def _phone(self, asked: Input, fill: Fill, mood: Mood) -> Typed:
        digits = f"{self.random.randrange(10**10):010d}"
        return self.random.choice((f"1{digits}", f"0{digits[:3]}-{digits[3:]}"))

    def _choice(self, asked: Input, fill: Fill, mood: Mood) -> Typed:
        item = self.random.choice(asked.field.items)
        return self.random.choice((choice_line(asked.field, item.id), item.label))

    def _pick(self, asked: Input, fill: Fill, mood: Mood) -> Typed:
        above = fill.get(asked.field.within)
        parent = above if isinstance(above, str) and self.random.random() < _FITTING else ""
        options = self.options(asked.field, parent) or self.options(asked.field)
        return self.random.choice(options) if options else self.words(4)

    def _tick(self, asked: Input, fill: Fill, mood: Mood) -> Typed:
        return self.random.choice((TICKED, UNTICKED))

    def _date(self, asked: Input, fill: Fill, mood: Mood) -> Typed:
        year, month, day = 2023, self.random.randint(1, 12), self.random.randint(1, 28)
        if self.random.random() < _AS_SERIAL:
            return SERIAL + self.random.randint(-400, 400)
        return self.random.choice(tuple(self.written(year, month, day)))

    def written(self, year: int, month: int, day: int) -> Iterator[str]:
        """Go through all ways in which a day may be written out."""
        marks = say("normalise.date_marks", lang=self.form.language).split("|")
        for one, two, three in (("-", "-", ""), ("/", "/", ""), (".", ".", "")):
            yield f"{year}{one}{month}{two}{day}{three}"
        if len(marks) == _MARKS:
            yield f"{year}{marks[0]}{month}{marks[1]}{day}{marks[2]}"
            yield f"{year} {marks[0]} {month:02d} {marks[1]} {day:02d}{marks[2]}"
            yield f"{year}{marks[0]}{month}{marks[1]}{day}"

    def options(self, asked: Field, parent: str = "") -> tuple[str, ...]:
        """Return the options of a question, below an answer that narrows them."""
        if (asked.id, parent) not in self._listed:
            self._listed[asked.id, parent] = self.form.options_of(asked, parent)
        return self._listed[asked.id, parent]


def _texts_in(instances: Iterable[Instance], none_word: str) -> Mapping[str, tuple[str, ...]]:
    """Return the texts that rules look for in each cell, the word for "none" left out."""
    found: dict[str, dict[str, None]] = {}
    for instance in instances:
        for condition in (*instance.judgement.guards, instance.judgement.check):
            for node in walk(condition):
                match node:
                    case Contains(key=key, text=text) if text:
                        found.setdefault(key, {})[text] = None
                    case OneOf(key=key, texts=texts, source="") if texts != (none_word,):
                        found.setdefault(key, {}).update(dict.fromkeys(texts))
    return {key: tuple(texts) for key, texts in found.items()}
