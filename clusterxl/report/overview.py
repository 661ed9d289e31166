"""The overview: cards, panels with native charts, the quality of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from clusterxl.excel.heights import text_lines, text_px
from clusterxl.excel.sheet import Sheet
from clusterxl.report.absent import told_empty
from clusterxl.report.bars import group_panel, options_panel, subject_panel
from clusterxl.report.basis import edition_link
from clusterxl.report.cards import Card, cards_of, quality_facts
from clusterxl.report.context import Context
from clusterxl.report.criteria_panel import criteria_panel
from clusterxl.report.looks import BELOW_INK, GROUND, GUTTER_PX, INK, LINK, MAIN, MUTED
from clusterxl.report.panels import HEADLINE_POINTS, PANEL_PX, Panel, Sources
from clusterxl.report.round_words import rounds_basis
from clusterxl.report.scatter import scatter_panel
from clusterxl.report.trend import mix_panel, trend_panel
from clusterxl.summary import Lead

CARDS, CARD_COLUMNS, CARD_COLUMN_PX, GAP_PX = 6, 14, 14, 12
STEP = CARD_COLUMNS + 1
FIRST_COLUMN = 2
LAST_COLUMN = FIRST_COLUMN + CARDS * STEP - 2
WIDTH_PX = CARDS * CARD_COLUMNS * CARD_COLUMN_PX + (CARDS - 1) * GAP_PX
TITLE_SIZES = (20, 17, 14, 12)
VALUE_SIZES = (22, 18, 15, 12, 10)
VALUE_MARGIN = 30
# In em. Where a Latin font is missing, a wider one takes its place.
DIGIT, WIDE_DIGIT = 0.6, 0.7
CHANGE_SIZES = (9.5, 8.5, 7.5)
LABEL_SIZES = CHANGE_SIZES[:2]
MOST_LINES = 3
CHANGE_PX = 172
LINK_COLUMNS = 4
CARD_ROW = 4
PANEL_ROW = CARD_ROW + 5
# Rows of 18 points under the headline of a panel, in the first and second line of panels.
PANEL_ROWS = (9, 9)
ROW_POINTS, PX_PER_POINT = 18, 96 / 72


def draw_overview(sheet: Sheet, sources: Sources) -> None:
    """Draw the overview; its charts get their data from the sheet of chart data."""
    context = sources.context
    widths = ([CARD_COLUMN_PX] * CARD_COLUMNS + [GAP_PX]) * CARDS
    sheet.columns([GUTTER_PX, *widths[:-1]])
    _draw_title(sheet, context)
    cards = cards_of(sources)[:CARDS]
    for place, card in enumerate(cards):
        _draw_card(sheet, context, FIRST_COLUMN + place * STEP, card)
    lines = max(text_lines(card.label, CHANGE_PX, LABEL_SIZES[-1], padding=0) for card in cards)
    for row, points in enumerate(
        (20 + 12 * (min(lines, MOST_LINES) - 1), 36, 18, 17, 12), CARD_ROW
    ):
        sheet.row(row, points)
    row = _draw_panels(sheet, context, overview_panels(sources))
    last_row = _draw_quality(sheet, sources, row)
    name = context.names.overview
    sheet.page(context.page(name, last_row=last_row, last_column=LAST_COLUMN, tall=1))
    sheet.activate()


def overview_panels(sources: Sources) -> list[Panel]:
    """Return the panels that the data give, the tall one first."""
    context, lead = sources.context, sources.context.lead
    comparison = context.comparison
    found: list[Panel | None] = []
    ranked = lead is not None and comparison.subjects["rank"].notna().any()
    if sources.groups is not None:
        found.append(group_panel(sources, sources.groups))
    elif lead and ranked:
        found.append(subject_panel(sources, lead, tall=True))
    if lead and ranked and len(lead.keys) > 1:
        found.append(trend_panel(sources, lead))
    mix = context.form.fields.get(context.form.comparison.mix)
    if mix and context.count:
        found.append(mix_panel(sources, mix))
    if lead and ranked and lead.grows and lead.span > 1:
        found.append(scatter_panel(sources, lead))
    found.append(_last_panel(sources, lead if ranked else None))
    if len([*filter(None, found)]) < CARDS - 1 and len(comparison.options) and context.count:
        found.append(options_panel(sources))
    return [panel for panel in found if panel is not None]


def _last_panel(sources: Sources, lead: Lead | None) -> Panel | None:
    """Return the panel of criteria; without them the subjects, where they are not shown yet."""
    count = sources.context.count
    if sources.criteria is not None and count:
        return criteria_panel(sources, sources.criteria)
    if lead and sources.groups is not None and count > 1:
        return subject_panel(sources, lead, tall=False)
    return None


def _draw_title(sheet: Sheet, context: Context) -> None:
    looks = context.looks
    edition = edition_link(context)
    # Programs that round the width of each character take up to a twelfth more.
    columns = ceil((text_px(edition.text, 9) * 13 / 12 + 8) / CARD_COLUMN_PX)
    room = WIDTH_PX - columns * CARD_COLUMN_PX
    size = next((s for s in TITLE_SIZES if text_px(context.title, s) <= room), TITLE_SIZES[-1])
    split = LAST_COLUMN - columns + 1
    small = looks.text(9, ink=LINK)
    right = replace(small, align="right", valign="bottom", underline=True)
    sheet.put(1, FIRST_COLUMN, context.title, looks.text(size, bold=True), 1, split - 1)
    sheet.put(1, split, edition, right, 1, LAST_COLUMN)
    traced = (
        context.say("report.basis_traced", sheet=context.names.provenance)
        if context.traced
        else context.say("report.basis_untraced")
    )
    basis = basis_line(context, traced=traced)
    sheet.row(1, 32)
    sheet.row(2, 5 + 13 * text_lines(basis, WIDTH_PX, 9))
    sheet.row(3, 8)
    sheet.put(2, FIRST_COLUMN, basis, looks.text(9, ink=MUTED, wrap=True), 2, LAST_COLUMN)


def basis_line(context: Context, *, traced: str) -> str:
    """Tell what all figures rest on.

    Args:
        context: The comparison.
        traced: Where the source of each number is found, as a sentence.
    """
    quality, groups = context.comparison.quality, context.comparison.groups
    parts = [context.say("report.basis", count=quality.counted)]
    left = quality.received - quality.counted
    if left:
        parts.append(context.say("report.basis_left", received=quality.received, left=left))
    if len(groups):
        filled = int((groups["subjects"] > 0).sum())
        figures = {"group": context.group_noun, "noun": context.subject_noun, "filled": filled}
        parts.append(context.say("report.basis_groups", **figures))
        if told := told_empty(context):
            parts.append(context.say("report.basis_empty", told=told))
    parts.append(context.say("report.basis_kinds"))
    parts.append(traced)
    if context.filing:
        parts.append(context.filing.note)
    if context.rounds:
        parts.append(rounds_basis(context, context.rounds))
    return "".join(parts)


def _draw_card(sheet: Sheet, context: Context, column: int, card: Card) -> None:
    looks, last = context.looks, column + CARD_COLUMNS - 1
    ground = looks.text(fill=GROUND)
    # Only the first row has the thick line on top; its colour counts for all its lines.
    size = next((s for s in LABEL_SIZES if text_px(card.label, s) <= CHANGE_PX), LABEL_SIZES[-1])
    wraps = text_px(card.label, size) > CHANGE_PX
    top = replace(ground, top="medium", line_ink=MAIN, size=size, ink=MUTED, indent=1, wrap=wraps)
    sheet.put(CARD_ROW, column, card.label, top, CARD_ROW, last)
    size, width = _value_size(card, WIDE_DIGIT if looks.font.isascii() else DIGIT)
    split = column + width - 1
    value = replace(ground, size=size, bold=True, indent=1, align="left")
    value = replace(value, num_format=card.num_format)
    sheet.put(CARD_ROW + 1, column, card.value, value, CARD_ROW + 1, split)
    unit = replace(ground, size=10, ink=MUTED, align="left")
    sheet.put(CARD_ROW + 1, split + 1, card.unit, unit, CARD_ROW + 1, last)
    told = card.change
    ink = BELOW_INK if told.falls else MAIN if told.num_format else INK
    size = next((s for s in CHANGE_SIZES if text_px(told.shown, s) <= CHANGE_PX), CHANGE_SIZES[-1])
    change = replace(ground, size=size, ink=ink, bold=bool(told.num_format), indent=1)
    change = replace(change, num_format=told.num_format or "General", align="left")
    sheet.put(CARD_ROW + 2, column, told.content, change, CARD_ROW + 2, last)
    note = replace(ground, size=9, ink=MUTED, indent=1)
    link = replace(ground, size=9, ink=LINK, underline=True, align="right")
    if card.link is None:
        sheet.put(CARD_ROW + 3, column, card.note, note, CARD_ROW + 3, last)
        return
    sheet.put(CARD_ROW + 3, column, card.note, note, CARD_ROW + 3, last - LINK_COLUMNS)
    sheet.put(CARD_ROW + 3, last - LINK_COLUMNS + 1, card.link, link, CARD_ROW + 3, last)


def _value_size(card: Card, digit: float) -> tuple[float, int]:
    """Return the size of a card's value, and how many columns it needs beside its unit."""
    unit_columns = ceil((text_px(card.unit, 10) + 6) / CARD_COLUMN_PX) if card.unit else 1
    most = max(CARD_COLUMNS - unit_columns, 2)
    signs = sum(character in ",." for character in card.shown)
    for size in VALUE_SIZES:
        # Marks are half as wide as digits; an indent and a margin stand before and behind.
        px = digit * (len(card.shown) - 0.5 * signs) * size * PX_PER_POINT + VALUE_MARGIN
        if ceil(px / CARD_COLUMN_PX) <= most:
            return size, ceil(px / CARD_COLUMN_PX)
    return VALUE_SIZES[-1], most


