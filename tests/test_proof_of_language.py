"""Every function of the language: LibreOffice judges the cases of the masks as the masks do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from proof_rig import CANARY, TYPED, Rig, ask_libreoffice
from test_masks import CASES, FORM, compiled

from clusterxl.excel.cells import Formula
from clusterxl.plan.hidden import hidden_cell
from clusterxl.plan.model import Plan, SheetPlan
from clusterxl.plan.proof import FIRST_COLUMN
from clusterxl.plan.views import views_sheet
from clusterxl.ruleset.formulas import verdict_formula
from clusterxl.ruleset.masks import judge
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.typed import typed_views

pytestmark = pytest.mark.needs_libreoffice


def test_libreoffice_judges_the_cases_of_the_masks_alike(tmp_path: Path) -> None:
    rig = Rig(FORM)
    checks = list(dict.fromkeys(check for check, _, _ in CASES))
    cells = tuple(
        hidden_cell(row, 1, Formula(f"={verdict_formula(compiled(check), rig.context.cells)}"))
        for row, check in enumerate(checks, start=1)
    )
    sheets = (
        SheetPlan(name=TYPED, cells=CANARY, protected=False),
        views_sheet(rig.context.state, rig.context.cells),
        SheetPlan(name="lab", cells=cells),
        rig.lists.sheet(),
    )
    plan = Plan(title="lab", sheets=sheets, names=rig.lists.names(), properties={})
    rows = rig.program.rows
    first, last = min(rows.values()), max(rows.values())
    assert FIRST_COLUMN == 3
    places = {
        "typed": [TYPED, f"C{first}:C{last}"],
        "canary": [TYPED, "A1"],
        "read": {"lab": ["lab", f"A1:A{len(checks)}"]},
    }
    columns = [[_float(given.get(key)) for key in rows] for _, given, _ in CASES]
    answers = [
        json.loads(line)["lab"] for line in ask_libreoffice(plan, [places, *columns], tmp_path)
    ]
    views = typed_views(FORM, [given for _, given, _ in CASES])
    judged = [judge(compiled(check), views) for check in checks]
    wrong = [
        (check, given, row[0], said[at])
        for at, ((_, given, _), lab) in enumerate(zip(CASES, answers, strict=True))
        for check, row, said in zip(checks, lab, judged, strict=True)
        if row[0] != ("" if said[at] == Verdict.NOT_APPLICABLE else said[at])
    ]
    assert wrong[:10] == []
    # Each case as it is written, too.
    told = [lab[checks.index(check)][0] for (check, _, _), lab in zip(CASES, answers, strict=True)]
    assert told == ["" if v is Verdict.NOT_APPLICABLE else v for _, _, v in CASES]


def _float(typed: object) -> object:
    return float(typed) if isinstance(typed, int) else typed
