"""One return of a batch as it is shown: whose, where it stands, what happened, what is asked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import batch_rig
import pytest
from batch_play import begun, filled, receive, typed
from click.testing import Result
from test_batch import without_any

from clusterxl.batch.contacts import contacts_of
from clusterxl.batch.correct import correct_batch
from clusterxl.batch.decide import accept_return, exclude_return
from clusterxl.batch.folder import Batch, open_batch
from clusterxl.batch.purge import purge_return
from clusterxl.batch.results import status_of
from clusterxl.batch.show import Shown, Step, show_return
from clusterxl.batch.words import next_step
from clusterxl.cli.batch_show import as_text
from clusterxl.cli.columns import width_of
from clusterxl.ledger import Happening, State, head

Run = Callable[..., Result]
BEELEY = "Northshire,Beeley,1102,rural,1\r\n"


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    """Return a batch to which a good and a bad return came."""
    found = begun(tmp_path)
    bad = filled(found, "1102", wheat_2024="many", wheat_2023="")
    receive(found, tmp_path / "in", {"a.xlsx": filled(found, "1101"), "b.xlsx": bad})
    return found


def happenings(shown: Shown) -> list[tuple[str, str]]:
    return [(event.what, event.state) for event in shown.history]


def told(run: Run, batch: Batch, name: str, *options: str) -> dict[str, Any]:
    done = run("batch", "show", name, "--format", "json", *options, "--batch", batch.root)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class TestStates:
    def test_what_counts_by_itself(self, batch: Batch) -> None:
        shown = show_return(batch, "1101")
        assert (shown.recorded.file, shown.recorded.state) == ("a.xlsx", State.ACCEPTED)
        assert shown.unit
        assert (shown.unit.name, shown.step, shown.others) == ("Aston", Step.NONE, ())
        assert happenings(shown) == [("receive", "accepted")]

    def test_what_is_asked_tells_all_of_it_the_worst_first(self, batch: Batch) -> None:
        shown = show_return(batch, "1102")
        assert shown.step is Step.CORRECT
        asked = [(one.code, one.key) for one in shown.findings if one.severity == "error"]
        assert set(asked) == {("GEN-NUM", "wheat_2024"), ("GEN-REQ", "wheat_2023")}
        ranks = [one.severity == "error" for one in shown.open_findings]
        assert ranks == sorted(ranks, reverse=True)
        assert all(one.sheet and one.cell and one.label for one in shown.open_findings)

    def test_what_was_sent_back_and_came_again(self, batch: Batch, tmp_path: Path) -> None:
        correct_batch(batch)
        shown = show_return(batch, "1102")
        assert shown.step is Step.ANSWER
        assert happenings(shown)[-1] == (Happening.CORRECT, "questioned")
        assert shown.history[-1].file.startswith("corrections/")
        receive(batch, tmp_path / "more", {"c.xlsx": filled(batch, "1102")})
        newer, older = show_return(batch, "c.xlsx"), show_return(batch, "b.xlsx")
        assert (newer.recorded.state, [one.file for one in newer.others]) == (
            State.ACCEPTED,
            ["b.xlsx"],
        )
        assert older.step is Step.NEWER
        assert happenings(older)[-1] == ("supersede", "superseded")
        assert older.history[-1].other == newer.recorded.sha256
        assert "c.xlsx" in older.why

    def test_what_people_decided_is_told_with_who_and_why(self, batch: Batch) -> None:
        exclude_return(batch, "1102", reason="draft")
        shown = show_return(batch, "1102")
        assert (shown.step, shown.recorded.state) == (Step.EXCLUDED, State.EXCLUDED)
        assert "draft" in shown.why
        assert "clerk@example" in shown.why
        accept_return(batch, "1102", reason="no draft")
        shown = show_return(batch, "1102")
        assert "no draft" in shown.why
        assert happenings(shown)[1:] == [
            ("exclude", "excluded"),
            ("readmit", "questioned"),
            ("accept", "accepted"),
        ]
        assert [event.reason for event in shown.history] == ["", "draft", "no draft", "no draft"]

    def test_a_decision_that_something_came_after_is_the_reason_no_more(
        self, batch: Batch, tmp_path: Path
    ) -> None:
        accept_return(batch, "1102", reason="by telephone")
        receive(batch, tmp_path / "more", {"c.xlsx": filled(batch, "1102")})
        shown = show_return(batch, "b.xlsx")
        assert shown.recorded.state is State.SUPERSEDED
        assert "by telephone" not in shown.why

    def test_two_of_one_slot_are_for_a_person(self, batch: Batch, tmp_path: Path) -> None:
        two = {f"{n}.xlsx": filled(batch, "2201", wheat_2024=n) for n in (1, 2)}
        receive(batch, tmp_path / "more", two)
        for own, other in (("1.xlsx", "2.xlsx"), ("2.xlsx", "1.xlsx")):
            shown = show_return(batch, own)
            assert shown.step is Step.SETTLE
            assert shown.findings[0].code == "STAMP-TWICE"
            assert [one.file for one in shown.others] == [other]
            assert shown.warnings == shown.recorded.warnings + 1
        accepted = show_return(batch, "1.xlsx")
        assert ("doubt", "questioned") in happenings(accepted) + happenings(
            show_return(batch, "2.xlsx")
        )

    def test_a_questioned_one_beside_one_that_counts_waits_for_a_decision(
        self, batch: Batch, tmp_path: Path
    ) -> None:
        receive(batch, tmp_path / "more", {"c.xlsx": filled(batch, "1101", wheat_2024="many")})
        assert show_return(batch, "a.xlsx").step is Step.DECIDE
        assert show_return(batch, "c.xlsx").step is Step.CORRECT

    def test_a_file_that_could_not_be_read(self, batch: Batch, tmp_path: Path) -> None:
        receive(batch, tmp_path / "more", {"cut.xlsx": filled(batch, "2201")[:9000]})
        shown = show_return(batch, "cut.xlsx")
        assert (shown.step, shown.unit) == (Step.AGAIN, None)
        assert [one.code for one in shown.findings] == ["READ-CUT"]
        assert shown.why == shown.findings[0].message

    def test_one_of_nobody_needs_its_unit(self, batch: Batch, tmp_path: Path) -> None:
        data = typed(without_any(filled(batch, "2201"), b""), {})
        receive(batch, tmp_path / "more", {"nobody.xlsx": data})
        shown = show_return(batch, "nobody.xlsx")
        assert (shown.step, shown.unit, shown.others) == (Step.UNIT, None, ())

    def test_what_came_again_is_told(self, batch: Batch, tmp_path: Path) -> None:
        receive(batch, tmp_path / "more", {"again.xlsx": filled(batch, "1101")})
        (*_, last) = show_return(batch, "1101").history
        assert (last.what, last.file, last.state) == ("repeat", "again.xlsx", "accepted")

    def test_a_roster_that_was_edited_since_is_told_and_nothing_entered(self, batch: Batch) -> None:
        path = batch.root / "roster.csv"
        text = path.read_bytes().decode("utf-8-sig")
        assert BEELEY in text
        path.write_bytes(text.replace("Northshire,Aston,1101,rural,1\r\n", "").encode())
        with batch.ledger() as ledger:
            before = head(ledger.connection)
        edited = open_batch(batch.root, clock=batch.clock, who=batch.who)
        assert show_return(edited, "1101").step is Step.ROSTER
        with batch.ledger(only_reading=True) as ledger:
            assert head(ledger.connection) == before

    def test_a_purged_one_keeps_id_numbers_and_reason(self, batch: Batch) -> None:
        (before,) = [show_return(batch, "1102").recorded]
        purge_return(batch, "1102", reason="asked for")
        shown = show_return(batch, before.sha256[:8])
        assert (shown.step, shown.findings) == (Step.PURGED, ())
        assert (shown.recorded.file, shown.recorded.errors) == ("", before.errors)
        assert "asked for" in shown.why
        text = as_text(batch, shown)
        assert "b.xlsx" not in text
        assert "Example estate" not in text
        assert before.sha256 in text
        assert show_return(batch, before.sha256, with_contacts=True).contacts == ()


class TestCommand:
    def test_as_text_it_ends_with_what_comes_next(self, run: Run, batch: Batch) -> None:
        done = run("--lang", "en", "batch", "show", "1102", "--batch", batch.root)
        assert done.exit_code == 0
        lines = done.stdout.splitlines()
        assert "Beeley" in lines[0]
        assert lines[-1] == f"Next: send it back: clusterxl batch correct --batch {batch.root}"
        (line,) = [one for one in lines if "[GEN-NUM]" in one]
        assert "!" in line
        assert "many" in line

    def test_as_json_it_holds_what_check_says(self, run: Run, batch: Batch) -> None:
        found = told(run, batch, "1102")
        assert (found["version"], found["next"]) == (1, "correct")
        assert found["return"]["code"] == "1102"
        assert found["return"]["sha256"].startswith(found["return"]["return"])
        assert {one["what"] for one in found["history"]} == {"receive"}
        (number,) = [one for one in found["findings"] if one["code"] == "GEN-NUM"]
        assert (number["key"], number["value"]) == ("wheat_2024", "many")
        assert "contacts" not in found

    def test_nothing_is_entered_and_no_file_changed(self, run: Run, batch: Batch) -> None:
        files = {path: path.read_bytes() for path in batch.root.rglob("*") if path.is_file()}
        assert run("batch", "show", "1102", "--batch", batch.root).exit_code == 0
        assert files == {p: p.read_bytes() for p in batch.root.rglob("*") if p.is_file()}

    def test_an_output_follows_its_name(self, run: Run, batch: Batch, tmp_path: Path) -> None:
        at = ("--batch", batch.root)
        assert run("batch", "show", "1102", "-o", tmp_path / "a.json", *at).exit_code == 0
        assert json.loads((tmp_path / "a.json").read_text("utf-8"))["next"] == "correct"
        assert run("batch", "show", "1102", "-o", tmp_path / "a.txt", *at).exit_code == 0
        assert "GEN-NUM" in (tmp_path / "a.txt").read_text("utf-8")
        assert run("batch", "show", "1101", "-o", tmp_path / "a.txt", *at).exit_code == 2
        assert run("batch", "show", "1101", "-o", tmp_path / "a.txt", "--force", *at).exit_code == 0
        assert run("batch", "show", "1102", "-o", tmp_path / "a.xlsx", *at).exit_code == 2

    def test_one_that_nobody_knows_and_one_that_may_be_several(
        self, run: Run, batch: Batch, tmp_path: Path
    ) -> None:
        at = ("--batch", batch.root)
        for name in ("nobody", "2201", "ffff"):
            done = run("batch", "show", name, *at)
            assert done.exit_code == 2
            assert name in done.stderr
        two = {f"{n}.xlsx": filled(batch, "2201", n) for n in (1, 2)}
        receive(batch, tmp_path / "more", two)
        done = run("batch", "show", "2201", *at)
        assert done.exit_code == 2
        assert all(serial in done.stderr for serial in ("2201-1", "2201-2"))
        assert run("batch", "show", "2201-2", *at).exit_code == 0

    def test_status_and_receive_lead_to_it(self, run: Run, batch: Batch) -> None:
        done = run("batch", "status", "--batch", batch.root)
        assert f"clusterxl batch show 编号 --batch {batch.root}" in done.stderr
        exclude_return(batch, "1102", reason="示例")
        assert "batch show" not in run("batch", "status", "--batch", batch.root).stderr


class TestTampered:
    def change(self, batch: Batch, *statements: str) -> None:
        with closing(sqlite3.connect(batch.root / "ledger.sqlite")) as connection, connection:
            connection.execute("DROP TRIGGER journal_stays")
            for statement in statements:
                connection.execute(statement)

    def test_a_journal_that_was_changed_is_told_first(self, run: Run, batch: Batch) -> None:
        exclude_return(batch, "1102", reason="draft")
        self.change(batch, "UPDATE journal SET reason = 'made up' WHERE reason = 'draft'")
        done = run("batch", "show", "1102", "--batch", batch.root)
        assert done.exit_code == 1
        assert "[LED-JOURNAL]" in done.stdout.splitlines()[0]
        found = told(run, batch, "1102")
        assert [one["code"] for one in found["altered"]] == ["LED-JOURNAL"]

    def test_a_state_that_the_journal_does_not_know_is_told(self, run: Run, batch: Batch) -> None:
        self.change(batch, "UPDATE returns SET state = 'accepted'")
        done = run("batch", "show", "1102", "--batch", batch.root)
        assert done.exit_code == 1
        assert "[LED-TABLE]" in done.stdout.splitlines()[0]
        assert run("batch", "show", "1101", "--batch", batch.root).exit_code == 0

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE journal SET payload = replace(payload, '{', '[') WHERE act = 'receive'",
            "UPDATE journal SET act = 'dance' WHERE act = 'receive'",
            "UPDATE journal SET at = 'noon' WHERE act = 'receive'",
            "UPDATE findings SET severity = 'grave'",
            "UPDATE findings SET cells = 'B7'",
        ],
    )
    def test_what_nobody_can_read_is_one_sentence(
        self, run: Run, batch: Batch, statement: str
    ) -> None:
        self.change(batch, statement)
        done = run("batch", "show", "1102", "--batch", batch.root)
        assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
        assert "ledger.sqlite" in done.stderr


class TestPeople:
    def test_they_are_named_only_where_asked_for(self, run: Run, tmp_path: Path) -> None:
        batch = batch_rig.begun(tmp_path / "round", batch_rig.Clock())
        bad = batch_rig.filled(batch, "201", changes={**batch_rig.BAD, "phone": "call me"})
        batch_rig.take_in(batch, {"south.xlsx": bad})
        at = ("--batch", batch.root)
        for asked in ((), ("--format", "json")):
            plain = run("batch", "show", "201", *asked, *at).output
            assert "call me" not in plain
            assert "张某" not in plain
        named = run("batch", "show", "201", "--with-contacts", *at)
        assert "张某" in named.stdout
        assert named.stderr
        found = told(run, batch, "201", "--with-contacts")
        with batch.ledger() as ledger:
            ((own,),) = contacts_of(batch, ledger).values()
        assert found["contacts"] == list(own.lines)


def test_on_a_terminal_every_line_fits_but_the_command(batch: Batch) -> None:
    shown = show_return(batch, "1102")
    lines = as_text(batch, shown, width=80).splitlines()
    assert max(map(width_of, lines[:-1])) <= 80
    assert as_text(batch, shown, width=0) != "\n".join(lines)


def test_status_does_not_send_back_what_correct_would_hold(batch: Batch, tmp_path: Path) -> None:
    two = {f"{n}.xlsx": filled(batch, "2201", wheat_2024=f"many {n}") for n in (1, 2)}
    receive(batch, tmp_path / "more", two)
    with batch.ledger() as ledger:
        slots = {slot.serial: slot for slot in status_of(batch, ledger).slots}
    assert not slots["2201-1"].is_asked
    assert next_step(slots["2201-1"]) != next_step(slots["1102-1"])
    assert {one.recorded.file for one in correct_batch(batch).held} == {"1.xlsx", "2.xlsx"}
