"""Returns become checked records so many at a time: memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clusterxl.check import check_records, summarise
from clusterxl.finding import Finding
from clusterxl.normalise import Edition, Records, edition_of, normalise_returns
from clusterxl.read import Return

# Rules look at one return at a time, so a part is checked as the whole is. So many are checked in
# little more time than one, and keep less memory than loading the libraries takes.
PART = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some returns of one form and base year, checked.

    Attributes:
        records: Their records, with status and counts.
        findings: What was found in them, return by return in the order of the form.
    """

    records: Records
    findings: tuple[Finding, ...]


def check_in_parts(returns: Iterable[Return], *, size: int = PART) -> Iterator[Part]:
    """Normalise and check returns as they come.

    Args:
        returns: The returns, no two alike; each is let go when its part is checked.
        size: How many make a part.

    Returns:
        The parts, those of one form and base year in the order of their returns.

    Raises:
        DefinitionError: A rule of a form is wrong.
    """
    waiting: dict[Edition, list[Return]] = {}
    for found in returns:
        group = waiting.setdefault(edition_of(found.form), [])
        group.append(found)
        if len(group) == size:
            yield _checked(group)
            group.clear()
    for group in waiting.values():
        if group:
            yield _checked(group)


def _checked(returns: list[Return]) -> Part:
    records = normalise_returns(returns)
    findings = check_records(records)
    return Part(records=summarise(records, findings), findings=findings)
