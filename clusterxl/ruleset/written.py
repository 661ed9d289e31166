"""Reads the rules that somebody wrote: files of `[[rule]]` records and `[parameter.<name>]` tables.

Every mistake in them is noted with its file and line, so that the author sees all of them at once.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from clusterxl.errors import DefinitionError
from clusterxl.finding import Severity
from clusterxl.form.dates import serial_of_date
from clusterxl.form.model import Input
from clusterxl.form.shape import shaped
from clusterxl.form.source import Entry, Mistakes
from clusterxl.ruleset.derive import derived_ids
from clusterxl.ruleset.examples import read_examples
from clusterxl.ruleset.figures import LABEL, Sentence, figure_of, read_sentence, width_of
from clusterxl.ruleset.language import Compiler, Scope, compile_rule, parse_rule
from clusterxl.ruleset.loops import Turn, turns_of
from clusterxl.ruleset.names import Names
from clusterxl.ruleset.nodes import Judgement, keys_of, looks_at_others
from clusterxl.ruleset.record import PARAMETER, RULE, RULE_FILE
from clusterxl.ruleset.rules import (
    COMPARED_KINDS,
    TARGETS,
    WORKBOOK,
    Kind,
    LiveFigure,
    Place,
    Rule,
    Threshold,
)
from clusterxl.sentences import say

Result = TypeVar("Result")

# What fits beside a row, in Chinese characters; Latin letters are half as wide.
MARGIN_WIDTH = 24
# What fits above a column in two lines.
HEAD_WIDTH = 12
_LONG_VALUE = {"value": "1234.56", "chars": "1234"}
_RULE_ID = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+")
_PARAMETER = re.compile(r"""\bp\s*[\[\uff3b]\s*["'\u201c]([^"'\u201d]*)["'\u201d]""")
_TEXTS = ("when", "check", "message", "margin")


def read_written(names: Names, entries: Iterable[Entry], mistakes: Mistakes) -> tuple[Rule, ...]:
    """Read the rules in some files.

    Args:
        names: The names of the form.
        entries: The files, as they were read.
        mistakes: Where mistakes are noted.

    Returns:
        The rules by file, in the order in which they were written; those with mistakes left out.
    """
    files = [shaped(entry, RULE_FILE, mistakes) for entry in entries]
    thresholds = _thresholds(files, mistakes)
    reader = _Reader(names, thresholds, mistakes)
    rules = [reader.rule(entry) for top in files for entry in top.children("rule")]
    reader.note_unused(files)
    return tuple(rule for rule in rules if rule is not None)


def _thresholds(files: Iterable[Entry], mistakes: Mistakes) -> Mapping[str, Threshold]:
    found: dict[str, tuple[Threshold, Entry]] = {}
    for entry in _parameters(files):
        if not isinstance(entry.table, dict):
            mistakes.add(entry, "rule_file.no_parameter")
            continue
        read, name = shaped(entry, PARAMETER, mistakes), str(entry.at[-1])
        if name in found:
            _note_twice(entry, name, found[name][1], mistakes)
            continue
        if "value" in read.table and not read.text("source").strip():
            mistakes.add(entry, "rule_file.no_source", "value", name=name)
        value = read.table.get("value")
        threshold = Threshold(
            name=name,
            label=read.text("label", name),
            value=serial_of_date(value) if isinstance(value, date) else read.number("value"),
            is_date=isinstance(value, date),
            operator=read.text("operator"),
            source=read.text("source"),
            measure=read.text("measure"),
            short=read.text("short"),
            is_verified=read.flag("verified", default=False),
        )
        found[name] = (threshold, entry)
    return {name: threshold for name, (threshold, _) in found.items()}


def _parameters(files: Iterable[Entry]) -> Iterator[Entry]:
    for top in files:
        table = top.child("parameter")
        if table is not None:
            children = (table.child(name) for name in table.table)
            yield from (child for child in children if child is not None)


def _note_twice(entry: Entry, name: str, first: Entry, mistakes: Mistakes, key: str = "") -> None:
    figures = {"name": name, "file": first.file, "line": first.line(key)}
    mistakes.add(entry, "rule_file.twice", key, **figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turned:
    """A rule at one turn of its loops: its scope and cells; unsound where its check is wrong."""

    turn: Turn
    scope: Scope
    cells: tuple[str, ...]
    is_sound: bool = True


class _Reader:
    """Reads one rule after the other, and what no two of them may share."""

    def __init__(
        self, names: Names, thresholds: Mapping[str, Threshold], mistakes: Mistakes
    ) -> None:
        self._names = names
        self._thresholds = thresholds
        self._values = {name: threshold.value for name, threshold in thresholds.items()}
        self._shown = {name: threshold.shown for name, threshold in thresholds.items()}
        self._mistakes = mistakes
        self._first: dict[str, Entry] = {}
        self._used: set[str] = set()

    def rule(self, raw: Entry) -> Rule | None:
        """Read a rule; None where it has mistakes."""
        before = len(self._mistakes.in_order())
        entry = shaped(raw, RULE, self._mistakes)
        self._check_id(entry)
        self._check_head(entry)
        used = self._parameters_in(entry)
        examples = tuple(read_examples(entry, "tests", self._names, self._mistakes))
        turned = self._turned(entry, turns_of(entry, self._names, self._mistakes))
        message = self._sentence(entry, "message", "f")
        margin = self._sentence(entry, "margin", "g")
        places = self._places(entry, turned, message, margin)
        if not places or len(self._mistakes.in_order()) > before:
            return None
        return Rule(
            id=entry.text("id"),
            severity=Severity(entry.text("severity")),
            kind=Kind(entry.text("kind")),
            check=entry.text("check"),
            when=entry.text("when"),
            title=entry.text("title"),
            head=entry.text("head"),
            message=message.text,
            margin=margin.text,
            basis=entry.text("basis"),
            explain=entry.text("explain"),
            targets=entry.texts("targets") or TARGETS,
            thresholds=tuple(self._thresholds[name] for name in used),
            examples=examples,
            places=places,
            file=entry.file,
            line=entry.line(),
        )

    def note_unused(self, files: Iterable[Entry]) -> None:
        """Note the parameters that no rule names."""
        for entry in _parameters(files):
            name = str(entry.at[-1])
            if name not in self._used:
                self._mistakes.add(entry, "rule_file.unused", name=name)

    def _check_id(self, entry: Entry) -> None:
        name = entry.text("id")
        first = self._first.setdefault(name, entry)
        if not name:
            return
        if not _RULE_ID.fullmatch(name):
            self._mistakes.add(entry, "rule_file.odd_id", "id", name=name)
        elif name in derived_ids():
            self._mistakes.add(entry, "rule_file.derived_id", "id", name=name)
        elif first is not entry:
            _note_twice(entry, name, first, self._mistakes, "id")

    def _check_head(self, entry: Entry) -> None:
        """Note a head that no column of the comparison has, or has no room for."""
        head = entry.text("head")
        if head and entry.text("kind") not in COMPARED_KINDS:
            kinds = ", ".join(COMPARED_KINDS)
            self._mistakes.add(entry, "rule_file.head_unused", "head", kinds=kinds)
        elif width_of(head) > HEAD_WIDTH:
            figures = {"said": head, "width": f"{width_of(head):g}", "most": HEAD_WIDTH}
            self._mistakes.add(entry, "rule_file.head_wide", "head", **figures)

    def _parameters_in(self, entry: Entry) -> tuple[str, ...]:
        """Return the parameters a rule names; what it cannot name is told where it is compiled."""
        named = (name for key in _TEXTS for name in _PARAMETER.findall(entry.text(key)))
        used = tuple(dict.fromkeys(name for name in named if name in self._thresholds))
        self._used.update(used)
        return used

    def _turned(self, entry: Entry, turns: Sequence[Turn]) -> list[_Turned]:
        """Compile a rule at every turn; what cannot be read is told once."""
        scopes = [
            Scope(names=self._names, bound=turn.bound, parameters=self._values, shown=self._shown)
            for turn in turns
        ]
        is_good = bool(entry.text("check").strip())
        for key in ("when", "check"):
            text = entry.text(key)
            if text.strip():
                each = [(turn, faults_of(text, s)) for turn, s in zip(turns, scopes, strict=True)]
                self._tell(entry, key, each)
                is_good &= not any(faults for _, faults in each)
        if not is_good:
            # The sentences are read all the same, as if a finding pointed at the first cell.
            stand_in = (self._names.form.inputs[0].key,)
            return [
                _Turned(turn=turn, scope=scope, cells=stand_in, is_sound=False)
                for turn, scope in zip(turns, scopes, strict=True)
            ]
        judged = [compile_rule(entry.text("check"), entry.text("when"), s) for s in scopes]
        turned = [
            _Turned(turn=turn, scope=scope, cells=keys_of(one.check, *one.guards))
            for turn, scope, one in zip(turns, scopes, judged, strict=True)
        ]
        if not all(one.cells for one in turned):
            self._mistakes.add(entry, "rule_file.no_cell", "check")
            return []
        self._check_targets(entry, judged)
        return turned

    def _check_targets(self, entry: Entry, judged: Sequence[Judgement]) -> None:
        """Note what a workbook cannot run: what compares returns, what only informs."""
        if WORKBOOK not in (entry.texts("targets") or TARGETS):
            return
        if any(looks_at_others(*one.guards, one.check) for one in judged):
            self._mistakes.add(entry, "rule_file.frame_only", "check")
        elif entry.text("severity") == Severity.INFO:
            self._mistakes.add(entry, "rule_file.info_only", "severity")

    def _tell(
        self,
        entry: Entry,
        key: str,
        each: Sequence[tuple[Turn, Sequence[DefinitionError]]],
    ) -> None:
        """Note each fault once, and in which turn where it is not one of all."""
        found: dict[str, list[tuple[Turn, DefinitionError]]] = {}
        for turn, faults in each:
            for fault in faults:
                found.setdefault(str(fault), []).append((turn, fault))
        for message, where in found.items():
            turn, fault = where[0]
            told = message
            if len(where) < len(each):
                told = say("rule_file.in_turn", message=message, turn=turn.told)
            self._mistakes.add_refused(entry, key, fault, told)

    def _sentence(self, entry: Entry, key: str, prefix: str) -> Sentence:
        read = self._tried(entry, key, lambda: read_sentence(entry.text(key), prefix))
        return read or Sentence(text="", figures=())

    def _tried(self, entry: Entry, key: str, read: Callable[[], Result]) -> Result | None:
        try:
            return read()
        except DefinitionError as error:
            self._mistakes.add_refused(entry, key, error, str(error))
            return None

    def _places(
        self, entry: Entry, turned: Sequence[_Turned], message: Sentence, margin: Sentence
    ) -> tuple[Place, ...]:
        by_key = self._names.form.by_key
        places = []
        for one in turned:
            label = by_key[one.cells[0]].label
            said = self._figures(entry, "message", message, one)
            short = self._figures(entry, "margin", margin, one)
            fixed = {name: text for name, text in short.items() if isinstance(text, str)}
            if len(fixed) < len(short):
                self._mistakes.add(entry, "rule_file.live_margin", "margin")
            elif len(short) == len(margin.figures) and (one.is_sound or not short):
                self._check_width(entry, margin.text.format(**fixed, **_LONG_VALUE))
            known = {name: text for name, text in said.items() if isinstance(text, str)}
            live = {name: text for name, text in said.items() if isinstance(text, LiveFigure)}
            bound = dict(one.turn.bound)
            figures = {LABEL: label} | known | fixed
            places.append(Place(cells=one.cells, bound=bound, figures=figures, live=live))
        return tuple(places)

    def _figures(
        self, entry: Entry, key: str, sentence: Sentence, one: _Turned
    ) -> dict[str, str | LiveFigure]:
        """Return the figures of a sentence at one turn; those with a mistake left out."""
        first = self._names.form.by_key[one.cells[0]]
        found: dict[str, str | LiveFigure] = {}
        for name, text in sentence.figures:
            figure = self._tried(entry, key, _figure(text, one.scope, first))
            if figure is not None:
                found[name] = figure
        return found

    def _check_width(self, entry: Entry, said: str) -> None:
        width = width_of(said)
        if width > MARGIN_WIDTH:
            figures = {"said": said, "width": f"{width:g}", "most": MARGIN_WIDTH}
            self._mistakes.add(entry, "rule_file.margin_wide", "margin", **figures)


def _figure(text: str, scope: Scope, first: Input) -> Callable[[], str | LiveFigure]:
    return lambda: figure_of(text, scope, first)


def faults_of(text: str, scope: Scope) -> tuple[DefinitionError, ...]:
    """Return what is wrong with a condition: one fault for each of the tests it is made of."""
    try:
        Compiler(scope).read(text)
    except DefinitionError as error:
        if error.code == "language.syntax":
            return (error,)
        each = (_fault_of(leaf, scope) for leaf in _leaves(parse_rule(text)))
        return tuple(fault for fault in each if fault is not None) or (error,)
    return ()


def _fault_of(node: ast.expr, scope: Scope) -> DefinitionError | None:
    try:
        Compiler(scope).condition(node)
    except DefinitionError as error:
        return error
    return None


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BoolOp(values=parts) | ast.Call(func=ast.Name(id="implies"), args=parts):
            for part in parts:
                yield from _leaves(part)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _leaves(operand)
        case _:
            yield node
