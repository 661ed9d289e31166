"""How much room an answer needs on the paper: the longest its rule allows, or some lines."""

from __future__ import annotations

from math import ceil, floor

from clusterxl.excel.heights import LINE_EM, text_lines
from clusterxl.form.model import Field, FieldType

# An indented answer begins this much to the right.
INDENT_PX = 12
# What the edges of a cell and the rules for line ends take of a line, in px and in em.
_EDGE_PX, _LINE_END_EM = 8, 0.5
# Lines of a text that the form sets no limit to, in a list and where names are enumerated.
LIST_LINES, NAMES_LINES = 2, 4
_AIR = 1


def answer_points(asked: Field, px: int, points: float, *, lines: int = 1) -> float:
    """Return the height that any answer to a question needs in a box of `px`.

    Args:
        asked: The question.
        px: Width of the box.
        points: Size of the print.
        lines: How many lines a text without a limit is given: what is longer is cut on paper
            until its row is made higher, which stays possible on a protected sheet.

    Returns:
        Points; 0 for what is no text.
    """
    if asked.type is not FieldType.TEXT:
        return 0.0
    if not asked.max_chars:
        # To a quarter of a point, and no air: a row of a list is there some hundred times.
        return round(lines * points * LINE_EM * 4) / 4
    needed = text_lines("国" * asked.max_chars, px - INDENT_PX, points)
    return ceil(needed * points * LINE_EM + _AIR)


def chars_held(px: int, points: float, size: float) -> int:
    """Return how many wide characters of a size a box of so many px and points shows."""
    em = size * 96 / 72
    a_line = floor((px - INDENT_PX - _EDGE_PX) / em - _LINE_END_EM)
    return max(a_line, 1) * max(floor(points / (size * LINE_EM)), 1)
