"""Rules as Excel formulas: the compiler for everything that is live in a workbook.

It reads the same nodes as the masks and must say the same of the same answers. A formula points at
the canonical views of the input cells only, never at the cells themselves; a number view is a
number or empty text, a text view is text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from clusterxl.excel.cells import literal
from clusterxl.ruleset.masks import COMPARED_DECIMALS
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
    Every,
    Extreme,
    Filled,
    IsDate,
    IsNumber,
    IsPhone,
    Items,
    Judgement,
    Number,
    NumberOf,
    Numeric,
    OneOf,
    Opposite,
    Paired,
    Parameter,
    Power,
    Rounded,
    SameText,
    Some,
    Tally,
    Total,
    Truth,
    walk,
)

# More texts than these are looked up in a list instead of being named one by one.
MOST_NAMED = 6
# AND and OR take no more arguments than this, with room to spare.
MOST_JOINED = 200
_DIGITS = literal("0123456789")
_SIGNS = {"==": "=", "!=": "<>"}


class Cells(Protocol):
    """Where the canonical views of the input cells stand in a workbook."""

    def text(self, key: str) -> str:
        """Return a reference to the text of a cell."""

    def number(self, key: str) -> str:
        """Return a reference to the number of a cell; there is empty text where it has none."""

    def date(self, key: str) -> str:
        """Return a reference to the date in a cell as a number; empty text where it has none."""

    def texts(self, keys: Sequence[str]) -> Sequence[str]:
        """Return references to the texts of many cells, neighbours together."""

    def numbers(self, keys: Sequence[str]) -> Sequence[str]:
        """Return references to the numbers of many cells, neighbours together."""

    def listed(self, texts: Sequence[str]) -> str:
        """Return a reference to a list of texts."""


def verdict_formula(judgement: Judgement, cells: Cells) -> str:
    """Return a rule at one place as a formula.

    Args:
        judgement: The rule at one place.
        cells: Where the views stand.

    Returns:
        An expression without an equals sign: 1 where the rule passes, 0 where it fails, empty
        text where it is not applicable, also because a number in it does not exist.
    """
    test = f"IF({condition_formula(judgement.check, cells)},1,0)"
    for guard in reversed(_guards(judgement.guards, cells)):
        test = f'IF({guard},{test},"")'
    compares = any(isinstance(node, Comparison) for node in _nodes(judgement))
    return f'IFERROR({test},"")' if compares else test


def _nodes(judgement: Judgement) -> Iterable[object]:
    return (node for part in (*judgement.guards, judgement.check) for node in walk(part))


def _guards(guards: Sequence[Condition], cells: Cells) -> list[str]:
    """Return the tests to nest: AND works out all it is given, so only harmless ones share one."""
    found: list[str] = []
    for is_bare, group in groupby(guards, key=_is_harmless):
        tests = [condition_formula(guard, cells) for guard in group]
        if is_bare:
            parts = (tests[at : at + MOST_JOINED] for at in range(0, len(tests), MOST_JOINED))
            found += [_joined("AND", part) for part in parts]
        else:
            found += tests
    return found


def _is_harmless(guard: Condition) -> bool:
    return not any(isinstance(node, Comparison) for node in walk(guard))


def condition_formula(node: Condition, cells: Cells) -> str:
    """Return a condition as part of a formula.

    Args:
        node: The condition.
        cells: Where the views stand.

    Returns:
        An expression that is true or false, without an equals sign.
    """
    return _CONDITIONS[type(node)](node, cells)


def number_formula(node: Numeric, cells: Cells) -> str:
    """Return a number as part of a formula; it is an error where the number does not exist."""
    return _NUMBERS[type(node)](node, cells)


def _truth(node: Truth, cells: Cells) -> str:
    return "1=1" if node.holds else "1=0"


def _filled(node: Filled, cells: Cells) -> str:
    return f"LEN({cells.text(node.key)})>0"


def _is_number(node: IsNumber, cells: Cells) -> str:
    return f"ISNUMBER({cells.number(node.key)})"


def _is_date(node: IsDate, cells: Cells) -> str:
    return f"ISNUMBER({cells.date(node.key)})"


def _is_phone(node: IsPhone, cells: Cells) -> str:
    text = cells.text(node.key)
    mobile = f'AND(LEN({text})=11,LEFT({text},1)="1",{_digits(text, 11)}=11)'
    if node.is_mobile:
        return mobile
    # An area code of three or four digits, a hyphen, seven or eight digits.
    short = f'AND(MID({text},4,1)="-",OR(LEN({text})=11,LEN({text})=12))'
    long = f'AND(MID({text},5,1)="-",OR(LEN({text})=12,LEN({text})=13))'
    fixed = f'AND(LEFT({text},1)="0",OR({short},{long}),{_digits(text, 13)}=LEN({text})-1)'
    return f"OR({mobile},{fixed})"


def _digits(text: str, most: int) -> str:
    """Count the digits among the first signs of a text."""
    places = ",".join(str(place) for place in range(1, most + 1))
    padded = f"{text}&{literal('x' * most)}"
    return f"SUMPRODUCT(--ISNUMBER(FIND(MID({padded},{{{places}}},1),{_DIGITS})))"


def _one_of(node: OneOf, cells: Cells) -> str:
    text = cells.text(node.key)
    if len(node.texts) > MOST_NAMED:
        return f"SUMPRODUCT(--EXACT({cells.listed(node.texts)},{text}))>0"
    return _joined("OR", [f"EXACT({text},{literal(option)})" for option in node.texts])


def _contains(node: Contains, cells: Cells) -> str:
    part = cells.text(node.other) if node.other else literal(node.text)
    return f"ISNUMBER(FIND({part},{cells.text(node.key)}))"


def _same_text(node: SameText, cells: Cells) -> str:
    return f"EXACT({cells.text(node.key)},{cells.text(node.other)})"


def _paired(node: Paired, cells: Cells) -> str:
    above, below = (cells.listed([pair[side] for pair in node.pairs]) for side in (0, 1))
    parent, text = cells.text(node.parent), cells.text(node.key)
    return f"SUMPRODUCT(EXACT({above},{parent})*EXACT({below},{text}))>0"


def _any_positive(node: AnyPositive, cells: Cells) -> str:
    # COUNTIF passes over empty text, which > would rank above any number.
    counts = [f'COUNTIF({area},">0")' for area in cells.numbers(node.keys)]
    return f"{'+'.join(counts)}>0"


def _comparison(node: Comparison, cells: Cells) -> str:
    left, right = number_formula(node.left, cells), number_formula(node.right, cells)
    sign = _SIGNS.get(node.operator, node.operator)
    return f"ROUND({left}-{right},{COMPARED_DECIMALS}){sign}0"


def _every(node: Every, cells: Cells) -> str:
    return _joined("AND", [condition_formula(part, cells) for part in node.of])


def _some(node: Some, cells: Cells) -> str:
    return _joined("OR", [condition_formula(part, cells) for part in node.of])


def _opposite(node: Opposite, cells: Cells) -> str:
    return f"NOT({condition_formula(node.of, cells)})"


def _joined(function: str, tests: Sequence[str]) -> str:
    return tests[0] if len(tests) == 1 else f"{function}({','.join(tests)})"


def _constant(node: Number | Parameter, cells: Cells) -> str:
    if node.value is None:
        return "NA()"
    text = format(node.value, ".15g").upper()
    return f"({text})" if node.value < 0 else text


def _number_of(node: NumberOf, cells: Cells) -> str:
    number = cells.number(node.key)
    if not node.none_word:
        return number
    return f"IF(EXACT({cells.text(node.key)},{literal(node.none_word)}),0,{number})"


def _date_of(node: DateOf, cells: Cells) -> str:
    return cells.date(node.key)


def _arithmetic(node: Arithmetic, cells: Cells) -> str:
    left, right = number_formula(node.left, cells), number_formula(node.right, cells)
    return f"({left}{node.operator}{right})"


def _power(node: Power, cells: Cells) -> str:
    # A root of a number below zero is an error to one program and a number to another.
    base = number_formula(node.base, cells)
    return f"(IF({base}<0,NA(),{base})^{number_formula(node.exponent, cells)})"


def _absolute(node: Absolute, cells: Cells) -> str:
    return f"ABS({number_formula(node.of, cells)})"


def _rounded(node: Rounded, cells: Cells) -> str:
    return f"ROUND({number_formula(node.of, cells)},{node.decimals})"


def _extreme(node: Extreme, cells: Cells) -> str:
    # MIN and MAX pass over the empty text of a reference; in a sum it is an error.
    parts = [
        f"{number_formula(part, cells)}{'+0' * isinstance(part, NumberOf)}" for part in node.of
    ]
    return f"{node.which.upper()}({','.join(parts)})"


def _characters(node: Characters, cells: Cells) -> str:
    return f"LEN({cells.text(node.key)})"


def _items(node: Items, cells: Cells) -> str:
    text = cells.text(node.key)
    bare = text
    for sign in SEPARATORS:
        bare = f'SUBSTITUTE({bare},{literal(sign)},"")'
    at_end = ",".join(f"EXACT(RIGHT({text},1),{literal(sign)})" for sign in SEPARATORS)
    named = f"1+LEN({text})-LEN({bare})-IF(OR({at_end}),1,0)"
    empty = f"LEN({text})=0"
    if node.none_word:
        empty = f"OR({empty},EXACT({text},{literal(node.none_word)}))"
    return f"IF({empty},0,{named})"


def _tally(node: Tally, cells: Cells) -> str:
    areas = cells.texts(node.keys)
    if node.texts:
        counts = [_count_exact(area, text) for area in areas for text in node.texts]
        return f"({'+'.join(counts)})"
    counted = "+".join(f"SUMPRODUCT(--(LEN({area})>0))" for area in areas)
    if not node.none_word:
        return f"({counted})"
    return f"({counted}{''.join(f'-{_count_exact(area, node.none_word)}' for area in areas)})"


def _count_exact(area: str, text: str) -> str:
    return f"SUMPRODUCT(--EXACT({area},{literal(text)}))"


def _total(node: Total, cells: Cells) -> str:
    # What huge numbers of both signs leave over depends on how a program adds them.
    areas = cells.numbers(node.keys)
    above, below = (
        "+".join(f"SUMIF({area},{literal(sign + '0')})" for area in areas) for sign in "><"
    )
    return f"(({above})+({below}))"


_CONDITIONS: Mapping[type, Callable[..., str]] = {
    Truth: _truth,
    Filled: _filled,
    IsNumber: _is_number,
    IsDate: _is_date,
    IsPhone: _is_phone,
    OneOf: _one_of,
    Contains: _contains,
    SameText: _same_text,
    Paired: _paired,
    AnyPositive: _any_positive,
    Comparison: _comparison,
    Every: _every,
    Some: _some,
    Opposite: _opposite,
}
_NUMBERS: Mapping[type, Callable[..., str]] = {
    Number: _constant,
    Parameter: _constant,
    NumberOf: _number_of,
    DateOf: _date_of,
    Arithmetic: _arithmetic,
    Power: _power,
    Absolute: _absolute,
    Rounded: _rounded,
    Extreme: _extreme,
    Characters: _characters,
    Items: _items,
    Tally: _tally,
    Total: _total,
}
