"""Whom to call about a return: its personal answers, each with what tells whose it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clusterxl.batch.folder import Batch
from clusterxl.batch.judge import read_in_batch
from clusterxl.errors import WorkbookError
from clusterxl.form.inputs import Input
from clusterxl.form.model import Form
from clusterxl.frames import Status
from clusterxl.ledger import Ledger, Recorded, State, find_returns
from clusterxl.ledger.records import ID_LENGTH
from clusterxl.normalise import normalise_returns
from clusterxl.sentences import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """Whom to call about one return.

    Attributes:
        return_id: The return.
        subject: Its subject.
        lines: What it says, a line a row of the form, each with its question.
    """

    return_id: str
    subject: str
    lines: tuple[str, ...]


def contacts_of(batch: Batch, ledger: Ledger) -> Mapping[str, tuple[Contacts, ...]]:
    """Return whom to call, by code of the unit: what its returns say that is personal.

    Units of which nothing came have none; the roster knows no people.
    """
    contacts: dict[str, list[Contacts]] = {}
    for found in find_returns(ledger, State.ACCEPTED, State.QUESTIONED):
        if lines := contact_lines(batch, ledger, found):
            one = Contacts(return_id=found.sha256[:ID_LENGTH], subject=found.subject, lines=lines)
            contacts.setdefault(found.unit, []).append(one)
    return {unit: tuple(own) for unit, own in contacts.items()}


def contact_lines(batch: Batch, ledger: Ledger, found: Recorded) -> tuple[str, ...]:
    """Return what a return says that is personal, in the order of the form.

    Raises:
        LedgerError: The archive has lost it.
    """
    if found.purged:
        return ()
    try:
        returned = read_in_batch(batch, ledger.archive.read(found.sha256), found.file)
    except WorkbookError:
        # It was taken in; that it cannot be read any more is for `verify` to tell.
        return ()
    values = normalise_returns([returned], form=batch.form).values
    shown = values[values["status"] == Status.VALUE.value]
    return tuple(_lines(batch.form, dict(zip(shown["key"], shown["raw"], strict=True))))


def shown_contacts(contacts: Sequence[Contacts], return_ids: Sequence[str], *, lang: str) -> str:
    """Return whom to call about a slot: whoever its own returns name, else the unit's others.

    Args:
        contacts: Those of its unit.
        return_ids: The returns of the slot.
        lang: The language.
    """
    own = [line for one in contacts if one.return_id in return_ids for line in one.lines]
    if own:
        return "\n".join(dict.fromkeys(own))
    # Of another subject of the unit: the same people may know more, and may be others.
    named = [
        (say("batch.contacts_beside", lang=lang, subject=one.subject), *one.lines)
        if one.subject
        else one.lines
        for one in contacts
    ]
    return "\n".join(dict.fromkeys(line for lines in named for line in lines))


def _lines(form: Form, typed: Mapping[str, str]) -> Iterator[str]:
    """Go through the rows of the form that hold personal answers, a line each."""
    rows: list[list[str]] = []
    for one, full in _named(form):
        if not rows or not one.field.draw.beside:
            rows.append([])
        if one.key in typed:
            label = one.label if rows[-1] else full
            figures = {"label": label, "value": typed[one.key]}
            rows[-1].append(say("batch.contact", lang=form.language, **figures))
    between = say("batch.contacts_between", lang=form.language)
    yield from (between.join(row) for row in rows if row)


def _named(form: Form) -> Iterator[tuple[Input, str]]:
    """Go through the personal questions, each with a name that tells it from the others.

    A label that several have is told by the question above it, as on the paper.
    """
    counts = Counter(one.label for one in form.inputs if one.field.personal)
    above: Input | None = None
    for one in form.inputs:
        if not one.field.personal:
            above = above if one.is_note else one
        elif counts[one.label] == 1 or above is None or above.section != one.section:
            yield one, one.label
        else:
            figures = {"label": one.label, "about": above.label}
            yield one, say("batch.contact_of", lang=form.language, **figures)
