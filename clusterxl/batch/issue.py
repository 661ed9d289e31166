"""Handing out: the blank workbooks of the roster, a folder a group, each entered in the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from clusterxl.batch.again import Moved, judge_outdated
from clusterxl.batch.folder import ISSUED, Batch
from clusterxl.form.roster import Unit
from clusterxl.handover import write_handovers
from clusterxl.issue import Places, serial_of, slots_of
from clusterxl.issuer import Issuer
from clusterxl.ledger import Issued, Ledger, find_issued, head, record_issued
from clusterxl.outputs import not_writable, write_file


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueReport:
    """What handing out came to.

    Attributes:
        written: Workbooks that were written, by their place below the batch folder.
        kept: How many were there already, as they were handed out.
        changed: Files that stand there with other content, and were left alone.
        renamed: Of workbooks that were handed out under another name and still lie there, both
            names: units that were renamed. Whichever comes back, their serial is one.
        moved: Returns of which the roster now says something else.
        head: Head of the journal after it.
    """

    written: tuple[str, ...]
    kept: int
    changed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    moved: tuple[Moved, ...]
    head: str


def issue_batch(
    batch: Batch,
    *,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> IssueReport:
    """Write the workbooks of all units that are not there yet, and the list of each group.

    What was handed out stays as it is, also when rules changed since; units that joined the
    roster get theirs, and what came of them before is judged again. Broken off and called again,
    it goes on.

    Args:
        batch: The batch.
        force: Write those anew, by the rules of today, that stand there with other content.
        progress: Told how many of how many workbooks are done.

    Raises:
        UnusableKeyError: The key is lost: nothing that is handed out could be known again.
        RefusedByExcelError: Something breaks a limit of Excel.
        BatchError: The rules were changed by hand.
        LedgerError: Another process has the ledger open.
        OutputError: The folder cannot be written.
    """
    key = batch.signing_key
    with batch.ledger() as ledger:
        writer = _Writer(batch, ledger, key, force=force)
        slots = tuple(slots_of(batch.units))
        for done, (unit, slot) in enumerate(slots, start=1):
            writer.put(unit, slot)
            if progress:
                progress(done, len(slots))
        record_issued(ledger, writer.issued)
        # The lists follow from the roster, and nobody answers in them.
        for path, content in write_handovers(batch.form, batch.units):
            write_file(batch.root / ISSUED / path, content, force=True)
        moved = judge_outdated(batch, ledger)
        return IssueReport(
            written=tuple(writer.written),
            kept=writer.kept,
            changed=tuple(writer.changed),
            renamed=tuple(writer.renamed),
            moved=moved,
            head=head(ledger.connection),
        )


class _Writer:
    """Writes workbooks one after the other, and remembers what became of each."""

    def __init__(self, batch: Batch, ledger: Ledger, key: bytes, *, force: bool) -> None:
        self._root = batch.root
        self._issuer = Issuer(batch.form, batch=batch.facts.batch, key=key)
        self._places = Places(batch.units)
        self._known = _known(ledger)
        self._force = force
        self.issued: list[Issued] = []
        self.written: list[str] = []
        self.changed: list[str] = []
        self.renamed: list[tuple[str, str]] = []
        self.kept = 0

    def put(self, unit: Unit, slot: int) -> None:
        """Write one workbook unless it is there."""
        place = (Path(ISSUED) / self._places.of(unit, slot)).as_posix()
        serial = serial_of(unit, slot)
        path = self._root / place
        there = _hash_of(path)
        if not self._force and there in self._known.get((place, serial), ()):
            self.kept += 1
            return
        content = self._issuer.workbook(unit, serial=serial)
        made = sha256(content).hexdigest()
        if there and there != made and not self._force:
            self.changed.append(place)
            return
        write_file(path, content, force=True)
        self.issued.append(Issued(sha256=made, file=place, unit=unit.code, serial=serial))
        if made == there and made in self._known.get((place, serial), ()):
            self.kept += 1
        else:
            self.written.append(place)
            self.renamed += ((old, place) for old in self._elsewhere(place, serial))

    def _elsewhere(self, place: str, serial: str) -> Iterator[str]:
        """Give the places where a workbook of this serial was handed out before and still lies."""
        for file, known in self._known:
            if known == serial and file != place and (self._root / file).is_file():
                yield file


def _known(ledger: Ledger) -> Mapping[tuple[str, str], frozenset[str]]:
    """Return the hashes that were handed out, by place and serial."""
    known: dict[tuple[str, str], frozenset[str]] = {}
    for one in find_issued(ledger):
        slot = (one.file, one.serial)
        known[slot] = known.get(slot, frozenset()) | {one.sha256}
    return known


def _hash_of(path: Path) -> str:
    """Return the hash of a file; empty where there is none."""
    try:
        with path.open("rb") as stream:
            return sha256(stream.read()).hexdigest()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise not_writable(path, error) from error
