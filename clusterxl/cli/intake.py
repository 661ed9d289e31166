"""What came in with one command: checked records by form, and everything found on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clusterxl.check import check_records, summarise
from clusterxl.cli.console import steps
from clusterxl.finding import Finding, Severity
from clusterxl.normalise import Records, group_returns, normalise_returns
from clusterxl.read import Skipped, read_returns
from clusterxl.sentences import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What came in with one command.

    Attributes:
        batches: Checked records, one a form and base year, in the order of their first file.
        findings: What was found: of files that gave no return first, then return by return in the
            order of the form.
        unread: Files that gave no return.
        skipped: Files that were left alone, each with the reason.
        sources: Where the files lie that were read; nothing is ever written over them.
    """

    batches: tuple[Records, ...]
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
        returned = {name for records in self.batches for name in records.returns["file"]}
        return tuple(finding for finding in self.findings if finding.file not in returned)

    @property
    def files(self) -> int:
        """How many files were looked at, those that gave no return among them."""
        return len(self.unread) + sum(len(records.returns) for records in self.batches)


def take_in(
    paths: Sequence[Path], forms: Sequence[str], *, passwords: Sequence[str] = ()
) -> Intake:
    """Read, normalise and check everything under `paths`.

    Raises:
        NothingFoundError: The paths hold no workbook.
        UnknownFormError: No such form as given.
        DefinitionError: The definition of a form is wrong.
        OutputError: Passwords are given, and the extra that tries them is missing.
    """
    with steps(say("cli.reading")) as progress:
        read = read_returns(paths, forms=forms, passwords=passwords, progress=progress)
    findings = list(read.findings)
    batches = []
    groups = group_returns(read.returns)
    total = 2 * len(groups)
    with steps(say("cli.checking")) as progress:
        for done, group in enumerate(groups):
            records = normalise_returns(group)
            progress(2 * done + 1, total)
            found = check_records(records)
            batches.append(summarise(records, found))
            findings += found
            progress(2 * done + 2, total)
    return Intake(
        batches=tuple(batches),
        findings=tuple(findings),
        unread=tuple(finding.file for finding in read.findings if not finding.return_id),
        skipped=read.skipped,
        sources=read.sources,
    )
