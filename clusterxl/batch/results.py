"""What a batch comes to: the comparison, noted in the journal, and frames of its returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

import pandas as pd

from clusterxl.across_rounds import Round, Rounds
from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.batch.filing import filing_of
from clusterxl.batch.folder import Batch
from clusterxl.batch.gather import gather, settled_head
from clusterxl.batch.status import Slot, Status, take_status
from clusterxl.batch.status_book import Compared
from clusterxl.export import findings_frame
from clusterxl.finding import Finding
from clusterxl.frames import cut_frames
from clusterxl.ledger import Act, Ledger, Report, entries, record_report
from clusterxl.ledger.records import ID_LENGTH
from clusterxl.normalise import Records
from clusterxl.report import is_traced, write_comparison
from clusterxl.report.filed import Filing

# Puts what the returns say, and what it comes to, beside another round.
Beside = Callable[[Records, Comparison], tuple[Comparison, Rounds | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A comparison of a batch.

    Attributes:
        content: The bytes of the workbook.
        sources: The frame of sources that belongs beside it; None where the workbook holds them.
        returns: Hashes of the returns it rests on, in order.
        findings: What is told about them.
        head: Head of the journal, as the workbook names it.
        comparison: The comparison itself.
        filing: How the batch stands, as the workbook says it.
        rounds: This round beside the one before; None where none was asked for.
    """

    content: bytes
    sources: pd.DataFrame | None
    returns: tuple[str, ...]
    findings: tuple[Finding, ...]
    head: str
    comparison: Comparison
    filing: Filing
    rounds: Rounds | None = None

    @property
    def sha256(self) -> str:
        """Hash of the workbook."""
        return sha256(self.content).hexdigest()


def now_of(batch: Batch) -> datetime:
    """Return the moment by the clock of the batch, in its time zone."""
    return batch.local(batch.clock())


def status_of(batch: Batch, ledger: Ledger) -> Status:
    """Tell how a batch stands now."""
    return take_status(ledger, batch.units, now=now_of(batch), deadline=batch.deadline)


def compare_batch(
    batch: Batch,
    ledger: Ledger,
    *,
    questioned: bool = False,
    with_contacts: bool = False,
    beside: Beside | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Combine the accepted returns of a batch into a comparison.

    Args:
        batch: The batch.
        ledger: Its ledger.
        questioned: Also those that are questioned, where none of their slot is accepted.
        with_contacts: Personal answers get a sheet of their own; else none is written.
        beside: Puts the round before beside this one.
        progress: Told how many of how many returns are read.

    Returns:
        The comparison: the same state of the batch gives the same bytes.

    Raises:
        LedgerError: The archive has lost one, or it cannot be read any more.
        RefusedByExcelError: Something breaks a limit of Excel.
    """
    gathered = gather(batch, ledger, questioned=questioned, may_be_none=True, progress=progress)
    found = settled_head(ledger)
    comparison = aggregate_records(gathered.records, gathered.findings, every=True)
    comparison, rounds = beside(gathered.records, comparison) if beside else (comparison, None)
    counted = tuple(one.sha256 for one in gathered.recorded)
    filing = filing_of(batch, ledger, counted=frozenset(counted), questioned=questioned)
    content = write_comparison(
        comparison,
        with_contacts=with_contacts,
        folder=None,
        filing=filing,
        rounds=rounds,
    )
    return Result(
        content=content,
        sources=None if is_traced(comparison) else comparison.provenance,
        returns=counted,
        findings=gathered.findings,
        head=found,
        comparison=comparison,
        filing=filing,
        rounds=rounds,
    )


def round_of(
    batch: Batch, ledger: Ledger, *, progress: Callable[[int, int], None] | None = None
) -> Round:
    """Return the accepted returns of a batch as a round, to be put beside another.

    Raises:
        NothingFoundError: No return counts yet.
        LedgerError: The archive has lost one, or it cannot be read any more.
    """
    gathered = gather(batch, ledger, progress=progress)
    comparison = aggregate_records(gathered.records, gathered.findings, every=True)
    return Round(records=gathered.records, comparison=comparison, name=batch.facts.batch)


def remake_comparisons(batch: Batch, ledger: Ledger) -> Iterator[bytes]:
    """Make the comparisons that a batch gives as it stands, in each way it may be asked for.

    Args:
        batch: The batch.
        ledger: Its ledger.

    Yields:
        The bytes of a workbook: first as it is made unasked, then with the questioned returns,
        then both with contacts.

    Raises:
        LedgerError: The archive has lost a return, or it cannot be read any more.
    """
    for with_contacts in (False, True):
        for questioned in (False, True):
            made = compare_batch(batch, ledger, questioned=questioned, with_contacts=with_contacts)
            yield made.content


def note_comparison(ledger: Ledger, result: Result, *, file: str) -> None:
    """Note in the journal that a comparison was written; the same again changes nothing.

    Args:
        ledger: The ledger.
        result: The comparison.
        file: Where it was written; in the batch folder, below it with `/`.

    Raises:
        OutputError: The ledger cannot be written.
    """
    record_report(ledger, Report(sha256=result.sha256, file=file, returns=result.returns))


def comparisons_of(batch: Batch, ledger: Ledger) -> tuple[Compared, ...]:
    """Return the comparisons that were noted, oldest first."""
    zone = now_of(batch).tzinfo
    return tuple(
        Compared(
            day=datetime.fromisoformat(entry.at).astimezone(zone).date(),
            file=str(entry.data["file"]),
            sha256=str(entry.data["sha256"]),
        )
        for entry in entries(ledger.connection)
        if entry.act is Act.REPORT
    )


def frames_of(
    batch: Batch,
    ledger: Ledger,
    *,
    questioned: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Mapping[str, pd.DataFrame]:
    """Return the frames of the returns that count, and two of the batch itself.

    Args:
        batch: The batch.
        ledger: Its ledger.
        questioned: Also those that are questioned, where none of their slot is accepted.
        progress: Told how many of how many returns are read.

    Returns:
        The frames of `read` by name; then `batch_slots`, row a slot of the roster or beyond it,
        and `batch_findings`, row a finding about a return that counts.

    Raises:
        NothingFoundError: No return counts yet.
        LedgerError: The archive has lost one, or it cannot be read any more.
    """
    gathered = gather(batch, ledger, questioned=questioned, progress=progress)
    records = gathered.records
    slots = [_slot_row(slot) for slot in status_of(batch, ledger).slots]
    return {
        **cut_frames(batch.form, records.values, records.returns),
        "batch_slots": pd.DataFrame(slots),
        "batch_findings": findings_frame(gathered.findings),
    }


def _slot_row(slot: Slot) -> dict[str, object]:
    told = asdict(slot)
    unit = slot.unit
    days = {name: told[name].isoformat() if told[name] else "" for name in ("came", "received")}
    return {
        "group": unit.group,
        "unit": unit.name,
        "unit_code": unit.code,
        **{name: told[name] for name in told if name not in ("unit", "others", "remarks", *days)},
        **days,
        "others": " ".join(one.sha256[:ID_LENGTH] for one in slot.others),
    }
