"""The sheets of findings: how often each cause occurs, and the findings line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clusterxl.digest import Entry as Told
from clusterxl.digest import by_file, digest
from clusterxl.excel.cells import Content, Formula, Link, address, sheet_reference
from clusterxl.excel.sheet import Sheet
from clusterxl.finding import Finding, Severity
from clusterxl.report.context import DASH, Context, base_name, inert
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.looks import BELOW_INK, COUNT_OR_DASH, LINK, MUTED, quoted
from clusterxl.report.places import Places
from clusterxl.report.sources import MOST_LINKS, cell_content
from clusterxl.report.tables import FIRST_COLUMN, Cell, Column, Entry, Table
from clusterxl.sentences import one_line

CAUSE = ("level", "code", "example", "example_label", "times", "returns", "explained")
CAUSE_WIDTHS = (78, 92, 520, 220, 56, 56, 64)
DETAIL = (
    *("level", "code", "message", "subject", "times", "label", "value", "note"),
    *("file", "sheet", "cell", "here"),
)
DETAIL_WIDTHS = (64, 76, 246, 176, 44, 148, 98, 92, 110, 92, 54, 56)
ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
INKS = {Severity.ERROR: BELOW_INK, Severity.WARNING: LINK, Severity.INFO: MUTED}
LEVEL, CODE, TIMES = FIRST_COLUMN, FIRST_COLUMN + 1, FIRST_COLUMN + 4
# Excel shows no more of a cell than 409 points of height.
MOST_CELLS = 60
# Nobody reads more lines, and a sheet has no more than ten times as many rows.
MOST_LINES = 100_000
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


def draw_problems(by_cause: Sheet, by_line: Sheet, context: Context, places: Places) -> None:
    """Draw the findings by cause and the list; what only informs is counted, not listed.

    Each has a sheet of its own: heads are repeated on every page only from the top of a sheet, for
    LibreOffice loses rows where those it repeats stand further down.

    Args:
        by_cause: The sheet of causes.
        by_line: The sheet of the list.
        context: The comparison.
        places: Where the answers stand.
    """
    causes = causes_of(context.comparison.findings)
    told = [line for c in causes if c.severity is not Severity.INFO for line in c.lines()]
    listed = told[:MOST_LINES]
    lines = _Lines(context, places, linked=len(listed) <= MOST_LINKS)
    note = context.basis + context.say("report.problems_note", sheet=by_cause.name)
    if len(listed) < len(told):
        gap = context.say("report.sentence_gap")
        note += gap + context.say("report.problems_cut", most=f"{MOST_LINES:,}")
    detail = Table(
        title=problems_title(context, by_line.name),
        note=note,
        columns=_columns(context, DETAIL, DETAIL_WIDTHS),
        rows=[lines.row(line) for line in listed],
    )
    counts = _Counts(context, by_line.name, detail, live=len(listed) == len(told))
    summary = Table(
        title=problems_title(context, by_cause.name),
        note=context.basis + context.say("report.causes_note", sheet=by_line.name),
        columns=_columns(context, CAUSE, CAUSE_WIDTHS),
        rows=[counts.row(cause) for cause in causes],
    )
    for sheet, table in ((by_cause, summary), (by_line, detail)):
        draw_table(sheet, table, context.looks)
        last = FIRST_COLUMN + len(table.columns) - 1
        print_table(
            sheet, table, context.page(sheet.name, last_row=table.last_row, last_column=last)
        )


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


def _columns(context: Context, heads: Sequence[str], widths: Sequence[int]) -> list[Column]:
    columns = []
    for name, px in zip(heads, widths, strict=True):
        count = name in ("times", "returns", "explained")
        columns.append(
            Column(
                head=_head(context, name),
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


class _Counts:
    """Makes the lines of causes, which count the lines of the list where that has them all."""

    def __init__(self, context: Context, sheet: str, detail: Table, *, live: bool) -> None:
        self._context, self._sheet, self._detail, self._live = context, sheet, detail, live

    def row(self, cause: Cause) -> list[Entry]:
        """Return the line of a cause."""
        context, first = self._context, cause.findings[0]
        returns = len({found.return_id or found.file for found in cause.findings})
        times, explained = self._counted(cause)
        return [
            _level(context, cause.severity),
            inert(cause.code),
            inert(first.message),
            Cell(inert(first.label or base_name(first.file)) or DASH, ink=MUTED),
            times,
            float(returns),
            explained,
        ]

    def _counted(self, cause: Cause) -> tuple[Entry, Entry]:
        """Return how many findings there are, and how many of them are explained."""
        all_told, explained = len(cause.findings), sum(f.is_explained for f in cause.findings)
        if cause.severity is Severity.INFO or not self._live:
            return float(all_told), float(explained)
        is_open = self._is(LEVEL, f"report.severity_{cause.severity.value}")
        is_told = self._is(LEVEL, "report.severity_explained")
        same = f"({self._cells(CODE)}={quoted(cause.code)})"
        counts = self._cells(TIMES)
        if cause.severity is Severity.ERROR:
            return Formula(f"=SUMPRODUCT({same}*{is_open}*{counts})", all_told), float(explained)
        return (
            Formula(f"=SUMPRODUCT({same}*({is_open}+{is_told})*{counts})", all_told),
            Formula(f"=SUMPRODUCT({same}*{is_told}*{counts})", explained),
        )

    def _is(self, column: int, word: str) -> str:
        return f"({self._cells(column)}={quoted(self._context.say(word))})"

    def _cells(self, column: int) -> str:
        first = address(self._detail.first_row, column, absolute=True)
        last = address(self._detail.last_row, column, absolute=True)
        return sheet_reference(self._sheet, f"{first}:{last}")


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
            inert(one_line(found.note, LONGEST_VALUE)) or DASH,
            *(inert(text) or DASH for text in (base_name(found.file), found.sheet)),
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


def problems_title(context: Context, sheet: str) -> str:
    """Tell how many findings there are, as a sentence that begins with the name of a sheet."""
    quality = context.comparison.quality
    figures = {"sheet": sheet, "count": context.count}
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
