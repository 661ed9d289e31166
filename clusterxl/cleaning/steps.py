# ruff: noqa: RUF002  (full-width digits and signs are what the examples show)
r"""The steps that make an answer readable, in the order in which they are tried.

Each step is small, has a name and carries its examples: `'typed' [measure; language] → 'after'`. A
step changes a text only where one reading is left; what no step makes plain is no number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from clusterxl.cleaning.measures import converted
from clusterxl.cleaning.words import Words, folded
from clusterxl.numbers import WIDE_SIGNS, plain_decimal

# Signs of control and of direction that nobody sees; tabs and breaks of lines are spaces.
_CONTROL = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e"
_CONTROL += "\u2060-\u206f\ufeff\ufff9-\ufffb"
_UNSEEN = re.compile(f"[{_CONTROL}]")
# Joiners and variation selectors shape letters; in a number they are as idle as the rest.
_SHAPING = re.compile(f"[{_CONTROL}\u200c\u200d\ufe00-\ufe0f]")
_ESCAPES = re.compile("(?:_x000[Dd]_)?(?:_x000[Aa]_|\n)|_x000[Dd]_")
_ESCAPE = re.compile("_x000[AaDd]_")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffe\uffff\U000f0000-\U0010ffff]")
# Stands where a character was that only the sender can see.
MISSING = "\ufffd"
# The spaces that the text view knows; what is left of a text there is left of it here.
SPACES = " \t\r\n\u00a0\u3000"
# A space between two digits may part two numbers, so it stays and the text is no number.
_IDLE_SPACE = re.compile(r"(?<![0-9])\s+|\s+(?![0-9])")
_APOSTROPHE = re.compile("^['\u2018\u2019]\\s*(?=[^'\u2018\u2019\\s])(?=[^'\u2018\u2019]*$)")
_INNER_STOP = re.compile("(?<=[0-9])\u3002(?=[0-9])")
_GROUPED = re.compile(r"([+-]?[1-9][0-9]{0,2}(?:([,'’])[0-9]{3})(?:\2[0-9]{3})*)(?![0-9,'’])")
_TAILED = re.compile(r"(-?[0-9.]+)([^0-9.][^0-9]*)")


@dataclass(frozen=True, slots=True)
class Step:
    """One change that makes an answer readable.

    Attributes:
        name: Its name; `receipt.<name>` says it in words.
        apply: Returns the text changed, or as it was where the step does not apply. Its docstring
            has the examples.
    """

    name: str
    apply: Callable[[str, Words], str]


def _without_escapes(text: str, _: Words) -> str:
    r"""A break of lines that a program spelled out.

    '12_x000D_' [] → '12\n'
    '_x000D_\n12' [] → '\n12'
    '_x005F_' [] → '_x005F_'
    """
    return _ESCAPES.sub("\n", text) if _ESCAPE.search(text) else text


def _one_kind_of_break(text: str, _: Words) -> str:
    r"""Each break of lines is written in the same way, also Word's own.

    'a\r\nb\rc' [] → 'a\nb\nc'
    'a\x0bb\u2028c' [] → 'a\nb\nc'
    'a\nb' [] → 'a\nb'
    """
    return _BREAKS.sub("\n", text)


def _without_unseen(text: str, _: Words) -> str:
    r"""Characters that nobody sees, in a text; those that shape letters stay.

    '\u200b甲\ufeff' [] → '甲'
    '\u202d甲\u202c\x07' [] → '甲'
    'a\u200cb' [] → 'a\u200cb'
    """
    return _UNSEEN.sub("", text)


def _without_any_unseen(text: str, _: Words) -> str:
    r"""Characters that nobody sees, in a number, date or mark.

    '\u200b12\ufeff' [] → '12'
    '\u202d-12\u202c' [] → '-12'
    '12' [] → '12'
    """
    return _SHAPING.sub("", text)


def _without_private(text: str, _: Words) -> str:
    r"""Characters that only the sender's fonts know leave a mark.

    '甲\ue000' [] → '甲\ufffd'
    '豈' [] → '豈'
    """
    return _PRIVATE.sub(MISSING, text)


def _without_margins(text: str, _: Words) -> str:
    r"""Spaces around a text.

    '\u3000甲 乙\n' [] → '甲 乙'
    '甲' [] → '甲'
    """
    return text.strip(SPACES)


def _narrow(text: str, _: Words) -> str:
    """Full-width digits and signs, and hyphens that stand for a minus.

    '４５．６' [] → '45.6'
    '－５％' [%] → '-5%'
    '−5' [] → '-5'
    '①½' [] → '①½'
    """
    return text.translate(WIDE_SIGNS)


def _without_idle_spaces(text: str, _: Words) -> str:
    r"""Spaces and breaks of lines that do not stand between digits.

    '  12.5\u3000' [] → '12.5'
    '- 5 %' [%] → '-5%'
    '12.5\n亿元' [亿元] → '12.5亿元'
    '12 5' [] → '12 5'
    """
    return _IDLE_SPACE.sub("", text)


def _without_apostrophe(text: str, _: Words) -> str:
    """The apostrophe that tells Excel to keep a text.

    "'12" [] → '12'
    "' 12" [] → '12'
    "'" [] → "'"
    "'12'" [] → "'12'"
    """
    return _APOSTROPHE.sub("", text)


def _with_decimal_point(text: str, _: Words) -> str:
    """The full stop of a Chinese keyboard for a decimal point, and a stop at the end.

    '12。5' [] → '12.5'
    '12.50.' [] → '12.50'
    '12.5亿元。' [亿元] → '12.5亿元'
    '12..' [] → '12..'
    """
    text = _INNER_STOP.sub(".", text)
    is_ended = text[-1:] in (".", "\u3002") and text[-2:-1] not in (".", "\u3002")
    return text[:-1] if is_ended else text


def _without_about(text: str, words: Words) -> str:
    """Words for "about"; words for a bound change the number and stay.

    '约3.2' [] → '3.2'
    '大约3.2左右' [] → '3.2'
    'About3.2' [; en] → '3.2'
    '近3.2' [] → '近3.2'
    '3.2以上' [] → '3.2以上'
    """
    lowered = text.lower()
    before = next((w for w in words.vocabulary.about_before if lowered.startswith(w)), "")
    behind = next((w for w in words.vocabulary.about_behind if lowered.endswith(w)), "")
    return text[len(before) :].removesuffix(text[len(text) - len(behind) :] if behind else "")


def _without_currency(text: str, words: Words) -> str:
    """The sign of the currency that is asked for, in front of the number.

    '¥12' [万元] → '12'
    'RMB-12' [元] → '-12'
    '-￥12' [亿元] → '-12'
    'EUR12' [million EUR; en] → '12'
    '¥12' [家] → '¥12'
    '$12' [亿元] → '$12'
    """
    sign = "-" if text.startswith("-") else ""
    front = re.match(r"[^0-9.+-]+", text[len(sign) :])
    if not front or words.vocabulary.currencies.get(folded(front[0])) != words.measure.base:
        return text
    rest = text[len(sign) + front.end() :]
    return text if sign and rest[:1] in ("-", "+") else sign + rest


def _without_thousands(text: str, _: Words) -> str:
    """Marks between groups of three digits.

    '1,234,567.89' [] → '1234567.89'
    '-1,234' [] → '-1234'
    "1'234" [] → '1234'
    '2,000万元' [万元] → '2000万元'
    '12,5' [] → '12,5'
    '0,123' [] → '0,123'
    '12,3456' [] → '12,3456'
    """
    found = _GROUPED.match(text)
    return found[1].replace(found[2], "") + text[found.end() :] if found else text


def _without_plus(text: str, _: Words) -> str:
    """A plus sign in front.

    '+5' [] → '5'
    '5+' [] → '5+'
    '+-5' [] → '+-5'
    """
    return text if text[1:2] in ("-", "+") else text.removeprefix("+")


def _without_counting(text: str, words: Words) -> str:
    """A word that counts things, where things are counted in another.

    '12家' [个] → '12'
    '12项' [] → '12'
    '12家' [家] → '12家'
    '12companies' [; en] → '12'
    '12家' [亿元] → '12家'
    '12家' [%] → '12家'
    """
    found = _TAILED.fullmatch(text)
    if not found or words.measure.base not in ("", *words.vocabulary.counting):
        return text
    word = folded(found[2])
    is_other = word in words.vocabulary.counting and word != words.measure.base
    return found[1] if is_other and words.measure.factor == 1 else text


def _with_own_scale(text: str, words: Words) -> str:
    """A scale word, or a measure with one, becomes the measure that is asked for, exactly.

    '456000万元' [亿元] → '45.6亿元'
    '2亿元' [万元] → '20000万元'
    '45.6亿' [亿元] → '45.6亿元'
    '2000万' [家] → '20000000家'
    '1.2万个' [家] → '12000家'
    '12thousandt' [t; en] → '12000t'
    '2000万' [亿元] → '2000万'
    '3万' [万元] → '3万'
    '12k' [EUR 1,000; en] → '12k'
    '2millionEUR' [EUR 1,000; en] → '2000'
    '12元' [亿元] → '12元'
    '3万' [%] → '3万'
    """
    found = _TAILED.fullmatch(text)
    number = plain_decimal(found[1]) if found else None
    if found is None or number is None or folded(found[2]) == folded(words.measure.text):
        return text
    meant = converted(number, found[2], words)
    if meant is None:
        return text
    # Digits of the measure must not run into those of the number.
    return meant if words.measure.behind("") != words.measure.text else meant + words.measure.text


def _without_measure(text: str, words: Words) -> str:
    """The measure that is asked for.

    '45.6亿元' [亿元] → '45.6'
    '45％' [%] → '45'
    '12 ℃' [°C; en] → '12'
    '45.6万元' [亿元] → '45.6万元'
    '45%' [亿元] → '45%'
    """
    asked = folded(words.measure.text)
    if not asked or asked[0].isdigit():
        return text
    end = max(text.rfind(sign) for sign in "0123456789.)") + 1
    return text[:end] if folded(text[end:]) == asked else text.removesuffix(words.measure.text)


_ESCAPE_STEP = Step("escape", _without_escapes)
_UNSEEN_STEP = Step("unseen", _without_any_unseen)
_WIDTH_STEP = Step("width", _narrow)
_SPACE_STEP = Step("space", _without_idle_spaces)
_MARGIN_STEP = Step("space", _without_margins)
_APOSTROPHE_STEP = Step("apostrophe", _without_apostrophe)
_STOP_STEP = Step("stop", _with_decimal_point)
_BREAK_STEP = Step("newline", _one_kind_of_break)

NUMBER_STEPS: tuple[Step, ...] = (
    _ESCAPE_STEP,
    _UNSEEN_STEP,
    _WIDTH_STEP,
    _SPACE_STEP,
    _APOSTROPHE_STEP,
    _STOP_STEP,
    Step("about", _without_about),
    Step("currency", _without_currency),
    Step("thousands", _without_thousands),
    Step("plus", _without_plus),
    Step("counting", _without_counting),
    Step("scale", _with_own_scale),
    Step("measure", _without_measure),
)
TEXT_STEPS: tuple[Step, ...] = (
    _ESCAPE_STEP,
    _BREAK_STEP,
    Step("unseen", _without_unseen),
    Step("private", _without_private),
    _MARGIN_STEP,
)
PHONE_STEPS: tuple[Step, ...] = (
    _ESCAPE_STEP,
    _BREAK_STEP,
    _UNSEEN_STEP,
    _WIDTH_STEP,
    _MARGIN_STEP,
    _APOSTROPHE_STEP,
)
DATE_SIGN_STEPS: tuple[Step, ...] = (
    _ESCAPE_STEP,
    _UNSEEN_STEP,
    _WIDTH_STEP,
    _MARGIN_STEP,
    _APOSTROPHE_STEP,
    _STOP_STEP,
)

# What a step for texts might change, and what nobody sees, beside escapes.
_ODD_IN_TEXT = re.compile(
    f"[{_CONTROL}\r\x0b\x0c\x85\u2028\u2029\ue000-\uf8ff\ufffe\uffff\U000f0000-\U0010ffff]"
)
_SPELLED = "_x000"


def is_odd(text: str) -> bool:
    r"""Whether a text may hold anything that a step for texts changes within it.

    >>> is_odd("two\nlines"), is_odd("a\u200b")
    (False, True)
    """
    # Most texts are plain, and that is told far sooner than where they are not.
    is_plain = text.isprintable() or not _ODD_IN_TEXT.search(text)
    return not is_plain or _SPELLED in text


def hides_signs(text: str) -> bool:
    """Whether a text holds anything that nobody sees."""
    is_plain = text.isprintable() or not _SHAPING.search(text)
    return not is_plain or _SPELLED in text


def without_unseen(text: str) -> str:
    """Return a text without anything that nobody sees.

    >>> without_unseen("\u200b12\ufeff_x000D_").strip()
    '12'
    """
    return _SHAPING.sub("", _ESCAPES.sub("\n", text) if _ESCAPE.search(text) else text)


def walk(steps: Iterable[Step], text: str, words: Words) -> tuple[str, list[tuple[str, str, str]]]:
    """Take a text through all steps.

    Returns:
        What it becomes, and of each step that changed it: before, after, name.
    """
    changes = []
    for step in steps:
        after = step.apply(text, words)
        if after != text:
            changes.append((text, after, step.name))
        text = after
    return text, changes
