"""What cells of the workbook hold, as a page shows it: texts, numbers with their look."""

from __future__ import annotations

from clusterxl.excel.cells import Formula, Link, NumberLink, Rich
from clusterxl.page.formats import GENERAL, formatted, formatted_text
from clusterxl.report.tables import Cell, Entry

# A text; or what it is sorted by (None for nothing), what is shown, its colour, its ground.
Shape = str | tuple[float | None, str, str] | tuple[float | None, str, str, str]


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
    return _shown(shown, num_format)


def cell_of(entry: Entry, num_format: str = GENERAL) -> Shape:
    """Return a cell for the page."""
    ink, fill, content = "", "", content_of(entry)
    if isinstance(entry, Cell):
        ink, fill, num_format = entry.ink, entry.fill, entry.num_format or num_format
    shown = _shown(content, num_format)
    number = None if isinstance(content, str) else float(content)
    if fill:
        return (number, shown, ink, fill)
    return shown if number is None and not ink else (number, shown, ink)


def _shown(content: str | float, num_format: str) -> str:
    if isinstance(content, str):
        return formatted_text(content, num_format)
    return formatted(content, num_format)
