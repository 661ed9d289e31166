"""Returns become records: clean values with receipts, and the canonical views that rules judge."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterxl.cleaning import Answer, Cleaner
from clusterxl.errors import NothingFoundError, UnknownWorkbookError
from clusterxl.excel.raw import RawCell
from clusterxl.finding import Finding, Severity
from clusterxl.form.answers import canonical_text, is_number
from clusterxl.form.model import Form, Input
from clusterxl.frames import ACCOUNT, RETURNS, VALUES, Column, Status, typed_array, typed_frame
from clusterxl.locate import FoundCell
from clusterxl.numbers import raw_text, shortest_decimal
from clusterxl.read import Return
from clusterxl.ruleset.load import needed_answers
from clusterxl.ruleset.masks import Views, holds, views_of
from clusterxl.ruleset.messages import MASK
from clusterxl.sentences import say

# A form, its version and base year.
Edition = tuple[str, str, int | None]
UNCHECKED = "unchecked"
# What the respondent is told of a change that no rule sees, by the advice of the answer.
_ADVICE: Mapping[str, tuple[str, Severity]] = {
    "number_found": ("NORM-NUM", Severity.INFO),
    "percent_format": ("NORM-PCT", Severity.INFO),
    "percent_unclear": ("NORM-PCT", Severity.WARNING),
    "number_too_large": ("NORM-BIG", Severity.WARNING),
    "number_too_small": ("NORM-TINY", Severity.WARNING),
    "date_in_number": ("NORM-DAT", Severity.WARNING),
    "date_found": ("NORM-DAT", Severity.INFO),
    "unseen_only": ("NORM-TXT", Severity.WARNING),
    "private_use": ("NORM-TXT", Severity.WARNING),
    "digits_lost": ("NORM-DIG", Severity.WARNING),
}
# All others ask which of several readings is meant.
_ASKED = ("NORM-ASK", Severity.WARNING)


@dataclass(frozen=True, kw_only=True, eq=False)
class Records:
    """What the returns say, as frames.

    Attributes:
        form: The form.
        values: Row an input cell, return by return in form order; columns `frames.VALUES`.
        returns: Row a return, in the order given; columns `frames.RETURNS`. Its status is
            `unchecked` until `check.summarise` fills it in, with the counts of findings.
        text: Row a return (index return_id), column a key: the canonical text view, plain objects
            in one block of memory.
        number: The same: the canonical number view, NaN where a cell holds no number.
        findings: What reading and normalisation have to tell.
    """

    form: Form
    values: pd.DataFrame
    returns: pd.DataFrame
    text: pd.DataFrame
    number: pd.DataFrame
    findings: tuple[Finding, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The cells it has, in form order."""
        return tuple(self.text.columns)

    def only(self, keys: Iterable[str]) -> Records:
        """Return the same returns with some of their cells, and nothing that was told of them."""
        wanted = frozenset(keys)
        kept = [key for key in self.keys if key in wanted]
        return replace(
            self,
            values=self.values[self.values["key"].isin(kept)].reset_index(drop=True),
            text=self.text[kept],
            number=self.number[kept],
            findings=(),
        )


def normalise_returns(returns: Sequence[Return], *, form: Form | None = None) -> Records:
    """Normalise the answers of returns of one form.

    Args:
        returns: The returns; one that comes twice, byte for byte, counts once.
        form: The form; needed only where there may be no return at all.

    Returns:
        Their records.

    Raises:
        NothingFoundError: There is neither a return nor a form.
        UnknownWorkbookError: The returns answer several forms, editions or base years.
    """
    distinct = tuple({found.return_id: found for found in returns}.values())
    form = form or _form_of(distinct)
    for found in distinct:
        if edition_of(found.form) != edition_of(form):
            sentence = say("normalise.several_forms", file=found.file, form=form.id)
            raise UnknownWorkbookError(sentence, code="normalise.several_forms")
    batch = _Batch(form, len(distinct))
    for found in distinct:
        batch.take(found)
    return batch.records(distinct)


def group_returns(returns: Sequence[Return]) -> tuple[tuple[Return, ...], ...]:
    """Group returns by form, edition and base year, in the order in which each first comes."""
    groups: dict[Edition, list[Return]] = {}
    for found in returns:
        groups.setdefault(edition_of(found.form), []).append(found)
    return tuple(tuple(group) for group in groups.values())


