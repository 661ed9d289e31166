"""The road's last sum: records of many returns become one comparison, every number traceable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from clusterxl.criteria import Criterion, criteria_of, judge_criteria
from clusterxl.finding import Finding, Severity
from clusterxl.form.answers import TICKED
from clusterxl.form.model import FieldType, Form, Input
from clusterxl.normalise import Records
from clusterxl.sentences import say
from clusterxl.standings import (
    class_mix,
    effective_numbers,
    group_names,
    group_standings,
    key_totals,
    option_counts,
    subject_standings,
)
from clusterxl.summary import is_compared

NAMES = ["return_id", "group", "unit", "subject"]
PROVENANCE = [
    *("number_id", "key", "label", "value", "text", "status", "measure", "return_id", "group"),
    *("unit", "subject", "file", "sha256", "sheet", "cell", "raw", "receipts", "found_by"),
]
ANSWER = ["return_id", "key", "status", "number", "text", "raw"]
# Columns of the values that anything is made of.
USED = [*ANSWER, "label", "measure", "sheet", "cell", "found_by", "receipts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How good the data are that the comparison rests on.

    Attributes:
        received: Returns that came in.
        counted: Returns that count, the newest of each subject.
        filled: Cells filled in.
        required: Cells that had to be filled in.
        errors: Findings that must be corrected.
        warnings: Findings that ask for an explanation.
        explained: Warnings that have one.
        invalid: Cells that could not be read and never count.
        none: Cells answered with the form's word for "none".
        normalised: Cells that were read only after normalisation, each with its receipt.
    """

    received: int
    counted: int
    filled: int
    required: int
    errors: int
    warnings: int
    explained: int
    invalid: int
    none: int
    normalised: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The aggregated result; personal data only in `contacts`.

    Attributes:
        form: The form.
        returns: Row a counted return, by group, unit and subject: return_id, group, unit,
            subject, file, sha256, filled, required, errors, warnings, explained.
        left_out: Row a return that does not count, by file: the same columns, and `kept`, the
            file that counts in its place.
        answers: Row an answer that is compared, in form order: return_id, key, status, number
            (NaN if none), text, raw.
        lists: The same for filled cells of lists and evidence.
        numbers: Row a counted return (index), column a numeric key: the number that counts, NaN
            where none does.
        totals: Row a numeric key, in form order: key, field, item, year, label, section,
            measure, kind, value (NaN if none), n, returns, none, not_applicable, missing,
            invalid, normalised.
        groups: Row a group, ranked, also those without a subject: rank (<NA> if none), group,
            subjects, lead columns, growth, average_growth, share, figure columns and for each
            figure the column `<figure>_n`.
        subjects: Row a counted return, ranked: return_id, rank, subject, group, unit, lead
            columns, growth, average_growth, share, figure columns, open (unexplained warnings).
        options: Row an option of a choice or of ticks, in form order: field, label, option,
            option_label, key, count, n, returns, share (NaN if n is 0).
        mix: Row a class of subjects: option, label, subjects, lead.
        criteria: What the form demands of every return.
        verdicts: Row a criterion and counted return, how it stands (see `judge_criteria`).
        provenance: Row a number or a counted answer, by key and unit: number_id, key, label,
            value, text, status, measure, return_id, group, unit, subject, file, sha256, sheet,
            cell, raw, receipts, found_by.
        contacts: Row a personal answer: return_id, subject, unit, label, text.
        quality: Counts of data quality.
        findings: What was found, in order; of returns that do not count only that they do not.
    """

    form: Form
    returns: pd.DataFrame
    left_out: pd.DataFrame
    answers: pd.DataFrame
    lists: pd.DataFrame
    numbers: pd.DataFrame
    totals: pd.DataFrame
    groups: pd.DataFrame
    subjects: pd.DataFrame
    options: pd.DataFrame
    mix: pd.DataFrame
    criteria: tuple[Criterion, ...]
    verdicts: pd.DataFrame
    provenance: pd.DataFrame
    contacts: pd.DataFrame
    quality: Quality
    findings: tuple[Finding, ...]


def aggregate_records(
    records: Records, findings: Iterable[Finding] = (), *, every: bool = False
) -> Comparison:
    """Combine the newest return of each subject into one comparison.

    Args:
        records: Records of all returns.
        findings: What was found in them.
        every: Each return counts: somebody has chosen one of each subject already.

    Returns:
        The comparison.
    """
    form, told = records.form, tuple(findings)
    received = records.returns
    newest, lost = (received, received.iloc[:0].assign(kept="")) if every else _newest(received)
    returns, lost = _in_order(form, newest), _masked(form, lost)
    findings = (*_of_counted(form, told, returns), *_replaced(form, lost))
    returns = _with_counts(returns, findings)
    left_out = _with_counts(lost, told)
    counted = _counted(records, returns)
    answers = counted.of((i for i in form.inputs if is_compared(i)), USED)
    numbers = effective_numbers(form, answers, returns)
    subjects = subject_standings(form, returns, numbers)
    return Comparison(
        form=form,
        returns=returns,
        left_out=left_out.assign(kept=lost["kept"].tolist()).astype({"kept": "str"}),
        answers=answers[ANSWER],
        lists=_lists(counted),
        numbers=numbers,
        totals=key_totals(form, answers, numbers),
        groups=group_standings(form, returns, numbers),
        subjects=subjects,
        options=option_counts(form, answers, len(returns)),
        mix=class_mix(form, answers, subjects),
        criteria=criteria_of(form),
        verdicts=judge_criteria(records, returns["return_id"].tolist()),
        provenance=_provenance(form, answers, returns),
        contacts=_contacts(counted, returns),
        quality=_quality(len(records.returns), returns, counted, findings),
        findings=findings,
    )


def _newest(returns: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tell the last return, in file-name order, of each unit and subject from those before it."""
    by_file = returns.sort_values("file", kind="stable", ignore_index=True)
    last: dict[tuple[str, ...], int] = {}
    replaced: dict[int, str] = {}
    rows: list[dict[Any, Any]] = by_file.to_dict("records")
    for place, row in enumerate(rows):
        named = (row["group"], row["unit"] or row["unit_code"], row["subject"])
        same = named if any(named) else (row["return_id"],)
        if same in last:
            replaced[last[same]] = row["file"]
        last[same] = place
    lost = by_file.iloc[list(replaced)].assign(kept=list(replaced.values()))
    return by_file.iloc[sorted(last.values())], lost


