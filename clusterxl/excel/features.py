"""What a sheet has beside its cells: merged ranges, validations, protection, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from clusterxl.excel.raw import RawFeatures, RawValidation, decode_text
from clusterxl.excel.xml import Element, is_true, parse

_SQREF = "sqref"
_FORMULAS = ("formula1", "formula2")
_CONDITIONAL = "conditionalFormatting"
_MERGE = re.compile(r"<mergeCell ref=\"([A-Z0-9:]+)\"/>")
_MERGES_END = "</mergeCells>"
_TELLING = frozenset(
    (
        *("mergeCell", "col", _CONDITIONAL, "sheetProtection"),
        *("dataValidation", _SQREF, *_FORMULAS, "f"),
    )
)


def read_features(
    around: str, hidden_rows: Sequence[int], comments: Mapping[str, str]
) -> RawFeatures:
    """Read what a sheet has beside its cells.

    Args:
        around: The XML of the sheet; its cells may be left out.
        hidden_rows: Rows that are not shown.
        comments: Its comments, by address.

    Returns:
        Its features.

    Raises:
        ExpatError: It is no XML.
    """
    around, cut = _without_conditionals(around)
    around, merged = _without_merges(around)
    met: dict[str, list[Mapping[str, str]]] = {}
    validations: list[RawValidation] = []
    inside: dict[str, str] = {}
    for element in parse(around.encode(), _TELLING):
        if element.name == "dataValidation":
            validations.append(_validation(element, inside))
            inside.clear()
        elif element.name in (*_FORMULAS, _SQREF, "f"):
            _keep_text(element, inside)
        else:
            met.setdefault(element.name, []).append(element.attributes)
    return RawFeatures(
        merged=(*merged, *(given.get("ref", "") for given in met.get("mergeCell", ()))),
        hidden_rows=tuple(hidden_rows),
        hidden_columns=tuple(_hidden_columns(met.get("col", ()))),
        validations=tuple(validations),
        conditionals=cut + len(met.get(_CONDITIONAL, ())),
        protected=any(is_true(given.get("sheet")) for given in met.get("sheetProtection", ())),
        comments=comments,
    )


def read_comments(data: bytes) -> dict[str, str]:
    """Read the part of the comments of a sheet: their texts, by address.

    Raises:
        ExpatError: It is no XML.
    """
    comments: dict[str, str] = {}
    texts: list[str] = []
    for element in parse(data):
        if element.name == "t":
            texts.append(element.text)
        elif element.name == "rPh":
            texts = texts[:-1]
        elif element.name == "comment":
            comments[element.attributes.get("ref", "")] = decode_text("".join(texts))
            texts.clear()
    return comments


def _without_conditionals(around: str) -> tuple[str, int]:
    """Cut conditional formats out, and count them: there are hundreds, and nobody reads them."""
    first, *others = around.split(f"<{_CONDITIONAL} ")
    if "<!" in around:
        return around, 0
    kept = [first]
    for other in others:
        _, end, behind = other.partition(f"</{_CONDITIONAL}>")
        if not end:
            return around, 0
        kept.append(behind)
    return "".join(kept), len(others)


def _without_merges(around: str) -> tuple[str, list[str]]:
    """Cut merged ranges out, and list them, where they are written as programs usually do."""
    start, end = around.find("<mergeCells"), around.find(_MERGES_END)
    inner = around[around.find(">", start) + 1 : end]
    pieces = _MERGE.split(inner)
    if start < 0 or end < 0 or "<!" in around or "".join(pieces[::2]).strip():
        return around, []
    return around[:start] + around[end + len(_MERGES_END) :], pieces[1::2]


def _keep_text(element: Element, inside: dict[str, str]) -> None:
    """Keep a text of a validation; newer programs put each formula into an element of its own."""
    text = element.text.strip() if element.name == _SQREF else element.text
    if element.name == "f":
        inside["f"] = text
    else:
        inside[element.name] = text or inside.pop("f", "")


def _validation(element: Element, inside: Mapping[str, str]) -> RawValidation:
    return RawValidation(
        kind=element.attributes.get("type", "any"),
        places=element.attributes.get(_SQREF, inside.get(_SQREF, "")),
        formulas=tuple(inside[name] for name in _FORMULAS if name in inside),
        extended=_SQREF not in element.attributes,
    )


def _hidden_columns(columns: Sequence[Mapping[str, str]]) -> Iterator[tuple[int, int]]:
    for given in columns:
        ends = given.get("min", ""), given.get("max", "")
        if is_true(given.get("hidden")) and all(end.isascii() and end.isdigit() for end in ends):
            yield int(ends[0]), int(ends[1])
