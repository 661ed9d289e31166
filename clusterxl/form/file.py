"""Loads a form from its folder, or tells every mistake in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from clusterxl.errors import DefinitionError, Mistake, UnknownFormError
from clusterxl.form.build import Draft, build_draft
from clusterxl.form.lint import lint_draft
from clusterxl.form.model import Form
from clusterxl.form.source import (
    HEAD_FILE,
    Mistakes,
    read_definition,
    read_rule_files,
    read_source,
)
from clusterxl.form.suggest import did_you_mean
from clusterxl.form.vocabulary import HEAD, in_range
from clusterxl.resources import form_folder, packaged_ids, rules_folder
from clusterxl.sentences import say


def packaged_forms() -> tuple[str, ...]:
    """Return the ids of the forms that come with clusterxl."""
    return packaged_ids()


def load_form(form: str | Path, *, base_year: int | None = None) -> Form:
    """Load a form for a base year.

    Args:
        form: Id of a packaged form, or path of a form's folder.
        base_year: Last year of the data; the one in the definition when None.

    Returns:
        The form, all years filled in.

    Raises:
        UnknownFormError: There is no such packaged form and no such folder.
        DefinitionError: The definition has mistakes; it carries all of them. Or the base year is
            none, or given for a form without years.
    """
    if base_year is not None and not in_range(HEAD["base_year"], base_year):
        sentence = say("form_file.odd_base_year", year=base_year)
        raise DefinitionError(sentence, code="form_file.odd_base_year")
    mistakes = Mistakes()
    draft = _draft(form, base_year, mistakes)
    rules = _rule_files(form, draft.form.id, mistakes)
    found = mistakes.in_order()
    if found:
        sentence = say("form_file.broken", form=form, count=len(found))
        raise DefinitionError(sentence, code="form_file.broken", mistakes=found)
    if base_year is not None and "base_year" not in draft.head.table:
        sentence = say("form_file.has_no_years", form=draft.form.id, year=base_year)
        raise DefinitionError(sentence, code="form_file.has_no_years")
    return replace(draft.form, rules=rules)


def lint_form(path: str | Path) -> tuple[Mistake, ...]:
    """Return every mistake in the definition of a form, by file and line.

    Args:
        path: Path of the form's folder, or id of a packaged form.

    Returns:
        All mistakes; empty for a good form.

    Raises:
        UnknownFormError: There is no such packaged form and no such folder.
    """
    mistakes = Mistakes()
    _draft(path, None, mistakes)
    return mistakes.in_order()


def form_files(form: str | Path) -> Mapping[str, bytes]:
    """Return all files that a form is loaded from, by their place in a folder of its own.

    Args:
        form: Id of a packaged form, or path of a form's folder.

    Raises:
        UnknownFormError: There is no such packaged form and no such folder.
        DefinitionError: The definition has mistakes; it carries all of them.
    """
    form_id = load_form(form).id
    mistakes = Mistakes()
    files = read_definition(_folder_of(form), mistakes)
    return {**files, **_rule_files(form, form_id, mistakes)}


def _rule_files(form: str | Path, form_id: str, mistakes: Mistakes) -> Mapping[str, bytes]:
    """Read the rule files of a form: those in its folder, or beside the packaged forms."""
    folder = _folder_of(form)
    packaged = form_folder(form_id)
    rules: Path | None = folder / "rules"
    if packaged is not None and folder.resolve() == packaged.resolve():
        rules = rules_folder(form_id)
    return read_rule_files(rules, mistakes) if rules is not None else {}


def _draft(form: str | Path, base_year: int | None, mistakes: Mistakes) -> Draft:
    source = read_source(_folder_of(form), mistakes)
    draft = build_draft(source, base_year, given_as=str(form), mistakes=mistakes)
    # What refers to an unreadable file would only give mistakes that are none.
    if mistakes.is_readable:
        lint_draft(draft, mistakes)
    return draft


def _folder_of(form: str | Path) -> Path:
    packaged = form_folder(form) if isinstance(form, str) else None
    if packaged is not None:
        return packaged
    path = Path(form)
    if path.name == HEAD_FILE and path.is_file():
        return path.parent
    if path.is_dir():
        return path
    forms = packaged_forms()
    sentence = say(
        "form_file.unknown_form",
        form=form,
        forms=", ".join(forms) or "-",
        hint=did_you_mean(str(form), forms),
    )
    raise UnknownFormError(sentence, code="form_file.unknown_form")
