"""Whether a batch can be shown: its archive read again, its ledger and frames made anew from it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

from clusterxl.batch.folder import Batch
from clusterxl.batch.judge import judge_return, read_in_batch
from clusterxl.finding import Finding, Severity
from clusterxl.frames import cut_frames
from clusterxl.ledger import (
    Act,
    Entry,
    Ledger,
    Report,
    State,
    Verdict,
    entries,
    find_corrections,
    find_findings,
    find_issued,
    find_reports,
    find_returns,
    head,
    journal_text,
    open_ledger,
    restore,
    verify_ledger,
)
from clusterxl.normalise import normalise_returns
from clusterxl.sentences import say
from clusterxl.tables import csv_bytes

# Makes the comparisons that a batch gives as it stands, in each way it may be asked for.
Remake = Callable[[Batch, Ledger], Iterable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a verification came to.

    Attributes:
        findings: What does not agree.
        returns: How many returns were read again from the archive.
        frames: SHA-256 of each frame of the accepted returns, made from the archive, by name.
        reports: How many comparisons the journal names.
        remade: Those of them, by place, that were made anew now, byte for byte.
        head: Head of the journal.
    """

    findings: tuple[Finding, ...]
    returns: int
    frames: dict[str, str]
    reports: int
    remade: tuple[str, ...]
    head: str


def verify_batch(
    batch: Batch,
    *,
    noted: str = "",
    remake: Remake | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Proof:
    """Verify a batch; nothing in its folder is changed.

    The archive is hashed anew, the chain of the journal followed, every return read and judged
    again, all tables made anew in a folder aside and compared, frames written from the archive,
    files that were written compared with what the journal says of them, and comparisons made anew
    that rest on what the journal says last.

    Args:
        batch: The batch.
        noted: A head of the journal that was printed earlier.
        remake: Makes comparisons anew, to be compared with those that were written.
        progress: Told how many of how many returns are judged again.

    Raises:
        BatchError: The rules were changed by hand.
        LedgerError: Another process has the ledger open.
        OutputError: The folder cannot be written.
    """
    with batch.ledger() as ledger:
        broken = verify_ledger(ledger, noted=noted)
        is_whole = not any(found.severity is Severity.ERROR for found in broken)
        anew = tuple(_rebuilt(batch, ledger, progress)) if is_whole else ()
        made = _remade(ledger, remake(batch, ledger)) if remake and is_whole else None
        otherwise = () if made is None else tuple(_not_remade(ledger, made))
        return Proof(
            findings=(*broken, *anew, *_files(batch, ledger), *otherwise),
            returns=sum(not found.purged for found in find_returns(ledger)),
            frames=_frames(batch, ledger) if is_whole else {},
            reports=len(find_reports(ledger)),
            remade=tuple(dict.fromkeys(one.file for one in made or ())),
            head=head(ledger.connection),
        )


def _rebuilt(
    batch: Batch, ledger: Ledger, progress: Callable[[int, int], None] | None
) -> Iterator[Finding]:
    """Make the whole ledger anew from journal and archive, aside, and compare."""
    total = sum(not found.purged for found in find_returns(ledger))
    done = iter(range(1, total + 1))

    def judge(data: bytes, file: str) -> Verdict:
        verdict = judge_return(batch, data, file)
        if progress:
            progress(next(done), total)
        return verdict

    with (
        TemporaryDirectory() as aside,
        open_ledger(Path(aside), create=True, clock=batch.clock) as fresh,
    ):
        borrowed = replace(fresh, archive=ledger.archive)
        restore(borrowed, journal_text(ledger.connection), judge)
        if _but_findings(borrowed) != _but_findings(ledger):
            yield _told("LED-REBUILT", "not_rebuilt", file="", severity=Severity.ERROR)
        for found in find_returns(ledger):
            # Roster and key are no part of the journal, and what a purge took is gone.
            if find_findings(borrowed, found.sha256) != find_findings(ledger, found.sha256):
                yield _told("LED-OTHERWISE", "otherwise", file=found.file or found.sha256)


def _but_findings(ledger: Ledger) -> list[str]:
    lines = ledger.dump().splitlines()
    return [line for line in lines if not line.startswith('{"findings":')]


def _frames(batch: Batch, ledger: Ledger) -> dict[str, str]:
    """Return the hash of each frame of the accepted returns, made from the archive."""
    returns = []
    for found in find_returns(ledger, State.ACCEPTED):
        if not found.purged:
            data = ledger.archive.read(found.sha256)
            returns.append(read_in_batch(batch, data, found.file))
    records = normalise_returns(returns, form=batch.form)
    frames = cut_frames(batch.form, records.values, records.returns)
    return {name: hashlib.sha256(csv_bytes(frame)).hexdigest() for name, frame in frames.items()}


def _remade(ledger: Ledger, made: Iterable[bytes]) -> tuple[Report, ...]:
    """Return which comparisons are what the batch gives now; no more are made than are needed."""
    known = find_reports(ledger)
    hashes: set[str] = set()
    ways = iter(made)
    current = {one.sha256 for one in _current(ledger)}
    # What rests on an earlier state costs no work.
    while current - hashes and (content := next(ways, None)) is not None:
        hashes.add(hashlib.sha256(content).hexdigest())
    return tuple(one for one in known if one.sha256 in hashes)


def _current(ledger: Ledger) -> tuple[Report, ...]:
    """Return the comparisons since which nothing else happened, so that the batch gives them."""
    last = tuple(takewhile(lambda entry: entry.act is Act.REPORT, _backwards(ledger)))
    return find_reports(ledger)[-len(last) :] if last else ()


def _backwards(ledger: Ledger) -> Iterator[Entry]:
    return reversed(tuple(entries(ledger.connection)))


def _not_remade(ledger: Ledger, made: Collection[Report]) -> Iterator[Finding]:
    """Tell which comparisons the journal has that the batch does not give."""
    for file in dict.fromkeys(one.file for one in _current(ledger) if one not in made):
        yield _told("LED-COMPARED", "not_remade", file=file, severity=Severity.ERROR)


def _files(batch: Batch, ledger: Ledger) -> Iterator[Finding]:
    """Tell which files that were written are no longer what the journal says."""
    purged = {found.sha256 for found in find_returns(ledger) if found.purged}
    sent = (one for one in find_corrections(ledger) if one.answers not in purged)
    yield from _changed(batch, ((one.file, one.sha256) for one in find_issued(ledger)))
    yield from _changed(batch, ((one.file, one.sha256) for one in sent))
    compared = ((one.file, one.sha256) for one in find_reports(ledger))
    # Others are sent; by these it is decided.
    yield from _changed(batch, compared, severity=Severity.ERROR)


def _changed(
    batch: Batch, written: Iterable[tuple[str, str]], *, severity: Severity = Severity.WARNING
) -> Iterator[Finding]:
    hashes: dict[str, set[str]] = {}
    for file, sha256 in written:
        hashes.setdefault(file, set()).add(sha256)
    for file, known in hashes.items():
        try:
            data = (batch.root / file).read_bytes()
        except OSError:
            yield _told("LED-FILE", "file_gone", file=file)
            continue
        if hashlib.sha256(data).hexdigest() not in known:
            yield _told("LED-FILE", "file_changed", file=file, severity=severity)


def _told(code: str, name: str, *, file: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(code=code, severity=severity, message=say(f"batch.{name}", file=file), file=file)
