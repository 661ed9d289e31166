"""How returns stand to what their form demands: a verdict a return and criterion, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterxl.form.answers import canonical_text, choice_line
from clusterxl.form.model import FieldType, Form, plain_label
from clusterxl.normalise import Records
from clusterxl.ruleset.judged import (
    DOWNWARD,
    UPWARD,
    Judged,
    deciding,
    decimals_of,
    judged_in,
    measure_of,
    plain,
)
from clusterxl.ruleset.load import compile_rules
from clusterxl.ruleset.masks import TEXT_SUFFIX, Views, judge
from clusterxl.ruleset.nodes import DateOf, Every, NumberOf, Verdict, keys_of
from clusterxl.ruleset.rules import COMPARED_KINDS, Instance, Rule, Threshold

CRITERIA = {
    "return_id": "str",
    "rule": "str",
    "kind": "str",
    "verdict": "str",
    "key": "str",
    "demand": "int64",
    "value": "float64",
    "text": "str",
    "operator": "str",
    "threshold": "float64",
}


class Standing(StrEnum):
    """How a return stands to a criterion."""

    MET = "met"
    MISSED = "missed"
    UNSET = "unset"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One thing that a criterion demands.

    Attributes:
        operator: How the figure judged compares where it is met; empty for an answer in words.
        value: What it is held against; None where that is not set, or differs by return.
        measure: What both are measured in; empty for nothing.
        decimals: Decimals of the figure.
        short: What is judged, in a word, where a criterion demands several things.
        options: Answers in words that meet it.
        is_cell: What is judged is what stands in a cell, and not a figure worked out.
        is_date: What is judged is a date, as its serial number.
    """

    operator: str
    value: float | None
    measure: str
    decimals: int
    short: str
    options: tuple[str, ...]
    is_cell: bool
    is_date: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One rule that the comparison shows of every return, also where it is met.

    Attributes:
        rule: The rule.
        head: What it judges, in short.
        demands: What it demands.
        all_of: All demands must be met; else one will do.
        keys: Keys of the cells it judges, at all its places.
        years: In how many years it is asked; 0 where it is asked of no year.
        places: At how many places it is asked.
    """

    rule: Rule
    head: str
    demands: tuple[Demand, ...]
    all_of: bool
    keys: tuple[str, ...]
    years: int
    places: int

    @property
    def is_set(self) -> bool:
        """Whether it can be judged: every parameter it names has a value."""
        return not self.rule.unset

    @property
    def is_figure(self) -> bool:
        """Whether it judges figures, and not answers in words."""
        return all(demand.operator for demand in self.demands)

    @property
    def is_verified(self) -> bool:
        """Whether somebody has read all its values where they stand."""
        return all(threshold.is_verified for threshold in self.rule.thresholds)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Asked:
    """A rule at one place, judged of all returns.

    Attributes:
        key: Key of the first cell each return is judged by.
        gap: By how much each return is better than it must be; NaN for words.
        is_missing: An answer is missing that the rule needs.
    """

    verdicts: npt.NDArray[np.int8]
    key: npt.NDArray[np.object_]
    demand: npt.NDArray[np.intp]
    value: npt.NDArray[np.float64]
    text: npt.NDArray[np.object_]
    operator: npt.NDArray[np.object_]
    threshold: npt.NDArray[np.float64]
    gap: npt.NDArray[np.float64]
    is_missing: npt.NDArray[np.bool_]


def criteria_of(form: Form) -> tuple[Criterion, ...]:
    """Return what the comparison shows of every return: criteria, then demands on the plan.

    Raises:
        DefinitionError: A rule of the form is wrong.
    """
    found = [_criterion(form, group) for _, group in _groups(form)]
    return tuple(sorted(found, key=lambda each: COMPARED_KINDS.index(each.rule.kind)))


def judge_criteria(records: Records, return_ids: Sequence[str]) -> pd.DataFrame:
    """Judge returns by every criterion of their form, by the masks that also find what fails.

    Args:
        records: The records; rules that look at other returns look at all of them.
        return_ids: The returns to tell of, in order.

    Returns:
        Row a criterion and return.

        return_id   str      the return
        rule        str      id of the rule
        kind        str      criterion or plan
        verdict     str      met, missed, unset (a parameter has no value) or no_data
        key         str      first cell of what decides: the worst that fails, else the last year
        demand      int64    which of the demands of the criterion decides, from 0
        value       float64  figure judged; NaN for words and where it cannot be told
        text        str      answer judged, where it is in words
        operator    str      how value compares with threshold where it is met
        threshold   float64  what it is held against; NaN for words and where nobody has set it
    """
    form = records.form
    groups = _groups(form)
    if not groups or records.text.empty:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in CRITERIA.items()})
    views = _views(records, [instance for _, group in groups for instance in group])
    at = records.text.index.get_indexer(pd.Index(list(return_ids)))
    parts = [_judged_rule(form, rule, group, views, at) for rule, group in groups]
    table = pd.concat(parts, ignore_index=True)
    table["return_id"] = [*return_ids] * len(groups)
    return table[list(CRITERIA)].astype(CRITERIA)


def _groups(form: Form) -> list[tuple[Rule, tuple[Instance, ...]]]:
    compared = (i for i in compile_rules(form) if i.rule.kind in COMPARED_KINDS)
    return [(r, tuple(group)) for r, group in groupby(compared, key=lambda i: i.rule)]


def _views(records: Records, instances: Iterable[Instance]) -> Views:
    keys = dict.fromkeys(
        key
        for instance in instances
        for key in keys_of(*instance.judgement.guards, instance.judgement.check)
    )
    columns: dict[str, Sequence[str | float]] = {key: records.number[key].array for key in keys}
    columns |= {f"{key}{TEXT_SUFFIX}": records.text[key].array for key in keys}
    return Views(columns, language=records.form.language)


def _criterion(form: Form, group: Sequence[Instance]) -> Criterion:
    rule, last = group[0].rule, group[-1]
    check = plain(last.judgement.check)
    named = {threshold.name: threshold for threshold in rule.thresholds}
    keys = tuple(dict.fromkeys(k for i in group for k in keys_of(i.judgement.check)))
    years = {form.by_key[i.place.cells[0]].year for i in group} - {None}
    fields = {form.by_key[key].field.id: form.by_key[key].field for key in keys}
    label = plain_label(next(iter(fields.values())).label)
    return Criterion(
        rule=rule,
        head=rule.head or (label if len(fields) == 1 else rule.title),
        demands=tuple(_demand(form, one, named) for one in judged_in(check)),
        all_of=isinstance(check, Every),
        keys=keys,
        years=len(years) if len(years) == len(group) else 0,
        places=len(group),
    )


def _demand(form: Form, judged: Judged, named: Mapping[str, Threshold]) -> Demand:
    thresholds = [named[name] for name in judged.parameters]
    left, right = judged.left, judged.right
    value = None
    if right is not None and not keys_of(right):
        found = judged.demands(Views({"": (0.0,)}, language=form.language))[0]
        value = None if np.isnan(found) else float(found)
    own = measure_of(left, form) if left is not None else ""
    spoken = _spoken(form, judged)
    return Demand(
        operator=judged.operator or "",
        value=value,
        measure=next((t.measure for t in thresholds if t.measure), own),
        decimals=decimals_of(left, form) if left is not None else 0,
        short=next((t.short for t in thresholds if t.short), ""),
        options=tuple(dict.fromkeys(spoken.get(text, text) for text in judged.options)),
        is_cell=isinstance(left, NumberOf) or bool(judged.options),
        is_date=isinstance(left, DateOf),
    )


def _judged_rule(
    form: Form, rule: Rule, group: Sequence[Instance], views: Views, at: npt.NDArray[np.intp]
) -> pd.DataFrame:
    asked = [_asked(form, instance, views) for instance in group]
    years = len({form.by_key[i.place.cells[0]].year for i in group}) == len(group)
    standing, place = _decided(asked, is_unset=bool(rule.unset), has_years=years)

    def taken(name: str) -> npt.NDArray[np.generic]:
        stacked = np.stack([getattr(one, name) for one in asked])
        found: npt.NDArray[np.generic] = stacked[place, np.arange(views.size)][at]
        return found

    told = standing[at] != Standing.NO_DATA
    table = pd.DataFrame({name: taken(name) for name in ("key", "demand", "operator")})
    threshold, value, text = (taken(name) for name in ("threshold", "value", "text"))
    hidden = any(form.by_key[k].field.personal for i in group for k in i.place.cells)
    return table.assign(
        rule=rule.id,
        kind=rule.kind.value,
        verdict=standing[at],
        threshold=threshold,
        value=np.where(told & (not hidden), value, np.nan),
        text=np.where(told & (not hidden), text, ""),
    )


def _asked(form: Form, instance: Instance, views: Views) -> _Asked:
    check = plain(instance.judgement.check)
    each = judged_in(check)
    size = np.arange(views.size)
    with np.errstate(all="ignore"):
        demand = deciding(check, views)
        value = np.stack([one.figures(views) for one in each])[demand, size]
        threshold = np.stack([one.demands(views) for one in each])[demand, size]
    keys = np.array([next(iter(one.keys), "") for one in each], dtype=object)
    operators = np.array([one.operator or "" for one in each], dtype=object)
    operator = operators[demand]
    texts = [_text_of(form, one, views) for one in each]
    is_up, is_down = np.isin(operator, UPWARD), np.isin(operator, DOWNWARD)
    away = value - threshold
    return _Asked(
        verdicts=judge(instance.judgement, views),
        key=keys[demand],
        demand=demand,
        value=value,
        text=np.stack(texts)[demand, size],
        operator=operator,
        threshold=threshold,
        gap=np.where(is_up, away, np.where(is_down, -away, np.nan)),
        is_missing=_is_missing(form, instance, views),
    )


def _text_of(form: Form, judged: Judged, views: Views) -> npt.NDArray[np.object_]:
    if judged.operator or not judged.keys:
        return np.full(views.size, "", dtype=object)
    spoken = _spoken(form, judged)
    texts = views.text(judged.keys[0])
    return np.array([spoken.get(text, text) for text in texts], dtype=object)


def _spoken(form: Form, judged: Judged) -> Mapping[str, str]:
    """Return the label of each option by the line that its cell prints."""
    asked = [form.by_key[key] for key in judged.keys]
    return {
        canonical_text(choice_line(one.field, item.id)): item.label
        for one in asked
        if one.type is FieldType.CHOICE
        for item in one.field.items
    }


def _is_missing(form: Form, instance: Instance, views: Views) -> npt.NDArray[np.bool_]:
    """Return where a cell that is judged holds no answer that it could be judged by."""
    found = np.zeros(views.size, dtype=np.bool_)
    none = canonical_text(form.none_word)
    for key in keys_of(instance.judgement.check):
        is_there = views.filled(key) & ~views.one_of(key, (none,))
        if form.by_key[key].type.is_numeric:
            is_there = views.is_number(key)
        found |= ~is_there
    return found


def _decided(
    asked: Sequence[_Asked], *, is_unset: bool, has_years: bool
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.intp]]:
    """Return how each return stands, and at which place that is decided.

    What fails at one place fails; what cannot be judged at one, for want of an answer, is not
    met. The worst decides, of those that hold the last year, or where there are no years the one
    that holds with least to spare.
    """
    verdicts = np.stack([one.verdicts for one in asked])
    gaps = np.stack([one.gap for one in asked])
    fails, passes = verdicts == Verdict.FAIL, verdicts == Verdict.PASS
    lacks = (verdicts == Verdict.NOT_APPLICABLE) & np.stack([one.is_missing for one in asked])
    last = len(asked) - 1 - np.argmax(passes[::-1], axis=0)
    held = last if has_years else _least(gaps, passes)
    place = np.where(fails.any(axis=0), _least(gaps, fails), held)
    standing = np.full(verdicts.shape[1], Standing.NO_DATA, dtype=object)
    standing[passes.any(axis=0) & ~lacks.any(axis=0)] = Standing.MET
    standing[fails.any(axis=0)] = Standing.MISSED
    if is_unset:
        standing[:] = Standing.UNSET
        place = np.full(verdicts.shape[1], len(asked) - 1, dtype=np.intp)
    return standing, place


def _least(gaps: npt.NDArray[np.float64], among: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    known = np.where(np.isnan(gaps), 0.0, gaps)
    least: npt.NDArray[np.intp] = np.argmin(np.where(among, known, np.inf), axis=0)
    return least
