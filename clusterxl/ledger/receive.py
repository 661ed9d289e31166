"""Receiving: each file archived first, then recorded with all that follows in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from clusterxl.errors import LedgerError
from clusterxl.ledger.journal import Act, Deed
from clusterxl.ledger.model import Arrival, Fate, Judge, Outcome, Verdict, canonical, storable
from clusterxl.ledger.placing import Placement, place, rivals_of
from clusterxl.ledger.records import find_doubts, require_return
from clusterxl.ledger.replay import put_findings
from clusterxl.ledger.states import Move, State, require_move
from clusterxl.ledger.store import Ledger, purged_bytes
from clusterxl.ledger.tally import Tally, fates_of, tally
from clusterxl.sentences import say

# A fact of the batch: whether open warnings hold a return.
WARNINGS_HOLD = "warnings_hold"


def begin_receive(ledger: Ledger, names: Sequence[str]) -> int:
    """Begin to receive files, or go on where a process that died left off.

    A receive of the same names that never ended is the same receive: what it recorded is done,
    and counts as it did. One of other names is broken off; what it recorded stays.

    Args:
        ledger: The ledger.
        names: Names of all files, those to be skipped among them, in the order of their positions.

    Returns:
        Its number.

    Raises:
        OutputError: The ledger cannot be written.
    """
    names_hash = _hash_names(names)
    with ledger.transaction():
        number, last_hash, state = _last(ledger)
        if (last_hash, state) == (names_hash, "open"):
            return number
        payload = {"receive": number + 1, "files": len(names), "names_hash": names_hash}
        ledger.enter(Deed(act=Act.BEGIN, payload=payload))
    return number + 1


def known_already(ledger: Ledger, files: Sequence[tuple[str, str]]) -> tuple[bool, ...]:
    """Tell of which files nothing has to be recorded, as they came in before.

    Whoever receives a folder again, because he never saw that it was done or because something
    joined it, has sent only what joined. A file is known by its content and name; one that is
    to be skipped by its name, as nothing of it is kept; one that was purged by its content.

    Args:
        ledger: The ledger.
        files: Name and hash of each file, in the order in which they would be received; no hash
            where it is to be skipped.

    Returns:
        Whether each is known; a receive of all others goes on where it was broken off.
    """
    number, names_hash, state = _last(ledger)
    if state == "open":
        before = _known_but(ledger, files, number)
        new = [name for (name, _), known in zip(files, before, strict=True) if not known]
        if _hash_names(new) == names_hash:
            return before
    return _known_but(ledger, files, 0)


def last_receive(ledger: Ledger) -> int:
    """Return the number of the last receive; 0 where there was none."""
    return _last(ledger)[0]


def repeat_of(ledger: Ledger, file: str, sha256: str) -> Outcome:
    """Return what became of a file that is known: it repeats the return that it is.

    Raises:
        LedgerError: It is not known.
    """
    return _repeat_of(ledger, file, sha256, _known(ledger, sha256))


def record_return(ledger: Ledger, receive: int, arrival: Arrival, judge: Judge) -> Outcome:
    """Record one file that came in, with everything that follows from it.

    Its bytes are in the archive before anybody looks into them; then one transaction records the
    return, its findings, its state, whom it supersedes, and the entry of the journal. Doing it
    again changes nothing.

    Args:
        ledger: The ledger.
        receive: Number of the receive.
        arrival: The file.
        judge: Finds out about the bytes; not asked about bytes that are known.

    Returns:
        What became of it.

    Raises:
        OutputError: The archive or the ledger cannot be written.
        LedgerError: There is no such receive under way.
    """
    sha256 = hashlib.sha256(arrival.data).hexdigest()
    _require_open(ledger, receive)
    first = _known(ledger, sha256)
    if not (first and _is_purged(ledger, first)):
        ledger.archive.put(arrival.data)
    verdict = None if first else judge(arrival.data, storable(arrival.file))
    with ledger.transaction():
        if _arrived(ledger, receive, arrival.position, sha256) is None:
            _record(ledger, receive, arrival, sha256, verdict)
    return _outcome(ledger, receive, arrival, sha256)


def record_skip(ledger: Ledger, receive: int, *, position: int, file: str, reason: str) -> None:
    """Record that a file was left alone; nothing of it is kept. Again, it changes nothing.

    Args:
        ledger: The ledger.
        receive: Number of the receive.
        position: Its place among the files of the receive.
        file: Its name as given.
        reason: Why.

    Raises:
        OutputError: The ledger cannot be written.
        LedgerError: There is no such receive under way.
    """
    _require_open(ledger, receive)
    with ledger.transaction():
        if _arrived(ledger, receive, position, "") is None:
            payload = {"receive": receive, "position": position, "sha256": ""}
            deed = Deed(act=Act.SKIP, payload=payload, private={"file": file}, reason=reason)
            ledger.enter(deed)


def end_receive(ledger: Ledger, receive: int) -> Tally:
    """End a receive.

    Returns:
        The sum of its files, as things stand.

    Raises:
        OutputError: The ledger cannot be written.
        LedgerError: There is no such receive under way.
        ValueError: Not all of its files were recorded.
    """
    files = _require_open(ledger, receive)
    with ledger.transaction():
        # A file that was changed after its receive was broken off has come in twice.
        changed = ledger.connection.execute(
            "SELECT count(*) - count(DISTINCT position) FROM arrivals WHERE receive = ?",
            (receive,),
        ).fetchone()
        summed = tally(files + int(changed[0]), fates_of(ledger.connection, receive))
        fates = {str(fate): number for fate, number in summed.fates.items()}
        ledger.enter(Deed(act=Act.END, payload={"receive": receive, "fates": fates}))
    return summed


def settle(verdict: Verdict, *, is_asked: bool, warnings_hold: bool) -> State:
    """Return the state in which a return stands by itself.

    Args:
        verdict: What was found out about it.
        is_asked: Whether the ledger has a doubt about it.
        warnings_hold: Whether open warnings hold a return in this batch.
    """
    if not verdict.readable:
        return State.REJECTED
    is_known = verdict.certain and verdict.has_slot
    is_held = is_asked or (warnings_hold and verdict.warnings)
    if verdict.errors or not is_known or is_held:
        return State.QUESTIONED
    return State.ACCEPTED


def figures(verdict: Verdict) -> dict[str, object]:
    """Return what the journal keeps of a verdict: numbers, no texts of the sender."""
    return {
        "readable": int(verdict.readable),
        "certain": int(verdict.certain),
        "errors": verdict.errors,
        "warnings": verdict.warnings,
        "counts": dict(verdict.counts),
        "values_hash": verdict.values,
    }


def identity(verdict: Verdict) -> dict[str, object]:
    """Return whose a return is, but for the subject's name."""
    return {
        "unit": verdict.unit,
        "serial": verdict.serial,
        "round": verdict.round,
        "stamp": dict(verdict.stamp),
    }


