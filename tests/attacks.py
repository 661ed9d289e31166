"""Workbooks made to harm whoever reads them, each with what becomes of it; also in the docs.

The names are those of the test cases. What is called a gigabyte has one, packed in a megabyte.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from attack_parts import (
    CELL,
    PICTURE,
    THEME,
    declaring,
    endless,
    external,
    flipped,
    gone,
    laughs,
    merges,
    names,
    parameter,
    part,
    quadratic,
    row,
    sheet,
    strict,
    strings,
    two_sheets,
    unique_strings,
    with_member,
    with_part,
    with_sheet_member,
    without_looks,
    zeros,
)
from hand_packages import (
    HEAD,
    MAIN,
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

from clusterxl.excel.bounds import BOUNDS

LISTED = "xl/_rels/workbook.xml.rels"
TYPES = "[Content_Types].xml"
MILLION = 1_000_000
WHOLE = "A1:XFD1048576"
ON_ONE_PART = '<sheet name="x" sheetId="7" r:id="rId1"/>'

Build = Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One workbook made to harm.

    Attributes:
        code: Code of its refusal; empty when it is read.
        build: Makes its bytes.
    """

    code: str = ""
    build: Build


def _refused(code: str, builds: Mapping[str, Build]) -> dict[str, Attack]:
    return {name: Attack(code=f"read.{code}", build=build) for name, build in builds.items()}


# ---- what is refused

