"""The words of rule files: which keys a rule, a parameter and an example take."""

from __future__ import annotations

from clusterxl.finding import Severity
from clusterxl.form.vocabulary import Key, Shape
from clusterxl.form.vocabulary import Kind as Holds
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.rules import TARGETS, Kind

EXPECTED = {"pass": Verdict.PASS, "fail": Verdict.FAIL, "na": Verdict.NOT_APPLICABLE}

_TEXT = Key(kind=Holds.TEXT)
_SENTENCE = Key(kind=Holds.TEXT, required=True)
_TABLE = Key(kind=Holds.TABLE)
_TABLES = Key(kind=Holds.TABLES)

RULE_FILE: Shape = {"rule": _TABLES, "parameter": _TABLE}
RULE: Shape = {
    "id": _SENTENCE,
    "severity": Key(kind=Holds.TEXT, required=True, words=tuple(Severity)),
    "kind": Key(kind=Holds.TEXT, required=True, words=tuple(Kind)),
    "title": _SENTENCE,
    "head": _TEXT,
    "check": _SENTENCE,
    "when": _TEXT,
    "for": _TABLE,
    "fields": _TABLE,
    "message": _SENTENCE,
    "margin": _SENTENCE,
    "basis": _TEXT,
    "explain": _TEXT,
    "targets": Key(kind=Holds.TEXTS, words=TARGETS),
    "tests": _TABLES,
}
PARAMETER: Shape = {
    "label": _SENTENCE,
    "value": Key(kind=Holds.QUANTITY),
    "operator": Key(kind=Holds.TEXT, words=("<", "<=", ">", ">=", "==")),
    "source": _TEXT,
    "measure": _TEXT,
    "short": _TEXT,
    "verified": Key(kind=Holds.FLAG),
}
EXAMPLE: Shape = {
    "given": Key(kind=Holds.TABLE, required=True),
    "expect": Key(kind=Holds.TEXT, required=True, words=tuple(EXPECTED)),
}
