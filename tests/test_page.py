"""The page as a file: the same bytes, the words of the overview, nothing from outside."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from compared_forms import (
    CANARY,
    GROUPS,
    answer,
    form_of,
    full_form,
    number,
    records_to,
    three_returns,
)
from hand_returns import FORMS

from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.normalise import normalise_returns
from clusterxl.page import write_page
from clusterxl.page.document import SCRIPTS, _resource
from clusterxl.page.formats import formatted
from clusterxl.report.context import Context
from clusterxl.report.filed import Filing
from clusterxl.report.looks import ARROW, COUNT_OR_DASH, change_format
from clusterxl.report.outline import outline_of

TILES = (("甲市", "", "乙市"),)


def compared(form: Form | None = None) -> Comparison:
    return aggregate_records(records_to(form or full_form(), *three_returns()))


def data_of(page: bytes) -> dict[str, Any]:
    found = re.search(rb'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.mark.parametrize(
    ("value", "num_format", "shown"),
    [
        (1234.5, "#,##0", "1,235"),
        (0.125, "0.00", "0.13"),
        (-3.25, "+0.0;-0.0;0.0", "-3.3"),
        (0.0, "+0.0;-0.0;0.0", "0.0"),
        (12.0, ARROW, "↑ +12.0"),
        (5.0, ARROW, "→ +5.0"),
        (-5.0, ARROW, "↓ -5.0"),
        (0.0, COUNT_OR_DASH, "–"),
        (-18.0, change_format(" 家", 0), "▼ 18 家"),
        (2.0, '"✓ "0.00"  "', "✓ 2.00  "),
        (2.0, '[<3]"";0', ""),
        (0.5, "#,##0.####", "0.5"),
        (7.0, "#,##0.####", "7"),
        (1.0, ";;;", ""),
        (2022.0, "General", "2022"),
        (45026.0, '"✓ "yyyy-mm-dd" ";"✓ "-yyyy-mm-dd" "', "✓ 2023-04-10 "),
        (2023.0, "yyyy-mm-dd", "2023"),
    ],
)
def test_numbers_look_as_in_the_workbook(value: float, num_format: str, shown: str) -> None:
    assert formatted(value, num_format) == shown


def test_the_same_comparison_gives_the_same_bytes() -> None:
    assert write_page(compared()) == write_page(compared())


def test_headlines_and_cards_are_those_of_the_overview() -> None:
    outline = outline_of(Context(comparison=compared()))
    data = data_of(write_page(compared()))
    assert [p["headline"] for p in data["panels"]] == [p.headlines[0] for p in outline.panels]
    assert [c["label"] for c in data["cards"]] == [card.label for card in outline.cards]
    assert data["table"]["title"] == outline.sources.subjects.table.title
    assert data["quality"]["title"] == outline.quality


def test_charts_show_the_sums_of_the_same_returns() -> None:
    comparison = compared()
    data = data_of(write_page(comparison))
    trend = next(p for p in data["panels"] if p["traces"][0].get("orientation") == "v")
    # One of the three leaves a year out.
    assert trend["traces"][0]["y"] == [130, 146, 160]
    ranked = next(p for p in data["panels"] if p["tall"])
    assert ranked["traces"][0]["meta"] == [f"g{name}" for name in comparison.groups["group"]]


def test_tiles_hold_every_group_and_those_without_a_place_follow() -> None:
    spec = replace(full_form().comparison, tiles=TILES)
    data = data_of(write_page(compared(full_form(comparison=spec))))
    rows = [[tile and tile["group"] for tile in row] for row in data["tiles"]["rows"]]
    assert rows == [["甲市", None, "乙市"], ["丙市"]]
    steps = {tile["group"]: tile["step"] for row in data["tiles"]["rows"] for tile in row if tile}
    assert steps["甲市"] == 5
    assert steps["丙市"] == 0


def test_there_is_no_map_where_the_form_has_none() -> None:
    assert data_of(write_page(compared()))["tiles"] is None


def test_sources_are_those_of_the_provenance() -> None:
    comparison = compared()
    details = data_of(write_page(comparison))["details"]
    keys = [key["key"] for key in details["keys"]]
    row = list(comparison.subjects["subject"]).index("乙家电")
    subject = details["subjects"][row]
    told = subject["sources"][str(keys.index("output_2022"))]
    assert told["raw"] == "约40"
    assert told["receipts"]
    assert subject["answers"][keys.index("output_2022")] == 40
    assert details["keys"][keys.index("output_2022")]["cell"]


def test_personal_data_only_where_asked_for() -> None:
    assert CANARY.encode() not in write_page(compared())
    data = data_of(write_page(compared(), with_contacts=True))
    assert [one["contacts"][0][1] for one in data["details"]["subjects"]] == [CANARY] * 3


def filing(note: str = "", standings: Mapping[str, str] = MappingProxyType({})) -> Filing:
    """Return what a batch says of itself."""
    return Filing(
        note=note,
        basis=note,
        facts=(),
        left_out=(),
        standings=standings,
        archive="archive",
        groups=GROUPS,
    )


def test_in_a_batch_it_says_why_a_group_has_no_return() -> None:
    comparison = compared()
    groups = comparison.groups
    empty = groups.loc[groups["subjects"] == 0, "group"].tolist()
    assert empty
    page = write_page(
        comparison, filing=filing(standings=dict.fromkeys(empty, "还没有报来"))
    ).decode()
    assert "还没有报来" in page
    assert "还没有报来" not in write_page(comparison).decode()


def test_texts_of_returns_end_no_script() -> None:
    evil = "</script><!--<script>\u2028&amp;"
    filled = answer("a</script>.xlsx", "甲市", evil, (1, 2, 3), story=evil)
    page = write_page(
        aggregate_records(records_to(full_form(), filled)), filing=filing(evil)
    ).decode()
    own = page.split("<script")[2:]
    assert len(own) >= len(SCRIPTS)
    assert "\u2028" not in page.partition('id="data">')[2]
    assert data_of(page.encode())["table"]["rows"][0]
    assert evil not in page


def test_the_policy_allows_its_own_scripts_only() -> None:
    page = write_page(compared()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy[1].partition("script-src")[2].partition(";")[0]
    assert "http" not in policy[1]


@pytest.mark.parametrize("name", SCRIPTS)
def test_our_scripts_set_texts_and_use_words_there_are(name: str) -> None:
    script = _resource(name)
    for means in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert means not in script
    words = data_of(write_page(compared()))["words"]
    assert set(re.findall(r"\bwords\.(\w+)", script)) <= set(words)


def test_every_word_of_the_page_is_used() -> None:
    scripts = "".join(_resource(name) for name in SCRIPTS) + _resource("page.html")
    words = data_of(write_page(compared()))["words"]
    used = set(re.findall(r"\bwords\.(\w+)|\$(\w+)", scripts))
    python = {
        "criterion_hint",
        "basis_traced",
        "long_list",
        "tile_count",
        "tiles_headline",
        "tiles_sub",
        "tile_least",
        "tile_most",
    }
    assert set(words) == {one or other for one, other in used} & set(words) | python


@pytest.mark.parametrize("name", ["farm-survey", "harvest-years", "one-field", "all-checks"])
def test_other_forms_without_a_return(name: str) -> None:
    form = load_form(FORMS / name)
    data = data_of(write_page(aggregate_records(normalise_returns([], form=form))))
    assert data["table"]["rows"] == []


def test_a_form_without_numbers_years_or_groups() -> None:
    form = form_of(number("area", "面积", measure="亩"))
    data = data_of(write_page(aggregate_records(records_to(form, ("a.xlsx", {"area": 3})))))
    assert not data["has_groups"]
    assert data["cards"]
