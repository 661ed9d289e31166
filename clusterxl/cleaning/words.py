"""The words and marks that people use in answers: data of the catalogue (`normalise.*`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from clusterxl.numbers import WIDE_SIGNS
from clusterxl.sentences import say

_ONE = Decimal(1)
# 1,000 and '000; 10 and 100 are no multiples that anybody shortens a number by.
_THOUSANDS = re.compile("['’]?(?:1|10|100)?(?:[,.'’]?000)+")
_PIECES = re.compile("[a-z]+|['’]?[0-9][0-9,.'’]*|[^\\sa-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure, taken apart.

    Attributes:
        text: As it is written, without spaces and full-width signs.
        factor: How many of its base it is: 10000 for 万元.
        base: Its base (元), folded; empty for a scale word alone (万).
        is_scaled: It holds a multiplier, wherever that stands; one of which the factor is not
            known (件/万人, EUR m) as well.
    """

    text: str
    factor: Decimal
    base: str
    is_scaled: bool

    def behind(self, number: str) -> str:
        """Return a number with the measure; digits of the measure must not run into it.

        >>> measure_of("EUR 1,000", vocabulary_of("en")).behind("12")
        '12 (EUR1,000)'
        """
        has_digits = any(sign.isdecimal() for sign in self.text)
        return f"{number} ({self.text})" if has_digits else number + self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words of one language; all but `about_*` are folded.

    Attributes:
        about_before: Words for "about" in front of a number.
        about_behind: Words for "about" behind it.
        bound_before: Words in front of a number that make it a bound.
        bound_behind: The same behind it.
        range_words: What stands between the ends of a range.
        elsewhere: Answers that point to another answer.
        numerals: Matches numbers that are not written in digits alone.
        scales: Scale words and how much they are, longest first.
        scale_marks: Words that make a measure a multiple, though nobody types them for one.
        counting: Words that count things and may stand for each other.
        currencies: The base of a measure by a sign or another word for it.
        day_words: The mark of a day in dates by another word for it.
    """

    about_before: tuple[str, ...]
    about_behind: tuple[str, ...]
    bound_before: tuple[str, ...]
    bound_behind: tuple[str, ...]
    range_words: tuple[str, ...]
    elsewhere: frozenset[str]
    numerals: re.Pattern[str]
    scales: tuple[tuple[str, Decimal], ...]
    scale_marks: frozenset[str]
    counting: frozenset[str]
    currencies: Mapping[str, str]
    day_words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """The words that may stand around the number of one question, and its measure."""

    vocabulary: Vocabulary
    measure: Measure


def folded(text: str) -> str:
    """Return a text to be compared: compatible forms, cases and spaces make no difference.

    >>> folded(" Million EUR"), folded("12 ℃")
    ('millioneur', '12°c')
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def word_list(name: str, language: str) -> tuple[str, ...]:
    """Return a list of words or marks of a language, as the catalogue has it."""
    return tuple(word for word in say(f"normalise.{name}", lang=language).split("|") if word)


@lru_cache(maxsize=512)
def words_for(language: str, measure: str) -> Words:
    """Return the words for questions with a measure, in the language of the form."""
    vocabulary = vocabulary_of(language)
    return Words(vocabulary, measure_of(measure, vocabulary))


@lru_cache(maxsize=8)
def vocabulary_of(language: str) -> Vocabulary:
    """Return the words of a language."""

    def listed(name: str) -> tuple[str, ...]:
        """Longest first, so that no word hides a longer one."""
        words = {folded(word) for word in word_list(name, language)}
        return tuple(sorted(words, key=lambda word: (-len(word), word)))

    def paired(name: str) -> list[tuple[str, str]]:
        pairs = (word.split("=") for word in word_list(name, language))
        return [(folded(word), folded(value)) for word, value in pairs]

    numerals = "|".join(map(re.escape, listed("numerals")))
    scales = sorted(paired("scale_words"), key=lambda pair: -len(pair[0]))
    return Vocabulary(
        about_before=listed("about_before"),
        about_behind=listed("about_behind"),
        bound_before=listed("bound_before"),
        bound_behind=listed("bound_behind"),
        range_words=listed("range_words"),
        elsewhere=frozenset(listed("elsewhere_words")),
        numerals=re.compile(f"-?(?:[0-9.]*(?:{numerals}))+[0-9]*"),
        scales=tuple((word, Decimal(value)) for word, value in scales),
        scale_marks=frozenset(listed("scale_marks")),
        counting=frozenset(listed("counting_words")),
        currencies=dict(paired("currency_words")),
        day_words=dict(paired("day_words")),
    )


def measure_of(text: str, vocabulary: Vocabulary) -> Measure:
    """Take a measure apart: its scale words, then what is scaled.

    >>> measure_of("million EUR", vocabulary_of("en"))
    Measure(text='millionEUR', factor=Decimal('1000000'), base='eur', is_scaled=True)
    >>> measure_of("EUR 1,000", vocabulary_of("en")).factor
    Decimal('1000')
    """
    rest = folded(text)
    factor = _ONE
    while word := _scale_word(rest, vocabulary):
        factor *= dict(vocabulary.scales)[word]
        rest = rest[len(word) :]
    if factor == 1:
        rest, factor = _scaled_behind(rest, vocabulary)
    return Measure(
        text="".join(text.translate(WIDE_SIGNS).split()),
        factor=factor,
        base=vocabulary.currencies.get(rest, rest),
        is_scaled=factor != 1 or _holds_scale(text, vocabulary),
    )


def _scaled_behind(text: str, vocabulary: Vocabulary) -> tuple[str, Decimal]:
    """Take a scale word or a number that stands on one side of a currency from it."""
    scales = dict(vocabulary.scales)
    for currency in {*vocabulary.currencies, *vocabulary.currencies.values()}:
        if text == currency or currency not in text:
            continue
        beside = text.removeprefix(currency) if text.startswith(currency) else ""
        beside = beside or (text.removesuffix(currency) if text.endswith(currency) else "")
        if beside in scales:
            return currency, scales[beside]
        if _THOUSANDS.fullmatch(beside):
            zeros = beside.count("0")
            return currency, Decimal(10) ** zeros
    return text, _ONE


def _holds_scale(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a measure names a multiplier anywhere; words of letters only as whole words."""
    pieces = _PIECES.findall(unicodedata.normalize("NFKC", text).casefold())
    scales = dict(vocabulary.scales)
    if len(pieces) == 1 and pieces[0] in vocabulary.scale_marks:
        # Alone it is a measure of its own: m are metres.
        return False
    return any(
        piece in scales or piece in vocabulary.scale_marks or bool(_THOUSANDS.fullmatch(piece))
        for piece in pieces
    )


def _scale_word(text: str, vocabulary: Vocabulary) -> str:
    """Return the scale word that a text begins with; a single letter begins other words too."""
    for word, _ in vocabulary.scales:
        is_letter = len(word) == 1 and word.isascii()
        if text == word or (text.startswith(word) and not is_letter):
            return word
    return ""
