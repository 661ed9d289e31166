"""The input cells a form gives, their keys, and the rows of its evidence list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Protocol

from clusterxl.form.fields import (
    SPARE_NAME,
    Block,
    BlockKind,
    Field,
    FieldType,
    Item,
    Section,
)
from clusterxl.sentences import say

# Names of the forms at work at once, asked for again with each return.
_NAMES_KEPT = 16_384


class Asking(Protocol):
    """What input cells are derived from: a form, seen from here."""

    @property
    def sections(self) -> tuple[Section, ...]:
        """Its sheets, in order."""

    @property
    def language(self) -> str:
        """Language of its labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input cell: what is asked there, before any address is known.

    Attributes:
        key: Its name everywhere.
        field: The question it belongs to.
        section: Id of its section.
        block: Id of its list or evidence block, else empty.
        year: Its year, if the question has years.
        item: Ids of its row, option and column, joined by `_`; empty if it has none.
        option: The option a tick cell stands for.
        row: Number of its list row, from 1; 0 elsewhere.
        label: Full label for people, with year, row and column.
        short: What tells it from the other cells of its row (`2022年`).
        type: What the cell takes.
        required: A blank is an error (evidence: only while its owner asks for it).
        owners: Evidence only: keys of the cells any of which makes the evidence necessary.
        note: Key of the explanation cell of its row; empty where the row has none.
        is_note: It is itself such an explanation cell.
    """

    key: str
    field: Field
    section: str
    block: str = ""
    year: int | None = None
    item: str = ""
    option: Item | None = None
    row: int = 0
    label: str
    short: str = ""
    type: FieldType
    required: bool = True
    owners: tuple[str, ...] = ()
    note: str = ""
    is_note: bool = False


def make_key(field_id: str, *, year: int | None = None, item: str = "", row: int = 0) -> str:
    """Build the key of an input cell; the only place where keys are made.

    >>> make_key("gross_output", year=2022)
    'gross_output_2022'
    >>> make_key("standards", year=2021, item="national_led")
    'standards_2021_national_led'
    >>> make_key("patents", item="number", row=17)
    'patents[17].number'
    """
    if row:
        return f"{field_id}[{row}].{item}"
    return "_".join(part for part in (field_id, str(year) if year else "", item) if part)


@lru_cache(maxsize=_NAMES_KEPT)
def defined_name(key: str) -> str:
    """Return the workbook name of a key; the cells of a list column share one name.

    >>> defined_name("gross_output_2022")
    'f_gross_output_2022'
    >>> defined_name("patents[17].number")
    'f_patents_number'
    """
    block, bracket, rest = key.partition("[")
    return f"f_{block}_{rest.partition('.')[2]}" if bracket else f"f_{key}"


def rows_of(block: Block) -> tuple[tuple[Field, ...], ...]:
    """Group the fields of a block that stand beside each other and share one explanation."""
    rows: list[list[Field]] = []
    for asked in block.fields:
        if asked.draw.beside and rows:
            rows[-1].append(asked)
        else:
            rows.append([asked])
    return tuple(tuple(row) for row in rows)


def all_inputs(form: Asking) -> Iterator[Input]:
    """Return every input cell in the order of the form, explanations after their row."""
    for section in form.sections:
        for block in section.blocks:
            if block.kind is BlockKind.LIST:
                yield from _list_inputs(section, block)
            elif block.kind is BlockKind.EVIDENCE:
                yield from _evidence_inputs(form, section, block)
            else:
                for together in rows_of(block):
                    inputs = tuple(
                        replace(asked, note=asked.note and _note_of_row(together[0], asked))
                        for part in together
                        for asked in _field_inputs(form, section, block, part)
                    )
                    yield from inputs
                    yield from _notes(section, inputs)


def _list_inputs(section: Section, block: Block) -> Iterator[Input]:
    for row, asked in product(range(1, block.rows + 1), block.fields):
        yield Input(
            key=make_key(block.id, item=asked.id, row=row),
            field=asked,
            section=section.id,
            block=block.id,
            item=asked.id,
            row=row,
            label=f"{block.label} {row} {asked.label}".strip(),
            short=asked.label,
            type=asked.type,
            required=False,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One row of the evidence list: something that may need evidence.

    Attributes:
        owners: Keys of the cells any of which makes evidence necessary.
        item: Its key without year, as part of the evidence keys.
        label: What needs evidence, in the form's words.
        section: Section in which it is asked.
    """

    owners: tuple[str, ...]
    item: str
    label: str
    section: Section


