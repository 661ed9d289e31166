"""XML as programs usually write it, read as text; what is unusual is left to a parser."""

from __future__ import annotations

import re

_UNKNOWN = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#[0-9]{1,7};|#x[0-9A-Fa-f]{1,6};)")
_REFERENCE = re.compile(r"&([a-z]+|#[0-9]+|#x[0-9A-Fa-f]+);")
_NAMED = {"quot": '"', "apos": "'", "lt": "<", "gt": ">", "amp": "&"}
# Patterns are found sooner than pairs of signs of which one is frequent.
_SECTION = re.compile(rb"<!")
_BRACKETS = re.compile(rb"\]\]")
_NOT_XML = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D})
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LAST = 0x10FFFF


def has_sections(data: bytes) -> bool:
    """Whether a part holds comments, quoted texts, or definitions of its own."""
    return _SECTION.search(data) is not None


def plain_text(data: bytes) -> str:
    """Return a part as text, with line ends as parsers read them.

    Args:
        data: The part.

    Returns:
        Its text; nothing when it holds comments, sections, entities of its own, or characters
        that XML does not allow.
    """
    if has_sections(data) or _has_brackets(data) or len(data.translate(None, _NOT_XML)) < len(data):
        return ""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    if _UNKNOWN.search(text) or "\ufffe" in text or "\uffff" in text:
        return ""
    if "&#" in text and not all(map(_is_allowed, set(_REFERENCE.findall(text)))):
        return ""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _has_brackets(data: bytes) -> bool:
    """Whether it holds what ends a quoted text, and stands nowhere else."""
    return b"]" in data and _BRACKETS.search(data) is not None


def unescape(text: str) -> str:
    r"""Resolve the references in a text that `plain_text` let through.

    >>> unescape("a &lt; b&#10;&#x4e2d;"), unescape("plain")
    ('a < b\n中', 'plain')
    """
    if "&" not in text:
        return text
    if "&#" in text:
        return _REFERENCE.sub(_character, text)
    # The usual ones, faster; the sign that begins them all comes last, or it would begin others.
    for name, character in _NAMED.items():
        text = text.replace(f"&{name};", character)
    return text


def _is_allowed(name: str) -> bool:
    return name in _NAMED or (_number(name) <= _LAST and not _ODD.match(chr(_number(name))))


def _number(name: str) -> int:
    return int(name[2:], 16) if name.startswith("#x") else int(name[1:])


def _character(reference: re.Match[str]) -> str:
    name = reference[1]
    return _NAMED[name] if name in _NAMED else chr(_number(name))
