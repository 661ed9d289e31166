"""What the commands of a batch print about a return, a line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from clusterxl.batch.changes import Changes
from clusterxl.batch.receive import Received
from clusterxl.finding import Finding, Severity
from clusterxl.ledger import Fate, Recorded, State
from clusterxl.ledger.records import ID_LENGTH
from clusterxl.ledger.states import state_word
from clusterxl.sentences import one_line, say

_MOST_ANSWERS = 12
_SHOWN_CHARS = 40


def line_of(file: Received, names: Mapping[str, str]) -> str:
    """Return the line of a file: state, unit, subject, file, why.

    Args:
        file: What became of it.
        names: Names of the units, by code.
    """
    parts = [fate_word(file.fate)]
    if file.recorded:
        found = file.recorded
        parts += [found.sha256[:ID_LENGTH], " ".join((found.unit, names.get(found.unit, "")))]
        parts += [found.subject] if found.subject != names.get(found.unit) else []
    parts += [file.file, _why(file)]
    return "  ".join(part for part in map(str.strip, parts) if part)


def fate_word(fate: Fate) -> str:
    """Return the word for what became of a file."""
    if fate in (Fate.REPEATED, Fate.SKIPPED):
        return say(f"batch.fate_{fate}")
    return state_word(State(fate))


def _why(file: Received) -> str:
    if file.recorded is None:
        return file.reason
    if file.fate is Fate.REPEATED:
        return _why_repeated(file, file.recorded)
    if file.fate is Fate.SUPERSEDED:
        return say("batch.why_superseded", other=file.recorded.superseded_by[:ID_LENGTH])
    replaced = file.outcome.superseded if file.outcome else ()
    shown = ", ".join(sha256[:ID_LENGTH] for sha256 in replaced)
    took = say("batch.why_replaces", others=shown) if replaced else ""
    stays = say("batch.why_beside", other=file.beside[:ID_LENGTH]) if file.beside else ""
    return "  ".join(part for part in (took, stays, _sum(file.findings)) if part)


def _why_repeated(file: Received, found: Recorded) -> str:
    other = found.file if found.file != file.file else ""
    figures = {
        "id": found.sha256[:ID_LENGTH],
        "file": f" ({other})" if other else "",
        "state": state_word(found.state),
    }
    return say("batch.why_purged" if found.purged else "batch.why_repeated", **figures)


def _sum(findings: Iterable[Finding]) -> str:
    """Return how much is told, and the most urgent of it in full."""
    asked = [f for f in findings if f.severity is not Severity.INFO and not f.is_explained]
    if not asked:
        return say("batch.why_clean")
    errors = sum(found.severity is Severity.ERROR for found in asked)
    # Whose it is comes first: nothing else can be asked before that is known.
    first = min(asked, key=lambda f: (f.severity is not Severity.ERROR, bool(f.key)))
    place = f"{first.sheet}!{first.cell} " if first.cell else ""
    return say(
        "batch.why_asked",
        errors=errors,
        warnings=len(asked) - errors,
        code=first.code,
        first=f"{place}{first.message}",
    )


def lines_of_changes(changes: Changes | None) -> Iterator[str]:
    """Go through the lines that tell what a return changed: answers, then what is told of it."""
    if changes is None:
        return
    for change in changes.answers[:_MOST_ANSWERS]:
        effects = [say("batch.settles", code=code) for code in change.settled]
        effects += [say("batch.raises", code=code) for code in change.arisen]
        figures = {
            "old": one_line(change.old, _SHOWN_CHARS),
            "new": one_line(change.new, _SHOWN_CHARS),
        }
        line = say(
            "batch.changed", key=change.key, label=one_line(change.label, _SHOWN_CHARS), **figures
        )
        yield "    " + "  ".join((line, *effects))
    if (left := len(changes.answers) - _MOST_ANSWERS) > 0:
        yield "    " + say("batch.more_changes", count=left)
    yield "    " + say(
        "batch.changes",
        answers=len(changes.answers),
        settled=len(changes.settled),
        arisen=len(changes.arisen),
    )


def line_of_move(found: Recorded, after: Recorded, settled: int, arisen: int) -> str:
    """Return the line of a return that new rules moved."""
    return say(
        "batch.moved",
        id=found.sha256[:ID_LENGTH],
        unit=found.serial or found.unit,
        subject=found.subject,
        before=state_word(found.state),
        after=state_word(after.state),
        settled=settled,
        arisen=arisen,
    )
