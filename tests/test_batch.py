"""A batch: its folder, what it hands out and takes in, and what people decide."""

from __future__ import annotations

import os
import random
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from batch_play import (
    DEADLINE,
    FORM,
    GOOD,
    HARVEST,
    NOON,
    WHO,
    begun,
    blank,
    codes,
    correct,
    fates,
    filled,
    on,
    receive,
    typed,
)
from damage import SHEET1, edited, parts_of, without
from hand_returns import FORMS

from clusterxl.batch.begin import Beginning, begin_batch
from clusterxl.batch.decide import accept_return, exclude_return, find_return
from clusterxl.batch.folder import Batch, open_batch
from clusterxl.batch.issue import issue_batch
from clusterxl.batch.judge import judge_return
from clusterxl.batch.purge import purge_return
from clusterxl.batch.receive import receive_files
from clusterxl.batch.rules import change_rules
from clusterxl.batch.verify import verify_batch
from clusterxl.errors import (
    BatchError,
    ClusterxlError,
    DefinitionError,
    LedgerError,
    OutputError,
    UnusableKeyError,
)
from clusterxl.excel.book import Book
from clusterxl.excel.engines import read_workbook
from clusterxl.excel.stamp import PROPERTY, Stamp, carriers, parse_stamp
from clusterxl.form.file import load_form
from clusterxl.generate import generate_workbook
from clusterxl.ledger import Fate, State, find_returns, journal_text
from clusterxl.sentences import say, use_language
from clusterxl.testing.returns import simulate_return

