"""A command of a batch that is killed or refused a write anywhere, and is typed again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from crash_rig import COMMANDS, KINDS, Scene, befallen, given_to, scene_of
from test_ledger_crash import chosen, run_all

# Of each command and kind; `all` is for a night.
POINTS = os.environ.get("CRASH_POINTS", "1")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("given")
    given_to(folder)
    return folder


@pytest.fixture(scope="module", params=COMMANDS)
def scene(
    request: pytest.FixtureRequest, given: Path, tmp_path_factory: pytest.TempPathFactory
) -> Scene:
    return scene_of(request.param, given, tmp_path_factory.mktemp(request.param))


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_befalls_it_typed_again_it_leaves_the_same(
    scene: Scene, kind: str, tmp_path: Path
) -> None:
    faults = scene.faults(kind)
    if not faults and kind.endswith("call"):
        pytest.skip("strace may not be used here")

    def wrong(point: int) -> str:
        return befallen(faults[point], scene=scene, folder=tmp_path / f"{point}")

    assert not run_all(chosen(range(len(faults)), POINTS), wrong)
