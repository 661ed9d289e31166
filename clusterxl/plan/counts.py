"""How many rules ask what now, live: of one form sheet, or of the whole form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clusterxl.excel.cells import Formula
from clusterxl.plan.context import Context
from clusterxl.plan.hidden import VERDICTS, VerdictColumn, column_area, verdict_area
from clusterxl.plan.program import FIRST_ROW, SectionRow, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Live counts.

    Attributes:
        needed: Answers needed.
        fill: Answers missing.
        correct: What must be corrected.
        verify: What must be verified.
        explained: What has been explained.
    """

    needed: Formula
    fill: Formula
    correct: Formula
    verify: Formula
    explained: Formula

    @property
    def done(self) -> Formula:
        """Answers given of those needed."""
        return difference(self.needed, self.fill)


def section_counts(context: Context, section: SectionRow) -> Counts:
    """Return the counts of a form sheet."""
    counts = context.state.counts[section.section]

    def at(column: int, value: int) -> Formula:
        return Formula(f"={verdict_area((section.row, section.row), column)}", value)

    return Counts(
        needed=at(VerdictColumn.NEEDED, context.state.needed(section)),
        fill=at(VerdictColumn.FILL, counts[State.FILL]),
        correct=at(VerdictColumn.CORRECT, counts[State.CORRECT]),
        verify=at(VerdictColumn.VERIFY, counts[State.VERIFY]),
        explained=at(VerdictColumn.EXPLAINED, counts[State.EXPLAINED]),
    )


def total_counts(context: Context) -> Counts:
    """Return the counts of the whole form."""
    sections, total = context.program.sections, context.state.total
    last = FIRST_ROW + len(sections) - 1

    def over(column: int, values: Iterable[int]) -> Formula:
        if not sections:
            return Formula("=0", 0)
        return Formula(f"=SUM({column_area(VERDICTS, FIRST_ROW, last, column)})", sum(values))

    return Counts(
        needed=over(VerdictColumn.NEEDED, (context.state.needed(s) for s in sections)),
        fill=over(VerdictColumn.FILL, [total[State.FILL]]),
        correct=over(VerdictColumn.CORRECT, [total[State.CORRECT]]),
        verify=over(VerdictColumn.VERIFY, [total[State.VERIFY]]),
        explained=over(VerdictColumn.EXPLAINED, [total[State.EXPLAINED]]),
    )


def difference(left: Formula, right: Formula) -> Formula:
    """Return one count less another."""
    text = f"{left.text}-{right.text.removeprefix('=')}"
    return Formula(text, float(left.value) - float(right.value))


def added(*counts: Formula) -> Formula:
    """Return several counts together."""
    text = "+".join(count.text.removeprefix("=") for count in counts)
    return Formula(f"={text}", sum(float(count.value) for count in counts))


def is_any(count: Formula) -> Formula:
    """Return the condition that something is counted."""
    return Formula(f"{count.text}>0", float(count.value) > 0)
