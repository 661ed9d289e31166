"""Finds each input cell of a form in a workbook that came back, by its defined name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from clusterxl.excel.cells import address
from clusterxl.excel.raw import BLANK, Range, RawBook, RawCell, RawSheet, parse_reference
from clusterxl.finding import ERROR_CELL, FORMULA_CELL, Finding, Severity
from clusterxl.form.model import Form, Input, defined_name
from clusterxl.numbers import raw_text
from clusterxl.sentences import say

_CODES = {"errcell": ERROR_CELL, "formula": FORMULA_CELL}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCell:
    """One input cell as it came back.

    Attributes:
        key: Its key.
        sheet: Sheet where it was found; empty when it is lost.
        cell: Its address (`G4`); empty when it is lost.
        raw: What stands in it.
        found_by: How it was found: `name`, or `lost`.
    """

    key: str
    sheet: str = ""
    cell: str = ""
    raw: RawCell = BLANK
    found_by: str = "lost"


def find_cells(form: Form, book: RawBook) -> tuple[dict[str, FoundCell], tuple[Finding, ...]]:
    """Find all input cells of a form.

    Args:
        form: The form.
        book: The workbook.

    Returns:
        One cell an input, by key, in form order; and what is wrong with them, in that order.
    """
    areas = _Areas(book)
    cells = {asked.key: _find(asked, areas) for asked in form.inputs}
    findings = [*_lost(form, cells), *_left_over(form, areas), *_shared(form, cells)]
    for asked in form.inputs:
        findings += _doubts(form, asked, cells[asked.key])
    order = {asked.key: place for place, asked in enumerate(form.inputs)}
    return cells, tuple(sorted(findings, key=lambda finding: order[finding.key]))


class _Areas:
    """Where the names of a workbook point."""

    def __init__(self, book: RawBook) -> None:
        self._book = book
        self._texts = {name.casefold(): text for name, text in book.names.items()}
        self._known: dict[str, tuple[RawSheet, Range] | None] = {}

    def area_of(self, name: str) -> tuple[RawSheet, Range] | None:
        """Return sheet and range of a name; None when they are gone."""
        if name not in self._known:
            area = parse_reference(self._texts.get(name.casefold(), ""))
            sheet = self._book.sheet(area.sheet) if area else None
            self._known[name] = (sheet, area) if sheet and area else None
        return self._known[name]


def _find(asked: Input, areas: _Areas) -> FoundCell:
    found = areas.area_of(defined_name(asked.key))
    if found is None:
        return FoundCell(key=asked.key)
    sheet, area = found
    # The cells of a list column share one name: row i is its i-th cell.
    row = area.row + max(asked.row - 1, 0)
    if row > area.last_row:
        return FoundCell(key=asked.key)
    raw = sheet.cell(row, area.column)
    if raw.kind == "blank" and not raw.formula:
        raw = BLANK
    return FoundCell(
        key=asked.key, sheet=sheet.name, cell=address(row, area.column), raw=raw, found_by="name"
    )


def _lost(form: Form, cells: Mapping[str, FoundCell]) -> list[Finding]:
    """Tell which cells are gone; the rows of a list column together."""
    lost = [asked for asked in form.inputs if cells[asked.key].found_by == "lost"]
    counts = Counter(defined_name(asked.key) for asked in lost)
    firsts = {defined_name(asked.key): asked for asked in reversed(lost)}
    return [
        _finding(form, "lost_rows" if counts[name] > 1 else "lost", asked, count=counts[name])
        for name, asked in firsts.items()
    ]


def _left_over(form: Form, areas: _Areas) -> list[Finding]:
    """Tell of list columns that grew, with answers below the last row that is asked for."""
    lasts = {defined_name(asked.key): asked for asked in form.inputs if asked.row}
    findings = []
    for name, asked in lasts.items():
        if (found := areas.area_of(name)) is None:
            continue
        sheet, area = found
        beyond = [
            address(row, column)
            for row, column in area.places
            if row - area.row >= asked.row and sheet.cell(row, column).kind != "blank"
        ]
        if beyond:
            cell = FoundCell(key=asked.key, sheet=sheet.name, cell=beyond[0])
            findings.append(_finding(form, "left_over", asked, cell, count=len(beyond)))
    return findings


def _shared(form: Form, cells: Mapping[str, FoundCell]) -> list[Finding]:
    """Tell of cells that two names point to: one was dragged onto the other."""
    owners: dict[tuple[str, str], Input] = {}
    findings = []
    for asked in form.inputs:
        cell = cells[asked.key]
        if not cell.cell:
            continue
        owner = owners.setdefault((cell.sheet, cell.cell), asked)
        if owner is not asked:
            findings.append(_finding(form, "shared", asked, cell, other=owner.label))
    return findings


def _doubts(form: Form, asked: Input, cell: FoundCell) -> list[Finding]:
    """Tell of formulas and errors where an answer should stand."""
    raw = cell.raw
    if raw.broken:
        return [_finding(form, "broken", asked, cell)]
    if raw.kind == "error":
        return [_finding(form, "errcell", asked, cell, sign=raw.value)]
    if not raw.formula:
        return []
    if not raw.has_cached:
        return [_finding(form, "uncalc", asked, cell)]
    return [_finding(form, "formula", asked, cell, severity=Severity.WARNING)]


def _finding(
    form: Form,
    name: str,
    asked: Input,
    cell: FoundCell | None = None,
    *,
    severity: Severity = Severity.ERROR,
    **figures: object,
) -> Finding:
    cell = cell or FoundCell(key=asked.key)
    shown = "" if asked.field.personal else raw_text(cell.raw)
    return Finding(
        code=_CODES.get(name) or f"READ-{name.upper().replace('_', '')}",
        severity=severity,
        message=_sentence(form, name, {"label": asked.label, **figures}),
        sheet=cell.sheet,
        cell=cell.cell,
        cells=(f"{cell.sheet}!{cell.cell}",) if cell.cell else (),
        key=asked.key,
        label=asked.label,
        value=shown,
    )


def _sentence(form: Form, name: str, figures: Mapping[str, object]) -> str:
    return say(f"read.{name}", lang=form.language, **figures)
