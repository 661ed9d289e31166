"""By what a return is meant, whose it is without a name, and where results may not go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import batch_rig
import pytest
from batch_play import receive
from click.testing import Result

from clusterxl.batch.decide import accept_return, exclude_return
from clusterxl.batch.folder import Batch
from clusterxl.batch.purge import purge_return
from clusterxl.batch.show import show_return
from clusterxl.errors import BatchError
from clusterxl.ledger import State, find_findings, find_returns

Run = Callable[..., Result]


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    return batch_rig.begun(tmp_path / "batch", batch_rig.Clock())


@pytest.mark.parametrize("name", ["", " ", "\t\n"])
def test_no_name_means_no_return(batch: Batch, tmp_path: Path, name: str) -> None:
    receive(batch, tmp_path / "in", {"bad.xlsx": b"no workbook"})
    for act in (accept_return, exclude_return, purge_return):
        with pytest.raises(BatchError):
            act(batch, name, reason="x")
    with pytest.raises(BatchError):
        show_return(batch, name)


@pytest.mark.parametrize("name", ["201", "201-1", "南区", "乙市南区"])
def test_a_unit_that_has_sent_nothing_is_told_as_such(batch: Batch, name: str) -> None:
    with pytest.raises(BatchError, match="201 乙市 南区") as error:
        show_return(batch, name)
    assert error.value.code == "batch.nothing_came"


def test_what_nobody_sent_is_quoted_in_a_line(batch: Batch) -> None:
    with pytest.raises(BatchError) as error:
        show_return(batch, "a\nError: forged " + "x" * 10_000)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 500


def test_a_name_that_was_missing_makes_no_other_subject(batch: Batch, tmp_path: Path) -> None:
    unnamed = batch_rig.filled(batch, "102", changes={"name": None})
    receive(batch, tmp_path / "first", {"a.xlsx": unnamed})
    receive(batch, tmp_path / "second", {"b.xlsx": batch_rig.filled(batch, "102")})
    with batch.ledger() as ledger:
        states = {found.file: found.state for found in find_returns(ledger)}
        codes = {
            found.code
            for each in find_returns(ledger)
            for found in find_findings(ledger, each.sha256)
        }
    assert states == {"a.xlsx": State.SUPERSEDED, "b.xlsx": State.ACCEPTED}
    assert "STAMP-SUBJECT" not in codes


@pytest.mark.parametrize(
    "place", ["ledger.sqlite", "roster.csv", "batch.toml", "keys/batch.key", "archive/x.json", "."]
)
def test_no_result_is_written_over_what_a_batch_lives_on(
    run: Run, batch: Batch, tmp_path: Path, place: str
) -> None:
    receive(batch, tmp_path / "in", {"a.xlsx": batch_rig.filled(batch, "102")})
    output = batch.root / place
    before = output.read_bytes() if output.is_file() else None
    commands = (
        ("show", "102", "-o", output),
        ("status", "--format", "json", "-o", output),
        ("aggregate", "-o", tmp_path / "c.xlsx", "--frames", output),
    )
    for command in commands:
        done = run("batch", *command, "--force", "--batch", batch.root)
        assert done.exit_code == 2
    assert (output.read_bytes() if output.is_file() else None) == before
    assert run("batch", "show", "102", "-o", batch.root / "reports" / "a.txt").exit_code == 2
    done = run(
        "batch", "show", "102", "-o", batch.root / "reports" / "a.txt", "--batch", batch.root
    )
    assert done.exit_code == 0


def test_who_is_left_out_beside_one_that_counts_is_owed_nothing(
    run: Run, batch: Batch, tmp_path: Path
) -> None:
    receive(batch, tmp_path / "first", {"a.xlsx": batch_rig.filled(batch, "101")})
    other = batch_rig.filled(batch, "101", changes={"name": "别的产业"})
    receive(batch, tmp_path / "second", {"b.xlsx": other})
    warned = "不再催报"
    done = run("batch", "exclude", "b.xlsx", "--reason", "x", "--batch", batch.root)
    assert warned not in done.stderr
    done = run("batch", "exclude", "a.xlsx", "--reason", "x", "--batch", batch.root)
    assert warned in done.stderr
