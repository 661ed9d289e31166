"""Each step of normalisation, and each doubt, does what the examples in its docstring say."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from clusterxl.cleaning.dates import DATE_STEPS
from clusterxl.cleaning.doubts import DOUBTS, Doubt, doubt_about
from clusterxl.cleaning.examples import Example, examples_of
from clusterxl.cleaning.steps import NUMBER_STEPS, PHONE_STEPS, TEXT_STEPS, Step
from clusterxl.cleaning.words import measure_of, vocabulary_of, words_for
from clusterxl.sentences import LANGUAGES, catalogue

STEPS = tuple(dict.fromkeys((*NUMBER_STEPS, *TEXT_STEPS, *PHONE_STEPS, *DATE_STEPS)))


def pairs(things: Iterable[Step | Doubt]) -> list[tuple[Step | Doubt, Example]]:
    functions = [(t, t.apply if isinstance(t, Step) else t.readings) for t in things]
    return [(thing, example) for thing, found in functions for example in examples_of(found)]


def named(part: Step | Doubt | Example) -> str:
    return repr(part.typed) if isinstance(part, Example) else part.name


@pytest.mark.parametrize(("step", "example"), pairs(STEPS), ids=named)
def test_each_step(step: Step, example: Example) -> None:
    words = words_for(example.language, example.measure)
    assert (step.apply(example.typed, words),) == example.after


@pytest.mark.parametrize(("doubt", "example"), pairs(DOUBTS), ids=named)
def test_each_doubt(doubt: Doubt, example: Example) -> None:
    words = words_for(example.language, example.measure)
    assert doubt.readings(example.typed, words) == example.after
    # No other doubt comes before it.
    assert doubt_about(example.typed, words) == (doubt.name, example.after)


def test_every_step_has_an_example_it_changes_and_one_it_leaves() -> None:
    without = [step for step in STEPS if step.name != "escape"]
    seen = {(s, (e.typed,) != e.after) for s, e in pairs(without) if isinstance(s, Step)}
    assert seen == {(step, changed) for step in without for changed in (True, False)}


def test_every_doubt_has_an_example_and_a_sentence() -> None:
    assert {doubt for doubt, _ in pairs(DOUBTS)} == set(DOUBTS)
    for language in LANGUAGES:
        known = catalogue(language)
        assert all(f"normalise.{doubt.name}" in known for doubt in DOUBTS)
        assert all(f"receipt.{step.name}" in known for step in STEPS)


@pytest.mark.parametrize(
    ("language", "text", "factor", "base"),
    [
        ("zh", "亿元", 10**8, "元"),
        ("zh", "百万吨", 10**6, "吨"),
        ("zh", "万", 10**4, ""),
        ("zh", "家", 1, "家"),
        ("zh", "吨/万元", 1, "吨/万元"),
        ("zh", "", 1, ""),
        ("en", "million EUR", 10**6, "eur"),
        ("en", "Thousand", 1000, ""),
        ("en", "k", 1000, ""),
        ("en", "kg", 1, "kg"),
        ("en", "°C", 1, "°c"),
    ],
)
def test_measures_are_taken_apart(language: str, text: str, factor: int, base: str) -> None:
    found = measure_of(text, vocabulary_of(language))
    assert (int(found.factor), found.base) == (factor, base)
