"""Returns become checked records so many at a time: memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pandas as pd

from clusterxl.check import check_records, count_findings, in_order
from clusterxl.finding import Finding
from clusterxl.form.model import Form
from clusterxl.normalise import Edition, Records, edition_of, join_records, normalise_returns
from clusterxl.read import Return
from clusterxl.ruleset.load import keys_seen, split_rules

# So many returns are checked in little more time than one, and keep less memory than loading the
# libraries takes.
PART = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checked:
    """What is said of the returns of one form and base year.

    Attributes:
        form: The form.
        returns: Row a return, in the order in which they came; columns `frames.RETURNS`.
        findings: What was found in them, in the order of `check_records`.
    """

    form: Form
    returns: pd.DataFrame
    findings: tuple[Finding, ...]


class Flow:
    """Returns on their way through normalising and checking, as they come, part by part.

    What rules ask of one return alone is asked of each part, which is then let go. Rules that
    compare returns with each other look at few cells; these are kept, and looked at in the end.
    """

    def __init__(self, *, size: int = PART) -> None:
        """Take how many returns make a part."""
        self._size = size
        self._waiting: dict[Edition, list[Return]] = {}
        self._done: dict[Edition, _Done] = {}

    def parts(self, returns: Iterable[Return]) -> Iterator[Records]:
        """Normalise and check returns as they come.

        Args:
            returns: The returns, no two alike.

        Returns:
            Their records, a part after the other, each of one form and base year; their status is
            not known before all are through.

        Raises:
            DefinitionError: A rule of a form is wrong.
        """
        for found in returns:
            group = self._waiting.setdefault(edition_of(found.form), [])
            group.append(found)
            if len(group) == self._size:
                yield self._check(group)
        for group in self._waiting.values():
            if group:
                yield self._check(group)

    def checked(self) -> tuple[Checked, ...]:
        """Return what is said of all that went through, in the order in which forms came.

        Raises:
            DefinitionError: A rule of a form is wrong.
        """
        return tuple(self._done[edition].checked() for edition in self._waiting)

    def _check(self, group: list[Return]) -> Records:
        records = normalise_returns(group)
        group.clear()
        done = self._done.setdefault(edition_of(records.form), _Done(form=records.form))
        done.take(records)
        return records


@dataclass(slots=True, kw_only=True)
class _Done:
    """What is kept of the parts of one form and base year."""

    form: Form
    findings: list[Finding] = field(default_factory=list)
    compared: list[Records] = field(default_factory=list)

    def take(self, records: Records) -> None:
        alone, across = split_rules(self.form)
        self.findings += check_records(records, alone)
        self.compared.append(records.only(keys_seen(self.form, across)))

    def checked(self) -> Checked:
        _, across = split_rules(self.form)
        compared = join_records(self.compared)
        told = (*self.findings, *(check_records(compared, across) if across else ()))
        findings = in_order(self.form, compared.returns, told)
        returns = count_findings(compared.returns, findings)
        return Checked(form=self.form, returns=returns, findings=findings)
