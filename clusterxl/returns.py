"""All workbooks that came back, one after the other: a bad one is a finding and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
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
from clusterxl.sending import Task, read_elsewhere
from clusterxl.sentences import current_language, say

# What a file gave: a return, why it gave none, or the id of a return that came before.
_Answer = Return | WorkbookError | str


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
    executor: Executor | None = None,
) -> Returns:
    """Read all workbooks that came back; a bad file is a finding and stops no other.

    Args:
        paths: Files, folders and zips.
        forms: Forms they may answer, loaded or as folders; packaged ones are known anyway.
        engine: What reads them: our reader of packages, or openpyxl, by which ours is judged.
        passwords: Tried where a file has one; the extra `crypto` must be there.
        progress: Told how many of how many files are read.
        executor: Other processes that read, on this computer or others; by default this one does.
            Each loads forms that are given as paths or ids once, others with each file.

    Returns:
        The returns, what is wrong with other files, and which were left alone.

    Raises:
        NothingFoundError: A path does not exist, or there is no workbook that could be a return.
        OutputError: Passwords are given, and the extra is missing.
        DefinitionError: One of the forms given has mistakes.
    """
    reading = Reading(
        paths,
        forms=forms,
        engine=engine,
        passwords=passwords,
        progress=progress,
        executor=executor,
    )
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
        executor: Executor | None = None,
    ) -> None:
        require_crypto(passwords)
        self._inbox = find_workbooks(paths)
        self._forms = tuple(forms)
        self._known = KnownForms(forms)
        self._engine = engine
        self._passwords = tuple(passwords)
        self._progress = progress
        self._executor = executor
        self.findings: list[Finding] = []
        self.skipped = list(self._inbox.skipped)
        self.sources = {file.path for file in self._inbox.files}

    def __iter__(self) -> Iterator[Return]:
        first: dict[str, str] = {}
        if self._executor is None:
            answers = self._read_here(first)
        else:
            answers = read_elsewhere(self._tasks(), self._executor, self._known)
        for number, (file, answer) in enumerate(answers, start=1):
            if self._progress:
                self._progress(number, len(self._inbox.files))
            if isinstance(answer, WorkbookError):
                self._leave(file, answer)
                continue
            name = answer if isinstance(answer, str) else answer.return_id
            if isinstance(answer, str) or name in first:
                self.findings.append(_repeated(file.name, name, first[name]))
                continue
            first[name] = file.name
            yield answer
        if not first and not self.findings:
            raise nothing_in(self._inbox.paths)

    def _read_here(self, first: Mapping[str, str]) -> Iterator[tuple[InboxFile, _Answer]]:
        """Read one file after the other; one that came before is only named."""
        for file in self._inbox.files:
            try:
                data = file.read_bytes()
                name = id_of(data)
                answer: _Answer = name
                if name not in first:
                    answer = read_bytes(data, file.name, self._known, self._engine, self._passwords)
                yield file, answer
            except WorkbookError as error:
                yield file, error

    def _tasks(self) -> Iterator[tuple[InboxFile, Task | WorkbookError]]:
        for file in self._inbox.files:
            try:
                data = file.read_bytes()
            except WorkbookError as error:
                yield file, error
            else:
                yield (
                    file,
                    Task(
                        data=data,
                        file=file.name,
                        forms=self._forms,
                        engine=self._engine,
                        passwords=self._passwords,
                        language=current_language(),
                    ),
                )

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
