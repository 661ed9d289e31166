"""Begins a batch: a folder with its form, rules and roster frozen in it, a key and a ledger."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from clusterxl.batch.folder import (
    FORM,
    HEAD,
    KEPT,
    KEY,
    ROSTER,
    Batch,
    Facts,
    cannot,
    head_text,
    lasting_facts,
    open_batch,
    settings_of,
    write_secret,
)
from clusterxl.excel.signing import key_id, new_key
from clusterxl.form.file import form_files, load_form
from clusterxl.form.model import Form
from clusterxl.form.roster import COLUMNS, Unit, load_roster, units_of
from clusterxl.ledger import open_ledger, set_facts
from clusterxl.ledger.store import utc_now
from clusterxl.outputs import PART, not_writable, sweep, write_file
from clusterxl.ruleset.load import load_rules
from clusterxl.tables import guard


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a batch is to be.

    Attributes:
        form: Id of a packaged form, or path of a form's folder.
        base_year: Last year of the data; None for a form without years.
        roster: A CSV file of who is to answer; None takes the form's own list.
        deadline: The last day for returns; None where there is none.
    """

    form: str | Path
    base_year: int | None = None
    roster: Path | None = None
    deadline: date | None = None


def begin_batch(
    root: Path, plan: Beginning, *, clock: Callable[[], datetime] = utc_now, who: str = ""
) -> Batch:
    """Begin a batch in a folder that is new or empty; the same again changes nothing.

    Its head is written last: until then the folder is no batch, and beginning it again goes on.

    Args:
        root: The folder.
        plan: What it is to be.
        clock: Tells the time.
        who: Whom the journal names; the user and computer when empty.

    Raises:
        BatchError: The folder holds another batch or other files, nobody is to answer, or the
            base year is missing.
        UnknownFormError: There is no such form.
        DefinitionError: The form or its rules have mistakes.
        RosterError: The roster has mistakes.
        OutputError: The folder cannot be written.
    """
    form = load_form(plan.form, base_year=plan.base_year)
    load_rules(form)
    if form.base_year and plan.base_year is None:
        raise cannot("no_base_year", form=form.id)
    units = load_roster(plan.roster, form) if plan.roster else units_of(form)
    if not units:
        raise cannot("no_units", form=form.id)
    if (root / HEAD).is_file():
        return _same_batch(open_batch(root, clock=clock, who=who), form, units, plan)
    _require_room(root)
    sweep(root)
    _freeze(root, plan, units)
    key = _make_key(root)
    facts = Facts(
        batch="-".join((*([str(form.base_year)] if form.base_year else []), key_id(key)[:8])),
        form=form.id,
        version=form.version,
        base_year=form.base_year or 0,
        key_id=key_id(key),
        zone=clock().astimezone().isoformat(timespec="seconds")[-len("+00:00") :],
    )
    frozen = load_form(root / FORM, base_year=plan.base_year)
    batch = Batch(
        root=root,
        facts=facts,
        form=frozen,
        units=units,
        key=key,
        deadline=plan.deadline,
        clock=clock,
        who=who,
    )
    with open_ledger(root, create=True, clock=clock, who=who) as ledger:
        set_facts(ledger, {**lasting_facts(batch), **settings_of(batch)})
    write_file(root / HEAD, head_text(facts, plan.deadline).encode())
    return batch


def _same_batch(batch: Batch, form: Form, units: tuple[Unit, ...], plan: Beginning) -> Batch:
    asked = (form.version, form.base_year, plan.deadline, units)
    if asked != (batch.form.version, batch.form.base_year, batch.deadline, batch.units):
        raise cannot("exists", folder=batch.root)
    return batch


def _require_room(root: Path) -> None:
    """See that a folder holds nothing but what a beginning that was broken off has left."""
    try:
        names = {path.name for path in root.iterdir()} if root.exists() else set()
    except OSError as error:
        raise not_writable(root, error) from error
    if others := sorted(name for name in names - KEPT if not name.endswith(PART)):
        raise cannot("not_empty", folder=root, others=", ".join(others[:5]))


def _freeze(root: Path, plan: Beginning, units: tuple[Unit, ...]) -> None:
    for name, content in form_files(plan.form).items():
        write_file(root / FORM / name, content, force=True)
    write_file(root / ROSTER, _roster_text(units), force=True)


def _roster_text(units: tuple[Unit, ...]) -> bytes:
    """Return a roster in which every unit has its code, so that none moves when rows join."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for unit in units:
        texts = (unit.group, unit.name, unit.code, unit.type, str(unit.subjects))
        writer.writerow([guard(text) for text in texts])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _make_key(root: Path) -> bytes:
    """Make the key, readable by its owner only where the system knows owners."""
    path = root / KEY
    try:
        if not path.exists():
            write_secret(path, f"{new_key().hex()}\n".encode())
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except OSError as error:
        raise not_writable(path, error) from error
