"""The language of rules: the text of a rule becomes nodes; nothing is ever evaluated.

Python's own parser reads the text, a whitelist decides what may stand in it, and names are
looked up among the cells of the form.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from clusterxl.form.answers import canonical_text
from clusterxl.form.model import FieldType, Input, NoneMeans
from clusterxl.form.suggest import did_you_mean
from clusterxl.ruleset.calculations import NUMBERS
from clusterxl.ruleset.functions import CONDITIONS
from clusterxl.ruleset.names import Names, refused
from clusterxl.ruleset.nodes import (
    Arithmetic,
    Comparison,
    Condition,
    Every,
    Filled,
    IsNumber,
    Judgement,
    Number,
    NumberOf,
    Numeric,
    OneOf,
    Operator,
    Opposite,
    Parameter,
    SameText,
    Some,
    Truth,
)
from clusterxl.ruleset.reading import Arguments, Function

Bound = int | float | str | tuple[Input, ...]
Result = TypeVar("Result")

LONGEST = 2000
BASE = "base"
ROWS = "rows"
_OPERATORS: Mapping[type[ast.cmpop], Operator] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
# What an input method types for the plain sign.
_WIDE_SIGNS = str.maketrans(
    {"，": ",", "（": "(", "）": ")", "＝": "=", "＋": "+", "－": "-", "\uff1c": "<", "\uff1e": ">"}
    | {"≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "\u3000": " ", "！": "!", "÷": "/"}
    | {"\n": " ", "\t": " "}
    | {"\uff3b": "[", "\uff3d": "]", "\uff0f": "/", "\uff0a": "*", "\uff0e": ".", "\uff3f": "_"}
    | {chr(ord("\uff10") + digit): str(digit) for digit in range(10)}
)
_QUOTED = re.compile(r"""("[^"]*"|'[^']*'|\u201c[^"\u201c\u201d]*\u201d)""")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What the names in a rule may stand for.

    Attributes:
        names: The cells of the form.
        bound: Names of this rule only: a year, a number, an item id, or cells.
        parameters: Thresholds by name; None while one is not set.
        shown: Thresholds as people read them, by name.
    """

    names: Names
    bound: Mapping[str, Bound] = field(default_factory=dict)
    parameters: Mapping[str, float | None] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)


def compile_rule(check: str, when: str, scope: Scope) -> Judgement:
    """Compile a rule at one place.

    Args:
        check: What must hold.
        when: Where it must hold; empty for everywhere.
        scope: What its names stand for.

    Returns:
        The rule as nodes, with the guards that its parts imply.

    Raises:
        DefinitionError: The text is none of the language, or names what the form has not.
    """
    guards: dict[Condition, None] = {}
    if when:
        asked = Compiler(scope)
        condition = asked.read(when)
        guards |= asked.guards | {condition: None}
    compiler = Compiler(scope)
    checked = compiler.read(check)
    guards |= compiler.guards
    guards.pop(Truth(holds=True), None)
    return Judgement(guards=tuple(guards), check=checked)


