"""What each entry of the journal does to the tables: the same when it is made and ever after."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from clusterxl.finding import Finding
from clusterxl.ledger.journal import Act, Entry
from clusterxl.ledger.model import Asked, Doubt, Issued, canonical, storable
from clusterxl.ledger.states import State

_FINDING = (
    "code",
    "severity",
    "message",
    "sheet",
    "cell",
    "cells",
    "key",
    "label",
    "value",
    "note",
)
_FIGURES = ("readable", "certain", "errors", "warnings", "values_hash")
_IDENTITY = ("unit", "serial", "round")


def apply(connection: sqlite3.Connection, entry: Entry) -> None:
    """Do to the tables what an entry says.

    Of findings the journal knows only the numbers; `put_findings` writes them.
    """
    _APPLY[entry.act](connection, entry, entry.data)


def put_findings(
    connection: sqlite3.Connection, sha256: str, findings: tuple[Finding, ...]
) -> None:
    """Write the findings of a return in place of those it had."""
    connection.execute("DELETE FROM findings WHERE sha256 = ?", (sha256,))
    connection.executemany(
        f"INSERT INTO findings (sha256, number, {', '.join(_FINDING)}) "  # noqa: S608
        f"VALUES (?, ?, {', '.join('?' * len(_FINDING))})",
        [
            (sha256, number, *(_stored(found, name) for name in _FINDING))
            for number, found in enumerate(findings, start=1)
        ],
    )


def asked_of(payload: Mapping[str, Any]) -> tuple[Asked, ...]:
    """Return the doubts that an entry holds."""
    return tuple(
        Asked(sha256=sha256, doubt=Doubt(doubt), other=other)
        for sha256, doubt, other in payload.get("doubts", ())
    )


def _stored(found: Finding, name: str) -> str:
    value = getattr(found, name)
    return canonical(value) if name == "cells" else storable(str(value))


def _facts(connection: sqlite3.Connection, _: Entry, data: Mapping[str, Any]) -> None:
    connection.executemany(
        "INSERT INTO facts (name, value) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        sorted(data["facts"].items()),
    )


def _begin(connection: sqlite3.Connection, entry: Entry, data: Mapping[str, Any]) -> None:
    connection.execute("UPDATE receives SET state = 'broken off' WHERE state = 'open'")
    connection.execute(
        "INSERT INTO receives (number, at, files, names_hash, state) VALUES (?, ?, ?, ?, 'open')",
        (data["receive"], entry.at, data["files"], data["names_hash"]),
    )


def _end(connection: sqlite3.Connection, _: Entry, data: Mapping[str, Any]) -> None:
    connection.execute("UPDATE receives SET state = 'ended' WHERE number = ?", (data["receive"],))


def _receive(connection: sqlite3.Connection, entry: Entry, data: Mapping[str, Any]) -> None:
    sha256 = data["sha256"]
    _supersede(connection, data["supersedes"], sha256)
    columns = {
        "sha256": sha256,
        "receive": data["receive"],
        "received": entry.at,
        "file": data.get("file", ""),
        "stamp": canonical(data["stamp"]),
        "subject": data.get("subject", ""),
        "state": data["state"],
        "decided": 0,
        "counts": canonical(data["counts"]),
        "superseded_by": data["superseded_by"],
        "purged": 0,
        **{name: data[name] for name in (*_IDENTITY, *_FIGURES)},
    }
    connection.execute(
        f"INSERT INTO returns ({', '.join(columns)}) "  # noqa: S608
        f"VALUES ({', '.join('?' * len(columns))})",
        list(columns.values()),
    )
    connection.executemany(
        "UPDATE returns SET state = ? WHERE sha256 = ?",
        [(State.QUESTIONED, other) for other in data["asks"]],
    )
    _doubt(connection, data)
    _arrive(connection, data, "return", sha256)


def _repeat(connection: sqlite3.Connection, _: Entry, data: Mapping[str, Any]) -> None:
    _arrive(connection, data, "repeated", data["of"])


def _skip(connection: sqlite3.Connection, _: Entry, data: Mapping[str, Any]) -> None:
    _arrive(connection, data, "skipped", None)


def _arrive(
    connection: sqlite3.Connection, data: Mapping[str, Any], kind: str, of: str | None
) -> None:
    connection.execute(
        "INSERT INTO arrivals (receive, position, sha256, file, kind, of) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (data["receive"], data["position"], data["sha256"], data.get("file", ""), kind, of),
    )


def _supersede(connection: sqlite3.Connection, others: list[str], sha256: str) -> None:
    connection.executemany(
        "UPDATE returns SET state = ?, superseded_by = ? WHERE sha256 = ?",
        [(State.SUPERSEDED, sha256, other) for other in others],
    )


def _doubt(connection: sqlite3.Connection, data: Mapping[str, Any]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO doubts (sha256, doubt, other) VALUES (?, ?, ?)",
        [(asked.sha256, asked.doubt, asked.other) for asked in asked_of(data)],
    )


def _rejudge(connection: sqlite3.Connection, entry: Entry, data: Mapping[str, Any]) -> None:
    columns = {
        "state": data["state"],
        "counts": canonical(data["counts"]),
        **{name: data[name] for name in _FIGURES},
    }
    if "unit" in data:
        columns |= {name: data[name] for name in _IDENTITY}
        columns |= {"stamp": canonical(data["stamp"]), "subject": data.get("subject", "")}
    connection.execute(
        f"UPDATE returns SET {', '.join(f'{name} = ?' for name in columns)} "  # noqa: S608
        "WHERE sha256 = ?",
        [*columns.values(), entry.subject],
    )


def _accept(connection: sqlite3.Connection, entry: Entry, data: Mapping[str, Any]) -> None:
    _supersede(connection, data["supersedes"], entry.subject)
    connection.execute("DELETE FROM doubts WHERE sha256 = ?", (entry.subject,))
    connection.execute(
        "UPDATE returns SET unit = ?, serial = ?, certain = 1, superseded_by = '' WHERE sha256 = ?",
        (data["unit"], data["serial"], entry.subject),
    )
    _decide(connection, entry, data)


def _decide(connection: sqlite3.Connection, entry: Entry, data: Mapping[str, Any]) -> None:
    connection.execute(
        "UPDATE returns SET state = ?, decided = 1 WHERE sha256 = ?",
        (data["state"], entry.subject),
    )
    connection.execute(
        "INSERT INTO decisions (number, at, who, sha256, act, reason) VALUES (?, ?, ?, ?, ?, ?)",
        (entry.number, entry.at, entry.who, entry.subject, entry.act, entry.reason),
    )


def _purge(connection: sqlite3.Connection, entry: Entry, data: Mapping[str, Any]) -> None:
    sha256 = entry.subject
    connection.execute("DELETE FROM findings WHERE sha256 = ?", (sha256,))
    connection.execute("UPDATE arrivals SET file = '' WHERE of = ?", (sha256,))
    connection.execute(
        "UPDATE returns SET file = '', subject = '', values_hash = '', purged = 1 WHERE sha256 = ?",
        (sha256,),
    )
    _decide(connection, entry, data)


def _issue(connection: sqlite3.Connection, entry: Entry, data: Mapping[str, Any]) -> None:
    names = [part.name for part in fields(Issued)]
    connection.executemany(
        f"INSERT INTO issued (at, {', '.join(names)}) "  # noqa: S608
        f"VALUES (?, {', '.join('?' * len(names))})",
        [(entry.at, *(book[name] for name in names)) for book in data["workbooks"]],
    )


def _correct(connection: sqlite3.Connection, entry: Entry, data: Mapping[str, Any]) -> None:
    connection.execute(
        "INSERT INTO corrections (sha256, at, answers, file, round) VALUES (?, ?, ?, ?, ?)",
        (data["sha256"], entry.at, entry.subject, data["file"], data["round"]),
    )


def _report(connection: sqlite3.Connection, entry: Entry, data: Mapping[str, Any]) -> None:
    connection.execute(
        "INSERT INTO reports (number, at, sha256, file, returns) VALUES (?, ?, ?, ?, ?)",
        (entry.number, entry.at, data["sha256"], data["file"], canonical(data["returns"])),
    )


_Apply = Callable[[sqlite3.Connection, Entry, Mapping[str, Any]], None]
_APPLY: Mapping[Act, _Apply] = {
    Act.FACTS: _facts,
    Act.BEGIN: _begin,
    Act.RECEIVE: _receive,
    Act.REPEAT: _repeat,
    Act.SKIP: _skip,
    Act.END: _end,
    Act.REJUDGE: _rejudge,
    Act.ACCEPT: _accept,
    Act.REJECT: _decide,
    Act.EXCLUDE: _decide,
    Act.READMIT: _decide,
    Act.PURGE: _purge,
    Act.ISSUE: _issue,
    Act.CORRECT: _correct,
    Act.REPORT: _report,
}
