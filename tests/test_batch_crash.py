"""A batch that is killed anywhere while it hands out or receives, and told to do so again."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from batch_play import begun, filled
from ledger_rig import KILLED, Left, Ran, audited, left_in, run_script
from test_ledger_crash import chosen

# Of each command; `all` takes half an hour.
POINTS = os.environ.get("CRASH_POINTS", "5")
COMMANDS = ("issue", "receive")
# What is played: a command of the batch by the clock and the name of the tests.
PLAY = """
import dying
import sys
from pathlib import Path
from batch_play import NOON, WHO
from clusterxl.batch.folder import open_batch
from clusterxl.batch.issue import issue_batch
from clusterxl.batch.receive import receive_files
from clusterxl.errors import ClusterxlError
try:
    batch = open_batch(sys.argv[2], clock=lambda: NOON, who=WHO)
    issue_batch(batch) if sys.argv[1] == "issue" else receive_files(batch, [Path(sys.argv[3])])
except ClusterxlError as error:
    sys.stderr.write(f"{type(error).__name__} {error.code}: {error}")
    sys.exit(2)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a command is played on, and what it leaves when nothing happens.

    Attributes:
        command: The command.
        given: The batch before it.
        inbox: What it may receive.
        whole: What an undisturbed process leaves.
        points: At how many events it may die.
    """

    command: str
    given: Path
    inbox: Path
    whole: Left
    points: int


def play(command: str, folder: Path, inbox: Path, **environment: str) -> Ran:
    return run_script(PLAY, command, str(folder), str(inbox), **environment)


def received_before(tmp_path: Path) -> tuple[Path, Path]:
    """Return a batch that has received something, and what comes in next."""
    batch = begun(tmp_path)
    inbox = tmp_path / "in"
    good = filled(batch, "1101")
    for name, data in {
        "a.xlsx": good,
        "again/a.xlsx": good,
        "b 1.xlsx": filled(batch, "1102", wheat_2024=3),
        "b 2.xlsx": filled(batch, "1102", wheat_2024=4),
        "c.xlsx": filled(batch, "2201", wheat_2024="many"),
        "cut.xlsx": good[:2000],
        "scan.pdf": b"%PDF",
    }.items():
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_bytes(data)
    first = tmp_path / "first"
    first.mkdir()
    (first / "b.xlsx").write_bytes(filled(batch, "1102", wheat_2024="x"))
    assert play("receive", batch.root, first).code == 0
    return batch.root, inbox


@pytest.fixture(scope="module", params=COMMANDS)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp(request.param)
    given, inbox = received_before(folder)
    if request.param == "issue":
        shutil.rmtree(given / "issued" / "Northshire")
        (given / "roster.csv").write_text(
            (given / "roster.csv").read_text("utf-8-sig").replace("1102,rural,1", "1102,rural,2"),
            "utf-8",
        )
    shutil.copytree(given, folder / "whole")
    count = folder / "count"
    ran = play(request.param, folder / "whole", inbox, **audited(count=str(count)))
    assert ran.code == 0, ran.said
    return Scene(
        command=request.param,
        given=given,
        inbox=inbox,
        whole=left_in(folder / "whole"),
        points=int(count.read_text(encoding="ascii")),
    )


def killed(point: int, *, scene: Scene, tmp_path: Path) -> str:
    """Kill a command at one event and run it again; return what is wrong then."""
    folder = tmp_path / f"{point}"
    shutil.copytree(scene.given, folder)
    ran = play(scene.command, folder, scene.inbox, **audited(at=str(point)))
    if ran.code != KILLED:
        return f"{point}: it lived: {ran.code} {ran.said}"
    ran = play(scene.command, folder, scene.inbox)
    if ran.code:
        return f"{point}: run again: {ran.said}"
    left = left_in(folder)
    shutil.rmtree(folder)
    return "" if left == scene.whole else f"{point}: it left something else"


def test_killed_anywhere_and_run_again_it_leaves_the_same(scene: Scene, tmp_path: Path) -> None:
    points = chosen(range(1, scene.points + 1), POINTS)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = list(pool.map(partial(killed, scene=scene, tmp_path=tmp_path), points))
    assert not [one for one in wrong if one]


def test_of_two_that_receive_at_once_each_works_or_is_told(tmp_path: Path) -> None:
    given, inbox = received_before(tmp_path)
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: play("receive", given, inbox), range(2)))
    assert {ran.code for ran in runs} <= {0, 2}
    assert any(not ran.code for ran in runs)
    assert all(not ran.code or "ledger.locked" in ran.said for ran in runs), runs
    # No file is recorded twice, and nothing is torn.
    lines = [line for line in left_in(given).dump.splitlines() if line.startswith('{"returns":')]
    assert len(lines) == 6
