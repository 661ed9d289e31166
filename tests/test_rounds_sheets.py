"""The sheets of two rounds: sentences, live changes, words kept apart, pages, foreign texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from compared_forms import answer, form_of, full_form, number, records_to, summed
from hand_returns import Typed, return_of
from paper import lines_of, to_pdf
from test_across_rounds import Filled, earlier, form_before, round_of
from test_report import (
    EVIL,
    FOLDERS,
    OFFICIAL,
    cells,
    form_named,
    hold_all_cached,
    opened,
)

from clusterxl.across_rounds import Round, Rounds, compare_rounds, with_findings
from clusterxl.aggregate import aggregate_records
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.form.roster import units_of
from clusterxl.normalise import normalise_returns
from clusterxl.pairing import Rename
from clusterxl.report import write_comparison
from clusterxl.testing.simulate import simulate_answers

SHEET, DOUBTS, PAIRS = "逐年对照", "两轮核对", "疑似更名"


def written(before: Round, now: Round, renames: tuple[Rename, ...] = ()) -> bytes:
    rounds = compare_rounds(before, now, renames)
    return write_comparison(with_findings(now.comparison, rounds), sample=True, rounds=rounds)


def simulated_round(form: Form, seeds: range, *, times: float = 1) -> Round:
    """Return a round of made-up returns, spread over the units; numbers grow with `times`."""
    units = units_of(form) or (None,)
    returns = []
    for seed in seeds:
        unit = units[seed * 7 % len(units)]
        typed = dict(simulate_answers(form, unit=unit, seed=seed, subject_no=seed + 1))
        for asked in form.inputs:
            value = typed.get(asked.key)
            if asked.type.is_numeric and isinstance(value, float | int):
                typed[asked.key] = round(value * times, 2)
        code = unit.code if unit else ""
        returns.append(return_of(form, typed, file=f"r{seed}-{times}.xlsx", unit=code))
    records = normalise_returns(returns, form=form)
    return Round(records=records, comparison=aggregate_records(records))


def two_years(name: str, before: range, now: range) -> tuple[Round, Round]:
    """Return two rounds of a form, a year apart where it has years."""
    form = form_named(name)
    first = load_form(form.source, base_year=form.base_year - 1) if form.base_year else form
    return simulated_round(first, before), simulated_round(form, now, times=1.25)


def hand_made() -> tuple[Round, Round]:
    """Return two rounds with gaps of every sort."""
    before = round_of(
        form_before(),
        earlier("b1.xlsx", "甲市", "甲水暖集群", (80, 90, 100), share_2022=40, patents=0),
        earlier("b2.xlsx", "甲市", "甲陶瓷集群", (40, 45, "无"), firms_2022="无"),
        earlier("b3.xlsx", "乙市", "乙家电集群", (10, 11, 12)),
        earlier("b4.xlsx", "丙市", "丙五金集群", (20, 21, "不详")),
        earlier("b5.xlsx", "丙市", "丙灯具产业集群", (5, 6, 7)),
    )
    now = round_of(
        full_form(),
        answer("a1.xlsx", "甲市", "甲水暖集群", (90, 105, 120), share_2022=50, patents=30),
        answer("a2.xlsx", "甲市", "甲陶瓷集群", (45, 50, 60), firms_2022=7),
        answer("a4.xlsx", "丙市", "丙五金集群", (21, 22, 10), firms_2022="无"),
        answer("a5.xlsx", "丙市", "丙灯饰产业集群", (6, 7, 8)),
        answer("a6.xlsx", "乙市", "乙服装集群", ("", "", ""), patents="约40"),
    )
    return before, now


@pytest.fixture(scope="module")
def hand() -> bytes:
    return written(*hand_made())


def rows_of(content: bytes, sheet: str = SHEET) -> dict[str, list[Any]]:
    """Return the values of each row of a sheet, by its first cell."""
    rows = opened(content, values=True)[sheet].iter_rows(min_col=2, values_only=True)
    return {str(row[0]): list(row[1:]) for row in rows if row[0]}


def title(*both: tuple[Filled, ...], renames: tuple[Rename, ...] = ()) -> str:
    """Return the sentence over two rounds with these forms filled in, a year apart."""
    before, now = round_of(form_before(), *both[0]), round_of(full_form(), *both[1])
    return str(opened(written(before, now, renames))[SHEET]["B1"].value)


def test_without_a_round_before_nothing_changes() -> None:
    comparison = aggregate_records(records_to(full_form(), answer("a", "甲市", "甲", (1, 2, 3))))
    assert not {SHEET, DOUBTS} & set(opened(write_comparison(comparison)).sheetnames)


def test_the_finding_is_the_title(hand: bytes) -> None:
    assert opened(hand)[SHEET]["B1"].value == (
        "逐年对照：3 个集群两轮都报，总产值 100.0 → 120.0 亿元，升 20.0%；"
        "新增 2；未再报 2；疑似更名 1 对待核"
    )
    assert "上一轮为 small 2021年，5 份申报表" in opened(hand)["总览"]["B2"].value


def test_titles_when_it_falls_stays_and_cannot_be_told() -> None:
    def one(output: tuple[Typed, ...], name: str = "甲") -> tuple[Filled, ...]:
        return (answer("a.xlsx", "甲市", name, output),)

    before = (earlier("b.xlsx", "甲市", "甲", (1, 2, 40)),)
    assert title(before, one((1, 2, 30))).endswith("总产值 40.0 → 30.0 亿元，降 25.0%")
    assert title(before, one((1, 2, 40))).endswith("总产值 40.0 亿元，基本持平")
    assert title(before, one((1, 2, "无"))) == "逐年对照：1 个集群两轮都报"
    assert title((), one((1, 2, 3))) == "逐年对照：两轮没有同一个集群；新增 1"
    assert title(before, ()) == "逐年对照：两轮没有同一个集群；未再报 1"
    assert title((), ()) == "逐年对照：两轮都没有申报表"


def test_numbers_words_and_nothing_are_three_things(hand: bytes) -> None:
    rows = rows_of(hand)
    # 集群, 市, 对应, then before, now and change of each figure.
    assert rows["甲水暖集群"][:5] == ["甲市", "两轮都报", 100, 120, pytest.approx(20)]
    assert rows["甲陶瓷集群"][2:5] == ["无", 60, "—"]
    assert rows["丙五金集群"][2:5] == ["无法识别", 10, "—"]
    assert rows["乙家电集群"][1:5] == ["未再报", 12, "—", "—"]
    assert rows["乙服装集群"][1:5] == ["新增", "—", "—", "—"]
    # Shares change in points, counts by their difference.
    assert rows["甲水暖集群"][5:8] == [40, 50, 10]
    # A word that counts as 0 is the number 0 and shows the word.
    assert rows["丙五金集群"][8:11] == [10, 0, -10]
    sheet = opened(hand)[SHEET]
    shown = {cell.number_format for row in sheet.iter_rows() for cell in row}
    assert any(shape.endswith('"无"') for shape in shown)


def test_totals_are_live_and_like_for_like(hand: bytes) -> None:
    rows = rows_of(hand)
    assert rows["同口径合计"][2:5] == [100, 120, pytest.approx(20)]
    assert rows["计入份数"][3] == "1 / 3"
    sheet = opened(hand)[SHEET]
    total = next(row for row in sheet.iter_rows() if row[1].value == "同口径合计")
    assert str(total[4].value).startswith("=IF(SUMPRODUCT(ISNUMBER(")
    assert str(total[6].value).startswith("=IF(AND(")


def test_a_renamed_one_stands_with_both_names() -> None:
    told = (Rename(line=2, unit="", before="丙灯具产业集群", now="丙灯饰产业集群"),)
    content = written(*hand_made(), told)
    rows = rows_of(content)
    assert rows["丙灯饰产业集群（原名 丙灯具产业集群）"][:4] == ["丙市", "更名", 7, 8]
    assert "疑似更名" not in opened(content)[SHEET]["B1"].value


def test_what_has_to_be_asked_is_listed_with_both_cells(hand: bytes) -> None:
    book = opened(hand, values=True)
    pairs = [list(row) for row in book[PAIRS].iter_rows(min_col=2, values_only=True)]
    pair = next(row for row in pairs if row[0] == "丙灯饰产业集群")
    assert pair[1:3] == ["丙市", "丙灯具产业集群"]
    assert [str(place).split()[0] for place in pair[5:7]] == ["b5.xlsx", "a5.xlsx"]
    rows = [list(row) for row in book[DOUBTS].iter_rows(min_col=2, values_only=True)]
    restated = next(row for row in rows if row[0] == "甲水暖集群")
    assert restated[2:7] == ["总产值（亿元） 2021年", 100, 105, 5, "亿元"]
    assert [str(place).split()[0] for place in restated[7:9]] == ["b1.xlsx", "a1.xlsx"]
    assert "XCT-RENAMED" in {cell.value for _, _, cell in cells(book) if cell.value}


def test_without_doubts_there_is_no_sheet_for_them() -> None:
    same = round_of(full_form(), answer("a.xlsx", "甲市", "甲", (1, 2, 3)))
    content = written(same, same)
    assert SHEET in opened(content).sheetnames
    assert not {DOUBTS, PAIRS} & set(opened(content).sheetnames)


def test_figures_that_cannot_be_compared_are_named() -> None:
    old = form_of(number("a", "甲", aggregate=summed()), id="old")
    new = form_of(
        number("a", "甲", aggregate=summed()), number("b", "乙", aggregate=summed()), id="new"
    )
    content = written(round_of(old, ("b.xlsx", {"a": 1})), round_of(new, ("a.xlsx", {"a": 2})))
    assert "没有对照：乙（上一轮没有此栏）。" in opened(content)[SHEET]["B2"].value


def test_texts_of_returns_stay_texts() -> None:
    def filled(file: str, evil: str) -> Mapping[str, Typed]:
        return answer(file, "甲市", evil, (1, 2, 3), county=evil)[1]

    first = [(f"{evil[:1]}{n}.xlsx", filled("b", evil)) for n, evil in enumerate(EVIL)]
    second = [(f"={n}.xlsx", filled("a", f"{evil}2")) for n, evil in enumerate(EVIL)]
    before, now = round_of(full_form(), *first[:3]), round_of(full_form(), *first[2:], *second)
    texts = set()
    for _, _, cell in cells(opened(written(before, now))):
        if cell.data_type == "f":
            assert not any(evil.strip("=") in cell.value for evil in EVIL)
        elif cell.value in EVIL:
            texts.add(cell.value)
    assert texts == set(EVIL)


def test_the_same_rounds_give_the_same_bytes(hand: bytes) -> None:
    assert written(*hand_made()) == hand


def every_case() -> dict[str, bytes]:
    contents = {"hand": written(*hand_made())}
    for name in (OFFICIAL, *FOLDERS):
        contents[f"{name}-some"] = written(*two_years(name, range(9), range(2, 10)))
        contents[f"{name}-one"] = written(*two_years(name, range(1), range(1)))
        contents[f"{name}-nobody"] = written(*two_years(name, range(2), range(2, 4)))
        contents[f"{name}-empty"] = written(*two_years(name, range(0), range(0)))
    return contents


@pytest.mark.needs_libreoffice
def test_cached_values_are_what_libreoffice_calculates(tmp_path: Path) -> None:
    hold_all_cached(every_case(), tmp_path)


@pytest.mark.needs_libreoffice
def test_printed_pages_are_whole(tmp_path: Path) -> None:
    workbook = tmp_path / "comparison.xlsx"
    workbook.write_bytes(written(*two_years(OFFICIAL, range(6), range(1, 7))))
    pages = ["\n".join(line.text for line in page) for page in _pages(workbook, tmp_path)]
    assert len(pages) > 3
    assert not [page for page in pages if "###" in page]


def _pages(workbook: Path, folder: Path) -> list[Any]:
    """Return the pages of our two sheets; no print on them is under 7 points."""
    found = []
    for page in lines_of(to_pdf(workbook, folder)):
        text = "".join(line.text for line in page)
        if any(f"·{name}" in text.replace(" ", "") for name in (SHEET, DOUBTS)):
            assert min(line.size for line in page if len(line.text) > 1) >= 7
            found.append(page)
    return found


def test_two_hundred_against_two_hundred() -> None:
    form = full_form()

    def many(which: str, shift: int) -> Round:
        filled = [
            answer(
                f"{which}{n}.xlsx", "甲乙丙"[n % 3] + "市", f"{n}号产业集群", (n, n + 1, n + shift)
            )
            for n in range(200)
        ]
        return round_of(form, *filled)

    rounds: Rounds = compare_rounds(many("b", 2), many("a", 3))
    assert len(rounds.subjects) == 200
    assert set(rounds.subjects["link"]) == {"same"}
    assert len(rounds.restated) == 200
    assert replace(rounds, findings=()).totals["n"].tolist()[0] == 200
