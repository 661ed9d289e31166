"""What a check says: as text for people, as JSON for programs, as a workbook for an officer."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

from clusterxl.cli.console import tell
from clusterxl.cli.intake import Intake
from clusterxl.finding import Finding
from clusterxl.findings_book import count_line, level_of, write_findings
from clusterxl.sentences import say

UNREADABLE = "unreadable"
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
    """Go through the lines that tell findings, a head line a file."""
    for (_, file), found in groupby(findings, key=attrgetter("return_id", "file")):
        yield file
        for finding in found:
            place = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet
            label = "" if finding.label in finding.message else finding.label
            code = f"[{finding.code}]"
            note = say("findings.noted", note=finding.note) if finding.is_explained else ""
            parts = (level_of(finding), place, label, finding.message, note, code)
            yield "  " + "  ".join(part for part in parts if part)


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
        "findings": [
            {name: getattr(finding, name) for name in FINDING_FIELDS} for finding in intake.findings
        ],
    }
    return json.dumps(document, ensure_ascii=ascii_only, indent=1)


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
    for records in intake.batches:
        yield from records.returns[list(RETURN_COLUMNS)].to_dict("records")


def as_bytes(intake: Intake, kind: str) -> bytes:
    """Return what a check says as the content of a file: `text`, `json` or `xlsx`."""
    if kind == "xlsx":
        return write_findings(intake.findings, returns=intake.files)
    text = as_json(intake) if kind == "json" else as_text(intake)
    return f"{text}\n".encode("utf-8", errors="backslashreplace")


def tell_findings(intake: Intake, findings: Iterable[Finding]) -> None:
    """Print findings on standard error, where they do not mix with output, and the sum."""
    for line in (*finding_lines(findings), *closing_lines(intake)):
        tell(line, err=True)
