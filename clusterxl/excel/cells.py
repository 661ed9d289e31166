"""What a workbook is made of, as plain values: styles, contents, validations, page set-up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from clusterxl.excel.limits import literal_parts

# Sheets have few columns and many cells.
_COLUMNS_KEPT = 2_048
# Workbooks of one form use the same places again and again.
PLACES_KEPT = 16_384
Line = Literal["", "thin", "medium", "hair"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a cell looks, and whether it is locked.

    Attributes:
        font: Font name.
        size: Font size in points.
        bold: Bold.
        underline: Underlined.
        strike: Struck out.
        ink: Font colour, RRGGBB.
        fill: Ground colour, RRGGBB; empty for none.
        align: left, center, right or empty for the default.
        valign: top, center or bottom.
        wrap: Long text wraps.
        shrink: Long text is shown smaller; not together with `wrap`.
        indent: Indent in Excel's steps.
        num_format: Number format.
        locked: Cannot be changed on a protected sheet.
        hidden: Formula not shown on a protected sheet.
        top, bottom, left, right: Border lines.
        line_ink: Colour of all border lines, RRGGBB.
    """

    font: str = "宋体"
    size: float = 10.5
    bold: bool = False
    underline: bool = False
    strike: bool = False
    ink: str = "000000"
    fill: str = ""
    align: Literal["", "left", "center", "right"] = ""
    valign: Literal["top", "center", "bottom"] = "center"
    wrap: bool = False
    shrink: bool = False
    indent: int = 0
    num_format: str = "General"
    locked: bool = True
    hidden: bool = False
    top: Line = ""
    bottom: Line = ""
    left: Line = ""
    right: Line = ""
    line_ink: str = "000000"


class ErrorSign(str):
    """An error as the result of a formula, and no text that reads like one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula with the value it has now.

    Attributes:
        text: The formula, with its equals sign.
        value: Its true result, shown by programs that do not calculate; an error as `ErrorSign`.
    """

    text: str
    value: str | float = ""


@dataclass(frozen=True, slots=True)
class Rich:
    """Text in several styles; of a style only font, size, bold and ink count."""

    parts: tuple[tuple[str, Style], ...]

    @property
    def text(self) -> str:
        """The text without its styles."""
        return "".join(text for text, _ in self.parts)


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a place in the same workbook or to a file beside it.

    Attributes:
        target: `internal:'Sheet'!A1` or `external:name.xlsx#'Sheet'!A1`.
        text: What is shown.
    """

    target: str
    text: str


@dataclass(frozen=True, slots=True)
class NumberLink:
    """A number that leads to a place in the same workbook; it stays a number.

    Attributes:
        target: `internal:'Sheet'!A1`.
        number: The number, or the formula that makes it.
    """

    target: str
    number: float | Formula


Content = str | float | Formula | Rich | Link | NumberLink | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """A data validation of one cell or range.

    Attributes:
        kind: `list` (formula gives the range), `custom` (formula must be true),
            `length` (at most `maximum` characters), `any` (a prompt only).
        formula: Formula for list and custom, with its equals sign.
        maximum: Most characters.
        title: Title of the prompt, at most 32 characters.
        prompt: Prompt, at most 255 characters.
        error_title: Title of the refusal.
        error: Text of the refusal, at most 224 characters.
        stop: Refuse (true) or only warn.
    """

    kind: Literal["list", "custom", "length", "any"]
    formula: str = ""
    maximum: int = 0
    title: str = ""
    prompt: str = ""
    error_title: str = ""
    error: str = ""
    stop: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional:
    """A conditional format of one single range.

    Attributes:
        formula: Formula with its equals sign.
        fill: Ground colour, RRGGBB; empty to leave it.
        ink: Font colour, RRGGBB; empty to leave it.
        bold: Bold.
        strike: Struck out.
        num_format: Number format; empty to leave it.
        stop: Later formats are not applied.
    """

    formula: str
    fill: str = ""
    ink: str = ""
    bold: bool = False
    strike: bool = False
    num_format: str = ""
    stop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DataBar:
    """Bars without numbers in a column of their own.

    Attributes:
        color: RRGGBB.
        maximum: Value of a full bar; None for the largest.
        percentile: Percentile of a full bar instead; None for none.
    """

    color: str
    maximum: float | None = None
    percentile: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSetup:
    """How a sheet is printed.

    Attributes:
        landscape: A4 landscape instead of portrait.
        margins_mm: Top, bottom, left, right.
        fit: Pages wide and tall; 0 tall for as many as needed, 0 wide to print at `scale`.
        scale: Percent, where `fit` is 0 wide; breaks of columns count only then.
        area: Print area as first row, first column, last row, last column; None for all.
        repeat: First and last row repeated on each page; None for none.
        repeat_columns: First and last column repeated on each page; None for none.
        header: Header in Excel's codes; empty for none.
        footer: Footer in Excel's codes; empty for none.
        header_mm: Header margin.
        footer_mm: Footer margin.
        start_page: Number of the first page; 0 for automatic.
        breaks: Rows after which a page ends.
        column_breaks: Columns after which a page ends.
        black_and_white: Print without grounds.
        center: Centred horizontally.
    """

    landscape: bool = False
    margins_mm: tuple[float, float, float, float] = (20, 18, 25, 20)
    fit: tuple[int, int] = (1, 1)
    scale: int = 100
    area: tuple[int, int, int, int] | None = None
    repeat: tuple[int, int] | None = None
    repeat_columns: tuple[int, int] | None = None
    header: str = ""
    footer: str = ""
    header_mm: float = 8
    footer_mm: float = 9
    start_page: int = 0
    breaks: tuple[int, ...] = ()
    column_breaks: tuple[int, ...] = ()
    black_and_white: bool = False
    center: bool = True


@lru_cache(maxsize=_COLUMNS_KEPT)
def column_letters(column: int) -> str:
    """Return the letters of a column counted from 1.

    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while column > 0:
        column, digit = divmod(column - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


@lru_cache(maxsize=PLACES_KEPT)
def address(row: int, column: int, *, absolute: bool = False) -> str:
    """Return the address of a cell; rows and columns count from 1.

    >>> address(4, 7), address(4, 7, absolute=True)
    ('G4', '$G$4')
    """
    if absolute:
        return f"${column_letters(column)}${row}"
    return f"{column_letters(column)}{row}"


def sheet_reference(sheet: str, place: str) -> str:
    """Return a reference to a place on a sheet.

    >>> sheet_reference("二 主导产业情况", "$G$4")
    "'二 主导产业情况'!$G$4"
    """
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{place}"


def literal(text: str) -> str:
    r"""Return a text as it stands in a formula; in parts where Excel does not take it whole.

    >>> literal('say "yes" now'), literal("x" * 256) == f'"{"x" * 255}"&"x"'
    ('"say ""yes"" now"', True)
    """
    return "&".join('"' + part.replace('"', '""') + '"' for part in literal_parts(text))
