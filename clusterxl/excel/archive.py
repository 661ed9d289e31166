"""Zips in which workbooks are sent: their members by number, with readable names."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from struct import Struct
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.regular import open_regular
from clusterxl.excel.sniff import HEAD_BYTES, MAX_BYTES, kind_of_members, unreadable

MAX_MEMBERS = 10_000
# Of all that a zip says it holds: returns of a province, and scans beside them.
MAX_TOTAL_BYTES = 4 * 1024**3
# Of a zip within a zip, which is taken apart in memory.
MAX_INNER_BYTES = BOUNDS.total_bytes
_MAX_TABLE_BYTES = 4 * 1024**2
_END, _END_SIGN = Struct("<4s4H2LH"), b"PK\x05\x06"
_MAX_COMMENT = 65_535
_ENCRYPTED, _UTF8_FLAG = 0x1, 0x800


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a zip.

    Attributes:
        name: Its name, with `/`.
        number: Its number in the zip.
        head: Its first bytes; None where they cannot be read.
        is_locked: It has a password.
    """

    name: str
    number: int
    head: bytes | None = None
    is_locked: bool = False


def list_members(source: Path | bytes, file: str) -> tuple[Member, ...]:
    """Return the files in a zip, by name.

    Args:
        source: The zip, as a path or as bytes.
        file: Its name, for the sentence when it cannot be read.

    Returns:
        Its files; folders are left out.

    Raises:
        UnreadableWorkbookError: No zip, damaged, or with far more in it than returns.
    """
    with _open(source, file) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_MEMBERS:
            raise unreadable("zip_many", file=file, most=str(MAX_MEMBERS))
        if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
            raise unreadable("zip_swollen", file=file, most=str(MAX_TOTAL_BYTES // 1024**3))
        members = [
            Member(
                _name_of(entry),
                number,
                _head_of(archive, entry),
                bool(entry.flag_bits & _ENCRYPTED),
            )
            for number, entry in enumerate(entries)
            if not entry.is_dir()
        ]
    return tuple(sorted(members, key=lambda member: (member.name, member.number)))


def kind_of_zip(members: tuple[Member, ...]) -> str:
    """Name what a zip is: a `workbook`, `xlsb`, `ods`, `word`, `slides`, or just a `zip`."""
    return kind_of_members([member.name for member in members])


def read_member(source: Path | bytes, number: int, file: str, *, most: int = MAX_BYTES) -> bytes:
    """Return the content of a file in a zip; its checksum is verified.

    Args:
        source: The zip, as a path or as bytes.
        number: Number of the file in it.
        file: Its name, for the sentence when it cannot be read.
        most: How many bytes it may have.

    Raises:
        UnreadableWorkbookError: Damaged, with a password, or too big.
    """
    with _open(source, file) as archive:
        entry = archive.infolist()[number]
        with archive.open(entry) as content:
            data = content.read(most + 1)
    if len(data) > most:
        raise unreadable("too_big", file=file, most=str(most // 1024**2))
    return data


def _head_of(archive: ZipFile, entry: ZipInfo) -> bytes | None:
    try:
        with archive.open(entry) as content:
            return content.read(HEAD_BYTES)
    except (BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
        # Whoever reads it is told why it cannot be read.
        return None


@contextmanager
def _open(source: Path | bytes, file: str) -> Iterator[ZipFile]:
    try:
        with BytesIO(source) if isinstance(source, bytes) else open_regular(source) as opened:
            _check_table(opened, file)
            with ZipFile(opened) as archive:
                yield archive
    except NotImplementedError as error:
        raise unreadable("archive", file=file) from error
    except RuntimeError as error:
        # The zip module has no class of its own for a missing password.
        raise unreadable("zip_password", file=file) from error
    except PermissionError as error:
        reason = error.strerror or type(error).__name__
        raise unreadable("cannot_open", file=file, reason=reason) from error
    except (BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise unreadable("cut", file=file) from error


def _check_table(opened: BinaryIO, file: str) -> None:
    """Refuse a table of contents that is endless, before it is read."""
    size = opened.seek(0, 2)
    opened.seek(max(0, size - _MAX_COMMENT - _END.size))
    tail = opened.read()
    place = tail.rfind(_END_SIGN)
    if 0 <= place <= len(tail) - _END.size:
        _, _, _, _, entries, table, _, _ = _END.unpack_from(tail, place)
        if entries > MAX_MEMBERS or table > _MAX_TABLE_BYTES:
            raise unreadable("zip_many", file=file, most=str(MAX_MEMBERS))
    opened.seek(0)


def _name_of(entry: ZipInfo) -> str:
    """Return the name as it was typed: Chinese Windows writes GBK without saying so."""
    if entry.flag_bits & _UTF8_FLAG:
        return entry.filename
    try:
        written = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return written.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return entry.filename
