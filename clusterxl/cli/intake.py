"""What came in with one command: checked records by form, and everything found on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from clusterxl.cli.console import steps
from clusterxl.finding import Finding, Severity
from clusterxl.flow import Part, check_in_parts
from clusterxl.form.model import Form
from clusterxl.inbox import Skipped
from clusterxl.normalise import Edition, Records, edition_of
from clusterxl.read import Return
from clusterxl.returns import Reading
from clusterxl.sentences import say


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """What came in of one form and base year.

    Attributes:
        form: The form.
        returns: Row a return, in the order of the files; columns `frames.RETURNS`.
    """

    form: Form
    returns: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What came in with one command.

    Attributes:
        groups: The returns, by form and base year, in the order of their first file.
        findings: What was found: of files that gave no return first, then return by return in the
            order of the form.
        unread: Files that gave no return.
        skipped: Files that were left alone, each with the reason.
        sources: Where the files lie that were read; nothing is ever written over them.
    """

    groups: tuple[Group, ...]
    findings: tuple[Finding, ...]
    unread: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    sources: frozenset[Path] = frozenset()

    @property
    def has_errors(self) -> bool:
        """Whether anything found is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def of_files(self) -> tuple[Finding, ...]:
        """What was found about files as a whole that gave no return of their own."""
        returned = {name for group in self.groups for name in group.returns["file"]}
        return tuple(finding for finding in self.findings if finding.file not in returned)

    @property
    def files(self) -> int:
        """How many files were looked at, those that gave no return among them."""
        return len(self.unread) + sum(len(group.returns) for group in self.groups)


def take_in(
    paths: Sequence[Path],
    forms: Sequence[str],
    *,
    passwords: Sequence[str] = (),
    each: Callable[[Records], None] = lambda _records: None,
) -> Intake:
    """Read, normalise and check everything under `paths`, part by part.

    Args:
        paths: Files, folders and zips.
        forms: Forms the returns may answer, beside the packaged ones.
        passwords: Tried where a file has one.
        each: Given the checked records of each part, which are not kept.

    Raises:
        NothingFoundError: The paths hold no workbook.
        UnknownFormError: No such form as given.
        DefinitionError: The definition of a form is wrong.
        OutputError: Passwords are given, and the extra that tries them is missing.
    """
    with steps(say("cli.reading_and_checking")) as progress:
        taking = _Taking(progress)
        reading = Reading(paths, forms=forms, passwords=passwords, progress=taking.read)
        for part in check_in_parts(map(taking.note, reading)):
            each(part.records)
            taking.check(part)
            # Else it would be kept until the next is whole.
            del part
    return Intake(
        groups=taking.groups(),
        findings=(*reading.findings, *taking.findings()),
        unread=tuple(finding.file for finding in reading.findings if not finding.return_id),
        skipped=tuple(reading.skipped),
        sources=frozenset(reading.sources),
    )


@dataclass(slots=True, kw_only=True)
class _Filed:
    """What is kept of the returns of one form and base year."""

    form: Form
    returns: list[pd.DataFrame] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


class _Taking:
    """Keeps what is said of returns, by form and base year, and shows how far it is."""

    def __init__(self, progress: Callable[[int, int], None]) -> None:
        self._progress = progress
        self._filed: dict[Edition, _Filed] = {}
        self._files = self._read = self._checked = 0

    def read(self, number: int, files: int) -> None:
        """Note that one of so many files is being read."""
        self._read, self._files = number, files
        self._show()

    def note(self, found: Return) -> Return:
        """Note in which order forms come; a part of one may be whole before that of another."""
        self._filed.setdefault(edition_of(found.form), _Filed(form=found.form))
        return found

    def check(self, part: Part) -> None:
        """Keep what is said of a part."""
        filed = self._filed[edition_of(part.records.form)]
        filed.returns.append(part.records.returns)
        filed.findings += part.findings
        self._checked += len(part.records.returns)
        self._show()

    def groups(self) -> tuple[Group, ...]:
        """Return what came in, by form and base year."""
        return tuple(
            Group(form=filed.form, returns=pd.concat(filed.returns, ignore_index=True))
            for filed in self._filed.values()
        )

    def findings(self) -> Iterator[Finding]:
        """Go through the findings, form by form."""
        return (finding for filed in self._filed.values() for finding in filed.findings)

    def _show(self) -> None:
        self._progress(self._read + self._checked, 2 * self._files)
