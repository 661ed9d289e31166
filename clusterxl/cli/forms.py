"""The commands about forms: which there are, what they ask, what is wrong with their definition."""

from __future__ import annotations

import click

from clusterxl.cli import options
from clusterxl.cli.console import CANNOT_BE_DONE, tell
from clusterxl.cli.refusals import RefusedError
from clusterxl.cli.spoken import SpokenGroup, spoken
from clusterxl.errors import DefinitionError, Mistake
from clusterxl.sentences import say


@click.group(cls=SpokenGroup)
def form() -> None:
    """Hold the commands about forms."""


@spoken("form_list")
def list_() -> None:
    """List the packaged forms."""
    from clusterxl.form.file import load_form, packaged_forms

    for form_id in packaged_forms():
        tell(f"{form_id}\t{load_form(form_id).title}")


@spoken("form_show")
@click.argument("form_id", metavar="FORM")
@options.base_year
def show(form_id: str, base_year: int | None) -> None:
    """Show what a form asks."""
    from clusterxl.form.file import load_form

    shown = load_form(form_id, base_year=base_year)
    tell(
        say(
            "cli.form_head",
            id=shown.id,
            version=shown.version,
            title=shown.title,
            language=shown.language,
            years=" ".join(map(str, shown.years)) or "–",
            levels=" › ".join(shown.fields[level].label for level in shown.levels) or "–",
            inputs=sum(not asked.is_note for asked in shown.inputs),
        )
    )
    for section in shown.sections:
        asked = [i for i in shown.inputs if i.section == section.id and not i.is_note]
        tell(say("cli.form_section", sheet=section.sheet, id=section.id, inputs=len(asked)))
        for field in dict.fromkeys(i.field.id for i in asked if not i.block):
            wanted = shown.fields[field]
            tell(f"    {field}\t{wanted.type}\t{' '.join(wanted.label.split())}")


@spoken("form_lint")
@click.argument("path", metavar="PATH")
@click.pass_context
def lint(ctx: click.Context, path: str) -> None:
    """Tell every mistake in a definition, then which of its rules seem to say nothing."""
    from clusterxl.form.file import lint_form, load_form
    from clusterxl.generate import lint_workbook
    from clusterxl.ruleset.audit import suspect_rules
    from clusterxl.ruleset.lint import lint_rules

    mistakes = lint_form(path)
    doubts: tuple[Mistake, ...] = ()
    if not mistakes:
        # What rules name can only be looked up in a form that holds together.
        checked = load_form(path)
        mistakes, doubts = lint_rules(checked), suspect_rules(checked)
        mistakes = mistakes or lint_workbook(checked)
    if mistakes:
        sentence = say("form_file.broken", form=path, count=len(mistakes))
        RefusedError(str(DefinitionError(sentence, mistakes=mistakes))).show()
    else:
        tell(say("cli.form_good", form=path))
    if doubts:
        tell(say("rule_doubt.head"), err=bool(mistakes))
    for doubt in doubts:
        tell(f"  {doubt}", err=bool(mistakes))
    if mistakes:
        ctx.exit(CANNOT_BE_DONE)


form.add_command(list_, "list")
form.add_command(show, "show")
form.add_command(lint, "lint")
