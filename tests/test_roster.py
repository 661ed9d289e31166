"""Rosters and the units of a form's own list."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterxl.errors import RosterError, UnknownUnitError
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit, find_unit, load_roster, units_of, unlisted

HEADER = "city,unit,code,type,subjects\n"
ASTON = Unit(group="Northshire", name="Aston", code="1101", type="rural")


@pytest.fixture
def forms(repository: Path) -> Path:
    return repository / "tests" / "data" / "forms"


@pytest.fixture
def harvest(forms: Path) -> Form:
    return load_form(forms / "harvest-years")


@pytest.fixture
def guangdong() -> Form:
    return load_form("gd-cluster-2023")


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_units_are_the_rows_with_a_code(harvest: Form, forms: Path) -> None:
    units = units_of(harvest)
    assert units[0] == ASTON
    assert [unit.code for unit in units] == ["1101", "1102", "2201"]
    assert units_of(load_form(forms / "farm-survey")) == ()


def test_units_of_guangdong(guangdong: Form) -> None:
    units = units_of(guangdong)
    assert len({unit.group for unit in units}) == 21
    assert len({unit.code for unit in units}) == len(units)
    assert find_unit(units, "440103").name == "荔湾区"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_roster_in_any_usual_encoding(encoding: str, guangdong: Form, tmp_path: Path) -> None:
    text = (
        HEADER + "广州市,荔湾区,,,2\r\n广州市,某开发区,,功能区,\r\n\r\n"
        "东莞市,某园区,,,\r\n广州市,另一开发区,,,3\r\n"
    )
    assert load_roster(write(tmp_path, text, encoding), guangdong) == (
        Unit(group="广州市", name="荔湾区", code="440103", type="区", subjects=2),
        Unit(group="广州市", name="某开发区", code="4401Z01", type="功能区"),
        Unit(group="东莞市", name="某园区", code="4419Z01"),
        Unit(group="广州市", name="另一开发区", code="4401Z02", subjects=3),
    )


def test_a_given_zone_code_is_not_given_twice(guangdong: Form, tmp_path: Path) -> None:
    text = HEADER + "广州市,甲园,,,\n广州市,乙园,4401Z01,,\n"
    units = load_roster(write(tmp_path, text), guangdong)
    assert [unit.code for unit in units] == ["4401Z02", "4401Z01"]


def test_columns_come_in_any_order_and_may_be_left_out(harvest: Form, tmp_path: Path) -> None:
    roster = write(tmp_path, "unit,city\nAston,Northshire\n")
    assert load_roster(roster, harvest) == (ASTON,)


def test_without_levels_the_unit_is_free(forms: Path, tmp_path: Path) -> None:
    farm = load_form(forms / "farm-survey")
    text = HEADER + ",Hill farms,H-1,,\n,Plain farms,,,2\n"
    assert load_roster(write(tmp_path, text), farm) == (
        Unit(group="", name="Hill farms", code="H-1", type=""),
        Unit(group="", name="Plain farms", code="Z01", subjects=2),
    )
    assert load_roster(write(tmp_path, "unit\nHill farms\n"), farm)[0].code == "Z01"


MISTAKES: dict[str, tuple[str, set[tuple[int, str]]]] = {
    "no_column": ("city,code\nNorthshire,1\n", {(1, "missing_column")}),
    "no_city": ("unit,code\nAston,1\n", {(1, "missing_column")}),
    "unknown_column": (HEADER.replace("type", "typ"), {(1, "unknown_column")}),
    "column_twice": ("city,unit,unit\n", {(1, "column_twice")}),
    "empty": (HEADER, {(1, "empty")}),
    "nothing": ("", {(1, "missing_column")}),
    "row_long": (HEADER + "Northshire,Aston,,,1,x\n", {(2, "row_long")}),
    "city": (HEADER + "Northshir,Aston,,,\n", {(2, "unknown_city")}),
    "city_blank": (HEADER + ",Aston,,,\n", {(2, "missing_city")}),
    "unit_blank": (HEADER + "Northshire,,7,,\n", {(2, "missing_unit")}),
    "unit": (HEADER + "Northshire,Astn,,,\n", {(2, "unknown_unit")}),
    "unit_twice": (
        HEADER + "Northshire,Aston,,,\n\nNorthshire,Aston,7,,\n",
        {(4, "unit_twice")},
    ),
    "code_twice": (
        HEADER + "Northshire,Aston,7,,\nNorthshire,Beeley,7,,\n",
        {(3, "code_twice")},
    ),
    "code_odd": (HEADER + "Northshire,Aston,a;b,,\n", {(2, "odd_code")}),
    "code_of_other": (HEADER + "Northshire,Aston,1102,,\n", {(2, "code_of_other")}),
    "subjects": (
        HEADER + "Northshire,Aston,,,0\nNorthshire,Beeley,,,two\nSouthshire,Calder,,,\uff11\n",
        {(2, "odd_subjects"), (3, "odd_subjects"), (4, "odd_subjects")},
    ),
    "many": (
        HEADER + "West,Aston,,,-1\nNorthshire,,,,1\n",
        {(2, "unknown_city"), (2, "odd_subjects"), (3, "missing_unit")},
    ),
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_all_mistakes_of_a_roster_at_once(
    text: str, expected: set[tuple[int, str]], harvest: Form, tmp_path: Path
) -> None:
    with pytest.raises(RosterError) as caught:
        load_roster(write(tmp_path, text), harvest)
    found = {(m.file, m.line, m.code.removeprefix("roster.")) for m in caught.value.mistakes}
    assert found == {("roster.csv", line, code) for line, code in expected}
    assert caught.value.code == "roster.broken"


def test_a_slip_is_asked_about_before_a_new_unit_is_made_of_it(
    guangdong: Form, tmp_path: Path
) -> None:
    with pytest.raises(RosterError) as caught:
        load_roster(write(tmp_path, HEADER + "深圳市,宝安,,,1\n"), guangdong)
    (mistake,) = caught.value.mistakes
    assert mistake.code == "roster.unit_near"
    assert "宝安区" in mistake.message
    text = HEADER + "深圳市,宝安,4403Z09,,\n深圳市,某园区,,,\n深圳市,宝安区,,,\n"
    units = load_roster(write(tmp_path, text), guangdong)
    told = [(unit.name, unit.code) for unit in unlisted(units, guangdong)]
    assert told == [("宝安", "4403Z09"), ("某园区", "4403Z01")]


def test_a_form_without_a_list_expects_no_unit_of_it(forms: Path, tmp_path: Path) -> None:
    farm = load_form(forms / "farm-survey")
    assert unlisted(load_roster(write(tmp_path, "unit\nHill farms\n"), farm), farm) == ()


def test_a_code_left_out_never_meets_one_given_below(harvest: Form, tmp_path: Path) -> None:
    text = HEADER + "Northshire,Aston,,,\nNorthshire,Beeley,1101,,\n"
    with pytest.raises(RosterError) as caught:
        load_roster(write(tmp_path, text), harvest)
    assert [m.code for m in caught.value.mistakes] == ["roster.code_of_other"]


@pytest.mark.parametrize("data", [b"\xff\xfea\x00", b"city\n\xff\xff\n"])
def test_a_roster_that_is_no_text(data: bytes, harvest: Form, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    with pytest.raises(RosterError) as caught:
        load_roster(path, harvest)
    assert [m.code for m in caught.value.mistakes] == ["roster.unreadable"]


def test_a_roster_that_is_not_there(harvest: Form, tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(RosterError) as caught:
            load_roster(path, harvest)
        assert caught.value.code == "roster.missing"


def test_a_unit_is_found_by_its_code_or_those_near_it_are_named(guangdong: Form) -> None:
    units = units_of(guangdong)
    for wanted, near in (("44010", "440103"), ("荔湾", "440103 广州市 荔湾区")):
        with pytest.raises(UnknownUnitError, match=near):
            find_unit(units, wanted)
    for wanted in ("", "???"):
        with pytest.raises(UnknownUnitError) as caught:
            find_unit(units, wanted)
        assert caught.value.code == "roster.unknown_code"


def test_several_marks_before_a_roster_are_no_part_of_its_head(
    guangdong: Form, tmp_path: Path
) -> None:
    text = "city,unit,code\n深圳市,宝安区,440306\n"
    once, twice = (
        load_roster(write(tmp_path, mark + text), guangdong) for mark in ("", "\ufeff\ufeff")
    )
    assert once == twice
