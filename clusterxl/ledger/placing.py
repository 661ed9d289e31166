"""Where a new return stands among those of its slot: repeat, successor, or a question."""

from __future__ import annotations

import sqlite3
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from clusterxl.ledger.model import Asked, Doubt, Verdict
from clusterxl.ledger.states import LIVE, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A return of the same slot that came before.

    Attributes:
        sha256: Hash of its bytes.
        receive: The receive it came in.
        subject: Name of its subject.
        round: Its round.
        values: Hash of its values.
        state: Where it stands.
        certain: Whether it was certain whose it is.
    """

    sha256: str
    receive: int
    subject: str
    round: int
    values: str
    state: State
    certain: bool


class Tie(StrEnum):
    """How a new return relates to an earlier one of its slot, where nothing is asked."""

    APART = "apart"
    REPEATS = "repeats"
    REPLACES = "replaces"
    COMES_LATE = "comes late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What a new return means to those that came before.

    Attributes:
        repeats: The return that says the same; empty for none.
        superseded_by: The return that already took its place; empty for none.
        supersedes: Those whose place it takes.
        asks: Those accepted ones that are questioned because of it.
        doubts: What is asked.
    """

    repeats: str = ""
    superseded_by: str = ""
    supersedes: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    doubts: tuple[Asked, ...] = ()


def rivals_of(connection: sqlite3.Connection, verdict: Verdict) -> tuple[Rival, ...]:
    """Return the returns of the same slot, oldest first.

    A slot is a unit and a serial; where there is no serial, a unit and a subject. A file that
    tells neither has no slot.
    """
    if not verdict.has_slot:
        return ()
    rows = connection.execute(
        "SELECT sha256, receive, subject, round, values_hash, state, certain FROM returns "
        "WHERE unit = ? AND serial = ? AND readable = 1 AND purged = 0 ORDER BY receive, sha256",
        (verdict.unit, verdict.serial),
    )
    found = (
        Rival(
            sha256=sha256,
            receive=receive,
            subject=subject,
            round=number,
            values=values,
            state=State(state),
            certain=bool(certain),
        )
        for sha256, receive, subject, number, values, state, certain in rows
    )
    return tuple(
        rival for rival in found if verdict.serial or same_name(rival.subject, verdict.subject)
    )


def place(verdict: Verdict, rivals: tuple[Rival, ...], *, sha256: str, receive: int) -> Placement:
    """Compare a new return with those of its slot.

    The newest received takes the place of older ones, with these exceptions: what says the same
    is a repeat; an answer to an older round never takes the place of one to a newer; and what a
    person must know is asked, never guessed.

    Args:
        verdict: The new return.
        rivals: Those of its slot.
        sha256: Hash of its bytes.
        receive: The receive it came in.

    Returns:
        What it means to them.
    """
    if not verdict.readable:
        return Placement()
    ties = [(_tie(verdict, rival, receive), rival) for rival in rivals]

    def tied(*wanted: Tie | Doubt) -> tuple[str, ...]:
        return tuple(rival.sha256 for tie, rival in ties if tie in wanted)

    if repeats := tied(Tie.REPEATS):
        return Placement(repeats=repeats[0])
    late = tied(Tie.COMES_LATE)
    doubts = [
        Asked(sha256=sha256, doubt=tie, other=rival.sha256)
        for tie, rival in ties
        if isinstance(tie, Doubt)
    ]
    # Of two that came together neither is the first: both are asked.
    together = [
        (tie, rival)
        for tie, rival in ties
        if tie is Doubt.TWICE or (tie is Doubt.SUBJECT and _is_together(verdict, rival, receive))
    ]
    doubts += [
        Asked(sha256=rival.sha256, doubt=tie, other=sha256)
        for tie, rival in together
        if isinstance(tie, Doubt)
    ]
    holds_back = late or tied(Doubt.OLDER, Doubt.AGAIN)
    return Placement(
        superseded_by=late[-1] if late else "",
        supersedes=() if holds_back else tied(Tie.REPLACES),
        asks=tuple(rival.sha256 for _, rival in together if rival.state is State.ACCEPTED),
        doubts=tuple(doubts),
    )


def same_name(one: str, other: str) -> bool:
    """Whether two names of subjects are the same to a reader; one that is missing is no other name.

    >>> same_name("示例（一）", "示例(一) "), same_name("示例一", "示例二"), same_name("", "示例")
    (True, False, True)
    """
    return not one or not other or _bare(one) == _bare(other)


def _tie(verdict: Verdict, rival: Rival, receive: int) -> Tie | Doubt:
    is_named = same_name(rival.subject, verdict.subject)
    if is_named and verdict.values and rival.values == verdict.values:
        if verdict.certain and not rival.certain and rival.state is not State.ACCEPTED:
            # What nobody could tell the sender of comes back as it should have come.
            return Tie.REPLACES if rival.state in LIVE else Tie.APART
        return Doubt.AGAIN if rival.state is State.SUPERSEDED else Tie.REPEATS
    if rival.state not in LIVE:
        return Tie.APART
    if not is_named:
        return Doubt.SUBJECT
    return _succession(verdict, rival, receive) if verdict.certain else Tie.APART


def _succession(verdict: Verdict, rival: Rival, receive: int) -> Tie | Doubt:
    if rival.round > verdict.round:
        return Tie.COMES_LATE if rival.receive == receive else Doubt.OLDER
    if _is_together(verdict, rival, receive):
        return Doubt.TWICE
    return Tie.REPLACES


def _is_together(verdict: Verdict, rival: Rival, receive: int) -> bool:
    """Whether two came in one receive as answers to one round, and it is certain whose they are."""
    return verdict.certain and (rival.receive, rival.round) == (receive, verdict.round)


def _bare(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
