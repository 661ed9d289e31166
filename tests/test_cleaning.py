# ruff: noqa: RUF001  (full-width digits and signs are what is tested)
from __future__ import annotations

import math

import pytest
from hand_returns import FORMS, Typed, all_checks, raw_of
from hypothesis import given
from hypothesis import strategies as st

from clusterxl.cleaning import Answer, Cleaner
from clusterxl.excel.formats import BUILT_IN, is_date_format
from clusterxl.excel.raw import RawCell
from clusterxl.form.file import load_form
from clusterxl.frames import Status
from clusterxl.numbers import raw_text

FORM = all_checks()
CLEANER = Cleaner(FORM)
ENGLISH = load_form(FORMS / "harvest-years")
VALUE, NONE, NOT_APPLICABLE = Status.VALUE, Status.NONE, Status.NOT_APPLICABLE
BLANK, INVALID = Status.BLANK, Status.INVALID


def clean(key: str, typed: Typed, cleaner: Cleaner = CLEANER, form: object = FORM) -> Answer:
    asked = (ENGLISH if form is ENGLISH else FORM).by_key[key]
    raw = raw_of(typed)
    return cleaner.clean(asked, raw, cleaner.view(asked, raw))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (12.5, 12.5),
        (0, 0.0),
        ("12.5", 12.5),
        (" 12.5\u3000", 12.5),
        ("１２．５", 12.5),
        ("1,234.5", 1234.5),
        ("１，２３４．５", 1234.5),
        ("约12.5亿元", 12.5),
        ("约 12.5 亿元左右", 12.5),
        ("-3", -3.0),
        ("－３", -3.0),
        ("0.00", 0.0),
    ],
)
def test_numbers(typed: Typed, number: float) -> None:
    answer = clean("output_2022", typed)
    assert (answer.status, answer.number, answer.text) == (VALUE, number, "")
    assert bool(answer.receipts) == isinstance(typed, str)
    assert (answer.advice == "number_found") == isinstance(typed, str)


@pytest.mark.parametrize(
    "typed",
    [
        "12.5元", "12.5%", "12 5", "45-50", "同上", "12.5以上", "1.2.3", "1_000", "nan", "٣",
        "1e5", "十二", "1.25万", "007", True, "#REF!", "?", "=1+1", "12345678901234567890",
    ],
)  # fmt: skip
def test_what_is_not_clear_is_invalid(typed: Typed) -> None:
    answer = clean("output_2022", typed)
    assert answer.status is INVALID
    assert math.isnan(answer.number)
    assert not answer.receipts


def test_a_percentage_loses_its_sign_where_percent_is_asked() -> None:
    assert clean("share_2022", "45％").number == 45.0
    assert clean("share_2022", "45 %").number == 45.0
    assert clean("share_2022", "0.45").number == 0.45
    assert clean("output_2022", "45%").status is INVALID


def test_a_cell_in_percent_that_shows_too_much_is_asked_about() -> None:
    shown_as_6000 = RawCell(value=60, kind="number", number_format="0%")
    answer = clean("share_2022", shown_as_6000)
    assert (answer.status, answer.text, answer.advice) == (INVALID, "60", "percent_unclear")
    assert math.isnan(answer.number)


def test_a_text_that_looks_like_an_error_is_a_text() -> None:
    answer = clean("name", RawCell(value="#N/A", kind="text"))
    assert (answer.status, answer.text) == (VALUE, "#N/A")
    assert clean("name", RawCell(value="#N/A", kind="error")).status is INVALID


def test_a_cell_in_percent_is_taken_as_shown() -> None:
    cell = RawCell(value=0.6, kind="number", number_format="0.00%")
    answer = clean("share_2022", cell)
    assert (answer.number, answer.advice) == (60.0, "percent_format")
    assert answer.receipts == ("0.6 → 60 (百分比格式)",)
    assert clean("output_2022", cell).number == 0.6
    # The workbook itself prints the sign behind plan values, in quotes.
    quoted = RawCell(value=60, kind="number", number_format='0.00## "%"')
    assert clean("share_2022", quoted) == Answer(status=VALUE, number=60.0)


def formatted(value: float, code: str) -> RawCell:
    return RawCell(value=value, kind="number", number_format=code)


@pytest.mark.parametrize(
    "code",
    ["0;0%", "[>1]0%;0", "0_%", "0*%", '0"%"', "0\\%", "0!%", "[<0.5]0%;[>=0.5]0;0", '0%;0;"%"0'],
)
def test_a_sign_that_is_not_for_the_number_is_no_percentage(code: str) -> None:
    value = -0.6 if code.startswith("0%;") else 0.6
    assert clean("share_2022", formatted(value, code)) == Answer(status=VALUE, number=value)


