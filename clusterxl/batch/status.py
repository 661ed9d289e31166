"""How a batch stands on a day: who was handed what, who answered, what is still owed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clusterxl.batch.again import outdated
from clusterxl.batch.held import held_reason
from clusterxl.correct import is_asked
from clusterxl.finding import Finding
from clusterxl.form.roster import Unit
from clusterxl.issue import serial_of, slots_of
from clusterxl.ledger import (
    Correction,
    Doubt,
    Ledger,
    Recorded,
    State,
    Tally,
    entries,
    fates_of,
    find_corrections,
    find_findings,
    find_issued,
    find_reason,
    find_returns,
    head,
    tally,
)
from clusterxl.ledger.records import ID_LENGTH


class Standing(StrEnum):
    """Where a slot stands: what its unit still owes, or that it owes nothing."""

    MISSING = "missing"
    REJECTED = "rejected"
    QUESTIONED = "questioned"
    ACCEPTED = "accepted"
    EXCLUDED = "excluded"


# In these something is still to come from the unit.
OWED = (Standing.MISSING, Standing.REJECTED, Standing.QUESTIONED)
# Of the returns of a slot the first of these tells where it stands.
_PRECEDENCE = (
    (State.ACCEPTED, Standing.ACCEPTED),
    (State.QUESTIONED, Standing.QUESTIONED),
    (State.REJECTED, Standing.REJECTED),
    (State.EXCLUDED, Standing.EXCLUDED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One subject that a unit is to file, and where it stands.

    Attributes:
        unit: The unit.
        serial: Serial of the slot; empty for a return beyond those the roster expects.
        subject: Name of the subject, as its return gives it.
        standing: Where it stands.
        issued: The workbook that was handed out, as a place in the batch folder; empty for none.
        return_id: The return that counts; empty for none.
        file: Its name as it came; empty for none.
        came: The day the first return of the slot came; None for none.
        received: The day the return that counts came; None for none.
        late: Days between the deadline and the first return; 0 for in time.
        overdue: Days since the deadline that something has been owed; 0 for none.
        round: How many times it was sent back to be corrected.
        is_sent: Whether the return that counts was sent back, so that the next step is the unit's.
        is_asked: Whether anything is asked of it that the unit can answer, and nobody must first
            decide whose it is or which one counts.
        errors: Findings of severity error in the return that counts.
        warnings: Open warnings and doubts about it.
        others: Further returns of the slot that wait for a decision.
        remarks: What is asked about the file as a whole, in sentences; of one that a person
            excluded or accepted, why.
    """

    unit: Unit
    serial: str
    subject: str
    standing: Standing
    issued: str
    return_id: str
    file: str
    came: date | None
    received: date | None
    late: int
    overdue: int
    round: int
    is_sent: bool
    is_asked: bool
    errors: int
    warnings: int
    others: tuple[Recorded, ...]
    remarks: tuple[str, ...]

    @property
    def waiting(self) -> int:
        """How many further returns of the slot wait for a decision."""
        return len(self.others)

    @property
    def is_owed(self) -> bool:
        """Whether something is still to come."""
        return self.standing in OWED


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many slots stand where.

    Attributes:
        group: Name of the group; empty for all, and in a form without groups.
        units: Units.
        due: Slots; each has one standing.
        standings: How many slots have each standing; all standings are there.
        issued: Slots whose workbook was handed out.
        late: Slots whose first return came after the deadline.
        overdue: The most days that any of them is overdue.
    """

    group: str
    units: int
    due: int
    standings: Mapping[Standing, int]
    issued: int
    late: int
    overdue: int

    @property
    def came(self) -> int:
        """Slots of which anything came."""
        return self.due - self.standings[Standing.MISSING]

    @property
    def owed(self) -> int:
        """Slots of which something is still to come."""
        return sum(self.standings[standing] for standing in OWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a batch stands.

    Attributes:
        at: The moment it was taken, in the time zone in which days are told.
        deadline: The last day for returns; None where there is none.
        slots: Unit by unit in the order of the roster.
        groups: Group by group, in the order of the roster.
        whole: All groups together.
        strays: Returns of no unit of the roster that still wait, or could not be read.
        reasons: Why each of these does not count, in a sentence, by its hash.
        outdated: Returns whose unit joined the roster, or left it, after they were judged.
        files: What became of every file that came in.
        entries: How many entries the journal has.
        head: Hash of the last of them.
    """

    at: datetime
    deadline: date | None
    slots: tuple[Slot, ...]
    groups: tuple[Count, ...]
    whole: Count
    strays: tuple[Recorded, ...]
    reasons: Mapping[str, str]
    outdated: tuple[Recorded, ...]
    files: Tally
    entries: int
    head: str

    @property
    def today(self) -> date:
        """The day it was taken."""
        return self.at.date()


def take_status(
    ledger: Ledger, units: Sequence[Unit], *, now: datetime, deadline: date | None = None
) -> Status:
    """Tell how a batch stands.

    Args:
        ledger: Its ledger.
        units: The units of its roster.
        now: The moment, with a time zone; days are told in that zone.
        deadline: The last day for returns; None for none.

    Returns:
        The status: the same ledger, roster and moment give the same.
    """
    survey = _Survey(ledger, now=now, deadline=deadline)
    slots = tuple(slot for unit in units for slot in survey.slots_of(unit))
    known = {unit.code for unit in units}
    strays = tuple(
        found
        for found in find_returns(ledger, State.QUESTIONED, State.ACCEPTED, State.REJECTED)
        if found.unit not in known
    )
    arrived = fates_of(ledger.connection)
    return Status(
        at=now,
        deadline=deadline,
        slots=slots,
        groups=tuple(
            _count(group, [slot for slot in slots if slot.unit.group == group])
            for group in dict.fromkeys(unit.group for unit in units)
        ),
        whole=_count("", slots),
        strays=strays,
        reasons={found.sha256: _reason(ledger, found) for found in strays},
        outdated=outdated(ledger, units),
        files=tally(len(arrived), arrived),
        entries=sum(1 for _ in entries(ledger.connection)),
        head=head(ledger.connection),
    )


