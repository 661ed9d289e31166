"""Which verdicts a rule can give at all: what a proof must have seen of it."""

from __future__ import annotations

from clusterxl.ruleset.masks import Views, holds
from clusterxl.ruleset.nodes import (
    Condition,
    Every,
    Judgement,
    Opposite,
    Parameter,
    Some,
    Verdict,
    keys_of,
    walk,
)

# Conditions that look at no cell hold alike of every return: this one has none.
_NO_RETURN = Views({"": (0.0,)}, language="en")


def possible_verdicts(judgement: Judgement) -> frozenset[Verdict]:
    """Return the verdicts that a rule at one place can give.

    A guard that no answer changes either says nothing or makes the rule never applicable, as a
    threshold does that nobody has set; a rule without guards always is. That a number in it grows
    out of bounds is not counted.
    """
    guards = [constant(guard) for guard in judgement.guards]
    if False in guards or any(map(_is_unset, (*judgement.guards, judgement.check))):
        return frozenset({Verdict.NOT_APPLICABLE})
    checked = constant(judgement.check)
    found = {True: {Verdict.PASS}, False: {Verdict.FAIL}, None: {Verdict.PASS, Verdict.FAIL}}
    return frozenset(found[checked] | ({Verdict.NOT_APPLICABLE} if None in guards else set()))


def constant(condition: Condition) -> bool | None:
    """Return whether a condition holds, where no answer changes that; else None."""
    match condition:
        case Opposite(of=inner):
            found = constant(inner)
            return None if found is None else not found
        case Every(of=parts) | Some(of=parts):
            settles = isinstance(condition, Some)
            said = {constant(part) for part in parts}
            if settles in said:
                return settles
            return None if None in said else not settles
        case _ if keys_of(condition):
            return None
        case _:
            return bool(holds(condition, _NO_RETURN)[0])


def _is_unset(condition: Condition) -> bool:
    return any(isinstance(node, Parameter) and node.value is None for node in walk(condition))
