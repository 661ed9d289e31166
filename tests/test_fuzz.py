"""Damaged returns: a short run of the fuzzer, and all it ever found."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz_reading import KEPT, run, walked
from watched import outcome_of

COUNT, SEED = 150, 20


def test_no_damage_is_read_wrongly() -> None:
    became, wrong = run(COUNT, SEED)
    assert [(mutant.name, reason) for mutant, reason in wrong] == []
    assert became.total() == COUNT
    assert {"refused", "same", "as openpyxl"} <= set(became)


def test_styles_without_an_id_are_found() -> None:
    """Outcomes alone would not tell: that file was read before, too, with other formats."""
    data = (KEPT / "styles-without-id.read.xlsx").read_bytes()
    assert outcome_of(data).values == outcome_of(data, "openpyxl").values


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.xlsx")), ids=lambda path: str(path.stem))
def test_what_was_found_once_stays_mended(path: Path) -> None:
    wanted = path.stem.rpartition(".")[2]
    for data in (path.read_bytes(), walked(path.read_bytes())):
        outcome = outcome_of(data)
        assert outcome.error == ""
        if wanted in ("read", "broken"):
            assert (outcome.code, outcome.broken > 0) == ("", wanted == "broken")
        else:
            assert outcome.code == f"read.{wanted}"
