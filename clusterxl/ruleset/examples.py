"""Reads the examples of rules: returns with few answers, and what a rule must say of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from clusterxl.errors import DefinitionError
from clusterxl.form.model import FieldType
from clusterxl.form.shape import shaped
from clusterxl.form.source import Entry, Mistakes
from clusterxl.form.suggest import did_you_mean
from clusterxl.ruleset.language import Compiler, Scope, parse_rule
from clusterxl.ruleset.names import Names
from clusterxl.ruleset.record import EXAMPLE, EXPECTED
from clusterxl.ruleset.rules import Example

Given = str | float | bool


def read_examples(entry: Entry, key: str, names: Names, mistakes: Mistakes) -> Iterator[Example]:
    """Read the examples under a key of an entry; those with mistakes are noted and left out.

    Args:
        entry: The entry.
        key: The key its examples stand under.
        names: The names of the form.
        mistakes: Where mistakes are noted.
    """
    for raw in entry.children(key):
        read = shaped(raw, EXAMPLE, mistakes)
        given = read.child("given")
        expected = EXPECTED.get(read.text("expect"))
        if given is None or expected is None:
            continue
        answers = {
            _key_of(name, names): _answer(given, name, value, names, mistakes)
            for name, value in given.table.items()
        }
        known = {name: answer for name, answer in answers.items() if answer is not None}
        if len(known) == len(answers):
            yield Example(given=known, expected=expected, file=raw.file, line=raw.line())


def _key_of(name: str, names: Names) -> str:
    """Return the key of a cell by its key, or by what rules call it; empty for none."""
    if name in names.form.by_key:
        return name
    with suppress(DefinitionError):
        return Compiler(Scope(names=names)).cell(parse_rule(name)).key
    return ""


def _answer(given: Entry, name: str, value: Any, names: Names, mistakes: Mistakes) -> Given | None:
    """Return what is answered in an example; None, and the mistake noted, where nothing can."""
    key, answer = _key_of(name, names), _repeated(value)
    if not key:
        hint = did_you_mean(name, names.form.by_key)
        mistakes.add(given, "rule_file.no_such_answer", name, name=name, hint=hint)
        return None
    is_tick = names.form.by_key[key].type is FieldType.TICKS
    if not isinstance(answer, str | int | float) or (isinstance(answer, bool) and not is_tick):
        mistakes.add(given, "rule_file.odd_answer", name, name=name, value=value)
        return None
    return answer if isinstance(answer, str | bool) else float(answer)


def _repeated(value: Any) -> Any:
    """Write a text out that is to stand there many times; any other value stays as it is."""
    match value:
        case {"text": str(text), "times": int(times), **rest} if not rest:
            return text * times
    return value
