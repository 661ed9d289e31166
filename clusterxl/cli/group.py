"""The command `clusterxl` itself: its language, its exit codes, its subcommands."""

from __future__ import annotations

from typing import Any

import click

from clusterxl.cli import batch, collect, forms, issuing, ruling
from clusterxl.cli.refusals import RefusedError, StoppedError
from clusterxl.cli.spoken import SpokenGroup, speak
from clusterxl.errors import ClusterxlError
from clusterxl.sentences import LANGUAGES


class ClusterxlGroup(SpokenGroup):
    """Turns every error of ours into a sentence, so that no command has a `try`."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command named on the command line."""
        try:
            return super().invoke(ctx)
        except ClusterxlError as error:
            raise RefusedError(str(error)) from error
        except KeyboardInterrupt as error:
            raise StoppedError from error


@click.group(
    "clusterxl", cls=ClusterxlGroup, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    is_eager=True,
    expose_value=False,
    callback=speak,
)
@click.version_option(package_name="clusterxl", message="%(prog)s %(version)s")
def cli() -> None:
    """Carry a form as Excel workbooks to those who answer it, and their answers back."""


for command in (
    issuing.demo,
    forms.form,
    issuing.generate,
    collect.read,
    collect.check,
    collect.aggregate,
    ruling.rules,
    batch.batch,
):
    cli.add_command(command)
