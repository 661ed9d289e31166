"""The figures in the sentences of written rules: what stands in their braces."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from clusterxl.errors import DefinitionError
from clusterxl.form.model import Input
from clusterxl.ruleset.language import Compiler, Scope, parse_rule
from clusterxl.ruleset.names import refused
from clusterxl.ruleset.rules import LiveFigure
from clusterxl.sentences import say

# Filled in where a finding is told, and not here.
TOLD = ("value", "chars")
LABEL = "label"
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_DECIMALS = re.compile(r"(.*):([0-9])", re.DOTALL)
_WIDE = frozenset("WFA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence whose braces hold names only.

    Attributes:
        text: The sentence.
        figures: What each name stands for, as it was written.
    """

    text: str
    figures: tuple[tuple[str, str], ...]


def read_sentence(text: str, prefix: str) -> Sentence:
    """Give each figure of a sentence a name.

    Args:
        text: The sentence as it was written.
        prefix: What the names begin with, so that two sentences can share their figures.

    Raises:
        DefinitionError: A brace is opened and not closed, or closed and not opened.
    """
    named: dict[str, str] = {}

    def put_name(match: re.Match[str]) -> str:
        brace, content = match[0], match[1]
        if brace in ("{{", "}}"):
            return brace
        if content is None or not content.strip():
            raise refused("brace", text=text[max(0, match.start() - 10) : match.end() + 10])
        if content in TOLD:
            return brace
        name = named.setdefault(content.strip(), f"{prefix}{len(named)}")
        return f"{{{name}}}"

    plain = _BRACES.sub(put_name, text)
    return Sentence(text=plain, figures=tuple((name, text) for text, name in named.items()))


def figure_of(text: str, scope: Scope, first: Input) -> str | LiveFigure:
    """Return what a figure of a sentence is at one place.

    Args:
        text: What stands in the braces.
        scope: What its names stand for.
        first: The cell that a finding points at.

    Raises:
        DefinitionError: It is none of the language, or names what the form has not.
    """
    shown = _DECIMALS.fullmatch(text)
    node = parse_rule(shown[1] if shown else text)
    known = first.label if text == LABEL else _known(node, scope)
    if known:
        return known
    if isinstance(node, ast.Name | ast.Subscript):
        return LiveFigure(key=Compiler(scope).cell(node).key)
    number = Compiler(scope).number(node)
    return LiveFigure(number=number, decimals=int(shown[2])) if shown else LiveFigure(number=number)


def _known(node: ast.expr, scope: Scope) -> str:
    """Return a figure that no answer changes: a year, an item, a label, a parameter; or nothing."""
    compiler = Compiler(scope)
    with suppress(DefinitionError):
        return str(compiler.whole(node))
    match node:
        case ast.Name(id=name) if isinstance(bound := scope.bound.get(name), str):
            return bound
        case ast.Call(func=ast.Name(id="label"), args=[cell], keywords=[]):
            return compiler.cell(cell).label
        case ast.Subscript(value=ast.Name(id="p"), slice=index):
            compiler.number(node)
            return _threshold(scope, compiler.word(index))
    return ""


def _threshold(scope: Scope, name: str) -> str:
    shown = scope.shown.get(name) or ""
    return shown or say("rule_part.unset", lang=scope.names.form.language)


def width_of(text: str) -> float:
    """Return the width of a text in Chinese characters; others are half as wide.

    >>> width_of("占比 12%")
    4.0
    """
    return sum(0.5 + 0.5 * (unicodedata.east_asian_width(sign) in _WIDE) for sign in text)


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """Return all names in some texts of the language; texts that cannot be read have none."""
    found: set[str] = set()
    for text in texts:
        with suppress(DefinitionError):
            nodes = ast.walk(parse_rule(text))
            found |= {node.id for node in nodes if isinstance(node, ast.Name)}
    return frozenset(found)
