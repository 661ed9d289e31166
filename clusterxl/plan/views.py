"""The hidden sheets behind the live checks: one row an input cell, one row a form sheet.

Every input cell has a canonical text and number view there, whether an answer is needed and
whether it is missing. Strips, help, 校验 and, later, rules point at these cells only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import nan

import pandas as pd

from clusterxl.excel.cells import Formula, Style, address, literal, sheet_reference
from clusterxl.form.answers import (
    Answer,
    canonical_text,
    is_number,
    unset_text,
)
from clusterxl.form.layout import Layout
from clusterxl.form.model import FieldType, Form, Input
from clusterxl.plan.model import Area, PlanCell, SheetPlan
from clusterxl.ruleset import masks
from clusterxl.ruleset.formulas import condition_formula
from clusterxl.ruleset.load import needed_answers
from clusterxl.ruleset.nodes import Condition, Truth, keys_of

VIEWS = "_views"
SECTIONS = "_sections"
# Columns of the sheet of views.
KEY, CLEANED, TEXT, NUMBER, NEEDED, BLANK, LABEL, PLACE = range(1, 9)
# Columns of the sheet of sections.
NAME, SECTION_NEEDED, SECTION_BLANK, ORDER, FIRST_LABEL, FIRST_PLACE = range(1, 7)

_PLAIN = Style(font="SimSun", size=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the sheet of views says of one input cell now.

    Attributes:
        asked: The input cell.
        row: Its row on the sheet.
        text: Canonical text; the unset text of a choice or date is nothing.
        number: Its number, if it holds one.
        needed: An answer is needed.
    """

    asked: Input
    row: int
    text: str
    number: float | None
    needed: bool

    @property
    def blank(self) -> bool:
        """Whether an answer is needed and missing."""
        return self.needed and not self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """What the sheet of sections says of one form sheet now.

    Attributes:
        section: Id of the section.
        row: Its row.
        views: Its input cells.
    """

    section: str
    row: int
    views: tuple[View, ...]

    @property
    def needed(self) -> int:
        """How many answers are needed."""
        return sum(view.needed for view in self.views)

    @property
    def blank(self) -> int:
        """How many of them are missing."""
        return sum(view.blank for view in self.views)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many answers are needed and missing, live."""

    needed: Formula
    todo: Formula

    @property
    def figures(self) -> dict[str, Formula]:
        """The figures as sentences name them: `needed`, `todo`, `done`."""
        done = float(self.needed.value) - float(self.todo.value)
        text = f"{self.needed.text}-{self.todo.text.removeprefix('=')}"
        return {"needed": self.needed, "todo": self.todo, "done": Formula(text, done)}

    @property
    def is_open(self) -> Formula:
        """The condition that something is missing."""
        return Formula(f"{self.todo.text}>0", self.todo.value)


@dataclass(frozen=True, kw_only=True)
class Views:
    """The state of a workbook: what is needed, what is missing.

    Attributes:
        form: The form.
        layout: Where its cells sit.
        by_key: The view of each input cell, list rows and explanations left out.
        sections: The view of each form sheet that asks for something.
    """

    form: Form
    layout: Layout
    by_key: Mapping[str, View]
    sections: tuple[SectionView, ...]

    @cached_property
    def section_by_id(self) -> Mapping[str, SectionView]:
        """The sections by id."""
        return {section.section: section for section in self.sections}

    def ref(self, key: str, column: int) -> str:
        """Return a reference to a view of an input cell."""
        place = address(self.by_key[key].row, column, absolute=True)
        return f"{VIEWS}!{place}"

    def areas(self, keys: Sequence[str], column: int) -> tuple[str, ...]:
        """Return references to a view of many input cells, neighbours together."""
        rows = [self.by_key[key].row for key in keys]
        found: list[list[int]] = []
        for row in rows:
            if found and found[-1][1] == row - 1:
                found[-1][1] = row
            else:
                found.append([row, row])
        ends = [[address(row, column, absolute=True) for row in area] for area in found]
        return tuple(
            f"{VIEWS}!{first}" if first == last else f"{VIEWS}!{first}:{last}"
            for first, last in ends
        )

    def section_counts(self, section: str) -> Counts:
        """Return the counts of a form sheet, live."""
        found = self.section_by_id[section]

        def at(column: int, value: int) -> Formula:
            return Formula(f"={SECTIONS}!{address(found.row, column, absolute=True)}", value)

        return Counts(at(SECTION_NEEDED, found.needed), at(SECTION_BLANK, found.blank))

    def total_counts(self) -> Counts:
        """Return the counts of the whole form, live."""
        if not self.sections:
            return Counts(Formula("=0", 0), Formula("=0", 0))
        first, last = self.sections[0].row, self.sections[-1].row

        def over(column: int, values: Iterable[int]) -> Formula:
            ends = (address(row, column, absolute=True) for row in (first, last))
            return Formula(f"=SUM({SECTIONS}!{':'.join(ends)})", sum(values))

        return Counts(
            over(SECTION_NEEDED, (section.needed for section in self.sections)),
            over(SECTION_BLANK, (section.blank for section in self.sections)),
        )


def view_answers(form: Form, layout: Layout, answers: Mapping[str, Answer]) -> Views:
    """Work out the state of a workbook that holds these answers."""
    counted = [asked for asked in form.inputs if not asked.row and not asked.is_note]
    texts: dict[str, str] = {}
    numbers: dict[str, float] = {}
    for asked in counted:
        unset = unset_text(form, asked)
        value = answers.get(asked.key, unset)
        text = canonical_text(value)
        is_unset = asked.type is not FieldType.TICKS and text == canonical_text(unset)
        texts[asked.key] = "" if is_unset else text
        if is_number(value) and value is not None:
            numbers[asked.key] = float(value)
    needed = _needed_now(form, texts, numbers)
    by_key = {
        asked.key: View(
            asked=asked,
            row=row,
            text=texts[asked.key],
            number=numbers.get(asked.key),
            needed=asked.key in needed,
        )
        for row, asked in enumerate(counted, start=2)
    }
    sections: list[SectionView] = []
    for section in form.sections:
        views = tuple(v for v in by_key.values() if v.asked.section == section.id)
        if any(view.asked.required for view in views):
            sections.append(SectionView(section=section.id, row=len(sections) + 2, views=views))
    return Views(form=form, layout=layout, by_key=by_key, sections=tuple(sections))


@lru_cache(maxsize=4)
def _needed_answers(form: Form) -> Mapping[str, Condition]:
    return needed_answers(form)


def _needed_now(
    form: Form, texts: Mapping[str, str], numbers: Mapping[str, float]
) -> frozenset[str]:
    """Return the keys of all answers that are needed, by the same masks as the check."""
    conditions = _needed_answers(form)
    always = {key for key, condition in conditions.items() if condition == Truth(holds=True)}
    depending = {key: conditions[key] for key in conditions if key not in always}
    asked = keys_of(*depending.values())
    text = pd.DataFrame([[texts[key] for key in asked]], columns=asked, dtype=object)
    number = pd.DataFrame([[numbers.get(key, nan) for key in asked]], columns=asked, dtype=float)
    seen = masks.Views(masks.view_frame(text, number), language=form.language)
    now = {key for key, condition in depending.items() if masks.holds(condition, seen)[0]}
    return frozenset(always | now)


@dataclass(frozen=True, slots=True)
class _ViewCells:
    """The sheet of views, as the compiler of formulas sees it."""

    views: Views

    def text(self, key: str) -> str:
        """Return a reference to the text of a cell."""
        return self.views.ref(key, TEXT)

    def number(self, key: str) -> str:
        """Return a reference to the number of a cell."""
        return self.views.ref(key, NUMBER)


def _needed_formula(views: Views, asked: Input) -> str:
    condition = _needed_answers(views.form).get(asked.key, Truth(holds=False))
    if isinstance(condition, Truth):
        return "1" if condition.holds else "0"
    return f"IF({condition_formula(condition, _ViewCells(views))},1,0)"


def _cleaned_formula(reference: str) -> str:
    inner = f'{reference}&""'
    for space in ('"\u3000"', '"\u00a0"', "CHAR(10)", "CHAR(13)", "CHAR(9)"):
        inner = f'SUBSTITUTE({inner},{space}," ")'
    return f'=IFERROR(TRIM({inner}),"")'


def views_sheet(views: Views) -> SheetPlan:
    """Return the hidden sheet with one row an input cell."""
    cells = [_cell(1, column, name) for column, name in enumerate(_VIEW_HEADS, start=1)]
    for view in views.by_key.values():
        cells += _view_cells(views, view)
    return SheetPlan(name=VIEWS, cells=tuple(cells), visibility="very_hidden")


_VIEW_HEADS = ("key", "cleaned", "text", "number", "needed", "blank", "label", "place")


def _view_cells(views: Views, view: View) -> list[PlanCell]:
    asked, row = view.asked, view.row
    place = views.layout.places[asked.key]
    cell = place.reference
    cleaned, text = address(row, CLEANED), address(row, TEXT)
    unset = canonical_text(unset_text(views.form, asked))
    is_unsettable = unset and asked.type is not FieldType.TICKS
    drop = f'IF(EXACT({cleaned},{literal(unset)}),"",{cleaned})' if is_unsettable else cleaned
    needed = _needed_formula(views, asked)
    full = unset if is_unsettable and not view.text else view.text
    return [
        _cell(row, KEY, asked.key),
        _cell(row, CLEANED, Formula(_cleaned_formula(cell), full)),
        _cell(row, TEXT, Formula(f"={drop}", view.text)),
        _cell(
            row,
            NUMBER,
            Formula(
                f'=IF(ISNUMBER({cell}),IF(ISLOGICAL({cell}),"",{cell}),"")',
                "" if view.number is None else view.number,
            ),
        ),
        _cell(row, NEEDED, Formula(f"={needed}", int(view.needed))),
        _cell(
            row,
            BLANK,
            Formula(f"=IF(AND({address(row, NEEDED)}=1,LEN({text})=0),1,0)", int(view.blank)),
        ),
        _cell(row, LABEL, asked.label),
        _cell(row, PLACE, sheet_reference(place.sheet, place.cell)),
    ]


def sections_sheet(views: Views) -> SheetPlan:
    """Return the hidden sheet with one row a form sheet: counts and its first missing answer."""
    cells = [_cell(1, column, name) for column, name in enumerate(_SECTION_HEADS, start=1)]
    order = 0
    for section in views.sections:
        order += 1 if section.blank else 0
        cells += _section_cells(views, section, order)
    return SheetPlan(name=SECTIONS, cells=tuple(cells), visibility="very_hidden")


_SECTION_HEADS = ("name", "needed", "blank", "order", "first_label", "first_place")


def _section_cells(views: Views, section: SectionView, order: int) -> list[PlanCell]:
    row = section.row
    first, last = section.views[0].row, section.views[-1].row

    def area(column: int) -> str:
        start, end = address(first, column, absolute=True), address(last, column, absolute=True)
        return f"{VIEWS}!{start}:{end}"

    blank = address(row, SECTION_BLANK)
    above = f'COUNTIF({address(2, SECTION_BLANK, absolute=True)}:{blank},">0")'
    missing = next((view for view in section.views if view.blank), None)
    place = views.layout.places[missing.asked.key] if missing else None

    def first_of(column: int) -> str:
        return f'=IF({blank}>0,INDEX({area(column)},MATCH(1,{area(BLANK)},0)),"")'

    return [
        _cell(row, NAME, views.form.section_by_id[section.section].name),
        _cell(row, SECTION_NEEDED, Formula(f"=SUM({area(NEEDED)})", section.needed)),
        _cell(row, SECTION_BLANK, Formula(f"=SUM({area(BLANK)})", section.blank)),
        _cell(row, ORDER, Formula(f'=IF({blank}>0,{above},"")', order if section.blank else "")),
        _cell(row, FIRST_LABEL, Formula(first_of(LABEL), missing.asked.label if missing else "")),
        _cell(
            row,
            FIRST_PLACE,
            Formula(first_of(PLACE), sheet_reference(place.sheet, place.cell) if place else ""),
        ),
    ]


def _cell(row: int, column: int, content: str | Formula) -> PlanCell:
    return PlanCell(area=Area(row, column, row, column), content=content, style=_PLAIN)
