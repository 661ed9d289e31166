"""How a batch stands: from the ledger, the roster and a day; and the workbook that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hand_returns import FORMS
from ledger_play import made, opened, receive

from clusterxl.batch.contacts import Contacts
from clusterxl.batch.groups import groups_table
from clusterxl.batch.status import Slot, Standing, Status, take_status
from clusterxl.batch.status_book import Compared, write_status
from clusterxl.batch.status_looks import StatusLooks
from clusterxl.batch.words import next_step, owed_line
from clusterxl.cli.batch_document import as_text
from clusterxl.excel.cells import Formula
from clusterxl.excel.heights import is_wide
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit
from clusterxl.ledger import (
    Correction,
    Issued,
    Ledger,
    accept,
    exclude,
    find_returns,
    head,
    record_correction,
    record_issued,
    reject,
)
from clusterxl.page.cells import content_of

# The clock of the played ledger says 2023-03-01, noon in UTC.
ZONE = timezone(timedelta(hours=8))
NOW = datetime(2023, 3, 5, 9, tzinfo=ZONE)
UNITS = (
    Unit(group="甲市", name="一县", code="4401", subjects=2),
    Unit(group="乙市", name="二县", code="4402"),
    Unit(group="乙市", name="三县", code="4403"),
)
SERIALS = ("4401-1", "4401-2", "4402-1", "4403-1")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with opened(tmp_path) as found:
        yield found


def sent(serial: str, **figures: Any) -> bytes:
    return made(unit=serial.partition("-")[0], serial=serial, **figures)


def taken(ledger: Ledger, units: Sequence[Unit] = UNITS, **figures: Any) -> Status:
    return take_status(ledger, units, **{"now": NOW, **figures})


def slots(ledger: Ledger, **figures: Any) -> dict[str, Slot]:
    return {slot.serial: slot for slot in taken(ledger, **figures).slots}


def state_of(ledger: Ledger, serial: str) -> str:
    return next(one.sha256 for one in find_returns(ledger) if one.serial == serial)


def test_before_anything_came_everything_is_missing(ledger: Ledger) -> None:
    book = Issued(sha256="a" * 64, file="issued/甲市/x.xlsx", unit="4401", serial="4401-1")
    record_issued(ledger, [book])
    status = taken(ledger)
    assert [slot.serial for slot in status.slots] == list(SERIALS)
    assert [slot.standing for slot in status.slots] == [Standing.MISSING] * 4
    assert [bool(slot.issued) for slot in status.slots] == [True, False, False, False]
    assert status.whole.issued == 1
    assert (status.whole.units, status.whole.due, status.whole.came) == (3, 4, 0)
    assert status.files.files == 0
    assert status.head == head(ledger.connection)


def test_each_slot_has_the_standing_of_the_return_that_counts(ledger: Ledger) -> None:
    receive(ledger, sent("4401-1"), sent("4401-2", errors=2, warnings=1), b"broken")
    receive(ledger, sent("4402-1"), sent("4403-1"))
    reject(ledger, state_of(ledger, "4402-1"), reason="?")
    exclude(ledger, state_of(ledger, "4403-1"), reason="?")
    status = taken(ledger)
    assert [slot.standing for slot in status.slots] == [
        Standing.ACCEPTED,
        Standing.QUESTIONED,
        Standing.REJECTED,
        Standing.EXCLUDED,
    ]
    asked = status.slots[1]
    assert (asked.errors, asked.warnings, asked.is_sent, asked.round) == (2, 1, False, 0)
    assert [(count.group, count.due, count.owed) for count in status.groups] == [
        ("甲市", 2, 1),
        ("乙市", 2, 1),
    ]
    assert status.whole.standings[Standing.EXCLUDED] == 1
    assert [found.file for found in status.strays] == ["f2.xlsx"]


@pytest.mark.parametrize(
    ("deadline", "late", "overdue"),
    [
        (None, 0, 0),
        (date(2023, 3, 1), 0, 4),
        (date(2023, 2, 27), 2, 6),
        (date(2023, 3, 5), 0, 0),
        (date(2023, 3, 6), 0, 0),
    ],
)
def test_late_is_what_came_after_the_deadline_overdue_what_is_still_owed(
    ledger: Ledger, deadline: date | None, late: int, overdue: int
) -> None:
    receive(ledger, sent("4401-1"), sent("4401-2", errors=1))
    found = slots(ledger, deadline=deadline)
    assert [found[serial].late for serial in SERIALS] == [late, late, 0, 0]
    assert [found[serial].overdue for serial in SERIALS] == [0, overdue, overdue, overdue]


def test_days_are_those_of_the_time_zone_of_the_operator(ledger: Ledger) -> None:
    receive(ledger, sent("4401-1"))
    for hours, day in ((11, 1), (12, 2), (-13, 28)):
        now = NOW.astimezone(timezone(timedelta(hours=hours)))
        received = slots(ledger, now=now)["4401-1"].received
        assert received is not None
        assert received.day == day


def test_late_counts_from_the_first_return_of_a_slot(ledger: Ledger) -> None:
    receive(ledger, sent("4401-1", answers="一", errors=1))
    receive(ledger, sent("4401-1", answers="二"))
    slot = slots(ledger)["4401-1"]
    assert slot.standing is Standing.ACCEPTED
    assert slot.came == slot.received == date(2023, 3, 1)
    assert slot.waiting == 0


def test_what_was_sent_back_waits_for_the_unit_and_what_came_since_for_the_operator(
    ledger: Ledger,
) -> None:
    receive(ledger, sent("4401-1", errors=1))
    assert next_step(slots(ledger)["4401-1"]) == "待退回修改"
    first = state_of(ledger, "4401-1")
    book = Correction(sha256="b" * 64, answers=first, file="corrections/x.xlsx", round=1)
    record_correction(ledger, book)
    slot = slots(ledger)["4401-1"]
    assert (slot.round, slot.is_sent, next_step(slot)) == (1, True, "已退回修改，等答复")
    receive(ledger, sent("4401-1", answers="二", round=1, errors=1))
    slot = slots(ledger)["4401-1"]
    assert (slot.round, slot.is_sent, next_step(slot)) == (1, False, "待退回修改")


def test_two_of_one_slot_are_one_slot_and_say_what_is_asked(ledger: Ledger) -> None:
    receive(ledger, sent("4401-1", answers="一"), sent("4401-1", answers="二"))
    slot = slots(ledger)["4401-1"]
    assert (slot.standing, slot.waiting, slot.warnings) == (Standing.QUESTIONED, 1, 1)
    assert len(slot.remarks) == 1
    accept(ledger, find_returns(ledger)[0].sha256, reason="by telephone")
    slot = slots(ledger)["4401-1"]
    assert (slot.standing, slot.remarks) == (Standing.ACCEPTED, ("by telephone",))


def test_without_serials_returns_take_the_free_slots_of_their_unit(ledger: Ledger) -> None:
    receive(
        ledger,
        made(unit="4401", serial="4401-1", subject="甲"),
        made(unit="4401", serial="", subject="乙"),
        made(unit="4401", serial="", subject="丙"),
    )
    found = taken(ledger).slots
    assert [(slot.serial, slot.subject) for slot in found[:3]] == [
        ("4401-1", "甲"),
        ("4401-2", "丙"),
        ("", "乙"),
    ]
    assert taken(ledger).whole.due == 5


def test_who_owes_what_can_be_copied(ledger: Ledger) -> None:
    receive(ledger, sent("4401-2", subject="示例集群", errors=1), sent("4402-1"))
    found = taken(ledger).slots
    assert owed_line(found) == "未报：一县、三县；待改：一县（示例集群）"
    assert owed_line(found, lang="en") == "missing: 一县, 三县; to be corrected: 一县 (示例集群)"
    assert owed_line(found[2:3]) == ""


class TestText:
    FORM = load_form("gd-cluster-2023")

    def test_what_waits_beside_a_return_that_counts_has_a_line_each(self, ledger: Ledger) -> None:
        receive(ledger, sent("4401-1", answers="一"))
        receive(ledger, sent("4401-1", answers="二", errors=1))
        slot = slots(ledger)["4401-1"]
        assert (slot.standing, slot.waiting) == (Standing.ACCEPTED, 1)
        text = as_text(self.FORM, taken(ledger))
        for found in slot.others:
            (line,) = [one for one in text.splitlines() if one.startswith(found.sha256[:12])]
            assert found.file in line
            assert f"须改 {found.errors}" in line

    def test_what_is_owed_stands_a_line_a_group_with_its_count(self, ledger: Ledger) -> None:
        receive(ledger, sent("4401-2", subject="示例集群", errors=1))
        lines = as_text(self.FORM, taken(ledger)).splitlines()
        start = lines.index("未报 3 份：")
        assert lines[start : start + 5] == [
            "未报 3 份：",
            "  甲市  1  一县",
            "  乙市  2  二县、三县",
            "待改 1 份：",
            "  甲市  1  一县（示例集群）",
        ]

    def test_what_came_late_is_counted_in_returns(self, ledger: Ledger) -> None:
        receive(ledger, sent("4401-1"), sent("4401-2", subject="示例集群"))
        lines = as_text(self.FORM, taken(ledger, deadline=date(2023, 2, 27))).splitlines()
        heads, *rows = (line.split() for line in lines[3:7])
        assert heads[-1] == "迟报份"
        assert [row[-1] for row in rows if row[0] == "甲市"] == ["2"]

    def test_on_a_terminal_a_long_line_ends_with_how_many_are_left_out(
        self, ledger: Ledger
    ) -> None:
        many = [Unit(group="甲市", name=f"第{at}县", code=f"44{at}") for at in range(10, 40)]
        text = as_text(self.FORM, taken(ledger, many), width=60)
        (line,) = (line for line in text.splitlines() if line.startswith("  甲市"))
        assert line.startswith("  甲市  30  第10县、第11县、")
        assert re.search(r"第\d\d县……另 2\d 份$", line)
        assert columns(line) <= 60
        assert "第39县" in as_text(self.FORM, taken(ledger, many))

    def test_a_form_without_groups_has_one_line(self, ledger: Ledger) -> None:
        form = load_form(FORMS / "farm-survey")
        units = [Unit(group="", name=name, code=name) for name in ("Hill", "Dale")]
        assert "未报：Hill、Dale" in as_text(form, taken(ledger, units)).splitlines()


def columns(text: str) -> int:
    return sum(2 if is_wide(char) else 1 for char in text)


class TestWorkbook:
    @pytest.fixture
    def form(self) -> Form:
        return load_form("gd-cluster-2023")

    @pytest.fixture
    def status(self, ledger: Ledger) -> Status:
        receive(ledger, sent("4401-1"), sent("4402-1", subject="=1+1", errors=1), b"broken")
        return taken(ledger, deadline=date(2023, 3, 1))

    def test_its_tables_tell_the_status(self, form: Form, status: Status) -> None:
        compared = Compared(day=NOW.date(), file="a.xlsx", sha256="c" * 64)
        content = write_status(form, status, compared=[compared])
        assert content == write_status(form, status, compared=[compared])
        book = openpyxl.load_workbook(BytesIO(content), data_only=True)
        assert book.sheetnames == ["报送情况", "明细", "催报", "日志"]
        groups = list(book["报送情况"].iter_rows(min_row=5, max_row=7, min_col=2, values_only=True))
        assert groups[0][:10] == ("全省", "●◐○○", 4, 2, 1, 1, 2, 0, "50%", 4)
        assert groups[1][:10] == ("乙市", "◐○", 2, 1, 0, 1, 1, 0, "50%", 4)
        assert groups[2][:10] == ("甲市", "●○", 2, 1, 1, 0, 1, 0, "50%", 4)
        assert groups[1][10] == "未报：三县；待改：二县（=1+1）"
        details = list(book["明细"].iter_rows(min_row=6, min_col=2, values_only=True))
        assert [row[3] for row in details] == list(SERIALS)
        assert [row[5] for row in details] == ["已接受", "未报", "待改", "未报"]
        assert book["明细"].auto_filter.ref == "B5:S9"
        journal = "\n".join(str(row[2]) for row in book["日志"].iter_rows(values_only=True))
        assert status.head in journal
        assert "c" * 64 in journal
        assert any(status.head in str(row[1]) for row in book["报送情况"].values)

    def test_the_table_of_a_comparison_says_the_same(self, form: Form, status: Status) -> None:
        table = groups_table(StatusLooks(form=form), status)
        book = openpyxl.load_workbook(BytesIO(write_status(form, status)), data_only=True)
        sheet = book["报送情况"]
        heads = [cell.value for cell in sheet[4][1:]]
        assert [column.head for column in table.columns] == heads
        own = list(sheet.iter_rows(min_row=5, max_row=7, min_col=2, values_only=True))
        told = [[content_of(entry) or None for entry in row] for row in table.rows]
        assert told == [[cell or None for cell in row] for row in own[1:]]
        (whole,) = table.totals
        assert [content_of(entry) for entry in whole[:-1]] == list(own[0][:-1])
        sums = [entry for entry in whole if isinstance(entry, Formula)]
        assert sums
        assert all(re.fullmatch(r"=SUM\(([A-Z]+)7:\1(8)\)", entry.text) for entry in sums)
        assert (table.first_row, table.last_row) == (7, 8)
        assert status.head in table.note

    def test_without_groups_the_whole_is_the_only_row(self, form: Form, status: Status) -> None:
        plain = replace(form, levels=form.levels[:1])
        table = groups_table(StatusLooks(form=plain), status)
        assert (len(table.rows), table.totals) == (1, ())
        assert content_of(table.rows[0][0]) == "●◐○○"

    def test_sums_are_live_and_texts_are_no_formulas(self, form: Form, status: Status) -> None:
        book = openpyxl.load_workbook(BytesIO(write_status(form, status)))
        formulas = [
            cell.value
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        ]
        assert formulas == [f"=SUM({letter}6:{letter}7)" for letter in "DEFGHI"]

    def test_reminders_are_a_page_a_group_and_name_people_only_when_asked(
        self, form: Form, status: Status
    ) -> None:
        own = Contacts(
            return_id=status.slots[2].return_id, subject="", lines=("联系人：示例人", "电话：000")
        )
        for given, shown in ((None, False), ({"4402": (own,)}, True)):
            content = write_status(form, status, contacts=given)
            sheet = openpyxl.load_workbook(BytesIO(content))["催报"]
            texts = [str(cell) for row in sheet.values for cell in row if cell is not None]
            assert [text for text in texts if "还有" in text] == [
                "甲市：还有 1 份未报",
                "乙市：还有 1 份未报、1 份待改",
            ]
            assert ("联系人：示例人\n电话：000" in texts) is shown
            assert [brk.id for brk in sheet.row_breaks.brk] == [5]

    def test_the_code_of_a_town_stands_apart_from_its_neighbour(
        self, form: Form, ledger: Ledger
    ) -> None:
        units = [Unit(group="甲市", name="某镇", code="441900003")]
        book = openpyxl.load_workbook(BytesIO(write_status(form, taken(ledger, units))))
        for name, texts in (("明细", ("441900003", "441900003-1")), ("催报", ("441900003-1",))):
            cells = {cell.value: cell for row in book[name] for cell in row}
            for text in texts:
                # A digit on each side.
                width = (
                    book[name].column_dimensions[cells[text].coordinate.rstrip("0123456789")].width
                )
                assert width >= len(text) + 2

    def test_where_nothing_is_owed_it_says_so(self, form: Form, ledger: Ledger) -> None:
        receive(ledger, *(sent(serial) for serial in SERIALS))
        status = taken(ledger)
        sheet = openpyxl.load_workbook(BytesIO(write_status(form, status)))["催报"]
        assert sheet["B1"].value == "没有需要催报的单位。"

    def test_a_form_without_groups_has_one_row(self, ledger: Ledger) -> None:
        form = load_form(Path(__file__).parent / "data" / "forms" / "farm-survey")
        status = taken(ledger, [Unit(group="", name="North", code="n1")])
        book = openpyxl.load_workbook(BytesIO(write_status(form, status)))
        assert book.sheetnames == ["State of returns", "Details", "Reminders", "Journal"]
        assert book["State of returns"]["C5"].value == 1
        assert book["Reminders"]["B1"].value == "1 missing"

    @pytest.mark.parametrize(
        ("due", "came", "share"),
        [(7, 3, "43%"), (8, 1, "13%"), (200, 199, "99%"), (200, 1, "1%"), (3, 3, "100%")],
    )
    def test_what_came_is_rounded_and_all_only_where_all_came(
        self, form: Form, ledger: Ledger, due: int, came: int, share: str
    ) -> None:
        units = [Unit(group="甲市", name=f"{n}镇", code=f"44{n:03}") for n in range(due)]
        receive(ledger, *(sent(f"44{n:03}-1") for n in range(came)))
        book = openpyxl.load_workbook(BytesIO(write_status(form, taken(ledger, units))))
        assert book["报送情况"]["J6"].value == share

    def test_a_long_roster_is_told_in_figures(self, form: Form, ledger: Ledger) -> None:
        units = [Unit(group="甲市", name=f"{n}镇", code=f"44{n:02}") for n in range(60)]
        book = openpyxl.load_workbook(BytesIO(write_status(form, taken(ledger, units))))
        assert book["报送情况"]["C6"].value == "0 / 60"
