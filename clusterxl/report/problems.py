"""The sheet of findings: first how often each cause occurs, then the findings line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clusterxl.digest import Entry as Told
from clusterxl.digest import by_file, digest
from clusterxl.excel.cells import Content, Formula, Link, address
from clusterxl.excel.sheet import Sheet
from clusterxl.finding import Finding, Severity
from clusterxl.report.context import DASH, Context, base_name, inert
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.looks import BELOW_INK, COUNT_OR_DASH, LINK, MUTED, quoted
from clusterxl.report.places import Places
from clusterxl.report.sources import MOST_LINKS, cell_content
from clusterxl.report.tables import FIRST_COLUMN, Cell, Column, Entry, Table
from clusterxl.sentences import one_line

WIDTHS = (64, 76, 266, 176, 44, 148, 78, 92, 110, 92, 54, 56)
ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
INKS = {Severity.ERROR: BELOW_INK, Severity.WARNING: LINK, Severity.INFO: MUTED}
LEVEL, CODE, TIMES = FIRST_COLUMN, FIRST_COLUMN + 1, FIRST_COLUMN + 4
GAP_ROWS = 3
# Excel shows no more of a cell than 409 points of height.
MOST_CELLS = 60
LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """All findings of one severity and code."""

    severity: Severity
    code: str
    findings: tuple[Finding, ...]

    def lines(self) -> Iterator[Told]:
        """Go through the lines that tell them, what repeats in one return folded."""
        for _, found in by_file(self.findings):
            yield from digest(found)


def draw_problems(sheet: Sheet, context: Context, places: Places) -> None:
    """Draw the findings by cause, then the list; what only informs is counted, not listed."""
    causes = causes_of(context.comparison.findings)
    listed = [told for c in causes if c.severity is not Severity.INFO for told in c.lines()]
    lines = _Lines(context, places, linked=len(listed) <= MOST_LINKS)
    offset = max(len(causes), 1) + GAP_ROWS
    detail = Table(
        title="",
        note="",
        columns=_columns(context, "detail"),
        rows=[lines.row(told) for told in listed],
        offset=offset,
    )
    summary = Table(
        title=problems_title(context),
        note=context.basis + context.say("report.problems_note"),
        columns=_columns(context, "cause"),
        rows=[_cause_row(context, cause, detail) for cause in causes],
        filtered=False,
        frozen=1,
    )
    draw_table(sheet, summary, context.looks)
    last_row = summary.last_row
    if listed:
        draw_table(sheet, detail, context.looks)
        last_row = detail.last_row
    shown = detail if listed else summary
    page = context.page(sheet.name, last_row=last_row, last_column=FIRST_COLUMN + len(WIDTHS) - 1)
    print_table(sheet, shown, page)


def causes_of(findings: Sequence[Finding]) -> list[Cause]:
    """Group findings by severity and code, the worst and most frequent first."""
    groups: dict[tuple[Severity, str], list[Finding]] = {}
    for found in findings:
        groups.setdefault((found.severity, found.code), []).append(found)
    causes = [
        Cause(severity=severity, code=code, findings=tuple(found))
        for (severity, code), found in groups.items()
    ]
    return sorted(causes, key=lambda c: (ORDER[c.severity], -len(c.findings), c.code))


def _columns(context: Context, kind: str) -> list[Column]:
    """Return the columns of both tables; they share the widths of the sheet."""
    heads = {
        "cause": ("level", "code", "example", "example_label", "times", "returns", "explained"),
        "detail": (
            *("level", "code", "message", "subject", "times", "label", "value", "note"),
            *("file", "sheet", "cell", "here"),
        ),
    }[kind]
    columns = []
    for name, px in zip((*heads, *([""] * (len(WIDTHS) - len(heads)))), WIDTHS, strict=True):
        count = name in ("times", "returns", "explained")
        columns.append(
            Column(
                head=_head(context, name) if name else "",
                unit=_unit(context, name) if count else "",
                px=px,
                align="right" if count else "left",
                num_format=COUNT_OR_DASH if count else "General",
                wrap=not count,
            )
        )
    return columns


def _head(context: Context, name: str) -> str:
    if name == "subject":
        return context.subject_noun
    return context.say(f"report.problem_{name}")


def _unit(context: Context, name: str) -> str:
    return context.say("report.copies_unit" if name == "returns" else "report.places_unit")


def _level(context: Context, severity: Severity) -> Cell:
    word = context.say(f"report.severity_{severity.value}")
    return Cell(word, ink=INKS[severity], bold=severity is Severity.ERROR)


def _level_now(context: Context, found: Finding) -> Cell:
    """Return what a finding still asks for: nothing once it is explained."""
    if found.is_explained:
        return Cell(context.say("report.severity_explained"), ink=MUTED)
    return _level(context, found.severity)


def _cause_row(context: Context, cause: Cause, detail: Table) -> list[Entry]:
    first = cause.findings[0]
    explained = sum(found.is_explained for found in cause.findings)
    returns = len({found.return_id or found.file for found in cause.findings})
    times: Entry = float(len(cause.findings))
    told: Entry = float(explained)
    if cause.severity is not Severity.INFO:
        word = context.say(f"report.severity_{cause.severity.value}")
        same = f"({_cells(detail, CODE)}={quoted(cause.code)})"
        is_open = f"({_cells(detail, LEVEL)}={quoted(word)})"
        is_told = f"({_cells(detail, LEVEL)}={quoted(context.say('report.severity_explained'))})"
        is_any = f"({is_open}+{is_told})" if cause.severity is Severity.WARNING else is_open
        counts = _cells(detail, TIMES)
        times = Formula(f"=SUMPRODUCT({same}*{is_any}*{counts})", len(cause.findings))
        if cause.severity is Severity.WARNING:
            told = Formula(f"=SUMPRODUCT({same}*{is_told}*{counts})", explained)
    row: list[Entry] = [
        _level(context, cause.severity),
        inert(cause.code),
        inert(first.message),
        Cell(inert(first.label or base_name(first.file)) or DASH, ink=MUTED),
        times,
        float(returns),
        told,
    ]
    return [*row, *([""] * (len(WIDTHS) - len(row)))]


def _cells(detail: Table, column: int) -> str:
    first = address(detail.first_row, column, absolute=True)
    return f"{first}:{address(detail.last_row, column, absolute=True)}"


class _Lines:
    """Makes the lines of the list."""

    def __init__(self, context: Context, places: Places, *, linked: bool) -> None:
        self._context, self._places, self._linked = context, places, linked
        ids = context.comparison.returns["return_id"]
        self._rows = {return_id: place for place, return_id in enumerate(ids)}

    def row(self, told: Told) -> list[Entry]:
        """Return a line, which may stand for several findings that say the same."""
        context, found = self._context, told.finding
        subject = context.subject_names.get(found.return_id, "")
        return [
            _level_now(context, found),
            inert(found.code),
            self._message(told),
            inert(subject) or DASH,
            float(len(told.rest) or 1),
            inert(found.label) or DASH,
            inert(one_line(found.value, LONGEST_VALUE)) or DASH,
            *(inert(text) or DASH for text in (found.note, base_name(found.file), found.sheet)),
            self._cell(found),
            self._here(found),
        ]

    def _message(self, told: Told) -> str:
        if not told.rest:
            return inert(told.finding.message)
        cells = [found.cell or found.label for found in told.rest]
        shown = self._context.say("report.comma").join(cells[:MOST_CELLS])
        name = "report.problem_alike" if len(cells) <= MOST_CELLS else "report.problem_alike_cut"
        figures = {"message": told.finding.message, "count": len(cells), "cells": shown}
        return inert(self._context.say(name, **figures))

    def _here(self, found: Finding) -> Content:
        """Return the link to the answer on its section sheet, where it has one."""
        place = self._rows.get(found.return_id)
        if not self._linked or place is None or found.key not in self._places.columns:
            return DASH
        reference = self._places.cell(found.key, place)
        return Link(f"internal:{reference}", reference.rpartition("!")[2].replace("$", ""))

    def _cell(self, found: Finding) -> Content:
        place = {"file": found.file, "sheet": found.sheet, "cell": found.cell}
        return (cell_content(self._context, place) if self._linked else inert(found.cell)) or DASH


def problems_title(context: Context) -> str:
    """Tell how many findings there are, as a sentence."""
    quality = context.comparison.quality
    figures = {"sheet": context.names.problems, "count": context.count}
    waiting = quality.warnings - quality.explained
    if not quality.errors and not quality.warnings:
        return context.say("report.problems_title_none", **figures)
    return context.say(
        "report.problems_title",
        errors=quality.errors,
        warnings=quality.warnings,
        waiting=waiting,
        **figures,
    )
