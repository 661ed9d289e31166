"""A raw workbook as plain data, to be sent from one process to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusterxl.excel.raw import RawBook, RawCell, RawSheet

_FIELDS = ("value", "kind", "number_format", "formula", "has_cached", "broken")


def plain_book(book: RawBook) -> dict[str, Any]:
    """Return a workbook as plain data; features of sheets are left out."""
    return {
        "sheets": [
            {
                "name": sheet.name,
                "visibility": sheet.visibility,
                "cells": [
                    (*place, *(getattr(cell, name) for name in _FIELDS))
                    for place, cell in sheet.cells.items()
                ],
            }
            for sheet in book.sheets
        ],
        "names": dict(book.names),
        "properties": dict(book.properties),
        "locked": book.locked,
        "origin": book.origin,
    }


def book_of(plain: Mapping[str, Any]) -> RawBook:
    """Return the workbook that plain data stands for.

    Raises:
        KeyError: An entry is missing.
        TypeError: An entry is of another type.
        ValueError: A cell has too many or too few.
    """
    sheets = tuple(
        RawSheet(
            name=sheet["name"],
            visibility=sheet["visibility"],
            cells={
                (row, column): RawCell(**dict(zip(_FIELDS, cell, strict=True)))
                for row, column, *cell in sheet["cells"]
            },
        )
        for sheet in plain["sheets"]
    )
    return RawBook(**{**plain, "sheets": sheets})
