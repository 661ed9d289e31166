"""Conditions as parts of Excel formulas: the compiler for everything that is live in a workbook.

It reads the same nodes as the masks, so that the workbook asks for what the check asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from clusterxl.excel.cells import literal
from clusterxl.ruleset.nodes import (
    AnyPositive,
    Condition,
    Every,
    Filled,
    OneOf,
    Opposite,
    Some,
    Truth,
)


class Cells(Protocol):
    """Where the canonical views of the input cells stand in a workbook."""

    def text(self, key: str) -> str:
        """Return a reference to the text of a cell."""

    def number(self, key: str) -> str:
        """Return a reference to the number of a cell; there is empty text where it has none."""


def condition_formula(node: Condition, cells: Cells) -> str:
    """Return a condition as part of a formula.

    Args:
        node: The condition.
        cells: Where the views stand.

    Returns:
        An expression that is true or false, without an equals sign.
    """
    return _CONDITIONS[type(node)](node, cells)


def _truth(node: Truth, cells: Cells) -> str:
    return "1=1" if node.holds else "1=0"


def _filled(node: Filled, cells: Cells) -> str:
    return f"LEN({cells.text(node.key)})>0"


def _one_of(node: OneOf, cells: Cells) -> str:
    text = cells.text(node.key)
    return _joined("OR", [f"EXACT({text},{literal(option)})" for option in node.texts])


def _any_positive(node: AnyPositive, cells: Cells) -> str:
    # COUNTIF passes over empty text, which > would rank above any number.
    return _joined("OR", [f'COUNTIF({cells.number(key)},">0")>0' for key in node.keys])


def _every(node: Every, cells: Cells) -> str:
    return _joined("AND", [condition_formula(part, cells) for part in node.of])


def _some(node: Some, cells: Cells) -> str:
    return _joined("OR", [condition_formula(part, cells) for part in node.of])


def _opposite(node: Opposite, cells: Cells) -> str:
    return f"NOT({condition_formula(node.of, cells)})"


def _joined(function: str, tests: Sequence[str]) -> str:
    return tests[0] if len(tests) == 1 else f"{function}({','.join(tests)})"


_CONDITIONS: Mapping[type, Callable[..., str]] = {
    Truth: _truth,
    Filled: _filled,
    OneOf: _one_of,
    AnyPositive: _any_positive,
    Every: _every,
    Some: _some,
    Opposite: _opposite,
}
