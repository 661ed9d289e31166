"""What a return says that an earlier one of the same subject did not: answer by answer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from clusterxl.batch.folder import Batch
from clusterxl.batch.judge import Examined, canonical_values, examine
from clusterxl.correct import is_of_file
from clusterxl.errors import LedgerError, WorkbookError
from clusterxl.finding import Finding, Severity
from clusterxl.form.answers import day_of
from clusterxl.ledger import Ledger, require_return
from clusterxl.numbers import raw_text
from clusterxl.ruleset.messages import MASK

# A line of a correction to which nothing, or nothing that counts, was answered.
UNANSWERED = "COR-OPEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One answer that changed.

    Attributes:
        key: Key of its cell.
        label: Label of its cell.
        old: What stood there; personal answers are masked.
        new: What stands there now.
        settled: Codes of what was told about the cell, and no longer is.
        arisen: Codes of what is told about the cell only now.
    """

    key: str
    label: str
    old: str
    new: str
    settled: tuple[str, ...] = ()
    arisen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How a return differs from the one before it.

    Attributes:
        before: Hash of the earlier return.
        answers: The answers that changed, in the order of the form.
        settled: Findings about what it says that are gone, by code and key.
        arisen: Findings about what it says that are new.
    """

    before: str
    answers: tuple[Change, ...] = ()
    settled: tuple[Finding, ...] = ()
    arisen: tuple[Finding, ...] = ()


def find_changes(batch: Batch, ledger: Ledger, before: str, after: str) -> Changes | None:
    """Compare two returns in the archive.

    Args:
        batch: The batch.
        ledger: Its ledger.
        before: Hash of the earlier one, or its first digits.
        after: Hash of the later one.

    Returns:
        What changed; None where one of them cannot be read any more.

    Raises:
        LedgerError: There is no such return.
    """
    names = [require_return(ledger, name) for name in (before, after)]
    try:
        old, new = (
            examine(batch, ledger.archive.read(found.sha256), found.file) for found in names
        )
    except (LedgerError, WorkbookError):
        return None
    # Another file has marks of its own: that the old ones are gone solves no problem. And that a
    # line of a correction was not answered is no problem that the answers have brought up.
    was, now = (
        [f for f in one.findings if not is_of_file(f) and f.code != UNANSWERED]
        for one in (old, new)
    )
    settled, arisen = settled_and_arisen(was, now, attrgetter("code", "key", "is_explained"))
    return Changes(
        before=names[0].sha256,
        answers=tuple(_changed(batch, old, new, settled, arisen)),
        settled=settled,
        arisen=arisen,
    )


def settled_and_arisen(
    before: Sequence[Finding], after: Sequence[Finding], same: Callable[[Finding], Hashable]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the findings that ask something and are gone, and those that are new.

    Args:
        before: What was told.
        after: What is told now.
        same: Gives what two findings share that say the same.
    """

    def beyond(these: Sequence[Finding], those: Sequence[Finding]) -> tuple[Finding, ...]:
        known = {same(found) for found in those}
        asking = (found for found in these if found.severity is not Severity.INFO)
        return tuple(found for found in asking if same(found) not in known)

    return beyond(before, after), beyond(after, before)


def _changed(
    batch: Batch,
    old: Examined,
    new: Examined,
    settled: tuple[Finding, ...],
    arisen: tuple[Finding, ...],
) -> Iterator[Change]:
    was, now = canonical_values(old), canonical_values(new)
    gone, come = _by_key(settled), _by_key(arisen)
    for asked in batch.form.inputs:
        key = asked.key
        if was.get(key) == now.get(key):
            continue
        is_personal = asked.field.personal
        yield Change(
            key=key,
            label=asked.label,
            old=MASK if is_personal else _typed(old, key),
            new=MASK if is_personal else _typed(new, key),
            settled=gone.get(key, ()),
            arisen=come.get(key, ()),
        )


def _by_key(findings: tuple[Finding, ...]) -> Mapping[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for found in findings:
        codes[found.key] = (*codes.get(found.key, ()), found.code)
    return codes


def _typed(examined: Examined, key: str) -> str:
    cell = examined.returned.cells.get(key)
    if cell is None:
        return ""
    return day_of(examined.returned.form, key, cell.raw.value) or raw_text(cell.raw)
