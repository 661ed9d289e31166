"""What cells of the workbook hold, as a page shows it: texts, numbers with their look."""

from __future__ import annotations

from clusterxl.excel.cells import Formula, Link, NumberLink, Rich
from clusterxl.page.formats import GENERAL, formatted
from clusterxl.report.tables import Cell, Entry

# A text; or what it is sorted by (None for nothing), what is shown, its colour.
Shape = str | tuple[float | None, str, str]


def content_of(entry: Entry) -> str | float:
    """Return what a cell shows: a number, or a text."""
    content = entry.content if isinstance(entry, Cell) else entry
    if isinstance(content, NumberLink):
        content = content.number
    if isinstance(content, Formula):
        return content.value
    if isinstance(content, (Link, Rich)):
        return content.text
    return "" if content is None else content


def text_of(entry: Entry, num_format: str = GENERAL) -> str:
    """Return what a cell shows, as a text."""
    shown = content_of(entry)
    if isinstance(entry, Cell):
        num_format = entry.num_format or num_format
    return shown if isinstance(shown, str) else formatted(shown, num_format)


def cell_of(entry: Entry, num_format: str = GENERAL) -> Shape:
    """Return a cell for the page."""
    ink, content = "", content_of(entry)
    if isinstance(entry, Cell):
        ink, num_format = entry.ink, entry.num_format or num_format
    if isinstance(content, str):
        return (None, content, ink) if ink else content
    return (float(content), formatted(content, num_format), ink)
