"""Checks the written rules of a form: their mistakes, and whether their examples come out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clusterxl.errors import Mistake
from clusterxl.form.model import Form
from clusterxl.form.source import Mistakes
from clusterxl.ruleset.audit import find_conflicts
from clusterxl.ruleset.load import compile_at, read_rules
from clusterxl.ruleset.masks import judge
from clusterxl.ruleset.names import names_of
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.record import EXPECTED
from clusterxl.ruleset.rules import Example, Rule
from clusterxl.ruleset.typed import Fill, typed_of_given, typed_views

_WORDS = {verdict: word for word, verdict in EXPECTED.items()}


def lint_rules(form: Form) -> tuple[Mistake, ...]:
    """Return every mistake in the written rules of a form, by file and line.

    Args:
        form: The form.

    Returns:
        All mistakes; an example of which its rule says something else is one, and so are rules
        that repeat or contradict another, as far as all of them can be read.
    """
    mistakes = Mistakes()
    rules = read_rules(form, mistakes)
    if not mistakes.in_order():
        find_conflicts(form, mistakes)
    for rule in rules:
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
    views = typed_views(form, [fill_of_example(form, example) for example in rule.examples])
    verdicts = np.array(
        [judge(compile_at(names, rule, place).judgement, views) for place in rule.places]
    )
    for at, example in enumerate(rule.examples):
        said = set(verdicts[:, at].tolist())
        order = (Verdict.FAIL, Verdict.PASS, Verdict.NOT_APPLICABLE)
        yield example, next(verdict for verdict in order if verdict.value in said)


def fill_of_example(form: Form, example: Example) -> Fill:
    """Return what stands in the cells of an example."""
    return {key: typed_of_given(form.by_key[key], given) for key, given in example.given.items()}
