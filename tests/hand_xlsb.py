"""Binary workbooks made by hand, record by record: no program here saves .xlsb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from struct import pack

from damage import package_of
from hand_packages import HEAD, PACKAGE, RELATIONS

Cell = str | float | bool | None
STRINGS, PERCENT, DATE = "sharedStrings", 1, 2
_TYPES = (
    f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="bin" ContentType='
    '"application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    '<Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
ERRORS = {"#DIV/0!": 0x07, "#REF!": 0x17, "#N/A": 0x2A}


def record(kind: int, content: bytes = b"") -> bytes:
    """Return one record: number of its kind, length, content."""
    return _number(kind) + _number(len(content)) + content


def _number(number: int) -> bytes:
    written = b""
    while True:
        low, number = number & 0x7F, number >> 7
        written += bytes([low | (0x80 if number else 0)])
        if not number:
            return written


def text(value: str) -> bytes:
    """Return a text with its length before it."""
    return pack("<I", len(value.encode("utf-16-le")) // 2) + value.encode("utf-16-le")


def cell_record(column: int, value: Cell, *, style: int = 0, is_formula: bool = False) -> bytes:
    """Return a cell of a row; its text is written into it."""
    head = pack("<II", column - 1, style)
    tail = pack("<HII", 0, 0, 0) if is_formula else b""
    if value is None:
        return record(1, head)
    if isinstance(value, bool):
        return record(10 if is_formula else 4, head + pack("<B", value) + tail)
    if isinstance(value, float):
        return record(9 if is_formula else 5, head + pack("<d", value) + tail)
    assert isinstance(value, str)
    if value in ERRORS:
        return record(11 if is_formula else 3, head + pack("<B", ERRORS[value]) + tail)
    return record(8 if is_formula else 6, head + text(value) + tail)


def sheet_part(rows: Mapping[int, Sequence[bytes]]) -> bytes:
    """Return the part of a sheet."""
    data = record(129) + record(148, pack("<IIII", 0, max(rows, default=1) - 1, 0, 20))
    data += record(145)
    for row, cells in rows.items():
        data += record(0, pack("<II", row - 1, 0) + bytes(9)) + b"".join(cells)
    return data + record(146) + record(130)


def name_record(name: str, formula: bytes, *, sheet: int = 0xFFFF_FFFF) -> bytes:
    """Return a name of the whole workbook, or of one sheet."""
    rest = pack("<I", len(formula)) + formula + pack("<I", 0)
    return record(39, pack("<IBI", 0, 0, sheet) + text(name) + rest)


def place(sheet: int, row: int, column: int, last_row: int | None = None) -> bytes:
    """Return the tokens of a formula that stands for a cell, or for rows of a column."""
    if last_row is None:
        return pack("<BHIH", 0x3A, sheet, row - 1, column - 1)
    return pack("<BHIIHH", 0x3B, sheet, row - 1, last_row - 1, column - 1, column - 1)


def constant(value: str) -> bytes:
    """Return the tokens of a formula that is a text."""
    return pack("<BH", 0x17, len(value)) + value.encode("utf-16-le")


def workbook_part(
    sheets: Mapping[str, int], names: bytes = b"", *, from_1904: bool = False
) -> bytes:
    """Return the workbook part; sheets with their states (0 shown, 1 hidden, 2 very hidden)."""
    data = record(131) + record(153, pack("<III", int(from_1904), 0, 0)) + record(143)
    for number, (name, state) in enumerate(sheets.items(), start=1):
        data += record(156, pack("<II", state, number) + text(f"rId{number}") + text(name))
    referred = b"".join(pack("<Iii", 0, n, n) for n in range(len(sheets)))
    data += record(144) + record(353) + record(357)
    data += record(362, pack("<I", len(sheets)) + referred) + record(354)
    return data + names + record(132)


def styles_part() -> bytes:
    """Return the formats: 0 plain, 1 percent, 2 a date with a format of its own."""
    own = record(615, pack("<I", 1)) + record(44, pack("<H", 170) + text("yyyy/m/d")) + record(616)
    styles = b"".join(record(47, pack("<HH", 0, number) + bytes(12)) for number in (0, 10, 170))
    return record(278) + own + record(617, pack("<I", 3)) + styles + record(618) + record(279)


def xlsb(
    sheets: Mapping[str, tuple[int, bytes]],
    *,
    names: bytes = b"",
    from_1904: bool = False,
    more: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a workbook: sheets by name, each with its state and its part."""
    numbers = range(1, len(sheets) + 1)
    kinds = {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.bin") for n in numbers}
    kinds["rId98"] = ("styles", "styles.bin")
    relations = "".join(
        f'<Relationship Id="{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in kinds.items()
    )
    root = f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.bin"/>'
    states = {name: state for name, (state, _) in sheets.items()}
    parts = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": _relations(root),
        "xl/workbook.bin": workbook_part(states, names, from_1904=from_1904),
        "xl/_rels/workbook.bin.rels": _relations(relations),
        "xl/styles.bin": styles_part(),
    }
    for number, (_, part) in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{number}.bin"] = part
    return package_of({**parts, **(more or {})})


def _relations(inside: str) -> bytes:
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'.encode()
