"""Why a text is no number though it looks like one: what has more than one reading is asked.

Each doubt is looked for in what the steps left of the text, in this order, and carries its
examples: `'text' [measure; language] → 'one reading', 'another'`, or `?` where it offers none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from clusterxl.cleaning.measures import readings_of
from clusterxl.cleaning.words import Words, folded
from clusterxl.numbers import parse_number, plain_decimal

# Nobody reads a longer one.
_LONGEST_READING = 40
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_BRACKETS = re.compile(rf"\(-?({_NUMBER})\)")
_DASHED = re.compile(rf"[\u2013\u2014\u2015\u2500]+({_NUMBER})")
_EXPONENT = re.compile(rf"{_NUMBER}[Ee][+-]?[0-9]{{1,4}}")
_COMMAS = re.compile(r"-?[0-9]+(?:,[0-9]+)+(?:\.[0-9]+)?")
_GAPS = re.compile(r"-?[0-9]{1,3}(?:\s[0-9]{3})+(?:\.[0-9]+)?")
_SEVERAL = re.compile(r"[0-9][^0-9.]*[\s\u3001;/×*=+&][^0-9.]*[0-9]")
_TAILED = re.compile(rf"({_NUMBER})([^0-9.][^0-9]*)")
_ALONE = re.compile(rf"([^0-9.]*?)({_NUMBER})([^0-9.]*)")


@dataclass(frozen=True, slots=True)
class Doubt:
    """One way in which a text is no clear number.

    Attributes:
        name: Its name; `normalise.<name>` asks the respondent.
        readings: Returns what the text may mean, nothing to offer being (); None where the doubt
            does not apply. Its docstring has the examples.
    """

    name: str
    readings: Callable[[str, Words], tuple[str, ...] | None]


def _elsewhere(text: str, words: Words) -> tuple[str, ...] | None:
    """The answer points to another place.

    '同上' [亿元] → ?
    'ditto' [t; en] → ?
    """
    return () if folded(text) in words.vocabulary.elsewhere else None


def _digits(text: str, _: Words) -> tuple[str, ...] | None:
    """More digits than a number can keep.

    '12345678901234567890' [] → ?
    """
    return () if plain_decimal(text) is not None and parse_number(text) is None else None


def _brackets(text: str, words: Words) -> tuple[str, ...] | None:
    """Brackets, which are a minus to an accountant.

    '(12)' [亿元] → '-12亿元', '12亿元'
    """
    found = _BRACKETS.fullmatch(text)
    return _offered(words, f"-{found[1]}", found[1]) if found else None


def _dash(text: str, words: Words) -> tuple[str, ...] | None:
    """A dash in front, which may be a minus.

    '—12' [家] → '-12家', '12家'
    """
    found = _DASHED.fullmatch(text)
    return _offered(words, f"-{found[1]}", found[1]) if found else None


def _exponent(text: str, words: Words) -> tuple[str, ...] | None:
    """The short form in which programs show long numbers, of which it drops digits.

    '1.2E+3' [家] → '1200家'
    '1e999' [] → ?
    """
    if not _EXPONENT.fullmatch(text):
        return None
    number = Decimal(text)
    is_short = abs(number.adjusted()) < _LONGEST_READING
    return _offered(words, format(number, "f")) if is_short else ()


def _bound(text: str, words: Words) -> tuple[str, ...] | None:
    """A word that makes the number a bound.

    '12.5以上' [亿元] → ?
    '20余万元' [亿元] → ?
    '近3.2' [亿元] → ?
    '≥3' [%] → ?
    'morethan12' [t; en] → ?
    """
    plain = folded(text)
    found = re.fullmatch("[^0-9]*[0-9][0-9.]*([^0-9]*)", plain)
    if not found:
        return None
    is_bound = plain.startswith(words.vocabulary.bound_before) or any(
        word in found[1] for word in words.vocabulary.bound_behind
    )
    return () if is_bound else None


def _range(text: str, words: Words) -> tuple[str, ...] | None:
    """From one number to another.

    '45-50' [亿元] → ?
    '45%~50' [%] → ?
    '45至50' [家] → ?
    '12to15' [t; en] → ?
    """
    between = "|".join(map(re.escape, words.vocabulary.range_words))
    return () if re.fullmatch(rf"{_NUMBER}[^0-9]*?(?:{between}){_NUMBER}[^0-9]*", text) else None


def _commas(text: str, words: Words) -> tuple[str, ...] | None:
    """Commas that do not part groups of three digits.

    '12,5' [亿元] → '12.5亿元', '125亿元'
    '12,34,567' [] → '1234567'
    """
    if not _COMMAS.fullmatch(text):
        return None
    joined = text.replace(",", "")
    is_single = text.count(",") == 1 and "." not in text
    return _offered(words, *((text.replace(",", "."), joined) if is_single else (joined,)))


def _gaps(text: str, words: Words) -> tuple[str, ...] | None:
    """Spaces between groups of three digits: one number, or several.

    '1 234.5' [家] → '1234.5家'
    """
    return _offered(words, "".join(text.split())) if _GAPS.fullmatch(text) else None


def _scale(text: str, words: Words) -> tuple[str, ...] | None:
    """A scale word, or a measure without one, where the measure that is asked for is scaled.

    '2000万' [亿元] → '0.2亿元', '20000000亿元'
    '3千' [万元] → '0.3万元', '3000万元'
    '3万' [万元] → '3万元', '30000万元'
    '12k' [EUR 1,000; en] → '12 (EUR1,000)', '12000 (EUR1,000)'
    '12元' [亿元] → '0.00000012亿元', '12亿元'
    """
    found = _TAILED.fullmatch(text)
    number = plain_decimal(found[1]) if found else None
    if found is None or number is None:
        return None
    return readings_of(number, found[2], words) or None


def _currency(text: str, words: Words) -> tuple[str, ...] | None:
    """The sign of another currency, or of one where no money is asked for.

    '$12' [亿元] → ?
    '¥12' [家] → ?
    """
    front = re.match("-?([^0-9.+-]+)-?[0-9.]", text)
    return () if front and folded(front[1]) in words.vocabulary.currencies else None


def _several(text: str, _: Words) -> tuple[str, ...] | None:
    """Several numbers, or a sum.

    '12、13' [] → ?
    '12 5' [] → ?
    '12+13' [] → ?
    """
    return () if _SEVERAL.search(text) else None


def _numerals(text: str, words: Words) -> tuple[str, ...] | None:
    """A number in words.

    '三十二' [家] → ?
    '叁' [家] → ?
    '3亿5千万' [亿元] → ?
    'twenty-five' [t; en] → ?
    """
    plain = folded(text).replace("-", "")
    return () if words.vocabulary.numerals.fullmatch(plain) else None


def _measure(text: str, _: Words) -> tuple[str, ...] | None:
    """A number and a word or measure that is not asked for.

    '12家' [亿元] → ?
    '12%' [亿元] → ?
    '2000万' [%] → ?
    '3万' [件/万人] → ?
    '共12' [] → ?
    """
    found = _ALONE.fullmatch(text)
    if not found:
        return None
    rest = found[1] + found[3]
    return () if any(sign.isalpha() or sign in "%\u2030\u00b0" for sign in rest) else None


def _offered(words: Words, *readings: str) -> tuple[str, ...]:
    """Return the readings that are plain numbers, with the measure."""
    plain = (text for text in readings if plain_decimal(text) is not None)
    return tuple(map(words.measure.behind, plain))


DOUBTS: tuple[Doubt, ...] = (
    Doubt("ask_elsewhere", _elsewhere),
    Doubt("ask_digits", _digits),
    Doubt("ask_sign", _brackets),
    Doubt("ask_sign", _dash),
    Doubt("ask_exponent", _exponent),
    Doubt("ask_range", _range),
    Doubt("ask_bound", _bound),
    Doubt("ask_grouping", _commas),
    Doubt("ask_grouping", _gaps),
    Doubt("ask_scale", _scale),
    Doubt("ask_currency", _currency),
    Doubt("ask_several", _several),
    Doubt("ask_measure", _measure),
    Doubt("ask_numerals", _numerals),
)


def doubt_about(text: str, words: Words) -> tuple[str, tuple[str, ...]]:
    """Return what must be asked about a text that is no number.

    Returns:
        The name of the sentence that asks, empty for none, and the readings it offers.
    """
    for doubt in DOUBTS:
        readings = doubt.readings(text, words)
        if readings is not None:
            return doubt.name, readings
    return "", ()
