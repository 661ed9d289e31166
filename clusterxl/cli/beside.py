"""What goes beside a comparison workbook: a page for a browser, frames with a dictionary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clusterxl.cli import options
from clusterxl.cli.console import tell
from clusterxl.cli.refusals import WrongUsageError
from clusterxl.errors import OutputError
from clusterxl.sentences import say

if TYPE_CHECKING:
    from clusterxl.across_rounds import Rounds
    from clusterxl.aggregate import Comparison
    from clusterxl.outputs import Outputs
    from clusterxl.report.filed import Filing

_Command = TypeVar("_Command", bound=Callable[..., Any] | click.Command)
_BESIDE = "clusterxl.beside"
PAGE_SUFFIXES = (".html", ".htm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is wanted beside a comparison workbook.

    Attributes:
        html: Where the page goes; None for no page.
        frames: Folder of the frames; None for no frames.
        kind: Format of their files; empty where none was asked for.
    """

    html: Path | None = None
    frames: Path | None = None
    kind: str = ""


def _keep(ctx: click.Context, option: click.Parameter, value: Any) -> None:
    if value is not None:
        wanted = ctx.meta.get(_BESIDE, Beside())
        ctx.meta[_BESIDE] = replace(wanted, **{str(option.name): value})


_html = click.option(
    "--html", metavar="FILE", type=options.FILE, expose_value=False, callback=_keep
)
_frames = click.option(
    "--frames", metavar="DIR", type=options.FILE, expose_value=False, callback=_keep
)
_frame_format = click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "parquet"]),
    expose_value=False,
    callback=_keep,
)


def options_of_outputs(command: _Command) -> _Command:
    """Give a command the options that ask for a page and frames."""
    return _html(_frames(_frame_format(command)))


def beside_of(ctx: click.Context) -> Beside:
    """Return what is wanted beside the workbook, before any long work.

    Raises:
        WrongUsageError: A format without frames.
        OutputError: An output has a name it cannot have, or an extra is missing.
    """
    from clusterxl.outputs import require_extra
    from clusterxl.tables import frame_writer

    wanted: Beside = ctx.meta.get(_BESIDE, Beside())
    if wanted.kind and wanted.frames is None:
        raise WrongUsageError(say("cli.format_needs_frames"), ctx)
    if wanted.frames is not None:
        options.require_folder(wanted.frames)
        frame_writer(wanted.kind)
    if wanted.html is not None:
        options.require_file(wanted.html, workbook=False)
        if wanted.html.suffix.lower() not in PAGE_SUFFIXES:
            sentence = say("cli.output_no_html", path=wanted.html)
            raise OutputError(sentence, code="cli.output_no_html")
        require_extra("html", module="plotly")
    return wanted


def add_beside(
    files: Outputs,
    wanted: Beside,
    comparison: Comparison,
    *,
    with_contacts: bool,
    filing: Filing | None = None,
    rounds: Rounds | None = None,
) -> None:
    """Write what is wanted beside the workbook.

    Args:
        files: Where it is written, together with the workbook.
        wanted: What is wanted.
        comparison: The comparison.
        with_contacts: Personal answers too.
        filing: The batch it is made in, as it stands; None outside a batch.
        rounds: This round beside the one before, in tables and frames of their own.
    """
    from clusterxl.export import comparison_frames
    from clusterxl.page import write_page
    from clusterxl.tables import frame_writer

    if wanted.html is not None:
        page = write_page(comparison, with_contacts=with_contacts, filing=filing, rounds=rounds)
        files.add(wanted.html, page)
    if wanted.frames is not None:
        kind = wanted.kind or "csv"
        write = frame_writer(kind)
        told = comparison_frames(comparison, with_contacts=with_contacts, rounds=rounds)
        for name, frame in told.items():
            # Whoever looks up what a column means does so with a spreadsheet.
            is_book = name == "dictionary"
            path = wanted.frames / f"{name}.{'csv' if is_book else kind}"
            files.add(path, frame_writer("csv")(frame) if is_book else write(frame))


def tell_beside(files: Outputs, wanted: Beside, *, with_contacts: bool) -> None:
    """Say what was written beside the workbook, and where personal answers are in it."""
    if wanted.html is not None:
        tell(say("cli.written", path=wanted.html))
    if wanted.frames is not None:
        written = [*files.written, *files.unchanged]
        count = sum(path.parent == wanted.frames for path in written)
        tell(say("cli.frames_written", count=count, folder=wanted.frames))
    if with_contacts:
        tell(say("cli.personal"), err=True)
