"""Killed anywhere, or refused a write anywhere, and run again: the same result, byte for byte."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from ledger_play import judge, made, opened, receive
from ledger_rig import (
    KILLED,
    Left,
    Ran,
    audited,
    events,
    has_strace,
    left_in,
    play,
    strace,
    syscalls,
)

from clusterxl.errors import LedgerError, OutputError
from clusterxl.ledger import (
    Arrival,
    Fate,
    Verdict,
    begin_receive,
    end_receive,
    open_ledger,
    record_return,
    verify_ledger,
)
from clusterxl.ledger.process import birth_of, host_name

# How many points are tried, at random, or all, as `make crash` does.
POINTS = os.environ.get("CRASH_POINTS", "7")
SEED = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(10**6))
# An error for each call that can fail, and from where on it fails.
FAULTS = {
    "pwrite64": "ENOSPC:when={n}+",
    "write": "ENOSPC:when={n}",
    "fsync": "EIO:when={n}",
    "fdatasync": "EIO:when={n}",
    "rename": "EACCES:when={n}",
    "mkdir": "ENOSPC:when={n}",
    "chmod": "EPERM:when={n}",
    "unlink": "EACCES:when={n}",
    "ftruncate": "EIO:when={n}",
}
needs_strace = pytest.mark.skipif(not has_strace(), reason="strace may not be used here")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Return what an undisturbed process leaves."""
    folder = tmp_path_factory.mktemp("whole")
    ran = play(folder)
    assert ran.code == 0, ran.said
    return left_in(folder)


def chosen(points: Iterable[int], most: str = POINTS) -> list[int]:
    """Choose some points, or all; the seed stands in the output of a test that fails."""
    every = list(points)
    print(f"CRASH_SEED={SEED}, {len(every)} points")  # noqa: T201
    dice = random.Random(SEED)  # noqa: S311
    return every if most == "all" else sorted(dice.sample(every, min(int(most), len(every))))


