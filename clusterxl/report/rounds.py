"""The sheet of two rounds side by side: like for like on top, then subject by subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil, isnan
from typing import Any

from clusterxl.across_rounds import Rounds
from clusterxl.excel.cells import Formula, address
from clusterxl.excel.heights import text_px
from clusterxl.excel.sheet import Sheet
from clusterxl.form.model import AggregateKind, FieldType, NoneMeans
from clusterxl.pairing import Link
from clusterxl.report.answers import Shown, entry_of, shown_answers
from clusterxl.report.context import (
    DASH,
    LEAST_NAME_PX,
    MOST_NAME_PX,
    NAME_SIZE,
    Context,
    base_name,
    inert,
    names_px,
    records_of,
)
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.looks import (
    ARROW,
    BELOW_INK,
    INK,
    LIGHT,
    LINK,
    MUTED,
    decimals_format,
    quoted,
)
from clusterxl.report.places import Places, own_formula
from clusterxl.report.round_words import rounds_note, rounds_title
from clusterxl.report.tables import (
    FIRST_COLUMN,
    FIRST_HEAD,
    LEAST_PX,
    Cell,
    Column,
    Entry,
    Table,
    band_starts,
    head_px,
)
from clusterxl.report.traces import total_target, traced
from clusterxl.shared_figures import SharedFigure

TOTALS = 2
ORDER = {Link.SAME: 0, Link.RENAMED: 0, Link.NEW: 1, Link.GONE: 2}
INKS = {Link.SAME: MUTED, Link.RENAMED: INK, Link.NEW: LINK, Link.GONE: BELOW_INK}
SOURCE_PX, LEAST_GROUP_PX, MOST_GROUP_PX = 320, 64, 120
# Less than this is shown as 0.0, so that it neither rises nor falls.
NIL = 0.0501
# As for growth, but any change counts where it is no rate.
COUNTED = '[>0]"↑ "+#,##0;[<0]"↓ "-#,##0;"→ "0'
POINTS = '[>0]"↑ "+0.0;[<0]"↓ "-0.0;"→ "0.0'


def draw_rounds(sheet: Sheet, context: Context, rounds: Rounds, places: Places) -> None:
    """Draw what became of each subject and figure since the round before."""
    table = RoundsTable(context=context, rounds=rounds, places=places).table()
    draw_table(sheet, table, context.looks)
    last = FIRST_COLUMN + table.printed - 1
    page = context.page(sheet.name, last_row=table.last_row, last_column=last)
    print_table(sheet, table, page)


class RoundsTable:
    """Puts the table together, column by column."""

    def __init__(self, *, context: Context, rounds: Rounds, places: Places) -> None:
        self._context, self._rounds, self._places = context, rounds, places
        self._changes = {
            figure.name: {
                (row["before_id"], row["return_id"]): row
                for row in records_of(rounds.changes[rounds.changes["figure"] == figure.name])
            }
            for figure in rounds.figures
        }
        self._rows = self._ordered()
        self._first = FIRST_HEAD + 1 + 2 + context.traced + TOTALS
        self._shown = (shown_answers(Context(comparison=rounds.earlier)), shown_answers(context))
        ids = context.comparison.returns["return_id"]
        self._at = {return_id: place for place, return_id in enumerate(ids)}

    @property
    def return_ids(self) -> tuple[str, ...]:
        """The return of this round that each row is about; empty where it is gone."""
        return tuple(str(row["return_id"]) for row in self._rows)

    def table(self) -> Table:
        """Return the table."""
        context = self._context
        columns = self._name_columns()
        parts: list[list[Entry]] = [self._names(), *self._belongings()]
        sums: list[tuple[Entry, Entry]] = [
            (context.say("report.rounds_total"), context.say("report.basis_row")),
            *[("", "")] * (len(columns) - 1),
        ]
        frozen = len(columns)
        for figure in self._rounds.figures:
            added, entries, totals = self._figure(figure, FIRST_COLUMN + len(columns))
            columns += added
            parts += entries
            sums += totals
        # A narrow table is wide enough for its title by the names, not by its last figure.
        missing = LEAST_PX - sum(column.px for column in columns)
        columns[0] = replace(columns[0], px=columns[0].px + max(missing, 0))
        columns.append(self._source_column())
        parts.append(self._sources())
        sums.append(("", ""))
        table = Table(
            title=rounds_title(context, self._rounds),
            note=rounds_note(context, self._rounds, linked=bool(self._places.blocks)),
            columns=columns,
            rows=list(zip(*parts, strict=True)),
            totals=list(zip(*sums, strict=True)),
            frozen=frozen,
            two_heads=True,
            links=context.traced,
            bands=True,
        )
        if not band_starts(table):
            lead_in = context.say("report.rounds_lead_in")
            return replace(table, title=f"{lead_in}{table.title}")
        # What stands over the names is printed on every band; the sentence only on the first.
        return replace(table, heading=context.names.rounds)

    def _ordered(self) -> list[dict[str, Any]]:
        """Return the subjects: in both rounds by change of the first figure, new, then gone."""
        rows = records_of(self._rounds.subjects)
        first = next(iter(self._rounds.figures), None)

        def place(row: dict[str, Any]) -> tuple[int, bool, float]:
            link = Link(row["link"])
            if first is None:
                return ORDER[link], False, 0
            told = self._changes[first.name][row["before_id"], row["return_id"]]
            name = {Link.NEW: "now", Link.GONE: "before"}.get(link, _told_by(first))
            value = float(told[name])
            return ORDER[link], isnan(value), 0 if isnan(value) else -value

        return sorted(rows, key=place)

    def _name_columns(self) -> list[Column]:
        context = self._context
        names = [str(entry) for entry in self._names()]
        px = min(max(names_px(names, NAME_SIZE), LEAST_NAME_PX), MOST_NAME_PX)
        columns = [Column(head=context.subject_noun, px=px, wrap=True, size=NAME_SIZE)]
        if context.form.levels:
            groups = (inert(row["group"]) for row in self._rows)
            widest = ceil(max((text_px(name, 10) for name in groups), default=0)) + 12
            px = min(max(widest, LEAST_GROUP_PX), MOST_GROUP_PX)
            columns.append(Column(head=context.group_noun, px=px, wrap=True))
        head = context.say("report.link_head")
        return [*columns, Column(head=head, px=head_px(head, "", 56), wrap=True, size=9)]

    def _names(self) -> list[Entry]:
        context, names = self._context, []
        for row in self._rows:
            name = inert(row["subject"] or row["subject_before"]) or DASH
            if row["link"] == Link.RENAMED:
                figures = {"name": name, "before": inert(row["subject_before"])}
                name = context.say("report.renamed_name", **figures)
            names.append(name)
        return list(names)

    def _belongings(self) -> Iterator[list[Entry]]:
        if self._context.form.levels:
            yield [inert(row["group"]) or DASH for row in self._rows]
        links = [Link(row["link"]) for row in self._rows]
        yield [Cell(self._context.say(f"report.link_{k.value}"), ink=INKS[k]) for k in links]

    def _source_column(self) -> Column:
        head = self._context.say("report.rounds_source")
        return Column(head=head, px=SOURCE_PX, printed=False, size=8, ink=MUTED)

    def _sources(self) -> list[Entry]:
        """Return where the figures of the round before stand, subject by subject."""
        found: list[Entry] = []
        for row in self._rows:
            own = [told[row["before_id"], row["return_id"]] for told in self._changes.values()]
            file = next((base_name(each["before_file"]) for each in own), "")
            cells = [each["before_cells"] for each in own if each["before_cells"]]
            found.append(inert(f"{file}: {', '.join(cells)}") if file else DASH)
        return found

    def _figure(
        self, figure: SharedFigure, column: int
    ) -> tuple[list[Column], list[list[Entry]], list[tuple[Entry, Entry]]]:
        """Return the three columns of a figure: before, now, change."""
        told = [self._changes[figure.name][r["before_id"], r["return_id"]] for r in self._rows]
        sides = [self._before(figure, told), self._now(figure, told)]
        changes = [
            change_entry(figure, (address(row, column), address(row, column + 1)), each)
            for row, each in enumerate(told, self._first)
        ]
        columns = self._figure_columns(figure, told)
        return columns, [*sides, changes], self._totals(figure, column)

    def _figure_columns(
        self, figure: SharedFigure, told: Sequence[Mapping[str, Any]]
    ) -> list[Column]:
        context = self._context
        unit = figure.shown_measure or context.say("report.unit_number")
        total = self._total(figure)
        columns = []
        for name, year, link in (
            ("before", figure.before_year, None),
            ("now", figure.now_year, self._places.link(_traced_by(figure))),
        ):
            numbers = [float(row[name]) / figure.divide for row in (*told, total)]
            longest = max((len(f"{n:,.{_decimals(figure)}f}") for n in numbers), default=1)
            head = f"{context.say(f'report.round_{name}')}\n{context.year(year)}".strip()
            columns.append(
                Column(
                    head=head,
                    unit=unit,
                    px=head_px(head, unit, max(60, ceil(longest * 7.8) + 14)),
                    align="right",
                    num_format=decimals_format(_decimals(figure)),
                    group=figure.label,
                    link=link,
                )
            )
        head = context.say("report.rounds_change")
        unit = _change_unit(context, figure)
        counted = COUNTED if _told_by(figure) == "change" else ARROW
        change = Column(
            head=head,
            unit=unit,
            px=head_px(head, unit, 74),
            align="right",
            num_format=POINTS if figure.in_points else counted,
            group=figure.label,
        )
        return [*columns, change]

    def _before(self, figure: SharedFigure, told: Sequence[Mapping[str, Any]]) -> list[Entry]:
        form = self._rounds.earlier.form
        return [
            self._entry(
                figure,
                self._shown[0].get((row["before_id"], figure.before.own[0])),
                float(row["before"]),
                alone=len(figure.before.own) == 1,
                none=form.none_word,
            )
            for row in told
        ]

    def _now(self, figure: SharedFigure, told: Sequence[Mapping[str, Any]]) -> list[Entry]:
        own = figure.now.own
        zero = figure.field.none_means is NoneMeans.ZERO
        entries: list[Entry] = []
        for row in told:
            entry = self._entry(
                figure,
                self._shown[1].get((row["return_id"], own[0])),
                float(row["now"]),
                alone=len(own) == 1,
                none=self._context.form.none_word,
            )
            at = self._at.get(row["return_id"])
            if at is not None and all(key in self._places.columns for key in own):
                text = own_formula(self._places, own, at, divide=figure.divide, zero=zero)
                entry = traced(_live(text, entry), self._places.source(_traced_by(figure), at))
            entries.append(entry)
        return entries

    def _entry(
        self, figure: SharedFigure, shown: Shown | None, value: float, *, alone: bool, none: str
    ) -> Entry:
        """Return what stands for an answer: its number, the word that counts as 0, or a text."""
        if not isnan(value):
            if value == 0 and alone and shown is not None and isinstance(shown.content, str):
                plain = decimals_format(_decimals(figure))
                return Cell(0.0, ink=MUTED, num_format=f"{plain};-{plain};{quoted(none)}")
            return value / figure.divide
        if shown is None or not alone or isinstance(shown.content, float):
            return Cell(DASH, ink=LIGHT)
        return entry_of(shown.content, shown)

    def _total(self, figure: SharedFigure) -> dict[str, Any]:
        totals = self._rounds.totals
        return records_of(totals[totals["figure"] == figure.name])[0]

    def _totals(self, figure: SharedFigure, column: int) -> list[tuple[Entry, Entry]]:
        """Return total and basis of a figure's columns, like for like."""
        total = self._total(figure)
        last = self._first + max(len(self._rows), 1) - 1
        areas = [
            f"{address(self._first, at, absolute=True)}:{address(last, at, absolute=True)}"
            for at in (column, column + 1)
        ]
        counted = f"SUMPRODUCT(ISNUMBER({areas[0]})*ISNUMBER({areas[1]}))"
        sums: list[Entry] = []
        for name, area in zip(("before", "now"), areas, strict=True):
            value = float(total[name]) / figure.divide
            content = DASH if isnan(value) else value
            if figure.now.kind is AggregateKind.SUM and figure.before.kind is AggregateKind.SUM:
                both = f"ISNUMBER({areas[0]})*ISNUMBER({areas[1]})"
                text = f"=IF({counted}=0,{quoted(DASH)},SUMPRODUCT({both},{area}))"
                sums.append(Formula(text, content))
            else:
                sums.append(content)
        row = self._first - TOTALS
        change = change_entry(figure, (address(row, column), address(row, column + 1)), total)
        basis = f"{total['n']} / {total['matched']}"
        now = traced(sums[1], total_target(self._places, _traced_by(figure)))
        return [(sums[0], ""), (now, basis), (change, "")]


