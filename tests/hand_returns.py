"""Returns made by hand, so that everything behind reading is tested without a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from clusterxl.excel.raw import BLANK, RawCell
from clusterxl.excel.stamp import Stamp
from clusterxl.finding import Finding
from clusterxl.form.answers import TICKED, UNTICKED, choice_line, unset_text
from clusterxl.form.file import load_form
from clusterxl.form.model import FieldType, Form, Input
from clusterxl.locate import FoundCell
from clusterxl.read import Return

FORMS = Path(__file__).parent / "data" / "forms"
LONG = "与三家高校共建联合实验室，每季度召开一次对接会，成效明显。"

Typed = str | float | bool | None | RawCell


def all_checks() -> Form:
    """Return the form on which every derived rule is asked."""
    return load_form(FORMS / "all-checks")


def raw_of(value: Typed) -> RawCell:
    """Return the cell that holds what was typed; an error sign is an error."""
    if isinstance(value, RawCell):
        return value
    if value is None or value == "":
        return BLANK
    if isinstance(value, bool):
        return RawCell(value=value, kind="bool")
    if isinstance(value, str):
        return RawCell(value=value, kind="error" if value.startswith("#") else "text")
    return RawCell(value=value, kind="number")


def good_answers() -> dict[str, Typed]:
    """Return answers to the form of all checks of which no rule complains."""
    form = all_checks()
    typed: dict[str, Typed] = {asked.key: unset_text(form, asked) for asked in form.inputs}
    typed |= {
        "name": "甲市东县玩具产业",
        "city": "甲市",
        "county": "东县",
        "filed": "2023年4月10日",
        "contact": "张某",
        "phone": "0755-00001234",
        "growth": 5.5,
        "area": 40,
        "chart": choice_line(form.fields["chart"], "yes"),
        "story": LONG,
        "work_supply": TICKED,
        "work_sale": UNTICKED,
        "patents": "无",
        "evidence_chart_material": "图谱",
        "evidence_work_supply_material": "合同",
    }
    for year in form.years:
        typed[f"output_{year}"] = float(year - 1900)
        typed[f"share_{year}"] = 84.25 - (year - 2020)
        typed[f"firms_{year}"] = 450 + year - 2020
        for item in ("world_led", "world_joined", "state_led", "state_joined"):
            typed[f"standards_{year}_{item}"] = 0
    return typed


def return_of(
    form: Form,
    answers: Mapping[str, Typed],
    *,
    file: str = "a.xlsx",
    unit: str = "",
    findings: tuple[Finding, ...] = (),
) -> Return:
    """Return what reading a workbook with these answers would give; input n is in row n."""
    sheets = {section.id: section.sheet for section in form.sections}
    cells = {
        asked.key: FoundCell(
            key=asked.key,
            sheet=sheets[asked.section],
            cell=f"C{place}",
            raw=raw_of(answers.get(asked.key)),
            found_by="name",
        )
        for place, asked in enumerate(form.inputs, start=1)
    }
    digest = sha256(f"{file}{sorted(answers.items(), key=str)}".encode()).hexdigest()
    return Return(
        return_id=digest[:12],
        file=file,
        sha256=digest,
        form=form,
        stamp=Stamp(kind="return", form=form.id, unit=unit),
        cells=cells,
        findings=findings,
        counts={},
    )


def place_of(form: Form, key: str) -> str:
    """Return the address that `return_of` gives a cell."""
    return f"C{1 + [asked.key for asked in form.inputs].index(key)}"


def inputs_of(form: Form, kind: FieldType) -> tuple[Input, ...]:
    """Return all inputs of a type, explanations left out."""
    return tuple(asked for asked in form.inputs if asked.type is kind and not asked.is_note)
