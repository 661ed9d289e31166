"""Excel's formulas and the masks say the same: many fills, recalculated by LibreOffice."""

from __future__ import annotations

from pathlib import Path

import pytest
from proof_rig import Proof, Rig

from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.ruleset.fills import random_fills
from clusterxl.ruleset.lint import fill_of_example
from clusterxl.ruleset.load import load_rules
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.outcomes import possible_verdicts
from clusterxl.ruleset.rules import WORKBOOK, Rule
from clusterxl.ruleset.typed import Fill

pytestmark = pytest.mark.needs_libreoffice

FORMS = Path(__file__).parent / "data" / "forms"
# Form, seed and fills of each run; together they are the proof.
RUNS = (
    ("gd-cluster-2023", 1, 300),
    ("gd-cluster-2023", 2, 200),
    ("farm-survey", 3, 750),
    ("all-checks", 4, 750),
)
SHOWN = 10


def proof_form(name: str) -> Form:
    return load_form(name if name.startswith("gd-") else FORMS / name)


def examples(rules: tuple[Rule, ...], form: Form) -> list[Fill]:
    """Return the declared examples of the rules that run in workbooks."""
    live = [rule for rule in rules if WORKBOOK in rule.targets]
    return [fill_of_example(form, example) for rule in live for example in rule.examples]


def unseen(rig: Rig, proof: Proof) -> dict[str, set[Verdict]]:
    """Return the verdicts that rules could have given and have not, by rule."""
    missing: dict[str, set[Verdict]] = {}
    for row in rig.program.verdicts:
        possible = possible_verdicts(row.instance.judgement)
        missing.setdefault(row.instance.rule.id, set()).update(possible)
    for rule, said in proof.seen:
        missing[rule].discard(said)
    return {rule: verdicts for rule, verdicts in missing.items() if verdicts}


@pytest.mark.parametrize(("name", "seed", "count"), RUNS)
def test_libreoffice_says_what_the_masks_say(name: str, seed: int, count: int) -> None:
    form = proof_form(name)
    rig = Rig(form)
    fills = random_fills(form, [v.instance for v in rig.program.verdicts], count, seed)
    proof = rig.prove([*fills, *examples(load_rules(form), form)])
    assert proof.mismatches[:SHOWN] == ()
    assert proof.fills >= count
    assert proof.verdicts >= count * len(rig.program.verdicts)
    assert unseen(rig, proof) == {}
