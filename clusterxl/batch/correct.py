"""Sending back: a correction for every return that its unit has to look at again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from clusterxl.batch.correction_list import Sent, write_sent
from clusterxl.batch.folder import CORRECTIONS, Batch
from clusterxl.batch.held import held_reason
from clusterxl.batch.judge import Examined, examine
from clusterxl.correct import Sending, asks_of, next_stamp, write_correction
from clusterxl.errors import WorkbookError
from clusterxl.excel.signing import signed
from clusterxl.excel.stamp import Stamp
from clusterxl.form.roster import Unit
from clusterxl.generate import stamp_of
from clusterxl.issue import Places, serial_of
from clusterxl.ledger import (
    Act,
    Correction,
    Ledger,
    Recorded,
    State,
    entries,
    find_corrections,
    find_findings,
    find_returns,
    head,
    record_correction,
)
from clusterxl.ledger.records import ID_LENGTH
from clusterxl.outputs import safe_name, write_file
from clusterxl.sentences import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A questioned return that was not sent back, and why.

    Attributes:
        recorded: The return.
        reason: Why, with what to do, in a sentence.
    """

    recorded: Recorded
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectReport:
    """What sending back came to.

    Attributes:
        written: Corrections that were written, by their place below the batch folder.
        kept: How many were there already, as they were sent.
        held: Questioned returns that were not sent back.
        lists: Lists of what goes to each group, by place.
        head: Head of the journal after it.
    """

    written: tuple[str, ...]
    kept: int
    held: tuple[Held, ...]
    lists: tuple[str, ...]
    head: str


