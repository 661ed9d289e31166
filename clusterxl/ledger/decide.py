"""What a person decides about a return, each with a reason; what a change of rules brings about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from clusterxl.errors import LedgerError
from clusterxl.ledger.journal import Act, Deed, redact
from clusterxl.ledger.model import Judge, Recorded, Verdict
from clusterxl.ledger.placing import rivals_of, same_name
from clusterxl.ledger.receive import WARNINGS_HOLD, figures, identity, settle
from clusterxl.ledger.records import find_corrections, find_doubts, find_returns, require_return
from clusterxl.ledger.replay import put_findings
from clusterxl.ledger.states import LIVE, Move, State, require_move
from clusterxl.ledger.store import Ledger, purged_bytes
from clusterxl.sentences import say


def accept(ledger: Ledger, name: str, *, reason: str, unit: str = "", serial: str = "") -> Recorded:
    """Accept a return; it takes the place of any other of its slot.

    Args:
        ledger: The ledger.
        name: Its hash, or the first digits.
        reason: Why.
        unit: The unit, when its workbook does not say it, or wrongly.
        serial: Another serial, when it is about another subject than its workbook was issued for.

    Returns:
        The return.

    Raises:
        LedgerError: There is none, it has no values, its state forbids it, another return has
            that unit and serial, nobody said whose it is, or there is no reason.
        OutputError: The ledger cannot be written.
    """
    _require_reason(reason)
    with ledger.transaction():
        found = _require_kept(ledger, name)
        require_move(Move.ACCEPT, found.state, State.ACCEPTED, name=_shown(found))
        slot = replace(found, unit=unit or found.unit, serial=serial or found.serial)
        others = _others(ledger, slot, *LIVE)
        rivals = [require_return(ledger, other) for other in others]
        _require_slot(found, slot, rivals)
        for rival in rivals:
            require_move(Move.SUPERSEDE, rival.state, State.SUPERSEDED, name=_shown(rival))
        payload = {
            "state": State.ACCEPTED,
            "unit": slot.unit,
            "serial": slot.serial,
            "supersedes": others,
        }
        _enter(ledger, Act.ACCEPT, found, payload, reason)
    return require_return(ledger, found.sha256)


def reject(ledger: Ledger, name: str, *, reason: str) -> Recorded:
    """Reject a return: it goes back to its sender.

    Raises:
        LedgerError: There is none, its state forbids it, or there is no reason.
        OutputError: The ledger cannot be written.
    """
    return _decide(ledger, name, Move.REJECT, State.REJECTED, reason)


def exclude(ledger: Ledger, name: str, *, reason: str) -> Recorded:
    """Exclude a return: it stays known and counts nowhere.

    Raises:
        LedgerError: There is none, its state forbids it, or there is no reason.
        OutputError: The ledger cannot be written.
    """
    return _decide(ledger, name, Move.EXCLUDE, State.EXCLUDED, reason)


def readmit(ledger: Ledger, name: str, *, reason: str) -> Recorded:
    """Take a rejected or excluded return back among those that are questioned.

    Raises:
        LedgerError: There is none, it has no values, its state forbids it, or there is no reason.
        OutputError: The ledger cannot be written.
    """
    return _decide(ledger, name, Move.READMIT, State.QUESTIONED, reason)


def purge(ledger: Ledger, *names: str, reason: str) -> tuple[str, ...]:
    """Remove the bytes and values of returns, and of files that repeat them, for good.

    Their hashes, their numbers and the reason stay, so that sums add up. All are purged in one
    transaction; purging them again only removes what a process that died had left.

    Args:
        ledger: The ledger.
        names: Their hashes, or the first digits.
        reason: Why.

    Returns:
        Corrections that hold their values, for whoever keeps those files to remove.

    Raises:
        LedgerError: One is not there, or there is no reason.
        OutputError: The ledger or the archive cannot be written.
    """
    _require_reason(reason)
    with ledger.transaction():
        chosen = [require_return(ledger, name) for name in names]
        for found in chosen:
            if not found.purged:
                _purge(ledger, found, reason)
    for sha256 in purged_bytes(ledger.connection):
        ledger.archive.remove(sha256)
    hashes = {found.sha256 for found in chosen}
    return tuple(one.file for one in find_corrections(ledger) if one.answers in hashes)


def rejudge(
    ledger: Ledger,
    judge: Judge,
    *,
    reason: str,
    facts: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
) -> tuple[str, ...]:
    """Judge returns anew, after rules or what the batch knows changed, in one transaction.

    What a person decided stays until a person decides again; so do repeats and successions.

    Args:
        ledger: The ledger.
        judge: Finds out about the bytes.
        reason: Why.
        facts: Facts that change with it, such as the hash of the rules.
        only: Hashes of those of which it may be told otherwise whose they are; None for all, of
            which that stays as it was settled when they came.

    Returns:
        Hashes of the returns that changed, in order.

    Raises:
        LedgerError: The archive has lost a file or is damaged, or there is no reason.
        OutputError: The ledger cannot be written.
    """
    _require_reason(reason)
    moved = []
    with ledger.transaction():
        changed = {name: text for name, text in (facts or {}).items() if ledger.fact(name) != text}
        if changed:
            ledger.enter(Deed(act=Act.FACTS, payload={"facts": changed}, reason=reason))
        for found in find_returns(ledger):
            if not found.purged and (only is None or found.sha256 in only):
                verdict = judge(ledger.archive.read(found.sha256), found.file)
                if _judge_again(ledger, found, verdict, reason, is_named_anew=only is not None):
                    moved.append(found.sha256)
    return tuple(moved)


def _judge_again(
    ledger: Ledger, found: Recorded, verdict: Verdict, reason: str, *, is_named_anew: bool
) -> bool:
    put_findings(ledger.connection, found.sha256, verdict.findings)
    was_readable, was_certain, values = ledger.connection.execute(
        "SELECT readable, certain, values_hash FROM returns WHERE sha256 = ?", (found.sha256,)
    ).fetchone()
    # Whose it is was settled when it came, but for a file that could not be read or placed then.
    if was_readable and not is_named_anew:
        verdict = replace(verdict, certain=bool(was_certain))
    state = _state_anew(ledger, found, verdict)
    before = (
        *(found.errors, found.warnings, found.counts, values),
        *(was_readable, was_certain, found.state),
    )
    after = (
        *(verdict.errors, verdict.warnings, dict(verdict.counts), verdict.values),
        *(int(verdict.readable), int(verdict.certain), state),
    )
    if before == after:
        return False
    payload = {"state": state, **figures(verdict)}
    private = {}
    if not was_readable:
        payload |= identity(verdict)
        private = {"subject": verdict.subject}
    deed = Deed(
        act=Act.REJUDGE, payload=payload, private=private, subject=found.sha256, reason=reason
    )
    ledger.enter(deed)
    return True


def _state_anew(ledger: Ledger, found: Recorded, verdict: Verdict) -> State:
    """Return where a return stands after it was judged anew."""
    before = found.state
    stays = found.decided or before not in (*LIVE, State.REJECTED)
    if stays or (before is State.REJECTED and not verdict.readable):
        return before
    rivals = _others(ledger, found, State.ACCEPTED)
    is_asked = bool(rivals or find_doubts(ledger.connection, found.sha256))
    state = settle(verdict, is_asked=is_asked, warnings_hold=ledger.fact(WARNINGS_HOLD) == "1")
    # What counted, or counts only now, is for a person to look at first.
    if before is State.REJECTED or state is State.REJECTED:
        state = State.QUESTIONED
    if state is not before:
        require_move(Move.REJUDGE, before, state, name=_shown(found))
    return state


def _purge(ledger: Ledger, found: Recorded, reason: str) -> None:
    state = State.EXCLUDED if found.state in LIVE else found.state
    if state is not found.state:
        require_move(Move.PURGE, found.state, state, name=_shown(found))
    _enter(ledger, Act.PURGE, found, {"state": state}, reason)
    redact(ledger.connection, (found.sha256,))


def _decide(ledger: Ledger, name: str, move: Move, state: State, reason: str) -> Recorded:
    _require_reason(reason)
    with ledger.transaction():
        found = require_return(ledger, name)
        require_move(move, found.state, state, name=_shown(found))
        if move is Move.READMIT:
            found = _require_kept(ledger, name)
        _enter(ledger, Act(move.value), found, {"state": state}, reason)
    return require_return(ledger, found.sha256)


def _enter(
    ledger: Ledger, act: Act, found: Recorded, payload: Mapping[str, object], reason: str
) -> None:
    whole = {"before": found.state, **payload}
    ledger.enter(Deed(act=act, payload=whole, subject=found.sha256, reason=reason))


def _others(ledger: Ledger, slot: Recorded, *states: State) -> list[str]:
    """Return the other returns of a slot in some states."""
    wanted = Verdict(unit=slot.unit, serial=slot.serial, subject=slot.subject)
    return [
        rival.sha256
        for rival in rivals_of(ledger.connection, wanted)
        if rival.state in states and rival.sha256 != slot.sha256
    ]


def _require_slot(found: Recorded, slot: Recorded, rivals: list[Recorded]) -> None:
    if not (slot.serial or (slot.unit and slot.subject)):
        raise LedgerError(say("ledger.no_slot", name=_shown(found)), code="ledger.no_slot")
    # Whoever names a slot does not mean to take it from another subject.
    is_named = (slot.unit, slot.serial) != (found.unit, found.serial)
    if is_named and not all(same_name(rival.subject, slot.subject) for rival in rivals):
        raise LedgerError(say("ledger.slot_taken", serial=slot.serial), code="ledger.slot_taken")


def _require_kept(ledger: Ledger, name: str) -> Recorded:
    found = require_return(ledger, name)
    if found.purged:
        raise LedgerError(say("ledger.purged", name=_shown(found)), code="ledger.purged")
    row = ledger.connection.execute(
        "SELECT readable FROM returns WHERE sha256 = ?", (found.sha256,)
    ).fetchone()
    if row == (0,):
        raise LedgerError(say("ledger.unreadable", name=_shown(found)), code="ledger.unreadable")
    return found


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise LedgerError(say("ledger.no_reason"), code="ledger.no_reason")


def _shown(found: Recorded) -> str:
    return found.file or found.sha256
