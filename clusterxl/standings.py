"""Frames of the comparison: totals by key, subjects and groups by rank, options by count."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from clusterxl.form.model import AggregateKind, FieldType, Form, Input, NoneMeans, plain_label
from clusterxl.summary import (
    Lead,
    figures_of,
    growth_of,
    is_compared,
    lead_of,
    numeric_inputs,
    own_values,
    recipe_of,
    total_of,
)

STATUSES = {"none": "none", "not_applicable": "not_applicable", "blank": "missing"}


def group_names(form: Form) -> tuple[str, ...]:
    """Return all groups of the highest level the form knows, also those without a return."""
    return form.options_of(form.fields[form.levels[0]]) if form.levels else ()


def effective_numbers(form: Form, answers: pd.DataFrame, returns: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers that count: valid ones, and 0 for "none" where the form says so.

    Args:
        form: The form.
        answers: Row an answer: return_id, key, status, number.
        returns: The counted returns, in order.

    Returns:
        Row a return (index return_id), column a numeric key; NaN where nothing counts.
    """
    inputs = numeric_inputs(form)
    zero = [i.key for i in inputs if i.field.none_means is NoneMeans.ZERO]
    keys = [i.key for i in inputs]
    rows = answers[answers["key"].isin(keys)]
    number = rows["number"].where(rows["status"] == "value")
    number = number.mask((rows["status"] == "none") & rows["key"].isin(zero), 0.0)
    wide = rows.assign(number=number).pivot_table(
        index="return_id", columns="key", values="number", aggfunc="first"
    )
    wide = wide.reindex(index=list(returns["return_id"]), columns=keys).astype("float64")
    return wide.rename_axis(index="return_id", columns=None)


