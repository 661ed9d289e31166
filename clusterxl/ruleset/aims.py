"""Changes a fill so that a condition holds in it, or just fails to, as far as cells allow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from clusterxl.form.model import Form
from clusterxl.ruleset.draws import Draws, Mood
from clusterxl.ruleset.masks import number_of
from clusterxl.ruleset.nodes import (
    SEPARATORS,
    Absolute,
    AnyPositive,
    Arithmetic,
    Characters,
    Comparison,
    Condition,
    Contains,
    DateOf,
    Distance,
    Every,
    Extreme,
    Filled,
    IsDate,
    IsNumber,
    IsPhone,
    Items,
    NumberOf,
    Numeric,
    OneOf,
    Opposite,
    Paired,
    Power,
    Rounded,
    SameText,
    Some,
    Tally,
    Total,
    Unique,
)
from clusterxl.ruleset.oddities import LONGEST, Oddities
from clusterxl.ruleset.rules import Instance
from clusterxl.ruleset.typed import Typed, typed_views

Leaf = NumberOf | DateOf | Distance | Characters | Items | Tally | Total
Solved = tuple[Leaf, float]
# From an edge, in units of the last decimal: on it, beside it, and far from it.
_STEPS = (0, 0, 1, -1, 2, -2, 1000, -1000)
# What holds where both sides are the same.
_EDGE_HOLDS = ("==", "<=", ">=")
_MOST_ITEMS = 60
_LARGEST = 1e15
# So many times larger than the others that no spread of theirs reaches it.
_FAR = 1e6
_OFTEN = 0.85


class Aims:
    """Aims at the rules in one fill after the other."""

    def __init__(self, draws: Draws, oddities: Oddities) -> None:
        self._form: Form = draws.form
        self._random = draws.random
        self._draws = draws
        self._oddities = oddities
        self._fill: dict[str, Typed] = {}
        self._before: dict[str, str] = {}
        self._mood = Mood(blank=0, odd=0, none=0, scale=1, growth=1)
        self._makers: Mapping[type, Callable[..., None]] = {
            Filled: self._filled,
            IsNumber: self._typed_rightly,
            IsDate: self._typed_rightly,
            IsPhone: self._typed_rightly,
            OneOf: self._one_of,
            Contains: self._contains,
            SameText: self._same,
            Paired: self._paired,
            Unique: self._unique,
            AnyPositive: self._any_positive,
            Comparison: self._compare,
            Every: self._joined,
            Some: self._joined,
            Opposite: self._opposite,
        }

    def aim(self, instance: Instance, fill: dict[str, Typed], mood: Mood) -> None:
        """Make a rule applicable in a fill, mostly, and pass or fail there."""
        self._fill, self._mood = fill, mood
        for guard in instance.judgement.guards:
            self._make(guard, wanted=self._random.random() < _OFTEN)
        self._make(instance.judgement.check, wanted=self._random.choice((True, False)))

    def _make(self, node: Condition, *, wanted: bool) -> None:
        maker = self._makers.get(type(node))
        if maker is not None:
            maker(node, wanted=wanted)

    def _sound(self, key: str) -> Typed:
        return self._draws.sound(self._form.by_key[key], self._fill, self._mood)

    def _put(self, key: str, typed: Typed | None) -> None:
        if typed is None:
            self._fill.pop(key, None)
        else:
            self._fill[key] = typed

    def _put_odd(self, key: str) -> None:
        self._put(key, self._oddities.odd(self._form.by_key[key]))

    def _filled(self, node: Filled, *, wanted: bool) -> None:
        if not wanted:
            self._put(node.key, None)
        elif node.key not in self._fill:
            self._put(node.key, self._sound(node.key))

    def _typed_rightly(self, node: IsNumber | IsDate | IsPhone, *, wanted: bool) -> None:
        if wanted:
            self._put(node.key, self._sound(node.key))
        else:
            self._put_odd(node.key)

    def _one_of(self, node: OneOf, *, wanted: bool) -> None:
        if wanted:
            self._put(node.key, self._random.choice(node.texts))
        elif self._random.random() < _OFTEN:
            self._put(node.key, self._sound(node.key))
        else:
            self._put_odd(node.key)

    def _contains(self, node: Contains, *, wanted: bool) -> None:
        part = self._text_in(node.other) if node.other else node.text
        kept = self._draws.words(self._random.randint(0, 3)) if wanted else ""
        if wanted:
            self._put(node.key, self._random.choice((f"{kept}{part}", f"{part}{kept}", part)))
        else:
            near = (part[1:], part.swapcase(), self._draws.words(5), f"{part[:1]} {part[1:]}")
            self._put(node.key, self._random.choice(near))

    def _same(self, node: SameText, *, wanted: bool) -> None:
        text = self._text_in(node.other)
        if wanted:
            self._put(node.key, self._random.choice((text, text, f"\u3000{text}\n")))
        else:
            near = (text[:-1], text.swapcase(), f"{text}{text[-1:]}", self._draws.words(4))
            self._put(node.key, self._random.choice(near))

    def _text_in(self, key: str) -> str:
        """Return the text in a cell, which is filled in for it where it is blank."""
        found = self._fill.get(key)
        if not isinstance(found, str) or not found:
            found = str(self._sound(key))
            self._put(key, found)
        return found

    def _paired(self, node: Paired, *, wanted: bool) -> None:
        parent, below = self._random.choice(node.pairs)
        self._put(node.parent, parent)
        self._put(node.key, below if wanted else self._random.choice(node.pairs)[1])

    def _unique(self, node: Unique, *, wanted: bool) -> None:
        """Put a text that was put there in a fill before, or one that was not."""
        before = self._before.get(node.key)
        if before is not None and not wanted:
            self._put(node.key, before)
        else:
            self._before[node.key] = self._draws.words(9)
            self._put(node.key, self._before[node.key])

    def _any_positive(self, node: AnyPositive, *, wanted: bool) -> None:
        if wanted:
            self._put(self._random.choice(node.keys), self._random.choice((1, 2.0, 0.01)))
            return
        for key in node.keys:
            self._put(key, self._random.choice((0, None, self._form.none_word or None)))

    def _joined(self, node: Every | Some, *, wanted: bool) -> None:
        """Make all parts so where one that is not would do harm, else one of them."""
        if wanted is isinstance(node, Every):
            for part in node.of:
                self._make(part, wanted=wanted)
        else:
            self._make(self._random.choice(node.of), wanted=wanted)

    def _opposite(self, node: Opposite, *, wanted: bool) -> None:
        self._make(node.of, wanted=not wanted)

    def _compare(self, node: Comparison, *, wanted: bool) -> None:
        """Put one side of a comparison where the other is, or just beside it."""
        steps = (0,) if wanted and node.operator in _EDGE_HOLDS else ()
        sides = [(node.left, node.right), (node.right, node.left)]
        if self._random.random() > _OFTEN:
            sides.reverse()
        for changed, kept in sides:
            target = self._value(kept)
            solved = self._solved(changed, target) if math.isfinite(target) else None
            if solved is not None and math.isfinite(solved[1]):
                self._put_solved(*solved, self._random.choice((*steps * len(_STEPS), *_STEPS)))
                return

    def _value(self, node: Numeric) -> float:
        with np.errstate(all="ignore"):
            return float(number_of(node, typed_views(self._form, (self._fill,)))[0])

    def _solved(self, node: Numeric, target: float) -> Solved | None:
        """Return a part of a number, and what it would have to be for the number to be this."""
        match node:
            case _ if isinstance(node, Leaf):
                return node, target
            case Rounded(of=of) | Absolute(of=of):
                sign = self._random.choice((1, -1)) if isinstance(node, Absolute) else 1
                return self._solved(of, sign * target)
            case Extreme(of=parts):
                return self._solved(self._random.choice(parts), target)
            case Power(base=base, exponent=exponent):
                power = self._value(exponent)
                return self._solved(base, target ** (1 / power)) if target > 0 < power else None
            case Arithmetic():
                return self._solved_in(node, target)
        return None

    def _solved_in(self, node: Arithmetic, target: float) -> Solved | None:
        left, right = self._value(node.left), self._value(node.right)
        match node.operator:
            case "+":
                wanted = target - right, target - left
            case "-":
                wanted = target + right, left - target
            case "*":
                wanted = _quotient(target, right), _quotient(target, left)
            case "/":
                wanted = target * right, _quotient(left, target)
        found = self._solved(node.left, wanted[0]) if math.isfinite(wanted[0]) else None
        if found is not None or not math.isfinite(wanted[1]):
            return found
        return self._solved(node.right, wanted[1])

    def _put_solved(self, node: Leaf, target: float, step: int) -> None:
        """Make a part what it would have to be, or a little more or less."""
        match node:
            case NumberOf(key=key):
                self._put_number(key, target, step)
            case DateOf(key=key):
                self._put(key, target + step)
            case Distance(key=key):
                self._put_number(key, self._random.choice((1.0, _FAR)) * self._mood.scale, step)
            case Total(keys=keys):
                others = self._value(Total(keys[1:]))
                self._put_number(keys[0], target - others, step)

            case Characters(key=key):
                self._put(key, self._draws.words(_whole(target + step, LONGEST)))
            case Items(key=key):
                named = [self._draws.words(2) for _ in range(_whole(target + step, _MOST_ITEMS))]
                self._put(key, self._random.choice(SEPARATORS).join(named))
            case Tally():
                self._put_tally(node, _whole(target + step, len(node.keys)))

    def _put_number(self, key: str, target: float, step: int) -> None:
        """Put a number as it is typed, with the decimals of its question."""
        if abs(target) > _LARGEST:
            return
        decimals = self._draws.decimals(self._form.by_key[key])
        self._put(key, float(round(round(target, decimals) + step * 10.0**-decimals, decimals)))

    def _put_tally(self, node: Tally, wanted: int) -> None:
        for key in node.keys[:wanted]:
            chosen = self._random.choice(node.texts) if node.texts else self._sound(key)
            self._put(key, chosen)
        for key in node.keys[wanted:]:
            self._put(key, None)


def _quotient(above: float, below: float) -> float:
    return above / below if below else math.nan


def _whole(number: float, most: int) -> int:
    return min(max(round(number), 0), most)
