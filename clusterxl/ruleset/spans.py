"""Between which constants a condition keeps the number in each cell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from clusterxl.ruleset.nodes import (
    Comparison,
    Condition,
    Every,
    Number,
    NumberOf,
    Numeric,
    Operator,
    Opposite,
    Parameter,
)

_TURNED: Mapping[Operator, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
_NOT: Mapping[Operator, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "!=": "=="}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """All numbers between two, either of which may be left out.

    Attributes:
        low: The lower end.
        high: The upper end.
        is_low_in: The lower end is one of them.
        is_high_in: The upper end is one of them.
    """

    low: float = -math.inf
    high: float = math.inf
    is_low_in: bool = True
    is_high_in: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether there is no such number."""
        both_in = self.is_low_in and self.is_high_in
        return self.low > self.high or (self.low == self.high and not both_in)

    def within(self, other: Span) -> Span:
        """Return the numbers that lie in both.

        >>> Span(low=1).within(Span(high=1, is_high_in=False)).is_empty
        True
        """
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Span(
            low=low,
            high=high,
            is_low_in=all(one.is_low_in for one in (self, other) if one.low == low),
            is_high_in=all(one.is_high_in for one in (self, other) if one.high == high),
        )


def spans_of(condition: Condition) -> Mapping[str, Span]:
    """Return by key what the number in a cell must lie between for a condition to hold.

    What else a condition asks for is left out: it can only leave fewer numbers.
    """
    match condition:
        case Every(of=parts):
            found: dict[str, Span] = {}
            for part in parts:
                for key, span in spans_of(part).items():
                    found[key] = found.get(key, Span()).within(span)
            return found
        case Comparison(operator=operator, left=left, right=right):
            return _compared(operator, left, right)
        case Opposite(of=Comparison(operator=operator, left=left, right=right)):
            turned = _NOT.get(operator)
            return _compared(turned, left, right) if turned else {}
    return {}


def _compared(operator: Operator, left: Numeric, right: Numeric) -> Mapping[str, Span]:
    if isinstance(right, NumberOf):
        turned = _TURNED.get(operator)
        return _compared(turned, right, left) if turned and _constant(left) is not None else {}
    end = _constant(right)
    if not isinstance(left, NumberOf) or end is None:
        return {}
    match operator:
        case "<" | "<=":
            return {left.key: Span(high=end, is_high_in=operator == "<=")}
        case ">" | ">=":
            return {left.key: Span(low=end, is_low_in=operator == ">=")}
        case "==":
            return {left.key: Span(low=end, high=end)}
        case "!=":
            return {}


def _constant(number: Numeric) -> float | None:
    return number.value if isinstance(number, Number | Parameter) else None
