"""How far a sheet reaches: a quick look where it is plain; where it is odd, it must be walked."""

from __future__ import annotations

import re

from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.raw import column_number
from clusterxl.excel.sniff import unreadable

# Each finds a tag that is not plainly within bounds: up to column RZ and row 9999, and so on.
_ODD_CELL = re.compile(rb"<c(?=[\s/>])(?! r=\"[A-R]?[A-Z][1-9][0-9]{0,3}\"[ />])")
_ODD_MERGE = re.compile(
    rb"<mergeCell(?=[\s/>])(?! ref=\"[A-Z]{1,3}[1-9][0-9]{0,6}:[A-Z]{1,3}[1-9][0-9]{0,6}\")"
)
_ODD_LINK = re.compile(rb"<hyperlink(?=[\s/>])(?! ref=\"[A-Z]{1,3}[1-9][0-9]{0,6}\")")
_PLAIN_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s[^>]*\?>)?\s*<worksheet[\s>]")
_MERGED = re.compile(rb"<mergeCell ref=\"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)\"")
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_CELLS = b"sheetData"
_CONDITIONAL = b"<conditionalFormatting"


def is_plain(data: bytes, file: str) -> bool:
    """Whether a sheet is plainly within bounds; whoever gets no for an answer must walk it.

    Raises:
        UnreadableWorkbookError: It plainly is not: too many or too wide ranges.
    """
    start, end = data.find(_CELLS), data.rfind(_CELLS)
    if not _PLAIN_START.match(data) or start < 0 or _ODD_CELL.search(data):
        return False
    around = data[:start] + data[end:]
    if _ODD_MERGE.search(around) or _ODD_LINK.search(around):
        return False
    merged = _MERGED.findall(around)
    check_counts(len(merged), around.count(_CONDITIONAL), file)
    for left, top, right, bottom in merged:
        _check_size(left.decode(), int(top), right.decode(), int(bottom), file)
    return True


def check_counts(merges: int, conditionals: int, file: str) -> None:
    """Refuse too many merged ranges or conditional formats.

    Raises:
        UnreadableWorkbookError: There are too many.
    """
    if merges > BOUNDS.merges or conditionals > BOUNDS.conditionals:
        raise unreadable("many_areas", file=file)


def check_area(reference: str, file: str) -> None:
    """Refuse a merged range or a link over too many cells; what is no reference is let through.

    Raises:
        UnreadableWorkbookError: It covers too many cells.
    """
    found = _RANGE.fullmatch(reference.upper())
    if found is None or not found[3]:
        return
    _check_size(found[1], int(found[2]), found[3], int(found[4]), file)


def _check_size(left: str, top: int, right: str, bottom: int, file: str) -> None:
    columns = column_number(right) - column_number(left) + 1
    if columns * (bottom - top + 1) > BOUNDS.area_cells:
        raise unreadable("wide_area", file=file)


def check_place(row: int, column: int, file: str) -> None:
    """Refuse a cell that holds something where no form reaches.

    Raises:
        UnreadableWorkbookError: It is too far down or too far to the right.
    """
    if row > BOUNDS.row or column > BOUNDS.column:
        raise unreadable("far_cell", file=file)


def check_row(row: int, file: str) -> None:
    """Refuse a row beyond the last one that sheets have.

    Raises:
        UnreadableWorkbookError: It is beyond.
    """
    if not 0 < row <= BOUNDS.last_row:
        raise unreadable("far_row", file=file)