def _record(
    ledger: Ledger, receive: int, arrival: Arrival, sha256: str, verdict: Verdict | None
) -> None:
    # Looked up again: only what is read inside the transaction is sure.
    placement = Placement(repeats=_known(ledger, sha256))
    if verdict is not None and not placement.repeats:
        rivals = rivals_of(ledger.connection, verdict)
        placement = place(verdict, rivals, sha256=sha256, receive=receive)
    payload = {"receive": receive, "position": arrival.position, "sha256": sha256}
    if verdict is None or placement.repeats:
        _enter_repeat(ledger, arrival, {**payload, "of": placement.repeats})
    else:
        _enter_return(ledger, arrival, verdict, placement, payload)


def _enter_repeat(ledger: Ledger, arrival: Arrival, payload: dict[str, object]) -> None:
    # The subject is the return that is repeated, so that purging it also reaches this name.
    subject = str(payload["of"])
    private = {"file": arrival.file}
    ledger.enter(Deed(act=Act.REPEAT, payload=payload, private=private, subject=subject))


def _enter_return(
    ledger: Ledger,
    arrival: Arrival,
    verdict: Verdict,
    placement: Placement,
    payload: dict[str, object],
) -> None:
    sha256 = str(payload["sha256"])
    hold = ledger.fact(WARNINGS_HOLD) == "1"
    state = settle(verdict, is_asked=bool(placement.doubts), warnings_hold=hold)
    if placement.superseded_by:
        state = State.SUPERSEDED
    require_move(Move.SETTLE, State.RECEIVED, state, name=arrival.file)
    supersedes = _superseded(ledger, placement.supersedes, state, payload["receive"])
    for other in supersedes:
        _require_rival(ledger, other, Move.SUPERSEDE, State.SUPERSEDED)
    for other in placement.asks:
        _require_rival(ledger, other, Move.DOUBT, State.QUESTIONED)
    follows = {
        "state": state,
        "superseded_by": placement.superseded_by,
        "supersedes": supersedes,
        "asks": placement.asks,
        "doubts": [(asked.sha256, asked.doubt, asked.other) for asked in placement.doubts],
    }
    ledger.enter(
        Deed(
            act=Act.RECEIVE,
            payload={**payload, **figures(verdict), **identity(verdict), **follows},
            private={"file": arrival.file, "subject": verdict.subject},
            subject=sha256,
        )
    )
    put_findings(ledger.connection, sha256, verdict.findings)


