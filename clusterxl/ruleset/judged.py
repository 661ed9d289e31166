"""What a rule judges: the figures and answers its check compares, and which of them decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clusterxl.form.model import FieldType, Form
from clusterxl.ruleset.masks import Views, holds, number_of
from clusterxl.ruleset.nodes import (
    Absolute,
    Arithmetic,
    Characters,
    Comparison,
    Condition,
    Every,
    Extreme,
    Items,
    Number,
    NumberOf,
    Numeric,
    OneOf,
    Operator,
    Opposite,
    Parameter,
    Rounded,
    Some,
    Tally,
    keys_of,
    walk,
)

Places = npt.NDArray[np.intp]
Numbers = npt.NDArray[np.float64]

_NOT: Mapping[Operator, Operator] = {
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "==": "!=",
    "!=": "==",
}
_TURNED: Mapping[Operator, Operator] = {
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
    "==": "==",
    "!=": "!=",
}
# Where more is better, where less is.
UPWARD, DOWNWARD = (">", ">="), ("<", "<=")
DECIMALS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One thing that a check judges.

    Attributes:
        condition: What must hold of it.
        left: The figure that is judged; None for an answer in words.
        operator: How the figure compares where it is met; empty for an answer in words.
        right: What it is held against; None for an answer in words.
        options: Answers in words that meet it.
    """

    condition: Condition
    left: Numeric | None = None
    operator: Operator | None = None
    right: Numeric | None = None
    options: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the cells it looks at."""
        return keys_of(self.condition)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters it names, each once."""
        named = (n.name for n in walk(self.condition) if isinstance(n, Parameter))
        return tuple(dict.fromkeys(named))

    def figures(self, views: Views) -> Numbers:
        """Return the figure of each return; NaN where there is none."""
        return _numbers(self.left, views)

    def demands(self, views: Views) -> Numbers:
        """Return what each figure is held against; NaN where nobody has set it."""
        return _numbers(self.right, views)


def plain(node: Condition, *, opposite: bool = False) -> Condition:
    """Return the same condition with every "not" moved inwards to what it says of a cell."""
    match node:
        case Opposite(of=inner):
            return plain(inner, opposite=not opposite)
        case Every(of=parts) | Some(of=parts):
            is_every = isinstance(node, Every) is not opposite
            moved = tuple(plain(part, opposite=opposite) for part in parts)
            return Every(moved) if is_every else Some(moved)
        case Comparison(operator=operator, left=left, right=right) if opposite:
            return Comparison(_NOT[operator], left, right)
        case _:
            return Opposite(node) if opposite else node


def judged_in(node: Condition) -> tuple[Judged, ...]:
    """Return what a plain condition judges, in reading order."""
    match node:
        case Every(of=parts) | Some(of=parts):
            return tuple(judged for part in parts for judged in judged_in(part))
        case Comparison(operator=operator, left=left, right=right):
            if not keys_of(left) and keys_of(right):
                left, right, operator = right, left, _TURNED[operator]
            return (Judged(condition=node, left=left, operator=operator, right=right),)
        case OneOf(texts=texts):
            return (Judged(condition=node, options=texts),)
        case _:
            return (Judged(condition=node),)


def deciding(node: Condition, views: Views) -> Places:
    """Return for each return the place, in `judged_in`, of what decides.

    Of several that must hold it is the first that does not; of several of which one will do, the
    first that holds. Where all do alike, it is the first that must, or the last that would do.
    """
    return _deciding(node, views, 0)


def _deciding(node: Condition, views: Views, first: int) -> Places:
    if not isinstance(node, Every | Some):
        return np.full(views.size, first, dtype=np.intp)
    settles = isinstance(node, Some)
    found = []
    for part in node.of:
        found.append((holds(part, views) == settles, _deciding(part, views, first)))
        first += len(judged_in(part))
    chosen = found[-1 if settles else 0][1]
    for is_settled, place in reversed(found):
        chosen = np.where(is_settled, place, chosen)
    return chosen


def _numbers(node: Numeric | None, views: Views) -> Numbers:
    return np.full(views.size, np.nan) if node is None else number_of(node, views)


def decimals_of(node: Numeric, form: Form) -> int:
    """Return the decimals a figure is shown with: none where it counts something."""
    return 0 if _is_whole(node, form) else DECIMALS


def _is_whole(node: Numeric, form: Form) -> bool:
    match node:
        case NumberOf(key=key):
            return form.by_key[key].type is FieldType.COUNT
        case Arithmetic(operator="+" | "-" | "*", left=left, right=right):
            return _is_whole(left, form) and _is_whole(right, form)
        case Number(value=value):
            return value == round(value)
        case Extreme(of=parts):
            return all(_is_whole(part, form) for part in parts)
        case Absolute(of=inner):
            return _is_whole(inner, form)
        case _:
            return isinstance(node, Tally | Items | Characters)


def measure_of(node: Numeric, form: Form) -> str:
    """Return what a figure is measured in; empty where that cannot be told from its cells."""
    match node:
        case NumberOf(key=key):
            return form.by_key[key].field.measure
        case Arithmetic(operator="+" | "-", left=left, right=right):
            return _same(measure_of(left, form), measure_of(right, form))
        case Arithmetic(operator="/", left=left, right=Number()):
            return measure_of(left, form)
        case Extreme(of=parts):
            return _same(*(measure_of(part, form) for part in parts))
        case Absolute(of=inner) | Rounded(of=inner):
            return measure_of(inner, form)
        case _:
            return ""


def _same(*measures: str) -> str:
    return measures[0] if len(set(measures)) == 1 else ""
