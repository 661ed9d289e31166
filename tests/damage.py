"""Takes a workbook apart and puts it together again, to damage it as people and programs do."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from clusterxl.excel.book import Book
from clusterxl.excel.cells import Style, address, sheet_reference
from clusterxl.excel.stamp import PROPERTY, STAMP_NAME, STAMP_SHEET, Stamp
from clusterxl.form.model import Form, defined_name

TYPED = Style(num_format="@", locked=False)
SHEET = "Bob's answers"
SHEET1 = "xl/worksheets/sheet1.xml"
FIRST_CELL_ROW = 2


def parts_of(data: bytes) -> dict[str, bytes]:
    """Return the members of a package by name."""
    with ZipFile(BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def text_of(data: bytes, part: str) -> str:
    """Return a member as text."""
    return parts_of(data)[part].decode()


def package_of(parts: Mapping[str, bytes]) -> bytes:
    """Return a package of members."""
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return kept.getvalue()


def edited(data: bytes, part: str, old: str, new: str) -> bytes:
    """Return a package with a piece of one member replaced; the piece must be there."""
    parts = parts_of(data)
    text = parts[part].decode()
    assert old in text, f"{old} is not in {part}"
    parts[part] = text.replace(old, new).encode()
    return package_of(parts)


def without(data: bytes, part: str) -> bytes:
    """Return a package without one member."""
    parts = parts_of(data)
    del parts[part]
    return package_of(parts)


def stamp_of(form: Form) -> Stamp:
    """Return the stamp of a return of this form."""
    return Stamp(
        kind="return", form=form.id, version=form.version, base_year=form.base_year or 0, unit="7"
    )


def workbook_of(
    form: Form,
    answers: Mapping[str, str | float] | None = None,
    *,
    stamp: Stamp | None = None,
) -> bytes:
    """Return a plain return: one row an input or list column, all cells side by side."""
    stamp = stamp or stamp_of(form)
    book = Book(properties={PROPERTY: stamp.text()})
    sheet = book.sheet(SHEET)
    for name, (row, keys) in rows_of(form).items():
        last = FIRST_CELL_ROW + len(keys) - 1
        for place, key in enumerate(keys, start=FIRST_CELL_ROW):
            sheet.put(place, row, (answers or {}).get(key), TYPED)
        first, end = (address(r, row, absolute=True) for r in (FIRST_CELL_ROW, last))
        area = first if first == end else f"{first}:{end}"
        book.define_name(name, f"={sheet_reference(SHEET, area)}")
    book.define_name(STAMP_NAME, f'="{stamp.text()}"')
    hidden = book.sheet(STAMP_SHEET)
    hidden.put(1, 1, stamp.text(), TYPED)
    hidden.visibility("very_hidden")
    return book.save()


def rows_of(form: Form) -> dict[str, tuple[int, list[str]]]:
    """Return the column of each name and the keys that stand under it."""
    keys: dict[str, list[str]] = {}
    for asked in form.inputs:
        keys.setdefault(defined_name(asked.key), []).append(asked.key)
    return {name: (column, under) for column, (name, under) in enumerate(keys.items(), start=1)}


def place_of(form: Form, key: str) -> str:
    """Return the address that `workbook_of` gives a key."""
    column, keys = rows_of(form)[defined_name(key)]
    return address(2 + keys.index(key), column)


def cell_edited(data: bytes, place: str, xml: str) -> bytes:
    """Put a cell in place of a blank one; `xml` is what follows its address."""
    sheet = text_of(data, SHEET1)
    start = sheet.index(f'<c r="{place}"')
    old = sheet[start : sheet.index("/>", start) + 2]
    assert "<v>" not in old
    return edited(data, SHEET1, old, f'<c r="{place}"{xml}</c>')
