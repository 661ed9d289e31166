"""What two rounds were both asked of the same year: answers that agree, and answers restated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from clusterxl.form.model import Form, Input
from clusterxl.pairing import Subject
from clusterxl.summary import numeric_inputs

PLACE = ("file", "sheet", "cell")
RESTATED = [
    *("before_id", "return_id", "group", "unit", "subject", "key", "label", "year", "measure"),
    *("before", "before_text", "now", "now_text", "change"),
    *(f"before_{name}" for name in PLACE),
    *PLACE,
]
_ANSWERED = ("value", "none", "not_applicable")


def same_year_keys(before: Form, now: Form) -> Mapping[str, str]:
    """Return the keys of numbers of the same year in both rounds, those of before → those of now.

    A question without years is of the base year, and of no known year without one.
    """
    theirs = {_place(before, asked): asked for asked in numeric_inputs(before)}
    found = {}
    for asked in numeric_inputs(now):
        place = _place(now, asked)
        other = theirs.get(place)
        if place[-1] and other and other.field.measure == asked.field.measure:
            found[other.key] = asked.key
    return found


def agreement_of(
    keys: Mapping[str, str], before: pd.DataFrame, now: pd.DataFrame
) -> Callable[[Subject, Subject], tuple[int, int]]:
    """Return what tells how many numbers of the same year two subjects have alike, of how many.

    Args:
        keys: Keys of the round before → keys of now.
        before: Numbers of the round before, row a return, column a key.
        now: Those of this round.
    """
    tables = [
        dict(zip(side.index, side[list(own)].to_numpy(), strict=True))
        for side, own in ((before, keys), (now, keys.values()))
    ]

    def agreement(theirs: Subject, mine: Subject) -> tuple[int, int]:
        old, new = tables[0][theirs.return_id], tables[1][mine.return_id]
        # Many have none of a thing; that says nothing.
        told = ~np.isnan(old) & ~np.isnan(new) & ~((old == 0) & (new == 0))
        return int((told & np.isclose(old, new, rtol=1e-9, atol=0)).sum()), int(told.sum())

    return agreement


def restated_answers(
    keys: Mapping[str, str], before: pd.DataFrame, now: pd.DataFrame, subjects: pd.DataFrame
) -> pd.DataFrame:
    """Return the answers of the same year that are not what they were.

    Args:
        keys: Keys of the round before → keys of now.
        before: Values of the round before.
        now: Values of this round.
        subjects: Row a subject: before_id and return_id, empty where it is in one round only.

    Returns:
        Row an answer (see `Rounds.restated`).
    """
    both = subjects[(subjects["before_id"] != "") & (subjects["return_id"] != "")]
    old = _answered(before, keys, both["before_id"], [])
    new = _answered(now, keys.values(), both["return_id"], ["label", "year", "measure"])
    partner = dict(zip(both["before_id"], both["return_id"], strict=True))
    old = old.assign(return_id=old["return_id"].map(partner), key=old["key"].map(keys))
    joined = new.merge(old, on=["return_id", "key"], suffixes=("", "_old"))
    named = both[["before_id", "return_id", "group", "unit", "subject"]]
    joined = named.merge(joined, on="return_id")
    number, earlier = (
        joined[f"number{end}"].where(joined[f"status{end}"] == "value").astype("float64")
        for end in ("", "_old")
    )
    same = np.isclose(number, earlier, rtol=1e-9, atol=0, equal_nan=True)
    joined = joined.assign(before=earlier, now=number, change=number - earlier)
    joined = joined[~(same & (joined["status"] == joined["status_old"]).to_numpy())]
    names = {f"{name}_old": f"before_{name}" for name in (*PLACE, "text")} | {"text": "now_text"}
    return joined.rename(columns=names)[RESTATED].reset_index(drop=True)


def _answered(
    values: pd.DataFrame, keys: Iterable[str], ids: Iterable[str], more: Sequence[str]
) -> pd.DataFrame:
    """Return the answers of some returns to some questions, where there are any."""
    asked = values["key"].isin(list(keys)) & values["return_id"].isin(list(ids))
    columns = ["return_id", "key", "status", "number", "text", *PLACE, *more]
    answered = values.loc[asked & values["status"].isin(_ANSWERED), columns]
    return answered.drop_duplicates(["return_id", "key"])


def _place(form: Form, asked: Input) -> tuple[str, str, int | None]:
    """Return what tells a question of one year apart from all others, in any edition."""
    return asked.field.id, asked.item, asked.year or form.base_year
