"""Builds the form out of its entries, with all defaults; mistakes are noted and stood in for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from clusterxl.form.model import (
    Aggregate,
    AggregateKind,
    Block,
    BlockKind,
    ComparisonSpec,
    Drawing,
    Field,
    FieldType,
    Figure,
    Form,
    Item,
    NoneMeans,
    Section,
    SectionKind,
    Text,
    plain_label,
)
from clusterxl.form.shape import shaped
from clusterxl.form.source import COMPARED, Entry, Mistakes, Source, fill_years
from clusterxl.form.tables import Table
from clusterxl.form.vocabulary import (
    BLOCK,
    COMPARISON,
    FIELD,
    FIGURE,
    FURTHER_FILE,
    HEAD,
    ITEM,
    PLACES,
    SECTION,
    SECTION_WIDTHS,
    TEXT,
    holds,
)
from clusterxl.sentences import LANGUAGES, say

_DEFAULT_YEARS = 3
_FULL_PAGE = 846
# What a head holds instead of a wrong value, so that nothing else seems wrong.
_STAND_IN_YEAR = 2000
_STAND_IN_WORD = "none"
_DECIMALS_IN_CHINESE_FORMS = 2
_CHOSEN = (FieldType.CHOICE, FieldType.PICK, FieldType.TICKS, FieldType.DATE)
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftField:
    """A field and its entry; `is_typed` unless its type is missing or unknown."""

    entry: Entry
    field: Field
    is_typed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftBlock:
    """A block, its entry and fields; `is_kinded` unless its kind is missing or unknown."""

    entry: Entry
    block: Block
    fields: tuple[DraftField, ...]
    is_kinded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSection:
    """A section, its entry and blocks."""

    entry: Entry
    section: Section
    blocks: tuple[DraftBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A form of which nobody has checked yet whether its parts fit together.

    Attributes:
        head: Its head.
        sections: Its sections, with their entries.
        comparison: Entry of the comparison, if it has one.
        figures: Entries of the figures of the comparison.
        lists: Its option lists as they were read.
        form: The form itself.
    """

    head: Entry
    sections: tuple[DraftSection, ...]
    comparison: Entry | None
    figures: tuple[Entry, ...]
    lists: Mapping[str, Table]
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manner:
    """What the head decides for all fields."""

    language: str
    none_word: str
    years: tuple[int, ...]
    mistakes: Mistakes


def build_draft(
    source: Source, base_year: int | None, *, given_as: str, mistakes: Mistakes
) -> Draft:
    """Build the form out of its entries.

    Args:
        source: The folder as it was read.
        base_year: Base year instead of the one in the head.
        given_as: How the caller named the form.
        mistakes: Where mistakes are noted.

    Returns:
        The draft; usable as a form only if there are no mistakes.
    """
    base_year = base_year or _base_year(source.head)
    head, *further = (fill_years(e, base_year, mistakes) for e in (source.head, *source.further))
    head = shaped(head, HEAD, mistakes) if source.has_head else head
    tops = [head, *(shaped(entry, FURTHER_FILE, mistakes) for entry in further)]
    count = head.whole("years", _DEFAULT_YEARS)
    manner = _Manner(
        language=head.text("language", LANGUAGES[0]),
        none_word=_STAND_IN_WORD if "none" in head.wrong else head.text("none").strip(),
        years=tuple(range(base_year - count + 1, base_year + 1)) if base_year else (),
        mistakes=mistakes,
    )
    sections = tuple(_section(child, manner) for top in tops for child in top.children("section"))
    form = _form(head, sections, manner, source, base_year, given_as)
    comparison = _only_comparison(tops, mistakes)
    figures: tuple[Entry, ...] = ()
    if comparison is not None:
        figures = tuple(shaped(e, FIGURE, mistakes) for e in comparison.children("figure"))
    return Draft(
        head=head,
        sections=sections,
        comparison=comparison,
        figures=figures,
        lists=source.lists,
        form=_with_comparison(form, comparison, figures),
    )


def _base_year(head: Entry) -> int | None:
    """Return the base year; where it is no year, another stands in, so that tokens are filled."""
    year = head.table.get("base_year", None if head.table else _STAND_IN_YEAR)
    if year is None:
        return None
    return year if holds(HEAD["base_year"], year) and year > 0 else _STAND_IN_YEAR


