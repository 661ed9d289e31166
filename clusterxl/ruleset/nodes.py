"""What a rule says, as typed frozen nodes: the one form that all compilers of rules read.

Numbers: Number, NumberOf, DateOf, Parameter, Arithmetic, Power, Absolute, Rounded, Extreme,
Characters, Items, Tally, Total, Distance. Conditions: Truth, Filled, IsNumber, IsDate, IsPhone,
OneOf, Contains, SameText, Paired, AnyPositive, Unique, Comparison, Every, Some, Opposite. A node
holds keys, never addresses, values or frames. Distance and Unique look at other returns as well:
they are judged on frames only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Literal

Operator = Literal["<", "<=", ">", ">=", "==", "!="]

# What stands between the things that a text names; both widths of one sign.
SEPARATORS = (";", "\uff1b")


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class NumberOf:
    """The number in a cell.

    Attributes:
        key: The cell.
        none_word: Word that counts as zero; empty where it counts as nothing.
    """

    key: str
    none_word: str = ""


@dataclass(frozen=True, slots=True)
class DateOf:
    """The date in a cell as the serial number of the 1900 system."""

    key: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold by name; None while nobody has set it."""

    name: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A sum, difference, product or quotient."""

    operator: Literal["+", "-", "*", "/"]
    left: Numeric
    right: Numeric


@dataclass(frozen=True, slots=True)
class Power:
    """A number raised to another."""

    base: Numeric
    exponent: Numeric


@dataclass(frozen=True, slots=True)
class Absolute:
    """A number without its sign."""

    of: Numeric


@dataclass(frozen=True, slots=True)
class Rounded:
    """A number rounded half away from zero."""

    of: Numeric
    decimals: int


@dataclass(frozen=True, slots=True)
class Extreme:
    """The smallest or largest of some numbers."""

    which: Literal["min", "max"]
    of: tuple[Numeric, ...]


@dataclass(frozen=True, slots=True)
class Characters:
    """How many characters stand in a cell."""

    key: str


@dataclass(frozen=True, slots=True)
class Items:
    """How many things a text names: one more than the separators within it.

    A separator at its end ends the last thing and begins none.

    Attributes:
        key: The cell.
        none_word: Text that names nothing, as an empty one does.
    """

    key: str
    none_word: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of some cells are filled in.

    Attributes:
        keys: The cells.
        texts: Only these texts count; any text where there are none.
        none_word: Text that does not count.
    """

    keys: tuple[str, ...]
    texts: tuple[str, ...] = ()
    none_word: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of the numbers in some cells; what is no number counts as nothing."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a number lies from the median of its like, by their spread (the robust z-score).

    Attributes:
        key: The cell.
        within: Only returns with the same text in this cell are its like.
    """

    key: str
    within: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What always or never holds."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """A cell is filled in."""

    key: str


@dataclass(frozen=True, slots=True)
class IsNumber:
    """A cell holds a real number."""

    key: str


@dataclass(frozen=True, slots=True)
class IsDate:
    """A cell holds a date, as a date or written out."""

    key: str


@dataclass(frozen=True, slots=True)
class IsPhone:
    """A cell holds a mobile number (11 digits from 1), or else one with its area code (0755-...).

    Attributes:
        key: The cell.
        is_mobile: Only a mobile number will do.
    """

    key: str
    is_mobile: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """The text of a cell is exactly one of some texts.

    Attributes:
        key: The cell.
        texts: The texts.
        source: Option list they come from (`divisions.city`); empty for none.
    """

    key: str
    texts: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Contains:
    """The text of a cell contains another text, letter by letter.

    Attributes:
        key: The cell.
        text: What it contains, where that is known now.
        other: Cell with what it contains; empty where that is known now.
    """

    key: str
    text: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class SameText:
    """Two cells hold exactly the same text."""

    key: str
    other: str


@dataclass(frozen=True, slots=True)
class Paired:
    """The texts of two cells stand in one row of an option list.

    Attributes:
        parent: The cell that narrows.
        key: The cell that is narrowed.
        pairs: All rows, parent text first.
        source: Option list and column of the narrowed cell.
    """

    parent: str
    key: str
    pairs: tuple[tuple[str, str], ...]
    source: str


@dataclass(frozen=True, slots=True)
class AnyPositive:
    """At least one of some cells holds a number above zero."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unique:
    """No return of others holds the text of a cell.

    Attributes:
        key: The cell.
        apart: Returns with another text in this cell are those of others.
    """

    key: str
    apart: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two numbers compared after their difference is rounded to six decimals."""

    operator: Operator
    left: Numeric
    right: Numeric


@dataclass(frozen=True, slots=True)
class Every:
    """All of some conditions hold."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of some conditions holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    """A condition does not hold."""

    of: Condition


Numeric = (
    Number
    | NumberOf
    | DateOf
    | Parameter
    | Arithmetic
    | Power
    | Absolute
    | Rounded
    | Extreme
    | Characters
    | Items
    | Tally
    | Total
    | Distance
)
Condition = (
    Truth
    | Filled
    | IsNumber
    | IsDate
    | IsPhone
    | OneOf
    | Contains
    | SameText
    | Paired
    | AnyPositive
    | Unique
    | Comparison
    | Every
    | Some
    | Opposite
)
Node = Numeric | Condition


class Verdict(IntEnum):
    """What a rule says of one return."""

    FAIL = 0
    PASS = 1
    NOT_APPLICABLE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A rule at one place, ready for any compiler.

    Attributes:
        guards: Tests in order; the first that does not hold makes the rule not applicable.
        check: What must hold.
    """

    guards: tuple[Condition, ...]
    check: Condition


def looks_at_others(*nodes: Node) -> bool:
    """Whether some nodes look at other returns, which no workbook has."""
    return any(isinstance(node, Unique | Distance) for outer in nodes for node in walk(outer))


def walk(node: Node) -> Iterator[Node]:
    """Walk over a node and all nodes in it, outer ones first."""
    yield node
    for part in fields(node):
        value = getattr(node, part.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Node):
                yield from walk(inner)


def keys_of(*nodes: Node) -> tuple[str, ...]:
    """Return the keys of all cells that some nodes look at, each once, in reading order.

    >>> keys_of(Comparison("<=", NumberOf("smes_2022"), NumberOf("firms_2022")))
    ('smes_2022', 'firms_2022')
    """
    return tuple(
        dict.fromkeys(key for outer in nodes for node in walk(outer) for key in _own(node))
    )


def _own(node: Node) -> tuple[str, ...]:
    match node:
        case Total(keys=keys) | AnyPositive(keys=keys) | Tally(keys=keys):
            return keys
        case Paired(parent=other, key=key) | Unique(key=key, apart=other):
            return (key, other)
        case Distance(key=key, within=other) | SameText(key=key, other=other):
            return (key, other)
        case Contains(key=key, other=other):
            return (key, other) if other else (key,)
        case _:
            # What looks at one cell calls it so.
            key = getattr(node, "key", "")
            return (key,) if key else ()
