"""Cells that lost their names are found again, rung by rung; what is not sure is never taken."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from damage import package_of, parts_of
from hypothesis import given
from hypothesis import strategies as st

from clusterxl.excel.package import read_package
from clusterxl.excel.raw import RawCell
from clusterxl.finding import Severity
from clusterxl.form.file import load_form
from clusterxl.form.key_map import MAP_SHEET
from clusterxl.form.layout import lay_out
from clusterxl.form.model import Form, defined_name
from clusterxl.locate import Located, find_cells
from clusterxl.locate.alignment import align
from clusterxl.testing.returns import simulate_return

FORMS = Path(__file__).parent / "data" / "forms"
WORKBOOK = "xl/workbook.xml"
Edit = Callable[[str], str]


@pytest.fixture(scope="module", params=["gd-cluster-2023", FORMS / "farm-survey"], ids=str)
def form(request: pytest.FixtureRequest) -> Form:
    return load_form(request.param)


@pytest.fixture(scope="module")
def filled(form: Form) -> bytes:
    return simulate_return(form, seed=3)


def with_workbook(data: bytes, edit: Edit) -> bytes:
    """Return a package whose list of sheets and names was edited."""
    parts = parts_of(data)
    return package_of({**parts, WORKBOOK: edit(parts[WORKBOOK].decode()).encode()})


def without_names(text: str) -> str:
    return re.sub(r'<definedName name="f_[^<]*</definedName>', "", text)


def without_map(text: str) -> str:
    assert f'name="{MAP_SHEET}"' in text
    return text.replace(f'name="{MAP_SHEET}"', 'name="_other"')


def found(form: Form, data: bytes) -> Located:
    return find_cells(form, read_package(data, "a.xlsx"))


def values(located: Located) -> dict[str, RawCell]:
    return {key: cell.raw for key, cell in located.cells.items() if cell.found_by != "lost"}


def rungs(located: Located) -> set[str]:
    return {cell.found_by for cell in located.cells.values()}


def test_without_names_the_hidden_map_gives_every_cell(form: Form, filled: bytes) -> None:
    whole, again = found(form, filled), found(form, with_workbook(filled, without_names))
    assert values(again) == values(whole)
    assert rungs(whole) == {"name"}
    assert rungs(again) == {"map"}
    assert {(f.code, f.severity) for f in again.findings} == {("READ-BYMAP", Severity.INFO)}
    assert sum(len(f.cells) for f in again.findings) == len(form.inputs)


def test_without_names_and_map_the_labels_give_every_cell(form: Form, filled: bytes) -> None:
    bare = with_workbook(filled, lambda text: without_map(without_names(text)))
    whole, again = found(form, filled), found(form, bare)
    assert values(again) == values(whole)
    assert "label" in rungs(again) <= {"label", "position"}
    told = {f.code for f in again.findings}
    assert "READ-BYLABEL" in told <= {"READ-BYLABEL", "READ-BYPLACE"}
    assert all(f.severity is Severity.WARNING for f in again.findings)


def test_sheets_of_other_names_are_known_by_their_labels(form: Form, filled: bytes) -> None:
    sheets = [sheet.name for sheet in lay_out(form).sheets]

    def renamed(text: str) -> str:
        for number, name in enumerate(sheets):
            assert f'<sheet name="{name}"' in text
            text = text.replace(f'<sheet name="{name}"', f'<sheet name="Sheet{number}"')
        return without_map(without_names(text))

    again = found(form, with_workbook(filled, renamed))
    assert again.sheets == {name: f"Sheet{number}" for number, name in enumerate(sheets)}
    assert values(again) == values(found(form, filled))


def a_single_key(form: Form) -> str:
    """Return the key of an answered cell in the middle of a sheet."""
    singles = [asked.key for asked in form.inputs if not asked.row and not asked.is_note]
    return singles[len(singles) // 2]


def test_one_lost_name_costs_nothing(form: Form, filled: bytes) -> None:
    key = a_single_key(form)
    one = rf'<definedName name="{defined_name(key)}">[^<]*</definedName>'
    again = found(form, with_workbook(filled, lambda text: re.sub(one, "", text)))
    assert again.cells[key].found_by == "map"
    assert Counter(cell.found_by for cell in again.cells.values())["name"] == len(form.inputs) - 1
    assert [(f.code, f.key) for f in again.findings] == [("READ-BYMAP", key)]


def test_a_name_led_astray_is_asked_about(form: Form, filled: bytes) -> None:
    """Two cells for one key: the name says one, the map another, which is nobody else's."""
    astray, onto = [a.key for a in form.inputs if not a.row and not a.is_note][2:4]

    def redirected(text: str) -> str:
        names = dict(re.findall(r'<definedName name="(f_[^"]+)">([^<]*)</definedName>', text))
        old, new = names[defined_name(astray)], names[defined_name(onto)]
        entry = f'<definedName name="{defined_name(astray)}">'
        return text.replace(f"{entry}{old}<", f"{entry}{new}<")

    whole, again = found(form, filled), found(form, with_workbook(filled, redirected))
    told = {finding.code: finding for finding in again.findings}
    assert set(told) == {"READ-TWICE", "READ-BYMAP"}
    assert {finding.key for finding in again.findings} == {astray}
    assert told["READ-TWICE"].severity is Severity.ERROR
    assert len(told["READ-TWICE"].cells) == 2
    assert values(again) == values(whole)


