"""Sentences with live figures: one template gives the Excel formula and its present value."""

from __future__ import annotations

from string import Formatter

from clusterxl.excel.cells import Formula, literal
from clusterxl.sentences import catalogue


def compose(name: str, lang: str, /, **parts: Formula | str | int) -> Formula:
    """Return the sentence `name` as a formula whose figures stay live.

    Args:
        name: Name of the sentence in the catalogue.
        lang: Its language.
        parts: What fills its placeholders: a formula (live) or a fixed text or number.

    Returns:
        The concatenation and its value now.
    """
    pieces: list[str] = []
    value = ""
    for text, field, _, _ in Formatter().parse(catalogue(lang)[name]):
        if text:
            pieces.append(literal(text))
            value += text
        if field is None:
            continue
        part = parts[field]
        if isinstance(part, Formula):
            pieces.append(f"({part.text.removeprefix('=')})")
            value += _shown(part.value)
        else:
            pieces.append(literal(str(part)))
            value += str(part)
    return Formula("=" + "&".join(pieces), value)


def choose(condition: Formula, yes: Formula, no: Formula) -> Formula:
    """Return `yes` where the condition holds, else `no`."""
    text = f"=IF({_bare(condition)},{_bare(yes)},{_bare(no)})"
    return Formula(text, yes.value if condition.value else no.value)


def joined(*parts: Formula) -> Formula:
    """Return some texts one after the other."""
    text = "&".join(_bare(part) for part in parts)
    return Formula(f"={text}", "".join(_shown(part.value) for part in parts))


def _bare(formula: Formula) -> str:
    return formula.text.removeprefix("=")


def _shown(value: str | float) -> str:
    return value if isinstance(value, str) else format(value, ".15g")
