from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hand_returns import FORMS, Typed, all_checks, good_answers, return_of
from pandera.errors import SchemaErrorReason, SchemaErrors

from clusterxl.check import confront
from clusterxl.errors import ClusterxlError
from clusterxl.finding import Severity
from clusterxl.form.file import load_form
from clusterxl.frames import VALUES
from clusterxl.normalise import Records, normalise_returns
from clusterxl.ruleset.load import compile_rules
from clusterxl.ruleset.masks import view_frame
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.schema import failing_returns, frame_schemas, rule_schema, validate_frames
from clusterxl.testing.simulate import simulate_answers

FORM = all_checks()
INSTANCES = compile_rules(FORM)


@pytest.fixture(scope="module")
def records() -> Records:
    typed: list[dict[str, Typed]] = [
        {},
        {"name": None},
        {"name": None, "area": 101, "share_2022": 0.5},
    ]
    return normalise_returns(
        [return_of(FORM, good_answers() | t, file=f"{n}.xlsx") for n, t in enumerate(typed)]
    )


def views(records: Records) -> pd.DataFrame:
    return view_frame(records.text, records.number)


def test_a_rule_is_one_check_over_all_returns(records: Records) -> None:
    schema = rule_schema(FORM, INSTANCES)
    names = [check.name for check in schema.checks]
    assert names == ["views", *dict.fromkeys(instance.rule.id for instance in INSTANCES)]
    failed = failing_returns(schema, views(records))
    assert {rule: mask.tolist() for rule, mask in failed.items()} == {
        "GEN-REQ": [False, True, True],
        "GEN-RNG": [False, False, True],
        "GEN-FRA": [False, False, True],
    }


@pytest.mark.parametrize("name", ["gd-cluster-2023", "all-checks", "farm-survey", "harvest-years"])
def test_pandera_and_the_road_find_the_same(name: str) -> None:
    form = load_form(name if name == "gd-cluster-2023" else FORMS / name)
    random = np.random.default_rng(len(name))
    odd: tuple[Typed, ...] = (None, "无", "none", "12.5", -1, 0.45, 1e9, "#N/A")
    returns = []
    for seed in range(12):
        typed = dict[str, Typed](simulate_answers(form, seed=seed))
        for place in random.choice(len(form.inputs), max(1, len(form.inputs) * seed // 50)):
            typed[form.inputs[place].key] = odd[random.integers(len(odd))]
        returns.append(return_of(form, typed, file=f"{seed}.xlsx"))
    records = normalise_returns(returns)
    said = confront(records)
    failed: dict[str, np.ndarray] = {}
    for instance, verdicts in zip(said.instances, said.verdicts == Verdict.FAIL, strict=True):
        if verdicts.any():
            failed[instance.rule.id] = verdicts | failed.get(instance.rule.id, False)
    assert failed
    stated = failing_returns(rule_schema(form, said.instances), views(records))
    assert {rule: mask.tolist() for rule, mask in stated.items()} == {
        rule: mask.tolist() for rule, mask in failed.items()
    }


def test_a_check_carries_what_a_rule_is(records: Records) -> None:
    with pytest.raises(SchemaErrors) as caught:
        rule_schema(FORM, INSTANCES).validate(views(records), lazy=True)
    found = {error.check.name: error.check for error in caught.value.schema_errors}
    assert found["GEN-FRA"].statistics == {"severity": Severity.WARNING.value, "kind": "value"}
    assert found["GEN-REQ"].error == "必填栏目不得空缺"


def test_pandera_gives_the_whole_mask_and_no_table_of_cases() -> None:
    """The settings that the rule schema rests on; one of them is not documented."""
    frame = pd.DataFrame({"a": [1.0, np.nan, 3.0], "b": ["x", "", "y"]})
    check = pa.Check(
        lambda seen: pd.Series(seen["a"] < 2, index=seen.index),
        name="small",
        ignore_na=False,
        n_failure_cases=0,
    )
    with pytest.raises(SchemaErrors) as caught:
        pa.DataFrameSchema({}, checks=[check]).validate(frame, lazy=True)
    (error,) = caught.value.schema_errors
    assert error.reason_code is SchemaErrorReason.DATAFRAME_CHECK
    assert error.check_output.tolist() == [True, False, False]
    assert len(caught.value.failure_cases) == 0


def test_frames_of_other_columns_or_dtypes_are_our_mistake(records: Records) -> None:
    values = records.values
    for wrong in (
        values.drop(columns="raw"),
        values.assign(more="x"),
        values.astype({"number": "str"}),
        values[list(reversed(values.columns))],
        values.assign(status=pd.Series("maybe", index=values.index, dtype="str")),
        values.assign(text=pd.Series(np.nan, index=values.index, dtype="str")),
        values.astype({"text": "object"}),
    ):
        with pytest.raises(ClusterxlError):
            validate_frames(FORM, {"values": wrong})
    doubled = pd.concat([records.returns, records.returns], ignore_index=True)
    with pytest.raises(ClusterxlError):
        validate_frames(FORM, {"returns": doubled})


def test_views_of_other_columns_or_with_a_return_twice_are_our_mistake(records: Records) -> None:
    schema, frame = rule_schema(FORM, INSTANCES), views(records)
    for wrong in (frame.iloc[:, 1:], frame.assign(growth="x"), pd.concat([frame, frame])):
        with pytest.raises(ClusterxlError) as caught:
            failing_returns(schema, wrong)
        assert caught.value.code == "check.internal"


def test_schemas_follow_the_form() -> None:
    schemas = frame_schemas(FORM)
    assert list(schemas["values"].columns) == list(VALUES)
    assert str(schemas["section_figures"].columns["output_2022"].dtype) == "float64"
    assert str(schemas["section_figures"].columns["chart"].dtype).startswith("str")
    assert str(schemas["section_figures"].columns["work_sale"].dtype) == "boolean"
    assert all(schema.strict and schema.ordered for schema in schemas.values())


def test_nothing_warns(records: Records) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        failing_returns(rule_schema(FORM, INSTANCES), views(records))
