"""The sheet that shows one subject, chosen in a drop-down: figures, answers, texts, findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clusterxl.excel.cells import Formula, Link, address, sheet_reference
from clusterxl.excel.heights import LINE_EM, text_lines, text_points, text_px
from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH, Context
from clusterxl.report.finder import finder_note
from clusterxl.report.looks import GROUND, GUTTER_PX, LINK, MAIN, MUTED
from clusterxl.report.pages import (
    PADDING,
    PAPER_HEIGHT,
    PAPER_WIDTH,
    SIZE,
    Item,
    Page,
    Put,
    tallest,
)
from clusterxl.report.picked_rows import PickedRows
from clusterxl.report.picks import LONGEST_LABEL, Pick, offer
from clusterxl.report.profile_items import (
    Half,
    answer_item,
    fact_item,
    figure_heads,
    figure_items,
    half_of,
    is_brief,
    plain,
    target_items,
)
from clusterxl.report.subject_facts import SubjectFacts
from clusterxl.report.titles import count_text, either, lead_sentence

CHOOSE_ROW, CHOOSE_COLUMN, FIRST_ROW = 4, 3, 5
GAP_PX = 10
# The title stands on every page.
TOP_POINTS = 28
MOST_PAGES, SPARE_POINTS = 3, 50
TITLE_SIZES = (16, 14, 12, 10.5)
LINES_OF_FINDING = 2


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What the sheet is made of.

    Attributes:
        context: The comparison.
        rows: What can be shown of a subject.
        facts: What is told of it beside.
        pick: Its drop-down.
    """

    context: Context
    rows: PickedRows
    facts: SubjectFacts
    pick: Pick


def profile_cell(context: Context) -> str:
    """Return the reference to the drop-down of the profile."""
    place = address(CHOOSE_ROW, CHOOSE_COLUMN, absolute=True)
    return sheet_reference(context.names.profile, place)


def draw_profile(sheet: Sheet, profile: Profile) -> None:
    """Draw the sheet; only the drop-down can be changed."""
    context = profile.context
    half = half_of(profile.rows.figures, context.count)
    page = Page(
        context=context,
        widths=(*half.widths, GAP_PX, *half.widths),
        first_row=FIRST_ROW,
    )
    columns = (2, 2 + half.count + 1)
    sheet.columns([GUTTER_PX, *page.widths])
    _add_figures(page, profile, half, columns)
    _add_words(page, profile, half, columns)
    _add_texts(page, profile, half)
    _add_criteria(page, profile, half, columns)
    _add_findings(page, profile, half)
    scale = min(1.0, PAPER_WIDTH / (page.px(2, page.last_column) * 0.75))
    room = MOST_PAGES * PAPER_HEIGHT / scale - SPARE_POINTS - MOST_PAGES * TOP_POINTS
    _draw_top(sheet, profile, page, cut=page.give(room))
    page.draw(sheet)
    sheet.freeze(FIRST_ROW, 2)
    sheet.select(CHOOSE_ROW, CHOOSE_COLUMN)
    tall = MOST_PAGES if page.points <= room else 0
    setup = context.page(sheet.name, last_row=page.row - 1, last_column=page.last_column, tall=tall)
    sheet.page(replace(setup, repeat=(1, 1)))
    sheet.protect()


def _draw_top(sheet: Sheet, profile: Profile, page: Page, *, cut: bool) -> None:
    """Draw title, note and drop-down, which stay in sight."""
    context, pick, looks = profile.context, profile.pick, profile.context.looks
    last, width = page.last_column, page.px(2, page.last_column)
    choices = profile.facts.choices
    lead = next((row for row in profile.rows.figures if row.is_lead), None)
    own = Formula(f"={address(CHOOSE_ROW, CHOOSE_COLUMN, absolute=True)}", choices.chosen_label(0))
    title = lead_sentence(context, lead, pick, own)
    longest = text_px(max(choices.labels, key=len), 1) + text_px(str(title.value), 1)
    longest -= text_px(choices.chosen_label(0), 1)
    size = next((s for s in TITLE_SIZES if longest * s <= width - 8), TITLE_SIZES[-1])
    sheet.row(1, 28)
    sheet.put(1, 2, title, looks.text(size, bold=True), 1, last)
    note = _note(context, cut=cut)
    sheet.row(2, 4 + 13 * text_lines(note, width, SIZE))
    muted = replace(looks.text(SIZE, ink=MUTED, wrap=True), valign="top")
    sheet.put(2, 2, note, muted, 2, last)
    sheet.row(3, 6)
    _draw_chooser(sheet, profile, page)


