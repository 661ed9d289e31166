"""How the comparison looks: colours, number formats, cell styles and the printed page."""

from __future__ import annotations

from clusterxl.excel.cells import PageSetup, Style
from clusterxl.excel.charts import ChartFont, ChartLine

INK, MUTED, LIGHT, LINK = "1F2933", "5F6B78", "9AA5B1", "1F5A94"
HAIRLINE, FIFTH, GROUND = "E6EAEE", "B9C2CB", "F3F6F9"
MAIN, SOFT, BELOW, BELOW_INK = "1F5A94", "A9C4DE", "E8966B", "B84A1F"
NO_DATA, AXIS, WHITE = "D9DEE4", "AEB7C1", "FFFFFF"
PALETTE = ("DDB95F", MAIN, "86C5BC", SOFT, BELOW, NO_DATA)

GUTTER_PX = 14
# 269 mm between the margins hold 1,250 px of columns at this scale.
PAGE_SCALE = 81
BAND_PX = 1250

SIGNED = "+0.0;-0.0;0.0"
ARROW = '[>=10]"↑ "+0.0;[<0]"↓ "-0.0;"→ "+0.0'
SHARE = "0.0"
COUNT = "#,##0"
COUNT_OR_DASH = '0;-0;"–"'


def decimals_format(decimals: int) -> str:
    """Return the number format with thousands and some decimals.

    >>> decimals_format(0), decimals_format(2)
    ('#,##0', '#,##0.00')
    """
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def quoted(text: str) -> str:
    """Return a text as it stands in a number format or formula.

    >>> quoted('5" 屏')
    '"5"" 屏"'
    """
    return '"' + text.replace('"', '""') + '"'


def change_format(unit: str, decimals: int, *, flat: bool = False) -> str:
    """Return the number format of a change: mark, positive figure, unit.

    Args:
        unit: What stands behind the figure.
        decimals: Decimals shown.
        flat: So little changed that the figure shown is zero; then there is no up or down.

    >>> change_format(" 家", 0)
    '"▲ "#,##0" 家";"▼ "#,##0" 家";"± "#,##0" 家"'
    """
    shown = decimals_format(decimals) + (quoted(unit) if unit else "")
    marks = ("±", "±", "±") if flat else ("▲", "▼", "±")
    return ";".join(f'"{mark} "{shown}' for mark in marks)


class Looks:
    """Styles in the font of one language."""

    def __init__(self, font: str) -> None:
        self.font = font

    def text(
        self,
        size: float = 10,
        *,
        bold: bool = False,
        ink: str = INK,
        fill: str = "",
        indent: int = 0,
        wrap: bool = False,
    ) -> Style:
        """Return a style without lines."""
        return Style(
            font=self.font, size=size, bold=bold, ink=ink, fill=fill, indent=indent, wrap=wrap
        )

    def chart(self, size: float = 9, *, ink: str = INK, bold: bool = False) -> ChartFont:
        """Return a font for texts in charts."""
        return ChartFont(name=self.font, size=size, ink=ink, bold=bold)

    def page(
        self, *, header: str, footer: tuple[str, str], area: tuple[int, int], tall: int = 0
    ) -> PageSetup:
        """Return the printed page: A4 landscape, one page wide.

        Args:
            header: Text at the top right; empty for none.
            footer: Texts at the bottom left and right, the right one in Excel's codes.
            area: Last row and last column that are printed, from column B on.
            tall: Pages tall; 0 for as many as needed.
        """
        # LibreOffice shrinks headers with the page; 9 points stay readable there too.
        small = f'&"{self.font},Regular"&9 '
        left, right = footer
        return PageSetup(
            landscape=True,
            margins_mm=(15, 14, 14, 14),
            fit=(1, tall),
            area=(1, 2, *area),
            header=f"&R{small}{_plain(header)}" if header else "",
            footer=f"&L{small}{_plain(left)}&R{small}{right}",
            header_mm=6.5,
            footer_mm=6.5,
        )


def axis_line() -> ChartLine:
    """Return the line of an axis."""
    return ChartLine(color=AXIS, width=0.75)


def _plain(text: str) -> str:
    return text.replace("&", "&&")[:90]