@pytest.mark.parametrize("code", ["0%;0", "[Red]0%", "[<1]0%;0", "0;0;0%", '"a"0.0%"b"', "# 0 %"])
def test_a_sign_that_is_for_the_number_is_one(code: str) -> None:
    value = 0.0 if code == "0;0;0%" else 0.6
    answer = clean("share_2022", formatted(value, code))
    assert (answer.number, answer.advice) == (value * 100, "percent_format")


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("output_2022", 12000000, "0%"),
        ("output_2022", 12000000, '0,,"M"'),
        ("output_2022", 12000000, "#,##0,"),
        ("output_2022", 4, '0"万"'),
        ("output_2022", 4, '0"%"'),
        ("output_2022", 4, "0万元"),
        ("output_2022", 4, '0" million"'),
        ("output_2022", 4, "0‰"),
        ("share_2022", 0.5, "0%%"),
    ],
)
def test_a_format_that_shows_another_number_is_told(key: str, value: float, code: str) -> None:
    answer = clean(key, formatted(value, code))
    assert (answer.status, answer.number) == (VALUE, float(value))
    assert (answer.advice, answer.readings) == ("shown_otherwise", (code,))


@pytest.mark.parametrize(
    "code",
    [*BUILT_IN.values(), '0"亿元"', '#,##0.0" 亿元"', '"约"0', '0.0"左右"', "G/通用格式", ";;;"],
)
def test_a_format_that_shows_the_number_is_quiet(code: str) -> None:
    if "%" not in code and not is_date_format(code):
        assert clean("output_2022", formatted(4, code)) == Answer(status=VALUE, number=4.0)


def test_a_number_too_small_for_any_sum_is_not_used() -> None:
    for typed in (1e-320, -1e-200):
        answer = clean("output_2022", typed)
        assert (answer.status, answer.advice) == (INVALID, "number_too_small")
    assert clean("output_2022", 1e-17).status is VALUE


def test_a_number_of_more_digits_than_spreadsheets_keep_is_not_used() -> None:
    for typed in (1e15, -1e300, 12345678901234567890.0):
        answer = clean("output_2022", typed)
        assert (answer.status, answer.advice) == (INVALID, "number_too_large")
    assert clean("output_2022", "1234567890123456").status is INVALID
    assert clean("output_2022", 999_999_999_999_999.0).status is VALUE


def test_a_date_in_a_number_cell_is_not_used() -> None:
    answer = clean("output_2022", RawCell(value=44562, kind="date", number_format="yyyy/m/d"))
    assert (answer.status, answer.advice) == (INVALID, "date_in_number")


@pytest.mark.parametrize(
    ("key", "typed", "status", "text"),
    [
        ("output_2022", None, BLANK, ""),
        ("output_2022", "\u3000 \n", BLANK, ""),
        ("output_2022", "无", NONE, "无"),
        ("output_2022", " 无　", NONE, "无"),
        ("output_2022", "/", NONE, "无"),
        ("output_2022", "—", NONE, "无"),
        ("output_2022", "没有", NONE, "无"),
        ("output_2022", "不涉及", NOT_APPLICABLE, "不涉及"),
        ("output_2022", "N/A", NOT_APPLICABLE, "N/A"),
        ("story", "无", NONE, "无"),
        ("story", "-", NONE, "无"),
        ("story", "不适用", NOT_APPLICABLE, "不适用"),
        ("story", "0", VALUE, "0"),
        ("story", "无论如何", VALUE, "无论如何"),
        # Where 无 is not allowed nothing else is taken for it.
        ("name", "/", VALUE, "/"),
        ("name", "无", NONE, "无"),
        ("area", "/", INVALID, "/"),
        ("phone", "无", NONE, "无"),
        ("filed", "无", NONE, "无"),
        ("chart", "无", NONE, "无"),
        ("chart", "不涉及", VALUE, "不涉及"),
    ],
)
def test_none_blank_not_applicable_and_zero_are_four_things(
    key: str, typed: Typed, status: Status, text: str
) -> None:
    answer = clean(key, typed)
    assert (answer.status, answer.text) == (status, text)
    assert math.isnan(answer.number)


@pytest.mark.parametrize(
    ("typed", "text", "has_receipt"),
    [
        ("☑是　　□否　　□不涉及", "是", False),
        ("☑是 □否 □不涉及", "是", False),
        ("是", "是", False),
        ("√是　□否　□不涉及", "是", True),
        ("□是■否□不涉及", "否", True),
        ("否√", "否", True),
        ("☐是 ✔否 ☐不涉及", "否", True),
    ],
)
def test_choices(typed: str, text: str, has_receipt: bool) -> None:  # noqa: FBT001
    answer = clean("chart", typed)
    assert (answer.status, answer.text) == (VALUE, text)
    assert bool(answer.receipts) is has_receipt


@pytest.mark.parametrize("typed", ["□是　　□否　　□不涉及", "☐是☐否☐不涉及"])
def test_a_choice_with_nothing_ticked_is_blank(typed: str) -> None:
    assert clean("chart", typed).status is BLANK


