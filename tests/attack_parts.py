"""How workbooks are made that harm whoever reads them: pieces of parts by hand, endless or odd."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hand_packages import (
    SHEET1,
    STRINGS,
    STYLES,
    WORKBOOK,
    Member,
    members_of,
    package_by_hand,
    parts_by_hand,
    sheet_xml,
    zip_of,
)

THEME = "xl/theme/theme1.xml"
PICTURE = "xl/media/a.png"
CELL = '<row r="1"><c r="A1"><v>7</v></c></row>'
# The last of the definitions that unfold.
ENTITY = "&j;"
MEBIBYTE = 1024 * 1024


def sheet(rows: str = CELL, after: str = "", before: str = "") -> bytes:
    """Return a workbook of one sheet."""
    return package_by_hand(parts_by_hand(sheet_xml(rows, after, before)))


def part(name: str, old: str, new: str, encoding: str = "utf-8") -> bytes:
    """Return a workbook with a piece of one part replaced."""
    parts = parts_by_hand(sheet_xml(CELL))
    text = parts[name].decode()
    assert old in text
    parts[name] = text.replace(old, new, 1).encode(encoding)
    return package_by_hand(parts)


def with_part(name: str, content: bytes) -> bytes:
    """Return a workbook with a part replaced or added."""
    return package_by_hand(parts_by_hand(sheet_xml(CELL)) | {name: content})


def gone(name: str) -> bytes:
    """Return a workbook without a part."""
    return package_by_hand({n: c for n, c in parts_by_hand().items() if n != name})


def endless(
    name: str, place: str, piece: str, around: tuple[str, str] = ("", ""), claims: int | None = None
) -> bytes:
    """Return a workbook with a gigabyte of pieces before some place of a part.

    Args:
        name: The part.
        place: What the pieces stand before.
        piece: What there is a gigabyte of.
        around: What stands before and after all of them.
        claims: Size the part claims to have.

    Returns:
        The bytes of the workbook.
    """
    parts = parts_by_hand(sheet_xml(CELL)) | {THEME: b"<a></a>", PICTURE: b"end"}
    start, found, rest = parts[name].partition(place.encode())
    assert found
    many = piece.encode() * (MEBIBYTE // len(piece.encode()))
    swollen = Member(
        name=name,
        content=start + around[0].encode(),
        piece=many,
        times=1024**3 // len(many) + 1,
        ending=around[1].encode() + found + rest,
        size=claims,
    )
    return zip_of([swollen if member.name == name else member for member in members_of(parts)])


def declaring(name: str, document: str, encoding: str = "utf-8") -> bytes:
    """Return a workbook with a DTD before the first element of a part, used where it can be."""
    uses = {SHEET1: ("<v>7", f"<v>{ENTITY}"), STRINGS: ("text", ENTITY)}
    parts = parts_by_hand(sheet_xml(CELL))
    start, _, rest = parts[name].decode().partition("?>\n")
    start = start.replace("UTF-8", encoding)
    rest = rest.replace(*uses.get(name, ("", "")))
    parts[name] = f"{start}?>{document}{rest}".encode(encoding)
    return package_by_hand(parts)


def laughs() -> str:
    """Return definitions that unfold to ten thousand million letters."""
    letters = "abcdefghij"
    defined = "".join(
        f'<!ENTITY {letter} "{f"&{before};" * 10}">' for before, letter in pairwise(letters)
    )
    return f'<!DOCTYPE x [<!ENTITY a "ha">{defined}]>'


def quadratic() -> str:
    """Return a definition that is long itself, and is used over and over by another."""
    return f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}"><!ENTITY j "{"&a;" * 60_000}">]>'


def external(address: str) -> str:
    """Return a definition that stands elsewhere."""
    return f'<!DOCTYPE x [<!ENTITY j SYSTEM "{address}">]>'


def parameter() -> str:
    """Return a definition of definitions that stand elsewhere."""
    return '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://x.test/"> %a;]>'


def with_member(**changes: object) -> bytes:
    """Return a workbook with one more member, packed oddly."""
    odd = Member(name="xl/odd.bin", content=b"odd" * 100)
    return zip_of([*members_of(parts_by_hand()), replace(odd, **changes)])  # type: ignore[arg-type]


def with_sheet_member(**changes: object) -> bytes:
    """Return a workbook of which the member of the sheet is packed oddly."""
    members = members_of(parts_by_hand())
    return zip_of(
        [replace(m, **changes) if m.name == SHEET1 else m for m in members]  # type: ignore[arg-type]
    )


def flipped(place: bytes) -> bytes:
    """Return a workbook with one bit other, some bytes after the first such place."""
    data = bytearray(package_by_hand(parts_by_hand()))
    data[data.index(place) + len(place) + 20] ^= 0x10
    return bytes(data)


def strings(items: str) -> bytes:
    """Return a workbook with these shared strings."""
    return package_by_hand(parts_by_hand(strings=items))


def unique_strings(count: int) -> bytes:
    """Return a workbook of many shared strings, each another."""
    return strings("".join(f"<si><t>{n}</t></si>" for n in range(count)))


def names(count: int) -> bytes:
    """Return a workbook of many names."""
    defined = (f'<definedName name="n{n}">S1!$A$1</definedName>' for n in range(count))
    return package_by_hand(parts_by_hand(names="".join(defined)))


def zeros(count: int, mebibytes: int) -> list[Member]:
    """Return pictures that are nothing but zeros."""
    content = bytes(mebibytes * MEBIBYTE)
    return [Member(name=f"xl/media/{n}.png", content=content) for n in range(count)]


def row(number: int, cells: str) -> str:
    """Return a row."""
    return f'<row r="{number}">{cells}</row>'


def merges(*areas: str) -> str:
    """Return merged ranges."""
    return f"<mergeCells>{''.join(f'<mergeCell ref={area!r}/>' for area in areas)}</mergeCells>"


def two_sheets(old: bytes, new: bytes) -> bytes:
    """Return a workbook of two sheets with something replaced in the list of them."""
    parts = parts_by_hand(sheet_xml(), sheet_xml())
    assert old in parts[WORKBOOK]
    return package_by_hand(parts | {WORKBOOK: parts[WORKBOOK].replace(old, new)})


def without_looks() -> bytes:
    """Return a workbook without the part that says how cells look."""
    parts = parts_by_hand(sheet_xml(CELL))
    del parts[STYLES]
    return package_by_hand(parts)


def strict() -> bytes:
    """Return a workbook in the strict dialect."""
    old, new = b"schemas.openxmlformats.org/spreadsheetml/2006", b"purl.oclc.org/ooxml"
    parts = parts_by_hand(sheet_xml(CELL))
    return package_by_hand({name: content.replace(old, new) for name, content in parts.items()})
