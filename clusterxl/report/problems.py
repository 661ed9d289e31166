"""The sheet of findings: first how often each cause occurs, then every single finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clusterxl.excel.cells import Formula, address
from clusterxl.excel.sheet import Sheet
from clusterxl.finding import Finding, Severity
from clusterxl.report.context import DASH, Context, base_name, inert
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.looks import BELOW_INK, COUNT_OR_DASH, LINK, MUTED, quoted
from clusterxl.report.tables import FIRST_COLUMN, Cell, Column, Entry, Table

WIDTHS = (66, 80, 292, 190, 166, 90, 104, 114, 96, 50)
ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
INKS = {Severity.ERROR: BELOW_INK, Severity.WARNING: LINK, Severity.INFO: MUTED}
LEVEL, CODE = FIRST_COLUMN, FIRST_COLUMN + 1
GAP_ROWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """All findings of one severity and code."""

    severity: Severity
    code: str
    findings: tuple[Finding, ...]


def draw_problems(sheet: Sheet, context: Context) -> None:
    """Draw the findings by cause, then the list; what only informs is counted, not listed."""
    causes = causes_of(context.comparison.findings)
    listed = [(c, f) for c in causes if c.severity is not Severity.INFO for f in c.findings]
    offset = max(len(causes), 1) + GAP_ROWS
    detail = Table(
        title="",
        note="",
        columns=_columns(context, "detail"),
        rows=[_detail_row(context, cause, found) for cause, found in listed],
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
            *("level", "code", "message", "subject", "label", "value", "note"),
            *("file", "sheet", "cell"),
        ),
    }[kind]
    names = [_head(context, name) for name in heads]
    names += [""] * (len(WIDTHS) - len(names))
    columns = []
    for place, (head, px) in enumerate(zip(names, WIDTHS, strict=True)):
        count = kind == "cause" and place in (4, 5, 6)
        columns.append(
            Column(
                head=head,
                unit=_unit(context, heads[place]) if count else "",
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
        times = Formula(f"=SUMPRODUCT({same}*{is_any})", len(cause.findings))
        if cause.severity is Severity.WARNING:
            told = Formula(f"=SUMPRODUCT({same}*{is_told})", explained)
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


def _detail_row(context: Context, cause: Cause, found: Finding) -> list[Entry]:
    subjects = context.subject_names
    texts = (
        cause.code,
        found.message,
        subjects.get(found.return_id, ""),
        found.label,
        found.value,
        found.note,
        base_name(found.file),
        found.sheet,
        found.cell,
    )
    return [_level_now(context, found), *(inert(text) or DASH for text in texts)]


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