def _reason(ledger: Ledger, found: Recorded) -> str:
    """Return why a return does not count: what a person said, else what is told of it first."""
    told = find_findings(ledger, found.sha256)
    first = min(told, key=lambda f: (f.severity != "error", bool(f.key)), default=None)
    return find_reason(ledger, found.sha256) or (first.message if first else "")


def _count(group: str, slots: Sequence[Slot]) -> Count:
    counted = Counter(slot.standing for slot in slots)
    return Count(
        group=group,
        units=len({slot.unit.code for slot in slots}),
        due=len(slots),
        standings={standing: counted[standing] for standing in Standing},
        issued=sum(bool(slot.issued) for slot in slots),
        late=sum(slot.late > 0 for slot in slots),
        overdue=max((slot.overdue for slot in slots), default=0),
    )


class _Survey:
    """What the ledger knows, by unit and by return."""

    def __init__(self, ledger: Ledger, *, now: datetime, deadline: date | None) -> None:
        self._ledger = ledger
        self._now = now
        self._deadline = deadline
        self._issued = {(book.unit, book.serial): book.file for book in find_issued(ledger)}
        self._sent: dict[str, list[Correction]] = defaultdict(list)
        for sent in find_corrections(ledger):
            self._sent[sent.answers].append(sent)
        self._returns: dict[str, list[Recorded]] = defaultdict(list)
        for found in find_returns(ledger):
            self._returns[found.unit].append(found)

    def slots_of(self, unit: Unit) -> tuple[Slot, ...]:
        """Return the slots of a unit: those the roster expects, then what came beyond them."""
        serials = [serial_of(unit, number) for _, number in slots_of([unit])]
        placed: dict[str, list[Recorded]] = {serial: [] for serial in serials}
        beyond = []
        for series in _series(self._returns[unit.code]):
            serial = series[0].serial
            # Without a serial it is about any of the subjects that nothing else came for.
            free = [] if serial else [name for name in serials if not placed[name]]
            if serial in placed or free:
                placed[serial if serial in placed else free[0]] += series
            else:
                beyond.append(series)
        found = [self._slot(unit, serial, series) for serial, series in placed.items()]
        return (*found, *(self._slot(unit, series[0].serial, series) for series in beyond))

    def _slot(self, unit: Unit, serial: str, series: Sequence[Recorded]) -> Slot:
        standing, counts = _standing(series)
        came = min((self._day(found.received) for found in series), default=None)
        rounds = [sent.round for found in series for sent in self._sent[found.sha256]]
        told = self._told(counts) if standing in OWED else ()
        doubts, remarks = _asked(told)
        if counts and counts.decided and standing in (Standing.EXCLUDED, Standing.ACCEPTED):
            remarks = (find_reason(self._ledger, counts.sha256),)
        return Slot(
            unit=unit,
            serial=serial,
            subject=counts.subject if counts else "",
            standing=standing,
            issued=self._issued.get((unit.code, serial), ""),
            return_id=counts.sha256[:ID_LENGTH] if counts else "",
            file=counts.file if counts else "",
            came=came,
            received=self._day(counts.received) if counts else None,
            late=self._days_past(came) if came else 0,
            overdue=self._days_past(self._now.date()) if standing in OWED else 0,
            round=max(rounds, default=0),
            is_sent=bool(counts and self._sent[counts.sha256]),
            is_asked=any(map(is_asked, told)) and not held_reason(told, unit),
            errors=counts.errors if counts else 0,
            warnings=(counts.warnings if counts else 0) + doubts,
            others=tuple(f for f in series if f.state is State.QUESTIONED and f != counts),
            remarks=remarks,
        )

    def _told(self, found: Recorded | None) -> tuple[Finding, ...]:
        return find_findings(self._ledger, found.sha256) if found else ()

    def _day(self, moment: str) -> date:
        return datetime.fromisoformat(moment).astimezone(self._now.tzinfo).date()

    def _days_past(self, day: date) -> int:
        return max((day - self._deadline).days, 0) if self._deadline else 0


def _asked(told: Sequence[Finding]) -> tuple[int, tuple[str, ...]]:
    """Return how many doubts the ledger has, and what is asked that belongs to no cell."""
    doubts = [one for one in told if one.code in set(Doubt)]
    whole = [one for one in told if not one.key and one.severity == "error"]
    return len(doubts), tuple(dict.fromkeys(one.message for one in (*doubts, *whole)))


def _standing(series: Iterable[Recorded]) -> tuple[Standing, Recorded | None]:
    """Return where a slot stands, and the return that says so: of several the newest."""
    newest = {found.state: found for found in series}
    return next(
        ((standing, newest[state]) for state, standing in _PRECEDENCE if state in newest),
        (Standing.MISSING, None),
    )


def _series(returns: Iterable[Recorded]) -> list[list[Recorded]]:
    """Group the returns of a unit by slot, those with a serial first, each oldest first."""
    grouped: dict[tuple[str, str], list[Recorded]] = defaultdict(list)
    for found in returns:
        grouped[found.serial, "" if found.serial else found.subject].append(found)
    return [grouped[name] for name in sorted(grouped, key=lambda name: (not name[0], name))]
