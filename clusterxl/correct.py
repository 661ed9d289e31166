"""What a return is asked, as a workbook of its own; and what the answers to it come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isnan

from clusterxl.errors import NothingFoundError
from clusterxl.excel.limits import MAX_TEXT, fitting
from clusterxl.excel.raw import RawCell
from clusterxl.excel.stamp import UNSIGNED, Stamp
from clusterxl.finding import Finding, Severity
from clusterxl.form.answers import Answer
from clusterxl.form.dates import date_of_serial
from clusterxl.form.layout import lay_out
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit
from clusterxl.frames import Status
from clusterxl.generate import write_return
from clusterxl.integrity import Unclaimed
from clusterxl.normalise import Records
from clusterxl.numbers import raw_text, shortest_decimal
from clusterxl.plan.correction import OldAnswers, plan_correction
from clusterxl.plan.correction_list import Heading, Notice
from clusterxl.plan.correction_state import seen_answer
from clusterxl.read import Return
from clusterxl.replies import Ask
from clusterxl.sentences import say

# What was done to the old file itself; a fresh one settles it, and says so.
_DONE = ("INT-", "READ-STYLES", "READ-HIDDEN", "READ-LEGACY")
# Whose the old file was is settled too, as the fresh one carries its own stamp: of that it is
# silent, for it is a question to who decides.
_SETTLED = (*_DONE, "STAMP-")
# What is said besides where a rule asks about the same cell already: one line, one answer.
_BESIDES = ("COR-", "NORM-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a correction is sent.

    Attributes:
        sent: The day it is sent; None leaves it out.
        deadline: The last day for the answer; None leaves it out.
        unit: The unit of the roster; its names are filled in and locked. None leaves them open.
        sample: Mark every page as sample data.
    """

    sent: date | None = None
    deadline: date | None = None
    unit: Unit | None = None
    sample: bool = False


def write_correction(
    returned: Return,
    records: Records,
    findings: Iterable[Finding],
    *,
    stamp: Stamp | None = None,
    sending: Sending | None = None,
) -> bytes:
    """Write the workbook that goes back to a unit: its answers, and what is asked about them.

    It is made anew from the definition; the return itself is never touched.

    Args:
        returned: The return.
        records: Its records, alone or among others.
        findings: What the check, and the replies to an earlier correction, say of it.
        stamp: The identity of the correction; `next_stamp` if none is given.
        sending: How it is sent.

    Returns:
        The bytes of an .xlsx file; the same arguments give the same bytes.

    Raises:
        NothingFoundError: Nothing is asked about the return.
        RefusedByExcelError: Something breaks a limit of Excel.
    """
    mine = tuple(found for found in findings if found.return_id == returned.return_id)
    asks = asks_of(returned, records, mine)
    if not asks:
        sentence = say("correct.nothing", file=returned.file)
        raise NothingFoundError(sentence, code="correct.nothing")
    stamp = stamp or next_stamp(returned)
    sending = sending or Sending()
    form = returned.form
    heading = Heading(
        addressee=_addressee(returned, records),
        round=stamp.round,
        sent=sending.sent,
        deadline=sending.deadline,
        serial=stamp.serial,
        is_sample=sending.sample,
        notices=tuple(_notices(returned, mine)),
    )
    old = OldAnswers(answers=old_answers(returned), unit=sending.unit)
    return write_return(form, plan_correction(lay_out(form), asks, old, heading, stamp))


def next_stamp(returned: Return) -> Stamp:
    """Return the identity of the correction that answers a return: a return, one round on."""
    form = returned.form
    before = returned.stamp or Stamp(
        kind="return", form=form.id, version=form.version, base_year=form.base_year or 0
    )
    return replace(before, round=before.round + 1, answers=returned.return_id, signature=UNSIGNED)


# ---- old answers


def old_answers(returned: Return) -> dict[str, Answer]:
    """Return what a correction writes into its input cells: what stood there, as typed."""
    return {
        key: _as_typed(cell.raw)
        for key, cell in returned.cells.items()
        if cell.raw.value is not None or cell.raw.formula
    }


def _as_typed(raw: RawCell) -> Answer:
    """Return what stood in a cell; all that is no plain number becomes text, nothing a formula."""
    if raw.kind == "number" and isinstance(raw.value, int | float):
        return raw.value
    if raw.kind == "date" and isinstance(raw.value, int | float):
        found = date_of_serial(raw.value)
        # A cell of a fresh workbook has no format in which its number would be a date.
        return found.isoformat() if found else shortest_decimal(raw.value)
    return fitting(raw_text(raw), MAX_TEXT)


def _addressee(returned: Return, records: Records) -> str:
    row = records.returns[records.returns["return_id"] == returned.return_id].iloc[0]
    names = [str(row[name]) for name in ("group", "unit")]
    whose = "".join(dict.fromkeys(name for name in names if name))
    # Where nobody has named a subject, the frame has the unit in its place.
    subject = str(row["subject"])
    parts = (whose, subject if subject not in names else "")
    return "\u3000".join(part for part in parts if part)


# ---- what is asked


