"""The functions that a rule may call, each as the nodes it stands for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from clusterxl.form.answers import TICKED, canonical_text
from clusterxl.form.model import FieldType, Input
from clusterxl.ruleset.intervals import Interval, interval_of
from clusterxl.ruleset.names import Names, refused
from clusterxl.ruleset.nodes import (
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
    Number,
    Numeric,
    OneOf,
    Opposite,
    Power,
    Rounded,
    SameText,
    Some,
    Tally,
    Total,
    Truth,
    Unique,
)

Arguments = Sequence[ast.expr]
ANY = 99
PERCENT = 100.0
# Half of the sixth decimal: a difference below it is what a binary fraction leaves over.
SPECK = 5e-7


class Reader(Protocol):
    """What a function may ask of the compiler that reads the rule."""

    @property
    def names(self) -> Names:
        """The names of the form."""

    def number(self, node: ast.expr) -> Numeric:
        """Read a number, guarded."""

    def condition(self, node: ast.expr) -> Condition:
        """Read a condition."""

    def cell(self, node: ast.expr) -> Input:
        """Read a name that stands for one cell."""

    def cells(self, node: ast.expr) -> tuple[Input, ...]:
        """Read a name that stands for any number of cells."""

    def word(self, node: ast.expr) -> str:
        """Read a text in quotes."""

    def whole(self, node: ast.expr) -> int:
        """Read a whole number that is known now."""

    def need(self, condition: Condition) -> None:
        """Ask for a condition without which the rule is not applicable."""


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Function(Generic[Result]):
    """A function of the language: how many arguments it takes and what it stands for."""

    least: int
    most: int
    build: Callable[[Reader, Arguments], Result]


def _filled(reader: Reader, given: Arguments) -> Condition:
    return Filled(reader.cell(given[0]).key)


def _none(reader: Reader, given: Arguments) -> Condition:
    return reader.names.none(reader.cell(given[0]).key)


def _valued(reader: Reader, given: Arguments) -> Condition:
    return reader.names.valued(reader.cell(given[0]).key)


def _is_number(reader: Reader, given: Arguments) -> Condition:
    return IsNumber(reader.cell(given[0]).key)


def _is_date(reader: Reader, given: Arguments) -> Condition:
    key = reader.cell(given[0]).key
    reader.need(Filled(key))
    return IsDate(key)


def _date_of(reader: Reader, given: Arguments) -> Numeric:
    key = reader.cell(given[0]).key
    reader.need(Filled(key))
    reader.need(IsDate(key))
    return DateOf(key)


def _unique(reader: Reader, given: Arguments) -> Condition:
    """No return of others holds the same text; a blank, or the word for "none", is not judged."""
    key, apart = (reader.cell(part).key for part in given)
    reader.need(reader.names.valued(key))
    reader.need(Filled(apart))
    return Unique(key, apart)


def _distance(reader: Reader, given: Arguments) -> Numeric:
    asked, within = reader.cell(given[0]), reader.cell(given[1]).key
    reader.number(given[0])
    reader.need(IsNumber(asked.key))
    reader.need(Filled(within))
    return Distance(asked.key, within)


def _listed(reader: Reader, given: Arguments) -> Condition:
    asked = reader.cell(given[0])
    reader.need(Filled(asked.key))
    if len(given) == 1:
        return reader.names.own_option(asked)
    return reader.names.list_option(asked.key, reader.word(given[1]))


def _chosen(reader: Reader, given: Arguments) -> Condition:
    return _some(_options(reader, given))


def _some(conditions: Sequence[Condition]) -> Condition:
    return conditions[0] if len(conditions) == 1 else Some(tuple(conditions))


def _options(reader: Reader, given: Arguments) -> tuple[OneOf, ...]:
    """Read a name and perhaps an option of it: each cell with what it holds when chosen."""
    cells = reader.cells(given[0])
    option = reader.word(given[1]) if len(given) > 1 else ""
    if cells[0].type is FieldType.TICKS:
        wanted = [asked for asked in cells if not option or asked.item == option]
        if not wanted:
            known = ", ".join(asked.item for asked in cells)
            raise refused("unknown_option", option=option, field=cells[0].field.id, known=known)
        return tuple(OneOf(asked.key, (TICKED,)) for asked in wanted)
    if not option:
        raise refused("which_option", name=cells[0].field.id)
    return tuple(reader.names.option(asked, option) for asked in cells)


def _needed(reader: Reader, given: Arguments) -> Condition:
    """An answer is needed: always, or because an answer elsewhere asks for evidence."""
    asked = reader.cell(given[0])
    if not asked.owners or not asked.required:
        return Truth(asked.required)
    names = reader.names
    owners = [names.form.by_key[key] for key in asked.owners]
    match owners[0].field.evidence:
        case "positive":
            return AnyPositive(asked.owners)
        case "filled":
            return _some([names.valued(key) for key in asked.owners])
        case option:
            return _some([names.option(owner, option) for owner in owners])


def _any_positive(reader: Reader, given: Arguments) -> Condition:
    return AnyPositive(tuple(asked.key for asked in reader.cells(given[0])))


def _in_range(reader: Reader, given: Arguments) -> Condition:
    """A number lies within the limits of its own field."""
    asked = reader.cell(given[0]).field
    least, most = limits_of(asked.minimum, asked.maximum, share=asked.share)
    number = reader.number(given[0])
    tests: list[Condition] = []
    if least is not None:
        tests.append(Comparison(">=", number, Number(least)))
    if most is not None:
        tests.append(Comparison("<=", number, Number(most)))
    return Every(tuple(tests))


def limits_of(
    minimum: float | None, maximum: float | None, *, share: bool
) -> tuple[float | None, float | None]:
    """Return the limits of a field; those of a share are 0 and 100 where it names none."""
    if not share:
        return minimum, maximum
    return (0.0 if minimum is None else minimum, PERCENT if maximum is None else maximum)


def _integer(reader: Reader, given: Arguments) -> Condition:
    return _rounds(reader.number(given[0]), 0)


def _decimals(reader: Reader, given: Arguments) -> Condition:
    return _rounds(reader.number(given[0]), reader.whole(given[1]))


def _rounds(number: Numeric, decimals: int) -> Condition:
    left_over = Absolute(Arithmetic("-", number, Rounded(number, decimals)))
    return Comparison("<=", left_over, Number(SPECK))


def _within(reader: Reader, given: Arguments) -> Condition:
    left, right, tolerance = (reader.number(part) for part in given)
    return Comparison("<=", Absolute(Arithmetic("-", left, right)), tolerance)


def _phone(reader: Reader, given: Arguments) -> Condition:
    return _phone_in(reader, given, is_mobile=False)


def _mobile(reader: Reader, given: Arguments) -> Condition:
    return _phone_in(reader, given, is_mobile=True)


def _phone_in(reader: Reader, given: Arguments, *, is_mobile: bool) -> Condition:
    """A telephone number; a blank, or the word for "none", is not judged."""
    key = reader.cell(given[0]).key
    reader.need(reader.names.valued(key))
    return IsPhone(key, is_mobile)


def _contains(reader: Reader, given: Arguments) -> Condition:
    """A text contains another one, in quotes or in a second cell."""
    whole = _text_cell(reader, given[0])
    if isinstance(given[1], ast.Constant):
        text = canonical_text(reader.word(given[1]))
        if not text:
            raise refused("no_text", text=ast.unparse(given[1]))
        return Contains(whole, text)
    return Contains(whole, other=_text_cell(reader, given[1]))


def _same(reader: Reader, given: Arguments) -> Condition:
    return SameText(_text_cell(reader, given[0]), _text_cell(reader, given[1]))


def _text_cell(reader: Reader, node: ast.expr) -> str:
    """Read a cell of free text, which must be filled in; a choice is compared by its options."""
    asked = reader.cell(node)
    if asked.type.is_numeric or asked.type in (FieldType.TICKS, FieldType.CHOICE):
        raise refused("no_text", text=ast.unparse(node))
    reader.need(Filled(asked.key))
    return asked.key


def _agrees(reader: Reader, given: Arguments) -> Condition:
    """A reported number may be what a formula gives, both behind figures that were rounded."""
    reported, derived = (_interval(reader, (part, *given[2:])) for part in given[:2])
    return Every(
        (
            Comparison(">=", reported.high, derived.low),
            Comparison("<=", reported.low, derived.high),
        )
    )


def _low(reader: Reader, given: Arguments) -> Numeric:
    return _interval(reader, given).low


def _high(reader: Reader, given: Arguments) -> Numeric:
    return _interval(reader, given).high


def _interval(reader: Reader, given: Arguments) -> Interval:
    decimals = reader.whole(given[1]) if len(given) > 1 else None
    number = reader.number(given[0])
    return interval_of(number, reader.names, decimals=decimals, need=reader.need)


def _implies(reader: Reader, given: Arguments) -> Condition:
    return Some((Opposite(reader.condition(given[0])), reader.condition(given[1])))


def _characters(reader: Reader, given: Arguments) -> Numeric:
    return Characters(reader.cell(given[0]).key)


def _items(reader: Reader, given: Arguments) -> Numeric:
    asked = reader.cell(given[0])
    return Items(asked.key, canonical_text(reader.names.form.none_word))


def _absolute(reader: Reader, given: Arguments) -> Numeric:
    return Absolute(reader.number(given[0]))


def _round(reader: Reader, given: Arguments) -> Numeric:
    return Rounded(reader.number(given[0]), reader.whole(given[1]))


def _least(reader: Reader, given: Arguments) -> Numeric:
    return Extreme("min", tuple(reader.number(part) for part in given))


def _most(reader: Reader, given: Arguments) -> Numeric:
    return Extreme("max", tuple(reader.number(part) for part in given))


def _sum(reader: Reader, given: Arguments) -> Numeric:
    added = reader.number(given[0])
    for part in given[1:]:
        added = Arithmetic("+", added, reader.number(part))
    return added


def _total(reader: Reader, given: Arguments) -> Numeric:
    return Total(tuple(asked.key for asked in reader.cells(given[0])))


def _count(reader: Reader, given: Arguments) -> Numeric:
    keys = tuple(asked.key for asked in reader.cells(given[0]))
    return Tally(keys, none_word=canonical_text(reader.names.form.none_word))


def _count_chosen(reader: Reader, given: Arguments) -> Numeric:
    conditions = _options(reader, given)
    return Tally(tuple(condition.key for condition in conditions), texts=conditions[0].texts)


def _evidence(reader: Reader, given: Arguments) -> Numeric:
    """How many materials are registered for a question, or for an option of it."""
    owners: Sequence[str]
    if len(given) > 1:
        owners = [condition.key for condition in _options(reader, given)]
    else:
        owners = [asked.key for asked in reader.cells(given[0])]
    found = dict.fromkeys(key for owner in owners for key in reader.names.evidence.get(owner, ()))
    if not found:
        raise refused("no_evidence", name=reader.names.form.by_key[owners[0]].field.id)
    return Tally(tuple(found), none_word=canonical_text(reader.names.form.none_word))


def _quotient(reader: Reader, above: Numeric, below: Numeric) -> Numeric:
    reader.need(Comparison(">", below, Number(0.0)))
    return Arithmetic("/", above, below)


def _share(reader: Reader, given: Arguments) -> Numeric:
    part, whole = (reader.number(each) for each in given)
    return Arithmetic("*", _quotient(reader, part, whole), Number(PERCENT))


def _growth(reader: Reader, given: Arguments) -> Numeric:
    now, before = (reader.number(part) for part in given)
    return _in_percent(_quotient(reader, now, before))


def _yearly_growth(reader: Reader, given: Arguments) -> Numeric:
    first, last, years = (reader.number(part) for part in given)
    ratio = _quotient(reader, last, first)
    exponent = _quotient(reader, Number(1.0), years)
    reader.need(Comparison(">=", ratio, Number(0.0)))
    return _in_percent(Power(ratio, exponent))


def _in_percent(factor: Numeric) -> Numeric:
    return Arithmetic("*", Arithmetic("-", factor, Number(1.0)), Number(PERCENT))


CONDITIONS: Mapping[str, Function[Condition]] = {
    "filled": Function(1, 1, _filled),
    "none": Function(1, 1, _none),
    "valued": Function(1, 1, _valued),
    "needed": Function(1, 1, _needed),
    "isnum": Function(1, 1, _is_number),
    "isdate": Function(1, 1, _is_date),
    "integer": Function(1, 1, _integer),
    "decimals": Function(2, 2, _decimals),
    "inrange": Function(1, 1, _in_range),
    "listed": Function(1, 2, _listed),
    "chosen": Function(1, 2, _chosen),
    "anychosen": Function(1, 2, _chosen),
    "anypositive": Function(1, 1, _any_positive),
    "contains": Function(2, 2, _contains),
    "same": Function(2, 2, _same),
    "unique": Function(2, 2, _unique),
    "phone": Function(1, 1, _phone),
    "mobile": Function(1, 1, _mobile),
    "agrees": Function(2, 3, _agrees),
    "within": Function(3, 3, _within),
    "implies": Function(2, 2, _implies),
}
NUMBERS: Mapping[str, Function[Numeric]] = {
    "chars": Function(1, 1, _characters),
    "items": Function(1, 1, _items),
    "count": Function(1, 1, _count),
    "nchosen": Function(1, 2, _count_chosen),
    "evidence": Function(1, 2, _evidence),
    "total": Function(1, 1, _total),
    "dateof": Function(1, 1, _date_of),
    "zscore": Function(2, 2, _distance),
    "sum": Function(1, ANY, _sum),
    "min": Function(1, ANY, _least),
    "max": Function(1, ANY, _most),
    "abs": Function(1, 1, _absolute),
    "round": Function(2, 2, _round),
    "low": Function(1, 2, _low),
    "high": Function(1, 2, _high),
    "share": Function(2, 2, _share),
    "growth": Function(2, 2, _growth),
    "cagr": Function(3, 3, _yearly_growth),
}
