"""The states of a return and the moves between them, written down once as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clusterxl.errors import LedgerError
from clusterxl.sentences import say


class State(StrEnum):
    """Where a return stands; `received` ends with the transaction that records it."""

    RECEIVED = "received"
    QUESTIONED = "questioned"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    EXCLUDED = "excluded"


class Move(StrEnum):
    """Why a return changes its state."""

    SETTLE = "settle"
    SUPERSEDE = "supersede"
    DOUBT = "doubt"
    REJUDGE = "rejudge"
    ACCEPT = "accept"
    REJECT = "reject"
    EXCLUDE = "exclude"
    READMIT = "readmit"
    PURGE = "purge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One thing that may happen to a return.

    Attributes:
        move: What happens.
        before: States it may happen in.
        after: States it may lead to.
        by_decision: Whether it takes a person and a reason.
    """

    move: Move
    before: tuple[State, ...]
    after: tuple[State, ...]
    by_decision: bool = False


# Those of which one a slot may count; only they are ever superseded.
LIVE = (State.QUESTIONED, State.ACCEPTED)

TRANSITIONS = (
    Transition(
        move=Move.SETTLE,
        before=(State.RECEIVED,),
        after=(State.ACCEPTED, State.QUESTIONED, State.REJECTED, State.SUPERSEDED),
    ),
    Transition(move=Move.SUPERSEDE, before=LIVE, after=(State.SUPERSEDED,)),
    Transition(move=Move.DOUBT, before=(State.ACCEPTED,), after=(State.QUESTIONED,)),
    Transition(move=Move.REJUDGE, before=(State.ACCEPTED,), after=(State.QUESTIONED,)),
    Transition(move=Move.REJUDGE, before=(State.QUESTIONED,), after=(State.ACCEPTED,)),
    Transition(move=Move.REJUDGE, before=(State.REJECTED,), after=(State.QUESTIONED,)),
    Transition(
        move=Move.ACCEPT,
        before=(State.QUESTIONED, State.SUPERSEDED),
        after=(State.ACCEPTED,),
        by_decision=True,
    ),
    Transition(move=Move.REJECT, before=LIVE, after=(State.REJECTED,), by_decision=True),
    Transition(
        move=Move.EXCLUDE,
        before=(*LIVE, State.REJECTED, State.SUPERSEDED),
        after=(State.EXCLUDED,),
        by_decision=True,
    ),
    Transition(
        move=Move.READMIT,
        before=(State.REJECTED, State.EXCLUDED),
        after=(State.QUESTIONED,),
        by_decision=True,
    ),
    # One that does not count anyway stays where it is.
    Transition(move=Move.PURGE, before=LIVE, after=(State.EXCLUDED,), by_decision=True),
)


def is_allowed(move: Move, before: State, after: State) -> bool:
    """Whether the table has this transition.

    >>> is_allowed(Move.READMIT, State.EXCLUDED, State.QUESTIONED)
    True
    >>> is_allowed(Move.SUPERSEDE, State.EXCLUDED, State.SUPERSEDED)
    False
    """
    return any(
        known.move is move and before in known.before and after in known.after
        for known in TRANSITIONS
    )


def require_move(move: Move, before: State, after: State, *, name: str) -> None:
    """See that a return may go from one state to another.

    Args:
        move: What is to happen.
        before: Where it stands.
        after: Where it would stand.
        name: Which return, for the sentence.

    Raises:
        LedgerError: The table has no such transition.
    """
    if not is_allowed(move, before, after):
        raise LedgerError(
            say("ledger.no_move", name=name, move=move_word(move), state=state_word(before)),
            code="ledger.no_move",
        )


def state_word(state: State) -> str:
    """Return the word for a state in the language in use."""
    return say(f"ledger_state.{state}")


def move_word(move: Move) -> str:
    """Return the word for a move in the language in use."""
    return say(f"ledger_move.{move}")
