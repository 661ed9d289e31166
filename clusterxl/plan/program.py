"""Which rules run in a workbook and in which hidden row each stands; no answers are known yet.

Every input cell that a rule looks at has a row on the hidden sheet of views; every rule, at each of
its places, has a row on the hidden sheet of verdicts. The rows there follow the paper: those of one
form row stand together, so that its help looks at one range. Above them is a row a sheet, which
stands for what is still blank on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from itertools import groupby

from clusterxl.finding import Severity
from clusterxl.form.layout import Layout
from clusterxl.form.model import FieldType, Form, Input
from clusterxl.ruleset.derive import MISSING
from clusterxl.ruleset.load import compile_rules
from clusterxl.ruleset.messages import Piece, ShownNumber, keys_shown, pieces_of
from clusterxl.ruleset.nodes import (
    DateOf,
    IsDate,
    Node,
    Truth,
    keys_of,
    walk,
)
from clusterxl.ruleset.rules import WORKBOOK, Instance

FIRST_ROW = 2


class State(IntEnum):
    """What a rule that fails asks of the respondent, most urgent first."""

    CORRECT = 1
    FILL = 2
    VERIFY = 3
    EXPLAINED = 4


# What holds a workbook back; what is explained does not.
OPEN = (State.CORRECT, State.FILL, State.VERIFY)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRow:
    """A rule at one place, on the hidden sheet of verdicts.

    Attributes:
        instance: The rule at that place.
        row: Its row.
        rank: Its place in the order in which the check tells findings.
        asked: The cell it points at.
        state: What it asks where it fails.
        message: The sentence for the list.
        margin: The sentence beside the form row.
    """

    instance: Instance
    row: int
    rank: int
    asked: Input
    state: State
    message: tuple[Piece, ...]
    margin: tuple[Piece, ...]

    @property
    def note(self) -> str:
        """Key of the cell in which a warning can be explained; empty where it cannot."""
        return self.asked.note if self.state is State.VERIFY else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionRow:
    """A form sheet, on the hidden sheet of verdicts.

    Attributes:
        section: Id of the section.
        row: Its row.
        rank: Its place in the order of findings: before those of its cells.
        verdicts: Its rules, in neighbouring rows.
    """

    section: str
    row: int
    rank: int
    verdicts: tuple[VerdictRow, ...]

    @property
    def rows(self) -> tuple[int, int]:
        """First and last row of its rules."""
        return self.verdicts[0].row, self.verdicts[-1].row


@dataclass(frozen=True, kw_only=True, eq=False)
class Program:
    """The rules of a form as a workbook runs them.

    Attributes:
        form: The form.
        layout: Where its cells sit.
        rows: Row of each input cell on the sheet of views, by key.
        sections: The form sheets with rules, in form order, each with its rules.
    """

    form: Form
    layout: Layout
    rows: Mapping[str, int]
    sections: tuple[SectionRow, ...]

    @cached_property
    def verdicts(self) -> tuple[VerdictRow, ...]:
        """All rules at all places, row by row."""
        return tuple(verdict for section in self.sections for verdict in section.verdicts)

    @cached_property
    def section_by_id(self) -> Mapping[str, SectionRow]:
        """The sections by id."""
        return {section.section: section for section in self.sections}

    @cached_property
    def rows_by_key(self) -> Mapping[str, tuple[int, int]]:
        """First and last row of the rules that point at a cell, by its key."""
        groups = groupby(self.verdicts, key=lambda verdict: verdict.asked.key)
        return {key: _ends(list(group)) for key, group in groups}

    def rows_of(self, keys: Iterable[str]) -> tuple[int, int] | None:
        """Return the first and last row of the rules that point at the cells of one form row."""
        found = [self.rows_by_key[key] for key in keys if key in self.rows_by_key]
        if not found:
            return None
        return min(first for first, _ in found), max(last for _, last in found)

    @cached_property
    def row_sizes(self) -> Mapping[str, int]:
        """How many input cells the form row of a cell has, by key."""
        margins = (margin for sheet in self.layout.sheets for margin in sheet.margins)
        return {key: len(margin.keys) for margin in margins for key in margin.keys}

    @cached_property
    def date_keys(self) -> frozenset[str]:
        """Keys of the cells whose date is looked at."""
        nodes = (node for verdict in self.verdicts for node in _nodes(verdict))
        return frozenset(node.key for node in nodes if isinstance(node, IsDate | DateOf))


def _ends(verdicts: Sequence[VerdictRow]) -> tuple[int, int]:
    return verdicts[0].row, verdicts[-1].row


def _nodes(verdict: VerdictRow) -> Iterator[Node]:
    judgement = verdict.instance.judgement
    for outer in (*judgement.guards, judgement.check):
        yield from walk(outer)
    for piece in (*verdict.message, *verdict.margin):
        if isinstance(piece, ShownNumber):
            yield from walk(piece.number)


@lru_cache(maxsize=4)
def program_of(layout: Layout) -> Program:
    """Return the rules of a form as a workbook runs them."""
    form = layout.form
    sections = tuple(_section_rows(layout, _ranked(form)))
    return Program(form=form, layout=layout, rows=_view_rows(form, sections), sections=sections)


def _ranked(form: Form) -> list[tuple[Instance, Input]]:
    """Return the rules that can apply in a workbook, in the order in which the check tells them."""
    places = {asked.key: at for at, asked in enumerate(form.inputs)}
    found = [
        (instance, form.by_key[instance.place.cells[0]])
        for instance in compile_rules(form)
        if WORKBOOK in instance.rule.targets and Truth(holds=False) not in instance.judgement.guards
    ]
    return sorted(found, key=lambda pair: places[pair[1].key])


def _section_rows(layout: Layout, ranked: list[tuple[Instance, Input]]) -> Iterator[SectionRow]:
    order = _paper_order(layout)
    by_section: dict[str, list[tuple[int, Instance, Input]]] = {}
    for rank, (instance, asked) in enumerate(ranked):
        by_section.setdefault(asked.section, []).append((rank, instance, asked))
    row = FIRST_ROW + len(by_section)
    for number, (section, entries) in enumerate(by_section.items()):
        # The rows of sheets share the ranks, each before the first of its own.
        shift = number + 1
        verdicts = tuple(
            _verdict_row(layout.form, row + at, rank + shift, instance, asked)
            for at, (rank, instance, asked) in enumerate(
                sorted(entries, key=lambda entry: (order[entry[2].key], entry[0]))
            )
        )
        yield SectionRow(
            section=section,
            row=FIRST_ROW + number,
            rank=entries[0][0] + shift - 1,
            verdicts=verdicts,
        )
        row += len(verdicts)


def _paper_order(layout: Layout) -> Mapping[str, tuple[int, int]]:
    """Return where each cell comes on paper: by form row, then in form order."""
    margins = [margin for sheet in layout.sheets for margin in sheet.margins]
    row_of = {key: at for at, margin in enumerate(margins) for key in margin.keys}
    return {
        asked.key: (row_of.get(asked.key, len(margins)), at)
        for at, asked in enumerate(layout.form.inputs)
    }


def _verdict_row(form: Form, row: int, rank: int, instance: Instance, asked: Input) -> VerdictRow:
    rule = instance.rule
    if rule.id in MISSING:
        state = State.FILL
    else:
        state = State.CORRECT if rule.severity is Severity.ERROR else State.VERIFY
    return VerdictRow(
        instance=instance,
        row=row,
        rank=rank,
        asked=asked,
        state=state,
        message=pieces_of(rule.message, instance, form),
        margin=pieces_of(rule.margin, instance, form),
    )


def _view_rows(form: Form, sections: Iterable[SectionRow]) -> Mapping[str, int]:
    """Give a row to each cell of the form, and to those cells of lists that a rule looks at."""
    used: set[str] = set()
    for section in sections:
        for verdict in section.verdicts:
            used |= keys_seen(verdict)
    listed = [asked for asked in form.inputs if asked.row and asked.key in used]
    # Column by column, so that the cells of one are neighbours.
    listed.sort(key=lambda asked: (asked.block, asked.field.id, asked.row))
    keys = [asked.key for asked in form.inputs if not asked.row] + [a.key for a in listed]
    return {key: row for row, key in enumerate(keys, start=FIRST_ROW)}


def keys_seen(verdict: VerdictRow) -> set[str]:
    """Return the keys of the cells that a rule looks at, points at, or shows."""
    judgement = verdict.instance.judgement
    shown = [p.number for p in verdict.message if isinstance(p, ShownNumber)]
    return {
        verdict.asked.key,
        *keys_of(judgement.check, *judgement.guards, *shown),
        *keys_shown(verdict.message),
    }


def is_unsettable(asked: Input, unset: str) -> bool:
    """Whether a cell holds a text before it is answered that counts as nothing."""
    return bool(unset) and asked.type is not FieldType.TICKS
