"""XML screened before any parser: how it is encoded, no definitions of its own, no endless tag."""

from __future__ import annotations

import re

from clusterxl.excel.bounds import BOUNDS
from clusterxl.excel.plain import has_sections
from clusterxl.excel.sniff import unreadable

_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_UTF32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"<\x00\x00\x00", b"\x00\x00\x00<")
_DECLARED = re.compile(rb"\s*<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([^\"'>]*)[\"']")
_DECLARATION = re.compile(r"\ufeff?\s*<\?xml\s[^>]*\?>")
_READABLE = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
# Bytes of the shortest element, `<a/>`.
SHORTEST = 4
_DEFINES = (b"<!DOCTYPE", b"<!ENTITY")
_TAG = re.compile(rb"<(?:[^<>\"']++|\"[^\"]*\"|'[^']*')*+>")
_QUOTED = b"<![CDATA["


def screen(data: bytes, file: str) -> bytes:
    """Check one XML part.

    Args:
        data: Its bytes.
        file: Name of the workbook, for the sentence when it is refused.

    Returns:
        The part in UTF-8.

    Raises:
        UnreadableWorkbookError: Another encoding than UTF-8 or UTF-16, a DTD, or a tag too long.
    """
    return screened(data, file)[0]


def screened(data: bytes, file: str) -> tuple[bytes, bool]:
    """Check one XML part as `screen` does, and tell whether it holds comments or the like."""
    data = _in_utf8(data, file)
    # Hardly any part has them; looking for each takes its time.
    has_marks = has_sections(data)
    if has_marks and any(mark in data for mark in _DEFINES):
        raise unreadable("declares", file=file)
    if _has_long_tag(data) or (has_marks and _has_long_comment(data)) or _has_long_order(data):
        raise unreadable("long_tag", file=file)
    return data, has_marks


def count_elements(data: bytes) -> int:
    """Return how many elements a part has, comments and the like among them."""
    return data.count(b"<") - data.count(b"</")


def _in_utf8(data: bytes, file: str) -> bytes:
    if data.startswith(_UTF32):
        raise unreadable("encoding", file=file)
    if data.startswith(_UTF16):
        return _from_utf16(data, file)
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
    if b"\x00" in data[:4] or (declared and declared[1].lower() not in _READABLE):
        raise unreadable("encoding", file=file)
    return data


def _from_utf16(data: bytes, file: str) -> bytes:
    marked = data.startswith(_UTF16[:2])
    encoding = "utf-16" if marked else ("utf-16-le" if data[1] == 0 else "utf-16-be")
    try:
        # The declaration would name the encoding it no longer has.
        return _DECLARATION.sub("", data.decode(encoding), count=1).encode()
    except UnicodeError as error:
        raise unreadable("encoding", file=file) from error


def _has_long_tag(data: bytes) -> bool:
    """Whether a tag is too long; only where no other begins for long, is it looked at."""
    most = BOUNDS.tag_bytes
    place = data.find(b"<")
    while place >= 0 and len(data) - place > most:
        after = data.rfind(b"<", place + 1, place + most)
        if after < 0:
            stop = _end_of_tag(data, place)
            if stop < 0:
                return True
            after = data.find(b"<", stop)
        place = after
    return False


def _end_of_tag(data: bytes, place: int) -> int:
    """Return where a tag or a quoted text ends; -1 when the tag is too long or has no end."""
    if data.startswith(_QUOTED, place):
        return data.find(b"]]>", place)
    tag = _TAG.match(data, place, place + BOUNDS.tag_bytes)
    return tag.end() if tag else -1


def _has_long_comment(data: bytes) -> bool:
    place = data.find(b"<!--")
    while place >= 0:
        stop = data.find(b"-->", place)
        if stop < 0 or stop - place > BOUNDS.tag_bytes:
            return True
        place = data.find(b"<!--", stop)
    return False


def _has_long_order(data: bytes) -> bool:
    """Whether an instruction (`<?…?>`) is too long; question marks are rare, so they lead."""
    place = data.find(b"?")
    while place >= 0:
        if data.startswith(b"<", place - 1):
            stop = data.find(b"?>", place + 1)
            if stop < 0 or stop - place > BOUNDS.tag_bytes:
                return True
            place = stop
        place = data.find(b"?", place + 1)
    return False
