"""Choosing in a drop-down: the list of all subjects, and formulas that follow what is chosen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from clusterxl.excel.book import Book
from clusterxl.excel.cells import Formula, Validation, address, literal, sheet_reference
from clusterxl.excel.limits import fitting
from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH, Context, inert
from clusterxl.report.looks import MUTED, quoted

# A name in the workbook: a drop-down of older programs cannot point at another sheet.
LIST_NAME = "subjects_to_choose"
LONGEST_LABEL = 60
PICKS_ROW, FIRST_ROW, FIRST_COLUMN = 4, 12, 2
NUMBER, LABEL, FIRST_FACT = FIRST_COLUMN, FIRST_COLUMN + 1, FIRST_COLUMN + 2
# The margin, numbers, names.
LIST_PX = (14, 48, 480)
MARK = re.compile("([\ue000-\uf8ff])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A drop-down: the cell that says which subject is chosen in it, and which that is now.

    Attributes:
        cell: Reference to the place of the chosen subject, from 1; 0 for none.
        at: The place now, from 0; None for none.
    """

    cell: str
    at: int | None


@dataclass(frozen=True, kw_only=True)
class Track:
    """One cell a return, below each other in the order of the returns.

    Attributes:
        cells: The reference to them.
        contents: What stands in them.
    """

    cells: str
    contents: tuple[float | str, ...]

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """The numbers among them."""
        return tuple(content for content in self.contents if not isinstance(content, str))

    def picked(self, pick: Pick) -> Formula:
        """Return the cell of the chosen subject; empty where none is chosen."""
        found = f"INDEX({self.cells},{pick.cell})"
        if "" in self.contents:
            # INDEX of an empty cell would be 0.
            found = f'IF({found}="","",{found})'
        text = f'=IF({pick.cell}=0,"",{found})'
        return Formula(text, "" if pick.at is None else self.contents[pick.at])

    def median(self) -> Formula:
        """Return the median of the numbers; a dash without any."""
        text = f"=IF(COUNT({self.cells})=0,{quoted(DASH)},MEDIAN({self.cells}))"
        return Formula(text, median(self.numbers) if self.numbers else DASH)

    def rank(self, cell: str, value: str | float) -> Formula:
        """Return the rank of a cell among the numbers, the largest first, and how many there are.

        Args:
            cell: The cell, or an expression.
            value: What stands there now.
        """
        ranked = f'RANK({cell},{self.cells})&" / "&COUNT({self.cells})'
        text = f"=IF(ISNUMBER({cell}),{ranked},{quoted(DASH)})"
        if isinstance(value, str):
            return Formula(text, DASH)
        before = sum(number > value for number in self.numbers)
        return Formula(text, f"{before + 1} / {len(self.numbers)}")


def told(sentence: str, parts: Mapping[str, Formula]) -> Formula:
    """Return a sentence whose marks are worked out by formulas.

    >>> told("共\ue000个", {"\ue000": Formula("=A1", 3.0)})
    Formula(text='="共"&A1&"个"', value='共3个')
    """
    pieces, value = [], ""
    for piece in MARK.split(sentence):
        part = parts.get(piece)
        if part:
            pieces.append(part.text.removeprefix("="))
            value += part.value if isinstance(part.value, str) else f"{part.value:.15g}"
        elif piece:
            pieces.append(literal(piece))
            value += piece
    return Formula(f"={'&'.join(pieces)}", value)


def labels_of(context: Context) -> tuple[str, ...]:
    """Return a short text for each return by which it is chosen; no two are the same.

    Programs take what is chosen for typed: what they could read as a number or a formula is
    put into quotes.
    """
    returns = context.comparison.returns
    names = [plain_name(context, name) for name in returns["subject"]]
    often = Counter(name.casefold() for name in names)
    units = zip(names, returns["group"], returns["unit"], strict=True)
    wanted = [
        _beside(context, name, (group, unit)) if often[name.casefold()] > 1 else name
        for name, group, unit in units
    ]
    return tuple(told_apart(wanted))


def plain_name(context: Context, name: str) -> str:
    """Return a name as a drop-down can offer it: short, and nothing that looks typed."""
    text = " ".join(fitting(inert(name), LONGEST_LABEL).split())
    if text[:1].isalpha() and text.casefold() not in ("true", "false"):
        return text
    return context.say("report.quoted_name", name=text or DASH)


def _beside(context: Context, name: str, places: Iterable[str]) -> str:
    place = " ".join(dict.fromkeys(part for part in places if part and part != name))
    place = fitting(inert(place), LONGEST_LABEL)
    return context.say("report.name_and_place", name=name, place=place) if place else name


