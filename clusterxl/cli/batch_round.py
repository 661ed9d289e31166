"""The commands that carry a batch round: new, issue, receive."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterxl.cli import batch_options, options
from clusterxl.cli.batch_next import after_receive, tell_begun, tell_next
from clusterxl.cli.collect import HAS_ERRORS
from clusterxl.cli.console import steps, tell
from clusterxl.cli.issuing import tell_unlisted
from clusterxl.cli.spoken import spoken
from clusterxl.sentences import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clusterxl.batch.again import Moved
    from clusterxl.batch.receive import Receipt


@spoken("batch_new")
@click.argument("folder", metavar="DIR", type=options.FILE)
@click.option("--form", metavar="FORM", required=True)
@options.base_year
@click.option("--roster", metavar="CSV", type=options.FILE)
@batch_options.deadline
@click.pass_context
def new(
    ctx: click.Context,
    folder: Path,
    form: str,
    base_year: int | None,
    roster: Path | None,
    deadline: date | None,
) -> None:
    """Begin a batch in a folder."""
    from clusterxl.batch.begin import Beginning, begin_batch

    options.require_folder(folder)
    asked = Beginning(form=form, base_year=base_year, roster=roster, deadline=deadline)
    begun = begin_batch(folder, asked, clock=batch_options.clock_of(ctx))
    tell(
        say(
            "batch.begun",
            folder=folder,
            batch=begun.facts.batch,
            form=begun.form.title,
            units=len(begun.units),
            copies=sum(unit.subjects for unit in begun.units),
        )
    )
    tell_unlisted(begun.form, begun.units)
    tell_begun(begun)


@spoken("batch_issue")
@batch_options.batch_folder
@options.force
@click.pass_context
def issue(ctx: click.Context, force: bool) -> None:
    """Write the workbooks of all units that are not there yet."""
    from clusterxl.batch.folder import ISSUED
    from clusterxl.batch.issue import issue_batch

    batch = batch_options.opened(ctx)
    with steps(say("cli.generating")) as progress:
        done = issue_batch(batch, force=force, progress=progress)
    folder = batch.root / ISSUED
    tell(say("batch.issued", count=len(done.written), kept=done.kept, folder=folder))
    tell_moved(done.moved)
    for old, new in done.renamed:
        tell(say("batch.issued_twice", old=old, new=new), err=True)
    for file in done.changed:
        tell(say("batch.not_overwritten", file=file), err=True)
    tell_head(done.head)
    tell_next(batch, "issued")


@spoken("batch_receive")
@options.paths
@options.password_file
@options.ask_password
@batch_options.batch_folder
@click.pass_context
def receive(ctx: click.Context, paths: tuple[Path, ...]) -> None:
    """Take in what came back."""
    from clusterxl.batch.receive import receive_files
    from clusterxl.cli.batch_lines import line_of, lines_of_changes
    from clusterxl.cli.columns import tell_folded

    batch = batch_options.opened(ctx)
    with steps(say("cli.reading")) as progress:
        receipt = receive_files(
            batch, paths, passwords=options.passwords_of(ctx), progress=progress
        )
    names = {
        unit.code: say("batch.unit_of", group=unit.group, unit=unit.name).strip()
        for unit in batch.units
    }
    tell_moved(receipt.moved)
    for file in receipt.files:
        tell_folded(line_of(file, names))
        for line in lines_of_changes(file.changes):
            tell_folded(line)
    if receipt.notice:
        tell(receipt.notice.message, err=True)
    tell_folded(receipt.tally.line())
    tell_head(receipt.head)
    step = after_receive(receipt)
    if step == "received_asked":
        tell_next(batch, "shown")
    tell_next(batch, step)
    if _has_errors(receipt):
        ctx.exit(HAS_ERRORS)


def _has_errors(receipt: Receipt) -> bool:
    """Whether something that came in cannot count as it is."""
    from clusterxl.ledger.states import LIVE, State

    asked = (*LIVE, State.REJECTED)
    return any(
        file.refused or (file.recorded and file.recorded.errors and file.recorded.state in asked)
        for file in receipt.files
    )


def tell_moved(moved: Iterable[Moved]) -> None:
    """Print which returns were judged again and stand elsewhere, with what is told of each."""
    from clusterxl.cli.batch_lines import line_of_move
    from clusterxl.cli.columns import tell_folded

    for one in moved:
        tell_folded(line_of_move(one.before, one.after, len(one.settled), len(one.arisen)))
        marked = (*(("-", f) for f in one.settled), *(("+", f) for f in one.arisen))
        for mark, found in marked:
            place = f"{found.sheet}!{found.cell}" if found.cell else ""
            tell_folded("    " + "  ".join(part for part in (mark, place, found.message) if part))


def tell_head(head: str) -> None:
    """Print the head of the journal, for whoever notes it down."""
    tell(say("batch.head", head=head))
