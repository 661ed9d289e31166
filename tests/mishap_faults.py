"""What must hold after a mishap, whatever was done to the return.

- No answer is read under another key without a warning about this very cell.
- No key is blank while its cell is gone, unless it is told.
- Every text that was typed and is not read is told with its cell.
- Every cell that holds something has one fate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mishap import Mishap

from clusterxl.excel.cells import address
from clusterxl.excel.raw import parse_reference
from clusterxl.finding import Finding, Severity
from clusterxl.form.model import defined_name
from clusterxl.integrity import Inspection, inspect_return
from clusterxl.locate import FoundCell, Located, find_cells

At = tuple[str, int, int]
_OF_SHEETS = {"INT-LABEL", "INT-MOVED", "INT-SHEET"}
_OF_RUNGS = {"READ-BYLABEL", "READ-BYPLACE"}
_LOST = {"READ-LOST", "READ-LOSTROWS", "READ-SHARED"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What reading a damaged workbook gave."""

    located: Located
    inspection: Inspection
    findings: tuple[Finding, ...]


def read(mishap: Mishap) -> Outcome:
    """Read what became of the workbook."""
    book = mishap.desk.book()
    located = find_cells(mishap.form, book)
    inspection = inspect_return(mishap.form, book, located)
    return Outcome(
        located=located,
        inspection=inspection,
        findings=(*located.findings, *inspection.findings),
    )


def faults(mishap: Mishap, outcome: Outcome) -> Iterator[str]:
    """Tell what does not hold."""
    yield from _unbalanced(mishap, outcome)
    judge = _Judge(mishap, outcome)
    for cell in outcome.located.cells.values():
        yield from judge.of_key(cell)
    yield from judge.silent()


def _unbalanced(mishap: Mishap, outcome: Outcome) -> Iterator[str]:
    account = outcome.inspection.account
    cells = sum(
        cell.value not in (None, "") or bool(cell.formula)
        for sheet in mishap.desk.book().sheets
        for cell in sheet.cells.values()
    )
    if not account.is_balanced or account.cells != cells:
        yield f"account: {account} of {cells} cells"


class _Told:
    """What was told, by cell and by key."""

    def __init__(self, outcome: Outcome) -> None:
        loud = [f for f in outcome.findings if f.severity is not Severity.INFO]
        self.texts = {(one.sheet, one.cell): one.text for one in outcome.inspection.unclaimed}
        self.codes = {f.code for f in loud}
        self.cells: dict[str, set[str]] = {}
        self.keys: dict[str, set[str]] = {}
        for finding in loud:
            for cell in finding.cells:
                self.cells.setdefault(cell, set()).add(finding.code)
            for name in (finding.key, defined_name(finding.key)) if finding.key else ():
                self.keys.setdefault(name, set()).add(finding.code)

    def about(self, cell: FoundCell) -> set[str]:
        """Return the codes of what was told of a cell that was read, or of its key."""
        return self.cells.get(f"{cell.sheet}!{cell.cell}", set()) | self.keys.get(cell.key, set())


def _truth(mishap: Mishap) -> dict[str, At]:
    """Return where each cell has really gone; what was deleted is left out."""
    found = {}
    for asked in mishap.form.inputs:
        area = parse_reference(mishap.desk.truth[defined_name(asked.key)])
        row = area.row + max(asked.row - 1, 0) if area else 0
        if area and row <= area.last_row:
            found[asked.key] = (area.sheet, row, area.column)
    return found


class _Judge:
    """Holds what was read against what is there."""

    def __init__(self, mishap: Mishap, outcome: Outcome) -> None:
        self._form = mishap.form
        self._log = mishap.log
        self._outcome = outcome
        self._told = _Told(outcome)
        self._truth = _truth(mishap)
        self._values: Mapping[At, str] = {
            (leaf.name, *place): str(cell.value)
            for leaf in mishap.desk.leaves
            for place, cell in leaf.cells.items()
            if cell.kind != "blank" or cell.formula
        }

    def of_key(self, cell: FoundCell) -> Iterator[str]:
        """Tell what is wrong with the answer to one question."""
        if not cell.cell:
            if not self._told.keys.get(defined_name(cell.key), set()) & _LOST:
                yield f"lost: {cell.key} is not told"
            return
        there = self._truth.get(cell.key)
        expected = self._values.get(there, "") if there else ""
        shown = "" if cell.raw.kind == "blank" else str(cell.raw.value or "")
        is_same = (cell.sheet, cell.row, cell.column) == there or (there and shown == expected)
        if is_same or shown == f"<{cell.key}>" or self._is_excused(cell.key, shown, expected):
            return
        codes = self._told.about(cell)
        what = "wrong" if shown else "blank"
        if codes and (not codes <= _OF_RUNGS or self._is_beyond_knowing(cell.key, shown)):
            return
        yield (
            f"{what}, {'misled' if codes else 'not told'}: {cell.key} is {shown!r} at "
            f"{cell.sheet}!{cell.cell} by {cell.found_by}, truly {expected!r} at {there}"
        )

    def _is_excused(self, key: str, shown: str, expected: str) -> bool:
        is_gone = key not in self._truth
        if not shown and expected and expected in self._told.texts.values():
            return True
        if not shown and is_gone and self._form.by_key[key].row and "INT-LABEL" in self._told.codes:
            # A list cut short by a script ends below itself.
            return True
        # Where a script cuts labels away and leaves names, the sheet is told and not each cell; a
        # row without a label leaves no trace at all.
        is_by_script = self._did("script")
        return is_by_script and bool(
            self._told.codes & _OF_SHEETS or not (shown or key in self._truth)
        )

    def _is_beyond_knowing(self, key: str, shown: str) -> bool:
        """Whether a warning to check what labels gave is all that can be said."""
        if self._did("sort", "drag", "cut"):
            # Whoever sorts rows with their labels sorts the questions.
            return True
        # Nobody is left who knows that an outermost column was deleted.
        return not shown and key not in self._truth and self._did("forget", "paste_into_foreign")

    def _did(self, *acts: str) -> bool:
        return any(line.startswith(acts) for line in self._log)

    def silent(self) -> Iterator[str]:
        """Tell what was typed and is neither read nor told."""
        read_at = {(c.sheet, c.row, c.column) for c in self._outcome.located.cells.values()}
        read_values = {self._values.get(at) for at in read_at}
        for at, value in self._values.items():
            if value[:1] != "<" or at in read_at or value in read_values:
                continue
            sheet, cell = at[0], address(at[1], at[2])
            if f"{sheet}!{cell}" not in self._told.cells:
                yield f"silent: {value} at {sheet}!{cell}"
            elif self._told.texts.get((sheet, cell)) != value:
                yield f"text not told: {value} at {sheet}!{cell}"
