"""Findings: what is told about a return, with the cell it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# What is told of a cell on reading bears the number it has in the list of rules.
ERROR_CELL, FORMULA_CELL = "STR-02", "STR-04"
# Of these nothing was read: what stands there, no rule has seen.
UNSEEN = frozenset({ERROR_CELL, "READ-UNCALC", "READ-LOST", "READ-LOSTROWS", "READ-SHARED"})


class Severity(StrEnum):
    """How much a finding weighs; only an error keeps a return from being clean."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One data problem of one return, told in the words of the person who filled it in.

    Attributes:
        code: Rule id (`GEN-REQ`) or a family code (`READ-FORMAT`).
        severity: How much it weighs.
        message: The sentence for people, with live figures and the remedy.
        return_id: The return it belongs to; empty when the file gave no return.
        file: Name of the file as given.
        sheet: Sheet of the first cell; empty for a file as a whole.
        cell: Address of the first cell, as Excel shows it (`G4`).
        cells: All cells concerned, as `sheet!cell`.
        key: Key of the first cell.
        label: Label of the first cell.
        value: What stands in the first cell; empty for personal data.
        note: The respondent's own explanation (说明) of a warning.
    """

    code: str
    severity: Severity
    message: str
    return_id: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    cells: tuple[str, ...] = ()
    key: str = ""
    label: str = ""
    value: str = ""
    note: str = ""

    @property
    def is_explained(self) -> bool:
        """Whether it is a warning that the respondent has explained: nothing is left to do."""
        return self.severity is Severity.WARNING and bool(self.note)
