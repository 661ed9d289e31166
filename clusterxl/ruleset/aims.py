"""Changes answers so that a rule is just met or just missed: at random few rules would ever be."""

from __future__ import annotations

import math
from collections.abc import Callable, MutableMapping
from random import Random

import numpy as np

from clusterxl.form.answers import is_number
from clusterxl.form.model import Form, Input
from clusterxl.ruleset.draws import Draws, Mood
from clusterxl.ruleset.masks import number_of
from clusterxl.ruleset.nodes import (
    Comparison,
    Condition,
    Contains,
    Every,
    Filled,
    IsDate,
    IsNumber,
    IsPhone,
    Numeric,
    OneOf,
    Opposite,
    Paired,
    SameText,
    Some,
    keys_of,
)
from clusterxl.ruleset.rules import Instance
from clusterxl.ruleset.typed import Typed, typed_views

# How often a text is put in with spaces around it, and a condition made to fail instead.
_SPACED, _MISSED = 0.3, 0.4
LARGEST = 1e12


class Aim:
    """Aims one fill at rules."""

    def __init__(
        self, draws: Draws, fill: MutableMapping[str, Typed], mood: Mood, random: Random
    ) -> None:
        self._draws = draws
        self._form: Form = draws.form
        self._fill = fill
        self._mood = mood
        self._random = random

    def at(self, instance: Instance) -> None:
        """Make a rule applicable, and just met or just missed."""
        for guard in instance.judgement.guards:
            self._meet(guard)
        self._meet(instance.judgement.check)

    def _meet(self, condition: Condition) -> None:
        match condition:
            case Every(of=parts):
                for part in parts:
                    self._meet(part)
            case Some(of=parts):
                self._meet(self._random.choice(parts))
            case Opposite(of=part):
                if self._random.random() < _MISSED:
                    self._meet(part)
            case Comparison():
                self._meet_numbers(condition)
            case Filled(key=key) | IsNumber(key=key) | IsDate(key=key) | IsPhone(key=key):
                self._answer(key)
            case _:
                self._meet_texts(condition)

    def _meet_texts(self, condition: Condition) -> None:
        match condition:
            case OneOf(key=key, texts=texts):
                self._put(key, self._random.choice(texts))
            case SameText(key=key, other=other):
                self._answer(other)
                self._put(key, str(self._fill.get(other, "")))
            case Contains(key=key, text=text, other=other):
                if other:
                    self._answer(other)
                part = text or str(self._fill.get(other, ""))
                self._put(key, f"{self._draws.words(2)}{part}{self._draws.words(1)}")
            case Paired(parent=parent, key=key, pairs=pairs):
                above, below = self._random.choice(pairs)
                self._fill[parent], self._fill[key] = above, below

    def _put(self, key: str, text: str) -> None:
        is_spaced = self._random.random() < _SPACED
        self._fill[key] = self._draws.spaced(text) if is_spaced else text

    def _answer(self, key: str) -> None:
        """Put a sound answer where there is none, or none of the right kind."""
        asked, now = self._form.by_key[key], self._fill.get(key)
        is_good = self._is_number(now) if asked.type.is_numeric else isinstance(now, str)
        if not is_good:
            self._fill[key] = self._draws.sound(asked, self._fill, self._mood)

    @staticmethod
    def _is_number(now: Typed | None) -> bool:
        return isinstance(now, int | float) and is_number(now) and abs(now) < LARGEST

    def _meet_numbers(self, comparison: Comparison) -> None:
        """Bring both sides of a comparison together by one of the numbers in it."""
        by_key = self._form.by_key
        keys = [key for key in keys_of(comparison) if by_key[key].type.is_numeric]
        if not keys:
            return
        for key in keys:
            if key in self._fill or not by_key[key].row:
                self._answer(key)
        asked = by_key[
            keys[0] if self._random.random() < 1 - _MISSED else self._random.choice(keys)
        ]
        self._answer(asked.key)
        found = self._solved(asked, comparison.left, comparison.right)
        if found is not None and abs(found) < LARGEST:
            unit = 10.0 ** -self._draws.decimals(asked)
            off = self._random.choice((0, 0, unit, -unit))
            self._fill[asked.key] = round(found + off, self._draws.decimals(asked))

    def _solved(self, asked: Input, left: Numeric, right: Numeric) -> float | None:
        """Return the number at which both sides meet; exact where they change evenly with it."""
        start = float(self._number_at(asked.key))

        def between(number: float) -> float:
            views = typed_views(self._form, [{**self._fill, asked.key: number}])
            with np.errstate(all="ignore"):
                return float(number_of(left, views)[0] - number_of(right, views)[0])

        return _root(between, start)

    def _number_at(self, key: str) -> float:
        now = self._fill.get(key)
        return float(now) if self._is_number(now) and isinstance(now, int | float) else 1.0


def _root(between: Callable[[float], float], start: float) -> float | None:
    here, there = between(start), between(start + 1)
    slope = there - here
    if not math.isfinite(slope) or slope == 0:
        return None
    return start - here / slope
