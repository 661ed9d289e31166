"""What a batch finds out about the bytes of one file: pure, so that it can be found out again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, replace
from math import isnan
from pathlib import PurePosixPath

from clusterxl.batch.folder import Batch
from clusterxl.check import check_records
from clusterxl.correct import asks_of
from clusterxl.errors import LedgerError, UnknownWorkbookError, WorkbookError
from clusterxl.excel.engines import read_workbook
from clusterxl.excel.raw import RawBook
from clusterxl.excel.stamp import Stamp, carriers
from clusterxl.finding import Finding, Severity
from clusterxl.form.answers import day_of
from clusterxl.form.model import Form, edition_name
from clusterxl.frames import Status
from clusterxl.identity import judge_stamps, judge_unit
from clusterxl.judge import is_answer_to, judge_replies
from clusterxl.ledger import Archive, Verdict, hash_values
from clusterxl.ledger.store import ARCHIVE
from clusterxl.locate import find_cells
from clusterxl.normalise import Records, normalise_returns
from clusterxl.numbers import shortest_decimal
from clusterxl.read import RETURN, Identity, Return, finding_of, read_as, says_other_kind
from clusterxl.replies import Ask
from clusterxl.sentences import say, use_language

OTHER_KIND = "read.other_kind"
_NAMED = ("name", "map")
# What says something of a stamp and yet leaves no doubt whose the workbook is.
_HARMLESS = ("STAMP-WIPED", "STAMP-RULES", "STAMP-KEY")
_ZIP = b"PK"
_DOUBTFUL = ("STAMP-", "READ-LEGACY")
_COUNTED = ("inputs", "found", "lost", "filled", "formulas", "errors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A return of a batch, read and checked.

    Attributes:
        returned: The return.
        records: Its records.
        findings: All that is told about it, answers to a correction included.
    """

    returned: Return
    records: Records
    findings: tuple[Finding, ...]


def judge_return(batch: Batch, data: bytes, file: str) -> Verdict:
    """Judge the bytes of a file that came in.

    What they are compared with is the batch alone: its form, rules, roster and key, and, for an
    answer to a correction, the return in the archive that was corrected.

    Args:
        batch: The batch.
        data: The bytes.
        file: The name it came by.

    Returns:
        The verdict; not readable where it is no return of this form.
    """
    # What is told is kept: it speaks the language of the form, whoever happens to ask.
    return copy_context().run(_judge, batch, data, file)


def _judge(batch: Batch, data: bytes, file: str) -> Verdict:
    use_language(batch.form.language)
    try:
        examined = examine(batch, data, file)
    except WorkbookError as error:
        return Verdict(readable=False, certain=False, findings=(_refusal(error, file),))
    return _verdict(batch, examined)


def read_in_batch(batch: Batch, data: bytes, file: str) -> Return:
    """Read the bytes of a file that came in, and judge whose they are.

    Raises:
        UnreadableWorkbookError: No workbook, with a password, damaged.
        UnknownWorkbookError: Not ours, no return, or of another form or base year.
    """
    book = read_workbook(data, file, batch.passwords)
    identity = _identity(batch, book, file)
    return read_as(batch.form, book, data, file=file, identity=identity)


def examine(batch: Batch, data: bytes, file: str) -> Examined:
    """Read and check the bytes of a file that came in.

    Raises:
        UnreadableWorkbookError: No workbook, with a password, damaged.
        UnknownWorkbookError: Not ours, no return, or of another form or base year.
    """
    returned = read_in_batch(batch, data, file)
    records = normalise_returns([returned], form=batch.form)
    told = _of_unit(batch, returned, records)
    findings = (*told, *check_records(records))
    return Examined(
        returned=returned,
        records=records,
        findings=_with_replies(batch, returned, records, findings),
    )


def is_other_kind(data: bytes, file: str) -> bool:
    """Whether bytes are a workbook of ours that is no return, such as a comparison."""
    if not data.startswith(_ZIP):
        return False
    try:
        book = read_workbook(data, file)
    except WorkbookError:
        return says_other_kind(data, file)
    stamp = judge_stamps(carriers(book), language="")[0]
    return stamp is not None and stamp.kind != RETURN


# ---- whose it is


def _identity(batch: Batch, book: RawBook, file: str) -> Identity:
    held = carriers(book)
    language = batch.form.language
    stamp, told = judge_stamps(held, language=language, issued=batch.issued)
    if stamp is None:
        _require_ours(batch.form, book, file)
    elif stamp.kind != RETURN:
        raise UnknownWorkbookError(say(OTHER_KIND, file=file), code=OTHER_KIND)
    elif (stamp.form, stamp.base_year) != (batch.facts.form, batch.facts.base_year):
        figures = {"form": edition_name(stamp.form, stamp.base_year), "expected": _of_batch(batch)}
        raise UnknownWorkbookError(say("stamp.form", lang=language, **figures), code="stamp.form")
    return Identity(stamp=stamp, carriers=held, findings=told)


def _require_ours(form: Form, book: RawBook, file: str) -> None:
    """See that a workbook without a stamp is a return at least by the names of its cells."""
    found = find_cells(form, book).cells.values()
    if not any(cell.found_by in _NAMED for cell in found):
        raise UnknownWorkbookError(say("read.not_ours", file=file), code="read.not_ours")


def _of_batch(batch: Batch) -> str:
    return edition_name(batch.facts.form, batch.facts.base_year)


