"""Receiving: every file that came in is archived, judged, recorded, and told about in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from operator import attrgetter
from pathlib import Path

from clusterxl.batch.again import Moved, judge_outdated
from clusterxl.batch.changes import Changes, find_changes
from clusterxl.batch.folder import OURS, Batch, cannot, keep_passwords
from clusterxl.batch.judge import is_other_kind, judge_return
from clusterxl.errors import UnreadableWorkbookError
from clusterxl.finding import Finding
from clusterxl.identity import judge_key
from clusterxl.inbox import Inbox, InboxFile, find_workbooks
from clusterxl.ledger import (
    Arrival,
    Fate,
    Ledger,
    Outcome,
    Recorded,
    State,
    Tally,
    begin_receive,
    end_receive,
    find_findings,
    find_returns,
    head,
    known_already,
    last_receive,
    record_return,
    record_skip,
    repeat_of,
    require_return,
    tally,
)
from clusterxl.sentences import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of one file.

    Attributes:
        file: Its name as given.
        fate: How it counts.
        reason: Why it was skipped; empty for any other.
        refused: Whether it was skipped although its sender must hear of it.
        outcome: What the ledger made of it; None when it was skipped.
        recorded: The return that it is, or repeats; None when it was skipped.
        findings: What is told about that return.
        beside: The accepted return of its subject that counts until it does; empty for none.
        changes: What it says that the return before it did not; None where there is none.
    """

    file: str
    fate: Fate
    reason: str = ""
    refused: bool = False
    outcome: Outcome | None = None
    recorded: Recorded | None = None
    findings: tuple[Finding, ...] = ()
    beside: str = ""
    changes: Changes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of all files that came in with one command.

    Attributes:
        number: Number of the receive.
        files: What became of each, by name.
        tally: The sum.
        head: Head of the journal after it.
        moved: Returns that came earlier, of which roster or passwords now say something else.
        notice: What is told once for the whole batch: that its key is lost; else None.
    """

    number: int
    files: tuple[Received, ...]
    tally: Tally
    head: str
    moved: tuple[Moved, ...] = ()
    notice: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A file before it is received; without one, what is left alone and why."""

    name: str
    file: InboxFile | None = None
    sha256: str = ""
    reason: str = ""
    refused: bool = False


