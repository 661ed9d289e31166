"""What people decide about a return, which they name by what they have at hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from clusterxl import ledger as memory
from clusterxl.batch.folder import Batch, cannot
from clusterxl.batch.words import hides_subjects
from clusterxl.errors import BatchError
from clusterxl.form.roster import find_unit
from clusterxl.issue import serial_of
from clusterxl.ledger import Ledger, Recorded, State, find_returns
from clusterxl.ledger.records import ID_LENGTH
from clusterxl.ledger.states import LIVE, state_word
from clusterxl.sentences import one_line

_FEWEST_DIGITS = 4
_LONGEST_NAME = 120
_UNDONE = (State.EXCLUDED, State.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a decision came to.

    Attributes:
        before: The return before.
        after: The return now.
        superseded: Returns whose place it took.
        is_filled: Another return of its unit and serial counts or is asked about.
        head: Head of the journal after it.
    """

    before: Recorded
    after: Recorded
    superseded: tuple[Recorded, ...]
    is_filled: bool
    head: str


def find_return(batch: Batch, ledger: Ledger, name: str) -> Recorded:
    """Return the return that somebody names.

    Args:
        batch: The batch.
        ledger: Its ledger.
        name: The start of its id, the name of its file, its serial, the code of its unit or what
            that is called. Of several returns of a serial or unit, the one that counts or is asked
            about is meant.

    Raises:
        BatchError: There is none, or there are several; the sentence lists them.
    """
    found = named_returns(batch, ledger, name)
    if len(found) > 1:
        raise many_returns(batch, name, found)
    return found[0]


def named_returns(batch: Batch, ledger: Ledger, name: str) -> tuple[Recorded, ...]:
    """Return all returns that a name may mean, at least one.

    Raises:
        BatchError: There is none.
    """
    known, units, name = find_returns(ledger), batch.units, name.strip()
    called = {unit.code for unit in units if name in (unit.name, f"{unit.group}{unit.name}")}
    for found in (
        _by_id(known, name),
        _by_file(known, name),
        _by_slot(known, {name}),
        _by_slot(known, called),
    ):
        if found:
            return tuple(found)
    for unit in units:
        serials = (serial_of(unit, number) for number in range(1, unit.subjects + 1))
        if unit.code in {name, *called} or name in serials:
            whose = " ".join(part for part in (unit.code, unit.group, unit.name) if part)
            raise cannot("nothing_came", unit=whose)
    raise cannot("no_return", name=one_line(name, _LONGEST_NAME))


def many_returns(batch: Batch, name: str, found: Iterable[Recorded]) -> BatchError:
    """Return the error that lists the returns that a name may mean."""
    if hides_subjects(batch.form):
        found = map(without_name, found)
    listed = "\n".join(f"  {shown_line(one)}" for one in found)
    return cannot("many_returns", name=one_line(name, _LONGEST_NAME), returns=listed)


def without_name(found: Recorded) -> Recorded:
    """Return a return without the name of its subject."""
    return replace(found, subject="")


def shown_line(found: Recorded) -> str:
    """Return a return in a line: id, state, serial or unit, subject, file."""
    parts = (found.sha256[:ID_LENGTH], state_word(found.state), found.serial or found.unit)
    return "  ".join(part for part in (*parts, found.subject, found.file) if part)


def _by_id(known: Sequence[Recorded], name: str) -> list[Recorded]:
    # A short number is the code of a unit sooner than the start of a hash.
    if len(name) < _FEWEST_DIGITS or any(name in (one.unit, one.serial) for one in known):
        return []
    return [one for one in known if one.sha256.startswith(name.lower())]


def _by_file(known: Sequence[Recorded], name: str) -> list[Recorded]:
    whole = [one for one in known if one.file == name]
    return whole or [one for one in known if one.file and PurePosixPath(one.file).name == name]


def _by_slot(known: Sequence[Recorded], names: Collection[str]) -> list[Recorded]:
    # A file that is nobody's has neither; no name means it.
    wanted = set(names) - {""}
    found = [one for one in known if one.serial in wanted or one.unit in wanted]
    live = [one for one in found if one.state in LIVE]
    return live or found


def accept_return(
    batch: Batch, name: str, *, reason: str, unit: str = "", serial: str = ""
) -> Decided:
    """Accept a return, also one that was excluded or rejected before; again, nothing changes.

    Args:
        batch: The batch.
        name: The return, as `find_return` takes it.
        reason: Why.
        unit: Code of the unit, where its workbook does not say it, or wrongly.
        serial: Another serial, where it is about another subject than its workbook was issued for.

    Raises:
        BatchError: There is none, or there are several, or its unit is not in the roster.
        UnknownUnitError: The roster has no such unit.
        LedgerError: Its state forbids it, it has no values, or there is no reason.
        OutputError: The ledger cannot be written.
    """
    if unit:
        find_unit(batch.units, unit)
        serial = serial or serial_of(find_unit(batch.units, unit), 1)
    with batch.ledger() as ledger:
        found = find_return(batch, ledger, name)
        if found.state is State.ACCEPTED and (unit, serial) in (("", ""), _slot_of(found)):
            return _decided(ledger, found)
        if not unit and found.unit and found.unit not in {one.code for one in batch.units}:
            raise cannot("off_roster", file=found.file, unit=found.unit)
        before = _replaced_by(ledger, found)
        if found.state in _UNDONE:
            memory.readmit(ledger, found.sha256, reason=reason)
        memory.accept(ledger, found.sha256, reason=reason, unit=unit, serial=serial)
        replaced = [one for one in _replaced_by(ledger, found) if one not in before]
        return _decided(ledger, found, replaced)


def exclude_return(batch: Batch, name: str, *, reason: str) -> Decided:
    """Exclude a return: it stays known and counts nowhere; again, nothing changes.

    Raises:
        BatchError: There is none, or there are several.
        LedgerError: Its state forbids it, or there is no reason.
        OutputError: The ledger cannot be written.
    """
    with batch.ledger() as ledger:
        found = find_return(batch, ledger, name)
        if found.state is not State.EXCLUDED:
            memory.exclude(ledger, found.sha256, reason=reason)
        return _decided(ledger, found)


def _slot_of(found: Recorded) -> tuple[str, str]:
    return found.unit, found.serial


def _replaced_by(ledger: Ledger, found: Recorded) -> list[Recorded]:
    return [one for one in find_returns(ledger) if one.superseded_by == found.sha256]


def _decided(ledger: Ledger, before: Recorded, superseded: Iterable[Recorded] = ()) -> Decided:
    after = memory.require_return(ledger, before.sha256)
    live = [one for one in find_returns(ledger, *LIVE) if one.sha256 != after.sha256]
    return Decided(
        before=before,
        after=after,
        superseded=tuple(superseded),
        is_filled=any(_slot_of(one) == _slot_of(after) for one in live),
        head=memory.head(ledger.connection),
    )
