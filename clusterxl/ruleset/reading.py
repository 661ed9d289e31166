"""What a function of the language may ask of the compiler that reads the rule, and common parts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from clusterxl.form.answers import TICKED
from clusterxl.form.model import FieldType, Input
from clusterxl.ruleset.intervals import Interval, interval_of
from clusterxl.ruleset.names import Names, refused
from clusterxl.ruleset.nodes import Condition, Numeric, OneOf

Arguments = Sequence[ast.expr]
ANY = 99
PERCENT = 100.0
# Half of the sixth decimal: a difference below it is what a binary fraction leaves over.
SPECK = 5e-7


class Reader(Protocol):
    """What a function may ask of the compiler that reads the rule."""

    @property
    def names(self) -> Names:
        """The names of the form."""

    def number(self, node: ast.expr) -> Numeric:
        """Read a number, guarded."""

    def condition(self, node: ast.expr) -> Condition:
        """Read a condition."""

    def cell(self, node: ast.expr) -> Input:
        """Read a name that stands for one cell."""

    def cells(self, node: ast.expr) -> tuple[Input, ...]:
        """Read a name that stands for any number of cells."""

    def word(self, node: ast.expr) -> str:
        """Read a text in quotes."""

    def whole(self, node: ast.expr) -> int:
        """Read a whole number that is known now."""

    def need(self, condition: Condition) -> None:
        """Ask for a condition without which the rule is not applicable."""


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Function(Generic[Result]):
    """A function of the language: how many arguments it takes and what it stands for."""

    least: int
    most: int
    build: Callable[[Reader, Arguments], Result]


def options_in(reader: Reader, given: Arguments) -> tuple[OneOf, ...]:
    """Read a name and perhaps an option of it: each cell with what it holds when chosen."""
    cells = reader.cells(given[0])
    option = reader.word(given[1]) if len(given) > 1 else ""
    if cells[0].type is FieldType.TICKS:
        wanted = [asked for asked in cells if not option or asked.item == option]
        if not wanted:
            known = ", ".join(asked.item for asked in cells)
            raise refused("unknown_option", option=option, field=cells[0].field.id, known=known)
        return tuple(OneOf(asked.key, (TICKED,)) for asked in wanted)
    if not option:
        raise refused("which_option", name=cells[0].field.id)
    return tuple(reader.names.option(asked, option) for asked in cells)


def interval_in(reader: Reader, given: Arguments) -> Interval:
    """Read a number, and perhaps the decimals of its cells: what it may be."""
    decimals = reader.whole(given[1]) if len(given) > 1 else None
    number = reader.number(given[0])
    return interval_of(number, reader.names, decimals=decimals, need=reader.need)
