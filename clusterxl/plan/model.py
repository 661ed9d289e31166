"""What a planned workbook consists of; generate writes it, integrity compares with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from clusterxl.excel.cells import Conditional, Content, PageSetup, Style, Validation

Visibility = Literal["visible", "hidden", "very_hidden"]


@dataclass(frozen=True, slots=True)
class Area:
    """A cell or range of one sheet, counted from 1."""

    row: int
    column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCell:
    """One planned cell or merged range.

    Attributes:
        area: Where it is.
        content: What stands in it.
        style: How it looks and whether it is locked.
        key: Key of the input cell it is; empty for all others.
        own: It holds what only this workbook holds: names of its unit, its stamp.
    """

    area: Area
    content: Content
    style: Style
    key: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPlan:
    """One planned sheet.

    Attributes:
        name: Its name.
        columns: Widths in px of columns A, B, …
        rows: Heights in points of rows 1, 2, …; empty for the default.
        cells: All cells.
        validations: Data validations by range.
        conditionals: Conditional formats by range, first match first.
        page: How it prints.
        visibility: Who sees it.
        protected: Locked cells cannot be changed.
        frozen: First row and column that scroll; None for none.
        tab: Tab colour, RRGGBB; empty for none.
        selected: Cell selected on opening.
        notes: Notes at cells, by row and column.
    """

    name: str
    columns: tuple[float, ...] = ()
    rows: tuple[float, ...] = ()
    cells: tuple[PlanCell, ...] = ()
    validations: tuple[tuple[Area, Validation], ...] = ()
    conditionals: tuple[tuple[Area, Conditional], ...] = ()
    page: PageSetup | None = None
    visibility: Visibility = "visible"
    protected: bool = True
    frozen: tuple[int, int] | None = None
    tab: str = ""
    selected: tuple[int, int] | None = None
    notes: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A planned workbook.

    Attributes:
        title: Its title in the file's properties.
        sheets: Its sheets in tab order; the first visible one is shown on opening.
        names: Defined names and what they refer to.
        properties: Custom properties.
    """

    title: str
    sheets: tuple[SheetPlan, ...]
    names: Mapping[str, str]
    properties: Mapping[str, str]
