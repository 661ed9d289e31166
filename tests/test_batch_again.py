"""What a batch tells of returns that came before its roster or its passwords changed."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from batch_play import begun, codes, fates, filled, receive
from click.testing import CliRunner
from test_passwords import SECRET, locked

from clusterxl.batch.decide import accept_return
from clusterxl.batch.folder import Batch, open_batch
from clusterxl.batch.issue import issue_batch
from clusterxl.batch.receive import receive_files
from clusterxl.batch.results import compare_batch, status_of
from clusterxl.batch.verify import verify_batch
from clusterxl.cli.group import cli
from clusterxl.ledger import State, find_returns

BEELEY = "Northshire,Beeley,1102,rural,1\r\n"


def edit_roster(batch: Batch, old: str, new: str) -> Batch:
    """Edit the roster by hand, and open the batch anew."""
    path = batch.root / "roster.csv"
    text = path.read_bytes().decode("utf-8-sig")
    assert old in text
    path.write_bytes(text.replace(old, new).encode())
    return open_batch(batch.root, clock=batch.clock, who=batch.who)


def states(batch: Batch) -> dict[str, State]:
    with batch.ledger() as ledger:
        return {found.file: found.state for found in find_returns(ledger)}


class TestRoster:
    def test_a_return_is_found_again_when_its_unit_joins(self, tmp_path: Path) -> None:
        batch = begun(tmp_path)
        good = filled(batch, "1102")
        batch = edit_roster(batch, BEELEY, "")
        receipt = receive(batch, tmp_path / "in", {"b.xlsx": good})
        assert fates(receipt) == {"b.xlsx": "questioned"}
        assert codes(receipt, "b.xlsx") >= {"STAMP-ROSTER"}
        batch = edit_roster(batch, "Northshire,Aston", BEELEY + "Northshire,Aston")
        with batch.ledger() as ledger:
            status = status_of(batch, ledger)
        assert [found.file for found in status.outdated] == ["b.xlsx"]
        done = issue_batch(batch)
        assert [(one.before.state, one.after.state) for one in done.moved] == [
            (State.QUESTIONED, State.ACCEPTED)
        ]
        assert issue_batch(batch).moved == ()
        with batch.ledger() as ledger:
            status = status_of(batch, ledger)
        assert (status.outdated, status.strays, status.whole.came) == ((), (), 1)
        assert verify_batch(batch).findings == ()

    def test_a_return_counts_no_more_when_its_unit_has_left(self, tmp_path: Path) -> None:
        batch = begun(tmp_path)
        receive(batch, tmp_path / "in", {"b.xlsx": filled(batch, "1102")})
        assert states(batch) == {"b.xlsx": State.ACCEPTED}
        batch = edit_roster(batch, BEELEY, "")
        receipt = receive(batch, tmp_path / "more", {"a.xlsx": filled(batch, "1101")})
        assert [one.after.state for one in receipt.moved] == [State.QUESTIONED]
        assert states(batch) == {"b.xlsx": State.QUESTIONED, "a.xlsx": State.ACCEPTED}
        with batch.ledger() as ledger:
            assert [found.file for found in status_of(batch, ledger).strays] == ["b.xlsx"]
        # A slip of the hand costs nothing: taken back, all is as it was.
        batch = edit_roster(batch, "Northshire,Aston", BEELEY + "Northshire,Aston")
        issue_batch(batch)
        assert set(states(batch).values()) == {State.ACCEPTED}
        assert verify_batch(batch).findings == ()

    def test_a_foreign_return_says_nothing_of_the_roster(self, tmp_path: Path) -> None:
        batch = begun(tmp_path)
        other = begun(tmp_path / "other")
        other = edit_roster(other, BEELEY, BEELEY.replace("1102", "9902"))
        issue_batch(other)
        receipt = receive(batch, tmp_path / "in", {"b.xlsx": filled(other, "9902")})
        assert codes(receipt, "b.xlsx") >= {"STAMP-BATCH"}
        with batch.ledger() as ledger:
            status = status_of(batch, ledger)
        assert status.outdated == ()
        assert [found.file for found in status.strays] == ["b.xlsx"]

    def test_what_a_person_decided_stays(self, tmp_path: Path) -> None:
        batch = begun(tmp_path)
        receive(batch, tmp_path / "in", {"b.xlsx": filled(batch, "1102", wheat_2024="many")})
        accept_return(batch, "b.xlsx", reason="示例")
        batch = edit_roster(batch, BEELEY, "")
        assert issue_batch(batch).moved == ()
        assert states(batch) == {"b.xlsx": State.ACCEPTED}

    def test_status_says_what_is_to_be_done(self, tmp_path: Path) -> None:
        batch = begun(tmp_path)
        receive(batch, tmp_path / "in", {"b.xlsx": filled(batch, "1102")})
        edit_roster(batch, BEELEY, "")
        done = CliRunner().invoke(cli, ["batch", "status", "--batch", str(batch.root)])
        assert "名册有变" in done.output
        assert "b.xlsx" in done.output


class TestPasswords:
    def test_one_that_is_given_opens_and_is_kept(self, tmp_path: Path) -> None:
        batch = begun(tmp_path)
        path = tmp_path / "a.xlsx"
        path.write_bytes(locked(data=filled(batch, "1101")))
        receipt = receive_files(batch, [path], passwords=["other", SECRET])
        assert fates(receipt) == {"a.xlsx": "accepted"}
        again = open_batch(batch.root)
        assert again.passwords == ("other", SECRET)
        # The archive keeps what came, so that whatever reads it needs the password.
        with again.ledger() as ledger:
            assert len(compare_batch(again, ledger).returns) == 1
        assert verify_batch(again).findings == ()
        assert SECRET not in repr(again)

    @pytest.mark.skipif(sys.platform == "win32", reason="no owners of files")
    def test_only_their_owner_may_read_them(self, tmp_path: Path) -> None:
        batch = begun(tmp_path)
        receive_files(batch, [_saved(tmp_path, filled(batch, "1101"))], passwords=[SECRET])
        mode = (batch.root / "keys" / "passwords.txt").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600

    def test_one_that_is_given_later_opens_what_was_rejected(self, tmp_path: Path) -> None:
        batch = begun(tmp_path)
        path = _saved(tmp_path, locked(data=filled(batch, "1101")))
        assert fates(receive_files(batch, [path])) == {"a.xlsx": "rejected"}
        word = tmp_path / "password.txt"
        word.write_text(f"{SECRET}\n", encoding="utf-8")
        at = ["--batch", str(batch.root), "--password-file", str(word)]
        done = CliRunner().invoke(cli, ["batch", "receive", str(path), *at])
        assert done.exit_code == 0
        assert SECRET not in done.output
        batch = open_batch(batch.root)
        # Whether it counts, now that others may have come, is for a person to say.
        assert states(batch) == {"a.xlsx": State.QUESTIONED}
        accept_return(batch, "a.xlsx", reason="示例")
        assert verify_batch(batch).findings == ()


def _saved(folder: Path, data: bytes) -> Path:
    path = folder / "a.xlsx"
    path.write_bytes(data)
    return path
