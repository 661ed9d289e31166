"""What a check says: as text for people, as JSON for programs, as a workbook for an officer."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

from clusterxl.cli.console import tell
from clusterxl.cli.intake import Intake
from clusterxl.digest import Entry, by_file, digest
from clusterxl.finding import Finding
from clusterxl.findings_book import count_line, level_of, write_findings
from clusterxl.sentences import one_line, say

UNREADABLE = "unreadable"
# So many cells are named in one line; the workbook of findings has them all.
MOST_CELLS = 60
# Of a long answer its beginning is enough to know it by.
MOST_CHARS = 60
_QUOTED = re.compile("[「“](.+?)[」”]")
RETURN_COLUMNS = ("file", "form", "unit", "subject", "status", "errors", "warnings", "explained")
FINDING_FIELDS = (
    *("code", "severity", "file", "sheet", "cell", "cells", "key", "label", "value"),
    *("message", "note"),
)


def as_text(intake: Intake) -> str:
    """Return the findings by file, then what was left alone, then the sum."""
    lines = [*finding_lines(intake.findings), *closing_lines(intake)]
    return "\n".join(lines)


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Go through the lines that tell findings, a head line a file, the worst first."""
    for file, found in by_file(findings):
        yield file
        yield from entry_lines(found)


def entry_lines(findings: Sequence[Finding], *, typed: bool = False) -> Iterator[str]:
    """Go through the lines that tell the findings of one file, the worst first.

    Args:
        findings: What was found in one file.
        typed: Say what stands in the cell, where the sentence does not.
    """
    for entry in digest(findings):
        yield _rest_line(entry.rest) if entry.rest else _finding_line(entry, typed=typed)


def _finding_line(entry: Entry, *, typed: bool) -> str:
    finding = entry.finding
    place = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet
    where = () if entry.is_beside else (place, _untold_label(finding))
    note = say("findings.noted", note=finding.note) if finding.is_explained else ""
    value = _untold_value(finding) if typed else ""
    parts = (level_of(finding), *where, finding.message, value, note, f"[{finding.code}]")
    # What is told of the same cell stands under it.
    return ("    " if entry.is_beside else "  ") + "  ".join(part for part in parts if part)


def _untold_label(finding: Finding) -> str:
    """Return the label, where the message does not name the question itself."""
    quoted = _QUOTED.findall(finding.message)
    is_told = finding.label in finding.message or any(map(finding.label.startswith, quoted))
    return "" if is_told else finding.label


def _untold_value(finding: Finding) -> str:
    """Return what stands in the cell, where the message does not say it."""
    value = one_line(finding.value, MOST_CHARS)
    return say("findings.typed", value=value) if value and value not in finding.message else ""


def _rest_line(found: Sequence[Finding]) -> str:
    """Name the places on one sheet of which the same is told as in the lines before."""
    first = found[0]
    between = say("findings.between")
    cells = between.join(f.cell for f in found[:MOST_CELLS] if f.cell)
    place = "!".join(part for part in (first.sheet, cells) if part)
    labels = between.join(dict.fromkeys(f.label for f in found[:MOST_CELLS] if not f.cell))
    told = say("findings.rest", count=len(found))
    parts = (level_of(first), place, told, labels, f"[{first.code}]")
    return "  " + "  ".join(part for part in parts if part)


def closing_lines(intake: Intake) -> Iterator[str]:
    """Go through the lines that close a report: files left alone, and the sum."""
    for skipped in intake.skipped:
        yield say("cli.skipped", file=skipped.file, reason=skipped.reason)
    yield count_line(intake.findings, returns=intake.files)


def as_json(intake: Intake, *, ascii_only: bool = False) -> str:
    """Return the document of `check --format json`, version 1.

    Args:
        intake: What came in, checked.
        ascii_only: Write everything beyond ASCII as escapes, for a console that is not UTF-8.
    """
    document = {
        "version": 1,
        "returns": [*_unreadable(intake), *_returns(intake)],
        "findings": [finding_object(finding) for finding in intake.findings],
    }
    return json.dumps(document, ensure_ascii=ascii_only, indent=1)


def finding_object(finding: Finding) -> dict[str, Any]:
    """Return a finding as it stands in documents for programs."""
    return {name: getattr(finding, name) for name in FINDING_FIELDS}


def _unreadable(intake: Intake) -> Iterator[dict[str, Any]]:
    for file in intake.unread:
        yield {
            "file": file,
            **dict.fromkeys(("form", "unit", "subject"), ""),
            "status": UNREADABLE,
            "errors": 1,
            "warnings": 0,
            "explained": 0,
        }


def _returns(intake: Intake) -> Iterator[dict[Hashable, Any]]:
    for group in intake.groups:
        yield from group.returns[list(RETURN_COLUMNS)].to_dict("records")


def as_bytes(intake: Intake, kind: str) -> bytes:
    """Return what a check says as the content of a file: `text`, `json` or `xlsx`."""
    if kind == "xlsx":
        return write_findings(intake.findings, returns=intake.files)
    text = as_json(intake) if kind == "json" else as_text(intake)
    return f"{text}\n".encode("utf-8", errors="backslashreplace")


def tell_findings(intake: Intake, findings: Iterable[Finding]) -> None:
    """Print findings on standard error, where they do not mix with output, and the sum.

    Where there are more than these, the last line says how to see them.
    """
    told = tuple(findings)
    for line in (*finding_lines(told), *closing_lines(intake)):
        tell(line, err=True)
    if len(told) < len(intake.findings):
        tell(say("findings.more"), err=True)
