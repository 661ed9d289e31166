"""Writes the generated parts of docs/reading.md: the gate's bounds, attacks, normalisation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields

from attacks import OTHERWISE_READ, READ, REFUSED

from clusterxl.cleaning.dates import DATE_STEPS
from clusterxl.cleaning.doubts import DOUBTS
from clusterxl.cleaning.examples import Example, examples_of
from clusterxl.cleaning.steps import NUMBER_STEPS, PHONE_STEPS, TEXT_STEPS, Step
from clusterxl.excel.bounds import BOUNDS, Bounds
from clusterxl.sentences import say

_FILE = "return.xlsx"


def bounds() -> str:
    """Return the table of bounds: what, how much at most, and what the sender is told."""
    meanings = dict(re.findall(r"^ {8}(\w+): (.+)\.$", Bounds.__doc__ or "", re.MULTILINE))
    lines = ["| at most | of what | code | the sentence |", "|---|---|---|---|"]
    for bound in fields(Bounds):
        code = bound.metadata["code"]
        most = getattr(BOUNDS, bound.name)
        # One sentence tells of rows and columns together.
        told = BOUNDS.row if bound.name == "column" else _shown(bound.name, most)
        figures = {"most": told, "columns": BOUNDS.column}
        sentence = say(f"read.{code}", lang="en", file=_FILE, **figures)
        lines.append(f"| {most:,} | {meanings[bound.name]} | `read.{code}` | {sentence} |")
    return "\n".join(lines)


def steps() -> str:
    """Return the table of steps, kind of answer by kind of answer, in the order they are tried."""
    kinds = {"number": NUMBER_STEPS, "text": TEXT_STEPS, "phone": PHONE_STEPS, "date": DATE_STEPS}
    lines = [
        "| answers | step | receipt | what it changes | for example |",
        "|---|---|---|---|---|",
    ]
    told: set[Step] = set()
    for kind, found in kinds.items():
        if again := ", ".join(f"`{step.name}`" for step in found if step in told):
            lines.append(f"| {kind} | {again} |  | as above |  |")
        lines += [_step_line(kind, step) for step in found if step not in told]
        told |= set(found)
    return "\n".join(lines)


def doubts() -> str:
    """Return the table of what is asked, in the order in which it is looked for."""
    lines = ["| asked by | what is unclear | for example |", "|---|---|---|"]
    for doubt in DOUBTS:
        summary = _summary(doubt.readings.__doc__)
        shown = _examples(examples_of(doubt.readings))
        lines.append(f"| `normalise.{doubt.name}` | {summary} | {shown} |")
    return "\n".join(lines)


def _step_line(kind: str, step: Step) -> str:
    receipt = say(f"receipt.{step.name}", lang="en")
    shown = [e for e in examples_of(step.apply) if (e.typed,) != e.after]
    cells = (f"`{step.name}`", receipt, _summary(step.apply.__doc__), _examples(shown))
    return f"| {kind} | {' | '.join(cells)} |"


def _summary(docstring: str | None) -> str:
    return (docstring or "").splitlines()[0].removesuffix(".")


def _examples(examples: Sequence[Example]) -> str:
    return "; ".join(
        f"{_code(e.typed)}{f' in {e.measure}' if e.measure else ''}"
        f"{' → ' if e.after else ''}{' or '.join(map(_code, e.after))}"
        for e in examples
    )


def _code(text: str) -> str:
    """Return a text so that all of it is seen, also in a table."""
    seen = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text).replace("|", "\\|")
    return f"`{seen}`"


def attacks() -> str:
    """Return the table of attacks: what becomes of them, and the name of each test case."""
    cases: dict[str, list[str]] = {}
    for name, attack in {**REFUSED, **READ, **OTHERWISE_READ}.items():
        cases.setdefault(attack.code, []).append(name)
    lines = ["| what happens | attacks |", "|---|---|"]
    for code, named in cases.items():
        happens = f"refused: `{code}`" if code else "read right"
        lines.append(f"| {happens} | {' · '.join(named)} |")
    return "\n".join(lines)


def _shown(name: str, most: int) -> int:
    return most // 1024 // 1024 if name.endswith("_bytes") else most
