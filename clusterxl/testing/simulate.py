"""Plays the respondent: what would be typed into each cell of a form, plausible and consistent."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from random import Random

from clusterxl.form.answers import TICKED, UNTICKED, choice_line
from clusterxl.form.model import (
    Block,
    BlockKind,
    Field,
    FieldType,
    Form,
    Input,
    evidence_rows,
    make_key,
)
from clusterxl.form.roster import Unit
from clusterxl.sentences import say
from clusterxl.testing import defaults
from clusterxl.testing.expressions import ExpressionError, Value, evaluate
from clusterxl.testing.profile import Draw, Kind, ListDraw, Profile, load_profile, wrong_profile

Answers = dict[str, Value]
TRIES = 9


def simulate_answers(
    form: Form, *, unit: Unit | None = None, seed: int = 0, subject_no: int = 1
) -> Answers:
    """Make up the answers of one subject: plausible, consistent, without any error.

    Args:
        form: The form. Its simulate.toml, where there is one, tells what is plausible.
        unit: The unit that answers; its names answer the grouping levels.
        seed: The same seed gives the same answers.
        subject_no: Which subject of the unit, from 1.

    Returns:
        What is typed, by key, cells left blank not among them: numbers, texts, `☑` or `□` for a
        tick, the whole printed line for a choice.

    Raises:
        DefinitionError: The simulate.toml is wrong.
    """
    return dict(play_respondent(form, unit=unit, seed=seed, subject_no=subject_no).answers)


def play_respondent(form: Form, *, unit: Unit | None, seed: int, subject_no: int) -> Respondent:
    """Answer the whole form and return the respondent, who still knows every drawn value."""
    name = unit.code or unit.name if unit else ""
    respondent = Respondent(
        form=form,
        profile=load_profile(form),
        unit=unit,
        random=Random(f"{seed}:{form.id}:{name}:{subject_no}"),  # noqa: S311 (sample data)
        subject_no=subject_no,
    )
    respondent.answer_form()
    return respondent


@contextmanager
def told_of(entry: str) -> Iterator[None]:
    """Turn an expression that cannot be worked out into a mistake at an entry of the profile."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise wrong_profile(entry, str(error)) from error


