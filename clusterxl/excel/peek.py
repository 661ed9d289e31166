"""What a workbook says it is, also where it is too large to be read."""

from __future__ import annotations

from clusterxl.errors import UnreadableWorkbookError
from clusterxl.excel.archive import list_members, read_member
from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.package import read_properties
from clusterxl.excel.screen import screened
from clusterxl.excel.stamp import PROPERTY, Stamp, parse_stamp

_PART = "docprops/custom.xml"


def peek_stamp(data: bytes, file: str) -> Stamp | None:
    """Return the stamp that stands in the properties of a workbook; nothing else is read.

    Args:
        data: Its bytes.
        file: Its name.

    Returns:
        The stamp; None where there is none, or no workbook.
    """
    try:
        numbers = [one.number for one in list_members(data, file) if one.name.lower() == _PART]
        if not numbers:
            return None
        part, _ = screened(read_member(data, numbers[0], file, most=BOUNDS.tag_bytes), file)
    except UnreadableWorkbookError:
        return None
    return parse_stamp(read_properties(part).get(PROPERTY, ""))