DECLARING = _refused(
    "declares",
    {
        "billion laughs in strings": lambda: declaring(STRINGS, laughs()),
        "billion laughs in a sheet value": lambda: declaring(SHEET1, laughs()),
        "billion laughs in the workbook": lambda: declaring(WORKBOOK, laughs()),
        "billion laughs in styles": lambda: declaring(STYLES, laughs()),
        "billion laughs in relations": lambda: declaring("_rels/.rels", laughs()),
        "billion laughs in UTF-16": lambda: declaring(STRINGS, laughs(), "utf-16"),
        "quadratic blow-up in strings": lambda: declaring(STRINGS, quadratic()),
        "quadratic blow-up in a sheet value": lambda: declaring(SHEET1, quadratic()),
        "entity of a file": lambda: declaring(SHEET1, external("file:///etc/hostname")),
        "entity of an address": lambda: declaring(STRINGS, external("http://x.test/")),
        "external DTD": lambda: declaring(STYLES, '<!DOCTYPE x SYSTEM "http://x.test/">'),
        "parameter entity": lambda: declaring(WORKBOOK, parameter()),
    },
)
ENCODINGS = _refused(
    "encoding",
    {
        "GB2312": lambda: part(SHEET1, "UTF-8", "GB2312"),
        "UTF-7": lambda: part(SHEET1, "UTF-8", "UTF-7"),
        "UTF-32": lambda: part(SHEET1, "UTF-8", "UTF-32", "utf-32"),
        "half UTF-16": lambda: with_part(SHEET1, b"\xff\xfe<\x00a"),
    },
)
GIGABYTES = _refused(
    "swollen",
    {
        "1 GB of spaces in a sheet": lambda: endless(SHEET1, "<sheetData>", " "),
        "1 GB of digits in one value": lambda: endless(SHEET1, "7</v>", "9"),
        "1 GB of rows": lambda: endless(SHEET1, "</sheetData>", "<row/>"),
        "1 GB of cells": lambda: endless(SHEET1, "</row>", "<c/>"),
        "1 GB of shared strings": lambda: endless(STRINGS, "</sst>", "<si><t/></si>"),
        "1 GB in one string": lambda: endless(STRINGS, "text", "x"),
        "1 GB of comment in styles": lambda: endless(STYLES, "<fonts", "<", ("<!--", "-->")),
        "1 GB of spaces in the workbook": lambda: endless(WORKBOOK, "<sheets>", " "),
        "1 GB of theme": lambda: endless(THEME, "</a>", " "),
        "1 GB of unused picture": lambda: endless(PICTURE, "end", "\x00"),
        "1 GB in one attribute": lambda: endless(SHEET1, 'r="A1"', "x", (' a="', '" ')),
        "many parts, large together": lambda: zip_of([*members_of(parts_by_hand()), *zeros(3, 22)]),
        "part that claims 4 GB": lambda: with_sheet_member(size=4_000_000_000),
    },
)
SIZES = {
    **_refused(
        "many_elements",
        {
            "2,000,001 rows": lambda: sheet("<row/>" * (2 * MILLION + 1)),
            "1,000,000 unique strings": lambda: unique_strings(MILLION),
            "2,000,000 cells": lambda: sheet(f"<row>{'<c/>' * (2 * MILLION)}</row>"),
        },
    ),
    **_refused(
        "many_cells",
        {"300,001 cells that hold something": lambda: sheet(f"<row>{'<c></c>' * 300_001}</row>")},
    ),
    **_refused(
        "many_strings",
        {
            "more strings than allowed": lambda: strings("<si/>" * (BOUNDS.strings + 1)),
            "300,000 unique strings": lambda: unique_strings(300_000),
            "claims 4294967295 strings": lambda: part(STRINGS, 'count="1"', 'count="4294967295"'),
        },
    ),
    **_refused(
        "long_tag",
        {
            "20 MB in one comment": lambda: part(
                STYLES, "<fonts", f"<!--{'<' * 20 * MILLION}--><fonts"
            ),
            "1 MB in one instruction": lambda: part(
                STYLES, "<fonts", f"<?a {'<' * MILLION}?><fonts"
            ),
            "20 MB in one attribute": lambda: part(
                SHEET1, "<row", f'<row a="{"x" * 20 * MILLION}"'
            ),
            "1 MB of tags in one attribute": lambda: part(
                SHEET1, "<row", f'<row a="{">" * MILLION}"'
            ),
            "300,000 attributes": lambda: part(
                SHEET1, "<row", "<row" + "".join(f' a{n}=""' for n in range(300_000))
            ),
        },
    ),
    "20,000 sheets on one part": Attack(
        code="read.many_sheets",
        build=lambda: part(WORKBOOK, "<sheets>", "<sheets>" + ON_ONE_PART * 20_000),
    ),
    "500,000 names": Attack(code="read.many_names", build=lambda: names(500_000)),
    "885,000 cell formats": Attack(
        code="read.many_formats",
        build=lambda: package_by_hand(parts_by_hand(formats='<xf numFmtId="0"/>' * 885_000)),
    ),
    "file of more than 20 MB": Attack(
        code="read.too_big", build=lambda: b"PK\x03\x04" + b"x" * BOUNDS.file_bytes
    ),
}
STRUCTURE = {
    **_refused(
        "damaged",
        {
            "two sheets on one part": lambda: part(WORKBOOK, "<sheets>", "<sheets>" + ON_ONE_PART),
            "two sheets of one name": lambda: two_sheets(b"S2", b"s1"),
            "two workbooks": lambda: part(
                "_rels/.rels",
                "</Relationships>",
                '<Relationship Id="x" Type="t/officeDocument" Target="xl/styles.xml"/>'
                "</Relationships>",
            ),
            "two workbooks by type": lambda: part(
                TYPES,
                "</Types>",
                '<Override PartName="/x.xml" ContentType="a.sheet.main+xml"/></Types>',
            ),
            "sheet at an address": lambda: part(
                LISTED,
                'Target="worksheets/sheet1.xml"',
                'Target="http://x.test/" TargetMode="External"',
            ),
            "no relations": lambda: gone(LISTED),
            "no sheet part": lambda: gone(SHEET1),
            "no strings part": lambda: gone(STRINGS),
            "sheet that does not end": lambda: part(SHEET1, "</row>", ""),
            "another part as a sheet": lambda: part(SHEET1, "worksheet xmlns", "styleSheet xmlns"),
            "bytes that are no UTF-8": lambda: with_part(
                SHEET1, sheet_xml(CELL).encode()[:-2] + b"\xe9>"
            ),
        },
    ),
    "no types": Attack(code="read.zip", build=lambda: gone(TYPES)),
}
GEOMETRY = {
    **_refused(
        "far_cell",
        {
            "cell XFD1048576": lambda: sheet(row(1_048_576, '<c r="XFD1048576"><v>1</v></c>')),
            "cell A1048576": lambda: sheet(row(1_048_576, '<c r="A1048576"><v>1</v></c>')),
            "cell far to the right": lambda: sheet(row(1, '<c r="SS1"><v>1</v></c>')),
            "far cell in disguise": lambda: sheet(row(1, "<c r='XF&#68;1'><v>1</v></c>")),
            "far cell without an address": lambda: sheet(
                row(20_001, '<c t="inlineStr"><is><t>x</t></is></c>')
            ),
        },
    ),
    "row 4294967295": Attack(
        code="read.far_row", build=lambda: sheet(row(4_294_967_295, "<c><v>1</v></c>"))
    ),
    **_refused(
        "damaged",
        {
            "row without a number": lambda: sheet('<row r="x"><c><v>1</v></c></row>'),
            "column beyond the last": lambda: sheet(row(1, '<c r="ZZZ1"><v>1</v></c>')),
            "cell nowhere": lambda: sheet(row(1, '<c r="??"><v>1</v></c>')),
        },
    ),
    **_refused(
        "doubled_cell",
        {
            "cell twice": lambda: sheet(row(1, '<c r="A1"><v>1</v></c>' * 2)),
            "cell twice, in two writings": lambda: sheet(
                row(1, "<c r='A1'><v>1</v></c>" + '<c r="A1"><v>1</v></c>')
            ),
        },
    ),
    **_refused(
        "wide_area",
        {
            "merge of the whole sheet": lambda: sheet(after=merges(WHOLE)),
            "merge of the whole sheet in disguise": lambda: sheet(
                after=merges("a1:xfd&#49;048576")
            ),
            "merge of the whole sheet backwards": lambda: sheet(after=merges("XFD1048576:A1")),
            "link on the whole sheet": lambda: sheet(
                after=f'<hyperlinks><hyperlink ref="{WHOLE}"/></hyperlinks>'
            ),
        },
    ),
    **_refused(
        "many_areas",
        {
            "100,000 overlapping merges": lambda: sheet(after=merges(*["A1:B2"] * 100_000)),
            "100,000 conditional formats": lambda: sheet(
                after='<conditionalFormatting sqref="A1"/>' * 100_000
            ),
        },
    ),
}
PACKAGES = {
    "more than 500 members": Attack(
        code="read.many_members",
        build=lambda: zip_of([*members_of(parts_by_hand()), *zeros(600, 0)]),
    ),
    **_refused(
        "odd_zip",
        {
            "1 GB that claims to be 20 KB": lambda: endless(SHEET1, "7</v>", "9", claims=20_000),
            "part that claims too little": lambda: with_sheet_member(size=20),
            "contents that overlap": lambda: with_sheet_member(reach=1),
            "name twice": lambda: with_member(name=SHEET1.upper()),
            "name twice by its slash": lambda: with_member(name=SHEET1.replace("/", "\\")),
            "name that leads out": lambda: with_member(name="xl/../../x.xml"),
            "name that leads out by backslash": lambda: with_member(name="..\\x.xml"),
            "name from the root": lambda: with_member(name="/etc/x.xml"),
            "name from a drive": lambda: with_member(name="C:x.xml"),
            "symlink": lambda: with_member(attributes=0o120777 << 16),
            "member with a password": lambda: with_member(flags=1),
            "member packed by LZMA": lambda: with_member(method=14),
            "bytes before the first member": lambda: b"PK\x03\x04"
            + package_by_hand(parts_by_hand()),
        },
    ),
    **_refused(
        "damaged",
        {
            "part that claims a little too much": lambda: with_sheet_member(size=20_000),
            "another name inside": lambda: with_member(local_name="xl/other.bin"),
            "flipped bit in a sheet": lambda: flipped(SHEET1.encode()),
            "flipped bit in strings": lambda: flipped(STRINGS.encode()),
        },
    ),
}  # fmt: skip