def asks_of(returned: Return, records: Records, findings: Iterable[Finding]) -> tuple[Ask, ...]:
    """Return what is asked about a return, a line a finding.

    Args:
        returned: The return.
        records: Its records, alone or among others.
        findings: What is said of it; those of other returns are left out.

    Returns:
        Section by section in the order of the form, errors before warnings that nobody has
        explained; then what has no place in the form. What became of the answers to an earlier
        correction, and what normalisation asks, is told in the line about the same cell.
    """
    mine = [f for f in findings if f.return_id == returned.return_id and is_asked(f)]
    told, besides = _parted(mine)
    order = _Order(returned.form)
    values = _Values(returned, records)
    asks = []
    for number, found in enumerate(sorted(told, key=order.of), start=1):
        message = "\n".join((found.message, *besides.pop(found.key, ())))
        asks.append(values.ask(number, found, message))
    return tuple(asks)


def is_asked(found: Finding) -> bool:
    """Whether a finding is put to whoever answers; what a fresh workbook settles is not."""
    if found.severity is Severity.INFO or found.is_explained:
        return False
    return bool(found.key) or found.severity is Severity.ERROR or not is_of_file(found)


def is_of_file(found: Finding) -> bool:
    """Whether a finding is about a file, not about what it says: a fresh workbook settles it."""
    return not found.key and found.code.startswith(_SETTLED)


def _parted(findings: Sequence[Finding]) -> tuple[list[Finding], dict[str, list[str]]]:
    """Part findings from what is only said besides them about the same cells, by key."""
    keys = {f.key for f in findings if f.key and not f.code.startswith(_BESIDES)}
    told: list[Finding] = []
    besides: dict[str, list[str]] = {}
    for found in findings:
        if found.key in keys and found.code.startswith(_BESIDES):
            besides.setdefault(found.key, []).append(found.message)
        else:
            told.append(found)
    return told, besides


class _Order:
    """The order of the lines."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._places = {asked.key: at for at, asked in enumerate(form.inputs)}
        self._sections = {section.id: at for at, section in enumerate(form.sections)}

    def of(self, found: Finding) -> tuple[int, bool, int]:
        """Return what a finding is sorted by."""
        is_warning = found.severity is not Severity.ERROR
        if not found.key:
            return len(self._sections), is_warning, 0
        section = self._form.by_key[found.key].section
        return self._sections[section], is_warning, self._places[found.key]


class _Values:
    """What stands in the cells of a return, for the lines about them."""

    def __init__(self, returned: Return, records: Records) -> None:
        self._returned = returned
        values = records.values[records.values["return_id"] == returned.return_id]
        columns = ("status", "number", "text", "receipts")
        taken = {name: values[name].tolist() for name in columns}
        self._rows = dict(
            zip(values["key"].tolist(), zip(*taken.values(), strict=True), strict=True)
        )
        self._keys = {
            f"{cell.sheet}!{cell.cell}": key for key, cell in returned.cells.items() if cell.cell
        }

    def ask(self, number: int, found: Finding, message: str) -> Ask:
        """Return the line of a finding."""
        keys = (found.key, *(self._keys.get(place, "") for place in found.cells))
        return Ask(
            number=number,
            code=found.code,
            severity=found.severity,
            message=message,
            key=found.key,
            keys=tuple(dict.fromkeys(key for key in keys if key)) if found.key else (),
            label=found.label if found.key else _place(self._returned, found),
            value=self._typed(found.key) if found.key else found.value,
            offer=self._offer(found.key) if found.key else "",
        )

    def _typed(self, key: str) -> str:
        """Return what was typed; nothing where only the text of an unanswered cell stands."""
        cell = self._returned.cells.get(key)
        if cell is None or (cell.raw.value is None and not cell.raw.formula):
            return ""
        answer = _as_typed(cell.raw)
        seen, _ = seen_answer(self._returned.form, key, answer)
        typed = answer if isinstance(answer, str) else raw_text(cell.raw)
        return typed if seen else ""

    def _offer(self, key: str) -> str:
        """Return the value that normalisation found, where it is another than what stands there."""
        status, number, text, receipts = self._rows[key]
        if status != Status.VALUE or not receipts:
            return ""
        found = str(text) if isnan(number) else shortest_decimal(number)
        return found if found != self._typed(key) else ""


def _place(returned: Return, found: Finding) -> str:
    """Say in words where something is that belongs to no question."""
    language = returned.form.language
    if not found.sheet:
        return say("correction.whole_file", lang=language)
    return _sheet_place(language, found.sheet, found.cell)


def _sheet_place(language: str, sheet: str, cell: str) -> str:
    name = "place_of_cell" if cell else "place_of_sheet"
    return say(f"correction.{name}", lang=language, sheet=sheet, cell=cell)


# ---- what is told besides


def _notices(returned: Return, findings: Iterable[Finding]) -> Iterator[Notice]:
    """Tell what nobody asked for, whole, so that it can be moved; then what is settled."""
    for found in returned.unclaimed:
        yield Notice(
            place=_unclaimed_place(returned.form, found), text=fitting(found.text, MAX_TEXT)
        )
    for told in findings:
        is_done = not told.key and told.code.startswith(_DONE)
        if is_done and told.severity is Severity.WARNING:
            yield Notice(place=_place(returned, told), text=told.message)


def _unclaimed_place(form: Form, found: Unclaimed) -> str:
    name = "place_of_comment" if found.is_comment else "place_of_cell"
    return say(f"correction.{name}", lang=form.language, sheet=found.sheet, cell=found.cell)
