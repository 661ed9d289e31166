"""The identity a workbook carries, so that it is known again when it comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from urllib.parse import unquote

from clusterxl.excel.raw import RawBook

MARK = "clusterxl"
UNSIGNED = "unsigned"
PROPERTY = "clusterxl"
STAMP_NAME = "clusterxl_stamp"
STAMP_SHEET = "_stamp"
# What would end an entry, a formula's text or a line, stands for the unit, or makes a writer of
# workbooks take the name's text for a range; written as %XX.
_ODD = re.compile(r"[;=\"'%~!\x00-\x1f]")
# A serial number that begins with the code of the unit says so by this mark: both may be long, and
# a carrier takes 255 characters.
_OF_UNIT = "~"
_NUMBERS = ("base_year", "round")
_MOST_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Identity of a workbook.

    Attributes:
        kind: What the workbook is: `return`, `comparison`, …
        form: Id of the form.
        version: Version of its definition.
        base_year: Its base year; 0 for a form without years.
        rules: Version of the rules it was issued with; empty for none.
        batch: Id of the batch it was issued in; empty outside of one.
        unit: Code of the unit it was issued to; empty when it was issued to none.
        serial: Its serial number, one a subject of a unit; empty for none.
        round: How often it was sent back: 0 for the first time.
        answers: Hash of the return that it answers; empty for the first time.
        more: Entries of newer versions, by name; they are kept as they came.
        signature: Proof of origin; `unsigned` outside of a batch.
    """

    kind: str
    form: str = ""
    version: str = ""
    base_year: int = 0
    rules: str = ""
    batch: str = ""
    unit: str = ""
    serial: str = ""
    round: int = 0
    answers: str = ""
    more: tuple[tuple[str, str], ...] = ()
    signature: str = UNSIGNED

    def text(self) -> str:
        """Return the stamp as the text that the carriers hold; what is empty is left out.

        >>> Stamp(kind="return", form="demo", version="1a", unit="4403", serial="4403-1").text()
        'clusterxl;kind=return;form=demo;version=1a;unit=4403;serial=~-1;signature=unsigned'
        """
        return ";".join((MARK, *(f"{_written(name)}={value}" for name, value in self._written())))

    def entries(self) -> Iterator[tuple[str, str]]:
        """Go through what it says, by name, the signature last; what is empty is left out."""
        for part in fields(self):
            value = getattr(self, part.name)
            if part.name == "more":
                yield from ((name, text) for name, text in self.more if text)
            elif value:
                yield part.name, str(value)

    def _written(self) -> Iterator[tuple[str, str]]:
        for name, value in self.entries():
            if name == "serial" and self.unit and value.startswith(self.unit):
                yield name, _OF_UNIT + _written(value.removeprefix(self.unit))
            else:
                yield name, _written(value)


_KNOWN = frozenset(part.name for part in fields(Stamp)) - {"more"}


def parse_stamp(text: str) -> Stamp | None:
    """Read a stamp; blanks and the order of entries do not matter, those unknown are kept.

    Args:
        text: What a carrier holds.

    Returns:
        The stamp; None when the text is none.

    >>> parse_stamp('="clusterxl;kind=return;form=demo;new=1"').more
    (('new', '1'),)
    >>> parse_stamp("something else") is None
    True
    """
    mark, *entries = text.strip().removeprefix("=").strip('"').split(";")
    if mark.strip() != MARK:
        return None
    found = dict(_entry(entry) for entry in entries if entry.strip())
    if not found.get("kind"):
        return None
    more = tuple((name, value) for name, value in found.items() if name not in _KNOWN)
    texts = {name: value for name, value in found.items() if name in _KNOWN}
    serial = texts.get("serial", "")
    if serial.startswith(_OF_UNIT):
        texts["serial"] = texts.get("unit", "") + serial.removeprefix(_OF_UNIT)
    texts = {name: unquote(value) for name, value in texts.items()}
    base_year, round_ = (_number(texts.pop(name, "")) for name in _NUMBERS)
    kept = tuple(sorted((name, unquote(value)) for name, value in more if value))
    return Stamp(**texts, base_year=base_year, round=round_, more=kept)


def carriers(book: RawBook) -> dict[str, str]:
    """Return what each of the three carriers holds, by `name`, `property`, `sheet`.

    A carrier that is gone or damaged, or holds something else than a stamp, is left out.
    """
    sheet = book.sheet(STAMP_SHEET)
    readable = sheet is not None and not sheet.is_damaged
    texts = {
        "name": book.names.get(STAMP_NAME, ""),
        "property": book.properties.get(PROPERTY, ""),
        "sheet": str(sheet.cell(1, 1).value or "") if sheet and readable else "",
    }
    return {carrier: text for carrier, text in texts.items() if parse_stamp(text)}


def stamps_in(held: Mapping[str, str]) -> tuple[Stamp, ...]:
    """Return the stamps that carriers hold, the one most of them agree on first."""
    found = [stamp for text in held.values() if (stamp := parse_stamp(text))]
    return tuple(sorted(dict.fromkeys(found), key=found.count, reverse=True))


def stamps_of(book: RawBook) -> tuple[Stamp, ...]:
    """Return the stamps a workbook carries, the one most carriers agree on first."""
    return stamps_in(carriers(book))


def _entry(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return unquote(name.strip()), value.strip()


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else 0


def _written(value: str) -> str:
    return _ODD.sub(lambda mark: f"%{ord(mark[0]):02X}", value)
