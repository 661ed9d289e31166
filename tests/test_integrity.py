"""Every cell is accounted for, and what is not as it was issued is told in words, by meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from damage import package_of, parts_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import Protection

from clusterxl.excel.cells import address
from clusterxl.excel.stamp import STAMP_SHEET
from clusterxl.finding import Finding, Severity
from clusterxl.form.file import load_form
from clusterxl.form.layout import lay_out
from clusterxl.form.model import Form, defined_name
from clusterxl.form.roster import units_of
from clusterxl.generate import generate_workbook
from clusterxl.normalise import normalise_returns
from clusterxl.read import Return, read_return
from clusterxl.testing.returns import simulate_return

FORMS = Path(__file__).parent / "data" / "forms"
FARM = load_form(FORMS / "farm-survey")
FIRST = lay_out(FARM).sheets[0].name


@pytest.fixture(scope="module")
def filled() -> bytes:
    return simulate_return(FARM, seed=5)


@pytest.fixture(scope="module")
def packaged() -> bytes:
    form = load_form("gd-cluster-2023")
    return simulate_return(form, unit=units_of(form)[0], seed=1)


def read(folder: Path, data: bytes, form: Form = FARM) -> Return:
    path = folder / "a.xlsx"
    path.write_bytes(data)
    found = read_return(path, forms=[form])
    assert found.account.is_balanced
    return found


def by_hand(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(data))


def saved(book: openpyxl.Workbook) -> bytes:
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def of_kind(found: Return, kind: str) -> tuple[Finding, ...]:
    return tuple(finding for finding in found.findings if finding.code == kind)


def codes(found: Return) -> set[str]:
    return {finding.code for finding in found.findings}


def values(found: Return) -> Mapping[str, object]:
    return {key: cell.raw.value for key, cell in found.cells.items()}


# ---- quiet where nothing was done


@pytest.mark.parametrize(
    "folder",
    ["gd-cluster-2023", *sorted(p for p in FORMS.iterdir() if p.name != "broken")],
    ids=str,
)
def test_a_workbook_as_issued_has_nothing_to_tell(tmp_path: Path, folder: str | Path) -> None:
    form = load_form(folder)
    found = read(tmp_path, generate_workbook(form), form)
    assert codes(found) == {"READ-BLANK"}
    assert found.account.unclaimed == 0
    unit = next(iter(units_of(form)), None)
    found = read(tmp_path, generate_workbook(form, unit=unit, serial="7", sample=True), form)
    assert codes(found) == {"READ-BLANK"}
    assert found.account.unclaimed == 0


def test_a_filled_workbook_is_accounted_for_to_the_last_cell(tmp_path: Path, filled: bytes) -> None:
    found = read(tmp_path, filled)
    assert found.findings == ()
    book = by_hand(filled)
    cells = sum(
        cell.value not in (None, "") for sheet in book for row in sheet.iter_rows() for cell in row
    )
    account = found.account
    assert account.cells == cells
    assert account.consumed == found.counts["filled"]
    assert account.unclaimed == 0
    (row,) = normalise_returns([found]).returns.to_dict("records")
    assert row["cells"] == account.cells
    parts = ("consumed", "template", "ignored", "unclaimed")
    assert sum(row[part] for part in parts) == row["cells"]


def test_what_openpyxl_saves_is_quiet(tmp_path: Path, filled: bytes) -> None:
    again = read(tmp_path, saved(by_hand(filled)))
    assert again.findings == ()
    assert values(again) == values(read(tmp_path, filled))


# ---- what nobody asked for


def test_notes_beside_the_table_are_told_with_their_text(tmp_path: Path, filled: bytes) -> None:
    book = by_hand(filled)
    book[FIRST]["Z40"] = "see the letter"
    book[FIRST]["Z41"] = 12.5
    found = read(tmp_path, saved(book))
    told = of_kind(found, "READ-UNCLAIMED")
    assert [(f.sheet, f.cell, f.value) for f in told] == [
        (FIRST, "Z40", "see the letter"),
        (FIRST, "Z41", "12.5"),
    ]
    assert all(f.severity is Severity.WARNING and f.value in f.message for f in told)
    assert [one.text for one in found.unclaimed] == ["see the letter", "12.5"]
    assert found.account.unclaimed == 2


def personal_cells(found: Return) -> dict[str, tuple[str, str, str]]:
    return {
        key: (cell.sheet, cell.cell, str(cell.raw.value))
        for key, cell in found.cells.items()
        if found.form.by_key[key].field.personal and cell.raw.value
    }


@pytest.mark.parametrize(("at", "count"), [(3, 1), (3, 2), (5, 1), (6, 1), (8, 3)])
def test_no_finding_shows_who_answers_though_rows_were_inserted(
    tmp_path: Path, packaged: bytes, at: int, count: int
) -> None:
    form = load_form("gd-cluster-2023")
    known = personal_cells(read(tmp_path, packaged, form))
    assert len(known) >= 6
    book = by_hand(packaged)
    book[next(reversed(list(known.values())))[0]].insert_rows(at, count)
    found = read(tmp_path, saved(book), form)
    shown = " ".join(f"{f.message} {f.value}" for f in found.findings)
    assert found.findings
    assert [text for _, _, text in known.values() if text in shown] == []


def test_what_may_be_personal_is_masked_by_place_and_by_what_it_says(
    tmp_path: Path, filled: bytes
) -> None:
    known = personal_cells(read(tmp_path, filled))
    sheet, cell, name = known["contact"]
    book = by_hand(filled)
    book[sheet][cell].comment = Comment("ask the secretary", "x")
    book[sheet][f"Z{book[sheet][cell].row}"] = "her deputy"
    asked: dict[str, str | float] = {
        "Z60": "138 0000-0000",
        "Z61": f"ask {name} first",
        "Z62": "a.b@example.org",
        "Z63": "2023-04-01",
        "Z64": 1234.5,
    }
    for place, text in asked.items():
        book[FIRST][place] = text
    found = read(tmp_path, saved(book))
    told = {f.cell: f.value for f in (*of_kind(found, "READ-UNCLAIMED"),)}
    beside = f"Z{book[sheet][cell].row}"
    assert told == {
        beside: "",
        "Z60": "",
        "Z61": "",
        "Z62": "",
        "Z63": "2023-04-01",
        "Z64": "1234.5",
    }
    (note,) = of_kind(found, "READ-COMMENT")
    assert note.value == ""
    shown = " ".join(f.message for f in found.findings)
    hidden = ("secretary", "deputy", "0000", name, "example")
    assert [text for text in hidden if text in shown] == []
    assert {one.text for one in found.unclaimed} >= {"her deputy", "138 0000-0000"}


def test_a_label_typed_over_beside_personal_answers_is_masked(
    tmp_path: Path, filled: bytes
) -> None:
    sheet, cell, _ = personal_cells(read(tmp_path, filled))["contact"]
    book = by_hand(filled)
    row = book[sheet][cell].row
    label = next(c for c in book[sheet][row] if c.value and c.coordinate != cell)
    label.value = "Jane Doe"
    found = read(tmp_path, saved(book))
    assert of_kind(found, "INT-LABEL")
    assert all("Jane" not in f"{f.message}{f.value}" for f in found.findings)


def test_many_notes_do_not_bury_the_other_findings(tmp_path: Path, filled: bytes) -> None:
    book = by_hand(filled)
    for row in range(60, 160):
        book[FIRST].cell(row, 3).value = f"note {row}"
    found = read(tmp_path, saved(book))
    told = of_kind(found, "READ-UNCLAIMED")
    assert len(told) < 30
    assert sum(len(f.cells) for f in told) == 100
    assert [one.text for one in found.unclaimed] == [f"note {row}" for row in range(60, 160)]


def test_comments_are_told(tmp_path: Path, filled: bytes) -> None:
    book = by_hand(filled)
    cell = next(c.cell for c in read(tmp_path, filled).cells.values() if c.sheet == FIRST)
    book[FIRST][cell].comment = Comment("who is meant?", "")
    found = read(tmp_path, saved(book))
    (told,) = of_kind(found, "READ-COMMENT")
    assert (told.sheet, told.cell) == (FIRST, cell)
    assert "who is meant?" in told.message
    assert [one.is_comment for one in found.unclaimed] == [True]


def test_other_sheets_are_told_as_a_whole(tmp_path: Path, filled: bytes) -> None:
    book = by_hand(filled)
    extra = book.create_sheet("More")
    extra["A1"], extra["B2"] = "our own table", 3
    book.create_sheet("Nothing")
    found = read(tmp_path, saved(book))
    (told,) = of_kind(found, "READ-UNCLAIMED")
    assert (told.sheet, told.cells) == ("More", ("More!A1", "More!B2"))
    assert "our own table" in told.message
    assert [f.sheet for f in of_kind(found, "INT-SHEET")] == ["Nothing"]
    assert values(found) == values(read(tmp_path, filled))


def test_a_copied_sheet_counts_only_where_it_says_something_else(
    tmp_path: Path, filled: bytes
) -> None:
    book = by_hand(filled)
    copy = book.copy_worksheet(book[FIRST])
    found = read(tmp_path, saved(book))
    (told,) = of_kind(found, "READ-COPY")
    assert told.severity is Severity.WARNING
    assert not of_kind(found, "READ-UNCLAIMED")
    cell = next(
        cell
        for cell in read(tmp_path, filled).cells.values()
        if cell.sheet == FIRST and cell.raw.kind == "text" and cell.key not in FARM.levels
    )
    copy[cell.cell] = "something else"
    found = read(tmp_path, saved(book))
    (told,) = of_kind(found, "READ-COPY")
    assert told.severity is Severity.ERROR
    assert told.cells == (f"{FIRST}!{cell.cell}", f"{copy.title}!{cell.cell}")
    assert [one.text for one in found.unclaimed] == ["something else"]


# ---- what was changed


def test_changed_labels_are_told_with_both_texts(tmp_path: Path, filled: bytes) -> None:
    sheet = lay_out(FARM).sheets[1]
    drawn = next(d for d in sheet.drawn if not d.box.key and d.box.text and d.place.column > 1)
    book = by_hand(filled)
    book[sheet.name][drawn.place.cell] = "Something quite different"
    found = read(tmp_path, saved(book))
    (told,) = of_kind(found, "INT-LABEL")
    assert (told.sheet, told.cell, told.severity) == (
        sheet.name,
        drawn.place.cell,
        Severity.WARNING,
    )
    assert "Something quite different" in told.message
    assert drawn.box.text.split()[-1] in told.message
    assert codes(found) == {"INT-LABEL"}
    assert found.account.unclaimed == 1


def test_overwritten_checks_are_told_and_change_nothing(tmp_path: Path, filled: bytes) -> None:
    book = by_hand(filled)
    sheet = book[FIRST]
    strip = next(c for row in sheet.iter_rows() for c in row if str(c.value).startswith("="))
    strip.value = None
    found = read(tmp_path, saved(book))
    (told,) = of_kind(found, "INT-FORMULA")
    assert (told.sheet, told.cell, told.severity) == (FIRST, strip.coordinate, Severity.INFO)
    assert values(found) == values(read(tmp_path, filled))


def test_protection_limits_and_locks_are_told(tmp_path: Path, filled: bytes) -> None:
    book = by_hand(filled)
    for sheet in book:
        sheet.protection.sheet = False
    limited = next(sheet for sheet in book if sheet.data_validations.dataValidation)
    limited.data_validations.dataValidation.clear()
    cell = next(c for c in read(tmp_path, filled).cells.values() if c.key not in FARM.levels)
    book[cell.sheet][cell.cell].protection = Protection(locked=True)
    found = read(tmp_path, saved(book))
    assert codes(found) == {"INT-LOCK", "INT-LIMIT"}
    assert all(f.severity is Severity.INFO for f in found.findings)
    assert [f.sheet for f in of_kind(found, "INT-LIMIT")] == [limited.title]
    assert (cell.cell in {f.cell for f in of_kind(found, "INT-LOCK")}) is True


def test_hidden_answers_are_read_and_told(tmp_path: Path, filled: bytes) -> None:
    book = by_hand(filled)
    second = lay_out(FARM).sheets[1].name
    book[second].sheet_state = "hidden"
    cell = next(c for c in read(tmp_path, filled).cells.values() if c.sheet == FIRST)
    book[FIRST].row_dimensions[cell.row].hidden = True
    found = read(tmp_path, saved(book))
    told = of_kind(found, "INT-HIDDEN")
    assert {f.sheet for f in told} == {FIRST, second}
    assert any(f"{FIRST}!{cell.cell}" in f.cells for f in told)
    assert values(found) == values(read(tmp_path, filled))


def test_sheets_that_are_gone_are_told_by_what_stood_on_them(tmp_path: Path, filled: bytes) -> None:
    book = by_hand(filled)
    gone = lay_out(FARM).sheets[1].name
    del book[gone]
    for name in [n for n, text in book.defined_names.items() if gone in text.attr_text]:
        del book.defined_names[name]
    found = read(tmp_path, saved(book))
    told = [f for f in of_kind(found, "INT-SHEET") if f.severity is Severity.ERROR]
    assert [f.sheet for f in told] == [gone]
    keys = {asked.key for asked in FARM.inputs if lay_out(FARM).places[asked.key].sheet == gone}
    assert {key for key, cell in found.cells.items() if cell.found_by == "lost"} == keys
    lost = {defined_name(key) for key in keys}
    assert {defined_name(f.key) for f in of_kind(found, "READ-LOST")} == lost


def test_formats_without_formulas_lose_no_cell_and_tell_no_change(
    tmp_path: Path, filled: bytes
) -> None:
    """As old formats come back: what a formula gave last stands there as a value."""
    shown = openpyxl.load_workbook(BytesIO(filled), data_only=True)
    found = read(tmp_path, saved(shown))
    assert codes(found) <= {"INT-SHEET"}
    assert found.account.unclaimed == 0
    assert values(found) == values(read(tmp_path, filled))


# ---- any text anywhere


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    notes=st.dictionaries(
        st.tuples(st.integers(1, 80), st.integers(1, 30)),
        st.text("abc 012无=", min_size=1, max_size=6) | st.integers(-9, 9),
        max_size=6,
    )
)
def test_whatever_is_typed_anywhere_is_accounted_for(
    tmp_path: Path, filled: bytes, notes: dict[tuple[int, int], str | int]
) -> None:
    book = by_hand(filled)
    sheet = book[FIRST]
    printed = {place: sheet.cell(*place).value for place in notes}
    for (row, column), text in notes.items():
        if not isinstance(sheet.cell(row, column), openpyxl.cell.cell.MergedCell):
            sheet.cell(row, column).value = text
            sheet.cell(row, column).data_type = "s" if isinstance(text, str) else "n"
    found = read(tmp_path, saved(book))
    shown = {(cell.sheet, cell.cell) for cell in found.cells.values() if cell.cell}
    told = {(one.sheet, one.cell): one.text for one in found.unclaimed}
    labels = Counter(cell for finding in of_kind(found, "INT-LABEL") for cell in finding.cells)
    for (row, column), text in notes.items():
        place = FIRST, address(row, column)
        if isinstance(sheet.cell(row, column), openpyxl.cell.cell.MergedCell) or place in shown:
            continue
        is_printed = str(printed[row, column]).strip() == str(text).strip()
        assert place in told or labels[f"{FIRST}!{place[1]}"] or is_printed or not str(text).strip()


def test_our_hidden_sheets_are_known_whatever_they_hold(tmp_path: Path, filled: bytes) -> None:
    book = by_hand(filled)
    book[STAMP_SHEET]["B7"] = "left by somebody"
    found = read(tmp_path, saved(book))
    assert found.account.unclaimed == 0
    parts = parts_of(filled)
    assert read(tmp_path, package_of(parts)).findings == ()


# ---- what no longer stands beside its label


def exchanged(sheet: Any, pairs: Iterable[tuple[str, str]]) -> None:
    """Let the contents of cells change places; the names stay where they are."""
    for first, second in pairs:
        one, other = sheet[first], sheet[second]
        one.value, other.value = other.value, one.value


INDUSTRY = "二 主导产业情况"
SHARES = [(f"{column}5", f"{column}6") for column in "BEFG"]
YEARS = [(f"E{row}", f"G{row}") for row in range(3, 8)]


@pytest.mark.parametrize(
    ("pairs", "astray"),
    [
        (SHARES, {"E5", "F5", "G5", "E6", "F6", "G6"}),
        (SHARES[:1], {"E5", "F5", "G5", "E6", "F6", "G6"}),
        (YEARS, {"E4", "G4", "E5", "G5"}),
        ([("B4", "B5"), ("B5", "B6"), ("E4", "E5"), ("E5", "E6")], {"E4", "E5", "E6"}),
    ],
    ids=["two rows", "their labels alone", "two years", "three rows in turn"],
)
def test_answers_that_changed_places_with_their_labels_are_errors(
    tmp_path: Path, pairs: list[tuple[str, str]], astray: set[str]
) -> None:
    form = load_form("gd-cluster-2023")
    book = by_hand(simulate_return(form, unit=units_of(form)[3], seed=5))
    exchanged(book[INDUSTRY], pairs)
    found = read(tmp_path, saved(book), form)
    told = [finding for finding in of_kind(found, "INT-MOVED") if finding.severity == "error"]
    assert {cell.partition("!")[2] for finding in told for cell in finding.cells} >= astray