def evidence_rows(form: Asking) -> tuple[EvidenceRow, ...]:
    """Return the rows of the evidence list: every cell or field that may need evidence."""
    rows = []
    for section in form.sections:
        for block in section.blocks:
            if block.kind in (BlockKind.LIST, BlockKind.EVIDENCE):
                continue
            for asked in block.fields:
                if not asked.evidence:
                    continue
                inputs = _field_inputs(form, section, block, asked)
                if asked.type is FieldType.TICKS:
                    rows += [
                        EvidenceRow(owners=(i.key,), item=i.key, label=i.label, section=section)
                        for i in inputs
                    ]
                else:
                    label = asked.evidence_label or asked.label
                    owners = tuple(i.key for i in inputs)
                    rows.append(
                        EvidenceRow(owners=owners, item=asked.id, label=label, section=section)
                    )
    return tuple(rows)


def _evidence_inputs(form: Asking, section: Section, block: Block) -> Iterator[Input]:
    for row, (place, asked) in product(evidence_rows(form), enumerate(block.fields)):
        yield Input(
            key=make_key(block.id, item=f"{row.item}_{asked.id}"),
            field=asked,
            section=section.id,
            block=block.id,
            item=f"{row.item}_{asked.id}",
            label=f"{row.label} {asked.label}",
            short=asked.label,
            type=asked.type,
            required=place == 0 and asked.required,
            owners=row.owners,
        )


def _field_inputs(form: Asking, section: Section, block: Block, asked: Field) -> tuple[Input, ...]:
    if asked.spare:
        return tuple(_spare_inputs(section, asked))
    if asked.type is FieldType.TICKS:
        return tuple(_tick_inputs(section, asked))
    rows = asked.items if block.kind is BlockKind.MATRIX else ()
    found = []
    for year, row, column in product(
        asked.years or (None,), rows or (None,), asked.columns or (None,)
    ):
        parts = [part for part in (row, column) if part]
        words = [part.label for part in parts] + ([year_label(form, year)] if year else [])
        if block.kind is BlockKind.COUNTED:
            words.append(plain_label(asked.draw.prompt))
        found.append(
            Input(
                key=make_key(asked.id, year=year, item="_".join(part.id for part in parts)),
                field=asked,
                section=section.id,
                year=year,
                item="_".join(part.id for part in parts),
                label=" ".join(
                    [*_group_of(block, asked), plain_label(asked.label), *words]
                ).strip(),
                short=" ".join(words) or plain_label(asked.label),
                type=asked.type,
                required=asked.required,
                note="" if block.kind is BlockKind.LINES else _note_key(asked, year, row),
            )
        )
    return tuple(found)


def _group_of(block: Block, asked: Field) -> tuple[str, ...]:
    """Indicators of a target table may share a name; their group tells them apart."""
    is_grouped = block.kind is BlockKind.TARGETS and asked.draw.group
    return (asked.draw.group,) if is_grouped else ()


def _tick_inputs(section: Section, asked: Field) -> Iterator[Input]:
    for option in asked.items:
        yield Input(
            key=make_key(asked.id, item=option.id),
            field=asked,
            section=section.id,
            item=option.id,
            option=option,
            label=option.label,
            short=option.label,
            type=FieldType.TICKS,
            required=False,
            note=_note_key(asked, None, None),
        )


def _spare_inputs(section: Section, asked: Field) -> Iterator[Input]:
    for item in (Item(id=SPARE_NAME, label=asked.label), *asked.columns):
        yield Input(
            key=make_key(asked.id, item=item.id),
            field=asked,
            section=section.id,
            item=item.id,
            label=f"{asked.label} {item.label}".strip() if item.id != SPARE_NAME else asked.label,
            short=item.label,
            type=FieldType.TEXT,
            required=False,
            note=_note_key(asked, None, None),
        )


def _note_key(asked: Field, year: int | None, row: Item | None) -> str:
    """Name the explanation of a row: stacked years and matrix rows have one each."""
    if row is not None:
        return make_key(f"note_{asked.id}", item=row.id)
    return make_key(f"note_{asked.id}", year=year if asked.draw.stack else None)


def _note_of_row(first: Field, asked: Input) -> str:
    return asked.note if asked.field.id == first.id else _note_key(first, None, None)


def _notes(section: Section, inputs: tuple[Input, ...]) -> Iterator[Input]:
    labels = {asked.note: plain_label(asked.field.label) for asked in inputs if asked.note}
    for key, label in labels.items():
        yield Input(
            key=key,
            field=Field(id=key, label=label, type=FieldType.TEXT, required=False, max_chars=0),
            section=section.id,
            label=label,
            type=FieldType.TEXT,
            required=False,
            is_note=True,
        )


def year_label(form: Asking, year: int) -> str:
    """Return a year as the form prints it (`2022年`)."""
    return say("form.year", lang=form.language, year=year)


def plain_label(label: str) -> str:
    """Return a label on one line, without the colon that leads to its answer."""
    return " ".join(label.split()).rstrip("：:")
