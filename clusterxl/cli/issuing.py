"""The commands that hand workbooks out: generate, and demo, which plays the whole loop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterxl.cli import options
from clusterxl.cli.console import steps, tell, tell_unchanged
from clusterxl.cli.spoken import spoken
from clusterxl.sentences import one_line, say

if TYPE_CHECKING:
    from clusterxl.form.model import Form
    from clusterxl.form.roster import Unit

# Characters of a list of units that are printed.
_LONG = 300


@spoken("demo")
@click.argument("folder", metavar="DIR", type=options.FILE)
@click.option("--returns", metavar="N", type=click.IntRange(min=1), default=48, show_default=True)
@click.option("--seed", metavar="S", type=int, default=2023, show_default=True)
@options.form
@options.force
def demo(folder: Path, returns: int, seed: int, form: str, force: bool) -> None:
    """Play the whole loop on sample data."""
    from clusterxl.form.file import load_form
    from clusterxl.testing.demo import make_demo

    options.require_folder(folder)
    asked = load_form(options.form_or_only(form))
    with steps(say("cli.playing")) as progress:
        done = make_demo(asked, folder, returns=returns, seed=seed, force=force, progress=progress)
    tell(
        say(
            "cli.played",
            folder=folder,
            issued=done.issued,
            returned=done.returned,
            groups=done.groups,
            findings=done.findings,
        )
    )


@spoken("generate")
@options.folder
@options.form
@options.base_year
@click.option("--roster", metavar="CSV", type=options.FILE)
@click.option("--unit", "codes", metavar="CODE", multiple=True)
@options.force
def generate(
    output: Path,
    form: str,
    base_year: int | None,
    roster: Path | None,
    codes: tuple[str, ...],
    force: bool,
) -> None:
    """Write blank workbooks: one for all, or one a unit and a list for each folder of them."""
    from clusterxl.form.file import load_form
    from clusterxl.handover import write_handovers
    from clusterxl.issuer import Issuer, issue_workbooks
    from clusterxl.outputs import Outputs, safe_name

    options.require_folder(output)
    asked = load_form(options.form_or_only(form), base_year=base_year)
    issuer, lists = Issuer(asked), set[Path]()
    with Outputs(force=force) as files:
        files.require_folder(output)
        if roster is None and not codes:
            files.add(output / f"{safe_name(asked.id)}.xlsx", issuer.workbook())
        else:
            units = chosen_units(asked, roster, codes)
            with steps(say("cli.generating")) as progress:
                for path, content in issue_workbooks(issuer, units, progress=progress):
                    files.add(output / path, content)
            # Who asks for single units hands them over in person.
            for path, content in () if codes else write_handovers(asked, units):
                files.add(output / path, content)
                lists.add(output / path)
    written = sum(path not in lists for path in files.written)
    tell(say("cli.generated", count=written, folder=output))
    if roster is not None:
        tell_unlisted(asked, units)
    tell_unchanged(files)


def tell_unlisted(form: Form, units: Sequence[Unit]) -> None:
    """Print which units the form's list does not have, and the code that each was given."""
    from clusterxl.form.roster import unlisted

    if found := unlisted(units, form):
        named = (f"{unit.group}{unit.name} {unit.code}" for unit in found)
        shown = one_line(say("report.comma").join(named), _LONG)
        tell(say("roster.unlisted", count=len(found), units=shown))


def chosen_units(form: Form, roster: Path | None, codes: Sequence[str]) -> tuple[Unit, ...]:
    """Return the units asked for; all of the roster without `codes`.

    Raises:
        RosterError: The roster has mistakes.
        UnknownUnitError: A code is neither in the roster nor, without one, in the form's lists.
    """
    from clusterxl.form.roster import find_unit, load_roster, units_of

    known = load_roster(roster, form) if roster else units_of(form)
    return tuple(find_unit(known, code) for code in dict.fromkeys(codes)) if codes else known