def _draw_chooser(sheet: Sheet, profile: Profile, page: Page) -> None:
    """Draw the drop-down, and beside it where the subject belongs and how its return stands."""
    context, pick, looks, facts = (
        profile.context,
        profile.pick,
        profile.context.looks,
        profile.facts,
    )
    sheet.row(CHOOSE_ROW, 26)
    end = CHOOSE_COLUMN
    while page.px(CHOOSE_COLUMN, end) < text_px("国" * LONGEST_LABEL, 7) and end < page.last_column:
        end += 1
    choose = context.say("report.choose", noun=context.subject_noun)
    sheet.put(CHOOSE_ROW, 2, choose, replace(looks.text(10, ink=MUTED), align="right", indent=1))
    cell = replace(
        looks.text(12, bold=True, ink=MAIN, fill=GROUND),
        bottom="medium",
        line_ink=MAIN,
        num_format="@",
        locked=False,
        align="left",
    )
    label = facts.choices.chosen_label(0)
    sheet.put(CHOOSE_ROW, CHOOSE_COLUMN, label, cell, CHOOSE_ROW, end)
    offer(sheet, context, CHOOSE_ROW, CHOOSE_COLUMN, end)
    gap = context.say("report.sentence_gap")
    beside = [facts.group.picked(pick)] if context.form.levels else []
    beside += [facts.unit.picked(pick)] if len(context.form.levels) > 1 else []
    if beside and end < page.last_column:
        text = f'&"{gap}"&'.join(part.text.removeprefix("=") for part in beside)
        place = Formula(f"={text}", gap.join(str(part.value) for part in beside))
        style = looks.text(10, ink=MUTED, indent=1)
        sheet.put(CHOOSE_ROW, end + 1, place, style, CHOOSE_ROW, page.last_column)


def _note(context: Context, *, cut: bool) -> str:
    parts = [
        context.basis,
        context.say("report.profile_note", noun=context.subject_noun),
        context.say("report.rank_note", whole=context.whole),
    ]
    parts.append(context.say("report.missing_note", dash=DASH))
    if context.form.none_word:
        parts.append(context.say("report.none_note", none=context.form.none_word))
    parts.append(finder_note(context))
    if cut:
        parts.append(context.say("report.profile_cut"))
    return context.say("report.sentence_gap").join(filter(None, parts))


def _add_figures(page: Page, profile: Profile, half: Half, columns: tuple[int, int]) -> None:
    context = profile.context
    items = list(figure_items(context, half, profile.rows.figures, profile.pick))
    if items:
        both = [*figure_heads(context, half, columns[0]), *figure_heads(context, half, columns[1])]
        page.add(max(_head_points(both, page), 17), *both)
        _halves(page, items, half, columns, numbers=True)
    targets = list(target_items(context, half, profile.rows.targets, profile.pick))
    if targets:
        page.heading(context.say("report.profile_targets"))
        _halves(page, targets, half, columns)


def _head_points(puts: Sequence[Put], page: Page) -> float:
    return max(text_points(str(put.content), page.px(put.column, put.last), SIZE) for put in puts)


def _halves(
    page: Page,
    items: Sequence[Item],
    half: Half,
    columns: tuple[int, int],
    *,
    start: int = 2,
    numbers: bool = False,
) -> None:
    """Add items in two halves; what follows the drop-down, from a column on, is coloured."""
    first = page.row
    page.halves(items, columns)
    for column in columns:
        area = (first, column + start, page.row - 1, column + half.count - 1)
        page.follow(area, numbers=numbers, values=len(half.years))


