"""What happened to one return, from the journal: by itself, by people, and because of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from clusterxl.ledger.journal import Act, Entry, entries
from clusterxl.ledger.records import require_return
from clusterxl.ledger.states import State
from clusterxl.ledger.store import Ledger, undamaged


class Happening(StrEnum):
    """What may happen to a return."""

    RECEIVE = "receive"
    REPEAT = "repeat"
    REJUDGE = "rejudge"
    ACCEPT = "accept"
    REJECT = "reject"
    EXCLUDE = "exclude"
    READMIT = "readmit"
    PURGE = "purge"
    CORRECT = "correct"
    SUPERSEDE = "supersede"
    DOUBT = "doubt"


# What a person does, with a reason.
DECISIONS = (
    *(Happening.ACCEPT, Happening.REJECT, Happening.EXCLUDE, Happening.READMIT),
    Happening.PURGE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a return.

    Attributes:
        number: Of the entry in the journal.
        at: When, in UTC.
        who: User and host, or the name given.
        what: What happened.
        state: Where the return stood after it.
        file: The name under which it came, or came again, or where its correction was written.
        other: Hash of the return because of which it happened; empty for none.
        round: Round of the correction that was written; 0 for anything else.
        reason: Why, in the words of who did it.
    """

    number: int
    at: str
    who: str
    what: Happening
    state: State
    file: str = ""
    other: str = ""
    round: int = 0
    reason: str = ""


def find_history(ledger: Ledger, name: str) -> tuple[Event, ...]:
    """Return what happened to a return, oldest first.

    Args:
        ledger: The ledger.
        name: Hash of the return, or its first digits.

    Raises:
        LedgerError: There is none, there are several, or the journal cannot be read.
    """
    sha256 = require_return(ledger, name).sha256
    events: list[Event] = []
    with undamaged(ledger.path):
        for entry in entries(ledger.connection):
            if sha256 == entry.subject or sha256 in entry.payload:
                # No moment that clocks tell was written by us.
                datetime.fromisoformat(entry.at)
                before = events[-1].state if events else State.RECEIVED
                events += _events(entry, sha256, before)
    return tuple(events)


def _events(entry: Entry, sha256: str, before: State) -> Iterator[Event]:
    """Go through what an entry did to a return: itself, or by what it did to another."""
    data = entry.data
    if entry.subject == sha256:
        yield _event(entry, Happening(entry.act), _state_after(entry, data, before), data)
        return
    figures = {"other": entry.subject}
    if sha256 in data.get("supersedes", ()):
        yield _event(entry, Happening.SUPERSEDE, State.SUPERSEDED, figures)
    elif any(asked[0] == sha256 for asked in data.get("doubts", ())):
        state = State.QUESTIONED if sha256 in data["asks"] else before
        yield _event(entry, Happening.DOUBT, state, figures)


def _state_after(entry: Entry, data: Mapping[str, Any], before: State) -> State:
    return before if entry.act in (Act.REPEAT, Act.CORRECT) else State(data["state"])


def _event(entry: Entry, what: Happening, state: State, data: Mapping[str, Any]) -> Event:
    is_own = "other" not in data
    return Event(
        number=entry.number,
        at=entry.at,
        who=entry.who,
        what=what,
        state=state,
        file=data.get("file", ""),
        other=data.get("other", data.get("superseded_by", "")),
        round=data["round"] if what is Happening.CORRECT else 0,
        reason=entry.reason if is_own else "",
    )
