"""The rules over answers in one column of cells, apart from the form: what proves a compiler.

The hidden sheets of such answers are planned by the functions that plan them for a form; several
answer sets stand in neighbouring columns, and what is worked out of them one below the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from clusterxl.form.layout import Layout, Place
from clusterxl.plan.context import Context
from clusterxl.plan.hidden import ViewCells
from clusterxl.plan.program import FIRST_ROW, Program
from clusterxl.plan.state import judge_views
from clusterxl.plan.validations import OptionLists, Validator
from clusterxl.ruleset.typed import Fill, typed_views

# The columns before it name the input cells.
FIRST_COLUMN = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class ColumnLayout(Layout):
    """A form whose input cells stand one below the other in one column.

    Attributes:
        sheet: Name of the sheet.
        column: The column.
        rows: Row of each input cell, by key.
    """

    sheet: str
    column: int
    rows: Mapping[str, int]

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Place of each input cell, by key."""
        column = self.column
        return {
            key: Place(sheet=self.sheet, row=row, column=column, last_row=row, last_column=column)
            for key, row in self.rows.items()
        }


def program_in_column(program: Program, *, sheet: str, number: int = 0) -> Program:
    """Return the rules of a form over the n-th column of answers.

    Args:
        program: The rules as they run in a workbook of the form.
        sheet: Name of the sheet with the columns.
        number: Which column, from 0; its rows on the hidden sheets follow those of the others.
    """
    layout = ColumnLayout(
        form=program.form,
        sheets=program.layout.sheets,
        sheet=sheet,
        column=FIRST_COLUMN + number,
        rows=program.rows,
    )
    views = number * len(program.rows)
    verdicts = number * (program.verdicts[-1].row - FIRST_ROW + 1)
    return Program(
        form=program.form,
        layout=layout,
        rows={key: row + views for key, row in program.rows.items()},
        sections=tuple(
            replace(
                section,
                row=section.row + verdicts,
                verdicts=tuple(replace(v, row=v.row + verdicts) for v in section.verdicts),
            )
            for section in program.sections
        ),
    )


def context_of_fill(program: Program, fill: Fill, lists: OptionLists) -> Context:
    """Return what the hidden sheets of some answers are planned from; a missing one is blank."""
    views = typed_views(program.form, [fill])
    texts = {key: str(views.text(key)[0]) for key in program.rows}
    numbers = {key: float(views.number(key)[0]) for key in program.rows if views.is_number(key)[0]}
    return Context(
        form=program.form,
        layout=program.layout,
        state=judge_views(program, texts, numbers),
        cells=ViewCells(program, lists),
        answers={},
        locked=frozenset(),
        validator=Validator(program.form, program.layout, lists),
        serial="",
        sample=False,
    )
