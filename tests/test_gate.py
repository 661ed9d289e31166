"""The gate: every attack that readers are known to fall for is refused, or read right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attacks import OTHERWISE_READ, READ, REFUSED
from damage import parts_of
from hand_packages import WORKBOOK
from watched import Watchdog, content_of

from clusterxl.errors import UnreadableWorkbookError
from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.gate import open_gate
from clusterxl.excel.raw import RawCell
from clusterxl.form.file import load_form
from clusterxl.generate import generate_workbook
from clusterxl.sentences import LANGUAGES, use_language

SEVEN = RawCell(value=7.0, kind="number")


@pytest.fixture(scope="module")
def dog() -> Iterator[Watchdog]:
    dog = Watchdog()
    yield dog
    dog.close()


@pytest.mark.parametrize("attack", REFUSED)
def test_an_attack_is_refused(attack: str, dog: Watchdog) -> None:
    outcome = dog.read(REFUSED[attack].build())
    assert (outcome.error, outcome.code) == ("", REFUSED[attack].code)


@pytest.mark.parametrize("attack", READ)
def test_what_is_only_unusual_is_read_right(attack: str, dog: Watchdog) -> None:
    data = READ[attack].build()
    outcome = dog.read(data)
    assert (outcome.error, outcome.code, outcome.cells, outcome.broken) == ("", "", 1, 0)
    assert content_of(data)["cells"] == {"S1": {(1, 1): (SEVEN, 0)}}


def test_endless_digits_cost_one_cell(dog: Watchdog) -> None:
    outcome = dog.read(OTHERWISE_READ["20 MB of digits in one value"].build())
    assert (outcome.error, outcome.code, outcome.cells, outcome.broken) == ("", "", 2, 1)


def test_one_endless_text_is_read(dog: Watchdog) -> None:
    outcome = dog.read(OTHERWISE_READ["20 MB in one string"].build())
    assert (outcome.error, outcome.code, outcome.cells, outcome.broken) == ("", "", 2, 0)


def test_an_array_formula_on_the_whole_grid_is_one_formula(dog: Watchdog) -> None:
    data = OTHERWISE_READ["array formula on the whole grid"].build()
    outcome = dog.read(data)
    assert (outcome.error, outcome.code, outcome.cells, outcome.broken) == ("", "", 1, 0)
    cell, _ = content_of(data)["cells"]["S1"][1, 1]
    assert (cell.value, cell.formula) == (7.0, "=B1*2")


def test_our_own_workbooks_pass_and_give_their_parts() -> None:
    data = generate_workbook(load_form("gd-cluster-2023"))
    package = open_gate(data, "a.xlsx")
    assert dict(package.parts) == {n.lower(): c for n, c in parts_of(data).items()}
    assert package.xml("XL/Workbook.xml") == parts_of(data)[WORKBOOK]
    assert package.structure.locked


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_names_the_file_and_the_bound(language: str) -> None:
    use_language(language)
    for code, build in (
        ("far_cell", REFUSED["cell XFD1048576"].build),
        ("many_sheets", REFUSED["20,000 sheets on one part"].build),
    ):
        with pytest.raises(UnreadableWorkbookError) as error:
            open_gate(build(), "来自县里.xlsx")
        assert error.value.code == f"read.{code}"
        assert "来自县里.xlsx" in str(error.value)
        bound = BOUNDS.row if code == "far_cell" else BOUNDS.sheets
        assert str(bound) in str(error.value)
