"""Which sections get a sheet, under which name, and where each answer will stand there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusterxl.form.model import FieldType, Input, Section
from clusterxl.report.context import Context, sheet_name
from clusterxl.report.filled import LIST_KINDS, FilledList, filled_list
from clusterxl.report.places import GROUP_COLUMN, Places, SourceRows
from clusterxl.report.tables import Table
from clusterxl.summary import is_compared

# Longer texts are not printed, they would make every row of the table high.
LONGEST_WRAPPED = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionSheet:
    """A section that gets a sheet.

    Attributes:
        section: The section.
        name: Name of the sheet.
        inputs: Its columns; long texts last, they are not printed.
        long: Keys of the long texts.
        lists: Its lists; here only how many rows were filled is shown.
    """

    section: Section
    name: str
    inputs: tuple[Input, ...]
    long: frozenset[str]
    lists: tuple[FilledList, ...]


def section_sheets(context: Context) -> tuple[SectionSheet, ...]:
    """Return the sections that have something to compare, in form order."""
    taken = {name.lower() for name in fixed_names(context)}
    long = _long_texts(context)
    compared = _compared(context)
    found = []
    for section in context.form.sections:
        inputs = [asked for asked in compared if asked.section == section.id]
        lists = tuple(filled_list(context, b) for b in section.blocks if b.kind in LIST_KINDS)
        if inputs or lists:
            inputs.sort(key=lambda asked: asked.key in long)
            name = unused_name(sheet_name(section.sheet), taken)
            plan = SectionSheet(
                section=section,
                name=name,
                inputs=tuple(inputs),
                long=frozenset(long),
                lists=lists,
            )
            found.append(plan)
    return tuple(found)


def _compared(context: Context) -> tuple[Input, ...]:
    """Return the input cells that get a column; names stand in columns of their own."""
    form, answers = context.form, context.comparison.answers
    shown_anyway = {form.subject, *form.levels[:1]}
    answered = set(answers.loc[answers["status"] != "blank", "key"].unique())
    return tuple(
        asked
        for asked in form.inputs
        if is_compared(asked)
        and asked.field.id not in shown_anyway
        and (asked.key in answered or not asked.field.spare)
    )


def _long_texts(context: Context) -> set[str]:
    """Return the keys whose answers are too long for a narrow column."""
    answers = context.comparison.answers
    long = set(answers.loc[answers["text"].str.len() > LONGEST_WRAPPED, "key"].unique())
    texts = (FieldType.TEXT, FieldType.PICK)
    return {
        asked.key
        for asked in context.form.inputs
        if asked.type in texts and (asked.field.is_long or asked.key in long)
    }


def fixed_names(context: Context) -> tuple[str, ...]:
    """Return the names of the sheets beside those of the sections."""
    names = context.names
    return tuple(getattr(names, name) for name in names.__slots__)


def unused_name(name: str, taken: set[str]) -> str:
    """Return a name no other sheet has, and remember it; Excel ignores case."""
    number, found = 2, name
    while found.lower() in taken:
        found = f"{name[:28]} {number}"
        number += 1
    taken.add(found.lower())
    return found


def places_of(
    context: Context, sheets: Sequence[SectionSheet], blocks: Mapping[str, SourceRows]
) -> Places:
    """Settle where each answer will stand."""
    first = GROUP_COLUMN + bool(context.form.levels)
    columns = {
        asked.key: (sheet.name, first + len(sheet.lists) + place)
        for sheet in sheets
        for place, asked in enumerate(sheet.inputs)
    }
    rows = range(context.count)
    layout = Table(
        title="",
        note="",
        columns=(),
        rows=[() for _ in rows],
        totals=((), ()),
        two_heads=True,
        links=context.traced,
    )
    return Places(
        context=context,
        columns=columns,
        first=layout.first_row,
        last=layout.last_row,
        total=layout.last_head_row + 1,
        blocks=blocks,
    )
