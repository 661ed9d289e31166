"""The words of the definition language: which keys each entry takes and what they may hold."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from clusterxl.form.model import BlockKind, FieldType, NoneMeans, SectionKind
from clusterxl.sentences import LANGUAGES

TEXT_STYLES = (
    *("title", "mark", "maker", "heading", "subheading", "body", "plain", "small", "remark"),
    *("space", "sign", "seal", "date"),
)
STATEMENT_STYLES = ("sign", "seal", "date")
WIDTHS = (
    *("label", "text_label", "choice_label", "long_label", "tick"),
    *("stack_label", "stack_year", "pair_label", "pair_value"),
)
PLACES = ("card", "group", "subject")
LONGEST_TEXT = 32767

_ID = re.compile(r"[a-z][a-z0-9_]*")
_ITEM_ID = re.compile(r"[a-z0-9_]+")
_FORM_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_COLOR = re.compile(r"[0-9A-Fa-f]{6}")


class Kind(StrEnum):
    """What a key may hold."""

    TEXT = "text"
    FLAG = "flag"
    WHOLE = "whole"
    NUMBER = "number"
    QUANTITY = "quantity"
    ID = "id"
    ITEM_ID = "item_id"
    FORM_ID = "form_id"
    TEXTS = "texts"
    IDS = "ids"
    WHOLES = "wholes"
    COLORS = "colors"
    GRID = "grid"
    TABLE = "table"
    TABLES = "tables"
    AGGREGATE = "aggregate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What one key of an entry may hold.

    Attributes:
        kind: Type of its value.
        required: The entry needs it.
        words: The only texts it takes; empty for any.
        least: Smallest number.
        most: Largest number.
    """

    kind: Kind
    required: bool = False
    words: tuple[str, ...] = ()
    least: float = -math.inf
    most: float = math.inf


Shape = Mapping[str, Key]

_TEXT = Key(kind=Kind.TEXT)
_LABEL = Key(kind=Kind.TEXT, required=True)
_FLAG = Key(kind=Kind.FLAG)
_NUMBER = Key(kind=Kind.NUMBER)
_FIELD = Key(kind=Kind.ID)
_FIELDS = Key(kind=Kind.IDS)
_TEXTS = Key(kind=Kind.TEXTS)
_TABLES = Key(kind=Kind.TABLES)
_PIXELS = Key(kind=Kind.WHOLES, least=1)


def _word(words: type[StrEnum], *, required: bool = False) -> Key:
    return Key(kind=Kind.TEXT, required=required, words=tuple(words))


