"""The loops of a rule: what the names in it stand for, turn by turn.

`for = {y = ["base-1", "base"], k = ["led", "joined"]}` is nested in order; the lists of
`fields = {n = ["a_count", "b_count"], t = ["a_names", "b_names"]}` turn together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from clusterxl.errors import DefinitionError
from clusterxl.form.source import Entry, Mistakes
from clusterxl.ruleset.calculations import NUMBERS
from clusterxl.ruleset.figures import LABEL, TOLD, names_in
from clusterxl.ruleset.functions import CONDITIONS
from clusterxl.ruleset.language import BASE, ROWS, Bound
from clusterxl.ruleset.names import Names

FOR, FIELDS = "for", "fields"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_YEAR = re.compile(r"base(?:([+-])([0-9]{1,3}))?")
_TAKEN = frozenset({BASE, ROWS, "p", "and", "or", "not", "in", "if", "is", LABEL, *TOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of all loops of a rule.

    Attributes:
        bound: What the names of the loops stand for: a year, an item, the cells of a field.
        told: The same as it was written (`y = base-1`).
    """

    bound: Mapping[str, Bound]
    told: str


def turns_of(entry: Entry, names: Names, mistakes: Mistakes) -> tuple[Turn, ...]:
    """Return all turns of the loops of a rule, the last loop turning fastest.

    Args:
        entry: The rule.
        names: The names of the form.
        mistakes: Where mistakes in the loops are noted.

    Returns:
        One turn that binds nothing where there are no loops; none where one of them is wrong.
    """
    if entry.wrong & {FOR, FIELDS}:
        return ()
    columns = [*_nested(entry, names, mistakes), *_together(entry, names, mistakes)]
    if not all(columns):
        return ()
    return tuple(
        Turn(
            bound={name: value for part in chosen for name, (value, _) in part.items()},
            told=", ".join(f"{n} = {text}" for part in chosen for n, (_, text) in part.items()),
        )
        for chosen in product(*columns)
    )


_Turned = dict[str, tuple[Bound, str]]


def _nested(entry: Entry, names: Names, mistakes: Mistakes) -> list[list[_Turned]]:
    """Return what each name of `for` stands for in turn; nothing in one that is wrong."""
    loops = entry.child(FOR)
    if loops is None or not _are_good_names(entry, loops, names, mistakes):
        return [] if loops is None else [[]]
    return [
        [{name: read} for read in _values(loops, name, values, names, mistakes)]
        for name, values in loops.table.items()
    ]


def _together(entry: Entry, names: Names, mistakes: Mistakes) -> list[list[_Turned]]:
    """Return what the names of `fields` stand for, all turning together."""
    loops = entry.child(FIELDS)
    if loops is None:
        return []
    if not _are_good_names(entry, loops, names, mistakes):
        return [[]]
    lists = list(loops.table.values())
    texts = all(isinstance(part, list) and part and _are_texts(part) for part in lists)
    if not texts or len({len(part) for part in lists}) != 1:
        mistakes.add(entry, "rule_file.fields", FIELDS)
        return [[]]
    try:
        return [
            [
                {name: (names.field(one), one) for name, one in zip(loops.table, row, strict=True)}
                for row in zip(*lists, strict=True)
            ]
        ]
    except DefinitionError as error:
        mistakes.add_refused(entry, FIELDS, error, str(error))
        return [[]]


def _are_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _are_good_names(entry: Entry, loops: Entry, names: Names, mistakes: Mistakes) -> bool:
    used = names_in([entry.text(key) for key in ("check", "when") if entry.text(key)])
    for name in loops.table:
        if not _NAME.fullmatch(name) or name in _reserved(names):
            mistakes.add(loops, "rule_file.loop_name", name, name=name)
            return False
        if used and name not in used:
            mistakes.add(loops, "rule_file.loop_unused", name, name=name)
    return True


def _reserved(names: Names) -> frozenset[str]:
    return _TAKEN | names.fields.keys() | CONDITIONS.keys() | NUMBERS.keys()


def _values(
    loops: Entry, name: str, values: Any, names: Names, mistakes: Mistakes
) -> list[tuple[Bound, str]]:
    """Return what a loop stands for, turn by turn, each with how it was written; none if wrong."""
    if not isinstance(values, list) or not values:
        mistakes.add(loops, "rule_file.loop_values", name, name=name)
        return []
    read: list[tuple[Bound, str]] = []
    for value in values:
        bound = _bound(value, names)
        if bound is None:
            mistakes.add(loops, "rule_file.loop_value", name, name=name, value=value)
            return []
        read.append((bound, str(value)))
    if len({bound for bound, _ in read}) < len(read):
        mistakes.add(loops, "rule_file.loop_twice", name, name=name)
        return []
    return read


def _bound(value: Any, names: Names) -> Bound | None:
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        return None
    match = _YEAR.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    base = names.form.base_year
    return None if base is None else base + int(f"{match[1] or '+'}{match[2] or 0}")
