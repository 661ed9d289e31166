"""The round before, beside which a comparison is put: where it lies, and who has another name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clusterxl.cli import options
from clusterxl.cli.batch_options import clock_of
from clusterxl.cli.console import steps, tell
from clusterxl.cli.refusals import WrongUsageError
from clusterxl.errors import NothingFoundError, UnknownFormError
from clusterxl.sentences import say

if TYPE_CHECKING:
    from clusterxl.across_rounds import Round, Rounds
    from clusterxl.aggregate import Comparison
    from clusterxl.finding import Finding
    from clusterxl.form.model import Form
    from clusterxl.normalise import Records
    from clusterxl.pairing import Rename

_Command = TypeVar("_Command", bound=Callable[..., Any] | click.Command)
_EARLIER = "clusterxl.earlier"
_BATCH_HEAD = "batch.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What is known of the round before.

    Attributes:
        before_paths: Where its returns lie; empty where no round is given.
        renamed_file: The list of renamed subjects; None for none.
        renames: What it says, once it is read.
        before: The round, once it is read.
        findings: What is wrong with its files.
        sources: Where its files lie, and the list of names; nothing is ever written over them.
    """

    before_paths: tuple[Path, ...] = ()
    renamed_file: Path | None = None
    renames: tuple[Rename, ...] = ()
    before: Round | None = None
    findings: tuple[Finding, ...] = ()
    sources: frozenset[Path] = frozenset()

    def beside(self, records: Records, comparison: Comparison) -> tuple[Comparison, Rounds | None]:
        """Put a round beside the one before; without one, nothing changes.

        Raises:
            UnknownFormError: The rounds are the other way round, or have nothing in common.
        """
        if self.before is None:
            return comparison, None
        from clusterxl.across_rounds import Round, compare_rounds, with_findings

        now = Round(records=records, comparison=comparison)
        rounds = compare_rounds(self.before, now, self.renames)
        return with_findings(comparison, rounds), rounds


def _keep(ctx: click.Context, option: click.Parameter, value: Any) -> None:
    if value:
        known = ctx.meta.get(_EARLIER, Earlier())
        ctx.meta[_EARLIER] = replace(known, **{str(option.name): value})


_before = click.option(
    "--before",
    "before_paths",
    metavar="PATH",
    multiple=True,
    type=options.FILE,
    expose_value=False,
    callback=_keep,
)
_renamed = click.option(
    "--renamed",
    "renamed_file",
    metavar="FILE",
    type=options.FILE,
    expose_value=False,
    callback=_keep,
)


def options_of_round(command: _Command) -> _Command:
    """Give a command the options that name the round before."""
    return _before(_renamed(command))


def earlier_of(ctx: click.Context, forms: Sequence[Form | str] = ()) -> Earlier:
    """Read the round before, if one is asked for.

    Args:
        ctx: The command.
        forms: Forms its returns may answer, beside the packaged ones.

    Raises:
        WrongUsageError: A list of names without a round, or a batch among other paths.
        NothingFoundError: A path does not exist, or nothing in it counts.
        UnknownFormError: Its returns are of several forms or years.
        RosterError: The list of names is none.
    """
    known: Earlier = ctx.meta.get(_EARLIER, Earlier())
    if not known.before_paths:
        if known.renamed_file is not None:
            raise WrongUsageError(say("cli.renamed_needs_before"), ctx)
        return known
    listed = frozenset({known.renamed_file} if known.renamed_file else ())
    known = replace(known, renames=_renames(known.renamed_file), sources=listed)
    batches = [path for path in known.before_paths if (path / _BATCH_HEAD).is_file()]
    if batches and len(known.before_paths) > 1:
        raise WrongUsageError(say("cli.before_one_batch", path=batches[0]), ctx)
    if batches:
        return replace(known, before=_of_batch(ctx, batches[0]))
    return _of_files(ctx, known, forms)


def tell_rounds(earlier: Earlier, rounds: Rounds | None) -> None:
    """Say what is wrong with files of the round before, and what became of its subjects."""
    if rounds is None:
        return
    from clusterxl.cli.document import finding_lines
    from clusterxl.form.model import edition_name
    from clusterxl.pairing import Link

    for line in finding_lines(earlier.findings):
        tell(line, err=True)
    form = rounds.earlier.form
    tell(
        say(
            "cli.rounds",
            form=edition_name(form.id, form.base_year),
            count=len(rounds.earlier.returns),
            matched=rounds.count(Link.SAME, Link.RENAMED),
            new=rounds.count(Link.NEW),
            gone=rounds.count(Link.GONE),
        )
    )
    again = int((rounds.subjects["before_id"] == rounds.subjects["return_id"]).sum())
    if again:
        tell(say("cli.rounds_same_files", count=again), err=True)
    for line in finding_lines(rounds.findings):
        tell(line, err=True)


def _renames(path: Path | None) -> tuple[Rename, ...]:
    from clusterxl.pairing import read_renames

    if path is None:
        return ()
    if not path.is_file():
        raise NothingFoundError(say("read.no_such_path", path=path), code="read.no_such_path")
    return read_renames(path.read_bytes(), path.name)


def _of_batch(ctx: click.Context, path: Path) -> Round:
    from clusterxl.batch.folder import open_batch
    from clusterxl.batch.results import round_of

    batch = open_batch(path, clock=clock_of(ctx))
    with batch.ledger() as ledger, steps(say("cli.reading_before")) as progress:
        return round_of(batch, ledger, progress=progress)


def _of_files(ctx: click.Context, known: Earlier, forms: Iterable[Form | str]) -> Earlier:
    from clusterxl.across_rounds import Round
    from clusterxl.aggregate import aggregate_records
    from clusterxl.cli.jobs import executor_of
    from clusterxl.form.model import edition_name
    from clusterxl.normalise import group_returns, normalise_returns
    from clusterxl.returns import read_returns

    asked = options.reading_of(ctx)
    with steps(say("cli.reading_before")) as progress, executor_of(asked["jobs"]) as executor:
        read = read_returns(
            known.before_paths,
            forms=tuple(forms),
            passwords=asked["passwords"],
            progress=progress,
            executor=executor,
        )
    groups = group_returns(read.returns)
    if len(groups) > 1:
        found = [group[0].form for group in groups]
        shown = ", ".join(edition_name(form.id, form.base_year) for form in found)
        raise UnknownFormError(say("cli.several_before", forms=shown), code="cli.several_before")
    if not groups:
        told = "; ".join(finding.message for finding in read.findings)
        raise NothingFoundError(say("cli.no_before", reason=told), code="cli.no_before")
    # What its rules said was settled in its own time; only what could not be read matters here.
    records = normalise_returns(groups[0])
    round_before = Round(records=records, comparison=aggregate_records(records))
    sources = known.sources | read.sources
    return replace(known, before=round_before, findings=read.findings, sources=sources)
