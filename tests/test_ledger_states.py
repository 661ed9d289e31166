"""Whatever is done to a ledger, in any order: sums add up, no slot counts twice, all agrees."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from ledger_play import judge, made, opened, received, strict_judge

from clusterxl.errors import LedgerError
from clusterxl.ledger import (
    TRANSITIONS,
    Fate,
    Move,
    State,
    accept,
    exclude,
    fates_of,
    find_returns,
    purge,
    readmit,
    rebuild,
    reject,
    rejudge,
    tally,
    verify_ledger,
)
from clusterxl.ledger.states import is_allowed, require_move

STEPS = (accept, reject, exclude, readmit, purge)
FILES = st.one_of(
    st.builds(
        made,
        serial=st.sampled_from(["", "S1", "S2"]),
        subject=st.sampled_from(["示例一", "示例二", ""]),
        answers=st.sampled_from(["一", "二", "三三"]),
        errors=st.integers(0, 1),
        round=st.integers(0, 1),
        certain=st.sampled_from([True, True, True, False]),
        save=st.integers(1, 2),
    ),
    st.sampled_from([b"scan", b""]),
)


class Season(RuleBasedStateMachine):
    """A season's collection: files come in, people decide, rules change."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.stack = ExitStack()
        self.ledger = self.stack.enter_context(opened(self.folder))
        self.came: list[bytes] = []
        self.skipped = 0
        self.purged: set[str] = set()

    def teardown(self) -> None:
        assert not verify_ledger(self.ledger)
        self.stack.close()
        shutil.rmtree(self.folder)

    @rule(files=st.lists(FILES, min_size=1, max_size=4), skipped=st.integers(0, 1))
    def receive(self, files: list[bytes], skipped: int) -> None:
        outcomes, summed = received(self.ledger, files, ["ours.xlsx"] * skipped)
        assert summed.files == len(files) + skipped == sum(summed.fates.values())
        again = [data for data in files if data in self.came]
        assert Counter(one.fate for one in outcomes)[Fate.REPEATED] >= len(again)
        self.came += files
        self.skipped += skipped

    @rule(files=st.lists(FILES, min_size=2, max_size=4, unique=True))
    def receive_twice(self, files: list[bytes]) -> None:
        self.receive(files, 0)
        before = find_returns(self.ledger)
        self.receive(files, 0)
        assert find_returns(self.ledger) == before

    @precondition(lambda self: self.came)
    @rule(step=st.sampled_from(STEPS), place=st.integers(0, 99))
    def decide(self, step: Any, place: int) -> None:
        found = find_returns(self.ledger)
        chosen = found[place % len(found)]
        before = self.ledger.dump()
        try:
            step(self.ledger, chosen.sha256, reason="示例")
        except LedgerError:
            assert self.ledger.dump() == before
        else:
            if step is purge:
                self.purged.add(chosen.sha256)

    @rule(judged=st.sampled_from([judge, strict_judge]))
    def change_rules(self, judged: Any) -> None:
        decided = {one.sha256: one.state for one in find_returns(self.ledger) if one.decided}
        rejudge(self.ledger, judged, reason="示例")
        after = {one.sha256: one.state for one in find_returns(self.ledger)}
        assert decided.items() <= after.items()
        dump = self.ledger.dump()
        assert not rebuild(self.ledger, judged).otherwise
        assert self.ledger.dump() == dump

    @invariant()
    def every_file_has_one_fate(self) -> None:
        summed = tally(len(self.came) + self.skipped, fates_of(self.ledger.connection))
        assert summed.fates[Fate.SKIPPED] == self.skipped

    @invariant()
    def no_slot_counts_twice(self) -> None:
        accepted = [
            (one.unit, one.serial or one.subject)
            for one in find_returns(self.ledger, State.ACCEPTED)
        ]
        assert len(accepted) == len(set(accepted))

    @invariant()
    def what_was_purged_is_gone_and_all_else_is_kept(self) -> None:
        kept = {path.name for path in self.ledger.archive.folder.rglob("*") if path.is_file()}
        assert not kept & self.purged
        repeats = {
            str(row[0])
            for row in self.ledger.connection.execute("SELECT sha256, of FROM arrivals")
            if row[1] in self.purged
        }
        assert kept == {sha256(data).hexdigest() for data in self.came} - repeats


Season.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestSeason = Season.TestCase


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("before", State)
def test_what_the_table_does_not_have_is_refused(move: Move, before: State) -> None:
    led = {
        after
        for known in TRANSITIONS
        for after in known.after
        if known.move is move and before in known.before
    }
    for after in State:
        assert is_allowed(move, before, after) == (after in led)
        if after in led:
            require_move(move, before, after, name="a.xlsx")
        else:
            with pytest.raises(LedgerError, match=r"a\.xlsx"):
                require_move(move, before, after, name="a.xlsx")


def test_every_state_can_be_reached_and_left() -> None:
    reached = {State.RECEIVED}
    for _ in State:
        reached |= {
            after for known in TRANSITIONS if reached & set(known.before) for after in known.after
        }
    assert reached == set(State)
    assert {before for known in TRANSITIONS for before in known.before} == set(State)
    assert not any(State.RECEIVED in known.after for known in TRANSITIONS)
