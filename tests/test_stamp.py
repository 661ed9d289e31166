"""The identity of a workbook: written in three places, read from any of them."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterxl.errors import UnusableKeyError
from clusterxl.excel.book import Book
from clusterxl.excel.cells import literal
from clusterxl.excel.engines import read_workbook
from clusterxl.excel.limits import MAX_LITERAL, MAX_PROPERTY
from clusterxl.excel.raw import RawBook, RawCell, RawSheet
from clusterxl.excel.signing import Origin, key_id, new_key, signed, verify
from clusterxl.excel.stamp import (
    PROPERTY,
    STAMP_NAME,
    STAMP_SHEET,
    UNSIGNED,
    Stamp,
    carriers,
    parse_stamp,
    stamps_of,
)

STAMP = Stamp(
    kind="return", form="gd-2023", version="1a2b", base_year=2022, unit="440305", serial="440305-3"
)
OTHER = Stamp(kind="return", form="gd-2023", version="1a2b", base_year=2022, unit="440306")
KEY = bytes(range(32))
KNOWN = {part.name for part in fields(Stamp)}
WORDS = st.text().map(str.strip)
NEW_NAMES = st.from_regex("[a-z_]{1,9}", fullmatch=True).filter(lambda name: name not in KNOWN)
# What an earlier release may have written of the fullest workbook there can be.
LONGEST = Stamp(
    kind="correction",
    form="f" * 32,
    version="0" * 12,
    base_year=2022,
    rules="0" * 12,
    batch="b" * 12,
    unit="u" * 30,
    serial=f"{'u' * 30}-99",
    round=99,
    answers="0" * 12,
)


def sorted_pairs(found: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the entries of newer versions as a stamp has them."""
    return tuple(sorted(found.items()))


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
        "clusterxl;kind=return;form=gd-2023;version=1a2b;base_year=2022;unit=440305;serial=~-3;"
        "signature=unsigned"
    )


@given(
    st.builds(
        Stamp,
        kind=st.text(min_size=1).filter(str.strip).map(str.strip),
        form=st.text().map(str.strip),
        base_year=st.integers(0, 9999),
        rules=st.text().map(str.strip),
        batch=st.text().map(str.strip),
        unit=WORDS,
        serial=WORDS | st.sampled_from(["~", "~~1", "440305-1"]),
        round=st.integers(0, 99),
        answers=WORDS,
        more=st.dictionaries(NEW_NAMES, WORDS.filter(bool)).map(sorted_pairs),
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
    newer = " clusterxl ; seal=2;kind=return; form = gd-2023 ;base_year=soon"
    stamp = Stamp(kind="return", form="gd-2023", more=(("seal", "2"),))
    assert parse_stamp(newer) == stamp
    assert stamp.text() == "clusterxl;kind=return;form=gd-2023;seal=2;signature=unsigned"
    assert parse_stamp("clusterxl;kind=return;round=" + "9" * 5000) == Stamp(kind="return")
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


# ---- signatures


def test_a_signature_says_that_nothing_was_changed() -> None:
    genuine = signed(STAMP, KEY)
    assert verify(genuine, KEY) is Origin.GENUINE
    assert parse_stamp(genuine.text()) == genuine
    assert verify(STAMP, KEY) is Origin.UNSIGNED
    assert verify(replace(genuine, signature=""), KEY) is Origin.UNSIGNED
    assert verify(genuine, new_key()) is Origin.FORGED
    assert signed(genuine, KEY) == genuine


@given(st.data())
def test_no_letter_of_a_signed_stamp_can_be_changed(data: st.DataObject) -> None:
    genuine = signed(replace(LONGEST, more=(("seal", "7"),)), KEY)
    text = genuine.text()
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda other: other != text[place]))
    found = parse_stamp(text[:place] + letter + text[place + 1 :])
    # Blanks at the ends of entries are no part of what they say.
    assert found is None or found == genuine or verify(found, KEY) is not Origin.GENUINE


@given(st.data())
def test_no_entry_of_a_signed_stamp_can_be_another(data: st.DataObject) -> None:
    genuine = signed(replace(LONGEST, more=(("seal", "7"),)), KEY)
    name = data.draw(st.sampled_from(sorted(KNOWN - {"more"})))
    value = getattr(genuine, name)
    others = st.integers(0, 9999) if isinstance(value, int) else st.text(min_size=1)
    change: Any = {name: data.draw(others.filter(lambda other: other != value))}
    changed = replace(genuine, **change)
    if changed.signature != UNSIGNED:
        assert verify(changed, KEY) is Origin.FORGED


def test_an_entry_never_passes_for_two() -> None:
    one = signed(Stamp(kind="return", form="a", version="b"), KEY)
    moved = replace(one, form="a\n7:version=1:b", version="")
    assert verify(moved, KEY) is Origin.FORGED
    assert verify(replace(one, more=(("form", "a"),)), KEY) is Origin.FORGED


def test_the_fullest_stamp_fits_its_carriers() -> None:
    text = signed(LONGEST, KEY).text()
    assert len(text) <= min(MAX_LITERAL, MAX_PROPERTY)
    assert parse_stamp(text) == signed(LONGEST, KEY)
    found = Book(properties={PROPERTY: text})
    found.sheet("a")
    found.define_name(STAMP_NAME, f"={literal(text)}")
    assert set(carriers(read_workbook(found.save(), "a.xlsx"))) == {"name", "property"}


def test_a_key_is_named_and_never_shown() -> None:
    assert key_id(KEY) == key_id(KEY)
    assert len({key_id(new_key()) for _ in range(9)}) == 9
    assert KEY.hex()[:16] not in key_id(KEY)
    with pytest.raises(UnusableKeyError) as caught:
        signed(STAMP, b"short")
    assert caught.value.code == "stamp.key_short"
