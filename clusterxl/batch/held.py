"""What a person must decide before a return can be sent back to its unit."""

from __future__ import annotations

from clusterxl.finding import Severity
from clusterxl.form.roster import Unit
from clusterxl.ledger import Doubt, Ledger, Recorded, find_findings
from clusterxl.sentences import say


def held_reason(ledger: Ledger, found: Recorded, unit: Unit | None) -> str:
    """Say why a return is not sent back before a person decides; empty where it may be.

    Args:
        ledger: The ledger.
        found: A questioned return.
        unit: Its unit; None where the roster has none.
    """
    if unit is None:
        return say("batch.held_unit")
    told = find_findings(ledger, found.sha256)
    if any(one.code in set(Doubt) for one in told):
        return say("batch.held_doubt")
    if any(one.code.startswith("STAMP-") and one.severity is Severity.ERROR for one in told):
        return say("batch.held_stamp")
    return ""
