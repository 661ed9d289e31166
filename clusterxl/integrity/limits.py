"""Whether input cells still have the limits on what may be typed that they were issued with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from clusterxl.excel.cells import Validation
from clusterxl.excel.raw import NO_FEATURES, RawValidation, parse_reference
from clusterxl.integrity.compared import Compared
from clusterxl.integrity.template import Place, SheetTemplate, shape_of

# The names of these kinds in files; any other limit is a prompt, and stops nobody.
_KINDS = {"list": "list", "custom": "custom", "length": "textLength"}


def changed_limits(
    one: Compared, issued: SheetTemplate, prefilled: Sequence[str]
) -> list[tuple[Place, str]]:
    """Return the input cells, with their keys, whose limits are gone or others now.

    Cells that are filled in from the start have none.
    """
    features = one.sheet.features
    if features is NO_FEATURES:
        return []
    now = _by_place(features.validations, set(one.keys))
    return [
        (place, key)
        for place, key in one.keys.items()
        if key not in prefilled
        and (wanted := issued.validations.get(key))
        and wanted.kind in _KINDS
        and not _is_same(wanted, now.get(place))
    ]


def _by_place(
    validations: Iterable[RawValidation], places: set[Place]
) -> dict[Place, RawValidation]:
    """Return the limits of the places that are asked for."""
    found: dict[Place, RawValidation] = {}
    for validation in validations:
        for reference in validation.places.split():
            found |= dict.fromkeys(_covered(reference, places), validation)
    return found


def _covered(reference: str, places: set[Place]) -> Iterator[Place]:
    area = parse_reference(f"x!{reference}")
    if area is None:
        return
    # Whole columns may be limited: of large ranges only what is asked for is gone through.
    if area.last_row - area.row > len(places):
        yield from (
            p for p in places if _is_in(p, area.row, area.last_row, area.column, area.last_column)
        )
        return
    yield from (place for place in area.places if place in places)


def _is_in(place: Place, row: int, last_row: int, column: int, last_column: int) -> bool:
    return row <= place[0] <= last_row and column <= place[1] <= last_column


def _is_same(wanted: Validation, now: RawValidation | None) -> bool:
    if now is None or now.kind != _KINDS[wanted.kind]:
        return False
    written = now.formulas[0] if now.formulas else ""
    if wanted.kind == "length":
        return written == str(wanted.maximum)
    return shape_of(written) == shape_of(wanted.formula.removeprefix("="))
