"""The gate: every attack that readers are known to fall for is refused, or read right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from damage import parts_of
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
from watched import Watchdog, content_of

from clusterxl.errors import UnreadableWorkbookError
from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.gate import open_gate
from clusterxl.excel.raw import RawCell
from clusterxl.form.file import load_form
from clusterxl.generate import generate_workbook
from clusterxl.sentences import LANGUAGES, use_language

LISTED = "xl/_rels/workbook.xml.rels"
MILLION = 1_000_000
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
CELL = '<row r="1"><c r="A1"><v>7</v></c></row>'
SEVEN = RawCell(value=7.0, kind="number")


@pytest.fixture(scope="module")
def dog() -> Iterator[Watchdog]:
    dog = Watchdog()
    yield dog
    dog.close()


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


def declaring(name: str, document: str, encoding: str = "utf-8") -> bytes:
    """Return a workbook with a DTD before the first element of a part."""
    parts = parts_by_hand(sheet_xml(CELL))
    start, _, rest = parts[name].decode().partition("?>\n")
    start = start.replace("UTF-8", encoding)
    parts[name] = f"{start}?>{document}{rest}".encode(encoding)
    return package_by_hand(parts)


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


Attack = Callable[[], bytes]
REFUSED: dict[str, tuple[str, Attack]] = {
    # ---- definitions
    "laughs in strings": ("declares", lambda: declaring(STRINGS, LAUGHS)),
    "laughs in a sheet": ("declares", lambda: declaring(SHEET1, LAUGHS)),
    "laughs in the workbook": ("declares", lambda: declaring(WORKBOOK, LAUGHS)),
    "laughs in styles": ("declares", lambda: declaring(STYLES, LAUGHS)),
    "laughs in UTF-16": ("declares", lambda: declaring(STRINGS, LAUGHS, "utf-16")),
    "quadratic": (
        "declares",
        lambda: declaring(SHEET1, f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>'),
    ),
    "file": ("declares", lambda: declaring(SHEET1, '<!DOCTYPE x [<!ENTITY a SYSTEM "f:///x">]>')),
    "external DTD": ("declares", lambda: declaring(STYLES, '<!DOCTYPE x SYSTEM "http://x.test/">')),
    "parameter entity": (
        "declares",
        lambda: declaring(WORKBOOK, '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://x.test/"> %a;]>'),
    ),
    "in relations": ("declares", lambda: declaring("_rels/.rels", LAUGHS)),
    # ---- encodings
    "GB2312": ("encoding", lambda: part(SHEET1, "UTF-8", "GB2312")),
    "UTF-7": ("encoding", lambda: part(SHEET1, "UTF-8", "UTF-7")),
    "UTF-32": ("encoding", lambda: part(SHEET1, "UTF-8", "UTF-32", "utf-32")),
    "half UTF-16": ("encoding", lambda: with_part(SHEET1, b"\xff\xfe<\x00a")),
    # ---- sizes
    "spaces": ("swollen", lambda: sheet(before=" " * (BOUNDS.part_bytes + 1))),
    "many parts": ("swollen", lambda: zip_of([*members_of(parts_by_hand()), *zeros(3, 22)])),
    "claims too much": ("swollen", lambda: with_sheet_member(size=4_000_000_000)),
    "claims too little": ("odd_zip", lambda: with_sheet_member(size=20)),
    "claims a little too much": ("damaged", lambda: with_sheet_member(size=20_000)),
    "too big a file": ("too_big", lambda: b"PK\x03\x04" + b"x" * BOUNDS.file_bytes),
    "rows": ("many_elements", lambda: sheet("<row/>" * (2 * MILLION + 1))),
    "cells": ("many_elements", lambda: sheet(f"<row>{'<c/>' * (2 * MILLION)}</row>")),
    "strings": ("many_strings", lambda: strings("<si/>" * (BOUNDS.strings + 1))),
    "unique strings": (
        "many_strings",
        lambda: strings("".join(f"<si><t>{n}</t></si>" for n in range(BOUNDS.strings + 1))),
    ),
    "claims strings": ("many_strings", lambda: part(STRINGS, 'count="1"', 'count="4294967295"')),
    "comment": ("long_tag", lambda: part(STYLES, "<fonts", f"<!--{'<' * 20 * MILLION}--><fonts")),
    "instruction": ("long_tag", lambda: part(STYLES, "<fonts", f"<?a {'<' * MILLION}?><fonts")),
    "attribute": ("long_tag", lambda: part(SHEET1, "<row", f'<row a="{"x" * 20 * MILLION}"')),
    "attribute of tags": ("long_tag", lambda: part(SHEET1, "<row", f'<row a="{">" * MILLION}"')),
    "attributes": (
        "long_tag",
        lambda: part(SHEET1, "<row", "<row" + "".join(f' a{n}=""' for n in range(300_000))),
    ),
    # ---- what a workbook has
    "sheets": (
        "many_sheets",
        lambda: part(
            WORKBOOK, "<sheets>", "<sheets>" + '<sheet name="x" sheetId="7" r:id="rId1"/>' * 20_000
        ),
    ),
    "sheets on one part": (
        "damaged",
        lambda: part(
            WORKBOOK, "<sheets>", '<sheets><sheet name="x" sheetId="7" r:id="rId1"/>'
        ),
    ),
    "sheets of one name": (
        "damaged",
        lambda: package_by_hand(
            parts_by_hand(sheet_xml(), sheet_xml())
            | {WORKBOOK: parts_by_hand(sheet_xml(), sheet_xml())[WORKBOOK].replace(b"S2", b"s1")}
        ),
    ),
    "names": ("many_names", lambda: names(500_000)),
    "formats": (
        "many_formats",
        lambda: package_by_hand(parts_by_hand(formats='<xf numFmtId="0"/>' * 885_000)),
    ),
    "two workbooks": (
        "damaged",
        lambda: part(
            "_rels/.rels",
            "</Relationships>",
            '<Relationship Id="x" Type="t/officeDocument" Target="xl/styles.xml"/></Relationships>',
        ),
    ),
    "another workbook by type": (
        "damaged",
        lambda: part(
            "[Content_Types].xml",
            "</Types>",
            '<Override PartName="/x.xml" ContentType="a.sheet.main+xml"/></Types>',
        ),
    ),
    "sheet elsewhere": (
        "damaged",
        lambda: part(
            LISTED,
            'Target="worksheets/sheet1.xml"',
            'Target="http://x.test/" TargetMode="External"',
        ),
    ),
    "no relations": ("damaged", lambda: gone(LISTED)),
    "no sheet part": ("damaged", lambda: gone(SHEET1)),
    "no strings part": ("damaged", lambda: gone(STRINGS)),
    "no types": ("zip", lambda: gone("[Content_Types].xml")),
    # ---- geometry
    "far corner": ("far_cell", lambda: sheet(row(1_048_576, '<c r="XFD1048576"><v>1</v></c>'))),
    "far down": ("far_cell", lambda: sheet(row(1_048_576, '<c r="A1048576"><v>1</v></c>'))),
    "far right": ("far_cell", lambda: sheet(row(1, '<c r="SS1"><v>1</v></c>'))),
    "far in disguise": ("far_cell", lambda: sheet(row(1, "<c r='XF&#68;1'><v>1</v></c>"))),
    "far without addresses": (
        "far_cell",
        lambda: sheet(row(20_001, '<c t="inlineStr"><is><t>x</t></is></c>')),
    ),
    "row beyond": ("far_row", lambda: sheet(row(4_294_967_295, "<c><v>1</v></c>"))),
    "row of no number": ("damaged", lambda: sheet('<row r="x"><c><v>1</v></c></row>')),
    "column beyond": ("damaged", lambda: sheet(row(1, '<c r="ZZZ1"><v>1</v></c>'))),
    "cell nowhere": ("damaged", lambda: sheet(row(1, '<c r="??"><v>1</v></c>'))),
    "cell twice": ("doubled_cell", lambda: sheet(row(1, '<c r="A1"><v>1</v></c>' * 2))),
    "cell twice, walked": (
        "doubled_cell",
        lambda: sheet(row(1, "<c r='A1'><v>1</v></c>" + '<c r="A1"><v>1</v></c>')),
    ),
    "merge": ("wide_area", lambda: sheet(after=merges("A1:XFD1048576"))),
    "merge in disguise": ("wide_area", lambda: sheet(after=merges("a1:xfd&#49;048576"))),
    "merge backwards": ("wide_area", lambda: sheet(after=merges("XFD1048576:A1"))),
    "merges": ("many_areas", lambda: sheet(after=merges(*["A1:B2"] * 100_000))),
    "link": (
        "wide_area",
        lambda: sheet(after='<hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>'),
    ),
    "conditional formats": (
        "many_areas",
        lambda: sheet(after='<conditionalFormatting sqref="A1"/>' * 100_000),
    ),
    # ---- the package
    "members": ("many_members", lambda: zip_of([*members_of(parts_by_hand()), *zeros(600, 0)])),
    "overlap": ("odd_zip", lambda: with_sheet_member(reach=1)),
    "twice": ("odd_zip", lambda: with_member(name=SHEET1.upper())),
    "twice by slash": ("odd_zip", lambda: with_member(name=SHEET1.replace("/", "\\"))),
    "leads out": ("odd_zip", lambda: with_member(name="xl/../../x.xml")),
    "leads out by backslash": ("odd_zip", lambda: with_member(name="..\\x.xml")),
    "from the root": ("odd_zip", lambda: with_member(name="/etc/x.xml")),
    "from a drive": ("odd_zip", lambda: with_member(name="C:x.xml")),
    "symlink": ("odd_zip", lambda: with_member(attributes=0o120777 << 16)),
    "encrypted": ("odd_zip", lambda: with_member(flags=1)),
    "LZMA": ("odd_zip", lambda: with_member(method=14)),
    "another name inside": ("damaged", lambda: with_member(local_name="xl/other.bin")),
    "something before": ("odd_zip", lambda: b"PK\x03\x04" + package_by_hand(parts_by_hand())),
    "bit in a sheet": ("damaged", lambda: flipped(SHEET1.encode())),
    "bit in strings": ("damaged", lambda: flipped(STRINGS.encode())),
    "not ended": ("damaged", lambda: part(SHEET1, "</row>", "")),
    "another part": ("damaged", lambda: part(SHEET1, "worksheet xmlns", "styleSheet xmlns")),
    "not UTF-8": ("damaged", lambda: with_part(SHEET1, sheet_xml(CELL).encode()[:-2] + b"\xe9>")),
}  # fmt: skip


def strings(items: str) -> bytes:
    return package_by_hand(parts_by_hand(strings=items))


def names(count: int) -> bytes:
    return package_by_hand(
        parts_by_hand(
            names="".join(f'<definedName name="n{n}">S1!$A$1</definedName>' for n in range(count))
        )
    )


def zeros(count: int, mebibytes: int) -> list[Member]:
    content = bytes(mebibytes * 1024 * 1024)
    return [Member(name=f"xl/media/{n}.png", content=content) for n in range(count)]


def row(number: int, cells: str) -> str:
    return f'<row r="{number}">{cells}</row>'


def merges(*areas: str) -> str:
    return f"<mergeCells>{''.join(f'<mergeCell ref={area!r}/>' for area in areas)}</mergeCells>"


def with_part(name: str, content: bytes) -> bytes:
    return package_by_hand(parts_by_hand(sheet_xml(CELL)) | {name: content})


def gone(name: str) -> bytes:
    return package_by_hand({n: c for n, c in parts_by_hand().items() if n != name})


@pytest.mark.parametrize("attack", REFUSED)
def test_an_attack_is_refused(attack: str, dog: Watchdog) -> None:
    code, build = REFUSED[attack]
    outcome = dog.read(build())
    assert (outcome.error, outcome.code) == ("", f"read.{code}")


def without_looks(rows: str) -> bytes:
    """Return a workbook of few parts, with those that are optional left out."""
    parts = parts_by_hand(sheet_xml(rows))
    del parts[STYLES]
    return package_by_hand(parts)


READ: dict[str, Attack] = {
    "dimension of the whole grid": lambda: sheet(before='<dimension ref="A1:XFD1048576"/>'),
    "dimension too small": lambda: sheet(before='<dimension ref="B2"/>'),
    "spaces in the workbook": lambda: part(WORKBOOK, "<sheets>", " " * 20 * MILLION + "<sheets>"),
    "picture": lambda: zip_of([*members_of(parts_by_hand(sheet_xml(CELL))), *zeros(1, 30)]),
    "theme": lambda: with_part("xl/theme/theme1.xml", b"<a>" + b" " * 30 * MILLION + b"</a>"),
    "nested elements": lambda: sheet(after="<a>" * 400_000 + "</a>" * 400_000),
    "validation of the whole grid": lambda: sheet(
        after='<dataValidations><dataValidation sqref="A1:XFD1048576"/></dataValidations>'
    ),
    "long number format": lambda: part(
        STYLES, "<fonts", f'<numFmts><numFmt formatCode="{"0" * 40_000}"/></numFmts><fonts'
    ),
    "definitions in a picture": lambda: with_part("xl/media/a.svg", LAUGHS.encode()),
    "far cells without content": lambda: sheet(CELL + row(1_048_576, '<c r="XFD1048576" s="0"/>')),
    "formatted rows": lambda: sheet(
        CELL + "".join(row(n, f'<c r="A{n}" s="1"/>') for n in range(2, 60_000))
    ),
    "no addresses": lambda: sheet("<row><c><v>7</v></c></row>"),
    "counts that are wrong": lambda: part(STRINGS, 'count="1" uniqueCount="1"', 'count="0"'),
    "no counts": lambda: part(STRINGS, ' count="1" uniqueCount="1"', ""),
    "UTF-16": lambda: part(SHEET1, "UTF-8", "UTF-16", "utf-16"),
    "UTF-16 without mark": lambda: part(WORKBOOK, "UTF-8", "UTF-16", "utf-16-le"),
    "UTF-8 with mark": lambda: part(SHEET1, "UTF-8", "UTF-8", "utf-8-sig"),
    "no declaration": lambda: part(SHEET1, HEAD, ""),
    "stored": lambda: zip_of(
        [replace(m, stored=True) for m in members_of(parts_by_hand(sheet_xml(CELL)))]
    ),
    "backslashes": lambda: package_by_hand(
        {n.replace("/", "\\"): c for n, c in parts_by_hand(sheet_xml(CELL)).items()}
    ),
    "folders": lambda: zip_of(
        [Member(name="xl/", stored=True), *members_of(parts_by_hand(sheet_xml(CELL)))]
    ),
    "absolute targets": lambda: part(LISTED, '"worksheets/', '"/xl/worksheets/'),
    "no looks": lambda: without_looks(CELL),
    "prefixes": lambda: with_part(
        SHEET1,
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c>'
        "</x:row></x:sheetData></x:worksheet>".encode(),
    ),
    "strict dialect": lambda: package_by_hand(
        {
            n: c.replace(b"schemas.openxmlformats.org/spreadsheetml/2006", b"purl.oclc.org/ooxml")
            for n, c in parts_by_hand(sheet_xml(CELL)).items()
        }
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", READ)
def test_what_is_only_unusual_is_read_right(attack: str, dog: Watchdog) -> None:
    data = READ[attack]()
    outcome = dog.read(data)
    assert (outcome.error, outcome.code, outcome.cells, outcome.broken) == ("", "", 1, 0)
    assert content_of(data)["cells"] == {"S1": {(1, 1): (SEVEN, 0)}}


def test_endless_digits_cost_one_cell(dog: Watchdog) -> None:
    digits = sheet(row(1, f'<c r="A1"><v>{"9" * 20 * MILLION}</v></c><c r="B1"><v>7</v></c>'))
    outcome = dog.read(digits)
    assert (outcome.error, outcome.code, outcome.cells, outcome.broken) == ("", "", 2, 1)


def test_one_endless_text_is_read(dog: Watchdog) -> None:
    outcome = dog.read(strings(f"<si><t>{'x' * 20 * MILLION}</t></si>"))
    assert (outcome.error, outcome.code, outcome.cells, outcome.broken) == ("", "", 2, 0)


def test_a_hidden_sheet_is_refused_when_it_is_asked_for() -> None:
    parts = parts_by_hand(sheet_xml(CELL), sheet_xml("<row></row><oops/>"))
    parts[WORKBOOK] = parts[WORKBOOK].replace(b'sheetId="2"', b'sheetId="2" state="hidden"')
    from clusterxl.excel.package import read_package

    book = read_package(package_by_hand(parts), "a.xlsx")
    assert book.sheets[0].cell(1, 1).value == 7.0
    assert dict(book.sheets[1].cells) == {}


def test_our_own_workbooks_pass_and_give_their_parts() -> None:
    data = generate_workbook(load_form("gd-cluster-2023"))
    package = open_gate(data, "a.xlsx")
    assert dict(package.parts) == {n.lower(): c for n, c in parts_of(data).items()}
    assert package.xml("XL/Workbook.xml") == parts_of(data)[WORKBOOK]
    assert package.structure.locked


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_names_the_file_and_the_bound(language: str) -> None:
    use_language(language)
    for code, build in (
        ("far_cell", REFUSED["far corner"][1]),
        ("many_sheets", REFUSED["sheets"][1]),
    ):
        with pytest.raises(UnreadableWorkbookError) as error:
            open_gate(build(), "来自县里.xlsx")
        assert error.value.code == f"read.{code}"
        assert "来自县里.xlsx" in str(error.value)
        bound = BOUNDS.row if code == "far_cell" else BOUNDS.sheets
        assert str(bound) in str(error.value)
