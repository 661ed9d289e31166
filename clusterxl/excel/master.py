"""A workbook of ours from which copies are made: what differs is written anew, the rest as it lies.

Where copies differ, the master holds marks that stand nowhere else. The parts that hold one are cut
at the marks and packed piece by piece; a copy puts its own texts between the pieces.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct

from clusterxl.excel.directory import Packed, packed_members
from clusterxl.excel.limits import MAX_LITERAL

_STRINGS = "xl/sharedStrings.xml"
_COUNTED = re.compile(rb'uniqueCount="([0-9]+)"')
_STRING = re.compile(rb"<si>.*?</si>", re.DOTALL)
_UNIQUE, _TAIL = "unique", "tail"

# What the writer escapes otherwise than by the three references, or takes for an error.
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^#|^\s|\s$")
_REFERENCES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

_LOCAL, _CENTRAL, _END = Struct("<4s5H3L2H"), Struct("<4s6H3L5H2L"), Struct("<4s4H2LH")
_VERSION, _MADE_BY, _DEFLATED = 20, (3 << 8) | 20, 8
# Fixed, so that the same content gives the same bytes: 1 January 1980, owner may read and write.
_TIME, _DATE, _RIGHTS = 0, (1 << 5) | 1, 0o600 << 16
_BLOCK = Struct("<BHH")
_MOST_STORED = 0xFFFF
_LAST_BLOCK = b"\x03\x00"


class NotCopyableError(Exception):
    """A mark stands where nobody knows what a copy would hold; it is to be built in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a mark stands.

    Attributes:
        mark: The mark.
        part: Part of the package; one ending in `/` stands for all in that folder.
        before: What stands before it, as a regular expression.
        after: What stands after it, likewise.
    """

    mark: str
    part: str
    before: str
    after: str

    def is_in(self, part: str) -> bool:
        """Whether the mark may stand in a part."""
        return part.startswith(self.part) if self.part.endswith("/") else part == self.part


@dataclass(frozen=True, slots=True)
class _Piece:
    packed: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class _Cut:
    """A part cut at its holes; there is one piece more than there are holes."""

    name: str
    pieces: tuple[_Piece, ...]
    holes: tuple[str, ...]

    def filled(self, texts: Mapping[str, bytes]) -> Packed:
        """Return the part with texts in its holes."""
        first = self.pieces[0]
        packed, checksum, size = [first.packed], zlib.crc32(first.content), len(first.content)
        for hole, piece in zip(self.holes, self.pieces[1:], strict=True):
            text = texts[hole]
            packed += (*_stored(text), piece.packed)
            checksum = zlib.crc32(piece.content, zlib.crc32(text, checksum))
            size += len(text) + len(piece.content)
        packed.append(_LAST_BLOCK)
        return Packed(name=self.name, packed=b"".join(packed), checksum=checksum, size=size)


class Master:
    """A workbook taken apart, and what its copies need."""

    def __init__(self, package: bytes, *, cells: Sequence[str], spots: Sequence[Spot]) -> None:
        """Take a workbook apart.

        Args:
            package: A workbook of ours with marks in it.
            cells: Marks that stand in cells, in the order in which these were written: last.
            spots: Where other marks stand; the same mark may have several.

        Raises:
            NotCopyableError: A mark stands somewhere else.
        """
        self._cells = tuple(cells)
        self._spots = tuple(spots)
        self._any_mark = re.compile("|".join(re.escape(mark) for mark in self._marks()).encode())
        members = packed_members(package)
        strings = next(_content(member) for member in members if member.name == _STRINGS)
        self._known, self._base = self._strings(strings)
        self._members = tuple(self._cut(member) for member in members)

    def copy(self, *, cells: Sequence[str], texts: Mapping[str, str]) -> bytes:
        """Return a copy with texts of its own; each must be `plain`.

        Args:
            cells: What stands in the cells instead of each mark.
            texts: What stands elsewhere instead of the mark.
        """
        fresh: dict[bytes, int] = {}
        filled = {mark: _escaped(text) for mark, text in texts.items()}
        for mark, text in zip(self._cells, cells, strict=True):
            string = b"<si><t>%b</t></si>" % _escaped(text)
            place = self._known.get(string)
            if place is None:
                place = fresh.setdefault(string, self._base + len(fresh))
            filled[_cell_hole(mark)] = b"%d" % place
        filled[_UNIQUE] = b"%d" % (self._base + len(fresh))
        filled[_TAIL] = b"".join(fresh)
        return _zipped(
            member.filled(filled) if isinstance(member, _Cut) else member
            for member in self._members
        )

    def _marks(self) -> Iterator[str]:
        found = {*self._cells, *(spot.mark for spot in self._spots)}
        # The longer first: a mark may be part of another.
        yield from sorted(found, key=len, reverse=True)

    def _strings(self, content: bytes) -> tuple[dict[bytes, int], int]:
        """Return the place of each string of the table, and how many there are before the marks."""
        strings = _STRING.findall(content)
        base = len(strings) - len(self._cells)
        marked = [b"<si><t>%b</t></si>" % mark.encode() for mark in self._cells]
        if strings[base:] != marked or any(map(self._any_mark.search, strings[:base])):
            raise NotCopyableError(_STRINGS)
        return {string: place for place, string in enumerate(strings[:base])}, base

    def _cut(self, member: Packed) -> Packed | _Cut:
        content = _content(member)
        if member.name == _STRINGS:
            holes = self._table_holes(content)
        else:
            holes = sorted((*self._text_holes(member.name, content), *self._places(content)))
            marked = sum(1 for _ in self._any_mark.finditer(content))
            if marked != sum(not hole.startswith(_cell_hole("")) for _, _, hole in holes):
                raise NotCopyableError(member.name)
        if not holes:
            return member
        ends = [0, *(end for _, end, _ in holes)]
        starts = [*(start for start, _, _ in holes), len(content)]
        pieces = (content[end:start] for end, start in zip(ends, starts, strict=True))
        names = tuple(hole for _, _, hole in holes)
        return _Cut(member.name, tuple(_Piece(_packed(piece), piece) for piece in pieces), names)

    def _table_holes(self, content: bytes) -> list[tuple[int, int, str]]:
        count = _COUNTED.search(content)
        strings = list(_STRING.finditer(content))[self._base :]
        if count is None or not strings:
            raise NotCopyableError(_STRINGS)
        return [(*count.span(1), _UNIQUE), (strings[0].start(), strings[-1].end(), _TAIL)]

    def _text_holes(self, part: str, content: bytes) -> Iterator[tuple[int, int, str]]:
        for spot in self._spots:
            if spot.is_in(part):
                pattern = f"{spot.before}({re.escape(spot.mark)}){spot.after}"
                for found in re.finditer(pattern.encode(), content):
                    yield (*found.span(1), spot.mark)

    def _places(self, content: bytes) -> Iterator[tuple[int, int, str]]:
        """Return where cells point at the marks in the table of strings."""
        for place, mark in enumerate(self._cells, start=self._base):
            for found in re.finditer(rb' t="s"><v>(%d)</v></c>' % place, content):
                yield (*found.span(1), _cell_hole(mark))


def is_plain(text: str) -> bool:
    """Whether a text can stand in a copy: the writer escapes nothing of it but `&`, `<` and `>`."""
    is_rich = text.startswith("<r>") and text.endswith("</r>")
    return 0 < len(text) <= MAX_LITERAL and not is_rich and _ODD.search(text) is None


def _cell_hole(mark: str) -> str:
    return f"cell {mark}"


def _escaped(text: str) -> bytes:
    return text.translate(_REFERENCES).encode()


# ---- packing


def _content(member: Packed) -> bytes:
    return zlib.decompress(member.packed, -zlib.MAX_WBITS)


def _packed(content: bytes) -> bytes:
    """Deflate a piece so that another can follow: up to a whole byte, without an end."""
    stream = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(content) + stream.flush(zlib.Z_FULL_FLUSH)


def _stored(content: bytes) -> Iterator[bytes]:
    """Return blocks that hold a text as it is."""
    for start in range(0, len(content), _MOST_STORED):
        block = content[start : start + _MOST_STORED]
        yield _BLOCK.pack(0, len(block), len(block) ^ _MOST_STORED)
        yield block


def _zipped(members: Iterable[Packed]) -> bytes:
    """Put packed members together as a zip."""
    written: list[bytes] = []
    table: list[bytes] = []
    place = 0
    for member in members:
        name = member.name.encode("ascii")
        sizes = (member.checksum, len(member.packed), member.size, len(name), 0)
        head = (_VERSION, 0, _DEFLATED, _TIME, _DATE, *sizes)
        local = _LOCAL.pack(b"PK\x03\x04", *head) + name
        table.append(_CENTRAL.pack(b"PK\x01\x02", _MADE_BY, *head, 0, 0, 0, _RIGHTS, place) + name)
        written += (local, member.packed)
        place += len(local) + len(member.packed)
    directory = b"".join(table)
    counts = (0, 0, len(table), len(table), len(directory), place, 0)
    return b"".join((*written, directory, _END.pack(b"PK\x05\x06", *counts)))