def key_totals(form: Form, answers: pd.DataFrame, numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the total of each numeric key and what it rests on (see `Comparison.totals`)."""
    states = answers.groupby(["key", "status"]).size().to_dict()
    counts = answers["status"].eq("value") & (answers["receipts"] != "")
    normalised = answers[counts].groupby("key").size().to_dict()
    rows = []
    for asked in numeric_inputs(form):
        recipe = recipe_of(form, asked)
        value, n = total_of(recipe, numbers)
        seen = {name: states.get((asked.key, state), 0) for state, name in STATUSES.items()}
        rows.append(
            {"key": asked.key, "field": asked.field.id, "item": asked.item, "year": asked.year}
            | {"label": asked.label, "section": asked.section, "measure": asked.field.measure}
            | {"kind": recipe.kind.value, "value": value, "n": n, "returns": len(numbers)}
            | {**seen, "invalid": states.get((asked.key, "invalid"), 0)}
            | {"normalised": normalised.get(asked.key, 0)}
        )
    words = ["key", "field", "item", "label", "section", "measure", "kind"]
    whole = ["n", "returns", "none", "not_applicable", "missing", "invalid", "normalised"]
    types = dict.fromkeys(words, "str") | dict.fromkeys(whole, "int64")
    return _frame(rows, types | {"year": "Int64", "value": "float64"})


def subject_standings(form: Form, returns: pd.DataFrame, numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the subjects by rank of the leading figure (see `Comparison.subjects`)."""
    table = returns[["return_id", "subject", "group", "unit"]].reset_index(drop=True)
    table["open"] = returns["warnings"] - returns["explained"]
    rows = numbers.reset_index(drop=True)
    lead = lead_of(form)
    for column, key in zip(lead.columns, lead.keys, strict=True) if lead else ():
        table[column] = rows[key]
    table = _with_growth(table, lead, _own_growths(lead, rows))
    for figure in figures_of(form):
        table[figure.name] = own_values(figure.recipe, rows)
    return _ranked(table, lead)


def group_standings(form: Form, returns: pd.DataFrame, numbers: pd.DataFrame) -> pd.DataFrame:
    """Return all groups by rank, the empty ones last (see `Comparison.groups`)."""
    lead = lead_of(form)
    names = list(dict.fromkeys([*group_names(form), *returns["group"]])) if form.levels else []
    parts = [numbers[(returns["group"] == name).to_numpy()] for name in names]
    table = pd.DataFrame({"group": pd.Series(names, dtype="str")})
    table["subjects"] = pd.Series([len(part) for part in parts], dtype="int64")
    for column, key in zip(lead.columns, lead.keys, strict=True) if lead else ():
        recipe = recipe_of(form, form.by_key[key])
        table[column] = pd.Series([total_of(recipe, part)[0] for part in parts], dtype="float64")
    table = _with_growth(table, lead, _part_growths(lead, parts))
    for figure in figures_of(form):
        totals = [total_of(figure.recipe, part) for part in parts]
        table[figure.name] = pd.Series([value for value, _ in totals], dtype="float64")
        table[f"{figure.name}_n"] = pd.Series([n for _, n in totals], dtype="int64")
    ranked = _ranked(table, lead)
    return ranked.sort_values("subjects", key=lambda n: n == 0, kind="stable", ignore_index=True)


def option_counts(form: Form, answers: pd.DataFrame, returns: int) -> pd.DataFrame:
    """Return how often each option was chosen (see `Comparison.options`)."""
    given = answers[answers["status"] == "value"]
    by_key = dict(iter(given.groupby("key")))
    nothing = given.iloc[:0]
    rows = []
    for asked in form.inputs:
        if not is_compared(asked) or asked.field.aggregate.kind is not AggregateKind.COUNT:
            continue
        part = by_key.get(asked.key, nothing)
        head = {"field": asked.field.id, "label": plain_label(asked.field.label)}
        tail = {"key": asked.key, "n": len(part), "returns": returns}
        for option, label, count in _options_of(form, asked, part):
            rows.append({**head, "option": option, "option_label": label, "count": count, **tail})
    words = ["field", "label", "option", "option_label", "key"]
    types = dict.fromkeys(words, "str") | dict.fromkeys(["count", "n", "returns"], "int64")
    table = _frame(rows, types)
    return table.assign(share=table["count"] / table["n"].where(table["n"] > 0))


def class_mix(form: Form, answers: pd.DataFrame, subjects: pd.DataFrame) -> pd.DataFrame:
    """Return subjects and leading figure by the classes of `mix` (see `Comparison.mix`)."""
    asked = form.fields.get(form.comparison.mix)
    lead = lead_of(form)
    rows = []
    if asked:
        key = [each.key for each in form.inputs if each.field.id == asked.id][-1]
        given = answers[(answers["key"] == key) & (answers["status"] == "value")]
        classes = subjects["return_id"].map(
            dict(zip(given["return_id"], given["text"], strict=True))
        )
        for item in asked.items:
            part = subjects[classes == item.label]
            total = math.fsum(part[lead.columns[-1]].dropna()) if lead else math.nan
            row = {"option": item.id, "label": item.label, "subjects": len(part), "lead": total}
            rows.append(row)
    types = {"option": "str", "label": "str", "subjects": "int64", "lead": "float64"}
    return _frame(rows, types)


def _options_of(form: Form, asked: Input, given: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    """Yield id, label and count of each option a cell offers, and of answers beside them."""
    if asked.option:
        yield asked.option.id, asked.option.label, int((given["number"] == 1).sum())
        return
    counts = given["text"].value_counts()
    offered = {item.label: item.id for item in asked.field.items}
    if asked.type is FieldType.PICK:
        listed = (*form.options_of(asked.field), *counts.index)
        offered = {label: "" for label in listed if label in counts.index}
    for label, option in offered.items():
        yield option, label, int(counts.get(label, 0))


def _own_growths(lead: Lead | None, numbers: pd.DataFrame) -> pd.DataFrame:
    """Return growth and average growth of each return."""
    nothing = pd.Series(math.nan, numbers.index, dtype="float64")
    if not (lead and lead.grows):
        return pd.DataFrame({"growth": nothing, "average_growth": nothing})
    columns = [numbers[key] for key in lead.keys]
    return pd.DataFrame(
        {
            "growth": _rate(columns[-2], columns[-1], 1),
            "average_growth": _rate(columns[0], columns[-1], lead.span),
        }
    )


def _rate(before: pd.Series[float], after: pd.Series[float], years: int) -> pd.Series[float]:
    told = (before > 0) & (after >= 0)
    return ((after.where(told) / before.where(told)) ** (1 / years) - 1) * 100


def _part_growths(lead: Lead | None, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return growth and average growth of the sum of each part."""
    rows = [
        (
            growth_of(part, (lead.keys[-2], lead.keys[-1]))[0],
            growth_of(part, (lead.keys[0], lead.keys[-1]), lead.span)[0],
        )
        if lead and lead.grows
        else (math.nan, math.nan)
        for part in parts
    ]
    return pd.DataFrame(rows, columns=["growth", "average_growth"], dtype="float64")


def _with_growth(table: pd.DataFrame, lead: Lead | None, growths: pd.DataFrame) -> pd.DataFrame:
    """Add growth against the year before, average growth a year and share of the whole."""
    whole = pd.Series(math.nan, table.index, dtype="float64")
    if lead and lead.adds_up:
        whole = table[lead.columns[-1]].astype("float64")
    total = math.fsum(whole.dropna())
    return table.assign(
        growth=growths["growth"],
        average_growth=growths["average_growth"],
        share=whole * 100 / (total or math.nan),
    )


def _ranked(table: pd.DataFrame, lead: Lead | None) -> pd.DataFrame:
    if lead is None:
        return table.assign(rank=pd.array([pd.NA] * len(table), dtype="Int64"))
    column = lead.columns[-1]
    table = table.assign(rank=table[column].rank(ascending=False, method="min").astype("Int64"))
    return table.sort_values("rank", na_position="last", kind="stable", ignore_index=True)


def _frame(rows: Sequence[Mapping[str, object]], types: Mapping[str, str]) -> pd.DataFrame:
    columns = list(rows[0]) if rows else list(types)
    return pd.DataFrame(list(rows), columns=columns).astype(dict(types))
