"""The ledger: what is kept, what is counted, what is asked, what is refused."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from ledger_play import NOON, files_below, judge, made, opened, receive, received, strict_judge

from clusterxl.errors import LedgerError
from clusterxl.ledger import (
    Archive,
    Arrival,
    Correction,
    Doubt,
    Fate,
    Issued,
    Ledger,
    State,
    Verdict,
    accept,
    begin_receive,
    end_receive,
    entries,
    exclude,
    fates_of,
    find_corrections,
    find_findings,
    find_issued,
    find_returns,
    head,
    journal_text,
    open_ledger,
    purge,
    readmit,
    rebuild,
    record_correction,
    record_issued,
    record_return,
    reject,
    rejudge,
    require_return,
    restore,
    set_facts,
    tally,
    verify_ledger,
)
from clusterxl.ledger.receive import WARNINGS_HOLD
from clusterxl.sentences import use_language


def record(ledger: Ledger, number: int, position: int, data: bytes, name: str = "") -> None:
    arrival = Arrival(position=position, file=name or f"f{position}.xlsx", data=data)
    record_return(ledger, number, arrival, judge)


def states_in(ledger: Ledger) -> list[State]:
    """Return the states of all returns, in the order in which they were recorded."""
    order = ledger.connection.execute("SELECT state FROM returns ORDER BY rowid")
    return [State(row[0]) for row in order]


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


class TestArchive:
    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04", os.urandom(70_000)])
    def test_bytes_are_kept_under_their_hash_and_cannot_be_written(
        self, tmp_path: Path, data: bytes
    ) -> None:
        archive = Archive(tmp_path / "archive")
        name = archive.put(data)
        path = tmp_path / "archive" / name[:2] / name
        assert (name, archive.read(name), path.read_bytes()) == (digest(data), data, data)
        assert not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)

    def test_keeping_again_touches_nothing(self, tmp_path: Path) -> None:
        archive = Archive(tmp_path / "archive")
        path = archive.path(archive.put(b"once"))
        before = path.stat()
        assert archive.put(b"once") == path.name
        after = path.stat()
        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)

    def test_one_bit_of_many_files_is_found(self, tmp_path: Path) -> None:
        archive = Archive(tmp_path / "archive")
        names = [archive.put(bytes([number]) * 10_000) for number in range(40)]
        victim = archive.path(names[17])
        victim.chmod(0o600)
        data = bytearray(victim.read_bytes())
        data[5_000] ^= 4
        victim.write_bytes(data)
        found = archive.verify(names)
        assert [(one.code, one.file.rpartition("/")[2]) for one in found] == [
            ("LED-CHANGED", names[17])
        ]
        with pytest.raises(LedgerError) as refused:
            archive.read(names[17])
        assert refused.value.code == "ledger.archive_changed"
        archive.put(bytes([17]) * 10_000)
        assert not archive.verify(names)

    def test_missing_and_foreign_files_are_found(self, tmp_path: Path) -> None:
        archive = Archive(tmp_path / "archive")
        here, gone = archive.put(b"here"), archive.put(b"gone")
        archive.remove(gone)
        archive.remove(gone)
        (tmp_path / "archive" / "note.txt").write_bytes(b"x")
        wrong = tmp_path / "archive" / "zz" / here
        wrong.parent.mkdir()
        wrong.write_bytes(b"here")
        unexpected = archive.put(b"nobody's")
        assert sorted(one.code for one in archive.verify([here, gone])) == [
            *("LED-FOREIGN", "LED-FOREIGN", "LED-FOREIGN", "LED-MISSING")
        ]
        assert archive.has(unexpected)
        with pytest.raises(LedgerError, match=gone):
            archive.read(gone)

    @pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63])
    def test_what_is_no_hash_is_never_a_path(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(LedgerError) as refused:
            Archive(tmp_path).read(name)
        assert refused.value.code == "ledger.no_hash"

    def test_what_a_broken_off_write_left_is_swept(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, made())
            left = ledger.archive.path(digest(made())).parent / ".clusterxl-00.part"
        left.write_bytes(b"half")
        with opened(tmp_path) as ledger:
            assert not left.exists()
            assert not verify_ledger(ledger)


class TestReceiving:
    def test_a_clean_return_is_accepted_and_one_with_errors_is_questioned(
        self, tmp_path: Path
    ) -> None:
        files = [made(), made(serial="S2", errors=2), made(serial="S3", warnings=1), b"scan"]
        with opened(tmp_path) as ledger:
            outcomes, summed = received(ledger, files, skipped=["ours.xlsx"])
            assert [outcome.fate for outcome in outcomes] == [
                *(Fate.ACCEPTED, Fate.QUESTIONED, Fate.ACCEPTED, Fate.REJECTED)
            ]
            assert (summed.files, summed.fates[Fate.SKIPPED]) == (5, 1)
            found = find_findings(ledger, digest(files[1]))
            assert [(one.code, one.cells, one.file) for one in found] == [
                ("GEN-ERROR", ("一!B2", "一!B3"), "f1.xlsx")
            ] * 2
            assert not verify_ledger(ledger)
        assert {path.rpartition("/")[2] for path in files_below(tmp_path)} == set(
            map(digest, files)
        )

    def test_warnings_hold_where_the_batch_says_so(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            set_facts(ledger, {WARNINGS_HOLD: "1"})
            assert receive(ledger, made(warnings=1))[0].fate is Fate.QUESTIONED

    def test_the_same_bytes_and_the_same_answers_are_repeats(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, made())
            before = [row for row in ledger.dump().splitlines() if '{"returns"' in row]
            same, saved = receive(ledger, made(), made(save=2))
            assert (same.fate, saved.fate) == (Fate.REPEATED, Fate.REPEATED)
            assert {same.of, saved.of} == {digest(made())}
            assert receive(ledger, made(save=2))[0].of == digest(made())
            assert [row for row in ledger.dump().splitlines() if '{"returns"' in row] == before
            assert ledger.archive.read(digest(made(save=2))) == made(save=2)
            assert not verify_ledger(ledger)

    def test_receiving_all_again_changes_no_return(self, tmp_path: Path) -> None:
        files = [made(), made(serial="S2", errors=1), made(serial="S2", answers="二"), b"x"]
        with opened(tmp_path) as ledger:
            receive(ledger, *files)
            before = find_returns(ledger)
            outcomes, summed = received(ledger, files)
            assert find_returns(ledger) == before
            assert summed.fates[Fate.REPEATED] == len(outcomes) == 4

    def test_a_changed_return_takes_the_place_of_the_older(self, tmp_path: Path) -> None:
        old, new = made(errors=1), made(answers="二")
        with opened(tmp_path) as ledger:
            receive(ledger, old)
            outcome = receive(ledger, new)[0]
            assert (outcome.fate, outcome.superseded) == (Fate.ACCEPTED, (digest(old),))
            found = require_return(ledger, digest(old)[:12])
            assert (found.state, found.superseded_by) == (State.SUPERSEDED, digest(new))

    def test_two_different_files_of_one_slot_at_once_are_asked_about(self, tmp_path: Path) -> None:
        files = [made(), made(answers="二"), made(answers="三")]
        with opened(tmp_path) as ledger:
            receive(ledger, *files)
            assert {found.state for found in find_returns(ledger)} == {State.QUESTIONED}
            for data in files:
                assert {one.code for one in find_findings(ledger, digest(data))} == {"STAMP-TWICE"}
            accept(ledger, digest(files[1]), reason="the county says so")
            assert states_in(ledger) == [State.SUPERSEDED, State.ACCEPTED, State.SUPERSEDED]

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_of_two_rounds_at_once_the_newer_counts(
        self, tmp_path: Path, order: tuple[int, int]
    ) -> None:
        files = [made(round=0), made(round=1, answers="二")]
        with opened(tmp_path) as ledger:
            receive(ledger, *(files[place] for place in order))
            assert require_return(ledger, digest(files[1])).state is State.ACCEPTED
            assert require_return(ledger, digest(files[0])).state is State.SUPERSEDED

    def test_an_older_round_that_comes_later_is_asked_about(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, made(round=1))
            outcome = receive(ledger, made(answers="二"))[0]
            assert outcome.fate is Fate.QUESTIONED
            assert [asked.doubt for asked in outcome.doubts] == [Doubt.OLDER]
            assert require_return(ledger, digest(made(round=1))).state is State.ACCEPTED

    def test_answers_that_were_superseded_are_asked_about(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, made())
            receive(ledger, made(answers="二"))
            assert receive(ledger, made())[0].state is State.SUPERSEDED
            outcome = receive(ledger, made(save=2))[0]
            assert [asked.doubt for asked in outcome.doubts] == [Doubt.AGAIN]
            assert require_return(ledger, digest(made(answers="二"))).state is State.ACCEPTED

    @pytest.mark.parametrize("is_excluded", [False, True])
    def test_the_same_answers_count_once_it_is_certain_whose_they_are(
        self, tmp_path: Path, *, is_excluded: bool
    ) -> None:
        copied, genuine = made(certain=False), made(save=2)
        with opened(tmp_path) as ledger:
            receive(ledger, copied)
            if is_excluded:
                exclude(ledger, digest(copied), reason="asked for the genuine one")
            assert receive(ledger, genuine)[0].fate is Fate.ACCEPTED
            assert require_return(ledger, digest(copied)).state is (
                State.EXCLUDED if is_excluded else State.SUPERSEDED
            )
            assert receive(ledger, made(certain=False, save=3))[0].fate is Fate.REPEATED
            assert not verify_ledger(ledger)

    def test_two_subjects_of_one_serial_in_one_receive_are_both_asked_about(
        self, tmp_path: Path
    ) -> None:
        first, second = made(), made(subject="示例集群二", answers="二")
        for number, order in enumerate(((first, second), (second, first))):
            with opened(tmp_path / str(number)) as ledger:
                receive(ledger, *order)
                for data in order:
                    assert require_return(ledger, digest(data)).state is State.QUESTIONED
                accept(ledger, digest(second), reason="renamed")
                accept(ledger, digest(first), reason="a second one", serial="S2")
                assert not verify_ledger(ledger)

    def test_another_subject_of_the_same_serial_is_asked_about(self, tmp_path: Path) -> None:
        first, second = made(), made(subject="示例集群二", answers="二")
        with opened(tmp_path) as ledger:
            receive(ledger, first)
            assert receive(ledger, second)[0].doubts[0].doubt is Doubt.SUBJECT
            assert require_return(ledger, digest(first)).state is State.ACCEPTED
            receive(ledger, made(serial="S2"))
            with pytest.raises(LedgerError) as refused:
                accept(ledger, digest(second), reason="a second one", serial="S2")
            assert refused.value.code == "ledger.slot_taken"
            accept(ledger, digest(second), reason="a second one", serial="S3")
            third = made(subject="示例集群二", answers="三")
            assert receive(ledger, third)[0].fate is Fate.QUESTIONED
            accept(ledger, digest(third), reason="the second one, again", serial="S3")
            assert require_return(ledger, digest(second)).state is State.SUPERSEDED
            assert require_return(ledger, digest(first)).state is State.ACCEPTED
            assert require_return(ledger, digest(third)).serial == "S3"
            assert not verify_ledger(ledger)

    def test_a_renamed_subject_takes_the_place_when_accepted(self, tmp_path: Path) -> None:
        first, second = made(), made(subject="示例集群二", answers="二")
        with opened(tmp_path) as ledger:
            receive(ledger, first)
            receive(ledger, second)
            accept(ledger, digest(second), reason="renamed")
            assert require_return(ledger, digest(first)).state is State.SUPERSEDED
            third = made(subject="示例集群二", answers="三")
            assert receive(ledger, third)[0].fate is Fate.ACCEPTED

    def test_who_it_is_from_must_be_certain_to_take_a_place(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, made())
            assert receive(ledger, made(answers="二", certain=False))[0].fate is Fate.QUESTIONED
            assert require_return(ledger, digest(made())).state is State.ACCEPTED

    def test_without_a_serial_the_subject_is_the_slot(self, tmp_path: Path) -> None:
        files = [made(serial=""), made(serial="", subject="示例二"), made(serial="", unit="")]
        with opened(tmp_path) as ledger:
            receive(ledger, *files, made(serial="", unit="", answers="二"))
            assert states_in(ledger) == [State.ACCEPTED] * 2 + [State.QUESTIONED] * 2
            assert receive(ledger, made(serial="", subject="示例集群 ", answers="三"))[0].superseded

    def test_a_receive_that_was_broken_off_goes_on(self, tmp_path: Path) -> None:
        files = [made(), made(serial="S2")]
        with opened(tmp_path / "whole") as ledger:
            receive(ledger, *files)
            whole = ledger.dump()
        with opened(tmp_path / "broken") as ledger:
            number = begin_receive(ledger, ["f0.xlsx", "f1.xlsx"])
            record(ledger, number, 0, files[0])
        with opened(tmp_path / "broken") as ledger:
            outcomes, summed = received(ledger, files)
            assert [outcome.fate for outcome in outcomes] == [Fate.ACCEPTED] * 2
            assert summed.fates[Fate.REPEATED] == 0
            assert ledger.dump() == whole

    def test_a_file_that_changed_meanwhile_came_in_twice(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            number = begin_receive(ledger, ["f0.xlsx"])
            record(ledger, number, 0, made())
            _, summed = received(ledger, [made(answers="二")])
            assert summed.files == summed.fates[Fate.QUESTIONED] == 2

    def test_a_receive_of_other_files_ends_one_that_was_broken_off(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            number = begin_receive(ledger, ["f0.xlsx", "f1.xlsx"])
            with pytest.raises(ValueError, match="2 files"):
                end_receive(ledger, number)
            receive(ledger, made())
            with pytest.raises(LedgerError) as refused:
                end_receive(ledger, number)
            assert refused.value.code == "ledger.no_receive"

    def test_odd_names_and_texts_are_kept(self, tmp_path: Path) -> None:
        name = "a\udc80\n\u202e=1.xlsx"
        with opened(tmp_path) as ledger:
            number = begin_receive(ledger, [name])
            record(ledger, number, 0, b"\xff", name=name)
            assert "\\udc80" in find_returns(ledger)[0].file
            rebuild(ledger, judge)
            assert not verify_ledger(ledger)


class TestDeciding:
    def test_what_is_excluded_or_rejected_can_come_back(self, tmp_path: Path) -> None:
        name = digest(made())
        with opened(tmp_path) as ledger:
            receive(ledger, made())
            for step, state in (
                (exclude, State.EXCLUDED),
                (readmit, State.QUESTIONED),
                (reject, State.REJECTED),
                (readmit, State.QUESTIONED),
                (accept, State.ACCEPTED),
            ):
                assert step(ledger, name[:10], reason="as told").state is state
            assert not verify_ledger(ledger)
            rows = ledger.connection.execute("SELECT act, reason, who FROM decisions").fetchall()
            assert len(rows) == 5
            assert set(rows) >= {("exclude", "as told", "clerk@example")}

    def test_a_step_that_is_not_in_the_table_is_refused_with_a_sentence(
        self, tmp_path: Path
    ) -> None:
        use_language("en")
        with opened(tmp_path) as ledger:
            receive(ledger, made(), b"scan")
            before = ledger.dump()
            for step, name, code in (
                (accept, digest(made()), "ledger.no_move"),
                (readmit, digest(made()), "ledger.no_move"),
                (accept, digest(b"scan"), "ledger.unreadable"),
                (readmit, digest(b"scan"), "ledger.unreadable"),
                (exclude, "f" * 64, "ledger.no_return"),
                (exclude, "", "ledger.no_return"),
            ):
                with pytest.raises(LedgerError) as refused:
                    step(ledger, name, reason="because")
                assert refused.value.code == code
            with pytest.raises(LedgerError, match="reason"):
                exclude(ledger, digest(made()), reason=" ")
            assert ledger.dump() == before

    def test_going_back_to_a_superseded_return_supersedes_the_newer(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, made())
            receive(ledger, made(answers="二"))
            accept(ledger, digest(made()), reason="the second was a draft")
            assert states_in(ledger) == [State.ACCEPTED, State.SUPERSEDED]
            assert require_return(ledger, digest(made())).superseded_by == ""

    def test_rules_that_change_move_only_what_nobody_decided(self, tmp_path: Path) -> None:
        free, decided = made(), made(serial="S2")
        with opened(tmp_path) as ledger:
            receive(ledger, free, decided, made(serial="S3", answers="三三"))
            exclude(ledger, digest(decided), reason="a draft")
            accept(ledger, readmit(ledger, digest(decided), reason="no").sha256, reason="counts")
            assert set(rejudge(ledger, strict_judge, reason="new rules")) == {
                *(digest(free), digest(decided))
            }
            assert states_in(ledger) == [State.QUESTIONED, State.ACCEPTED, State.ACCEPTED]
            assert find_findings(ledger, digest(decided))[0].code == "GEN-LEN"
            dump = ledger.dump()
            assert not rebuild(ledger, strict_judge).otherwise
            assert ledger.dump() == dump
            rejudge(ledger, judge, reason="as before")
            assert set(states_in(ledger)) == {State.ACCEPTED}

    def test_facts_and_workbooks_sent_are_recorded_once(self, tmp_path: Path) -> None:
        book = Issued(sha256="1" * 64, file="issued/a.xlsx", unit="440305", serial="S1")
        with opened(tmp_path) as ledger:
            receive(ledger, made(errors=1))
            sent = Correction(
                sha256="2" * 64, answers=digest(made(errors=1)), file="corrections/a.xlsx", round=1
            )
            for _ in range(2):
                set_facts(ledger, {"form_version": "v1"}, reason="begun")
                record_issued(ledger, [book, book])
                record_correction(ledger, sent)
            assert [entry.act for entry in entries(ledger.connection)][-3:] == [
                *("facts", "issue", "correct")
            ]
            assert find_issued(ledger) == (book,)
            assert find_corrections(ledger) == (sent,)
            assert list(entries(ledger.connection))[-1].form == "v1"

    def test_whose_it_is_must_be_said_before_it_counts(self, tmp_path: Path) -> None:
        lost = made(unit="", serial="", subject="示例集群二")
        with opened(tmp_path) as ledger:
            receive(ledger, lost, made())
            with pytest.raises(LedgerError) as refused:
                accept(ledger, digest(lost), reason="by telephone")
            assert refused.value.code == "ledger.no_slot"
            with pytest.raises(LedgerError) as refused:
                accept(ledger, digest(lost), reason="by telephone", unit="440305", serial="S1")
            assert refused.value.code == "ledger.slot_taken"
            found = accept(ledger, digest(lost), reason="by telephone", unit="440306", serial="S9")
            assert (found.unit, found.serial, found.state) == ("440306", "S9", State.ACCEPTED)
            assert receive(ledger, lost)[0].fate is Fate.REPEATED
            assert not verify_ledger(ledger)


class TestPurging:
    def test_nothing_of_a_purged_return_is_left_but_its_numbers(self, tmp_path: Path) -> None:
        canary = "示例机密一二三"
        first = made(answers=canary, subject=canary, errors=1)
        again = made(answers=canary, subject=canary, errors=1, save=2)
        with opened(tmp_path) as ledger:
            outcomes, _ = received(ledger, [first, made(serial="S2"), again])
            assert outcomes[2].fate is Fate.REPEATED
            counts = require_return(ledger, digest(first)).counts
            purge(ledger, digest(first), reason="asked for by its sender")
            found = require_return(ledger, digest(first))
            assert (found.state, found.counts, found.purged) == (State.EXCLUDED, counts, True)
            fates = fates_of(ledger.connection)
            assert tally(3, fates).fates[Fate.EXCLUDED] == 1
            assert not verify_ledger(ledger)
            dump = ledger.dump()
            rebuild(ledger, judge)
            assert ledger.dump() == dump
        for path in tmp_path.rglob("*"):
            if path.is_file():
                assert canary.encode() not in path.read_bytes()

    def test_what_was_purged_is_not_kept_when_it_comes_again(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, made())
            purge(ledger, digest(made()), reason="asked for")
            outcome = receive(ledger, made())[0]
            assert (outcome.fate, outcome.purged) == (Fate.REPEATED, True)
            assert not ledger.archive.has(digest(made()))
            with pytest.raises(LedgerError) as refused:
                readmit(ledger, digest(made()), reason="no")
            assert refused.value.code == "ledger.purged"

    def test_a_purge_that_was_broken_off_is_ended_on_opening(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, made())
            purge(ledger, digest(made()), reason="asked for")
            ledger.archive.put(made())
            before = ledger.dump()
        with opened(tmp_path) as ledger:
            assert not ledger.archive.has(digest(made()))
            purge(ledger, digest(made()), reason="again")
            assert ledger.dump() == before

    def test_two_of_one_unit_without_a_serial_can_be_purged_and_rebuilt(
        self, tmp_path: Path
    ) -> None:
        files = [made(serial="", subject="示例一"), made(serial="", subject="示例二")]
        with opened(tmp_path) as ledger:
            receive(ledger, *files)
            for data in files:
                purge(ledger, digest(data), reason="asked for")
            dump = ledger.dump()
            rebuild(ledger, judge)
            assert ledger.dump() == dump


class TestJournal:
    def test_it_can_only_grow(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, made())
            for statement in (
                "DELETE FROM journal",
                "UPDATE journal SET reason = 'x'",
                "UPDATE journal SET private = '{}'",
                "UPDATE journal SET private = NULL, who = 'x'",
            ):
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    ledger.connection.execute(statement)

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ("UPDATE journal SET reason = 'other' WHERE number = 4", "LED-JOURNAL"),
            ("UPDATE journal SET private = NULL WHERE number = 4", "LED-JOURNAL"),
            ('UPDATE journal SET private = \'{"file":"b"}\' WHERE number = 4', "LED-JOURNAL"),
            ("DELETE FROM journal WHERE number = 4", "LED-JOURNAL"),
            ("DELETE FROM journal WHERE number > 3", "LED-HEAD"),
        ],
    )
    def test_the_first_line_that_was_tampered_with_is_named(
        self, tmp_path: Path, change: str, code: str
    ) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, made(), made(serial="S2"), made(serial="S3"))
            noted = head(ledger.connection)
            exclude(ledger, digest(made()), reason="a draft")
            assert not verify_ledger(ledger, noted=noted)
            for trigger in ("journal_keeps", "journal_stays"):
                ledger.connection.execute(f"DROP TRIGGER {trigger}")
            ledger.connection.execute("PRAGMA foreign_keys = OFF")
            ledger.connection.execute(change)
            found = verify_ledger(ledger, noted=noted)
            assert [one.code for one in found][:1] == [code]
            if code == "LED-JOURNAL":
                assert " 4 " in found[0].message
                with pytest.raises(LedgerError) as refused:
                    rebuild(ledger, judge)
                assert refused.value.code == "ledger.journal_changed"

    def test_a_table_that_was_changed_by_hand_is_named(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, made(errors=1))
            ledger.connection.execute("UPDATE returns SET state = 'accepted'")
            found = verify_ledger(ledger)
            assert [one.code for one in found] == ["LED-TABLE"]
            assert "returns" in found[0].message
            rebuild(ledger, judge)
            assert not verify_ledger(ledger)

    def test_entries_say_who_did_what_when_with_what(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            set_facts(ledger, {"form_version": "v1", "rules_hash": "r1"})
            receive(ledger, made())
            told = list(entries(ledger.connection))[2]
        assert (told.at, told.who, told.act) == ("2023-03-01T12:00:00Z", "clerk@example", "receive")
        assert (told.form, told.rules, told.subject) == ("v1", "r1", digest(made()))
        assert told.tool
        assert told.data["file"] == "f0.xlsx"

    def test_the_author_is_the_user_at_the_computer(self, tmp_path: Path) -> None:
        with open_ledger(tmp_path, create=True, clock=lambda: NOON) as ledger:
            assert "@" in ledger.who


PLAY = """
import sys
from pathlib import Path
from ledger_play import judge, made, opened, receive
from clusterxl.ledger import exclude, find_returns, purge, rebuild
sys.stdout.reconfigure(encoding="utf-8")
with opened(Path(sys.argv[1])) as ledger:
    if not find_returns(ledger):
        receive(ledger, made(), made(serial="S2", errors=2, warnings=1), made(answers="二"), b"x")
        receive(ledger, made(serial="S2", answers="三"), made(serial="S4"), made(save=3))
        exclude(ledger, find_returns(ledger)[0].sha256, reason="示例")
        purge(ledger, find_returns(ledger)[-1].sha256, reason="示例")
    else:
        rebuild(ledger, judge)
    sys.stdout.write(ledger.dump())