def join_records(parts: Sequence[Records]) -> Records:
    """Join records of one form and base year, as if they had been normalised together.

    Args:
        parts: At least one; no return stands in two.
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    return Records(
        form=first.form,
        values=pd.concat([part.values for part in parts], ignore_index=True),
        returns=pd.concat([part.returns for part in parts], ignore_index=True),
        text=pd.concat([part.text for part in parts]),
        number=pd.concat([part.number for part in parts]),
        findings=tuple(finding for part in parts for finding in part.findings),
    )


def _form_of(returns: Sequence[Return]) -> Form:
    if not returns:
        raise NothingFoundError(say("normalise.no_returns"), code="normalise.no_returns")
    return returns[0].form


def edition_of(form: Form) -> Edition:
    """Return what returns must have in common to stand in one frame."""
    return form.id, form.version, form.base_year


class _Batch:
    """The columns of records while returns are taken in, one after the other."""

    def __init__(self, form: Form, size: int) -> None:
        self._form = form
        self._size = size
        self._cleaner = Cleaner(form)
        self._keys = [asked.key for asked in form.inputs]
        cells = size * len(self._keys)
        self._columns: dict[str, list[str]] = {
            name: [""] * cells for name in ("raw", "text", "receipts")
        }
        self._columns["status"] = [Status.BLANK.value] * cells
        self._columns |= {"sheet": [], "cell": [], "found_by": []}
        self._number = [math.nan] * cells
        self._view_text = [""] * cells
        self._view_number = [math.nan] * cells
        self._findings: list[Finding] = []
        self._taken = 0

    def take(self, found: Return) -> None:
        """Take in all answers of a return."""
        cells = [found.cells.get(key) or FoundCell(key=key) for key in self._keys]
        self._columns["sheet"] += [cell.sheet for cell in cells]
        self._columns["cell"] += [cell.cell for cell in cells]
        self._columns["found_by"] += [cell.found_by for cell in cells]
        self._findings += found.findings
        for place, cell in enumerate(cells):
            raw = cell.raw
            if raw.value is not None or raw.formula:
                asked = self._form.inputs[place]
                seen = self._cleaner.view(asked, raw)
                answer = self._cleaner.clean(asked, raw, seen)
                self._put(self._taken + place, raw, seen, answer)
                if answer.advice:
                    self._findings.append(_advise(found, asked, cell, answer))
        self._taken += len(cells)

    def _put(self, at: int, raw: RawCell, seen: str, answer: Answer) -> None:
        columns = self._columns
        columns["raw"][at] = raw_text(raw)
        columns["text"][at] = answer.text
        columns["status"][at] = answer.status.value
        columns["receipts"][at] = "; ".join(answer.receipts)
        self._number[at] = answer.number
        self._view_text[at] = seen
        if raw.value is not None and is_number(raw.value):
            self._view_number[at] = float(raw.value)

    def records(self, returns: Sequence[Return]) -> Records:
        """Return the records of all returns taken in."""
        index = pd.Index([found.return_id for found in returns], dtype="str", name="return_id")
        shape = (self._size, len(self._keys))
        # One block: a column of strings a key takes longer than all else about a few returns.
        text = pd.DataFrame(
            _objects(self._view_text).reshape(shape), index=index, columns=self._keys, dtype=object
        )
        number = pd.DataFrame(
            np.array(self._view_number).reshape(shape), index=index, columns=self._keys
        )
        subjects = self._subjects(returns)
        return Records(
            form=self._form,
            values=typed_frame(self._value_columns(returns, subjects), VALUES),
            returns=self._returns(
                returns, subjects, views_of(text, number, language=self._form.language)
            ),
            text=text,
            number=number,
            findings=tuple(self._findings),
        )

    def _value_columns(
        self, returns: Sequence[Return], subjects: Mapping[str, Sequence[str]]
    ) -> dict[str, Column]:
        inputs = self._form.inputs
        each_return = {
            "return_id": [found.return_id for found in returns],
            "file": [found.file for found in returns],
            "unit": subjects["unit"],
            "subject": subjects["subject"],
        }
        each_input: dict[str, Sequence[object]] = {
            "key": self._keys,
            "section": [asked.section for asked in inputs],
            "field": [asked.field.id for asked in inputs],
            "item": [asked.item for asked in inputs],
            "year": [pd.NA if asked.year is None else asked.year for asked in inputs],
            "label": [asked.label for asked in inputs],
            "measure": [asked.field.measure for asked in inputs],
        }
        columns: dict[str, Column] = {name: _objects(c) for name, c in self._columns.items()}
        columns["number"] = np.array(self._number, dtype=np.float64)
        by_return = np.repeat(np.arange(self._size), len(inputs))
        by_input = np.tile(np.arange(len(inputs)), self._size)
        for name, parts in each_return.items():
            columns[name] = typed_array(parts, VALUES[name]).take(by_return)
        for name, repeated in each_input.items():
            columns[name] = typed_array(repeated, VALUES[name]).take(by_input)
        return columns

    def _subjects(self, returns: Sequence[Return]) -> Mapping[str, Sequence[str]]:
        """Return unit code, group, unit and subject of each return."""
        form = self._form
        codes = [found.stamp.unit if found.stamp else "" for found in returns]
        levels = [self._answers(level) for level in form.levels]
        named = levels[-1] if levels else codes
        units = [answer or code for answer, code in zip(named, codes, strict=True)]
        subjects = self._answers(form.subject) if form.subject else units
        return {
            "unit_code": codes,
            "group": levels[0] if levels else [""] * self._size,
            "unit": units,
            "subject": [subject or unit for subject, unit in zip(subjects, units, strict=True)],
        }

    def _answers(self, key: str) -> list[str]:
        """Return the answers to one question; empty where there is none."""
        answered = (Status.VALUE, Status.INVALID)
        places = range(self._keys.index(key), len(self._columns["text"]), len(self._keys))
        return [
            self._columns["text"][at] if self._columns["status"][at] in answered else ""
            for at in places
        ]

    def _returns(
        self, returns: Sequence[Return], subjects: Mapping[str, Sequence[str]], views: Views
    ) -> pd.DataFrame:
        filled, required = _counts(self._form, views)
        columns: dict[str, Column] = {
            "return_id": [found.return_id for found in returns],
            "file": [found.file for found in returns],
            "sha256": [found.sha256 for found in returns],
            "form": [self._form.id] * self._size,
            "version": [self._form.version] * self._size,
            "base_year": [self._form.base_year or 0] * self._size,
            **subjects,
            "status": [UNCHECKED] * self._size,
            "filled": filled,
            "required": required,
            "errors": [0] * self._size,
            "warnings": [0] * self._size,
            "explained": [0] * self._size,
            **{name: [getattr(r.account, name) for r in returns] for name in ACCOUNT},
        }
        return typed_frame(columns, RETURNS)


def _objects(values: Sequence[object]) -> npt.NDArray[np.object_]:
    """Return a column of anything; numpy must not take it for a matrix or a number."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _counts(form: Form, views: Views) -> tuple[list[int], list[int]]:
    """Count per return the answers that are needed, and those of them that are there."""
    filled = np.zeros(views.size, dtype=np.int64)
    required = np.zeros(views.size, dtype=np.int64)
    none = canonical_text(form.none_word)
    for key, condition in needed_answers(form).items():
        needed = holds(condition, views)
        required += needed
        given = views.filled(key)
        if none and form.by_key[key].owners:
            # Evidence that is needed cannot be none.
            given = given & ~views.one_of(key, (none,))
        filled += needed & given
    return filled.tolist(), required.tolist()


def _advise(found: Return, asked: Input, cell: FoundCell, answer: Answer) -> Finding:
    """Tell of a change that no rule sees."""
    code, severity = _ADVICE.get(answer.advice, _ASKED)
    is_personal = asked.field.personal
    typed = raw_text(cell.raw)
    number = "" if math.isnan(answer.number) else shortest_decimal(answer.number)
    readings = say("normalise.or", lang=found.form.language).join(answer.readings)
    meant = {"value": typed, "number": number, "text": answer.text, "readings": readings}
    return Finding(
        code=code,
        severity=severity,
        message=say(
            f"normalise.{answer.advice}",
            lang=found.form.language,
            label=asked.label,
            **{name: MASK if is_personal else text for name, text in meant.items()},
        ),
        return_id=found.return_id,
        file=found.file,
        sheet=cell.sheet,
        cell=cell.cell,
        cells=(f"{cell.sheet}!{cell.cell}",) if cell.cell else (),
        key=asked.key,
        label=asked.label,
        value="" if is_personal else typed,
    )
