"""Checks single blocks: the keys that suit their kind, their texts, columns and widths."""

from __future__ import annotations

from clusterxl.form.build import DraftBlock
from clusterxl.form.model import BlockKind, SectionKind
from clusterxl.form.source import Mistakes
from clusterxl.form.vocabulary import BLOCK_KEYS, NEEDED_BLOCK_KEYS, STATEMENT_STYLES

FORM_WIDTH = 720
COVER_WIDTH = 624
# The fixed columns before the fields: number, thing and whether it is needed; group and label.
_EVIDENCE_COLUMNS = 3
_TARGET_COLUMNS = 2


def lint_block(draft: DraftBlock, section_kind: SectionKind, mistakes: Mistakes) -> None:
    """Note every mistake in a block itself; its fields are checked one by one.

    Args:
        draft: The block with its entry.
        section_kind: Kind of the section it stands in.
        mistakes: Where mistakes are noted.
    """
    _lint_texts(draft, mistakes)
    if not draft.is_kinded:
        return
    _lint_block_keys(draft, mistakes)
    _lint_columns(draft, mistakes)
    _lint_widths(draft, section_kind, mistakes)
    if draft.block.kind is BlockKind.COUNTED:
        _lint_pairs(draft, mistakes)


def _lint_block_keys(draft: DraftBlock, mistakes: Mistakes) -> None:
    entry, kind = draft.entry, draft.block.kind
    for key in entry.table:
        if key != "kind" and key not in BLOCK_KEYS[kind]:
            keys = ", ".join(sorted(BLOCK_KEYS[kind]))
            mistakes.add(entry, "block_key_unused", key, key=key, kind=kind, keys=keys)
    for key in NEEDED_BLOCK_KEYS[kind]:
        if not entry.table.get(key) and key not in entry.wrong:
            mistakes.add(entry, "missing_key", key, key=key)


def _lint_texts(draft: DraftBlock, mistakes: Mistakes) -> None:
    is_statement = draft.block.kind is BlockKind.STATEMENT
    for entry, text in zip(draft.entry.children("text"), draft.block.texts, strict=True):
        if text.style in STATEMENT_STYLES and not is_statement:
            mistakes.add(entry, "style_of_statement", "style", style=text.style)
        if text.style == "space":
            if not text.height:
                mistakes.add(entry, "missing_key", "height", key="height")
        elif not text.text.strip() and text.style not in STATEMENT_STYLES:
            mistakes.add(entry, "missing_key", "text", key="text")


def _lint_columns(draft: DraftBlock, mistakes: Mistakes) -> None:
    block = draft.block
    fixed = {BlockKind.EVIDENCE: _EVIDENCE_COLUMNS, BlockKind.TARGETS: _TARGET_COLUMNS}
    needed = _column_count(draft)
    if block.kind in fixed and block.columns and needed and len(block.columns) != needed:
        figures = {"given": len(block.columns), "needed": needed, "fixed": fixed[block.kind]}
        mistakes.add(draft.entry, "heads_count", "columns", **figures)


def _column_count(draft: DraftBlock) -> int:
    """Return how many columns a block that is a table has; 0 for other blocks."""
    block = draft.block
    if block.kind is BlockKind.LIST:
        return 1 + len(block.fields)
    if block.kind is BlockKind.EVIDENCE:
        return _EVIDENCE_COLUMNS + len(block.fields)
    if block.kind is BlockKind.TARGETS:
        return _TARGET_COLUMNS + len(draft.entry.children("column"))
    return 0


def _lint_widths(draft: DraftBlock, section_kind: SectionKind, mistakes: Mistakes) -> None:
    block, most = draft.block, COVER_WIDTH if section_kind is SectionKind.COVER else FORM_WIDTH
    if not block.widths:
        return
    needed = _column_count(draft)
    if needed and len(block.widths) != needed:
        figures = {"given": len(block.widths), "needed": needed}
        mistakes.add(draft.entry, "widths_count", "widths", **figures)
    elif sum(block.widths) > most:
        figures = {"given": sum(block.widths), "most": most}
        mistakes.add(draft.entry, "widths_wide", "widths", **figures)


def _lint_pairs(draft: DraftBlock, mistakes: Mistakes) -> None:
    """A counted block draws each number with its names; a field alone would lack its other half."""
    for place, field in enumerate(draft.fields):
        if field.field.draw.beside != bool(place % 2):
            mistakes.add(field.entry, "counted_pair", "beside", field=field.field.id)
            return
    if len(draft.fields) % 2:
        last = draft.fields[-1]
        mistakes.add(last.entry, "counted_pair", "beside", field=last.field.id)
