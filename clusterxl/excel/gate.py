"""The gate: what every workbook passes before any parser, or is refused with one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from xml.parsers.expat import ExpatError

from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.directory import check_table, inflate
from clusterxl.excel.geometry import is_plain
from clusterxl.excel.screen import SHORTEST, count_elements, screen, screened
from clusterxl.excel.sniff import check_is_workbook, unreadable
from clusterxl.excel.structure import Structure, read_structure
from clusterxl.excel.walk import walk

_XML = (".xml", ".rels", ".vml")
_FORMAT = re.compile(rb"<(?:[\w.-]+:)?xf[\s/>]")
_STRING = re.compile(rb"<(?:[\w.-]+:)?si[\s/>]")
_CLAIMS = re.compile(rb"<(?:[\w.-]+:)?sst\s([^>]*)>")
_COUNT = re.compile(rb"[cC]ount\s*=\s*[\"']\s*([0-9]{1,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A workbook that passed the gate.

    Attributes:
        file: Name of the workbook.
        parts: Content of each part, by its name in small letters; XML in UTF-8.
        structure: What it is made of.
        with_sections: Names of its XML parts that hold comments or the like, so that not every
            tag in them is one.
    """

    file: str
    parts: Mapping[str, bytes]
    structure: Structure
    with_sections: frozenset[str]

    def xml(self, name: str) -> bytes | None:
        """Return an XML part, whatever the capitals of its name; None when there is none.

        Raises:
            UnreadableWorkbookError: A part that calls itself something else is no XML.
        """
        return _find(self.parts, name, self.file)


def open_gate(data: bytes, file: str) -> Package:
    """Let a workbook through, in bounded time and memory, whatever it holds.

    Args:
        data: The bytes of an .xlsx file.
        file: Its name, for the sentence when it is refused.

    Returns:
        Its parts, each inflated once.

    Raises:
        UnreadableWorkbookError: It is no workbook, damaged, or not what programs write.
    """
    if len(data) <= BOUNDS.file_bytes:
        check_table(data, file)
    check_is_workbook(data, file)
    parts = {name.lower(): content for name, content in inflate(data, file).items()}
    with_sections = set()
    for name, content in parts.items():
        if name.endswith(_XML):
            parts[name], has_sections = screened(content, file)
            if has_sections:
                with_sections.add(name)
    _check_elements([content for name, content in parts.items() if name.endswith(_XML)], file)
    try:
        structure = read_structure(lambda name: _find(parts, name, file), file)
        package = Package(
            file=file,
            parts=MappingProxyType(parts),
            structure=structure,
            with_sections=frozenset(with_sections),
        )
        _check_tables(package)
        _check_sheets(package)
    except ExpatError as error:
        raise unreadable("damaged", file=file) from error
    return package


def _find(parts: Mapping[str, bytes], name: str, file: str) -> bytes | None:
    name = name.lower()
    content = parts.get(name)
    if content is None or name.endswith(_XML):
        return content
    content = screen(content, file)
    _check_elements([content], file)
    return content


def _check_elements(contents: Sequence[bytes], file: str) -> None:
    """Refuse more elements than parsers take; where there cannot be as many, none is counted."""
    could_be = sum(map(len, contents)) // SHORTEST
    if could_be > BOUNDS.elements and sum(map(count_elements, contents)) > BOUNDS.elements:
        raise unreadable("many_elements", file=file)


def _check_tables(package: Package) -> None:
    """Refuse too many cell formats or shared strings, also those only claimed."""
    formats = package.xml(package.structure.styles) or b""
    strings = package.xml(package.structure.strings) or b""
    if len(formats) // SHORTEST > BOUNDS.formats and len(_FORMAT.findall(formats)) > BOUNDS.formats:
        raise unreadable("many_formats", file=package.file)
    claims = _CLAIMS.search(strings[: BOUNDS.tag_bytes])
    claimed = max(map(int, _COUNT.findall(claims[1] if claims else b"")), default=0)
    could_be = strings.count(b"<") > BOUNDS.strings
    if claimed > BOUNDS.elements or (could_be and len(_STRING.findall(strings)) > BOUNDS.strings):
        raise unreadable("many_strings", file=package.file)


def _check_sheets(package: Package) -> None:
    contents = [package.xml(sheet.part) or b"" for sheet in package.structure.sheets]
    # A cell that holds something has an end tag of its own, or is unusual and walked below.
    could_be = sum(content.count(b"<") for content in contents) // 2
    if could_be > BOUNDS.cells and sum(map(_count_ends, contents)) > BOUNDS.cells:
        raise unreadable("many_cells", file=package.file)
    for sheet in package.structure.sheets:
        part = package.xml(sheet.part) or b""
        if not is_plain(part, package.file):
            walk(part, package.file)


def _count_ends(content: bytes) -> int:
    return content.count(b"</c>") + content.count(b":c>")
