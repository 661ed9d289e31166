"""Taking returns out of the archive again: those that count, as records of one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from clusterxl.batch.folder import Batch
from clusterxl.batch.judge import read_in_batch
from clusterxl.check import in_order, summarise
from clusterxl.errors import LedgerError, NothingFoundError, WorkbookError
from clusterxl.finding import Finding
from clusterxl.flow import Flow
from clusterxl.ledger import (
    Act,
    Entry,
    Ledger,
    Recorded,
    State,
    entries,
    find_findings,
    find_returns,
)
from clusterxl.normalise import Records, join_records, normalise_returns
from clusterxl.read import Return
from clusterxl.sentences import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The returns that count.

    Attributes:
        recorded: The returns as the ledger has them, by unit and serial.
        records: Their records, with counts of findings.
        findings: What is told about them: what the ledger asks, what the check and the answers to
            corrections say, and what rules say that compare returns with each other.
    """

    recorded: tuple[Recorded, ...]
    records: Records
    findings: tuple[Finding, ...]


def gather(
    batch: Batch,
    ledger: Ledger,
    *,
    questioned: bool = False,
    may_be_none: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Gathered:
    """Read the returns that count from the archive.

    Args:
        batch: The batch.
        ledger: Its ledger.
        questioned: Also those that wait for an answer or a decision, of slots of which none is
            accepted; of several the newest.
        may_be_none: Whether there need be no return at all.
        progress: Told how many of how many returns are read.

    Raises:
        NothingFoundError: None counts yet, and there must be one.
        LedgerError: The archive has lost one, or it cannot be read any more.
    """
    chosen = tuple(_chosen(ledger, questioned=questioned))
    if not chosen:
        if not may_be_none:
            name = f"batch.{none_name(questioned=questioned)}"
            raise NothingFoundError(say(name), code=name)
        return Gathered(recorded=(), records=normalise_returns([], form=batch.form), findings=())
    flow = Flow()
    records = join_records(list(flow.parts(_read_again(batch, ledger, chosen, progress))))
    (checked,) = flow.checked()
    told = [finding for found in chosen for finding in find_findings(ledger, found.sha256)]
    findings = _together(records, told, checked.findings)
    return Gathered(recorded=chosen, records=summarise(records, findings), findings=findings)


def none_name(*, questioned: bool) -> str:
    """Return the name of the sentence that says that nothing counts, and what to do."""
    return "none_counts" if questioned else "none_accepted"


def _read_again(
    batch: Batch,
    ledger: Ledger,
    chosen: Sequence[Recorded],
    progress: Callable[[int, int], None] | None,
) -> Iterator[Return]:
    for done, found in enumerate(chosen, start=1):
        data = ledger.archive.read(found.sha256)
        try:
            yield read_in_batch(batch, data, found.file)
        except WorkbookError as error:
            sentence = say("batch.unreadable_now", file=found.file, reason=error)
            raise LedgerError(sentence, code="batch.unreadable_now") from error
        if progress:
            progress(done, len(chosen))


def settled_head(ledger: Ledger) -> str:
    """Return the head of the journal but for comparisons that were noted in it.

    It says what a comparison rests on, and is the same when the comparison is written again.
    """
    entry = settled_entry(ledger)
    return entry.hash if entry else ""


def settled_entry(ledger: Ledger) -> Entry | None:
    """Return the last entry of the journal that is no comparison that was noted; None for none."""
    settled = (entry for entry in entries(ledger.connection) if entry.act is not Act.REPORT)
    return max(settled, key=attrgetter("number"), default=None)


def _together(
    records: Records, told: Sequence[Finding], checked: Iterable[Finding]
) -> tuple[Finding, ...]:
    """Join to what the ledger tells what only shows when returns stand side by side."""
    known = {(found.return_id, found.code, found.key) for found in told}
    beside = (f for f in checked if (f.return_id, f.code, f.key) not in known)
    return in_order(records.form, records.returns, (*told, *beside))


def _chosen(ledger: Ledger, *, questioned: bool) -> Iterator[Recorded]:
    accepted = find_returns(ledger, State.ACCEPTED)
    waiting = find_returns(ledger, State.QUESTIONED) if questioned else ()
    taken = set(map(_slot, accepted))
    newest = {_slot(found): found for found in waiting if _slot(found) not in taken}
    yield from sorted((*accepted, *newest.values()), key=_order)


def _slot(found: Recorded) -> tuple[str, ...]:
    """Return what a return is about; one of no known unit is about itself."""
    if found.serial:
        return found.unit, found.serial
    return (found.unit, "", found.subject) if found.unit and found.subject else (found.sha256,)


def _order(found: Recorded) -> tuple[str, str, int, str]:
    return found.unit, found.serial, found.receive, found.sha256
