"""What the names in a rule stand for: cells of the form, their options, words and lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clusterxl.errors import DefinitionError
from clusterxl.form.answers import TICKED, UNTICKED, canonical_text, choice_line
from clusterxl.form.model import BlockKind, FieldType, Form, Input
from clusterxl.form.suggest import did_you_mean
from clusterxl.ruleset.nodes import Condition, Every, Filled, OneOf, Opposite, Paired, Some, Truth
from clusterxl.sentences import say


def refused(sentence: str, /, **figures: object) -> DefinitionError:
    """Return the error for a rule that cannot be read, with the sentence of this name."""
    text = say(f"language.{sentence}", lang="", **figures)
    return DefinitionError(text, code=f"language.{sentence}")


@dataclass(frozen=True, kw_only=True)
class Names:
    """The cells of a form by the names that rules use.

    Attributes:
        form: The form.
        fields: Cells by field id, in form order; explanations, lists and evidence left out.
        lists: Cells of list columns, by list id and column id, in row order.
        evidence: Keys of the cells that register evidence, by the key that asks for it.
    """

    form: Form
    fields: Mapping[str, tuple[Input, ...]]
    lists: Mapping[tuple[str, str], tuple[Input, ...]]
    evidence: Mapping[str, tuple[str, ...]]

    def field(self, name: str) -> tuple[Input, ...]:
        """Return the cells of a field."""
        if name not in self.fields:
            hint = did_you_mean(name, self.fields)
            raise refused("unknown_name", name=name, hint=hint)
        return self.fields[name]

    def column(self, block: str, column: str) -> tuple[Input, ...]:
        """Return the cells of a column of a list."""
        if (block, column) not in self.lists:
            known = ", ".join(".".join(name) for name in self.lists)
            raise refused("unknown_column", name=f"{block}.{column}", known=known)
        return self.lists[block, column]

    def option(self, asked: Input, option: str) -> OneOf:
        """Return the condition that an option is chosen or ticked in a cell."""
        if asked.type is FieldType.TICKS:
            return OneOf(asked.key, (TICKED,))
        texts = _option_texts(asked).get(option)
        if texts is None:
            known = ", ".join(item.id for item in asked.field.items)
            raise refused("unknown_option", option=option, field=asked.field.id, known=known)
        return OneOf(asked.key, texts)

    def none(self, key: str) -> Condition:
        """Return the condition that a cell holds the form's word for "none"."""
        word = self.form.none_word
        return OneOf(key, (canonical_text(word),)) if word else Truth(holds=False)

    def valued(self, key: str) -> Condition:
        """Return the condition that a cell is filled in, and not with the word for "none"."""
        none = self.none(key)
        return Filled(key) if none == Truth(holds=False) else Every((Filled(key), Opposite(none)))

    def own_option(self, asked: Input) -> Condition:
        """Return the condition that a cell holds one of the options of its own field."""
        match asked.type:
            case FieldType.TICKS:
                return OneOf(asked.key, (TICKED, UNTICKED))
            case FieldType.CHOICE:
                options = _option_texts(asked).values()
                return OneOf(asked.key, tuple(text for texts in options for text in texts))
            case FieldType.PICK if asked.field.within:
                return self._narrowed(asked)
            case FieldType.PICK:
                return self.list_option(asked.key, asked.field.options)
            case _:
                raise refused("no_options", name=asked.field.id)

    def list_option(self, key: str, source: str) -> OneOf:
        """Return the condition that a cell holds a text of an option list (`list.column`)."""
        name, _, column = source.partition(".")
        texts = [row.get(column, "") for row in self.form.lists.get(name, ())]
        if not any(texts):
            raise refused("unknown_list", name=source, known=", ".join(self.form.lists))
        return OneOf(key, _distinct(texts), source)

    def _narrowed(self, asked: Input) -> Condition:
        """An answer that its parent narrows; below an unknown parent any option will do."""
        above, below = self.form.fields[asked.field.within], asked.field
        (parent,) = self.field(above.id)
        pairs = tuple(
            (canonical_text(upper), canonical_text(lower))
            for upper in self.form.options_of(above)
            for lower in self.form.options_of(below, upper)
        )
        known_parent = self.list_option(parent.key, above.options)
        anywhere = self.list_option(asked.key, below.options)
        return Some(
            (
                Paired(parent.key, asked.key, pairs, below.options),
                Every((Opposite(known_parent), anywhere)),
            )
        )


def names_of(form: Form) -> Names:
    """Collect the names that rules on a form may use."""
    fields: dict[str, list[Input]] = {}
    lists: dict[tuple[str, str], list[Input]] = {}
    evidence: dict[str, list[str]] = {}
    registers = {
        section_block.id: section_block.fields[0].id
        for section in form.sections
        for section_block in section.blocks
        if section_block.kind is BlockKind.EVIDENCE and section_block.fields
    }
    for asked in form.inputs:
        if asked.owners:
            for owner in asked.owners if registers.get(asked.block) == asked.field.id else ():
                evidence.setdefault(owner, []).append(asked.key)
        elif asked.row:
            lists.setdefault((asked.block, asked.field.id), []).append(asked)
        elif not asked.is_note:
            fields.setdefault(asked.field.id, []).append(asked)
    return Names(
        form=form,
        fields={name: tuple(cells) for name, cells in fields.items()},
        lists={name: tuple(cells) for name, cells in lists.items()},
        evidence={owner: tuple(keys) for owner, keys in evidence.items()},
    )


def _option_texts(asked: Input) -> dict[str, tuple[str, ...]]:
    """How each option of a choice may stand in its cell: the printed line, or the bare label."""
    return {
        item.id: _distinct((choice_line(asked.field, item.id), item.label))
        for item in asked.field.items
    }


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clean for text in texts if (clean := canonical_text(text))))
