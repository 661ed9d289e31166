"""Files that other processes read give what this one reads; a file harms only itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hand_returns import FORMS

from clusterxl.errors import ClusterxlError
from clusterxl.form.file import load_form
from clusterxl.returns import Reading, Returns, read_returns
from clusterxl.sentences import use_language
from clusterxl.testing.returns import simulate_return

FARM = FORMS / "farm-survey"
YEARS = FORMS / "harvest-years"


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with returns of two forms, one of them twice, and what is no return."""
    folder = tmp_path_factory.mktemp("inbox")
    good = simulate_return(load_form(FARM), seed=1)
    for name, data in {
        "a.xlsx": good,
        "b.xlsx": simulate_return(load_form(YEARS, base_year=2024), seed=2),
        "c/again.xlsx": good,
        "cut.xlsx": good[:3000],
        "cut again.xlsx": good[:3000],
        "d.xlsx": simulate_return(load_form(FARM), seed=3),
        "no.xlsx": b"no workbook",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        yield executor


def test_other_processes_read_what_this_one_reads(inbox: Path, processes: Executor) -> None:
    here = read_returns(inbox, forms=[FARM, YEARS])
    assert shown(read_returns(inbox, forms=[FARM, YEARS], executor=processes)) == shown(here)
    assert len(here.returns) == 3
    assert len(here.findings) == 4


def test_forms_may_be_given_as_they_were_loaded(inbox: Path, processes: Executor) -> None:
    forms = [load_form(FARM), load_form(YEARS)]
    found = read_returns(inbox, forms=forms, executor=processes)
    assert found.returns[0].form is forms[0]
    assert shown(found) == shown(read_returns(inbox, forms=forms))


def test_what_is_said_is_said_in_the_language_asked_for(inbox: Path, processes: Executor) -> None:
    use_language("zh")
    found = read_returns(inbox / "no.xlsx", executor=processes)
    assert found.findings == read_returns(inbox / "no.xlsx").findings


def test_any_executor_will_do(inbox: Path) -> None:
    with ThreadPoolExecutor(3) as threads:
        found = read_returns(inbox, forms=[FARM, YEARS], executor=threads)
    assert shown(found) == shown(read_returns(inbox, forms=[FARM, YEARS]))


def test_no_more_than_a_few_are_under_way(tmp_path: Path) -> None:
    good = simulate_return(load_form(FARM), seed=1)
    for number in range(80):
        (tmp_path / f"{number:02}.xlsx").write_bytes(good)
    with ThreadPoolExecutor(1) as threads:
        reading = iter(Reading(tmp_path, forms=[FARM], executor=threads))
        next(reading)
        (tmp_path / "79.xlsx").write_bytes(simulate_return(load_form(FARM), seed=2))
        assert [found.file for found in reading] == ["79.xlsx"]


def die(_task: object) -> None:
    os._exit(9)


def test_a_process_that_ends_is_one_sentence(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clusterxl.sending.read_task", die)
    with (
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor,
        pytest.raises(ClusterxlError, match="--jobs"),
    ):
        read_returns(inbox, forms=[FARM], executor=executor)


def shown(found: Returns) -> tuple[object, ...]:
    """Return what is compared; forms are compared by name."""
    returns = [
        (one.return_id, one.file, one.form.id, one.form.base_year, one.stamp, dict(one.cells))
        for one in found.returns
    ]
    told = [one.findings for one in found.returns]
    return returns, told, found.findings, found.skipped, found.sources
