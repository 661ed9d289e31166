"""Where the rows and columns of a sheet have gone: anchors known, the others between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

Place = tuple[int, int]
Move = tuple[Place, Place]


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

    def is_between(self, number: int) -> bool:
        """Whether a row or column was found again, or stands between two that were."""
        return bool(self._known) and self._known[0] <= number <= self._known[-1]

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

    def is_known(self, row: int, column: int) -> bool:
        """Whether something of the row, and something of the column, was found again."""
        return row in self.rows.anchors and column in self.columns.anchors

    def now(self, row: int, column: int) -> tuple[int, int] | None:
        """Return where a cell is now; None where nobody can say."""
        moved = self.rows.now(row), self.columns.now(column)
        return None if moved[0] is None or moved[1] is None else (moved[0], moved[1])


def align(
    moves: Iterable[Move], row_moves: Iterable[Move] = (), column_moves: Iterable[Move] = ()
) -> Alignment:
    """Align a sheet by cells of which is known where they were and where they are.

    Args:
        moves: Row and column when issued, row and column now.
        row_moves: The same of cells of which only the row was found out, by their column.
        column_moves: The same of cells of which only the column was found out, by their row.

    Returns:
        Its alignment: each row goes where most of its cells went, and cells that were dragged
        across others do not count.
    """
    known = tuple(moves)
    return Alignment(
        rows=_line((place[0], now[0]) for place, now in chain(known, row_moves)),
        columns=_line((place[1], now[1]) for place, now in chain(known, column_moves)),
    )


def _line(moves: Iterable[tuple[int, int]]) -> Line:
    votes: dict[int, Counter[int]] = {}
    for number, now in moves:
        votes.setdefault(number, Counter())[now] += 1
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
