"""A small batch to play with: the form of all checks, three units, a clock that is turned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hand_returns import FORMS, all_checks, good_answers

from clusterxl.batch.begin import Beginning, begin_batch
from clusterxl.batch.folder import Batch
from clusterxl.batch.receive import receive_files
from clusterxl.form.answers import Answer
from clusterxl.form.roster import find_unit
from clusterxl.generate import plan_return, write_plan
from clusterxl.issue import serial_of
from clusterxl.issuer import Issuer

START = datetime(2023, 4, 10, 2, tzinfo=UTC)
DEADLINE = date(2023, 4, 20)
ROSTER = (
    "city,unit,code,type,subjects\n甲市,东县,101,县,2\n甲市,西县,102,县,1\n乙市,南区,201,区,1\n"
)
# At these the check asks: a number as text, a blank, one to be verified.
BAD: Mapping[str, Answer | None] = {"area": "约40", "phone": None, "share_2021": 0.84}


class Clock:
    """Tells the time that it was set to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def pass_days(self, days: int) -> None:
        """Let days pass."""
        self.now += timedelta(days=days)


def begun(root: Path, clock: Clock) -> Batch:
    """Begin the batch in a folder."""
    roster = root.parent / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    plan = Beginning(form=FORMS / "all-checks", base_year=2022, roster=roster, deadline=DEADLINE)
    return begin_batch(root, plan, clock=clock, who="clerk@example")


def filled(
    batch: Batch, code: str, slot: int = 1, changes: Mapping[str, Answer | None] | None = None
) -> bytes:
    """Return the workbook of a unit, filled in as its issued one would be."""
    unit = find_unit(batch.units, code)
    names = {"name": f"{unit.name}第{slot}产业", "city": unit.group, "county": unit.name}
    answers = {**good_answers(), **names, **(changes or {})}
    typed = {key: value for key, value in answers.items() if value is not None}
    issuer = Issuer(batch.form, batch=batch.facts.batch, key=batch.key)
    serial = serial_of(unit, slot)
    stamp = issuer.stamp(unit, serial=serial)
    return write_plan(plan_return(all_checks(), unit=unit, answers=typed, stamp=stamp))  # type: ignore[arg-type]


def take_in(batch: Batch, files: Mapping[str, bytes]) -> None:
    """Receive some files at once."""
    number = len(list(batch.root.parent.glob("inbox*")))
    folder = batch.root.parent / f"inbox{number}"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    receive_files(batch, [folder])
