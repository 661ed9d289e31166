"""Whoever breaks off a program is answered: at once, or when a short work is done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from hand_returns import FORMS

from clusterxl.form.file import load_form
from clusterxl.form.roster import units_of
from clusterxl.interrupts import STOPPING, uninterrupted
from clusterxl.outputs import Outputs
from clusterxl.testing.returns import simulate_return

FARM = FORMS / "farm-survey"
OFFICIAL = load_form("gd-cluster-2023")
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="signals are sent otherwise")


@pytest.fixture(autouse=True)
def answered_as_in_a_terminal() -> Iterator[None]:
    """Answer Ctrl+C also where whoever runs the tests lets it be ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_short_work_is_done_first() -> None:
    done = []

    def work() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("first")
            signal.raise_signal(signal.SIGINT)
            done.append("second")
        done.append("never")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["first", "second"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with uninterrupted():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_other_threads_answer_no_signals() -> None:
    done = []

    def work() -> None:
        with uninterrupted():
            done.append("work")

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert done == ["work"]


def test_files_get_their_names_together_also_when_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def broken_off(self: Path, target: Path) -> Path:
        signal.raise_signal(signal.SIGINT)
        return replace(self, target)

    def write_two() -> None:
        with Outputs() as outputs:
            outputs.add(tmp_path / "a.txt", b"a")
            outputs.add(tmp_path / "b.txt", b"b")

    monkeypatch.setattr(Path, "replace", broken_off)
    with pytest.raises(KeyboardInterrupt):
        write_two()
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "b.txt"}


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with returns enough to be at it for a while."""
    folder = tmp_path_factory.mktemp("inbox")
    good = simulate_return(load_form(FARM), seed=1)
    for number in range(300):
        (folder / f"{number:03}.xlsx").write_bytes(good)
    return folder


@ON_LINUX
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_nothing_is_left_whatever_ends_it(name: str, tmp_path: Path) -> None:
    # Enough to be at it for seconds, should this process be kept waiting meanwhile.
    roster, places = tmp_path / "roster.csv", tmp_path / "places"
    lines = [f"{unit.group},{unit.name},{unit.code},,20" for unit in units_of(OFFICIAL)]
    roster.write_text("\n".join(["city,unit,code,type,subjects", *lines]), encoding="utf-8")
    places.mkdir()
    process = started(["generate", "-o", str(places / "out"), "--roster", str(roster)])
    while not any(places.rglob("*.part")) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(getattr(signal, name))
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert [line.split()[0] for line in told.splitlines() if line] == ["Stopped."]
    assert not list(places.iterdir())


@ON_LINUX
@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.2, 0.3])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_processes_that_are_broken_off_as_they_start(
    name: str, seconds: float, inbox: Path
) -> None:
    process = started(["check", str(inbox), "--form", str(FARM), "--jobs", "2"])
    while not readers_of(process.pid) and process.poll() is None:
        time.sleep(0.01)
    time.sleep(seconds)
    # As a terminal does it: to all of them.
    os.killpg(process.pid, getattr(signal, name))
    try:
        told, wrong = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, told) == (130, "")
    assert [line.split()[0] for line in wrong.splitlines() if line] == ["Stopped."]


@ON_LINUX
def test_readers_end_with_a_command_that_is_killed(inbox: Path) -> None:
    process = started(["check", str(inbox), "--form", str(FARM), "--jobs", "2"])
    while not readers_of(process.pid) and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    # Ends when nobody is left who could write.
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


def readers_of(process: int) -> list[str]:
    """Return which processes a process has started to read."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return [
        child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def started(command: list[str]) -> subprocess.Popen[str]:
    """Type a command in a terminal of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "clusterxl", "--lang", "en", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=_heeding,  # noqa: PLW1509
    )


def _heeding() -> None:
    """Undo what whoever runs the tests in the background, or behind nohup, lets them ignore."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
