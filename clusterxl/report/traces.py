"""How the figures of a table lead to their rows among the sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from clusterxl.excel.cells import Formula, NumberLink
from clusterxl.report.places import Places
from clusterxl.report.tables import Cell, Entry


def traced(entry: Entry, target: str) -> Entry:
    """Return a number, or what a formula makes, with a link; anything else as it is.

    Args:
        entry: What stands in a cell.
        target: Where the link leads; empty for none.
    """
    if not target:
        return entry
    if isinstance(entry, Cell):
        content = entry.content
        if isinstance(content, Formula | float | int):
            return replace(entry, content=NumberLink(target, content))
        return entry
    return NumberLink(target, entry) if isinstance(entry, Formula | float | int) else entry


def traced_column(entries: Sequence[Entry], targets: Sequence[str]) -> list[Entry]:
    """Return a column of which each figure has its link."""
    return [traced(entry, target) for entry, target in zip(entries, targets, strict=True)]


def own_targets(places: Places, key: str, at: Sequence[int]) -> list[str]:
    """Return where the figures of returns lead, of one key.

    Args:
        places: Where the answers stand.
        key: The key; of a figure from several, that of the first.
        at: Place of each return among the returns.
    """
    return [places.source(key, place) for place in at]


def group_targets(places: Places, key: str, groups: Sequence[str]) -> list[str]:
    """Return where the figures of groups lead, of one key: to the rows of all their returns."""
    spans = _spans(places)
    return [places.source(key, *spans[group]) if group in spans else "" for group in groups]


def total_target(places: Places, key: str) -> str:
    """Return where the total of a key leads."""
    link = places.link(key)
    return link.target if link else ""


def _spans(places: Places) -> Mapping[str, tuple[int, int]]:
    """Return the first and last place of the returns of each group; they stand in that order."""
    spans: dict[str, tuple[int, int]] = {}
    for place, group in enumerate(places.context.comparison.returns["group"]):
        spans[group] = (spans.get(group, (place, place))[0], place)
    return spans
