"""One return as an operator at the telephone needs it: whose, where it stands, what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from clusterxl.batch.again import outdated
from clusterxl.batch.contacts import contact_lines
from clusterxl.batch.decide import find_return, without_name
from clusterxl.batch.folder import Batch
from clusterxl.batch.held import held_reason
from clusterxl.batch.words import hides_subjects
from clusterxl.correct import is_asked
from clusterxl.digest import in_order_of_work
from clusterxl.finding import Finding, Severity
from clusterxl.form.roster import Unit
from clusterxl.ledger import (
    Doubt,
    Event,
    Happening,
    Ledger,
    Recorded,
    State,
    find_findings,
    find_history,
    find_returns,
    require_return,
    verify_journal,
)
from clusterxl.ledger.history import DECISIONS
from clusterxl.ruleset.messages import MASK
from clusterxl.sentences import say


class Step(StrEnum):
    """What comes next with a return."""

    NONE = "none"
    CORRECT = "correct"
    ANSWER = "answer"
    UNIT = "unit"
    SETTLE = "settle"
    AGAIN = "again"
    NEWER = "newer"
    DECIDE = "decide"
    EXCLUDED = "excluded"
    PURGED = "purged"
    ROSTER = "roster"


_STEPS = {
    State.ACCEPTED: Step.NONE,
    State.REJECTED: Step.AGAIN,
    State.SUPERSEDED: Step.NEWER,
    State.EXCLUDED: Step.EXCLUDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One return, and everything that is known about it.

    Attributes:
        recorded: The return; without the name of its subject where that is personal.
        unit: Its unit; None where the roster has none.
        why: Why it stands where it stands, in a sentence.
        step: What comes next.
        history: What happened to it, oldest first.
        others: The other returns of its slot, in the order in which they came.
        names: Names of the files of the returns its history speaks of, by hash.
        findings: All that is told about it, the worst first.
        contacts: Whom to call, a line a row of the form; None where nobody asked.
        altered: What in the ledger was changed by hand, as far as it concerns the return.
    """

    recorded: Recorded
    unit: Unit | None
    why: str
    step: Step
    history: tuple[Event, ...]
    others: tuple[Recorded, ...]
    names: Mapping[str, str]
    findings: tuple[Finding, ...]
    contacts: tuple[str, ...] | None
    altered: tuple[Finding, ...]

    @property
    def warnings(self) -> int:
        """Open warnings, and what the ledger itself asks; those of a purged return stay known."""
        return self.recorded.warnings + sum(one.code in set(Doubt) for one in self.findings)

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """What of its findings still asks for something."""
        return tuple(
            found
            for found in self.findings
            if found.severity is not Severity.INFO and not found.is_explained
        )


def show_return(batch: Batch, name: str, *, with_contacts: bool = False) -> Shown:
    """Show one return of a batch; nothing is changed, and nothing entered.

    Args:
        batch: The batch.
        name: The return, as `find_return` takes it.
        with_contacts: Whom to call is told, and names that are personal.

    Raises:
        BatchError: There is none, or there are several.
        LedgerError: The ledger is damaged, another process has it open, or the archive lost the
            return whose contacts are asked for.
        OutputError: The folder cannot be written.
    """
    with batch.ledger(only_reading=True) as ledger:
        found = find_return(batch, ledger, name)
        others = tuple(_others(ledger, found))
        history = find_history(ledger, found.sha256)
        unit = next((one for one in batch.units if one.code == found.unit), None)
        told = _in_order(find_findings(ledger, found.sha256))
        held = held_reason(told, unit) if found.state is State.QUESTIONED else ""
        hides = hides_subjects(batch.form) and not with_contacts
        return Shown(
            recorded=without_name(found) if hides else found,
            unit=unit,
            why=_why(ledger, found, held, told, history),
            step=_step(batch, ledger, found, (held, history, others, told)),
            history=history,
            others=tuple(map(without_name, others)) if hides else others,
            names={one.sha256: one.file for one in find_returns(ledger)},
            findings=tuple(_masked(told, (found, *others))) if hides else told,
            contacts=contact_lines(batch, ledger, found) if with_contacts else None,
            altered=tuple(_altered(ledger, found, history)),
        )


