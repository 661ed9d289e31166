"""What the two ranked tables share: how they are built, their columns, and references to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan

import pandas as pd

from clusterxl.excel.cells import Formula, address, column_letters, sheet_reference
from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH, Context
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.looks import (
    ARROW,
    BELOW_INK,
    LIGHT,
    SHARE,
    SIGNED,
    decimals_format,
    quoted,
)
from clusterxl.report.places import Places
from clusterxl.report.tables import FIRST_COLUMN, FIRST_HEAD, Cell, Column, Entry, Table, head_px
from clusterxl.report.traces import (
    group_targets,
    own_targets,
    total_target,
    traced,
    traced_column,
)
from clusterxl.summary import FigureRecipe, Lead

# Where the largest is more than four times the 90th of 100, bars are full at the 95th.
LONG_BAR, MOST_BARS, FULL_BAR = 4, 0.9, 95
BAR_PX = 64


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """A ranked table with the places that other sheets refer to.

    Attributes:
        table: The table.
        name: Name of its sheet.
        at: Column on the sheet of each named column.
        rows: Row of each group or return.
    """

    table: Table
    name: str
    at: Mapping[str, int]
    rows: Mapping[str, int]

    def cell(self, row: str, column: str) -> str:
        """Return the reference to a cell."""
        place = address(self.rows[row], self.at[column], absolute=True)
        return sheet_reference(self.name, place)

    def cells(self, column: str) -> str:
        """Return the reference to all cells of a column."""
        first = address(self.table.first_row, self.at[column], absolute=True)
        last = address(self.table.last_row, self.at[column], absolute=True)
        return sheet_reference(self.name, f"{first}:{last}")


@dataclass
class Builder:
    """Collects the columns of a ranked table.

    Attributes:
        context: The comparison.
        places: Where the answers stand.
        frame: The rows, in order.
        totals: Rows of totals: 2 or 0.
        columns: Columns so far.
        entries: Their entries.
        sums: Their entries in the totals.
        at: Their columns on the sheet, by name.
    """

    context: Context
    places: Places
    frame: pd.DataFrame
    totals: int
    columns: list[Column] = field(default_factory=list)
    entries: list[Sequence[Entry]] = field(default_factory=list)
    sums: list[tuple[Entry, ...]] = field(default_factory=list)
    at: dict[str, int] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """First row of data on the sheet."""
        return FIRST_HEAD + 2 + self.context.traced + self.totals

    @property
    def rows(self) -> range:
        """The rows of data on the sheet."""
        return range(self.first, self.first + len(self.frame))

    @property
    def next_letters(self) -> str:
        """Letters of the column that is added next."""
        return column_letters(FIRST_COLUMN + len(self.columns))

    def numbers(self, column: str) -> list[float]:
        """Return a column of the frame, NaN where there is nothing."""
        return [float(number) for number in self.frame[column]]

    def add(
        self,
        name: str,
        column: Column,
        entries: Sequence[Entry],
        sums: tuple[Entry, Entry] = ("", ""),
        key: str = "",
    ) -> None:
        """Add a column with its entries, top to bottom, and those of the totals.

        Args:
            name: Name of the column.
            column: The column.
            entries: Its entries, a row each.
            sums: Its entries in the totals.
            key: Key of the sources that its figures lead to; of several the first.
        """
        if key:
            entries = traced_column(entries, self._targets(key))
            sums = (traced(sums[0], total_target(self.places, key)), sums[1])
        self.at[name] = FIRST_COLUMN + len(self.columns)
        self.columns.append(column)
        self.entries.append(entries)
        self.sums.append(sums)

    def _targets(self, key: str) -> list[str]:
        """Return where the figures of each row lead, of one key."""
        if "return_id" not in self.frame:
            return group_targets(self.places, key, list(self.frame["group"]))
        return own_targets(self.places, key, self.positions)

    @property
    def positions(self) -> list[int]:
        """Place of each row among the returns, which stand in another order elsewhere."""
        ids = list(self.context.comparison.returns["return_id"])
        at = {return_id: place for place, return_id in enumerate(ids)}
        return [at[return_id] for return_id in self.frame["return_id"]]

    def letters(self, name: str) -> str:
        """Return the letters of a column added before."""
        return column_letters(self.at[name])

    def build(self, *, title: str, note: str, names: str, tall: int = 0) -> Ranking:
        """Return the table; `names` is the column of the frame that tells its rows apart."""
        lead = self.context.lead
        table = Table(
            title=title,
            note=note,
            columns=self.columns,
            rows=list(zip(*self.entries, strict=True)),
            totals=list(zip(*self.sums, strict=True)) if self.totals else (),
            frozen=2 if lead else 1,
            links=self.context.traced,
            bar_percentile=full_bar(self.frame, lead),
            tall=tall,
        )
        rows = dict(zip(self.frame[names], self.rows, strict=True))
        sheet_names = self.context.names
        name = sheet_names.groups if names == "group" else sheet_names.subjects
        return Ranking(table=table.padded(), name=name, at=self.at, rows=rows)


def draw_ranking(sheet: Sheet, context: Context, ranking: Ranking) -> None:
    """Draw a ranked table."""
    table = ranking.table
    draw_table(sheet, table, context.looks)
    last = FIRST_COLUMN + table.printed - 1
    page = context.page(ranking.name, last_row=table.last_row, last_column=last, tall=table.tall)
    print_table(sheet, table, page)


def add_rank(builder: Builder, letters: str) -> None:
    """Add the rank by the numbers in the column with these letters."""
    first, last = builder.rows.start, max(builder.rows.stop - 1, builder.rows.start)
    column = f"${letters}${first}:${letters}${last}"
    entries: list[Entry] = []
    for row, rank in zip(builder.rows, builder.frame["rank"], strict=True):
        cell = f"${letters}{row}"
        text = f"=IF(ISNUMBER({cell}),RANK({cell},{column}),{quoted(DASH)})"
        none = bool(pd.isna(rank))
        content = Formula(text, DASH if none else int(rank))
        entries.append(Cell(content, ink=LIGHT) if none else content)
    head = Column(
        head=builder.context.say("report.rank"), px=40, align="center", num_format="0", size=9
    )
    builder.add("rank", head, entries)


def add_bar(builder: Builder, lead: Lead) -> None:
    """Add bars beside the figures of the last year."""
    letters = builder.letters(lead.columns[-1])
    values = (value / lead.divide for value in builder.numbers(lead.columns[-1]))
    entries = [
        Formula(
            f"=IF(ISNUMBER({letters}{row}),{letters}{row},{quoted(DASH)})",
            DASH if isnan(value) else value,
        )
        for row, value in zip(builder.rows, values, strict=True)
    ]
    builder.add("bar", Column(head="", px=BAR_PX, bar=True, num_format=";;;"), entries)


def add_share(builder: Builder, lead: Lead, whole: str, own_total: Entry = "") -> None:
    """Add the share in the whole, a reference."""
    letters = builder.letters(lead.columns[-1])
    entries = [
        figure_entry(share_formula(f"${letters}{row}", whole), value)
        for row, value in zip(builder.rows, builder.numbers("share"), strict=True)
    ]
    context = builder.context
    head = context.say("report.share", whole=context.whole)
    column = Column(head=head, unit="%", px=58, align="right", num_format=SHARE)
    builder.add("share", column, entries, (own_total, ""), lead.keys[-1])


def share_formula(part: str, whole: str) -> str:
    """Return the formula of a share in percent."""
    dash = quoted(DASH)
    there = f"AND(ISNUMBER({part}),ISNUMBER({whole}))"
    return f"=IF({there},IF({whole}=0,{dash},{part}/{whole}*100),{dash})"


def lead_column(builder: Builder, lead: Lead, place: int, decimals: int) -> Column:
    """Return the column of the lead in one of its years, from 0."""
    context = builder.context
    year = context.year(lead.years[place])
    head = f"{lead.label}\n{year}" if year else lead.label
    unit = lead.measure or context.say("report.unit_number")
    return Column(
        head=head,
        unit=unit,
        px=head_px(head, unit, 84),
        align="right",
        num_format=decimals_format(decimals),
        link=builder.places.link(lead.keys[place]),
    )


def figure_column(builder: Builder, figure: FigureRecipe) -> Column:
    """Return the column of a further figure."""
    head = figure.figure.label
    unit = figure.measure or builder.context.say("report.unit_number")
    return Column(
        head=head,
        unit=unit,
        px=head_px(head, unit, 68),
        align="right",
        num_format=decimals_format(figure.figure.decimals),
        link=builder.places.link(figure_key(figure)),
    )


def figure_key(figure: FigureRecipe) -> str:
    """Return the key whose sources a figure leads to."""
    return (figure.recipe.over or figure.recipe.own)[0]


def rates_of(context: Context, lead: Lead) -> tuple[tuple[str, Column, tuple[str, str], int], ...]:
    """Return name, column, keys and years of the growth rates; none without two years."""
    if not lead.grows:
        return ()
    last = Column(
        head=context.say("report.growth"), unit="%", px=72, align="right", num_format=ARROW
    )
    average = Column(
        head=context.say("report.average_growth", years=lead.span + 1),
        unit="%",
        px=66,
        align="right",
        num_format=SIGNED,
    )
    rates = [("growth", last, (lead.keys[-2], lead.keys[-1]), 1)]
    if lead.span > 1:
        rates.append(("average_growth", average, (lead.keys[0], lead.keys[-1]), lead.span))
    return tuple(rates)


def rate_entry(text: str, value: float) -> Entry:
    """Return a growth rate; a falling one stands out."""
    if isnan(value):
        return Cell(Formula(text, DASH), ink=LIGHT)
    content = Formula(text, value)
    return Cell(content, ink=BELOW_INK, bold=True) if value < 0 else content


def figure_entry(text: str, value: float) -> Entry:
    """Return a figure; a dash where there is none."""
    return Cell(Formula(text, DASH), ink=LIGHT) if isnan(value) else Formula(text, value)


def full_bar(frame: pd.DataFrame, lead: Lead | None) -> float | None:
    """Return the percentile at which a bar is full; None for the largest."""
    numbers = frame[lead.columns[-1]].dropna() if lead else pd.Series(dtype="float64")
    if numbers.empty or numbers.max() <= LONG_BAR * numbers.quantile(MOST_BARS):
        return None
    return FULL_BAR