def correct_batch(
    batch: Batch,
    *,
    deadline: date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CorrectReport:
    """Write the corrections of all questioned returns, and the list of each group.

    What was written stays as it is; one that was lost is written anew, with the same bytes unless
    the rules or the deadline have changed since. Broken off and called again, it goes on.

    Args:
        batch: The batch.
        deadline: The last day for the answers; None leaves it out.
        progress: Told how many of how many returns are done.

    Raises:
        UnusableKeyError: The key is lost: what is sent back could not be known again.
        RefusedByExcelError: Something breaks a limit of Excel.
        BatchError: The rules were changed by hand.
        LedgerError: Another process has the ledger open, or the archive has lost a return.
        OutputError: The folder cannot be written.
    """
    key = batch.signing_key
    with batch.ledger() as ledger:
        questioned = find_returns(ledger, State.QUESTIONED)
        writer = _Writer(batch, ledger, questioned, key, deadline=deadline)
        for done, found in enumerate(questioned, start=1):
            writer.put(found)
            if progress:
                progress(done, len(questioned))
        return CorrectReport(
            written=tuple(writer.written),
            kept=writer.kept,
            held=tuple(writer.held),
            lists=tuple(_write_lists(batch, writer.sent)),
            head=head(ledger.connection),
        )


class _Writer:
    """Writes corrections one after the other, and remembers what became of each."""

    def __init__(
        self,
        batch: Batch,
        ledger: Ledger,
        questioned: Sequence[Recorded],
        key: bytes,
        *,
        deadline: date | None,
    ) -> None:
        self._batch = batch
        self._key = key
        self._ledger = ledger
        self._deadline = deadline
        self._units = {unit.code: unit for unit in batch.units}
        self._questioned = questioned
        self._known: dict[str, Correction] = {}
        for sent in find_corrections(ledger):
            self._known[sent.answers] = max(
                sent, self._known.get(sent.answers, sent), key=lambda one: one.round
            )
        self._days = _days_sent(ledger)
        self.written: list[str] = []
        self.held: list[Held] = []
        self.sent: list[Sent] = []
        self.kept = 0

    def put(self, found: Recorded) -> None:
        """Write the correction of a return unless it is there, or the return is held."""
        unit = self._units.get(found.unit)
        reason = held_reason(find_findings(self._ledger, found.sha256), unit)
        if reason or unit is None:
            self.held.append(Held(recorded=found, reason=reason))
            return
        known = self._known.get(found.sha256)
        if known and _hash_of(self._batch.root / known.file) == known.sha256:
            self.kept += 1
            self._tell(unit, found, known)
            return
        self._write(unit, found, known)

    def _write(self, unit: Unit, found: Recorded, known: Correction | None) -> None:
        try:
            examined = examine(self._batch, self._ledger.archive.read(found.sha256), found.file)
        except WorkbookError as error:
            self.held.append(Held(recorded=found, reason=str(error)))
            return
        if not asks_of(examined.returned, examined.records, examined.findings):
            self.held.append(Held(recorded=found, reason=say("batch.held_nothing")))
            return
        round_ = known.round if known else self._next_round(found)
        content = self._content(unit, found, examined, round_)
        made = Correction(
            sha256=sha256(content).hexdigest(),
            answers=found.sha256,
            file=known.file if known else _place(self._batch, unit, found, round_),
            round=round_,
        )
        write_file(self._batch.root / made.file, content, force=True)
        record_correction(self._ledger, made)
        self.written.append(made.file)
        self._tell(unit, found, made)

    def _content(self, unit: Unit, found: Recorded, examined: Examined, round_: int) -> bytes:
        batch = self._batch
        day = self._days.get(found.sha256, batch.clock())
        sending = Sending(sent=batch.local(day).date(), deadline=self._deadline, unit=unit)
        return write_correction(
            examined.returned,
            examined.records,
            examined.findings,
            stamp=self._stamp(unit, found, examined, round_),
            sending=sending,
        )

    def _stamp(self, unit: Unit, found: Recorded, examined: Examined, round_: int) -> Stamp:
        """Return a stamp of this batch, whatever the return's own has lost."""
        fresh = stamp_of(
            self._batch.form, unit=unit, serial=found.serial, batch=self._batch.facts.batch
        )
        answers = next_stamp(examined.returned).answers
        return signed(replace(fresh, round=round_, answers=answers), self._key)

    def _next_round(self, found: Recorded) -> int:
        """Return the round after all that the slot has seen."""
        slot = [
            one.sha256
            for one in find_returns(self._ledger)
            if (one.unit, one.serial) == (found.unit, found.serial)
            and (found.serial or one.subject == found.subject)
        ]
        sent = [self._known[name].round for name in slot if name in self._known]
        return max(found.round, *sent, 0) + 1

    def _tell(self, unit: Unit, found: Recorded, sent: Correction) -> None:
        self.sent.append(Sent(unit=unit, recorded=found, file=sent.file, round=sent.round))


def _place(batch: Batch, unit: Unit, found: Recorded, round_: int) -> str:
    """Return where a correction lies: beside those of its group, by the name of its blank."""
    slots = range(1, unit.subjects + 1)
    slot = next((n for n in slots if serial_of(unit, n) == found.serial), 0)
    blank = Places(batch.units).of(unit, slot or 1)
    stem = blank.stem if slot else f"{blank.stem} {found.sha256[:ID_LENGTH]}"
    name = say("batch.correction_name", lang=batch.form.language, name=stem, round=round_)
    return (Path(CORRECTIONS) / blank.parent / f"{safe_name(name)}.xlsx").as_posix()


def _write_lists(batch: Batch, sent: Iterable[Sent]) -> Iterator[str]:
    """Write what goes to each group as a list beside its corrections, and tell where."""
    groups: dict[str, list[Sent]] = {}
    for one in sent:
        groups.setdefault(one.unit.group, []).append(one)
    for group, members in groups.items():
        name = safe_name(say("batch.sent_title", lang=batch.form.language))
        place = (Path(members[0].file).parent / f"{name}.xlsx").as_posix()
        write_file(batch.root / place, write_sent(batch.form, group, members), force=True)
        yield place


def _days_sent(ledger: Ledger) -> Mapping[str, datetime]:
    """Return when each return was first sent back, so that it is written the same again."""
    days: dict[str, datetime] = {}
    for entry in entries(ledger.connection):
        if entry.act is Act.CORRECT:
            days.setdefault(entry.subject, datetime.fromisoformat(entry.at))
    return days


def _hash_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