def _replaced(form: Form, replaced: pd.DataFrame) -> Iterator[Finding]:
    """Tell of each return that a newer one stands in its place."""
    rows: list[dict[Any, Any]] = replaced.to_dict("records")
    for lost in rows:
        subject = lost["subject"] or lost["unit"] or lost["file"]
        yield Finding(
            code="XCT-DUP",
            severity=Severity.WARNING,
            message=say(
                "aggregate.duplicate", lang=form.language, subject=subject, kept=lost["kept"]
            ),
            return_id=lost["return_id"],
            file=lost["file"],
        )


def _personal_names(form: Form) -> Iterator[str]:
    """Go through the columns of names that say who somebody is."""
    for column, field_ids in (("subject", (form.subject,)), ("unit", form.levels[-1:])):
        if any(form.fields[f].personal for f in field_ids if f in form.fields):
            yield column


def _masked(form: Form, returns: pd.DataFrame) -> pd.DataFrame:
    """Return them without names that are personal."""
    return returns.assign(**dict.fromkeys(_personal_names(form), ""))


def _in_order(form: Form, returns: pd.DataFrame) -> pd.DataFrame:
    """Sort returns by group, in the form's order, unit and subject; mask what is personal."""
    places = {name: place for place, name in enumerate(group_names(form))}
    place = returns["group"].map(lambda name: places.get(name, len(places)))
    ordered = returns.assign(place=place).sort_values(
        ["place", "group", "unit_code", "unit", "subject", "file"], kind="stable"
    )
    ordered = ordered.drop(columns="place").reset_index(drop=True)
    for column in _personal_names(form):
        ordered[column] = [f"{form.subject_noun} {row}" for row in range(1, len(ordered) + 1)]
    for column in ("unit", "file"):
        ordered["subject"] = ordered["subject"].where(ordered["subject"] != "", ordered[column])
    return ordered


def _of_counted(
    form: Form, findings: Iterable[Finding], returns: pd.DataFrame
) -> Iterator[Finding]:
    counted = set(returns["return_id"])
    for found in findings:
        if not found.return_id or found.return_id in counted:
            asked = form.by_key.get(found.key)
            yield replace(found, value="") if asked and asked.field.personal else found


def _with_counts(returns: pd.DataFrame, findings: Sequence[Finding]) -> pd.DataFrame:
    counts: dict[str, list[int]] = {name: [0, 0, 0] for name in returns["return_id"]}
    for found in findings:
        row = counts.get(found.return_id)
        if row is not None:
            row[0] += found.severity is Severity.ERROR
            row[1] += found.severity is Severity.WARNING
            row[2] += found.is_explained
    columns = ["errors", "warnings", "explained"]
    table = pd.DataFrame(list(counts.values()), columns=columns, dtype="int64")
    kept = returns[[*NAMES, "file", "sha256", "filled", "required"]].reset_index(drop=True)
    return kept.assign(**{column: table[column] for column in columns})


