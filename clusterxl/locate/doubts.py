"""What is told of input cells that were not found as they should be, or hold what no answer is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from clusterxl.excel.cells import address
from clusterxl.excel.raw import BLANK
from clusterxl.finding import ERROR_CELL, FORMULA_CELL, Finding, Severity
from clusterxl.form.model import Form, Input, defined_name
from clusterxl.locate.model import FoundBy, FoundCell
from clusterxl.locate.names import Areas
from clusterxl.locate.shared import Share
from clusterxl.numbers import raw_text
from clusterxl.sentences import say

_CODES = {"errcell": ERROR_CELL, "formula": FORMULA_CELL}
# How surely a cell is the one that is meant, on the rungs below its name.
_RUNGS = {
    FoundBy.MAP: ("by_map", Severity.INFO),
    FoundBy.LABEL: ("by_label", Severity.WARNING),
    FoundBy.POSITION: ("by_place", Severity.WARNING),
}


def tell_doubts(
    form: Form,
    cells: Mapping[str, FoundCell],
    names: Areas,
    by_map: Areas | None,
    shares: Sequence[Share],
) -> tuple[Finding, ...]:
    """Tell what is wrong with the input cells of a return, in form order.

    Args:
        form: The form.
        cells: One cell an input, by key.
        names: Where the names of the workbook point.
        by_map: Where its hidden map of keys points; None when nobody had to look.
        shares: Who has lost a cell to whom, since both names lead there.

    Returns:
        The findings.
    """
    findings = [
        *_lost(form, cells, {share.key for share in shares}),
        *_by_rungs(form, cells),
        *_left_over(form, names),
        *_shared(form, shares),
        *_twice(form, cells, names, by_map),
    ]
    for asked in form.inputs:
        cell = cells[asked.key]
        # Nearly all are plain answers.
        if cell.raw.formula or cell.raw.broken or cell.raw.kind == "error":
            findings += _doubts(form, asked, cell)
    if not findings:
        return ()
    order = {asked.key: place for place, asked in enumerate(form.inputs)}
    return tuple(sorted(findings, key=lambda finding: order[finding.key]))


def _lost(form: Form, cells: Mapping[str, FoundCell], told: Set[str]) -> list[Finding]:
    """Tell which cells are gone; the rows of a list column together."""
    gone = (asked for asked in form.inputs if cells[asked.key].found_by == "lost")
    lost = [asked for asked in gone if asked.key not in told]
    counts = Counter(defined_name(asked.key) for asked in lost)
    firsts = {defined_name(asked.key): asked for asked in reversed(lost)}
    return [
        _finding(form, "lost_rows" if counts[name] > 1 else "lost", asked, count=counts[name])
        for name, asked in firsts.items()
    ]


def _left_over(form: Form, areas: Areas) -> list[Finding]:
    """Tell of list columns that grew, with answers below the last row that is asked for."""
    lasts = {defined_name(asked.key): asked for asked in form.inputs if asked.row}
    findings = []
    for name, asked in lasts.items():
        if (found := areas.area_of(name)) is None:
            continue
        sheet, area = found
        beyond = [
            (row, column)
            for row, column in area.places
            if row - area.row >= asked.row and sheet.cell(row, column).kind != "blank"
        ]
        if beyond:
            first = address(*beyond[0])
            raw = sheet.cell(*beyond[0])
            cell = FoundCell(key=asked.key, sheet=sheet.name, cell=first, raw=raw)
            told = _finding(form, "left_over", asked, cell, count=len(beyond))
            cells = tuple(f"{sheet.name}!{address(*place)}" for place in beyond)
            findings.append(replace(told, cells=cells))
    return findings


def _shared(form: Form, shares: Sequence[Share]) -> Iterator[Finding]:
    """Tell of cells that several names lead to: one was dragged onto the other."""
    for share in shares:
        other = form.by_key[share.others[0]].label
        cell = share.cell._replace(raw=BLANK)
        yield _finding(form, "shared", form.by_key[share.key], cell, other=other)


def _by_rungs(form: Form, cells: Mapping[str, FoundCell]) -> Iterator[Finding]:
    """Tell which cells were not found by their names; those of a sheet and a rung together."""
    groups: dict[tuple[str, str], list[Input]] = {}
    for asked in form.inputs:
        cell = cells[asked.key]
        if cell.found_by in _RUNGS:
            groups.setdefault((cell.sheet, cell.found_by), []).append(asked)
    for (sheet, rung), group in groups.items():
        name, severity = _RUNGS[FoundBy(rung)]
        found = [cells[asked.key] for asked in group]
        told = _finding(
            form, name, group[0], found[0], severity=severity, count=len(group), sheet=sheet
        )
        yield replace(told, cells=tuple(f"{cell.sheet}!{cell.cell}" for cell in found))


def _twice(
    form: Form, cells: Mapping[str, FoundCell], names: Areas, by_map: Areas | None
) -> Iterator[Finding]:
    """Tell of keys whose name says one cell and the hidden map another: one was redirected."""
    for asked in form.inputs if by_map else ():
        cell = cells[asked.key]
        rungs = ((names, FoundBy.NAME), (by_map, FoundBy.MAP))
        ways = [areas.find(asked, rung) for areas, rung in rungs if areas]
        places = {(way.sheet, way.cell) for way in ways if way}
        for sheet, place in places - {(cell.sheet, cell.cell)} if len(places) > 1 else ():
            told = _finding(form, "twice", asked, cell, other=f"{sheet}!{place}")
            yield replace(told, cells=(*told.cells, f"{sheet}!{place}"))


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
    label = _sentence(form, "note_of", {"label": asked.label}) if asked.is_note else asked.label
    return Finding(
        code=_CODES.get(name) or f"READ-{name.upper().replace('_', '')}",
        severity=severity,
        message=_sentence(form, name, {"label": label, **figures}),
        sheet=cell.sheet,
        cell=cell.cell,
        cells=(f"{cell.sheet}!{cell.cell}",) if cell.cell else (),
        key=asked.key,
        label=label,
        value=shown,
    )


def _sentence(form: Form, name: str, figures: Mapping[str, object]) -> str:
    return say(f"read.{name}", lang=form.language, **figures)