def test_what_nothing_tells_of_is_lost_and_never_guessed() -> None:
    form = load_form("gd-cluster-2023")
    key = "patent_count"
    again = found(form, simulate_return(form, seed=3, defects=[f"lost_cell@{key}"]))
    assert again.cells[key].found_by == "lost"
    assert again.cells[key].raw.kind == "blank"
    assert [(f.code, f.key) for f in again.findings] == [("READ-LOST", key)]
    assert rungs(again) == {"name", "lost"}


# ---- rows and columns between anchors


@st.composite
def moved_rows(draw: st.DrawFn) -> tuple[dict[int, int], set[int]]:
    """Draw where 30 rows went when some were deleted and others inserted, and who saw it."""
    gone = draw(st.sets(st.integers(1, 30), max_size=6))
    inserted = draw(st.dictionaries(st.integers(1, 30), st.integers(1, 3), max_size=4))
    now: dict[int, int] = {}
    shift = 0
    for row in range(1, 31):
        shift += inserted.get(row, 0)
        if row in gone:
            shift -= 1
        else:
            now[row] = row + shift
    seen = draw(st.sets(st.sampled_from(sorted(now)), min_size=1))
    return now, seen


def _pairs(
    now: dict[int, int], seen: set[int]
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    return (((row, 1), (now[row], 1)) for row in seen)


@given(moved_rows())
def test_rows_that_were_seen_are_where_they_were_seen(
    drawn: tuple[dict[int, int], set[int]],
) -> None:
    now, seen = drawn
    line = align(_pairs(now, seen)).rows
    assert {row: line.now(row) for row in seen} == {row: now[row] for row in seen}


@given(moved_rows())
def test_rows_between_two_that_moved_alike_and_apart_are_told_apart(
    drawn: tuple[dict[int, int], set[int]],
) -> None:
    now, seen = drawn
    line = align(_pairs(now, seen)).rows
    ordered = sorted(seen)
    for first, last in pairwise(ordered):
        is_alike = now[first] - first == now[last] - last
        between = [line.now(row) for row in range(first + 1, last)]
        assert all((row is not None) == is_alike for row in between)


@given(moved_rows(), st.integers(1, 30), st.integers(1, 60))
def test_one_cell_dragged_across_others_moves_no_row(
    drawn: tuple[dict[int, int], set[int]], row: int, to: int
) -> None:
    now, _ = drawn
    if row not in now:
        return
    pairs = [((r, c), (n, c)) for r, n in now.items() for c in (1, 2)]
    line = align([*pairs, ((row, 3), (to, 3))]).rows
    assert line.now(row) == now[row]