def _add_words(page: Page, profile: Profile, half: Half, columns: tuple[int, int]) -> None:
    context = profile.context
    told = profile.facts.judged
    short = [row for row in profile.rows.answers if not row.is_long and row.key not in told]
    if not short:
        return
    page.heading(context.say("report.profile_answers"))
    for brief in (True, False):
        start = half.count - 3 if brief else 1
        own = [r for r in short if not r.options and is_brief(r) is brief]
        items = [answer_item(context, half, row, profile.pick, start) for row in own]
        _halves(page, items, half, columns, start=start)
    comma = context.say("report.comma")
    for row in short:
        if row.options:
            _add_line(page, half, row.label, row.picked(profile.pick, comma), row.shown(comma))


def _add_texts(page: Page, profile: Profile, half: Half) -> None:
    """Add the running texts over the whole width."""
    context = profile.context
    long = [row for row in profile.rows.answers if row.is_long]
    if not long:
        return
    page.heading(context.say("report.profile_texts"))
    for row in long:
        _add_line(page, half, row.label, row.picked(profile.pick, ""), row.shown(""), gives=True)


def _add_line(
    page: Page,
    half: Half,
    label: str,
    content: Formula,
    shown: Sequence[float | str],
    *,
    gives: bool = False,
) -> None:
    """Add a line over the whole width, as high as the longest text among all subjects."""
    context, start = page.context, 4
    points = max(
        tallest(shown, page.px(start, page.last_column)),
        text_points(label, half.px(0, 1), SIZE, padding=PADDING),
    )
    style = replace(plain(context), valign="top" if gives else "center")
    question = Put(column=2, last=start - 1, content=label, style=replace(style, ink=MUTED))
    own = Put(column=start, last=page.last_column, content=content, style=style)
    page.follow((page.row, start, page.row, start), numbers=False, values=1)
    page.add(points, question, own, gives=gives)


def _add_criteria(page: Page, profile: Profile, half: Half, columns: tuple[int, int]) -> None:
    """Add how the return stands to what the form demands, in two halves."""
    context, pick, criteria = profile.context, profile.pick, profile.facts.criteria
    if not criteria:
        return
    page.heading(context.names.criteria)
    start = half.count - 3
    facts = [(head, track.picked(pick), track.contents) for head, track in criteria]
    items = [fact_item(context, half, fact, start) for fact in facts]
    _halves(page, items, half, columns, start=start)


def _add_findings(page: Page, profile: Profile, half: Half) -> None:
    """Add what was found in the return: how much, and the first lines."""
    context, facts, pick = profile.context, profile.facts, profile.pick
    counts = [track.picked(pick) for track in (facts.errors, facts.waiting, facts.explained)]
    words = [context.say(f"report.severity_{name}") for name in ("error", "warning", "explained")]
    gap = context.say("report.sentence_gap")
    pairs = tuple(zip(words, counts, strict=True))
    some = count_text(pairs, gap, context.say("report.profile_findings"))
    none = context.say("report.profile_no_findings")
    total = "+".join(f"N({count.text.removeprefix('=')})" for count in counts)
    clean = not any(count.value for count in counts)
    heading = either(f"{total}=0", Formula(f'="{none}"', none), some, holds=clean)
    problems = context.names.problems
    link = Link(
        f"internal:{sheet_reference(problems, 'A1')}",
        context.say("report.profile_more", sheet=problems),
    )
    style = replace(context.looks.text(SIZE, ink=LINK), underline=True, align="right")
    right = Put(column=2 + half.count + 1, last=page.last_column, content=link, style=style)
    page.heading(heading, right)
    muted, start = plain(context, ink=MUTED), half.count
    for line in facts.findings:
        contents = (line.level, line.label, line.message)
        spans = ((2, 2), (3, start - 1), (start, page.last_column))
        puts = [
            Put(column=first, last=last, content=track.picked(pick), style=muted)
            for track, (first, last) in zip(contents, spans, strict=True)
        ]
        puts[-1] = replace(puts[-1], style=plain(context))
        points = max(
            tallest(track.contents, page.px(*span))
            for track, span in zip(contents, spans, strict=True)
        )
        page.add(min(points, LINES_OF_FINDING * SIZE * LINE_EM + PADDING), *puts)
