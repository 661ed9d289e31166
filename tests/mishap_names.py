"""What befalls the names of a return, and its hidden map of keys; each act says what it did."""

from __future__ import annotations

from dataclasses import replace

from desk import LOST, Leaf
from mishap import NAME_PREFIX, Mishap

from clusterxl.excel.cells import sheet_reference
from clusterxl.form.key_map import MAP_SHEET


def forget_names(m: Mishap) -> str:
    gone = m.random.choice(("all", "some", "one sheet"))
    names = [name for name in m.desk.names if name.startswith(NAME_PREFIX)]
    if gone == "some":
        names = m.random.sample(names, len(names) // 2)
    elif gone == "one sheet":
        start = sheet_reference(m.leaf().name, "")
        names = [name for name in names if m.desk.names[name].startswith(start)]
    for name in names:
        del m.desk.names[name]
    return gone


def ref_names(m: Mishap) -> str:
    names = [name for name in m.desk.names if name.startswith(NAME_PREFIX)]
    some = m.random.sample(names, min(len(names), m.random.choice((1, 3, 30))))
    m.desk.names |= dict.fromkeys(some, LOST)
    return " ".join(some[:5])


def swap_names(m: Mishap) -> str:
    names = [name for name in m.desk.names if name.startswith(NAME_PREFIX)]
    if len(names) < 2:
        return ""
    one, other = m.random.sample(names, 2)
    m.desk.names[one], m.desk.names[other] = m.desk.names[other], m.desk.names[one]
    return f"{one} {other}"


def redirect_name(m: Mishap) -> str:
    names = [name for name in m.desk.names if name.startswith(NAME_PREFIX)]
    if len(names) < 2:
        return ""
    one, other = m.random.sample(names, 2)
    m.desk.names[one] = m.desk.names[other]
    return f"{one} = {other}"


def name_in_other_capitals(m: Mishap) -> str:
    names = [name for name in m.desk.names if name.startswith(NAME_PREFIX)]
    if len(names) < 2:
        return ""
    one, other = m.random.sample(names, 2)
    m.desk.names[one.upper()] = m.desk.names[other]
    return f"{one.upper()} = {other}"


def local_name(m: Mishap) -> str:
    names = [name for name in m.desk.names if name.startswith(NAME_PREFIX)]
    if not names:
        return ""
    one, other = m.random.choice(names), m.random.choice(names)
    m.leaf().local_names[one] = m.desk.names[other]
    return f"{one} = {other}"


def lose_map(m: Mishap) -> str:
    m.desk.leaves = [leaf for leaf in m.desk.leaves if leaf.name != MAP_SHEET]
    return "gone"


def _map(m: Mishap) -> Leaf | None:
    return next((leaf for leaf in m.desk.leaves if leaf.name == MAP_SHEET), None)


def stale_map(m: Mishap) -> str:
    """Programs without formulas keep what they gave last; what happens later is not seen."""
    if (leaf := _map(m)) is None:
        return ""
    leaf.cells = {place: replace(cell, formula="") for place, cell in leaf.cells.items()}
    return "values"


def swapped_map(m: Mishap) -> str:
    if (leaf := _map(m)) is None:
        return ""
    places = [place for place in leaf.cells if place[1] == 3]
    for _ in range(m.random.choice((1, 3))):
        if len(places) > 1:
            one, other = m.random.sample(places, 2)
            leaf.cells[one], leaf.cells[other] = leaf.cells[other], leaf.cells[one]
    return "swapped"
