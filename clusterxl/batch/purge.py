"""Removes for good what a subject sent: all its returns, and the corrections of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from clusterxl import ledger as memory
from clusterxl.batch.decide import many_returns, named_returns
from clusterxl.batch.folder import CORRECTIONS, ISSUED, REPORTS, Batch, cannot
from clusterxl.ledger import Ledger, Recorded, find_returns
from clusterxl.ledger.placing import same_name
from clusterxl.ledger.records import ID_LENGTH
from clusterxl.outputs import not_writable


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A folder whose files may hold what was purged still.

    Attributes:
        folder: The folder; in the batch folder, below it with `/`.
        files: Names of its files.
    """

    folder: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What a purge came to.

    Attributes:
        returns: The returns of the subject, from the first to the last; all are purged.
        removed: Corrections that held their values, and are gone.
        left: Results that were written in the batch, or noted in its journal, a folder each.
        others: Returns under the same serial that name another subject, and were left alone.
        head: Head of the journal after it.
    """

    returns: tuple[Recorded, ...]
    removed: tuple[str, ...]
    left: tuple[Left, ...]
    others: tuple[Recorded, ...]
    head: str

    @property
    def return_ids(self) -> tuple[str, ...]:
        """Ids of the returns."""
        return tuple(found.sha256[:ID_LENGTH] for found in self.returns)


def purge_return(batch: Batch, name: str, *, reason: str) -> Purged:
    """Remove the bytes and values of a return and of all others of its subject, for good.

    A subject sends the same persons' data again with each correction: what took the place of a
    return, and what it took the place of, goes with it, and so do the corrections of all of
    them. Their hashes, numbers and the reason stay: sums add up as before. Again, it only
    removes what a process that died had left.

    Args:
        batch: The batch.
        name: The return, as `find_return` takes it; several of one subject are no question.
        reason: Why.

    Raises:
        BatchError: There is none, there are several, or there is no reason.
        OutputError: The ledger, the archive or a correction cannot be written.
    """
    if not reason.strip():
        raise cannot("no_reason_to_purge")
    with batch.ledger() as ledger:
        named = named_returns(batch, ledger, name)
        known = find_returns(ledger)
        chain = _chain(known, named[0])
        hashes = tuple(found.sha256 for found in chain)
        if any(found.sha256 not in hashes for found in named):
            raise many_returns(batch, name, named)
        # Before the names are gone by which whoever is cut off here would ask again.
        for one in memory.find_corrections(ledger):
            if one.answers in hashes:
                _remove(batch, one.file)
        files = memory.purge(ledger, *hashes, reason=reason)
        slot = [one for one in known if one.serial and one.serial == named[0].serial]
        return Purged(
            returns=chain,
            removed=files,
            left=_left(batch, ledger, set(hashes)),
            others=tuple(one for one in slot if one.sha256 not in hashes and not one.purged),
            head=memory.head(ledger.connection),
        )


def _chain(known: Sequence[Recorded], first: Recorded) -> tuple[Recorded, ...]:
    """Return the returns of one subject, in the order in which they came."""
    chain = {first.sha256: first}
    waiting = [first]
    while waiting:
        one = waiting.pop()
        for other in known:
            if other.sha256 not in chain and _is_same(one, other):
                chain[other.sha256] = other
                waiting.append(other)
    return tuple(sorted(chain.values(), key=lambda one: (one.receive, one.received, one.sha256)))


def _is_same(one: Recorded, other: Recorded) -> bool:
    """Whether two returns are of one subject: of one slot and name, or one replaced the other."""
    if one.superseded_by == other.sha256 or other.superseded_by == one.sha256:
        return True
    # A purged one has no name: what came of its slot since may be another subject's.
    if (one.unit, one.serial) != (other.unit, other.serial) or one.purged != other.purged:
        return False
    is_named = bool(one.subject and other.subject) or bool(one.serial)
    return bool(one.unit) and is_named and same_name(one.subject, other.subject)


def _left(batch: Batch, ledger: Ledger, hashes: set[str]) -> tuple[Left, ...]:
    """Return where results lie that may rest on some returns, a folder each."""
    inside = (path for path in (batch.root / REPORTS).rglob("*") if path.is_file())
    files = {path.relative_to(batch.root).as_posix() for path in inside}
    # What was written elsewhere is known where the journal notes it, and only there.
    noted = (one.file for one in memory.find_reports(ledger) if hashes & set(one.returns))
    files |= {file for file in noted if (batch.root / file).is_file()}
    folders = {str(PurePosixPath(file).parent) for file in files}
    return tuple(Left(folder=one, files=_names_in(files, one)) for one in sorted(folders))


def _names_in(files: Iterable[str], folder: str) -> tuple[str, ...]:
    paths = map(PurePosixPath, files)
    return tuple(sorted(path.name for path in paths if str(path.parent) == folder))


def _remove(batch: Batch, file: str) -> None:
    path = batch.root / file
    inside = [(batch.root / name).resolve() for name in (CORRECTIONS, ISSUED)]
    # The ledger says where; a place outside of its folders is none of ours.
    if not any(path.resolve().is_relative_to(folder) for folder in inside):
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise not_writable(path, error) from error
