"""What can be shown of a chosen subject: its figures, answers, texts, targets, in form order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isnan

from clusterxl.excel.cells import Formula, address, literal, sheet_reference
from clusterxl.excel.limits import MAX_FORMULA
from clusterxl.form.model import (
    SPARE_NAME,
    AggregateKind,
    BlockKind,
    FieldType,
    Input,
    SectionKind,
    plain_label,
)
from clusterxl.report.answers import Shown
from clusterxl.report.context import DASH, TICK, Context, inert
from clusterxl.report.looks import COUNT, decimals_format, quoted
from clusterxl.report.picks import Pick, Track
from clusterxl.report.places import GROUP_COLUMN, Places
from clusterxl.report.section_plans import SectionSheet
from clusterxl.report.sections import decimals_of
from clusterxl.summary import recipe_of, short_label

MOST_YEARS = 3
# More columns of a plan have no room beside each other.
MOST_TARGETS = 4
# The rest of the formula takes a few hundred characters.
MOST_WORDS = MAX_FORMULA - 1_000
Answers = Mapping[tuple[str, str], Shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A number that is asked for, in one year or several.

    Attributes:
        section: Title of its section.
        group: What it shares with its neighbours, as the rows of a matrix do; else empty.
        label: What it is called.
        measure: Its measure.
        tracks: The answers by year; None as the year of what is asked once.
        num_format: Number format that shows every answer as it was given.
        totals: What all returns come to, by year as the answers.
        adds_up: The total is a sum, so that a share in it has a meaning.
        is_lead: It ranks the subjects.
    """

    section: str
    group: str = ""
    label: str
    measure: str
    tracks: tuple[tuple[int | None, Track], ...]
    num_format: str
    totals: tuple[Formula, ...]
    adds_up: bool
    is_lead: bool = False

    @property
    def last(self) -> Track:
        """The answers of the last year."""
        return self.tracks[-1][1]

    @property
    def total(self) -> Formula:
        """What all returns come to in the last year."""
        return self.totals[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """An answer in words: a text, or what was chosen.

    Attributes:
        section: Title of its section.
        key: Key of its first input cell.
        label: What is asked.
        is_long: It takes running text.
        is_chosen: Options are chosen.
        tracks: The cell that holds the answer; of ticks a cell an option.
        options: The options of ticks, one a track.
        area: The reference to all cells of ticks.
        nothing: What is shown where no option is ticked.
    """

    section: str
    key: str
    label: str
    is_long: bool
    is_chosen: bool
    tracks: tuple[Track, ...]
    options: tuple[str, ...] = ()
    area: str = ""
    nothing: str = ""

    def shown(self, comma: str) -> tuple[str, ...]:
        """Return what is shown of each return."""
        return tuple(
            self._words(row, comma) for row in zip(*(t.contents for t in self.tracks), strict=True)
        )

    def picked(self, pick: Pick, comma: str) -> Formula:
        """Return what is shown of the chosen subject; of too many options only how many."""
        if not self.options:
            return self.tracks[0].picked(pick)
        row = f"INDEX({self.area},{pick.cell},0)"
        blank = f"COUNTIF({row},{quoted(DASH)})=COLUMNS({row})"
        none = f"IF({blank},{quoted(DASH)},{quoted(self.nothing)})"
        ticked = f"COUNTIF({row},{quoted(TICK)})"
        words = "&".join(
            f'IF(INDEX({track.cells},{pick.cell})={quoted(TICK)},{literal(comma + option)},"")'
            for track, option in zip(self.tracks, self.options, strict=True)
        )
        words = f"MID({words},{len(comma) + 1},9999)"
        value = "" if pick.at is None else self.shown(comma)[pick.at]
        if len(words) > MOST_WORDS:
            words = f'{ticked}&" / "&COLUMNS({row})'
            if pick.at is not None and self._ticked(pick.at):
                value = f"{self._ticked(pick.at)} / {len(self.options)}"
        return Formula(f'=IF({pick.cell}=0,"",IF({ticked}=0,{none},{words}))', value)

    def _ticked(self, place: int) -> int:
        return sum(track.contents[place] == TICK for track in self.tracks)

    def _words(self, row: Sequence[float | str], comma: str) -> str:
        if not self.options:
            return str(row[0])
        ticked = [name for name, cell in zip(self.options, row, strict=True) if cell == TICK]
        blank = all(cell == DASH for cell in row)
        return comma.join(ticked) or (DASH if blank else self.nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """An indicator of a plan, with what it is and shall be.

    Attributes:
        label: What it is called; of an indicator that respondents name themselves, its names.
        measure: Its measure.
        heads: What its columns are called.
        tracks: Its columns.
        num_format: Number format that shows every answer as it was given.
    """

    label: str | Track
    measure: str
    heads: tuple[str, ...]
    tracks: tuple[Track, ...]
    num_format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedRows:
    """All that can be shown of a subject."""

    figures: tuple[FigureRow, ...]
    answers: tuple[AnswerRow, ...]
    targets: tuple[TargetRow, ...]


@dataclass(frozen=True, kw_only=True)
class _Source:
    """What rows are made from."""

    context: Context
    places: Places
    shown: Answers

    def track(self, key: str) -> Track:
        ids = self.context.comparison.returns["return_id"]
        nothing = Shown(content=DASH)
        contents = tuple(self.shown.get((i, key), nothing).content for i in ids)
        return Track(cells=self.places.cells(key), contents=contents)

    def num_format(self, tracks: Sequence[Track]) -> str:
        numbers = [Shown(content=number) for track in tracks for number in track.numbers]
        return decimals_format(decimals_of(numbers))


def picked_rows(
    context: Context, places: Places, sections: Sequence[SectionSheet], shown: Answers
) -> PickedRows:
    """Return all that can be shown of a subject, in form order."""
    source = _Source(context=context, places=places, shown=shown)
    planned = _targets_of(context)
    figures: list[FigureRow] = []
    answers: list[AnswerRow] = []
    targets: list[TargetRow] = []
    for plan in sections:
        order = {asked.key: place for place, asked in enumerate(context.form.inputs)}
        inputs = sorted(plan.inputs, key=lambda asked: order[asked.key])
        for field_id, asked in groupby(inputs, key=lambda each: each.field.id):
            own = list(asked)
            short = not any(each.key in plan.long for each in own)
            if field_id in planned and short and len(own) <= MOST_TARGETS:
                targets.append(_target(source, own))
            elif own[0].type.is_numeric:
                figures += _figures(source, plan, own)
            else:
                answers += _answers(source, plan, own)
        figures += _lists(source, plan)
    answers = list(_told_once(context, answers))
    return PickedRows(figures=tuple(figures), answers=tuple(answers), targets=tuple(targets))


def _told_once(context: Context, answers: Sequence[AnswerRow]) -> Iterator[AnswerRow]:
    """Leave out what all respondents gave twice, such as their names on the cover and inside."""
    returns = context.comparison.returns
    seen = {tuple(map(inert, returns[name])) for name in ("subject", "group", "unit")}
    for row in answers:
        texts = row.shown("")
        if row.is_chosen or len(set(texts)) == 1 or texts not in seen:
            yield row
        if not row.is_chosen:
            seen.add(texts)


def _targets_of(context: Context) -> set[str]:
    return {
        asked.id
        for section in context.form.sections
        for block in section.blocks
        if block.kind is BlockKind.TARGETS
        for asked in block.fields
    }


def _title(context: Context, plan: SectionSheet) -> str:
    """Return the head of a section; lists, of which little is shown, stand under one."""
    if plan.section.kind is SectionKind.LIST:
        return context.say("report.profile_lists")
    return plan.section.title or plan.section.sheet


def _figures(source: _Source, plan: SectionSheet, inputs: list[Input]) -> Iterator[FigureRow]:
    """Return a row an item of a question, its years side by side."""
    by_item: dict[str, list[Input]] = {}
    for asked in inputs:
        by_item.setdefault(asked.item, []).append(asked)
    lead = source.context.lead
    for own in by_item.values():
        last = sorted(own, key=lambda each: each.year or 0)[-MOST_YEARS:]
        tracks = tuple((asked.year, source.track(asked.key)) for asked in last)
        yield FigureRow(
            section=_title(source.context, plan),
            group="" if len(by_item) == 1 else short_label(last[-1].field),
            label=_figure_label(source.context, last[-1], alone=len(by_item) == 1),
            measure=last[-1].field.measure or source.context.say("report.unit_number"),
            tracks=tracks,
            num_format=source.num_format([track for _, track in tracks]),
            totals=tuple(_total(source, asked) for asked in last),
            adds_up=recipe_of(source.context.form, last[-1]).kind is AggregateKind.SUM,
            is_lead=bool(lead and lead.keys[-1] == last[-1].key),
        )


def _figure_label(context: Context, asked: Input, *, alone: bool) -> str:
    if alone:
        return short_label(asked.field)
    return asked.short.removesuffix(context.year(asked.year)).strip() or short_label(asked.field)


def _total(source: _Source, asked: Input) -> Formula:
    totals = source.context.comparison.totals
    value = float(totals.loc[totals["key"] == asked.key, "value"].iloc[0])
    text = source.places.total_cell(asked.key)
    if recipe_of(source.context.form, asked).kind is AggregateKind.NONE:
        return Formula(f"={quoted(DASH)}", DASH)
    return Formula(f"={text}", DASH if isnan(value) else value)


def _lists(source: _Source, plan: SectionSheet) -> Iterator[FigureRow]:
    """Return how many rows of each list were filled; the counts stand before the answers."""
    context, places = source.context, source.places
    first = GROUP_COLUMN + bool(context.form.levels)
    for place, filled in enumerate(plan.lists):
        counts = tuple(float(count) for count in filled.counts)
        ends = [
            address(row, first + place, absolute=True)
            for row in (places.first, places.last, places.total)
        ]
        name = plain_label(filled.block.label) or plan.section.sheet
        label = context.say("report.rows_head", label=name)
        cells = sheet_reference(plan.name, f"{ends[0]}:{ends[1]}")
        yield FigureRow(
            section=_title(source.context, plan),
            label=" ".join(label.split()),
            measure=context.say("report.rows_unit"),
            tracks=((None, Track(cells=cells, contents=counts)),),
            num_format=COUNT,
            totals=(Formula(f"={sheet_reference(plan.name, ends[2])}", sum(counts)),),
            adds_up=True,
        )


def _answers(source: _Source, plan: SectionSheet, inputs: list[Input]) -> Iterator[AnswerRow]:
    """Return a row an answer; all options of ticks stand in one."""
    label = plain_label(inputs[0].field.label)
    if inputs[0].type is FieldType.TICKS:
        yield AnswerRow(
            section=_title(source.context, plan),
            key=inputs[0].key,
            label=label,
            is_long=False,
            is_chosen=True,
            tracks=tuple(source.track(asked.key) for asked in inputs),
            options=tuple(asked.option.label if asked.option else "" for asked in inputs),
            area=source.places.area(inputs[0].key, inputs[-1].key),
            nothing=source.context.say("report.nothing_chosen"),
        )
        return
    for asked in inputs:
        yield AnswerRow(
            section=_title(source.context, plan),
            key=asked.key,
            label=label if asked.short == label else asked.label,
            is_long=asked.field.is_long or asked.key in plan.long,
            is_chosen=asked.type is FieldType.CHOICE,
            tracks=(source.track(asked.key),),
        )


def _target(source: _Source, inputs: list[Input]) -> TargetRow:
    """Return a row of a plan; an indicator the respondents name themselves has names."""
    asked = inputs[0].field
    named = {each.item: each for each in inputs}
    own_name = named.pop(SPARE_NAME, None) if asked.spare else None
    tracks = tuple(source.track(each.key) for each in named.values())
    return TargetRow(
        label=source.track(own_name.key) if own_name else _target_label(inputs[0]),
        measure=asked.measure,
        heads=tuple(each.short or plain_label(asked.label) for each in named.values()),
        tracks=tracks,
        num_format=source.num_format(tracks),
    )


def _target_label(asked: Input) -> str:
    """Return what an indicator is called, with its group, without the column and the measure."""
    label = asked.label.removesuffix(asked.short).strip()
    return label or short_label(asked.field)
