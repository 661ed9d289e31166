"""The sheets of the form itself: printed part, validations, conditional formats, paper."""

from __future__ import annotations

from collections.abc import Iterator

from clusterxl.excel import tokens
from clusterxl.excel.cells import (
    Conditional,
    Content,
    Formula,
    PageSetup,
    Style,
    Validation,
    literal,
)
from clusterxl.form.answers import unset_text
from clusterxl.form.canvas import Role
from clusterxl.form.layout import INPUT_ROLES, Drawn, SheetLayout
from clusterxl.form.model import (
    SectionKind,
)
from clusterxl.form.room import chars_held
from clusterxl.plan.context import Context
from clusterxl.plan.hidden import ViewColumn
from clusterxl.plan.looks import STYLES, box_style, input_style, marked, with_hint
from clusterxl.plan.margins import (
    footer_text,
    help_cells,
    help_conditionals,
    strip_cells,
    strip_conditionals,
)
from clusterxl.plan.model import Area, PlanCell, SheetPlan
from clusterxl.plan.program import State
from clusterxl.plan.views import state_name


def plan_form_sheet(context: Context, sheet: SheetLayout) -> SheetPlan:
    """Plan one sheet of the form."""
    cells = list(strip_cells(context, sheet))
    cells += [_drawn_cell(context, drawn) for drawn in sheet.drawn]
    cells += help_cells(context, sheet)
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
        own = box.key in context.locked
        return PlanCell(area=area_of(drawn), content=content, style=style, key=box.key, own=own)
    style = box_style(box)
    if box.role is Role.NEEDED:
        return PlanCell(area=area_of(drawn), content=_needed(context, box.key), style=style)
    if box.role is Role.NUMBER:
        return PlanCell(area=area_of(drawn), content=float(box.text), style=style)
    text = with_hint(box, STYLES[box.role])
    return PlanCell(area=area_of(drawn), content=text or None, style=style)


def _needed(context: Context, key: str) -> Formula:
    yes, no = context.say("needed"), context.say("not_needed")
    text = f"=IF({context.cells.at(key, ViewColumn.NEEDED)}=1,{literal(yes)},{literal(no)})"
    return Formula(text, yes if context.state.needs(key) else no)


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
        size = input_style(asked, drawn.box).size
        holds = chars_held(drawn.px, drawn.points, size)
        validation = context.validator.validation(asked, holds=holds)
        if validation:
            yield area, validation


def _conditionals(
    context: Context, sheet: SheetLayout, inputs: list[Drawn]
) -> Iterator[tuple[Area, Conditional]]:
    yield from strip_conditionals(sheet)
    columns: set[str] = set()
    for drawn in inputs:
        asked = context.form.by_key[drawn.box.key]
        if asked.key not in context.program.rows_by_key or asked.key in context.locked:
            continue
        name, area, test = state_name(asked.key), area_of(drawn), "{name}={state}"
        if asked.row:
            # One range a list column: its cells share a name, each asks for its own row.
            if name in columns:
                continue
            columns.add(name)
            rows = context.form.block_of(asked.block).rows
            test = f"INDEX({{name}},ROW()-{area.row - 1})={{state}}"
            area = Area(area.row, area.column, area.row + rows - 1, area.last_column)
        for state in _states_at(context, asked.key):
            formula = "=" + test.format(name=name, state=int(state))
            yield area, marked(asked, state, formula)
    yield from _muted_rows(context, sheet)
    if sheet.section.kind is not SectionKind.COVER:
        yield from help_conditionals(context, sheet)


def _states_at(context: Context, key: str) -> Iterator[State]:
    """Return what rules may ask of a cell, most urgent first."""
    first, last = context.program.rows_by_key[key]
    start = context.program.verdicts[0].row
    found = {
        verdict.state for verdict in context.program.verdicts[first - start : last - start + 1]
    }
    yield from sorted(found)


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
        breaks=sheet.breaks,
        black_and_white=True,
    )
