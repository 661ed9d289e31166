"""The sheet 校验: whether the workbook can be sent, what each sheet lacks, where to click."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clusterxl.excel import tokens
from clusterxl.excel.cells import (
    Conditional,
    Content,
    Formula,
    PageSetup,
    Rich,
    Style,
    address,
    literal,
    sheet_reference,
)
from clusterxl.form.model import defined_name
from clusterxl.plan.compose import choose
from clusterxl.plan.context import Context
from clusterxl.plan.form_sheets import footer_text
from clusterxl.plan.model import Area, PlanCell, SheetPlan
from clusterxl.plan.views import (
    FIRST_LABEL,
    FIRST_PLACE,
    NAME,
    ORDER,
    SECTION_BLANK,
    SECTIONS,
    SectionView,
)

COLUMNS = (14, 40, 76, 56, 276, 112, 112, 112, 112, 64, 176, 14, 76, 140)
LAST = 11
CODE, PLACE = 13, 14
FIRST_SECTION_ROW = 6
STEPS_ROWS = 7
REQUIRED_CODE = "GEN-REQ"

_TEXT = Style(font=tokens.YAHEI, size=10, align="left", wrap=True)
_MUTED = replace(_TEXT, size=9, ink=tokens.MUTED, wrap=False)
_HEAD = replace(_MUTED, bottom="medium", line_ink=tokens.HEAD_LINE)
_ROW = replace(_TEXT, bottom="thin", line_ink=tokens.HAIRLINE)
_LINK = replace(_ROW, ink=tokens.LINK, underline=True, align="center", wrap=False)
_OUTSIDE = replace(_TEXT, size=8, ink=tokens.MUTED, wrap=False)


def plan_check_sheet(context: Context) -> SheetPlan:
    """Plan the sheet 校验."""
    count = len(context.views.sections)
    # The three steps at the right need some rows, however few sheets there are.
    room = max(count, STEPS_ROWS)
    list_row = FIRST_SECTION_ROW + room + 1
    cells = [*_banner(context), *_sections(context), *_steps(context, room)]
    cells += _list(context, list_row)
    heights = [18.0, 42.0, 22.0, 10.0, 20.0, *([19.0] * room), 14.0, 22.0, 20.0]
    heights += _line_heights(context)
    return SheetPlan(
        name=context.say("check_sheet"),
        columns=COLUMNS,
        rows=tuple(heights),
        cells=tuple(cells),
        conditionals=tuple(_conditionals(context, list_row + 2)),
        page=_page(context, len(heights), list_row + 1),
        frozen=(4, 1),
        tab=tokens.CHECK_TAB,
        selected=(1, 2),
    )


def _put(row: int, column: int, content: Content, style: Style, last: int = 0) -> PlanCell:
    return PlanCell(area=Area(row, column, row, last or column), content=content, style=style)


# ---- the sentence on top


def _banner(context: Context) -> Iterator[PlanCell]:
    counts = context.views.total_counts()
    figures, is_open = counts.figures, counts.is_open
    yield _put(1, 2, _subject(context), _MUTED, LAST)
    symbol = Style(
        font=tokens.SYMBOL, size=20, bold=True, ink=tokens.WHITE, fill=tokens.OK_INK, align="center"
    )
    mark = choose(is_open, Formula('="○"', "○"), Formula('="✓"', "✓"))
    sentence = Style(
        font=tokens.YAHEI,
        size=20,
        bold=True,
        ink=tokens.OK_INK,
        fill=tokens.OK_FILL,
        indent=1,
        align="left",
    )
    yield _put(2, 2, mark, symbol)
    said = choose(is_open, context.compose("check_todo", **figures), context.compose("check_done"))
    yield _put(2, 3, said, sentence, LAST)
    yield _put(3, 2, None, replace(symbol, size=10))
    plain = "more" if context.form.none_word else "plain"
    more = choose(
        is_open,
        context.compose(f"check_todo_{plain}", **figures),
        context.compose("check_done_more", **figures),
    )
    yield _put(3, 3, more, replace(sentence, size=10, bold=False), LAST)


def _subject(context: Context) -> Content:
    """The name of what is described, live."""
    form = context.form
    if not form.subject:
        return context.say("check_title", subject=form.title)
    view = context.views.by_key[form.subject]
    name = defined_name(form.subject)
    return context.compose("check_title", subject=Formula(f'={name}&""', view.text))


# ---- one row a sheet


def _sections(context: Context) -> Iterator[PlanCell]:
    head = FIRST_SECTION_ROW - 1
    yield _put(head, 2, context.say("check_sheets"), _HEAD, 4)
    yield _put(head, 5, context.say("check_filled"), _HEAD)
    yield _put(head, 6, context.say("check_blank"), replace(_HEAD, align="center"))
    for row, section in enumerate(context.views.sections, start=FIRST_SECTION_ROW):
        yield from _section_row(context, row, section)


def _section_row(context: Context, row: int, section: SectionView) -> Iterator[PlanCell]:
    counts = context.views.section_counts(section.section)
    sheet = context.form.section_by_id[section.section].sheet
    name = literal(context.say("check_link", name=sheet))
    target = literal(f"#{sheet_reference(sheet, 'A1')}")
    link = Formula(f"=HYPERLINK({target},{name})", context.say("check_link", name=sheet))
    yield _put(row, 2, link, replace(_ROW, ink=tokens.LINK, wrap=False), 4)
    count = choose(
        counts.is_open,
        context.compose("check_count", **counts.figures),
        context.compose("check_count_full", **counts.figures),
    )
    yield _put(row, 5, count, replace(_ROW, ink=tokens.MUTED))
    yield _put(
        row,
        6,
        counts.todo,
        replace(_ROW, ink=tokens.MUTED, align="center", num_format='0;-0;"–"'),
    )


def _steps(context: Context, room: int) -> Iterator[PlanCell]:
    plain = replace(_TEXT, size=9.5, ink=tokens.TEXT_INK)
    none = "" if context.form.none_word else "_plain"
    texts = (f"step_1{none}", "step_2", "step_3")
    parts = [(f"  {context.say('steps_head')}", replace(plain, size=10.5, bold=True))]
    parts += [(f"\n\n  {context.say(name)}", plain) for name in texts]
    style = replace(plain, fill=tokens.LABEL_FILL, valign="top", indent=1)
    first = FIRST_SECTION_ROW - 1
    area = Area(first, 8, first + room, LAST)
    yield PlanCell(area=area, content=Rich(tuple(parts)), style=style)


# ---- the list


_LIST = (
    ("check_number", 2, 2, "center"),
    ("check_level", 3, 3, "left"),
    ("check_sheet_head", 4, 4, "center"),
    ("check_field", 5, 5, "left"),
    ("check_value", 6, 6, "left"),
    ("check_problem", 7, 9, "left"),
    ("check_go_head", 10, 10, "center"),
    ("check_note_head", 11, 11, "left"),
)


def _list(context: Context, row: int) -> Iterator[PlanCell]:
    title = Style(font=tokens.HEI, size=12, align="left")
    yield _put(row, 2, context.say("check_list"), title, LAST)
    for name, first, last, align in _LIST:
        style = replace(_HEAD, align=align)  # type: ignore[arg-type]
        yield _put(row + 1, first, context.say(name), style, last)
    yield _put(row + 1, CODE, context.say("check_code"), _OUTSIDE)
    yield _put(row + 1, PLACE, context.say("check_place"), _OUTSIDE)
    missing = [section for section in context.views.sections if section.blank]
    for number in range(1, len(context.views.sections) + 1):
        section = missing[number - 1] if number <= len(missing) else None
        yield from _line(context, row + 1 + number, number, section)


def _line(
    context: Context, row: int, number: int, section: SectionView | None
) -> Iterator[PlanCell]:
    """One line of the list: what the n-th sheet with missing answers lacks first."""
    last = context.views.sections[-1].row
    order = f"{SECTIONS}!{address(2, ORDER, absolute=True)}:{address(last, ORDER, absolute=True)}"
    found = address(row, 2, absolute=True)

    def of(column: int) -> str:
        top, bottom = address(2, column, absolute=True), address(last, column, absolute=True)
        return f"INDEX({SECTIONS}!{top}:{bottom},MATCH({number},{order},0))"

    first = next((view for view in section.views if view.blank), None) if section else None
    blank = section.blank if section else 0

    def shown(column: int, formula: Formula, style: Style, until: int = 0) -> PlanCell:
        text = f'=IF({found}="","",{formula.text[1:]})'
        return _put(row, column, Formula(text, formula.value if section else ""), style, until)

    yield _put(
        row,
        2,
        Formula(f'=IF(COUNT({order})>={number},{number},"")', number if section else ""),
        replace(_ROW, ink=tokens.MUTED, align="center"),
    )
    level = literal(context.say("check_level_todo"))
    todo = replace(_ROW, ink=tokens.TODO_INK, bold=True, wrap=False)
    yield shown(3, Formula(f"={level}", context.say("check_level_todo")), todo)
    name = context.form.section_by_id[section.section].name if section else ""
    yield shown(4, Formula(f"={of(NAME)}", name), replace(_ROW, align="center"))
    count = Formula(f"={of(SECTION_BLANK)}", blank)
    label = Formula(f"={of(FIRST_LABEL)}", first.asked.label if first else "")
    several = choose(
        Formula(f"={of(SECTION_BLANK)}>1", blank > 1),
        context.compose("check_first_of", label=label, count=count),
        label,
    )
    yield shown(5, several, _ROW)
    yield shown(
        6, Formula(f"={literal(context.say('check_empty'))}", context.say("check_empty")), _ROW
    )
    fix = "check_fix_none" if context.form.none_word else "check_fix"
    yield shown(7, context.compose(fix, count=count), _ROW, 9)
    place = context.layout.places[first.asked.key] if first else None
    target = sheet_reference(place.sheet, place.cell) if place else ""
    go = context.say("check_go")
    yield shown(10, Formula(f'=HYPERLINK("#"&{of(FIRST_PLACE)},{literal(go)})', go), _LINK)
    yield shown(11, Formula('=""', ""), _ROW)
    yield shown(CODE, Formula(f"={literal(REQUIRED_CODE)}", REQUIRED_CODE), _OUTSIDE)
    yield shown(PLACE, Formula(f"={of(FIRST_PLACE)}", target), _OUTSIDE)


def _line_heights(context: Context) -> list[float]:
    """A line may show any sheet's first label: all have room for the longest label on two lines."""
    return [33.0] * len(context.views.sections)


