"""Confronts records with the rules of their form; what does not hold becomes a finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from sys import intern

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterxl.finding import UNSEEN, Finding, Severity
from clusterxl.form.answers import canonical_text
from clusterxl.form.model import Form
from clusterxl.normalise import Records
from clusterxl.ruleset.load import compile_rules, load_rules
from clusterxl.ruleset.masks import Verdicts, Views, judge, views_of
from clusterxl.ruleset.messages import Teller
from clusterxl.ruleset.nodes import Verdict
from clusterxl.ruleset.rules import Instance, Kind
from clusterxl.ruleset.schema import validate_frames

# Rules of these kinds say that an answer is missing where they point.
_MISSING = (Kind.REQUIRED, Kind.EVIDENCE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Confrontation:
    """What every rule says of every return.

    Attributes:
        instances: The rules, one instance a place.
        verdicts: Row an instance, column a return: `Verdict` values.
        views: What they looked at.
    """

    instances: tuple[Instance, ...]
    verdicts: Verdicts
    views: Views


def check_records(
    records: Records, instances: Sequence[Instance] | None = None
) -> tuple[Finding, ...]:
    """Check records against all rules of their form.

    Args:
        records: The records.
        instances: Some of the rules at their places; by default all there are.

    Returns:
        Return by return: first what concerns the file, then each rule that fails somewhere, in the
        order of the form; what reading and normalisation had to tell is among them. Where a cell
        is lost or shows an error, it is not told as well that an answer is missing there.

    Raises:
        DefinitionError: A rule of the form is wrong.
        ClusterxlError: A frame is not as its schema says: a mistake in this program.
    """
    validate_frames(records.form, {"values": records.values, "returns": records.returns})
    confrontation = confront(records, instances)
    unseen = {(f.return_id, f.key) for f in records.findings if f.code in UNSEEN}
    failed = _failed(records, confrontation)
    missing = {i.rule.id for i in confrontation.instances if i.rule.kind in _MISSING}
    told = (f for f in failed if f.code not in missing or (f.return_id, f.key) not in unseen)
    return in_order(records.form, records.returns, (*records.findings, *told))


def in_order(form: Form, returns: pd.DataFrame, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put findings in the order of the returns, then of the form, then of its rules."""
    order = {return_id: at for at, return_id in enumerate(returns["return_id"])}
    places = {asked.key: at for at, asked in enumerate(form.inputs)}
    rules = {rule.id: at for at, rule in enumerate(load_rules(form))}

    def place(found: Finding) -> tuple[int, int, int]:
        # What is told of no cell, and what is no rule, comes first.
        return (
            order.get(found.return_id, -1),
            places.get(found.key, -1),
            rules.get(found.code, -1),
        )

    return tuple(sorted(findings, key=place))


def confront(records: Records, instances: Sequence[Instance] | None = None) -> Confrontation:
    """Run rules over all returns.

    Args:
        records: The records.
        instances: Some of the rules at their places; by default all there are.

    Raises:
        DefinitionError: A rule of the form is wrong.
    """
    form = records.form
    run = compile_rules(form) if instances is None else tuple(instances)
    views = views_of(records.text, records.number, language=form.language)
    verdicts = np.full((len(run), views.size), Verdict.NOT_APPLICABLE, dtype=np.int8)
    for row, instance in enumerate(run):
        verdicts[row] = judge(instance.judgement, views)
    return Confrontation(instances=run, verdicts=verdicts, views=views)


def summarise(records: Records, findings: Iterable[Finding]) -> Records:
    """Fill in status and counts of findings of each return.

    Args:
        records: The records.
        findings: What was found in them.

    Returns:
        The same records, their returns as `count_findings` says.
    """
    return replace(records, returns=count_findings(records.returns, findings))


