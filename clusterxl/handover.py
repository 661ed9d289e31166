"""The list that goes with a folder of blank workbooks: what is handed on, to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from clusterxl.excel import tokens
from clusterxl.excel.book import Book
from clusterxl.excel.cells import PageSetup, Style
from clusterxl.excel.heights import text_points
from clusterxl.excel.sheet import Sheet
from clusterxl.excel.stamp import PROPERTY, Stamp
from clusterxl.form.model import Form, plain_label
from clusterxl.form.roster import Unit
from clusterxl.issue import Places, serial_of
from clusterxl.outputs import safe_name
from clusterxl.plan.margins import footer_text
from clusterxl.sentences import say

KIND = "handover"
_PX_BY_COLUMN = {"number": 44, "unit": 140, "code": 90, "file": 240, "copies": 50, "serial": 156}
_CENTRED = frozenset({"number", "copies"})
_HEAD_ROW = 3
_INDENT_PX = 12
_SMALLEST_ROW = 24.0
_TITLE = Style(font=tokens.HEI, size=16, align="left")
_PLAIN = Style(font=tokens.YAHEI, size=9, ink=tokens.MUTED, align="left")
_BODY = Style(
    font=tokens.YAHEI,
    size=10,
    align="left",
    indent=1,
    wrap=True,
    bottom="thin",
    line_ink=tokens.HAIRLINE,
)
_HEAD = replace(
    _BODY,
    size=9,
    bold=True,
    fill=tokens.HEAD_FILL,
    bottom="medium",
    line_ink=tokens.HEAD_LINE,
)


def write_handovers(form: Form, units: Sequence[Unit]) -> Iterator[tuple[Path, bytes]]:
    """Write the list of each group that workbooks are handed out to, group by group.

    Args:
        form: The form.
        units: Who is handed a workbook; those without a group are on no list.

    Returns:
        Where each list lies below the output folder, beside its workbooks, and its bytes.

    Raises:
        RefusedByExcelError: Something breaks a limit of Excel.
    """
    places = Places(units)
    for group in dict.fromkeys(unit.group for unit in units if unit.group):
        members = [unit for unit in units if unit.group == group]
        name = f"{safe_name(say('handover.title', lang=form.language))}.xlsx"
        yield places.of(members[0], 1).parent / name, _write_list(form, group, members, places)


def _write_list(form: Form, group: str, units: Sequence[Unit], places: Places) -> bytes:
    title = say("handover.title", lang=form.language)
    stamp = Stamp(
        kind=KIND, form=form.id, version=form.version, base_year=form.base_year or 0, unit=group
    )
    book = Book(title=title, properties={PROPERTY: stamp.text()})
    sheet = book.sheet(title)
    sheet.columns(list(_PX_BY_COLUMN.values()))
    sheet.row(1, 30)
    for row, points in ((2, 20), (_HEAD_ROW, 22)):
        sheet.row(row, points)
    sheet.put(1, 1, f"{title}　{form.short_title}", _TITLE)
    copies = sum(unit.subjects for unit in units)
    figures = {"group": group, "units": len(units), "copies": copies}
    sheet.put(2, 1, say("handover.count", lang=form.language, **figures), _PLAIN)
    for column, name in enumerate(_PX_BY_COLUMN, start=1):
        sheet.put(_HEAD_ROW, column, _head(form, name), _style(name, _HEAD))
    for number, unit in enumerate(units, start=1):
        _put_unit(sheet, number, unit, places)
    sheet.freeze(_HEAD_ROW + 1, 1)
    sheet.page(_page(form, title))
    return book.save()


def _head(form: Form, name: str) -> str:
    if name == "unit" and form.levels:
        return plain_label(form.fields[form.levels[-1]].label)
    return say(f"handover.{name}", lang=form.language)


def _put_unit(sheet: Sheet, number: int, unit: Unit, places: Places) -> None:
    row = _HEAD_ROW + number
    slots = range(1, unit.subjects + 1)
    texts: dict[str, str | float] = {
        "number": number,
        "unit": unit.name,
        "code": unit.code,
        "file": "\n".join(places.of(unit, slot).name for slot in slots),
        "copies": unit.subjects,
        "serial": "\n".join(serial_of(unit, slot) for slot in slots),
    }
    for column, (name, text) in enumerate(texts.items(), start=1):
        sheet.put(row, column, text, _style(name, _BODY))
    heights = (
        text_points(str(text), _PX_BY_COLUMN[name] - _INDENT_PX, _BODY.size)
        for name, text in texts.items()
    )
    sheet.row(row, max(_SMALLEST_ROW, *heights))


def _style(name: str, style: Style) -> Style:
    return replace(style, align="center", indent=0) if name in _CENTRED else style


def _page(form: Form, title: str) -> PageSetup:
    number = say("report.page_number", lang=form.language)
    return PageSetup(
        margins_mm=(17, 15, 15, 15),
        fit=(1, 0),
        repeat=(_HEAD_ROW, _HEAD_ROW),
        footer=f"&L&8{footer_text(title)}&R&8{number}",
        footer_mm=7,
        black_and_white=True,
    )
