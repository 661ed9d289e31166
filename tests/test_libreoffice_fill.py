"""LibreOffice in the place of the respondent: everything typed comes back, every formula agrees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from libreoffice_tools import Typed, fill_every_cell, recalculate

from clusterxl.excel.book import Book
from clusterxl.excel.cells import Formula, Style, address
from clusterxl.excel.package import read_package
from clusterxl.form.answers import canonical_text, unset_text
from clusterxl.form.file import load_form
from clusterxl.form.layout import lay_out
from clusterxl.form.model import FieldType, Form
from clusterxl.form.roster import units_of
from clusterxl.generate import generate_workbook
from clusterxl.normalise import normalise_returns
from clusterxl.read import read_return
from clusterxl.testing.expressions import Value
from clusterxl.testing.returns import simulate_return

pytestmark = pytest.mark.needs_libreoffice

NUMBERS = 100


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form("gd-cluster-2023")


@pytest.fixture(scope="module")
def blank(form: Form, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fill") / "blank.xlsx"
    path.write_bytes(generate_workbook(form))
    return path


@pytest.fixture(scope="module")
def typed(blank: Path) -> tuple[Typed, ...]:
    return fill_every_cell(blank, blank.with_name("filled.xlsx"))


def test_the_cells_that_take_typing_are_the_input_cells(
    form: Form, typed: tuple[Typed, ...]
) -> None:
    places = lay_out(form).places
    assert sorted((t.sheet, t.cell) for t in typed) == sorted(
        (places[cell.key].sheet, places[cell.key].cell) for cell in form.inputs
    )
    assert sum(not isinstance(t.value, str) for t in typed) >= NUMBERS
    assert sum(t.value == form.none_word for t in typed) > 0


def test_every_typed_value_comes_back_from_its_cell(
    form: Form, blank: Path, typed: tuple[Typed, ...]
) -> None:
    found = read_return(blank.with_name("filled.xlsx"), forms=(form,))
    read = {(cell.sheet, cell.cell): cell.raw.value for cell in found.cells.values()}
    assert read == {(t.sheet, t.cell): t.value for t in typed}
    values = normalise_returns([found]).values
    wanted = {(t.sheet, t.cell): t.value for t in typed}
    for row in values.to_dict("records"):
        value = wanted[row["sheet"], row["cell"]]
        asked = form.by_key[row["key"]]
        assert (row["key"], row["status"]) == (row["key"], _status(form, row["key"], value))
        if row["status"] == "value" and asked.type.is_numeric:
            assert (row["key"], row["number"]) == (row["key"], value)


def _status(form: Form, key: str, value: Value) -> str:
    asked = form.by_key[key]
    if value == form.none_word:
        return "none"
    unset = canonical_text(unset_text(form, asked))
    if asked.type is not FieldType.TICKS and canonical_text(value) == unset:
        return "blank"
    # A script types any text where no list and no check stands: into the date as well.
    return "invalid" if asked.type is FieldType.DATE else "value"


def test_every_formula_has_the_value_libreoffice_works_out(
    form: Form, blank: Path, typed: tuple[Typed, ...], tmp_path: Path
) -> None:
    assert typed
    unit = units_of(form)[20]
    books = {
        "blank.xlsx": blank.read_bytes(),
        "clean.xlsx": simulate_return(form, unit=unit, seed=5),
        "flawed.xlsx": simulate_return(form, unit=unit, seed=5, defects=FLAWS),
        "canary.xlsx": _canary(),
    }
    for name, content in books.items():
        (tmp_path / name).write_bytes(content)
    out = tmp_path / "out"
    recalculate([*(tmp_path / name for name in books), blank.with_name("filled.xlsx")], out)
    assert (
        openpyxl.load_workbook(out / "canary.xlsx", data_only=True).worksheets[0]["A1"].value == 2
    )
    for name in ("blank.xlsx", "clean.xlsx", "flawed.xlsx"):
        assert _differences(tmp_path / name, out / name) == []
    # LibreOffice keeps no error in a workbook that it filled itself.
    assert [v for _, v in _formula_values(out / "filled.xlsx") if str(v).startswith("#")] == []


FLAWS = ("blank", "text_number", "full_width", "no_evidence", "none_forbidden", "over_long")


def _canary() -> bytes:
    """A workbook whose only formula carries a wrong value: was it recalculated at all?"""
    book = Book()
    book.sheet("A").put(1, 1, Formula("=1+1", 5.0), Style())
    return book.save()


def _formula_values(path: Path) -> Iterator[tuple[tuple[str, str], Value]]:
    """Walk over the formulas of a workbook with the values they carry."""
    # As openpyxl reads them (tests/test_package.py), both in one pass and many times faster.
    for sheet in read_package(path.read_bytes(), path.name).sheets:
        for (row, column), cell in sheet.cells.items():
            if cell.formula:
                place = (sheet.name, address(row, column))
                yield place, "" if cell.value is None else cell.value


def _differences(before: Path, after: Path) -> list[tuple[tuple[str, str], Value, Value]]:
    recalculated = dict(_formula_values(after))
    carried = dict(_formula_values(before))
    assert carried
    assert carried.keys() == recalculated.keys()
    return [
        (place, value, recalculated[place])
        for place, value in carried.items()
        if _plain(value) != _plain(recalculated[place])
    ]


def _plain(value: Value) -> Value:
    return value if isinstance(value, str) else float(f"{float(value):.9g}")
