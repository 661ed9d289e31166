"""A province with a season under way: commands by day, and respondents who fill in what they got.

The form is the one of all checks for the units of the packaged form, so that a season of 60 returns
takes a minute; `SEASON_FORM=gd-cluster-2023` plays it with the packaged form itself.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from hand_returns import FORMS
from libreoffice_tools import Filling

from clusterxl.batch.folder import Batch, open_batch
from clusterxl.cli.group import cli
from clusterxl.excel.stamp import Stamp
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit, units_of
from clusterxl.generate import plan_return, write_plan
from clusterxl.issue import serial_of
from clusterxl.issuer import Issuer
from clusterxl.read import read_return
from clusterxl.replies import ReplyKind, reply_words
from clusterxl.testing.defects import simulate_defects
from clusterxl.testing.expressions import Value

OFFICIAL, BASE_YEAR = "gd-cluster-2023", 2022
DEADLINE = "2023-04-20"
COUNTIES = ("区", "县", "县级市", "自治县")
_SUM = re.compile(r"收到 (\d+) 个文件 = (.+)")
_PART = re.compile(r"(\S+) (\d+)")


@dataclass(kw_only=True)
class Season:
    """A season under way.

    Attributes:
        folder: Where everything lies.
        form: Id or folder of the form.
        units: The units of the roster.
        now: The moment.
        received: Of each receive its files, by what became of them; its lines under "lines".
    """

    folder: Path
    form: str
    units: tuple[Unit, ...]
    now: datetime = datetime(2023, 4, 3, 2, tzinfo=UTC)
    received: list[Mapping[str, int]] = field(default_factory=list)

    @property
    def root(self) -> Path:
        """Return the folder of the batch."""
        return self.folder / "round"

    @cached_property
    def batch(self) -> Batch:
        """Return the batch; its form is loaded once, so that what follows from it is, too."""
        return open_batch(self.root, clock=lambda: self.now)

    @cached_property
    def paper(self) -> Form:
        """Return the form as respondents know it."""
        return load_form(self.form, base_year=BASE_YEAR)

    def on(self, day: int) -> None:
        """Let it be another day of April."""
        self.now = datetime(2023, 4, day, 2, tzinfo=UTC)

    def run(self, name: str, *arguments: str | Path) -> str:
        """Run a command of the batch and return what it prints."""
        given = ["--lang", "zh", "batch", name, "--batch", self.root, *arguments]
        done = CliRunner().invoke(cli, list(map(str, given)), obj=lambda: self.now)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code in (0, 1), done.output
        return done.output

    def receive(self, files: Mapping[str, bytes], *arguments: str | Path) -> Mapping[str, str]:
        """Receive files; return the line of each, and note what the sum says."""
        inbox = self.folder / f"in {len(self.received)}"
        inbox.mkdir()
        for file, data in files.items():
            (inbox / file).write_bytes(data)
        printed = self.run("receive", inbox, *arguments)
        (found,) = filter(None, map(_SUM.fullmatch, printed.splitlines()))
        counts = {word: int(number) for word, number in _PART.findall(found[2])}
        assert sum(counts.values()) == int(found[1])
        self.received.append({word: number for word, number in counts.items() if number})
        lines = printed.splitlines()
        return {file: next((line for line in lines if f"  {file}  " in line), "") for file in files}

    def decide(self, act: str, file: str, reason: str) -> None:
        """Let a person decide about a return."""
        assert file in self.run(act, file, "--reason", reason)

    def status(self) -> dict[str, Any]:
        """Return how the batch stands."""
        told: dict[str, Any] = json.loads(self.run("status", "--format", "json"))
        return told

    # ---- respondents

    def name_of(self, at: int, slot: int = 1) -> str:
        """Return the name a workbook was handed out by."""
        unit = self.units[at]
        return f"{unit.code} {unit.name}{f'-{slot}' if slot > 1 else ''}.xlsx"

    def answers(
        self, at: int, *, slot: int = 1, seed: int = 1, defects: Sequence[str] = ()
    ) -> Mapping[str, Value]:
        """Return what a unit answers."""
        unit = self.units[at]
        made = simulate_defects(self.paper, unit=unit, seed=seed, subject_no=slot, defects=defects)
        # Whoever answers otherwise still answers for the same subject, wherever it is named.
        known = simulate_defects(self.paper, unit=unit, seed=1, subject_no=slot).answers
        name, own = made.answers[self.paper.subject], known[self.paper.subject]
        return {key: own if value == name else value for key, value in made.answers.items()}

    def filled(
        self,
        at: int,
        *,
        slot: int = 1,
        seed: int = 1,
        defects: Sequence[str] = (),
        stamp: Stamp | None = None,
        sample: bool = True,
    ) -> bytes:
        """Return the workbook of a unit with its answers."""
        batch = self.batch
        answers = self.answers(at, slot=slot, seed=seed, defects=defects)
        mark = stamp or self.stamp(at, slot=slot)
        plan = plan_return(
            batch.form, unit=self.units[at], answers=answers, stamp=mark, sample=sample
        )
        return write_plan(plan)

    def stamp(
        self, at: int, *, slot: int = 1, form: Form | None = None, key: bytes | None = None
    ) -> Stamp:
        """Return the stamp that the workbook of a unit carries."""
        batch = self.batch
        issuer = Issuer(form or batch.form, batch=batch.facts.batch, key=key or batch.key)
        return issuer.stamp(self.units[at], serial=serial_of(self.units[at], slot))

    def correction(self, at: int, number: int) -> Path:
        """Return the correction of a unit that was sent in a round."""
        unit = self.units[at]
        name = f"{unit.code} {unit.name} 第{number}次退回.xlsx"
        return self.root / "corrections" / unit.group / name

    def reply(
        self,
        fill: Filling,
        given: Path,
        answers: Mapping[str, Value],
        *,
        kind: ReplyKind = ReplyKind.CORRECTED,
    ) -> bytes:
        """Let LibreOffice answer every line of a correction, and type answers beside it."""
        sent = read_return(given, forms=[self.batch.form])
        typed: dict[tuple[str, str], Value] = {
            (one.sheet, one.cell): reply_words(sent.form.language)[kind] for one in sent.replies
        }
        for key, value in answers.items():
            typed[sent.cells[key].sheet, sent.cells[key].cell] = value
        filled = self.folder / f"saved {given.name}"
        fill(given, filled, typed)
        return filled.read_bytes()

    def asked(self, given: Path) -> tuple[str, ...]:
        """Return the keys that a correction asks about."""
        sent = read_return(given, forms=[self.batch.form])
        return tuple(dict.fromkeys(one.key for one in sent.replies if one.key))


def begun(folder: Path) -> Season:
    """Begin a batch of 122 counties, two of which file two subjects, and hand out its workbooks."""
    official = load_form(OFFICIAL, base_year=BASE_YEAR)
    found = [unit for unit in units_of(official) if unit.type in COUNTIES]
    subjects = [2, 2, *(1 for _ in found[2:])]
    form = os.environ.get("SEASON_FORM") or str(_with_places(folder / "form", found))
    rows = [
        (unit.group, unit.name, unit.code, unit.type, number)
        for unit, number in zip(found, subjects, strict=True)
    ]
    roster = folder / "roster.csv"
    with roster.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("city", "unit", "code", "type", "subjects"), *rows])
    season = Season(folder=folder, form=form, units=tuple(found))
    asked = ("--form", form, "--base-year", str(BASE_YEAR), "--deadline", DEADLINE)
    given = ["batch", "new", str(season.root), *asked, "--roster", str(roster)]
    done = CliRunner().invoke(cli, given, obj=lambda: season.now)
    assert done.exit_code == 0, done.output
    season.units = season.batch.units
    season.run("issue")
    return season


def _with_places(folder: Path, units: Sequence[Unit]) -> Path:
    """Write the form of all checks with these units in its list of places."""
    shutil.copytree(FORMS / "all-checks", folder)
    with (folder / "lists" / "places.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = [(unit.code, unit.group, unit.name, unit.type) for unit in units]
        csv.writer(stream).writerows([("code", "city", "county", "type"), *rows])
    return folder
