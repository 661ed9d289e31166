"""Inspects a return: the account of all its cells, and in words what is not as it was issued."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from clusterxl.excel.raw import RawBook, RawCell, RawSheet
from clusterxl.finding import Finding
from clusterxl.form.layout import lay_out
from clusterxl.form.model import Form
from clusterxl.integrity.account import SheetAccount, account_of, copy_account, helper_account
from clusterxl.integrity.changes import tell_changes
from clusterxl.integrity.compared import Compared
from clusterxl.integrity.copies import find_copies, tell_copies
from clusterxl.integrity.model import Account, Unclaimed
from clusterxl.integrity.orphans import orphans_of, tell_orphans
from clusterxl.integrity.personal import Veil
from clusterxl.integrity.template import (
    Place,
    SheetTemplate,
    helper_template,
    list_template,
    template_of,
)
from clusterxl.locate import Located
from clusterxl.locate.alignment import Alignment
from clusterxl.locate.labels import LabelMap, labels_of_sheet
from clusterxl.plan.hidden import CALCULATING
from clusterxl.replies import OWN_SHEETS, Listed, read_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What comparing a return with its plan gives.

    Attributes:
        account: What became of each cell that holds something.
        unclaimed: What nobody asked for, sheet by sheet.
        findings: What is not as it was issued, and what was not read.
        damaged: Names of hidden sheets that cannot be read; those that only calculate are not
            looked at, since nobody reads them.
    """

    account: Account
    unclaimed: tuple[Unclaimed, ...]
    findings: tuple[Finding, ...]
    damaged: tuple[str, ...]


def inspect_return(form: Form, book: RawBook, located: Located) -> Inspection:
    """Compare a return with the plan it was issued from.

    Args:
        form: The form it answers.
        book: The workbook that came back.
        located: Its input cells.

    Returns:
        The account, what is unclaimed, and findings.
    """
    copies = find_copies(form, book, located)
    inspector = _Inspector(form, book, located, copies)
    compared = tuple(inspector.compare(sheet) for sheet in book.sheets)
    veil = Veil(form, located, compared)
    unclaimed = orphans_of(compared, inspector.notes, veil)
    changes = tuple(tell_changes(form, book, located, compared, veil))
    told = frozenset(_told_with_text(form, (*located.findings, *changes)))
    return Inspection(
        account=Account.sum(one.account.account for one in compared),
        unclaimed=unclaimed,
        findings=(
            *tell_copies(form, book, located, copies),
            *changes,
            *tell_orphans(form, unclaimed, told),
        ),
        damaged=tuple(
            sheet.name
            for sheet in book.sheets
            if sheet.name not in CALCULATING and sheet.is_damaged
        ),
    )


def _told_with_text(form: Form, findings: Iterable[Finding]) -> Iterator[str]:
    """Give the cells whose text was told; that of personal answers never is."""
    for finding in findings:
        asked = form.by_key.get(finding.key)
        if asked and asked.field.personal:
            yield from finding.cells
        elif finding.value:
            # Of several cells only the first is told with its text.
            yield f"{finding.sheet}!{finding.cell}"


class _Inspector:
    """Compares the sheets of one return, one after the other."""

    def __init__(
        self, form: Form, book: RawBook, located: Located, copies: Mapping[str, str]
    ) -> None:
        self._copies = copies
        self._places = lay_out(form).places
        helpers = {name: helper_template(name) for name in OWN_SHEETS}
        self._sheets = {**template_of(form).sheets, **helpers}
        self._list = read_list(form, book)
        self._located = located
        self._issued = {now: name for name, now in located.sheets.items()}
        self._keeps_formulas = _keeps_formulas(book)
        self._keys: dict[str, dict[Place, str]] = {}
        for key, cell in located.cells.items():
            if cell.cell:
                self._keys.setdefault(cell.sheet, {})[cell.row, cell.column] = key

    @property
    def notes(self) -> frozenset[str]:
        """Texts of the notes that we have put at cells ourselves."""
        return self._list.notes if self._list else frozenset()

    def compare(self, sheet: RawSheet) -> Compared:
        """Compare one sheet that came back with the one that it was."""
        listed = self._list
        if listed and sheet.name == listed.sheet and sheet.name not in self._issued:
            return self._compare_list(sheet, listed)
        issued = self._sheets.get(self._issued.get(sheet.name, sheet.name))
        if issued and not issued.is_shown:
            return Compared(sheet=sheet, issued=issued, account=helper_account(sheet))
        if sheet.is_damaged:
            # Nobody can say what stands there; that it cannot be read is told with the file.
            return Compared(sheet=sheet, issued=issued, account=SheetAccount(account=Account()))
        cells = sheet.cells
        if original := self._copies.get(sheet.name):
            inputs = self._inputs_on(self._located.sheets[original])
            account = copy_account(cells, self._sheets[original], inputs)
            return Compared(sheet=sheet, copy_of=original, account=account)
        if issued is None:
            return Compared(sheet=sheet, account=account_of(cells, None, None, frozenset()))
        return self._compare_shown(sheet, issued, cells)

    def _inputs_on(self, sheet: str) -> dict[Place, RawCell]:
        found = (cell for cell in self._located.cells.values() if cell.sheet == sheet)
        return {(cell.row, cell.column): cell.raw for cell in found if cell.cell}

    def _compare_list(self, sheet: RawSheet, listed: Listed) -> Compared:
        """Compare the list of a correction with what the workbook remembers of it."""
        issued = list_template(listed)
        account = account_of(
            sheet.cells,
            issued,
            None,
            listed.inputs,
            keeps_formulas=self._keeps_formulas,
        )
        return Compared(sheet=sheet, issued=issued, account=account)

    def _compare_shown(
        self, sheet: RawSheet, issued: SheetTemplate, cells: Mapping[Place, RawCell]
    ) -> Compared:
        """Compare a sheet that people see: as if nothing had moved, and else as it has moved."""
        keys = self._keys.get(sheet.name, {})
        alignment = None
        account = self._account(cells, issued, alignment, keys)
        # Nearly always all are where they were issued, which needs no look at each.
        is_unmoved = keys.items() <= issued.keys.items()
        moves = () if is_unmoved and not account.differs else tuple(self._moves(issued.name, keys))
        if account.differs or any(before != now for before, now in moves):
            alignment = LabelMap(issued.labels, labels_of_sheet(sheet), moves).alignment
            account = self._account(cells, issued, alignment, keys)
        return Compared(sheet=sheet, issued=issued, alignment=alignment, keys=keys, account=account)

    def _account(
        self,
        cells: Mapping[Place, RawCell],
        issued: SheetTemplate,
        alignment: Alignment | None,
        keys: Mapping[Place, str],
    ) -> SheetAccount:
        consumed = frozenset(keys)
        return account_of(cells, issued, alignment, consumed, keeps_formulas=self._keeps_formulas)

    def _moves(self, name: str, keys: Mapping[Place, str]) -> Iterator[tuple[Place, Place]]:
        for now, key in keys.items():
            place = self._places[key]
            if place.sheet == name:
                yield (place.row, place.column), now


def _keeps_formulas(book: RawBook) -> bool:
    """Whether the file has formulas as they were issued.

    Some formats keep only what they gave last, .ods writes them in another language, .xlsb gives
    only that there is one.
    """
    shown = (sheet for sheet in book.sheets if sheet.visibility == "visible")
    return book.is_as_issued and any(
        cell.formula for sheet in shown for cell in sheet.cells.values()
    )
