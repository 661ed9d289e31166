"""Records made by hand, so that aggregate and report are tested without the road before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import pandas as pd

from clusterxl.form.answers import TICKED, UNTICKED
from clusterxl.form.model import FieldType, Form, Input
from clusterxl.normalise import Records

Answer = float | str


@dataclass(frozen=True)
class Hand:
    """One return as a test writes it down.

    Attributes:
        file: Name of the file.
        group: Answer of the highest level.
        unit: Answer of the last level.
        subject: Name of the subject.
        answers: By key: a number, a text, the none-word, a chosen option's label, or ticks
            as True; `?text` is an answer nobody can read, `~3` a 3 found by normalisation.
    """

    file: str
    group: str = ""
    unit: str = ""
    subject: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    code: str = ""

    @property
    def return_id(self) -> str:
        return sha256(self.file.encode()).hexdigest()[:12]


VALUES = {
    **dict.fromkeys(["return_id", "file", "unit", "subject", "key", "section", "field"], "str"),
    **dict.fromkeys(["item", "label", "status", "raw", "text", "measure", "sheet", "cell"], "str"),
    **dict.fromkeys(["found_by", "receipts"], "str"),
    "year": "Int64",
    "number": "float64",
}
ORDER = [
    *("return_id", "file", "unit", "subject", "key", "section", "field", "item", "year", "label"),
    *("status", "raw", "number", "text", "measure", "sheet", "cell", "found_by", "receipts"),
]
RETURNS = {
    **dict.fromkeys(["return_id", "file", "sha256", "form", "version", "unit_code"], "str"),
    **dict.fromkeys(["group", "unit", "subject", "status"], "str"),
    **dict.fromkeys(["base_year", "filled", "required", "errors", "warnings"], "int64"),
}


def records_of(form: Form, hands: Sequence[Hand]) -> Records:
    """Build the records of some returns."""
    sheets = {section.id: section.sheet for section in form.sections}
    rows = [
        _value_row(form, hand, asked, sheets[asked.section], place)
        for hand in hands
        for place, asked in enumerate(form.inputs)
    ]
    values = pd.DataFrame(rows, columns=list(VALUES)).astype(VALUES)[ORDER]
    returns = pd.DataFrame([_return_row(form, hand) for hand in hands], columns=list(RETURNS))
    empty = pd.DataFrame(index=[hand.return_id for hand in hands])
    return Records(
        form=form, values=values, returns=returns.astype(RETURNS), text=empty, number=empty
    )


def _return_row(form: Form, hand: Hand) -> dict[str, object]:
    required = sum(asked.required for asked in form.inputs)
    filled = sum(asked.required and asked.key in hand.answers for asked in form.inputs)
    return {
        "return_id": hand.return_id,
        "file": hand.file,
        "sha256": hand.return_id.encode().hex().ljust(64, "0")[:64],
        "form": form.id,
        "version": form.version,
        "base_year": form.base_year or 0,
        "unit_code": hand.code,
        "group": hand.group,
        "unit": hand.unit,
        "subject": hand.subject or (hand.unit if not form.subject else ""),
        "status": "clean",
        "filled": filled,
        "required": required,
        "errors": 0,
        "warnings": 0,
    }


def _value_row(form: Form, hand: Hand, asked: Input, sheet: str, place: int) -> dict[str, object]:
    raw, status, number, text, receipts = _read(form, asked, hand.answers.get(asked.key, ""))
    return {
        "return_id": hand.return_id,
        "file": hand.file,
        "unit": hand.unit,
        "subject": hand.subject,
        "key": asked.key,
        "section": asked.section,
        "field": asked.field.id,
        "item": asked.item,
        "year": asked.year,
        "label": asked.label,
        "status": status,
        "raw": raw,
        "number": number,
        "text": text,
        "measure": asked.field.measure,
        "sheet": sheet,
        "cell": f"C{place + 4}",
        "found_by": "name",
        "receipts": receipts,
    }


def _read(form: Form, asked: Input, answer: Answer) -> tuple[str, str, float | None, str, str]:
    if asked.type is FieldType.TICKS:
        ticked = bool(answer)
        sign = TICKED if ticked else UNTICKED
        return sign, "value", float(ticked), sign, ""
    if not isinstance(answer, str):
        return f"{answer:g}", "value", float(answer), "", ""
    if not answer:
        return "", "blank", None, "", ""
    if answer == form.none_word:
        return answer, "none", None, answer, ""
    if answer.startswith("?"):
        return answer[1:], "invalid", None, answer[1:], ""
    if answer.startswith("~"):
        return (
            f"约{answer[1:]}",
            "value",
            float(answer[1:]),
            "",
            f"约{answer[1:]} → {answer[1:]} (about)",
        )
    return answer, "value", None, answer, ""
