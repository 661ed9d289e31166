"""Finding one number among its sources: a question and a subject lead to the row that has it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from clusterxl.excel.book import Book
from clusterxl.excel.cells import Content, Formula, Style, Validation, address, sheet_reference
from clusterxl.excel.limits import fitting
from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH, Context
from clusterxl.report.looks import GROUND, LINK, MUTED, quoted
from clusterxl.report.picks import Choices, offer, plain_name, told_apart
from clusterxl.report.places import SourceRows

# Rows above the heads of the sources: what to do, and what was found.
FINDER_ROWS = 2
HINT_ROW, FOUND_ROW = 4, 5
LIST_NAME = "questions_to_choose"
FIRST_ROW, LABEL, BLOCK = 6, 2, 3


@dataclass(frozen=True, kw_only=True)
class Finder:
    """What the drop-downs offer, and what is chosen in them at first.

    Attributes:
        context: The comparison.
        labels: Questions that every return has a row for, by what they are called.
        blocks: Their rows among the sources.
        subjects: The list of subjects.
        question: The question chosen at first, from 0.
        columns: Columns of the sources, by what stands in them.
        rows: First and last row of the sources.
    """

    context: Context
    labels: tuple[str, ...]
    blocks: tuple[SourceRows, ...]
    subjects: Choices
    question: int
    columns: dict[str, int]
    rows: tuple[int, int]

    @property
    def sheet(self) -> str:
        """Name of the sheet of the sources."""
        return self.context.names.provenance

    @property
    def row(self) -> int:
        """The row of what is chosen at first."""
        return self.blocks[self.question].row + (self.subjects.first_chosen[0] or 0)

    def column(self, name: str) -> str:
        """Return the reference to a column of the sources."""
        first, last = (address(row, self.columns[name], absolute=True) for row in self.rows)
        return f"{first}:{last}"

    def cell(self, name: str) -> str:
        """Return the cell of what was found that stands above a column of the sources."""
        return address(FOUND_ROW, self.columns[name], absolute=True)


def has_finder(context: Context) -> bool:
    """Whether there is anything to find."""
    return context.traced and context.count > 0


def finder_note(context: Context) -> str:
    """Say how the source of a number is found that cannot lead there itself; empty for no way.

    What a drop-down shows has no place of its own.
    """
    rows = context.comparison.provenance["key"].value_counts()
    if not has_finder(context) or not (rows == context.count).any():
        return ""
    names = {"sheet": context.names.provenance, "noun": context.subject_noun}
    return context.say("report.find_note", **names)


def finder_of(
    context: Context,
    subjects: Choices,
    blocks: dict[str, SourceRows],
    columns: dict[str, int],
    rows: tuple[int, int],
) -> Finder | None:
    """Return the finder; None where no question has a row for every return."""
    full = {key: b for key, b in blocks.items() if b.last_row - b.row + 1 == context.count}
    if not full:
        return None
    wanted = context.lead.keys[-1] if context.lead else ""
    names = [plain_name(context, context.form.by_key[key].label) for key in full]
    return Finder(
        context=context,
        labels=tuple(told_apart(names)),
        blocks=tuple(full.values()),
        subjects=subjects,
        question=list(full).index(wanted) if wanted in full else 0,
        columns=columns,
        rows=rows,
    )


def draw_finder(sheet: Sheet, finder: Finder, record: dict[str, Any]) -> None:
    """Draw the drop-downs above their columns and, beside them, what stands in the row found.

    Args:
        sheet: The sheet of the sources.
        finder: What is offered.
        record: What stands in the row of what is chosen at first.
    """
    context, looks = finder.context, finder.context.looks
    last = max(finder.columns.values())
    hint = context.say("report.find_hint", noun=context.subject_noun)
    sheet.row(HINT_ROW, 16)
    sheet.row(FOUND_ROW, 20)
    sheet.put(HINT_ROW, LABEL, hint, looks.text(9, ink=MUTED), HINT_ROW, last)
    base = replace(looks.text(9, fill=GROUND), bottom="thin", line_ink=MUTED)
    place = address(FOUND_ROW, last + 1, absolute=True)
    for name, column in finder.columns.items():
        content, style = _found(finder, name, place, record)
        sheet.put(FOUND_ROW, column, content, replace(base, **style))
    sheet.put(FOUND_ROW, last + 1, _row(finder), looks.text(9, ink=MUTED))
    _offer_questions(sheet, finder)
    offer(sheet, context, FOUND_ROW, finder.columns["subject"], finder.columns["subject"])


def _found(
    finder: Finder, name: str, place: str, record: dict[str, Any]
) -> tuple[Content, dict[str, Any]]:
    """Return what stands above a column, and how it looks."""
    chosen = {"bold": True, "ink": LINK, "shrink": True}
    if name == "label":
        return finder.labels[finder.question], chosen
    if name == "subject":
        return finder.subjects.chosen_label(0), chosen
    found = f"INDEX({finder.column(name)},{place}-{finder.rows[0] - 1})"
    nothing = f"=IF({place}=0,{quoted(DASH)},"
    if name == "number_id":
        target = f'"#{sheet_reference(finder.sheet, "B")}"&{place}'
        text = f"{nothing}HYPERLINK({target},{found}))"
        return Formula(text, record[name]), {"ink": LINK, "underline": True}
    if name == "value":
        return Formula(f"{nothing}{found})", record["shown"]), {"align": "right", "bold": True}
    align = "center" if name == "cell" else "left"
    return Formula(f'{nothing}{found}&"")', record[name]), {"align": align}


def _row(finder: Finder) -> Formula:
    """Return the row of what is chosen; 0 where something is not there."""
    name = finder.context.names.questions
    last = FIRST_ROW + len(finder.labels) - 1
    labels, blocks = (
        sheet_reference(
            name,
            f"{address(FIRST_ROW, column, absolute=True)}:{address(last, column, absolute=True)}",
        )
        for column in (LABEL, BLOCK)
    )
    subjects = finder.subjects
    block = f"SUMPRODUCT(EXACT({labels},{finder.cell('label')})*{blocks})"
    place = (
        f"SUMPRODUCT(EXACT({subjects.label().cells},{finder.cell('subject')})*{subjects.numbers})"
    )
    return Formula(f"=IF({block}*{place}=0,0,{block}+{place}-1)", finder.row)


def _offer_questions(sheet: Sheet, finder: Finder) -> None:
    context, column = finder.context, finder.columns["label"]
    title = context.say("report.find_question")
    look = Validation(
        kind="list",
        formula=f"={LIST_NAME}",
        title=title,
        prompt=context.say("report.find_prompt"),
        error_title=title,
        error=context.say("report.find_error"),
    )
    sheet.validate(FOUND_ROW, column, FOUND_ROW, column, look)


def draw_questions(book: Book, finder: Finder) -> None:
    """Draw the sheet behind the drop-down of questions; it is hidden, nobody needs to see it."""
    context, looks = finder.context, finder.context.looks
    sheet = book.sheet(context.names.questions)
    title = context.say("report.choices_title", sheet=sheet.name)
    sheet.put(1, LABEL, title, looks.text(16, bold=True))
    sheet.put(2, LABEL, context.say("report.choices_note"), looks.text(9, ink=MUTED))
    heads = (context.say("report.question"), context.say("report.row_number"))
    for column, head in enumerate(heads, LABEL):
        sheet.put(FIRST_ROW - 1, column, head, looks.text(9, bold=True))
    style: Style = looks.text(9)
    for row, (label, block) in enumerate(zip(finder.labels, finder.blocks, strict=True), FIRST_ROW):
        sheet.put(row, LABEL, fitting(label, 255), style)
        sheet.put(row, BLOCK, float(block.row), style)
    last = FIRST_ROW + len(finder.labels) - 1
    sheet.freeze(FIRST_ROW, LABEL)
    sheet.protect()
    # For formulas only: without a printed area LibreOffice leaves it out of a PDF, too.
    sheet.visibility("hidden")
    first = address(FIRST_ROW, LABEL, absolute=True)
    cells = sheet_reference(sheet.name, f"{first}:{address(last, LABEL, absolute=True)}")
    book.define_name(LIST_NAME, f"={cells}")
