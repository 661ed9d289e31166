"""What people do to unprotected workbooks, done in LibreOffice: nothing is lost unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from libreoffice_tools import damage, recalculate

from clusterxl.finding import Finding, Severity
from clusterxl.form.file import load_form
from clusterxl.form.layout import lay_out
from clusterxl.form.roster import units_of
from clusterxl.read import Return, read_return
from clusterxl.testing.expressions import Value
from clusterxl.testing.returns import simulate_return

pytestmark = pytest.mark.needs_libreoffice

FORM = load_form("gd-cluster-2023")
PLACES = lay_out(FORM).places
SHEETS = {sheet.section.id: sheet.name for sheet in lay_out(FORM).sheets}
RENAMED = "产业 情况(改)'x"
NOTE = "旁注：见附件"


@dataclass(frozen=True, kw_only=True)
class Damaged:
    """A return before and after somebody worked on it."""

    before: Return
    after: Return

    def told(self, code: str) -> tuple[Finding, ...]:
        """Return the findings of one code."""
        return tuple(finding for finding in self.after.findings if finding.code == code)

    def keys_of(self, section: str) -> set[str]:
        """Return the keys of the cells of a section."""
        return {key for key, place in PLACES.items() if place.sheet == SHEETS[section]}

    def lost(self) -> set[str]:
        """Return the keys that were not found."""
        return {key for key, cell in self.after.cells.items() if cell.found_by == "lost"}


def keys_in_row(section: str, row: int) -> set[str]:
    """Return the keys of the cells that start in a row."""
    return {k for k, p in PLACES.items() if p.sheet == SHEETS[section] and p.row == row}


def key_at(section: str, cell: str) -> str:
    """Return the key of a cell."""
    return next(k for k, p in PLACES.items() if p.sheet == SHEETS[section] and p.cell == cell)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("damage") / "filled.xlsx"
    path.write_bytes(simulate_return(FORM, unit=units_of(FORM)[0], seed=3))
    return path


def done(filled: Path, acts: list[list[Value]], name: str) -> Damaged:
    """Do something to a filled workbook, and read it before and after."""
    path = filled.with_name(f"{name}.xlsx")
    damage(filled, path, acts)
    found = Damaged(before=read_return(filled), after=read_return(path))
    assert found.after.account.is_balanced
    assert_nothing_is_lost_unseen(found)
    return found


def assert_nothing_is_lost_unseen(found: Damaged) -> None:
    """Every value comes back under its key, or somebody is told of it."""
    concerned = {finding.key for finding in found.after.findings if finding.key}
    names = {key.partition("[")[0] + key.partition(".")[2] for key in concerned}
    for key, cell in found.before.cells.items():
        now = found.after.cells[key]
        if now.found_by == "lost":
            assert key.partition("[")[0] + key.partition(".")[2] in names
        else:
            assert now.raw.value == cell.raw.value


def test_saving_alone_is_quiet(filled: Path) -> None:
    found = done(filled, [], "saved")
    assert {f.code for f in found.after.findings} <= {"INT-LOCK"}
    assert found.after.account == found.before.account


def test_inserted_rows_and_columns_cost_nothing(filled: Path) -> None:
    industry, patents = SHEETS["industry"], SHEETS["patents_list"]
    acts: list[list[Value]] = [
        ["insert_rows", industry, 8, 2],
        ["insert_columns", industry, 3, 1],
        ["rename", industry, RENAMED],
        ["insert_rows", patents, 3, 1],
    ]
    found = done(filled, acts, "inserted")
    assert not found.lost()
    assert {cell.found_by for cell in found.after.cells.values()} == {"name"}
    assert {(f.sheet, f.severity) for f in found.told("INT-ROWS")} == {
        (RENAMED, Severity.INFO),
        (patents, Severity.INFO),
    }
    assert [f.sheet for f in found.told("INT-SHEET")] == [RENAMED]
    assert found.after.account.unclaimed == 0


def test_deleted_rows_and_sheets_are_told_cell_by_cell(filled: Path) -> None:
    innovation, digital = SHEETS["innovation"], SHEETS["digital"]
    acts: list[list[Value]] = [["delete_rows", innovation, 10, 1], ["delete", digital]]
    found = done(filled, acts, "deleted")
    assert found.lost() == keys_in_row("innovation", 10) | found.keys_of("digital")
    assert {f.key for f in found.told("READ-LOST")} == found.lost()
    assert [f.sheet for f in found.told("INT-SHEET")] == [digital]
    assert {f.sheet for f in found.told("INT-ROWS")} == {innovation}


def test_copies_extra_sheets_and_notes_are_told(filled: Path) -> None:
    green, copy = SHEETS["green"], f"{SHEETS['green']} (2)"
    acts: list[list[Value]] = [
        ["copy", green, copy],
        ["type", copy, "B40", "写在副本上"],
        ["add_sheet", green, "补充材料"],
        ["type", "补充材料", "A1", "补充说明"],
        ["type", green, "K60", NOTE],
        ["note", green, PLACES[min(keys_in_row("green", 5))].cell, "这里怎么填？"],
    ]
    found = done(filled, acts, "notes")
    assert not found.lost()
    unclaimed = [one for one in found.after.unclaimed if not one.is_comment]
    assert {(one.sheet, one.text) for one in unclaimed} == {
        (green, NOTE),
        (copy, "写在副本上"),
        ("补充材料", "补充说明"),
    }
    assert len(unclaimed) == found.after.account.unclaimed == 3
    assert "这里怎么填？" in "".join(f.message for f in found.told("READ-COMMENT"))
    assert [f.severity for f in found.told("READ-COPY")] == [Severity.WARNING]


def test_a_dragged_cell_is_found_where_it_is_and_what_it_covered_is_lost(filled: Path) -> None:
    start, end = key_at("industry", "G4"), key_at("industry", "G6")
    acts: list[list[Value]] = [["drag", SHEETS["industry"], "G4", "G6"]]
    path = filled.with_name("dragged.xlsx")
    damage(filled, path, acts)
    found = Damaged(before=read_return(filled), after=read_return(path))
    assert found.after.cells[start].raw == found.before.cells[start].raw
    assert found.after.cells[start].cell == "G6"
    assert [f.cells for f in found.told("INT-MOVED")] == [(f"{SHEETS['industry']}!G6",)]
    assert found.lost() == {end}
    assert end in {f.key for f in (*found.told("READ-SHARED"), *found.told("READ-LOST"))}
    assert found.after.account.is_balanced


def test_names_that_are_gone_cost_nothing(filled: Path) -> None:
    found = done(filled, [["forget_names", SHEETS["cover"], "f_"]], "nameless")
    assert {cell.found_by for cell in found.after.cells.values()} == {"map"}
    assert {f.severity for f in found.told("READ-BYMAP")} == {Severity.INFO}


def test_old_formats_are_read_the_same_and_say_nothing_else(filled: Path, tmp_path: Path) -> None:
    before = read_return(filled)
    for kind in ("xls", "ods"):
        recalculate([filled], tmp_path, kind)
        after = read_return(tmp_path / f"filled.{kind}")
        assert after.account.is_balanced
        assert after.account.unclaimed == 0
        assert {f.code for f in after.findings} == {"READ-LEGACY"}
        assert _values(after) == _values(before)


def _values(found: Return) -> Mapping[str, object]:
    return {key: cell.raw.value for key, cell in found.cells.items()}
