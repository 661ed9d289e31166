"""The texts that the cells of a workbook share: each read when it is first asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clusterxl.excel.plain import plain_text, unescape
from clusterxl.excel.raw import decode_text
from clusterxl.excel.xml import parse

_START = re.compile(r"(?:<\?xml\s[^<>]*\?>)?\s*<sst(?:\s[^<>]*)?>")
_TEXT = r"<t(?: xml:space=\"preserve\")?>([^<]*)</t>"
_PLAIN = re.compile(rf"\s*<si>{_TEXT}")
_LOOKS = r"(?:<rPr>(?:<[A-Za-z]+(?: [A-Za-z]+=\"[^\"<>]*\")*/>)*</rPr>)?"
_RICH = re.compile(rf"\s*<si>(?:<r>{_LOOKS}{_TEXT}</r>)+")
_RUN = re.compile(_TEXT)
_END = "</si>"
# What stands in others is how to read a text aloud.
_TEXT_PARENTS = ("si", "r")
_NONSENSE = 2


class SharedStrings:
    """Texts by number."""

    def __init__(self, written: Sequence[str], texts: dict[int, str | None] | None = None) -> None:
        """Take the texts as they are written, or those read already.

        Args:
            written: XML of each text, up to its end; empty when all were read.
            texts: Texts by number.
        """
        self._written = written
        self._texts = texts or {}
        self._count = len(written) or len(self._texts)

    def __len__(self) -> int:
        return self._count

    def text(self, number: int) -> str | None:
        """Return a text; None when there is none of this number, or nobody can say which it is.

        Raises:
            ExpatError: It is no XML.
        """
        text = self._texts.get(number)
        if text is None and 0 <= number < len(self._written):
            text = _decoded(_text_of(self._written[number]))
            self._texts[number] = text
        return text


def read_strings(data: bytes) -> SharedStrings:
    """Read the part of the shared strings.

    Args:
        data: The part, in UTF-8.

    Returns:
        The texts.

    Raises:
        ExpatError: The part is no XML.
        ValueError: It is another part.
    """
    text = plain_text(data)
    start = _START.match(text)
    if start is not None:
        *written, rest = text[start.end() :].split(_END)
        alike = all(piece.startswith("<si>") for piece in map(str.lstrip, written))
        # Bytes are counted sooner than characters.
        if alike and data.count(b"<si") == len(written) and rest.strip() == "</sst>":
            return SharedStrings(written)
    return SharedStrings((), dict(enumerate(map(_decoded, _walked(data)))))


def _decoded(text: str | None) -> str | None:
    return None if text is None else decode_text(text)


def _text_of(written: str) -> str | None:
    if plain := _PLAIN.fullmatch(written):
        return unescape(plain[1])
    if _RICH.fullmatch(written):
        return unescape("".join(_RUN.findall(written)))
    # Readings of Chinese characters, and whatever else is rare.
    (text,) = _walked(f"<sst>{written}{_END}</sst>".encode())
    return text


def _walked(data: bytes) -> Iterator[str | None]:
    """Go through the texts of a part; without readings; of two in one, none counts."""
    texts: list[str] = []
    plain = 0
    name = ""
    for element in parse(data):
        name = element.name
        if name == "t" and element.parent in _TEXT_PARENTS:
            texts.append(element.text)
            plain += element.parent == _TEXT_PARENTS[0]
        elif element.parent == "t":
            # Elements within a text: nobody can say what the text is.
            plain += _NONSENSE
        elif name == "si":
            yield "".join(texts) if plain <= 1 else None
            texts.clear()
            plain = 0
    if name != "sst":
        raise ValueError(name)
