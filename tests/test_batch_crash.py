"""A command of a batch that is killed or refused a write anywhere, and is typed again."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from crash_rig import COMMANDS, Scene, befallen, scene_of, stages, typed_in
from ledger_rig import left_in
from test_ledger_crash import chosen, run_all

# Of each command; `all` is for a night.
POINTS = os.environ.get("CRASH_POINTS", "4")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("given")
    stages(folder)
    return folder


@pytest.fixture(scope="module", params=COMMANDS)
def scene(
    request: pytest.FixtureRequest, given: Path, tmp_path_factory: pytest.TempPathFactory
) -> Scene:
    return scene_of(request.param, given, tmp_path_factory.mktemp(request.param))


def test_whatever_befalls_it_typed_again_it_leaves_the_same(scene: Scene, tmp_path: Path) -> None:
    faults = scene.faults()

    def wrong(point: int) -> str:
        return befallen(faults[point], scene=scene, folder=tmp_path / f"{point}")

    assert not run_all(chosen(range(len(faults)), POINTS), wrong)


def test_of_three_that_receive_at_once_each_works_or_is_told(given: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(given / "begun", tmp_path / "three"))
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda _: typed_in(folder, "receive"), range(3)))
    # Exit code 1: among what came in is something that cannot count.
    assert {ran.code for ran in runs} <= {1, 2}
    assert any(ran.code == 1 for ran in runs)
    assert all(ran.code == 1 or "ledger.lock" in ran.said for ran in runs), runs
    # No file is recorded twice, nothing is torn, and typed again it adds nothing.
    left = left_in(folder / "batch")
    lines = [line for line in left.dump.splitlines() if line.startswith('{"returns":')]
    assert len(lines) == 6
    assert typed_in(folder, "receive").code == 1
    assert left_in(folder / "batch") == left
