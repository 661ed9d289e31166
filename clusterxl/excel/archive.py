"""Zips in which workbooks are sent: their members by number, with readable names."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from clusterxl.excel.sniff import MAX_BYTES, unreadable

MAX_MEMBERS = 10_000
_UTF8_FLAG = 0x800
_PACKAGE = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a zip: its name with `/`, and its number in the zip."""

    name: str
    number: int


def list_members(source: Path | bytes, file: str) -> tuple[Member, ...]:
    """Return the files in a zip, by name.

    Args:
        source: The zip, as a path or as bytes.
        file: Its name, for the sentence when it cannot be read.

    Returns:
        Its files; folders are left out.

    Raises:
        UnreadableWorkbookError: No zip, or damaged.
    """
    with _open(source, file) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_MEMBERS:
            raise unreadable("damaged", file=file)
        members = [
            Member(_name_of(entry), number)
            for number, entry in enumerate(entries)
            if not entry.is_dir()
        ]
    return tuple(sorted(members, key=lambda member: (member.name, member.number)))


def is_package(members: tuple[Member, ...]) -> bool:
    """Whether a zip is itself an Office file."""
    return any(member.name == _PACKAGE for member in members)


def read_member(source: Path | bytes, number: int, file: str) -> bytes:
    """Return the content of a file in a zip; its checksum is verified.

    Raises:
        UnreadableWorkbookError: Damaged, with a password, or too big.
    """
    with _open(source, file) as archive:
        entry = archive.infolist()[number]
        with archive.open(entry) as content:
            data = content.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise unreadable("too_big", file=file)
    return data


@contextmanager
def _open(source: Path | bytes, file: str) -> Iterator[ZipFile]:
    try:
        with ZipFile(BytesIO(source) if isinstance(source, bytes) else source) as archive:
            yield archive
    except NotImplementedError as error:
        raise unreadable("archive", file=file) from error
    except RuntimeError as error:
        # The zip module has no class of its own for a missing password.
        raise unreadable("zip_password", file=file) from error
    except (BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise unreadable("cut", file=file) from error


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
