"""Looks at the rules of a form as a whole: what contradicts, repeats or never says anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from clusterxl.errors import Mistake
from clusterxl.form.model import Form
from clusterxl.form.source import Mistakes
from clusterxl.ruleset.fills import random_fills, typed_views
from clusterxl.ruleset.load import compile_rules, read_rules
from clusterxl.ruleset.masks import judge
from clusterxl.ruleset.nodes import Comparison, Condition, Verdict, keys_of, walk
from clusterxl.ruleset.rules import Instance, Rule
from clusterxl.ruleset.spans import Span, spans_of
from clusterxl.sentences import say

# Enough fills for every rule of a long form to be aimed at several times.
FILLS = 1500
_SEED = 1
_SHOWN = 3


def find_conflicts(form: Form, mistakes: Mistakes) -> None:
    """Note the written rules that say the same as another one, or what no number can satisfy.

    Args:
        form: The form; none of its rules has another mistake.
        mistakes: Where they are noted, each at the later of two rules, for the first place.
    """
    instances = compile_rules(form)
    told: set[tuple[str, str]] = set()
    for first, second in _repeated(instances):
        if (first.rule.id, second.rule.id) not in told:
            _note(mistakes, "rule_file.duplicate", form, second, second.place.cells[0], first)
        told.add((first.rule.id, second.rule.id))
    for key, first, second in _contradicting(instances):
        if (first.rule.id, second.rule.id) in told:
            continue
        told.add((first.rule.id, second.rule.id))
        if first is second:
            _note(mistakes, "rule_file.impossible", form, second, key, first)
        else:
            _note(mistakes, "rule_file.contradiction", form, second, key, first)


def _note(
    mistakes: Mistakes, name: str, form: Form, found: Instance, key: str, other: Instance
) -> None:
    rule = found.rule
    figures = {"rule": rule.id, "label": form.by_key[key].label, "other": _named(other.rule)}
    mistakes.add_in_file(rule.file, name, rule.line, **figures)


def _named(rule: Rule) -> str:
    """Return the id of a rule and where it stands written, if somewhere."""
    return f"{rule.id} ({rule.file}:{rule.line})" if rule.file else rule.id


def _repeated(instances: Sequence[Instance]) -> Iterator[tuple[Instance, Instance]]:
    """Go through pairs of rules with the same judgement, where a finding points at one cell."""
    first: dict[tuple[frozenset[Condition], Condition, str], Instance] = {}
    for instance in instances:
        judged = instance.judgement
        asked = (frozenset(judged.guards), judged.check, instance.place.cells[0])
        found = first.setdefault(asked, instance)
        if instance.rule.file and found.rule.id != instance.rule.id:
            yield found, instance


def _contradicting(instances: Sequence[Instance]) -> Iterator[tuple[str, Instance, Instance]]:
    """Go through the rules that leave no number for a cell: one alone, or two together."""
    by_key: dict[str, list[tuple[Instance, Span]]] = {}
    for instance in instances:
        for key, span in spans_of(instance.judgement.check).items():
            by_key.setdefault(key, []).append((instance, span))
    for key, found in by_key.items():
        for at, (second, span) in enumerate(found):
            if second.rule.file:
                against = found[: 0 if span.is_empty else at]
                clashing = (first for first, other in against if _clash(first, second, other, span))
                yield from ((key, first, second) for first in clashing)
                if span.is_empty:
                    yield key, second, second


def _clash(one: Instance, other: Instance, span: Span, other_span: Span) -> bool:
    """Whether two rules that apply together leave no number between them."""
    is_empty = not span.is_empty and span.within(other_span).is_empty
    return is_empty and _apply_together(one, other)


def _apply_together(one: Instance, other: Instance) -> bool:
    """Whether one of two rules applies wherever the other does."""
    first, second = _terms(one), _terms(other)
    return first <= second or second <= first


def _terms(instance: Instance) -> frozenset[Condition]:
    """Return the guards of a rule that ask for more than a number to judge."""
    judged = set(keys_of(instance.judgement.check))
    return frozenset(
        guard
        for guard in instance.judgement.guards
        if not set(keys_of(guard)) <= judged or any(isinstance(n, Comparison) for n in walk(guard))
    )


def suspect_rules(form: Form) -> tuple[Mistake, ...]:
    """Tell which written rules seem to say nothing; that may be as it should.

    Args:
        form: The form.

    Returns:
        By file and line: rules that rest on a parameter without a value, on no answer at all, or
        that never pass, fail or apply in many random fills; lines of the comparison that are
        to be a parameter which no rule names. Nothing while a rule cannot be read.
    """
    unreadable = Mistakes()
    read_rules(form, unreadable)
    if unreadable.in_order():
        return ()
    instances = compile_rules(form)
    by_rule: dict[str, list[tuple[Instance, frozenset[int]]]] = {}
    views = typed_views(form, random_fills(form, instances, FILLS, _SEED))
    for instance in instances:
        if instance.rule.file:
            found = frozenset(np.unique(judge(instance.judgement, views)).tolist())
            by_rule.setdefault(instance.rule.id, []).append((instance, found))
    doubts = Mistakes()
    for judged in by_rule.values():
        _doubt(form, judged, doubts)
    _doubt_lines(form, instances, doubts)
    return doubts.in_order()


def _doubt_lines(form: Form, instances: Sequence[Instance], doubts: Mistakes) -> None:
    """Note a line of the comparison that is not drawn, since no rule names its parameter."""
    known = {threshold.name for each in instances for threshold in each.rule.thresholds}
    for key in ("lead_parameter", "growth_parameter"):
        name = getattr(form.comparison, key)
        if name and name not in known:
            doubts.add_in_file("form.toml", "rule_doubt.unknown_line", 0, key=key, name=name)


def _doubt(form: Form, judged: Sequence[tuple[Instance, frozenset[int]]], doubts: Mistakes) -> None:
    rule = judged[0][0].rule
    if rule.unset:
        names = say("rule_doubt.between").join(threshold.label for threshold in rule.unset)
        doubts.add_in_file(rule.file, "rule_doubt.unset", rule.line, rule=rule.id, names=names)
        return
    silent: dict[str, list[Instance]] = {}
    for instance, found in judged:
        reason = _silence(instance, found)
        if reason:
            silent.setdefault(reason, []).append(instance)
    for reason, where in silent.items():
        places = _places(form, where, everywhere=len(where) == len(judged))
        figures = {"rule": rule.id, "places": places, "count": FILLS}
        doubts.add_in_file(rule.file, f"rule_doubt.{reason}", rule.line, **figures)


def _silence(instance: Instance, found: frozenset[int]) -> str:
    """Return why a rule says nothing at a place; empty where it is seen pass and fail."""
    if not keys_of(instance.judgement.check):
        return "constant"
    if Verdict.PASS not in found and Verdict.FAIL not in found:
        return "never_applies"
    if Verdict.FAIL not in found:
        return "never_fails"
    return "" if Verdict.PASS in found else "never_passes"


def _places(form: Form, where: Sequence[Instance], *, everywhere: bool) -> str:
    if everywhere:
        return say("rule_doubt.everywhere")
    labels = [form.by_key[instance.place.cells[0]].label for instance in where]
    shown = say("rule_doubt.between").join(labels[:_SHOWN])
    return say("rule_doubt.places", labels=shown, count=len(labels))
