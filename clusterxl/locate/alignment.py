"""Where the rows and columns of a sheet have gone: anchors known, the others between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Line:
    """Where the rows, or the columns, of a sheet have gone.

    Attributes:
        anchors: Number now by number when issued; both rise together.
    """

    anchors: Mapping[int, int]

    @cached_property
    def _known(self) -> list[int]:
        return sorted(self.anchors)

    def now(self, number: int) -> int | None:
        """Return where a row or column is now; None where nobody can say.

        Between two that moved differently nobody can.

        Beyond the first and the last anchor, all moved as that did.
        """
        if number in self.anchors:
            return self.anchors[number]
        at = bisect_right(self._known, number)
        around = self._known[max(at - 1, 0) : at + 1]
        shifts = {self.anchors[known] - known for known in around}
        now = number + shifts.pop() if len(shifts) == 1 else 0
        return now if now > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Where the rows and columns of one sheet have gone."""

    rows: Line
    columns: Line

    def now(self, row: int, column: int) -> tuple[int, int] | None:
        """Return where a cell is now; None where nobody can say."""
        moved = self.rows.now(row), self.columns.now(column)
        return None if moved[0] is None or moved[1] is None else (moved[0], moved[1])


def align(moves: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> Alignment:
    """Align a sheet by cells of which is known where they were and where they are.

    Args:
        moves: Row and column when issued, row and column now.

    Returns:
        Its alignment: each row goes where most of its cells went, and cells that were dragged
        across others do not count.
    """
    rows: dict[int, Counter[int]] = {}
    columns: dict[int, Counter[int]] = {}
    for (row, column), (row_now, column_now) in moves:
        rows.setdefault(row, Counter())[row_now] += 1
        columns.setdefault(column, Counter())[column_now] += 1
    return Alignment(rows=_line(rows), columns=_line(columns))


def _line(votes: Mapping[int, Counter[int]]) -> Line:
    pairs = [(number, votes[number].most_common(1)[0][0]) for number in sorted(votes)]
    return Line(dict(_rising(pairs)))


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the most pairs whose second numbers rise with the first."""
    ends: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for at, (_, now) in enumerate(pairs):
        length = bisect_left(ends, now)
        before.append(places[length - 1] if length else -1)
        if length == len(ends):
            ends.append(now)
            places.append(at)
        else:
            ends[length] = now
            places[length] = at
    found = []
    at = places[-1] if places else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]
