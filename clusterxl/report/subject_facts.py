"""What is told of a subject beside its answers: where it belongs, and what was found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clusterxl.criteria import Criterion
from clusterxl.finding import Finding, Severity
from clusterxl.report.context import DASH, Context, inert, records_of
from clusterxl.report.criteria import CriteriaSheet
from clusterxl.report.demands import demand_text, verdict_text
from clusterxl.report.picks import Choices, Track, labels_of

FINDINGS_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFacts:
    """One line of findings: level, question and sentence; empty where there are fewer."""

    level: Track
    label: Track
    message: Track


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectFacts:
    """The facts, as tracks on the sheet behind the drop-downs.

    Attributes:
        choices: That sheet.
        group: Its group of the highest level.
        unit: Its unit.
        errors: How many findings must be corrected.
        waiting: How many warnings are not explained.
        explained: How many are.
        findings: The first findings, the worst first.
        criteria: How it stands to each criterion, by what that judges and demands.
        judged: Keys of answers in words that criteria judge, and so tell as well.
    """

    choices: Choices
    group: Track
    unit: Track
    errors: Track
    waiting: Track
    explained: Track
    findings: tuple[FindingFacts, ...]
    criteria: tuple[tuple[str, Track], ...]
    judged: frozenset[str]


def facts_of(
    context: Context, cells: Sequence[str], criteria: CriteriaSheet | None = None
) -> SubjectFacts:
    """Return the facts of all subjects.

    Args:
        context: The comparison.
        cells: References to the drop-downs that choose among them.
        criteria: The criteria that are shown of each; None for none.
    """
    returns = context.comparison.returns
    own = _findings(context)
    lines = [own.get(return_id, []) for return_id in returns["return_id"]]
    shown = min(max(map(len, lines), default=0), FINDINGS_SHOWN)
    columns: list[tuple[str, tuple[float | str, ...]]] = [
        (context.group_noun or DASH, tuple(inert(name) for name in returns["group"])),
        (context.unit_noun or context.say("report.unit"), tuple(map(inert, returns["unit"]))),
        *_counts(context, lines),
    ]
    judged = _judged(context, criteria) if criteria else []
    for number in range(shown):
        heads = ("level", "label", "message")
        texts = [_line(context, found, number) for found in lines]
        for head, column in zip(heads, zip(*texts, strict=True), strict=True):
            columns.append((context.say(f"report.problem_{head}"), column))
    columns += judged
    choices = Choices(
        context=context,
        labels=labels_of(context),
        heads=tuple(head for head, _ in columns),
        facts=tuple(column for _, column in columns),
        cells=tuple(cells),
    )
    tracks = [choices.fact(place) for place in range(len(columns))]
    group, unit, errors, waiting, explained, *rest = tracks[: len(tracks) - len(judged)]
    return SubjectFacts(
        choices=choices,
        group=group,
        unit=unit,
        errors=errors,
        waiting=waiting,
        explained=explained,
        findings=tuple(
            FindingFacts(level=rest[at], label=rest[at + 1], message=rest[at + 2])
            for at in range(0, len(rest), 3)
        ),
        criteria=tuple(
            (head, track)
            for (head, _), track in zip(judged, tracks[len(tracks) - len(judged) :], strict=True)
        ),
        judged=frozenset(
            key
            for criterion in (criteria.criteria if criteria else ())
            if criterion.is_set and not criterion.is_figure and len(criterion.keys) == 1
            for key in criterion.keys
        ),
    )


def _judged(context: Context, sheet: CriteriaSheet) -> list[tuple[str, tuple[str, ...]]]:
    """Return what is judged and demanded by each criterion, and how each return stands to it."""
    verdicts = {(r["rule"], r["return_id"]): r for r in records_of(context.comparison.verdicts)}
    returns = context.comparison.returns["return_id"].tolist()
    return [
        (
            _head(context, criterion),
            tuple(
                verdict_text(context, criterion, verdicts[criterion.rule.id, return_id])
                for return_id in returns
            ),
        )
        for criterion in sheet.criteria
    ]


def _head(context: Context, criterion: Criterion) -> str:
    demand = demand_text(context, criterion)
    if not demand:
        return criterion.head
    return context.say("report.criterion_and_demand", head=criterion.head, demand=demand)


def _findings(context: Context) -> dict[str, list[Finding]]:
    """Return what must be corrected or verified, by return: errors first, explained last."""
    own: dict[str, list[Finding]] = {}
    for found in context.comparison.findings:
        if found.return_id and found.severity is not Severity.INFO:
            own.setdefault(found.return_id, []).append(found)
    for findings in own.values():
        findings.sort(key=lambda found: (found.severity is not Severity.ERROR, found.is_explained))
    return own


def _counts(
    context: Context, lines: Sequence[Sequence[Finding]]
) -> list[tuple[str, tuple[float, ...]]]:
    errors = tuple(float(sum(f.severity is Severity.ERROR for f in own)) for own in lines)
    told = tuple(float(sum(f.is_explained for f in own)) for own in lines)
    waiting = tuple(
        len(own) - wrong - known for own, wrong, known in zip(lines, errors, told, strict=True)
    )
    heads = (context.say(f"report.severity_{name}") for name in ("error", "warning", "explained"))
    return list(zip(heads, (errors, waiting, told), strict=True))


def _line(context: Context, findings: Sequence[Finding], number: int) -> tuple[str, str, str]:
    if number >= len(findings):
        return "", "", ""
    found = findings[number]
    level = "explained" if found.is_explained else found.severity.value
    texts = (context.say(f"report.severity_{level}"), found.label or DASH, found.message or DASH)
    first, label, message = (inert(text) for text in texts)
    return first, label, message
