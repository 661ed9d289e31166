"""The functions that give a number, each as the nodes it stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clusterxl.form.answers import canonical_text
from clusterxl.ruleset.names import refused
from clusterxl.ruleset.nodes import (
    Absolute,
    Arithmetic,
    Characters,
    Comparison,
    DateOf,
    Distance,
    Extreme,
    Filled,
    IsDate,
    IsNumber,
    Items,
    Number,
    Numeric,
    Power,
    Rounded,
    Tally,
    Total,
)
from clusterxl.ruleset.reading import (
    ANY,
    PERCENT,
    Arguments,
    Function,
    Reader,
    interval_in,
    options_in,
)


def _low(reader: Reader, given: Arguments) -> Numeric:
    return interval_in(reader, given).low


def _high(reader: Reader, given: Arguments) -> Numeric:
    return interval_in(reader, given).high


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
    conditions = options_in(reader, given)
    return Tally(tuple(condition.key for condition in conditions), texts=conditions[0].texts)


def _evidence(reader: Reader, given: Arguments) -> Numeric:
    """How many materials are registered for a question, or for an option of it."""
    owners: Sequence[str]
    if len(given) > 1:
        owners = [condition.key for condition in options_in(reader, given)]
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


def _date_of(reader: Reader, given: Arguments) -> Numeric:
    key = reader.cell(given[0]).key
    reader.need(Filled(key))
    reader.need(IsDate(key))
    return DateOf(key)


def _distance(reader: Reader, given: Arguments) -> Numeric:
    asked, within = reader.cell(given[0]), reader.cell(given[1]).key
    reader.number(given[0])
    reader.need(IsNumber(asked.key))
    reader.need(Filled(within))
    return Distance(asked.key, within)


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
