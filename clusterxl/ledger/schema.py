"""The tables of the ledger, and how an older ledger becomes a newer one."""

from __future__ import annotations

import sqlite3

from clusterxl.errors import LedgerError
from clusterxl.ledger.states import State
from clusterxl.sentences import say

# STRICT tables came with it.
OLDEST_SQLITE = (3, 37, 0)

_STATES = ", ".join(f"'{state}'" for state in State if state is not State.RECEIVED)
_APPEND_ONLY = "the journal is append-only"

_FIRST = (
    """CREATE TABLE journal (
        number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, act TEXT NOT NULL,
        subject TEXT NOT NULL, tool TEXT NOT NULL, form TEXT NOT NULL, rules TEXT NOT NULL,
        reason TEXT NOT NULL, payload TEXT NOT NULL, private TEXT, private_hash TEXT NOT NULL,
        before TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE
    ) STRICT""",
    "CREATE INDEX journal_by_subject ON journal (subject)",
    f"""CREATE TRIGGER journal_keeps BEFORE DELETE ON journal
        BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END""",
    # The one change that is allowed: a purge takes the private part away.
    f"""CREATE TRIGGER journal_stays BEFORE UPDATE ON journal
        WHEN NEW.private IS NOT NULL OR OLD.private IS NULL OR
            (NEW.number, NEW.at, NEW.who, NEW.act, NEW.subject, NEW.tool, NEW.form, NEW.rules,
             NEW.reason, NEW.payload, NEW.private_hash, NEW.before, NEW.hash) IS NOT
            (OLD.number, OLD.at, OLD.who, OLD.act, OLD.subject, OLD.tool, OLD.form, OLD.rules,
             OLD.reason, OLD.payload, OLD.private_hash, OLD.before, OLD.hash)
        BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END""",
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE receives (
        number INTEGER PRIMARY KEY, at TEXT NOT NULL, files INTEGER NOT NULL,
        names_hash TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'ended', 'broken off'))
    ) STRICT""",
    f"""CREATE TABLE returns (
        sha256 TEXT PRIMARY KEY, receive INTEGER NOT NULL REFERENCES receives,
        received TEXT NOT NULL, file TEXT NOT NULL, stamp TEXT NOT NULL,
        unit TEXT NOT NULL, subject TEXT NOT NULL, serial TEXT NOT NULL, round INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ({_STATES})),
        decided INTEGER NOT NULL CHECK (decided IN (0, 1)),
        readable INTEGER NOT NULL CHECK (readable IN (0, 1)),
        certain INTEGER NOT NULL CHECK (certain IN (0, 1)),
        errors INTEGER NOT NULL, warnings INTEGER NOT NULL, counts TEXT NOT NULL,
        values_hash TEXT NOT NULL, superseded_by TEXT NOT NULL,
        purged INTEGER NOT NULL CHECK (purged IN (0, 1))
    ) STRICT""",
    "CREATE INDEX returns_by_slot ON returns (unit, serial)",
    "CREATE INDEX returns_by_successor ON returns (superseded_by)",
    # The last line of defence: no slot is ever counted twice.
    """CREATE UNIQUE INDEX one_accepted_a_serial ON returns (unit, serial)
        WHERE state = 'accepted' AND serial <> ''""",
    # Purged returns have no subject any more, and files of no unit have no slot.
    """CREATE UNIQUE INDEX one_accepted_a_subject ON returns (unit, subject)
        WHERE state = 'accepted' AND serial = '' AND unit <> '' AND subject <> ''""",
    """CREATE TABLE arrivals (
        receive INTEGER NOT NULL REFERENCES receives, position INTEGER NOT NULL,
        sha256 TEXT NOT NULL, file TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('return', 'repeated', 'skipped')),
        of TEXT REFERENCES returns,
        PRIMARY KEY (receive, position, sha256)
    ) STRICT""",
    "CREATE INDEX arrivals_by_hash ON arrivals (sha256)",
    "CREATE INDEX arrivals_by_return ON arrivals (of)",
    """CREATE TABLE findings (
        sha256 TEXT NOT NULL REFERENCES returns ON DELETE CASCADE, number INTEGER NOT NULL,
        code TEXT NOT NULL, severity TEXT NOT NULL, message TEXT NOT NULL, sheet TEXT NOT NULL,
        cell TEXT NOT NULL, cells TEXT NOT NULL, key TEXT NOT NULL, label TEXT NOT NULL,
        value TEXT NOT NULL, note TEXT NOT NULL,
        PRIMARY KEY (sha256, number)
    ) STRICT""",
    """CREATE TABLE doubts (
        sha256 TEXT NOT NULL REFERENCES returns, doubt TEXT NOT NULL,
        other TEXT NOT NULL REFERENCES returns,
        PRIMARY KEY (sha256, doubt, other)
    ) STRICT""",
    """CREATE TABLE issued (
        sha256 TEXT PRIMARY KEY, at TEXT NOT NULL, file TEXT NOT NULL, unit TEXT NOT NULL,
        serial TEXT NOT NULL, round INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX issued_by_slot ON issued (unit, serial)",
    """CREATE TABLE corrections (
        sha256 TEXT PRIMARY KEY, at TEXT NOT NULL, answers TEXT NOT NULL REFERENCES returns,
        file TEXT NOT NULL, round INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE decisions (
        number INTEGER PRIMARY KEY REFERENCES journal, at TEXT NOT NULL, who TEXT NOT NULL,
        sha256 TEXT NOT NULL REFERENCES returns, act TEXT NOT NULL, reason TEXT NOT NULL
    ) STRICT""",
)

_SECOND = (
    """CREATE TABLE reports (
        number INTEGER PRIMARY KEY REFERENCES journal, at TEXT NOT NULL, sha256 TEXT NOT NULL,
        file TEXT NOT NULL, returns TEXT NOT NULL
    ) STRICT""",
)

MIGRATIONS = (_FIRST, _SECOND)

# All but the journal: dropped and written anew by a rebuild; what refers to others first.
DERIVED = (
    *("reports", "decisions", "corrections", "issued", "doubts", "findings", "arrivals", "returns"),
    *("receives", "facts"),
)
TABLES = (*DERIVED, "journal")


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of the tables; 0 when there are none yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, *, name: str) -> None:
    """Bring the tables to the newest version, whole or not at all.

    Args:
        connection: The ledger.
        name: Its name, for the sentence.

    Raises:
        LedgerError: A newer clusterxl wrote it, or SQLite is too old.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise LedgerError(
            say("ledger.old_sqlite", found=sqlite3.sqlite_version, needed=needed),
            code="ledger.old_sqlite",
        )
    version = version_of(connection)
    if version > len(MIGRATIONS):
        raise LedgerError(say("ledger.newer", file=name), code="ledger.newer")
    if version == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    connection.execute("COMMIT")
