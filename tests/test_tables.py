"""Frames as files: what they hold, and that nothing in them comes alive."""

from __future__ import annotations

import csv
import gc
import io
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterxl.tables import csv_bytes, guard, parquet_bytes, table_kind, unguard


@pytest.mark.parametrize("start", list("=+-@\t\r\n\0＝＋－＠"))
def test_text_that_looks_like_a_formula_is_guarded(start: str) -> None:
    assert guard(f"{start}cmd|'/c calc'!A0") == f"'{start}cmd|'/c calc'!A0"


@pytest.mark.parametrize("number", ["-5", "+3.25", "-1e-7", "0", "12.50"])
def test_plain_numbers_stay_numbers(number: str) -> None:
    assert guard(number) == number


@given(
    st.text(alphabet=st.sampled_from("'=+-@\t\r\n＝－5.e无 a"), max_size=6) | st.text(max_size=8)
)
def test_the_guard_can_be_undone(text: str) -> None:
    assert unguard(guard(text)) == text


def test_csv_is_for_excel_and_for_programs() -> None:
    frame = pd.DataFrame(
        {
            "text": ["=1+1", "无", None, 'a"b,\rc', "-12"],
            "number": pd.array([-1.5, None, 0.1, 1e22, 3], dtype="Float64"),
            "year": pd.array([2022, None, 2021, 2020, 2019], dtype="Int64"),
            "status": pd.Categorical(["value", "none", "blank", "value", "value"]),
        }
    )
    content = csv_bytes(frame)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["text"] for row in rows] == ["'=1+1", "无", "", 'a"b,\rc', "-12"]
    assert [row["number"] for row in rows] == ["-1.5", "", "0.1", "1e+22", "3.0"]
    assert [row["year"] for row in rows] == ["2022", "", "2021", "2020", "2019"]
    assert rows[1]["status"] == "none"


def test_csv_takes_a_lone_surrogate() -> None:
    content = csv_bytes(pd.DataFrame({"file": ["bad\udcff.xlsx"]}, dtype=object))
    assert b"bad\\udcff.xlsx" in content


def test_parquet_gives_the_frame_back() -> None:
    frame = pd.DataFrame({"key": ["a", "b"], "number": pd.array([1.5, None], dtype="Float64")})
    back = pd.read_parquet(io.BytesIO(parquet_bytes(frame)))
    assert back["key"].tolist() == ["a", "b"]
    assert back["number"].isna().tolist() == [False, True]


@pytest.mark.parametrize(("kind", "read"), [("csv", pd.read_csv), ("parquet", pd.read_parquet)])
def test_a_table_in_parts_is_the_table(kind: str, read: object, tmp_path: Path) -> None:
    texts = pd.array(["a", "", "c"], dtype="str")
    frame = pd.DataFrame({"key": texts, "number": [1.5, None, 3.0]})
    path = tmp_path / "table"
    with path.open("wb") as stream:
        table = table_kind(kind)(stream)
        for part in (frame[:1], frame[1:1], frame[1:]):
            table.add(part)
        table.close()
    whole = {"csv": csv_bytes, "parquet": parquet_bytes}[kind](frame)
    assert callable(read)
    pd.testing.assert_frame_equal(read(path), read(io.BytesIO(whole)))


def test_a_table_that_is_given_up_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clusterxl.tables.GROUP_CELLS", 1)
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    with (tmp_path / "table").open("wb") as stream:
        table = table_kind("parquet")(stream)
        table.add(pd.DataFrame({"number": [1.5, None, 3.0]}))
    del table
    gc.collect()
    assert not told
