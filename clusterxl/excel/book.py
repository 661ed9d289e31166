"""The only writer of workbooks: a strict face over XlsxWriter that raises instead of dropping."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.worksheet import Worksheet

from clusterxl.excel import limits, options
from clusterxl.excel.sheet import Sheet
from clusterxl.excel.strict import accept, refusals
from clusterxl.sentences import say

AUTHOR = "clusterxl"
# Fixed, so that the same content gives the same bytes.
CREATED = datetime(2024, 1, 1)  # noqa: DTZ001 - the writer takes naive dates only


class _FastSheet(Worksheet):
    """Worksheet without the search for functions newer than Excel 2010: `limits` refuses them.

    The search takes most of the time of a stock build. The method is private: where it no longer
    exists, this one is never called and the stock way runs.
    """

    def _prepare_formula(self, formula: str, *_args: Any, **_options: Any) -> str:
        return formula.removeprefix("=")


class _LockableWorkbook(Workbook):
    """Workbook that can lock its structure, which XlsxWriter does not offer."""

    lock_structure = False

    def _write_book_views(self) -> None:
        # The schema wants workbookProtection directly before bookViews.
        if self.lock_structure:
            self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])
        super()._write_book_views()


class Book:
    """A workbook being written; rows and columns count from 1."""

    def __init__(
        self,
        *,
        title: str = "",
        default_font: str = "SimSun",
        default_size: float = 12,
        properties: Mapping[str, str] | None = None,
        lock_structure: bool = False,
    ) -> None:
        """Start a workbook.

        Args:
            title: Title in the document properties.
            default_font: Font of the Normal style; it only sets the measure of columns.
            default_size: Its size in points.
            properties: Custom document properties.
            lock_structure: Sheets cannot be added, renamed or deleted.

        Raises:
            RefusedByExcelError: A property breaks a limit of Excel.
        """
        self._bytes = BytesIO()
        self._workbook = _LockableWorkbook(
            self._bytes,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
                "default_format_properties": {
                    "font_name": default_font,
                    "font_size": default_size,
                },
                "default_row_height": 19,
                "default_column_width": 72,
            },
        )
        self._workbook.lock_structure = lock_structure
        self._sheets: list[Sheet] = []
        self._names: set[str] = set()
        self._looks = options.Looks(self._workbook)
        with refusals(title):
            limits.check_plain(title, limits.MAX_PROPERTY)
            self._workbook.set_properties({"title": title, "author": AUTHOR, "created": CREATED})
        for name, value in (properties or {}).items():
            with refusals(name):
                limits.check_plain(value, limits.MAX_PROPERTY)
                accept(self._workbook.set_custom_property(name, value, "text"))

    def sheet(self, name: str, *, gridlines: bool = False) -> Sheet:
        """Add a sheet after those there are.

        Raises:
            RefusedByExcelError: Excel does not take the name, or it is there already.
        """
        with refusals(name, XlsxWriterException):
            limits.check_sheet_name(name)
            sheet = Sheet(self._workbook.add_worksheet(name, _FastSheet), self._looks)
        sheet.show_gridlines(shown=gridlines)
        self._sheets.append(sheet)
        return sheet

    def define_name(self, name: str, formula: str) -> None:
        """Define a name for the whole workbook.

        Raises:
            RefusedByExcelError: Not a name, there already, or a formula Excel does not take.
        """
        with refusals(name):
            limits.check_name(name)
            limits.check_formula(formula)
            if name.lower() in self._names:
                raise limits.refuse("name_twice", name=name)
            accept(self._workbook.define_name(name, formula))
        self._names.add(name.lower())

    def save(self) -> bytes:
        """Finish the workbook; nothing can be written afterwards.

        Raises:
            RefusedByExcelError: No sheet to see, or XlsxWriter refuses to put it together.
        """
        with refusals(say("book.whole"), XlsxWriterException):
            self._check_visibility()
            for sheet in self._sheets:
                sheet.finish()
            self._workbook.close()
        return self._bytes.getvalue()

    def _check_visibility(self) -> None:
        shown = [sheet for sheet in self._sheets if sheet.is_visible]
        if not shown:
            raise limits.refuse("nothing_visible")
        if not any(sheet.is_active for sheet in self._sheets):
            shown[0].activate()
        active = self._sheets[self._workbook.worksheet_meta.activesheet]
        if not active.is_visible:
            raise limits.refuse("active_hidden", name=active.name)
