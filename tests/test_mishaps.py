"""Whatever befalls a return, no answer is lost without a word or read under another question."""

from __future__ import annotations

import pytest
from mishap_faults import faults, read
from mishaps import befall, known_forms

# `make damage` has more of them.
COUNTS = {"gd-cluster-2023": 6}
COUNT = 40


@pytest.mark.parametrize("name", sorted(known_forms()))
def test_nothing_is_lost_without_a_word(name: str) -> None:
    found = {}
    for seed in range(COUNTS.get(name, COUNT)):
        mishap = befall(name, seed)
        if wrong := tuple(faults(mishap, read(mishap))):
            found[seed] = (*mishap.log, *wrong)
    assert not found
