"""What is plausible for a form: its simulate.toml (docs/simulate.md), read into draws."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clusterxl.errors import DefinitionError, Mistake
from clusterxl.form.model import Block, BlockKind, FieldType, Form
from clusterxl.form.toml_lines import EntryPath, line_numbers
from clusterxl.resources import form_folder
from clusterxl.sentences import say
from clusterxl.testing.expressions import ExpressionError, Value, parse

FILE = "simulate.toml"
_TABLES = ("word", "field", "list", "defect", "demo")
_NUMBERS = frozenset(map(str, range(1, 1000)))
_DRAW_KEYS = ("value", "first", "next", "text", "odds", "none", "times", "join")
# A plain text in the file is for these a text to be typed, for all others an expression.
_TEXTS = frozenset({FieldType.TEXT, FieldType.PHONE, FieldType.PICK, FieldType.DATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """How one word, field or list column is drawn.

    Attributes:
        first: Expression of the first year; of the only answer where there are no years.
        later: Expression of the years after it.
        parts: Texts: one alternative of each part is taken, all are joined.
        odds: Weight of each option of a choice, chance of each option of ticks.
        none: Expression: where it is true, the word for "none" is typed.
        times: Expression: how often `parts` are repeated, `n` counting from 1.
        join: What stands between repeated parts.
    """

    first: str = ""
    later: str = ""
    parts: tuple[tuple[str, ...], ...] = ()
    odds: Mapping[str, float] = field(default_factory=dict)
    none: str = ""
    times: str = ""
    join: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDraw:
    """How a list is filled.

    Attributes:
        each: Field whose counts have one row each, with `y`, `row` and `column` bound.
        rows: Expression of the number of rows, where `each` is empty.
        columns: Draw of each column, by its id.
    """

    each: str = ""
    rows: str = ""
    columns: Mapping[str, Draw] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of subject, with the words that go with it.

    Attributes:
        units: Codes of the units it is found in; empty for any.
        words: Its words, by name.
    """

    units: tuple[str, ...] = ()
    words: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A cell named by field, year and item; the year is an expression.

    Attributes:
        field: Id of the field.
        year: Expression of its year; empty for none.
        item: Ids of row, option and column, joined by `_`.
    """

    field: str
    year: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDefect:
    """A defect that only this form can have.

    Attributes:
        typed: Expression of what is typed, by cell.
        expects: Code of each finding it must give, with its first cell.
    """

    typed: tuple[tuple[Place, str], ...]
    expects: tuple[tuple[str, Place], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All of a simulate.toml; an empty one leaves everything to the defaults of the types.

    Attributes:
        words: Words drawn once a return, in order.
        kinds: Kinds of subjects.
        fields: Draws of fields, in the order in which they are drawn.
        lists: How lists and the evidence list are filled, by block id.
        defects: Defects only this form can have, by name.
        demo_units: Codes of the units that answer first in a demonstration.
        demo_defects: Names of the defects in a demonstration, by number of the return.
    """

    words: Mapping[str, Draw] = field(default_factory=dict)
    kinds: tuple[Kind, ...] = ()
    fields: Mapping[str, Draw] = field(default_factory=dict)
    lists: Mapping[str, ListDraw] = field(default_factory=dict)
    defects: Mapping[str, OwnDefect] = field(default_factory=dict)
    demo_units: tuple[str, ...] = ()
    demo_defects: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def load_profile(form: Form) -> Profile:
    """Read the simulate.toml in the folder of a form.

    Args:
        form: The form; its `source` tells the folder.

    Returns:
        The profile; an empty one when the folder has no such file.

    Raises:
        DefinitionError: The file is wrong; carries every mistake.
    """
    path = folder_of(form) / FILE
    if not form.source or not path.is_file():
        return Profile()
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        mistake = Mistake(file=FILE, line=0, path="", message=str(error))
        raise _wrong([mistake]) from error
    reader = _Reader(form, line_numbers(text))
    profile = reader.profile(content)
    if reader.mistakes:
        raise _wrong(reader.mistakes)
    return profile


def folder_of(form: Form) -> Path:
    """Return the folder a form was loaded from."""
    given = Path(form.source)
    return form_folder(form.source) or (given.parent if given.is_file() else given)


def wrong_profile(path: str, message: str) -> DefinitionError:
    """Return the error of an entry that shows itself to be wrong only when it is used."""
    return _wrong([Mistake(file=FILE, line=0, path=path, message=message)])


def _wrong(mistakes: Sequence[Mistake]) -> DefinitionError:
    return DefinitionError(
        say("testing.wrong_profile", file=FILE),
        code="testing.wrong_profile",
        mistakes=tuple(mistakes),
    )


