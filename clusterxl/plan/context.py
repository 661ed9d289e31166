"""What every sheet of a workbook is planned from, and how it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clusterxl.excel import tokens
from clusterxl.excel.cells import Formula
from clusterxl.form.answers import Answer
from clusterxl.form.layout import Layout
from clusterxl.form.model import FieldType, Form, Input
from clusterxl.plan.compose import choose, compose
from clusterxl.plan.hidden import ViewCells
from clusterxl.plan.program import Program
from clusterxl.plan.state import WorkbookState
from clusterxl.plan.validations import Validator
from clusterxl.ruleset.figures import width_of
from clusterxl.sentences import say

# A longer name of a cell leaves no room for the sentence beside its row.
WIDEST_SHORT = 12
NOTHING = Formula('=""', "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What all sheets are planned from.

    Attributes:
        form: The form.
        layout: Where everything sits.
        state: What the workbook says now.
        cells: The hidden views, as formulas point at them.
        answers: What stands in the input cells.
        locked: Keys of prefilled cells that must not change.
        validator: Gives the validations.
        serial: Number printed at the foot; empty for none.
        sample: Mark every page as sample data.
    """

    form: Form
    layout: Layout
    state: WorkbookState
    cells: ViewCells
    answers: Mapping[str, Answer]
    locked: frozenset[str]
    validator: Validator
    serial: str
    sample: bool

    @property
    def program(self) -> Program:
        """The rules that run in the workbook."""
        return self.state.program

    def say(self, name: str, /, **figures: object) -> str:
        """Return a sentence in the form's language."""
        return say(f"plan.{name}", lang=self.form.language, none=self.form.none_word, **figures)

    def compose(self, name: str, /, **parts: Formula | str | int) -> Formula:
        """Return a live sentence in the form's language."""
        none = self.form.none_word
        return compose(f"plan.{name}", self.form.language, **{"none": none, **parts})

    def when(self, condition: Formula, name: str, /, **parts: Formula | str | int) -> Formula:
        """Return a live sentence where a condition holds, else nothing."""
        return choose(condition, self.compose(name, **parts), NOTHING)

    def takes_none(self, asked: Input) -> bool:
        """Whether the form's word for "none" is a legal answer."""
        return bool(self.form.none_word) and asked.field.none_allowed

    def has_neighbours(self, asked: Input) -> bool:
        """Whether a cell must be told from others of its form row, and can be in few words."""
        is_one_of_many = self.program.row_sizes.get(asked.key, 1) > 1
        is_named = asked.type is not FieldType.TICKS and width_of(asked.short) <= WIDEST_SHORT
        return is_one_of_many and is_named

    @property
    def header(self) -> str:
        """What stands at the head of every printed page; nothing but on sample data."""
        return f'&R&"{tokens.SONG},Regular"&9 {self.say("sample")}' if self.sample else ""
