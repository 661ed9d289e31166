"""Between which numbers the true one lies, where it is calculated from figures that were rounded.

A figure printed with two decimals stands for any number within half of the second one. What is
calculated from such figures is compared by what it may be, and not by a fixed tolerance: of small
figures one would be too strict, of large ones too lax.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clusterxl.form.model import FieldType
from clusterxl.ruleset.names import Names, refused
from clusterxl.ruleset.nodes import (
    Arithmetic,
    Comparison,
    Condition,
    Extreme,
    Number,
    NumberOf,
    Numeric,
    Parameter,
    Power,
    Rounded,
)

Need = Callable[[Condition], None]
_ZERO = Number(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The least and the most a number may be.

    Attributes:
        low: The least.
        high: The most; the same node where the number is exact.
        is_positive: It is never below zero.
    """

    low: Numeric
    high: Numeric
    is_positive: bool

    @property
    def is_exact(self) -> bool:
        """Whether there is only one number it may be."""
        return self.low is self.high


def interval_of(number: Numeric, names: Names, *, decimals: int | None, need: Need) -> Interval:
    """Return what a number may be.

    Args:
        number: The number.
        names: The cells of the form, with the decimals they are printed with.
        decimals: Decimals of the cells whose field says nothing about them; None to refuse those.
        need: Takes a condition without which the bounds would say nothing.

    Raises:
        DefinitionError: The bounds of such a number are not known.
    """
    return _Bounds(names, decimals, need).of(number)


class _Bounds:
    """Finds the bounds of a number from those of its parts."""

    def __init__(self, names: Names, decimals: int | None, need: Need) -> None:
        self._names = names
        self._decimals = decimals
        self._need = need

    def of(self, number: Numeric) -> Interval:
        match number:
            case Number(value=value):
                return _exact(number, is_positive=value >= 0)
            case Parameter(value=value):
                return _exact(number, is_positive=value is not None and value >= 0)
            case NumberOf():
                return self._of_cell(number)
            case Arithmetic(left=left, right=right):
                return self._of_arithmetic(number, self.of(left), self.of(right))
            case _:
                return self._of_function(number)

    def _of_function(self, number: Numeric) -> Interval:
        match number:
            case Rounded(of=of, decimals=places):
                return _same_way(self.of(of), lambda bound: Rounded(bound, places))
            case Extreme(which=which, of=parts):
                bounds = [self.of(part) for part in parts]
                return Interval(
                    low=Extreme(which, tuple(part.low for part in bounds)),
                    high=Extreme(which, tuple(part.high for part in bounds)),
                    is_positive=all(part.is_positive for part in bounds),
                )
            case Power(base=base, exponent=power):
                below, exponent = self.of(base), self.of(power)
                if below.is_positive and exponent.is_exact and exponent.is_positive:
                    return _same_way(below, lambda bound: Power(bound, power))
        raise refused("no_bounds")

    def _of_cell(self, number: NumberOf) -> Interval:
        asked = self._names.form.by_key[number.key]
        field = asked.field
        is_count = asked.type is FieldType.COUNT
        is_positive = is_count or field.share or (field.minimum is not None and field.minimum >= 0)
        if is_positive:
            # A negative number there fails a rule of its own.
            self._need(Comparison(">=", number, _ZERO))
        if is_count:
            return _exact(number, is_positive=True)
        decimals = self._decimals if field.decimals is None else field.decimals
        if decimals is None:
            raise refused("no_decimals", name=field.id)
        half = Number(0.5 * 10.0**-decimals)
        low: Numeric = Arithmetic("-", number, half)
        return Interval(
            low=Extreme("max", (low, _ZERO)) if is_positive else low,
            high=Arithmetic("+", number, half),
            is_positive=is_positive,
        )

    def _of_arithmetic(self, node: Arithmetic, left: Interval, right: Interval) -> Interval:
        both = left.is_positive and right.is_positive
        if left.is_exact and right.is_exact:
            return _exact(node, is_positive=both and node.operator != "-")
        match node.operator:
            case "+":
                return _bounds("+", (left.low, right.low), (left.high, right.high), both=both)
            case "-":
                return _bounds("-", (left.low, right.high), (left.high, right.low), both=False)
            case "/":
                # Behind a divisor that may be zero the result may be anything.
                self._need(Comparison(">", right.low, _ZERO))
        if both:
            ends = (right.low, right.high) if node.operator == "*" else (right.high, right.low)
            return _bounds(node.operator, (left.low, ends[0]), (left.high, ends[1]), both=True)
        corners = tuple(
            Arithmetic(node.operator, one, other) for one in _ends(left) for other in _ends(right)
        )
        return Interval(
            low=Extreme("min", corners), high=Extreme("max", corners), is_positive=False
        )


def _exact(number: Numeric, *, is_positive: bool) -> Interval:
    return Interval(low=number, high=number, is_positive=is_positive)


def _same_way(inner: Interval, change: Callable[[Numeric], Numeric]) -> Interval:
    """Change both bounds by what keeps their order and their sign."""
    low = change(inner.low)
    high = low if inner.is_exact else change(inner.high)
    return Interval(low=low, high=high, is_positive=inner.is_positive)


def _bounds(
    operator: str, low: tuple[Numeric, Numeric], high: tuple[Numeric, Numeric], *, both: bool
) -> Interval:
    return Interval(
        low=_calculated(operator, *low), high=_calculated(operator, *high), is_positive=both
    )


def _calculated(operator: str, left: Numeric, right: Numeric) -> Numeric:
    match operator:
        case "+":
            return Arithmetic("+", left, right)
        case "-":
            return Arithmetic("-", left, right)
        case "*":
            return Arithmetic("*", left, right)
        case _:
            return Arithmetic("/", left, right)


def _ends(bounds: Interval) -> tuple[Numeric, ...]:
    return (bounds.low,) if bounds.is_exact else (bounds.low, bounds.high)