@dataclass
class Respondent:
    """One who fills in one form, and remembers what is drawn.

    Attributes:
        form: The form.
        profile: What is plausible in it.
        unit: The unit that answers.
        random: Source of all draws.
        subject_no: Which subject of the unit, from 1.
        answers: What is typed so far, by key.
        values: What it means, by key: numbers, option ids, texts.
        words: Drawn words and what is bound at the moment, by name.
    """

    form: Form
    profile: Profile
    unit: Unit | None
    random: Random
    subject_no: int = 1
    answers: Answers = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    words: dict[str, Value] = field(default_factory=dict)

    def answer_form(self) -> None:
        """Answer everything: levels, words, drawn fields, the rest, lists, evidence."""
        self._bind_unit()
        self._draw_words()
        drawn = [self.form.fields[name] for name in self.profile.fields]
        rest = [
            asked for name, asked in self.form.fields.items() if name not in self.profile.fields
        ]
        for asked in (*drawn, *rest):
            with told_of(f"field {asked.id}"):
                self._answer_field(asked, self.profile.fields.get(asked.id))
        for block in self._blocks(BlockKind.LIST):
            with told_of(f"list {block.id}"):
                self._fill_list(block)
        for block in self._blocks(BlockKind.EVIDENCE):
            with told_of(f"list {block.id}"):
                self._fill_evidence(block)

    def look_up(self, name: str, index: Sequence[Value]) -> Value:
        """Return a word, what is bound, or the value of a field at a year and items."""
        if not index and name in self.words:
            return self.words[name]
        years = [int(part) for part in index if not isinstance(part, str)]
        items = [part for part in index if isinstance(part, str)]
        key = make_key(name, year=years[0] if years else None, item="_".join(items))
        if key not in self.values:
            raise ExpressionError(say("testing.unknown_name", name=key))
        return self.values[key]

    def cells(self, name: str) -> Sequence[Value]:
        """Return the values of all cells of a field, in the order of the form."""
        keys = (key for key, _ in self._cells_of(self.form.fields[name]))
        return [self.values[key] for key in keys if key in self.values]

    def work_out(self, expression: str) -> Value:
        """Work out an expression of the profile."""
        return evaluate(expression, self, self.random)

    def number(self, expression: str) -> float:
        """Work out an expression that gives a number."""
        value = self.work_out(expression)
        if isinstance(value, str):
            raise ExpressionError(say("testing.no_number", value=value))
        return value

    def _bind_unit(self) -> None:
        """Answer the grouping levels, by the unit's names where there is a unit."""
        self.words |= {"subject_no": self.subject_no, "base": self.form.base_year or 0}
        names = (self.unit.group, self.unit.name) if self.unit else ()
        for place, level in enumerate(self.form.levels):
            is_last = place == len(self.form.levels) - 1
            cell = self.form.by_key[level]
            drawn = defaults.text(self.form, cell, self.random, parent=self._parent(cell.field))
            name = names[-1 if is_last else 0] if names else drawn
            self.answers[level] = self.values[level] = name
        levels = [str(self.values[level]) for level in self.form.levels] or [""]
        code = self.unit.code if self.unit else ""
        self.words |= {"group": levels[0], "unit": levels[-1], "code": code}

    def _draw_words(self) -> None:
        self.words |= self._kind().words
        for name, draw in self.profile.words.items():
            if name not in self.words:
                with told_of(f"word {name}"):
                    self.words[name] = self._text(draw) if draw.parts else self.work_out(draw.first)

    def _kind(self) -> Kind:
        """Choose a kind of subject: the unit's own by number, else one that any unit may have."""
        code = self.unit.code if self.unit else ""
        own = [kind for kind in self.profile.kinds if code and code in kind.units]
        if self.subject_no <= len(own):
            return own[self.subject_no - 1]
        free = [kind for kind in self.profile.kinds if not kind.units]
        return self.random.choice(free) if free else Kind()

    def _answer_field(self, asked: Field, draw: Draw | None) -> None:
        if asked.id in self.form.levels and asked.id in self.answers:
            return
        if asked.type is FieldType.TICKS:
            self._tick(asked, draw or Draw())
            return
        if asked.spare and draw is None:
            return
        for key, bound in self._cells_of(asked):
            first = not asked.years or bound["y"] == asked.years[0]
            self.words |= bound
            self._type(self.form.by_key[key], draw or Draw(), first=first)

    def _cells_of(self, asked: Field) -> Iterator[tuple[str, dict[str, Value]]]:
        """Walk over the cells of a field: key, and what is bound to `y`, `row` and `column`."""
        rows: Sequence[str] = [item.id for item in asked.items]
        columns: Sequence[str] = [item.id for item in asked.columns]
        labels = {item.id: item.label for item in (*asked.items, *asked.columns)}
        if asked.spare:
            columns = ["name", *columns]
        if asked.type is FieldType.CHOICE:
            rows = ()
        for year, row, column in product(asked.years or (0,), rows or ("",), columns or ("",)):
            item = "_".join(part for part in (row, column) if part)
            bound: dict[str, Value] = {"y": year, "row": row, "column": column}
            bound |= {"row_label": labels.get(row, ""), "column_label": labels.get(column, "")}
            yield make_key(asked.id, year=year or None, item=item), bound

    def _type(self, cell: Input, draw: Draw, *, first: bool) -> None:
        """Draw one answer and type it."""
        typed, value = self._drawn(cell, draw, draw.first if first else draw.later)
        if draw.none and self.form.none_word and cell.field.none_allowed:
            self.words["value"] = value
            typed = self.form.none_word if self.work_out(draw.none) else typed
        if typed != "":
            self.values[cell.key] = value
            self.answers[cell.key] = typed

    def _drawn(self, cell: Input, draw: Draw, expression: str) -> tuple[Value, Value]:
        """Draw one answer: what is typed, and what it means."""
        asked = cell.field
        if cell.type.is_numeric:
            if not expression:
                number = self._plain_number(cell)
                return number, number
            drawn = self.work_out(expression)
            fitted = drawn if isinstance(drawn, str) else defaults.fitted(asked, drawn)
            return fitted, fitted
        if cell.type is FieldType.CHOICE:
            chosen = self._chosen(asked, draw, expression)
            return (choice_line(asked, chosen) if chosen else ""), chosen
        if draw.parts or expression:
            text = self._text(draw) if draw.parts else str(self.work_out(expression))
        else:
            text = defaults.text(self.form, cell, self.random, parent=self._parent(asked))
        text = text[: asked.max_chars or None]
        return text, text

    def _plain_number(self, cell: Input) -> float:
        """Draw a number that suits its field; the same in every year would look copied."""
        asked = cell.field
        years = [make_key(asked.id, year=year, item=cell.item) for year in asked.years]
        before = {self.values.get(key) for key in years}
        for _ in range(TRIES):
            number = defaults.fitted(asked, defaults.number(asked, self.random))
            if number not in before:
                break
        return number

    def _chosen(self, asked: Field, draw: Draw, expression: str) -> str:
        if expression:
            chosen = str(self.work_out(expression))
            if chosen and chosen not in {item.id for item in asked.items}:
                raise ExpressionError(say("testing.unknown_entry", name=chosen))
            return chosen
        weights = [draw.odds.get(item.id, 0.0 if draw.odds else 1.0) for item in asked.items]
        return self.random.choices(asked.items, weights)[0].id

    def _parent(self, asked: Field) -> str:
        return str(self.values.get(asked.within, "")) if asked.within else ""

    def _tick(self, asked: Field, draw: Draw) -> None:
        chance = self.number(draw.first) if draw.first else defaults.TICK_CHANCE
        ticked = [
            item.id for item in asked.items if self.random.random() < draw.odds.get(item.id, chance)
        ]
        # Who runs nothing at all ticks nothing; here everybody does at least one thing.
        ticked = ticked or [self.random.choice(asked.items).id]
        for item in asked.items:
            key = make_key(asked.id, item=item.id)
            self.answers[key] = TICKED if item.id in ticked else UNTICKED
            self.values[key] = float(item.id in ticked)

    def _text(self, draw: Draw) -> str:
        """Compose a text: one alternative of each part, placeholders worked out."""
        if not draw.times:
            return "".join(self._composed(self.random.choice(part)) for part in draw.parts)
        repeated = []
        for n in range(1, int(self.number(draw.times)) + 1):
            self.words["n"] = n
            repeated.append("".join(self._composed(self.random.choice(p)) for p in draw.parts))
        return draw.join.join(repeated)

    def _composed(self, template: str) -> str:
        composed = []
        for text, expression, layout, _ in string.Formatter().parse(template):
            composed.append(text)
            if expression is not None:
                value = self.work_out(expression)
                plain = isinstance(value, str) or layout
                composed.append(format(value, layout or "") if plain else format(value, ".15g"))
        return "".join(composed)

    def _blocks(self, kind: BlockKind) -> Iterator[Block]:
        for section in self.form.sections:
            yield from (block for block in section.blocks if block.kind is kind)

    def _fill_list(self, block: Block) -> None:
        draw = self.profile.lists.get(block.id, ListDraw())
        for row, bound in enumerate(self._list_rows(draw, block), start=1):
            self.words |= {**bound, "n": row}
            for asked in block.fields:
                cell = self.form.by_key[make_key(block.id, item=asked.id, row=row)]
                self._type(cell, draw.columns.get(asked.id, Draw()), first=True)

    def _list_rows(self, draw: ListDraw, block: Block) -> Sequence[Mapping[str, Value]]:
        """Return what each row of a list is about, no more rows than the list has."""
        if draw.each:
            found = [
                bound
                for key, bound in self._cells_of(self.form.fields[draw.each])
                for _ in range(int(float(self.values.get(key, 0))))
            ]
            return found[: block.rows]
        wanted = self.number(draw.rows) if draw.rows else self.random.randint(1, 3)
        return [{}] * min(int(wanted), block.rows)

    def _fill_evidence(self, block: Block) -> None:
        draw = self.profile.lists.get(block.id, ListDraw())
        rows = [
            row
            for row in evidence_rows(self.form)
            if any(self._asks_evidence(owner) for owner in row.owners)
        ]
        for n, row in enumerate(rows, start=1):
            self.words |= {"label": row.label, "n": n}
            for asked in block.fields:
                cell = self.form.by_key[make_key(block.id, item=f"{row.item}_{asked.id}")]
                self._type(cell, draw.columns.get(asked.id, Draw()), first=True)

    def _asks_evidence(self, owner: str) -> bool:
        """Whether the answer in a cell makes evidence necessary."""
        wanted = self.form.by_key[owner].field.evidence
        value = self.values.get(owner, "")
        if self.answers.get(owner) == self.form.none_word:
            return False
        if wanted in ("ticked", "positive"):
            return not isinstance(value, str) and value > 0
        return value != "" if wanted == "filled" else value == wanted