def _in_order(told: Sequence[Finding]) -> tuple[Finding, ...]:
    """Put what is told of the file as a whole before what is told of its cells."""
    return in_order_of_work(sorted(told, key=lambda found: bool(found.key or found.cell)))


def _others(ledger: Ledger, found: Recorded) -> Iterator[Recorded]:
    """Go through the other returns of a slot; without a serial it is that of a subject."""
    for one in sorted(find_returns(ledger), key=lambda one: (one.receive, one.received)):
        is_same = (one.unit, one.serial) == (found.unit, found.serial) and bool(one.unit)
        if one.sha256 != found.sha256 and is_same and (one.serial or one.subject == found.subject):
            yield one


# ---- why it stands where it stands


def _why(
    ledger: Ledger,
    found: Recorded,
    held: str,
    told: Sequence[Finding],
    history: Sequence[Event],
) -> str:
    decided = _decision(history)
    if decided:
        name = "why_purged" if found.purged else "why_decided"
        return say(f"show.{name}", who=decided.who, reason=decided.reason)
    match found.state:
        case State.SUPERSEDED:
            other = require_return(ledger, found.superseded_by)
            return say("show.why_superseded", file=other.file or other.sha256)
        case State.REJECTED:
            return told[0].message if told else ""
        case State.ACCEPTED:
            return say("show.why_accepted")
    if held:
        return held
    return say("show.why_errors" if found.errors else "show.why_questioned", errors=found.errors)


def _decision(history: Sequence[Event]) -> Event | None:
    """Return what a person decided, unless something has moved the return since."""
    before = State.RECEIVED
    last: Event | None = None
    for event in history:
        if event.what in DECISIONS:
            last = event
        elif event.state is not before:
            last = None
        before = event.state
    return last


# ---- what comes next


def _step(
    batch: Batch,
    ledger: Ledger,
    found: Recorded,
    known: tuple[str, Sequence[Event], Sequence[Recorded], Sequence[Finding]],
) -> Step:
    held, history, others, told = known
    if found.purged:
        return Step.PURGED
    if found.sha256 in {one.sha256 for one in outdated(ledger, batch.units)}:
        return Step.ROSTER
    if found.state is State.QUESTIONED and held:
        is_known = found.unit in {unit.code for unit in batch.units}
        return Step.SETTLE if is_known else Step.UNIT
    if found.state is State.QUESTIONED:
        return _step_of_questioned(history, told)
    if found.state is State.ACCEPTED and any(one.state is State.QUESTIONED for one in others):
        return Step.DECIDE
    return _STEPS[found.state]


def _step_of_questioned(history: Sequence[Event], told: Sequence[Finding]) -> Step:
    if any(event.what is Happening.CORRECT for event in history):
        return Step.ANSWER
    return Step.CORRECT if any(map(is_asked, told)) else Step.SETTLE


# ---- what nobody asked to see


def _masked(told: Sequence[Finding], known: Sequence[Recorded]) -> Iterator[Finding]:
    """Go through findings; what the ledger asks names subjects, and they are masked."""
    for found in told:
        message = found.message
        if found.code in set(Doubt):
            for one in known:
                message = message.replace(one.subject, MASK) if one.subject else message
        yield replace(found, message=message)


# ---- what was changed by hand


def _altered(ledger: Ledger, found: Recorded, history: Sequence[Event]) -> Iterator[Finding]:
    yield from verify_journal(ledger.connection)
    if not history or history[-1].state is not found.state:
        yield Finding(
            code="LED-TABLE",
            severity=Severity.ERROR,
            message=say("ledger.table_changed", table="returns"),
        )