def _of_unit(batch: Batch, returned: Return, records: Records) -> tuple[Finding, ...]:
    """Tell where names in the answers, or the name of the file, are those of another unit."""
    if returned.stamp is None:
        return ()
    form, stamp = batch.form, returned.stamp
    units = batch.issued.units
    row = records.returns.iloc[0]
    group = str(row["group"]) if len(form.levels) > 1 else ""
    unit = str(row["unit"]) if form.levels and row["unit"] != stamp.unit else ""
    found = judge_unit(
        stamp,
        language=form.language,
        units=units,
        named=(group, unit),
        expected=_unit_by_name(units, returned.file),
    )
    return tuple(replace(f, return_id=returned.return_id, file=returned.file) for f in found)


def _unit_by_name(codes: Iterable[str], file: str) -> str:
    """Return the unit whose code begins the name of a file, as issued ones do; empty for none."""
    name = PurePosixPath(file.replace("\\", "/")).name
    code = name.partition(" ")[0]
    return code if code in set(codes) else ""


# ---- answers to a correction


def _with_replies(
    batch: Batch, returned: Return, records: Records, findings: Sequence[Finding]
) -> tuple[Finding, ...]:
    """Judge the answers to a correction; of any other return the findings stay as they are."""
    before = _answered(batch, returned)
    if before is None or not is_answer_to(returned, before.returned):
        return tuple(findings)
    asks = asks_of(before.returned, before.records, before.findings)
    numbered = tuple(_numbered(asks, returned))
    return judge_replies(numbered, before.returned, returned, records, findings).findings


def _answered(batch: Batch, returned: Return) -> Examined | None:
    """Return the return that a correction is about; None where there is none any more."""
    answers = returned.stamp.answers if returned.stamp else ""
    if not answers or not returned.replies or returned.return_id.startswith(answers):
        return None
    archive = Archive(batch.root / ARCHIVE)
    try:
        data = archive.find(answers)
        return examine(batch, data, answers) if data is not None else None
    except (LedgerError, WorkbookError):
        return None


def _numbered(asks: Iterable[Ask], returned: Return) -> Iterator[Ask]:
    """Give what is asked the numbers it had on the list that was sent.

    Rules may have changed since; what they ask only now is told by the check itself.
    """
    waiting: dict[tuple[str, str], list[Ask]] = {}
    for ask in asks:
        waiting.setdefault((ask.code, ask.key), []).append(ask)
    for reply in returned.replies:
        left = waiting.get((reply.code, reply.key))
        if left:
            yield replace(left.pop(0), number=reply.number)


# ---- the verdict


def _verdict(batch: Batch, examined: Examined) -> Verdict:
    returned, row = examined.returned, examined.records.returns.iloc[0]
    stamp = returned.stamp or Stamp(kind=RETURN)
    counts = {f"cells_{name}": returned.counts[name] for name in _COUNTED}
    counts |= {name: int(row[name]) for name in ("filled", "required")}
    return Verdict(
        certain=_is_certain(batch, stamp, examined.findings),
        unit=stamp.unit,
        subject=_subject(examined.records),
        serial=stamp.serial,
        round=stamp.round,
        stamp=dict(stamp.entries()),
        values=hash_values(canonical_values(examined)),
        counts=counts,
        findings=examined.findings,
    )


def _subject(records: Records) -> str:
    """Return what the return itself calls its subject; one without a name is no other subject."""
    form = records.form
    if not form.subject:
        return str(records.returns["subject"].iloc[0])
    own = records.values[records.values["key"] == form.subject].iloc[0]
    return str(own["text"]) if own["status"] in (Status.VALUE, Status.INVALID) else ""


def _is_certain(batch: Batch, stamp: Stamp, findings: Iterable[Finding]) -> bool:
    """Whether nothing that is told leaves a doubt whose a return is."""
    doubts = [
        found
        for found in findings
        if found.code.startswith(_DOUBTFUL) and found.code not in _HARMLESS
    ]
    # Carriers may differ where a signature settles it: then it is only a warning.
    open_doubts = [f for f in doubts if f.code != "STAMP-DIFFER" or f.severity is Severity.ERROR]
    return bool(stamp.unit) and stamp.batch == batch.facts.batch and not open_doubts


def canonical_values(examined: Examined) -> Mapping[str, str]:
    """Return everything that was typed into a return, as it is compared with another.

    Answers by key, as the rules see them; answers to a correction; what nobody asked for.
    """
    records, returned = examined.records, examined.returned
    keys = [asked.key for asked in records.form.inputs]
    texts = records.text.iloc[0].tolist()
    numbers = records.number.iloc[0].tolist()
    values = {}
    for key, text, number in zip(keys, texts, numbers, strict=True):
        day = day_of(records.form, key, text if isnan(number) else number)
        if day and not _formula(returned, key):
            # The same day is the same answer, however a program stores it.
            values[key] = day
            continue
        # A number that stands as text is another answer: rules say something else of it.
        kinds = ("" if isnan(number) else shortest_decimal(number), _formula(returned, key))
        if text or any(kinds):
            values[key] = "\0".join((str(text), *kinds))
    for reply in returned.replies:
        values[f"reply {reply.number} {reply.code} {reply.key}"] = f"{reply.typed}\0{reply.note}"
    for found in returned.unclaimed:
        values[f"unclaimed {found.sheet}!{found.cell} {found.is_comment}"] = found.text
    return values


def _formula(returned: Return, key: str) -> str:
    cell = returned.cells.get(key)
    return "=" if cell and cell.raw.formula else ""


def _refusal(error: WorkbookError, file: str) -> Finding:
    if not error.code.startswith("stamp."):
        return finding_of(error, file)
    return Finding(code="STAMP-FORM", severity=Severity.ERROR, message=str(error), file=file)
