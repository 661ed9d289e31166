"""What the commands of a batch share: which folder it is, and why something is done."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterxl.cli import options
from clusterxl.cli.refusals import WrongUsageError
from clusterxl.sentences import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from clusterxl.batch.folder import Batch

_FOLDER = "clusterxl.batch"


def _keep_folder(ctx: click.Context, _: click.Parameter, path: Path | None) -> None:
    """Keep the folder; it may be given before the command as well as after it."""
    if path is not None:
        ctx.meta[_FOLDER] = path


def _date(ctx: click.Context, _: click.Parameter, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongUsageError(say("usage.date", text=text), ctx) from error


batch_folder = click.option(
    "--batch", "folder", metavar="DIR", type=options.FILE, expose_value=False, callback=_keep_folder
)
name = click.argument("name", metavar="R")
reason = click.option("--reason", metavar="TEXT", required=True)
deadline = click.option("--deadline", metavar="DATE", callback=_date)


def opened(ctx: click.Context) -> Batch:
    """Open the batch a command is about: the one given, or that of the current folder."""
    from clusterxl.batch.folder import open_batch

    return open_batch(ctx.meta.get(_FOLDER, Path()), clock=clock_of(ctx))


def clock_of(ctx: click.Context) -> Callable[[], datetime]:
    """Return the one clock of a command: that of whoever calls it, else the computer's."""
    from clusterxl.ledger.store import utc_now

    given: Callable[[], datetime] | None = ctx.obj
    return given or utc_now
