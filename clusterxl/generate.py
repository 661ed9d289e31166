"""A plan written as a workbook: one locked workbook for one respondent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clusterxl.errors import (
    DefinitionError,
    Mistake,
    NothingFoundError,
    RefusedByExcelError,
    UnreadableWorkbookError,
)
from clusterxl.excel.book import Book
from clusterxl.excel.bounds import bound_of
from clusterxl.excel.gate import open_gate
from clusterxl.excel.sheet import Sheet
from clusterxl.excel.stamp import Stamp
from clusterxl.form.answers import Answer
from clusterxl.form.layout import lay_out
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit
from clusterxl.plan import Plan, PlanCell, SheetPlan, plan_workbook
from clusterxl.plan.program import program_of
from clusterxl.plan.proof_book import plan_proof
from clusterxl.ruleset.fills import random_fills
from clusterxl.ruleset.load import rules_version
from clusterxl.sentences import say


def generate_workbook(
    form: Form,
    *,
    unit: Unit | None = None,
    answers: Mapping[str, Answer] | None = None,
    serial: str = "",
    sample: bool = False,
) -> bytes:
    """Generate the workbook of a form.

    Args:
        form: The form.
        unit: Whose workbook it is; its names are filled in and locked.
        answers: What is typed in the input cells already, by key: a number, a text, the
            printed line of a choice, `☑` or `□` for a tick.
        serial: Serial number, printed at the foot of each page.
        sample: Mark every page as sample data.

    Returns:
        The bytes of an .xlsx file; the same arguments give the same bytes.

    Raises:
        RefusedByExcelError: Something breaks a limit of Excel.
        DefinitionError: The workbook would be larger than what is read back.
    """
    plan = plan_return(form, unit=unit, answers=answers, serial=serial, sample=sample)
    return write_return(form, plan)


def plan_return(
    form: Form,
    *,
    unit: Unit | None = None,
    answers: Mapping[str, Answer] | None = None,
    serial: str = "",
    sample: bool = False,
    stamp: Stamp | None = None,
) -> Plan:
    """Plan what `generate_workbook` writes for the same arguments, or with a stamp of its own."""
    stamp = stamp or stamp_of(form, unit=unit, serial=serial)
    return plan_workbook(lay_out(form), unit=unit, answers=answers, stamp=stamp, sample=sample)


def stamp_of(form: Form, *, unit: Unit | None = None, serial: str = "", batch: str = "") -> Stamp:
    """Return the stamp of a blank workbook, unsigned."""
    return Stamp(
        kind="return",
        form=form.id,
        version=form.version,
        base_year=form.base_year or 0,
        rules=rules_version(form),
        batch=batch,
        unit=unit.code if unit else "",
        serial=serial,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofWorkbook:
    """A workbook that proves itself.

    Attributes:
        content: The bytes of an .xlsx file.
        fills: Made-up returns in it.
        verdicts: What rules say of them, all told.
    """

    content: bytes
    fills: int
    verdicts: int


def generate_proof(form: Form, *, fills: int = 15, seed: int = 1) -> ProofWorkbook:
    """Generate the workbook that tells, where it is opened, whether rules come out the same.

    Args:
        form: The form.
        fills: How many made-up returns.
        seed: The same seed gives the same bytes.

    Raises:
        DefinitionError: A rule of the form is wrong.
        NothingFoundError: The form has no rule that runs in a workbook.
        RefusedByExcelError: Something breaks a limit of Excel.
    """
    layout = lay_out(form)
    rules = program_of(layout).verdicts
    if not rules:
        sentence = say("generate.no_rules", form=form.id)
        raise NothingFoundError(sentence, code="generate.no_rules")
    made_up = random_fills(form, [verdict.instance for verdict in rules], fills, seed)
    content = write_plan(plan_proof(layout, made_up))
    return ProofWorkbook(content=content, fills=fills, verdicts=fills * len(rules))


def write_return(form: Form, plan: Plan) -> bytes:
    """Write a plan that is handed out: nothing is, that could not be read when it comes back.

    Raises:
        RefusedByExcelError: Something breaks a limit of Excel.
        DefinitionError: The workbook would be larger than what is read back.
    """
    content = write_plan(plan)
    try:
        open_gate(content, form.id)
    except UnreadableWorkbookError as refusal:
        bound = refusal.code.removeprefix("read.")
        sentence = say("generate.too_large", form=form.id, bound=bound, most=bound_of(bound))
        raise DefinitionError(sentence, code="generate.too_large") from refusal
    return content


def lint_workbook(form: Form) -> tuple[Mistake, ...]:
    """Tell whether the workbook of a form cannot be written or would not be read back."""
    try:
        generate_workbook(form)
    except (DefinitionError, RefusedByExcelError) as error:
        return (Mistake(file="form.toml", line=0, path="", message=str(error), code=error.code),)
    return ()


def write_plan(plan: Plan) -> bytes:
    """Write a plan.

    Args:
        plan: The workbook as data.

    Returns:
        The bytes of an .xlsx file.

    Raises:
        RefusedByExcelError: Something breaks a limit of Excel.
    """
    book = Book(title=plan.title, properties=plan.properties, lock_structure=True)
    targets = [(book.sheet(sheet.name), sheet) for sheet in plan.sheets]
    for target, sheet in targets:
        _write_sheet(target, sheet)
    # Last, so that nothing else in the file moves with the names of a unit: copies rest on it.
    for target, sheet in targets:
        _put_cells(target, (cell for cell in sheet.cells if cell.own))
    for name, formula in plan.names.items():
        book.define_name(name, formula)
    return book.save()


def _write_sheet(target: Sheet, plan: SheetPlan) -> None:
    if plan.columns:
        target.columns(plan.columns)
    for number, points in enumerate(plan.rows, start=1):
        target.row(number, points)
    _put_cells(target, (cell for cell in plan.cells if not cell.own))
    for area, validation in plan.validations:
        target.validate(area.row, area.column, area.last_row, area.last_column, validation)
    for area, conditional in plan.conditionals:
        target.conditional(area.row, area.column, area.last_row, area.last_column, conditional)
    for row, column, text in plan.notes:
        target.note(row, column, text)
    _set_up(target, plan)


def _put_cells(target: Sheet, cells: Iterable[PlanCell]) -> None:
    for cell in cells:
        target.put(
            cell.area.row,
            cell.area.column,
            cell.content,
            cell.style,
            last_row=cell.area.last_row,
            last_column=cell.area.last_column,
        )


def _set_up(target: Sheet, plan: SheetPlan) -> None:
    """Set what concerns the sheet as a whole."""
    if plan.page:
        target.page(plan.page)
    if plan.protected:
        target.protect()
    if plan.frozen:
        target.freeze(*plan.frozen)
    if plan.tab:
        target.tab(plan.tab)
    if plan.visibility != "visible":
        target.visibility(plan.visibility)
    elif plan.selected:
        target.select(*plan.selected)
