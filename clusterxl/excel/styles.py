"""What the styles of a workbook say that is read: number formats, and which cells are locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clusterxl.excel.formats import GENERAL, KNOWN, is_date_format, shows_day
from clusterxl.excel.xml import parse


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


def read_formats(data: bytes) -> Sequence[NumberFormat]:
    """Read the number format of each style, by its number.

    Args:
        data: The part, in UTF-8.

    Returns:
        One format a style.

    Raises:
        ExpatError: The part is no XML.
    """
    own: dict[str, str] = {}
    ids: list[str] = []
    for element in parse(data):
        given = element.attributes
        if element.name == "numFmt" and element.parent == "numFmts":
            own[given.get("numFmtId", "")] = given.get("formatCode", "")
        elif element.name == "xf" and element.parent == "cellXfs":
            ids.append(given.get("numFmtId", "0"))
    known = {number: number_format(_code_of(number, own)) for number in set(ids)}
    return tuple(known[number] for number in ids)


def _code_of(number: str, own: dict[str, str]) -> str:
    if number in own:
        return own[number]
    return KNOWN.get(number, GENERAL)


def read_unlocked(data: bytes) -> frozenset[str]:
    """Read which styles leave their cells unlocked, by number as cells give it.

    Args:
        data: The part, in UTF-8.

    Returns:
        The styles.

    Raises:
        ExpatError: The part is no XML.
    """
    unlocked = set()
    count = 0
    is_locked = True
    for element in parse(data):
        if element.name == "protection" and element.parent == "xf":
            is_locked = element.attributes.get("locked", "1") not in ("0", "false")
        elif element.name == "xf":
            if element.parent == "cellXfs":
                if not is_locked:
                    unlocked.add(str(count))
                count += 1
            is_locked = True
    return frozenset(unlocked)
