"""The loops of a rule: `for = {y = ["base-1", "base"], k = ["led", "joined"]}`, nested in order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from clusterxl.form.source import Entry, Mistakes
from clusterxl.ruleset.figures import LABEL, TOLD, names_in
from clusterxl.ruleset.functions import CONDITIONS, NUMBERS
from clusterxl.ruleset.language import BASE, ROWS, Bound
from clusterxl.ruleset.names import Names

FOR = "for"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_YEAR = re.compile(r"base(?:([+-])([0-9]{1,3}))?")
_TAKEN = frozenset({BASE, ROWS, "p", "and", "or", "not", "in", "if", "is", LABEL, *TOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of all loops of a rule.

    Attributes:
        bound: What the names of the loops stand for.
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
    loops = entry.child(FOR)
    if loops is None:
        return () if FOR in entry.wrong else (Turn(bound={}, told=""),)
    texts = [entry.text(key) for key in ("check", "when") if entry.text(key)]
    used = names_in(texts)
    read = {
        name: _values(loops, name, values, names, mistakes) for name, values in loops.table.items()
    }
    for name in read:
        if not _NAME.fullmatch(name) or name in _reserved(names):
            mistakes.add(loops, "rule_file.loop_name", name, name=name)
            return ()
        if used and name not in used:
            mistakes.add(loops, "rule_file.loop_unused", name, name=name)
    if not all(read.values()):
        return ()
    return tuple(
        Turn(
            bound={name: value for name, (value, _) in zip(read, chosen, strict=True)},
            told=", ".join(f"{n} = {text}" for n, (_, text) in zip(read, chosen, strict=True)),
        )
        for chosen in product(*read.values())
    )


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