def _draw_panels(sheet: Sheet, context: Context, panels: Sequence[Panel]) -> int:
    """Draw the panels and return the first row under them."""
    tall = [panel for panel in panels if panel.tall]
    short = [panel for panel in panels if not panel.tall]
    free = (0, 4) if tall else (0, 2, 4)
    lines = 2 if tall else min(ceil(len(short) / len(free)), 2)
    rows = []
    row = PANEL_ROW
    for count in PANEL_ROWS[:lines]:
        rows.append(row)
        for offset, points in enumerate((21, 16, *[ROW_POINTS] * count, 10)):
            sheet.row(row + offset, points)
        row += count + 3
    for panel in tall[:1]:
        _draw_panel(sheet, context, (rows[0], 2), panel, panel.chart.px[1])
    slots = [(row, card) for row in rows for card in free]
    for slot, panel in zip(slots, short, strict=False):
        height = PANEL_ROWS[rows.index(slot[0])] * ROW_POINTS * PX_PER_POINT
        _draw_panel(sheet, context, slot, panel, height)
    return row


def _draw_panel(
    sheet: Sheet, context: Context, slot: tuple[int, int], panel: Panel, height: float
) -> None:
    row, card = slot
    first = FIRST_COLUMN + card * STEP
    last = first + 2 * STEP - 2
    looks = context.looks
    head = replace(looks.text(HEADLINE_POINTS, bold=True), top="thin", line_ink=INK)
    sheet.put(row, first, panel.headline, head, row, last)
    sheet.put(row + 1, first, panel.sub, looks.text(9, ink=MUTED), row + 1, last)
    chart = replace(panel.chart, px=(PANEL_PX, height), description=panel.headline)
    sheet.chart(row + 2, first, chart)


