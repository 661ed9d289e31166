"""The rule: what must hold, how it is said, and the places where it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from clusterxl.finding import Severity
from clusterxl.form.dates import date_of_serial
from clusterxl.ruleset.language import Bound
from clusterxl.ruleset.nodes import Judgement, Numeric, Verdict

FRAME, WORKBOOK = "frame", "workbook"
TARGETS = (FRAME, WORKBOOK)


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


# What the comparison shows of every return, also where it is met.
COMPARED_KINDS = (Kind.CRITERION, Kind.PLAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A parameter of rules.

    Attributes:
        name: What rules call it.
        label: What people call it.
        value: Its value; None while nobody has found one, and no rule that uses it is applicable.
        operator: How what is reported compares with it where it is met (`>=`); empty if unsaid.
        source: Where the value stands written.
        is_verified: Somebody has read it there.
        is_date: The value is the serial number of a date, and shown as one.
        measure: What the value is measured in; empty for that of the answers it is held against.
        short: What is held against it, in a word, where a rule holds several figures against
            parameters; empty where that need not be told.
    """

    name: str
    label: str
    value: float | None
    operator: str = ""
    source: str = ""
    is_verified: bool = False
    is_date: bool = False
    measure: str = ""
    short: str = ""

    @property
    def shown(self) -> str:
        """The value as people read it; empty where there is none."""
        if self.value is None:
            return ""
        day = date_of_serial(self.value) if self.is_date else None
        return day.isoformat() if day else format(self.value, ".15g")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A return with few answers, and what a rule must say of it.

    Attributes:
        given: What is answered, by key; an option by its id, a tick by yes or no.
        expected: What the rule says: it fails if it fails anywhere, and passes if it is
            applicable anywhere and fails nowhere.
        file: File it stands in.
        line: Its line.
    """

    given: Mapping[str, str | float | bool]
    expected: Verdict
    file: str
    line: int


# Stands for as many decimals as a number needs, and no more.
AS_NEEDED = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFigure:
    """A figure of a sentence that depends on the answers.

    Attributes:
        key: Cell whose text it is; empty for a number that is calculated.
        number: The number that is calculated.
        decimals: Decimals it is shown with; `AS_NEEDED` for no more than it has.
    """

    key: str = ""
    number: Numeric | None = None
    decimals: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place where a rule is asked.

    Attributes:
        cells: Keys of the cells concerned; the first is the one a finding points at.
        bound: What the names of the rule stand for here.
        figures: Figures for its sentences that are known before any answer.
        live: Figures for its message that depend on the answers.
    """

    cells: tuple[str, ...]
    bound: Mapping[str, Bound]
    figures: Mapping[str, str] = field(default_factory=dict)
    live: Mapping[str, LiveFigure] = field(default_factory=dict)


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
        head: What it judges, as the head of a column of the comparison; empty for the question.
        message: Sentence of a finding: figures in braces, `{value}` what stands in the first
            cell, `{chars}` how many characters; with the remedy.
        margin: Short sentence for the margin of the form.
        basis: What it rests on; empty for the form itself.
        explain: More about it, for who asks.
        targets: Where it is run: over frames, in workbooks.
        thresholds: The parameters it names, in the order in which it names them.
        examples: What it must say of some returns.
        places: Where it is asked, in form order.
        file: File it is written in; empty for one that follows from the definition.
        line: Its line.
    """

    id: str
    severity: Severity
    kind: Kind
    check: str
    when: str = ""
    title: str
    head: str = ""
    message: str
    margin: str
    basis: str = ""
    explain: str = ""
    targets: tuple[str, ...] = TARGETS
    thresholds: tuple[Threshold, ...] = ()
    examples: tuple[Example, ...] = ()
    places: tuple[Place, ...]
    file: str = ""
    line: int = 0

    @property
    def unset(self) -> tuple[Threshold, ...]:
        """The parameters without a value; with one of them it is applicable nowhere."""
        return tuple(threshold for threshold in self.thresholds if threshold.value is None)


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
        others: Labels of the other questions it looks at.
        example: What a finding at the first of them says, answers left out.
        margin: What stands in the margin there.
    """

    rule: Rule
    labels: tuple[str, ...]
    others: tuple[str, ...] = ()
    example: str
    margin: str
