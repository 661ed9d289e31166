"""Random returns: right by seed, odd enough, and every rule of any form is seen pass and fail."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hand_returns import FORMS, return_of

from clusterxl.excel.raw import RawCell
from clusterxl.form.dates import date_of_text
from clusterxl.form.file import load_form
from clusterxl.form.model import FieldType, Form
from clusterxl.normalise import normalise_returns
from clusterxl.ruleset.fills import CellError, Fill, Typed, random_fills, typed_views
from clusterxl.ruleset.load import compile_rules
from clusterxl.ruleset.masks import judge
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.rules import Instance

FARM, CHECKS = "farm-survey", "all-checks"
FORM_IDS = (FARM, CHECKS, "harvest-years", "one-field")
COUNT = 800


@cache
def form_of(name: str) -> Form:
    return load_form(FORMS / name)


@cache
def rules_of(name: str) -> tuple[Instance, ...]:
    return compile_rules(form_of(name))


@cache
def fills_of(name: str) -> tuple[Fill, ...]:
    return random_fills(form_of(name), rules_of(name), COUNT, 1)


def typed_in(fills: Iterable[Fill], form: Form, kind: FieldType) -> list[Typed]:
    keys = [asked.key for asked in form.inputs if asked.type is kind]
    return [fill[key] for fill in fills for key in keys if key in fill]


@pytest.mark.parametrize("name", FORM_IDS)
def test_the_seed_decides(name: str) -> None:
    form, rules = form_of(name), rules_of(name)
    assert random_fills(form, rules, 30, 7) == random_fills(form, rules, 30, 7)
    assert random_fills(form, rules, 30, 7) != random_fills(form, rules, 30, 8)
    # More of the same seed go on where fewer end.
    assert random_fills(form, rules, 40, 7)[:30] == random_fills(form, rules, 30, 7)


@pytest.mark.parametrize("name", FORM_IDS)
def test_every_rule_is_seen_with_every_verdict_its_guards_allow(name: str) -> None:
    views = typed_views(form_of(name), fills_of(name))
    for instance in rules_of(name):
        found = set(judge(instance.judgement, views).tolist())
        wanted = {Verdict.PASS, Verdict.FAIL} if not instance.rule.unset else set()
        if instance.judgement.guards:
            wanted.add(Verdict.NOT_APPLICABLE)
        assert found == wanted, (instance.rule.id, instance.place.cells)


@pytest.mark.parametrize("name", FORM_IDS)
def test_every_key_is_one_of_the_form(name: str) -> None:
    assert {key for fill in fills_of(name) for key in fill} == set(form_of(name).by_key)


@pytest.mark.parametrize("name", [FARM, CHECKS])
def test_views_are_those_of_normalised_returns(name: str) -> None:
    form, fills = form_of(name), fills_of(name)[:60]
    returns = [
        return_of(form, {key: raw_of(typed) for key, typed in fill.items()}, file=f"{at}.xlsx")
        for at, fill in enumerate(fills)
    ]
    records = normalise_returns(returns)
    views = typed_views(form, fills)
    assert len(records.text) == len(fills)
    for asked in form.inputs:
        assert records.text[asked.key].tolist() == views.text(asked.key).tolist(), asked.key
        pd.testing.assert_series_equal(
            records.number[asked.key].reset_index(drop=True),
            pd.Series(views.number(asked.key), name=asked.key),
        )


def raw_of(typed: Typed) -> RawCell:
    if isinstance(typed, CellError):
        return RawCell(value=typed.sign, kind="error")
    if isinstance(typed, bool):
        return RawCell(value=typed, kind="bool")
    return RawCell(value=typed, kind="text" if isinstance(typed, str) else "number")


class TestWhatIsTyped:
    """What people and their spreadsheets put into cells is all there."""

    def test_number_cells(self) -> None:
        found = typed_in(fills_of(CHECKS), form_of(CHECKS), FieldType.NUMBER)
        texts = [typed for typed in found if isinstance(typed, str)]
        numbers = {typed for typed in found if type(typed) is float}
        assert {"无", "-"} & set(texts)
        assert any("\u3000" in text or "\u00a0" in text for text in texts)
        assert any("\n" in text for text in texts)
        assert any(set(text) & set(map(chr, range(0xFF10, 0xFF1A))) for text in texts)
        assert {1.005, 2.675, 0.285, 1e15, 1e300, 1e-7} <= numbers
        assert any(number < 0 for number in numbers)
        assert {True, False} <= {typed for typed in found if isinstance(typed, bool)}
        assert 45026 in found
        assert any(isinstance(typed, CellError) for typed in found)

    def test_numbers_at_and_beside_a_threshold(self) -> None:
        found = {fill.get("growth") for fill in fills_of(CHECKS)}
        field = form_of(CHECKS).fields["growth"]
        limits = [limit for limit in (field.minimum, field.maximum) if limit is not None]
        unit = 10.0 ** -(field.decimals or 0)
        for limit in limits:
            assert {limit, round(limit + unit, 9), round(limit - unit, 9)} <= found

    def test_texts_at_and_one_over_their_limit(self) -> None:
        form = form_of(CHECKS)
        most = {a.key: a.field.max_chars for a in form.inputs if a.field.max_chars}
        for key, limit in most.items():
            texts = (fill.get(key) for fill in fills_of(CHECKS))
            lengths = {len(text.strip()) for text in texts if isinstance(text, str)}
            assert {limit, limit + 1} <= lengths, key

    def test_dates_in_every_writing_and_wrong_ones(self) -> None:
        found = typed_in(fills_of(CHECKS), form_of(CHECKS), FieldType.DATE)
        texts = {typed for typed in found if isinstance(typed, str)}
        right = {text for text in texts if date_of_text(text, "zh")}
        assert all(any(sign in text for text in right) for sign in ("-", "/", ".", "年"))
        assert texts - right
        assert any(isinstance(typed, int | float) for typed in found)

    def test_phones_right_and_wrong(self) -> None:
        found = typed_in(fills_of(CHECKS), form_of(CHECKS), FieldType.PHONE)
        texts = [typed for typed in found if isinstance(typed, str)]
        assert any("-" in text for text in texts)
        assert any(len(text) == 10 for text in texts)

    def test_lists_are_filled_in_part(self) -> None:
        keys = [asked.key for asked in form_of(CHECKS).inputs if asked.row]
        filled = {sum(key in fill for key in keys) for fill in fills_of(CHECKS)}
        assert 0 in filled
        assert len(filled) > 2


def test_a_form_without_rules_is_filled_all_the_same() -> None:
    assert any(random_fills(form_of(FARM), (), 5, 1))


def test_cells_are_made_to_agree() -> None:
    """Turnover per member lies within a cent of what the other two figures give, or just not."""
    rows = [
        [fill.get(key) for key in ("turnover_per_member", "turnover", "members")]
        for fill in fills_of(FARM)
    ]
    whole = np.array(
        [row for row in rows if all(type(one) is float for one in row) and row[2]], dtype=float
    )
    given, turnover, members = whole.T
    apart = np.abs(given - turnover * 1e6 / members)
    half = 0.005 * 1e6 / np.abs(members)
    assert (apart < half).sum() > 5
    assert ((apart > half) & (apart < 3 * half + 0.05)).any()
