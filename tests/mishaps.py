"""What befalls returns between county and province, drawn at random.

Acts are done to a `Desk`, which knows where each cell has really gone. `mishap_faults.py` tells
what must hold then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

from desk import Leaf, Shift
from mishap import NAME_PREFIX, Mishap, begin
from mishap_names import (
    forget_names,
    local_name,
    lose_map,
    name_in_other_capitals,
    redirect_name,
    ref_names,
    stale_map,
    swap_names,
    swapped_map,
)

from clusterxl.excel.cells import address
from clusterxl.excel.raw import RawCell
from clusterxl.form.key_map import MAP_SHEET

# ---- acts: each returns what it did, or nothing when there was nothing to do


def _row_near_answers(m: Mishap, leaf: Leaf) -> int:
    places = m.places(leaf)
    return max(1, m.random.choice(places)[0] + m.random.choice((0, 0, 0, 1, -1))) if places else 1


def insert_rows(m: Mishap) -> str:
    leaf = m.leaf()
    shift = Shift("rows", _row_near_answers(m, leaf), m.random.choice((1, 1, 2, 5)))
    m.desk.shift(leaf.name, shift)
    return f"{leaf.name} {shift}"


def delete_rows(m: Mishap) -> str:
    leaf = m.leaf()
    shift = Shift("rows", _row_near_answers(m, leaf), -m.random.choice((1, 1, 1, 2, 3)))
    m.desk.shift(leaf.name, shift)
    return f"{leaf.name} {shift}"


def insert_column(m: Mishap) -> str:
    leaf = m.leaf()
    places = m.places(leaf) or [(1, 1)]
    shift = Shift("columns", m.random.choice(places)[1], 1)
    m.desk.shift(leaf.name, shift)
    return f"{leaf.name} {shift}"


def delete_column(m: Mishap) -> str:
    leaf = m.leaf()
    places = m.places(leaf) or [(1, 1)]
    shift = Shift("columns", m.random.choice(places)[1], -1)
    m.desk.shift(leaf.name, shift)
    return f"{leaf.name} {shift}"


def script_inserts_rows(m: Mishap) -> str:
    """A script that knows nothing of names inserts or deletes rows; openpyxl does it so."""
    leaf = m.leaf()
    shift = Shift("rows", _row_near_answers(m, leaf), m.random.choice((1, 2, -1)))
    m.desk.shift(leaf.name, shift, names=False)
    return f"{leaf.name} {shift}"


def rename(m: Mishap) -> str:
    leaf = m.leaf()
    before = leaf.name
    m.desk.rename(before, m.random.choice(("Sheet9", "it's mine", f"{before[:20]}(2)", "终稿")))
    return f"{before} -> {leaf.name}"


def swap_sheet_names(m: Mishap) -> str:
    shown = [leaf for leaf in m.desk.shown if m.places(leaf)]
    if len(shown) < 2:
        return ""
    one, other = m.random.sample(shown, 2)
    a, b = one.name, other.name
    m.desk.rename(a, "~")
    m.desk.rename(b, a)
    m.desk.rename("~", b)
    return f"{a} <-> {b}"


def delete_sheet(m: Mishap) -> str:
    if len(m.desk.shown) < 2:
        return ""
    leaf = m.leaf()
    m.desk.delete(leaf.name)
    return leaf.name


def copy_sheet(m: Mishap) -> str:
    leaf = m.leaf()
    new = f"{leaf.name[:20]} ({m.random.randint(2, 99)})"
    if any(other.name == new for other in m.desk.leaves):
        return ""
    m.desk.copy(leaf.name, new)
    return f"{leaf.name} -> {new}"


def copy_and_delete_original(m: Mishap) -> str:
    leaf = m.leaf()
    new = f"{leaf.name[:20]} ({m.random.randint(2, 99)})"
    if any(other.name == new for other in m.desk.leaves):
        return ""
    m.desk.copy(leaf.name, new)
    m.desk.delete(leaf.name)
    return f"{leaf.name} -> {new}"


def drag_cell(m: Mishap) -> str:
    leaf = m.leaf()
    places = m.places(leaf)
    if not places:
        return ""
    start = m.random.choice(places)
    end = m.random.choice([*places, (start[0], start[1] + 1), (start[0] + 1, start[1]), (90, 40)])
    size = (m.random.choice((1, 1, 2)), m.random.choice((1, 1, 2)))
    if start == end:
        return ""
    m.desk.move(leaf.name, start, size, end)
    return f"{leaf.name} {address(*start)} {size} -> {address(*end)}"


def cut_row_and_insert_it_elsewhere(m: Mishap) -> str:
    leaf = m.leaf()
    row, to = _row_near_answers(m, leaf), _row_near_answers(m, leaf)
    if row == to:
        return ""
    m.desk.shift(leaf.name, Shift("rows", to, 1))
    row += row >= to
    m.desk.move(leaf.name, (row, 1), (1, 200), (to, 1))
    m.desk.shift(leaf.name, Shift("rows", row, -1))
    return f"{leaf.name} {row} -> {to}"


# ---- typing


def paste_over(m: Mishap) -> str:
    leaf = m.leaf()
    places = m.places(leaf)
    if not places:
        return ""
    start, end = m.random.choice(places), m.random.choice(places)
    leaf.cells[end] = leaf.cells.get(start, RawCell())
    return f"{leaf.name} {address(*start)} onto {address(*end)}"


def fill_down(m: Mishap) -> str:
    leaf = m.leaf()
    places = m.places(leaf)
    if not places:
        return ""
    row, column = m.random.choice(places)
    for below in range(row + 1, row + m.random.randint(2, 8)):
        leaf.cells[below, column] = leaf.cells.get((row, column), RawCell())
    return f"{leaf.name} {address(row, column)}"


def sort_rows(m: Mishap) -> str:
    leaf = m.leaf()
    row = _row_near_answers(m, leaf)
    rows = list(range(row, row + m.random.randint(2, 6)))
    other = m.random.sample(rows, len(rows))
    lines = {
        now: {place[1]: cell for place, cell in leaf.cells.items() if place[0] == before}
        for now, before in zip(rows, other, strict=True)
    }
    leaf.cells = {place: cell for place, cell in leaf.cells.items() if place[0] not in rows}
    leaf.cells |= {(now, c): cell for now, line in lines.items() for c, cell in line.items()}
    return f"{leaf.name} {rows} {other}"


def type_anywhere(m: Mishap) -> str:
    leaf = m.random.choice(m.desk.shown)
    for number in range(m.random.choice((1, 1, 3, 40))):
        place = m.random.randint(1, 70), m.random.randint(1, 30)
        if place not in m.places(leaf)[:1]:
            leaf.cells[place] = RawCell(value=f"<note {len(m.log)} {number}>", kind="text")
    return leaf.name


def replace_text(m: Mishap) -> str:
    leaf = m.leaf()
    words = [
        c.value for c in leaf.cells.values() if isinstance(c.value, str) and c.value[:1] != "<"
    ]
    words = [word for word in words if len(word) > 1]
    if not words:
        return ""
    word = m.random.choice(words)
    piece = word[: m.random.choice((2, len(word)))]
    for place, cell in leaf.cells.items():
        if isinstance(cell.value, str) and not cell.formula and cell.value[:1] != "<":
            leaf.cells[place] = replace(cell, value=cell.value.replace(piece, "XY"))
    return f"{leaf.name} {piece!r}"


def paste_into_foreign_workbook(m: Mishap) -> str:
    """Sheet by sheet as values into a workbook of somebody else: no names, no map."""
    m.desk.names = {n: t for n, t in m.desk.names.items() if not n.startswith(NAME_PREFIX)}
    m.desk.leaves = [leaf for leaf in m.desk.leaves if leaf.name != MAP_SHEET]
    for leaf in m.desk.leaves:
        leaf.cells = {place: replace(cell, formula="") for place, cell in leaf.cells.items()}
        leaf.local_names = {}
    for number, leaf in enumerate(m.desk.shown, start=1):
        m.desk.rename(leaf.name, f"Sheet{number}")
    return "values"


def hide(m: Mishap) -> str:
    leaf = m.leaf()
    if len(m.desk.shown) > 1:
        leaf.visibility = "hidden"
    return leaf.name


Act = Callable[[Mishap], str]
ACTS: Mapping[Act, int] = {
    insert_rows: 8,
    delete_rows: 8,
    insert_column: 3,
    delete_column: 3,
    script_inserts_rows: 1,
    rename: 2,
    swap_sheet_names: 1,
    delete_sheet: 2,
    copy_sheet: 2,
    copy_and_delete_original: 2,
    drag_cell: 5,
    cut_row_and_insert_it_elsewhere: 4,
    paste_over: 2,
    fill_down: 2,
    sort_rows: 3,
    type_anywhere: 4,
    replace_text: 3,
    forget_names: 6,
    ref_names: 3,
    swap_names: 1,
    redirect_name: 1,
    name_in_other_capitals: 1,
    local_name: 1,
    lose_map: 5,
    stale_map: 3,
    swapped_map: 1,
    paste_into_foreign_workbook: 2,
    hide: 1,
}


def befall(name: str, seed: int) -> Mishap:
    """Let something happen to a return of a form; the same seed, the same mishap."""
    random = Random(f"{name} {seed}")  # noqa: S311 (damage, not secrets)
    mishap = begin(name, random)
    acts, weights = list(ACTS), list(ACTS.values())
    for act in random.choices(acts, weights, k=random.choice((1, 2, 3, 4, 6))):
        mishap.log.append(f"{act.__name__}: {act(mishap)}")
    return mishap
