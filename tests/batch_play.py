"""A small batch to play with: three invented parishes, a clock that is set, answers typed in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import openpyxl
from hand_returns import FORMS
from libreoffice_tools import type_answers

from clusterxl.batch.begin import Beginning, begin_batch
from clusterxl.batch.folder import CORRECTIONS, Batch, open_batch
from clusterxl.batch.issue import issue_batch
from clusterxl.batch.judge import examine
from clusterxl.batch.receive import Receipt, receive_files
from clusterxl.correct import next_stamp, write_correction
from clusterxl.excel.cells import address
from clusterxl.excel.raw import parse_reference
from clusterxl.excel.signing import signed
from clusterxl.form.file import load_form
from clusterxl.form.model import Form, defined_name
from clusterxl.issue import Places, serial_of
from clusterxl.issuer import Issuer
from clusterxl.ledger import Correction, Ledger, Recorded, record_correction
from clusterxl.replies import ReplyKind, reply_name, reply_words

HARVEST = FORMS / "harvest-years"
FORM = load_form(HARVEST, base_year=2024)
# The form of the tests, of which a unit may answer several: with a name for each.
HEAD = ('levels = ["county"', 'subject = "estate"\nlevels = ["county"')
WHEAT = '[[section.block.field]]\nid = "wheat"'
ESTATE = '[[section.block.field]]\nid = "estate"\nlabel = "Estate"\ntype = "text"\n\n'
DEADLINE = date(2025, 1, 31)
NOON = datetime(2025, 1, 10, 12, tzinfo=UTC)
WHO = "clerk@example"
# Calder files for two subjects.
ROSTER = """city,unit,code,type,subjects
Northshire,Aston,1101,,1
Northshire,Beeley,1102,,1
Southshire,Calder,2201,,2
"""
GOOD: Mapping[str, str | float] = {
    "wheat_2023": 10,
    "wheat_2024": 11,
    "wheat_yield_2023": 2.5,
    "wheat_yield_2024": 3,
}
Typed = Mapping[str, str | float]
Type = Callable[[bytes, Typed, Path], bytes]


def form_of_estates(folder: Path) -> Path:
    """Write the form of harvests with a name for each of several subjects of a parish."""
    shutil.copytree(HARVEST, folder)
    head = folder / "form.toml"
    text = head.read_text(encoding="utf-8")
    for old, new in (HEAD, (WHEAT, ESTATE + WHEAT)):
        assert old in text
        text = text.replace(old, new)
    head.write_text(text, encoding="utf-8")
    return folder


def begun(folder: Path) -> Batch:
    """Begin the batch, with all its workbooks handed out."""
    folder.mkdir(parents=True, exist_ok=True)
    form = form_of_estates(folder / "form")
    roster = folder / "given.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    asked = Beginning(form=form, base_year=2024, roster=roster, deadline=DEADLINE)
    batch = begin_batch(folder / "batch", asked, clock=lambda: NOON, who=WHO)
    issue_batch(batch)
    return batch


def on(batch: Batch, moment: datetime) -> Batch:
    """Open the batch again on another day."""
    return open_batch(batch.root, clock=lambda: moment, who=WHO)


def blank(batch: Batch, unit: str, slot: int = 1) -> bytes:
    """Return a workbook as it was handed out."""
    owner = batch.issued.units[unit]
    return (
        batch.root / "issued" / Places(tuple(batch.issued.units.values())).of(owner, slot)
    ).read_bytes()


def typed(data: bytes, answers: Typed) -> bytes:
    """Type into named cells, by key or, for answers to a correction, by name; save elsewhere."""
    book = openpyxl.load_workbook(BytesIO(data))
    for name, value in answers.items():
        area = parse_reference(str(book.defined_names[_name(name)].attr_text))
        assert area is not None
        book[area.sheet].cell(area.row, area.column, value)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def typed_in_openpyxl(data: bytes, answers: Typed, folder: Path) -> bytes:
    """Type answers as a library does."""
    assert folder.is_dir()
    return typed(data, answers)


def typed_in_libreoffice(data: bytes, answers: Typed, folder: Path) -> bytes:
    """Type answers as a person does, and save."""
    given, filled = folder / "given.xlsx", folder / "filled.xlsx"
    given.write_bytes(data)
    book = openpyxl.load_workbook(given)
    places = {}
    for name, value in answers.items():
        area = parse_reference(str(book.defined_names[_name(name)].attr_text))
        assert area is not None
        places[area.sheet, address(area.row, area.column)] = value
    type_answers(given, filled, places)
    return filled.read_bytes()


def _name(name: str) -> str:
    return name if name.startswith("r_") else defined_name(name)


def filled(batch: Batch, unit: str, slot: int = 1, **answers: str | float) -> bytes:
    """Return a unit's workbook with good answers, but for some."""
    name = {"estate": f"Example estate {unit}-{slot}"}
    return typed(blank(batch, unit, slot), {**GOOD, **name, **answers})


def issued_for(batch: Batch, unit: str, form: Form) -> bytes:
    """Return a workbook of this batch as it would have been issued for another form."""
    issuer = Issuer(form, batch=batch.facts.batch, key=batch.key)
    return issuer.workbook(batch.issued.units[unit], serial=serial_of(batch.issued.units[unit], 1))


def older(form: Form) -> Form:
    """Return an earlier version of a form."""
    return replace(form, version="0" * 12)


def receive(batch: Batch, folder: Path, files: Mapping[str, bytes]) -> Receipt:
    """Receive files that lie in a folder of their own."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return receive_files(batch, [folder])


def fates(receipt: Receipt) -> dict[str, str]:
    """Return what became of each file."""
    return {file.file: str(file.fate) for file in receipt.files}


def codes(receipt: Receipt, name: str) -> set[str]:
    """Return what is told about a file."""
    return {f.code for file in receipt.files if file.file == name for f in file.findings}


def correct(batch: Batch, ledger: Ledger, found: Recorded) -> bytes:
    """Write the correction of a return, and enter it."""
    examined = examine(batch, ledger.archive.read(found.sha256), found.file)
    assert batch.key is not None
    stamp = signed(next_stamp(examined.returned), batch.key)
    content = write_correction(examined.returned, examined.records, examined.findings, stamp=stamp)
    path = batch.root / CORRECTIONS / f"{found.serial} {stamp.round}.xlsx"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    record_correction(
        ledger,
        Correction(
            sha256=sha256(content).hexdigest(),
            answers=found.sha256,
            file=path.relative_to(batch.root).as_posix(),
            round=stamp.round,
        ),
    )
    return content


def answered(lines: int, **answers: str | float) -> Typed:
    """Return answers to a correction of some lines, each said to be corrected."""
    word = reply_words(FORM.language)[ReplyKind.CORRECTED]
    return {**answers, **{reply_name(number): word for number in range(1, lines + 1)}}
