"""The cells of one sheet as columns of text, taken from its XML by one pattern or by walking it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.parsers.expat import ExpatError, ParserCreate

from clusterxl.excel.plain import plain_text

# Address, style, type, attributes and text of the formula, value, text in the cell.
_CELL = re.compile(
    r"<c r=\"([A-Z]{1,3}[1-9][0-9]{0,5})\"(?: s=\"([0-9]{1,9})\")?(?: t=\"([A-Za-z]+)\")?"
    r"(?: (?:cm|vm)=\"[0-9]+\")*"
    r"(?:/>|>(?:<f((?: [A-Za-z0-9]+=\"[^\"<>&]*\")*)(?:/>|>([^<]*)</f>))?"
    r"(?:<v(?: xml:space=\"preserve\")?(?:/>|>([^<]*)</v>))?"
    r"(?:<is><t(?: xml:space=\"preserve\")?>([^<]*)</t></is>)?</c>)"
)
_STRIDE = _CELL.groups + 1
# The usual gap, told fast, before any.
_NEXT_ROW = re.compile(r"(?:</row>)?<row r=\"[1-9][0-9]{0,5}\"[^<>/]*>")
_ROW = r"<row(?: r=\"[1-9][0-9]{0,5}\"(?: [^<>]*)?)?"
# Between two cells of a row is nothing; else one row ends, and others without cells may follow.
_GAP = re.compile(rf"(?:</row>)?(?:{_ROW}(?:/>|(?<!/)></row>))*{_ROW}(?<!/)>")
_LAST_GAP = re.compile(rf"(?:</row>)?(?:{_ROW}(?:/>|(?<!/)></row>))*")
_HIDDEN_ROW = re.compile(r"<row r=\"([0-9]+)\"[^<>]*? hidden=\"(?:1|true)\"")
_OPEN, _CLOSE, _NO_CELLS = "<sheetData>", "</sheetData>", "<sheetData/>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The cells of one sheet, in the order of the file; place n of each column is cell n.

    Attributes:
        addresses: Where each cell is.
        styles: Its style; None when it has none.
        types: Type of its value; None for the usual one.
        formula_attributes: What is said about its formula; None when it has none.
        formulas: Text of its formula.
        values: Its value as written; None when there is none.
        inline: Its text, when that stands in the cell itself.
        hidden_rows: Rows that are not shown.
        around: The XML of the sheet without its cells.
        escaped: Texts are still as XML writes them.
    """

    addresses: Sequence[str]
    styles: Sequence[str | None]
    types: Sequence[str | None]
    formula_attributes: Sequence[str | None]
    formulas: Sequence[str | None]
    values: Sequence[str | None]
    inline: Sequence[str | None]
    hidden_rows: tuple[int, ...]
    around: str
    escaped: bool


def scan(data: bytes) -> Columns | None:
    """Take the cells out of a sheet that is written as programs usually do.

    Everything must fit one pattern, to the last character, and the rest must be well-formed;
    else nothing is taken for granted.

    Args:
        data: The part, in UTF-8.

    Returns:
        Its cells; None when the part is unusual and must be walked.
    """
    text = plain_text(data).replace(_NO_CELLS, f"{_OPEN}{_CLOSE}", 1)
    start, end = text.find(_OPEN), text.rfind(_CLOSE)
    if start < 0 or end < start:
        return None
    body = text[start + len(_OPEN) : end]
    head, tail = text[:start], text[end + len(_CLOSE) :]
    pieces = _CELL.split(body)
    gaps = pieces[::_STRIDE]
    rows = "".join(gaps)
    if not _are_rows(gaps) or not _is_well_formed(head, rows, tail):
        return None
    styles, types, attributes, formulas, values, inline = (
        pieces[place::_STRIDE] for place in range(2, _STRIDE)
    )
    return Columns(
        addresses=pieces[1::_STRIDE],
        styles=styles,
        types=types,
        formula_attributes=attributes,
        formulas=formulas,
        values=values,
        inline=inline,
        hidden_rows=_hidden(rows),
        around=f"{head}<sheetData/>{tail}",
        escaped=True,
    )


def _are_rows(gaps: Sequence[str]) -> bool:
    """Whether nothing but rows stands between the cells, and each cell in one."""
    *between, last = gaps
    if not between:
        return _LAST_GAP.fullmatch(last) is not None and not last.startswith("</row>")
    return (
        not between[0].startswith("</row>")
        and between[0] != ""
        and all(_NEXT_ROW.fullmatch(gap) or _GAP.fullmatch(gap) for gap in between if gap)
        and last.startswith("</row>")
        and _LAST_GAP.fullmatch(last) is not None
    )


def _is_well_formed(head: str, rows: str, tail: str) -> bool:
    """Whether what stands around the cells is XML, with the cells where a sheet has them."""
    parents: list[str] = []
    parser = ParserCreate()
    parser.StartElementHandler = lambda name, _: parents.append(name)
    parser.EndElementHandler = lambda _: parents.pop()
    try:
        parser.Parse(head, False)  # noqa: FBT003 (more follows)
        if parents != ["worksheet"]:
            return False
        parser.StartElementHandler = parser.EndElementHandler = None
        parser.Parse(f"{_OPEN}{rows}{_CLOSE}{tail}", True)  # noqa: FBT003 (the end of the part)
    except ExpatError:
        return False
    return True


def _hidden(rows: str) -> tuple[int, ...]:
    if 'hidden="1"' not in rows and 'hidden="true"' not in rows:
        return ()
    return tuple(int(number) for number in _HIDDEN_ROW.findall(rows))
