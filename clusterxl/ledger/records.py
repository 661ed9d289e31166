"""What else a batch remembers, and what it is asked for: facts, workbooks, returns, findings."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from clusterxl.errors import LedgerError
from clusterxl.finding import Finding, Severity
from clusterxl.ledger.journal import Act, Deed
from clusterxl.ledger.model import Asked, Correction, Doubt, Issued, Recorded, Report
from clusterxl.ledger.states import State
from clusterxl.ledger.store import Ledger, undamaged
from clusterxl.sentences import say

_RECORDED = tuple(part.name for part in fields(Recorded))
_FINDING = tuple(part.name for part in fields(Finding) if part.name not in ("return_id", "file"))
_SENTENCES = {
    Doubt.TWICE: "twice",
    Doubt.SUBJECT: "other_subject",
    Doubt.OLDER: "older_round",
    Doubt.AGAIN: "again",
}
# First digits of a hash, enough to name a return.
ID_LENGTH = 12


def set_facts(ledger: Ledger, facts: Mapping[str, str], *, reason: str = "") -> None:
    """Set facts of the batch, such as the version of its form; the same ones change nothing.

    Raises:
        OutputError: The ledger cannot be written.
    """
    with ledger.transaction():
        changed = {name: text for name, text in facts.items() if ledger.fact(name) != text}
        if changed:
            ledger.enter(Deed(act=Act.FACTS, payload={"facts": changed}, reason=reason))


def record_issued(ledger: Ledger, workbooks: Sequence[Issued]) -> None:
    """Record workbooks that were handed out, in one transaction; those known already are left out.

    Raises:
        OutputError: The ledger cannot be written.
    """
    with ledger.transaction():
        known = {str(row[0]) for row in ledger.connection.execute("SELECT sha256 FROM issued")}
        new = {book.sha256: asdict(book) for book in workbooks if book.sha256 not in known}
        if new:
            ledger.enter(Deed(act=Act.ISSUE, payload={"workbooks": list(new.values())}))


def record_correction(ledger: Ledger, correction: Correction) -> None:
    """Record a workbook that was sent back; one that is known changes nothing.

    Raises:
        LedgerError: There is no such return.
        OutputError: The ledger cannot be written.
    """
    with ledger.transaction():
        require_return(ledger, correction.answers)
        known = ledger.connection.execute(
            "SELECT 1 FROM corrections WHERE sha256 = ?", (correction.sha256,)
        )
        if known.fetchone() is None:
            payload = asdict(correction)
            ledger.enter(Deed(act=Act.CORRECT, payload=payload, subject=correction.answers))


def record_report(ledger: Ledger, report: Report) -> None:
    """Record a result that was written; the same as the last of its name changes nothing.

    Raises:
        LedgerError: It rests on a return that is not there.
        OutputError: The ledger cannot be written.
    """
    with ledger.transaction():
        for sha256 in report.returns:
            require_return(ledger, sha256)
        last = {one.file: one for one in find_reports(ledger)}.get(report.file)
        if report != last:
            ledger.enter(Deed(act=Act.REPORT, payload=asdict(report)))


def find_reports(ledger: Ledger) -> tuple[Report, ...]:
    """Return the results that were written, oldest first."""
    rows = ledger.connection.execute("SELECT sha256, file, returns FROM reports ORDER BY number")
    return tuple(
        Report(sha256=sha256, file=file, returns=tuple(json.loads(returns)))
        for sha256, file, returns in rows
    )


def find_returns(ledger: Ledger, *states: State) -> tuple[Recorded, ...]:
    """Return the returns in some states, or all, in the order of unit, serial and receipt."""
    wanted = states or tuple(State)
    rows = ledger.connection.execute(
        f"SELECT {', '.join(_RECORDED)} FROM returns "  # noqa: S608
        "ORDER BY unit, serial, receive, sha256"
    )
    found = (_recorded(row) for row in rows)
    return tuple(one for one in found if one.state in wanted)


def require_return(ledger: Ledger, name: str) -> Recorded:
    """Return the return of a hash, or of the first digits of one.

    Raises:
        LedgerError: There is none, or there are several.
    """
    rows = ledger.connection.execute(
        f"SELECT {', '.join(_RECORDED)} FROM returns "  # noqa: S608
        "WHERE sha256 >= ? AND sha256 < ? LIMIT 2",
        # Whatever begins with these digits comes before them and a "g".
        (name, f"{name}g"),
    ).fetchall()
    if len(rows) != 1 or not name:
        code = "ledger.many_returns" if rows and name else "ledger.no_return"
        raise LedgerError(say(code, name=name), code=code)
    return _recorded(rows[0])


def find_findings(ledger: Ledger, name: str) -> tuple[Finding, ...]:
    """Return what is told about a return: what the ledger asks, then what the check found.

    Args:
        ledger: The ledger.
        name: Hash of the return, or its first digits.

    Raises:
        LedgerError: There is none, or there are several.
    """
    recorded = require_return(ledger, name)
    rows = ledger.connection.execute(
        f"SELECT {', '.join(_FINDING)} FROM findings WHERE sha256 = ? ORDER BY number",  # noqa: S608
        (recorded.sha256,),
    )
    with undamaged(ledger.path):
        checked = tuple(_finding(row, recorded) for row in rows)
        asked = find_doubts(ledger.connection, recorded.sha256)
    return (*(_question(ledger, one, recorded) for one in asked), *checked)


def find_reason(ledger: Ledger, name: str) -> str:
    """Return why a person last decided about a return; empty where nobody did.

    Args:
        ledger: The ledger.
        name: Hash of the return, or its first digits.

    Raises:
        LedgerError: There is none, or there are several.
    """
    row = ledger.connection.execute(
        "SELECT reason FROM decisions WHERE sha256 = ? ORDER BY number DESC LIMIT 1",
        (require_return(ledger, name).sha256,),
    ).fetchone()
    return str(row[0]) if row else ""


def find_doubts(connection: sqlite3.Connection, sha256: str) -> tuple[Asked, ...]:
    """Return what the ledger asks about a return."""
    rows = connection.execute(
        "SELECT doubt, other FROM doubts WHERE sha256 = ? ORDER BY doubt, other", (sha256,)
    )
    return tuple(Asked(sha256=sha256, doubt=Doubt(doubt), other=other) for doubt, other in rows)


def find_issued(ledger: Ledger) -> tuple[Issued, ...]:
    """Return the workbooks that were handed out, by place."""
    names = [part.name for part in fields(Issued)]
    rows = ledger.connection.execute(
        f"SELECT {', '.join(names)} FROM issued ORDER BY file, sha256"  # noqa: S608
    )
    return tuple(Issued(**dict(zip(names, row, strict=True))) for row in rows)


def find_corrections(ledger: Ledger) -> tuple[Correction, ...]:
    """Return the workbooks that were sent back, by place."""
    names = [part.name for part in fields(Correction)]
    rows = ledger.connection.execute(
        f"SELECT {', '.join(names)} FROM corrections ORDER BY file, sha256"  # noqa: S608
    )
    return tuple(Correction(**dict(zip(names, row, strict=True))) for row in rows)


def _recorded(row: Sequence[Any]) -> Recorded:
    found = dict(zip(_RECORDED, row, strict=True))
    return Recorded(
        **{
            **found,
            "state": State(found["state"]),
            "decided": bool(found["decided"]),
            "purged": bool(found["purged"]),
            "counts": json.loads(found["counts"]),
        }
    )


def _finding(row: Sequence[Any], recorded: Recorded) -> Finding:
    found = dict(zip(_FINDING, row, strict=True))
    return Finding(
        **{
            **found,
            "severity": Severity(found["severity"]),
            "cells": tuple(json.loads(found["cells"])),
            "return_id": recorded.sha256[:ID_LENGTH],
            "file": recorded.file,
        }
    )


def _question(ledger: Ledger, asked: Asked, recorded: Recorded) -> Finding:
    other = require_return(ledger, asked.other)
    named = {
        "file": recorded.file or recorded.sha256[:ID_LENGTH],
        "other": other.file or other.sha256[:ID_LENGTH],
        "subject": recorded.subject,
        "other_subject": other.subject,
    }
    return Finding(
        code=asked.doubt,
        severity=Severity.WARNING,
        message=say(f"ledger.{_SENTENCES[asked.doubt]}", **named),
        return_id=recorded.sha256[:ID_LENGTH],
        file=recorded.file,
    )
