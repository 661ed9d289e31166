"""How a batch stands, in words: the same on the terminal and in the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clusterxl.batch.status import Count, Slot, Standing, Status
from clusterxl.form.model import Form
from clusterxl.issue import serial_of
from clusterxl.sentences import say


def standing_word(standing: Standing, *, lang: str = "") -> str:
    """Return the word for where a slot stands."""
    return say(f"status.standing_{standing}", lang=lang)


def next_step(slot: Slot, *, lang: str = "") -> str:
    """Return what has to happen next with a slot, and who is to do it; empty where all is done."""
    name = ""
    match slot.standing:
        case Standing.MISSING:
            name = "wait" if slot.issued else "issue"
        case Standing.REJECTED:
            name = "again"
        case Standing.QUESTIONED:
            name = "answer" if slot.is_sent else "correct" if slot.is_asked else "settle"
        case Standing.ACCEPTED | Standing.EXCLUDED:
            name = "decide" if slot.waiting else ""
    return say(f"status.next_{name}", lang=lang) if name else ""


def slot_name(slot: Slot, *, lang: str = "") -> str:
    """Return whose slot it is: the unit, and the subject where it is known or there are several."""
    unit = slot.unit
    shown = slot.subject if slot.subject != unit.name else ""
    if not shown and slot.serial != serial_of(unit, 1):
        shown = slot.serial
    named = say("status.unit_subject", lang=lang, unit=unit.name, subject=shown) if shown else ""
    if slot.standing is Standing.QUESTIONED and slot.round:
        return say("status.sent_back", lang=lang, name=named or unit.name, round=slot.round)
    return named or unit.name


def hides_subjects(form: Form) -> bool:
    """Whether subjects are people, whose names are shown only to whoever asks for them."""
    return form.subject in form.fields and form.fields[form.subject].personal


def owing(slots: Iterable[Slot]) -> tuple[tuple[Standing, tuple[Slot, ...]], ...]:
    """Return the slots of which something is owed, by where they stand."""
    owed: dict[Standing, list[Slot]] = {}
    for slot in slots:
        if slot.is_owed:
            owed.setdefault(slot.standing, []).append(slot)
    return tuple((standing, tuple(owed[standing])) for standing in Standing if standing in owed)


def owed_line(slots: Iterable[Slot], *, lang: str = "") -> str:
    """Return who owes what, ready to be copied; empty where nobody owes anything."""
    comma = say("report.comma", lang=lang)
    parts = (
        say(
            "status.owed",
            lang=lang,
            standing=standing_word(standing, lang=lang),
            names=comma.join(slot_name(slot, lang=lang) for slot in owed),
        )
        for standing, owed in owing(slots)
    )
    return say("status.between", lang=lang).join(parts)


def owed_counts(count: Count, *, lang: str = "") -> str:
    """Return how much is owed of each kind; empty where nothing is."""
    parts = [
        say(
            "status.count_of",
            lang=lang,
            count=count.standings[standing],
            standing=standing_word(standing, lang=lang),
        )
        for standing in (Standing.MISSING, Standing.QUESTIONED, Standing.REJECTED)
        if count.standings[standing]
    ]
    return say("report.comma", lang=lang).join(parts)


def headline(status: Status, *, lang: str = "") -> str:
    """Return in one sentence how the batch stands."""
    whole = status.whole
    figures = {"due": whole.due, "came": whole.came, "owed": owed_counts(whole, lang=lang)}
    return say(f"status.headline_{'open' if whole.owed else 'done'}", lang=lang, **figures)


def deadline_line(status: Status, *, lang: str = "") -> str:
    """Return the deadline and the day, and how far past it is."""
    today = say("status.today", lang=lang, today=_day(status, lang))
    if status.deadline is None:
        return today
    day = status.deadline
    shown = say("correction.day", lang=lang, year=day.year, month=day.month, day=day.day)
    past = (status.today - day).days
    name = "deadline_past" if past > 0 else "deadline_ahead"
    return say(f"status.{name}", lang=lang, deadline=shown, days=abs(past)) + today


def journal_line(status: Status, *, lang: str = "") -> str:
    """Return the head of the journal, by which it can later be proved unchanged."""
    return say("status.journal", lang=lang, entries=status.entries, head=status.head)


def missing_first(counts: Sequence[Count]) -> tuple[Count, ...]:
    """Return groups in the order in which they need attention; else they keep theirs."""
    return tuple(sorted(counts, key=lambda one: (-one.standings[Standing.MISSING], -one.owed)))


def _day(status: Status, lang: str) -> str:
    day = status.today
    return say("correction.day", lang=lang, year=day.year, month=day.month, day=day.day)
