"""Frames as files, whole or in parts as they come: CSV that is inert in Excel, and Parquet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from clusterxl.outputs import require_extra

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq
    from _typeshed import ReadableBuffer

# What Excel, WPS and LibreOffice may take for the start of a formula in a CSV; quotes before
# it count as well, so that taking one quote away again gives back what was there.
DANGEROUS = re.compile("'*[=+\\-@\t\r\n\0＝＋－＠]")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")

# A group of rows in Parquet has at least so many cells, the last excepted.
GROUP_CELLS = 250_000


def guard(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    >>> guard("=1+1"), guard("-5"), guard("－5")
    ("'=1+1", '-5', "'－5")
    """
    return f"'{text}" if DANGEROUS.match(text) and not PLAIN_NUMBER.fullmatch(text) else text


def unguard(text: str) -> str:
    """Take away the apostrophe that `guard` put before a text.

    >>> unguard("'=1+1"), unguard("'s"), unguard("-5")
    ('=1+1', "'s", '-5')
    """
    return text[1:] if text.startswith("'") and DANGEROUS.match(text) else text


class Table(Protocol):
    """A file that frames of the same columns are written to, one below the other."""

    def add(self, frame: pd.DataFrame) -> None:
        """Write the rows of a frame."""

    def close(self) -> None:
        """Write what stands at the end; the stream stays open."""


class CsvTable:
    """CSV for Excel and for programs: UTF-8 with BOM, text guarded, the head once."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._has_head = False

    def add(self, frame: pd.DataFrame) -> None:
        """Write the rows of a frame."""
        buffer = io.StringIO()
        # With this line end (RFC 4180) the csv module also quotes a lone CR inside a text.
        writer = csv.writer(buffer, lineterminator="\r\n")
        if not self._has_head:
            self._stream.write(b"\xef\xbb\xbf")
            writer.writerow([guard(str(name)) for name in frame.columns])
            self._has_head = True
        writer.writerows(zip(*(_csv_column(frame[name]) for name in frame.columns), strict=True))
        self._stream.write(buffer.getvalue().encode("utf-8", errors="backslashreplace"))

    def close(self) -> None:
        """Do nothing: nothing stands at the end."""


class _Sink(io.RawIOBase):
    """What Parquet is written to: a file that was given up takes anything, and keeps nothing.

    A writer of pyarrow ends its file when it is taken away, also one that came to nothing, and
    prints how it failed.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        """Say that it takes bytes."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Hand bytes on, as long as the file is open."""
        return memoryview(data).nbytes if self._stream.closed else self._stream.write(data)


class ParquetTable:
    """Parquet; the extra `parquet` must be there.

    Rows are gathered to groups of a fair size: a group costs a reader, and the memory of the
    writer, so much a column whatever it holds.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._sink = _Sink(stream)
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []

    def add(self, frame: pd.DataFrame) -> None:
        """Write the rows of a frame, or keep them for a group."""
        # Imported when it is asked for: it is an extra.
        import pyarrow as pa  # noqa: PLC0415

        self._waiting.append(pa.Table.from_pandas(frame, preserve_index=False))
        if sum(table.num_rows * table.num_columns for table in self._waiting) >= GROUP_CELLS:
            self._write()

    def close(self) -> None:
        """Write what is left, and the foot of the file."""
        if self._waiting:
            self._write()
        if self._writer is not None:
            self._writer.close()

    def _write(self) -> None:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        group = pa.concat_tables(self._waiting)
        self._waiting.clear()
        self._writer = self._writer or pq.ParquetWriter(self._sink, group.schema)
        self._writer.write_table(group)


def table_kind(kind: str) -> Callable[[BinaryIO], Table]:
    """Return what opens a table as `csv` or `parquet`.

    Raises:
        OutputError: The extra that this needs is not installed.
    """
    if kind == "parquet":
        require_extra("parquet", module="pyarrow")
        return ParquetTable
    return CsvTable


def frame_writer(kind: str) -> Callable[[pd.DataFrame], bytes]:
    """Return what writes a frame as `csv` or `parquet`.

    Raises:
        OutputError: The extra that this needs is not installed.
    """
    table_kind(kind)
    return parquet_bytes if kind == "parquet" else csv_bytes


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as CSV for Excel and for programs: UTF-8 with BOM, text guarded."""
    return _bytes(CsvTable, frame)


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as Parquet; the extra `parquet` must be there."""
    return _bytes(ParquetTable, frame)


def _bytes(kind: Callable[[BinaryIO], Table], frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table = kind(buffer)
    table.add(frame)
    table.close()
    return buffer.getvalue()


def _csv_column(column: pd.Series[Any]) -> Iterator[str]:
    for cell, missing in zip(column, column.isna(), strict=True):
        if missing:
            yield ""
        else:
            yield guard(cell) if isinstance(cell, str) else str(cell)
