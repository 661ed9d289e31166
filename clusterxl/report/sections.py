"""One sheet a section: a row a subject, a column an answer, the totals live under the heads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, isnan

from clusterxl.excel.cells import Content, Formula, NumberLink, address
from clusterxl.excel.heights import text_px
from clusterxl.excel.sheet import Sheet
from clusterxl.form.model import AggregateKind, Block, FieldType, Input, plain_label
from clusterxl.report.answers import Shown, entry_of
from clusterxl.report.context import DASH, NAME_SIZE, NO_TICK, TICK, Context, bare_label, inert
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.lists import MOST_ROWS, long_lists
from clusterxl.report.looks import COUNT, LIGHT, MUTED, decimals_format, quoted
from clusterxl.report.places import NAME_COLUMN, Places, basis_formula, total_formula
from clusterxl.report.section_plans import SectionSheet
from clusterxl.report.tables import BOLD, Cell, Column, Entry, Table, head_px
from clusterxl.report.traces import total_target, traced
from clusterxl.summary import recipe_of

LONG_PX, ROWS_PX = 300, 84
# A short text is as wide as two lines of it need: half of it, and a word that is not parted.
TEXT_PX, TEXT_LINES, TEXT_ROOM = (84, 230), 2, 44
ONE_LINE_PX, ONE_LINE_ROOM = 180, 34
PX_BY_TYPE = {FieldType.TICKS: 84, FieldType.DATE: 108, FieldType.PHONE: 110}
HEAD_LINES, WIDEST_HEAD = 4, 150
MOST_DECIMALS = 4
LONGEST_IN_FORMAT = 6
LONGEST_LITERAL = 250
MOST_CLEANED = 6
YES_AND_NO = 2

Answers = Mapping[str, Sequence[Shown]]


def draw_section(
    sheet: Sheet,
    context: Context,
    places: Places,
    plan: SectionSheet,
    shown: Mapping[tuple[str, str], Shown],
) -> None:
    """Draw the sheet of one section."""
    ids = list(context.comparison.returns["return_id"])
    nothing = Shown(content=DASH, ink=LIGHT)
    answers = {key.key: [shown.get((i, key.key), nothing) for i in ids] for key in plan.inputs}
    columns, rows, totals = _named_part(context, places, plan)
    frozen = len(columns) - len(plan.lists)
    for asked in plan.inputs:
        own = answers[asked.key]
        columns.append(_column(context, places, plan, asked, own))
        total = _total(context, places, asked, own)
        totals[0].append(traced(total, total_target(places, asked.key)))
        totals[1].append(_basis(context, places, asked, own))
        for place, (row, answer) in enumerate(zip(rows, own, strict=True)):
            row.append(entry_of(_content(places, asked, place, answer), answer))
    table = Table(
        heading=plan.name,
        title=_title(context, plan),
        note=_note(context, places, plan),
        columns=columns,
        rows=rows,
        totals=totals,
        frozen=frozen,
        two_heads=True,
        links=context.traced,
        bands=True,
    )
    table = table.padded()
    draw_table(sheet, table, context.looks)
    last_column = NAME_COLUMN + table.printed - 1
    page = context.page(plan.name, last_row=table.last_row, last_column=last_column)
    print_table(sheet, table, page)


def _content(places: Places, asked: Input, place: int, answer: Shown) -> Content:
    """Return an answer; a number leads to its source."""
    if not isinstance(answer.content, float):
        return answer.content
    target = places.source(asked.key, place) if places.linked else ""
    return NumberLink(target, answer.content) if target else answer.content


def _named_part(
    context: Context, places: Places, plan: SectionSheet
) -> tuple[list[Column], list[list[Entry]], tuple[list[Entry], list[Entry]]]:
    """Return the columns before the answers, the rows and totals with their entries."""
    returns = context.comparison.returns
    columns = [Column(head=context.subject_noun, px=context.name_px, wrap=True, size=NAME_SIZE)]
    rows: list[list[Entry]] = [[inert(name)] for name in returns["subject"]]
    total = context.say("report.total_row", whole=context.whole)
    totals: tuple[list[Entry], list[Entry]] = ([total], [context.say("report.basis_row")])
    if context.form.levels:
        columns.append(Column(head=context.group_noun, px=context.group_px, wrap=True))
        for row, group in zip(rows, returns["group"], strict=True):
            row.append(inert(group) or DASH)
        for part in totals:
            part.append("")
    for filled in plan.lists:
        counts = filled.counts
        cells = [
            address(row, NAME_COLUMN + len(columns), absolute=True)
            for row in (places.first, places.last)
        ]
        columns.append(_rows_column(context, filled.block))
        totals[0].append(Formula(f"=SUM({':'.join(cells)})", sum(counts)))
        totals[1].append(f"{context.count} / {context.count}")
        for row, count in zip(rows, counts, strict=True):
            row.append(float(count))
    return columns, rows, totals


def _rows_column(context: Context, block: Block) -> Column:
    head = context.say("report.rows_head", label=plain_label(block.label)).strip()
    unit = context.say("report.rows_unit")
    return Column(head=head, unit=unit, px=ROWS_PX, align="right", num_format=COUNT)


def _column(
    context: Context,
    places: Places,
    plan: SectionSheet,
    asked: Input,
    answers: Sequence[Shown],
) -> Column:
    field = asked.field
    alone = sum(i.field.id == field.id for i in context.form.inputs if not i.is_note) == 1
    label = plain_label(field.label)
    numeric, long = asked.type.is_numeric, asked.key in plan.long
    decimals = decimals_of(answers)
    num_format = decimals_format(decimals) if numeric else _total_format(context, asked)
    group, head = ("", label) if alone else _group_and_head(context, asked, label)
    group, head = (bare_label(text, field.measure) for text in (group, head))
    unit, width = _unit(context, asked), _width(context, asked, answers, num_format)
    return Column(
        head=head,
        group=group,
        unit=unit,
        px=LONG_PX if long else head_px(head, unit, max(width, _head_width(head))),
        align="right" if numeric else "center" if _is_mark(asked) else "left",
        num_format=num_format,
        link=places.link(asked.key),
        wrap=not (numeric or long),
        printed=not long,
        size=9 if long else 10,
    )


def _group_and_head(context: Context, asked: Input, label: str) -> tuple[str, str]:
    """Return the group head and head of one of several cells; a matrix has a group a year."""
    year = context.year(asked.year)
    if year and asked.item:
        return f"{label} {year}", asked.short.removesuffix(year).strip()
    return label, asked.short or asked.label


def _is_mark(asked: Input) -> bool:
    return asked.type in (FieldType.TICKS, FieldType.CHOICE)


def _unit(context: Context, asked: Input) -> str:
    if asked.type.is_numeric:
        return asked.field.measure or context.say("report.unit_number")
    if asked.type is FieldType.TICKS:
        return context.say("report.unit_tick", yes=TICK)
    if asked.type is FieldType.CHOICE:
        return context.say("report.unit_choice")
    return context.say("report.unit_text")


def decimals_of(answers: Sequence[Shown]) -> int:
    """Return how many decimals show every number as it was given."""
    most = 0
    for answer in answers:
        if isinstance(answer.content, float):
            _, _, behind = f"{answer.content:.{MOST_DECIMALS}f}".rstrip("0").partition(".")
            most = max(most, len(behind))
    return most


def _total_format(context: Context, asked: Input) -> str:
    """Return the format of a count in the totals; a choice says which option is counted."""
    if asked.type is not FieldType.CHOICE:
        return COUNT
    option = _counted_option(context, asked)
    return f"{quoted(option + ' ')}0" if len(option) <= LONGEST_IN_FORMAT else COUNT


def _counted_option(context: Context, asked: Input) -> str:
    """Return the option that the totals count: of two the first, of more that chosen most."""
    items = asked.field.items
    options = context.comparison.options
    own = options[options["key"] == asked.key]
    if len(items) <= YES_AND_NO or own.empty:
        return items[0].label
    return str(own["option_label"].iloc[int(own["count"].to_numpy().argmax())])


def _width(context: Context, asked: Input, answers: Sequence[Shown], num_format: str) -> int:
    if asked.type.is_numeric:
        numbers = [a.content for a in answers if isinstance(a.content, float)]
        decimals = len(num_format.partition(".")[2])
        totals = context.comparison.totals
        total = float(totals.loc[totals["key"] == asked.key, "value"].iloc[0])
        longest = max(len(f"{n:,.{decimals}f}") for n in [*numbers, total])
        return max(60, ceil(longest * 7.8) + 14)
    if asked.type is FieldType.CHOICE:
        widest = max(text_px(item.label, 10) for item in asked.field.items)
        # Of the totals, which are bold.
        counted = text_px(f"{_counted_option(context, asked)} {context.count}", 10) * BOLD
        return min(max(72, ceil(max(widest, counted)) + 18), 130)
    if asked.type in PX_BY_TYPE:
        return PX_BY_TYPE[asked.type]
    widest = max((text_px(str(answer.content), 10) for answer in answers), default=0)
    least, most = TEXT_PX
    if widest + ONE_LINE_ROOM <= ONE_LINE_PX:
        return max(ceil(widest) + ONE_LINE_ROOM, least)
    return min(max(ceil(widest / TEXT_LINES) + TEXT_ROOM, least), most)


def _head_width(head: str) -> int:
    """Return the width at which a head takes no more than four lines, if that is not too wide."""
    return min(ceil(text_px(head, 9) / HEAD_LINES) + 22, WIDEST_HEAD)


def _title(context: Context, plan: SectionSheet) -> str:
    totals = context.comparison.totals
    expected = {asked.key for asked in plan.inputs if asked.field.required}
    own = totals[(totals["section"] == plan.section.id) & totals["key"].isin(expected)]
    wanted, given = int(own["returns"].sum()), int((own["returns"] - own["missing"]).sum())
    figures = {"count": context.count, "noun": context.subject_noun}
    if not wanted:
        return context.say("report.section_title_texts", **figures)
    share = f"{int(given / wanted * 1000) / 10:g}"
    return context.say("report.section_title", share=share, **figures)


def _note(context: Context, places: Places, plan: SectionSheet) -> str:
    parts = [context.basis, context.say("report.section_note")]
    if any(places.link(asked.key) for asked in plan.inputs):
        numbers = places.linked and any(asked.type.is_numeric for asked in plan.inputs)
        name = "report.numbers_note" if numbers else "report.totals_note"
        parts.append(context.say(name, sheet=context.names.provenance))
    if any(asked.type is FieldType.TICKS for asked in plan.inputs):
        parts.append(context.say("report.ticks_note", yes=TICK, no=NO_TICK))
    parts.append(context.say("report.missing_note", dash=DASH))
    if cleaned := _cleaned(context, plan):
        parts.append(cleaned)
    if context.form.none_word:
        parts.append(context.say("report.none_note", none=context.form.none_word))
    if any(asked.key in plan.long for asked in plan.inputs):
        parts.append(context.say("report.long_note"))
    parts += _unlisted(context, plan)
    return context.say("report.sentence_gap").join(parts)


def _unlisted(context: Context, plan: SectionSheet) -> Iterator[str]:
    """Tell which lists are too long for a sheet of their own."""
    for filled, rows in long_lists(plan, MOST_ROWS):
        label = plain_label(filled.block.label)
        yield context.say("report.long_list", label=label, rows=f"{rows:,}", most=MOST_ROWS)


def _cleaned(context: Context, plan: SectionSheet) -> str:
    """Tell which totals rest on numbers that only normalisation found, and on how many."""
    totals = context.comparison.totals
    found = dict(zip(totals["key"], totals["normalised"], strict=True))
    own = {asked.label: int(found.get(asked.key, 0)) for asked in plan.inputs}
    told = [
        context.say("report.cleaned_part", label=label, count=count)
        for label, count in own.items()
        if count
    ]
    if not told:
        return ""
    shown = context.say("report.list_comma").join(told[:MOST_CLEANED])
    name = "report.cleaned_note" if len(told) <= MOST_CLEANED else "report.cleaned_note_cut"
    return context.say(name, parts=shown, count=sum(own.values()))


def _total(context: Context, places: Places, asked: Input, answers: Sequence[Shown]) -> Entry:
    cells = places.cells(asked.key)
    if asked.type.is_numeric:
        recipe = recipe_of(context.form, asked)
        if recipe.kind is AggregateKind.NONE:
            return Cell(context.say("report.not_summed"), ink=MUTED)
        totals = context.comparison.totals
        value = float(totals.loc[totals["key"] == asked.key, "value"].iloc[0])
        return Formula(total_formula(places, recipe), DASH if isnan(value) else value)
    if _is_mark(asked):
        is_tick = asked.type is FieldType.TICKS
        wanted = TICK if is_tick else _counted_option(context, asked)
        found = sum(answer.content == wanted for answer in answers)
        same = f"=SUMPRODUCT(1*EXACT({cells},{quoted(wanted)}))"
        return Formula(same, found) if len(wanted) <= LONGEST_LITERAL else found
    return ""


def _basis(context: Context, places: Places, asked: Input, answers: Sequence[Shown]) -> Entry:
    cells = places.cells(asked.key)
    whole = f'&" / "&COUNTA({places.names(asked.key)})'
    if asked.type.is_numeric:
        recipe = recipe_of(context.form, asked)
        totals = context.comparison.totals
        n = int(totals.loc[totals["key"] == asked.key, "n"].iloc[0])
        return Formula(f"={basis_formula(places, recipe)}{whole}", f"{n} / {context.count}")
    n = sum(answer.content != DASH for answer in answers)
    return Formula(f"=SUMPRODUCT(1*({cells}<>{quoted(DASH)})){whole}", f"{n} / {context.count}")
