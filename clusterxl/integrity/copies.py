"""Copies of sheets: which sheets are copies of one of the form, and whether they say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clusterxl.excel.raw import RawBook
from clusterxl.finding import Finding, Severity
from clusterxl.form.model import Form
from clusterxl.integrity.template import template_of
from clusterxl.locate import FoundCell, Located
from clusterxl.locate.labels import labels_of_sheet
from clusterxl.sentences import say

# A sheet with nearly all printed texts of another is a copy of it.
_COPY = 0.8


def find_copies(form: Form, book: RawBook, located: Located) -> Mapping[str, str]:
    """Return the sheets that are copies of a sheet of the form, each with the name of that sheet.

    A copy is known whether or not the sheet itself is still there; what came back as a sheet of
    the form is none.
    """
    issued = template_of(form).sheets
    known = {*located.sheets.values(), *issued}
    copies = {}
    for sheet in book.sheets:
        is_known = sheet.name in known or sheet.visibility == "very_hidden"
        if not is_known and not sheet.is_damaged:
            texts = labels_of_sheet(sheet)
            shares = {name: issued[name].labels.share_in(texts) for name in located.sheets}
            likest = max(shares, key=lambda name: shares[name], default="")
            if likest and shares[likest] >= _COPY:
                copies[sheet.name] = likest
    return copies


def tell_copies(
    form: Form, book: RawBook, located: Located, copies: Mapping[str, str]
) -> Iterator[Finding]:
    """Tell of copies of sheets; where they say something else, nobody knows which one counts."""
    for copy, original in copies.items():
        name = located.sheets[original]
        there = [cell for cell in located.cells.values() if cell.sheet == name]
        differ = [cell for cell in there if _says_else(book, copy, cell)]
        first = (differ or there)[0] if there else None
        label = form.by_key[first.key].label if first else ""
        sentence = say(
            "integrity.copy_differs" if differ else "integrity.copy",
            lang=form.language,
            sheet=name,
            copy=copy,
            count=len(differ),
            label=label,
        )
        yield Finding(
            code="READ-COPY",
            severity=Severity.ERROR if differ else Severity.WARNING,
            message=sentence,
            sheet=copy,
            cells=tuple(f"{sheet}!{cell.cell}" for cell in differ for sheet in (name, copy)),
            key=differ[0].key if differ else "",
            label=label if differ else "",
        )


def _says_else(book: RawBook, copy: str, cell: FoundCell) -> bool:
    sheet = book.sheet(copy)
    other = sheet.cell(cell.row, cell.column).value if sheet else None
    return other not in (None, "", cell.raw.value)
