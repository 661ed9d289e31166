"""Judging returns again when rules, roster or passwords are others, and what that moved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from clusterxl.batch.changes import settled_and_arisen
from clusterxl.batch.folder import Batch
from clusterxl.batch.judge import judge_return
from clusterxl.finding import Finding
from clusterxl.form.roster import Unit
from clusterxl.ledger import (
    Ledger,
    Recorded,
    State,
    Verdict,
    find_findings,
    find_returns,
    rejudge,
    require_return,
)
from clusterxl.sentences import say

_NOT_IN_ROSTER = "STAMP-ROSTER"
_FOREIGN = "STAMP-BATCH"
_LOCKED = ("READ-ENCRYPTED", "READ-WRONGPASSWORD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A return of which something else is said now.

    Attributes:
        before: The return as it stood.
        after: The return now.
        settled: Findings that are gone.
        arisen: Findings that are new.
    """

    before: Recorded
    after: Recorded
    settled: tuple[Finding, ...]
    arisen: tuple[Finding, ...]


def judge_again(
    batch: Batch,
    ledger: Ledger,
    *,
    reason: str,
    facts: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Moved, ...]:
    """Judge returns in the archive again.

    Args:
        batch: The batch, as it is now.
        ledger: Its ledger.
        reason: Why.
        facts: Facts that change with it.
        only: Hashes of those to judge, also whose they are; None for all.
        progress: Told how many of how many are judged.

    Returns:
        Those of which something else is said.

    Raises:
        LedgerError: There is no reason, or the archive lost a file.
        OutputError: The ledger cannot be written.
    """
    asked = [one for one in find_returns(ledger) if only is None or one.sha256 in only]
    before = tuple((one, find_findings(ledger, one.sha256)) for one in asked)
    judge = _Judge(batch, sum(not one.purged for one in asked), progress)
    rejudge(ledger, judge, reason=reason, facts=facts, only=only)
    return tuple(_moved(ledger, before))


def outdated(ledger: Ledger, units: Iterable[Unit]) -> tuple[Recorded, ...]:
    """Return the returns that were judged by another roster.

    They are those whose unit has joined it since, or has left it. What a person decided stays.

    Args:
        ledger: The ledger of the batch.
        units: The units of its roster now.
    """
    known = {unit.code for unit in units}
    return tuple(
        found
        for found in find_returns(ledger, State.ACCEPTED, State.QUESTIONED)
        if found.unit and not found.decided and not found.purged
        if _is_outdated(found.unit in known, _codes(ledger, found))
    )


def _is_outdated(is_known: bool, codes: frozenset[str]) -> bool:  # noqa: FBT001
    """Whether a roster was asked that said something else; of foreign workbooks none is."""
    return _FOREIGN not in codes and is_known == (_NOT_IN_ROSTER in codes)


def judge_outdated(batch: Batch, ledger: Ledger, *, unlock: bool = False) -> tuple[Moved, ...]:
    """Judge those returns again of which roster or passwords now say something else.

    Args:
        batch: The batch, as it is now.
        ledger: Its ledger.
        unlock: Passwords were given.

    Returns:
        Those of which something else is said.

    Raises:
        LedgerError: The archive lost a file.
        OutputError: The ledger cannot be written.
    """
    moved: tuple[Moved, ...] = ()
    if found := outdated(ledger, batch.units):
        reason = say("batch.reason_roster", lang=batch.form.language)
        moved = judge_again(batch, ledger, reason=reason, only={one.sha256 for one in found})
    if unlock and (found := _locked(ledger)):
        reason = say("batch.reason_passwords", lang=batch.form.language)
        moved += judge_again(batch, ledger, reason=reason, only={one.sha256 for one in found})
    return moved


def _locked(ledger: Ledger) -> tuple[Recorded, ...]:
    return tuple(
        found
        for found in find_returns(ledger, State.REJECTED)
        if not found.purged and not _codes(ledger, found).isdisjoint(_LOCKED)
    )


def _codes(ledger: Ledger, found: Recorded) -> frozenset[str]:
    return frozenset(one.code for one in find_findings(ledger, found.sha256))


class _Judge:
    """Judges by what the batch knows now, and tells how far it is."""

    def __init__(
        self, batch: Batch, total: int, progress: Callable[[int, int], None] | None
    ) -> None:
        self._judge = partial(judge_return, batch)
        self._total = total
        self._progress = progress
        self._done = 0

    def __call__(self, data: bytes, file: str) -> Verdict:
        """Judge a return."""
        verdict = self._judge(data, file)
        self._done += 1
        if self._progress:
            self._progress(self._done, self._total)
        return verdict


def _moved(
    ledger: Ledger, before: tuple[tuple[Recorded, tuple[Finding, ...]], ...]
) -> Iterator[Moved]:
    for was, told in before:
        now = require_return(ledger, was.sha256)
        tells = find_findings(ledger, was.sha256)
        settled, arisen = settled_and_arisen(told, tells, attrgetter("code", "key", "severity"))
        if settled or arisen or was.state is not now.state:
            yield Moved(before=was, after=now, settled=settled, arisen=arisen)
