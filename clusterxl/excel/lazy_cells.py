"""The cells of a sheet by place, each made when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, ItemsView, Iterator, Sequence
from functools import lru_cache
from typing import TypeVar, overload
from xml.parsers.expat import ExpatError

from clusterxl.excel.cells import PLACES_KEPT
from clusterxl.excel.columns import Columns
from clusterxl.excel.plain import unescape
from clusterxl.excel.raw import LazyMapping, RawCell, column_number, decode_text
from clusterxl.excel.shared_formulas import shifted
from clusterxl.excel.sniff import unreadable
from clusterxl.excel.styles import PLAIN, NumberFormat
from clusterxl.excel.values import NOTHING, BrokenValueError, Value, Values

_STYLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_SHARED = ' t="shared"'
_GROUP = re.compile(r" si=\"([^\"]*)\"")
_INLINE = "inlineStr"
_TABLE = ' t="dataTable"'
_MOST_SHOWN = 50
_MISSING = -1
_Other = TypeVar("_Other")


class LazyCells(LazyMapping):
    """Cells that hold something; the sheet is read when the first is asked for."""

    def __init__(
        self,
        load: Callable[[], Columns],
        values: Values,
        formats: Sequence[NumberFormat],
        file: str,
    ) -> None:
        self._load = load
        self._values = values
        self._formats = formats
        self._file = file
        self._loaded: Columns | None = None
        self._places: dict[tuple[int, int], int] = {}
        self._masters: dict[str, int] | None = None
        self._made: dict[int, RawCell] = {}
        self._styles: dict[str | None, tuple[int, NumberFormat]] = {}

    def columns(self) -> Columns:
        """Return the cells as columns.

        Raises:
            UnreadableWorkbookError: The sheet is damaged, or has a cell twice.
        """
        if self._loaded is None:
            loaded = self._load()
            if len(set(loaded.addresses)) < len(loaded.addresses):
                raise unreadable("doubled_cell", file=self._file)
            self._loaded, self._places = loaded, _filled(loaded)
        return self._loaded

    def __getitem__(self, place: tuple[int, int]) -> RawCell:
        columns = self.columns()
        return self._kept(columns, self._places[place])

    def __contains__(self, place: object) -> bool:
        self.columns()
        return place in self._places

    @overload
    def get(self, place: tuple[int, int], /) -> RawCell | None: ...
    @overload
    def get(self, place: tuple[int, int], /, default: RawCell | _Other) -> RawCell | _Other: ...
    def get(
        self, place: tuple[int, int], /, default: RawCell | _Other | None = None
    ) -> RawCell | _Other | None:
        """Return a cell, or something else where none holds anything; most answers are blank."""
        columns = self.columns()
        number = self._places.get(place, _MISSING)
        return default if number == _MISSING else self._kept(columns, number)

    def formula(self, place: tuple[int, int]) -> str:
        """Return the formula of a cell with the equals sign; empty where there is none."""
        columns = self.columns()
        number = self._places.get(place, _MISSING)
        return "" if number == _MISSING else self._formula(columns, number)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        self.columns()
        return iter(self._places)

    def items(self) -> ItemsView[tuple[int, int], RawCell]:
        """Return all places with their cells; quicker than one by one."""
        return dict(self._all()).items()

    def _all(self) -> Iterator[tuple[tuple[int, int], RawCell]]:
        columns = self.columns()
        for place, number in self._places.items():
            yield place, self._kept(columns, number)

    def __len__(self) -> int:
        self.columns()
        return len(self._places)

    def _kept(self, columns: Columns, number: int) -> RawCell:
        """Return a cell, made once: those of answers are looked up, and gone through later."""
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = self._cell(columns, number)
        return made

    def _cell(self, columns: Columns, number: int) -> RawCell:
        shown, formula = PLAIN, self._formula(columns, number)
        try:
            style, shown = self._style(columns.styles[number])
            value, kind = self._value(columns, number, shown)
        except BrokenValueError as error:
            return RawCell(
                value=str(error)[:_MOST_SHOWN],
                kind="error",
                number_format=shown.code,
                formula=formula,
                broken=True,
            )
        except ExpatError as error:
            raise unreadable("damaged", file=self._file) from error
        return RawCell(
            value=value,
            kind=kind,
            number_format=shown.code,
            formula=formula,
            has_cached=kind != "blank",
            style=style,
        )

    def _style(self, written: str | None) -> tuple[int, NumberFormat]:
        """Return the number of a style and the format it shows; a workbook has few."""
        known = self._styles.get(written)
        if known is None:
            style = _style_of(written)
            shown = self._formats[style] if style < len(self._formats) else PLAIN
            known = self._styles[written] = (style, shown)
        return known

    def _value(self, columns: Columns, number: int, shown: NumberFormat) -> Value:
        kind = columns.types[number]
        if kind == _INLINE:
            text = columns.inline[number]
            return NOTHING if text is None else (decode_text(_read(columns, text)), "text")
        written = columns.values[number]
        return self._values.value(kind, written and _read(columns, written), shown)

    def _formula(self, columns: Columns, number: int) -> str:
        attributes = columns.formula_attributes[number]
        if attributes is None or _TABLE in attributes:
            return "" if attributes is None else "="
        formula = f"={_read(columns, columns.formulas[number] or '')}"
        if _SHARED not in attributes:
            return formula
        master = self._master(columns, attributes)
        if not 0 <= master < number:
            return formula
        row, column = _place(columns.addresses[number])
        first_row, first_column = _place(columns.addresses[master])
        shared = f"={_read(columns, columns.formulas[master] or '')}"
        return shifted(shared, row - first_row, column - first_column)

    def _master(self, columns: Columns, attributes: str) -> int:
        """Return the cell where a shared formula is spelled out."""
        if self._masters is None:
            self._masters = {}
            for number, given in enumerate(columns.formula_attributes):
                if given and _SHARED in given and columns.formulas[number]:
                    self._masters.setdefault(_group(given), number)
        return self._masters.get(_group(attributes), _MISSING)


def _filled(columns: Columns) -> dict[tuple[int, int], int]:
    """Return the numbers of the cells that hold something, by place."""
    return {
        _place(place): number
        for number, (place, formula, kind, text, value) in enumerate(
            zip(
                columns.addresses,
                columns.formula_attributes,
                columns.types,
                columns.inline,
                columns.values,
                strict=True,
            )
        )
        if formula is not None or (text is not None if kind == _INLINE else value)
    }


def _style_of(written: str | None) -> int:
    if written is None:
        return 0
    if not _STYLE.fullmatch(written):
        raise BrokenValueError(written)
    return int(written)


def _read(columns: Columns, text: str) -> str:
    return unescape(text) if columns.escaped else text


def _group(attributes: str) -> str:
    found = _GROUP.search(attributes)
    return found[1] if found else ""


@lru_cache(maxsize=PLACES_KEPT)
def _place(text: str) -> tuple[int, int]:
    letters = text.rstrip("0123456789")
    return int(text[len(letters) :]), column_number(letters)
