"""The findings of a check as a workbook that an officer can filter, print and send on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from clusterxl.digest import by_file, in_order_of_work
from clusterxl.excel.book import Book
from clusterxl.excel.cells import PageSetup, Style
from clusterxl.excel.heights import screen_points
from clusterxl.excel.sheet import Sheet
from clusterxl.finding import Finding, Severity
from clusterxl.sentences import say

# Excel takes 32,767 characters a cell; what is cut here stands whole in the return.
LONGEST = 32_000
# Of a long answer its beginning is enough to know it by.
VALUE_CHARS = 60
# Points of a row; Excel allows 409.
TALLEST = 160
PX_BY_COLUMN = {
    "severity": 92,
    "file": 176,
    "place": 130,
    "cell": 84,
    "label": 184,
    "value": 120,
    "message": 362,
    "note": 110,
    "code": 108,
}
INKS = {Severity.ERROR: "B42318", Severity.WARNING: "8A5A00", Severity.INFO: "5A6472"}
TITLE = Style(size=14, bold=True)
PLAIN = Style(size=10, ink="5A6472")
HEAD = Style(
    size=10,
    bold=True,
    fill="E8EDF3",
    bottom="thin",
    wrap=True,
    line_ink="9AA7B5",
    align="left",
    indent=1,
)
BODY = Style(
    size=10, wrap=True, valign="top", bottom="hair", line_ink="9AA7B5", align="left", indent=1
)
# Where the next file begins is seen without a line of its own, which a filter would tear off.
_FIRST_OF_FILE, _NEXT = replace(BODY, bold=True), replace(BODY, ink=PLAIN.ink)
INDENT_PX = 12
HEAD_ROW = 4


def write_findings(findings: Sequence[Finding], *, returns: int) -> bytes:
    """Write findings as a workbook, one row a finding, the worst of each file first.

    Args:
        findings: What to write.
        returns: How many returns were looked at.

    Returns:
        The bytes of an .xlsx file.

    Raises:
        RefusedByExcelError: Something breaks a limit of Excel.
    """
    book = Book(title=say("findings.title"))
    sheet = book.sheet(say("findings.sheet"))
    sheet.columns(list(PX_BY_COLUMN.values()))
    sheet.row(1, 24)
    sheet.put(1, 1, say("findings.title"), in_own_font(TITLE))
    sheet.put(2, 1, count_line(findings, returns=returns), in_own_font(PLAIN))
    for column, name in enumerate(PX_BY_COLUMN, 1):
        sheet.put(HEAD_ROW, column, say(f"findings.{name}"), in_own_font(HEAD))
    row = HEAD_ROW
    for _, found in by_file(in_order_of_work(findings)):
        for number, finding in enumerate(found):
            row += 1
            _put_finding(sheet, row, finding, is_first=number == 0)
    last_row = HEAD_ROW + max(len(findings), 1)
    sheet.filter(HEAD_ROW, 1, last_row, len(PX_BY_COLUMN))
    sheet.freeze(HEAD_ROW + 1, 1)
    footer = f"&L&9{say('findings.title')}&R&9{say('report.page_number')}"
    sheet.page(
        PageSetup(
            landscape=True,
            margins_mm=(12, 15, 8, 8),
            fit=(1, 0),
            repeat=(HEAD_ROW, HEAD_ROW),
            footer=footer,
        )
    )
    return book.save()


def count_line(findings: Sequence[Finding], *, returns: int) -> str:
    """Say how many findings of each severity there are, and how many files have errors."""
    counts = Counter(finding.severity for finding in findings if not finding.is_explained)
    explained = sum(finding.is_explained for finding in findings)
    wrong = len({(f.return_id, f.file) for f in findings if f.severity is Severity.ERROR})
    return say(
        "findings.count",
        returns=returns,
        wrong=say("findings.count_wrong", count=wrong) if wrong else "",
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        infos=counts[Severity.INFO],
        explained=say("findings.count_explained", count=explained) if explained else "",
    )


def severity_word(severity: Severity) -> str:
    """Return the mark and word of a severity."""
    return say(f"findings.severity_{severity}")


def level_of(finding: Finding) -> str:
    """Return the mark and word of what a finding asks now."""
    return say("findings.explained") if finding.is_explained else severity_word(finding.severity)


def in_own_font(style: Style) -> Style:
    """Return a style in the font of the language in use."""
    return replace(style, font=say("report.font"))


def _put_finding(sheet: Sheet, row: int, finding: Finding, *, is_first: bool) -> None:
    texts = {
        "severity": level_of(finding),
        "file": finding.file,
        "place": finding.sheet,
        "cell": finding.cell,
        "label": finding.label,
        "value": _beginning(finding.value),
        "message": finding.message,
        "note": finding.note,
        "code": finding.code,
    }
    shown = {name: inert(texts[name]) for name in PX_BY_COLUMN}
    styles = {"severity": _mark_style(finding), "file": _FIRST_OF_FILE if is_first else _NEXT}
    for column, (name, text) in enumerate(shown.items(), 1):
        sheet.put(row, column, text, in_own_font(styles.get(name, BODY)))
    heights = (
        screen_points(text, PX_BY_COLUMN[name] - INDENT_PX, BODY.size)
        for name, text in shown.items()
    )
    sheet.row(row, min(max(heights), TALLEST))


def _mark_style(finding: Finding) -> Style:
    ink = PLAIN.ink if finding.is_explained else INKS[finding.severity]
    return replace(BODY, bold=True, ink=ink)


def _beginning(value: str) -> str:
    return value if len(value) <= VALUE_CHARS else f"{value[:VALUE_CHARS]}…"


def inert(text: str) -> str:
    """Return a text as a cell can hold it."""
    # A file name may hold bytes that no encoding explains; a workbook takes no lone surrogates.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")[:LONGEST]
