"""The comparison as frames for programs, with a dictionary of what each column holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields

import pandas as pd

from clusterxl.across_rounds import Rounds
from clusterxl.aggregate import Comparison
from clusterxl.finding import Finding
from clusterxl.form.model import Form, year_label
from clusterxl.sentences import catalogue, say
from clusterxl.summary import figures_of, lead_of

DICTIONARY, CONTACTS, NUMBERS = "dictionary", "contacts", "numbers"
_FINDING_COLUMNS = (
    *("return_id", "file", "code", "severity", "sheet", "cell", "key", "label", "value"),
    *("message", "note"),
)
_CRITERION_COLUMNS = ("rule", "kind", "title", "keys", "source", "is_set", "is_verified")
PERCENT = "%"
_PERCENTAGES = frozenset({"growth", "average_growth", "share"})
_RANKED = frozenset({"groups", "subjects", "changes", "round_totals"})


def comparison_frames(
    comparison: Comparison, *, with_contacts: bool = False, rounds: Rounds | None = None
) -> Mapping[str, pd.DataFrame]:
    """Return the comparison as frames, by name.

    Args:
        comparison: The comparison.
        with_contacts: The frame of personal answers too; else none is given.
        rounds: This round beside the one before: its frames too.

    Returns:
        The frames of the comparison (see `Comparison`), `criteria`, `quality` as one row,
        `findings` a row each, those of two rounds (see `Rounds`; its subjects and totals by the
        names `round_subjects` and `round_totals`), and `dictionary`: row a column of each frame,
        the frame itself first.

        frame    str  name of the frame
        column   str  name of the column; empty for the frame as a whole
        meaning  str  what it holds, in the language of the form
        dtype    str  its dtype
        measure  str  its unit of measurement; empty for none
    """
    frames = {
        name: frame for name, frame in _frames_in(comparison) if with_contacts or name != CONTACTS
    }
    frames["criteria"] = _criteria(comparison)
    frames["quality"] = pd.DataFrame([asdict(comparison.quality)], dtype="int64")
    frames["findings"] = findings_frame(comparison.findings)
    frames |= _frames_of(rounds) if rounds else {}
    form = comparison.form
    rows = [row for name, frame in frames.items() for row in _entries(form, name, frame)]
    names = ["frame", "column", "meaning", "dtype", "measure"]
    return {**frames, DICTIONARY: pd.DataFrame(rows, columns=names, dtype="str")}


def _criteria(comparison: Comparison) -> pd.DataFrame:
    """Return what is judged by the verdicts: row a criterion."""
    rows = [
        {
            "rule": each.rule.id,
            "kind": each.rule.kind.value,
            "title": each.rule.title,
            "keys": " ".join(each.keys),
            "source": each.rule.basis,
            "is_set": str(each.is_set),
            "is_verified": str(each.is_verified),
        }
        for each in comparison.criteria
    ]
    return pd.DataFrame(rows, columns=list(_CRITERION_COLUMNS), dtype="str")


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return findings as a frame: row a finding, all columns texts."""
    rows = [{name: str(getattr(each, name)) for name in _FINDING_COLUMNS} for each in findings]
    return pd.DataFrame(rows, columns=list(_FINDING_COLUMNS), dtype="str")


def _frames_in(comparison: Comparison) -> Iterator[tuple[str, pd.DataFrame]]:
    """Go through what the comparison holds as frames; an index with a name becomes a column."""
    for field in fields(comparison):
        frame = getattr(comparison, field.name)
        if isinstance(frame, pd.DataFrame):
            named = frame.index.name is not None
            yield field.name, frame.reset_index(drop=not named)


def _frames_of(rounds: Rounds) -> Mapping[str, pd.DataFrame]:
    """Return the frames of two rounds, by names no frame of one comparison has."""
    return {
        "round_subjects": rounds.subjects,
        "round_totals": rounds.totals,
        "changes": rounds.changes,
        "restated": rounds.restated,
        "renamed": rounds.renamed,
    }


def _entries(form: Form, name: str, frame: pd.DataFrame) -> Iterator[Sequence[str]]:
    """Go through the rows of the dictionary for one frame."""
    named = _keys(form) if name == NUMBERS else _figures(form)
    yield (name, "", _said(form, name), "", "")
    for column, dtype in frame.dtypes.items():
        told = _said(form, f"{name}_{column}") or _said(form, f"of_{column}")
        meaning = (told, PERCENT if column in _PERCENTAGES and name in _RANKED else "")
        text, measure = named.get(str(column), meaning)
        yield (name, str(column), text, str(dtype), measure)


def _keys(form: Form) -> Mapping[str, tuple[str, str]]:
    """Return label and measure of each input cell, by key."""
    return {asked.key: (asked.label, asked.field.measure) for asked in form.inputs}


def _figures(form: Form) -> Mapping[str, tuple[str, str]]:
    """Return label and measure of the columns that hold the figures the form compares."""
    found = {}
    if lead := lead_of(form):
        for column, year in zip(lead.columns, lead.years, strict=True):
            dated = f"{lead.label} {year_label(form, year)}" if year else lead.label
            found[column] = (dated, lead.field.measure)
        # In the frame of classes the last year stands under this name.
        found.setdefault("lead", found[lead.columns[-1]])
    for figure in figures_of(form):
        label = figure.figure.label
        found[figure.name] = (label, figure.field.measure)
        found[f"{figure.name}_n"] = (say("frames.figure_n", lang=form.language, figure=label), "")
    return found


def _said(form: Form, name: str) -> str:
    """Return what the catalogue says of a frame or a column; empty for nothing."""
    name = f"frames.{name}"
    if name not in catalogue(form.language):
        return ""
    return say(name, lang=form.language, noun=form.subject_noun)
