"""The journal: every act, each entry chained to the one before; nothing is changed or taken out."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from clusterxl.errors import LedgerError
from clusterxl.finding import Finding, Severity
from clusterxl.ledger.model import canonical, storable
from clusterxl.sentences import say

# What the first entry follows.
ROOT = "0" * 64
_COLUMNS = (
    *("number", "at", "who", "act", "subject", "tool", "form", "rules", "reason"),
    *("payload", "private", "private_hash", "before", "hash"),
)
_INSERT = (
    f"INSERT INTO journal ({', '.join(_COLUMNS)}) "  # noqa: S608
    f"VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_CHAINED = tuple(name for name in _COLUMNS if name not in ("private", "hash"))


class Act(StrEnum):
    """What is entered."""

    FACTS = "facts"
    BEGIN = "begin"
    RECEIVE = "receive"
    REPEAT = "repeat"
    SKIP = "skip"
    END = "end"
    REJUDGE = "rejudge"
    ACCEPT = "accept"
    REJECT = "reject"
    EXCLUDE = "exclude"
    READMIT = "readmit"
    PURGE = "purge"
    ISSUE = "issue"
    CORRECT = "correct"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the journal.

    Attributes:
        number: From 1, without gaps.
        at: When, in UTC.
        who: User and host, or the name given.
        act: What was done.
        subject: What it was done to: the hash of a return, or nothing.
        tool: Version of clusterxl.
        form: Version of the form.
        rules: Hash of the rules.
        reason: Why, in the words of who did it.
        payload: All that follows from it, as canonical JSON.
        private: What of it a purge must be able to take away, such as names of files and
            subjects, as canonical JSON; None when it was.
        private_hash: Hash of that; it stays.
        before: Hash of the entry before.
        hash: Hash of all of this but `private`.
    """

    number: int
    at: str
    who: str
    act: Act
    subject: str
    tool: str
    form: str
    rules: str
    reason: str
    payload: str
    private: str | None
    private_hash: str
    before: str
    hash: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """What follows from it, the private part included while it is there."""
        return {**json.loads(self.private or "{}"), **json.loads(self.payload)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who does something, when, with what.

    Attributes:
        at: When, in UTC.
        who: User and host, or the name given.
        tool: Version of clusterxl.
        form: Version of the form.
        rules: Hash of the rules.
    """

    at: str
    who: str
    tool: str
    form: str
    rules: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is to be entered.

    Attributes:
        act: What is done.
        payload: All that follows from it.
        private: What of it a purge must be able to take away.
        subject: What it is done to.
        reason: Why.
    """

    act: Act
    payload: Mapping[str, Any]
    private: Mapping[str, Any] | None = None
    subject: str = ""
    reason: str = ""


def append(connection: sqlite3.Connection, deed: Deed, signature: Signature) -> Entry:
    """Enter a deed, inside the transaction that does it.

    Returns:
        The entry.
    """
    number, before = _last(connection)
    private = canonical(deed.private or {})
    entry = Entry(
        number=number + 1,
        at=signature.at,
        who=storable(signature.who),
        act=deed.act,
        subject=deed.subject,
        tool=signature.tool,
        form=signature.form,
        rules=signature.rules,
        reason=storable(deed.reason),
        payload=canonical(deed.payload),
        private=private,
        private_hash=_sha256(private),
        before=before,
    )
    entry = replace(entry, hash=_hash(entry))
    connection.execute(_INSERT, [getattr(entry, name) for name in _COLUMNS])
    return entry


def entries(connection: sqlite3.Connection) -> Iterator[Entry]:
    """Go through the journal, oldest first."""
    for row in connection.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM journal ORDER BY number"  # noqa: S608
    ):
        found = dict(zip(_COLUMNS, row, strict=True))
        yield Entry(**{**found, "act": Act(found["act"])})


def journal_text(connection: sqlite3.Connection) -> str:
    """Return the journal as JSON, an entry a line: with the archive, all that must be kept.

    The private parts stand in it as well.
    """
    return "".join(
        canonical({name: getattr(entry, name) for name in _COLUMNS}) + "\n"
        for entry in entries(connection)
    )


def put_journal(connection: sqlite3.Connection, text: str) -> None:
    """Write a journal into a ledger that has none.

    Args:
        connection: The ledger.
        text: What `journal_text` returned.

    Raises:
        LedgerError: It is no journal, or the ledger has one.
    """
    if _last(connection)[0]:
        raise LedgerError(say("ledger.not_empty"), code="ledger.not_empty")
    # Texts may hold other ends of lines.
    lines = text.removesuffix("\n").split("\n")
    try:
        rows = [[json.loads(line)[name] for name in _COLUMNS] for line in lines]
        connection.executemany(_INSERT, rows)
    except (ValueError, KeyError, TypeError, sqlite3.Error) as error:
        raise LedgerError(say("ledger.no_journal"), code="ledger.no_journal") from error


def head(connection: sqlite3.Connection) -> str:
    """Return the hash of the last entry: who has noted it knows all before it for unchanged."""
    return _last(connection)[1]


def redact(connection: sqlite3.Connection, subjects: tuple[str, ...]) -> None:
    """Take away the private part of all entries about some returns; the chain holds without."""
    connection.executemany(
        "UPDATE journal SET private = NULL WHERE subject = ? AND private IS NOT NULL",
        [(subject,) for subject in subjects],
    )


def verify_journal(connection: sqlite3.Connection, *, noted: str = "") -> tuple[Finding, ...]:
    """Walk the chain.

    Args:
        connection: The ledger.
        noted: A head that was printed earlier; the chain must still pass through it.

    Returns:
        A finding that names the first line that was changed, taken out or put in; another when
        the chain does not pass through the head that was noted, because its end was cut off.
    """
    # Of these, and no others, the private part may be gone.
    purged = {
        str(row[0])
        for row in connection.execute("SELECT subject FROM journal WHERE act = ?", (Act.PURGE,))
    }
    before, seen = ROOT, set()
    rows = connection.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM journal ORDER BY number"  # noqa: S608
    )
    for number, row in enumerate(rows, start=1):
        found = dict(zip(_COLUMNS, row, strict=True))
        if (found["number"], found["before"]) != (number, before) or not _is_whole(found, purged):
            return (_told("LED-JOURNAL", "journal_changed", number=number),)
        before = found["hash"]
        seen.add(before)
    if noted and noted not in seen:
        return (_told("LED-HEAD", "journal_cut", head=noted),)
    return ()


def _is_whole(found: Mapping[str, Any], purged: set[str]) -> bool:
    private = found["private"]
    kept = (
        found["subject"] in purged
        if private is None
        else (_sha256(private) == found["private_hash"])
    )
    return kept and found["hash"] == _sha256(canonical([found[name] for name in _CHAINED]))


def _last(connection: sqlite3.Connection) -> tuple[int, str]:
    row = connection.execute("SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1")
    number, found = row.fetchone() or (0, ROOT)
    return int(number), str(found)


def _hash(entry: Entry) -> str:
    return _sha256(canonical([getattr(entry, name) for name in _CHAINED]))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _told(code: str, name: str, /, **figures: Any) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, message=say(f"ledger.{name}", **figures))
