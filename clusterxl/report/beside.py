"""The sheet that puts up to four chosen subjects side by side, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from clusterxl.excel.cells import Conditional, Formula, address, sheet_reference
from clusterxl.excel.heights import text_lines, text_points, text_px
from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH, Context
from clusterxl.report.finder import finder_note
from clusterxl.report.looks import (
    GROUND,
    GUTTER_PX,
    HAIRLINE,
    INK,
    MAIN,
    MUTED,
    decimals_format,
    quoted,
)
from clusterxl.report.pages import LEAST_POINTS, SIZE, follow
from clusterxl.report.picked_rows import FigureRow
from clusterxl.report.picks import Pick, Track, offer, told
from clusterxl.report.profile_items import LONGEST_NUMBER, figure_style, narrow, plain
from clusterxl.report.subject_facts import SubjectFacts
from clusterxl.report.titles import NAME, VALUE, either, fixed

SIDES = 4
CHOOSE_ROW, PLACE_ROW, HEAD_ROW, FIRST_ROW = 4, 5, 6, 7
LABEL_PX, MEASURE_PX, VALUE_PX, CHANGE_PX, GAP_PX = 246, 76, 86, 80, 10
LABEL, MEASURE, FIRST_SIDE = 2, 3, 4
STEP = 3
TOTAL, MEDIAN = FIRST_SIDE + STEP * SIDES, FIRST_SIDE + STEP * SIDES + 1
CHANGE, POINTS = '+#,##0.0"%";-#,##0.0"%";0.0"%"', "+#,##0.0;-#,##0.0;0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideRow:
    """A figure in one year.

    Attributes:
        row: The figure.
        track: Its answers in that year.
        label: What it is called, with the year.
        total: What all returns come to in that year.
    """

    row: FigureRow
    track: Track
    label: str
    total: Formula


@dataclass(frozen=True, slots=True, kw_only=True)
class Subhead:
    """The name of a section, or of a matrix within one."""

    text: str
    strong: bool


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What the sheet is made of.

    Attributes:
        context: The comparison.
        figures: The figures, in form order.
        facts: What is told of each subject beside them.
        picks: The drop-downs.
    """

    context: Context
    figures: tuple[FigureRow, ...]
    facts: SubjectFacts
    picks: tuple[Pick, ...]


def beside_cells(context: Context) -> tuple[str, ...]:
    """Return the references to the drop-downs."""
    return tuple(
        sheet_reference(context.names.beside, address(CHOOSE_ROW, column, absolute=True))
        for column in _sides()
    )


def draw_beside(sheet: Sheet, beside: Beside) -> None:
    """Draw the sheet; only the drop-downs can be changed."""
    context = beside.context
    widths = [LABEL_PX, MEASURE_PX, *[VALUE_PX, CHANGE_PX, GAP_PX] * SIDES, VALUE_PX, VALUE_PX]
    sheet.columns([GUTTER_PX, *widths])
    lines = list(_lines(context, beside.figures))
    _draw_top(sheet, beside, sum(widths), lines)
    _draw_choosers(sheet, beside)
    _draw_heads(sheet, context)
    for row, line in enumerate(lines, FIRST_ROW):
        if isinstance(line, BesideRow):
            _draw_row(sheet, beside, row, line)
        else:
            _draw_subhead(sheet, context, row, line)
    last_row = max(FIRST_ROW + len(lines) - 1, FIRST_ROW)
    _draw_looks(sheet, context, last_row)
    sheet.freeze(FIRST_ROW, FIRST_SIDE)
    sheet.select(CHOOSE_ROW, FIRST_SIDE)
    page = context.page(sheet.name, last_row=last_row, last_column=MEDIAN)
    sheet.page(replace(page, repeat=(1, HEAD_ROW)))
    sheet.protect()


def _sides() -> range:
    return range(FIRST_SIDE, TOTAL, STEP)


def _lines(context: Context, figures: Sequence[FigureRow]) -> Iterator[BesideRow | Subhead]:
    """Yield the last year of each figure, of the leading one all its years, under their heads."""
    for section, own in groupby(figures, key=lambda row: row.section):
        yield Subhead(text=section, strong=True)
        for group, rows in groupby(own, key=lambda row: row.group):
            if group:
                yield Subhead(text=group, strong=False)
            for row in rows:
                years = list(zip(row.tracks, row.totals, strict=True))
                for (year, track), total in years if row.is_lead else years[-1:]:
                    told = year and (row.is_lead or year != context.form.base_year)
                    yield BesideRow(
                        row=row,
                        track=track,
                        label=f"{row.label} {context.year(year)}" if told else row.label,
                        total=total,
                    )


