"""What every sheet of a workbook is planned from, and how it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clusterxl.excel import tokens
from clusterxl.excel.cells import Formula
from clusterxl.form.answers import Answer
from clusterxl.form.layout import Layout
from clusterxl.form.model import Form
from clusterxl.plan.compose import compose
from clusterxl.plan.validations import Validator
from clusterxl.plan.views import Views
from clusterxl.sentences import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What all form sheets are planned from.

    Attributes:
        form: The form.
        layout: Where everything sits.
        views: The state of the workbook.
        answers: What stands in the input cells.
        locked: Keys of prefilled cells that must not change.
        validator: Gives the validations.
        serial: Number printed at the foot; empty for none.
        sample: Mark every page as sample data.
    """

    form: Form
    layout: Layout
    views: Views
    answers: Mapping[str, Answer]
    locked: frozenset[str]
    validator: Validator
    serial: str
    sample: bool

    def say(self, name: str, /, **figures: object) -> str:
        """Return a sentence in the form's language."""
        return say(f"plan.{name}", lang=self.form.language, none=self.form.none_word, **figures)

    def compose(self, name: str, /, **parts: Formula | str | int) -> Formula:
        """Return a live sentence in the form's language."""
        none = self.form.none_word
        return compose(f"plan.{name}", self.form.language, **{"none": none, **parts})

    @property
    def header(self) -> str:
        """What stands at the head of every printed page; nothing but on sample data."""
        return f'&R&"{tokens.SONG},Regular"&9 {self.say("sample")}' if self.sample else ""
