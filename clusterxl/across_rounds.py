"""Two rounds side by side: what became of each subject and figure since the round before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from clusterxl.aggregate import Comparison
from clusterxl.errors import UnknownFormError
from clusterxl.finding import Finding, Severity
from clusterxl.form.model import Form
from clusterxl.form.roster import is_numbered
from clusterxl.normalise import Records
from clusterxl.pairing import (
    LIKE_NAMES,
    Likely,
    Link,
    Pair,
    Rename,
    Subject,
    pair_subjects,
)
from clusterxl.same_years import PLACE, agreement_of, restated_answers, same_year_keys
from clusterxl.sentences import say
from clusterxl.shared_figures import (
    LeftOut,
    SharedFigure,
    cells_of,
    shared_figures,
    total_of_pairs,
)
from clusterxl.summary import own_values

NAMES = ["link", "before_id", "return_id", "group", "unit", "subject_before", "subject"]
CHANGES = [
    *(*NAMES, "figure", "label", "measure", "before", "now", "change", "growth"),
    *("before_file", "before_cells", "file", "cells"),
]
TOTALS = ["figure", "label", "measure", "n", "matched", "before", "now", "change", "growth"]
RENAMED = [
    *("unit", "before", "now", "group", "likeness", "same", "compared", "before_id", "return_id"),
    *(f"before_{name}" for name in PLACE),
    *PLACE,
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of a form.

    Attributes:
        records: What its returns say.
        comparison: What they come to; only returns that count there count here.
        name: What it is called beside its form and year, such as the id of a batch.
    """

    records: Records
    comparison: Comparison
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Two rounds side by side.

    Attributes:
        earlier: The comparison of the round before, by itself.
        name: What the round before is called; may be empty.
        figures: The figures both rounds have.
        left_out: Figures of this round that cannot be compared, and why.
        subjects: Row a subject, those of now in their order, then those that are gone: link
            (same, renamed by somebody's word, new, gone), before_id, return_id, group, unit,
            subject_before, subject.
        changes: Row a subject and figure: the columns of `subjects`, figure, label, measure,
            before, now (NaN if none), change, growth (percent of a positive earlier figure; of
            percentages there is none, their change is in points), and of both rounds the file
            and the cells (`sheet!cell`) of what makes up the figure.
        totals: Row a figure, like for like, over the subjects that have it in both rounds:
            figure, label, measure, n, matched, before, now, change, growth.
        restated: Row an answer to the same question of the same year that both rounds have and
            that differs: before_id, return_id, group, unit, subject, key, label, year, measure,
            before, before_text, now, now_text, change, and file, sheet and cell of both.
        renamed: Row a pair to ask about: unit, before, now, group, likeness, same, compared,
            before_id, return_id, and file, sheet and cell of both names.
        findings: What has to be asked.
    """

    earlier: Comparison
    name: str
    figures: tuple[SharedFigure, ...]
    left_out: tuple[LeftOut, ...]
    subjects: pd.DataFrame
    changes: pd.DataFrame
    totals: pd.DataFrame
    restated: pd.DataFrame
    renamed: pd.DataFrame
    findings: tuple[Finding, ...]

    def count(self, *links: Link) -> int:
        """Return how many subjects are found in these ways."""
        return int(self.subjects["link"].isin(links).sum())


def compare_rounds(before: Round, now: Round, renames: Sequence[Rename] = ()) -> Rounds:
    """Put two rounds side by side.

    Subjects are the same where unit (by code, else by its names) and name are; a name that
    changed only where `renames` says so.

    Args:
        before: The round before: of the same form or one with questions of the same ids, at an
            earlier base year or the same one.
        now: This round.
        renames: Which subjects have another name now.

    Raises:
        UnknownFormError: The rounds are the other way round, or have nothing in common.
    """
    forms = before.records.form, now.records.form
    _require_order(*forms)
    if forms[0].id != forms[1].id and not forms[0].fields.keys() & forms[1].fields.keys():
        raise _cannot("nothing_shared", *forms)
    figures, left_out = shared_figures(*forms)
    keys = same_year_keys(*forms)
    pairing = pair_subjects(
        _subjects(before),
        _subjects(now),
        renames,
        named=bool(forms[1].subject),
        agreement=agreement_of(keys, before.comparison.numbers, now.comparison.numbers),
    )
    view = _View(before=before, now=now)
    matched = [pair for pair in pairing.pairs if pair.before and pair.now]
    subjects = pd.DataFrame(
        [view.names(pair) for pair in pairing.pairs], columns=NAMES, dtype="str"
    )
    renamed = _frame([view.renamed(likely) for likely in pairing.likely], RENAMED, _RENAMED_TYPES)
    return Rounds(
        earlier=before.comparison,
        name=before.name,
        figures=figures,
        left_out=left_out,
        subjects=subjects,
        changes=_changes(view, subjects, figures),
        totals=_totals(view, matched, figures),
        restated=restated_answers(keys, before.records.values, now.records.values, subjects),
        renamed=renamed,
        findings=(*_asked(view, renamed), *_unused(forms[1], pairing.unused)),
    )


def with_findings(comparison: Comparison, rounds: Rounds) -> Comparison:
    """Return a comparison that also tells what two rounds have to be asked."""
    quality = comparison.quality
    return replace(
        comparison,
        findings=(*comparison.findings, *rounds.findings),
        quality=replace(quality, warnings=quality.warnings + len(rounds.findings)),
    )


def _require_order(before: Form, now: Form) -> None:
    if before.base_year and now.base_year and before.base_year > now.base_year:
        raise _cannot("reversed", before, now)


def _cannot(name: str, before: Form, now: Form) -> UnknownFormError:
    shown = {
        f"{word}_{part}": getattr(form, attribute) or ""
        for word, form in (("before", before), ("now", now))
        for part, attribute in (("form", "id"), ("year", "base_year"))
    }
    return UnknownFormError(say(f"rounds.{name}", **shown), code=f"rounds.{name}")


def _subjects(each: Round) -> list[Subject]:
    """Return the subjects of a round by their own names, also where these are masked."""
    form = each.records.form
    rows = each.records.returns.drop_duplicates("return_id").set_index("return_id")
    found = []
    for return_id in each.comparison.returns["return_id"]:
        row = rows.loc[return_id]
        code = "" if is_numbered(row["unit_code"]) else str(row["unit_code"])
        unit = "" if is_numbered(row["unit"]) else str(row["unit"])
        named = form.subject and row["subject"] != row["unit"]
        found.append(
            Subject(
                return_id=return_id,
                code=code,
                group=str(row["group"]),
                unit=unit,
                name=str(row["subject"]) if named else "",
            )
        )
    return found


class _View:
    """Both rounds as they are shown: names masked where they are personal, cells by key."""

    def __init__(self, *, before: Round, now: Round) -> None:
        self.before, self.now = before, now
        self._shown = [
            {row["return_id"]: row for row in side.comparison.returns.to_dict("records")}
            for side in (before, now)
        ]

    def names(self, pair: Pair) -> Mapping[str, str]:
        """Return what a subject is called in both rounds."""
        old = self._row(0, pair.before)
        new = self._row(1, pair.now)
        latest = new or old
        return {
            "link": pair.link.value,
            "before_id": old.get("return_id", ""),
            "return_id": new.get("return_id", ""),
            "group": latest.get("group", ""),
            "unit": latest.get("unit", ""),
            "subject_before": old.get("subject", ""),
            "subject": new.get("subject", ""),
        }

    def renamed(self, likely: Likely) -> Mapping[str, Any]:
        """Return a pair to ask about, with the cells of both names."""
        old, new = self._row(0, likely.before), self._row(1, likely.now)
        places = zip(("before_", ""), (self.before, self.now), (old, new), strict=True)
        return {
            "unit": new.get("unit", ""),
            "before": old.get("subject", ""),
            "now": new.get("subject", ""),
            "group": new.get("group", ""),
            "likeness": likely.likeness,
            "same": likely.same,
            "compared": likely.compared,
            "before_id": likely.before.return_id,
            "return_id": likely.now.return_id,
            **{
                f"{prefix}{name}": value
                for prefix, side, row in places
                for name, value in _name_cell(side, str(row["return_id"])).items()
            },
        }

    def _row(self, side: int, subject: Subject | None) -> Mapping[Any, Any]:
        return self._shown[side][subject.return_id] if subject else {}


def _name_cell(side: Round, return_id: str) -> Mapping[str, str]:
    values = side.records.values
    own = values[(values["return_id"] == return_id) & (values["key"] == side.records.form.subject)]
    if len(own):
        return {name: str(own[name].iloc[0]) for name in PLACE}
    rows = side.comparison.returns
    file = rows.loc[rows["return_id"] == return_id, "file"].iloc[0]
    return {"file": str(file), "sheet": "", "cell": ""}


def _changes(view: _View, subjects: pd.DataFrame, figures: Sequence[SharedFigure]) -> pd.DataFrame:
    parts = [subjects.iloc[:0].assign(figure="", label="", measure="")]
    old, new = (side.comparison.numbers for side in (view.before, view.now))
    subjects = _with_files(view, subjects)
    for figure in figures:
        before = own_values(figure.before, old).reindex(subjects["before_id"]).to_numpy()
        now = own_values(figure.now, new).reindex(subjects["return_id"]).to_numpy()
        part = subjects.assign(figure=figure.name, label=figure.label, measure=figure.measure)
        part["before"], part["now"] = before, now
        part["change"] = now - before
        told = (before > 0) & (now >= 0) & (not figure.in_points)
        part["growth"] = (np.where(told, now, np.nan) / np.where(told, before, np.nan) - 1) * 100
        for column, side, recipe, own in (
            ("before_cells", view.before, figure.before, subjects["before_id"]),
            ("cells", view.now, figure.now, subjects["return_id"]),
        ):
            places = cells_of(side.records.values, recipe.own)
            part[column] = [places.get(return_id, "") for return_id in own]
        parts.append(part)
    at = pd.concat(parts, ignore_index=True) if figures else parts[0]
    # Figures go within subjects; the parts are a figure each.
    order = np.argsort(np.tile(np.arange(len(subjects)), len(figures)), kind="stable")
    numbers = ("before", "now", "change", "growth")
    types = dict.fromkeys(CHANGES, "str") | dict.fromkeys(numbers, "float64")
    return at.iloc[order].reindex(columns=CHANGES).astype(types).reset_index(drop=True)


def _with_files(view: _View, subjects: pd.DataFrame) -> pd.DataFrame:
    files = [
        dict(zip(rows["return_id"], rows["file"], strict=True))
        for rows in (view.before.comparison.returns, view.now.comparison.returns)
    ]
    return subjects.assign(
        before_file=[files[0].get(return_id, "") for return_id in subjects["before_id"]],
        file=[files[1].get(return_id, "") for return_id in subjects["return_id"]],
    )


def _totals(view: _View, matched: Sequence[Pair], figures: Sequence[SharedFigure]) -> pd.DataFrame:
    ids = [
        [p.before.return_id for p in matched if p.before],
        [p.now.return_id for p in matched if p.now],
    ]
    old, new = (
        side.comparison.numbers.reindex(own)
        for side, own in zip((view.before, view.now), ids, strict=True)
    )
    rows = []
    for figure in figures:
        before, now, n = total_of_pairs(figure, old, new)
        growth = math.nan
        if before > 0 and now >= 0 and not figure.in_points:
            growth = (now / before - 1) * 100
        head = {"figure": figure.name, "label": figure.label, "measure": figure.measure}
        tail = {"before": before, "now": now, "change": now - before, "growth": growth}
        rows.append({**head, "n": n, "matched": len(matched), **tail})
    types = dict.fromkeys(("n", "matched"), "int64")
    types |= dict.fromkeys(("before", "now", "change", "growth"), "float64")
    return _frame(rows, TOTALS, types)


_RENAMED_TYPES = {"likeness": "float64", "same": "int64", "compared": "int64"}


def _frame(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], types: Mapping[str, str]
) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=list(columns))
    return table.astype(dict.fromkeys(columns, "str") | dict(types))


def _asked(view: _View, renamed: pd.DataFrame) -> Iterator[Finding]:
    form = view.now.records.form
    asked = form.by_key.get(form.subject)
    personal = asked is not None and asked.field.personal
    for row in renamed.to_dict("records"):
        alike = row["likeness"] >= LIKE_NAMES
        counts = {name: row[name] for name in ("same", "compared")}
        name = "rounds.alike_names" if alike else "rounds.alike_answers"
        why = say(name, lang=form.language, **counts)
        place = f" {row['before_sheet']}!{row['before_cell']}" if row["before_cell"] else ""
        source = f"{row['before_file']}{place}"
        names = {name: row[name] for name in ("before", "now", "unit")}
        yield Finding(
            code="XCT-RENAMED",
            severity=Severity.WARNING,
            message=say(
                "rounds.likely_renamed", lang=form.language, source=source, why=why, **names
            ),
            file=row["file"],
            sheet=row["sheet"],
            cell=row["cell"],
            cells=(f"{row['sheet']}!{row['cell']}",) if row["cell"] else (),
            key=asked.key if asked else "",
            label=asked.label if asked else "",
            value="" if personal else row["now"],
        )


def _unused(form: Form, unused: Sequence[Rename]) -> Iterator[Finding]:
    for told in unused:
        names = {"line": told.line, "unit": told.unit, "before": told.before, "now": told.now}
        message = say("rounds.renamed_unused", lang=form.language, **names)
        yield Finding(code="XCT-NAMES", severity=Severity.WARNING, message=message)
