"""Records of the binary parts of .xlsb: where each begins and ends, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct, error

_U16, _U32, _I32, _F64 = Struct("<H"), Struct("<I"), Struct("<i"), Struct("<d")
_MISSING = 0xFFFF_FFFF
_MORE, _LOW = 0x80, 0x7F
_MOST_KIND_BYTES, _MOST_SIZE_BYTES = 2, 4


class Record:
    """The content of one record, read piece by piece from its start.

    Whoever reads beyond its end gets a ValueError.
    """

    __slots__ = ("_data", "_place")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def skip(self, count: int) -> None:
        """Pass over some bytes."""
        self._place += count

    def take(self, count: int) -> bytes:
        """Read some bytes."""
        found = self._data[self._place : self._place + count]
        if len(found) < count:
            raise ValueError(count)
        self._place += count
        return found

    def u8(self) -> int:
        """Read a number of one byte."""
        return self.take(1)[0]

    def u16(self) -> int:
        """Read a number of two bytes."""
        return int(self._unpacked(_U16))

    def u32(self) -> int:
        """Read a number of four bytes."""
        return int(self._unpacked(_U32))

    def i32(self) -> int:
        """Read a number of four bytes that may be negative."""
        return int(self._unpacked(_I32))

    def f64(self) -> float:
        """Read a number of eight bytes with a fraction."""
        return self._unpacked(_F64)

    def rk(self) -> float:
        """Read a number packed into four bytes: two marks, thirty bits of it."""
        written = self.u32()
        number: float
        if written & 2:
            number = float(_I32.unpack(_U32.pack(written))[0] >> 2)
        else:
            (number,) = _F64.unpack(bytes(4) + _U32.pack(written & ~3))
        return number / 100 if written & 1 else number

    def text(self) -> str:
        """Read a text with its length before it."""
        return self.take(2 * self.u32()).decode("utf-16-le")

    def text_or_none(self) -> str:
        """Read a text that may be missing, which counts as empty."""
        length = self.u32()
        return "" if length == _MISSING else self.take(2 * length).decode("utf-16-le")

    def _unpacked(self, shape: Struct) -> float:
        try:
            (number,) = shape.unpack_from(self._data, self._place)
        except error as short:
            raise ValueError(self._place) from short
        self._place += shape.size
        return float(number) if shape is _F64 else int(number)


def records(data: bytes) -> Iterator[tuple[int, Record]]:
    """Give the records of a part, each with the number of its kind.

    Raises:
        ValueError: The part ends within a record.
    """
    place = 0
    while place < len(data):
        kind, place = _number(data, place, _MOST_KIND_BYTES)
        size, place = _number(data, place, _MOST_SIZE_BYTES)
        if place + size > len(data):
            raise ValueError(place)
        yield kind, Record(data[place : place + size])
        place += size


def _number(data: bytes, place: int, most: int) -> tuple[int, int]:
    """Read a number of seven bits a byte; the highest bit says that another byte follows."""
    number = 0
    for step in range(most):
        if place >= len(data):
            raise ValueError(place)
        byte = data[place]
        place += 1
        number |= (byte & _LOW) << 7 * step
        if not byte & _MORE:
            break
    return number, place