@dataclass(frozen=True, slots=True)
class _Counted:
    """The values of counted returns, in form order and in the order of the returns.

    Lists make millions of rows, so that texts are fetched only where somebody needs them.

    Attributes:
        values: The values of all returns.
        inputs: What the form asks.
        rows: Row a cell of a counted return: its row in `values` (index), the place of what is
            asked and that of the return.
    """

    values: pd.DataFrame
    inputs: tuple[Input, ...]
    rows: pd.DataFrame

    def of(
        self, wanted: Iterable[Input], columns: Sequence[str], *, filled: bool = False
    ) -> pd.DataFrame:
        """Return columns of the cells that hold what is wanted, blank ones only if asked for."""
        places = {asked.key: place for place, asked in enumerate(self.inputs)}
        rows = self.rows[self.rows["order"].isin([places[asked.key] for asked in wanted])]
        if filled:
            rows = rows[self.values["status"].iloc[rows.index].ne("blank").to_numpy()]
        found = self.values[list(columns)].iloc[rows.index].reset_index(drop=True)
        return found.astype({"number": "float64"}) if "number" in columns else found


def _counted(records: Records, returns: pd.DataFrame) -> _Counted:
    values, inputs = records.values, records.form.inputs
    keys, ids = (pd.Index([asked.key for asked in inputs]), pd.Index(returns["return_id"]))
    rows = pd.DataFrame(
        {
            "order": keys.get_indexer(pd.Index(values["key"])),
            "place": ids.get_indexer(pd.Index(values["return_id"])),
        }
    )
    rows = rows[rows["order"].ge(0) & rows["place"].ge(0)]
    rows = rows.sort_values(["order", "place"], kind="stable").drop_duplicates()
    return _Counted(values, inputs, rows)


def _lists(counted: _Counted) -> pd.DataFrame:
    """Return what was filled into lists and evidence, row by row of each return."""
    wanted = (i for i in counted.inputs if i.block and not i.field.personal)
    return counted.of(wanted, ANSWER, filled=True)


def _is_counted_answer(asked: Input) -> bool:
    return is_compared(asked) and asked.type in (FieldType.CHOICE, FieldType.TICKS)


def _provenance(form: Form, answers: pd.DataFrame, returns: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each number, also where it is missing, and for each counted answer."""
    numeric = answers["key"].isin([i.key for i in form.inputs if i.type.is_numeric])
    chosen = answers["key"].isin([i.key for i in form.inputs if _is_counted_answer(i)])
    chosen &= (answers["status"] == "value") & ~(answers["number"] == 0)
    rows = answers[numeric | chosen].merge(
        returns[[*NAMES, "file", "sha256"]], on="return_id", how="left"
    )
    ticks = rows["key"].isin([i.key for i in form.inputs if i.type is FieldType.TICKS])
    rows["text"] = rows["text"].mask(ticks, TICKED)
    rows["value"] = rows["number"].where(rows["status"].eq("value") & ~ticks)
    width = max(4, len(str(len(rows))))
    rows["number_id"] = [f"N{row:0{width}d}" for row in range(1, len(rows) + 1)]
    return rows[PROVENANCE]


def _contacts(counted: _Counted, returns: pd.DataFrame) -> pd.DataFrame:
    wanted = (i for i in counted.inputs if i.field.personal)
    rows = counted.of(wanted, ["return_id", "label", "text"])
    rows = rows[rows["text"] != ""]
    place = pd.Index(returns["return_id"]).get_indexer(pd.Index(rows["return_id"]))
    rows = rows.assign(place=place).sort_values("place", kind="stable")
    named = rows.merge(returns[["return_id", "subject", "unit"]], on="return_id", how="left")
    return named[["return_id", "subject", "unit", "label", "text"]]


def _quality(
    received: int, returns: pd.DataFrame, counted: _Counted, findings: Sequence[Finding]
) -> Quality:
    values = counted.of(counted.inputs, ["status", "receipts"])
    count = values["status"].value_counts()
    return Quality(
        received=received,
        counted=len(returns),
        filled=int(returns["filled"].sum()),
        required=int(returns["required"].sum()),
        errors=sum(found.severity is Severity.ERROR for found in findings),
        warnings=sum(found.severity is Severity.WARNING for found in findings),
        explained=int(returns["explained"].sum()),
        invalid=int(count.get("invalid", 0)),
        none=int(count.get("none", 0)),
        normalised=int((values["receipts"] != "").sum()),
    )
