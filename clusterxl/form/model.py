"""A form at one base year: its sheets, input cells, option lists and comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property

from clusterxl.form.fields import (
    LONG_TEXT,
    SPARE_NAME,
    Aggregate,
    AggregateKind,
    Block,
    BlockKind,
    Drawing,
    Field,
    FieldType,
    Item,
    NoneMeans,
    Section,
    SectionKind,
    Text,
)
from clusterxl.form.inputs import (
    EvidenceRow,
    Input,
    all_inputs,
    defined_name,
    evidence_rows,
    make_key,
    plain_label,
    rows_of,
    year_label,
)

__all__ = [
    "LONG_TEXT",
    "SPARE_NAME",
    "Aggregate",
    "AggregateKind",
    "Block",
    "BlockKind",
    "ComparisonSpec",
    "Drawing",
    "EvidenceRow",
    "Field",
    "FieldType",
    "Figure",
    "Form",
    "Input",
    "Item",
    "NoneMeans",
    "Section",
    "SectionKind",
    "Text",
    "defined_name",
    "evidence_rows",
    "group_noun",
    "make_key",
    "plain_label",
    "rows_of",
    "year_label",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of the comparison, taken from a field.

    Attributes:
        field: Id of the field.
        label: Head of its column or card.
        measure: Unit shown; the field's own when empty.
        divide: The value is divided by this before it is shown (10000 for 万人).
        decimals: Decimals shown.
        places: Where it appears: `card`, `group`, `subject`.
    """

    field: str
    label: str
    measure: str = ""
    divide: float = 1.0
    decimals: int = 1
    places: tuple[str, ...] = ("card", "group", "subject")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonSpec:
    """What the form wants to see compared.

    Attributes:
        title: Title of the comparison workbook.
        lead: Field that ranks groups and subjects; empty for the first that is summed.
        mix: Choice field by which subjects are classed; empty for none.
        mix_colors: RRGGBB colours of its options.
        figures: Figures in order.
        lead_line: Threshold line of the lead figure in charts; None for none.
        growth_line: Threshold line of its yearly growth in percent; None for none.
        lead_parameter: Parameter of the rules that gives lead_line; empty for none.
        growth_parameter: Parameter of the rules that gives growth_line; empty for none.
        group_noun: What a group of the highest level is called (地市); that level's label
            when empty.
        whole: What all groups together are called (全省); empty for a general word.
        tiles: Where the groups lie, as rows of a map of tiles from the top; an empty text is a
            hole. Empty for no map.
    """

    title: str = ""
    lead: str = ""
    mix: str = ""
    mix_colors: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    lead_line: float | None = None
    growth_line: float | None = None
    lead_parameter: str = ""
    growth_parameter: str = ""
    group_noun: str = ""
    whole: str = ""
    tiles: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Form:
    """A form at one base year: all texts verbatim, all years resolved.

    Attributes:
        id: Names the edition.
        version: Short hash of the definition it was loaded from.
        title: Title of the form.
        short_title: Its title in footers, with the year.
        language: Language of everything said to the respondent.
        none_word: The word for "none"; empty when the form has none.
        base_year: Last year of the data; None for a form without years.
        subject: Field that names what is described; empty when the unit itself is.
        subject_noun: What a subject is called.
        levels: Fields of the grouping levels, highest first; the last names the unit.
        sections: Its sheets, in order.
        lists: Option lists, by name: rows of column → text.
        comparison: What the comparison shows.
        source: Where it was loaded from, as given.
        rules: Its rule files by name, as they were when it was loaded; nobody has read them yet.
    """

    id: str
    version: str
    title: str
    short_title: str
    language: str
    none_word: str
    base_year: int | None
    subject: str
    subject_noun: str
    levels: tuple[str, ...]
    sections: tuple[Section, ...]
    lists: Mapping[str, tuple[Mapping[str, str], ...]]
    comparison: ComparisonSpec
    source: str
    rules: Mapping[str, bytes] = dataclass_field(default_factory=dict, repr=False)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """All questions by id, in form order; list and evidence columns are not among them."""
        return {
            asked.id: asked
            for section in self.sections
            for block in section.blocks
            if block.kind not in (BlockKind.LIST, BlockKind.EVIDENCE)
            for asked in block.fields
        }

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """All input cells in the order of the form, explanations after their row."""
        return tuple(all_inputs(self))

    @cached_property
    def by_key(self) -> Mapping[str, Input]:
        """All input cells by key."""
        return {asked.key: asked for asked in self.inputs}

    @cached_property
    def section_by_id(self) -> Mapping[str, Section]:
        """All sections by id."""
        return {section.id: section for section in self.sections}

    @property
    def years(self) -> tuple[int, ...]:
        """All years asked for, oldest first."""
        return tuple(sorted({year for asked in self.fields.values() for year in asked.years}))

    def options_of(self, asked: Field, parent: str = "") -> tuple[str, ...]:
        """Return the options of a PICK, in list order, narrowed by its parent's answer."""
        name, _, column = asked.options.partition(".")
        rows: Iterator[Mapping[str, str]] = iter(self.lists.get(name, ()))
        if asked.within and parent:
            above = self.fields[asked.within].options.partition(".")[2]
            rows = (row for row in rows if row.get(above) == parent)
        return tuple(dict.fromkeys(text for row in rows if (text := row.get(column, ""))))

    def block_of(self, block_id: str) -> Block:
        """Return the list or evidence block with this id."""
        return next(
            block for section in self.sections for block in section.blocks if block.id == block_id
        )


def edition_name(form_id: str, base_year: int | None) -> str:
    """Return what people call a form at a base year; a form without years has none.

    >>> edition_name("gd-cluster-2023", 2022), edition_name("farm-survey", None)
    ('gd-cluster-2023 2022', 'farm-survey')
    """
    return f"{form_id} {base_year}" if base_year else form_id


def group_noun(form: Form) -> str:
    """Return what a group of the highest level is called; empty in a form without levels."""
    label = plain_label(form.fields[form.levels[0]].label) if form.levels else ""
    return form.comparison.group_noun or label