"""


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C", "CLUSTERXL_LANG": "en"},
        {"PYTHONHASHSEED": "77", "TZ": "America/New_York", "LANG": "zh_CN.GBK"},
    ],
)
def test_a_rebuild_elsewhere_gives_the_same_bytes(
    tmp_path: Path, repository: Path, elsewhere: dict[str, str]
) -> None:
    def play(environment: dict[str, str]) -> bytes:
        return subprocess.run(
            [sys.executable, "-c", PLAY, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(repository / "tests"), **environment},
            capture_output=True,
            check=True,
        ).stdout

    assert play({"PYTHONHASHSEED": "0"}) == play(elsewhere)


class TestRestoring:
    def test_archive_and_journal_give_everything_elsewhere(self, tmp_path: Path) -> None:
        here, there = tmp_path / "here", tmp_path / "there"
        with opened(here) as ledger:
            receive(ledger, made(), made(serial="S2", errors=1), made(serial="S3"), b"scan")
            receive(ledger, made(answers="二"))
            purge(ledger, digest(made(serial="S3")), reason="asked\u2028\x85for\nthis")
            text, dump = journal_text(ledger.connection), ledger.dump()
        shutil.copytree(here / "archive", there / "archive")
        with opened(there) as ledger:
            assert restore(ledger, text, judge).returns == 4
            assert ledger.dump() == dump
            assert not verify_ledger(ledger)
            with pytest.raises(LedgerError) as refused:
                restore(ledger, text, judge)
            assert refused.value.code == "ledger.not_empty"

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ("{", "ledger.no_journal"),
            ("[]", "ledger.no_journal"),
            ('{"number":1}', "ledger.no_journal"),
            ("clerk@", "ledger.journal_changed"),
        ],
    )
    def test_what_is_no_journal_leaves_nothing(self, tmp_path: Path, wrong: str, code: str) -> None:
        with opened(tmp_path / "here") as ledger:
            receive(ledger, made())
            text = journal_text(ledger.connection)
        if code == "ledger.journal_changed":
            wrong = text.replace(wrong, "other@", 1)
        with opened(tmp_path / "there") as ledger:
            before = ledger.dump()
            with pytest.raises(LedgerError) as refused:
                restore(ledger, wrong, judge)
            assert refused.value.code == code
            assert ledger.dump() == before


def test_values_that_nobody_hashed_are_never_a_repeat(tmp_path: Path) -> None:
    def blind(data: bytes, file: str) -> Verdict:
        return replace(judge(data, file), values="")

    with opened(tmp_path) as ledger:
        for number, data in enumerate((made(), made(answers="二")), start=1):
            begin_receive(ledger, ["f0.xlsx"])
            arrival = Arrival(position=0, file="f0.xlsx", data=data)
            assert record_return(ledger, number, arrival, blind).fate is Fate.ACCEPTED
            end_receive(ledger, number)


def test_a_judge_that_says_something_else_is_told(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        receive(ledger, made(), made(serial="S2", answers="二二"))
        rebuilt = rebuild(ledger, strict_judge)
        assert (rebuilt.returns, rebuilt.otherwise) == (2, (digest(made()),))


def test_each_file_has_one_fate() -> None:
    fates = [Fate.ACCEPTED, Fate.REPEATED]
    assert "2" in tally(2, fates).line()
    with pytest.raises(ValueError, match="3 files"):
        tally(3, fates)


def test_the_dump_is_canonical_json(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        receive(ledger, made())
        lines = ledger.dump().splitlines()
    tables = {name for line in lines for name in json.loads(line)}
    assert tables >= {"journal", "returns", "arrivals", "receives", "version"}


class TestOpening:
    def test_there_must_be_one(self, tmp_path: Path) -> None:
        with pytest.raises(LedgerError) as refused, open_ledger(tmp_path):
            pass
        assert refused.value.code == "ledger.none"
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        ("content", "code"),
        [(b"no database at all" * 99, "ledger.damaged"), (None, "ledger.newer")],
    )
    def test_what_cannot_be_opened_says_why(
        self, tmp_path: Path, content: bytes | None, code: str
    ) -> None:
        with opened(tmp_path) as ledger:
            ledger.connection.execute("PRAGMA user_version = 99")
        if content:
            (tmp_path / "ledger.sqlite").write_bytes(content)
        with pytest.raises(LedgerError) as refused, opened(tmp_path):
            pass
        assert refused.value.code == code
        assert not (tmp_path / "ledger.lock").exists()

    def test_a_damaged_page_is_found_on_opening(self, tmp_path: Path) -> None:
        with opened(tmp_path) as ledger:
            receive(ledger, *(made(serial=f"S{number}", errors=9) for number in range(9)))
        path = tmp_path / "ledger.sqlite"
        data = bytearray(path.read_bytes())
        data[4096 * 2 : 4096 * 20] = b"\xff" * 4096 * 18
        path.write_bytes(data)
        with pytest.raises(LedgerError) as refused, opened(tmp_path):
            pass
        assert refused.value.code == "ledger.damaged"
