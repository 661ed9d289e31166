"""The sentences of rules with their figures filled in: as text for a return, live for a workbook.

A sentence is cut once into fixed text and the figures in it; both renderings take the same pieces,
so that the workbook speaks in the words of the check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from string import Formatter
from typing import Protocol

import numpy as np

from clusterxl.excel.cells import literal
from clusterxl.form.model import Form
from clusterxl.ruleset.arithmetic import Numbers, rounded
from clusterxl.ruleset.formulas import Cells, number_formula
from clusterxl.ruleset.masks import Views, number_of
from clusterxl.ruleset.nodes import Numeric
from clusterxl.ruleset.rules import AS_NEEDED, Instance, LiveFigure

# Stands for a personal answer, and for a number that cannot be worked out.
MASK = "…"
# A sentence shows this much of a long answer.
SHOWN_CHARS = 20
# From here on programs write the digits of a number each in its own way.
SHOWN_BELOW = 1e12
# So many decimals a number has that is shown with as many as it needs.
MOST_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """The label of a cell; a workbook has it once and points at it."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class ShownText:
    """The answer in a cell, cut where it is long."""

    key: str


@dataclass(frozen=True, slots=True)
class ShownLength:
    """How many characters an answer has."""

    key: str


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """A number that depends on the answers, with so many decimals or as many as it needs."""

    number: Numeric
    decimals: int


Piece = str | ShownLabel | ShownText | ShownLength | ShownNumber


class LabelledCells(Cells, Protocol):
    """Where the views and the labels of the input cells stand in a workbook."""

    def label(self, key: str) -> str:
        """Return a reference to the label of a cell."""


def pieces_of(template: str, instance: Instance, form: Form) -> tuple[Piece, ...]:
    """Cut the sentence of a rule at one place into fixed text and figures.

    Args:
        template: The sentence, its figures in braces.
        instance: The rule at that place.
        form: Its form, which says what is personal and is never shown.
    """
    found: list[Piece] = []
    for text, name, _, _ in Formatter().parse(template):
        for piece in (text, _figure(name, instance, form) if name is not None else ""):
            if isinstance(piece, str) and found and isinstance(found[-1], str):
                found[-1] += piece
            elif piece != "":
                found.append(piece)
    return tuple(found)


def _figure(name: str, instance: Instance, form: Form) -> Piece:
    place = instance.place
    match name:
        case "value":
            return _answer(place.cells[0], form)
        case "chars":
            return ShownLength(place.cells[0])
    if name in place.figures:
        text, first = place.figures[name], form.by_key[place.cells[0]]
        return ShownLabel(first.key, text) if text == first.label else text
    return _live(place.live[name], form)


def _live(figure: LiveFigure, form: Form) -> Piece:
    if figure.number is None:
        return _answer(figure.key, form)
    return ShownNumber(figure.number, figure.decimals)


def _answer(key: str, form: Form) -> Piece:
    return MASK if form.by_key[key].field.personal else ShownText(key)


def keys_shown(pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Return the cells whose answers stand in a sentence as they are."""
    return tuple(piece.key for piece in pieces if isinstance(piece, ShownText | ShownLength))


class Teller:
    """Fills in sentences for many returns; what two sentences share is worked out once."""

    def __init__(self, form: Form, views: Views) -> None:
        self._form = form
        self._views = views
        self._numbers: dict[Numeric, Numbers] = {}
        self._pieces: dict[tuple[str, int], tuple[Piece, ...]] = {}

    def message(self, instance: Instance, at: int) -> str:
        """Return what a finding of a rule says of the return at this row of the views."""
        name = (instance.rule.id, id(instance.place))
        if name not in self._pieces:
            self._pieces[name] = pieces_of(instance.rule.message, instance, self._form)
        return self.tell(self._pieces[name], at)

    def tell(self, pieces: Sequence[Piece], at: int) -> str:
        """Return a sentence with the figures of the return at this row of the views."""
        return "".join(self._shown(piece, at) for piece in pieces)

    def _shown(self, piece: Piece, at: int) -> str:
        match piece:
            case str():
                return piece
            case ShownLabel(label=label):
                return label
            case ShownText(key=key):
                return clipped(str(self._views.text(key)[at]))
            case ShownLength(key=key):
                return str(len(self._views.text(key)[at]))
            case ShownNumber(number=number, decimals=decimals):
                return self._number(number, decimals, at)

    def _number(self, number: Numeric, decimals: int, at: int) -> str:
        if number not in self._numbers:
            with np.errstate(all="ignore"):
                self._numbers[number] = number_of(number, self._views)
        value = self._numbers[number][at : at + 1]
        if not (np.abs(value) < SHOWN_BELOW).all():
            return MASK
        if decimals == AS_NEEDED:
            return f"{rounded(value, MOST_DECIMALS)[0] + 0.0:.15g}"
        return written(rounded(value, decimals)[0], decimals)


def written(number: float, decimals: int) -> str:
    """Return a rounded number as a spreadsheet writes it: of more than 15 digits the rest as 0.

    >>> written(-0.0, 1), written(792313542697.5066, 4)
    ('0.0', '792313542697.5070')
    """
    # Adding nothing makes nothing of a zero with a minus before it.
    return f"{Decimal(f'{number + 0.0:.15g}'):.{decimals}f}"


def clipped(text: str) -> str:
    """Return the beginning of a text, as much as a sentence shows."""
    return text if len(text) <= SHOWN_CHARS else f"{text[: SHOWN_CHARS - 1]}{MASK}"


def sentence_formula(pieces: Sequence[Piece], cells: LabelledCells) -> str:
    """Return a sentence as part of a formula, without an equals sign."""
    return "&".join(_live_piece(piece, cells) for piece in pieces) or literal("")


def _live_piece(piece: Piece, cells: LabelledCells) -> str:
    match piece:
        case str():
            return literal(piece)
        case ShownLabel(key=key):
            return cells.label(key)
        case ShownText(key=key):
            text = cells.text(key)
            cut = f"LEFT({text},{SHOWN_CHARS - 1})&{literal(MASK)}"
            return f"IF(LEN({text})>{SHOWN_CHARS},{cut},{text})"
        case ShownLength(key=key):
            return f"LEN({cells.text(key)})"
        case ShownNumber(number=number, decimals=decimals):
            found = number_formula(number, cells)
            # FIXED alone does not round every tie as ROUND does.
            shown = f"FIXED(ROUND({found},{decimals}),{decimals},TRUE)"
            if decimals == AS_NEEDED:
                shown = f'ROUND({found},{MOST_DECIMALS})&""'
            none = literal(MASK)
            return f"IFERROR(IF(ABS({found})<{SHOWN_BELOW:.0f},{shown},{none}),{none})"


def sample_text(pieces: Sequence[Piece]) -> str:
    """Return a sentence with figures of a common length, to measure its room."""
    return "".join(_sample(piece) for piece in pieces)


def _sample(piece: Piece) -> str:
    match piece:
        case str(text) | ShownLabel(label=text):
            return text
        case _:
            return "1234.56"


def is_live(pieces: Sequence[Piece]) -> bool:
    """Whether a sentence changes with the answers."""
    return any(not isinstance(piece, str) for piece in pieces)


def fixed_text(pieces: Sequence[Piece]) -> str:
    """Return a sentence that no answer changes."""
    return "".join(piece for piece in pieces if isinstance(piece, str))
