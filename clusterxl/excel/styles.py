"""What the styles of a workbook say that is read: number formats, and which cells are locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clusterxl.excel.formats import GENERAL, KNOWN, is_date_format, shows_day
from clusterxl.excel.xml import parse

_TELLING = frozenset(("numFmt", "protection", "xf"))


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A number format: its code, whether it shows a date or time, whether the day of it."""

    code: str
    is_date: bool
    shows_day: bool


def number_format(code: str) -> NumberFormat:
    """Return the format of a code."""
    return NumberFormat(code, is_date_format(code), shows_day(code))


PLAIN = number_format(GENERAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """What is read of the styles of a workbook.

    Attributes:
        formats: Number format of each style, by its number.
        unlocked: Styles that leave their cells unlocked, by number as cells give it.
    """

    formats: Sequence[NumberFormat]
    unlocked: frozenset[str]


def read_styles(data: bytes) -> Styles:
    """Read the styles of a workbook.

    Args:
        data: The part, in UTF-8.

    Returns:
        What is read of them.

    Raises:
        ExpatError: The part is no XML.
    """
    own: dict[str, str] = {}
    ids: list[str] = []
    unlocked = set()
    is_locked = True
    for element in parse(data, _TELLING):
        given = element.attributes
        if element.name == "numFmt" and element.parent == "numFmts":
            own[given.get("numFmtId", "")] = given.get("formatCode", "")
        elif element.name == "protection" and element.parent == "xf":
            is_locked = given.get("locked", "1") not in ("0", "false")
        elif element.name == "xf":
            if element.parent == "cellXfs":
                if not is_locked:
                    unlocked.add(str(len(ids)))
                ids.append(given.get("numFmtId", "0"))
            is_locked = True
    known = {number: number_format(_code_of(number, own)) for number in set(ids)}
    return Styles(formats=tuple(known[number] for number in ids), unlocked=frozenset(unlocked))


def _code_of(number: str, own: dict[str, str]) -> str:
    if number in own:
        return own[number]
    return KNOWN.get(number, GENERAL)
