"""Which places of a sheet hold something, and which a merged range covers."""

from __future__ import annotations

from collections.abc import Sequence

from clusterxl.excel import limits
from clusterxl.excel.cells import Content, address


class Claims:
    """The places of one sheet that are taken; rows and columns count from 1."""

    def __init__(self) -> None:
        """Begin with an empty sheet."""
        # One bit a column, by row: sheets with a million cells stay affordable.
        self._covered: dict[int, int] = {}
        self._filled: dict[int, int] = {}

    @property
    def last(self) -> str:
        """The address of the last row and column that hold something; empty for none."""
        if not self._filled:
            return ""
        return address(max(self._filled), max(self._filled.values()).bit_length() - 1)

    def take(self, first: tuple[int, int], last: tuple[int, int], content: Content) -> None:
        """Refuse places that are covered by a merged range, or would lose what they hold."""
        limits.check_place(*first)
        row, column = first
        own = 1 << column
        if self._covered.get(row, 0) & own:
            raise limits.refuse("covered")
        if last != first:
            limits.check_place(*last)
            if last[0] < row or last[1] < column:
                raise limits.refuse("covers")
            across = (2 << last[1]) - own
            for place in range(row, last[0] + 1):
                inside = across & ~own if place == row else across
                if (self._covered.get(place, 0) | self._filled.get(place, 0)) & inside:
                    raise limits.refuse("covers")
                self._covered[place] = self._covered.get(place, 0) | inside
        if content is not None or last != first:
            self._filled[row] = self._filled.get(row, 0) | own

    def take_row(self, row: int, column: int, contents: Sequence[Content]) -> None:
        """Refuse places of a row that are covered by a merged range."""
        if not contents:
            return
        limits.check_place(row, column)
        limits.check_place(row, column + len(contents) - 1)
        if (self._covered.get(row, 0) >> column) & ((1 << len(contents)) - 1):
            raise limits.refuse("covered")
        filled = sum(1 << at for at, held in enumerate(contents, column) if held is not None)
        self._filled[row] = self._filled.get(row, 0) | filled