class _Reader:
    """Turns TOML into a profile and collects what is wrong with it."""

    def __init__(self, form: Form, lines: Mapping[EntryPath, int]) -> None:
        self.mistakes: list[Mistake] = []
        self._form = form
        self._lines = lines

    def profile(self, content: Mapping[str, Any]) -> Profile:
        """Read all of the file."""
        parts = {name: self._table(content.get(name, {}), (name,)) for name in _TABLES}
        self._known(content, ("kind", *_TABLES), ())
        self._known(parts["demo"], ("units", "defects"), ("demo",))
        types = {name: asked.type for name, asked in self._form.fields.items()}
        blocks = {
            block.id: block
            for section in self._form.sections
            for block in section.blocks
            if block.kind in (BlockKind.LIST, BlockKind.EVIDENCE)
        }
        kinds = self._tables(content.get("kind", []), ("kind",))
        numbered = self._table(parts["demo"].get("defects", {}), ("demo", "defects"))
        return Profile(
            words={
                name: self._draw(given, ("word", name)) for name, given in parts["word"].items()
            },
            kinds=tuple(self._kind(given) for given in kinds),
            fields=self._draws(parts["field"], ("field",), types),
            lists={
                name: self._list(given, ("list", name), blocks[name])
                for name, given in parts["list"].items()
                if self._is_known(name, blocks, ("list",))
            },
            defects={
                name: self._defect(self._table(given, ("defect", name)), ("defect", name))
                for name, given in parts["defect"].items()
            },
            demo_units=tuple(parts["demo"].get("units", ())),
            demo_defects={
                int(number): tuple(names)
                for number, names in numbered.items()
                if self._is_known(number, _NUMBERS, ("demo", "defects"))
            },
        )

    def _kind(self, given: Mapping[str, Any]) -> Kind:
        words = {name: word for name, word in given.items() if name != "units"}
        return Kind(units=tuple(given.get("units", ())), words=words)

    def _draws(
        self, given: Mapping[str, Any], path: EntryPath, types: Mapping[str, FieldType]
    ) -> Mapping[str, Draw]:
        """Read the draws of fields or list columns, of which `types` has all there are."""
        return {
            name: self._draw(draw, (*path, name), text=types[name] in _TEXTS)
            for name, draw in given.items()
            if self._is_known(name, types, path)
        }

    def _draw(self, given: Any, path: EntryPath, *, text: bool = False) -> Draw:
        if isinstance(given, list) or (text and isinstance(given, str)):
            return Draw(parts=_parts(given))
        if not isinstance(given, dict):
            given = {"value": given}
        self._known(given, _DRAW_KEYS, path)
        value = str(given.get("value", ""))
        draw = Draw(
            first=str(given.get("first", value)),
            later=str(given.get("next", value)),
            parts=_parts(given.get("text", "")),
            odds=self._table(given.get("odds", {}), (*path, "odds")),
            none=str(given.get("none", "")),
            times=str(given.get("times", "")),
            join=str(given.get("join", "")),
        )
        for expression in dict.fromkeys((draw.first, draw.later, draw.none, draw.times)):
            self._parsed(expression, path)
        return draw

    def _list(self, given: Any, path: EntryPath, block: Block) -> ListDraw:
        table = self._table(given, path)
        self._known(table, ("each", "rows", "column"), path)
        each, rows = str(table.get("each", "")), str(table.get("rows", ""))
        if each:
            self._is_known(each, self._form.fields, path)
        self._parsed(rows, path)
        columns = self._table(table.get("column", {}), (*path, "column"))
        types = {asked.id: asked.type for asked in block.fields}
        drawn = self._draws(columns, (*path, "column"), types)
        return ListDraw(each=each, rows=rows, columns=drawn)

    def _defect(self, given: Mapping[str, Any], path: EntryPath) -> OwnDefect:
        self._known(given, ("type", "expect"), path)
        typed = self._tables(given.get("type", []), (*path, "type"), needed=("field", "value"))
        expects = self._tables(given.get("expect", []), (*path, "expect"), needed=("field", "code"))
        return OwnDefect(
            typed=tuple((self._place(cell, path), str(cell["value"])) for cell in typed),
            expects=tuple((str(cell["code"]), self._place(cell, path)) for cell in expects),
        )

    def _place(self, given: Mapping[str, Any], path: EntryPath) -> Place:
        self._is_known(given["field"], self._form.fields, path)
        year, item = str(given.get("year", "")), str(given.get("item", ""))
        return Place(field=given["field"], year=year, item=item)

    def _table(self, given: Any, path: EntryPath) -> Mapping[str, Any]:
        if isinstance(given, dict):
            return given
        self._mistake(path, say("testing.wrong_shape", name=path[-1]))
        return {}

    def _tables(
        self, given: Any, path: EntryPath, *, needed: Sequence[str] = ()
    ) -> Sequence[Mapping[str, Any]]:
        """Return the tables of an array that have all keys they need; note the others."""
        entries = given if isinstance(given, list) else [given]
        good = [e for e in entries if isinstance(e, dict) and set(needed) <= set(e)]
        if len(good) < len(entries):
            self._mistake(path, say("testing.wrong_shape", name=path[-1]))
        return good

    def _parsed(self, expression: str, path: EntryPath) -> None:
        try:
            if expression:
                parse(expression)
        except ExpressionError as error:
            self._mistake(path, str(error))

    def _known(self, given: Mapping[str, Any], names: Collection[str], path: EntryPath) -> None:
        for name in given:
            self._is_known(name, names, path)

    def _is_known(self, name: str, names: Collection[str], path: EntryPath) -> bool:
        if name not in names:
            self._mistake((*path, name), say("testing.unknown_entry", name=name))
        return name in names

    def _mistake(self, path: EntryPath, message: str) -> None:
        ends = range(len(path), 0, -1)
        line = next((self._lines[path[:end]] for end in ends if path[:end] in self._lines), 0)
        where = ".".join(str(part) for part in path)
        self.mistakes.append(Mistake(file=FILE, line=line, path=where, message=message))


def _parts(given: Any) -> tuple[tuple[str, ...], ...]:
    """Read a text, alternatives of a text, or a list of alternatives for each part."""
    if not isinstance(given, list):
        return ((str(given),),) if given != "" else ()
    if given and all(isinstance(part, str) for part in given):
        return (tuple(given),)
    return tuple(tuple(part) if isinstance(part, list) else (str(part),) for part in given)
