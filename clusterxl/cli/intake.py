"""What came in with one command: checked records by form, and everything found on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clusterxl.cli.console import steps
from clusterxl.cli.jobs import executor_of
from clusterxl.finding import Finding, Severity
from clusterxl.flow import Checked, Flow
from clusterxl.inbox import Skipped
from clusterxl.normalise import Records
from clusterxl.returns import Reading
from clusterxl.sentences import say


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

    groups: tuple[Checked, ...]
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
    jobs: int = 1,
    each: Callable[[Records], None] = lambda _records: None,
) -> Intake:
    """Read, normalise and check everything under `paths`, part by part.

    Args:
        paths: Files, folders and zips.
        forms: Forms the returns may answer, beside the packaged ones.
        passwords: Tried where a file has one.
        jobs: How many processes read.
        each: Given the records of each part, which are not kept; their status is not known yet.

    Raises:
        NothingFoundError: The paths hold no workbook.
        UnknownFormError: No such form as given.
        DefinitionError: The definition of a form is wrong.
        OutputError: Passwords are given, and the extra that tries them is missing.
        ClusterxlError: One of several processes ended in the midst of it.
    """
    flow, taken = Flow(), 0
    with steps(say("cli.reading_and_checking")) as progress, executor_of(jobs) as executor:
        # Both are steps: a file that is read, and a return that is checked.
        reading = Reading(
            paths,
            forms=forms,
            passwords=passwords,
            progress=lambda done, files: progress(done + taken, 2 * files),
            executor=executor,
        )
        for records in flow.parts(reading):
            each(records)
            taken += len(records.returns)
            # Else it would be kept until the next is whole.
            del records
        groups = flow.checked()
    return Intake(
        groups=groups,
        findings=(*reading.findings, *(found for group in groups for found in group.findings)),
        unread=tuple(finding.file for finding in reading.findings if not finding.return_id),
        skipped=tuple(reading.skipped),
        sources=frozenset(reading.sources),
    )
