"""One return of a batch: as text for people, as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from clusterxl.batch.decide import shown_line
from clusterxl.batch.folder import Batch
from clusterxl.batch.show import Shown
from clusterxl.cli.columns import GAP, folded, padded, width_of
from clusterxl.cli.document import entry_lines, finding_object
from clusterxl.findings_book import level_of
from clusterxl.ledger import Event, Happening, Recorded, State
from clusterxl.ledger.records import ID_LENGTH
from clusterxl.ledger.states import state_word
from clusterxl.sentences import say

_INDENT = "  "


def as_text(batch: Batch, shown: Shown, *, at: str = "", width: int = 0) -> str:
    """Return whose a return is, where it stands and why, its history, and all its findings.

    Args:
        batch: The batch.
        shown: The return.
        at: The option that names the batch, for commands to type.
        width: Columns of the terminal; 0 where a line may be as long as it is.
    """
    lines = [*_altered(shown), *_facts(shown), "", say("show.history")]
    lines += [_INDENT + _event_line(batch, shown, event) for event in shown.history]
    if shown.others:
        lines += ["", say("show.others"), *(_INDENT + shown_line(one) for one in shown.others)]
    lines += ["", _count_line(shown), *entry_lines(shown.findings, typed=True)]
    told = [part for line in lines for part in folded(line, width)]
    # A command that is folded cannot be copied.
    return "\n".join((*told, "", say("show.next", step=next_line(shown, at))))


def as_json(batch: Batch, shown: Shown, *, ascii_only: bool = False) -> str:
    """Return the document of `batch show --format json`, version 1.

    Args:
        batch: The batch.
        shown: The return.
        ascii_only: Write everything beyond ASCII as escapes, for a console that is not UTF-8.
    """
    document = {
        "version": 1,
        "form": batch.form.id,
        "return": _return(batch, shown),
        "next": shown.step,
        "history": [_event(batch, event) for event in shown.history],
        "others": [{"return": one.sha256[:ID_LENGTH], **_standing(one)} for one in shown.others],
        "findings": [finding_object(finding) for finding in shown.findings],
        "altered": [finding_object(finding) for finding in shown.altered],
    }
    if shown.contacts is not None:
        document["contacts"] = list(shown.contacts)
    return json.dumps(document, ensure_ascii=ascii_only, indent=1)


# ---- text


def _altered(shown: Shown) -> Iterator[str]:
    """Say first of all that what follows may not be true."""
    for found in shown.altered:
        yield f"{level_of(found)}  {found.message}  [{found.code}]"
    if shown.altered:
        yield from (say("show.verify"), "")


def _facts(shown: Shown) -> Iterator[str]:
    found, unit = shown.recorded, shown.unit
    name = unit.name if unit else ""
    subject = found.subject if found.subject != name else ""
    whose = say("status.unit_subject", unit=name, subject=subject) if name and subject else name
    codes = (unit.group if unit else "", found.unit, found.serial)
    yield GAP.join(part for part in (whose or subject or say("show.nobody"), *codes) if part)
    rounds = say("show.round", round=found.round) if found.round else say("show.round_first")
    facts = {
        "state": say(
            "show.state",
            state=state_word(found.state),
            errors=found.errors,
            warnings=shown.warnings,
        ),
        "why": shown.why,
        "file": found.file or say("show.file_gone"),
        "hash": found.sha256,
        "rounds": rounds,
    }
    heads = {head: say(f"show.head_{head}") for head in (*facts, "contacts")}
    widest = max(map(width_of, heads.values()))
    for head, text in facts.items():
        yield f"{padded(heads[head], widest)}{GAP}{text}"
    if shown.contacts is not None:
        first = padded(heads["contacts"], widest)
        for line in shown.contacts or (say("show.contacts_none"),):
            yield f"{first}{GAP}{line}"
            first = " " * widest


def next_line(shown: Shown, at: str) -> str:
    """Return what comes next with a return, with the command to type.

    Args:
        shown: The return.
        at: The option that names the batch.
    """
    waiting = [one.sha256 for one in shown.others if one.state is State.QUESTIONED]
    other = shown.recorded.superseded_by or next(iter(waiting), "")
    figures = {"id": shown.recorded.sha256[:ID_LENGTH], "other": other[:ID_LENGTH], "at": at}
    return say(f"show.next_{shown.step}", **figures)


def _event_line(batch: Batch, shown: Shown, event: Event) -> str:
    other = shown.names.get(event.other, "")
    figures: dict[str, Any] = {
        "file": event.file,
        "other": GAP.join(part for part in (event.other[:ID_LENGTH], other) if part),
        "round": event.round,
        "state": state_word(event.state),
        "who": event.who,
        "reason": event.reason,
    }
    gone = "_gone" if event.what in (Happening.RECEIVE, Happening.REPEAT) and not event.file else ""
    return f"{_moment(batch, event.at)}{GAP}{say(f'show.event_{event.what}{gone}', **figures)}"


def _moment(batch: Batch, at: str) -> str:
    return batch.local(datetime.fromisoformat(at)).strftime("%Y-%m-%d %H:%M")


def _count_line(shown: Shown) -> str:
    if shown.recorded.purged:
        return say("show.findings_purged")
    if not shown.findings:
        return say("show.findings_none")
    open_ones = shown.open_findings
    errors = sum(found.severity == "error" for found in open_ones)
    explained = sum(found.is_explained for found in shown.findings)
    return say(
        "show.findings",
        errors=errors,
        warnings=len(open_ones) - errors,
        explained=say("findings.count_explained", count=explained) if explained else "",
        infos=len(shown.findings) - len(open_ones) - explained,
    )


# ---- for programs


def _return(batch: Batch, shown: Shown) -> dict[str, Any]:
    found, unit = shown.recorded, shown.unit
    return {
        "return": found.sha256[:ID_LENGTH],
        "sha256": found.sha256,
        **_standing(found),
        "why": shown.why,
        "group": unit.group if unit else "",
        "unit": unit.name if unit else "",
        "code": found.unit,
        "serial": found.serial,
        "subject": found.subject,
        "received": _moment_of(batch, found.received),
        "round": found.round,
        "errors": found.errors,
        "warnings": shown.warnings,
        "superseded_by": found.superseded_by[:ID_LENGTH],
        "purged": found.purged,
    }


def _standing(found: Recorded) -> dict[str, Any]:
    return {"file": found.file, "state": found.state.value, "decided": found.decided}


def _event(batch: Batch, event: Event) -> dict[str, Any]:
    return {
        "entry": event.number,
        "at": _moment_of(batch, event.at),
        "who": event.who,
        "what": event.what.value,
        "state": event.state.value,
        "file": event.file,
        "other": event.other[:ID_LENGTH],
        "round": event.round,
        "reason": event.reason,
    }


def _moment_of(batch: Batch, at: str) -> str:
    return batch.local(datetime.fromisoformat(at)).isoformat(timespec="seconds")
