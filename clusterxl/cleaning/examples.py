"""Examples that stand in the docstring of a step, for the tests and for docs/reading.md."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# 'typed' [measure] → 'after', 'or this'; a question mark where nothing can be offered.
_LINE = re.compile(r"^ *('[^']*'|\"[^\"]*\") \[([^\]]*?)(?:; (\w+))?\] → (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What becomes of one text.

    Attributes:
        typed: The text.
        measure: Measure of the question.
        language: Language of the form.
        after: What it becomes, or all that it may mean.
    """

    typed: str
    measure: str
    language: str
    after: tuple[str, ...]


def examples_of(function: Callable[..., Any]) -> tuple[Example, ...]:
    """Return the examples in a docstring; none where Python leaves docstrings out."""
    return tuple(
        Example(
            typed=literal_eval(typed),
            measure=measure,
            language=language or "zh",
            after=() if after == "?" else literal_eval(f"({after},)"),
        )
        for typed, measure, language, after in _LINE.findall(function.__doc__ or "")
    )
