"""A package taken apart: its table of contents checked, every member inflated once and counted."""

from __future__ import annotations

import re
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from struct import Struct
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.sniff import unreadable

_LOCAL = Struct("<4s5H3L2H")
_END = Struct("<4s4H2LH")
_LOCAL_SIGN, _END_SIGN = b"PK\x03\x04", b"PK\x05\x06"
_MAX_COMMENT = 65_535
_ENCRYPTED, _UTF8 = 0x1, 0x800
_UNIX = 16
# Of what a table of contents may take up, far more than 500 long names need.
_MAX_TABLE = 1024 * 1024
_LEADS_OUT = re.compile(r"^/|^[A-Za-z]:|(?:^|/)\.\.(?:/|$)|\x00")


def check_table(data: bytes, file: str) -> None:
    """Refuse a package whose table of contents is too long, before it is read.

    Raises:
        UnreadableWorkbookError: Too many members, or a table too big.
    """
    place = data.rfind(_END_SIGN, max(0, len(data) - _MAX_COMMENT - _END.size))
    if place < 0 or place + _END.size > len(data):
        return
    _, _, _, _, entries, size, _, _ = _END.unpack_from(data, place)
    if entries > BOUNDS.members or size > _MAX_TABLE:
        raise unreadable("many_members", file=file)


def inflate(data: bytes, file: str) -> dict[str, bytes]:
    """Return the content of every member, by its name with `/`.

    Args:
        data: The package.
        file: Its name, for the sentence when it is refused.

    Returns:
        Each member once inflated, its size and checksum verified; folders are left out.

    Raises:
        UnreadableWorkbookError: Damaged, oddly packed, or too big when unpacked.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries, end = archive.infolist(), archive.start_dir
        _check_entries(entries, file)
        starts = dict(zip(entries, _data_starts(data, entries, end, file), strict=True))
        return {
            _name_of(entry): _content(data, entry, starts[entry], file)
            for entry in entries
            if not entry.is_dir()
        }
    except (BadZipFile, zlib.error, ValueError, OSError, NotImplementedError) as error:
        raise unreadable("damaged", file=file) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One member of a package as it lies there.

    Attributes:
        name: Its name with `/`.
        packed: Its content, deflated.
        checksum: CRC-32 of its content.
        size: Bytes of its content.
    """

    name: str
    packed: bytes
    checksum: int
    size: int


def packed_members(data: bytes) -> tuple[Packed, ...]:
    """Return the members of a package of our own, in the order in which they lie there."""
    with ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
    starts = [_data_start(data, entry, "") for entry in entries]
    return tuple(
        Packed(
            name=_name_of(entry),
            packed=data[start : start + entry.compress_size],
            checksum=entry.CRC,
            size=entry.file_size,
        )
        for entry, start in zip(entries, starts, strict=True)
    )


def _name_of(entry: ZipInfo) -> str:
    return entry.orig_filename.replace("\\", "/")


def _check_entries(entries: list[ZipInfo], file: str) -> None:
    """Refuse names that lead elsewhere or meet, sizes beyond bounds, and odd ways of packing."""
    if len(entries) > BOUNDS.members:
        raise unreadable("many_members", file=file)
    sizes = [entry.file_size for entry in entries]
    if sum(sizes) > BOUNDS.total_bytes:
        raise unreadable("swollen", file=file)
    if max(sizes, default=0) > BOUNDS.part_bytes:
        raise unreadable("swollen", file=file, most=str(BOUNDS.part_bytes // 1024 // 1024))
    names = {_name_of(entry).casefold() for entry in entries}
    if len(names) < len(entries) or any(_is_odd(entry) for entry in entries):
        raise unreadable("odd_zip", file=file)


def _is_odd(entry: ZipInfo) -> bool:
    return (
        _LEADS_OUT.search(_name_of(entry)) is not None
        or bool(entry.flag_bits & _ENCRYPTED)
        or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED)
        or stat.S_ISLNK(entry.external_attr >> _UNIX)
    )


def _data_starts(data: bytes, entries: list[ZipInfo], end: int, file: str) -> Iterator[int]:
    """Give where the content of each member starts; refuse contents that overlap."""
    taken = []
    for entry in entries:
        start = _data_start(data, entry, file)
        taken.append((entry.header_offset, start + entry.compress_size))
        yield start
    taken = [(0, 0), *sorted(taken), (end, end)]
    overlaps = any(after < stop for (_, stop), (after, _) in pairwise(taken))
    # What stands before the first member was put there by no program for workbooks.
    if overlaps or taken[1][0] != 0:
        raise unreadable("odd_zip", file=file)


def _data_start(data: bytes, entry: ZipInfo, file: str) -> int:
    place = entry.header_offset
    if not 0 <= place <= len(data) - _LOCAL.size:
        raise unreadable("damaged", file=file)
    sign, *_, name_length, extra_length = _LOCAL.unpack_from(data, place)
    start = place + _LOCAL.size
    name = data[start : start + name_length]
    encoding = "utf-8" if entry.flag_bits & _UTF8 else "cp437"
    if sign != _LOCAL_SIGN or name != entry.orig_filename.encode(encoding):
        raise unreadable("damaged", file=file)
    return int(start + name_length + extra_length)


def _content(data: bytes, entry: ZipInfo, start: int, file: str) -> bytes:
    """Inflate a member to its end, at most one byte more than it declares."""
    packed = data[start : start + entry.compress_size]
    if entry.compress_type == ZIP_STORED:
        content, whole = packed, True
    else:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        content = stream.decompress(packed, entry.file_size + 1)
        whole = stream.eof and not stream.unused_data
    if len(content) > entry.file_size:
        raise unreadable("odd_zip", file=file)
    if not whole or len(content) < entry.file_size or zlib.crc32(content) != entry.CRC:
        raise unreadable("damaged", file=file)
    return content
