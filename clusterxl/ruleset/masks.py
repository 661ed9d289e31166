"""Judges rules over all returns at once: nodes to numpy, one verdict a rule instance and return.

The canonical views come in, verdicts go out. Excel's formulas must say the same, so arithmetic
follows it: numbers are rounded half away from zero and compared after six decimals, what cancels
to the last bits is nothing, and where a number grows out of bounds a rule is not applicable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterxl.form.dates import date_of_serial, date_of_text, serial_of_date
from clusterxl.ruleset.arithmetic import Flags, Numbers, difference, existing, rounded
from clusterxl.ruleset.nodes import (
    SEPARATORS,
    Absolute,
    AnyPositive,
    Arithmetic,
    Characters,
    Comparison,
    Condition,
    Contains,
    DateOf,
    Distance,
    Every,
    Extreme,
    Filled,
    IsDate,
    IsNumber,
    IsPhone,
    Items,
    Judgement,
    Number,
    NumberOf,
    Numeric,
    OneOf,
    Opposite,
    Paired,
    Parameter,
    Power,
    Rounded,
    SameText,
    Some,
    Tally,
    Total,
    Truth,
    Unique,
    Verdict,
)

Texts = npt.NDArray[np.object_]
Verdicts = npt.NDArray[np.int8]

TEXT_SUFFIX = "#"
# So many texts are faster compared one after the other than looked up one by one.
_FEW = 6
COMPARED_DECIMALS = 6
# Of fewer numbers nobody can say which is far from the others.
FEWEST_LIKE = 8
# The median distance from the median of a normal distribution, in standard deviations inverted.
_NORMAL = 1.4826
_MOBILE = re.compile(r"1[0-9]{10}")
_WITH_AREA_CODE = re.compile(r"0[0-9]{2,3}-[0-9]{7,8}")


class Views:
    """The canonical views of all returns: a text and a number for every input cell."""

    def __init__(
        self,
        frame: pd.DataFrame | Mapping[str, Sequence[str | float] | Numbers | Texts],
        *,
        language: str,
    ) -> None:
        """Take the frame of views.

        Args:
            frame: Row a return: column `key` its number (NaN if none), `key#` its text; or the
                columns alone, of at least one return.
            language: Language of the form.
        """
        self._frame = frame
        self.size = len(frame if isinstance(frame, pd.DataFrame) else next(iter(frame.values())))
        self.language = language
        # Where a number that was compared did not exist, since `judge` began.
        self.broken: Flags = np.zeros(self.size, np.bool_)
        self._numbers: dict[str, Numbers] = {}
        self._texts: dict[str, Texts] = {}
        self._filled: dict[str, Flags] = {}

    def number(self, key: str) -> Numbers:
        """Return the numbers in a cell."""
        if key not in self._numbers:
            self._numbers[key] = np.asarray(self._frame[key], dtype=np.float64)
        return self._numbers[key]

    def text(self, key: str) -> Texts:
        """Return the texts in a cell."""
        if key not in self._texts:
            self._texts[key] = np.asarray(self._frame[key + TEXT_SUFFIX], dtype=object)
        return self._texts[key]

    def filled(self, key: str) -> Flags:
        """Return where a cell is filled in."""
        if key not in self._filled:
            self._filled[key] = np.asarray(self.text(key) != "", dtype=np.bool_)
        return self._filled[key]

    def is_number(self, key: str) -> Flags:
        """Return where a cell holds a number."""
        return ~np.isnan(self.number(key))

    def one_of(self, key: str, texts: Sequence[str]) -> Flags:
        """Return where a cell holds one of some texts."""
        found = self.text(key)
        if len(texts) > _FEW:
            wanted = frozenset(texts)
            return np.array([text in wanted for text in found], dtype=np.bool_)
        holds_one = np.zeros(self.size, np.bool_)
        for text in texts:
            holds_one |= np.asarray(found == text, dtype=np.bool_)
        return holds_one


def views_of(text: pd.DataFrame, number: pd.DataFrame, *, language: str) -> Views:
    """Return the views of returns; no frame is put together for them.

    Args:
        text: Row a return, column a key: its text view.
        number: The same of its number view.
        language: Language of the form.
    """
    numbers = number.to_numpy(dtype=np.float64).T
    columns: dict[str, Numbers | Texts] = dict(zip(number.columns, numbers, strict=True))
    texts = text.to_numpy(dtype=object).T
    columns |= {
        f"{key}{TEXT_SUFFIX}": found for key, found in zip(text.columns, texts, strict=True)
    }
    return Views(columns, language=language)


def view_frame(text: pd.DataFrame, number: pd.DataFrame) -> pd.DataFrame:
    """Join the text and the number view to the frame that rules are judged on.

    Texts are plain objects here: two blocks of memory instead of one a cell make each check of
    a wide frame about eight times faster.
    """
    texts = pd.DataFrame(
        text.to_numpy(dtype=object),
        index=text.index,
        columns=[f"{key}{TEXT_SUFFIX}" for key in text.columns],
        dtype=object,
    )
    return pd.concat([number, texts], axis=1)


def judge(judgement: Judgement, views: Views) -> Verdicts:
    """Return the verdict of a compiled rule on each return, as `Verdict` values."""
    applicable = np.ones(views.size, np.bool_)
    verdicts = np.full(views.size, Verdict.NOT_APPLICABLE, np.int8)
    views.broken = np.zeros(views.size, np.bool_)
    with np.errstate(all="ignore"):
        for guard in judgement.guards:
            applicable &= holds(guard, views)
            if not applicable.any():
                return verdicts
        passed = holds(judgement.check, views)
    applicable &= ~views.broken
    verdicts[applicable] = np.where(passed[applicable], Verdict.PASS, Verdict.FAIL)
    return verdicts


def holds(node: Condition, views: Views) -> Flags:
    """Return where a condition holds."""
    rule = _CONDITIONS[type(node)]
    return rule(node, views)


def number_of(node: Numeric, views: Views) -> Numbers:
    """Return the numbers a node stands for; NaN where it stands for none."""
    rule = _NUMBERS[type(node)]
    return rule(node, views)


def _number_in(node: NumberOf, views: Views) -> Numbers:
    found = views.number(node.key)
    if not node.none_word:
        return found
    return np.where(views.one_of(node.key, (node.none_word,)), 0.0, found)


def _constant(node: Number | Parameter, views: Views) -> Numbers:
    return np.full(views.size, np.nan if node.value is None else node.value)


def _arithmetic(node: Arithmetic, views: Views) -> Numbers:
    left, right = number_of(node.left, views), number_of(node.right, views)
    match node.operator:
        case "+":
            return existing(difference(left, -right))
        case "-":
            return existing(difference(left, right))
        case "*":
            return existing(left * right)
        case "/":
            return existing(left / right)


def _power(node: Power, views: Views) -> Numbers:
    base, exponent = number_of(node.base, views), number_of(node.exponent, views)
    return existing(np.where(base < 0, np.nan, np.power(base, exponent)))


def _extreme(node: Extreme, views: Views) -> Numbers:
    parts = [number_of(part, views) for part in node.of]
    chosen = np.minimum if node.which == "min" else np.maximum
    return np.asarray(chosen.reduce(parts))


def _characters(node: Characters, views: Views) -> Numbers:
    return np.fromiter((len(text) for text in views.text(node.key)), np.float64, views.size)


def _items(node: Items, views: Views) -> Numbers:
    none = ("", node.none_word)
    return np.fromiter(
        (0 if text in none else _items_in(text) for text in views.text(node.key)),
        np.float64,
        views.size,
    )


def _items_in(text: str) -> int:
    between = sum(text.count(sign) for sign in SEPARATORS)
    return 1 + between - text.endswith(SEPARATORS)


def _tally(node: Tally, views: Views) -> Numbers:
    found = np.zeros(views.size)
    for key in node.keys:
        if node.texts:
            found += views.one_of(key, node.texts)
        elif node.none_word:
            found += views.filled(key) & ~views.one_of(key, (node.none_word,))
        else:
            found += views.filled(key)
    return found


def _total(node: Total, views: Views) -> Numbers:
    above, below = np.zeros(views.size), np.zeros(views.size)
    for key in node.keys:
        number = views.number(key)
        above += np.where(number > 0, number, 0.0)
        below += np.where(number < 0, number, 0.0)
    return existing(difference(above, -below))


def _distance(node: Distance, views: Views) -> Numbers:
    numbers, like = views.number(node.key), views.text(node.within)
    found = np.full(views.size, np.nan)
    for text in dict.fromkeys(like[~np.isnan(numbers)]):
        among = np.flatnonzero((like == text) & ~np.isnan(numbers))
        if len(among) < FEWEST_LIKE:
            continue
        away = np.abs(numbers[among] - np.median(numbers[among]))
        spread = np.median(away)
        if spread > 0:
            found[among] = away / (spread * _NORMAL)
    return existing(found)


def _unique(node: Unique, views: Views) -> Flags:
    holders: dict[str, set[str]] = {}
    pairs = list(zip(views.text(node.key), views.text(node.apart), strict=True))
    for text, holder in pairs:
        holders.setdefault(text, set()).add(holder)
    return np.array([len(holders[text]) == 1 for text, _ in pairs], dtype=np.bool_)


def _any_positive(node: AnyPositive, views: Views) -> Flags:
    found = np.zeros(views.size, np.bool_)
    for key in node.keys:
        found |= views.number(key) > 0
    return found


def _is_date(node: IsDate, views: Views) -> Flags:
    return ~np.isnan(dates_in(node.key, views))


def dates_in(key: str, views: Views) -> Numbers:
    """Return the dates in a cell as serial numbers, written out or not; NaN where there is none."""
    pairs = zip(views.text(key), views.number(key), strict=True)
    found = (
        date_of_text(text, views.language) if np.isnan(number) else date_of_serial(number)
        for text, number in pairs
    )
    serials = (np.nan if day is None else serial_of_date(day) for day in found)
    return np.fromiter(serials, np.float64, views.size)


def _is_phone(node: IsPhone, views: Views) -> Flags:
    kinds = (_MOBILE,) if node.is_mobile else (_MOBILE, _WITH_AREA_CODE)
    found = (any(kind.fullmatch(text) for kind in kinds) for text in views.text(node.key))
    return np.fromiter(found, np.bool_, views.size)


def _contains(node: Contains, views: Views) -> Flags:
    texts = views.text(node.key)
    parts = views.text(node.other) if node.other else [node.text] * views.size
    found = (part in text for text, part in zip(texts, parts, strict=True))
    return np.fromiter(found, np.bool_, views.size)


def _paired(node: Paired, views: Views) -> Flags:
    pairs = zip(views.text(node.parent), views.text(node.key), strict=True)
    wanted = frozenset(node.pairs)
    return np.fromiter((pair in wanted for pair in pairs), np.bool_, views.size)


def _same_text(node: SameText, views: Views) -> Flags:
    return np.asarray(views.text(node.key) == views.text(node.other), dtype=np.bool_)


def _comparison(node: Comparison, views: Views) -> Flags:
    between = difference(number_of(node.left, views), number_of(node.right, views))
    views.broken |= ~np.isfinite(between)
    between = rounded(between, COMPARED_DECIMALS)
    match node.operator:
        case "<":
            return between < 0
        case "<=":
            return between <= 0
        case ">":
            return between > 0
        case ">=":
            return between >= 0
        case "==":
            return np.asarray(between == 0)
        case "!=":
            return np.asarray(between != 0)


def _joined(node: Every | Some, views: Views) -> Flags:
    found = [holds(part, views) for part in node.of]
    join = np.logical_and if isinstance(node, Every) else np.logical_or
    return np.asarray(join.reduce(found), dtype=np.bool_)


_CONDITIONS: Mapping[type, Callable[..., Flags]] = {
    Truth: lambda node, views: np.full(views.size, node.holds),
    Filled: lambda node, views: views.filled(node.key),
    IsNumber: lambda node, views: views.is_number(node.key),
    IsDate: _is_date,
    IsPhone: _is_phone,
    OneOf: lambda node, views: views.one_of(node.key, node.texts),
    Contains: _contains,
    SameText: _same_text,
    Paired: _paired,
    AnyPositive: _any_positive,
    Unique: _unique,
    Comparison: _comparison,
    Every: _joined,
    Some: _joined,
    Opposite: lambda node, views: ~holds(node.of, views),
}
_NUMBERS: Mapping[type, Callable[..., Numbers]] = {
    Number: _constant,
    Parameter: _constant,
    NumberOf: _number_in,
    DateOf: lambda node, views: dates_in(node.key, views),
    Distance: _distance,
    Arithmetic: _arithmetic,
    Power: _power,
    Absolute: lambda node, views: np.abs(number_of(node.of, views)),
    Rounded: lambda node, views: rounded(number_of(node.of, views), node.decimals),
    Extreme: _extreme,
    Characters: _characters,
    Items: _items,
    Tally: _tally,
    Total: _total,
}
