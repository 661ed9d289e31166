"""What a package is made of: its workbook, its sheets and their parts, its names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.raw import Visibility
from clusterxl.excel.sniff import unreadable
from clusterxl.excel.xml import Element, is_true, parse

_CONTENT_TYPES = "[Content_Types].xml"
_ROOT_RELATIONS = "_rels/.rels"
_CUSTOM = "docProps/custom.xml"
_WORKBOOK_TYPES = ("sheet.main+xml", "template.main+xml", "macroEnabled.main+xml")
_STATES: Mapping[str, Visibility] = {"hidden": "hidden", "veryHidden": "very_hidden"}
# Names that Excel gives by itself, and whole workbooks share by mistake.
_TELLING = ("sheet", "definedName", "workbookPr", "workbookProtection")
_RESERVED = ("_xlnm.Print_Titles", "_xlnm.Print_Area", "_xlnm._FilterDatabase")

Find = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Where a relation leads.

    Attributes:
        kind: Last word of its type (`worksheet`).
        target: Name of the part; an address when it is external.
        external: It leads out of the package.
    """

    kind: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """One sheet as the workbook lists it: its name, whether it is shown, its part."""

    name: str
    visibility: Visibility
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What a package is made of.

    Attributes:
        sheets: Sheets with cells, in order.
        names: Formula text of each name that holds for the whole workbook.
        local_names: The same of names that hold for one sheet only, by sheet.
        counts_from_1904: Days are counted from 1904.
        locked: Sheets cannot be added, renamed or removed.
        strings: Part of the shared strings; empty when there are none.
        styles: Part of the cell formats; empty when there are none.
        custom: Part of the custom properties; empty when there are none.
    """

    sheets: tuple[SheetPart, ...]
    names: Mapping[str, str]
    local_names: Mapping[str, Mapping[str, str]]
    counts_from_1904: bool
    locked: bool
    strings: str
    styles: str
    custom: str


def relations_part(part: str) -> str:
    """Return the name of the part that holds the relations of a part.

    >>> relations_part("xl/workbook.xml")
    'xl/_rels/workbook.xml.rels'
    """
    folder, _, name = part.rpartition("/")
    return join(folder, "_rels", f"{name}.rels")


def relations_of(data: bytes, part: str) -> dict[str, Relation]:
    """Read the relations of a part, by id.

    Args:
        data: The part that holds them.
        part: The part whose relations they are; targets are relative to it.

    Returns:
        The relations.

    Raises:
        ExpatError: The part is no XML.
    """
    relations = {}
    for number, element in enumerate(parse(data)):
        given = element.attributes
        if element.name != "Relationship":
            continue
        external = given.get("TargetMode") == "External"
        target = given.get("Target", "")
        # Without an id nothing can refer to it, but its kind still says what it leads to.
        relations[given.get("Id", f" {number}")] = Relation(
            kind=given.get("Type", "").rpartition("/")[2],
            target=target if external else _resolved(target, part),
            external=external,
        )
    return relations


def read_structure(find: Find, file: str) -> Structure:
    """Read what a package is made of.

    Args:
        find: Gives a part by its name; None when there is none.
        file: Name of the workbook, for the sentence when it is refused.

    Returns:
        Its structure; each sheet has a part of its own.

    Raises:
        ExpatError: A part is no XML.
        UnreadableWorkbookError: No workbook or several, a sheet without a part, too much of
            anything.
    """
    roots = relations_of(_needed(find, _ROOT_RELATIONS, file), "").values()
    workbooks = {relation.target for relation in roots if relation.kind == "officeDocument"}
    types = _types(find, file)
    typed = {part for part, kind in types.items() if kind.endswith(_WORKBOOK_TYPES)}
    if len(workbooks) != 1 or not typed <= workbooks:
        raise unreadable("damaged", file=file)
    (workbook,) = workbooks
    elements = _elements(_needed(find, workbook, file), file)
    relations = relations_of(_needed(find, relations_part(workbook), file), workbook)
    customs = [relation.target for relation in roots if relation.kind == "custom-properties"]
    properties = [element.attributes for element in elements if element.name == "workbookPr"]
    protections = [e.attributes for e in elements if e.name == "workbookProtection"]
    return Structure(
        sheets=_sheets(elements, relations, find, file),
        names=_names(elements),
        local_names=_local_names(elements),
        counts_from_1904=any(is_true(given.get("date1904")) for given in properties),
        locked=any(is_true(given.get("lockStructure")) for given in protections),
        strings=_only("sharedStrings", relations, types, file),
        styles=_only("styles", relations, types, file),
        custom=(customs or [_CUSTOM])[0],
    )


def _resolved(target: str, part: str) -> str:
    if target.startswith("/"):
        return normpath(target).lstrip("/")
    return normpath(join(dirname(part), target.replace("\\", "/")))


def _needed(find: Find, part: str, file: str) -> bytes:
    data = find(part)
    if data is None:
        raise unreadable("damaged", file=file)
    return data


def _types(find: Find, file: str) -> dict[str, str]:
    """Return the content type of each part that has one of its own."""
    return {
        element.attributes.get("PartName", "").lstrip("/"): element.attributes.get(
            "ContentType", ""
        )
        for element in parse(_needed(find, _CONTENT_TYPES, file))
        if element.name == "Override"
    }


def _only(kind: str, relations: Mapping[str, Relation], types: Mapping[str, str], file: str) -> str:
    """Return the one part of a kind, by its relation, else by its type; empty when there is none.

    Numbers mean something else without their formats: a part that is there must not be overlooked.
    """
    parts = {relation.target for relation in relations.values() if relation.kind == kind}
    parts = parts or {part for part, given in types.items() if given.endswith(f".{kind}+xml")}
    if len(parts) > 1:
        raise unreadable("damaged", file=file)
    return parts.pop() if parts else ""


def _sheets(
    elements: list[Element], relations: Mapping[str, Relation], find: Find, file: str
) -> tuple[SheetPart, ...]:
    listed = [element.attributes for element in elements if element.name == "sheet"]
    sheets = []
    for given in listed:
        relation = relations.get(given.get("id", ""))
        if relation is None or relation.external or find(relation.target) is None:
            raise unreadable("damaged", file=file)
        if relation.kind == "worksheet":
            state = _STATES.get(given.get("state", ""), "visible")
            name = given.get("name", "")
            sheets.append(SheetPart(name=name, visibility=state, part=relation.target))
    _check_sheets(sheets, file)
    return tuple(sheets)


def _check_sheets(sheets: list[SheetPart], file: str) -> None:
    """Refuse a workbook of which nobody could say which sheet is meant."""
    if not sheets:
        raise unreadable("no_sheets", file=file)
    names = {sheet.name.casefold() for sheet in sheets}
    parts = {sheet.part.casefold() for sheet in sheets}
    if len(names) < len(sheets) or len(parts) < len(sheets):
        raise unreadable("damaged", file=file)


def _elements(data: bytes, file: str) -> list[Element]:
    """Return what the workbook part says, with no more sheets and names than allowed."""
    met: Counter[str] = Counter()
    elements = []
    for element in parse(data):
        if element.name in _TELLING:
            met[element.name] += 1
            elements.append(element)
        if met["sheet"] > BOUNDS.sheets:
            raise unreadable("many_sheets", file=file)
        if met["definedName"] > BOUNDS.names:
            raise unreadable("many_names", file=file)
    return elements


def _names(elements: list[Element]) -> dict[str, str]:
    return {
        element.attributes.get("name", ""): element.text
        for element in elements
        if element.name == "definedName"
        and "localSheetId" not in element.attributes
        and element.attributes.get("name") not in _RESERVED
    }


def _local_names(elements: list[Element]) -> dict[str, dict[str, str]]:
    """Return the names of single sheets; a number that no sheet has belongs to none."""
    sheets = [element.attributes.get("name", "") for element in elements if element.name == "sheet"]
    numbers = {str(number): sheet for number, sheet in enumerate(sheets)}
    found: dict[str, dict[str, str]] = {}
    for element in elements:
        sheet = numbers.get(element.attributes.get("localSheetId", ""))
        name = element.attributes.get("name", "")
        if element.name == "definedName" and sheet is not None and name not in _RESERVED:
            found.setdefault(sheet, {})[name] = element.text
    return found
