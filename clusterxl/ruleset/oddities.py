"""Draws the odd answers that people type, and those at the very edges of what rules ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from clusterxl.form.answers import TICKED, UNTICKED, choice_line, unset_text
from clusterxl.form.model import FieldType, Input
from clusterxl.ruleset.draws import SERIAL, Draws, Mood
from clusterxl.ruleset.functions import limits_of
from clusterxl.ruleset.nodes import (
    SEPARATORS,
    Characters,
    Comparison,
    Number,
    NumberOf,
    Parameter,
    walk,
)
from clusterxl.ruleset.rules import Instance
from clusterxl.ruleset.typed import CellError, Fill, Typed
from clusterxl.sentences import say

ERRORS = ("#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
# What is typed with three decimals and lies a hair below its tie in binary.
TIES = (1.005, 2.675, 0.285, -1.005, 0.125, 8.345)
EXTREMES = (0, 1, -1, -0.01, 1e-7, 1e15, 1e300, -1e300, 123456789012345.0, 0.1 + 0.2)
LONGEST = 3000
_WIDE = str.maketrans({sign: chr(0xFEE0 + ord(sign)) for sign in "0123456789.-"})
# What is written instead of a mark for a tick; the marks of the catalogue come on top.
_TICK_LIKE: tuple[Typed, ...] = (True, False, 1, 0, "x", TICKED * 2, "O")
_NO_DATES: tuple[Typed, ...] = (2023, 20230410, 1e9, "2023-4/10", "2023-02-30", "10/4/2023", "2023")
_NO_PHONES: tuple[Typed, ...] = (10000000000, "1000000000", "755-0001234", "0755-000123", "+86")


class Oddities:
    """Draws answers of all kinds to the questions of one form."""

    def __init__(self, draws: Draws, instances: Iterable[Instance]) -> None:
        self._draws = draws
        self._form = draws.form
        self._random = draws.random
        self._thresholds, self._lengths = _compared(instances)
        self._by_type: Mapping[FieldType, Callable[[Input], Typed]] = {
            FieldType.NUMBER: self._number,
            FieldType.COUNT: self._number,
            FieldType.TEXT: self._text,
            FieldType.PHONE: self._phone,
            FieldType.CHOICE: self._choice,
            FieldType.PICK: self._pick,
            FieldType.TICKS: self._tick,
            FieldType.DATE: self._date,
        }

    def answer(self, asked: Input, fill: Fill, mood: Mood) -> Typed | None:
        """Draw what a respondent types into a cell; None where it is left blank."""
        chance = self._random.random()
        if chance < mood.blank:
            return None
        if chance < mood.blank + mood.none and self._form.none_word:
            return self._form.none_word
        if self._random.random() < mood.odd:
            return self.odd(asked)
        return self._draws.sound(asked, fill, mood)

    def odd(self, asked: Input) -> Typed | None:
        """Draw an odd answer, which may be right all the same; None for a blank."""
        choose = self._random.choice
        match self._random.randrange(12):
            case 0:
                return None
            case 1:
                return CellError(choose(ERRORS))
            case 2:
                anywhere: tuple[Typed, ...] = (True, False, SERIAL, 0, "0", " ", "\u3000\u00a0")
                return choose((*anywhere, unset_text(self._form, asked)))
            case 3:
                return self.spaced(self._form.none_word or self._draws.words(2))
            case _:
                return self._by_type[asked.type](asked)

    def spaced(self, text: str) -> str:
        """Put spaces of all kinds around a text, and sometimes into it."""
        return self._draws.spaced(text)

    def _number(self, asked: Input) -> Typed:
        choose, decimals = self._random.choice, self._draws.decimals(asked)
        match self._random.randrange(5):
            case 0:
                return choose((*TIES, *EXTREMES))
            case 1:
                plain = format(self._random.uniform(0, 100), f".{decimals}f")
                texts = (plain, plain.translate(_WIDE), f"{plain}{asked.field.measure or '%'}")
                return choose((*texts, f" {plain}", f"{plain}\u3000", f"-{plain}", f"{plain}%"))
            case 2:
                more = decimals + self._random.choice((1, 1, 2, 5, 8))
                return round(self._random.uniform(-1, 100), decimals) + 10.0**-more
            case _:
                return self._at_edge(asked, decimals)

    def _at_edge(self, asked: Input, decimals: int) -> float:
        """Draw a number exactly at, just below or just above a limit of its question."""
        limits = limits_of(asked.field.minimum, asked.field.maximum, share=asked.field.share)
        known = (limit for limit in limits if limit is not None)
        edges = (*self._thresholds.get(asked.key, ()), *known) or (0.0,)
        unit = self._random.choice((10.0**-decimals, 10.0**-decimals, 1e-6, 1e-7, 0.0))
        return float(round(self._random.choice(edges) + unit * self._random.choice((-1, 1)), 9))

    def _text(self, asked: Input) -> Typed:
        draws, lengths = self._draws, self._lengths.get(asked.key, ())
        most = (asked.field.max_chars,) if asked.field.max_chars else ()
        match self._random.randrange(5):
            case 0:
                return self._random.choice((12.5, 2023, SERIAL, -1, 1e15, "-", "0"))
            case 1 | 2 if lengths or most:
                edge = self._random.choice((*lengths, *most)) + self._random.choice((-1, 0, 1, 2))
                return self._random.choice(("", " ", "\n")) + draws.words(min(edge, LONGEST))
            case 3:
                named = [draws.words(3) for _ in range(self._random.randint(1, 5))]
                end = self._random.choice(("", *SEPARATORS, SEPARATORS[0] * 2))
                return self._random.choice((*SEPARATORS, "; ", "\uff1b\n")).join(named) + end
            case _:
                return self.spaced(str(draws.sound(asked, {}, _CALM)))

    def _phone(self, asked: Input) -> Typed:
        right = str(self._draws.sound(asked, {}, _CALM))
        longer = (f"{right}0", right[:-1], right.translate(_WIDE), right.replace("-", " "))
        return self._random.choice((*_NO_PHONES, *longer, self.spaced(right)))

    def _choice(self, asked: Input) -> Typed:
        items = asked.field.items
        item = self._random.choice(items)
        line, label = choice_line(asked.field, item.id), item.label
        ticked_all = line.replace(UNTICKED, TICKED)
        near = (f"{TICKED}{label}", f"{label}{TICKED}", item.id, label.swapcase(), label[:-1])
        return self._random.choice(
            (*near, ticked_all, line.replace("\u3000", " "), *self._spaced_of(line, label))
        )

    def _spaced_of(self, *texts: str) -> tuple[str, ...]:
        return tuple(self.spaced(text) for text in texts)

    def _pick(self, asked: Input) -> Typed:
        right = self._random.choice(self._draws.options(asked.field) or ("a",))
        near = (right[:-1], f"{right}{right[-1]}", right.swapcase(), right.translate(_WIDE))
        return self._random.choice((*near, right, self.spaced(right), self._draws.words(3)))

    def _tick(self, asked: Input) -> Typed:
        marks = say("normalise.ticked_marks", lang=self._form.language).split("|")
        return self._random.choice((*marks, *_TICK_LIKE, self.spaced(TICKED)))

    def _date(self, asked: Input) -> Typed:
        written = tuple(self._draws.written(2023, 4, 10))
        early = tuple(self._draws.written(1989, 12, 31))
        never = tuple(self._draws.written(2023, 2, 30))
        right = self._random.choice(written)
        around = (right.translate(_WIDE), self.spaced(right), float(SERIAL), SERIAL + 0.5)
        return self._random.choice((*written, *early, *never, *around, *_NO_DATES))


# One who types what fits; for an odd answer that is a sound one with something put to it.
_CALM = Mood(blank=0, odd=0, none=0, scale=10, growth=1)


def _compared(
    instances: Iterable[Instance],
) -> tuple[Mapping[str, tuple[float, ...]], Mapping[str, tuple[int, ...]]]:
    """Return the constants that rules compare the number, or the length, in each cell with."""
    numbers: dict[str, dict[float, None]] = {}
    lengths: dict[str, dict[int, None]] = {}
    for instance in instances:
        for condition in (*instance.judgement.guards, instance.judgement.check):
            for node in walk(condition):
                if not isinstance(node, Comparison):
                    continue
                constants = [
                    part.value
                    for part in walk(node)
                    if isinstance(part, Number | Parameter) and part.value is not None
                ]
                for part in walk(node):
                    if isinstance(part, NumberOf):
                        numbers.setdefault(part.key, {}).update(dict.fromkeys(constants))
                    elif isinstance(part, Characters):
                        known = dict.fromkeys(int(constant) for constant in constants)
                        lengths.setdefault(part.key, {}).update(known)
    return (
        {key: tuple(found) for key, found in numbers.items()},
        {key: tuple(found) for key, found in lengths.items()},
    )
