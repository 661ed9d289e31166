"""The commands of a batch by which people decide, change rules, and have it verified."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterxl.cli import batch_options, options
from clusterxl.cli.batch_next import tell_next
from clusterxl.cli.batch_round import tell_head, tell_moved
from clusterxl.cli.collect import HAS_ERRORS
from clusterxl.cli.console import steps, tell
from clusterxl.cli.refusals import WrongUsageError
from clusterxl.cli.spoken import spoken
from clusterxl.sentences import one_line, say

if TYPE_CHECKING:
    from clusterxl.batch.decide import Decided


_HEAD = re.compile("[0-9a-f]{64}")
# Characters of a list of files that are printed.
_LONG = 100


@spoken("batch_accept")
@batch_options.name
@batch_options.reason
@click.option("--unit", metavar="CODE", default="")
@click.option("--serial", metavar="SERIAL", default="")
@batch_options.batch_folder
@click.pass_context
def accept(ctx: click.Context, name: str, reason: str, unit: str, serial: str) -> None:
    """Accept a return by the operator's word."""
    from clusterxl.batch.decide import accept_return

    batch = batch_options.opened(ctx)
    done = accept_return(batch, name, reason=reason, unit=unit, serial=serial)
    _tell_decided(done)
    if done.after.errors:
        tell(say("batch.accepted_as_is", errors=done.after.errors), err=True)
    tell_next(batch, "accepted")


@spoken("batch_exclude")
@batch_options.name
@batch_options.reason
@batch_options.batch_folder
@click.pass_context
def exclude(ctx: click.Context, name: str, reason: str) -> None:
    """Leave a return out."""
    from clusterxl.batch.decide import exclude_return

    done = exclude_return(batch_options.opened(ctx), name, reason=reason)
    _tell_decided(done)
    # Of a file that is nobody's, or is not the only one, its unit is owed as before.
    if done.after.unit and not done.is_filled:
        tell(say("batch.excluded_is_not_owed"), err=True)


def _tell_decided(done: Decided) -> None:
    from clusterxl.batch.decide import shown_line
    from clusterxl.ledger.states import state_word

    before, after = state_word(done.before.state), state_word(done.after.state)
    if done.before == done.after:
        tell(say("batch.decided_already", line=shown_line(done.after), state=after))
    else:
        tell(say("batch.decided", line=shown_line(done.after), before=before, after=after))
    for one in done.superseded:
        tell(say("batch.decided_replaces", line=shown_line(one)))
    tell_head(done.head)


@spoken("batch_rules")
@click.argument("rules_file", metavar="FILE", type=options.FILE)
@batch_options.reason
@batch_options.batch_folder
@click.pass_context
def rules(ctx: click.Context, rules_file: Path, reason: str) -> None:
    """Change the rules and judge all returns again."""
    from clusterxl.batch.rules import change_rules

    batch = batch_options.opened(ctx)
    with steps(say("batch.judging")) as progress:
        done = change_rules(batch, rules_file, reason=reason, progress=progress)
    tell_moved(done.moved)
    figures = {"old": done.old or "-", "new": done.new or "-"}
    tell(say("batch.rules_changed", returns=done.returns, moved=len(done.moved), **figures))
    tell_head(done.head)


@spoken("batch_verify")
@click.option("--noted", metavar="HEAD", default="")
@batch_options.batch_folder
@click.pass_context
def verify(ctx: click.Context, noted: str) -> None:
    """Read the archive again, and see whether everything can be made anew from it."""
    from clusterxl.batch.results import remake_comparisons
    from clusterxl.batch.verify import verify_batch
    from clusterxl.finding import Severity
    from clusterxl.findings_book import level_of

    if noted and not _HEAD.fullmatch(noted):
        raise WrongUsageError(say("cli.no_head", noted=noted), ctx)
    batch = batch_options.opened(ctx)
    with steps(say("batch.judging")) as progress:
        proof = verify_batch(batch, noted=noted, remake=remake_comparisons, progress=progress)
    for found in proof.findings:
        tell(f"{level_of(found)}  {found.message}  [{found.code}]")
    for name, digest in proof.frames.items():
        tell(say("batch.frame", name=name, digest=digest))
    tell(
        say(
            "batch.verified",
            returns=proof.returns,
            frames=len(proof.frames),
            reports=proof.reports,
            remade=len(proof.remade),
            findings=len(proof.findings),
        )
    )
    tell_head(proof.head)
    if any(found.severity is Severity.ERROR for found in proof.findings):
        ctx.exit(HAS_ERRORS)


@spoken("batch_purge")
@batch_options.name
@batch_options.reason
@batch_options.batch_folder
@click.pass_context
def purge(ctx: click.Context, name: str, reason: str) -> None:
    """Remove the content of a return for good."""
    from clusterxl.batch.decide import shown_line
    from clusterxl.batch.purge import purge_return

    done = purge_return(batch_options.opened(ctx), name, reason=reason)
    ids = say("report.comma").join(done.return_ids)
    count, removed = len(done.returns), len(done.removed)
    tell(say("batch.purged", ids=ids, returns=count, corrections=removed))
    for other in done.others:
        tell(say("batch.purge_other", line=shown_line(other)), err=True)
    for left in done.left:
        files = one_line(say("report.comma").join(left.files), _LONG)
        tell(
            say("batch.purge_left", folder=left.folder, count=len(left.files), files=files),
            err=True,
        )
    tell(say("batch.purge_elsewhere"), err=True)
    tell_head(done.head)
