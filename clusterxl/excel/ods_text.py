"""The text of a cell of an .ods file: paragraphs, with blanks and breaks that are elements."""

from __future__ import annotations

import re

_COUNT = re.compile("[0-9]{1,9}", re.ASCII)
_SIGNS = {"s": " ", "tab": "\t", "line-break": "\n"}
# No cell holds more; a larger count of blanks is nobody's answer.
MOST_CHARACTERS = 32_767


class CellText:
    """Gathers the paragraphs of one cell."""

    def __init__(self) -> None:
        self._paragraphs: list[str] = []
        self._pieces: list[str] = []

    def add(self, text: str) -> None:
        """Take in written characters of the paragraph."""
        self._pieces.append(text)

    def add_sign(self, name: str, count: str) -> None:
        """Take in an element that stands for blanks, a tab or a break."""
        times = min(int(count), MOST_CHARACTERS) if _COUNT.fullmatch(count) else 1
        self._pieces.append(_SIGNS.get(name, "") * times)

    def end_paragraph(self) -> None:
        """Close the paragraph.

        Programs disagree about runs of written blanks; all that is written is kept.
        """
        self._paragraphs.append("".join(self._pieces))
        self._pieces = []

    @property
    def has_paragraphs(self) -> bool:
        """Whether there is any paragraph, be it an empty one."""
        return bool(self._paragraphs)

    @property
    def text(self) -> str:
        """Return all of it."""
        return "\n".join(self._paragraphs)
