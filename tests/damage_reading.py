"""Damages filled returns by the thousand as people and programs do, and judges the reading.

Run `make damage` (or `python tests/damage_reading.py --count N --seed S`); the same seed damages
alike. What does not hold is printed with all that was done; `--form NAME --seed S --count 1` shows
it again.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from mishap import known_forms
from mishap_faults import faults, read
from mishaps import befall


def main() -> int:
    """Damage returns of every form."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=500, help="returns a form")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--form", choices=sorted(known_forms()))
    given = parser.parse_args()
    kinds: Counter[str] = Counter()
    for name in [given.form] if given.form else known_forms():
        for seed in range(given.seed, given.seed + given.count):
            mishap = befall(name, seed)
            found = tuple(faults(mishap, read(mishap)))
            kinds.update({fault.partition(":")[0] for fault in found})
            if found:
                print(name, seed, *mishap.log, *found[:3], sep="\n  ")
    print(f"{sum(kinds.values())} faults {dict(kinds)}")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