def _conditionals(context: Context, first_line: int) -> Iterator[tuple[Area, Conditional]]:
    mark = address(2, 2, absolute=True)
    is_open = f'={mark}="○"'
    yield Area(2, 2, 3, 2), Conditional(formula=is_open, fill=tokens.TODO_INK)
    banner = Conditional(formula=is_open, fill=tokens.TODO_FILL, ink=tokens.TODO_INK)
    yield Area(2, 3, 3, LAST), banner
    for row in range(FIRST_SECTION_ROW, FIRST_SECTION_ROW + len(context.views.sections)):
        test = f"={address(row, 6, absolute=True)}>0"
        yield Area(row, 5, row, 5), Conditional(formula=test, ink=tokens.BLACK, bold=True)
        yield (
            Area(row, 6, row, 6),
            Conditional(formula=test, fill=tokens.TODO_FILL, ink=tokens.TODO_INK, bold=True),
        )
    for row in range(first_line, first_line + len(context.views.sections)):
        test = f'={address(row, 2, absolute=True)}<>""'
        yield Area(row, 3, row, 3), Conditional(formula=test, fill=tokens.TODO_FILL)


def _page(context: Context, rows: int, head: int) -> PageSetup:
    title = context.say("footer_check", title=footer_text(context.form.short_title))
    return PageSetup(
        landscape=True,
        margins_mm=(17, 15, 15, 15),
        fit=(1, 0),
        area=(1, 2, rows, LAST),
        repeat=(head, head),
        header=context.header,
        footer=f'&L&"{tokens.SONG},Regular"&9 {title}&C&"{tokens.SONG},Regular"&10 — &P —',
        header_mm=7,
        footer_mm=7,
        black_and_white=True,
    )
