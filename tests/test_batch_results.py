"""Sending back, comparing and exporting a batch; its commands."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from batch_rig import BAD, Clock, begun, filled, take_in
from click.testing import CliRunner, Result
from ledger_play import files_below

from clusterxl.batch.begin import Beginning, begin_batch
from clusterxl.batch.contacts import contacts_of
from clusterxl.batch.correct import CorrectReport, correct_batch
from clusterxl.batch.folder import Batch, open_batch
from clusterxl.batch.gather import gather
from clusterxl.batch.results import (
    compare_batch,
    comparisons_of,
    frames_of,
    note_comparison,
    status_of,
)
from clusterxl.batch.status import Standing
from clusterxl.cli.group import cli
from clusterxl.errors import NothingFoundError
from clusterxl.excel.signing import Origin, verify
from clusterxl.form.file import load_form
from clusterxl.generate import plan_return, write_plan
from clusterxl.issuer import Issuer
from clusterxl.ledger import (
    Act,
    State,
    accept,
    entries,
    find_corrections,
    find_returns,
    verify_ledger,
)
from clusterxl.read import read_return
from clusterxl.sentences import say
from clusterxl.testing.defects import simulate_defects

# Of a comparison openpyxl drops the bars in cells, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")

ACROSS = """
[[rule]]
id = "XCT-91"
severity = "warning"
kind = "logic"
title = "名称不重复"
targets = ["frame"]
check = "unique(name, county)"
message = "「{label}」“{value}”重复，请核对"
margin = "名称重复"
basis = "示例"
tests = [
    { given = { name = "甲", county = "东县" }, expect = "pass" },
    { given = { name = "乙", county = "东县" }, expect = "fail" },
    { given = { name = "乙", county = "西县" }, expect = "fail" },
]
"""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def batch(tmp_path: Path, clock: Clock) -> Batch:
    """Return a batch to which one good and one bad return came."""
    found = begun(tmp_path / "round", clock)
    files = {"east.xlsx": filled(found, "101"), "south.xlsx": filled(found, "201", changes=BAD)}
    take_in(found, files)
    return found


def run(batch: Batch, *arguments: str) -> Result:
    return CliRunner().invoke(
        cli, ["batch", arguments[0], "--batch", str(batch.root), *arguments[1:]]
    )


class TestCorrect:
    @pytest.fixture
    def done(self, batch: Batch) -> CorrectReport:
        return correct_batch(batch)

    def test_it_lies_with_its_group_and_carries_a_signed_stamp(
        self, batch: Batch, done: CorrectReport
    ) -> None:
        assert done.written == ("corrections/乙市/201 南区 第1次退回.xlsx",)
        assert done.lists == ("corrections/乙市/退回清单.xlsx",)
        sent = read_return(batch.root / done.written[0], forms=[batch.form])
        assert sent.stamp is not None
        assert batch.key is not None
        assert verify(sent.stamp, batch.key) is Origin.GENUINE
        with batch.ledger() as ledger:
            (asked,) = find_returns(ledger, State.QUESTIONED)
            (known,) = find_corrections(ledger)
        assert (sent.stamp.round, sent.stamp.serial, sent.stamp.answers) == (
            1,
            "201-1",
            asked.sha256[:12],
        )
        assert (known.answers, known.round, known.sha256) == (asked.sha256, 1, sent.sha256)

    def test_again_it_changes_nothing_and_what_was_lost_comes_back_the_same(
        self, batch: Batch, clock: Clock, done: CorrectReport
    ) -> None:
        before = files_below(batch.root)
        clock.pass_days(2)
        again = correct_batch(batch)
        assert (again.written, again.kept, again.head) == ((), 1, done.head)
        (batch.root / done.written[0]).unlink()
        assert correct_batch(batch).written == done.written
        assert files_below(batch.root) == before

    def test_the_list_names_what_lies_beside_it(self, batch: Batch, done: CorrectReport) -> None:
        sheet = openpyxl.load_workbook(batch.root / done.lists[0]).worksheets[0]
        (row,) = sheet.iter_rows(min_row=5, min_col=2, values_only=True)
        assert row[:2] == ("1", "南区")
        assert row[3:5] == ("201-1", 1)
        assert (row[5], row[6]) == (2, 1)
        assert row[7] == Path(done.written[0]).name

    def test_an_answer_that_leaves_something_open_is_sent_back_once_more(
        self, batch: Batch, clock: Clock, done: CorrectReport
    ) -> None:
        clock.pass_days(1)
        take_in(batch, {"answer.xlsx": (batch.root / done.written[0]).read_bytes()})
        again = correct_batch(batch)
        assert again.written == ("corrections/乙市/201 南区 第2次退回.xlsx",)
        with batch.ledger() as ledger:
            slot = next(s for s in status_of(batch, ledger).slots if s.serial == "201-1")
        assert (slot.standing, slot.round, slot.is_sent) == (Standing.QUESTIONED, 2, True)

    def test_what_a_person_must_decide_first_is_held(self, batch: Batch) -> None:
        twice = {f"{n}.xlsx": filled(batch, "102", changes={**BAD, "growth": n}) for n in (1, 2)}
        take_in(batch, twice)
        done = correct_batch(batch)
        assert sorted(held.recorded.file for held in done.held) == ["1.xlsx", "2.xlsx"]
        assert all(held.reason for held in done.held)
        assert len(done.written) == 1

    def test_without_its_key_nothing_is_sent(self, batch: Batch) -> None:
        (batch.root / "keys" / "batch.key").unlink()
        done = run(batch, "correct")
        assert done.exit_code == 2
        assert "Traceback" not in done.output


class TestCompare:
    def test_only_accepted_returns_count_unless_asked(self, batch: Batch) -> None:
        with batch.ledger() as ledger:
            strict = compare_batch(batch, ledger)
            wide = compare_batch(batch, ledger, questioned=True)
        assert (len(strict.returns), len(wide.returns)) == (1, 2)
        assert {found.file for found in wide.findings} >= {"south.xlsx"}

    def test_it_names_the_head_on_which_it_rests_and_is_the_same_again(self, batch: Batch) -> None:
        with batch.ledger() as ledger:
            first = compare_batch(batch, ledger)
            note_comparison(ledger, first, file="reports/a.xlsx")
            note_comparison(ledger, first, file="reports/a.xlsx")
            again = compare_batch(batch, ledger)
            acts = [entry.act for entry in entries(ledger.connection)]
            assert acts.count(Act.REPORT) == 1
            assert not verify_ledger(ledger, noted=first.head)
            (noted,) = comparisons_of(batch, ledger)
        assert again.content == first.content
        assert noted.sha256 == first.sha256
        overview = openpyxl.load_workbook(BytesIO(first.content)).worksheets[0]
        told = " ".join(
            str(cell) for row in overview.iter_rows(max_row=3, values_only=True) for cell in row
        )
        assert first.head in told

    def test_the_sources_say_where_in_the_archive_their_files_lie(self, batch: Batch) -> None:
        with batch.ledger() as ledger:
            content = compare_batch(batch, ledger).content
        sheet = openpyxl.load_workbook(BytesIO(content))[say("report.provenance_sheet", lang="zh")]
        rows = [[str(cell) for cell in row if cell] for row in sheet.values]
        assert any(say("report.sources_note_archive", lang="zh") in one for r in rows for one in r)
        paths = {one for row in rows for one in row if one.startswith("archive/")}
        assert paths
        assert all((batch.root / one).is_file() for one in paths)

    def test_two_subjects_of_one_name_both_count(self, batch: Batch) -> None:
        second = filled(batch, "101", 2, changes={"name": "东县第1产业", "growth": 7})
        take_in(batch, {"second.xlsx": second})
        with batch.ledger() as ledger:
            assert len(compare_batch(batch, ledger).returns) == 2
            content = compare_batch(batch, ledger).content
        sheet = openpyxl.load_workbook(BytesIO(content), data_only=True)["对象对比"]
        names = [cell.value for row in sheet.iter_rows() for cell in row]
        assert names.count("东县第1产业") == 2

    def test_it_tells_how_the_batch_stood_whenever_it_is_written(
        self, batch: Batch, clock: Clock
    ) -> None:
        with batch.ledger() as ledger:
            first = compare_batch(batch, ledger)
            clock.pass_days(40)
            assert compare_batch(batch, ledger).content == first.content
        book = openpyxl.load_workbook(BytesIO(first.content), data_only=True)
        texts = {
            name: [str(cell) for row in book[name].values for cell in row if cell]
            for name in ("报送情况", "报送明细", "依据", "校验问题")
        }
        assert any("应报 4 份" in text for text in texts["报送情况"])
        assert "south.xlsx" in texts["报送明细"]
        assert {first.head, batch.facts.batch, *first.returns} <= set(texts["依据"])
        assert texts["校验问题"][1].startswith(
            "依据 1 份已接受的申报表（应报 4 份，1 份待改、2 份未报"
        )

    def test_a_group_without_a_return_that_counts_is_told_where_it_stands(
        self, batch: Batch
    ) -> None:
        with batch.ledger() as ledger:
            content = compare_batch(batch, ledger).content
        book = openpyxl.load_workbook(BytesIO(content), data_only=True)
        rows = {row[2]: row for row in book["市对比"].iter_rows(values_only=True)}
        assert (rows["甲市"][3], rows["甲市"][14]) == (1, None)
        assert (rows["乙市"][3], rows["乙市"][14]) == (0, "待改")
        assert "1 个市没有计入的申报表（待改 1 个）" in book["市对比"]["B1"].value
        basis = book["总览"]["B2"].value
        assert "1 个市没有计入的申报表（待改 1 个）" in basis
        assert "应报 4 份，只计已接受的 1 份；另有 1 份待改、2 份未报、0 份不计" in basis

    def test_where_nothing_counts_everybody_is_missing(self, tmp_path: Path, clock: Clock) -> None:
        found = begun(tmp_path / "round", clock)
        done = run(found, "aggregate", "-o", str(tmp_path / "c.xlsx"))
        assert done.exit_code == 0
        assert "--include questioned" in done.stderr
        book = openpyxl.load_workbook(tmp_path / "c.xlsx", data_only=True)
        assert "应报 4 份" in book["总览"]["B2"].value
        rows = {row[2]: row for row in book["市对比"].iter_rows(values_only=True)}
        assert (rows["甲市"][3], rows["乙市"][3]) == (0, 0)
        assert (rows["甲市"][14], rows["乙市"][14]) == ("未报", "未报")
        assert run(found, "verify").exit_code == 0

    def test_where_nothing_counts_there_are_no_tables(self, tmp_path: Path, clock: Clock) -> None:
        found = begun(tmp_path / "round", clock)
        with found.ledger() as ledger, pytest.raises(NothingFoundError) as error:
            frames_of(found, ledger)
        assert error.value.code == "batch.none_accepted"
        assert run(found, "export").exit_code == 2

    def test_nothing_in_it_links_to_files_that_are_not_there(self, batch: Batch) -> None:
        with batch.ledger() as ledger:
            book = openpyxl.load_workbook(BytesIO(compare_batch(batch, ledger).content))
        links = [cell.hyperlink for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [link for link in links if link and link.target]


def test_frames_are_those_of_read_and_two_of_the_batch(batch: Batch) -> None:
    with batch.ledger() as ledger:
        frames = frames_of(batch, ledger, questioned=True)
    assert list(frames)[:2] == ["values", "returns"]
    assert list(frames["batch_slots"]["standing"]) == [
        "accepted",
        "missing",
        "missing",
        "questioned",
    ]
    assert set(frames["batch_findings"]["return_id"]) <= set(frames["returns"]["return_id"])
    assert (frames["returns"]["errors"] > 0).tolist() == [False, True]


def test_whom_to_call_is_what_the_returns_say(batch: Batch) -> None:
    with batch.ledger() as ledger:
        contacts = contacts_of(batch, ledger)
    assert set(contacts) == {"101", "201"}
    (east,) = contacts["101"]
    assert (east.subject, east.lines) == (
        "东县第1产业",
        ("联系人：张某", "电话：0755-00001234"),
    )


def test_people_of_the_same_title_are_told_by_the_question_above_them(tmp_path: Path) -> None:
    form = load_form("gd-cluster-2023", base_year=2022)
    roster = tmp_path / "roster.csv"
    roster.write_text("city,unit\n深圳市,宝安区\n", encoding="utf-8")
    asked = Beginning(form="gd-cluster-2023", base_year=2022, roster=roster)
    batch = begin_batch(tmp_path / "round", asked)
    (unit,) = batch.units
    stamp = Issuer(batch.form, batch=batch.facts.batch, key=batch.key).stamp(unit)
    answers = simulate_defects(form, unit=unit, seed=1).answers
    kept = {key: value for key, value in answers.items() if key != "operator_contact"}
    take_in(batch, {"a.xlsx": write_plan(plan_return(form, unit=unit, answers=kept, stamp=stamp))})
    with batch.ledger() as ledger:
        ((own,),) = contacts_of(batch, ledger).values()
    heads = [[part.partition("：")[0] for part in line.split("，")] for line in own.lines]
    assert heads == [
        ["联系人及联系电话", "联系电话"],
        ["县（市、区）中小企业主管部门的联系人", "联系方式"],
        ["集群运营管理机构的联系方式"],
    ]


class TestCommands:
    def test_status_is_a_table_json_or_a_workbook(self, batch: Batch, tmp_path: Path) -> None:
        text = run(batch, "status")
        assert text.exit_code == 0
        assert "应报 4 份，已收 2 份" in text.output
        told = json.loads(run(batch, "status", "--format", "json").output)
        assert told["version"] == 1
        assert told["total"]["due"] == 4
        assert [slot["standing"] for slot in told["slots"]] == [
            "accepted",
            "missing",
            "missing",
            "questioned",
        ]
        assert told["files"]["files"] == told["files"]["accepted"] + told["files"]["questioned"]
        assert told["journal"]["head"] in text.output
        assert run(batch, "status", "-o", str(tmp_path / "a.xlsx")).exit_code == 0
        assert run(batch, "status", "--format", "xlsx").exit_code == 0
        assert (batch.root / "reports" / "报送情况.xlsx").is_file()

    def test_people_are_named_only_when_asked(self, batch: Batch) -> None:
        path = batch.root / "reports" / "报送情况.xlsx"
        for options, shown in (((), False), (("--with-contacts",), True)):
            assert run(batch, "status", "--format", "xlsx", *options).exit_code == 0
            sheet = openpyxl.load_workbook(path)["催报"]
            texts = [str(cell) for row in sheet.values for cell in row]
            # The second subject of the unit has sent nothing: whom its first one names is told.
            assert [text for text in texts if "张某" in text] == [
                "同单位的东县第1产业所填：\n联系人：张某\n电话：0755-00001234",
                "联系人：张某",
            ][: 2 * shown]

    def test_correct_says_what_was_written_and_what_was_not(self, batch: Batch) -> None:
        done = run(batch, "correct")
        assert done.exit_code == 0
        assert "第1次退回" in done.output
        assert "已写入 1 份退回件" in done.output

    def test_a_comparison_is_noted_by_its_hash_and_replaced_among_the_reports(
        self, batch: Batch
    ) -> None:
        path = batch.root / "reports" / "对比表.xlsx"
        done = run(batch, "aggregate")
        assert done.exit_code == 0
        assert sha256(path.read_bytes()).hexdigest() in done.output
        with batch.ledger() as ledger:
            (asked,) = find_returns(ledger, State.QUESTIONED)
            accept(ledger, asked.sha256, reason="?")
        assert run(batch, "aggregate").exit_code == 1
        with batch.ledger() as ledger:
            noted = comparisons_of(batch, ledger)
        assert [one.file for one in noted] == ["reports/对比表.xlsx"] * 2
        assert sha256(path.read_bytes()).hexdigest() == noted[-1].sha256

    @pytest.mark.parametrize(
        "asked", [(), ("--include", "questioned"), ("--with-contacts",)], ids=" ".join
    )
    def test_verify_makes_the_last_comparison_anew(
        self, batch: Batch, asked: tuple[str, ...]
    ) -> None:
        run(batch, "aggregate", *asked)
        done = run(batch, "verify")
        assert (done.exit_code, "其中 1 份按现状重做" in done.output) == (0, True)
        path = batch.root / "reports" / "对比表.xlsx"
        data = path.read_bytes()
        path.write_bytes(data[:-1] + b"x")
        done = run(batch, "verify")
        assert (done.exit_code, "LED-FILE" in done.output) == (1, True)
        path.write_bytes(data)
        with batch.ledger() as ledger:
            (found,) = find_returns(ledger, State.ACCEPTED)
        original = batch.root / "archive" / found.sha256[:2] / found.sha256
        original.chmod(0o600)
        original.write_bytes(original.read_bytes() + b"x")
        done = run(batch, "verify")
        assert (done.exit_code, "LED-CHANGED" in done.output) == (1, True)

    def test_verify_names_a_comparison_that_the_batch_never_gave(self, batch: Batch) -> None:
        path = batch.root / "reports" / "对比表.xlsx"
        run(batch, "aggregate")
        made_up = path.read_bytes() + b"x"
        with batch.ledger() as ledger:
            made = compare_batch(batch, ledger)
            note_comparison(ledger, replace(made, content=made_up), file="reports/对比表.xlsx")
        path.write_bytes(made_up)
        done = run(batch, "verify")
        assert (done.exit_code, "LED-COMPARED" in done.output) == (1, True)
        # Once something else has happened, it rests on what was then, and cannot be asked for.
        with batch.ledger() as ledger:
            (asked,) = find_returns(ledger, State.QUESTIONED)
            accept(ledger, asked.sha256, reason="示例")
        assert "LED-COMPARED" not in run(batch, "verify").output

    def test_elsewhere_nothing_is_overwritten_unasked(self, batch: Batch, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(b"mine")
        assert run(batch, "aggregate", "-o", str(path)).exit_code == 2
        assert path.read_bytes() == b"mine"
        with batch.ledger() as ledger:
            assert not comparisons_of(batch, ledger)
        assert run(batch, "aggregate", "-o", str(path), "--force").exit_code == 0
        assert run(batch, "aggregate", "-o", str(path)).exit_code == 0

    def test_a_page_and_frames_go_where_asked_and_over_nothing(
        self, batch: Batch, tmp_path: Path
    ) -> None:
        page, frames = tmp_path / "a.html", tmp_path / "frames"
        wanted = ("--html", str(page), "--frames", str(frames))
        page.write_bytes(b"mine")
        assert run(batch, "aggregate", *wanted).exit_code == 2
        assert page.read_bytes() == b"mine"
        page.unlink()
        done = run(batch, "aggregate", *wanted)
        assert done.exit_code == 0, done.output
        with batch.ledger() as ledger:
            head = comparisons_of(batch, ledger)[-1].file
        assert head == "reports/对比表.xlsx"
        assert page.read_bytes().startswith(b"<!DOCTYPE html>")
        assert (frames / "dictionary.csv").is_file()

    @pytest.mark.parametrize("kind", ["csv", "parquet"])
    def test_export_writes_every_frame(self, batch: Batch, tmp_path: Path, kind: str) -> None:
        folder = tmp_path / "frames"
        done = run(batch, "export", "-o", str(folder), "--format", kind)
        assert done.exit_code == 0, done.output
        with batch.ledger() as ledger:
            names = frames_of(batch, ledger)
        assert {path.name for path in folder.iterdir()} == {f"{name}.{kind}" for name in names}
        path = folder / f"batch_slots.{kind}"
        frame = pd.read_csv(path) if kind == "csv" else pd.read_parquet(path)
        assert len(frame) == 4


def test_rules_that_compare_returns_are_asked_when_they_stand_together(
    tmp_path: Path, clock: Clock
) -> None:
    found = begun(tmp_path / "round", clock)
    rules = tmp_path / "rules"
    rules.mkdir()
    rules.joinpath("across.toml").write_text(ACROSS, encoding="utf-8")
    assert run(found, "rules", str(rules), "--reason", "?").exit_code == 0
    batch = open_batch(found.root, clock=clock)
    files = {
        f"{code}.xlsx": filled(batch, code, changes={"name": "同名"}) for code in ("101", "201")
    }
    take_in(batch, files)
    with batch.ledger() as ledger:
        gathered = gather(batch, ledger)
    told = [one.file for one in gathered.findings if one.code == "XCT-91"]
    assert sorted(told) == ["101.xlsx", "201.xlsx"]
    assert gathered.records.returns["warnings"].tolist() == [1, 1]
