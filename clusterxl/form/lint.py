"""Checks a whole form: its head, sheets, comparison and keys; fields and lists have their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from clusterxl.form.build import Draft, DraftSection
from clusterxl.form.lint_blocks import lint_block
from clusterxl.form.lint_fields import FieldLint
from clusterxl.form.lint_lists import lint_lists
from clusterxl.form.model import BlockKind, Field, FieldType, Form, Input, defined_name
from clusterxl.form.source import Entry, Mistakes
from clusterxl.form.suggest import did_you_mean
from clusterxl.sentences import LANGUAGES, say

LONGEST_SHEET_NAME = 31
LONGEST_KEY = 240
_NO_SHEET_CHARACTERS = "[]:*?/\\"
_SHEETS_OF_EXCEL = ("history",)


def lint_draft(draft: Draft, mistakes: Mistakes) -> None:
    """Note every mistake in how the parts of a form fit together.

    Args:
        draft: The form with its entries.
        mistakes: Where mistakes are noted.
    """
    lint_lists(draft.lists, mistakes)
    _lint_head(draft, mistakes)
    _lint_sections(draft, mistakes)
    fields = FieldLint(form=draft.form, lists=draft.lists, mistakes=mistakes)
    for section in draft.sections:
        for block in section.blocks:
            lint_block(block, section.section.kind, mistakes)
            for place, field in enumerate(block.fields):
                fields.check(field, block, place)
    _lint_evidence(draft, mistakes)
    _lint_comparison(draft, mistakes)
    repeated = _lint_ids(draft, mistakes)
    _lint_keys(draft, repeated, mistakes)
    if not mistakes.in_order():
        _lint_emptiness(draft, mistakes)


def _lint_emptiness(draft: Draft, mistakes: Mistakes) -> None:
    if not draft.sections:
        mistakes.add(draft.head, "no_section")
    elif not draft.form.inputs:
        mistakes.add(draft.head, "no_field")


def _lint_head(draft: Draft, mistakes: Mistakes) -> None:
    head, form = draft.head, draft.form
    if "years" in head.table and form.base_year is None:
        mistakes.add(head, "years_without_base_year", "years", key="years")
    if "none" in head.table and not _is_word(form.none_word):
        mistakes.add(head, "none_no_word", "none", word=form.none_word)
    for name in dict.fromkeys(name for name, times in Counter(form.levels).items() if times > 1):
        mistakes.add(head, "level_twice", "levels", field=name)
    names = [("subject", form.subject)] if form.subject else []
    for key, name in [*names, *(("levels", level) for level in form.levels)]:
        _lint_naming_field(draft, key, name, mistakes)
    for above, level in zip(form.levels, form.levels[1:], strict=False):
        field = form.fields.get(level)
        if field is None or field.type is not FieldType.PICK:
            continue
        if field.within != above:
            mistakes.add(head, "level_not_within", "levels", field=level, above=above)


def _is_word(word: str) -> bool:
    """Tell whether a word can stand for "none": a number could not be told from an answer."""
    try:
        float(word)
    except ValueError:
        return bool(word)
    return False


def _lint_naming_field(draft: Draft, key: str, name: str, mistakes: Mistakes) -> None:
    field = draft.form.fields.get(name)
    if field is None:
        hint = did_you_mean(name, draft.form.fields)
        mistakes.add(draft.head, "unknown_field", key, key=key, field=name, hint=hint)
    elif field.type not in (FieldType.TEXT, FieldType.PICK) or field.years or field.columns:
        mistakes.add(draft.head, "field_names_nothing", key, key=key, field=name)


def _lint_sections(draft: Draft, mistakes: Mistakes) -> None:
    for section in draft.sections:
        if not section.blocks:
            mistakes.add(section.entry, "no_block")
        _lint_sheet_name(section, mistakes)
    _note_repeated(
        ((s.entry, s.section.sheet.casefold()) for s in draft.sections), "sheet", mistakes
    )


def _lint_sheet_name(section: DraftSection, mistakes: Mistakes) -> None:
    sheet = section.section.sheet
    # Excel counts UTF-16 units.
    length = len(sheet.encode("utf-16-le")) // 2
    if length > LONGEST_SHEET_NAME:
        figures = {"length": length, "most": LONGEST_SHEET_NAME}
        mistakes.add(section.entry, "sheet_too_long", "sheet", **figures)
    is_odd = any(char in _NO_SHEET_CHARACTERS or not char.isprintable() for char in sheet)
    starts_odd = sheet.startswith(("'", "_")) or sheet.endswith("'")
    # Workbooks have sheets of their own by these names, in each language.
    ours = {
        say(name, lang=language).casefold()
        for name in ("plan.check_sheet", "correction.sheet")
        for language in LANGUAGES
    }
    if is_odd or starts_odd or sheet.casefold() in {*_SHEETS_OF_EXCEL, *ours}:
        mistakes.add(section.entry, "sheet_odd", "sheet", sheet=sheet)


def _lint_evidence(draft: Draft, mistakes: Mistakes) -> None:
    blocks = [block for section in draft.sections for block in section.blocks]
    lists = [block for block in blocks if block.block.kind is BlockKind.EVIDENCE]
    asking = [
        field
        for block in blocks
        if block.block.kind not in (BlockKind.EVIDENCE, BlockKind.LIST)
        for field in block.fields
        if field.field.evidence
    ]
    if not asking:
        for block in lists:
            mistakes.add(block.entry, "evidence_unasked")
    if not lists:
        for field in asking:
            mistakes.add(field.entry, "evidence_unlisted", "evidence")


def _lint_comparison(draft: Draft, mistakes: Mistakes) -> None:
    entry, form = draft.comparison, draft.form
    if entry is None:
        return
    lead = _compared_field(form, entry, "lead", mistakes)
    if lead is not None and not lead.type.is_numeric:
        mistakes.add(entry, "not_a_number", "lead", key="lead", field=lead.id)
    mix = _compared_field(form, entry, "mix", mistakes)
    if mix is not None and mix.type is not FieldType.CHOICE:
        mistakes.add(entry, "mix_no_choice", "mix", field=mix.id)
    colors = form.comparison.mix_colors
    if mix is not None and colors and len(colors) < len(mix.items):
        figures = {"colors": len(colors), "options": len(mix.items)}
        mistakes.add(entry, "mix_colors_few", "mix_colors", **figures)
    _lint_tiles(form, entry, mistakes)
    for figure in draft.figures:
        field = _compared_field(form, figure, "field", mistakes)
        if field is not None and not field.type.is_numeric:
            mistakes.add(figure, "not_a_number", "field", key="field", field=field.id)


def _lint_tiles(form: Form, entry: Entry, mistakes: Mistakes) -> None:
    level = form.fields.get(form.levels[0]) if form.levels else None
    groups = form.options_of(level) if level else ()
    placed = [name for row in form.comparison.tiles for name in row if name]
    for name in dict.fromkeys(placed):
        if name not in groups:
            hint = did_you_mean(name, groups)
            mistakes.add(entry, "tile_unknown", "tiles", tile=name, hint=hint)
        elif placed.count(name) > 1:
            mistakes.add(entry, "tile_twice", "tiles", tile=name)


def _compared_field(form: Form, entry: Entry, key: str, mistakes: Mistakes) -> Field | None:
    name = entry.text(key)
    if name and name not in form.fields:
        hint = did_you_mean(name, form.fields)
        mistakes.add(entry, "unknown_field", key, key=key, field=name, hint=hint)
    field = form.fields.get(name)
    if field is not None and field.personal:
        mistakes.add(entry, "personal_compared", key, key=key, field=name)
    return field


def _lint_ids(draft: Draft, mistakes: Mistakes) -> frozenset[str]:
    """Note ids that stand twice and return those of fields and blocks."""
    blocks = [block for section in draft.sections for block in section.blocks]
    tables = [b for b in blocks if b.block.kind in (BlockKind.LIST, BlockKind.EVIDENCE)]
    others = [b for b in blocks if b not in tables]
    _note_repeated(((s.entry, s.section.id) for s in draft.sections), "id", mistakes)
    repeated = _note_repeated(((b.entry, b.block.id) for b in tables), "id", mistakes)
    repeated |= _note_repeated(
        ((f.entry, f.field.id) for b in others for f in b.fields), "id", mistakes
    )
    for block in tables:
        repeated |= _note_repeated(((f.entry, f.field.id) for f in block.fields), "id", mistakes)
    for block in blocks:
        columns = block.entry.children("column")
        twice = _note_repeated(((c, c.text("id")) for c in columns), "id", mistakes)
        repeated |= {field.field.id for field in block.fields} if twice else set()
        for field in block.fields:
            items = field.entry.children("items")
            twice = _note_repeated(((item, item.text("id")) for item in items), "id", mistakes)
            repeated |= {field.field.id} if twice else set()
    return frozenset(repeated)


def _note_repeated(named: Iterable[tuple[Entry, str]], key: str, mistakes: Mistakes) -> set[str]:
    first: dict[str, Entry] = {}
    repeated = set()
    for entry, name in named:
        earlier = first.setdefault(name, entry) if name else entry
        if earlier is not entry:
            figures = {"file": earlier.file, "line": earlier.line(key)}
            mistakes.add(entry, "repeated", key, key=key, name=name, **figures)
            repeated.add(name)
    return repeated


def _lint_keys(draft: Draft, repeated: frozenset[str], mistakes: Mistakes) -> None:
    """Note keys that are too long, or that two cells share; Excel's names ignore case."""
    entries = _entries_of_inputs(draft)
    owners: dict[str, tuple[str, str]] = {}
    noted = set()
    for place, asked in enumerate(draft.form.inputs):
        entry = entries.get(_owner_of(asked), draft.head)
        if (entry.file, entry.at) in noted:
            continue
        name = defined_name(asked.key).lower()
        # The cells of a list column share one name on purpose.
        owner = _owner_of(asked) if asked.row else ("", str(place))
        if len(name) > LONGEST_KEY:
            mistakes.add(entry, "key_too_long", "id", key=asked.key, most=LONGEST_KEY)
        elif owners.setdefault(name, owner) == owner or {entry.text("id"), asked.block} & repeated:
            continue
        else:
            mistakes.add(entry, "key_twice", "id", key=asked.key)
        noted.add((entry.file, entry.at))


def _owner_of(asked: Input) -> tuple[str, str]:
    return asked.block, asked.field.id


def _entries_of_inputs(draft: Draft) -> dict[tuple[str, str], Entry]:
    entries = {
        (_table_id(block.block.kind, block.block.id), field.field.id): field.entry
        for section in draft.sections
        for block in section.blocks
        for field in block.fields
    }
    notes = {
        ("", asked.note): entries[_owner_of(asked)] for asked in draft.form.inputs if asked.note
    }
    return notes | entries


def _table_id(kind: BlockKind, block_id: str) -> str:
    return block_id if kind in (BlockKind.LIST, BlockKind.EVIDENCE) else ""
