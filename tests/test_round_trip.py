"""Any form, any answers: generate, fill, read, normalise give back what was typed."""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from drawn_forms import Expectation, answers_to, definitions, drawn, write_form
from hypothesis import given
from hypothesis import strategies as st

from clusterxl.check import check_records
from clusterxl.form.file import load_form
from clusterxl.form.layout import lay_out
from clusterxl.generate import generate_workbook
from clusterxl.normalise import normalise_returns
from clusterxl.read import read_return
from clusterxl.testing.returns import simulate_return

DRAWN = drawn(80)


@DRAWN
@given(data=st.data())
def test_what_is_typed_comes_back(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        form = load_form(write_form(Path(folder) / "form", data.draw(definitions())))
        typed, expected = data.draw(st.composite(answers_to)(form))
        path = Path(folder) / "return.xlsx"
        path.write_bytes(generate_workbook(form, answers=typed))
        found = read_return(path, forms=(form,))
    records = normalise_returns([found])
    places = lay_out(form).places
    rows = {row["key"]: row for row in records.values.to_dict("records")}
    assert list(rows) == [cell.key for cell in form.inputs]
    for key, wanted in expected.items():
        row = rows[key]
        number = None if math.isnan(row["number"]) else row["number"]
        seen = Expectation(status=row["status"], number=number, text=row["text"])
        assert (key, seen) == (key, wanted)
        assert (row["sheet"], row["cell"]) == (places[key].sheet, places[key].cell)
        assert row["receipts"] == ""
    findings = check_records(records)
    assert [(f.code, f.key, f.value) for f in findings] == []


@DRAWN
@given(definition=definitions(), seed=st.integers(0, 1000))
def test_a_simulated_respondent_makes_no_mistake_in_any_form(
    definition: dict[str, Any], seed: int
) -> None:
    with TemporaryDirectory() as folder:
        form = load_form(write_form(Path(folder) / "form", definition))
        path = Path(folder) / "return.xlsx"
        path.write_bytes(simulate_return(form, seed=seed))
        found = read_return(path, forms=(form,))
    findings = check_records(normalise_returns([found]))
    assert [(f.code, f.key, f.value) for f in findings] == []