FURTHER_FILE: Shape = {"section": _TABLES, "comparison": Key(kind=Kind.TABLE)}
HEAD: Shape = {
    "id": Key(kind=Kind.FORM_ID, required=True),
    "title": _LABEL,
    "short_title": _TEXT,
    "language": Key(kind=Kind.TEXT, required=True, words=LANGUAGES),
    "none": _TEXT,
    "base_year": Key(kind=Kind.WHOLE, least=1900, most=2999),
    "years": Key(kind=Kind.WHOLE, least=1, most=20),
    "subject": _FIELD,
    "subject_noun": _TEXT,
    "levels": _FIELDS,
    **FURTHER_FILE,
}
SECTION: Shape = {
    "id": Key(kind=Kind.ID, required=True),
    "sheet": _LABEL,
    "name": _TEXT,
    "title": _TEXT,
    "kind": _word(SectionKind),
    "page": Key(kind=Kind.WHOLE, least=-1),
    "page_height": Key(kind=Kind.NUMBER, least=1),
    "widths": Key(kind=Kind.TABLE),
    "block": _TABLES,
}
SECTION_WIDTHS: Shape = {name: Key(kind=Kind.WHOLE, least=1) for name in WIDTHS}
BLOCK: Shape = {
    "kind": _word(BlockKind, required=True),
    "id": _FIELD,
    "label": _TEXT,
    "head": _TEXT,
    "columns": _TEXTS,
    "widths": _PIXELS,
    "rows": Key(kind=Kind.WHOLE, least=1, most=10000),
    "field": _TABLES,
    "text": _TABLES,
    "column": _TABLES,
}
TEXT: Shape = {
    "text": _TEXT,
    "style": Key(kind=Kind.TEXT, words=TEXT_STYLES),
    "height": Key(kind=Kind.NUMBER, least=0, most=409),
}
FIELD: Shape = {
    "id": Key(kind=Kind.ID, required=True),
    "label": _LABEL,
    "hint": _TEXT,
    "type": _word(FieldType, required=True),
    "measure": _TEXT,
    "years": _FLAG,
    "required": _FLAG,
    "none": _FLAG,
    "none_means": _word(NoneMeans),
    "decimals": Key(kind=Kind.WHOLE, least=0, most=10),
    "min": _NUMBER,
    "max": _NUMBER,
    "share": _FLAG,
    "max_chars": Key(kind=Kind.WHOLE, least=0, most=LONGEST_TEXT),
    "items": _TABLES,
    "options": _TEXT,
    "within": _FIELD,
    "other": _FLAG,
    "aggregate": Key(kind=Kind.AGGREGATE),
    "personal": _FLAG,
    "evidence": _TEXT,
    "evidence_label": _TEXT,
    "spare": _FLAG,
    "stack": _FLAG,
    "beside": _FLAG,
    "own_head": _FLAG,
    "group": _TEXT,
    "prompt": _TEXT,
    "after": _TEXT,
    "lead": _TEXT,
    "note": _TEXT,
    "height": Key(kind=Kind.NUMBER, least=0, most=409),
    "grow": Key(kind=Kind.NUMBER, least=-1),
    "label_px": Key(kind=Kind.WHOLE, least=-1),
    "lines": Key(kind=Kind.WHOLE, least=1),
}
ITEM: Shape = {"id": Key(kind=Kind.ITEM_ID, required=True), "label": _LABEL}
COMPARISON: Shape = {
    "title": _TEXT,
    "lead": _FIELD,
    "mix": _FIELD,
    "mix_colors": Key(kind=Kind.COLORS),
    "lead_line": _NUMBER,
    "growth_line": _NUMBER,
    "lead_parameter": _TEXT,
    "growth_parameter": _TEXT,
    "group_noun": _TEXT,
    "whole": _TEXT,
    "tiles": Key(kind=Kind.GRID),
    "figure": _TABLES,
}
FIGURE: Shape = {
    "field": Key(kind=Kind.ID, required=True),
    "label": _TEXT,
    "measure": _TEXT,
    "divide": Key(kind=Kind.NUMBER, least=1e-9),
    "decimals": Key(kind=Kind.WHOLE, least=0, most=10),
    "places": Key(kind=Kind.TEXTS, words=PLACES),
}

