"""What the child does with a file: reads an older or foreign format as plain data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from clusterxl.excel.old_ods import read_ods
from clusterxl.excel.old_xls import read_xls
from clusterxl.excel.old_xlsb import read_xlsb
from clusterxl.excel.portable import plain_book
from clusterxl.excel.raw import RawBook
from clusterxl.excel.sniff import unreadable
from clusterxl.excel.worker import MOST_BYTES

_READERS: Mapping[str, Callable[[bytes, str], RawBook]] = {
    "xls": read_xls,
    "xlsb": read_xlsb,
    "ods": read_ods,
}
FORMATS = tuple(_READERS)


def work(order: Mapping[str, Any], data: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Read a file.

    Args:
        order: `format` of the file and `file`, its name; a `password` where one is to be tried.
        data: Its bytes.

    Returns:
        The workbook as plain data, in JSON; of a password whether it `fits`, and the workbook
        without it.

    Raises:
        UnreadableWorkbookError: It is refused.
        Exception: Whatever a reader raises for a file that is damaged.
    """
    if "password" in order:
        # Imported when asked for: it belongs to an extra that may be missing.
        from clusterxl.excel.decrypt import take_off  # noqa: PLC0415

        return take_off(data, order["password"])
    book = _READERS[order["format"]](data, order["file"])
    # Not a number is an error cell by now; should one be left, no other process must guess.
    told = json.dumps(plain_book(book), allow_nan=False).encode("ascii")
    if len(told) > MOST_BYTES // 2:
        raise unreadable("many_elements", file=order["file"])
    return {}, told
