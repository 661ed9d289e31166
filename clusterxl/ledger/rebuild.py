"""Everything derived, written anew from archive and journal; and whether all three agree."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from clusterxl.errors import LedgerError
from clusterxl.finding import Finding, Severity
from clusterxl.ledger.journal import entries, put_journal, verify_journal
from clusterxl.ledger.model import Judge, Verdict, canonical
from clusterxl.ledger.receive import figures
from clusterxl.ledger.records import find_returns
from clusterxl.ledger.replay import apply, put_findings
from clusterxl.ledger.schema import DERIVED, migrate
from clusterxl.ledger.store import Ledger, dump_tables, purged_bytes
from clusterxl.sentences import say

# The one table that the journal alone does not give: it takes the judge.
_JUDGED = "findings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild came to.

    Attributes:
        returns: How many returns were judged.
        otherwise: Hashes of returns of which the judge now says something else than the journal
            tells; their states are as the journal has them until they are judged anew.
    """

    returns: int
    otherwise: tuple[str, ...]


def rebuild(ledger: Ledger, judge: Judge) -> Rebuilt:
    """Drop all tables but the journal and write them anew, in one transaction.

    The order of receipt and what was decided come from the journal, what is told about a return
    from its bytes. With the judge that judged before, every row is as it was.

    Args:
        ledger: The ledger.
        judge: Finds out about the bytes.

    Returns:
        What it came to.

    Raises:
        LedgerError: The journal was tampered with, or the archive lost or changed a file.
        OutputError: The ledger cannot be written.
    """
    with ledger.transaction():
        return _rebuild(ledger, judge)


def restore(ledger: Ledger, text: str, judge: Judge) -> Rebuilt:
    """Fill an empty ledger from a journal that was kept elsewhere, and the archive beside it.

    Args:
        ledger: The ledger, just made.
        text: What `journal_text` returned.
        judge: Finds out about the bytes.

    Returns:
        What it came to.

    Raises:
        LedgerError: The ledger is not empty, the text is no journal or was tampered with, or the
            archive lost or changed a file.
        OutputError: The ledger cannot be written.
    """
    with ledger.transaction():
        put_journal(ledger.connection, text)
        return _rebuild(ledger, judge)


def verify_ledger(ledger: Ledger, *, noted: str = "") -> tuple[Finding, ...]:
    """Check journal, archive and tables against each other; nothing is changed.

    Args:
        ledger: The ledger.
        noted: A head of the journal that was printed earlier.

    Returns:
        What does not agree.
    """
    connection = ledger.connection
    broken = verify_journal(connection, noted=noted)
    arrived = {
        str(row[0])
        for row in connection.execute("SELECT DISTINCT sha256 FROM arrivals WHERE sha256 <> ''")
    }
    kept = arrived - set(purged_bytes(connection))
    # Tables are what the journal makes of them; of a journal that was changed, nothing follows.
    tables = () if broken else tuple(_changed_tables(connection))
    return (*broken, *tables, *ledger.archive.verify(kept))


def _rebuild(ledger: Ledger, judge: Judge) -> Rebuilt:
    connection = ledger.connection
    if broken := verify_journal(connection):
        raise LedgerError(broken[0].message, code="ledger.journal_changed")
    for table in DERIVED:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    for entry in entries(connection):
        apply(connection, entry)
    kept = [found for found in find_returns(ledger) if not found.purged]
    otherwise = []
    for found in kept:
        verdict = judge(ledger.archive.read(found.sha256), found.file)
        put_findings(connection, found.sha256, verdict.findings)
        if not _agrees(ledger, found.sha256, verdict):
            otherwise.append(found.sha256)
    return Rebuilt(returns=len(kept), otherwise=tuple(otherwise))


def _agrees(ledger: Ledger, sha256: str, verdict: Verdict) -> bool:
    """Whether a verdict has the figures that the journal tells."""
    names = ("readable", "errors", "warnings", "values_hash", "counts")
    row = ledger.connection.execute(
        f"SELECT {', '.join(names)} FROM returns WHERE sha256 = ?",  # noqa: S608
        (sha256,),
    ).fetchone()
    told = {**figures(verdict), "counts": canonical(dict(verdict.counts))}
    return tuple(row) == tuple(told[name] for name in names)


def _changed_tables(connection: sqlite3.Connection) -> Iterator[Finding]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as trial:
        migrate(trial, name=":memory:")
        for row in connection.execute("SELECT * FROM journal ORDER BY number"):
            marks = ", ".join("?" * len(row))
            trial.execute(f"INSERT INTO journal VALUES ({marks})", row)  # noqa: S608
        for entry in entries(trial):
            apply(trial, entry)
        for table in DERIVED:
            is_same = dump_tables(trial, (table,)) == dump_tables(connection, (table,))
            if table != _JUDGED and not is_same:
                yield Finding(
                    code="LED-TABLE",
                    severity=Severity.ERROR,
                    message=say("ledger.table_changed", table=table),
                )
