"""The rule: what must hold, how it is said, and the places where it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from clusterxl.finding import Severity
from clusterxl.ruleset.language import Bound
from clusterxl.ruleset.nodes import Judgement


class Kind(StrEnum):
    """What a rule is about."""

    REQUIRED = "required"
    FORMAT = "format"
    VALUE = "value"
    LOGIC = "logic"
    RECOMPUTED = "recomputed"
    EVIDENCE = "evidence"
    CRITERION = "criterion"
    PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place where a rule is asked.

    Attributes:
        cells: Keys of the cells concerned; the first is the one a finding points at.
        bound: What the names of the rule stand for here.
        figures: Figures for its sentences that are known before any answer.
    """

    cells: tuple[str, ...]
    bound: Mapping[str, Bound]
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        id: Its id (`GEN-REQ`).
        severity: How much it weighs.
        kind: What it is about.
        check: What must hold, in the language of rules.
        when: Where it must hold; empty for everywhere.
        title: What it asks, in words without figures.
        message: Sentence of a finding: figures in braces, `{value}` what stands in the first
            cell, `{chars}` how many characters; with the remedy.
        margin: Short sentence for the margin of the form.
        basis: What it rests on; empty for the form itself.
        places: Where it is asked, in form order.
    """

    id: str
    severity: Severity
    kind: Kind
    check: str
    when: str = ""
    title: str
    message: str
    margin: str
    basis: str = ""
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A rule at one place, compiled."""

    rule: Rule
    place: Place
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDescription:
    """A rule in words.

    Attributes:
        rule: The rule.
        labels: Labels of the questions its findings point at, each once, in form order.
        example: What a finding at the first of them says.
    """

    rule: Rule
    labels: tuple[str, ...]
    example: str