def quality_headline(context: Context) -> str:
    """Tell how good the data are, as a sentence."""
    quality = context.comparison.quality
    if not quality.received:
        return context.say("report.quality_none")
    waiting = quality.warnings - quality.explained
    name = "report.quality_errors" if quality.errors else "report.quality_clean"
    blank = f"{max(quality.required - quality.filled, 0):,}"
    figures = {"count": quality.counted, "blank": blank, "errors": quality.errors}
    return context.say(name, waiting=waiting, **figures)


def _draw_quality(sheet: Sheet, sources: Sources, row: int) -> int:
    """Draw the band of data quality and return its last row."""
    looks = sources.context.looks
    for offset, points in enumerate((20, 26, 16)):
        sheet.row(row + offset, points)
    headline = quality_headline(sources.context)
    head = replace(looks.text(11.5, bold=True), top="thin", line_ink=INK)
    sheet.put(row, FIRST_COLUMN, headline, head, row, LAST_COLUMN)
    for place, (label, content) in enumerate(quality_facts(sources)[:CARDS]):
        first = FIRST_COLUMN + place * STEP
        last = first + CARD_COLUMNS - 1
        big = replace(looks.text(14, bold=True), align="left", num_format="#,##0")
        sheet.put(row + 1, first, content, big, row + 1, last)
        sheet.put(row + 2, first, label, looks.text(9, ink=MUTED), row + 2, last)
    return row + 2
