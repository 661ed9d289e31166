"""Writes the generated parts of docs/reading.md: the bounds of the gate, and the attacks on it."""

from __future__ import annotations

import re
from dataclasses import fields

from attacks import OTHERWISE_READ, READ, REFUSED

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
