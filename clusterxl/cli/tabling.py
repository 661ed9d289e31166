"""The tables of `read`, written part by part while returns come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from clusterxl.flow import Checked
from clusterxl.frames import cut_frames
from clusterxl.normalise import Edition, Records, edition_of
from clusterxl.outputs import Draft, Outputs, safe_name, telling
from clusterxl.tables import Table

if TYPE_CHECKING:
    import pandas as pd


_RETURNS = "returns"
_Tables = dict[str, tuple[Draft, Table]]


class Tabling:
    """Tables of returns, a set of files a form and base year.

    Args:
        files: What is written together.
        folder: Where the tables go; those of several forms or years each into a folder of its own.
        open_table: Opens a table of the kind wanted.
        suffix: How the names of its files end.
    """

    def __init__(
        self,
        files: Outputs,
        folder: Path,
        open_table: Callable[[BinaryIO], Table],
        *,
        suffix: str,
    ) -> None:
        self._files = files
        self._folder = folder
        self._open_table = open_table
        self._suffix = suffix
        self._tables: dict[Edition, _Tables] = {}

    def add(self, records: Records) -> None:
        """Write the rows of some returns, but for what is only known of all.

        Raises:
            OutputError: The folder cannot be written.
        """
        tables = self._tables.setdefault(edition_of(records.form), {})
        for name, frame in cut_frames(records.form, records.values, records.returns).items():
            # It stands where it belongs, and is filled in when all returns are checked.
            self._write(tables, name, frame if name != _RETURNS else frame[:0])

    def place(self, groups: Iterable[Checked]) -> None:
        """Write what was said of all returns, and give the files their names.

        Raises:
            OutputError: Another file has one of them, or the folder cannot be written.
        """
        names = _folders(list(self._tables))
        for group in groups:
            tables = self._tables[edition_of(group.form)]
            self._write(tables, _RETURNS, group.returns)
            folder = self._folder / names[edition_of(group.form)]
            for name, (draft, table) in tables.items():
                path = folder / f"{name}.{self._suffix}"
                with telling(path):
                    table.close()
                self._files.place(draft, path)

    def _write(self, tables: _Tables, name: str, frame: pd.DataFrame) -> None:
        if name not in tables:
            draft = self._files.begin(self._folder)
            tables[name] = draft, self._open_table(draft.stream)
        with telling(self._folder / f"{name}.{self._suffix}"):
            tables[name][1].add(frame)


def _folders(editions: Sequence[Edition]) -> dict[Edition, str]:
    """Name the folder of each edition: by no more than it takes to tell them apart."""
    names = dict.fromkeys(editions, "")
    for form, version, base_year in editions:
        if len(editions) > 1:
            years = {year for other, _, year in editions if other == form}
            versions = {
                kind for other, kind, year in editions if (other, year) == (form, base_year)
            }
            parts = [form, *([str(base_year or 0)] if len(years) > 1 else [])]
            parts += [version] if len(versions) > 1 else []
            names[form, version, base_year] = safe_name("-".join(parts))
    return names
