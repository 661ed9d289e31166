"""The reference reader: openpyxl in full mode, with values and formulas from one pass."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from functools import cached_property, partial
from io import BytesIO
from typing import Any

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader, load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.datetime import CALENDAR_MAC_1904, to_excel
from openpyxl.worksheet._reader import FORMULA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.xml.constants import ARC_STYLE, SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from clusterxl.excel.formats import CHINESE_DATES, DAYS_TO_1904, is_date_format, shows_day
from clusterxl.excel.gate import open_gate
from clusterxl.excel.raw import (
    BLANK,
    NO_FEATURES,
    Kind,
    RawBook,
    RawCell,
    RawFeatures,
    RawSheet,
    RawValidation,
    Visibility,
    decode_text,
)
from clusterxl.excel.sniff import unreadable

_FIRST_CUSTOM_FORMAT = 164
_SHEET_TAG = f"{{{SHEET_MAIN_NS}}}worksheet"
_STRINGS_TAG = f"{{{SHEET_MAIN_NS}}}sst"
_STRING_TAG = f"{{{SHEET_MAIN_NS}}}si"
# Looks and properties of others; nothing that is read here depends on them.
_HARMLESS = ("Workbook contains no (stylesheet|default style)", "Unknown type for")
_VISIBILITY: Mapping[str, Visibility] = {"hidden": "hidden", "veryHidden": "very_hidden"}


def read_with_openpyxl(data: bytes, file: str) -> RawBook:
    """Read a workbook.

    Args:
        data: The bytes of an .xlsx file.
        file: Its name, for the sentence when it cannot be read.

    Returns:
        All its cells, names and properties.

    Raises:
        UnreadableWorkbookError: It is no workbook, has a password, or is damaged.
    """
    open_gate(data, file)
    try:
        with warnings.catch_warnings():
            for harmless in _HARMLESS:
                warnings.filterwarnings("ignore", harmless, UserWarning)
            book = _Reader(BytesIO(data)).raw_book(_Features(data).of)
    except MemoryError as error:
        raise unreadable("too_big", file=file) from error
    except Exception as error:
        # A foreign file may break any part of openpyxl, the zip module or the XML parsers.
        raise unreadable("damaged", file=file) from error
    if not book.sheets:
        # Strict OOXML: openpyxl finds no sheets in it, and says nothing.
        raise unreadable("no_sheets", file=file)
    return book


class _SheetParser(WorkSheetParser):
    """Reads the cells of one sheet, each with the value and the formula.

    Everything after the cells is left alone: validations and formats of others may be broken.
    """

    def parse(self) -> Generator[Any, None, None]:
        for _, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                yield self.parse_row(element)
                element.clear()
        if element.tag != _SHEET_TAG:
            # In another dialect no row would be known, and the sheet would seem blank.
            raise ValueError(element.tag)

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        cell["empty_text"] = cell["value"] is None and element.get("t") == "str"
        cell["formula"] = ""
        if element.find(FORMULA_TAG) is not None:
            formula: Any = super().parse_formula(element)  # type: ignore[no-untyped-call]
            text = formula.text if isinstance(formula, ArrayFormula) else formula
            cell["formula"] = text if isinstance(text, str) else "="
        return cell


class _Features:
    """What the sheets have beside their cells; openpyxl reads the workbook again for it, once.

    Of a workbook of which it can read no more than the cells, nothing is known.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data

    def of(self, name: str) -> RawFeatures:
        """Return the features of a sheet, as far as openpyxl knows them."""
        if self._book is None:
            return NO_FEATURES
        sheet = self._book[name]
        columns = [column for column in sheet.column_dimensions.values() if column.hidden]
        # Not cell by cell to the end of the sheet, which may be far.
        comments = (cell for cell in sheet._cells.values() if cell.comment)
        return RawFeatures(
            merged=tuple(area.coord for area in sheet.merged_cells.ranges),
            hidden_rows=tuple(n for n, row in sheet.row_dimensions.items() if row.hidden),
            hidden_columns=tuple((column.min, column.max) for column in columns),
            validations=tuple(map(_validation, sheet.data_validations.dataValidation)),
            conditionals=len(sheet.conditional_formatting),
            protected=bool(sheet.protection.sheet),
            comments={cell.coordinate: decode_text(cell.comment.text) for cell in comments},
        )

    @cached_property
    def _book(self) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                return load_workbook(BytesIO(self._data))
        except Exception:  # noqa: BLE001
            # As above: a foreign file may break any part of openpyxl.
            return None


