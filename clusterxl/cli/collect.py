"""The commands that take returned workbooks in: read, check, aggregate."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterxl.cli import options
from clusterxl.cli.console import tell
from clusterxl.cli.spoken import spoken
from clusterxl.errors import UnknownFormError
from clusterxl.sentences import say

if TYPE_CHECKING:
    from clusterxl.cli.intake import Intake

HAS_ERRORS = 1


@spoken("read")
@options.paths
@options.folder
@options.forms
@click.option("--format", "kind", type=click.Choice(["csv", "parquet"]), default="csv")
@options.force
@click.pass_context
def read(
    ctx: click.Context,
    paths: tuple[Path, ...],
    output: Path,
    forms: tuple[str, ...],
    kind: str,
    force: bool,
) -> None:
    """Write what returned workbooks hold as tables."""
    from clusterxl.cli.document import tell_findings
    from clusterxl.cli.intake import take_in
    from clusterxl.frames import cut_frames
    from clusterxl.outputs import Outputs, frame_writer

    write = frame_writer(kind)
    with Outputs(force=force) as files:
        files.require_folder(output)
        intake = take_in(paths, forms)
        for records in intake.batches:
            folder = output / records.form.id if len(intake.batches) > 1 else output
            frames = cut_frames(records.form, records.values, records.returns)
            for name, frame in frames.items():
                files.add(folder / f"{name}.{kind}", write(frame))
    tell_findings(intake, intake.of_files)
    if intake.batches:
        tell(say("cli.read", count=len(files.written), folder=output))
        tell(say("cli.personal"), err=True)
    finish(ctx, intake)


@spoken("check")
@options.paths
@options.forms
@click.option("--format", "kind", type=click.Choice(["text", "json", "xlsx"]), default="text")
@click.option("-o", "--output", metavar="FILE", type=options.FILE)
@options.force
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[Path, ...],
    forms: tuple[str, ...],
    kind: str,
    output: Path | None,
    force: bool,
) -> None:
    """Tell what is wrong in returned workbooks."""
    from clusterxl.cli.document import as_bytes, as_json, as_text
    from clusterxl.cli.intake import take_in
    from clusterxl.outputs import write_file

    if output is None and kind == "xlsx":
        raise click.UsageError(say("cli.xlsx_needs_output"), ctx)
    intake = take_in(paths, forms)
    if output is not None:
        write_file(output, as_bytes(intake, kind), force=force)
        tell(say("cli.written", path=output), err=True)
    elif kind == "json":
        # A console that is not UTF-8 gets escapes, which every JSON reader understands.
        click.echo(as_json(intake, ascii_only="utf" not in str(sys.stdout.encoding).lower()))
    else:
        tell(as_text(intake))
    finish(ctx, intake)


@spoken("aggregate")
@options.paths
@click.option("-o", "--output", metavar="FILE", required=True, type=options.FILE)
@options.forms
@click.option("--with-contacts", is_flag=True)
@options.force
@click.pass_context
def aggregate(
    ctx: click.Context,
    paths: tuple[Path, ...],
    output: Path,
    forms: tuple[str, ...],
    with_contacts: bool,
    force: bool,
) -> None:
    """Write the comparison of all subjects as a workbook."""
    from clusterxl.aggregate import aggregate_records
    from clusterxl.cli.document import tell_findings
    from clusterxl.cli.intake import take_in
    from clusterxl.outputs import Outputs
    from clusterxl.report import write_comparison

    with Outputs(force=force) as files:
        files.require_folder(output.parent)
        intake = take_in(paths, forms)
        if len(intake.batches) > 1:
            raise several_forms(intake)
        for records in intake.batches:
            comparison = aggregate_records(records, intake.findings)
            files.add(output, write_comparison(comparison, with_contacts=with_contacts))
    # What is wrong in the returns stands in the workbook; about other files nothing does.
    tell_findings(intake, intake.of_files)
    if intake.batches:
        tell(say("cli.written", path=output))
        if with_contacts:
            tell(say("cli.personal"), err=True)
    finish(ctx, intake)


def several_forms(intake: Intake) -> UnknownFormError:
    """Say that returns of several forms or years cannot be compared in one workbook."""
    shown = ", ".join(
        f"{records.form.id} {records.form.base_year or ''}".strip() for records in intake.batches
    )
    return UnknownFormError(say("cli.several_forms", forms=shown), code="cli.several_forms")


def finish(ctx: click.Context, intake: Intake) -> None:
    """End with exit code 1 where an error was found; all outputs are written by then."""
    if intake.has_errors:
        ctx.exit(HAS_ERRORS)