@lru_cache(maxsize=4096)
def parse_rule(text: str) -> ast.expr:
    """Parse the text of a rule; full-width signs outside quotes count as plain ones.

    Typographic quotes count as plain ones, line ends as spaces.

    Raises:
        DefinitionError: It is no expression.
    """
    if len(text) > LONGEST or "\\" in text:
        raise refused("syntax", text=text[:80])
    pieces = _QUOTED.split(text.strip())
    plain = [
        re.sub("^\u201c|\u201d$", '"', piece) if place % 2 else piece.translate(_WIDE_SIGNS)
        for place, piece in enumerate(pieces)
    ]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse("".join(plain), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise refused("syntax", text=text) from error


class Compiler:
    """Reads one expression and collects the guards its parts imply."""

    def __init__(self, scope: Scope) -> None:
        self.names = scope.names
        self.scope = scope
        self.guards: dict[Condition, None] = {}

    def read(self, text: str) -> Condition:
        """Read the text of a condition."""
        try:
            return self.condition(parse_rule(text))
        except RecursionError as error:
            raise refused("syntax", text=text) from error

    def need(self, condition: Condition) -> None:
        """Ask for a condition without which the rule is not applicable."""
        self.guards[condition] = None

    def condition(self, node: ast.expr) -> Condition:
        """Read a condition."""
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return Every(tuple(self.condition(value) for value in values))
            case ast.BoolOp(values=values):
                return Some(tuple(self.condition(value) for value in values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Opposite(self.condition(operand))
            case ast.Compare():
                return self._comparison(node)
            case ast.Call():
                return self._call(node, CONDITIONS, NUMBERS)
        raise refused("no_condition", text=ast.unparse(node))

    def number(self, node: ast.expr) -> Numeric:
        """Read a number, guarded."""
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                number = self.number(operand)
                return (
                    Number(-number.value)
                    if isinstance(number, Number)
                    else Arithmetic("-", Number(0.0), number)
                )
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.Call() if not _calls(node, ROWS):
                return self._call(node, NUMBERS, CONDITIONS)
            case ast.Subscript(value=ast.Name(id="p"), slice=index):
                return self._parameter(self.word(index))
        return self._known_number(node) or self._number_of(self.cell(node))

    def _known_number(self, node: ast.expr) -> Number | None:
        if isinstance(node, ast.Constant):
            return Number(_plain_number(node))
        bound = self.scope.bound.get(node.id) if isinstance(node, ast.Name) else None
        return Number(float(bound)) if isinstance(bound, int | float) else None

    def cell(self, node: ast.expr) -> Input:
        """Read a name that stands for one cell."""
        cells = self.cells(node)
        if len(cells) != 1:
            raise refused("several_cells", text=ast.unparse(node), count=len(cells))
        return cells[0]

    def cells(self, node: ast.expr) -> tuple[Input, ...]:
        """Read a name that stands for any number of cells."""
        match node:
            case ast.Name(id=name):
                bound = self.scope.bound.get(name)
                return bound if isinstance(bound, tuple) else self.names.field(name)
            case ast.Subscript(value=ast.Name() as value, slice=index):
                parts = index.elts if isinstance(index, ast.Tuple) else [index]
                found = _select(self.cells(value), [self._index(part) for part in parts])
                if not found:
                    raise refused("no_such_cell", text=ast.unparse(node))
                return found
            case ast.Call(args=[block, column], keywords=[]) if _calls(node, ROWS):
                return self.names.column(self.word(block), self.word(column))
        raise refused("no_cell", text=ast.unparse(node))

    def word(self, node: ast.expr) -> str:
        """Read a text in quotes."""
        match node:
            case ast.Constant(value=str(value)):
                return value
            case ast.Name(id=name) if isinstance(bound := self.scope.bound.get(name), str):
                return bound
        raise refused("no_text", text=ast.unparse(node))

    def whole(self, node: ast.expr) -> int:
        """Read a whole number that is known now."""
        value = self._index(node)
        if isinstance(value, str):
            raise refused("no_whole_number", text=ast.unparse(node))
        return value

    def _index(self, node: ast.expr) -> int | str:
        """Read a year, a whole number or the id of an item."""
        match node:
            case ast.Constant(value=int(value)) if not isinstance(value, bool):
                return value
            case ast.Constant(value=str(text)):
                return text
            case ast.Name(id=name) if isinstance(bound := self._known(name), int | str):
                return bound
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                first, second = self.whole(left), self.whole(right)
                return first + second if isinstance(op, ast.Add) else first - second
        raise refused("no_index", text=ast.unparse(node))

    def _known(self, name: str) -> Bound | None:
        return self.names.form.base_year if name == BASE else self.scope.bound.get(name)

    def _parameter(self, name: str) -> Numeric:
        if name not in self.scope.parameters:
            hint = did_you_mean(name, self.scope.parameters)
            raise refused("unknown_parameter", name=name, hint=hint)
        value = self.scope.parameters[name]
        if value is None:
            self.need(Truth(holds=False))
        return Parameter(name, value)

    def _number_of(self, asked: Input) -> Numeric:
        if not asked.type.is_numeric:
            raise refused("no_number", name=asked.key)
        word = canonical_text(self.names.form.none_word)
        if not word or asked.field.none_means is not NoneMeans.ZERO:
            self.need(IsNumber(asked.key))
            return NumberOf(asked.key)
        self.need(Some((IsNumber(asked.key), OneOf(asked.key, (word,)))))
        return NumberOf(asked.key, word)

    def _arithmetic(self, node: ast.BinOp) -> Numeric:
        left, right = self.number(node.left), self.number(node.right)
        match node.op:
            case ast.Add():
                return Arithmetic("+", left, right)
            case ast.Sub():
                return Arithmetic("-", left, right)
            case ast.Mult():
                return Arithmetic("*", left, right)
            case ast.Div():
                self.need(Comparison(">", right, Number(0.0)))
                return Arithmetic("/", left, right)
        raise refused("not_allowed", text=ast.unparse(node))

    def _comparison(self, node: ast.Compare) -> Condition:
        operands = [node.left, *node.comparators]
        tests = [
            self._pair(left, op, right)
            for left, op, right in zip(operands, node.ops, operands[1:], strict=False)
        ]
        return tests[0] if len(tests) == 1 else Every(tuple(tests))

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Condition:
        if isinstance(op, ast.In) and isinstance(right, ast.List):
            return self._among(left, right.elts)
        if type(op) not in _OPERATORS:
            raise refused("not_allowed", text=ast.unparse(right))
        if not (self._is_text(left) or self._is_text(right)):
            return Comparison(_OPERATORS[type(op)], self.number(left), self.number(right))
        same = self._same_text(left, right)
        match op:
            case ast.Eq():
                return same
            case ast.NotEq():
                return Opposite(same)
        raise refused("text_order", text=ast.unparse(left))

    def _is_text(self, node: ast.expr) -> bool:
        bound = self.scope.bound.get(node.id) if isinstance(node, ast.Name) else None
        match node:
            case ast.Constant(value=value):
                return isinstance(value, str)
            case ast.Subscript(value=ast.Name(id="p")):
                return False
            case ast.Name() if bound is not None and not isinstance(bound, tuple):
                return isinstance(bound, str)
            case ast.Name() | ast.Subscript():
                return not self.cells(node)[0].type.is_numeric
        return False

    def _same_text(self, left: ast.expr, right: ast.expr) -> Condition:
        if isinstance(left, ast.Constant):
            left, right = right, left
        if not isinstance(right, ast.Name | ast.Subscript) or self._is_word(right):
            return self._among(left, [right])
        first, second = self.cell(left), self.cell(right)
        self.need(Filled(first.key))
        self.need(Filled(second.key))
        return SameText(first.key, second.key)

    def _is_word(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and isinstance(self.scope.bound.get(node.id), str)

    def _among(self, node: ast.expr, options: Arguments) -> Condition:
        """A cell that holds one of some texts; of a choice the texts are the ids of its options."""
        asked = self.cell(node)
        if asked.type.is_numeric or asked.type is FieldType.TICKS:
            raise refused("no_text", text=ast.unparse(node))
        self.need(Filled(asked.key))
        words = [self.word(option) for option in options]
        if asked.type is not FieldType.CHOICE:
            return OneOf(asked.key, tuple(canonical_text(word) for word in words))
        chosen = (self.names.option(asked, word).texts for word in words)
        return OneOf(asked.key, tuple(text for texts in chosen for text in texts))

    def _call(
        self,
        node: ast.Call,
        functions: Mapping[str, Function[Result]],
        others: Mapping[str, object],
    ) -> Result:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in others:
            raise refused("wrong_kind", text=ast.unparse(node))
        if name not in functions:
            hint = did_you_mean(name, functions)
            raise refused("unknown_function", text=ast.unparse(node.func), hint=hint)
        function = functions[name]
        starred = any(isinstance(part, ast.Starred) for part in node.args)
        if node.keywords or starred or not function.least <= len(node.args) <= function.most:
            raise refused("arguments", name=name, least=function.least, most=function.most)
        return function.build(self, node.args)


def _calls(node: ast.Call, name: str) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == name


def _plain_number(node: ast.Constant) -> float:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise refused("not_allowed", text=ast.unparse(node))
    try:
        value = float(node.value)
    except OverflowError as error:
        raise refused("not_allowed", text="…") from error
    if not math.isfinite(value):
        raise refused("not_allowed", text="…")
    return value


def _select(cells: tuple[Input, ...], index: list[int | str]) -> tuple[Input, ...]:
    """Choose among cells by year and by the ids of items, in any order."""
    years = [part for part in index if isinstance(part, int)]
    item = "_".join(part for part in index if isinstance(part, str))
    return tuple(
        asked
        for asked in cells
        if (not years or asked.year in years) and (not item or asked.item == item)
    )