def count_findings(returns: pd.DataFrame, findings: Iterable[Finding]) -> pd.DataFrame:
    """Return the frame of returns with status and counts of findings.

    A return without an error is `clean`. A warning that was explained counts as explained, and no
    longer as a warning.
    """
    counts = Counter((found.return_id, _counted_as(found)) for found in findings)
    returns = returns.copy()
    ids = returns["return_id"].tolist()
    for column in ("errors", "warnings", "explained"):
        returns[column] = np.array([counts[name, column] for name in ids], dtype=np.int64)
    status = ["errors" if counts[name, "errors"] else "clean" for name in ids]
    returns["status"] = pd.Series(status, index=returns.index, dtype="str")
    return returns


def _counted_as(found: Finding) -> str:
    """Return the column of returns in which a finding counts; no column for what only informs."""
    if found.is_explained:
        return "explained"
    return f"{found.severity}s"


def _failed(records: Records, confrontation: Confrontation) -> list[Finding]:
    """Make a finding of each rule instance that fails, rule by rule."""
    instances, returns = np.nonzero(confrontation.verdicts == Verdict.FAIL)
    teller = Teller(records.form, confrontation.views)
    cells = _Cells(records)
    cells.load(confrontation.instances, instances, returns)
    return [
        _finding(confrontation.instances[instance], cells, int(at), teller)
        for instance, at in zip(instances, returns, strict=True)
    ]


class _Cells:
    """The cells that findings speak of, looked up by return and key."""

    def __init__(self, records: Records) -> None:
        self.form = records.form
        self.returns = records.returns
        self.files: Sequence[str] = records.returns["file"].tolist()
        self.ids: Sequence[str] = records.returns["return_id"].tolist()
        self._values = records.values
        self._places = {key: at for at, key in enumerate(records.keys)}
        self._rows: dict[int, int] = {}
        self._columns: dict[str, list[str]] = {}

    def load(
        self,
        instances: Sequence[Instance],
        failed: npt.NDArray[np.intp],
        returns: npt.NDArray[np.intp],
    ) -> None:
        """Take out all cells concerned at once; one at a time a frame would be slow."""
        rows: dict[int, None] = {}
        for instance, at in zip(failed, returns, strict=True):
            for key in instances[instance].place.cells:
                rows[self._row(int(at), key)] = None
                note = self.form.by_key[key].note
                if note:
                    rows[self._row(int(at), note)] = None
        taken = self._values.iloc[list(rows)]
        self._rows = {row: at for at, row in enumerate(rows)}
        self._columns = {name: taken[name].tolist() for name in ("sheet", "cell", "raw", "text")}

    def _row(self, at: int, key: str) -> int:
        return at * len(self._places) + self._places[key]

    def get(self, at: int, key: str, column: str) -> str:
        """Return what a column of the values says of a cell of a return."""
        return self._columns[column][self._rows[self._row(at, key)]]

    def note(self, at: int, key: str) -> str:
        """Return an explanation, as the workbook sees it; the word for "none" explains nothing."""
        seen, none = canonical_text(self.get(at, key, "raw")), self.form.none_word
        if seen in ("", canonical_text(none)):
            return ""
        text = self.get(at, key, "text")
        return seen if text == none else text

    def places(self, at: int, keys: Sequence[str]) -> tuple[str, ...]:
        """Return where some cells of a return stand; lost ones are left out."""
        found = ((self.get(at, key, "sheet"), self.get(at, key, "cell")) for key in keys)
        # Findings are kept to the end, and in all returns speak of the same cells.
        return tuple(intern(f"{sheet}!{cell}") for sheet, cell in found if cell)


def _finding(instance: Instance, cells: _Cells, at: int, teller: Teller) -> Finding:
    rule, place = instance.rule, instance.place
    key = place.cells[0]
    asked = cells.form.by_key[key]
    raw = "" if asked.field.personal else cells.get(at, key, "raw")
    has_note = rule.severity is Severity.WARNING and asked.note
    return Finding(
        code=rule.id,
        severity=rule.severity,
        message=teller.message(instance, at),
        return_id=cells.ids[at],
        file=cells.files[at],
        sheet=cells.get(at, key, "sheet"),
        cell=cells.get(at, key, "cell"),
        cells=cells.places(at, place.cells),
        key=key,
        label=asked.label,
        value=raw,
        note=cells.note(at, asked.note) if has_note else "",
    )