def receive_files(
    batch: Batch,
    paths: Sequence[Path],
    *,
    passwords: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Receipt:
    """Receive files, folders and zips.

    Files are taken in the order of their content, so that the order in which they are given, or
    lie in their folders, decides nothing. A receive that was broken off goes on; files that came
    in before, under the same name, enter nothing. Returns that came earlier are judged again
    first where the roster or passwords now say something else of them.

    Args:
        batch: The batch.
        paths: What came in.
        passwords: Tried where a file has one, and kept for later; the extra `crypto` must be there.
        progress: Told how many of how many files are done.

    Returns:
        What became of each file.

    Raises:
        NothingFoundError: A path does not exist, or there is no workbook at all.
        BatchError: A path is a folder of the batch itself, or the rules were changed by hand.
        LedgerError: Another process has the ledger open, or it is damaged.
        OutputError: The folder cannot be written, or the extra is missing.
    """
    _require_outside(batch.root, paths)
    waiting = _sorted(find_workbooks(paths))
    with batch.ledger() as ledger:
        knowing = keep_passwords(batch, passwords)
        moved = judge_outdated(knowing, ledger, unlock=bool(passwords))
        batch = knowing
        number, outcomes, summed = _received(batch, ledger, waiting, progress)
        told = [_told(batch, ledger, one) for one in outcomes]
        return Receipt(
            number=number,
            files=tuple(sorted(told, key=attrgetter("file"))),
            tally=summed,
            head=head(ledger.connection),
            moved=moved,
            notice=judge_key(batch.issued),
        )


def _received(
    batch: Batch,
    ledger: Ledger,
    waiting: Sequence[_Waiting],
    progress: Callable[[int, int], None] | None,
) -> tuple[int, list[_Waiting | Outcome], Tally]:
    """Receive what is not known; return the number of the receive, what became of each, the sum."""
    known = known_already(ledger, [(one.name, one.sha256) for one in waiting])
    new = [one for one, is_known in zip(waiting, known, strict=True) if not is_known]
    old = [
        repeat_of(ledger, one.name, one.sha256) if one.sha256 else one
        for one, is_known in zip(waiting, known, strict=True)
        if is_known
    ]
    fates = [Fate.SKIPPED if isinstance(one, _Waiting) else one.fate for one in old]
    if not new:
        return last_receive(ledger), old, tally(len(old), fates)
    number = begin_receive(ledger, [one.name for one in new])
    outcomes = []
    for position, one in enumerate(new):
        outcomes.append(_receive(batch, ledger, number, position, one))
        if progress:
            progress(position + 1, len(new))
    summed = end_receive(ledger, number)
    fates += Counter(summed.fates).elements()
    return number, [*old, *outcomes], tally(len(old) + summed.files, fates)


def _require_outside(root: Path, paths: Iterable[Path]) -> None:
    """See that nobody receives what the batch itself has written."""
    own = [(root / name).resolve() for name in OURS]
    for path in paths:
        place = path.resolve()
        if root.resolve().is_relative_to(place) or any(place.is_relative_to(o) for o in own):
            raise cannot("own_folder", path=path)


# ---- the order


def _sorted(inbox: Inbox) -> tuple[_Waiting, ...]:
    """Put files in the order of their content, then by name; what is left alone comes last."""
    found = [_waiting(file) for file in inbox.files]
    files = sorted((one for one in found if one.file), key=lambda one: (one.sha256, one.name))
    alone = [one for one in found if not one.file]
    alone += [_Waiting(name=one.file, reason=one.reason) for one in inbox.skipped]
    return (*files, *sorted(alone, key=attrgetter("name")))


def _waiting(file: InboxFile) -> _Waiting:
    try:
        data = file.read_bytes()
    except UnreadableWorkbookError as error:
        return _Waiting(name=file.name, reason=str(error), refused=True)
    if is_other_kind(data, file.name):
        return _Waiting(name=file.name, reason=say("read.skip_ours"))
    return _Waiting(name=file.name, file=file, sha256=sha256(data).hexdigest())


# ---- one file


def _receive(
    batch: Batch, ledger: Ledger, number: int, position: int, one: _Waiting
) -> _Waiting | Outcome:
    if one.file is not None:
        try:
            data = one.file.read_bytes()
        except UnreadableWorkbookError as error:
            # It was there a moment ago: somebody took it away, or opened it in Excel.
            one = _Waiting(name=one.name, reason=str(error), refused=True)
        else:
            arrival = Arrival(position=position, file=one.name, data=data)
            return record_return(ledger, number, arrival, partial(judge_return, batch))
    record_skip(ledger, number, position=position, file=one.name, reason=one.reason)
    return one


def _told(batch: Batch, ledger: Ledger, outcome: _Waiting | Outcome) -> Received:
    """Return what is told of a file when all of them are recorded."""
    if isinstance(outcome, _Waiting):
        return Received(
            file=outcome.name, fate=Fate.SKIPPED, reason=outcome.reason, refused=outcome.refused
        )
    recorded = require_return(ledger, outcome.of)
    is_repeat = outcome.fate is Fate.REPEATED
    beside = "" if is_repeat else _counted(ledger, recorded)
    replaced = "" if is_repeat else _newest(ledger, outcome.superseded) or beside
    return Received(
        file=outcome.file,
        # A file that came after it may have taken its place since.
        fate=Fate.REPEATED if is_repeat else Fate(recorded.state),
        outcome=outcome,
        recorded=recorded,
        findings=() if is_repeat else find_findings(ledger, recorded.sha256),
        beside=beside,
        changes=find_changes(batch, ledger, replaced, recorded.sha256) if replaced else None,
    )


def _counted(ledger: Ledger, recorded: Recorded) -> str:
    """Return the accepted return of the slot of one that is questioned; empty for none."""
    if recorded.state is not State.QUESTIONED or not recorded.serial:
        return ""
    slot = (recorded.unit, recorded.serial)
    accepted = find_returns(ledger, State.ACCEPTED)
    return next((one.sha256 for one in accepted if (one.unit, one.serial) == slot), "")


def _newest(ledger: Ledger, names: Iterable[str]) -> str:
    """Return which of some returns came last; empty for none."""
    found = [require_return(ledger, name) for name in names]
    newest = max(found, key=attrgetter("round", "receive", "sha256"), default=None)
    return newest.sha256 if newest else ""
