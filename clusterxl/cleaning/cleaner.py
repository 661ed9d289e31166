"""One answer at a time: what stands in a cell becomes a clean value, each change with a receipt.

Nothing is guessed: what is not clear stays as it was typed and is `invalid`. Words and marks that
people use for others are data of the catalogue (`normalise.*`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property

from clusterxl.cleaning.answer import BLANK_ANSWER, Answer, write_receipt
from clusterxl.cleaning.dates import DATE_STEPS, doubt_about_date
from clusterxl.cleaning.doubts import doubt_about
from clusterxl.cleaning.measures import PERCENT, shows_otherwise
from clusterxl.cleaning.options import Marks, Options
from clusterxl.cleaning.steps import (
    MISSING,
    NUMBER_STEPS,
    PHONE_STEPS,
    SPACES,
    TEXT_STEPS,
    Step,
    hides_signs,
    is_odd,
    walk,
    without_unseen,
)
from clusterxl.cleaning.words import Words, word_list, words_for
from clusterxl.excel.formats import AS_STORED, shown_by
from clusterxl.excel.raw import RawCell
from clusterxl.form.answers import TICKED, UNTICKED, canonical_text
from clusterxl.form.dates import date_of_serial, date_of_text
from clusterxl.form.model import Field, FieldType, Form, Input
from clusterxl.frames import Status
from clusterxl.numbers import WIDE_SIGNS, parse_number, raw_text, shortest_decimal
from clusterxl.ruleset.functions import limits_of
from clusterxl.ruleset.typed import unset_texts

# No text longer than this is looked up among the words that stand for no answer.
_LONGEST_WORD = 20
# No number or date is typed with more characters, whatever stands around it.
_LONGEST_FIGURE = 200
# Spreadsheets keep fifteen digits of a number; what had more is no longer what was typed.
_DIGITS_END = 1e15
# Nobody measures less; what is divided by it would be beyond all numbers.
_SMALLEST = 1e-100
_SHORT_FORM = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]+")


class Cleaner:
    """Cleans the answers to one form."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._options: dict[str, Options] = {}
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
        if not seen:
            return BLANK_ANSWER
        if isinstance(raw.value, str) and hides_signs(raw.value):
            return self._uncovered(asked, raw, raw.value)
        return self._by_type[asked.type](asked, raw, seen)

    def _uncovered(self, asked: Input, raw: RawCell, typed: str) -> Answer:
        """Clean an answer with characters that nobody sees."""
        plain = without_unseen(typed)
        visible = canonical_text(plain)
        receipts = (self._receipt(typed, plain, "unseen"),)
        if not visible or visible == unset_texts(self._form).get(asked.key):
            advice = "" if visible else "unseen_only"
            return BLANK_ANSWER._replace(receipts=receipts, advice=advice)
        answer = self._by_type[asked.type](asked, raw, visible)
        is_told = answer.receipts or answer.text == typed or answer.status is Status.INVALID
        return answer if is_told else answer._replace(receipts=receipts)

    @cached_property
    def _none(self) -> str:
        return canonical_text(self._form.none_word)

    @cached_property
    def _none_words(self) -> frozenset[str]:
        return frozenset(word.casefold() for word in self._list("none_words"))

    @cached_property
    def _not_applicable_words(self) -> frozenset[str]:
        return frozenset(word.casefold() for word in self._list("not_applicable_words"))

    @cached_property
    def _marks(self) -> Marks:
        return Marks(self._form.language)

    def _list(self, name: str) -> tuple[str, ...]:
        return word_list(name, self._form.language)

    def _words(self, asked: Input) -> Words:
        return words_for(self._form.language, _measure(asked.field))

    def _receipt(self, before: str, after: str, name: str) -> str:
        return write_receipt(before, after, name, self._form.language)

    def _changed(self, before: str, after: str, name: str) -> tuple[str, ...]:
        return () if before == after else (self._receipt(before, after, name),)

    def _walked(
        self, steps: tuple[Step, ...], typed: str, words: Words
    ) -> tuple[str, tuple[str, ...]]:
        text, changes = walk(steps, typed, words)
        return text, tuple(self._receipt(*change) for change in changes)

    def _worded(self, asked: Input, raw: RawCell, seen: str) -> Answer | None:
        """Read a word that stands for no answer; None for anything else."""
        none = self._form.none_word
        if none and seen == self._none:
            step = "space" if canonical_text(raw.value) == none else "unseen"
            receipts = self._changed(raw_text(raw), none, step)
            return Answer(status=Status.NONE, text=none, receipts=receipts)
        if len(seen) > _LONGEST_WORD:
            return None
        folded = seen.translate(WIDE_SIGNS).casefold()
        if folded in self._not_applicable_words:
            return Answer(status=Status.NOT_APPLICABLE, text=seen)
        if none and asked.field.none_allowed and folded in self._none_words:
            receipts = (self._receipt(raw_text(raw), none, "none_word"),)
            return Answer(status=Status.NONE, text=none, receipts=receipts)
        return None

    def _reworded(self, asked: Input, text: str, receipts: tuple[str, ...]) -> Answer | None:
        """Read a word for no answer that only the steps laid bare; None for anything else."""
        if not receipts:
            return None
        bare = RawCell(value=text, kind="text")
        worded = self._worded(asked, bare, canonical_text(text))
        return worded._replace(receipts=(*receipts, *worded.receipts)) if worded else None

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
        if unusable := _unusable(number):
            return Answer(status=Status.INVALID, text=raw_text(raw), advice=unusable)
        shown = shown_by(raw.number_format, number)
        is_percent = (shown.percents, shown.thousands) == (1, 0)
        if not is_percent or _measure(asked.field) != PERCENT:
            # Without the sign of a negative zero, which nobody typed on purpose.
            stored = Answer(status=Status.VALUE, number=number + 0.0)
            if shown == AS_STORED or not number or not shows_otherwise(shown, self._words(asked)):
                return stored
            return stored._replace(advice="shown_otherwise", readings=(raw.number_format,))
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
        if (plain := parse_number(typed)) is not None:
            return _found_number(plain, (self._receipt(typed, typed, "text_number"),))
        if len(seen) > _LONGEST_FIGURE:
            return Answer(status=Status.INVALID, text=seen)
        words = self._words(asked)
        text, receipts = self._walked(NUMBER_STEPS, typed, words)
        number = parse_number(text)
        if number is not None:
            return _found_number(number, receipts)
        if worded := self._reworded(asked, text, receipts):
            return worded
        advice, readings = doubt_about(text, words)
        return Answer(status=Status.INVALID, text=seen, advice=advice, readings=readings)

    def _text(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        if worded := self._worded(asked, raw, seen):
            return worded
        typed = raw_text(raw)
        if raw.kind == "date" and (day := _day_in(raw)):
            receipt = self._receipt(typed, day.isoformat(), "date")
            return Answer(status=Status.VALUE, text=day.isoformat(), receipts=(receipt,))
        if _has_lost_digits(raw):
            return Answer(status=Status.INVALID, text=typed, advice="digits_lost")
        if typed == typed.strip(SPACES) and not is_odd(typed):
            return Answer(status=Status.VALUE, text=typed)
        return self._odd_text(asked, typed)

    def _odd_text(self, asked: Input, typed: str) -> Answer:
        text, receipts = self._walked(TEXT_STEPS, typed, self._words(asked))
        if not text:
            return BLANK_ANSWER._replace(receipts=receipts, advice="unseen_only")
        if worded := self._reworded(asked, text, receipts):
            return worded
        is_private = text.count(MISSING) > typed.count(MISSING)
        advice = "private_use" if is_private else ""
        return Answer(status=Status.VALUE, text=text, receipts=receipts, advice=advice)

    def _phone(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        if worded := self._worded(asked, raw, seen):
            return worded
        typed = raw_text(raw)
        if raw.kind == "date":
            return Answer(status=Status.INVALID, text=seen, advice="date_in_number")
        text, receipts = self._walked(PHONE_STEPS, typed, self._words(asked))
        if _has_lost_digits(raw) or _SHORT_FORM.fullmatch(text):
            return Answer(status=Status.INVALID, text=typed, advice="digits_lost")
        if worded := self._reworded(asked, text, receipts):
            return worded
        if raw.kind == "number":
            receipts = (self._receipt(typed, text, "number_text"),)
        return Answer(status=Status.VALUE, text=text, receipts=receipts)

    def _choice(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        options = self._options_of(asked.field.id, lambda: self._marks.choices(asked.field))
        found = self._option(options, asked, raw, seen)
        if found.status is not Status.INVALID or found.advice:
            return found
        several = self._marks.several_ticked(asked.field, self._marks.compact(seen))
        return found._replace(advice="ask_options", readings=several) if several else found

    def _pick(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        options = self._options_of(
            asked.field.options, lambda: self._marks.options(self._form.options_of(asked.field))
        )
        found = self._option(options, asked, raw, seen)
        if found.status is Status.INVALID and asked.field.other:
            return self._text(asked, raw, seen)
        return found

    def _ticks(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        word = self._marks.word(seen)
        if word:
            receipts = (self._receipt(raw_text(raw), word, "option"),)
            number = float(word == TICKED)
            return Answer(status=Status.VALUE, number=number, text=word, receipts=receipts)
        options = self._options_of(TICKED, lambda: self._marks.options((TICKED, UNTICKED)))
        found = self._option(options, asked, raw, seen)
        if found.status is Status.INVALID and self._marks.is_cross(seen):
            return found._replace(advice="ask_cross")
        is_value = found.status is Status.VALUE
        return found._replace(number=float(found.text == TICKED)) if is_value else found

    def _option(self, options: Options, asked: Input, raw: RawCell, seen: str) -> Answer:
        if seen in options.exact:
            return Answer(status=Status.VALUE, text=options.exact[seen])
        if worded := self._worded(asked, raw, seen):
            return worded
        meanings = options.loose.get(self._marks.compact(seen), ())
        if len(meanings) != 1:
            advice = "ask_options" if meanings else ""
            return Answer(status=Status.INVALID, text=seen, advice=advice, readings=meanings)
        (text,) = meanings
        if not text:
            return BLANK_ANSWER
        receipts = (self._receipt(raw_text(raw), text, "option"),)
        return Answer(status=Status.VALUE, text=text, receipts=receipts)

    def _options_of(self, name: str, make: Callable[[], Options]) -> Options:
        if name not in self._options:
            self._options[name] = make()
        return self._options[name]

    def _date(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        if raw.kind != "text" and (stored := _day_in(raw)):
            return Answer(status=Status.VALUE, text=stored.isoformat())
        if raw.kind not in ("text", "number"):
            return Answer(status=Status.INVALID, text=seen)
        if worded := self._worded(asked, raw, seen):
            return worded
        if len(seen) > _LONGEST_FIGURE:
            return Answer(status=Status.INVALID, text=seen)
        return self._date_text(asked, raw, seen)

    def _date_text(self, asked: Input, raw: RawCell, seen: str) -> Answer:
        language, words = self._form.language, self._words(asked)
        typed = raw_text(raw)
        text, receipts = self._walked(DATE_STEPS, typed, words)
        day = date_of_text(canonical_text(text), language)
        if day is None:
            if worded := self._reworded(asked, text, receipts):
                return worded
            advice, readings = doubt_about_date(text, words)
            return Answer(status=Status.INVALID, text=seen, advice=advice, readings=readings)
        receipts += self._changed(text, day.isoformat(), "date")
        # Where the rule reads the date as well there is nothing to ask for.
        is_plain = raw.kind == "text" and date_of_text(canonical_text(typed), language) == day
        advice = "" if is_plain else "date_found"
        return Answer(status=Status.VALUE, text=day.isoformat(), receipts=receipts, advice=advice)


def _unusable(number: float) -> str:
    """Return the advice where no sum or ratio can be made of a number; empty where it can."""
    if abs(number) >= _DIGITS_END:
        return "number_too_large"
    return "number_too_small" if 0 < abs(number) < _SMALLEST else ""


def _found_number(number: float, receipts: tuple[str, ...]) -> Answer:
    if unusable := _unusable(number):
        return Answer(status=Status.INVALID, text=shortest_decimal(number), advice=unusable)
    return Answer(status=Status.VALUE, number=number, receipts=receipts, advice="number_found")


def _has_lost_digits(raw: RawCell) -> bool:
    is_number = raw.kind == "number" and isinstance(raw.value, int | float)
    return is_number and abs(float(raw.value or 0)) >= _DIGITS_END


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
