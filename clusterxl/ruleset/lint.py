"""Checks the written rules of a form: their mistakes, and whether their examples come out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from clusterxl.errors import Mistake
from clusterxl.form.answers import TICKED, UNTICKED, canonical_text
from clusterxl.form.model import FieldType, Form, Input
from clusterxl.form.source import Mistakes
from clusterxl.ruleset.load import compile_at, read_rules
from clusterxl.ruleset.masks import Views, judge, view_frame
from clusterxl.ruleset.names import names_of
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.record import EXPECTED
from clusterxl.ruleset.rules import Example, Rule

_WORDS = {verdict: word for word, verdict in EXPECTED.items()}


def lint_rules(form: Form) -> tuple[Mistake, ...]:
    """Return every mistake in the written rules of a form, by file and line.

    Args:
        form: The form.

    Returns:
        All mistakes; an example of which its rule says something else is one.
    """
    mistakes = Mistakes()
    for rule in read_rules(form, mistakes):
        for example, found in judged_examples(form, rule):
            if found is not example.expected:
                mistakes.add_in_file(
                    example.file,
                    "rule_file.example_wrong",
                    example.line,
                    rule=rule.id,
                    expected=_WORDS[example.expected],
                    found=_WORDS[found],
                )
    return mistakes.in_order()


def judged_examples(form: Form, rule: Rule) -> Iterator[tuple[Example, Verdict]]:
    """Go through the examples of a rule, each with what the rule says of it."""
    if not rule.examples:
        return
    names = names_of(form)
    views = _views(form, rule.examples)
    verdicts = np.array(
        [judge(compile_at(names, rule, place).judgement, views) for place in rule.places]
    )
    for at, example in enumerate(rule.examples):
        said = set(verdicts[:, at].tolist())
        order = (Verdict.FAIL, Verdict.PASS, Verdict.NOT_APPLICABLE)
        yield example, next(verdict for verdict in order if verdict.value in said)


def _views(form: Form, examples: tuple[Example, ...]) -> Views:
    keys = [asked.key for asked in form.inputs]
    typed = [[_typed(form.by_key[key], example) for key in keys] for example in examples]
    text = pd.DataFrame([[_text(value) for value in row] for row in typed], columns=keys)
    number = pd.DataFrame([[_number(value) for value in row] for row in typed], columns=keys)
    return Views(view_frame(text, number.astype("float64")), language=form.language)


def _typed(asked: Input, example: Example) -> str | float:
    """Return what stands in a cell of an example; the label of a chosen option, not its id."""
    given = example.given.get(asked.key, "")
    if isinstance(given, bool):
        return TICKED if given else UNTICKED
    if asked.type is FieldType.CHOICE:
        labels = {item.id: item.label for item in asked.field.items}
        return labels.get(str(given), given)
    return given


def _text(value: str | float) -> str:
    return canonical_text(value) if isinstance(value, str) else format(value, ".15g")


def _number(value: str | float) -> float:
    return np.nan if isinstance(value, str) else float(value)
