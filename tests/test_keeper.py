"""The child that reads foreign formats: it may hang, swell or die, and only that file is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusterxl.errors import UnreadableWorkbookError
from clusterxl.excel.footprint import memory_of
from clusterxl.excel.keeper import Keeper, shared_keeper

ENGINES = Path(__file__).resolve().parent / "engines"
BLOCKED = Path(__file__).resolve().parent / "posix_blocked"
POLLED_MEMORY = 256 * 1024 * 1024


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    """Return a child with an engine that does what a file says."""
    monkeypatch.setenv("PYTHONPATH", str(ENGINES))
    keeper = Keeper("patient", seconds=3)
    yield keeper
    keeper.close()


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    """Return one that the system cannot bound, as on Windows; its memory is looked at."""
    monkeypatch.setenv("PYTHONPATH", f"{ENGINES}{os.pathsep}{BLOCKED}")
    keeper = Keeper("patient", seconds=30, memory=POLLED_MEMORY)
    yield keeper
    keeper.close()


def process_of(keeper: Keeper) -> int:
    said, _ = keeper.ask({}, b"well", "good.xls")
    return int(said["process"])


def refusal(keeper: Keeper, wanted: bytes) -> str:
    with pytest.raises(UnreadableWorkbookError, match=r"bad\.xls") as error:
        keeper.ask({}, wanted, "bad.xls")
    return error.value.code


def test_one_child_reads_file_after_file(keeper: Keeper) -> None:
    assert keeper.ask({}, b"abc", "a.xls") == (
        {"process": process_of(keeper), "file": "a.xls"},
        b"cba",
    )
    assert process_of(keeper) == process_of(keeper)
    large = bytes(5_000_000)
    assert keeper.ask({}, large, "large.xls")[1] == large


@pytest.mark.parametrize("wanted", [b"hang", b"spin", b"swallow", b"abort", b"exit"])
def test_who_kills_the_child_is_refused_and_the_next_is_read(keeper: Keeper, wanted: bytes) -> None:
    before = process_of(keeper)
    assert refusal(keeper, wanted) == "read.killed"
    assert process_of(keeper) != before


@pytest.mark.parametrize(
    ("wanted", "failed"), [(b"panic", "PanicError"), (b"deep", "RecursionError")]
)
def test_whatever_an_engine_throws_is_an_answer(keeper: Keeper, wanted: bytes, failed: str) -> None:
    before = process_of(keeper)
    assert keeper.ask({}, wanted, "bad.xls") == ({"failed": failed}, b"")
    assert process_of(keeper) == before


def test_what_native_code_prints_is_no_answer(keeper: Keeper) -> None:
    assert keeper.ask({}, b"talk", "a.xls")[1] == b"klat"


def test_where_the_system_bounds_nothing_memory_is_looked_at(unbounded: Keeper) -> None:
    if not memory_of(process_of(unbounded)):
        pytest.skip("this system does not tell how much memory a process takes")
    assert refusal(unbounded, b"swallow") == "read.killed"
    assert process_of(unbounded)


def test_memory_of_nobody_is_none() -> None:
    assert memory_of(2**30) == 0


def test_an_engine_that_is_missing_hangs_nobody() -> None:
    keeper = Keeper("no_such_engine", seconds=3)
    assert refusal(keeper, b"well") == "read.killed"
    keeper.close()


def test_a_process_has_one_child() -> None:
    assert shared_keeper() is shared_keeper()


def test_a_library_in_the_folder_of_the_operator_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "xlrd.py").write_text("raise SystemExit", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    keeper = Keeper()
    assert "failed" in keeper.ask({"format": "xls"}, b"no workbook", "a.xls")[0]
    keeper.close()