# What a block of each kind takes beside `kind`; anything else would be silently ignored.
BLOCK_KEYS: Mapping[BlockKind, frozenset[str]] = {
    BlockKind.TEXT: frozenset({"text"}),
    BlockKind.LINES: frozenset({"field"}),
    BlockKind.ROWS: frozenset({"field", "head"}),
    BlockKind.MATRIX: frozenset({"field", "head", "column", "widths"}),
    BlockKind.COUNTED: frozenset({"field", "label", "widths"}),
    BlockKind.TARGETS: frozenset({"field", "columns", "column", "widths"}),
    BlockKind.LIST: frozenset({"field", "id", "label", "rows", "widths"}),
    BlockKind.EVIDENCE: frozenset({"field", "id", "columns", "widths"}),
    BlockKind.STATEMENT: frozenset({"text", "label"}),
}
NEEDED_BLOCK_KEYS: Mapping[BlockKind, tuple[str, ...]] = {
    BlockKind.TEXT: ("text",),
    BlockKind.LINES: ("field",),
    BlockKind.ROWS: ("field",),
    BlockKind.MATRIX: ("field", "column"),
    BlockKind.COUNTED: ("field",),
    BlockKind.TARGETS: ("field", "columns", "column"),
    BlockKind.LIST: ("field", "id", "label", "rows"),
    BlockKind.EVIDENCE: ("field", "id", "columns"),
    BlockKind.STATEMENT: ("text",),
}
_NUMERIC = frozenset({FieldType.NUMBER, FieldType.COUNT})
_PICK = frozenset({FieldType.PICK})
FIELD_KEYS_OF_TYPES: Mapping[str, frozenset[FieldType]] = {
    # An unticked group counts as answered.
    "required": frozenset(FieldType) - {FieldType.TICKS},
    "years": frozenset(FieldType) - {FieldType.TICKS},
    "none_means": _NUMERIC,
    "decimals": frozenset({FieldType.NUMBER}),
    "min": _NUMERIC,
    "max": _NUMERIC,
    "share": frozenset({FieldType.NUMBER}),
    "max_chars": frozenset({FieldType.TEXT}),
    "options": _PICK,
    "within": _PICK,
    "other": _PICK,
}
_TABLE_BLOCKS = frozenset({BlockKind.LIST, BlockKind.EVIDENCE})
_DRAWN_FIELDS = frozenset(BlockKind) - _TABLE_BLOCKS
FIELD_KEYS_OF_BLOCKS: Mapping[str, frozenset[BlockKind]] = {
    "required": frozenset(BlockKind) - {BlockKind.LIST},
    "spare": frozenset({BlockKind.TARGETS}),
    "beside": frozenset({BlockKind.ROWS, BlockKind.COUNTED, BlockKind.LINES}),
    "group": frozenset({BlockKind.ROWS, BlockKind.TARGETS}),
    "years": frozenset({BlockKind.ROWS, BlockKind.MATRIX}),
    "evidence": _DRAWN_FIELDS,
}


def holds(key: Key, value: Any) -> bool:
    """Tell whether a value is of the type a key takes."""
    return _FITS[key.kind](value)


def in_range(key: Key, value: Any) -> bool:
    """Tell whether the numbers of a value lie in the range of its key."""
    numbers = value if isinstance(value, list) else [value]
    return all(
        key.least <= number <= key.most for number in numbers if isinstance(number, int | float)
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


def _each(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(fits(part) for part in value)


def _is_aggregate(value: Any) -> bool:
    if isinstance(value, str):
        return value in ("sum", "count", "none")
    if not isinstance(value, dict):
        return False
    if set(value) == {"mean"}:
        return _is_text(value["mean"])
    over = value.get("ratio")
    return (
        set(value) <= {"ratio", "times"}
        and _each(_is_text)(over)
        and len(over or ()) == 2  # noqa: PLR2004  (above and below the line)
        and _is_number(value.get("times", 1))
    )


_FITS: Mapping[Kind, Callable[[Any], bool]] = {
    Kind.TEXT: _is_text,
    Kind.FLAG: lambda value: isinstance(value, bool),
    Kind.WHOLE: _is_whole,
    Kind.NUMBER: _is_number,
    Kind.QUANTITY: lambda value: _is_number(value) or _is_day(value),
    Kind.ID: _matches(_ID),
    Kind.ITEM_ID: _matches(_ITEM_ID),
    Kind.FORM_ID: _matches(_FORM_ID),
    Kind.TEXTS: _each(_is_text),
    Kind.IDS: _each(_matches(_ID)),
    Kind.WHOLES: _each(_is_whole),
    Kind.COLORS: _each(_matches(_COLOR)),
    Kind.GRID: _each(_each(_is_text)),
    Kind.TABLE: lambda value: isinstance(value, dict),
    Kind.TABLES: _each(lambda value: isinstance(value, dict)),
    Kind.AGGREGATE: _is_aggregate,
}
