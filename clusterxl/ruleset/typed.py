"""What may stand in the cells of returns, and the canonical views of it, without any workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from clusterxl.form.answers import TICKED, UNTICKED, canonical_text, is_number, unset_text
from clusterxl.form.model import FieldType, Form, Input
from clusterxl.ruleset.arithmetic import Numbers
from clusterxl.ruleset.masks import Texts, Views


@dataclass(frozen=True, slots=True)
class CellError:
    """An error that stands in a cell, by its sign (`#DIV/0!`)."""

    sign: str


Typed = str | float | bool | CellError
# What stands in each input cell, by key; a cell that is left out is blank.
Fill = Mapping[str, Typed]

_NOTHING = pd.DataFrame()


def typed_views(form: Form, fills: Sequence[Fill]) -> Views:
    """Return the canonical views of some fills, as normalisation gives them of returns.

    Args:
        form: The form.
        fills: What stands in its cells, return by return. They must not change afterwards.
    """
    return _FillViews(form, fills)


@lru_cache(maxsize=4)
def unset_texts(form: Form) -> Mapping[str, str]:
    """Return the canonical text of cells before they are answered, where there is any.

    An unset tick is an answer, so ticks are not among them.
    """
    texts = {
        asked.key: canonical_text(unset_text(form, asked))
        for asked in form.inputs
        if asked.type is not FieldType.TICKS
    }
    return {key: text for key, text in texts.items() if text}


def typed_of_given(asked: Input, given: Typed) -> Typed:
    """Return what an answer looks like in its cell: a tick as its sign, a choice as its label."""
    if isinstance(given, bool):
        return TICKED if given else UNTICKED
    if asked.type is FieldType.CHOICE:
        labels = {item.id: item.label for item in asked.field.items}
        return labels.get(str(given), given) if isinstance(given, str) else given
    return given


class _FillViews(Views):
    """Works out the views of a cell when a rule looks at it: most rules look at few."""

    def __init__(self, form: Form, fills: Sequence[Fill]) -> None:
        super().__init__(_NOTHING, language=form.language)
        self.size = len(fills)
        self._fills = fills
        self._unset = unset_texts(form)

    def number(self, key: str) -> Numbers:
        """Return the numbers in a cell."""
        if key not in self._numbers:
            found = (_number(fill.get(key)) for fill in self._fills)
            self._numbers[key] = np.fromiter(found, np.float64, self.size)
        return self._numbers[key]

    def text(self, key: str) -> Texts:
        """Return the texts in a cell."""
        if key not in self._texts:
            unset = self._unset.get(key, "")
            texts = np.empty(self.size, dtype=object)
            texts[:] = [_text(fill.get(key), unset) for fill in self._fills]
            self._texts[key] = texts
        return self._texts[key]


def _text(typed: Typed | None, unset: str) -> str:
    if typed is None or isinstance(typed, CellError):
        return ""
    seen = canonical_text(typed)
    return "" if seen == unset else seen


def _number(typed: Typed | None) -> float:
    is_real = not isinstance(typed, CellError) and is_number(typed)
    return float(typed) if is_real and isinstance(typed, int | float) else np.nan