REFUSED: Mapping[str, Attack] = {
    **DECLARING, **ENCODINGS, **GIGABYTES, **SIZES, **STRUCTURE, **GEOMETRY, **PACKAGES
}  # fmt: skip

# ---- what is read: one cell, a 7

_READ: dict[str, Build] = {
    "dimension of the whole grid": lambda: sheet(before=f'<dimension ref="{WHOLE}"/>'),
    "dimension too small": lambda: sheet(before='<dimension ref="B2"/>'),
    "20 MB of spaces in the workbook": lambda: part(
        WORKBOOK, "<sheets>", " " * 20 * MILLION + "<sheets>"
    ),
    "30 MB of spaces in a sheet": lambda: sheet(before=" " * 30 * MILLION),
    "30 MB of picture": lambda: zip_of(
        [*members_of(parts_by_hand(sheet_xml(CELL))), *zeros(1, 30)]
    ),
    "30 MB of theme": lambda: with_part(THEME, b"<a>" + b" " * 30 * MILLION + b"</a>"),
    "1,000,000 nested elements": lambda: sheet(after="<a>" * 1_000_000 + "</a>" * 1_000_000),
    "validation of the whole grid": lambda: sheet(
        after=f'<dataValidations><dataValidation sqref="{WHOLE}"/></dataValidations>'
    ),
    "number format of 40,000 characters": lambda: part(
        STYLES, "<fonts", f'<numFmts><numFmt formatCode="{"0" * 40_000}"/></numFmts><fonts'
    ),
    "DTD in a picture": lambda: with_part("xl/media/a.svg", laughs().encode()),
    "XInclude": lambda: sheet(
        after='<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>'
    ),
    "far cells without content": lambda: sheet(CELL + row(1_048_576, '<c r="XFD1048576" s="0"/>')),
    "60,000 formatted rows": lambda: sheet(
        CELL + "".join(row(n, f'<c r="A{n}" s="1"/>') for n in range(2, 60_000))
    ),
    "no addresses": lambda: sheet("<row><c><v>7</v></c></row>"),
    "count of strings that is wrong": lambda: part(
        STRINGS, 'count="1" uniqueCount="1"', 'count="0"'
    ),
    "no count of strings": lambda: part(STRINGS, ' count="1" uniqueCount="1"', ""),
    "UTF-16": lambda: part(SHEET1, "UTF-8", "UTF-16", "utf-16"),
    "UTF-16 without mark": lambda: part(WORKBOOK, "UTF-8", "UTF-16", "utf-16-le"),
    "UTF-8 with mark": lambda: part(SHEET1, "UTF-8", "UTF-8", "utf-8-sig"),
    "no declaration": lambda: part(SHEET1, HEAD, ""),
    "members that are not compressed": lambda: zip_of(
        [replace(m, stored=True) for m in members_of(parts_by_hand(sheet_xml(CELL)))]
    ),
    "backslashes in names": lambda: package_by_hand(
        {n.replace("/", "\\"): c for n, c in parts_by_hand(sheet_xml(CELL)).items()}
    ),
    "folders as members": lambda: zip_of(
        [Member(name="xl/", stored=True), *members_of(parts_by_hand(sheet_xml(CELL)))]
    ),
    "absolute targets": lambda: part(LISTED, '"worksheets/', '"/xl/worksheets/'),
    "no looks": without_looks,
    "prefixes": lambda: with_part(
        SHEET1,
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c>'
        "</x:row></x:sheetData></x:worksheet>".encode(),
    ),
    "strict dialect": strict,
}
READ: Mapping[str, Attack] = {name: Attack(build=build) for name, build in _READ.items()}
# Read as well; what their cells hold is told by tests of their own.
OTHERWISE_READ: Mapping[str, Attack] = {
    "20 MB of digits in one value": Attack(
        build=lambda: sheet(
            row(1, f'<c r="A1"><v>{"9" * 20 * MILLION}</v></c><c r="B1"><v>7</v></c>')
        )
    ),
    "20 MB in one string": Attack(build=lambda: strings(f"<si><t>{'x' * 20 * MILLION}</t></si>")),
    "array formula on the whole grid": Attack(
        build=lambda: sheet(row(1, f'<c r="A1"><f t="array" ref="{WHOLE}">B1*2</f><v>7</v></c>'))
    ),
}
