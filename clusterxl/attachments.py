"""What a file that came along is, by its content and its name: to be read, to be left, and why."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath

from clusterxl.sentences import say

# Also those that are told to come back as .xlsx: a county that sent one must hear of it.
WORKBOOKS = (*(".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".xlsb", ".et", ".ett", ".ods"),)
PACKED = (".zip", ".rar", ".7z", ".gz", ".tgz", ".bz2", ".xz", ".tar")
_BY_SUFFIX: Mapping[str, str] = {
    suffix: kind
    for kind, suffixes in {
        "pdf": ".pdf .ofd",
        "picture": ".jpg .jpeg .png .tif .tiff .gif .bmp .heic .webp",
        "word": ".doc .docx .wps .wpt .rtf .odt .dot .dotx",
        "slides": ".ppt .pptx .dps .odp",
        "text": ".txt .csv .md .log",
        "web": ".htm .html .mht .mhtml",
        "mail": ".eml .msg",
        "film": ".mp4 .mov .avi .mp3",
        "program": ".exe .bat .cmd .js .vbs .lnk .dll",
    }.items()
    for suffix in suffixes.split()
}
_TOLD = frozenset(_BY_SUFFIX.values())
# Packed files that cannot be opened are among them: their sender must hear of it.
_READ = frozenset({"workbook", "xls", "xlsb", "ods", "encrypted", "archive"})
_JUNK_STARTS = ("~$", "._", ".~")
_JUNK = (".ds_store", "thumbs.db", "desktop.ini")
_JUNK_FOLDER = "__MACOSX"
# Control, format (right-to-left, zero-width) and surrogate characters; ends of lines and the like.
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_PRINTED = re.compile(r"[\w .,()\[\]/+-]*", re.ASCII)


def is_junk(name: str) -> bool:
    """Whether a file is one that programs and systems leave behind."""
    path = PurePosixPath(name)
    return (
        path.name.startswith(_JUNK_STARTS)
        or path.name.lower() in _JUNK
        or _JUNK_FOLDER in path.parts
    )


def suffix_of(name: str) -> str:
    """Return the ending of a name, in small letters."""
    return PurePosixPath(name).suffix.lower()


def kind_by_name(name: str) -> str:
    """Name what a file calls itself; empty where its ending says nothing."""
    return _BY_SUFFIX.get(suffix_of(name), "")


def is_read(name: str, kind: str) -> bool:
    """Whether a file is to be read, or told about as one that should have been a workbook.

    Args:
        name: Its name.
        kind: What it is by its content.
    """
    return suffix_of(name) in (*WORKBOOKS, *PACKED) or kind in _READ


def reason_to_leave(name: str, kind: str) -> str:
    """Return the line that says what a file is that was left alone.

    Args:
        name: Its name, which says more than the content about documents.
        kind: What it is by its content.
    """
    told = kind_by_name(name) or kind
    return say(f"read.skip_{told}" if told in _TOLD else "read.skip_other")


def shown_name(name: str) -> str:
    r"""Return a name that any frame, file or screen takes: what is no visible text becomes codes.

    >>> shown_name("a\n\u202ebc.xlsx")
    'a\\u000a\\u202ebc.xlsx'
    """
    if _PRINTED.fullmatch(name):
        return name
    return "".join(
        f"\\u{ord(letter):04x}" if unicodedata.category(letter) in _UNSEEN else letter
        for letter in name
    )
