"""Gathers the rules of a form and compiles them for every place where they are asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256

from clusterxl.errors import DefinitionError, Mistake
from clusterxl.form.model import Form, plain_label
from clusterxl.form.source import Mistakes, rule_entries
from clusterxl.ruleset.derive import derive_rules
from clusterxl.ruleset.language import Scope, compile_rule
from clusterxl.ruleset.names import Names, names_of
from clusterxl.ruleset.nodes import Condition, Truth, keys_of, looks_at_others
from clusterxl.ruleset.rules import Instance, Place, Rule, RuleDescription
from clusterxl.ruleset.written import read_written
from clusterxl.sentences import say

_VERSION_DIGITS = 12


# Whoever works on a form asks again and again, and a form never changes once it is loaded.
@lru_cache(maxsize=4)
def load_rules(form: Form) -> tuple[Rule, ...]:
    """Return all rules of a form: those that follow from its definition, then the written ones.

    Raises:
        DefinitionError: The written rules have mistakes; it carries all of them.
    """
    return _load(names_of(form))


def read_rules(form: Form, mistakes: Mistakes) -> tuple[Rule, ...]:
    """Return the written rules of a form that have no mistake, and note the mistakes of others."""
    return _read(names_of(form), mistakes)


@lru_cache(maxsize=4)
def compile_rules(form: Form) -> tuple[Instance, ...]:
    """Compile all rules of a form, one instance a place, rule by rule.

    Raises:
        DefinitionError: A rule is wrong.
    """
    names = names_of(form)
    return tuple(
        compile_at(names, rule, place) for rule in load_rules(form) for place in rule.places
    )


def compile_at(names: Names, rule: Rule, place: Place) -> Instance:
    """Compile a rule at one of its places."""
    parameters = {threshold.name: threshold.value for threshold in rule.thresholds}
    scope = Scope(names=names, bound=place.bound, parameters=parameters)
    return Instance(rule=rule, place=place, judgement=compile_rule(rule.check, rule.when, scope))


def _load(names: Names) -> tuple[Rule, ...]:
    mistakes = Mistakes()
    written = _read(names, mistakes)
    found = mistakes.in_order()
    if found:
        raise _broken(names.form, found)
    return derive_rules(names) + written


def _broken(form: Form, mistakes: tuple[Mistake, ...]) -> DefinitionError:
    sentence = say("rule_file.broken", form=form.source, count=len(mistakes))
    return DefinitionError(sentence, code="rule_file.broken", mistakes=mistakes)


def _read(names: Names, mistakes: Mistakes) -> tuple[Rule, ...]:
    return read_written(names, rule_entries(names.form.rules, mistakes), mistakes)


@lru_cache(maxsize=4)
def split_rules(form: Form) -> tuple[tuple[Instance, ...], tuple[Instance, ...]]:
    """Return the rules at their places that look at one return alone, and the others.

    Raises:
        DefinitionError: A rule of the form is wrong.
    """
    alone: list[Instance] = []
    across: list[Instance] = []
    for instance in compile_rules(form):
        judgement = instance.judgement
        looks = looks_at_others(*judgement.guards, judgement.check)
        (across if looks else alone).append(instance)
    return tuple(alone), tuple(across)


def keys_seen(form: Form, instances: Iterable[Instance]) -> frozenset[str]:
    """Return the cells that some rules look at, point at or speak of, and their explanations."""
    keys: set[str] = set()
    for instance in instances:
        judgement, place = instance.judgement, instance.place
        shown = [figure.number for figure in place.live.values() if figure.number is not None]
        keys.update(keys_of(*judgement.guards, judgement.check, *shown))
        keys.update(figure.key for figure in place.live.values() if figure.key)
        keys.update(place.cells, (form.by_key[key].note for key in place.cells))
    return frozenset(keys - {""})


@lru_cache(maxsize=4)
def rules_version(form: Form) -> str:
    """Return a short hash over the written rules of a form; empty where it has none.

    Comments, line ends and the names of files do not make other rules.

    Raises:
        DefinitionError: A rule file cannot be read.
    """
    mistakes = Mistakes()
    entries = rule_entries(form.rules, mistakes)
    if found := mistakes.in_order():
        raise _broken(form, found)
    tables = sorted(json.dumps(entry.table, sort_keys=True, default=str) for entry in entries)
    content = "\n".join(tables).encode("ascii")
    return sha256(content).hexdigest()[:_VERSION_DIGITS] if tables else ""


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
        RuleDescription(
            rule=rule,
            labels=(labels := _labels(form, (place.cells[0] for place in rule.places))),
            others=tuple(
                label
                for label in _labels(form, (key for place in rule.places for key in place.cells))
                if label not in labels
            ),
            example=_filled(rule, rule.message),
            margin=_filled(rule, rule.margin),
        )
        for rule in load_rules(form)
    )


def _filled(rule: Rule, sentence: str) -> str:
    """Fill in what is known of the first place of a rule before any answer."""
    place = rule.places[0]
    unknown = dict.fromkeys((*place.live, "value", "chars"), "…")
    return sentence.format(**place.figures, **unknown)


def _labels(form: Form, keys: Iterable[str]) -> tuple[str, ...]:
    """Labels of the questions that some cells belong to, each once."""
    return tuple(dict.fromkeys(plain_label(form.by_key[key].field.label) for key in keys))