def _validation(given: Any) -> RawValidation:
    formulas = (given.formula1, given.formula2)
    return RawValidation(
        kind=given.type or "any",
        places=str(given.sqref),
        formulas=tuple(str(formula) for formula in formulas if formula is not None),
    )


class _Reader(ExcelReader):
    """Reads what `RawBook` needs and nothing else, so that nothing else can fail."""

    # The stubs know less of these than the class has.
    package: Any
    parser: Any
    wb: Any

    def raw_book(self, features: Callable[[str], RawFeatures]) -> RawBook:
        with self.archive:
            self.read_manifest()
            self.read_strings()
            self.read_workbook()
            self.read_custom()
            apply_stylesheet(self.archive, self.wb)
            sheets = tuple(self._raw_sheets(features))
            has_styles = ARC_STYLE in self.valid_files
        names = self.parser.defined_names.by_sheet().get("global", {})
        return RawBook(
            sheets=sheets,
            names={name: str(defined.value or "") for name, defined in names.items()},
            properties={p.name: str(p.value) for p in self.wb.custom_doc_props.props},
            locked=bool(self.wb.security and self.wb.security.lockStructure),
            formats=len(self.wb._cell_styles) if has_styles else 0,
        )

    def read_strings(self) -> None:
        """Read shared strings with their escapes left in, which openpyxl resolves halfway."""
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        with self.archive.open(part.PartName[1:]) as source:
            for _, element in iterparse(source):
                if element.tag == _STRING_TAG:
                    text: Any = Text.from_tree(element)
                    self.shared_strings.append(text.content)
                    element.clear()
        if element.tag != _STRINGS_TAG:
            raise ValueError(element.tag)

    def read_custom(self) -> None:
        """Read custom properties; one of an odd type is no reason to refuse the workbook."""
        try:
            super().read_custom()
        except (TypeError, ValueError):
            return

    def _raw_sheets(self, features: Callable[[str], RawFeatures]) -> Iterator[RawSheet]:
        for sheet in self.parser.sheets:
            relation = self.parser.rels[sheet.id] if sheet.id else None
            if relation is None or not relation.Type.endswith("/worksheet"):
                continue
            # openpyxl passes over a sheet whose part is missing; opening it raises.
            with self.archive.open(relation.target) as source:
                parser = _SheetParser(source, self.shared_strings, data_only=True)
                cells = {
                    (cell["row"], cell["column"]): raw
                    for _, row in parser.parse()
                    for cell in row
                    if (raw := self._raw_cell(cell)) is not BLANK
                }
            state = _VISIBILITY.get(str(sheet.state), "visible")
            later = partial(features, sheet.name)
            yield RawSheet(name=sheet.name, visibility=state, cells=cells, later=later)

    def _raw_cell(self, cell: Mapping[str, Any]) -> RawCell:
        formula: str = cell["formula"]
        if cell["value"] is None and not formula:
            return BLANK
        code = self._number_format(cell["style_id"])
        value, kind = self._typed(cell, code)
        return RawCell(
            value=value,
            kind=kind,
            number_format=code,
            formula=formula,
            has_cached=kind != "blank",
            style=int(cell["style_id"]),
        )

    def _typed(self, cell: Mapping[str, Any], code: str) -> tuple[str | float | bool | None, Kind]:
        value, kind = cell["value"], cell["data_type"]
        if value is None:
            return ("", "text") if cell["empty_text"] else (None, "blank")
        if kind == "e":
            return str(value), "error"
        if kind == "b":
            return bool(value), "bool"
        if kind == "d":
            serial: Any = to_excel(value)  # type: ignore[no-untyped-call]
            return float(serial), "date"
        if kind == "n":
            return self._number(float(value), code)
        return decode_text(str(value)), "text"

    def _number(self, number: float, code: str) -> tuple[str | float, Kind]:
        if not math.isfinite(number):
            return "#NUM!", "error"
        if not is_date_format(code):
            return number, "number"
        if self.wb.epoch == CALENDAR_MAC_1904 and shows_day(code):
            number += DAYS_TO_1904
        return number, "date"

    def _number_format(self, style: int) -> str:
        styles = self.wb._cell_styles
        number = styles[style].numFmtId if 0 <= style < len(styles) else 0
        if number >= _FIRST_CUSTOM_FORMAT:
            return str(self.wb._number_formats[number - _FIRST_CUSTOM_FORMAT])
        return CHINESE_DATES.get(number) or BUILTIN_FORMATS.get(number, "General")
