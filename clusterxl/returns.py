"""All workbooks that came back, one after the other: a bad one is a finding and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clusterxl.errors import WorkbookError
from clusterxl.finding import Finding, Severity
from clusterxl.form.model import Form
from clusterxl.inbox import InboxFile, Skipped, find_workbooks, nothing_in
from clusterxl.read import (
    Engine,
    KnownForms,
    Return,
    finding_of,
    id_of,
    read_bytes,
    require_crypto,
)
from clusterxl.sentences import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """All workbooks that came back.

    Attributes:
        returns: Those that could be read, in the order found.
        findings: About files that gave no return; the rest stands with each return.
        skipped: Files left alone, and why.
        sources: Where the files lie that were not left alone; of what is in zips, the zips.
    """

    returns: tuple[Return, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    sources: frozenset[Path] = frozenset()

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Findings about files first, then those of each return."""
        return (*self.findings, *(f for found in self.returns for f in found.findings))


def read_returns(
    paths: Iterable[str | Path] | str | Path,
    *,
    forms: Sequence[Form | str | Path] = (),
    engine: Engine = "package",
    passwords: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Returns:
    """Read all workbooks that came back; a bad file is a finding and stops no other.

    Args:
        paths: Files, folders and zips.
        forms: Forms they may answer, loaded or as folders; packaged ones are known anyway.
        engine: What reads them: our reader of packages, or openpyxl, by which ours is judged.
        passwords: Tried where a file has one; the extra `crypto` must be there.
        progress: Told how many of how many files are being read.

    Returns:
        The returns, what is wrong with other files, and which were left alone.

    Raises:
        NothingFoundError: A path does not exist, or there is no workbook that could be a return.
        OutputError: Passwords are given, and the extra is missing.
        DefinitionError: One of the forms given has mistakes.
    """
    reading = Reading(paths, forms=forms, engine=engine, passwords=passwords, progress=progress)
    returns = tuple(reading)
    return Returns(
        returns=returns,
        findings=tuple(reading.findings),
        skipped=tuple(reading.skipped),
        sources=frozenset(reading.sources),
    )


class Reading:
    """Workbooks that came back, each read when it is asked for, so that none need be kept.

    Going through it gives the returns in the order found; a file that comes twice gives one.
    It takes what `read_returns` takes, and raises the same.

    Attributes:
        findings: About files that gave no return, so far.
        skipped: Files left alone, and why, so far.
        sources: Where the files lie that were not left alone, so far; of what is in zips, the zips.
    """

    def __init__(
        self,
        paths: Iterable[str | Path] | str | Path,
        *,
        forms: Sequence[Form | str | Path] = (),
        engine: Engine = "package",
        passwords: Sequence[str] = (),
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        require_crypto(passwords)
        self._inbox = find_workbooks(paths)
        self._known = KnownForms(forms)
        self._engine = engine
        self._passwords = passwords
        self._progress = progress
        self.findings: list[Finding] = []
        self.skipped = list(self._inbox.skipped)
        self.sources = {file.path for file in self._inbox.files}

    def __iter__(self) -> Iterator[Return]:
        first: dict[str, str] = {}
        for number, file in enumerate(self._inbox.files, start=1):
            if self._progress:
                self._progress(number, len(self._inbox.files))
            try:
                data = file.read_bytes()
                name = id_of(data)
                if name in first:
                    self.findings.append(_repeated(file.name, name, first[name]))
                    continue
                found = read_bytes(data, file.name, self._known, self._engine, self._passwords)
            except WorkbookError as error:
                self._leave(file, error)
            else:
                first[name] = file.name
                yield found
        if not first and not self.findings:
            raise nothing_in(self._inbox.paths)

    def _leave(self, file: InboxFile, error: WorkbookError) -> None:
        if error.code != "read.other_kind":
            self.findings.append(finding_of(error, file.name))
            return
        self.skipped.append(Skipped(file=file.name, reason=say("read.skip_ours")))
        if not file.members:
            self.sources.discard(file.path)


def _repeated(file: str, return_id: str, first: str) -> Finding:
    return Finding(
        code="READ-REPEAT",
        severity=Severity.INFO,
        message=say("read.repeat", file=file, first=first),
        return_id=return_id,
        file=file,
    )
