"""Checks single fields: what suits their type and block, and what they refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clusterxl.form.answers import GAP, TICKED, UNTICKED, choice_line
from clusterxl.form.build import DraftBlock, DraftField
from clusterxl.form.lint_lists import LONGEST_OPTION
from clusterxl.form.model import Aggregate, AggregateKind, BlockKind, Field, FieldType, Form
from clusterxl.form.source import Mistakes
from clusterxl.form.suggest import did_you_mean
from clusterxl.form.tables import Table
from clusterxl.form.vocabulary import FIELD_KEYS_OF_BLOCKS, FIELD_KEYS_OF_TYPES

_ITEMS = (FieldType.CHOICE, FieldType.TICKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLint:
    """Checks the fields of one form.

    Attributes:
        form: The form they belong to.
        lists: Its option lists as they were read.
        mistakes: Where mistakes are noted.
    """

    form: Form
    lists: Mapping[str, Table]
    mistakes: Mistakes

    def check(self, draft: DraftField, block: DraftBlock, place: int) -> None:
        """Note every mistake in a field, which stands at `place` of its block, from 0."""
        self._check_years(draft)
        self._check_range(draft)
        if block.is_kinded:
            self._check_place(draft, block, place)
        if not draft.is_typed:
            return
        self._check_keys(draft)
        self._check_aggregate(draft)
        if block.is_kinded:
            self._check_items(draft, block.block.kind)
            self._check_evidence(draft)
        if draft.field.type is FieldType.PICK:
            self._check_options(draft)
            self._check_within(draft)

    def _check_years(self, draft: DraftField) -> None:
        entry, field = draft.entry, draft.field
        has_years = entry.flag("years", default=False)
        if has_years and self.form.base_year is None:
            self.mistakes.add(entry, "years_without_base_year", "years", key="years")
        for key in ("stack", "own_head"):
            if entry.flag(key, default=False) and not has_years:
                self.mistakes.add(entry, "key_needs", key, key=key, needed="years = true")
        if entry.flag("none", default=False) and not self.form.none_word:
            self.mistakes.add(entry, "none_without_word", "none")
        if field.evidence == "" and field.evidence_label:
            figures = {"key": "evidence_label", "needed": "evidence"}
            self.mistakes.add(entry, "key_needs", "evidence_label", **figures)

    def _check_range(self, draft: DraftField) -> None:
        least, most = draft.field.minimum, draft.field.maximum
        if least is not None and most is not None and least > most:
            key = "min" if "min" in draft.entry.table else "max"
            figures = {"least": f"{least:g}", "most": f"{most:g}"}
            self.mistakes.add(draft.entry, "min_over_max", key, **figures)

    def _check_place(self, draft: DraftField, block: DraftBlock, place: int) -> None:
        kind = block.block.kind
        for key, kinds in FIELD_KEYS_OF_BLOCKS.items():
            if draft.entry.table.get(key) and kind not in kinds:
                figures = {"key": key, "kind": kind, "kinds": ", ".join(sorted(kinds))}
                self.mistakes.add(draft.entry, "key_not_in_block", key, **figures)
        if place == 0 and draft.field.draw.beside and kind is not BlockKind.COUNTED:
            self.mistakes.add(draft.entry, "beside_first", "beside")
        self._check_row_of_years(draft, block, place)
        is_ticks = draft.field.type is FieldType.TICKS and kind is not BlockKind.ROWS
        is_choice = draft.field.type is FieldType.CHOICE and kind is BlockKind.MATRIX
        if is_ticks or is_choice:
            figures = {"type": draft.field.type, "kind": kind}
            self.mistakes.add(draft.entry, "type_not_in_block", "type", **figures)

    def _check_row_of_years(self, draft: DraftField, block: DraftBlock, place: int) -> None:
        """Note what would leave an answer of some year without a cell."""
        draw = draft.field.draw
        behind = block.fields[place + 1 : place + 2]
        in_the_way = {
            "beside": draw.beside or any(next_one.field.draw.beside for next_one in behind),
            "label_px": draw.label_px < 0,
            "group": bool(draw.group) and draw.stack,
        }
        if draft.entry.flag("years", default=False) and block.block.kind is BlockKind.ROWS:
            for key in (key for key, is_set in in_the_way.items() if is_set):
                self.mistakes.add(draft.entry, "years_in_row", "years", key=key)

    def _check_keys(self, draft: DraftField) -> None:
        for key, types in FIELD_KEYS_OF_TYPES.items():
            value = draft.entry.table.get(key)
            if value not in (None, False, "") and draft.field.type not in types:
                names = ", ".join(sorted(types))
                figures = {"key": key, "type": draft.field.type, "types": names}
                self.mistakes.add(draft.entry, "key_not_for_type", key, **figures)

    def _check_items(self, draft: DraftField, kind: BlockKind) -> None:
        entry, field = draft.entry, draft.field
        if field.type in _ITEMS or kind is BlockKind.MATRIX:
            if not field.items and "items" not in entry.wrong:
                self.mistakes.add(entry, "items_missing", "items")
        elif "items" in entry.table:
            figures = {"key": "items", "type": field.type, "types": "choice, ticks"}
            self.mistakes.add(entry, "key_not_for_type", "items", **figures)
        if field.type is FieldType.CHOICE:
            self._check_options_of_choice(draft)

    def _check_options_of_choice(self, draft: DraftField) -> None:
        """The options stand in one line, from which the chosen one is read back."""
        seen: dict[str, str] = {}
        for child, item in zip(draft.entry.children("items"), draft.field.items, strict=True):
            label = item.label
            is_odd = not label.replace("\u3000", " ").isprintable() or label != label.strip()
            if is_odd or any(sign in label for sign in (TICKED, UNTICKED, GAP)):
                self.mistakes.add(child, "option_odd", "label", label=label)
            if label and seen.setdefault(" ".join(label.split()), item.id) != item.id:
                self.mistakes.add(child, "option_twice", "label", label=label)
        length = len(choice_line(draft.field))
        if length > LONGEST_OPTION:
            figures = {"length": length, "most": LONGEST_OPTION}
            self.mistakes.add(draft.entry, "options_too_long", "items", **figures)

    def _check_evidence(self, draft: DraftField) -> None:
        field = draft.field
        triggers = _triggers(field)
        if field.evidence and field.evidence not in triggers:
            figures = {
                "trigger": field.evidence,
                "type": field.type,
                "triggers": ", ".join(triggers),
                "hint": did_you_mean(field.evidence, triggers),
            }
            self.mistakes.add(draft.entry, "evidence_trigger", "evidence", **figures)

    def _check_options(self, draft: DraftField) -> None:
        entry, options = draft.entry, draft.field.options
        name, dot, column = options.partition(".")
        if "options" in entry.wrong:
            return
        if not dot:
            self.mistakes.add(entry, "options_missing", "options", options=options)
        elif name not in self.lists:
            hint = did_you_mean(name, self.lists)
            self.mistakes.add(entry, "list_missing", "options", list=name, hint=hint)
        elif column not in self.lists[name].header:
            header = self.lists[name].header
            figures = {"hint": did_you_mean(column, header), "columns": ", ".join(header)}
            self.mistakes.add(
                entry, "list_column_missing", "options", list=name, column=column, **figures
            )
        elif self.lists[name].rows and not self.form.options_of(draft.field):
            self.mistakes.add(entry, "list_column_empty", "options", list=name, column=column)

    def _check_within(self, draft: DraftField) -> None:
        field, fields = draft.field, self.form.fields
        if not field.within:
            return
        above = fields.get(field.within)
        if above is None:
            hint = did_you_mean(field.within, fields)
            figures = {"key": "within", "field": field.within, "hint": hint}
            self.mistakes.add(draft.entry, "unknown_field", "within", **figures)
            return
        same_list = above.options.partition(".")[0] == field.options.partition(".")[0]
        names = list(fields)
        is_before = field.id not in fields or names.index(above.id) < names.index(field.id)
        if above.type is not FieldType.PICK or not same_list or not is_before:
            self.mistakes.add(draft.entry, "within_unfit", "within", field=above.id)

    def _check_aggregate(self, draft: DraftField) -> None:
        entry, field = draft.entry, draft.field
        kind = field.aggregate.kind
        if kind not in (AggregateKind.SUM, AggregateKind.MEAN, AggregateKind.RATIO):
            return
        if not field.type.is_numeric:
            self.mistakes.add(entry, "aggregate_no_number", "aggregate", kind=kind, type=field.type)
        for name in _rests_on(field.aggregate):
            other = self.form.fields.get(name)
            if other is None:
                hint = did_you_mean(name, self.form.fields)
                figures = {"key": "aggregate", "field": name, "hint": hint}
                self.mistakes.add(entry, "unknown_field", "aggregate", **figures)
            elif not other.type.is_numeric:
                figures = {"key": "aggregate", "field": name}
                self.mistakes.add(entry, "not_a_number", "aggregate", **figures)
            elif field.years and not other.years:
                self.mistakes.add(entry, "aggregate_years", "aggregate", field=name)


def _rests_on(aggregate: Aggregate) -> tuple[str, ...]:
    if aggregate.kind is AggregateKind.MEAN:
        return (aggregate.weight,)
    return aggregate.over


def _triggers(field: Field) -> tuple[str, ...]:
    if field.type is FieldType.TICKS:
        return ("ticked",)
    if field.type is FieldType.CHOICE:
        return (*(item.id for item in field.items), "filled")
    if field.type.is_numeric:
        return ("positive", "filled")
    return ("filled",)
