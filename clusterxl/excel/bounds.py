"""What a workbook may hold at most for the gate to let it through: one table, also in the docs."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

_MIB = 1024 * 1024


def _most(most: int, code: str) -> int:
    """Return a bound whose refusal is the sentence `read.<code>`."""
    bound: int = field(default=most, metadata={"code": code})
    return bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What the gate lets through, at most.

    Attributes:
        file_bytes: Bytes of the file.
        members: Files in the package.
        total_bytes: Bytes of all parts, inflated.
        part_bytes: Bytes of one part, inflated.
        tag_bytes: Bytes of one tag, comment or instruction.
        elements: Elements in all parts.
        sheets: Sheets.
        names: Defined names.
        formats: Cell formats.
        strings: Shared strings.
        cells: Cells that hold something, of all sheets.
        row: Row of the last cell that holds something.
        column: Column of the last cell that holds something.
        last_row: Number of any row, also of an empty one.
        merges: Merged ranges of a sheet.
        conditionals: Conditional formats of a sheet.
        area_cells: Cells of one merged range or link.
    """

    file_bytes: int = _most(20 * _MIB, "too_big")
    members: int = _most(500, "many_members")
    total_bytes: int = _most(64 * _MIB, "swollen")
    part_bytes: int = _most(32 * _MIB, "swollen")
    tag_bytes: int = _most(65_536, "long_tag")
    elements: int = _most(2_000_000, "many_elements")
    sheets: int = _most(250, "many_sheets")
    names: int = _most(20_000, "many_names")
    formats: int = _most(65_000, "many_formats")
    strings: int = _most(200_000, "many_strings")
    cells: int = _most(300_000, "many_cells")
    row: int = _most(20_000, "far_cell")
    column: int = _most(512, "far_cell")
    last_row: int = _most(1_048_576, "far_row")
    merges: int = _most(5_000, "many_areas")
    conditionals: int = _most(5_000, "many_areas")
    area_cells: int = _most(200_000, "wide_area")


BOUNDS = Bounds()


def bound_of(code: str) -> int:
    """Return the bound whose refusal is the sentence `read.<code>`, bytes as MB; 0 when none is.

    >>> bound_of("too_big"), bound_of("many_sheets"), bound_of("pdf")
    (20, 250, 0)
    """
    for bound in fields(Bounds):
        if bound.metadata["code"] == code:
            most: int = getattr(BOUNDS, bound.name)
            return most // _MIB if bound.name.endswith("_bytes") else most
    return 0