# An older format that is broken: another process looks into it.
OLD = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4_000)
RULE = """[[rule]]
id = "WHEAT-01"
severity = "error"
kind = "logic"
title = "No more wheat than ever"
check = "wheat[base] <= 20"
message = "So much wheat was never harvested: {value}. Please correct it."
margin = "more than ever"
tests = [
    { given = { "wheat[base]" = 20 }, expect = "pass" },
    { given = { "wheat[base]" = 21 }, expect = "fail" },
    { given = {}, expect = "na" },
]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """Return a batch that no test changes."""
    return begun(tmp_path_factory.mktemp("made"))


@pytest.fixture
def batch(made: Batch, tmp_path: Path) -> Batch:
    """Return a copy of the batch, just handed out."""
    shutil.copytree(made.root, tmp_path / "batch")
    return open_batch(tmp_path / "batch", clock=lambda: NOON, who=WHO)


def returns_in(dump: str) -> list[str]:
    """Return everything that a dump says of returns."""
    tables = tuple(f'{{"{name}":' for name in ("returns", "findings", "doubts", "decisions"))
    return [line for line in dump.splitlines() if line.startswith(tables)]


class TestFolder:
    def test_form_and_rules_are_frozen_in_it(self, tmp_path: Path) -> None:
        farm = load_form(FORMS / "farm-survey")
        roster = tmp_path / "given.csv"
        roster.write_text("unit\nHill Farms\n=1+1\n", encoding="utf-8")
        asked = Beginning(form=FORMS / "farm-survey", roster=roster)
        begin_batch(tmp_path / "b", asked)
        found = open_batch(tmp_path / "b")
        assert (found.form.version, found.form.rules) == (farm.version, farm.rules)
        assert [(u.code, u.name) for u in found.units] == [("Z01", "Hill Farms"), ("Z02", "=1+1")]
        assert "'=1+1" in (tmp_path / "b" / "roster.csv").read_text(encoding="utf-8-sig")

    def test_the_same_again_changes_nothing(self, tmp_path: Path) -> None:
        asked = Beginning(form=HARVEST, base_year=2024, deadline=DEADLINE)
        first = begin_batch(tmp_path / "b", asked)
        content = {p: p.read_bytes() for p in (tmp_path / "b").rglob("*") if p.is_file()}
        assert begin_batch(tmp_path / "b", asked).facts == first.facts
        assert content == {p: p.read_bytes() for p in (tmp_path / "b").rglob("*") if p.is_file()}
        with pytest.raises(BatchError) as told:
            begin_batch(tmp_path / "b", replace(asked, base_year=2023))
        assert told.value.code == "batch.exists"

    def test_one_that_was_broken_off_is_gone_on_with(self, tmp_path: Path) -> None:
        asked = Beginning(form=HARVEST, base_year=2024)
        first = begin_batch(tmp_path / "b", asked)
        (tmp_path / "b" / "batch.toml").unlink()
        with pytest.raises(BatchError):
            open_batch(tmp_path / "b")
        assert begin_batch(tmp_path / "b", asked).facts == first.facts

    @pytest.mark.parametrize(
        ("form", "base_year", "code"),
        [(HARVEST, None, "no_base_year"), (FORMS / "farm-survey", None, "no_units")],
    )
    def test_what_it_needs_is_asked_for(
        self, tmp_path: Path, form: Path, base_year: int | None, code: str
    ) -> None:
        with pytest.raises(BatchError) as told:
            begin_batch(tmp_path / "b", Beginning(form=form, base_year=base_year))
        assert told.value.code == f"batch.{code}"
        assert not (tmp_path / "b").exists()

    def test_a_folder_with_other_files_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
        with pytest.raises(BatchError) as told:
            begin_batch(tmp_path, Beginning(form=HARVEST, base_year=2024))
        assert told.value.code == "batch.not_empty"

    @pytest.mark.skipif(os.name != "posix", reason="there are no such modes")
    def test_its_key_is_for_its_owner(self, batch: Batch) -> None:
        assert stat.S_IMODE((batch.root / "keys" / "batch.key").stat().st_mode) == 0o600

    @pytest.mark.parametrize(
        ("file", "content", "code"),
        [
            ("batch.toml", b"id = ", "batch.bad_head"),
            ("batch.toml", b'id = 7\nform = "x"', "batch.bad_head"),
            ("keys/batch.key", b"00" * 32, "batch.bad_key"),
            ("keys/batch.key", b"no key", "batch.bad_key"),
        ],
    )
    def test_what_was_damaged_is_told(
        self, batch: Batch, file: str, content: bytes, code: str
    ) -> None:
        (batch.root / file).write_bytes(content)
        with pytest.raises(ClusterxlError) as told:
            open_batch(batch.root)
        assert told.value.code == code

    def test_another_form_or_other_rules_are_refused(self, batch: Batch) -> None:
        rules = batch.root / "form" / "rules"
        rules.mkdir()
        (rules / "10.toml").write_text(RULE, encoding="utf-8")
        with pytest.raises(BatchError) as told, open_batch(batch.root).ledger():
            pass
        assert told.value.code == "batch.other_rules"
        head = batch.root / "form" / "form.toml"
        head.write_text(head.read_text(encoding="utf-8").replace("Wheat", "Rye"), encoding="utf-8")
        with pytest.raises(BatchError) as told:
            open_batch(batch.root)
        assert told.value.code == "batch.other_form"

    def test_what_is_edited_in_its_head_is_entered(self, batch: Batch) -> None:
        head = batch.root / "batch.toml"
        text = head.read_text(encoding="utf-8").replace("warnings_hold = false", "")
        head.write_text(text + "warnings_hold = true\n", encoding="utf-8")
        with open_batch(batch.root).ledger() as ledger:
            assert ledger.fact("warnings_hold") == "1"


class TestIssue:
    def test_every_workbook_is_signed_and_entered(self, batch: Batch) -> None:
        names = {p.name for p in (batch.root / "issued").rglob("*.xlsx")}
        assert {"1101 Aston.xlsx", "2201 Calder.xlsx", "2201 Calder-2.xlsx"} <= names
        held = carriers(read_workbook(blank(batch, "2201", 2), "x.xlsx"))
        stamps = {parse_stamp(text) for text in held.values()}
        (stamp,) = stamps
        assert stamp
        assert (stamp.batch, stamp.serial) == (batch.facts.batch, "2201-2")
        assert stamp.signature != "unsigned"

    def test_again_writes_only_what_is_missing(self, batch: Batch) -> None:
        path = next((batch.root / "issued").rglob("1101 Aston.xlsx"))
        content = path.read_bytes()
        path.unlink()
        other = next((batch.root / "issued").rglob("1102 Beeley.xlsx"))
        other.write_bytes(b"mine")
        done = issue_batch(batch)
        assert (path.read_bytes(), other.read_bytes()) == (content, b"mine")
        assert (done.kept, len(done.written), len(done.changed)) == (2, 1, 1)
        assert len(issue_batch(batch, force=True).written) == 1

    def test_a_unit_of_another_name_is_told_to_have_two(self, tmp_path: Path) -> None:
        roster = tmp_path / "given.csv"
        roster.write_text("unit,code\nHill Farms,H1\n", encoding="utf-8")
        batch = begin_batch(tmp_path / "b", Beginning(form=FORMS / "farm-survey", roster=roster))
        assert issue_batch(batch).renamed == ()
        kept = batch.root / "roster.csv"
        text = kept.read_bytes().decode("utf-8-sig").replace("Hill Farms", "Hill Farm")
        kept.write_bytes(text.encode())
        again = issue_batch(open_batch(batch.root))
        new, old = "issued/H1 Hill Farm.xlsx", "issued/H1 Hill Farms.xlsx"
        assert (again.written, again.renamed) == ((new,), ((old, new),))
        assert (batch.root / old).is_file()

    def test_a_unit_that_joins_the_roster_gets_its_own(self, batch: Batch) -> None:
        roster = batch.root / "roster.csv"
        text = roster.read_text(encoding="utf-8-sig")
        roster.write_text(text.replace("Beeley,1102,rural,1", "Beeley,1102,rural,2"), "utf-8")
        done = issue_batch(open_batch(batch.root))
        assert [Path(file).name for file in done.written] == ["1102 Beeley-2.xlsx"]

    def test_without_its_key_nothing_is_handed_out(self, batch: Batch) -> None:
        (batch.root / "keys" / "batch.key").unlink()
        with pytest.raises(UnusableKeyError):
            issue_batch(open_batch(batch.root))

    def test_what_cannot_be_written_is_told_and_then_gone_on_with(self, batch: Batch) -> None:
        folder = batch.root / "issued" / "Northshire"
        shutil.rmtree(folder)
        folder.write_bytes(b"")
        with pytest.raises(OutputError):
            issue_batch(batch)
        folder.unlink()
        assert len(issue_batch(batch).written) == 2


class TestReceive:
    def test_the_same_folder_twice_changes_nothing(self, batch: Batch, tmp_path: Path) -> None:
        files = {
            "a.xlsx": filled(batch, "1101"),
            "b.xlsx": filled(batch, "1102", wheat_2024="many"),
            "cut.xlsx": b"PK\3\4",
            "scan.pdf": b"%PDF",
        }
        receive(batch, tmp_path / "in", files)
        with batch.ledger() as ledger:
            before = ledger.dump()
        again = receive(batch, tmp_path / "in", files)
        assert set(fates(again).values()) == {"repeated", "skipped"}
        with batch.ledger() as ledger:
            assert ledger.dump() == before
        # Others came in between: the first folder is known as well, and so is what joined it once.
        receive(batch, tmp_path / "2", {"c.xlsx": filled(batch, "2201"), "note.pdf": b"%PDF"})
        with batch.ledger() as ledger:
            before = ledger.dump()
        again = receive(batch, tmp_path / "in", files)
        assert set(fates(again).values()) == {"repeated", "skipped"}
        assert again.tally.files == len(files)
        with batch.ledger() as ledger:
            assert ledger.dump() == before
        joined = receive(batch, tmp_path / "in", {"new.xlsx": filled(batch, "1101", wheat_2024=7)})
        assert (joined.tally.files, joined.tally.fates[Fate.REPEATED]) == (5, 3)
        assert joined.tally.fates[Fate.SKIPPED] == 1
        with batch.ledger() as ledger:
            joint = ledger.dump()
            new = set(joint.splitlines()) - set(before.splitlines())
            assert sum(line.startswith('{"arrivals":') for line in new) == 1
        # Under another name it came in once more.
        later = receive(batch, tmp_path / "later", {"new name.xlsx": files["a.xlsx"]})
        assert (fates(later), later.number) == ({"new name.xlsx": "repeated"}, joined.number + 1)
        receive(batch, tmp_path / "in", files)
        with batch.ledger() as ledger:
            assert returns_in(ledger.dump()) == returns_in(joint)

    def test_the_order_of_files_does_not_matter(self, made: Batch, tmp_path: Path) -> None:
        good = filled(made, "1101")
        files = {
            "a.xlsx": good,
            "copy.xlsx": good,
            "saved.xlsx": typed(good, {}),
            "b1.xlsx": filled(made, "1102", wheat_2024=3),
            "b2.xlsx": filled(made, "1102", wheat_2024=4),
            "cut.xlsx": b"PK\3\4",
        }
        left = set()
        for number in range(3):
            root = tmp_path / f"{number}"
            shutil.copytree(made.root, root)
            one = open_batch(root, clock=lambda: NOON, who=WHO)
            paths = []
            for name, data in files.items():
                path = tmp_path / f"in {number}" / name
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data)
                paths.append(path)
            random.Random(number).shuffle(paths)  # noqa: S311
            receive_files(one, paths)
            with one.ledger() as ledger:
                left.add(ledger.dump())
        assert len(left) == 1

    def test_all_files_add_up(self, batch: Batch, tmp_path: Path) -> None:
        receipt = receive(
            batch,
            tmp_path / "in",
            {
                "a.xlsx": filled(batch, "1101"),
                "b1.xlsx": filled(batch, "1102", wheat_2024=3),
                "b2.xlsx": filled(batch, "1102", wheat_2024=4),
                "ours.xlsx": comparison(),
                "table.xlsx": stranger(),
                "cut.rar": b"Rar!\x1a\7\0",
            },
        )
        assert fates(receipt) == {
            "a.xlsx": "accepted",
            "b1.xlsx": "questioned",
            "b2.xlsx": "questioned",
            "ours.xlsx": "skipped",
            "table.xlsx": "rejected",
            "cut.rar": "rejected",
        }
        assert receipt.tally.files == len(receipt.files)
        assert "6" in receipt.tally.line()

    def test_a_resubmission_is_told_by_key(self, batch: Batch, tmp_path: Path) -> None:
        receive(batch, tmp_path / "1", {"a.xlsx": filled(batch, "1101", wheat_2024="many")})
        same = receive(
            batch, tmp_path / "2", {"b.xlsx": typed(filled(batch, "1101", wheat_2024="many"), {})}
        )
        assert fates(same) == {"b.xlsx": "repeated"}
        third = receive(
            batch, tmp_path / "3", {"c.xlsx": filled(batch, "1101", wheat_2024=4, wheat_2023="x")}
        )
        (file,) = third.files
        assert file.changes
        assert [(c.key, c.old, c.new, c.settled, c.arisen) for c in file.changes.answers] == [
            ("wheat_2023", "10", "x", (), ("GEN-NUM",)),
            ("wheat_2024", "many", "4", ("GEN-NUM",), ()),
        ]

    def test_a_mark_of_the_old_file_that_is_gone_is_no_problem_solved(
        self, batch: Batch, tmp_path: Path
    ) -> None:
        # Its name begins with the code of another unit.
        sent = {"1102 a.xlsx": filled(batch, "1101", wheat_2024="many")}
        assert codes(receive(batch, tmp_path / "1", sent), "1102 a.xlsx") == {
            "STAMP-SENDER",
            "GEN-NUM",
        }
        (again,) = receive(batch, tmp_path / "2", {"b.xlsx": filled(batch, "1101")}).files
        assert again.changes
        assert [found.code for found in again.changes.settled] == ["GEN-NUM"]
        wrong = {"1102 c.xlsx": filled(batch, "1101", wheat_2024=7)}
        (worse,) = receive(batch, tmp_path / "3", wrong).files
        assert worse.changes
        assert "STAMP-SENDER" in {found.code for found in worse.findings}
        assert worse.changes.arisen == ()

    def test_what_was_accepted_counts_until_a_newer_one_is(
        self, batch: Batch, tmp_path: Path
    ) -> None:
        receive(batch, tmp_path / "1", {"a.xlsx": filled(batch, "1101", wheat_2024=1)})
        doubtful = receive(
            batch, tmp_path / "2", {"b.xlsx": filled(batch, "1101", wheat_2024="many")}
        )
        (file,) = doubtful.files
        with batch.ledger() as ledger:
            first = find_return(batch, ledger, "a.xlsx")
        assert (file.fate, first.state, file.beside) == ("questioned", "accepted", first.sha256)
        assert file.changes
        assert [change.key for change in file.changes.answers] == ["wheat_2024"]
        receive(batch, tmp_path / "3", {"c.xlsx": filled(batch, "1101", wheat_2024=2)})
        with batch.ledger() as ledger:
            states = {one.file: str(one.state) for one in find_returns(ledger)}
        assert states == {"a.xlsx": "superseded", "b.xlsx": "superseded", "c.xlsx": "accepted"}

    def test_a_number_that_stood_as_text_is_a_change(self, batch: Batch, tmp_path: Path) -> None:
        receive(batch, tmp_path / "1", {"a.xlsx": filled(batch, "1101", wheat_2024="11")})
        again = receive(batch, tmp_path / "2", {"a.xlsx": filled(batch, "1101", wheat_2024=11)})
        assert fates(again) == {"a.xlsx": "accepted"}

    def test_its_own_folders_are_not_received(self, batch: Batch) -> None:
        for path in (batch.root, batch.root / "issued", batch.root.parent):
            with pytest.raises(BatchError) as told:
                receive_files(batch, [path])
            assert told.value.code == "batch.own_folder"

    def test_the_second_of_two_is_told_who_is_at_work(
        self, batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("clusterxl.ledger.lock.PATIENCE", 0)
        with batch.ledger(), pytest.raises(LedgerError) as told:
            receive(batch, tmp_path / "in", {"a.xlsx": filled(batch, "1101")})
        assert told.value.code == "ledger.locked"
        assert WHO not in str(told.value)
        assert str(os.getpid()) in str(told.value)

    def test_a_lost_key_is_one_notice_and_stops_nothing(self, batch: Batch, tmp_path: Path) -> None:
        (batch.root / "keys" / "batch.key").unlink()
        lost = open_batch(batch.root)
        receipt = receive(lost, tmp_path / "in", {"a.xlsx": filled(batch, "1101")})
        assert receipt.notice
        assert fates(receipt) == {"a.xlsx": "accepted"}

    def test_a_day_is_the_same_however_a_program_stores_it(self, tmp_path: Path) -> None:
        roster = tmp_path / "given.csv"
        roster.write_text("unit,code\nHill Farms,H1\n", encoding="utf-8")
        batch = begin_batch(tmp_path / "b", Beginning(form=FORMS / "farm-survey", roster=roster))
        issue_batch(batch)
        (path,) = (batch.root / "issued").rglob("H1*.xlsx")
        data = typed(path.read_bytes(), {"cooperative": "Hill"})
        receive(batch, tmp_path / "1", {"a.xlsx": typed(data, {"founded": 43832})})
        same = typed(data, {"founded": "2020-01-02"})
        assert fates(receive(batch, tmp_path / "2", {"b.xlsx": same})) == {"b.xlsx": "repeated"}
        other = receive(batch, tmp_path / "3", {"c.xlsx": typed(data, {"founded": 43833})})
        (file,) = other.files
        assert file.changes
        assert [(one.key, one.old, one.new) for one in file.changes.answers] == [
            ("founded", "2020-01-02", "2020-01-03")
        ]

    def test_other_forms_work_as_well(self, tmp_path: Path) -> None:
        roster = tmp_path / "given.csv"
        roster.write_text("unit,code\nHill Farms,H1\n", encoding="utf-8")
        asked = Beginning(form=FORMS / "farm-survey", roster=roster)
        batch = begin_batch(tmp_path / "b", asked)
        issue_batch(batch)
        (path,) = (batch.root / "issued").rglob("H1*.xlsx")
        receipt = receive(
            batch,
            tmp_path / "in",
            {
                "H1.xlsx": typed(path.read_bytes(), {"cooperative": "Hill"}),
                "made elsewhere.xlsx": simulate_return(batch.form, unit=batch.units[0], seed=3),
            },
        )
        assert set(fates(receipt).values()) == {"questioned"}
        assert "STAMP-UNSIGNED" in codes(receipt, "made elsewhere.xlsx")
        verified = verify_batch(batch)
        assert verified.findings == ()


def comparison() -> bytes:
    book = Book(properties={PROPERTY: Stamp(kind="comparison", form=FORM.id).text()})
    book.sheet("s")
    return book.save()


def stranger() -> bytes:
    book = Book()
    book.sheet("s")
    return book.save()


# ---- tampered stamps


def with_property_of(data: bytes, other: bytes) -> bytes:
    """Return a workbook with the file property of another."""
    texts = [carriers(read_workbook(one, "x.xlsx"))["property"] for one in (data, other)]
    return edited(data, "docProps/custom.xml", *texts)


def with_other_unit(data: bytes, _: bytes) -> bytes:
    """Let every carrier name another unit."""
    for part in parts_of(data):
        text = parts_of(data)[part]
        if b"unit=1101;" in text:
            data = edited(data, part, "unit=1101;", "unit=1102;")
    return data


def without_signature(data: bytes, _: bytes) -> bytes:
    """Cut the signature out of every carrier."""
    stamp = carriers(read_workbook(data, "x.xlsx"))["property"]
    tail = stamp[stamp.index(";signature=") :]
    for part in parts_of(data):
        if tail.encode() in parts_of(data)[part]:
            data = edited(data, part, tail, "")
    return data


def without_property(data: bytes, _: bytes) -> bytes:
    return edited(data, "docProps/custom.xml", "clusterxl;kind", "nothing;kind")


def of_two(data: bytes, other: bytes) -> bytes:
    """Swap two of three carriers for those of another workbook."""
    mine, theirs = (carriers(read_workbook(one, "x.xlsx"))["property"] for one in (data, other))
    swapped = with_property_of(data, other)
    return edited(swapped, "xl/workbook.xml", mine, theirs)


def without_any(data: bytes, _: bytes) -> bytes:
    stamp = carriers(read_workbook(data, "x.xlsx"))["property"]
    for part in parts_of(data):
        if stamp.encode() in parts_of(data)[part]:
            data = edited(data, part, stamp, "gone")
    return data


@pytest.mark.parametrize(
    ("tamper", "code", "fate"),
    [
        (with_other_unit, "STAMP-FORGED", "questioned"),
        (without_signature, "STAMP-CUT", "questioned"),
        (without_property, "STAMP-WIPED", "accepted"),
        (with_property_of, "STAMP-MIXED", "questioned"),
        (of_two, "STAMP-MIXED", "questioned"),
        (without_any, "STAMP-NONE", "questioned"),
    ],
)
def test_a_tampered_stamp_is_named(
    batch: Batch,
    tmp_path: Path,
    tamper: Callable[[bytes, bytes], bytes],
    code: str,
    fate: str,
) -> None:
    receive(batch, tmp_path / "first", {"good.xlsx": filled(batch, "1101", wheat_2024=1)})
    data = tamper(blank(batch, "1101"), blank(batch, "1102"))
    answers = {**GOOD, "estate": "Example estate 1101-1"}
    receipt = receive(batch, tmp_path / "in", {"t.xlsx": typed(data, answers)})
    assert code in codes(receipt, "t.xlsx")
    assert fates(receipt) == {"t.xlsx": fate}
    with batch.ledger() as ledger:
        still = find_return(batch, ledger, "good.xlsx")
    # Nobody's place is taken by what is not certain.
    assert still.state is (State.SUPERSEDED if fate == "accepted" else State.ACCEPTED)


class TestDeciding:
    def test_a_return_is_named_in_many_ways(self, batch: Batch, tmp_path: Path) -> None:
        receive(batch, tmp_path / "in", {"sub/a.xlsx": filled(batch, "1101")})
        with batch.ledger() as ledger:
            (one,) = find_returns(ledger)
            for name in (one.sha256, one.sha256[:6], "sub/a.xlsx", "a.xlsx", "1101-1", "1101"):
                assert find_return(batch, ledger, name) == one
            (unit,) = [each for each in batch.units if each.code == "1101"]
            for name in (unit.name, f"{unit.group}{unit.name}"):
                assert find_return(batch, ledger, name) == one
            for name in ("nobody", "1102", ""):
                with pytest.raises(BatchError):
                    find_return(batch, ledger, name)

    def test_of_several_the_ids_are_told(self, batch: Batch, tmp_path: Path) -> None:
        files = {
            "a.xlsx": filled(batch, "1101", wheat_2024=1),
            "b.xlsx": filled(batch, "1101", wheat_2024=2),
        }
        receipt = receive(batch, tmp_path / "in", files)
        with pytest.raises(BatchError) as told:
            accept_return(batch, "1101", reason="this one")
        ids = [file.recorded.sha256[:12] for file in receipt.files if file.recorded]
        assert all(one in str(told.value) for one in ids)
        accept_return(batch, ids[0], reason="this one")
        with batch.ledger() as ledger:
            states = {one.sha256[:12]: one.state for one in find_returns(ledger)}
        assert states == {ids[0]: State.ACCEPTED, ids[1]: State.SUPERSEDED}

    def test_one_without_a_stamp_is_given_its_unit(self, batch: Batch, tmp_path: Path) -> None:
        data = typed(without_any(blank(batch, "1101"), b""), {**GOOD, "estate": "E"})
        receive(batch, tmp_path / "in", {"a.xlsx": data})
        with pytest.raises(ClusterxlError):
            accept_return(batch, "a.xlsx", reason="theirs", unit="9999")
        done = accept_return(batch, "a.xlsx", reason="theirs", unit="1101")
        assert (done.after.state, done.after.serial) == (State.ACCEPTED, "1101-1")

    def test_what_was_excluded_may_be_accepted(self, batch: Batch, tmp_path: Path) -> None:
        receive(batch, tmp_path / "in", {"a.xlsx": filled(batch, "1101")})
        assert exclude_return(batch, "1101", reason="draft").after.state is State.EXCLUDED
        assert accept_return(batch, "1101", reason="no draft").after.state is State.ACCEPTED
        with batch.ledger() as ledger:
            told = journal_text(ledger.connection)
        assert '"no draft"' in told
        # The same again changes nothing.
        accept_return(batch, "1101", reason="no draft")
        with batch.ledger() as ledger:
            assert journal_text(ledger.connection) == told

    def test_purged_is_gone_and_still_counts(self, batch: Batch, tmp_path: Path) -> None:
        told = "some 12345 sacks"
        data = filled(batch, "1101", wheat_2024=told)
        receive(batch, tmp_path / "in", {"of Example Person.xlsx": data})
        with batch.ledger() as ledger:
            (one,) = find_returns(ledger)
            correct(batch, ledger, one)
        done = purge_return(batch, "1101", reason="asked for")
        assert len(done.removed) == 1
        assert purge_return(batch, one.sha256, reason="asked for").removed == done.removed
        left = [p.read_bytes() for p in batch.root.rglob("*") if p.is_file()]
        assert not any(b"12345" in one or b"Example Person" in one for one in left)
        with batch.ledger() as ledger:
            (gone,) = find_returns(ledger)
        assert (gone.purged, gone.errors, gone.counts) == (True, one.errors, one.counts)
        assert verify_batch(batch).findings == ()
        again = receive(batch, tmp_path / "in", {})
        assert fates(again) == {"of Example Person.xlsx": "repeated"}
        assert not any(p.is_file() for p in (batch.root / "archive").rglob("*"))

    @pytest.mark.parametrize("named", ["first", "last", "2201-1"])
    def test_a_purge_takes_all_that_the_subject_sent(
        self, batch: Batch, tmp_path: Path, named: str
    ) -> None:
        told = ("some 12345 sacks", "67.25", "78.5")
        texts: list[dict[str, str | float]] = [
            {"wheat_2024": told[0]},
            {"wheat_2024": 67.25},
            {"wheat_2024": 78.5},
        ]
        receive(batch, tmp_path / "a", {"a.xlsx": filled(batch, "2201", 1, **texts[0])})
        with batch.ledger() as ledger:
            correct(batch, ledger, find_returns(ledger)[0])
        receive(batch, tmp_path / "b", {"b.xlsx": filled(batch, "2201", 1, **texts[1])})
        receive(batch, tmp_path / "c", {"c.xlsx": filled(batch, "2201", 1, **texts[2])})
        receive(batch, tmp_path / "d", {"of another.xlsx": filled(batch, "1101")})
        (batch.root / "reports" / "tables").mkdir(parents=True)
        (batch.root / "reports" / "tables" / "x.csv").write_text("78.5", encoding="utf-8")
        with batch.ledger() as ledger:
            own = [one.sha256 for one in find_returns(ledger) if one.unit == "2201"]
            first, last = own[0], own[-1]
        name = {"first": first, "last": last}.get(named, named)
        done = purge_return(batch, name, reason="asked for")
        assert (len(done.returns), len(done.removed), done.others) == (3, 1, ())
        assert [(left.folder, left.files) for left in done.left] == [("reports/tables", ("x.csv",))]
        again = purge_return(batch, name, reason="asked for")
        assert (again.return_ids, again.head) == (done.return_ids, done.head)
        assert len([p for p in (batch.root / "archive").rglob("*") if p.is_file()]) == 1
        assert not any(p.is_file() for p in (batch.root / "corrections").rglob("*.xlsx"))
        with batch.ledger() as ledger:
            assert {one.unit for one in find_returns(ledger) if not one.purged} == {"1101"}
            assert len(find_returns(ledger)) == 4
        assert verify_batch(batch).findings == ()


class TestRules:
    def rule(self, tmp_path: Path, text: str = RULE) -> Path:
        path = tmp_path / "10-more.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def test_they_change_and_what_moved_is_told(self, batch: Batch, tmp_path: Path) -> None:
        files = {
            "a.xlsx": filled(batch, "1101", wheat_2024=30),
            "b.xlsx": filled(batch, "1102", wheat_2024=5),
        }
        receive(batch, tmp_path / "in", files)
        report = change_rules(batch, self.rule(tmp_path), reason="new limit")
        ((moved),) = report.moved
        assert (moved.before.file, moved.before.state, moved.after.state) == (
            "a.xlsx",
            State.ACCEPTED,
            State.QUESTIONED,
        )
        assert [f.code for f in moved.arisen] == ["WHEAT-01"]
        assert (report.returns, report.old) == (2, "")
        now = on(batch, NOON)
        assert change_rules(now, self.rule(tmp_path), reason="again").moved == ()
        assert verify_batch(now).findings == ()
        # What was handed out before is told, and counts.
        receipt = receive(now, tmp_path / "later", {"b.xlsx": filled(batch, "2201")})
        assert codes(receipt, "b.xlsx") == {"STAMP-RULES"}
        assert fates(receipt) == {"b.xlsx": "accepted"}

    def test_broken_off_they_are_gone_on_with(self, batch: Batch, tmp_path: Path) -> None:
        receive(batch, tmp_path / "in", {"a.xlsx": filled(batch, "1101", wheat_2024=30)})
        rules = batch.root / "form" / "rules"
        rules.mkdir()
        shutil.copy(self.rule(tmp_path), rules)
        with pytest.raises(BatchError):
            verify_batch(on(batch, NOON))
        report = change_rules(on(batch, NOON), self.rule(tmp_path), reason="new limit")
        assert len(report.moved) == 1
        assert verify_batch(on(batch, NOON)).findings == ()

    def test_with_mistakes_nothing_is_changed(self, batch: Batch, tmp_path: Path) -> None:
        wrong = self.rule(tmp_path, RULE.replace("wheat[", "rye["))
        with pytest.raises(DefinitionError) as refused:
            change_rules(batch, wrong, reason="new limit")
        assert refused.value.code == "batch.broken_rules"
        said = str(refused.value)
        # Its limit changed, its examples did not.
        stale = self.rule(tmp_path, RULE.replace("<= 20", "<= 5"))
        with pytest.raises(DefinitionError) as refused:
            change_rules(batch, stale, reason="new limit")
        assert say("batch.broken_examples") in str(refused.value)
        assert say("batch.broken_examples") not in said
        with pytest.raises(BatchError):
            change_rules(batch, tmp_path, reason=" ")
        with pytest.raises(BatchError):
            change_rules(batch, tmp_path / "none.toml", reason="new limit")
        assert not (batch.root / "form" / "rules").exists()
        assert verify_batch(batch).findings == ()


class TestVerify:
    def test_what_was_changed_by_hand_is_named(self, batch: Batch, tmp_path: Path) -> None:
        receive(batch, tmp_path / "in", {"a.xlsx": filled(batch, "1101")})
        first = verify_batch(batch)
        assert (first.findings, first.returns) == ((), 1)
        (path,) = (p for p in (batch.root / "archive").rglob("*") if p.is_file())
        path.chmod(0o600)
        data = path.read_bytes()
        path.write_bytes(data[:-1] + b"x")
        assert [f.code for f in verify_batch(batch).findings] == ["LED-CHANGED"]
        path.write_bytes(data)
        assert verify_batch(batch).frames == first.frames
        next((batch.root / "issued").rglob("1102*")).write_bytes(b"x")
        assert [f.code for f in verify_batch(batch).findings] == ["LED-FILE"]
        told = verify_batch(batch, noted="0" * 63 + "1").findings
        assert "LED-HEAD" in {found.code for found in told}


def test_a_verdict_follows_from_batch_bytes_and_name(made: Batch, tmp_path: Path) -> None:
    data = filled(made, "1101", wheat_2024="many")
    shutil.copytree(made.root, tmp_path / "elsewhere")
    elsewhere = open_batch(tmp_path / "elsewhere")
    for one in (data, data[:2000], b"", blank(made, "1101"), OLD):
        use_language("zh")
        verdict = judge_return(made, one, "a.xlsx")
        use_language("en")
        assert verdict == judge_return(elsewhere, one, "a.xlsx")
    other_form = generate_workbook(load_form(FORMS / "farm-survey"))
    verdict = judge_return(made, other_form, "a.xlsx")
    assert (verdict.readable, [f.code for f in verdict.findings]) == (False, ["STAMP-FORM"])
    other_year = generate_workbook(load_form(HARVEST, base_year=2023))
    assert not judge_return(made, other_year, "a.xlsx").readable
    assert not judge_return(made, without(data, SHEET1), "a.xlsx").readable
