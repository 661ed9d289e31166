"""Writes the generated parts of docs/batch.md: the states and their moves, the tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from clusterxl.ledger.schema import TABLES, migrate
from clusterxl.ledger.states import TRANSITIONS, State

_PURPOSES = {
    "facts": "what holds for the whole batch, such as `form_version` and `rules_hash`",
    "receives": "one row a receive: how many files, and whether it ended",
    "arrivals": "one row a file that came in: a return, a repeat of one (`of`), or skipped",
    "returns": "one row a return: whose it is, where it stands, its numbers",
    "findings": "what the check told about each return",
    "doubts": "what the ledger itself asks about a return, because of another (`other`)",
    "issued": "workbooks that were handed out",
    "corrections": "workbooks that were sent back",
    "reports": "comparisons that were written, and the returns they rest on",
    "decisions": "what people decided, with the number of the journal's entry",
    "journal": "every act, chained; all other tables follow from it and the archive",
}


def diagram() -> str:
    """Return the states and the moves between them as Mermaid; what a person decides is marked."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.RECEIVED}"]
    for known in TRANSITIONS:
        mark = " ✎" if known.by_decision else ""
        lines += [
            f"    {before} --> {after}: {known.move}{mark}"
            for before in known.before
            for after in known.after
        ]
    return "\n".join([*lines, "```"])


def moves() -> str:
    """Return the table of moves, as the code has it."""
    lines = ["| move | from | to | a person decides |", "|---|---|---|---|"]
    for known in TRANSITIONS:
        decides = "yes, with a reason" if known.by_decision else ""
        before, after = ", ".join(known.before), ", ".join(known.after)
        lines.append(f"| `{known.move}` | {before} | {after} | {decides} |")
    return "\n".join(lines)


def tables() -> str:
    """Return the list of tables with their columns, as SQLite has them."""
    lines = ["| table | what it holds | columns |", "|---|---|---|"]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, name=":memory:")
        for table in reversed(TABLES):
            rows = connection.execute(f"PRAGMA table_info({table})")
            columns = ", ".join(f"`{row[1]}`" for row in rows)
            lines.append(f"| `{table}` | {_PURPOSES[table]} | {columns} |")
    return "\n".join(lines)
