"""Rules changed while a batch runs: frozen anew, all returns judged again, and what that moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from clusterxl.batch.again import Moved, judge_again
from clusterxl.batch.folder import FORM, RULES, Batch, cannot
from clusterxl.errors import DefinitionError, Mistake
from clusterxl.form.source import Mistakes, read_rule_files
from clusterxl.ledger import find_returns, head
from clusterxl.ledger.store import RULES_HASH
from clusterxl.outputs import Outputs, not_writable
from clusterxl.ruleset.lint import lint_rules
from clusterxl.ruleset.load import rules_version
from clusterxl.sentences import say

_SUFFIX = ".toml"
_EXAMPLE_WRONG = "rule_file.example_wrong"


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
        raise _broken(path, mistakes)
    with batch.ledger(changing_rules=True) as ledger:
        _write(batch, files)
        old, new = ledger.fact(RULES_HASH), rules_version(changed.form)
        facts = {RULES_HASH: new}
        moved = judge_again(changed, ledger, reason=reason, facts=facts, progress=progress)
        return RulesReport(
            old=old,
            new=new,
            returns=sum(not one.purged for one in find_returns(ledger)),
            moved=moved,
            head=head(ledger.connection),
        )


def _new_rules(batch: Batch, path: Path) -> Mapping[str, bytes]:
    """Return all rule files of the batch as they are to be, by name."""
    if path.is_dir():
        mistakes = Mistakes()
        files = read_rule_files(path, mistakes)
        if found := mistakes.in_order():
            raise _broken(path, found)
        if files:
            return files
    elif path.is_file() and path.suffix == _SUFFIX:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise not_writable(path, error) from error
        return dict(sorted({**batch.form.rules, f"{RULES}/{path.name}": content}.items()))
    raise cannot("no_rules", path=path)


def _broken(path: Path, mistakes: tuple[Mistake, ...]) -> DefinitionError:
    """Return the error that lists mistakes in new rules, and says how to go on."""
    sentence = say("batch.broken_rules", path=path, count=len(mistakes))
    if any(mistake.code == _EXAMPLE_WRONG for mistake in mistakes):
        sentence += say("batch.broken_examples")
    return DefinitionError(sentence, code="batch.broken_rules", mistakes=mistakes)


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
