"""How a batch stands: as text for people, as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from clusterxl.batch.status import Count, Slot, Standing, Status
from clusterxl.batch.words import (
    deadline_line,
    headline,
    journal_line,
    missing_first,
    next_step,
    owing,
    slot_name,
    standing_word,
)
from clusterxl.cli.columns import GAP, folded, table, width_of
from clusterxl.form.model import Form
from clusterxl.ledger import Recorded
from clusterxl.ledger.records import ID_LENGTH
from clusterxl.sentences import one_line, say

_LONG = 200
# A terminal that leaves less for names is not worth cutting them for; no terminal has none.
_LEAST_ROOM = 12


def as_text(form: Form, status: Status, *, width: int = 0) -> str:
    """Return a table of the groups, what is owed, and what proves it.

    Args:
        form: The form.
        status: How the batch stands.
        width: Columns of the terminal, where lines are folded and lists of units end; 0 where
            they may be as long as they are.
    """
    lines = [headline(status), deadline_line(status), ""]
    groups = missing_first(status.groups) if len(form.levels) > 1 else ()
    lines += table([_heads(), *(_cells(count) for count in (*groups, status.whole))])
    if came := (*_open_slots(status), *_others(status)):
        lines += ["", *came]
    if owed := tuple(_owed(form, status, width)):
        lines += ["", *owed]
    if status.strays:
        lines += ["", *(_stray_line(found, status) for found in status.strays)]
    if status.outdated:
        files = say("report.comma").join(found.file or found.sha256 for found in status.outdated)
        lines += [
            "",
            say("status.outdated", count=len(status.outdated), files=one_line(files, _LONG)),
        ]
    lines += ["", status.files.line(), journal_line(status)]
    return "\n".join(part.rstrip() for line in lines for part in folded(line, width))


def has_lines(status: Status) -> bool:
    """Whether the text names returns that wait for something, one by one."""
    return bool((*status.strays, *_open_slots(status), *_others(status)))


def as_json(form: Form, status: Status, *, ascii_only: bool = False) -> str:
    """Return the document of `batch status --format json`, version 1.

    Args:
        form: The form.
        status: How the batch stands.
        ascii_only: Write everything beyond ASCII as escapes, for a console that is not UTF-8.
    """
    document = {
        "version": 1,
        "form": form.id,
        "at": status.at.isoformat(timespec="seconds"),
        "deadline": status.deadline.isoformat() if status.deadline else None,
        "total": _count(status.whole),
        "groups": [{"group": count.group, **_count(count)} for count in status.groups],
        "slots": [_slot(slot) for slot in status.slots],
        "strays": [_stray(found, status.reasons[found.sha256]) for found in status.strays],
        "outdated": [found.sha256[:12] for found in status.outdated],
        "files": {
            "files": status.files.files,
            **{fate.value: number for fate, number in status.files.fates.items()},
        },
        "journal": {"entries": status.entries, "head": status.head},
    }
    return json.dumps(document, ensure_ascii=ascii_only, indent=1)


def _heads() -> tuple[str, ...]:
    names = ("due", "came", "accepted", "to_correct", "missing", "excluded", "came_late")
    return ("", *(say(f"status.head_{name}").replace("\n", "") for name in names))


def _cells(count: Count) -> tuple[str, ...]:
    standings = count.standings
    figures = (
        *(count.due, count.came, standings[Standing.ACCEPTED]),
        standings[Standing.QUESTIONED] + standings[Standing.REJECTED],
        *(standings[Standing.MISSING], standings[Standing.EXCLUDED], count.late),
    )
    return (count.group or say("report.whole"), *map(str, figures))


def _open_slots(status: Status) -> Iterator[str]:
    """Go through what came and is not done with: state, next step, and how much is asked."""
    came = [slot for slot in status.slots if slot.is_owed and slot.return_id]
    for slot in came:
        yield say(
            "status.open_line",
            id=slot.return_id,
            group=slot.unit.group,
            name=slot_name(slot),
            standing=standing_word(slot.standing),
            errors=slot.errors,
            warnings=slot.warnings,
            next=next_step(slot),
        )


def _others(status: Status) -> Iterator[str]:
    """Go through the questioned files beside those that say where their slots stand."""
    for slot in status.slots:
        for found in slot.others:
            yield say(
                "status.other_line",
                id=found.sha256[:ID_LENGTH],
                group=slot.unit.group,
                name=slot_name(slot),
                file=found.file or found.sha256,
                errors=found.errors,
                warnings=found.warnings,
                next=say("status.next_decide"),
            )


def _stray_line(found: Recorded, status: Status) -> str:
    file = found.file or found.sha256
    # Most sentences about a file begin with its name.
    reason = status.reasons[found.sha256].removeprefix(file).strip()
    return say("status.stray_line", file=file, reason=one_line(reason, _LONG))


def _owed(form: Form, status: Status, width: int) -> Iterator[str]:
    """Go through who owes what: a line a group, or one for all in a form without groups."""
    for standing, slots in owing(status.slots):
        word = standing_word(standing)
        if len(form.levels) > 1:
            yield say("status.owed_head", standing=word, count=len(slots))
            yield from _owed_by_group(slots, width)
        else:
            head = say("status.owed", standing=word, names="")
            yield head + _names(slots, width - width_of(head))


def _owed_by_group(slots: Sequence[Slot], width: int) -> Iterator[str]:
    groups: dict[str, list[Slot]] = {}
    for slot in slots:
        groups.setdefault(slot.unit.group, []).append(slot)
    heads = table([("", name, str(len(own))) for name, own in groups.items()])
    for head, own in zip(heads, groups.values(), strict=True):
        yield f"{head}{GAP}{_names(own, width - width_of(head) - len(GAP))}"


def _names(slots: Sequence[Slot], room: int) -> str:
    """Return the names of slots, as many as there is room for, and how many are left out."""
    names, comma = [slot_name(slot) for slot in slots], say("report.comma")
    text = comma.join(names)
    shown = len(names)
    while room >= _LEAST_ROOM and width_of(text) > room and shown > 1:
        shown -= 1
        text = comma.join(names[:shown]) + say("status.owed_more", count=len(names) - shown)
    return text


def _count(count: Count) -> dict[str, Any]:
    return {
        "units": count.units,
        "due": count.due,
        "came": count.came,
        **{standing.value: number for standing, number in count.standings.items()},
        "issued": count.issued,
        "late": count.late,
        "overdue": count.overdue,
    }


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "group": slot.unit.group,
        "unit": slot.unit.name,
        "code": slot.unit.code,
        "serial": slot.serial,
        "subject": slot.subject,
        "standing": slot.standing.value,
        "issued": slot.issued,
        "return": slot.return_id,
        "file": slot.file,
        "came": slot.came.isoformat() if slot.came else None,
        "received": slot.received.isoformat() if slot.received else None,
        "late": slot.late,
        "overdue": slot.overdue,
        "round": slot.round,
        "sent": slot.is_sent,
        "errors": slot.errors,
        "warnings": slot.warnings,
        "waiting": slot.waiting,
        "remarks": list(slot.remarks),
    }


def _stray(found: Recorded, reason: str) -> dict[str, Any]:
    return {
        "return": found.sha256[:12],
        "file": found.file,
        "state": found.state.value,
        "unit": found.unit,
        "reason": reason,
    }
