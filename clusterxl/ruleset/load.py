"""Gathers the rules of a form and compiles them for every place where they are asked."""

from __future__ import annotations

from collections.abc import Mapping

from clusterxl.form.model import Form, plain_label
from clusterxl.ruleset.derive import derive_rules
from clusterxl.ruleset.language import Scope, compile_rule
from clusterxl.ruleset.names import Names, names_of
from clusterxl.ruleset.nodes import Condition, Truth
from clusterxl.ruleset.rules import Instance, Place, Rule, RuleDescription


def load_rules(form: Form) -> tuple[Rule, ...]:
    """Return all rules of a form; so far those that follow from its definition."""
    return derive_rules(names_of(form))


def compile_rules(form: Form) -> tuple[Instance, ...]:
    """Compile all rules of a form, one instance a place, rule by rule.

    Raises:
        DefinitionError: A rule is wrong.
    """
    names = names_of(form)
    return tuple(
        _compiled(names, rule, place) for rule in derive_rules(names) for place in rule.places
    )


def _compiled(names: Names, rule: Rule, place: Place) -> Instance:
    scope = Scope(names=names, bound=place.bound)
    return Instance(rule=rule, place=place, judgement=compile_rule(rule.check, rule.when, scope))


def needed_answers(form: Form) -> Mapping[str, Condition]:
    """Return when each answer is needed, by key, in form order; those never needed left out."""
    names = names_of(form)
    needed = {
        asked.key: compile_rule("needed(f)", "", Scope(names=names, bound={"f": (asked,)})).check
        for asked in form.inputs
        if asked.required and not asked.is_note
    }
    return {key: condition for key, condition in needed.items() if condition != Truth(holds=False)}


def describe_rules(form: Form) -> tuple[RuleDescription, ...]:
    """Return the rules of a form in words, in the order in which they are told."""
    return tuple(
        RuleDescription(rule=rule, labels=_labels(form, rule), example=_example(rule))
        for rule in load_rules(form)
    )


def _example(rule: Rule) -> str:
    return rule.message.format(**rule.places[0].figures, value="…", chars="…")


def _labels(form: Form, rule: Rule) -> tuple[str, ...]:
    """Labels of the questions that findings of a rule point at, each once."""
    inputs = (form.by_key[place.cells[0]] for place in rule.places)
    return tuple(dict.fromkeys(plain_label(asked.field.label) for asked in inputs))
