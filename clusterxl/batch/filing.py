"""What a comparison says of the batch it is made in, as the last settled entry left it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from clusterxl.batch.folder import Batch
from clusterxl.batch.gather import settled_entry
from clusterxl.batch.groups import groups_table
from clusterxl.batch.status import Count, Slot, Standing, Status, take_status
from clusterxl.batch.status_looks import StatusLooks
from clusterxl.batch.words import hides_subjects, standing_word
from clusterxl.form.model import Form
from clusterxl.ledger import Ledger, Recorded, State, find_reason, find_returns
from clusterxl.ledger.store import ARCHIVE
from clusterxl.report.filed import Filing, LeftOut
from clusterxl.sentences import say


def settled_status(batch: Batch, ledger: Ledger) -> Status:
    """Tell how a batch stood when it was last settled; noting a comparison changes nothing.

    No clock is asked: the same journal gives the same, whenever and wherever it is asked.
    """
    entry = settled_entry(ledger)
    moment = datetime.fromisoformat(entry.at) if entry else batch.clock()
    # Without a time zone of its own the days of a batch would be those of this computer.
    now = batch.local(moment) if batch.facts.zone else moment
    status = take_status(ledger, batch.units, now=now, deadline=batch.deadline)
    if entry is None:
        return status
    return replace(status, entries=entry.number, head=entry.hash)


def filing_of(
    batch: Batch, ledger: Ledger, *, counted: Collection[str], questioned: bool
) -> Filing:
    """Return what the comparison of some returns says of its batch.

    Args:
        batch: The batch.
        ledger: Its ledger.
        counted: Hashes of the returns that count.
        questioned: Whether questioned returns count where none is accepted.
    """
    status = settled_status(batch, ledger)
    looks = StatusLooks(form=batch.form)
    return Filing(
        note=_note(looks, status, questioned=questioned),
        basis=_basis(looks, status, counted=len(counted), questioned=questioned),
        facts=_facts(batch, looks, status),
        left_out=tuple(_left_out(batch, ledger, counted)),
        standings={each.group: _standing(looks, each) for each in status.groups},
        groups=groups_table(looks, _without_people(batch.form, status)),
        archive=ARCHIVE,
    )


def _without_people(form: Form, status: Status) -> Status:
    """Return the status without names of subjects that are people."""
    if not hides_subjects(form):
        return status
    slots: tuple[Slot, ...] = tuple(replace(slot, subject="") for slot in status.slots)
    return replace(status, slots=slots)


def _basis(looks: StatusLooks, status: Status, *, counted: int, questioned: bool) -> str:
    """Say what every sheet rests on: what counts, what is owed, as of which day."""
    standings = status.whole.standings
    figures = {
        "counted": counted,
        "due": status.whole.due,
        "to_correct": standings[Standing.QUESTIONED] + standings[Standing.REJECTED],
        "missing": standings[Standing.MISSING],
        "excluded": standings[Standing.EXCLUDED],
        "day": looks.day(status.today),
    }
    name = "filing_basis_questioned" if questioned else "filing_basis_accepted"
    return looks.say(f"batch.{name}", **figures)


def _standing(looks: StatusLooks, count: Count) -> str:
    """Say where the slots of a group stand, in the words of the status."""
    return looks.say("report.comma").join(
        standing_word(standing, lang=looks.form.language)
        for standing in Standing
        if count.standings[standing]
    )


def _note(looks: StatusLooks, status: Status, *, questioned: bool) -> str:
    """Say what counts, and by which entry of the journal that can be proved."""
    standings = status.whole.standings
    figures = {
        "due": status.whole.due,
        "accepted": standings[Standing.ACCEPTED],
        "questioned": standings[Standing.QUESTIONED],
        "missing": standings[Standing.MISSING] + standings[Standing.REJECTED],
        "excluded": standings[Standing.EXCLUDED],
    }
    name = "rests_on_questioned" if questioned else "rests_on_accepted"
    proof = looks.say("batch.rests_on_journal", head=status.head)
    return looks.say(f"batch.{name}", **figures) + proof


def _facts(batch: Batch, looks: StatusLooks, status: Status) -> tuple[tuple[str, str], ...]:
    deadline = looks.day(status.deadline) or looks.say("batch.filing_no_deadline")
    facts = (
        ("batch", batch.facts.batch),
        ("deadline", deadline),
        ("as_of", status.at.isoformat(timespec="seconds")),
        ("entries", str(status.entries)),
        ("head", status.head),
    )
    return tuple((looks.say(f"batch.filing_{name}"), text) for name, text in facts)


def _left_out(batch: Batch, ledger: Ledger, counted: Collection[str]) -> Iterator[LeftOut]:
    units = {unit.code: unit for unit in batch.units}
    every = find_returns(ledger)
    files = {found.sha256: found.file for found in every}
    hides = hides_subjects(batch.form)
    for found in every:
        if found.sha256 in counted:
            continue
        unit = units.get(found.unit)
        yield LeftOut(
            group=unit.group if unit else "",
            unit=unit.name if unit else found.unit,
            subject="" if hides else found.subject,
            file=found.file,
            sha256=found.sha256,
            errors=found.errors,
            warnings=found.warnings,
            reason=_reason(batch.form.language, ledger, found, files),
        )


def _reason(lang: str, ledger: Ledger, found: Recorded, files: dict[str, str]) -> str:
    """Say why a return does not count: where it stands, and what a person said of it."""
    if found.purged:
        return say("batch.filing_purged", lang=lang)
    if found.state is State.SUPERSEDED and files.get(found.superseded_by):
        return say("report.filing_newer", lang=lang, file=files[found.superseded_by])
    state = say(f"ledger_state.{found.state}", lang=lang)
    reason = find_reason(ledger, found.sha256)
    told = say("batch.filing_reason", lang=lang, state=state, reason=reason)
    return told if reason else state
