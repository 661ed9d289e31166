"""The commands that take returned workbooks in: read, check, aggregate."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterxl.cli import beside, earlier, options
from clusterxl.cli.console import steps, tell, tell_unchanged
from clusterxl.cli.refusals import WrongUsageError
from clusterxl.cli.spoken import spoken
from clusterxl.errors import UnknownFormError
from clusterxl.sentences import say

if TYPE_CHECKING:
    from clusterxl.aggregate import Comparison
    from clusterxl.cli.intake import Intake
    from clusterxl.finding import Finding
    from clusterxl.normalise import Records
    from clusterxl.outputs import Outputs

HAS_ERRORS = 1
KIND_OF_SUFFIX = {".xlsx": "xlsx", ".json": "json"}


@spoken("read")
@options.paths
@options.folder
@options.forms
@options.password_file
@options.ask_password
@options.jobs
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
    from clusterxl.cli.tabling import Tabling
    from clusterxl.outputs import Outputs
    from clusterxl.tables import table_kind

    options.require_folder(output)
    open_table = table_kind(kind)
    with Outputs(force=force) as files:
        files.require_folder(output)
        tabling = Tabling(files, output, open_table, suffix=kind)
        intake = take_in(
            paths,
            forms,
            **options.reading_of(ctx),
            each=tabling.add,
        )
        files.keep(intake.sources)
        tabling.place(intake.groups)
    tell_findings(intake, intake.of_files)
    if intake.groups:
        tell(say("cli.read", count=len(files.written), folder=output))
        tell_unchanged(files)
        if any(asked.field.personal for one in intake.groups for asked in one.form.inputs):
            tell(say("cli.personal"), err=True)
    finish(ctx, intake)


@spoken("check")
@options.paths
@options.forms
@options.password_file
@options.ask_password
@options.jobs
@click.option("--format", "kind", type=click.Choice(["text", "json", "xlsx"]))
@click.option("-o", "--output", metavar="FILE", type=options.FILE)
@options.force
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[Path, ...],
    forms: tuple[str, ...],
    kind: str | None,
    output: Path | None,
    force: bool,
) -> None:
    """Tell what is wrong in returned workbooks."""
    from clusterxl.cli.document import as_bytes, as_json, as_text, closing_lines
    from clusterxl.cli.intake import take_in
    from clusterxl.outputs import write_file

    # Whoever names a file findings.xlsx wants a workbook, also without --format.
    kind = kind or KIND_OF_SUFFIX.get(output.suffix.lower() if output else "", "text")
    if output is None and kind == "xlsx":
        raise WrongUsageError(say("cli.xlsx_needs_output"), ctx)
    if output is not None:
        options.require_file(output, workbook=kind == "xlsx")
    intake = take_in(paths, forms, **options.reading_of(ctx))
    if output is not None:
        write_file(output, as_bytes(intake, kind), force=force, keep=intake.sources)
        for line in closing_lines(intake):
            tell(line, err=True)
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
@options.password_file
@options.ask_password
@options.jobs
@earlier.options_of_round
@beside.options_of_outputs
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
    from clusterxl.outputs import Outputs
    from clusterxl.report import write_comparison

    options.require_file(output, workbook=True)
    wanted = beside.beside_of(ctx)
    with Outputs(force=force) as files:
        files.require_folder(output.parent)
        intake, records = _of_one_form(ctx, paths, forms)
        before = earlier.earlier_of(ctx, forms)
        files.keep(intake.sources | before.sources)
        if records is not None:
            with steps(say("cli.comparing")) as progress:
                alone = aggregate_records(records, intake.findings)
                comparison, rounds = before.beside(records, alone)
                progress(1, 2)
                written = write_comparison(
                    comparison,
                    with_contacts=with_contacts,
                    folder=folder_between(paths, output),
                    rounds=rounds,
                )
                progress(2, 2)
            files.add(output, written)
            add_sources(files, output, comparison)
            beside.add_beside(files, wanted, comparison, with_contacts=with_contacts, rounds=rounds)
    # What is wrong in the returns stands in the workbook; about other files nothing does.
    tell_findings(intake, intake.of_files)
    if records is not None:
        earlier.tell_rounds(before, rounds)
        tell(say("cli.written", path=output))
        beside.tell_beside(files, wanted, with_contacts=with_contacts)
    finish(ctx, intake, before.findings)


def _of_one_form(
    ctx: click.Context, paths: tuple[Path, ...], forms: tuple[str, ...]
) -> tuple[Intake, Records | None]:
    """Take in what is to stand in one workbook; no records where no file gave a return."""
    from clusterxl.cli.intake import take_in
    from clusterxl.normalise import join_records

    parts: list[Records] = []
    intake = take_in(
        paths,
        forms,
        **options.reading_of(ctx),
        each=parts.append,
    )
    if len(intake.groups) > 1:
        raise several_forms(intake)
    if not parts:
        return intake, None
    return intake, replace(join_records(parts), returns=intake.groups[0].returns)


def add_sources(files: Outputs, output: Path, comparison: Comparison) -> None:
    """Write the source of each number beside a workbook that does not hold it."""
    from clusterxl.report import is_traced
    from clusterxl.tables import csv_bytes

    if not is_traced(comparison):
        place = output.with_name(f"{output.stem}.sources.csv")
        files.add(place, csv_bytes(comparison.provenance))


def folder_between(paths: Sequence[Path], output: Path) -> str:
    """Return the folder of the returned files as seen from the output; empty where it has none.

    Files of several folders are named relative to each, so that no one folder leads to them all.
    """
    folders = {(path if path.is_dir() else path.parent).resolve() for path in paths}
    if len(folders) != 1:
        return ""
    try:
        found = Path(os.path.relpath(folders.pop(), output.resolve().parent)).as_posix()
    except ValueError:
        # On Windows nothing leads from one drive to another.
        return ""
    return "" if found == "." else found


def several_forms(intake: Intake) -> UnknownFormError:
    """Say that returns of several forms or years cannot be compared in one workbook."""
    from clusterxl.form.model import edition_name

    forms = [group.form for group in intake.groups]
    shown = ", ".join(edition_name(form.id, form.base_year) for form in forms)
    return UnknownFormError(say("cli.several_forms", forms=shown), code="cli.several_forms")


def finish(ctx: click.Context, intake: Intake, more: Sequence[Finding] = ()) -> None:
    """End with exit code 1 where an error was found; all outputs are written by then."""
    if intake.has_errors or any(finding.severity == "error" for finding in more):
        ctx.exit(HAS_ERRORS)