def run_all(points: Iterable[int], run: Callable[[int], str]) -> list[str]:
    """Run points side by side, and return what is wrong with some."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [wrong for wrong in pool.map(run, points) if wrong]


def again(folder: Path, whole: Left) -> str:
    """Run again what was broken off; return what is wrong with what it leaves."""
    ran = play(folder)
    if ran.code:
        return f"run again: {ran.said}"
    left = left_in(folder)
    shutil.rmtree(folder)
    return "" if left == whole else "it left something else"


def killed(point: int, *, tmp_path: Path, whole: Left, kill: Callable[[int, Path], Ran]) -> str:
    folder = tmp_path / f"{point}"
    ran = kill(point, folder)
    if ran.code not in (KILLED, -9):
        return f"{point}: it lived: {ran.code} {ran.said}"
    wrong = again(folder, whole)
    return f"{point}: {wrong}" if wrong else ""


def test_killed_at_any_event_and_run_again_it_leaves_the_same(tmp_path: Path, whole: Left) -> None:
    def kill(point: int, folder: Path) -> Ran:
        return play(folder, **audited(at=str(point)))

    (tmp_path / "count").mkdir()
    points = chosen(range(1, events(tmp_path / "count") + 1))
    assert not run_all(points, partial(killed, tmp_path=tmp_path, whole=whole, kill=kill))


@needs_strace
def test_killed_at_any_call_and_run_again_it_leaves_the_same(tmp_path: Path, whole: Left) -> None:
    (tmp_path / "count").mkdir()
    calls = syscalls(tmp_path / "count")
    numbers = Counter[str]()
    places = []
    for call in calls:
        numbers[call.name] += 1
        places.append((call.name, numbers[call.name]))

    def kill(point: int, folder: Path) -> Ran:
        name, number = places[point]
        return play(folder, *strace(f"{name}:signal=KILL:when={number}"))

    points = chosen(range(len(places)))
    assert not run_all(points, partial(killed, tmp_path=tmp_path, whole=whole, kill=kill))


@needs_strace
def test_refused_any_write_it_says_so_and_loses_nothing(tmp_path: Path, whole: Left) -> None:
    (tmp_path / "count").mkdir()
    counts = Counter(call.name for call in syscalls(tmp_path / "count"))
    places = [(name, number) for name in FAULTS for number in range(1, counts[name] + 1)]

    def refused(point: int) -> str:
        name, number = places[point]
        folder = tmp_path / f"{point}"
        ran = play(folder, *strace(f"{name}:error={FAULTS[name].format(n=number)}"))
        # A folder that cannot be synced and a lock that cannot be removed stop nobody.
        is_told = ran.code == 2 and ran.said.startswith("OutputError ")
        if not is_told and ran.code != 0:
            return f"{name} {number}: {ran.code} {ran.said}"
        if ran.code == 2 and (folder / "ledger.sqlite").exists():
            left_in(folder, is_whole=False)
        wrong = again(folder, whole)
        return f"{name} {number}: {wrong}" if wrong else ""

    assert not run_all(chosen(range(len(places))), refused)


@pytest.mark.skipif(os.name != "posix", reason="there is no such limit")
@pytest.mark.parametrize("blocks", [0, 8, 60, 150, 230])
def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path, whole: Left, blocks: int) -> None:
    folder = tmp_path / "batch"
    ran = play(folder, "sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh")
    assert ran.code == 2
    assert ran.said.startswith("OutputError "), ran.said
    assert not again(folder, whole)


@needs_strace
def test_what_is_renamed_is_synced_before_and_its_folder_after(tmp_path: Path) -> None:
    calls = [call for call in syscalls(tmp_path) if call.name in ("fsync", "fdatasync", "rename")]
    places = [n for n, call in enumerate(calls) if call.name == "rename" and ".part" in call.line]
    assert len(places) == 7
    for place in places:
        before, after = calls[place - 1], calls[place + 1]
        assert before.name == "fsync"
        assert ".part>" in before.line
        assert after.name == "fsync"
        assert "/archive/" in after.line
        # Only then does the ledger speak of it.
        later = range(place, len(calls))
        assert next(n for n in later if "ledger.sqlite" in calls[n].line) > place + 1


class TestTwoAtOnce:
    def test_both_end_and_nothing_is_done_twice(self, tmp_path: Path, whole: Left) -> None:
        for number in range(3):
            folder = tmp_path / f"{number}"
            with ThreadPoolExecutor(2) as pool:
                runs = list(pool.map(play, [folder] * 2))
            assert {ran.code for ran in runs} <= {0, 2}
            assert all(not ran.code or "ledger.locked" in ran.said for ran in runs), runs
            assert not again(folder, whole)

    def test_the_second_is_told_who_has_it(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            before = ledger.dump()
            with pytest.raises(LedgerError) as told, open_ledger(tmp_path, patience=0):
                pass
            assert told.value.code == "ledger.locked"
            for said in (host_name(), str(os.getpid()), "2023-03-01T12:00:00Z"):
                assert said in str(told.value)
            assert ledger.dump() == before
        with open_ledger(tmp_path, patience=0):
            pass

    def test_below_the_lock_no_transaction_sees_half_of_another(self, tmp_path: Path) -> None:
        file = Arrival(position=0, file="f0.xlsx", data=made())
        with opened(tmp_path) as one:
            (tmp_path / "ledger.lock").unlink()
            with opened(tmp_path) as other:
                number = begin_receive(one, ["f0.xlsx"])

                def meanwhile(data: bytes, name: str) -> Verdict:
                    record_return(other, begin_receive(other, ["f0.xlsx"]), file, judge)
                    return judge(data, name)

                assert record_return(one, number, file, meanwhile).fate is Fate.ACCEPTED
                assert end_receive(one, number).files == 1
                assert not verify_ledger(other)

    @pytest.mark.parametrize(
        "changed", [{"process": 2**22 + 1}, {"process": 2**70}, {"birth": "another"}]
    )
    def test_the_lock_of_a_process_that_died_is_taken(
        self, tmp_path: Path, changed: dict[str, object]
    ) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, made())
        (tmp_path / "ledger.lock").write_text(self.lock(**changed), encoding="ascii")
        with open_ledger(tmp_path, patience=0):
            pass

    def test_that_of_another_computer_never_is(self, tmp_path: Path) -> None:
        with opened(tmp_path):
            pass
        (tmp_path / "ledger.lock").write_text(self.lock(host="other", process=1), encoding="ascii")
        with pytest.raises(LedgerError, match="other"), open_ledger(tmp_path, patience=0.1):
            pass

    @pytest.mark.parametrize(("content", "is_taken"), [(b"", True), (b"[1]", False), (b"{", False)])
    def test_a_lock_that_says_nothing(
        self, tmp_path: Path, content: bytes, *, is_taken: bool
    ) -> None:
        with opened(tmp_path):
            pass
        (tmp_path / "ledger.lock").write_bytes(content)
        try:
            with open_ledger(tmp_path, patience=0.1):
                assert is_taken
        except LedgerError:
            assert not is_taken

    def test_where_no_lock_can_be_written_it_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(OutputError), opened(tmp_path / "file"):
            pass

    def lock(self, **changed: object) -> str:
        process = os.getpid()
        held = {"host": host_name(), "user": "u", "process": process, "birth": birth_of(process)}
        return json.dumps({**held, "at": "2023-03-01T12:00:00Z", **changed})
