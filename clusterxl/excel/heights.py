"""How much room a text needs in a cell; Excel fits neither merged nor locked rows by itself."""

from __future__ import annotations

from math import ceil

# The worst font sets the height: Noto CJK needs 1.45 em a line, 宋体 about 1.25.
LINE_EM = 1.45
NARROW_EM = 0.58
_FIRST_WIDE = 0x2E80
_WIDE_SIGNS = "“”‘’—…·─●○◐▲◆◇☑□✓✕›↑↓→"


def is_wide(char: str) -> bool:
    """Whether a character takes a whole em, as CJK and full-width signs do."""
    return ord(char) > _FIRST_WIDE or char in _WIDE_SIGNS


def text_px(text: str, points: float) -> float:
    """Return the width of a text on one line, in px at 96 dpi."""
    return sum(1 if is_wide(char) else NARROW_EM for char in text) * points * 96 / 72


def text_lines(text: str, px: float, points: float, *, padding: float = 8) -> int:
    """Return how many lines a text needs in a cell; half an em is lost to line-end rules."""
    em = points * 96 / 72
    room = max(px - padding, em)
    if len(text) * points * 96 / 72 <= room and "\n" not in text:
        return 1
    count = 0
    for paragraph in text.split("\n"):
        width = text_px(paragraph, points)
        count += 1 if width <= room else ceil(width / max(room - 0.5 * em, em))
    return count


def text_points(text: str, px: float, points: float, *, padding: float = 5) -> float:
    """Return the height a text needs in a cell of `px`, in points."""
    return ceil(text_lines(text, px, points) * points * LINE_EM + padding)


def screen_points(text: str, px: float, points: float) -> float:
    """Return the height a text needs in a cell that is read on a screen, in points.

    There characters are rounded to whole pixels, which adds up over several lines.
    """
    room = px if text_lines(text, px, points) == 1 else px * 0.97
    return text_points(text, room, points)