def change_entry(figure: SharedFigure, cells: tuple[str, str], told: Mapping[str, Any]) -> Entry:
    """Return the change between two cells, live; a dash where it cannot be told."""
    before, now = cells
    value = float(told[_told_by(figure)])
    there = f"AND(ISNUMBER({before}),ISNUMBER({now}))"
    dash = quoted(DASH)
    if _told_by(figure) == "change":
        text = f"=IF({there},{_unless_nil(f'{now}-{before}')},{dash})"
        value /= figure.divide
    else:
        rate = _unless_nil(f"({now}/{before}-1)*100")
        text = f"=IF({there},IF(AND({before}>0,{now}>=0),{rate},{dash}),{dash})"
    if isnan(value):
        return Cell(Formula(text, DASH), ink=LIGHT)
    value = 0.0 if abs(value) < NIL else value
    content = Formula(text, value)
    return Cell(content, ink=BELOW_INK) if value < 0 else content


def _unless_nil(change: str) -> str:
    return f"IF(ABS({change})<{NIL},0,{change})"


def _live(text: str, entry: Entry) -> Entry:
    """Return an entry whose content is worked out."""
    if isinstance(entry, Cell) and isinstance(entry.content, float | int | str):
        return Cell(Formula(text, entry.content), ink=entry.ink, num_format=entry.num_format)
    return Formula(text, entry) if isinstance(entry, float | int | str) else entry


def _traced_by(figure: SharedFigure) -> str:
    """Return the key whose sources a figure of this round leads to."""
    return (figure.now.over or figure.now.own)[0]


def _told_by(figure: SharedFigure) -> str:
    """Return the column that tells the change: points and counts as such, the rest in percent."""
    counted = figure.field.type is FieldType.COUNT and figure.divide == 1
    return "change" if figure.in_points or counted else "growth"


def _change_unit(context: Context, figure: SharedFigure) -> str:
    if figure.in_points:
        return context.say("report.points")
    if _told_by(figure) == "change":
        return figure.shown_measure or context.say("report.unit_number")
    return "%"


def _decimals(figure: SharedFigure) -> int:
    return 0 if figure.field.type is FieldType.COUNT and figure.divide == 1 else figure.decimals
