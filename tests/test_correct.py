"""The correction: old answers in place, what is asked on top, and what the answers come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hand_returns import FORMS, all_checks, good_answers
from libreoffice_tools import recalculate, type_answers
from openpyxl.comments import Comment

from clusterxl.check import check_records
from clusterxl.correct import Sending, asks_of, next_stamp, old_answers, write_correction
from clusterxl.errors import NothingFoundError
from clusterxl.excel.cells import address, column_letters
from clusterxl.excel.raw import parse_reference
from clusterxl.finding import Finding, Severity
from clusterxl.form.answers import Answer
from clusterxl.form.file import load_form
from clusterxl.form.layout import lay_out
from clusterxl.form.model import Form, defined_name
from clusterxl.generate import generate_workbook
from clusterxl.judge import Judged, judge_replies
from clusterxl.normalise import Records, normalise_returns
from clusterxl.plan.correction_lines import FIRST_LINE, LEVEL, NOW, PROBLEM, VALUE
from clusterxl.plan.program import program_of
from clusterxl.read import Return, read_return
from clusterxl.replies import (
    ASKED_SHEET,
    BEFORE_SHEET,
    OWN_SHEETS,
    Ask,
    ReplyKind,
    note_name,
    reply_name,
    reply_words,
)
from clusterxl.ruleset.fills import random_fills
from clusterxl.sentences import say
from clusterxl.testing.returns import simulate_return

FORM = all_checks()
SENDING = Sending(sent=date(2023, 4, 18), deadline=date(2023, 4, 25), sample=True)
WORDS = reply_words("zh")
CORRECTED, CONFIRMED, MISSING = WORDS.values()
# Asked at these, in the order of the form: a number as text, a blank, one to be verified.
BAD: Mapping[str, Answer] = {"area": "约40", "phone": None, "share_2021": 0.84}


@dataclass(frozen=True, kw_only=True, eq=False)
class Checked:
    """A return and what is said of it."""

    returned: Return
    records: Records
    findings: tuple[Finding, ...]

    @property
    def asks(self) -> tuple[Ask, ...]:
        return asks_of(self.returned, self.records, self.findings)

    def ask(self, key: str) -> Ask:
        return next(ask for ask in self.asks if ask.key == key)

    def correction(self, sending: Sending = SENDING) -> bytes:
        return write_correction(self.returned, self.records, self.findings, sending=sending)


def checked(data: bytes, form: Form = FORM) -> Checked:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(data)
        found = read_return(path, forms=[form])
    assert found.account.is_balanced
    records = normalise_returns([found])
    return Checked(returned=found, records=records, findings=check_records(records))


def filed(changes: Mapping[str, Answer]) -> Checked:
    answers = {**good_answers(), **changes}
    typed = {key: value for key, value in answers.items() if value is not None}
    return checked(generate_workbook(FORM, answers=typed))  # type: ignore[arg-type]


def typed(data: bytes, entries: Mapping[str, Answer | date]) -> bytes:
    """Type into cells by the names they have in the workbook."""
    book = openpyxl.load_workbook(BytesIO(data))
    for name, value in entries.items():
        area = parse_reference(book.defined_names[name].attr_text)
        assert area is not None
        book[area.sheet].cell(area.row, area.column).value = value
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


@pytest.fixture(scope="module")
def bad() -> Checked:
    return filed(BAD)


def judged(before: Checked, data: bytes) -> tuple[Judged, Checked]:
    after = checked(data, before.returned.form)
    found = judge_replies(
        before.asks, before.returned, after.returned, after.records, after.findings
    )
    return found, after


def told(found: Judged) -> list[tuple[str, str]]:
    return [(f.code, f.key) for f in found.findings if f.code.startswith("COR-")]


# ---- the workbook


def test_old_answers_stand_in_place_as_typed(bad: Checked) -> None:
    again = checked(bad.correction())
    assert {key: (c.raw.kind, c.raw.value) for key, c in again.returned.cells.items()} == {
        key: (c.raw.kind, c.raw.value) for key, c in bad.returned.cells.items()
    }


def test_the_check_says_the_same_of_a_correction_as_of_the_return(bad: Checked) -> None:
    again = checked(bad.correction())
    assert [(f.code, f.key, f.message) for f in again.findings] == [
        (f.code, f.key, f.message) for f in bad.findings
    ]


def test_its_own_list_is_known_and_every_cell_accounted_for(bad: Checked) -> None:
    again = checked(bad.correction()).returned
    assert again.account.unclaimed == 0
    assert again.unclaimed == ()
    assert [f for f in again.findings if not f.key] == []


def test_it_carries_round_and_the_return_it_answers(bad: Checked) -> None:
    again = checked(bad.correction()).returned
    assert again.stamp == next_stamp(bad.returned)
    assert again.stamp
    assert (again.stamp.kind, again.stamp.round) == ("return", 1)
    assert again.stamp.answers == bad.returned.return_id
    assert next_stamp(again).round == 2


def test_the_same_correction_is_the_same_bytes(bad: Checked) -> None:
    assert bad.correction() == bad.correction()
    assert bad.correction() != bad.correction(replace(SENDING, sent=date(2023, 4, 19)))


def test_lines_stand_in_the_order_of_the_form_errors_first(bad: Checked) -> None:
    assert [(ask.number, ask.code, ask.key) for ask in bad.asks] == [
        (1, "GEN-REQ", "phone"),
        (2, "GEN-NUM", "area"),
        (3, "GEN-FRA", "share_2021"),
    ]


def test_what_normalisation_found_is_offered(bad: Checked) -> None:
    assert (bad.ask("area").value, bad.ask("area").offer) == ("约40", "40")
    assert bad.ask("share_2021").offer == ""


def test_doubtful_cells_bear_a_note_and_all_inputs_are_open(bad: Checked) -> None:
    book = openpyxl.load_workbook(BytesIO(bad.correction()))
    area = parse_reference(book.defined_names["f_area"].attr_text)
    assert area is not None
    cell = book[area.sheet].cell(area.row, area.column)
    assert cell.comment is not None
    assert bad.ask("area").message in cell.comment.text
    for asked in FORM.inputs:
        place = parse_reference(book.defined_names[defined_name(asked.key)].attr_text)
        assert place is not None
        at = book[place.sheet].cell(place.row + max(asked.row - 1, 0), place.column)
        assert not at.protection.locked, asked.key


def test_names_of_answers_are_none_of_the_form(bad: Checked) -> None:
    book = openpyxl.load_workbook(BytesIO(bad.correction()))
    for name in (reply_name(1), note_name(1)):
        place = parse_reference(book.defined_names[name].attr_text)
        assert place is not None
        assert book.worksheets[0].title == place.sheet
        assert not book[place.sheet].cell(place.row, place.column).protection.locked
    assert not any(defined_name(asked.key).startswith("r_") for asked in FORM.inputs)


def test_nothing_to_ask_is_no_correction() -> None:
    good = filed({})
    with pytest.raises(NothingFoundError):
        good.correction()


def test_an_explained_warning_is_not_asked() -> None:
    note = FORM.by_key["share_2021"].note
    explained = filed({**BAD, note: "口径不同"})
    assert "share_2021" not in {ask.key for ask in explained.asks}


# ---- odd contents


def test_errors_formulas_and_dates_come_back_as_text() -> None:
    data = generate_workbook(FORM, answers=good_answers())  # type: ignore[arg-type]
    odd = checked(
        typed(data, {"f_area": "#DIV/0!", "f_growth": "=1+1", "f_name": date(2023, 5, 1)})
    )
    old = old_answers(odd.returned)
    assert old["area"] == "#DIV/0!"
    assert old["growth"] == "=1+1"
    assert old["name"] == "2023-05-01"
    again = checked(odd.correction())
    kinds = {again.returned.cells[key].raw.kind for key in ("area", "growth", "name")}
    assert kinds == {"text"}
    assert not again.returned.cells["growth"].raw.formula


def test_text_without_a_place_is_listed_whole_and_comments_too() -> None:
    data = generate_workbook(FORM, answers=good_answers())  # type: ignore[arg-type]
    book = openpyxl.load_workbook(BytesIO(data))
    sheet = book.worksheets[1]
    sheet.protection.sheet = False
    long = "另有三家企业正在申报，名单如下。" * 60
    sheet.cell(60, 3).value = long
    sheet.cell(61, 3).comment = Comment("请看这里", "x")
    kept = BytesIO()
    book.save(kept)
    odd = checked(kept.getvalue())
    keyless = [ask for ask in odd.asks if not ask.key]
    assert {ask.code for ask in keyless} == {"READ-UNCLAIMED", "READ-COMMENT"}
    assert [ask.keys for ask in keyless] == [(), ()]
    listed = openpyxl.load_workbook(BytesIO(odd.correction())).worksheets[0]
    texts = [str(cell.value or "") for cell in listed[column_letters(VALUE)]]
    assert long in "".join(texts)
    assert "请看这里" in texts
    # Moved or not, it is not in the fresh workbook: only an answer settles it.
    found, _ = judged(odd, odd.correction())
    assert [code for code, _ in told(found)] == ["COR-OPEN", "COR-OPEN"]
    answers: dict[str, Answer | date] = {reply_name(ask.number): CORRECTED for ask in keyless}
    found, _ = judged(odd, typed(odd.correction(), answers))
    assert told(found) == []
    assert set(keyless) <= set(found.closed)


@pytest.mark.parametrize(
    ("folder", "defect"),
    [("farm-survey", "blank"), ("harvest-years", "blank"), ("one-field", "word")],
)
def test_other_forms_are_corrected_as_well(folder: str, defect: str) -> None:
    form = load_form(FORMS / folder)
    before = checked(simulate_return(form, seed=4, defects=[defect]), form)
    again = checked(before.correction(), form)
    assert [(f.code, f.key) for f in again.findings] == [(f.code, f.key) for f in before.findings]
    assert again.returned.account.unclaimed == 0
    assert [reply.kind for reply in again.returned.replies] == [ReplyKind.NONE] * len(before.asks)


@pytest.mark.parametrize(("form", "seed"), [(FORM, 1), (load_form(FORMS / "farm-survey"), 2)])
def test_whatever_was_typed_the_check_says_the_same_again(form: Form, seed: int) -> None:
    instances = [verdict.instance for verdict in program_of(lay_out(form)).verdicts]
    for fill in random_fills(form, instances, 4, seed):
        known: Mapping[str, Answer] = {
            key: value for key, value in fill.items() if isinstance(value, str | int | float)
        }
        before = checked(generate_workbook(form, answers=known), form)
        again = checked(before.correction(), form)
        assert [(f.code, f.key, f.message) for f in again.findings] == [
            (f.code, f.key, f.message) for f in before.findings
        ]
        assert again.returned.account.unclaimed == 0
        found, _ = judged(before, before.correction())
        assert "COR-ELSE" not in {code for code, _ in told(found)}


def test_what_is_typed_beside_the_list_is_told(bad: Checked) -> None:
    book = openpyxl.load_workbook(BytesIO(bad.correction()))
    book.worksheets[0].cell(40, 4).value = "以上请参考附件"
    book.worksheets[0].cell(1, 2).value = "改了标题"
    kept = BytesIO()
    book.save(kept)
    found = checked(kept.getvalue()).returned
    assert [one.text for one in found.unclaimed] == ["改了标题", "以上请参考附件"]
    assert {"READ-UNCLAIMED", "INT-LABEL"} <= {f.code for f in found.findings}


def test_answers_are_found_when_the_list_was_moved_and_renamed(bad: Checked) -> None:
    data = answered(bad, "share_2021", CONFIRMED, "口径不同")
    book = openpyxl.load_workbook(BytesIO(data))
    old = book.worksheets[0].title
    book.worksheets[0].title = "改名"
    for name in book.defined_names.values():
        name.attr_text = name.attr_text.replace(f"'{old}'!", "'改名'!")
    kept = BytesIO()
    book.save(kept)
    found, after = judged(bad, kept.getvalue())
    assert bad.ask("share_2021") in found.closed
    assert after.returned.account.unclaimed == 0


def test_without_its_memory_a_list_is_read_as_nothing(bad: Checked) -> None:
    book = openpyxl.load_workbook(BytesIO(answered(bad, "area", CORRECTED, f_area=40)))
    for name in OWN_SHEETS:
        del book[name]
    kept = BytesIO()
    book.save(kept)
    after = checked(kept.getvalue())
    assert after.returned.replies == ()
    # Nobody knows what was printed there: it is told as a sheet of the respondent's own.
    assert "READ-UNCLAIMED" in {f.code for f in after.findings}
    found = judge_replies(bad.asks, bad.returned, after.returned, after.records, after.findings)
    assert bad.ask("area") in found.closed


def test_a_form_sent_blank_is_settled_by_filling_it_in() -> None:
    before = filed(dict.fromkeys(good_answers()))
    assert "READ-BLANK" in {ask.code for ask in before.asks}
    # What stands in a cell before it is answered was typed by nobody.
    assert {ask.value for ask in before.asks} == {""}
    entries: dict[str, Answer | date] = {
        defined_name(key): value
        for key, value in good_answers().items()
        if isinstance(value, str | int | float) and "[" not in key
    }
    found, _ = judged(before, typed(before.correction(), entries))
    assert {ask.code for ask in found.open} == set()


# ---- answers


def answered(bad: Checked, key: str, reply: str, note: str = "", **cells: Answer) -> bytes:
    number = bad.ask(key).number
    entries: dict[str, Answer | date] = {reply_name(number): reply}
    if note:
        entries[note_name(number)] = note
    return typed(bad.correction(), {**entries, **cells})


@pytest.mark.parametrize(
    ("key", "reply", "note", "cells", "code"),
    [
        ("area", CORRECTED, "", {"f_area": 40}, ""),
        ("area", "", "", {"f_area": 40}, ""),
        ("area", CORRECTED, "", {}, "COR-SAME"),
        ("area", CONFIRMED, "就是这样", {}, "COR-ERROR"),
        ("area", MISSING, "没有统计", {}, "COR-MISSING"),
        ("area", MISSING, "", {}, "COR-OPEN"),
        ("area", "", "", {}, "COR-OPEN"),
        ("area", "改好了", "", {}, "COR-OPEN"),
        ("share_2021", CONFIRMED, "口径不同", {}, ""),
        ("share_2021", CONFIRMED, "", {}, "COR-OPEN"),
        ("share_2021", CORRECTED, "", {"f_share_2021": 84.0}, ""),
        ("phone", CORRECTED, "", {"f_phone": "0755-00001234"}, ""),
    ],
)
def test_each_answer_is_judged(
    bad: Checked, key: str, reply: str, note: str, cells: Mapping[str, Answer], code: str
) -> None:
    found, _ = judged(bad, answered(bad, key, reply, note, **cells))
    assert [c for c, at in told(found) if at == key] == ([code] if code else [])
    assert (bad.ask(key) in found.closed) is not bool(code)
    assert (bad.ask(key) in found.open) is bool(code)


def test_a_change_that_helps_nothing_keeps_the_finding(bad: Checked) -> None:
    found, _ = judged(bad, answered(bad, "area", CORRECTED, f_area="约41"))
    assert ("COR-SAME", "area") not in told(found)
    assert ("GEN-NUM", "area") in {(f.code, f.key) for f in found.findings}
    assert bad.ask("area") in found.open


def test_the_number_that_is_meant_is_a_correction_of_its_text() -> None:
    before = filed({"area": "40"})
    found, after = judged(before, answered(before, "area", CORRECTED, f_area=40))
    assert told(found) == []
    assert after.asks == ()


def test_a_confirmed_warning_becomes_explained(bad: Checked) -> None:
    found, _ = judged(bad, answered(bad, "share_2021", CONFIRMED, "口径不同"))
    explained = [f for f in found.findings if f.key == "share_2021"]
    assert [(f.note, f.is_explained) for f in explained] == [("口径不同", True)]


def test_a_change_elsewhere_is_told_with_old_and_new(bad: Checked) -> None:
    found, _ = judged(bad, typed(bad.correction(), {"f_growth": 6.25, "f_contact": "李某"}))
    elsewhere = [f for f in found.findings if f.code == "COR-ELSE"]
    assert [f.key for f in elsewhere] == ["contact", "growth"]
    assert "5.5" in elsewhere[1].message
    assert "6.25" in elsewhere[1].message
    assert all(f.severity is Severity.WARNING for f in elsewhere)
    # A contact is nobody else's business.
    assert "李某" not in elsewhere[0].message


def test_nothing_answered_leaves_all_open_and_changes_nothing(bad: Checked) -> None:
    found, after = judged(bad, bad.correction())
    assert told(found) == [("COR-OPEN", key) for key in ("phone", "share_2021", "area")]
    assert set(after.findings) <= set(found.findings)


def test_an_own_file_again_is_judged_by_the_check_alone(bad: Checked) -> None:
    own = filed({**BAD, "area": 40, "growth": 6})
    found = judge_replies(bad.asks, bad.returned, own.returned, own.records, own.findings)
    assert told(found) == []
    assert found.findings == own.findings
    assert found.closed == (bad.ask("area"),)


def test_round_after_round_lists_what_is_still_open(bad: Checked) -> None:
    data = answered(bad, "area", CORRECTED, f_phone="0755-00001234", f_growth=6)
    found, after = judged(bad, data)
    second = Checked(returned=after.returned, records=after.records, findings=found.findings)
    assert [(ask.code, ask.key) for ask in second.asks] == [
        ("GEN-NUM", "area"),
        ("GEN-FRA", "share_2021"),
        ("COR-ELSE", "growth"),
    ]
    # What became of the answer is told in the line it is about.
    assert "\n" in second.ask("area").message
    done, third = judged(
        second,
        typed(
            second.correction(),
            {
                "f_area": 40,
                "f_share_2021": 84,
                reply_name(second.ask("growth").number): CONFIRMED,
                note_name(second.ask("growth").number): "更正笔误",
            },
        ),
    )
    assert third.returned.stamp
    assert third.returned.stamp.round == 2
    assert done.open == ()
    last = Checked(returned=third.returned, records=third.records, findings=done.findings)
    assert last.asks == ()


# ---- filled in by a program


@pytest.mark.needs_libreoffice
def test_answers_typed_and_saved_in_libreoffice_come_back(bad: Checked, tmp_path: Path) -> None:
    blank, filled = tmp_path / "blank.xlsx", tmp_path / "filled.xlsx"
    blank.write_bytes(bad.correction())
    book = openpyxl.load_workbook(blank)
    entries: Mapping[str, str | float] = {
        "f_area": 40,
        "f_growth": 6,
        reply_name(bad.ask("area").number): CORRECTED,
        reply_name(bad.ask("phone").number): CORRECTED,
        reply_name(bad.ask("share_2021").number): CONFIRMED,
        note_name(bad.ask("share_2021").number): "口径不同",
    }
    places = {}
    for name, value in entries.items():
        area = parse_reference(book.defined_names[name].attr_text)
        assert area is not None
        places[area.sheet, address(area.row, area.column)] = value
    type_answers(blank, filled, places)
    found, after = judged(bad, filled.read_bytes())
    assert after.returned.account.unclaimed == 0
    assert [f for f in after.findings if not f.key] == []
    assert told(found) == [("COR-SAME", "phone"), ("COR-ELSE", "growth")]
    assert {ask.key for ask in found.closed} == {"area", "share_2021"}
    # The list itself says the same, worked out by the program.
    listed = openpyxl.load_workbook(filled, data_only=True).worksheets[0]
    lines = [FIRST_LINE + bad.ask(key).number - 1 for key in ("area", "share_2021", "phone")]
    done = say("correction.answered")
    assert [listed.cell(row, LEVEL).value for row in lines[:2]] == [done, done]
    assert listed.cell(lines[2], LEVEL).value == say("plan.level_fill")
    assert listed.cell(lines[0], NOW).value == "40"
    assert say("correction.remark_same") in str(listed.cell(lines[2], PROBLEM).value)
    headline = say("correction.headline", total=3, done=2, left=1)
    assert headline in [cell.value for cell in listed[3]]


@pytest.mark.needs_libreoffice
def test_what_is_cached_is_what_libreoffice_works_out(bad: Checked, tmp_path: Path) -> None:
    blank = tmp_path / "blank.xlsx"
    blank.write_bytes(bad.correction())
    recalculate([blank], tmp_path / "again")
    before = openpyxl.load_workbook(blank, data_only=True)
    again = openpyxl.load_workbook(tmp_path / "again" / "blank.xlsx", data_only=True)
    for name in (before.sheetnames[0], ASKED_SHEET, BEFORE_SHEET):
        texts = [
            {c.coordinate: c.value for row in book[name].iter_rows() for c in row if c.value}
            for book in (before, again)
        ]
        assert texts[0] == texts[1], name


@pytest.mark.parametrize("name", ["=EVIL(1)", "'=quoted", "'quoted", "_x0041_"])
def test_a_name_that_looks_like_a_formula_is_a_name_on_the_list(name: str) -> None:
    before = filed({**BAD, "name": name})
    again = checked(before.correction())
    assert not [f.message for f in again.findings if f.code.startswith(("READ-", "INT-"))]