def _superseded(
    ledger: Ledger, others: Sequence[str], state: State, receive: object
) -> tuple[str, ...]:
    """Return whose place a return takes: what counted before counts until it counts itself."""
    found = (require_return(ledger, other) for other in others)
    return tuple(
        one.sha256
        for one in found
        if state is State.ACCEPTED or one.state is not State.ACCEPTED or one.receive == receive
    )


def _require_rival(ledger: Ledger, sha256: str, move: Move, after: State) -> None:
    found = require_return(ledger, sha256)
    require_move(move, found.state, after, name=found.file)


def _require_open(ledger: Ledger, receive: int) -> int:
    row = ledger.connection.execute(
        "SELECT files FROM receives WHERE number = ? AND state = 'open'", (receive,)
    ).fetchone()
    if row is None:
        raise LedgerError(say("ledger.no_receive", number=receive), code="ledger.no_receive")
    return int(row[0])


def _known(ledger: Ledger, sha256: str) -> str:
    """Return the return that these bytes are, or repeat; empty when they are new."""
    row = ledger.connection.execute(
        "SELECT of FROM arrivals WHERE sha256 = ? AND of IS NOT NULL LIMIT 1", (sha256,)
    ).fetchone()
    return str(row[0]) if row else ""


def _is_purged(ledger: Ledger, sha256: str) -> bool:
    row = ledger.connection.execute("SELECT purged FROM returns WHERE sha256 = ?", (sha256,))
    return bool(row.fetchone() == (1,))


def _arrived(ledger: Ledger, receive: int, position: int, sha256: str) -> tuple[str, str] | None:
    row = ledger.connection.execute(
        "SELECT kind, of FROM arrivals WHERE receive = ? AND position = ? AND sha256 = ?",
        (receive, position, sha256),
    ).fetchone()
    return None if row is None else (str(row[0]), str(row[1]))


def _last(ledger: Ledger) -> tuple[int, str, str]:
    """Return number, hash of names and state of the last receive."""
    row = ledger.connection.execute(
        "SELECT number, names_hash, state FROM receives ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return (int(row[0]), str(row[1]), str(row[2])) if row else (0, "", "")


def _known_but(ledger: Ledger, files: Sequence[tuple[str, str]], receive: int) -> tuple[bool, ...]:
    """Tell which files came in, but for those of one receive."""
    rows = ledger.connection.execute(
        "SELECT file, sha256 FROM arrivals WHERE receive <> ?", (receive,)
    )
    there = {(str(file), str(sha256)) for file, sha256 in rows}
    purged = set(purged_bytes(ledger.connection))
    return tuple((storable(name), sha256) in there or sha256 in purged for name, sha256 in files)


def _hash_names(names: Sequence[str]) -> str:
    return hashlib.sha256(canonical(list(names)).encode("utf-8")).hexdigest()


def _repeat_of(ledger: Ledger, file: str, sha256: str, of: str) -> Outcome:
    found = require_return(ledger, of)
    return Outcome(
        file=file,
        sha256=sha256,
        fate=Fate.REPEATED,
        of=of,
        state=found.state,
        purged=found.purged,
    )


def _outcome(ledger: Ledger, receive: int, arrival: Arrival, sha256: str) -> Outcome:
    """Return what became of a file that is recorded."""
    kind, of = _arrived(ledger, receive, arrival.position, sha256) or ("return", sha256)
    if kind != "return":
        return _repeat_of(ledger, arrival.file, sha256, of)
    found = require_return(ledger, of)
    replaced = ledger.connection.execute(
        "SELECT sha256 FROM returns WHERE superseded_by = ? ORDER BY sha256", (sha256,)
    )
    return Outcome(
        file=arrival.file,
        sha256=sha256,
        fate=Fate(found.state),
        of=of,
        state=found.state,
        superseded=tuple(str(row[0]) for row in replaced),
        doubts=find_doubts(ledger.connection, sha256),
        purged=found.purged,
    )
