"""What nobody asked for: notes beside the table, other sheets, comments; listed, and told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from clusterxl.excel.cells import address
from clusterxl.excel.raw import parse_reference
from clusterxl.finding import Finding, Severity
from clusterxl.form.model import Form
from clusterxl.integrity.compared import Compared
from clusterxl.integrity.model import Unclaimed
from clusterxl.integrity.personal import Veil
from clusterxl.integrity.template import Place
from clusterxl.numbers import raw_text
from clusterxl.ruleset.messages import MASK
from clusterxl.sentences import one_line, say

# One finding a cell on a sheet of the form, until they would bury the others.
_MOST_TOLD = 20
_MOST_SHOWN = 8
# Of more nobody goes through the cells; how many there are is told, and all are in `unclaimed`.
_MOST_CELLS = 5_000
_SHOWN_CHARS = 60
# What shares as much with the printed text that stood there is that text, edited.
_EDITED = 0.5
_COMPARED_CHARS = 200


def orphans_of(
    compared: Iterable[Compared], notes: frozenset[str], veil: Veil
) -> tuple[Unclaimed, ...]:
    """Return what nobody asked for, sheet by sheet; also what replaces printed texts.

    Args:
        compared: The sheets beside those that were issued.
        notes: Comments that a correction was sent with.
        veil: Knows what may be personal.
    """
    return tuple(found for one in compared for found in _of_sheet(one, notes, veil))


def _of_sheet(one: Compared, notes: frozenset[str], veil: Veil) -> Iterator[Unclaimed]:
    account = one.account
    for place in sorted(account.unclaimed):
        before = account.relabelled.get(place)
        text = raw_text(account.unclaimed[place])
        yield Unclaimed(
            sheet=one.sheet.name,
            cell=address(*place),
            text=text,
            replaces=one.issued.shown[before] if one.issued and before else "",
            is_foreign=one.issued is None,
            is_personal=veil.hides(one.sheet.name, place, text),
        )
    if one.issued is None or one.issued.is_shown:
        for cell, text in one.sheet.features.comments.items():
            if text not in notes:
                yield Unclaimed(
                    sheet=one.sheet.name,
                    cell=cell,
                    text=text,
                    is_comment=True,
                    is_personal=veil.hides(one.sheet.name, _place(cell), text),
                )


def tell_orphans(
    form: Form, unclaimed: Iterable[Unclaimed], told: frozenset[str]
) -> Iterator[Finding]:
    """Tell what was not read because nobody asked for it.

    Args:
        form: The form; its language is that of the respondent.
        unclaimed: What nobody asked for.
        told: Cells of which the text was told already, as `sheet!cell`.

    Returns:
        A finding a cell or comment, the rest of a sheet together; other sheets each as a whole.
        Printed texts that were only edited are left out: their sheet is told to have them.
    """
    groups: dict[tuple[str, bool, bool], list[Unclaimed]] = {}
    for found in unclaimed:
        is_told = f"{found.sheet}!{found.cell}" in told or _is_edited(found)
        if not found.is_comment and is_told:
            continue
        groups.setdefault((found.sheet, found.is_comment, found.is_foreign), []).append(found)
    for (_, is_comment, is_foreign), group in groups.items():
        name = "comment" if is_comment else "unclaimed"
        if is_foreign:
            yield _told(form, "foreign", group)
            continue
        for found in group[:_MOST_TOLD]:
            yield _told(form, name, [found])
        if len(group) > _MOST_TOLD:
            yield _told(form, f"{name}_rest", group[_MOST_TOLD:])


def _is_edited(found: Unclaimed) -> bool:
    """Whether it is a printed text with some words changed, and no answer typed over it."""
    before, after = found.replaces[:_COMPARED_CHARS], found.text[:_COMPARED_CHARS]
    return bool(before) and SequenceMatcher(None, before, after).ratio() >= _EDITED


def _place(cell: str) -> Place:
    area = parse_reference(f"x!{cell}")
    return (area.row, area.column) if area else (0, 0)


def _shown(found: Unclaimed) -> str:
    return MASK if found.is_personal else one_line(found.text, _SHOWN_CHARS)


def _told(form: Form, name: str, group: Sequence[Unclaimed]) -> Finding:
    first = group[0]
    shown = [f"{one.cell}“{_shown(one)}”" for one in group[:_MOST_SHOWN]]
    sentence = say(
        f"integrity.{name}",
        lang=form.language,
        sheet=first.sheet,
        cell=first.cell,
        text=_shown(first),
        count=len(group),
        texts=say("integrity.between", lang=form.language).join(shown),
    )
    return Finding(
        code="READ-COMMENT" if first.is_comment else "READ-UNCLAIMED",
        severity=Severity.WARNING,
        message=sentence,
        sheet=first.sheet,
        cell=first.cell,
        cells=tuple(f"{one.sheet}!{one.cell}" for one in group[:_MOST_CELLS]),
        value="" if first.is_personal else first.text,
    )
