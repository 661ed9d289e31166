"""The sheets of the form itself: printed part, status strip, live help, explanations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from clusterxl.excel import tokens
from clusterxl.excel.cells import (
    Conditional,
    Content,
    Formula,
    PageSetup,
    Rich,
    Style,
    Validation,
    address,
    literal,
)
from clusterxl.excel.limits import fitting
from clusterxl.form.answers import unset_text
from clusterxl.form.canvas import Margin, Role
from clusterxl.form.layout import INPUT_ROLES, Drawn, SheetLayout
from clusterxl.form.model import (
    Block,
    BlockKind,
    FieldType,
    Form,
    Input,
    SectionKind,
    defined_name,
)
from clusterxl.plan.compose import choose
from clusterxl.plan.context import Context
from clusterxl.plan.looks import STYLES, box_style, input_style, with_edges, with_hint
from clusterxl.plan.model import Area, PlanCell, SheetPlan
from clusterxl.plan.validations import blank_test
from clusterxl.plan.views import BLANK, NEEDED, TEXT

# Room for a title of this many characters, even if all were doubled, and for a serial number.
FOOTER_TEXT = 60
# A link shows at most 255 characters, the figures of the strip among them.
STRIP_NAME = 100
# A row with more cells than these says only how many are missing.
MOST_NAMED = 24
HINT_STYLE = Style(font=tokens.YAHEI, size=10, ink=tokens.MUTED, align="left", wrap=True)
NOTE_STYLE = Style(font=tokens.SONG, size=9, align="left", wrap=True, locked=False, num_format="@")


def plan_form_sheet(context: Context, sheet: SheetLayout) -> SheetPlan:
    """Plan one sheet of the form."""
    cells = list(_strip(context, sheet))
    cells += [_drawn_cell(context, drawn) for drawn in sheet.drawn]
    cells += _help_cells(context, sheet)
    inputs = [drawn for drawn in sheet.drawn if drawn.box.role in INPUT_ROLES]
    return SheetPlan(
        name=sheet.name,
        columns=tuple(float(px) for px in sheet.columns),
        rows=sheet.rows,
        cells=tuple(cells),
        validations=tuple(_validations(context, inputs)),
        conditionals=tuple(_conditionals(context, sheet, inputs)),
        page=_page(context, sheet),
        frozen=(sheet.head_rows[1] + 1 if sheet.head_rows else 2, 1),
        tab=tokens.LIST_TAB if sheet.section.kind is SectionKind.LIST else "",
        selected=(inputs[0].place.row, inputs[0].place.column) if inputs else None,
    )


def area_of(drawn: Drawn) -> Area:
    """Return the range of a box."""
    place = drawn.place
    return Area(place.row, place.column, place.last_row, place.last_column)


def _cell(row: int, column: int, content: Content, style: Style, last: int = 0) -> PlanCell:
    return PlanCell(area=Area(row, column, row, last or column), content=content, style=style)


# ---- the printed part


def _drawn_cell(context: Context, drawn: Drawn) -> PlanCell:
    box = drawn.box
    if box.role in INPUT_ROLES:
        asked = context.form.by_key[box.key]
        style = input_style(asked, box, locked=box.key in context.locked)
        answer = context.answers.get(box.key)
        content: Content = answer if answer is not None else unset_text(context.form, asked) or None
        return PlanCell(area=area_of(drawn), content=content, style=style, key=box.key)
    style = box_style(box)
    if box.role is Role.NEEDED:
        return PlanCell(area=area_of(drawn), content=_needed(context, box.key), style=style)
    if box.role is Role.NUMBER:
        return PlanCell(area=area_of(drawn), content=float(box.text), style=style)
    text = with_hint(box, STYLES[box.role])
    return PlanCell(area=area_of(drawn), content=text or None, style=style)


def _needed(context: Context, key: str) -> Formula:
    view = context.views.by_key[key]
    yes, no = context.say("needed"), context.say("not_needed")
    text = f"=IF({context.views.ref(key, NEEDED)}=1,{literal(yes)},{literal(no)})"
    return Formula(text, yes if view.needed else no)


# ---- strip


def _strip(context: Context, sheet: SheetLayout) -> Iterator[PlanCell]:
    last = sheet.last_form_column
    style = Style(
        font=tokens.YAHEI,
        size=10,
        bold=True,
        fill=tokens.OK_FILL,
        ink=tokens.OK_INK,
        align="left",
        indent=1,
    )
    sentence = _strip_sentence(context, sheet)
    target = literal(f"#'{context.say('check_sheet')}'!A1")
    link = Formula(f"=HYPERLINK({target},{sentence.text[1:]})", sentence.value)
    yield _cell(1, 2, link, style, last)
    if sheet.hint_column:
        head = Style(font=tokens.YAHEI, size=9, bold=True, ink=tokens.MUTED, align="left")
        head = replace(head, bottom="medium", line_ink=tokens.HAIRLINE)
        yield _cell(1, sheet.hint_column, context.say("hint_head"), head)
        yield _cell(1, sheet.hint_column + 1, context.say("note_head"), head)


def _strip_sentence(context: Context, sheet: SheetLayout) -> Formula:
    section = sheet.section
    name = fitting(section.name or section.sheet, STRIP_NAME)
    if section.id not in context.views.section_by_id:
        lists = [block for block in section.blocks if block.kind is BlockKind.LIST]
        if lists:
            return context.compose("strip_rows", name=name, rows=_rows_used(context, lists))
        return context.compose("strip_none", name=name)
    counts = context.views.section_counts(section.id)
    return choose(
        counts.is_open,
        context.compose("strip_todo", name=name, **counts.figures),
        context.compose("strip_done", name=name, **counts.figures),
    )


def _rows_used(context: Context, lists: Sequence[Block]) -> Formula:
    """Count the rows of lists in which something stands."""
    form, answers = context.form, context.answers
    texts, count = [], 0
    for block in lists:
        cells = [asked for asked in form.inputs if asked.block == block.id]
        columns = [_used(form, asked) for asked in cells if asked.row == 1]
        texts.append(f"SUMPRODUCT(--(({'+'.join(columns)})>0))")
        blank = (None, "")
        used = {a.row for a in cells if answers.get(a.key) not in (*blank, unset_text(form, a))}
        count += len(used)
    return Formula(f"={'+'.join(texts)}", count)


def _used(form: Form, asked: Input) -> str:
    """Whether something stands in the cells of a list column; an error is something."""
    name, unset = defined_name(asked.key), unset_text(form, asked)
    is_filled = f"(1-ISBLANK({name}))"
    # Comparing and dividing tells the unset text apart and lets an error pass.
    return f"{is_filled}*ISERROR(1/({name}={literal(unset)}))" if unset else is_filled


# ---- live help and explanations


def _help_cells(context: Context, sheet: SheetLayout) -> Iterator[PlanCell]:
    if not sheet.hint_column:
        return
    if sheet.section.kind is SectionKind.COVER:
        yield from _panel(context, sheet)
        return
    for margin in sheet.margins:
        style = HINT_STYLE
        area = Area(margin.row, sheet.hint_column, margin.last_row, sheet.hint_column)
        yield PlanCell(area=area, content=_hint(context, margin), style=style)
        if margin.note:
            place = context.layout.places[margin.note]
            yield PlanCell(
                area=Area(place.row, place.column, place.last_row, place.last_column),
                content=context.answers.get(margin.note),
                style=NOTE_STYLE,
                key=margin.note,
            )


def _hint(context: Context, margin: Margin) -> Formula | None:
    views = context.views
    keys = [key for key in margin.keys if key in views.by_key and views.by_key[key].asked.required]
    chars = _chars(context, margin)
    if not keys:
        return chars
    total = f"SUM({','.join(views.areas(keys, BLANK))})"
    missing = [key for key in keys if views.by_key[key].blank]
    rest = chars or Formula('=""', "")
    if len(keys) == 1:
        name = "hint_todo_none" if _takes_none(context, keys[0]) else "hint_todo"
        todo = context.compose(name)
    else:
        todo = _several_missing(context, keys, missing, total)
    return choose(Formula(f"={total}>0", len(missing)), todo, rest)


def _takes_none(context: Context, key: str) -> bool:
    return bool(context.form.none_word) and context.form.by_key[key].field.none_allowed


def _several_missing(context: Context, keys: list[str], missing: list[str], total: str) -> Formula:
    """Name the first missing cell of a row and say how many more there are."""
    if len(keys) > MOST_NAMED:
        many = Formula(f"={total}", len(missing))
        return context.compose("hint_todo_many", count=many)
    short = _first_missing(context, keys, missing)
    more = Formula(f"={total}-1", len(missing) - 1)
    several = Formula(f"={total}>1", max(len(missing) - 1, 0))
    return choose(
        several,
        context.compose("hint_todo_more", short=short, more=more),
        context.compose("hint_todo_of", short=short),
    )


def _first_missing(context: Context, keys: list[str], missing: list[str]) -> Formula:
    views = context.views
    asked = [views.by_key[key].asked for key in keys]
    shorts = [fitting(one.short or one.label, STRIP_NAME) for one in asked]
    text = literal(shorts[-1])
    for key, word in zip(reversed(keys[:-1]), reversed(shorts[:-1]), strict=True):
        text = f"IF({views.ref(key, BLANK)}=1,{literal(word)},{text})"
    now = next((s for k, s in zip(keys, shorts, strict=True) if k in missing), shorts[-1])
    return Formula(f"={text}", now)


def _chars(context: Context, margin: Margin) -> Formula | None:
    """How much of a limited text is used, once something is written."""
    key = margin.keys[0] if margin.keys else ""
    asked = context.form.by_key.get(key)
    if asked is None or not asked.field.is_long:
        return None
    view, ref = context.views.by_key[key], context.views.ref(key, TEXT)
    said = context.compose(
        "hint_chars", chars=Formula(f"=LEN({ref})", len(view.text)), limit=asked.field.max_chars
    )
    return choose(Formula(f"=LEN({ref})>0", len(view.text)), said, Formula('=""', ""))


def _panel(context: Context, sheet: SheetLayout) -> Iterator[PlanCell]:
    """How to fill in the form, beside the cover lines."""
    rows = [margin.row for margin in sheet.margins]
    if not rows:
        return
    plain = Style(font=tokens.YAHEI, size=10.5, ink=tokens.TEXT_INK)
    none = "" if context.form.none_word else "_plain"
    texts = [context.say(f"how_1{none}"), *(context.say(f"how_{n}") for n in range(2, 7))]
    parts = [(f"\n  {context.say('how_head')}", replace(plain, size=12, bold=True))]
    parts += [(f"\n\n  {text}", plain) for text in texts]
    style = Style(
        font=tokens.YAHEI, size=10.5, fill=tokens.LABEL_FILL, valign="top", wrap=True, indent=1
    )
    style = with_edges(style, "tblr", tokens.HAIRLINE)
    area = Area(min(rows), sheet.hint_column, max(rows), sheet.hint_column + 1)
    yield PlanCell(area=area, content=Rich(tuple(parts)), style=style)


# ---- validations and conditional formats


def _validations(context: Context, inputs: list[Drawn]) -> Iterator[tuple[Area, Validation]]:
    columns: set[tuple[str, str]] = set()
    for drawn in inputs:
        asked = context.form.by_key[drawn.box.key]
        if asked.key in context.locked:
            continue
        area = area_of(drawn)
        if asked.row:
            # One validation a list column.
            if (asked.block, asked.field.id) in columns:
                continue
            columns.add((asked.block, asked.field.id))
            rows = context.form.block_of(asked.block).rows
            area = Area(area.row, area.column, area.row + rows - 1, area.last_column)
        validation = context.validator.validation(asked)
        if validation:
            yield area, validation


def _conditionals(
    context: Context, sheet: SheetLayout, inputs: list[Drawn]
) -> Iterator[tuple[Area, Conditional]]:
    strip = Area(1, 2, 1, sheet.last_form_column)
    strip_cell = address(1, 2, absolute=True)
    yield strip, _todo(f'=ISNUMBER(FIND("○",{strip_cell}))')
    for drawn in inputs:
        asked = context.form.by_key[drawn.box.key]
        if asked.row or asked.key in context.locked or asked.type is FieldType.TICKS:
            continue
        if asked.owners and asked.required:
            needed = address(drawn.place.row, _needed_column(sheet), absolute=True)
            word = literal(context.say("needed"))
            test = f"=AND({needed}={word},ISBLANK({drawn.place.local}))"
            yield area_of(drawn), Conditional(formula=test, fill=tokens.TODO_FILL)
        elif asked.required:
            test = blank_test(context.form, asked).text
            yield area_of(drawn), _todo(test)
    yield from _muted_rows(context, sheet)
    for margin in sheet.margins:
        if sheet.section.kind is SectionKind.COVER:
            break
        cell = address(margin.row, sheet.hint_column, absolute=True)
        area = Area(margin.row, sheet.hint_column, margin.last_row, sheet.hint_column)
        yield area, Conditional(formula=f'=LEFT({cell},1)="○"', ink=tokens.TODO_INK)


def _todo(formula: str) -> Conditional:
    return Conditional(formula=formula, fill=tokens.TODO_FILL, ink=tokens.TODO_INK, stop=True)


def _needed_column(sheet: SheetLayout) -> int:
    return next(d.place.column for d in sheet.drawn if d.box.role is Role.NEEDED)


def _muted_rows(context: Context, sheet: SheetLayout) -> Iterator[tuple[Area, Conditional]]:
    """Evidence that is not needed steps back."""
    needed = [d for d in sheet.drawn if d.box.role is Role.NEEDED]
    word = literal(context.say("not_needed"))
    for drawn in needed:
        row = drawn.place.row
        area = Area(row, 2, row, drawn.place.column)
        test = f"={drawn.place.local}={word}"
        yield area, Conditional(formula=test, ink=tokens.MUTED)


# ---- paper


def _page(context: Context, sheet: SheetLayout) -> PageSetup:
    section = sheet.section
    is_cover = section.kind is SectionKind.COVER
    number = "" if section.page < 0 else f'&C&"{tokens.SONG},Regular"&14 — &P —'
    serial = context.say("serial", serial=context.serial) if context.serial else ""
    footer = (
        f'&L&"{tokens.SONG},Regular"&9 {footer_text(context.form.short_title)}{number}'
        f'&R&"{tokens.SONG},Regular"&9 {footer_text(serial)}'
    )
    return PageSetup(
        fit=(1, 1 if section.kind in (SectionKind.PAGE, SectionKind.COVER) else 0),
        area=(sheet.first_row, 2, len(sheet.rows), sheet.last_form_column),
        repeat=sheet.head_rows,
        header=context.header,
        footer="" if is_cover else footer,
        start_page=max(section.page, 0),
        black_and_white=True,
    )


def footer_text(text: str) -> str:
    """Return a text as it stands at the foot of a page, which takes 255 characters with codes."""
    return fitting(text, FOOTER_TEXT).replace("&", "&&")