def _draw_top(
    sheet: Sheet, beside: Beside, width: float, lines: Sequence[BesideRow | Subhead]
) -> None:
    context, looks = beside.context, beside.context.looks
    title = _title(beside, lines)
    longest = text_px(max(beside.facts.choices.labels, key=len), 1) + 34
    size = next((s for s in (16, 14, 12) if longest * s <= width - 8), 10.5)
    sheet.row(1, 28)
    sheet.put(1, LABEL, title, looks.text(size, bold=True), 1, MEDIAN)
    parts = [
        context.basis,
        context.say(
            "report.beside_note",
            noun=context.subject_noun,
            most=min(SIDES, context.count),
        ),
        context.say("report.missing_note", dash=DASH),
    ]
    if context.form.none_word:
        parts.append(context.say("report.none_note", none=context.form.none_word))
    parts.append(finder_note(context))
    note = context.say("report.sentence_gap").join(filter(None, parts))
    sheet.row(2, 4 + 13 * text_lines(note, width, SIZE))
    muted = replace(looks.text(SIZE, ink=MUTED, wrap=True), valign="top")
    sheet.put(2, LABEL, note, muted, 2, MEDIAN)
    sheet.row(3, 6)


def _title(beside: Beside, lines: Sequence[BesideRow | Subhead]) -> Formula:
    """Return which of the chosen subjects is the largest by the leading figure."""
    context, lead = beside.context, beside.context.lead
    figures = {"sheet": context.names.beside, "noun": context.subject_noun, "count": SIDES}
    plain_words = context.say("report.beside_title_plain", **figures)
    plain_title = Formula(f"={quoted(plain_words)}", plain_words)
    found = [
        (row, line)
        for row, line in enumerate(lines, FIRST_ROW)
        if isinstance(line, BesideRow) and line.row.is_lead
    ]
    if not found or lead is None:
        return plain_title
    row, line = found[-1]
    values = [address(row, column, absolute=True) for column in _sides()]
    names = [address(CHOOSE_ROW, column, absolute=True) for column in _sides()]
    largest = f"MAX({','.join(values)})"
    now = [pick.at if pick.at is None else line.track.contents[pick.at] for pick in beside.picks]
    numbers = [value for value in now if isinstance(value, float)]
    most = max(numbers, default=0.0)
    name = '""'
    for value, cell in reversed(list(zip(values, names, strict=True))):
        name = f"IF({value}={largest},{cell},{name})"
    first = next((p.at for p, v in zip(beside.picks, now, strict=True) if v == most), None)
    label = beside.facts.choices.labels[first] if first is not None else ""
    figures |= {"name": NAME, "value": VALUE, "lead": lead.label}
    figures |= {"year": context.year(lead.years[-1]), "measure": lead.measure}
    sentence = told(
        context.say("report.beside_title", **figures),
        {NAME: Formula(f"={name}", label), VALUE: fixed(largest, most, lead.decimals, lead.divide)},
    )
    condition = f"COUNT({','.join(values)})>1"
    return either(condition, sentence, plain_title, holds=len(numbers) > 1)


def _draw_choosers(sheet: Sheet, beside: Beside) -> None:
    """Draw the drop-downs, and below each where the subject belongs."""
    context, looks, facts = beside.context, beside.context.looks, beside.facts
    labels = facts.choices.labels
    px = VALUE_PX + CHANGE_PX
    sheet.row(CHOOSE_ROW, max(34, *(text_points(text, px, 10) for text in labels)))
    sheet.row(PLACE_ROW, LEAST_POINTS)
    choose = context.say("report.choose", noun=context.subject_noun)
    style = replace(looks.text(10, ink=MUTED), align="right", indent=1)
    sheet.put(CHOOSE_ROW, LABEL, choose, style, CHOOSE_ROW, MEASURE)
    cell = replace(
        looks.text(10, bold=True, ink=MAIN, fill=GROUND, wrap=True),
        bottom="medium",
        line_ink=MAIN,
        num_format="@",
        locked=False,
        align="right",
    )
    below = replace(looks.text(SIZE, ink=MUTED), align="right")
    for number, (column, pick) in enumerate(zip(_sides(), beside.picks, strict=True), 1):
        label = facts.choices.chosen_label(number)
        sheet.put(CHOOSE_ROW, column, label, cell, CHOOSE_ROW, column + 1)
        offer(sheet, context, CHOOSE_ROW, column, column + 1)
        place = _place(context, facts, pick)
        sheet.put(PLACE_ROW, column, place, below, PLACE_ROW, column + 1)


def _place(context: Context, facts: SubjectFacts, pick: Pick) -> Formula | None:
    tracks = [facts.group] if context.form.levels else []
    tracks += [facts.unit] if len(context.form.levels) > 1 else []
    if not tracks:
        return None
    parts = [track.picked(pick) for track in tracks]
    text = '&" "&'.join(part.text.removeprefix("=") for part in parts)
    return Formula(f"={text}", " ".join(str(part.value) for part in parts))


