"""What a workbook says of the answers in it now: the views, the verdicts and what they come to.

Everything here is worked out by the masks, as the check does it. It is written into the workbook as
the cached results of its formulas, for programs that show a workbook without calculating.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import isnan, nan

from clusterxl.form.answers import Answer, canonical_text, is_number, unset_text
from clusterxl.form.model import Form, Input
from clusterxl.plan.program import OPEN, Program, SectionRow, State, VerdictRow, is_unsettable
from clusterxl.ruleset.load import needed_answers
from clusterxl.ruleset.masks import TEXT_SUFFIX, Views, dates_in, holds, judge
from clusterxl.ruleset.messages import Piece, Teller
from clusterxl.ruleset.nodes import Condition, Verdict


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkbookState:
    """What a workbook says now.

    Attributes:
        program: The rules in it.
        texts: Canonical text of each cell that has a view, by key.
        numbers: Canonical number by key; cells without one are left out.
        verdicts: Verdict of each rule, by its row.
    """

    program: Program
    texts: Mapping[str, str]
    numbers: Mapping[str, float]
    verdicts: Mapping[int, Verdict]

    @cached_property
    def views(self) -> Views:
        """The views of this one workbook, as the masks take them."""
        columns: dict[str, Sequence[str | float]] = {}
        for key, text in self.texts.items():
            columns[key + TEXT_SUFFIX] = (text,)
            columns[key] = (self.numbers.get(key, nan),)
        return Views(columns, language=self.program.form.language)

    @cached_property
    def _teller(self) -> Teller:
        return Teller(self.program.form, self.views)

    def tell(self, pieces: Sequence[Piece]) -> str:
        """Return a sentence with the figures of now."""
        return self._teller.tell(pieces, 0)

    def date(self, key: str) -> float | None:
        """Return the date in a cell as a serial number."""
        found = float(dates_in(key, self.views)[0])
        return None if isnan(found) else found

    def needs(self, key: str) -> bool:
        """Whether an answer is needed now, always or because another answer asks for it."""
        condition = needed_conditions(self.program.form).get(key)
        return condition is not None and bool(holds(condition, self.views)[0])

    def state(self, verdict: VerdictRow) -> State | None:
        """Return what a rule asks now; None where it does not fail."""
        if self.verdicts[verdict.row] is not Verdict.FAIL:
            return None
        if verdict.note and self.is_explained(verdict.note):
            return State.EXPLAINED
        return verdict.state

    def is_explained(self, note: str) -> bool:
        """Whether something stands in an explanation cell that explains."""
        none = canonical_text(self.program.form.none_word)
        return self.texts.get(note, "") not in ("", none)

    def worst(self, key: str) -> State | None:
        """Return the most urgent of what rules ask of a cell now."""
        return min(self.states(self.program.rows_by_key.get(key)), default=None)

    def states(self, rows: tuple[int, int] | None) -> list[State]:
        """Return what the rules in some neighbouring rows ask now, row by row."""
        if rows is None:
            return []
        start = self.program.verdicts[0].row
        found = (
            self.state(v) for v in self.program.verdicts[rows[0] - start : rows[1] - start + 1]
        )
        return [state for state in found if state is not None]

    @cached_property
    def counts(self) -> Mapping[str, Counter[State]]:
        """How many rules of each form sheet ask what now, by section."""
        return {s.section: Counter(self.states(s.rows)) for s in self.program.sections}

    @property
    def total(self) -> Counter[State]:
        """How many rules ask what now."""
        return sum(self.counts.values(), Counter[State]())

    def needed(self, section: SectionRow) -> int:
        """Return how many answers a form sheet needs now."""
        return sum(
            self.verdicts[verdict.row] is not Verdict.NOT_APPLICABLE
            for verdict in section.verdicts
            if verdict.state is State.FILL
        )

    def first_blank(self, section: SectionRow) -> VerdictRow | None:
        """Return the rule that asks for the first missing answer of a form sheet."""
        blank = (v for v in section.verdicts if self.state(v) is State.FILL)
        return next(blank, None)

    @cached_property
    def lines(self) -> tuple[SectionRow | VerdictRow, ...]:
        """What holds the workbook back, line by line: each rule, the blanks of a sheet as one."""
        blank = [s for s in self.program.sections if self.counts[s.section][State.FILL]]
        found = [v for v in self.program.verdicts if self.state(v) in OPEN]
        asking = [verdict for verdict in found if verdict.state is not State.FILL]
        return tuple(sorted([*blank, *asking], key=lambda line: line.rank))


def judge_answers(program: Program, answers: Mapping[str, Answer]) -> WorkbookState:
    """Work out what a workbook says of its answers."""
    form = program.form
    texts: dict[str, str] = {}
    numbers: dict[str, float] = {}
    for key in program.rows:
        asked = form.by_key[key]
        unset = unset_text(form, asked)
        value = answers.get(key, unset)
        text = canonical_text(value)
        is_unset = is_unsettable(asked, unset) and text == canonical_text(unset)
        texts[key] = "" if is_unset else text
        if is_number(value) and value is not None:
            numbers[key] = float(value)
    return judge_views(program, texts, numbers)


def judge_views(
    program: Program, texts: Mapping[str, str], numbers: Mapping[str, float]
) -> WorkbookState:
    """Work out what a workbook says, from the canonical views of its cells."""
    state = WorkbookState(program=program, texts=texts, numbers=numbers, verdicts={})
    verdicts = {
        verdict.row: Verdict(int(judge(verdict.instance.judgement, state.views)[0]))
        for verdict in program.verdicts
    }
    return WorkbookState(program=program, texts=texts, numbers=numbers, verdicts=verdicts)


@lru_cache(maxsize=4)
def needed_conditions(form: Form) -> Mapping[str, Condition]:
    """Return when each answer of a form is needed, by key."""
    return needed_answers(form)


def is_asked_by_others(asked: Input) -> bool:
    """Whether an answer is needed only while other answers ask for it."""
    return bool(asked.owners) and asked.required
