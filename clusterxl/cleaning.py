"""One answer at a time: what stands in a cell becomes a clean value, each change with a receipt.

Nothing is guessed: what is not clear stays as it was typed and is `invalid`. Words and marks that
people use for others are data of the catalogue (`normalise.*`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from clusterxl.excel.raw import RawCell
from clusterxl.form.answers import TICKED, UNTICKED, canonical_text, choice_line
from clusterxl.form.dates import date_of_serial, date_of_text
from clusterxl.form.model import Field, FieldType, Form, Input
from clusterxl.frames import Status
from clusterxl.numbers import (
    NUMBER_STEPS,
    WIDE_SIGNS,
    Words,
    parse_number,
    raw_text,
    shortest_decimal,
)
from clusterxl.ruleset.functions import limits_of
from clusterxl.ruleset.typed import unset_texts
from clusterxl.sentences import say

PERCENT = "%"
# Spreadsheets keep fifteen digits of a number: beyond, it is not what anybody typed.
_TOO_LARGE = 1e15
_RECEIPT_CHARS = 40
# The spaces that the text view knows; what is left of a text there is left of it here.
_SPACES = " \t\r\n\u00a0\u3000"
# No text longer than this is looked up among the words that stand for no answer.
_LONGEST_WORD = 20
# A percent sign in quotes is a word of the number format and does not multiply.
_QUOTED_IN_FORMAT = re.compile(r'"[^"]*"|\\.')


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A clean answer.

    Attributes:
        status: What kind of answer it is.
        number: Its number; NaN if it has none.
        text: Its text; empty for a number.
        receipts: What was changed, `raw → clean (rule)`.
        advice: Name of the sentence that tells the respondent of a change that no rule sees.
    """

    status: Status
    number: float = math.nan
    text: str = ""
    receipts: tuple[str, ...] = ()
    advice: str = ""


BLANK_ANSWER = Answer(status=Status.BLANK)


