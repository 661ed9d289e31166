"""What is not as it was issued, told by meaning: sheets, labels, formulas, locks, limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from clusterxl.excel.cells import address
from clusterxl.excel.raw import LOST_REFERENCE, NO_FEATURES, RawBook, parse_reference
from clusterxl.finding import Finding, Severity
from clusterxl.form.layout import lay_out
from clusterxl.form.model import Form
from clusterxl.integrity.compared import Compared
from clusterxl.integrity.limits import changed_limits
from clusterxl.integrity.personal import Veil
from clusterxl.integrity.template import Place, SheetTemplate, template_of
from clusterxl.locate import Located
from clusterxl.locate.alignment import Line
from clusterxl.numbers import raw_text
from clusterxl.plan.hidden import VIEWS
from clusterxl.ruleset.messages import MASK
from clusterxl.sentences import one_line, say

INFO, WARNING, ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR
_SHOWN_CHARS = 30
# Protection is mostly taken off all sheets at once; to name a few is enough.
_MOST_BARE = 3


def tell_changes(
    form: Form, book: RawBook, located: Located, compared: Sequence[Compared], veil: Veil
) -> Iterator[Finding]:
    """Tell what is not as it was issued.

    Args:
        form: The form.
        book: The workbook that came back.
        located: Its input cells.
        compared: Its sheets beside those that were issued.
        veil: Knows what may be personal.

    Returns:
        The findings, one a kind of change and sheet; nothing of what programs change by
        themselves when they save a workbook.
    """
    teller = _Teller(form, located, veil)
    yield from teller.sheets(compared)
    yield from teller.protection(compared)
    yield from teller.names(book)
    for one in compared:
        if one.issued is not None and one.issued.is_shown and one.is_alike:
            for tell in (
                teller.labels,
                teller.formulas,
                teller.lines,
                teller.moved,
                teller.hidden,
                teller.locked,
                teller.limits,
                teller.merged,
            ):
                yield from tell(one, one.issued)


class _Teller:
    """Puts changes into words."""

    def __init__(self, form: Form, located: Located, veil: Veil) -> None:
        self._form = form
        self._veil = veil
        self._located = located
        self._template = template_of(form)
        self._layout = lay_out(form)

    def _finding(
        self,
        kind: str,
        name: str,
        severity: Severity,
        sheet: str,
        cells: Sequence[str] = (),
        **figures: object,
    ) -> Finding:
        figures = {"sheet": sheet, "cell": cells[0] if cells else "", "count": len(cells)} | figures
        return Finding(
            code=f"INT-{kind}",
            severity=severity,
            message=say(f"integrity.{name}", lang=self._form.language, **figures),
            sheet=sheet,
            cell=cells[0] if cells else "",
            cells=tuple(f"{sheet}!{cell}" for cell in cells),
        )

    # ---- the workbook

    def sheets(self, compared: Sequence[Compared]) -> Iterator[Finding]:
        """Tell which sheets are gone, renamed, hidden, or new."""
        yield from self._sheets_gone({one.issued.name for one in compared if one.issued})
        for one in compared:
            now = one.sheet.name
            if one.issued is None:
                if not one.copy_of and not one.account.account.cells:
                    yield self._finding("SHEET", "sheet_added", INFO, now)
                continue
            before = one.issued.name
            if not one.is_alike:
                yield self._finding("SHEET", "sheet_unlike", WARNING, now, before=before)
            elif before != now:
                yield self._finding("SHEET", "sheet_renamed", INFO, now, before=before)
            if one.issued.is_shown and one.sheet.visibility != "visible":
                yield self._finding("HIDDEN", "sheet_hidden", WARNING, now)

    def _sheets_gone(self, there: set[str]) -> Iterator[Finding]:
        places = self._layout.places
        with_inputs = {place.sheet for place in places.values()}
        found = {places[key].sheet for key, cell in self._located.cells.items() if cell.cell}
        gone = [sheet for name, sheet in self._template.sheets.items() if name not in there]
        for name, severity, group in (
            ("sheets_gone", ERROR, [s.name for s in gone if s.name in with_inputs - found]),
            ("plain_sheets_gone", INFO, [s.name for s in gone if _is_plain(s, with_inputs)]),
            ("helpers_gone", INFO, [s.name for s in gone if not s.is_shown]),
        ):
            if group:
                yield self._of_sheets("SHEET", name, severity, group)

    def protection(self, compared: Sequence[Compared]) -> Iterator[Finding]:
        """Tell of which sheets the protection was taken off; together, as it is done."""
        bare = [
            one.sheet.name
            for one in compared
            if one.is_form_sheet
            and one.sheet.features is not NO_FEATURES
            and not one.sheet.features.protected
        ]
        if bare:
            yield self._of_sheets("LOCK", "unprotected", INFO, bare, most=_MOST_BARE)

    def _of_sheets(
        self,
        kind: str,
        name: str,
        severity: Severity,
        sheets: Sequence[str],
        *,
        most: int | None = None,
    ) -> Finding:
        """Tell of several sheets together, and name all or the first few of them."""
        lang = self._form.language
        listed = say("integrity.between", lang=lang).join(sheets[:most])
        if len(sheets) > len(sheets[:most]):
            listed = say("integrity.and_others", lang=lang, sheets=listed)
        place = sheets[0] if len(sheets) == 1 else ""
        return self._finding(kind, name, severity, place, sheets=listed, count=len(sheets))

    def names(self, book: RawBook) -> Iterator[Finding]:
        """Tell how many names are gone that live checks need; those of inputs are told apart."""
        there = {name.casefold() for name, text in book.names.items() if LOST_REFERENCE not in text}
        gone = self._template.names - there
        if book.sheet(VIEWS) and there and gone:
            yield self._finding("NAME", "names_gone", INFO, "", count=len(gone))

    # ---- one sheet

    def labels(self, one: Compared, issued: SheetTemplate) -> Iterator[Finding]:
        """Tell which printed texts were changed or deleted."""
        account = one.account
        changes = [
            (now, issued.shown[before], raw_text(account.unclaimed[now]))
            for now, before in sorted(account.relabelled.items())
        ]
        now_at = one.alignment.now if one.alignment else lambda row, column: (row, column)
        changes += [(now_at(*at) or at, issued.shown[at], "") for at in account.removed]
        if changes:
            place, before_text, after = changes[0]
            if after and self._veil.hides(one.sheet.name, place, after):
                after = MASK
            told = self._finding(
                "LABEL",
                "labels" if after else "labels_gone",
                WARNING,
                one.sheet.name,
                [address(*now) for now, _, _ in changes],
                before=one_line(before_text, _SHOWN_CHARS),
                after=one_line(after, _SHOWN_CHARS),
            )
            yield replace(told, value=after)

    def formulas(self, one: Compared, _: SheetTemplate) -> Iterator[Finding]:
        """Tell how many live checks are gone."""
        if one.account.unlive:
            cells = [address(*place) for place in one.account.unlive]
            yield self._finding("FORMULA", "formulas", INFO, one.sheet.name, cells)

    def lines(self, one: Compared, _: SheetTemplate) -> Iterator[Finding]:
        """Tell how many rows and columns were inserted or deleted."""
        if one.alignment is None:
            return
        rows, columns = one.alignment.rows, one.alignment.columns
        for name, count in (
            ("rows_inserted", _inserted(rows)),
            ("rows_deleted", _deleted(rows)),
            ("columns_inserted", _inserted(columns)),
            ("columns_deleted", _deleted(columns)),
        ):
            if count:
                yield self._finding("ROWS", name, INFO, one.sheet.name, count=count)

    def moved(self, one: Compared, issued: SheetTemplate) -> Iterator[Finding]:
        """Tell which input cells were dragged away, or have lost the labels they stood beside."""
        name = issued.name
        found, astray = [], []
        for now, key in one.keys.items():
            place = self._layout.places[key]
            at = (place.row, place.column)
            expected = one.alignment.now(*at) if one.alignment else at
            is_elsewhere = place.sheet != name or (expected is not None and expected != now)
            if now in one.astray:
                astray.append((now, key))
            elif is_elsewhere:
                found.append((now, key))
        if found:
            yield self._of_inputs("MOVED", "moved", WARNING, one, found)
        if astray:
            # Whoever typed beside the label answered another question than the cell's name says.
            yield self._of_inputs("MOVED", "astray", ERROR, one, astray)

    def hidden(self, one: Compared, _: SheetTemplate) -> Iterator[Finding]:
        """Tell of input cells in hidden rows and columns."""
        features = one.sheet.features
        rows = set(features.hidden_rows)
        columns = features.hidden_columns
        if not rows and not columns:
            return
        found = [
            (now, key)
            for now, key in one.keys.items()
            if now[0] in rows or any(first <= now[1] <= last for first, last in columns)
        ]
        if found:
            yield self._of_inputs("HIDDEN", "hidden", WARNING, one, found)

    def locked(self, one: Compared, _: SheetTemplate) -> Iterator[Finding]:
        """Tell of input cells that were locked; those that were issued so are left out."""
        locked = one.sheet.features.locked
        prefilled = self._form.levels
        found = [
            (now, key)
            for now, key in one.keys.items()
            if self._located.cells[key].cell in locked and key not in prefilled
        ]
        if found:
            yield self._of_inputs("LOCK", "locked", INFO, one, found)

    def limits(self, one: Compared, issued: SheetTemplate) -> Iterator[Finding]:
        """Tell of input cells that no longer have the limits they were issued with."""
        found = changed_limits(one, issued, self._form.levels)
        if found:
            yield self._of_inputs("LIMIT", "limits", INFO, one, found)

    def merged(self, one: Compared, issued: SheetTemplate) -> Iterator[Finding]:
        """Tell of input cells merged otherwise than issued, and of those now beneath others."""
        features = one.sheet.features
        if features is NO_FEATURES:
            return
        starts = {reference.partition(":")[0] for reference in features.merged}
        found = [
            (now, key)
            for now, key in one.keys.items()
            if key in issued.merged and self._located.cells[key].cell not in starts
        ]
        issued_areas = issued.merges if one.alignment is None else frozenset()
        areas = [
            area
            for reference in features.merged
            if reference not in issued_areas and (area := parse_reference(f"x!{reference}"))
        ]
        if found:
            yield self._of_inputs("MERGE", "merged", INFO, one, found)
        covered = [
            (now, key)
            for now, key in one.keys.items()
            if self._located.cells[key].cell not in starts
            and any(area.covers(*now) for area in areas)
        ]
        if covered:
            yield self._of_inputs("MERGE", "covered", WARNING, one, covered)

    def _of_inputs(
        self,
        kind: str,
        name: str,
        severity: Severity,
        one: Compared,
        found: Sequence[tuple[Place, str]],
    ) -> Finding:
        """Tell of input cells, by the label of the first."""
        cells = [address(*now) for now, _ in found]
        label = self._form.by_key[found[0][1]].label
        return self._finding(kind, name, severity, one.sheet.name, cells, label=label)


def _is_plain(sheet: SheetTemplate, with_inputs: set[str]) -> bool:
    return sheet.is_shown and sheet.name not in with_inputs


def _inserted(line: Line) -> int:
    return sum(max(gap, 0) for gap in _gaps(line))


def _deleted(line: Line) -> int:
    return sum(max(-gap, 0) for gap in _gaps(line))


def _gaps(line: Line) -> Iterator[int]:
    """Give by how much more each stretch between two anchors has grown; less than 0: shrunk."""
    known = sorted(line.anchors.items())
    shifts = [0, *(now - before for before, now in known)]
    return (after - before for before, after in pairwise(shifts))
