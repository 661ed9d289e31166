"""What comparing a return with its plan gives: an account of its cells, and what is nobody's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum


class Fate(StrEnum):
    """What a cell that holds something is to the reader."""

    CONSUMED = "consumed"
    TEMPLATE = "template"
    IGNORED = "ignored"
    UNCLAIMED = "unclaimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How many cells that hold something ended as what; the four add up to `cells`.

    Attributes:
        cells: All cells of all sheets that hold something.
        consumed: Input cells.
        template: Printed texts of the form.
        ignored: Live formulas of the workbook, its hidden sheets, what copies of sheets repeat.
        unclaimed: Everything else; each is told.
    """

    cells: int = 0
    consumed: int = 0
    template: int = 0
    ignored: int = 0
    unclaimed: int = 0

    @property
    def is_balanced(self) -> bool:
        """Whether every cell has one fate."""
        return self.cells == self.consumed + self.template + self.ignored + self.unclaimed

    @classmethod
    def sum(cls, accounts: Iterable[Account]) -> Account:
        """Add up accounts."""
        found = tuple(accounts)
        names = [part.name for part in fields(cls)]
        return cls(**{name: sum(getattr(one, name) for one in found) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclaimed:
    """Something in a return that belongs to no question and no part of the form.

    Attributes:
        sheet: Sheet on which it stands.
        cell: Its address.
        text: What stands there.
        replaces: The printed text that stood there when it was issued; empty for none.
        is_comment: It is a comment at the cell.
        is_foreign: It stands on a sheet that was not issued.
        is_personal: It may be a personal answer, and no finding shows it.
    """

    sheet: str
    cell: str
    text: str
    replaces: str = ""
    is_comment: bool = False
    is_foreign: bool = False
    is_personal: bool = False