class Cleaner:
    """Cleans the answers to one form."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._options: dict[str, _Options] = {}
        self._by_type: Mapping[FieldType, Callable[[Input, RawCell, str], Answer]] = {
            FieldType.NUMBER: self._number,
            FieldType.COUNT: self._number,
            FieldType.TEXT: self._text,
            FieldType.PHONE: self._phone,
            FieldType.CHOICE: self._choice,
            FieldType.PICK: self._pick,
            FieldType.TICKS: self._ticks,
            FieldType.DATE: self._date,
        }

    def view(self, asked: Input, raw: RawCell) -> str:
        """Return the canonical text view of a cell: nothing where no answer was given."""
        if raw.kind == "error":
            return ""
        seen = canonical_text(raw.value)
        return "" if seen == unset_texts(self._form).get(asked.key) else seen

    def clean(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        """Clean one answer.

        Args:
            asked: The question.
            raw: What stands in its cell.
            seen: The text view of the cell.

        Returns:
            The clean answer.
        """
        if raw.kind == "error" or (raw.value is None and raw.formula):
            return Answer(status=Status.INVALID, text=str(raw.value or ""))
        return self._by_type[asked.type](asked, raw, seen) if seen else BLANK_ANSWER

    @cached_property
    def _none(self) -> str:
        return canonical_text(self._form.none_word)

    def _list(self, name: str) -> tuple[str, ...]:
        """Return a list of words or marks of the form's language."""
        words = say(f"normalise.{name}", lang=self._form.language).split("|")
        return tuple(word for word in words if word)

    @cached_property
    def _none_words(self) -> frozenset[str]:
        return frozenset(word.casefold() for word in self._list("none_words"))

    @cached_property
    def _not_applicable_words(self) -> frozenset[str]:
        return frozenset(word.casefold() for word in self._list("not_applicable_words"))

    @cached_property
    def _about(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self._list("about_before"), self._list("about_behind")

    @cached_property
    def _marks(self) -> Mapping[int, str]:
        marks = {
            **dict.fromkeys(self._list("ticked_marks"), TICKED),
            **dict.fromkeys(self._list("unticked_marks"), UNTICKED),
        }
        return str.maketrans({**marks, " ": "", "\u3000": "", "\u00a0": "", "\n": ""})

    def _receipt(self, before: str, after: str, name: str) -> str:
        rule = say(f"receipt.{name}", lang=self._form.language)
        return f"{_clipped(before)} → {_clipped(after)} ({rule})"

    def _changed(self, before: str, after: str, name: str) -> tuple[str, ...]:
        return () if before == after else (self._receipt(before, after, name),)

    def _worded(self, asked: Input, raw: RawCell, seen: str) -> Answer | None:
        """Read a word that stands for no answer; None for anything else."""
        typed = raw_text(raw)
        none = self._form.none_word
        if none and seen == self._none:
            receipts = self._changed(typed, none, "space")
            return Answer(status=Status.NONE, text=none, receipts=receipts)
        if len(seen) > _LONGEST_WORD:
            return None
        folded = seen.translate(WIDE_SIGNS).casefold()
        if folded in self._not_applicable_words:
            return Answer(status=Status.NOT_APPLICABLE, text=seen)
        if none and asked.field.none_allowed and folded in self._none_words:
            receipts = (self._receipt(typed, none, "none_word"),)
            return Answer(status=Status.NONE, text=none, receipts=receipts)
        return None

    def _number(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        if raw.kind == "date":
            return Answer(status=Status.INVALID, text=seen, advice="date_in_number")
        if raw.kind == "number" and isinstance(raw.value, int | float):
            return self._number_cell(asked, raw, float(raw.value))
        if raw.kind != "text":
            return Answer(status=Status.INVALID, text=seen)
        return self._worded(asked, raw, seen) or self._number_text(asked, raw_text(raw), seen)

    def _number_cell(self, asked: Input, raw: RawCell, number: float) -> Answer:
        """Read a number; one shown in percent is meant as it is shown, where percent is asked."""
        if abs(number) >= _TOO_LARGE:
            return Answer(status=Status.INVALID, text=raw_text(raw), advice="number_too_large")
        shown = _QUOTED_IN_FORMAT.sub("", raw.number_format)
        if PERCENT not in shown or _measure(asked.field) != PERCENT:
            # Without the sign of a negative zero, which nobody typed on purpose.
            return Answer(status=Status.VALUE, number=number + 0.0)
        typed = shortest_decimal(number)
        meant = float(Decimal(typed) * 100)
        if _fits(asked.field, number) and not _fits(asked.field, meant):
            # Shown as 6000%: typed as 60 before somebody changed the format, or a slip.
            return Answer(status=Status.INVALID, text=typed, advice="percent_unclear")
        receipt = self._receipt(typed, shortest_decimal(meant), "percent_format")
        return Answer(
            status=Status.VALUE, number=meant, receipts=(receipt,), advice="percent_format"
        )

    def _number_text(self, asked: Input, typed: str, seen: str) -> Answer:
        words = Words(*self._about, _measure(asked.field))
        text = typed
        receipts: list[str] = []
        for step in NUMBER_STEPS:
            changed = step.apply(text, words)
            receipts += self._changed(text, changed, step.name)
            text = changed
        number = parse_number(text)
        if number is None or abs(number) >= _TOO_LARGE:
            return Answer(status=Status.INVALID, text=seen)
        return Answer(
            status=Status.VALUE,
            number=number,
            receipts=tuple(receipts) or (self._receipt(typed, text, "text_number"),),
            advice="number_found",
        )

    def _text(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        if worded := self._worded(asked, raw, seen):
            return worded
        typed = raw_text(raw)
        if raw.kind == "date" and (day := _day_in(raw)):
            receipt = self._receipt(typed, day.isoformat(), "date")
            return Answer(status=Status.VALUE, text=day.isoformat(), receipts=(receipt,))
        lines = typed.replace("\r\n", "\n").replace("\r", "\n")
        text = lines.strip(_SPACES)
        receipts = (
            *self._changed(typed, lines, "newline"),
            *self._changed(lines, text, "space"),
        )
        return Answer(status=Status.VALUE, text=text, receipts=receipts)

    def _phone(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        if worded := self._worded(asked, raw, seen):
            return worded
        typed = raw_text(raw)
        narrow = typed.translate(WIDE_SIGNS)
        text = narrow.strip(_SPACES)
        receipts = (
            *self._changed(typed, narrow, "width"),
            *self._changed(narrow, text, "space"),
        )
        return Answer(status=Status.VALUE, text=text, receipts=receipts)

    def _choice(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        options = self._options_of(asked.field.id, lambda: self._choice_options(asked.field))
        return self._option(options, asked, raw, seen)

    def _pick(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        options = self._options_of(
            asked.field.options, lambda: self._plain_options(self._form.options_of(asked.field))
        )
        found = self._option(options, asked, raw, seen)
        if found.status is Status.INVALID and asked.field.other:
            return self._text(asked, raw, seen)
        return found

    @cached_property
    def _tick_words(self) -> Mapping[str, str]:
        """What else means a tick or none, in lower case; each stands alone in its cell."""
        return {
            **dict.fromkeys((word.casefold() for word in self._list("ticked_words")), TICKED),
            **dict.fromkeys((word.casefold() for word in self._list("unticked_words")), UNTICKED),
        }

    def _ticks(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        if word := self._tick_words.get(seen.translate(WIDE_SIGNS).casefold()):
            receipts = (self._receipt(raw_text(raw), word, "option"),)
            number = float(word == TICKED)
            return Answer(status=Status.VALUE, number=number, text=word, receipts=receipts)
        options = self._options_of(TICKED, lambda: self._plain_options((TICKED, UNTICKED)))
        found = self._option(options, asked, raw, seen)
        if found.status is not Status.VALUE:
            return found
        return Answer(
            status=Status.VALUE,
            number=float(found.text == TICKED),
            text=found.text,
            receipts=found.receipts,
        )

    def _option(self, options: _Options, asked: Input, raw: RawCell, seen: str) -> Answer:
        if seen in options.exact:
            return Answer(status=Status.VALUE, text=options.exact[seen])
        if worded := self._worded(asked, raw, seen):
            return worded
        compact = seen.translate(self._marks)
        if compact not in options.loose:
            return Answer(status=Status.INVALID, text=seen)
        text = options.loose[compact]
        if not text:
            return BLANK_ANSWER
        receipts = (self._receipt(raw_text(raw), text, "option"),)
        return Answer(status=Status.VALUE, text=text, receipts=receipts)

    def _options_of(self, name: str, make: Callable[[], _Options]) -> _Options:
        if name not in self._options:
            self._options[name] = make()
        return self._options[name]

    def _choice_options(self, asked: Field) -> _Options:
        exact: dict[str, str] = {}
        loose = {choice_line(asked).translate(self._marks): ""}
        for item in asked.items:
            label, line = canonical_text(item.label), choice_line(asked, item.id)
            exact |= {canonical_text(line): label, label: label}
            marked = (line, label, TICKED + label, label + TICKED)
            loose |= {text.translate(self._marks): label for text in marked}
        return _Options(exact=exact, loose=loose)

    def _plain_options(self, texts: Sequence[str]) -> _Options:
        return _Options(
            exact={canonical_text(text): text for text in texts},
            loose={text.translate(self._marks): text for text in texts},
        )

    def _date(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        if raw.kind != "text":
            day = _day_in(raw)
            if day is None:
                return Answer(status=Status.INVALID, text=seen)
            return Answer(status=Status.VALUE, text=day.isoformat())
        if worded := self._worded(asked, raw, seen):
            return worded
        narrow = seen.translate(WIDE_SIGNS)
        day = date_of_text(narrow, self._form.language)
        if day is None:
            return Answer(status=Status.INVALID, text=seen)
        receipts = (
            *self._changed(seen, narrow, "width"),
            *self._changed(narrow, day.isoformat(), "date"),
        )
        return Answer(status=Status.VALUE, text=day.isoformat(), receipts=receipts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """How the options of a question may be written.

    Attributes:
        exact: Option by canonical text, as the form itself writes it.
        loose: Option by text without spaces, marks unified; nothing where none is chosen.
    """

    exact: Mapping[str, str]
    loose: Mapping[str, str]


def _day_in(raw: RawCell) -> date | None:
    if isinstance(raw.value, str | bool | None):
        return None
    return date_of_serial(raw.value)


def _fits(asked: Field, number: float) -> bool:
    """Whether a number lies within the limits of its question."""
    least, most = limits_of(asked.minimum, asked.maximum, share=asked.share)
    return (least is None or number >= least) and (most is None or number <= most)


def _measure(asked: Field) -> str:
    return asked.measure or (PERCENT if asked.share else "")


def _clipped(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _RECEIPT_CHARS else f"{plain[: _RECEIPT_CHARS - 1]}…"
