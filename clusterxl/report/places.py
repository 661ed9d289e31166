"""Where each answer stands on the section sheets, and the formulas that sum answers up there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from clusterxl.excel.cells import Link, address, sheet_reference
from clusterxl.form.model import AggregateKind, NoneMeans
from clusterxl.report.context import DASH, Context
from clusterxl.report.looks import quoted
from clusterxl.summary import Recipe

NAME_COLUMN, GROUP_COLUMN = 2, 3
# A link to several sources marks their rows from number to measure.
LAST_LINKED = 5
# Excel takes 65,530 links a sheet; far fewer, on all sheets, keep the file quick to open.
MOST_NUMBERS_LINKED = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRows:
    """The rows of one key in the list of sources."""

    number_id: str
    row: int
    last_row: int


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where each answer stands.

    Attributes:
        context: The comparison.
        columns: Sheet and column of each key.
        first: First row of the subjects on every section sheet.
        last: Their last row.
        total: Row of the totals.
        blocks: Rows of each key in the list of sources.
    """

    context: Context
    columns: Mapping[str, tuple[str, int]]
    first: int
    last: int
    total: int
    blocks: Mapping[str, SourceRows]

    def cells(self, key: str) -> str:
        """Return the reference to all answers of a key."""
        sheet, column = self.columns[key]
        return self._range(sheet, column)

    def area(self, first: str, last: str) -> str:
        """Return the reference to all answers of keys that stand side by side."""
        sheet, column = self.columns[first]
        start = address(self.first, column, absolute=True)
        end = address(self.last, self.columns[last][1], absolute=True)
        return sheet_reference(sheet, f"{start}:{end}")

    def cell(self, key: str, place: int) -> str:
        """Return the reference to the answer of the return at a place, from 0."""
        sheet, column = self.columns[key]
        return sheet_reference(sheet, address(self.first + place, column, absolute=True))

    def total_cell(self, key: str) -> str:
        """Return the reference to the total of a key."""
        sheet, column = self.columns[key]
        return sheet_reference(sheet, address(self.total, column, absolute=True))

    def groups(self, key: str) -> str:
        """Return the reference to the groups of all returns, on the sheet of a key."""
        return self._range(self.columns[key][0], GROUP_COLUMN)

    def names(self, key: str) -> str:
        """Return the reference to the subjects of all returns, on the sheet of a key."""
        return self._range(self.columns[key][0], NAME_COLUMN)

    def link(self, key: str) -> Link | None:
        """Return the link from a column to the sources of its numbers."""
        block = self.blocks.get(key)
        if block is None:
            return None
        first, last = address(block.row, NAME_COLUMN), address(block.last_row, LAST_LINKED)
        place = f"{first}:{last}"
        target = sheet_reference(self.context.names.provenance, place)
        return Link(f"internal:{target}", block.number_id)

    def source(self, key: str, place: int, last: int | None = None) -> str:
        """Return the target of a link to the source of a number; empty where there is none.

        Args:
            key: The key of the number.
            place: Place of the return, from 0.
            last: Place of the last return, where the number is that of several.
        """
        block = self.blocks.get(key)
        if block is None or block.last_row - block.row + 1 != self.count:
            return ""
        target = address(block.row + place, NAME_COLUMN)
        if last is not None:
            target = f"{target}:{address(block.row + last, LAST_LINKED)}"
        return f"internal:{sheet_reference(self.context.names.provenance, target)}"

    @property
    def count(self) -> int:
        """How many subjects there are."""
        return self.last - self.first + 1

    @cached_property
    def linked(self) -> bool:
        """Whether each number has a link of its own; of too many only each column has."""
        return sum(b.last_row - b.row + 1 for b in self.blocks.values()) <= MOST_NUMBERS_LINKED

    def has(self, key: str, reference: str) -> str:
        """Return the condition under which an answer counts as a number."""
        asked = self.context.form.by_key[key].field
        none_word = self.context.form.none_word
        if none_word and asked.none_means is NoneMeans.ZERO:
            return f"(ISNUMBER({reference})+({reference}={quoted(none_word)}))"
        return f"ISNUMBER({reference})"

    def counts(self, keys: tuple[str, ...], only: str) -> str:
        """Return the condition, for all returns, under which they count: all keys are there."""
        terms = [self.has(key, self.cells(key)) for key in keys]
        return "*".join(["1", *([only] if only else []), *terms])

    def _range(self, sheet: str, column: int) -> str:
        first = address(self.first, column, absolute=True)
        last = address(self.last, column, absolute=True)
        return sheet_reference(sheet, f"{first}:{last}")


