"""What looking for the input cells of a form gives: each cell, and how it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from clusterxl.excel.raw import BLANK, RawCell
from clusterxl.finding import Finding


class FoundBy(StrEnum):
    """The rung of the ladder on which a cell was found, the surest first."""

    NAME = "name"
    MAP = "map"
    LABEL = "label"
    POSITION = "position"
    LOST = "lost"


# A tuple: thousands are made of each return, and a frozen dataclass takes three times as long.
class FoundCell(NamedTuple):
    """One input cell as it came back.

    Attributes:
        key: Its key.
        sheet: Sheet where it was found; empty when it is lost.
        cell: Its address (`G4`); empty when it is lost.
        raw: What stands in it.
        found_by: How it was found.
        row, column: Its place, from 1; 0 when it is lost.
    """

    key: str
    sheet: str = ""
    cell: str = ""
    raw: RawCell = BLANK
    found_by: str = FoundBy.LOST.value
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """All input cells of a form in one workbook.

    Attributes:
        cells: One cell an input, by key, in form order.
        findings: What is wrong with them, in that order.
        sheets: Name of the sheet that came back by the name it was issued with; sheets that
            nobody knows again are left out.
    """

    cells: Mapping[str, FoundCell]
    findings: tuple[Finding, ...]
    sheets: Mapping[str, str]
