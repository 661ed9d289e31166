"""The expressions of simulate.toml: arithmetic and draws over what is already drawn."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, Protocol

from clusterxl.sentences import say

Value = str | float
MANY = 50


class ExpressionError(ValueError):
    """An expression is not allowed, or cannot be worked out from what is drawn so far."""


class Names(Protocol):
    """What an expression may look up."""

    def look_up(self, name: str, index: Sequence[Value]) -> Value:
        """Return the value of a name, at a year and items if `index` is given."""
        ...

    def cells(self, name: str) -> Sequence[Value]:
        """Return the values of all cells of a field."""
        ...


def growth(now: float, before: float) -> float:
    """Return the growth from `before` to `now` in percent."""
    return (now / before - 1) * 100


def yearly_growth(first: float, last: float, years: float) -> float:
    """Return the average growth a year in percent, by the geometric mean."""
    return (math.pow(last / first, 1 / years) - 1) * 100


def _items(text: Value) -> float:
    """Count the parts of a text that are separated by semicolons."""
    return float(len([part for part in str(text).replace(";", "；").split("；") if part.strip()]))


def _poisson(random: Random, mean: float) -> float:
    """Draw a count by Knuth's method; large means by the normal approximation."""
    if mean > MANY:
        return float(max(0, round(random.gauss(mean, math.sqrt(mean)))))
    limit, product, drawn = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        drawn += 1
    return float(drawn)


def _number(value: Value) -> float:
    if isinstance(value, str):
        raise ExpressionError(say("testing.no_number", value=value))
    return value


_PLAIN: Mapping[str, Callable[..., Value]] = {
    "abs": abs,
    "cagr": yearly_growth,
    "floor": math.floor,
    "growth": growth,
    "items": _items,
    "max": max,
    "min": min,
    "round": lambda number, decimals=0: round(number, int(decimals)),
    "text": lambda number: f"{number:.15g}" if isinstance(number, float | int) else number,
}
_DRAWS: Mapping[str, Callable[..., Value]] = {
    "chance": lambda random, share: float(random.random() < share),
    "lognormal": lambda random, median, spread: median * math.exp(random.gauss(0, spread)),
    "normal": lambda random, mean, spread: random.gauss(mean, spread),
    "pick": lambda random, *options: random.choice(options),
    "poisson": _poisson,
    "uniform": lambda random, low, high: random.uniform(low, high),
    "whole": lambda random, low, high: float(random.randint(int(low), int(high))),
}
_OVER_CELLS: Mapping[str, Callable[[Sequence[Value]], Value]] = {
    "total": lambda cells: sum(cell for cell in cells if isinstance(cell, float | int)),
    "filled": lambda cells: float(sum(cell not in ("", None) for cell in cells)),
}
_ARITHMETIC: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Mod: operator.mod,
}
_SIGNS: Mapping[type[ast.unaryop], Callable[[Value], float]] = {
    ast.Not: lambda value: float(not value),
    ast.UAdd: _number,
    ast.USub: lambda value: -_number(value),
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: lambda one, other: _number(one) < _number(other),
    ast.LtE: lambda one, other: _number(one) <= _number(other),
    ast.Gt: lambda one, other: _number(one) > _number(other),
    ast.GtE: lambda one, other: _number(one) >= _number(other),
    ast.In: lambda one, other: str(one) in str(other),
}


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """Works out one expression; each kind of node that is allowed has its method."""

    names: Names
    random: Random

    def of(self, node: ast.expr) -> Value:
        found = _HANDLERS.get(type(node))
        if found is None:
            raise ExpressionError(say("testing.not_allowed", what=ast.unparse(node)))
        return found(self, node)

    def constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float | str):
            raise ExpressionError(say("testing.not_allowed", what=ast.unparse(node)))
        return node.value if isinstance(node.value, str) else float(node.value)

    def name(self, node: ast.Name) -> Value:
        return self.names.look_up(node.id, ())

    def subscript(self, node: ast.Subscript) -> Value:
        if not isinstance(node.value, ast.Name):
            raise ExpressionError(say("testing.not_allowed", what=ast.unparse(node)))
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return self.names.look_up(node.value.id, [self.of(part) for part in parts])

    def arithmetic(self, node: ast.BinOp) -> Value:
        left, right = self.of(node.left), self.of(node.right)
        if isinstance(left, str) and isinstance(right, str) and isinstance(node.op, ast.Add):
            return left + right
        work = _ARITHMETIC.get(type(node.op))
        if work is None:
            raise ExpressionError(say("testing.not_allowed", what=ast.unparse(node)))
        return work(_number(left), _number(right))

    def sign(self, node: ast.UnaryOp) -> Value:
        value = self.of(node.operand)
        work = _SIGNS.get(type(node.op))
        if work is None:
            raise ExpressionError(say("testing.not_allowed", what=ast.unparse(node)))
        return work(value)

    def comparison(self, node: ast.Compare) -> Value:
        left = self.of(node.left)
        for sign, side in zip(node.ops, node.comparators, strict=True):
            right = self.of(side)
            compare = _COMPARISONS.get(type(sign))
            if compare is None:
                raise ExpressionError(say("testing.not_allowed", what=ast.unparse(node)))
            if not compare(left, right):
                return 0.0
            left = right
        return 1.0

    def logic(self, node: ast.BoolOp) -> Value:
        wanted = isinstance(node.op, ast.Or)
        return float(wanted if any(bool(self.of(v)) is wanted for v in node.values) else not wanted)

    def choice(self, node: ast.IfExp) -> Value:
        return self.of(node.body if self.of(node.test) else node.orelse)

    def call(self, node: ast.Call) -> Value:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if node.keywords or any(isinstance(given, ast.Starred) for given in node.args):
            name = ""
        if name in _OVER_CELLS and len(node.args) == 1 and isinstance(node.args[0], ast.Name):
            return _OVER_CELLS[name](self.names.cells(node.args[0].id))
        given = [self.of(argument) for argument in node.args]
        if name in _DRAWS:
            return _DRAWS[name](self.random, *given)
        if name in _PLAIN:
            return _PLAIN[name](*given)
        raise ExpressionError(say("testing.not_allowed", what=ast.unparse(node)))


_HANDLERS: Mapping[type[ast.expr], Callable[[_Evaluation, Any], Value]] = {
    ast.Constant: _Evaluation.constant,
    ast.Name: _Evaluation.name,
    ast.Subscript: _Evaluation.subscript,
    ast.BinOp: _Evaluation.arithmetic,
    ast.UnaryOp: _Evaluation.sign,
    ast.Compare: _Evaluation.comparison,
    ast.BoolOp: _Evaluation.logic,
    ast.IfExp: _Evaluation.choice,
    ast.Call: _Evaluation.call,
}


@cache
def parse(text: str) -> ast.expr:
    """Read an expression.

    Raises:
        ExpressionError: It is no expression.
    """
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ExpressionError(say("testing.no_expression", text=text)) from error


def evaluate(text: str, names: Names, random: Random) -> Value:
    """Work out an expression; nothing but what this module lists can run.

    Args:
        text: The expression.
        names: What its names stand for.
        random: Source of its draws.

    Returns:
        A number or a text; truths are 1.0 and 0.0.

    Raises:
        ExpressionError: It is not allowed, or its values do not suit.
    """
    try:
        return _Evaluation(names, random).of(parse(text))
    except (ZeroDivisionError, OverflowError, TypeError, ValueError) as error:
        if isinstance(error, ExpressionError):
            raise
        raise ExpressionError(say("testing.not_worked_out", text=text, reason=error)) from error
