"""Tells by its content what a file is, whatever its name says, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from clusterxl.errors import UnreadableWorkbookError
from clusterxl.excel.bounds import BOUNDS, bound_of
from clusterxl.sentences import say

MAX_BYTES = BOUNDS.file_bytes
# Enough to know what a file is that is neither a zip nor an old Office file.
HEAD_BYTES = 4096

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of what such a file holds; one without any is taken for the oldest kind.
_HELD = tuple(
    (name.encode("utf-16-le"), kind)
    for name, kind in (
        ("EncryptedPackage", "encrypted"),
        ("Workbook", "xls"),
        ("WordDocument", "word"),
        ("PowerPoint Document", "slides"),
        ("", "xls"),
    )
)
_STARTS = (
    (b"PK\x05\x06", "zip"),
    (b"%PDF", "pdf"),
    (b"{\\rtf", "word"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"MZ", "program"),
)
_TAR, _TAR_PLACE = b"ustar", 257
_MEMBERS = (
    ("xl/workbook.bin", "xlsb"),
    ("xl/", "workbook"),
    ("word/", "word"),
    ("ppt/", "slides"),
    ("content.xml", "ods"),
)
_WEB = (b"<html", b"<!doctype html", b"<head", b"<body", b"<table", b"<meta", b"<script")


def kind_of(data: bytes) -> str:
    """Name what a file is.

    Args:
        data: The whole file.

    Returns:
        `workbook`, `zip`, `encrypted`, `xls`, `xlsb`, `ods`, `word`, `slides`, `pdf`, `web`,
        `xml`, `picture`, `program`, `archive`, `empty`, `cut`, `text` or `unknown`.
    """
    if not data.strip(b"\x00 \t\r\n"):
        return "empty"
    if data.startswith(_ZIP):
        return _kind_of_zip(data)
    if data.startswith(_OLE):
        return _kind_of_ole(data)
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data.startswith(_TAR, _TAR_PLACE):
        return "archive"
    return _kind_of_text(data)


def check_is_workbook(data: bytes, file: str) -> None:
    """Refuse a file that is no .xlsx workbook, with the remedy for what it is.

    Raises:
        UnreadableWorkbookError: It is something else; the code names what (`read.xls`).
    """
    kind = "too_big" if len(data) > MAX_BYTES else kind_of(data)
    if kind != "workbook":
        raise unreadable(kind, file=file)


def unreadable(kind: str, /, **figures: str) -> UnreadableWorkbookError:
    """Build the error whose sentence is `read.<kind>`."""
    code = f"read.{kind}"
    bounds = {"most": str(bound_of(kind)), "columns": str(BOUNDS.column)}
    return UnreadableWorkbookError(say(code, **{**bounds, **figures}), code=code)


def _kind_of_ole(data: bytes) -> str:
    return next(kind for name, kind in _HELD if name in data)


def _kind_of_zip(data: bytes) -> str:
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
    except (BadZipFile, ValueError, OSError, NotImplementedError):
        # A zip's table of contents stands at its end: without it, the end is missing.
        return "cut"
    return kind_of_members(names)


def kind_of_members(names: Iterable[str]) -> str:
    """Name what a zip is by the names in it: an Office file of some kind, or just a `zip`."""
    written = [name.lower().replace("\\", "/") for name in names]
    if "[content_types].xml" in written or "mimetype" in written:
        for start, kind in _MEMBERS:
            if any(name.startswith(start) for name in written):
                return kind
    return "zip"


def _kind_of_text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data[:4000].decode("utf-16", errors="replace").encode()
    start = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if any(mark in start for mark in _WEB):
        return "web"
    if start.startswith(b"<?xml"):
        return "xml"
    return "unknown" if b"\x00" in data[:2000] else "text"
