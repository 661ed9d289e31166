"""Arguments and options that several commands share, each meaning the same everywhere."""

from __future__ import annotations

from pathlib import Path

import click

from clusterxl.errors import UnknownFormError
from clusterxl.sentences import say

FILE = click.Path(path_type=Path)

paths = click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=FILE)
folder = click.option("-o", "--output", metavar="DIR", required=True, type=FILE)
form = click.option("--form", metavar="FORM", default="")
forms = click.option("--form", "forms", metavar="FORM", multiple=True)
base_year = click.option("--base-year", metavar="YEAR", type=click.IntRange(1900, 2999))
force = click.option("--force", is_flag=True)


def form_or_only(form_id: str) -> str:
    """Return the form asked for, or the only packaged one; several have to be told apart.

    Raises:
        UnknownFormError: None was asked for, and there is not just one.
    """
    from clusterxl.form.file import packaged_forms

    packaged = packaged_forms()
    if not form_id and len(packaged) != 1:
        sentence = say("cli.which_form", forms=", ".join(packaged))
        raise UnknownFormError(sentence, code="cli.which_form")
    return form_id or packaged[0]
