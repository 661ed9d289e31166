"""What a person must decide before a return can be sent back to its unit."""

from __future__ import annotations

from collections.abc import Iterable

from clusterxl.finding import Finding, Severity
from clusterxl.form.roster import Unit
from clusterxl.ledger import Doubt
from clusterxl.sentences import say


def held_reason(told: Iterable[Finding], unit: Unit | None) -> str:
    """Say why a return is not sent back before a person decides; empty where it may be.

    Args:
        told: What is told of a questioned return.
        unit: Its unit; None where the roster has none.
    """
    if unit is None:
        return say("batch.held_unit")
    codes = {one.code for one in told if one.code in set(Doubt) or one.severity is Severity.ERROR}
    if codes & set(Doubt):
        return say("batch.held_doubt")
    if any(code.startswith("STAMP-") for code in codes):
        return say("batch.held_stamp")
    return ""