def _form(
    head: Entry,
    sections: tuple[DraftSection, ...],
    manner: _Manner,
    source: Source,
    base_year: int | None,
    given_as: str,
) -> Form:
    title = head.text("title")
    return Form(
        id=head.text("id"),
        version=source.version,
        title=title,
        short_title=head.text("short_title", title),
        language=manner.language,
        none_word=manner.none_word,
        base_year=base_year,
        subject=head.text("subject"),
        subject_noun=head.text("subject_noun", say("form.subject", lang=manner.language)),
        levels=head.texts("levels"),
        sections=tuple(draft.section for draft in sections),
        lists={
            name: tuple(dict(zip(table.header, row.cells, strict=True)) for row in table.rows)
            for name, table in source.lists.items()
        },
        comparison=ComparisonSpec(),
        source=given_as,
    )


def _section(raw: Entry, manner: _Manner) -> DraftSection:
    entry = shaped(raw, SECTION, manner.mistakes)
    widths = entry.child("widths")
    if widths is not None:
        widths = shaped(widths, SECTION_WIDTHS, manner.mistakes)
    blocks = tuple(_block(child, manner) for child in entry.children("block"))
    section = Section(
        id=entry.text("id"),
        sheet=entry.text("sheet"),
        title=entry.text("title"),
        name=entry.text("name", entry.text("sheet")),
        kind=_word(SectionKind, entry.text("kind"), SectionKind.PAGE),
        page=entry.whole("page"),
        page_height=entry.number("page_height") or _FULL_PAGE,
        blocks=tuple(draft.block for draft in blocks),
        widths=dict(widths.table) if widths is not None else {},
    )
    return DraftSection(entry=entry, section=section, blocks=blocks)


def _block(raw: Entry, manner: _Manner) -> DraftBlock:
    entry = shaped(raw, BLOCK, manner.mistakes)
    kind = _word(BlockKind, entry.text("kind"), BlockKind.ROWS)
    columns = _items(entry, "column", manner.mistakes)
    fields = tuple(_field(child, kind, columns, manner) for child in entry.children("field"))
    block = Block(
        kind=kind,
        id=entry.text("id"),
        label=entry.text("label"),
        head=entry.text("head"),
        fields=tuple(draft.field for draft in fields),
        texts=tuple(_text(child, manner.mistakes) for child in entry.children("text")),
        columns=entry.texts("columns"),
        widths=tuple(entry.table.get("widths", ())),
        rows=entry.whole("rows"),
    )
    return DraftBlock(entry=entry, block=block, fields=fields, is_kinded="kind" in entry.table)


def _text(raw: Entry, mistakes: Mistakes) -> Text:
    entry = shaped(raw, TEXT, mistakes)
    return Text(
        text=entry.text("text"),
        style=entry.text("style", "plain"),
        height=entry.number("height") or 0,
    )


def _items(owner: Entry, key: str, mistakes: Mistakes) -> tuple[Item, ...]:
    entries = (shaped(child, ITEM, mistakes) for child in owner.children(key))
    return tuple(Item(id=entry.text("id"), label=entry.text("label")) for entry in entries)


def _field(raw: Entry, kind: BlockKind, columns: tuple[Item, ...], manner: _Manner) -> DraftField:
    entry = shaped(raw, FIELD, manner.mistakes)
    taken = _word(FieldType, entry.text("type"), FieldType.TEXT)
    by_default = taken is not FieldType.TICKS and kind is not BlockKind.LIST
    spare = entry.flag("spare", default=False)
    has_columns = kind in (BlockKind.MATRIX, BlockKind.TARGETS)
    field = Field(
        id=entry.text("id"),
        label=entry.text("label"),
        type=taken,
        hint=entry.text("hint"),
        measure=entry.text("measure"),
        years=manner.years if entry.flag("years", default=False) else (),
        items=_items(entry, "items", manner.mistakes),
        columns=columns if has_columns else (),
        options=entry.text("options"),
        within=entry.text("within"),
        other=entry.flag("other", default=False),
        required=entry.flag("required", default=by_default and not spare),
        none_allowed=bool(manner.none_word) and entry.flag("none", default=taken not in _CHOSEN),
        none_means=_none_means(entry, taken),
        decimals=_decimals(entry, taken, manner),
        minimum=_minimum(entry, taken),
        maximum=entry.number("max"),
        max_chars=entry.whole("max_chars"),
        share=entry.flag("share", default=False),
        aggregate=_aggregate(entry, taken),
        personal=entry.flag("personal", default=False),
        evidence=entry.text("evidence"),
        evidence_label=entry.text("evidence_label"),
        spare=spare,
        draw=_drawing(entry),
    )
    return DraftField(entry=entry, field=field, is_typed="type" in entry.table)


