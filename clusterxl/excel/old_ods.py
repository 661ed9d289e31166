"""Reads .ods: cells, names and properties from the XML of a package that passed the gate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers.expat import ExpatError

from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.directory import check_table, inflate
from clusterxl.excel.ods_cells import OdsName, OdsReader
from clusterxl.excel.raw import RawBook
from clusterxl.excel.screen import count_elements, screen
from clusterxl.excel.sniff import unreadable
from clusterxl.excel.xml import parse

_CONTENT, _META, _MANIFEST = "content.xml", "meta.xml", "META-INF/manifest.xml"
_EXPRESSION = re.compile(r"^(?:of|oooc|msoxl):=?")
_SHEET = r"\$?(?:'(?P<quoted{0}>(?:[^']|'')+)'|(?P<plain{0}>[^.'$:]+))?"
_RANGE = re.compile(
    _SHEET.format(1)
    + r"\.(?P<first>\$?[A-Z]{1,3}\$?[0-9]{1,7})"
    + r"(?::"
    + _SHEET.format(2)
    + r"\.(?P<last>\$?[A-Z]{1,3}\$?[0-9]{1,7}))?"
)


def read_ods(data: bytes, file: str) -> RawBook:
    """Read a workbook.

    The gate bounds this as it bounds .xlsx: the same sizes, checksums, elements, no DTD.

    Args:
        data: The bytes of an .ods file.
        file: Its name, for the sentence when it is refused.

    Returns:
        Its cells, names and properties.

    Raises:
        UnreadableWorkbookError: It has a password, is damaged, or larger than any form.
    """
    check_table(data, file)
    parts = inflate(data, file)
    if b"encryption-data" in parts.get(_MANIFEST, b""):
        raise unreadable("encrypted", file=file)
    if _CONTENT not in parts:
        raise unreadable("damaged", file=file)
    content, meta = (screen(parts.get(name, b""), file) for name in (_CONTENT, _META))
    if count_elements(content) + count_elements(meta) > BOUNDS.elements:
        raise unreadable("many_elements", file=file)
    try:
        reader = OdsReader(file)
        reader.read(content)
        names = dict(_names(reader.names))
        properties = dict(_properties(meta)) if meta else {}
    except ExpatError as error:
        raise unreadable("damaged", file=file) from error
    if not reader.sheets:
        raise unreadable("no_sheets", file=file)
    return RawBook(
        sheets=tuple(reader.sheets),
        names=names,
        properties=properties,
        locked=reader.locked,
        origin="ods",
    )


def _names(names: list[OdsName]) -> Iterator[tuple[str, str]]:
    """Give the names, their ranges written as in .xlsx."""
    for name in names:
        found = _RANGE.fullmatch(name.range)
        yield name.name, _excel_range(found) if found else name.range or _formula(name.formula)


def _excel_range(found: re.Match[str]) -> str:
    sheet = found["quoted1"] or (found["plain1"] or "").replace("'", "''")
    last = f":{found['last']}" if found["last"] else ""
    return f"'{sheet}'!{found['first']}{last}"


def _formula(text: str) -> str:
    return _EXPRESSION.sub("", text)


def _properties(meta: bytes) -> Iterator[tuple[str, str]]:
    for element in parse(meta):
        if element.name == "user-defined":
            yield element.attributes.get("name", ""), element.text
