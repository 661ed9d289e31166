"""The functions that give a condition, each as the nodes it stands for."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from clusterxl.form.answers import canonical_text
from clusterxl.form.model import FieldType
from clusterxl.ruleset.names import refused
from clusterxl.ruleset.nodes import (
    Absolute,
    AnyPositive,
    Arithmetic,
    Comparison,
    Condition,
    Contains,
    Every,
    Filled,
    IsDate,
    IsNumber,
    IsPhone,
    Number,
    Numeric,
    Opposite,
    Rounded,
    SameText,
    Some,
    Truth,
    Unique,
)
from clusterxl.ruleset.reading import (
    PERCENT,
    SPECK,
    Arguments,
    Function,
    Reader,
    interval_in,
    options_in,
)


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


def _unique(reader: Reader, given: Arguments) -> Condition:
    """No return of others holds the same text; a blank, or the word for "none", is not judged."""
    key, apart = (reader.cell(part).key for part in given)
    reader.need(reader.names.valued(key))
    reader.need(Filled(apart))
    return Unique(key, apart)


def _listed(reader: Reader, given: Arguments) -> Condition:
    asked = reader.cell(given[0])
    reader.need(Filled(asked.key))
    if len(given) == 1:
        return reader.names.own_option(asked)
    return reader.names.list_option(asked.key, reader.word(given[1]))


def _chosen(reader: Reader, given: Arguments) -> Condition:
    return _some(options_in(reader, given))


def _some(conditions: Sequence[Condition]) -> Condition:
    return conditions[0] if len(conditions) == 1 else Some(tuple(conditions))


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
    reported, derived = (interval_in(reader, (part, *given[2:])) for part in given[:2])
    return Every(
        (
            Comparison(">=", reported.high, derived.low),
            Comparison("<=", reported.low, derived.high),
        )
    )


def _implies(reader: Reader, given: Arguments) -> Condition:
    return Some((Opposite(reader.condition(given[0])), reader.condition(given[1])))


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
