"""Made-up fillings of a form to try its rules on: sound ones, odd ones, and those at the edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from clusterxl.form.model import Form, Input
from clusterxl.ruleset.aims import Aim
from clusterxl.ruleset.draws import Draws, Mood
from clusterxl.ruleset.oddities import Oddities
from clusterxl.ruleset.rules import Instance
from clusterxl.ruleset.typed import Fill, Typed

# Blank, odd and "none" by mood, from careful to careless.
MOODS = (
    (0.0, 0.0, 0.02),
    (0.02, 0.03, 0.05),
    (0.1, 0.15, 0.1),
    (0.3, 0.4, 0.1),
    (0.9, 0.5, 0.1),
)
# So many rules a fill is aimed at, and so many rows of a list are written in.
AIMED, MOST_ROWS = 30, 6
NOTED = 0.1


def random_fills(
    form: Form, instances: Sequence[Instance], count: int, seed: int = 0
) -> tuple[Fill, ...]:
    """Make up fillings of a form.

    Args:
        form: The form.
        instances: Its rules at their places, whose edges are sought out.
        count: How many fillings.
        seed: The same seed gives the same fillings.

    Returns:
        What stands in the cells of each; cells that are blank are left out.
    """
    random = Random(seed)  # noqa: S311 (no secret)
    draws = Draws(form, instances, random)
    oddities = Oddities(draws, instances)
    return tuple(_fill(form, instances, draws, oddities, random, at) for at in range(count))


def _fill(
    form: Form,
    instances: Sequence[Instance],
    draws: Draws,
    oddities: Oddities,
    random: Random,
    at: int,
) -> Fill:
    mood = _mood(random, at)
    fill: dict[str, Typed] = {}
    for asked in _cells(form, random):
        found = oddities.answer(asked, fill, mood)
        if found is not None:
            fill[asked.key] = found
    aim = Aim(draws, fill, mood, random)
    for instance in random.sample(instances, min(AIMED, len(instances))):
        aim.at(instance)
    return fill


def _mood(random: Random, at: int) -> Mood:
    blank, odd, none = MOODS[at % len(MOODS)]
    scale, growth = 10 ** random.uniform(-1, 3.5), random.uniform(0.7, 1.4)
    return Mood(blank=blank, odd=odd, none=none, scale=scale, growth=growth)


def _cells(form: Form, random: Random) -> Iterator[Input]:
    """Go through the cells that are written in: of lists some rows, of explanations a few."""
    rows = random.randint(0, MOST_ROWS)
    for asked in form.inputs:
        is_left_out = asked.row > rows if asked.row else asked.is_note and random.random() > NOTED
        if not is_left_out:
            yield asked
