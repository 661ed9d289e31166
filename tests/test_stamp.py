"""The identity of a workbook: written in three places, read from any of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterxl.excel.raw import RawBook, RawCell, RawSheet
from clusterxl.excel.stamp import (
    PROPERTY,
    STAMP_NAME,
    STAMP_SHEET,
    Stamp,
    carriers,
    parse_stamp,
    stamps_of,
)

STAMP = Stamp(
    kind="return", form="gd-2023", version="1a2b", base_year=2022, unit="440305", serial="3"
)
OTHER = Stamp(kind="return", form="gd-2023", version="1a2b", base_year=2022, unit="440306")


def book(name: str = "", entry: str = "", cell: str = "", sheet: str = STAMP_SHEET) -> RawBook:
    """Return a workbook with what its three carriers hold."""
    kept = RawCell(value=cell, kind="text")
    return RawBook(
        sheets=(RawSheet(name=sheet, visibility="very_hidden", cells={(1, 1): kept}),),
        names={STAMP_NAME: name, "f_a": "s!$A$1"},
        properties={PROPERTY: entry, "KSOProductBuildVer": "2052-12.1"},
    )


def test_a_stamp_is_one_line_that_people_can_read() -> None:
    assert STAMP.text() == (
        "clusterxl;kind=return;form=gd-2023;version=1a2b;base_year=2022;unit=440305;serial=3;"
        "round=0;answers=;signature=unsigned"
    )


@given(
    st.builds(
        Stamp,
        kind=st.text(min_size=1).filter(str.strip).map(str.strip),
        form=st.text().map(str.strip),
        base_year=st.integers(0, 9999),
        unit=st.text().map(str.strip),
        serial=st.text().map(str.strip),
        round=st.integers(0, 99),
        answers=st.text().map(str.strip),
    )
)
def test_what_was_stamped_is_read_back(stamp: Stamp) -> None:
    assert parse_stamp(stamp.text()) == stamp
    assert parse_stamp(f'="{stamp.text()}"') == stamp


def test_the_text_fits_a_formula() -> None:
    odd = Stamp(kind="return", serial='a"b;c=d%e\nf')
    assert '"' not in odd.text()
    assert parse_stamp(f'"{odd.text()}"') == odd


@pytest.mark.parametrize(
    "text", ["", "clusterxl", "clusterxl;form=a", "clusterxl;kind=", "other;kind=return", "kind=a"]
)
def test_what_is_no_stamp_is_none(text: str) -> None:
    assert parse_stamp(text) is None


def test_a_stamp_of_another_time_is_read_as_far_as_it_goes() -> None:
    newer = " clusterxl ; later=2;kind=return; form = gd-2023 ;base_year=soon"
    assert parse_stamp(newer) == Stamp(kind="return", form="gd-2023")
    assert parse_stamp("clusterxl;kind=comparison") == Stamp(kind="comparison")


@pytest.mark.parametrize("place", ["name", "entry", "cell"])
def test_one_survivor_is_enough(place: str) -> None:
    text = STAMP.text()
    one = book(**{place: f'"{text}"' if place == "name" else text})
    assert stamps_of(one) == (STAMP,)
    assert len(carriers(one)) == 1


def test_all_carriers_are_read() -> None:
    text = STAMP.text()
    assert set(carriers(book(f'"{text}"', text, text))) == {"name", "property", "sheet"}
    assert stamps_of(book(f'"{text}"', text, text)) == (STAMP,)


def test_where_carriers_disagree_the_majority_comes_first() -> None:
    text, other = STAMP.text(), OTHER.text()
    assert stamps_of(book(f'"{other}"', text, text)) == (STAMP, OTHER)
    assert stamps_of(book(f'"{other}"', text, other)) == (OTHER, STAMP)
    assert stamps_of(book(f'"{other}"', text)) == (OTHER, STAMP)


def test_a_workbook_of_others_has_none() -> None:
    assert stamps_of(book("s!$A$1", "words", "12")) == ()
    assert stamps_of(book("#REF!", "", "", sheet="Sheet1")) == ()
