"""What a correction asks and how it is answered: what its writer and its reader share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from clusterxl.excel.cells import address
from clusterxl.excel.raw import BLANK, RawBook, RawCell, RawSheet, parse_reference
from clusterxl.finding import Severity
from clusterxl.form.answers import canonical_text
from clusterxl.form.model import Form
from clusterxl.sentences import say

ASKED_SHEET, BEFORE_SHEET, PRINTED_SHEET = "_asked", "_before", "_printed"
OWN_SHEETS = (ASKED_SHEET, BEFORE_SHEET, PRINTED_SHEET)
FIRST_ROW = 2
_Place = tuple[str, int, int]


class AskedColumn:
    """Columns of the hidden sheet of asks: what is asked, then what it has come to, live."""

    NUMBER, CODE, KEY, SEVERITY = range(1, 5)
    REPLY, NOTED, CHANGED, FAILS, STATE, REMARK = range(5, 11)


class PrintedColumn:
    """Columns of the hidden sheet of what is printed on the list, and of the notes at cells."""

    PLACE, TEXT, NOTE = range(1, 4)


class ReplyKind(StrEnum):
    """What a respondent may answer; the catalogue has the words."""

    NONE = ""
    CORRECTED = "corrected"
    CONFIRMED = "confirmed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One line of a correction: a finding that asks the respondent something.

    Attributes:
        number: Its number on the list, from 1.
        code: Code of the finding.
        severity: Error or warning.
        message: The sentence of the finding.
        key: Key of the cell it points at; empty for a file, a sheet, a text without a place.
        keys: Keys of all cells concerned.
        label: Label of the cell; of others where the finding is, in words.
        value: What stood there, as typed.
        offer: The value that normalisation found in it; empty for none.
    """

    number: int
    code: str
    severity: Severity
    message: str
    key: str = ""
    keys: tuple[str, ...] = ()
    label: str = ""
    value: str = ""
    offer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a respondent answered to one line of a correction.

    Attributes:
        number: Number of the line.
        code: Code of the finding.
        key: Key of the cell.
        kind: The answer.
        typed: What was typed as the answer; no answer that is known if `kind` is none.
        note: The explanation beside it.
        sheet: Sheet of the answer.
        cell: Its address.
    """

    number: int
    code: str
    key: str
    kind: ReplyKind
    typed: str = ""
    note: str = ""
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The list of a correction as it was printed, from what the workbook itself remembers.

    Attributes:
        sheet: Name of its sheet now.
        name: Name of its sheet when it was sent.
        printed: Texts as `remembered`, and formulas with their equals sign, by place.
        inputs: Places now of the cells for answers and explanations.
        notes: Texts of the notes at cells of the workbook.
    """

    sheet: str
    name: str
    printed: Mapping[tuple[int, int], str]
    inputs: frozenset[tuple[int, int]]
    notes: frozenset[str]


def reply_name(number: int) -> str:
    """Return the name of the cell for the answer to a line; no key of a form begins like it."""
    return f"r_reply_{number}"


def note_name(number: int) -> str:
    """Return the name of the cell for the explanation of a line."""
    return f"r_note_{number}"


def remembered(text: str) -> str:
    """Return a printed text so that it is never taken for a formula; `recalled` undoes it.

    >>> remembered("=A1"), remembered("plain"), recalled(remembered("'=A1"))
    ("'=A1", 'plain', "'=A1")
    """
    return f"'{text}" if text.startswith(("=", "'")) else text


def recalled(text: str) -> str:
    """Return a printed text that was `remembered`."""
    return text.removeprefix("'")


def reply_words(language: str) -> Mapping[ReplyKind, str]:
    """Return the words of the drop-down of answers."""
    kinds = (ReplyKind.CORRECTED, ReplyKind.CONFIRMED, ReplyKind.MISSING)
    return {kind: say(f"correction.reply_{kind}", lang=language) for kind in kinds}


def list_name(language: str) -> str:
    """Return the name of the sheet of the list."""
    return say("correction.sheet", lang=language)


def read_replies(form: Form, book: RawBook) -> tuple[Reply, ...]:
    """Read what was answered to the lines of a correction.

    Args:
        form: The form; the answers are words of its language.
        book: The workbook that came back.

    Returns:
        One reply a line, in order; none from a workbook that is no correction.
    """
    words = {canonical_text(w): kind for kind, w in reply_words(form.language).items()}
    return tuple(_reply(book, line, words) for line in _lines(book))


def read_list(form: Form, book: RawBook) -> Listed | None:
    """Return the list of a correction as it was printed; None in a workbook that has none."""
    memory = book.sheet(PRINTED_SHEET)
    if memory is None or memory.is_damaged:
        return None
    places = [
        place
        for line in _lines(book)
        for name in (reply_name(line.number), note_name(line.number))
        if (place := _place(book, name))
    ]
    name = list_name(form.language)
    sheet = places[0][0] if places else name
    rows = sorted({row for row, _ in memory.cells if row >= FIRST_ROW})
    printed = {}
    for row in rows:
        area = parse_reference(f"x!{memory.cell(row, PrintedColumn.PLACE).value or ''}")
        if area:
            printed[area.row, area.column] = _text(memory, row, PrintedColumn.TEXT)
    return Listed(
        sheet=sheet,
        name=name,
        printed=printed,
        inputs=frozenset((row, column) for on, row, column in places if on == sheet),
        notes=frozenset(_text(memory, row, PrintedColumn.NOTE) for row in rows),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    code: str
    key: str


def _lines(book: RawBook) -> Iterator[_Line]:
    memory = book.sheet(ASKED_SHEET)
    if memory is None or memory.is_damaged:
        return
    for row in sorted({row for row, _ in memory.cells if row >= FIRST_ROW}):
        number = memory.cell(row, AskedColumn.NUMBER).value
        if isinstance(number, int | float):
            code, key = (_text(memory, row, c) for c in (AskedColumn.CODE, AskedColumn.KEY))
            yield _Line(int(number), code, key)


def _text(memory: RawSheet, row: int, column: int) -> str:
    return str(memory.cell(row, column).value or "")


def _reply(book: RawBook, line: _Line, words: Mapping[str, ReplyKind]) -> Reply:
    place = _place(book, reply_name(line.number))
    typed = _typed(_cell(book, place))
    return Reply(
        number=line.number,
        code=line.code,
        key=line.key,
        kind=words.get(typed, ReplyKind.NONE),
        typed=typed,
        note=_typed(_cell(book, _place(book, note_name(line.number)))),
        sheet=place[0] if place else "",
        cell=address(*place[1:]) if place else "",
    )


def _typed(cell: RawCell) -> str:
    return "" if cell.kind == "error" else canonical_text(cell.value)


def _cell(book: RawBook, place: _Place | None) -> RawCell:
    sheet = book.sheet(place[0]) if place else None
    return sheet.cell(*place[1:]) if sheet and place else BLANK


def _place(book: RawBook, name: str) -> _Place | None:
    """Return where a name points; names in some formats are in capitals."""
    text = book.names.get(name) or book.names.get(name.upper())
    area = parse_reference(text) if text else None
    return (area.sheet, area.row, area.column) if area else None
