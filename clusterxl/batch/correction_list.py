"""The list that goes with a folder of corrections: what is sent back, to whom, with how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from clusterxl.batch.status_looks import Column, Line, StatusLooks
from clusterxl.excel.book import Book
from clusterxl.excel.cells import Content
from clusterxl.excel.stamp import PROPERTY, Stamp
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit
from clusterxl.handover import KIND
from clusterxl.ledger import Recorded

_COLUMNS = (
    Column(name="number", px=40, align="center"),
    Column(name="unit", px=130),
    Column(name="subject", px=240),
    Column(name="serial", px=100),
    Column(name="round", px=56, align="right"),
    Column(name="errors", px=56, align="right"),
    Column(name="warnings", px=60, align="right"),
    Column(name="file", px=330, indent=1),
)
_HEAD_ROW = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A correction that waits for its answer.

    Attributes:
        unit: Whose it is.
        recorded: The return that it is about.
        file: Where it lies below the batch folder.
        round: Its round.
    """

    unit: Unit
    recorded: Recorded
    file: str
    round: int


def write_sent(form: Form, group: str, sent: Sequence[Sent]) -> bytes:
    """Write the list of a group's corrections, in the language of the form.

    Args:
        form: The form.
        group: Name of the group; empty for none.
        sent: Its corrections.

    Returns:
        The bytes of an .xlsx file.

    Raises:
        RefusedByExcelError: Something breaks a limit of Excel.
    """
    looks = StatusLooks(form=form)
    title = looks.say("batch.sent_title")
    stamp = Stamp(
        kind=KIND, form=form.id, version=form.version, base_year=form.base_year or 0, unit=group
    )
    book = Book(title=title, properties={PROPERTY: stamp.text()})
    sheet = book.sheet(title)
    counted = looks.say("batch.sent_count", group=group, count=len(sent))
    looks.start(sheet, _COLUMNS, counted, looks.say("batch.sent_note"))
    looks.put_heads(sheet, _HEAD_ROW, _COLUMNS)
    for number, one in enumerate(sent, start=1):
        cells: dict[str, Content] = {
            "number": str(number),
            "unit": one.unit.name,
            "subject": one.recorded.subject,
            "serial": one.recorded.serial,
            "round": one.round,
            "errors": one.recorded.errors,
            "warnings": one.recorded.warnings,
            "file": PurePosixPath(one.file).name,
        }
        looks.put_row(sheet, _HEAD_ROW + number, _COLUMNS, Line(cells=cells, number=number))
    sheet.freeze(_HEAD_ROW + 1, 2)
    last = _HEAD_ROW + len(sent)
    looks.finish(sheet, last_row=last, columns=len(_COLUMNS), repeat=_HEAD_ROW)
    return book.save()
