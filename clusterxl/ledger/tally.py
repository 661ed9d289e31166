"""The sum that must come out: every file that came in has one fate."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from clusterxl.ledger.model import Fate
from clusterxl.sentences import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many files came in and what became of them.

    Attributes:
        files: How many came in.
        fates: How many of them met each fate; all fates are there.

    Raises:
        ValueError: The fates do not add up to the files.
    """

    files: int
    fates: Mapping[Fate, int]

    def __post_init__(self) -> None:
        if sum(self.fates.values()) != self.files or set(self.fates) != set(Fate):
            raise ValueError(f"{self.files} files, but {dict(self.fates)}")

    def line(self, *, lang: str = "") -> str:
        """Return the sum as one sentence, in the language in use or another."""
        named: dict[str, Any] = {fate.value: self.fates[fate] for fate in Fate}
        return say("ledger.tally", lang=lang, files=self.files, **named)


def tally(files: int, fates: Iterable[Fate]) -> Tally:
    """Count the fates of files.

    Args:
        files: How many came in, counted elsewhere: as they were found.
        fates: What became of each.

    Returns:
        The sum.

    Raises:
        ValueError: A file has no fate, or two.

    >>> tally(2, [Fate.ACCEPTED, Fate.REPEATED]).fates[Fate.REPEATED]
    1
    """
    counted = Counter(fates)
    return Tally(files=files, fates={fate: counted[fate] for fate in Fate})


def fates_of(connection: sqlite3.Connection, receive: int = 0) -> list[Fate]:
    """Return what became of each file, as things stand now.

    Args:
        connection: The ledger.
        receive: Number of a receive; 0 for all files that ever came in.
    """
    rows = connection.execute(
        "SELECT CASE kind WHEN 'return' THEN state ELSE kind END FROM arrivals "
        "LEFT JOIN returns ON returns.sha256 = of WHERE ? IN (0, arrivals.receive)",
        (receive,),
    )
    return [Fate(row[0]) for row in rows]
