"""Rules changed while a batch runs: frozen anew, all returns judged again, and what that moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from clusterxl.batch.folder import FORM, RULES, Batch, cannot
from clusterxl.batch.judge import judge_return
from clusterxl.errors import DefinitionError
from clusterxl.finding import Finding, Severity
from clusterxl.form.source import Mistakes, read_rule_files
from clusterxl.ledger import (
    Ledger,
    Recorded,
    Verdict,
    find_findings,
    find_returns,
    head,
    rejudge,
    require_return,
)
from clusterxl.ledger.store import RULES_HASH
from clusterxl.outputs import Outputs, not_writable
from clusterxl.ruleset.lint import lint_rules
from clusterxl.ruleset.load import rules_version
from clusterxl.sentences import say

_SUFFIX = ".toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A return of which the new rules say something else.

    Attributes:
        before: The return under the old rules.
        after: The return now.
        settled: Findings that are gone.
        arisen: Findings that are new.
    """

    before: Recorded
    after: Recorded
    settled: tuple[Finding, ...]
    arisen: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesReport:
    """What a change of rules came to.

    Attributes:
        old: Hash of the rules before.
        new: Hash of the rules now.
        returns: How many returns were judged again.
        moved: Those of which something else is said.
        head: Head of the journal after it.
    """

    old: str
    new: str
    returns: int
    moved: tuple[Moved, ...]
    head: str


def change_rules(
    batch: Batch,
    path: Path,
    *,
    reason: str,
    progress: Callable[[int, int], None] | None = None,
) -> RulesReport:
    """Take new rules into a batch, and judge all of its returns by them.

    Broken off and called again, it goes on. What a person decided stays as decided.

    Args:
        batch: The batch.
        path: A file of rules, which takes the place of the one of its name or joins the others;
            or a folder of such files, which takes the place of all.
        reason: Why.
        progress: Told how many of how many returns are judged.

    Raises:
        BatchError: There are no rules at that path.
        DefinitionError: They have mistakes; nothing was changed.
        LedgerError: There is no reason, the archive lost a file, or another process is at work.
        OutputError: The folder cannot be written.
    """
    if not reason.strip():
        raise cannot("no_reason")
    files = _new_rules(batch, path)
    changed = replace(batch, form=replace(batch.form, rules=files))
    if mistakes := lint_rules(changed.form):
        sentence = say("form_file.broken", form=path, count=len(mistakes))
        raise DefinitionError(sentence, code="form_file.broken", mistakes=mistakes)
    with batch.ledger(changing_rules=True) as ledger:
        _write(batch, files)
        old, new = ledger.fact(RULES_HASH), rules_version(changed.form)
        before = tuple((one, find_findings(ledger, one.sha256)) for one in find_returns(ledger))
        judge = _Judge(changed, sum(not one.purged for one, _ in before), progress)
        rejudge(ledger, judge, reason=reason, facts={RULES_HASH: new})
        return RulesReport(
            old=old,
            new=new,
            returns=judge.done,
            moved=tuple(_moved(ledger, before)),
            head=head(ledger.connection),
        )


class _Judge:
    """Judges by the new rules, and tells how far it is."""

    def __init__(
        self, batch: Batch, total: int, progress: Callable[[int, int], None] | None
    ) -> None:
        self._judge = partial(judge_return, batch)
        self._total = total
        self._progress = progress
        self.done = 0

    def __call__(self, data: bytes, file: str) -> Verdict:
        """Judge a return."""
        verdict = self._judge(data, file)
        self.done += 1
        if self._progress:
            self._progress(self.done, self._total)
        return verdict


def _new_rules(batch: Batch, path: Path) -> Mapping[str, bytes]:
    """Return all rule files of the batch as they are to be, by name."""
    if path.is_dir():
        mistakes = Mistakes()
        files = read_rule_files(path, mistakes)
        if found := mistakes.in_order():
            sentence = say("form_file.broken", form=path, count=len(found))
            raise DefinitionError(sentence, code="form_file.broken", mistakes=found)
        if files:
            return files
    elif path.is_file() and path.suffix == _SUFFIX:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise not_writable(path, error) from error
        return dict(sorted({**batch.form.rules, f"{RULES}/{path.name}": content}.items()))
    raise cannot("no_rules", path=path)


def _write(batch: Batch, files: Mapping[str, bytes]) -> None:
    folder = batch.root / FORM
    with Outputs(force=True) as outputs:
        for name, content in files.items():
            outputs.add(folder / name, content)
    for path in (folder / RULES).glob(f"*{_SUFFIX}"):
        if f"{RULES}/{path.name}" not in files:
            try:
                path.unlink()
            except OSError as error:
                raise not_writable(path, error) from error


def _moved(
    ledger: Ledger, before: tuple[tuple[Recorded, tuple[Finding, ...]], ...]
) -> Iterator[Moved]:
    for was, told in before:
        now = require_return(ledger, was.sha256)
        tells = find_findings(ledger, was.sha256)
        settled, arisen = _left(told, tells), _left(tells, told)
        if settled or arisen or was.state is not now.state:
            yield Moved(before=was, after=now, settled=settled, arisen=arisen)


def _left(these: tuple[Finding, ...], those: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings that others do not have; those that only inform are left out."""
    known = {(found.code, found.key, found.severity) for found in those}
    return tuple(
        found
        for found in these
        if found.severity is not Severity.INFO
        and (found.code, found.key, found.severity) not in known
    )
