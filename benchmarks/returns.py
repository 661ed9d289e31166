"""Makes returns of the official form with full lists, by the thousand, for what measures them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit, units_of
from clusterxl.generate import generate_workbook
from clusterxl.testing.simulate import simulate_answers

FORM = "gd-cluster-2023"
# Each is written in full; the others are these under other names.
WRITTEN = 60


def full_answers(form: Form, unit: Unit, seed: int) -> dict[str, str | float]:
    """Answer everything, and fill each list to its last row with what stands in its first."""
    answers = dict(simulate_answers(form, unit=unit, seed=seed))
    for asked in form.inputs:
        first = answers.get(re.sub(r"\[\d+\]", "[1]", asked.key))
        if asked.row and first not in (None, ""):
            answers.setdefault(asked.key, first)
    return answers


def made_returns(folder: Path, count: int) -> None:
    """Make returns of as many subjects, no two files alike, a file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for at, data in enumerate(islice(_returns(count), count)):
        (folder / f"{at:05}.xlsx").write_bytes(data)


def _returns(count: int) -> Iterator[bytes]:
    form = load_form(FORM)
    units = units_of(form)
    written = []
    for seed in range(min(count, WRITTEN)):
        unit = units[seed * len(units) // WRITTEN]
        answers = full_answers(form, unit, seed)
        name = str(answers[form.subject])
        written.append((name, generate_workbook(form, unit=unit, answers=answers, sample=True)))
        yield written[-1][1]
    for round_no in range(1, count):
        for name, data in written:
            yield _renamed(data, name, f"{name}{round_no}")


def _renamed(data: bytes, name: str, other: str) -> bytes:
    """Copy a workbook and give its subject another name."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for entry in source.infolist():
            part = source.read(entry)
            if entry.filename == "xl/sharedStrings.xml":
                part = part.replace(f">{name}<".encode(), f">{other}<".encode())
            target.writestr(entry.filename, part)
    return out.getvalue()
