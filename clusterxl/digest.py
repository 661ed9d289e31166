"""Findings for people to work off: the worst first, a cell at a time, what repeats told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from clusterxl.finding import Finding, Severity

# Of more findings that say the same than this, the first few are told and the rest named.
MOST_ALIKE = 5
TOLD_IN_FULL = 3
_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 3}
_EXPLAINED_RANK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one line of a list for people tells.

    Attributes:
        finding: What is told.
        is_beside: It is about the cell of the entry before it.
        rest: The others on its sheet that say the same, when it stands for them; else empty.
    """

    finding: Finding
    is_beside: bool = False
    rest: tuple[Finding, ...] = ()


def in_order_of_work(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort the findings of each file: the worst first, those of one cell together.

    Files, and what weighs the same in one of them, stay in the order given.
    """
    return tuple(finding for _, found in by_file(findings) for finding in _worked_off(found))


def by_file(findings: Iterable[Finding]) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Go through the files, each with its findings."""
    for (_, file), found in groupby(findings, key=attrgetter("return_id", "file")):
        yield file, tuple(found)


def digest(findings: Sequence[Finding]) -> Iterator[Entry]:
    """Go through what a list for people tells about one file, in the order of work.

    Where many findings say the same of one question each, only the first are told in full;
    the others follow as one entry a sheet.

    Args:
        findings: What was found in one file.
    """
    counts = Counter(map(_saying, findings))
    told: Counter[tuple[str, ...]] = Counter()
    rest: dict[tuple[str, ...], list[Finding]] = {}
    for finding in _worked_off(findings):
        saying = _saying(finding)
        told[saying] += 1
        if counts[saying] > MOST_ALIKE and told[saying] > TOLD_IN_FULL:
            rest.setdefault(saying, []).append(finding)
    named = {id(finding) for alike in rest.values() for finding in alike}
    before: Finding | None = None
    for finding in _worked_off(findings):
        if id(finding) not in named:
            yield Entry(finding=finding, is_beside=_is_of_one_cell(finding, before))
            before = finding
        elif alike := rest.pop(_saying(finding), None):
            for _, found in groupby(alike, key=attrgetter("sheet")):
                first, *others = found
                yield Entry(finding=first, rest=(first, *others))
            before = None


def _is_of_one_cell(finding: Finding, other: Finding | None) -> bool:
    return other is not None and bool(_place(finding)) and _place(finding) == _place(other)


def _place(finding: Finding) -> tuple[str, ...]:
    """Return what a finding is about: a cell, or a question whose cell is lost."""
    return (finding.sheet, finding.cell) if finding.cell else (finding.key,) * bool(finding.key)


def _worked_off(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Go through the findings of one file: cells by their worst finding, each with all of its."""
    cells: dict[tuple[str, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        cells.setdefault(_place(finding) or (str(number), "", ""), []).append(finding)
    for found in sorted(cells.values(), key=lambda told: min(map(_rank, told))):
        yield from sorted(found, key=_rank)


def _rank(finding: Finding) -> int:
    return _EXPLAINED_RANK if finding.is_explained else _RANKS[finding.severity]


def _saying(finding: Finding) -> tuple[str, ...]:
    """Return what is the same of findings that differ only in the question they are about."""
    told = finding.message.replace(finding.label, "") if finding.label else finding.message
    return finding.code, finding.severity, finding.note, told
