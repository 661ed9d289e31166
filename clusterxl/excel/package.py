"""Our reader: the parts of a package that passed the gate as a raw workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from xml.parsers.expat import ExpatError

from clusterxl.excel.columns import Columns, scan
from clusterxl.excel.features import read_comments, read_features
from clusterxl.excel.gate import Package, open_gate
from clusterxl.excel.lazy_cells import LazyCells
from clusterxl.excel.raw import RawBook, RawFeatures, RawSheet
from clusterxl.excel.sniff import unreadable
from clusterxl.excel.strings import SharedStrings, read_strings
from clusterxl.excel.structure import SheetPart, relations_of, relations_part
from clusterxl.excel.styles import read_styles
from clusterxl.excel.values import Values
from clusterxl.excel.walk import walk
from clusterxl.excel.xml import is_well_formed, parse

_CELL_END = b"</c>"


def read_package(data: bytes, file: str) -> RawBook:
    """Read a workbook.

    Args:
        data: The bytes of an .xlsx file.
        file: Its name, for the sentence when it cannot be read.

    Returns:
        Its cells, names and properties; hidden sheets are read when they are asked for.

    Raises:
        UnreadableWorkbookError: The gate refuses it, or it is damaged.
    """
    return raw_book(open_gate(data, file))


def raw_book(package: Package) -> RawBook:
    """Read a workbook that passed the gate.

    Args:
        package: Its parts.

    Returns:
        Its cells, names and properties; hidden sheets are read when they are asked for.

    Raises:
        UnreadableWorkbookError: It is damaged.
    """
    structure = package.structure
    try:
        strings = _strings(package)
        styles = read_styles(package.xml(structure.styles) or b"<styleSheet/>")
        properties = read_properties(package.xml(structure.custom) or b"<Properties/>")
    except (ExpatError, ValueError) as error:
        raise unreadable("damaged", file=package.file) from error
    values = Values(strings, counts_from_1904=structure.counts_from_1904)
    sheets = []
    for listed in structure.sheets:
        cells = LazyCells(_loader(package, listed), values, styles.formats, package.file)
        if listed.visibility == "visible":
            cells.columns()
        sheets.append(
            RawSheet(
                name=listed.name,
                visibility=listed.visibility,
                cells=cells,
                later=_features(package, listed, cells, styles.unlocked),
                count=_counter(package, listed, cells),
                check=_checker(package, listed),
            )
        )
    return RawBook(
        sheets=tuple(sheets),
        names=structure.names,
        properties=properties,
        local_names=structure.local_names,
        locked=structure.locked,
        formats=len(styles.formats),
    )


def _strings(package: Package) -> SharedStrings:
    part = package.structure.strings
    if not part:
        return SharedStrings(())
    data = package.xml(part)
    if data is None:
        raise unreadable("damaged", file=package.file)
    return read_strings(data)


def _loader(package: Package, listed: SheetPart) -> Callable[[], Columns]:
    def load() -> Columns:
        data = package.xml(listed.part) or b""
        try:
            return scan(data) or walk(data, package.file)
        except ExpatError as error:
            raise unreadable("damaged", file=package.file) from error

    return load


def _counter(package: Package, listed: SheetPart, cells: LazyCells) -> Callable[[], int]:
    def count() -> int:
        name = listed.part.lower()
        # A part that calls itself something else was not screened with the others.
        is_plain = name.endswith(".xml") and name not in package.with_sections
        ends = (package.xml(name) or b"").count(_CELL_END) if is_plain else 0
        # Plainly written, a cell that holds nothing has no end tag of its own.
        return ends or len(cells)

    return count


def _checker(package: Package, listed: SheetPart) -> Callable[[], bool]:
    @cache
    def is_damaged() -> bool:
        # Visible sheets were read by now.
        is_hidden = listed.visibility != "visible"
        return is_hidden and not is_well_formed(package.xml(listed.part) or b"")

    return is_damaged


def _features(
    package: Package,
    listed: SheetPart,
    cells: LazyCells,
    unlocked: frozenset[str],
) -> Callable[[], RawFeatures]:
    @cache
    def read() -> RawFeatures:
        columns = cells.columns()
        try:
            found = read_features(columns.around, columns.hidden_rows, _comments(package, listed))
            return replace(found, locked=_locked(columns, unlocked))
        except ExpatError as error:
            raise unreadable("damaged", file=package.file) from error

    return read


def _locked(columns: Columns, unlocked: frozenset[str]) -> frozenset[str]:
    styled = zip(columns.addresses, columns.styles, strict=True)
    return frozenset(place for place, style in styled if (style or "0") not in unlocked)


def _comments(package: Package, listed: SheetPart) -> dict[str, str]:
    relations = package.xml(relations_part(listed.part))
    if relations is None:
        return {}
    found = relations_of(relations, listed.part).values()
    parts = [relation.target for relation in found if relation.kind == "comments"]
    data = package.xml(parts[0]) if parts else None
    return read_comments(data) if data is not None else {}


def read_properties(data: bytes) -> dict[str, str]:
    """Return the custom properties; a part that is no XML has none, and is no reason to refuse."""
    properties: dict[str, str] = {}
    value = ""
    try:
        for element in parse(data):
            if element.name == "property":
                properties[element.attributes.get("name", "")] = value
                value = ""
            else:
                value = element.text
    except ExpatError:
        return {}
    return properties
