"""Small XML parts read by local names, so that prefixes and dialects make no difference."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

_PIECE = 65_536

__all__ = [
    "Element",
    "ExpatError",
    "attributes_of",
    "is_true",
    "is_well_formed",
    "local",
    "parse",
]


@dataclass(slots=True)
class Element:
    """One element, with local names throughout.

    Attributes:
        name: Local name.
        attributes: Attributes by local name.
        parent: Name of the element it stands in; empty for the outermost.
        texts: Pieces of text directly in it.
    """

    name: str
    attributes: Mapping[str, str]
    parent: str
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return its own text."""
        return "".join(self.texts)


def local(name: str) -> str:
    """Return a name without its prefix.

    >>> local("x:row"), local("row")
    ('row', 'row')
    """
    return name.rpartition(":")[2] if ":" in name else name


def attributes_of(given: Mapping[str, str]) -> Mapping[str, str]:
    """Return attributes by local name, those without a prefix before others of the same name."""
    if ":" not in "".join(given):
        return given
    return {local(name): value for name, value in given.items()} | {
        name: value for name, value in given.items() if ":" not in name
    }


def is_true(text: str | None) -> bool:
    """Whether an attribute says yes."""
    return text in ("1", "true")


def is_well_formed(data: bytes) -> bool:
    """Whether a part is XML at all, which is known much sooner than what it says.

    >>> is_well_formed(b"<a><b/></a>"), is_well_formed(b"<a><b></a>")
    (True, False)
    """
    try:
        ParserCreate().Parse(data, True)  # noqa: FBT003 (the whole part)
    except ExpatError:
        return False
    return True


def parse(data: bytes, only: Container[str] | None = None) -> Iterator[Element]:
    """Go through the elements of a part, each when it ends.

    Args:
        data: The part, in UTF-8.
        only: Local names of those that are asked for; nothing is kept of any other. All if None.

    Returns:
        The elements, inner ones before those they stand in.

    Raises:
        ExpatError: The part is no XML.
    """
    stack: list[Element | str] = []
    ended: list[Element] = []
    parser = ParserCreate()
    parser.buffer_text = True

    def begin(name: str, given: Mapping[str, str]) -> None:
        name = local(name)
        if only is not None and name not in only:
            stack.append(name)
            return
        above = stack[-1] if stack else ""
        parent = above if isinstance(above, str) else above.name
        stack.append(Element(name, attributes_of(given), parent))

    def keep(text: str) -> None:
        if isinstance(inner := stack[-1], Element):
            inner.texts.append(text)

    def end(_: str) -> None:
        if isinstance(inner := stack.pop(), Element):
            ended.append(inner)

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = keep
    # Piece by piece, so that what nobody keeps of a long part is forgotten.
    for start in range(0, len(data), _PIECE):
        parser.Parse(data[start : start + _PIECE], False)  # noqa: FBT003 (more follows)
        yield from ended
        ended.clear()
    parser.Parse(b"", True)  # noqa: FBT003 (the end of the part)
