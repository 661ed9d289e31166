"""The lines of a profile: a figure with its years, an answer in words, a target of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from math import ceil

from clusterxl.excel.cells import Formula, Style, address
from clusterxl.excel.heights import text_points
from clusterxl.report.context import DASH, Context
from clusterxl.report.looks import HAIRLINE, INK, MUTED, SHARE
from clusterxl.report.pages import LEAST_POINTS, PADDING, SIZE, Item, Put, subhead, tallest
from clusterxl.report.picked_rows import AnswerRow, FigureRow, TargetRow
from clusterxl.report.picks import Pick, Track
from clusterxl.report.rankings import share_formula

HALF_PX, LEAST_LABEL, UNIT_PX, SHARE_PX = 634, 150, 56, 44
DIGIT_PX, LEAST_VALUE, LONGEST_NUMBER = 6.8, 56, 11
# A longer answer in words has more than a quarter of its line.
SHORT_ANSWER = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """The columns of one half of the page.

    Attributes:
        years: The years shown, oldest first; a single None where there are none.
        label: Width of the labels.
        value: Width of a value.
        rank: Width of a rank.
    """

    years: tuple[int | None, ...]
    label: float
    value: float
    rank: float

    @property
    def widths(self) -> tuple[float, ...]:
        """Widths of the columns: label, measure, years, rank, share, median."""
        values = (self.value,) * len(self.years)
        return (self.label, UNIT_PX, *values, self.rank, SHARE_PX, self.value)

    @property
    def count(self) -> int:
        """How many columns it has."""
        return len(self.widths)

    def px(self, first: int, last: int) -> float:
        """Return the width of some columns, from 0."""
        return sum(self.widths[first : last + 1])


def half_of(figures: Sequence[FigureRow], returns: int) -> Half:
    """Return the columns in which every number has room."""
    years = sorted({year for row in figures for year, _ in row.tracks if year})[-3:]
    longest = max(
        (
            len(_written(number, row.num_format))
            for row in figures
            for _, track in row.tracks
            for number in _extremes(track)
        ),
        default=0,
    )
    value = max(LEAST_VALUE, ceil(min(longest, LONGEST_NUMBER) * DIGIT_PX) + 9)
    rank = max(46, ceil((len(f"{returns}") * 2 + 2) * DIGIT_PX) + 9)
    shown: tuple[int | None, ...] = tuple(years) or (None,)
    rest = UNIT_PX + SHARE_PX + rank + value * (len(shown) + 1)
    label = max(LEAST_LABEL, HALF_PX - rest)
    return Half(years=shown, label=label, value=value, rank=rank)


def narrow(row: FigureRow | TargetRow, tracks: Sequence[Track]) -> str:
    """Return a number format that has room: with fewer decimals, in powers of ten at last."""
    numbers = [number for track in tracks for number in _extremes(track)]
    num_format = row.num_format
    while True:
        if all(len(_written(number, num_format)) <= LONGEST_NUMBER for number in numbers):
            return num_format
        if "." not in num_format:
            return "0.00E+00"
        num_format = num_format[:-1].removesuffix(".")


def _extremes(track: Track) -> tuple[float, ...]:
    numbers = track.numbers
    return (min(numbers), max(numbers)) if numbers else ()


def _written(number: float, num_format: str) -> str:
    return f"{number:,.{len(num_format.partition('.')[2])}f}"


def plain(context: Context, *, ink: str = INK, bold: bool = False, wrap: bool = True) -> Style:
    """Return the style of a text in a line."""
    style = context.looks.text(SIZE, ink=ink, bold=bold, wrap=wrap)
    return replace(style, bottom="thin", line_ink=HAIRLINE, align="left")


def figure_style(context: Context, num_format: str, *, ink: str = INK) -> Style:
    """Return the style of a number in a line."""
    style = context.looks.text(SIZE, ink=ink)
    ruled = replace(style, bottom="thin", line_ink=HAIRLINE)
    return replace(ruled, align="right", num_format=num_format)


def figure_items(
    context: Context, half: Half, figures: Sequence[FigureRow], pick: Pick
) -> Iterator[Item]:
    """Yield the figures under the heads of their sections and matrices."""
    for section, own in groupby(figures, key=lambda row: row.section):
        head = subhead(context, section, half.count, half.px(0, half.count - 1))
        for group, rows in groupby(own, key=lambda row: row.group):
            under: tuple[Item, ...] = (head,)
            if group:
                px = half.px(0, half.count - 1)
                under = (head, subhead(context, group, half.count, px, strong=False))
            for row in rows:
                yield _figure_item(context, half, row, pick, under)


def _figure_item(
    context: Context, half: Half, row: FigureRow, pick: Pick, under: tuple[Item, ...]
) -> Item:
    num_format = narrow(row, [track for _, track in row.tracks])
    label = plain(context, bold=row.is_lead)
    year = row.tracks[-1][0]
    name = row.label if year in (None, *half.years) else f"{row.label} {context.year(year)}"
    points = max(
        LEAST_POINTS,
        text_points(name, half.label, SIZE, padding=PADDING),
        text_points(row.measure, UNIT_PX, SIZE, padding=PADDING),
    )

    def cells(at: int, column: int) -> list[Put]:
        value = figure_style(context, num_format)
        light = figure_style(context, "General", ink=MUTED)
        puts = [_put(column, name, label), _put(column + 1, row.measure, _measure(context))]
        by_year = {_shown_year(half, year): track for year, track in row.tracks}
        for place, year in enumerate(half.years):
            track = by_year.get(year)
            puts.append(_put(column + 2 + place, track.picked(pick) if track else None, value))
        last = column + 1 + len(half.years)
        own = column + 2 + half.years.index(_shown_year(half, row.tracks[-1][0]))
        cell, now = address(at, own), row.last.picked(pick).value
        puts.append(_put(last + 1, row.last.rank(cell, now), light))
        puts.append(_put(last + 2, _share(row, cell, now), replace(light, num_format=SHARE)))
        puts.append(_put(last + 3, row.last.median(), replace(light, num_format=num_format)))
        return puts

    return Item(points=points, cells=cells, under=under)


def _shown_year(half: Half, year: int | None) -> int | None:
    """Return the year under which a figure stands: the last one where it has none of these."""
    return year if year in half.years else half.years[-1]


def _share(row: FigureRow, cell: str, now: str | float) -> Formula | None:
    """Return the share in the total; nothing where the total is no sum."""
    if not row.adds_up:
        return None
    total = row.total.value
    text = share_formula(cell, row.total.text.removeprefix("="))
    if isinstance(now, str) or isinstance(total, str) or not total:
        return Formula(text, DASH)
    return Formula(text, now / total * 100)


def _measure(context: Context) -> Style:
    return plain(context, ink=MUTED)


def _put(column: int, content: Formula | str | None, style: Style) -> Put:
    return Put(column=column, last=column, content=content, style=style)


def figure_heads(context: Context, half: Half, column: int) -> list[Put]:
    """Return the heads of the figures in one half."""
    texts = [context.say("report.question"), context.say("report.measure")]
    texts += [context.year(year) or context.say("report.value") for year in half.years]
    texts += [context.say("report.rank")]
    texts += [f"{context.say('report.share', whole=context.whole)} %"]
    texts += [context.say("report.median")]
    return heads(context, column, texts)


def heads(context: Context, column: int, texts: Sequence[str]) -> list[Put]:
    """Return heads, the first two at the left."""
    style = replace(
        context.looks.text(SIZE, bold=True, wrap=True),
        valign="bottom",
        bottom="medium",
        line_ink=INK,
    )
    return [
        _put(column + place, text, replace(style, align="right" if place > 1 else "left"))
        for place, text in enumerate(texts)
    ]


def is_brief(row: AnswerRow) -> bool:
    """Whether all answers are a word or two."""
    return max(map(len, row.shown("")), default=0) <= SHORT_ANSWER


def answer_item(context: Context, half: Half, row: AnswerRow, pick: Pick, start: int) -> Item:
    """Return an answer that stands from a column on, counted from 0."""
    return fact_item(context, half, (row.label, row.picked(pick, ""), row.shown("")), start)


def fact_item(
    context: Context, half: Half, fact: tuple[str, Formula, Sequence[float | str]], start: int
) -> Item:
    """Return what is told of the chosen subject: its name, itself, and what it is of each."""
    (label, content, texts), last = fact, half.count - 1
    points = max(
        text_points(label, half.px(0, start - 1), SIZE, padding=PADDING),
        tallest(texts, half.px(start, last)),
    )

    def cells(_at: int, column: int) -> list[Put]:
        style = plain(context, ink=MUTED)
        after = column + start
        return [
            Put(column=column, last=after - 1, content=label, style=style),
            Put(column=after, last=column + last, content=content, style=plain(context)),
        ]

    return Item(points=max(points, LEAST_POINTS), cells=cells)


def target_items(
    context: Context, half: Half, targets: Sequence[TargetRow], pick: Pick
) -> Iterator[Item]:
    """Yield the indicators of the plan under the heads of their columns."""
    for names, own in groupby(targets, key=lambda row: row.heads):
        head = _target_head(context, half, names)
        for row in own:
            yield _target_item(context, half, row, pick, (head,))


def _target_head(context: Context, half: Half, names: Sequence[str]) -> Item:
    """Return the heads of the columns of a plan."""
    spans = [(0, 0), (1, 1), *_spans(half, len(names))]
    texts = [context.say("report.question"), context.say("report.measure"), *names]

    def cells(_at: int, column: int) -> list[Put]:
        return [
            replace(put, column=column + first, last=column + last)
            for put, (first, last) in zip(heads(context, column, texts), spans, strict=True)
        ]

    points = max(text_points(t, half.px(*span), SIZE) for t, span in zip(texts, spans, strict=True))
    return Item(points=max(points, LEAST_POINTS + 3), cells=cells)


def _target_item(
    context: Context, half: Half, row: TargetRow, pick: Pick, under: tuple[Item, ...]
) -> Item:
    spans = _spans(half, len(row.tracks))
    named = row.label.contents if isinstance(row.label, Track) else (row.label,)
    points = max(
        tallest(named, half.label),
        text_points(row.measure, UNIT_PX, SIZE, padding=PADDING),
        *(
            tallest([t for t in track.contents if isinstance(t, str)], half.px(*span))
            for track, span in zip(row.tracks, spans, strict=True)
        ),
    )
    num_format = narrow(row, row.tracks)
    # Figures typed as texts stand under the heads like the others.
    texts = (text for track in row.tracks for text in track.contents if isinstance(text, str))
    brief = max(map(len, texts), default=0) <= SHORT_ANSWER

    def cells(_at: int, column: int) -> list[Put]:
        label = row.label.picked(pick) if isinstance(row.label, Track) else row.label
        puts = [
            _put(column, label, plain(context)),
            _put(column + 1, row.measure, _measure(context)),
        ]
        style = replace(figure_style(context, num_format), wrap=True)
        if not any(track.numbers for track in row.tracks) and not brief:
            style = replace(style, align="left", indent=1)
        for track, (first, last) in zip(row.tracks, spans, strict=True):
            shown = track.picked(pick)
            puts.append(Put(column=column + first, last=column + last, content=shown, style=style))
        return puts

    return Item(points=points, cells=cells, under=under)


def _spans(half: Half, count: int) -> list[tuple[int, int]]:
    """Share the columns after the measure among some values."""
    room = half.count - 2
    starts = [2 + place * room // count for place in range(count)] + [half.count]
    return [(first, after - 1) for first, after in pairwise(starts)]
