"""The groups of a batch: their rows, which the status workbook, the comparison and a page tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from clusterxl.batch.status import Count, Slot, Standing, Status
from clusterxl.batch.status_looks import FIRST_COLUMN, Column, Line, StatusLooks
from clusterxl.batch.words import (
    deadline_line,
    headline,
    journal_line,
    missing_first,
    owed_line,
)
from clusterxl.excel.cells import Content, Formula, address
from clusterxl.excel.heights import text_px
from clusterxl.report import tables
from clusterxl.report.context import inert
from clusterxl.report.looks import BELOW_INK, COUNT_OR_DASH, MAIN

MARKS = {
    Standing.ACCEPTED: "●",
    Standing.QUESTIONED: "◐",
    Standing.REJECTED: "◐",
    Standing.MISSING: "○",
    Standing.EXCLUDED: "–",
}
# More of them are a wall; then two figures say the same.
MOST_MARKS = 42
# Room beside the marks of a row that is one line high.
_MARGIN_PX = 12
_NAME = (Column(name="group", px=84, bold=True),)
_GROUPS = (
    Column(name="marks", px=198),
    *(
        Column(name=name, px=px, align="right")
        for name, px in (
            *(("due", 48), ("came", 48), ("accepted", 52), ("to_correct", 48), ("missing", 48)),
            *(("excluded", 48), ("share", 58), ("overdue", 48)),
        )
    ),
    Column(name="owed", px=520, indent=1),
)


def name_columns(looks: StatusLooks) -> tuple[Column, ...]:
    """Return the column that names a group; none in a form without groups."""
    return _NAME if looks.has_groups else ()


def named_columns(looks: StatusLooks) -> int:
    """Return how many columns stay in sight at the left."""
    return len(name_columns(looks))


def group_columns(looks: StatusLooks) -> tuple[Column, ...]:
    """Return the columns of the table of the groups."""
    return (*name_columns(looks), *_GROUPS)


def groups_title(looks: StatusLooks, status: Status) -> str:
    """Tell how the batch stands, as a sentence."""
    told = headline(status, lang=looks.form.language)
    return looks.say("status.groups_title", headline=told)


def groups_note(looks: StatusLooks, status: Status) -> str:
    """Tell the deadline, and how to read the table."""
    note = [deadline_line(status, lang=looks.form.language), looks.say("status.marks_note")]
    if looks.has_groups:
        note.append(looks.say("status.order_note", group=looks.group_noun))
    return "".join(note)


def group_lines(looks: StatusLooks, status: Status) -> tuple[Line, ...]:
    """Return a row a group, those that owe most first; none in a form without groups."""
    lines = []
    groups = missing_first(status.groups) if looks.has_groups else ()
    for number, count in enumerate(groups, start=1):
        slots = [slot for slot in status.slots if slot.unit.group == count.group]
        inks = {"marks": MAIN}
        if count.standings[Standing.MISSING]:
            inks["missing"] = BELOW_INK
        lines.append(Line(cells=_group_cells(looks, count, slots), number=number, inks=inks))
    return tuple(lines)


def whole_cells(looks: StatusLooks, status: Status) -> dict[str, Content]:
    """Return the row of all groups together."""
    whole = looks.form.comparison.whole or looks.say("report.whole")
    return _group_cells(looks, status.whole, status.slots) | {"group": whole}


def groups_table(looks: StatusLooks, status: Status) -> tables.Table:
    """Return how the groups stand as a table of the comparison."""
    columns, lines = group_columns(looks), group_lines(looks, status)
    whole = whole_cells(looks, status)
    told = (groups_note(looks, status), journal_line(status, lang=looks.form.language))
    table = tables.Table(
        title=groups_title(looks, status),
        note="".join(told),
        columns=[_column(looks, column) for column in columns],
        rows=[_entries(columns, line) for line in lines],
        totals=((),) if lines else (),
        frozen=named_columns(looks),
        filtered=False,
    )
    if not lines:
        return replace(table, rows=[_entries(columns, Line(cells=whole))])
    # The row of totals is one line high.
    px = next(column.px for column in columns if column.name == "marks") - _MARGIN_PX
    fitting = int(px / text_px(MARKS[Standing.ACCEPTED], 10))
    whole |= {"marks": _marks(status.whole, fitting), "owed": ""}
    whole |= sums(columns, status.whole, (table.first_row, table.last_row))
    return replace(table, totals=[_entries(columns, Line(cells=whole))])


def _column(looks: StatusLooks, column: Column) -> tables.Column:
    is_text = column.align == "left"
    return tables.Column(
        head=looks.head(column.name),
        px=column.px,
        align=column.align,
        num_format="General" if is_text else COUNT_OR_DASH,
        wrap=is_text,
    )


def _entries(columns: Sequence[Column], line: Line) -> list[tables.Entry]:
    entries: list[tables.Entry] = []
    for column in columns:
        content = line.cells[column.name]
        shown = inert(content) if isinstance(content, str) else content
        ink = line.inks.get(column.name, "")
        is_plain = not ink and not column.bold
        entries.append(shown if is_plain else tables.Cell(shown, ink=ink, bold=True))
    return entries


def _group_cells(looks: StatusLooks, count: Count, slots: Sequence[Slot]) -> dict[str, Content]:
    return {
        "group": count.group,
        "marks": _marks(count, MOST_MARKS),
        **_figures(count),
        "share": _share(count),
        "overdue": count.overdue,
        "owed": owed_line(slots, lang=looks.form.language),
    }


def _figures(count: Count) -> Mapping[str, int]:
    """Return the figures that add up."""
    standings = count.standings
    return {
        "due": count.due,
        "came": count.came,
        "accepted": standings[Standing.ACCEPTED],
        "to_correct": standings[Standing.QUESTIONED] + standings[Standing.REJECTED],
        "missing": standings[Standing.MISSING],
        "excluded": standings[Standing.EXCLUDED],
    }


def _share(count: Count) -> str:
    """Return how much came, rounded, but 100 % only where all did."""
    if not count.due:
        return "–"
    rounded = (200 * count.came + count.due) // (2 * count.due)
    return f"{rounded if count.came == count.due else min(rounded, 99)}%"


def _marks(count: Count, most: int) -> str:
    """Return a mark a slot, or two figures where there are too many."""
    if count.due > most:
        return f"{count.standings[Standing.ACCEPTED]} / {count.due}"
    marks = (MARKS[standing] * count.standings[standing] for standing in reversed(Standing))
    return "".join(sorted("".join(marks), key="●◐○–".index))


def sums(columns: Sequence[Column], whole: Count, rows: tuple[int, int]) -> Mapping[str, Content]:
    """Return the sums of the rows between two, these included, as live formulas."""
    places = {column.name: place for place, column in enumerate(columns, FIRST_COLUMN)}
    return {
        name: Formula(
            f"=SUM({address(rows[0], places[name])}:{address(rows[1], places[name])})",
            value,
        )
        for name, value in _figures(whole).items()
    }