def _draw_heads(sheet: Sheet, context: Context) -> None:
    style = replace(
        context.looks.text(SIZE, bold=True, wrap=True),
        valign="bottom",
        bottom="medium",
        line_ink=INK,
        align="right",
    )
    value, change = context.say("report.value"), context.say("report.beside_change")
    total = context.whole
    median = context.say("report.median")
    texts = [context.say("report.question"), context.say("report.measure")]
    texts += [value, change, ""] * SIDES + [total, median]
    sheet.row(HEAD_ROW, max(20, *(text_points(text, VALUE_PX, SIZE) for text in texts)))
    for column, text in enumerate(texts, LABEL):
        left = column in (LABEL, MEASURE)
        sheet.put(HEAD_ROW, column, text, replace(style, align="left" if left else "right"))


def _draw_subhead(sheet: Sheet, context: Context, row: int, head: Subhead) -> None:
    style = context.looks.text(SIZE, bold=head.strong, ink=INK if head.strong else MUTED)
    style = replace(style, fill=GROUND if head.strong else "", bottom="thin", line_ink=HAIRLINE)
    sheet.row(row, LEAST_POINTS)
    sheet.put(row, LABEL, head.text, style, row, MEDIAN)


def _draw_row(sheet: Sheet, beside: Beside, row: int, line: BesideRow) -> None:
    context = beside.context
    points = max(
        text_points(line.label, LABEL_PX, SIZE), text_points(line.row.measure, MEASURE_PX, SIZE)
    )
    sheet.row(row, max(LEAST_POINTS, points))
    label = plain(context, bold=line.row.is_lead)
    sheet.put(row, LABEL, line.label, label)
    sheet.put(row, MEASURE, line.row.measure, plain(context, ink=MUTED))
    num_format = narrow(line.row, [line.track])
    value = figure_style(context, num_format)
    is_share = line.row.measure == "%"
    change = replace(value, num_format=POINTS if is_share else CHANGE, ink=MUTED)
    middle = address(row, MEDIAN, absolute=True)
    median = line.track.median()
    for column, pick in zip(_sides(), beside.picks, strict=True):
        shown = line.track.picked(pick)
        sheet.put(row, column, shown, value)
        cell = address(row, column)
        content = _change(cell, middle, shown, median, is_share=is_share)
        sheet.put(row, column + 1, content, change)
        sheet.put(row, column + 2, None, change)
    light = replace(value, ink=MUTED)
    sheet.put(row, TOTAL, line.total, replace(light, num_format=_total_format(line, num_format)))
    sheet.put(row, MEDIAN, median, light)


def _total_format(line: BesideRow, num_format: str) -> str:
    """Return a format in which the total has room; it may be much larger than any answer."""
    total = line.total.value
    if isinstance(total, str):
        return num_format
    decimals = len(num_format.partition(".")[2])
    while decimals and len(f"{total:,.{decimals}f}") > LONGEST_NUMBER:
        decimals -= 1
    fits = len(f"{total:,.{decimals}f}") <= LONGEST_NUMBER
    return decimals_format(decimals) if fits else "0.00E+00"


def _change(cell: str, middle: str, shown: Formula, median: Formula, *, is_share: bool) -> Formula:
    """Return how far a value is from the median: in percent, of percentages in points."""
    dash = quoted(DASH)
    rate = f"{cell}-{middle}" if is_share else f"IF({middle}>0,({cell}/{middle}-1)*100,{dash})"
    both = f"AND(ISNUMBER({cell}),ISNUMBER({middle}))"
    text = f'=IF({both},{rate},IF({cell}="","",{dash}))'
    now, half = shown.value, median.value
    if isinstance(now, str) or isinstance(half, str):
        return Formula(text, "" if now == "" else DASH)
    if is_share:
        return Formula(text, now - half)
    return Formula(text, (now / half - 1) * 100 if half > 0 else DASH)


def _draw_looks(sheet: Sheet, context: Context, last_row: int) -> None:
    """Make the largest of the chosen ones bold, and what is no number look different."""
    if last_row < FIRST_ROW:
        return
    values = [address(FIRST_ROW, column).replace(str(FIRST_ROW), "") for column in _sides()]
    cells = ",".join(f"${letters}{FIRST_ROW}" for letters in values)
    for column in _sides():
        cell = address(FIRST_ROW, column)
        best = f"=AND(ISNUMBER({cell}),MAX({cells})>MIN({cells}),{cell}=MAX({cells}))"
        area = (FIRST_ROW, column, last_row, column)
        sheet.conditional(*area, Conditional(formula=best, bold=True, ink=MAIN))
        follow(sheet, context, area, numbers=True)
        follow(sheet, context, (FIRST_ROW, column + 1, last_row, column + 1), numbers=False)
    follow(sheet, context, (FIRST_ROW, TOTAL, last_row, MEDIAN), numbers=True)
