"""Whatever befalls a return, no answer is lost without a word or read under another question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from desk import LOST, Desk, Shift
from libreoffice_tools import damage_each
from mishap import Mishap, known_forms
from mishap_faults import Outcome, faults, read
from mishaps import befall

from clusterxl.excel.cells import sheet_reference
from clusterxl.excel.package import read_package
from clusterxl.excel.raw import RawCell
from clusterxl.finding import Severity
from clusterxl.form.key_map import MAP_SHEET
from clusterxl.form.layout import lay_out
from clusterxl.form.model import defined_name
from clusterxl.read import Return, read_return
from clusterxl.testing.returns import simulate_return

FARM = known_forms()["farm-survey"]
# `make damage` has more of them.
COUNTS = {"gd-cluster-2023": 4}
COUNT = 30


@pytest.mark.parametrize("name", sorted(known_forms()))
def test_nothing_is_lost_without_a_word(name: str) -> None:
    found = {}
    for seed in range(COUNTS.get(name, COUNT)):
        mishap = befall(name, seed)
        if wrong := tuple(faults(mishap, read(mishap))):
            found[seed] = (*mishap.log, *wrong)
    assert not found


# ---- what was found that way


def after(work: Callable[[Desk], None]) -> Outcome:
    """Read the answers of a farm after somebody has worked on the workbook."""
    desk = Desk(read_package(simulate_return(FARM, seed=5), "a.xlsx"))
    work(desk)
    return read(Mishap(form=FARM, desk=desk, random=Random()))  # noqa: S311 (nothing is drawn)


def told(outcome: Outcome, code: str) -> set[str]:
    """Return the cells and keys of which something was told."""
    found = [f for f in outcome.findings if f.code == code]
    return {about for f in found for about in (*f.cells, f.key) if about}


def value(outcome: Outcome, key: str) -> object:
    return outcome.located.cells[key].raw.value


def test_names_that_a_script_left_behind_are_told_by_the_labels() -> None:
    sheet = lay_out(FARM).places["members"].sheet
    outcome = after(lambda desk: desk.shift(sheet, Shift("rows", 3, 1), names=False))
    moved = told(outcome, "INT-MOVED")
    cell = outcome.located.cells["turnover"]
    assert cell.found_by == "name"
    assert f"{sheet}!{cell.cell}" in moved


def test_a_map_that_was_worked_out_before_rows_moved_is_not_believed() -> None:
    place = lay_out(FARM).places["turnover"]

    def work(desk: Desk) -> None:
        leaf = desk.leaf(MAP_SHEET)
        leaf.cells = {at: replace(cell, formula="") for at, cell in leaf.cells.items()}
        desk.shift(place.sheet, Shift("rows", place.row, 2))
        del desk.names[defined_name("turnover")]

    outcome = after(work)
    assert value(outcome, "turnover") == value(after(lambda _: None), "turnover")
    assert outcome.located.cells["turnover"].found_by == "label"


def test_a_column_that_was_deleted_is_lost_and_not_blank() -> None:
    place = lay_out(FARM).places["note_members"]
    outcome = after(lambda desk: desk.shift(place.sheet, Shift("columns", place.column, -1)))
    assert outcome.located.cells["note_members"].found_by == "lost"
    assert "note_members" in told(outcome, "READ-LOST")
    assert value(outcome, "members") == value(after(lambda _: None), "members")


def test_one_name_that_was_led_astray_takes_no_sheet_for_its_own() -> None:
    layout = lay_out(FARM)
    figures, plan = (layout.places[key].sheet for key in ("members", "target_members_today"))

    def work(desk: Desk) -> None:
        desk.copy(figures, "copy")
        desk.delete(figures)
        desk.names[defined_name("members")] = sheet_reference(plan, "$Z$9")

    outcome = after(work)
    assert outcome.located.sheets[plan] == plan
    assert outcome.located.sheets[figures] == "copy"
    assert value(outcome, "turnover") == value(after(lambda _: None), "turnover")


def test_a_name_is_held_against_the_map_when_cells_have_moved() -> None:
    one, other = defined_name("turnover"), defined_name("note_turnover")

    def work(desk: Desk) -> None:
        desk.names[one], desk.names[other] = desk.names[other], desk.names[one]

    assert {"turnover", "note_turnover"} <= told(after(work), "READ-TWICE")


def test_answers_typed_over_labels_are_told_with_their_text() -> None:
    sheet = lay_out(FARM).sheets[1]
    labels = [d.place for d in sheet.drawn if d.box.text and not d.box.key][1:4]

    def work(desk: Desk) -> None:
        for number, place in enumerate(labels):
            typed = RawCell(value=f"<{number}> {number}", kind="text")
            desk.leaf(sheet.name).cells[place.row, place.column] = typed

    outcome = after(work)
    texts = {one.text for one in outcome.inspection.unclaimed}
    assert {f"<{number}> {number}" for number in range(3)} <= texts
    shown = told(outcome, "INT-LABEL") & told(outcome, "READ-UNCLAIMED")
    assert {f"{sheet.name}!{place.cell}" for place in labels[1:]} <= shown


def test_answers_beneath_a_merge_are_told() -> None:
    layout = lay_out(FARM)
    sheet, first, last = layout.sheets[0].name, "cooperative", "founded"
    area = f"{layout.places[first].cell}:{layout.places[last].cell}"

    def work(desk: Desk) -> None:
        leaf = desk.leaf(sheet)
        leaf.features = replace(leaf.features, merged=(area,))

    outcome = after(work)
    covered = [f for f in outcome.findings if f.code == "INT-MERGE" and f.severity != Severity.INFO]
    assert {layout.places[last].cell} <= {cell.split("!")[1] for f in covered for cell in f.cells}
    assert value(outcome, last) == value(after(lambda _: None), last)


def test_a_cell_that_was_covered_by_a_dragged_one_is_read_at_its_label() -> None:
    place = lay_out(FARM).places["turnover"]

    def work(desk: Desk) -> None:
        desk.leaf(place.sheet).cells[90, 40] = RawCell(value=77.5, kind="number")
        desk.move(place.sheet, (90, 40), (1, 1), (place.row, place.column))
        assert desk.names[defined_name("turnover")].endswith(LOST)

    outcome = after(work)
    assert (value(outcome, "turnover"), outcome.located.cells["turnover"].found_by) == (
        77.5,
        "label",
    )


# ---- the same in LibreOffice


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Return]:
    """Let LibreOffice do one thing each to a return, and read what it saved."""
    folder: Path = tmp_path_factory.mktemp("damaged")
    given = folder / "given.xlsx"
    given.write_bytes(simulate_return(FARM, seed=3))
    damage_each(given, folder, LIBREOFFICE)
    return lambda name: read_return(folder / name, forms=[FARM])


FIGURES = lay_out(FARM).places["members"].sheet
MACHINES = lay_out(FARM).places["machines[1].kind"].sheet
LIBREOFFICE: dict[str, list[list[str | float]]] = {
    "saved.xlsx": [["save_as", FIGURES, "xlsx"]],
    "xls.xlsx": [["save_as", FIGURES, "xls"]],
    "ods.xlsx": [["save_as", FIGURES, "ods"]],
    "row.xlsx": [["move_row", FIGURES, 5, 9]],
    "sorted.xlsx": [["sort_rows", MACHINES, "B3:H8", 1]],
    "filled.xlsx": [["fill_down", MACHINES, "C4:C7"]],
    "merged.xlsx": [["merge", MACHINES, "C4:C6"]],
    "pasted.xlsx": [["paste_values", FIGURES, "G3:G5", "H3"]],
    "replaced.xlsx": [["replace", FIGURES, "Turnover", "Revenue"]],
}


@pytest.mark.needs_libreoffice
def test_libreoffice_does_the_same(saved: Callable[[str], Return]) -> None:
    given = saved("given.xlsx")
    values = {key: cell.raw.value for key, cell in given.cells.items()}
    for name in LIBREOFFICE:
        found = saved(name)
        loud = {f.code for f in found.findings if f.severity is not Severity.INFO}
        assert found.account.is_balanced
        assert loud == LOUD.get(name, set()), name
        if name not in ("sorted.xlsx", "filled.xlsx"):
            assert {key: cell.raw.value for key, cell in found.cells.items()} == values, name


LOUD = {
    "sorted.xlsx": {"INT-LABEL", "INT-MOVED", "READ-UNCLAIMED"},
    "merged.xlsx": {"INT-MERGE"},
    "pasted.xlsx": {"READ-UNCLAIMED"},
    "replaced.xlsx": {"INT-LABEL"},
}