def total_formula(places: Places, recipe: Recipe, *, only: str = "", divide: float = 1.0) -> str:
    """Return the formula of a total; a dash where nothing counts.

    Args:
        places: Where the answers stand.
        recipe: How they are summed up.
        only: Condition on the returns, as an array; empty for all.
        divide: The total is divided by this.
    """
    by = f"/{divide:.15g}" if divide != 1 else ""
    if recipe.kind is AggregateKind.NONE:
        return f"={quoted(DASH)}"
    if recipe.kind is AggregateKind.COUNT:
        return f"={_answered(places, recipe, only)}{by}"
    if recipe.kind is AggregateKind.SUM:
        added = "+".join(_added(places, key, only) for key in recipe.own)
        counted = _answered(places, recipe, only)
        return f"=IF({counted}=0,{quoted(DASH)},({added}){by})"
    return _quotient(places, recipe, only, by)


def basis_formula(places: Places, recipe: Recipe, *, only: str = "") -> str:
    """Return the expression, without equals sign, of how many returns a total rests on."""
    keys = _needed(recipe)
    if len(keys) == 1 or recipe.kind in (AggregateKind.MEAN, AggregateKind.RATIO):
        return f"SUMPRODUCT({places.counts(keys, only)})"
    either = "+".join(places.has(key, places.cells(key)) for key in keys)
    return f"SUMPRODUCT({f'{only}*' if only else ''}(({either})>0))"


def growth_formula(places: Places, keys: tuple[str, str], *, years: int = 1, only: str = "") -> str:
    """Return the formula of the growth of a sum over the returns that have both figures."""
    mask = places.counts(keys, only)
    before, after = (f"SUMPRODUCT({mask},{places.cells(key)})" for key in keys)
    return _growth(before, after, years)


def own_growth_formula(places: Places, keys: tuple[str, str], place: int, *, years: int = 1) -> str:
    """Return the formula of the growth of one return."""
    cells = [places.cell(key, place) for key in keys]
    there = "*".join(places.has(key, cell) for key, cell in zip(keys, cells, strict=True))
    growth = _growth(f"N({cells[0]})", f"N({cells[1]})", years).removeprefix("=")
    return f"=IF({there}=0,{quoted(DASH)},{growth})"


def own_formula(
    places: Places, keys: tuple[str, ...], place: int, *, divide: float = 1.0, zero: bool = False
) -> str:
    """Return the formula that shows the answer of one return, several cells added up.

    Args:
        places: Where the answers stand.
        keys: The keys of the answer.
        place: Place of the return, from 0.
        divide: Numbers are divided by this.
        zero: The word for "none" is shown as the 0 it counts as.
    """
    by = f"/{divide:.15g}" if divide != 1 else ""
    cells = [places.cell(key, place) for key in keys]
    if len(cells) == 1 and not zero:
        return f"=IF(ISNUMBER({cells[0]}),{cells[0]}{by},{cells[0]})" if by else f"={cells[0]}"
    there = "+".join(places.has(key, cell) for key, cell in zip(keys, cells, strict=True))
    added = "+".join(f"N({cell})" for cell in cells)
    return f"=IF({there}=0,{quoted(DASH)},({added}){by})"


def _needed(recipe: Recipe) -> tuple[str, ...]:
    if recipe.kind is AggregateKind.MEAN:
        return (*recipe.own, recipe.weight)
    return recipe.over if recipe.kind is AggregateKind.RATIO else recipe.own


def _answered(places: Places, recipe: Recipe, only: str) -> str:
    return basis_formula(places, recipe, only=only)


def _added(places: Places, key: str, only: str) -> str:
    cells = places.cells(key)
    return f"SUMPRODUCT({only}*1,{cells})" if only else f"SUM({cells})"


def _quotient(places: Places, recipe: Recipe, only: str, by: str) -> str:
    mask = places.counts(_needed(recipe), only)
    if recipe.kind is AggregateKind.MEAN:
        weight = places.cells(recipe.weight)
        above = f"SUMPRODUCT({mask},{places.cells(recipe.own[0])},{weight})"
        below = f"SUMPRODUCT({mask},{weight})"
    else:
        above, below = (f"SUMPRODUCT({mask},{places.cells(key)})" for key in recipe.over)
    times = f"*{recipe.times:.15g}" if recipe.times != 1 else ""
    return f"=IF({below}=0,{quoted(DASH)},{above}/{below}{times}{by})"


def _growth(before: str, after: str, years: int) -> str:
    dash = quoted(DASH)
    rate = f"({after}/{before})" if years == 1 else f"({after}/{before})^(1/{years})"
    return f"=IF({before}<=0,{dash},IF({after}<0,{dash},({rate}-1)*100))"
