"""The commands that tell of a batch: status, show, correct, aggregate, export."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterxl.cli import batch_options, beside, earlier, options
from clusterxl.cli.batch_next import named, tell_next
from clusterxl.cli.batch_round import tell_head
from clusterxl.cli.collect import HAS_ERRORS, KIND_OF_SUFFIX
from clusterxl.cli.console import steps, tell, tell_unchanged, terminal_width
from clusterxl.cli.refusals import WrongUsageError
from clusterxl.cli.spoken import spoken
from clusterxl.sentences import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clusterxl.batch.folder import Batch
    from clusterxl.batch.results import Result
    from clusterxl.cli.earlier import Earlier
    from clusterxl.finding import Finding
    from clusterxl.outputs import Outputs

_INCLUDE = click.option("--include", type=click.Choice(["accepted", "questioned"]))
_OUTPUT = click.option("-o", "--output", metavar="FILE", type=options.FILE)


@spoken("batch_status")
@batch_options.batch_folder
@click.option("--format", "kind", type=click.Choice(["text", "json", "xlsx"]))
@_OUTPUT
@click.option("--with-contacts", is_flag=True)
@options.force
@click.pass_context
def status(
    ctx: click.Context, kind: str | None, output: Path | None, with_contacts: bool, force: bool
) -> None:
    """Tell who answered, who is late and what is still owed."""
    from clusterxl.batch.contacts import contacts_of
    from clusterxl.batch.results import comparisons_of, status_of
    from clusterxl.batch.status_book import write_status
    from clusterxl.cli.batch_document import as_json, as_text, has_lines

    batch = batch_options.opened(ctx)
    kind = kind or KIND_OF_SUFFIX.get(output.suffix.lower() if output else "", "text")
    if kind == "xlsx":
        place = _place(batch, output, "status_file", workbook=True)
        with batch.ledger() as ledger:
            content = write_status(
                batch.form,
                status_of(batch, ledger),
                compared=comparisons_of(batch, ledger),
                contacts=contacts_of(batch, ledger) if with_contacts else None,
            )
            _write(place, content, force=force or output is None)
        if with_contacts:
            tell(say("cli.personal"), err=True)
        return
    with batch.ledger() as ledger:
        taken = status_of(batch, ledger)
    _give(
        batch,
        output,
        kind,
        force=force,
        as_json=partial(as_json, batch.form, taken),
        as_text=partial(as_text, batch.form, taken),
    )
    if kind == "text" and output is None and has_lines(taken):
        tell_next(batch, "shown")


@spoken("batch_show")
@batch_options.name
@batch_options.batch_folder
@click.option("--format", "kind", type=click.Choice(["text", "json"]))
@_OUTPUT
@click.option("--with-contacts", is_flag=True)
@options.force
@click.pass_context
def show(
    ctx: click.Context,
    name: str,
    kind: str | None,
    output: Path | None,
    with_contacts: bool,
    force: bool,
) -> None:
    """Show one return: whose it is, where it stands, its history, all its findings."""
    from clusterxl.batch.show import show_return
    from clusterxl.cli.batch_show import as_json, as_text

    batch = batch_options.opened(ctx)
    suffix = output.suffix.lower() if output else ""
    if suffix == ".xlsx":
        raise WrongUsageError(say("cli.show_no_xlsx", path=output), ctx)
    kind = kind or KIND_OF_SUFFIX.get(suffix, "text")
    shown = show_return(batch, name, with_contacts=with_contacts)
    _give(
        batch,
        output,
        kind,
        force=force,
        as_json=partial(as_json, batch, shown),
        as_text=partial(as_text, batch, shown, at=named(batch.root)),
    )
    if with_contacts:
        tell(say("cli.personal"), err=True)
    _finish(ctx, shown.altered)


@spoken("batch_correct")
@batch_options.batch_folder
@batch_options.deadline
@click.pass_context
def correct(ctx: click.Context, deadline: date | None) -> None:
    """Write a correction for every questioned return."""
    from clusterxl.batch.correct import correct_batch
    from clusterxl.batch.folder import CORRECTIONS
    from clusterxl.batch.results import now_of

    batch = batch_options.opened(ctx)
    if deadline is None and batch.deadline and batch.deadline >= now_of(batch).date():
        deadline = batch.deadline
    with steps(say("cli.correcting")) as progress:
        done = correct_batch(batch, deadline=deadline, progress=progress)
    for file in done.written:
        tell(file)
    for held in done.held:
        found = held.recorded
        tell(say("cli.held", file=found.file or found.sha256, reason=held.reason))
    tell(
        say(
            "cli.corrected",
            folder=batch.root / CORRECTIONS,
            count=len(done.written),
            kept=done.kept,
            held=len(done.held),
        )
    )
    tell(say("batch.head", head=done.head))
    tell_next(batch, "corrected" if done.written or done.kept else "corrected_none")


@spoken("batch_aggregate")
@batch_options.batch_folder
@_OUTPUT
@_INCLUDE
@earlier.options_of_round
@beside.options_of_outputs
@click.option("--with-contacts", is_flag=True)
@options.force
@click.pass_context
def aggregate(
    ctx: click.Context,
    output: Path | None,
    include: str | None,
    with_contacts: bool,
    force: bool,
) -> None:
    """Write the comparison of the accepted returns."""
    from clusterxl.batch.gather import none_name
    from clusterxl.batch.results import compare_batch, note_comparison
    from clusterxl.ledger import head
    from clusterxl.outputs import Outputs

    batch = batch_options.opened(ctx)
    wanted = beside.beside_of(ctx)
    before = earlier.earlier_of(ctx, (batch.form,))
    place = _comparison_place(batch, output, before, (wanted.html, wanted.frames))
    # Only what lies among the reports of the batch is replaced unasked.
    with (
        batch.ledger() as ledger,
        Outputs(force=force) as more,
        Outputs(force=force or output is None) as files,
    ):
        files.require_folder(place.parent)
        files.keep(before.sources)
        more.keep(before.sources)
        counts = {"questioned": include == "questioned", "with_contacts": with_contacts}
        with steps(say("cli.reading")) as progress:
            result = compare_batch(batch, ledger, **counts, beside=before.beside, progress=progress)
        _add_result(files, place, result)
        beside.add_beside(
            more,
            wanted,
            result.comparison,
            with_contacts=with_contacts,
            filing=result.filing,
            rounds=result.rounds,
        )
        if result.rounds is None:
            note_comparison(ledger, result, file=_seen_from(batch, place))
        end = head(ledger.connection)
    tell(say("cli.compared", path=place, count=len(result.returns)))
    if not result.returns:
        tell(say(f"batch.{none_name(questioned=include == 'questioned')}"), err=True)
    earlier.tell_rounds(before, result.rounds)
    beside.tell_beside(more, wanted, with_contacts=with_contacts)
    if errors := sum(found.severity == "error" for found in result.findings):
        tell(say("cli.errors_remain", count=errors), err=True)
    _tell_proof(batch, result, end)
    _finish(ctx, (*result.findings, *before.findings))


def _tell_proof(batch: Batch, result: Result, end: str) -> None:
    """Print by what a comparison is proved, and what comes next."""
    hashed = "cli.compared_hash" if result.rounds is None else "cli.compared_unnoted"
    tell(say(hashed, sha256=result.sha256, head=result.head))
    tell_head(end)
    tell_next(batch, "aggregated")


def _comparison_place(
    batch: Batch, output: Path | None, before: Earlier, more: Iterable[Path | None]
) -> Path:
    """Return where a comparison goes; beside another round it is another file.

    That one is not noted in the journal: from this batch alone nobody can make it again. Nor may
    what more is written go over what the batch lives on.
    """
    from clusterxl.batch.folder import require_free

    for path in filter(None, more):
        require_free(batch, path)
    name = "comparison_file" if before.before is None else "rounds_file"
    return _place(batch, output, name, workbook=True)


def _add_result(files: Outputs, place: Path, result: Result) -> None:
    """Add the workbook, and beside it the sources it does not hold."""
    from clusterxl.tables import csv_bytes

    files.add(place, result.content)
    if result.sources is not None:
        files.add(place.with_name(f"{place.stem}.sources.csv"), csv_bytes(result.sources))


@spoken("batch_export")
@batch_options.batch_folder
@click.option("-o", "--output", metavar="DIR", type=options.FILE)
@click.option("--format", "kind", type=click.Choice(["csv", "parquet"]), default="csv")
@_INCLUDE
@options.force
@click.pass_context
def export(
    ctx: click.Context, output: Path | None, kind: str, include: str | None, force: bool
) -> None:
    """Write the accepted returns as tables."""
    from clusterxl.batch.results import frames_of
    from clusterxl.outputs import Outputs
    from clusterxl.tables import frame_writer

    write = frame_writer(kind)
    batch = batch_options.opened(ctx)
    folder = _place(batch, output, "frames_folder", workbook=False)
    with batch.ledger() as ledger, steps(say("cli.reading")) as progress:
        frames = frames_of(batch, ledger, questioned=include == "questioned", progress=progress)
        with Outputs(force=force or output is None) as files:
            files.require_folder(folder)
            for name, frame in frames.items():
                files.add(folder / f"{name}.{kind}", write(frame))
    tell(say("cli.read", count=len(files.written), folder=folder))
    tell_unchanged(files)
    if any(asked.field.personal for asked in batch.form.inputs):
        tell(say("cli.personal"), err=True)


def _place(batch: Batch, output: Path | None, name: str, *, workbook: bool) -> Path:
    """Return where a result goes: where it is asked for, or among the reports of the batch."""
    from clusterxl.batch.folder import REPORTS, require_free

    if output is None:
        return batch.root / REPORTS / say(f"batch.{name}", lang=batch.form.language)
    require_free(batch, output)
    if workbook:
        options.require_file(output, workbook=True)
    else:
        options.require_folder(output)
    return output


def _seen_from(batch: Batch, place: Path) -> str:
    """Return a place as the journal names it: below the batch folder where it lies there."""
    path, root = place.resolve(), batch.root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _give(
    batch: Batch,
    output: Path | None,
    kind: str,
    *,
    force: bool,
    as_json: Callable[..., str],
    as_text: Callable[..., str],
) -> None:
    """Print a document, or write it; only on a terminal its lines end where the terminal does."""
    from clusterxl.batch.folder import require_free

    if output is not None:
        require_free(batch, output)
        options.require_file(output, workbook=False)
        text = as_json() if kind == "json" else as_text()
        _write(output, f"{text}\n".encode("utf-8", "backslashreplace"), force=force)
    elif kind == "json":
        # A console that is not UTF-8 gets escapes, which every JSON reader understands.
        click.echo(as_json(ascii_only="utf" not in str(sys.stdout.encoding).lower()))
    else:
        tell(as_text(width=terminal_width()))


def _write(place: Path, content: bytes, *, force: bool) -> None:
    from clusterxl.outputs import write_file

    write_file(place, content, force=force)
    tell(say("cli.written", path=place), err=True)


def _finish(ctx: click.Context, findings: Iterable[Finding]) -> None:
    """End with exit code 1 where an error was found; all outputs are written by then."""
    if any(finding.severity == "error" for finding in findings):
        ctx.exit(HAS_ERRORS)