@pytest.mark.parametrize("typed", ["☑是　　☑否　　□不涉及", "也许", 1.0, True])
def test_a_choice_that_is_none_is_invalid(typed: Typed) -> None:
    assert clean("chart", typed).status is INVALID


@pytest.mark.parametrize(
    ("typed", "number", "has_receipt"),
    [
        *(("☑", 1.0, False), ("□", 0.0, False), ("√", 1.0, True), ("■", 1.0, True)),
        # Ticks of symbol fonts, of Excel's own tick boxes, and words for them.
        *(
            ("R", 1.0, True),
            (True, 1.0, True),
            ("１", 1.0, True),
            (1.0, 1.0, True),
            ("是", 1.0, True),
        ),
        *(("☐", 0.0, True), (False, 0.0, True), ("0", 0.0, True), ("否", 0.0, True)),
    ],
)
def test_ticks(typed: Typed, number: float, has_receipt: bool) -> None:  # noqa: FBT001
    answer = clean("work_sale", typed)
    assert (answer.status, answer.number) == (VALUE, number)
    assert answer.text == ("☑" if number else "□")
    assert bool(answer.receipts) is has_receipt


def test_a_tick_cell_that_was_emptied_is_blank() -> None:
    assert clean("work_sale", None).status is BLANK


@pytest.mark.parametrize("typed", ["×", "☒", "是吧", 2.0, "A"])
def test_an_unclear_tick_is_invalid(typed: Typed) -> None:
    assert clean("work_sale", typed).status is INVALID


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        (RawCell(value=45026, kind="date"), "2023-04-10"),
        (45026.0, "2023-04-10"),
        (45026.75, "2023-04-10"),
        ("2023年4月10日", "2023-04-10"),
        ("2023年04月10", "2023-04-10"),
        ("2023年 4月 10日", "2023-04-10"),
        ("２０２３年４月１０日", "2023-04-10"),
        ("2023-4-10", "2023-04-10"),
        ("2023/4/10", "2023-04-10"),
        ("2023.4.10", "2023-04-10"),
    ],
)
def test_dates(typed: Typed, day: str) -> None:
    answer = clean("filed", typed)
    assert (answer.status, answer.text) == (VALUE, day)
    assert math.isnan(answer.number)


@pytest.mark.parametrize(
    "typed",
    [
        "2023年13月1日",
        "2023-4",
        "23-4-10",
        "2023-4/10",
        "四月",
        2023.0,
        "二〇二三",
        True,
    ],
)
def test_what_is_no_date_is_invalid(typed: Typed) -> None:
    assert clean("filed", typed).status is INVALID


def test_telephone_numbers_stay_text() -> None:
    assert clean("phone", 13800000000.0).text == "13800000000"
    assert clean("phone", " ０７５５-00001234 ").text == "0755-00001234"
    assert math.isnan(clean("phone", 13800000000.0).number)


def test_text_is_trimmed_and_its_lines_are_kept() -> None:
    answer = clean("story", "\u3000第一行\r\n第二行\r ")
    assert answer.text == "第一行\n第二行"
    assert [receipt.rpartition(" ")[2] for receipt in answer.receipts] == ["(统一换行)", "(去空格)"]


def test_picks() -> None:
    assert clean("city", "甲市") == Answer(status=VALUE, text="甲市")
    assert clean("city", "甲 市").text == "甲市"
    assert clean("city", "丙市").status is INVALID
    assert clean("patents_list[1].place", "乙市").text == "乙市"


def test_an_english_form_has_its_own_words() -> None:
    cleaner = Cleaner(ENGLISH)
    assert clean("wheat_2024", "none", cleaner, ENGLISH).status is NONE
    assert clean("wheat_2024", "Nil", cleaner, ENGLISH).text == "none"
    assert clean("wheat_2024", "n/a", cleaner, ENGLISH).status is NOT_APPLICABLE
    assert clean("wheat_2024", "about 12.5 t", cleaner, ENGLISH).number == 12.5
    assert clean("wheat_2024", "无", cleaner, ENGLISH).status is INVALID


def test_a_formula_never_calculated_is_invalid() -> None:
    cell = RawCell(formula="=SUM(A1:A2)", has_cached=False)
    assert raw_text(cell) == "=SUM(A1:A2)"
    assert clean("output_2022", cell).status is INVALID


def test_long_texts_are_cut_short_in_receipts() -> None:
    (receipt,) = clean("story", " " + "长" * 300).receipts
    assert len(receipt) < 100


def printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() and sign not in " \ufffd")


@given(st.text(max_size=40))
def test_no_text_loses_anything_but_its_margins(typed: str) -> None:
    answer = clean("name", typed)
    if answer.status is VALUE:
        assert printable(answer.text) == printable(typed)
    else:
        assert answer.status in (BLANK, NONE, NOT_APPLICABLE, INVALID)
        assert answer.status is not INVALID or typed.startswith("#")