def _drawing(entry: Entry) -> Drawing:
    grow = entry.number("grow")
    return Drawing(
        height=entry.number("height") or 0,
        grow=-1 if grow is None else grow,
        label_px=entry.whole("label_px"),
        stack=entry.flag("stack", default=False),
        beside=entry.flag("beside", default=False),
        own_head=entry.flag("own_head", default=False),
        group=entry.text("group"),
        prompt=entry.text("prompt"),
        after=entry.text("after"),
        lead=entry.text("lead"),
        note=entry.text("note"),
        lines=entry.whole("lines", 6),
    )


def _none_means(entry: Entry, taken: FieldType) -> NoneMeans:
    by_default = NoneMeans.ZERO if taken is FieldType.COUNT else NoneMeans.NOT_APPLICABLE
    return _word(NoneMeans, entry.text("none_means"), by_default)


def _decimals(entry: Entry, taken: FieldType, manner: _Manner) -> int | None:
    if "decimals" in entry.table:
        return entry.whole("decimals")
    is_limited = taken is FieldType.NUMBER and manner.language == LANGUAGES[0]
    return _DECIMALS_IN_CHINESE_FORMS if is_limited else None


def _minimum(entry: Entry, taken: FieldType) -> float | None:
    given = entry.number("min")
    return 0.0 if given is None and taken is FieldType.COUNT else given


def _aggregate(entry: Entry, taken: FieldType) -> Aggregate:
    given = entry.table.get("aggregate")
    if isinstance(given, str):
        return Aggregate(kind=AggregateKind(given))
    if isinstance(given, dict) and "mean" in given:
        return Aggregate(kind=AggregateKind.MEAN, weight=given["mean"])
    if isinstance(given, dict):
        above, below = given["ratio"]
        times = float(given.get("times", 1))
        return Aggregate(kind=AggregateKind.RATIO, over=(above, below), times=times)
    if taken in (FieldType.CHOICE, FieldType.TICKS):
        return Aggregate(kind=AggregateKind.COUNT)
    return Aggregate()


def _word(words: type[_Word], text: str, default: _Word) -> _Word:
    return words(text) if text in tuple(words) else default


def _only_comparison(tops: list[Entry], mistakes: Mistakes) -> Entry | None:
    found = [child for top in tops if (child := top.child(COMPARED)) is not None]
    for again in found[1:]:
        mistakes.add(again, "second_comparison", file=found[0].file, line=found[0].line())
    return shaped(found[0], COMPARISON, mistakes) if found else None


def _with_comparison(form: Form, entry: Entry | None, figures: tuple[Entry, ...]) -> Form:
    table = entry.table if entry is not None else {}
    summed = (
        field.id for field in form.fields.values() if field.aggregate.kind is AggregateKind.SUM
    )
    spec = ComparisonSpec(
        title=table.get("title", form.title),
        lead=table.get("lead") or next(summed, ""),
        mix=table.get("mix", ""),
        mix_colors=tuple(color.upper() for color in table.get("mix_colors", ())),
        figures=tuple(_figure(figure, form) for figure in figures),
        lead_line=entry.number("lead_line") if entry is not None else None,
        growth_line=entry.number("growth_line") if entry is not None else None,
        lead_parameter=table.get("lead_parameter", ""),
        growth_parameter=table.get("growth_parameter", ""),
        group_noun=table.get("group_noun", ""),
        whole=table.get("whole", ""),
        tiles=tuple(tuple(row) for row in table.get("tiles", ())),
    )
    return replace(form, comparison=spec)


def _figure(entry: Entry, form: Form) -> Figure:
    field = form.fields.get(entry.text("field"))
    return Figure(
        field=entry.text("field"),
        label=entry.text("label") or (plain_label(field.label) if field else ""),
        measure=entry.text("measure") or (field.measure if field else ""),
        divide=entry.number("divide") or 1.0,
        decimals=entry.whole("decimals", 1),
        places=entry.texts("places") or PLACES,
    )
