"""All rules of the official form over many returns, against one pandera check a rule and place.

Run: python benchmarks/checking.py [RETURNS]
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from math import nan
from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from clusterxl import load_form
from clusterxl.form.answers import Answer, canonical_text, is_number, unset_text
from clusterxl.form.model import FieldType, Form
from clusterxl.ruleset.load import compile_rules
from clusterxl.ruleset.masks import Views, judge, view_frame
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.rules import Instance
from clusterxl.ruleset.schema import failing_returns, rule_schema
from clusterxl.testing.simulate import simulate_answers

RUNS = 3
FLAWED = 0.02


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    form = load_form("gd-cluster-2023")
    instances = compile_rules(form)
    frame = views_of(form, count)
    print(f"{count} returns, {len(form.inputs)} cells each, {len(instances)} rules at their places")
    one_each = schema_of_places(form, instances)
    rows: tuple[tuple[str, Callable[[], object]], ...] = (
        ("masks alone", lambda: verdicts_of(form, instances, frame)),
        (
            "masks and one pandera check a rule (what `check` does)",
            lambda: both(form, instances, frame),
        ),
        ("one pandera check a rule and place", lambda: failures_of(one_each, frame)),
    )
    seconds = [timed(run) for _, run in rows]
    for (name, _), took in zip(rows, seconds, strict=True):
        print(f"{name:<56} {took:8.2f} s   {seconds[-1] / took:6.1f} x faster")


def views_of(form: Form, count: int) -> pd.DataFrame:
    """Make up returns and put numbers, words and blanks where they do not belong."""
    random = np.random.default_rng(1)
    odd: tuple[Answer, ...] = (None, "无", "12.5", -1, 0.45, 1e9)
    texts: list[list[str]] = []
    numbers: list[list[float]] = []
    made = [simulate_answers(form, seed=seed) for seed in range(min(count, 50))]
    for at in range(count):
        answers = made[at % len(made)]
        row: list[Answer] = [answers.get(asked.key) for asked in form.inputs]
        for place in random.choice(len(row), int(len(row) * FLAWED), replace=False):
            row[place] = odd[random.integers(len(odd))]
        texts.append([shown(form, place, value) for place, value in enumerate(row)])
        numbers.append([float(v) if v is not None and is_number(v) else nan for v in row])
    keys = [asked.key for asked in form.inputs]
    index = pd.Index([f"r{at}" for at in range(count)], dtype="str")
    return view_frame(
        pd.DataFrame(texts, columns=keys, index=index, dtype=object),
        pd.DataFrame(numbers, columns=keys, index=index, dtype="float64"),
    )


def shown(form: Form, place: int, value: Answer) -> str:
    """Return the canonical text of an answer; of a cell that stands unanswered none."""
    asked = form.inputs[place]
    text = canonical_text(value)
    is_unset = asked.type is not FieldType.TICKS and text == canonical_text(unset_text(form, asked))
    return "" if is_unset else text


def verdicts_of(form: Form, instances: Sequence[Instance], frame: pd.DataFrame) -> object:
    """Judge every rule at every place by its mask."""
    views = Views(frame, language=form.language)
    return [judge(instance.judgement, views) for instance in instances]


def both(form: Form, instances: Sequence[Instance], frame: pd.DataFrame) -> object:
    """Judge by masks, and state the same to pandera, one check a rule."""
    found = verdicts_of(form, instances, frame)
    return found, failing_returns(rule_schema(form, instances), frame)


def schema_of_places(form: Form, instances: Sequence[Instance]) -> pa.DataFrameSchema:
    """Return the schema with one check a rule and place."""

    def check(instance: Instance) -> pa.Check:
        def passes(frame: pd.DataFrame) -> pd.Series[bool]:
            views = Views(frame, language=form.language)
            passed = judge(instance.judgement, views) != Verdict.FAIL
            return pd.Series(passed, index=frame.index)

        return pa.Check(passes, ignore_na=False, n_failure_cases=0)

    return pa.DataFrameSchema({}, checks=[check(instance) for instance in instances])


def failures_of(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> int:
    """Validate, and count the checks that fail."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as found:
        return len(found.schema_errors)
    return 0


def timed(run: Callable[[], object]) -> float:
    """Return the median of some runs in seconds."""
    took = []
    for _ in range(RUNS):
        start = perf_counter()
        run()
        took.append(perf_counter() - start)
    return median(took)


if __name__ == "__main__":
    main()
