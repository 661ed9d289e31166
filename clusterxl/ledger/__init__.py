"""The memory of a batch: what came in, what became of it, who decided what, and why."""

from clusterxl.ledger.archive import Archive
from clusterxl.ledger.decide import accept, exclude, purge, readmit, reject, rejudge
from clusterxl.ledger.journal import Act, Entry, entries, head, journal_text, verify_journal
from clusterxl.ledger.model import (
    Arrival,
    Asked,
    Correction,
    Doubt,
    Fate,
    Issued,
    Judge,
    Outcome,
    Recorded,
    Verdict,
    hash_values,
)
from clusterxl.ledger.rebuild import Rebuilt, rebuild, restore, verify_ledger
from clusterxl.ledger.receive import begin_receive, end_receive, record_return, record_skip
from clusterxl.ledger.records import (
    find_corrections,
    find_findings,
    find_issued,
    find_returns,
    record_correction,
    record_issued,
    require_return,
    set_facts,
)
from clusterxl.ledger.states import TRANSITIONS, Move, State
from clusterxl.ledger.store import Ledger, open_ledger
from clusterxl.ledger.tally import Tally, fates_of, tally

__all__ = [
    "TRANSITIONS",
    "Act",
    "Archive",
    "Arrival",
    "Asked",
    "Correction",
    "Doubt",
    "Entry",
    "Fate",
    "Issued",
    "Judge",
    "Ledger",
    "Move",
    "Outcome",
    "Rebuilt",
    "Recorded",
    "State",
    "Tally",
    "Verdict",
    "accept",
    "begin_receive",
    "end_receive",
    "entries",
    "exclude",
    "fates_of",
    "find_corrections",
    "find_findings",
    "find_issued",
    "find_returns",
    "hash_values",
    "head",
    "journal_text",
    "open_ledger",
    "purge",
    "readmit",
    "rebuild",
    "record_correction",
    "record_issued",
    "record_return",
    "record_skip",
    "reject",
    "rejudge",
    "require_return",
    "restore",
    "set_facts",
    "tally",
    "verify_journal",
    "verify_ledger",
]
