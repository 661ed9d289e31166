"""Random returns of any form, sound and odd ones, in which its rules are seen pass and fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random

from clusterxl.form.model import Form, Input
from clusterxl.ruleset.aims import Aims
from clusterxl.ruleset.draws import Draws, Mood
from clusterxl.ruleset.nodes import keys_of
from clusterxl.ruleset.oddities import Oddities
from clusterxl.ruleset.rules import Instance
from clusterxl.ruleset.typed import CellError, Fill, Typed, typed_views

__all__ = ["CellError", "Fill", "Typed", "random_fills", "typed_views"]

# How often a cell is left blank, answered oddly, or answered with the word for "none": by one who
# is careful, by most, by one who does as he likes, by one who has hardly begun, by one who has
# nothing to tell.
_MOODS = (
    (0.01, 0.0, 0.02),
    (0.05, 0.04, 0.05),
    (0.15, 0.4, 0.1),
    (0.9, 0.1, 0.02),
    (0.1, 0.0, 0.7),
)
_MOOD_WEIGHTS = (30, 40, 15, 8, 7)
# Rules that are aimed at in one fill; those over several cells come up more often.
AIMED = 20
_OFTEN = 4
_EXPLAINED = 0.1
_LIST_ROWS = (0, 0, 1, 2, 3, 5)


def random_fills(
    form: Form, instances: Sequence[Instance], count: int, seed: int
) -> tuple[Fill, ...]:
    """Fill in a form many times, at random and with ill will.

    Args:
        form: The form.
        instances: Its rules; what they compare decides what is tried, and each is aimed at in turn.
        count: How many fills.
        seed: The same seed gives the same fills, each of which is another.

    Returns:
        What stands in the cells, return by return.
    """
    random = Random(seed)  # noqa: S311 (sample data)
    return tuple(_Respondents(form, instances, random).fills(count))


class _Respondents:
    """All who fill in one form, one after the other."""

    def __init__(self, form: Form, instances: Sequence[Instance], random: Random) -> None:
        self._form = form
        self._random = random
        self._draws = Draws(form, instances, random)
        self._oddities = Oddities(self._draws, instances)
        self._aims = Aims(self._draws, self._oddities)
        self._turns = self._in_turn(instances)
        self._lists: dict[str, dict[int, list[Input]]] = {}
        for asked in form.inputs:
            if asked.row:
                self._lists.setdefault(asked.block, {}).setdefault(asked.row, []).append(asked)

    def fills(self, count: int) -> Iterator[Fill]:
        """Go through so many fills."""
        for _ in range(count):
            mood = self._mood()
            fill: dict[str, Typed] = {}
            for asked in self._asked():
                typed = self._oddities.answer(asked, fill, mood)
                if typed is not None:
                    fill[asked.key] = typed
            for instance in islice(self._turns, AIMED):
                self._aims.aim(instance, fill, mood)
            yield fill

    def _mood(self) -> Mood:
        blank, odd, none = self._random.choices(_MOODS, _MOOD_WEIGHTS)[0]
        return Mood(
            blank=blank,
            odd=odd,
            none=none,
            scale=10 ** self._random.uniform(0, 3),
            growth=self._random.uniform(0.8, 1.4),
        )

    def _asked(self) -> Iterator[Input]:
        """Go through the cells that one respondent gets to: few rows of lists, few notes."""
        for asked in self._form.inputs:
            if not asked.row and (not asked.is_note or self._random.random() < _EXPLAINED):
                yield asked
        for rows in self._lists.values():
            wanted = self._random.choice((*_LIST_ROWS, len(rows)))
            for row in self._random.sample(sorted(rows), min(wanted, len(rows))):
                yield from rows[row]

    def _in_turn(self, instances: Sequence[Instance]) -> Iterator[Instance]:
        """Return the rules in random order, over and over; nothing where there are none."""
        several = [
            instance
            for instance in instances
            if len(keys_of(*instance.judgement.guards, instance.judgement.check)) > 1
        ]
        deck = [*instances, *several * _OFTEN]
        while deck:
            self._random.shuffle(deck)
            yield from deck
