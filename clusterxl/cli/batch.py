"""The group of commands of a batch."""

from __future__ import annotations

import click

from clusterxl.cli import batch_acts, batch_options, batch_reports, batch_round
from clusterxl.cli.spoken import SpokenGroup


@click.group(cls=SpokenGroup)
@batch_options.batch_folder
def batch() -> None:
    """Hold the commands of a batch."""


for name, command in {
    "new": batch_round.new,
    "issue": batch_round.issue,
    "receive": batch_round.receive,
    "status": batch_reports.status,
    "show": batch_reports.show,
    "accept": batch_acts.accept,
    "exclude": batch_acts.exclude,
    "correct": batch_reports.correct,
    "aggregate": batch_reports.aggregate,
    "rules": batch_acts.rules,
    "verify": batch_acts.verify,
    "export": batch_reports.export,
    "purge": batch_acts.purge,
}.items():
    batch.add_command(command, name)
