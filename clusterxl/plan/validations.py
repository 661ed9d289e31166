"""What may be typed where: drop-downs, checks and prompts, and the lists behind them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import chain, count

from clusterxl.excel.cells import (
    Style,
    Validation,
    address,
    column_letters,
    literal,
    sheet_reference,
)
from clusterxl.excel.limits import (
    MAX_ERROR_MESSAGE,
    MAX_PROMPT,
    MAX_VALIDATION_FORMULA,
    MAX_VALIDATION_TITLE,
    excel_length,
    fitting,
)
from clusterxl.form.answers import TICKED, UNTICKED, choice_lines
from clusterxl.form.layout import Layout
from clusterxl.form.model import Field, FieldType, Form, Input, defined_name, plain_label
from clusterxl.plan.model import Area, PlanCell, SheetPlan
from clusterxl.sentences import say

LISTS = "_lists"
# Five names and the functions around them fit into the formula of a validation.
LONGEST_LIST_NAME = 32
# MATCH and COUNTIF take these for wildcards, comparisons and numbers.
_SPECIAL = re.compile(r"[*?~<>=#0-9]")


@dataclass
class OptionLists:
    """The hidden sheet of option lists: one column a list, each behind a name."""

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    _names: dict[tuple[str, ...], str] = field(default_factory=dict)

    def name_of(self, texts: tuple[str, ...], wanted: str) -> str:
        """Return the name of a list with these texts, adding it where it is new.

        It is the wanted one, cut where it is long, and numbered where another list has it.
        """
        if texts not in self._names:
            name = self._free(wanted)
            self._names[texts] = name
            self.columns[name] = texts
        return self._names[texts]

    def name_of_cell(self, key: str, reference: str) -> str:
        """Return a name of an input cell that is short enough for the formula of a validation."""
        name = defined_name(key)
        if len(name) <= LONGEST_LIST_NAME:
            return name
        found = next((name for name, place in self.cells.items() if place == reference), "")
        if not found:
            found = self._free(f"l_{key}")
            self.cells[found] = reference
        return found

    def _free(self, wanted: str) -> str:
        wanted = wanted[:LONGEST_LIST_NAME]
        numbered = (f"{wanted}_{number}" for number in count(2))
        taken = {**self.columns, **self.cells}
        return next(name for name in chain((wanted,), numbered) if name not in taken)

    def names(self) -> dict[str, str]:
        """Return what each name refers to."""
        found = {name: f"={reference}" for name, reference in self.cells.items()}
        for column, (name, texts) in enumerate(self.columns.items(), start=1):
            letter = column_letters(column)
            area = f"${letter}$1:${letter}${max(len(texts), 1)}"
            found[name] = f"={sheet_reference(LISTS, area)}"
        return found

    def sheet(self) -> SheetPlan:
        """Return the hidden sheet."""
        plain = Style(font="SimSun", size=10, num_format="@")
        cells = [
            PlanCell(area=Area(row, column, row, column), content=text, style=plain)
            for column, texts in enumerate(self.columns.values(), start=1)
            for row, text in enumerate(texts, start=1)
        ]
        return SheetPlan(name=LISTS, cells=tuple(cells), visibility="very_hidden")


@dataclass(frozen=True, slots=True)
class Validator:
    """Gives each input cell its validation and collects the lists that takes."""

    form: Form
    layout: Layout
    lists: OptionLists

    def validation(self, asked: Input, *, holds: int) -> Validation | None:
        """Return the validation of an input cell; None where nothing need be said.

        Args:
            asked: The cell.
            holds: How many characters its box shows on paper.
        """
        if asked.is_note:
            return None
        match asked.type:
            case FieldType.TICKS:
                name = self.lists.name_of((UNTICKED, TICKED), "l_tick")
                return self._refusing(Validation(kind="list", formula=f"={name}"), "option")
            case FieldType.CHOICE:
                texts = (*choice_lines(asked.field), *self._none(asked.field))
                name = self.lists.name_of(texts, f"l_{asked.field.id}")
                return self._list(asked, f"={name}")
            case FieldType.PICK:
                return self._list(asked, self._pick_formula(asked.field), stop=_is_bound(asked))
            case FieldType.NUMBER | FieldType.COUNT:
                return self._number(asked)
            case _:
                return self._text(asked, holds)

    def _list(self, asked: Input, formula: str, *, stop: bool = True) -> Validation:
        found = Validation(kind="list", formula=formula, stop=stop)
        return self._refusing(self._prompting(found, asked, self._say("prompt_option")), "option")

    def _none(self, asked: Field) -> tuple[str, ...]:
        """The word for "none" as an option, where it is a legal answer."""
        return (self.form.none_word,) if asked.none_allowed and self.form.none_word else ()

    def _pick_formula(self, asked: Field) -> str:
        if not asked.within:
            texts = tuple(dict.fromkeys((*self.form.options_of(asked), *self._none(asked))))
            return "=" + self.lists.name_of(texts, f"l_{asked.options.replace('.', '_')}")
        parent = self.form.fields[asked.within]
        # One long table sorted by parent: OFFSET needs two names and takes any parent text.
        pairs = [
            (above, below)
            for above in self.form.options_of(parent)
            for below in self.form.options_of(asked, above)
        ]
        base = f"l_{asked.id}"
        above = self.lists.name_of(tuple(p[0] for p in pairs), f"{base}_of")
        below = self.lists.name_of(tuple(p[1] for p in pairs), f"{base}_all")
        cell = self.lists.name_of_cell(parent.id, self.layout.places[parent.id].reference)
        parents = [text.casefold() for text in self.form.options_of(parent)]
        if len(set(parents)) == len(parents) and not any(map(_SPECIAL.search, parents)):
            return f"=OFFSET({below},MATCH({cell},{above},0)-1,0,COUNTIF({above},{cell}),1)"
        same = f"EXACT({above},{cell})"
        rows, last = f"SUMPRODUCT(--{same})", f"SUMPRODUCT(MAX({same}*ROW({above})))"
        return f"=OFFSET({below},{last}-{rows},0,{rows},1)"

    def _number(self, asked: Input) -> Validation:
        place = self.layout.places[asked.key]
        cell = address(place.row, place.column) if asked.row else place.local
        tests = [f"ISNUMBER({cell})", *_limits(asked.field, cell)]
        test = f"AND({','.join(tests)})" if len(tests) > 1 else tests[0]
        has_none = asked.field.none_allowed and self.form.none_word
        if has_none:
            test = self._or_none(test, cell)
        suffix = "_none" if has_none else ""
        if asked.type is FieldType.COUNT:
            prompt = self._say(f"prompt_count{suffix}")
        elif asked.field.decimals is None:
            prompt = self._say(f"prompt_any{suffix}")
        else:
            prompt = self._say(f"prompt_number{suffix}", decimals=asked.field.decimals)
        found = Validation(kind="custom", formula=f"={test}")
        return self._refusing(self._prompting(found, asked, prompt), f"number{suffix}")

    def _or_none(self, test: str, cell: str) -> str:
        """Let the word for "none" pass as well; a long one stands behind a name."""
        word = self.form.none_word
        tests = (
            f"OR({test},EXACT(TRIM({cell}),{text}))"
            for text in (literal(word), self.lists.name_of((word,), "l_none"))
        )
        # An equals sign comes before it.
        return next(test for test in tests if excel_length(test) < MAX_VALIDATION_FORMULA)

    def _text(self, asked: Input, holds: int) -> Validation | None:
        limit = asked.field.max_chars
        has_none = asked.field.none_allowed and self.form.none_word and not asked.block
        suffix = "_none" if has_none else ""
        room = self._say("prompt_room", holds=holds)
        if limit:
            found = Validation(
                kind="length",
                maximum=limit,
                error_title=self._say("refused"),
                error=self._say("error_length", limit=limit),
            )
            prompt = self._say(f"prompt_text{suffix}", limit=limit)
            return self._prompting(found, asked, prompt + (room if holds < limit else ""))
        if asked.row:
            return None
        is_shaped = asked.type in (FieldType.DATE, FieldType.PHONE)
        prompt = self._say(f"prompt_{asked.type}") if is_shaped else room
        return self._prompting(Validation(kind="any"), asked, prompt)

    def _say(self, name: str, /, **figures: object) -> str:
        return say(f"plan.{name}", lang=self.form.language, none=self.form.none_word, **figures)

    def _prompting(self, found: Validation, asked: Input, text: str) -> Validation:
        # A prompt on each cell of a list would stand in the way of the rows below.
        if asked.row:
            return found
        title = fitting(plain_label(asked.label), MAX_VALIDATION_TITLE)
        return replace(found, title=title, prompt=fitting(text, MAX_PROMPT))

    def _refusing(self, found: Validation, kind: str) -> Validation:
        error = fitting(self._say(f"error_{kind}"), MAX_ERROR_MESSAGE)
        return replace(found, error_title=self._say("refused"), error=error)


def _is_bound(asked: Input) -> bool:
    """Whether the drop-down offers every legal answer; a narrowed one does not offer "none"."""
    return not asked.field.other and not (asked.field.within and asked.field.none_allowed)


def _limits(asked: Field, cell: str) -> list[str]:
    """Tests for the limits the definition sets; the canonical rules say the same in words."""
    tests = []
    if asked.type is FieldType.COUNT:
        tests.append(f"{cell}=INT({cell})")
    low, high = asked.minimum, asked.maximum
    if asked.share:
        low, high = low if low is not None else 0, high if high is not None else 100
    if asked.type is FieldType.COUNT and low is None:
        low = 0
    if low is not None:
        tests.append(f"{cell}>={low:.15g}")
    if high is not None:
        tests.append(f"{cell}<={high:.15g}")
    return tests
