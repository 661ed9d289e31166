"""Arguments and options that several commands share, each meaning the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

import click

from clusterxl.cli.refusals import WrongUsageError
from clusterxl.errors import NothingFoundError, OutputError, UnknownFormError
from clusterxl.sentences import say

FILE = click.Path(path_type=Path)
_PASSWORDS = "clusterxl.passwords"
_JOBS = "clusterxl.jobs"
# Windows waits for no more processes than these.
MOST_JOBS = 60


def passwords_of(ctx: click.Context) -> tuple[str, ...]:
    """Return the passwords that were given with a command, none of them twice."""
    return tuple(dict.fromkeys(ctx.meta.get(_PASSWORDS, ())))


def _keep_file(ctx: click.Context, _: click.Parameter, path: Path | None) -> None:
    """Keep the passwords of a file, one a line."""
    if path is None:
        return
    if not path.is_file():
        raise NothingFoundError(say("read.no_such_path", path=path), code="read.no_such_path")
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    ctx.meta.setdefault(_PASSWORDS, []).extend(filter(None, text.splitlines()))


def _keep_asked(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    """Ask for one password, which is not shown."""
    if asked and not ctx.resilient_parsing:
        # On the error stream: what is asked for must not stand in what is written.
        try:
            given = click.prompt(say("cli.ask_password"), hide_input=True, err=True)
        except click.Abort as error:
            raise WrongUsageError(say("cli.no_password"), ctx) from error
        ctx.meta.setdefault(_PASSWORDS, []).append(given)


class HowToRead(TypedDict):
    """How a command reads what came back, as its options say.

    Attributes:
        passwords: Tried where a file has one.
        jobs: How many processes read.
    """

    passwords: tuple[str, ...]
    jobs: int


def reading_of(ctx: click.Context) -> HowToRead:
    """Return how a command reads."""
    return HowToRead(passwords=passwords_of(ctx), jobs=ctx.meta.get(_JOBS, 1))


def _keep_jobs(ctx: click.Context, _: click.Parameter, jobs: int | None) -> None:
    ctx.meta[_JOBS] = jobs or 1


paths = click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=FILE)
folder = click.option("-o", "--output", metavar="DIR", required=True, type=FILE)
form = click.option("--form", metavar="FORM", default="")
forms = click.option("--form", "forms", metavar="FORM", multiple=True)
base_year = click.option("--base-year", metavar="YEAR", type=click.IntRange(1900, 2999))
password_file = click.option(
    "--password-file", metavar="FILE", type=FILE, expose_value=False, callback=_keep_file
)
ask_password = click.option(
    "--ask-password", is_flag=True, expose_value=False, callback=_keep_asked
)
force = click.option("--force", is_flag=True)
jobs = click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, MOST_JOBS),
    expose_value=False,
    callback=_keep_jobs,
)


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


def require_file(path: Path, *, workbook: bool) -> None:
    """See that an output has a name that a file of its kind can have, before any long work.

    A workbook by another name than .xlsx does not open in Excel.

    Raises:
        OutputError: It is a folder, or a workbook that is not called .xlsx.
    """
    if path.is_dir():
        sentence = say("cli.output_is_folder", path=path)
        raise OutputError(sentence, code="cli.output_is_folder")
    if workbook and path.suffix.lower() != ".xlsx":
        raise OutputError(say("cli.output_no_xlsx", path=path), code="cli.output_no_xlsx")


def require_folder(path: Path) -> None:
    """See that an output folder is not the name of a file, before any long work.

    Raises:
        OutputError: There is a file of that name.
    """
    if path.is_file():
        raise OutputError(say("cli.output_is_file", path=path), code="cli.output_is_file")