def told_apart(labels: Sequence[str]) -> Iterator[str]:
    """Number the texts that are there already."""
    taken = {label.casefold() for label in labels}
    seen: set[str] = set()
    for label in labels:
        found, number = label, 1
        while found.casefold() in seen or (number > 1 and found.casefold() in taken):
            number += 1
            found = f"{label} {number}"
        seen.add(found.casefold())
        yield found


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The sheet behind the drop-downs: all subjects with facts that stand on no other sheet.

    Attributes:
        context: The comparison.
        labels: The text of each return in the drop-downs.
        heads: What each fact is called.
        facts: The facts, a column each.
        cells: The drop-downs of the workbook.
    """

    context: Context
    labels: tuple[str, ...]
    heads: tuple[str, ...]
    facts: tuple[tuple[float | str, ...], ...]
    cells: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the sheet."""
        return self.context.names.choices

    @cached_property
    def first_chosen(self) -> tuple[int | None, ...]:
        """The places, from 0, of what is chosen at first: the first by rank."""
        ids = list(self.context.comparison.returns["return_id"])
        at = {return_id: place for place, return_id in enumerate(ids)}
        ranked = [at[return_id] for return_id in self.context.comparison.subjects["return_id"]]
        # The first drop-down is that of the profile; the others start with the first as well.
        chosen: list[int | None] = [*ranked[:1], *ranked[: len(self.cells) - 1]]
        return tuple([*chosen, *([None] * len(self.cells))][: len(self.cells)])

    def pick(self, number: int) -> Pick:
        """Return a drop-down by its number, from 0."""
        cell = address(PICKS_ROW + number, LABEL, absolute=True)
        return Pick(cell=sheet_reference(self.name, cell), at=self.first_chosen[number])

    def chosen_label(self, number: int) -> str:
        """Return what stands in a drop-down at first."""
        at = self.first_chosen[number]
        return "" if at is None else self.labels[at]

    def label(self) -> Track:
        """Return the texts of the drop-downs."""
        return Track(cells=self._column(LABEL), contents=self.labels)

    def fact(self, place: int) -> Track:
        """Return a fact."""
        return Track(cells=self._column(FIRST_FACT + place), contents=self.facts[place])

    @property
    def numbers(self) -> str:
        """The reference to the places of the subjects, from 1."""
        return self._column(NUMBER)

    def _column(self, column: int) -> str:
        first = address(FIRST_ROW, column, absolute=True)
        last = address(FIRST_ROW + len(self.labels) - 1, column, absolute=True)
        return sheet_reference(self.name, f"{first}:{last}")

    def draw(self, book: Book) -> None:
        """Draw the sheet; it is hidden, nobody needs to see it."""
        sheet = book.sheet(self.name)
        looks, context = self.context.looks, self.context
        title = context.say("report.choices_title", sheet=self.name)
        sheet.put(1, FIRST_COLUMN, title, looks.text(16, bold=True))
        note = context.say("report.choices_note")
        sheet.put(2, FIRST_COLUMN, note, looks.text(9, ink=MUTED))
        numbers = self.numbers
        for place, cell in enumerate(self.cells):
            at = self.first_chosen[place]
            text = f"=SUMPRODUCT(EXACT({self._column(LABEL)},{cell})*{numbers})"
            sheet.put(PICKS_ROW + place, NUMBER, float(place + 1), looks.text(9))
            sheet.put(
                PICKS_ROW + place, LABEL, Formula(text, (at or 0) + (at is not None)), looks.text(9)
            )
        self._draw_rows(sheet)
        sheet.columns(LIST_PX)
        sheet.freeze(FIRST_ROW, LABEL + 1)
        sheet.protect()
        # For formulas only: without a printed area LibreOffice leaves it out of a PDF, too.
        sheet.visibility("hidden")
        book.define_name(LIST_NAME, f"={self._column(LABEL)}")

    def _draw_rows(self, sheet: Sheet) -> None:
        looks, context = self.context.looks, self.context
        heads = (context.say("report.row_number"), context.subject_noun, *self.heads)
        for place, head in enumerate(heads):
            sheet.put(FIRST_ROW - 1, FIRST_COLUMN + place, head, looks.text(9, bold=True))
        style = looks.text(9)
        for place, label in enumerate(self.labels):
            row = FIRST_ROW + place
            sheet.put(row, NUMBER, float(place + 1), style)
            sheet.put(row, LABEL, label, style)
            for column, fact in enumerate(self.facts, FIRST_FACT):
                sheet.put(row, column, fact[place], style)


def offer(sheet: Sheet, context: Context, row: int, column: int, last_column: int) -> None:
    """Offer all subjects in a drop-down."""
    wrong = context.say("report.choose_error", noun=context.subject_noun)
    prompt = context.say("report.choose_prompt", noun=context.subject_noun)
    title = fitting(context.say("report.choose", noun=context.subject_noun), 32)
    look = Validation(
        kind="list",
        formula=f"={LIST_NAME}",
        title=title,
        prompt=prompt,
        error_title=title,
        error=wrong,
    )
    sheet.validate(row, column, row, last_column, look)
