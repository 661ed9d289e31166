"""The workbook as it was issued: its texts, live formulas and limits, by place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from clusterxl.excel.cells import Content, Formula, Link, Rich, Validation, address
from clusterxl.excel.stamp import Stamp
from clusterxl.form.layout import lay_out
from clusterxl.form.model import Form
from clusterxl.locate.labels import Labels, label_key
from clusterxl.numbers import shortest_decimal
from clusterxl.plan import PlanCell, SheetPlan, plan_workbook
from clusterxl.plan.model import Area
from clusterxl.plan.program import program_of
from clusterxl.plan.views import state_names
from clusterxl.replies import Listed, recalled

Place = tuple[int, int]

# Plans are large; of forms at work at once there are few.
_TEMPLATES_KEPT = 4
# Live formulas are the same in all returns of a form.
_SHAPES_KEPT = 8_192
_REFERENCE = re.compile(r"\$?[A-Z]{1,3}\$?[0-9]{1,7}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTemplate:
    """One sheet as it was issued.

    Attributes:
        name: Its name.
        is_shown: It is a sheet that people see.
        texts: Printed texts and numbers by place, as labels are compared.
        shown: The same as people read them.
        formulas: Live formulas by place.
        keys: Keys of the input cells by place.
        merged: Areas of merged input cells, by key.
        merges: All merged ranges, as files have them.
        validations: What may be typed into the input cells that have a validation, by key.
    """

    name: str
    is_shown: bool
    texts: Mapping[Place, str]
    shown: Mapping[Place, str]
    formulas: Mapping[Place, str]
    keys: Mapping[Place, str]
    merged: Mapping[str, Area]
    merges: frozenset[str]
    validations: Mapping[str, Validation]

    @property
    def labels(self) -> Labels:
        """Its texts, as sheets are aligned by them."""
        return Labels(self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A workbook as it was issued.

    Attributes:
        sheets: Its sheets by name.
        names: Names that its live checks need, in small letters.
    """

    sheets: Mapping[str, SheetTemplate]
    names: frozenset[str]


@dataclass(frozen=True)
class _Edition:
    """A form as all its loads are the same: its version is a hash of what it asks."""

    form_id: str
    version: str
    base_year: int | None
    form: Form = field(compare=False)


def template_of(form: Form) -> Template:
    """Return the workbook of a form as it was issued; to whom makes no difference here."""
    return _template_of(_Edition(form.id, form.version, form.base_year, form))


@lru_cache(maxsize=_TEMPLATES_KEPT)
def _template_of(edition: _Edition) -> Template:
    form = edition.form
    stamp = Stamp(kind="return", form=form.id, version=form.version, base_year=form.base_year or 0)
    layout = lay_out(form)
    plan = plan_workbook(layout, stamp=stamp)
    program = program_of(layout)
    sheets = {sheet.name: _sheet_template(sheet) for sheet in plan.sheets}
    return Template(
        sheets=sheets, names=frozenset(name.casefold() for name in state_names(program))
    )


def helper_template(name: str) -> SheetTemplate:
    """Return a hidden sheet of ours that not every workbook has."""
    return _SheetParts(name=name, is_shown=False).template()


def list_template(listed: Listed) -> SheetTemplate:
    """Return the list of a correction as it was sent."""
    parts = _SheetParts(name=listed.name, is_shown=True)
    for place, text in listed.printed.items():
        parts.add(place, Formula(text) if text.startswith("=") else recalled(text))
    return parts.template()


@lru_cache(maxsize=_SHAPES_KEPT)
def shape_of(formula: str) -> str:
    """Return a formula without its places, so that it is the same wherever it has moved to.

    >>> shape_of("=IF($G$4>0, B2)"), shape_of("=IF($H$5>0,B3)")
    ('=IF(@>0,@)', '=IF(@>0,@)')
    """
    return _REFERENCE.sub("@", formula.replace(" ", ""))


@dataclass(kw_only=True)
class _SheetParts:
    """The parts of a template while it is put together."""

    name: str
    is_shown: bool
    texts: dict[Place, str] = field(default_factory=dict)
    shown: dict[Place, str] = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    keys: dict[Place, str] = field(default_factory=dict)
    merged: dict[str, Area] = field(default_factory=dict)
    merges: set[str] = field(default_factory=set)

    def add(self, place: Place, content: Content) -> None:
        """Take in what is printed somewhere."""
        if isinstance(content, Formula):
            self.formulas[place] = content.text
        elif text := _text_of(content):
            self.shown[place] = text
            self.texts[place] = label_key(text)

    def template(self, validations: Mapping[str, Validation] | None = None) -> SheetTemplate:
        """Return the template."""
        return SheetTemplate(
            name=self.name,
            is_shown=self.is_shown,
            texts=self.texts,
            shown=self.shown,
            formulas=self.formulas,
            keys=self.keys,
            merged=self.merged,
            merges=frozenset(self.merges),
            validations=validations or {},
        )


def _sheet_template(sheet: SheetPlan) -> SheetTemplate:
    parts = _SheetParts(name=sheet.name, is_shown=sheet.visibility == "visible")
    if not parts.is_shown:
        return parts.template()
    for cell in sheet.cells:
        place = cell.area.row, cell.area.column
        parts.merges.add(_range_of(cell))
        if not cell.key:
            parts.add(place, cell.content)
            continue
        parts.keys[place] = cell.key
        if (cell.area.last_row, cell.area.last_column) != place:
            parts.merged[cell.key] = cell.area
    return parts.template(_validations(sheet, parts.keys))


def _text_of(content: Content) -> str:
    if isinstance(content, Rich | Link):
        return content.text
    if isinstance(content, int | float):
        return shortest_decimal(content)
    return content if isinstance(content, str) else ""


def _validations(sheet: SheetPlan, keys: Mapping[Place, str]) -> dict[str, Validation]:
    found = {}
    for area, validation in sheet.validations:
        for row in range(area.row, area.last_row + 1):
            if key := keys.get((row, area.column)):
                found[key] = validation
    return found


def _range_of(cell: PlanCell) -> str:
    area = cell.area
    return f"{address(area.row, area.column)}:{address(area.last_row, area.last_column)}"
