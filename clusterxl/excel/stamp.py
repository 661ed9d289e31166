"""The identity a workbook carries, so that it is known again when it comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from urllib.parse import unquote

from clusterxl.excel.raw import RawBook

MARK = "clusterxl"
UNSIGNED = "unsigned"
PROPERTY = "clusterxl"
STAMP_NAME = "clusterxl_stamp"
STAMP_SHEET = "_stamp"
# What would end an entry, a formula's text or a line; written as %XX.
_ODD = re.compile(r"[;=\"'%\x00-\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Identity of a workbook.

    Attributes:
        kind: What the workbook is: `return`, `comparison`, …
        form: Id of the form.
        version: Version of its definition.
        base_year: Its base year; 0 for a form without years.
        unit: Code of the unit it was issued to; empty when it was issued to none.
        serial: Its serial number; empty for none.
        round: How often the unit was asked already: 0 for a blank workbook, 1 for the first
            correction.
        answers: Id of the return that a correction answers; empty for a blank workbook.
        signature: Proof of origin; `unsigned` so far.
    """

    kind: str
    form: str = ""
    version: str = ""
    base_year: int = 0
    unit: str = ""
    serial: str = ""
    round: int = 0
    answers: str = ""
    signature: str = UNSIGNED

    def text(self) -> str:
        """Return the stamp as the text that the carriers hold.

        >>> Stamp(kind="return", form="demo", version="1a", base_year=2022).text()
        'clusterxl;kind=return;form=demo;version=1a;base_year=2022;unit=;serial=;round=0;answers=;signature=unsigned'
        """
        parts = (f"{part.name}={_written(getattr(self, part.name))}" for part in fields(self))
        return ";".join((MARK, *parts))


def parse_stamp(text: str) -> Stamp | None:
    """Read a stamp; unknown entries, blanks and their order do not matter.

    Args:
        text: What a carrier holds.

    Returns:
        The stamp; None when the text is none.

    >>> parse_stamp('="clusterxl;kind=return;form=demo;new=1"').form
    'demo'
    >>> parse_stamp("something else") is None
    True
    """
    mark, *entries = text.strip().removeprefix("=").strip('"').split(";")
    if mark.strip() != MARK:
        return None
    found = {
        name.strip(): unquote(value.strip())
        for name, _, value in (entry.partition("=") for entry in entries)
    }
    if not found.get("kind"):
        return None
    texts = {part.name: found[part.name] for part in fields(Stamp) if part.name in found}
    year, rounds = (_number(texts.pop(name, "")) for name in ("base_year", "round"))
    return Stamp(**texts, base_year=year, round=rounds)


def carriers(book: RawBook) -> dict[str, str]:
    """Return what each of the three carriers holds, by `name`, `property`, `sheet`.

    A carrier that is gone or damaged, or holds something else than a stamp, is left out.
    """
    sheet = book.sheet(STAMP_SHEET)
    readable = sheet is not None and sheet.name not in book.damaged
    texts = {
        "name": book.names.get(STAMP_NAME, ""),
        "property": book.properties.get(PROPERTY, ""),
        "sheet": str(sheet.cell(1, 1).value or "") if sheet and readable else "",
    }
    return {carrier: text for carrier, text in texts.items() if parse_stamp(text)}


def stamps_of(book: RawBook) -> tuple[Stamp, ...]:
    """Return the stamps a workbook carries, the one most carriers agree on first."""
    found = [stamp for text in carriers(book).values() if (stamp := parse_stamp(text))]
    return tuple(sorted(dict.fromkeys(found), key=found.count, reverse=True))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _written(value: str | int) -> str:
    return _ODD.sub(lambda mark: f"%{ord(mark[0]):02X}", str(value))
