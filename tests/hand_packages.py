"""Packages made by hand, part by part, for what no program for workbooks writes."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from struct import pack

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET1 = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
WORKBOOK = "xl/workbook.xml"
TWO_CELLS = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>5</v></c></row>'
RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"


def sheet_xml(rows: str = "", after: str = "", before: str = "") -> str:
    """Return the XML of a sheet."""
    data = f"<sheetData>{rows}</sheetData>"
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">{before}{data}{after}</worksheet>'
    )


def parts_by_hand(
    *sheets: str,
    strings: str = "<si><t>text</t></si>",
    formats: str = '<xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="14"/>',
    workbook: str = "",
    names: str = "",
) -> dict[str, bytes]:
    """Return the parts of a package; without sheets it has one with two cells."""
    shown = sheets or (sheet_xml(TWO_CELLS),)
    numbers = range(1, len(shown) + 1)
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    others = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{kind}.xml"/>'
        for n, kind in ((98, "sharedStrings"), (99, "styles"))
    )
    overrides = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{TYPES}.{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"),
            ("sharedStrings", "sharedStrings"),
            ("styles", "styles"),
            *((f"worksheets/sheet{n}", "worksheet") for n in numbers),
        )
    )
    named = f"<definedNames>{names}</definedNames>" if names else ""
    texts = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{RELATIONS_TYPE}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="{WORKBOOK}"/>'
        "</Relationships>",
        WORKBOOK: f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{workbook}'
        f"<sheets>{listed}</sheets>{named}</workbook>",
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f"{relations}{others}</Relationships>",
        STRINGS: f'{HEAD}<sst xmlns="{MAIN}" count="1" uniqueCount="1">{strings}</sst>',
        STYLES: f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
        '<fills count="1"><fill><patternFill/></fill></fills><borders count="1"><border/></borders>'
        f'<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs>{formats}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>",
    }
    texts |= {f"xl/worksheets/sheet{n}.xml": xml for n, xml in zip(numbers, shown, strict=True)}
    return {name: text.encode() for name, text in texts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of a zip, with every lie a zip can tell.

    Attributes:
        name: Its name in the table of contents.
        content: What is in it.
        piece: What follows, over and over.
        times: How often it does.
        ending: What comes last.
        stored: It is not compressed.
        local_name: Its name where it lies; the same when empty.
        size: Size it claims; the true one when None.
        flags: General purpose flags.
        method: Compression it claims; the true one when None.
        attributes: External attributes.
        reach: Bytes it claims beyond its own.
    """

    name: str
    content: bytes = b""
    piece: bytes = b""
    times: int = 0
    ending: bytes = b""
    stored: bool = False
    local_name: str = ""
    size: int | None = None
    flags: int = 0
    method: int | None = None
    attributes: int = 0
    reach: int = 0

    @property
    def true_size(self) -> int:
        """Bytes of all that is in it."""
        return len(self.content) + self.times * len(self.piece) + len(self.ending)

    @property
    def checksum(self) -> int:
        """Checksum of all that is in it."""
        found = zlib.crc32(self.content)
        for _ in range(self.times):
            found = zlib.crc32(self.piece, found)
        return zlib.crc32(self.ending, found)


def zip_of(members: Sequence[Member]) -> bytes:
    """Return a zip, written byte by byte."""
    data, table = b"", b""
    for member in members:
        packed = member.content if member.stored else _deflated(member)
        size = member.true_size if member.size is None else member.size
        method = (0 if member.stored else 8) if member.method is None else member.method
        name = member.name.encode()
        fields = (
            *(20, member.flags | (0 if name.isascii() else 0x800), method, 0, 0x21),
            *(member.checksum, len(packed) + member.reach, size),
        )
        start = len(data)
        own = (member.local_name or member.name).encode()
        data += pack("<4s5H3L2H", b"PK\x03\x04", *fields, len(own), 0) + own + packed
        unix = (20, *fields, len(name), 0, 0, 0, 0, member.attributes, start)
        table += pack("<4s6H3L5H2L", b"PK\x01\x02", *unix) + name
    count = len(members)
    end = pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(table), len(data), 0)
    return data + table + end


def members_of(parts: Mapping[str, bytes]) -> list[Member]:
    """Return parts as the members of a zip."""
    return [Member(name=name, content=content) for name, content in parts.items()]


def package_by_hand(parts: Mapping[str, bytes]) -> bytes:
    """Return a package of parts."""
    return zip_of(members_of(parts))


def _deflated(member: Member) -> bytes:
    stream = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = stream.compress(member.content)
    if not member.times:
        return start + stream.flush()
    # After a full flush nothing refers to what came before: one packed piece stands for all.
    start += stream.flush(zlib.Z_FULL_FLUSH)
    piece = stream.compress(member.piece) + stream.flush(zlib.Z_FULL_FLUSH)
    return start + piece * member.times + stream.compress(member.ending) + stream.flush()
