"""Numbers that were typed in another measure than was asked for, converted without loss."""

from __future__ import annotations

from decimal import Decimal, Inexact, localcontext

from clusterxl.cleaning.words import Measure, Words, measure_of, vocabulary_of
from clusterxl.excel.formats import Shown
from clusterxl.sentences import LANGUAGES

PERCENT = "%"
_SHARES = (PERCENT, "‰")
# Nobody answers with a million times a million, and so on.
_OUT_OF_REACH = 10**6
# More digits than any factor and any cell can have together, within reason.
_DIGITS = 400


def converted(number: Decimal, typed: str, words: Words) -> str | None:
    """Convert a number to the measure that is asked for.

    Args:
        number: The number.
        typed: The measure or scale word behind it.
        words: Words and measure of the question.

    Returns:
        The number as plain text; None where the words have no reading or more than one.
    """
    wanted = words.measure
    given = measure_of(typed, words.vocabulary)
    if not given.base:
        if wanted.base == PERCENT or (wanted.is_scaled and not _is_same(given, wanted)):
            return None
        return times(number, given.factor, wanted.factor)
    # 12元 in a field of 亿元 is rather a slip than so little money.
    is_slip = given.factor == 1 != wanted.factor
    if is_slip or not _agree(given, words):
        return None
    return times(number, given.factor, wanted.factor)


def readings_of(number: Decimal, typed: str, words: Words) -> tuple[str, ...]:
    """Return all that a number with a scale word or measure behind it may mean; () if nothing."""
    wanted = words.measure
    given = measure_of(typed, words.vocabulary)
    is_bare = not given.base
    if wanted.factor == 1 or wanted.base == PERCENT or not (is_bare or _agree(given, words)):
        return ()
    taken_at_its_word = times(number, given.factor, wanted.factor)
    taken_as_slip = times(number, given.factor, Decimal(1))
    readings = dict.fromkeys(text for text in (taken_at_its_word, taken_as_slip) if text)
    return tuple(map(wanted.behind, readings))


def shows_otherwise(shown: Shown, words: Words) -> bool:
    """Whether a number format makes another number of what is stored, by sign, scale or word."""
    # Programs write the words of their own language, whatever that of the form.
    given = [measure_of(shown.tail, vocabulary_of(language)) for language in LANGUAGES]
    is_other = any(tail.factor not in (1, words.measure.factor) for tail in given)
    is_share = given[0].base in _SHARES and given[0].base != words.measure.base
    return bool(shown.percents or shown.thousands or is_other or is_share)


def times(number: Decimal, factor: Decimal, divisor: Decimal) -> str | None:
    """Return number × factor ÷ divisor as plain text; None where that has no end.

    >>> times(Decimal("456000"), Decimal(10**4), Decimal(10**8))
    '45.6'
    """
    with localcontext(prec=_DIGITS) as context:
        context.traps[Inexact] = True
        try:
            found = number * factor / divisor
        except Inexact:
            return None
        return format(found.normalize(), "f")


def _is_same(given: Measure, wanted: Measure) -> bool:
    """Whether a scale word alone can only be that of the measure.

    Behind 3千 in a field of 万元 may be 元 as well as 万元, and 3万 may be 30000 of its 万元; that
    somebody means so many 亿 of 亿元 is out of the question.
    """
    return given.factor == wanted.factor >= _OUT_OF_REACH


def _agree(given: Measure, words: Words) -> bool:
    """Whether two measures are of one base, or both count things."""
    wanted, counting = words.measure, words.vocabulary.counting
    both_count = given.base in counting and wanted.base in ("", *counting) and wanted.factor == 1
    return given.base == wanted.base or both_count
