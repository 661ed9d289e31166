"""Text in columns of a terminal, in which a Chinese character is two wide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clusterxl.cli.console import tell, terminal_width
from clusterxl.excel.heights import is_wide

GAP = "  "
_HANG = 4
# A terminal that leaves less for a text is not worth folding it for.
_LEAST_ROOM = 20
# What never ends a line, and what never begins one.
_OPENING = frozenset("（《〈“【「『([{")
_CLOSING = frozenset("，。、；：！？）》〉”】」』…,.;:!?)]}%")


def width_of(text: str) -> int:
    """Return how many columns a text takes.

    >>> width_of("ab"), width_of("示例")
    (2, 4)
    """
    return sum(2 if is_wide(char) else 1 for char in text)


def padded(text: str, width: int) -> str:
    """Return a text followed by as many blanks as make it so wide."""
    return text + " " * (width - width_of(text))


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Go through the lines of a table, its first column at the left, its figures at the right."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [padded(first, widths[0])]
        cells += [
            " " * (width - width_of(text)) + text
            for text, width in zip(others, widths[1:], strict=True)
        ]
        yield GAP.join(cells)


def folded(line: str, width: int, *, hang: int = _HANG) -> Iterator[str]:
    """Go through the lines of a terminal that a line takes, those after the first further in.

    Args:
        line: The line; the blanks it begins with stay.
        width: Columns of the terminal; 0 where a line may be as long as it is.
        hang: How much further in; what was cut is seen to go on.

    >>> list(folded("  示例数据 a long line", 24))
    ['  示例数据 a long line']
    >>> list(folded("示例数据示例数据，示例数据", 24, hang=2))
    ['示例数据示例数据，示例数', '  据']
    """
    indent = " " * (len(line) - len(line.lstrip(" ")) + hang)
    if width - len(indent) < _LEAST_ROOM:
        yield line
        return
    rest = line
    while width_of(rest) > width:
        at = _break_of(rest, width)
        yield rest[:at].rstrip(" ")
        rest = indent + rest[at:].lstrip(" ")
    yield rest


def tell_folded(line: str) -> None:
    """Print a line of which more than one may be told, so that each is seen to begin."""
    for part in folded(line, terminal_width(), hang=2):
        tell(part)


def _break_of(line: str, width: int) -> int:
    """Return before which character a line is broken: a word stays whole, if it has room.

    Between two columns is better than within one, unless half of the line would stay empty.
    """
    taken, last, gap = 0, 0, 0
    first = len(line) - len(line.lstrip(" "))
    for at, char in enumerate(line):
        taken += 2 if is_wide(char) else 1
        if taken > width:
            found = gap or last
            return found if found > first else at
        if _may_part(char, line[at + 1 : at + 2]):
            last = at + 1
            if line[at - 1 : at + 1] == GAP and 2 * taken > width:
                gap = last
    return len(line)


def _may_part(before: str, after: str) -> bool:
    """Whether a line may end between two characters."""
    is_free = before == " " or is_wide(before) or (bool(after) and is_wide(after))
    return is_free and before not in _OPENING and after not in _CLOSING
