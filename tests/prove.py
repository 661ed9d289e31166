"""Proves the formulas on many more fills than the tests do: python tests/prove.py [FILLS] [SEED].

Prints, form by form, fills, verdicts, mismatches and seconds, and the first mismatches.
"""

from __future__ import annotations

import sys
import time

from proof_rig import Rig
from test_proof import SHOWN, examples, proof_form, unseen

from clusterxl.ruleset.fills import random_fills
from clusterxl.ruleset.load import load_rules

FORMS = ("gd-cluster-2023", "farm-survey", "all-checks", "harvest-years")
LINE = "{:18} {:>8} {:>10} {:>10} {:>8}"
FILLS, SEED = 1000, 2023


def main() -> int:
    """Prove each form; 1 where something differs."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FILLS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    print(LINE.format("form", "fills", "verdicts", "mismatches", "seconds"))
    failed, verdicts, mismatches = False, 0, 0
    for name in FORMS:
        started = time.monotonic()
        form = proof_form(name)
        rig = Rig(form)
        fills = random_fills(form, [v.instance for v in rig.program.verdicts], count, seed)
        proof = rig.prove([*fills, *examples(load_rules(form), form)])
        seconds = f"{time.monotonic() - started:.0f}"
        print(LINE.format(name, proof.fills, proof.verdicts, len(proof.mismatches), seconds))
        for mismatch in proof.mismatches[:SHOWN]:
            print(f"  {mismatch}")
        for rule, missing in unseen(rig, proof).items():
            print(f"  {rule} was never seen with {', '.join(v.name for v in sorted(missing))}")
        verdicts += proof.verdicts
        mismatches += len(proof.mismatches)
        failed |= bool(proof.mismatches)
    print(LINE.format("all", "", verdicts, mismatches, ""))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
