"""The sheet that says what a comparison rests on: form, rules, batch, and every return by hash."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version

from clusterxl.excel.cells import Link, sheet_reference
from clusterxl.excel.sheet import Sheet
from clusterxl.report.context import DASH, Context, base_name, inert, records_of
from clusterxl.report.drawing import draw_table, print_table
from clusterxl.report.looks import GROUND, MUTED
from clusterxl.report.tables import FIRST_COLUMN, Cell, Column, Entry, Table
from clusterxl.ruleset.load import rules_version

WIDTHS = (310, 490, 400)
SHORT, SHORTER = 12, 8


def draw_basis(sheet: Sheet, context: Context) -> None:
    """Draw the facts, then the returns that count; one head is right for both, on every page."""
    facts: list[list[Entry]] = [[label, inert(told), ""] for label, told in basis_facts(context)]
    returns = [_row(record) for record in records_of(context.comparison.returns)]
    table = Table(
        title=context.say("report.basis_title", sheet=sheet.name, count=context.count),
        note=context.say("report.sentence_gap").join(
            (context.basis, context.say("report.basis_note"))
        ),
        columns=_columns(context),
        rows=[*facts, _heading(context), *returns],
    )
    draw_table(sheet, table, context.looks)
    last = FIRST_COLUMN + len(WIDTHS) - 1
    print_table(sheet, table, context.page(sheet.name, last_row=table.last_row, last_column=last))


def _heading(context: Context) -> list[Entry]:
    """Return the row between the facts and the returns."""
    text = context.say("report.basis_listed", count=context.count, noun=context.subject_noun)
    return [Cell(text, bold=True, fill=GROUND), *[Cell("", fill=GROUND)] * 2]


def basis_facts(context: Context) -> tuple[tuple[str, str], ...]:
    """Return what identifies the comparison: label and text, line by line."""
    form = context.form
    facts = [
        ("form", f"{form.title}  {form.id}"),
        ("form_version", form.version),
        ("base_year", str(form.base_year or DASH)),
        ("rules", rules_version(form) or context.say("report.basis_no_rules")),
        ("returns", str(context.count)),
        ("hashes", hash_of_returns(context)),
        ("program", f"clusterxl {version('clusterxl')}"),
    ]
    told = [(context.say(f"report.basis_{name}"), text) for name, text in facts]
    if context.filing:
        return (*told, *context.filing.facts)
    when = context.say("report.basis_timeless")
    return (*told, (context.say("report.basis_when"), when))


def hash_of_returns(context: Context) -> str:
    """Return the SHA-256 over the hashes of the returns that count, sorted, a line each."""
    hashes = sorted(context.comparison.returns["sha256"])
    return sha256("".join(f"{each}\n" for each in hashes).encode("ascii")).hexdigest()


def edition_link(context: Context) -> Link:
    """Return the short name of form, rules and returns that leads to the sheet."""
    text = context.say(
        "report.edition_link",
        form=context.form.id,
        version=context.form.version[:SHORTER],
        rules=rules_version(context.form)[:SHORTER] or DASH,
        returns=hash_of_returns(context)[:SHORT],
    )
    return Link(f"internal:{sheet_reference(context.names.basis, 'A1')}", text)


def _columns(context: Context) -> list[Column]:
    heads = [
        context.say(f"report.basis_head_{name}", noun=context.subject_noun)
        for name in ("fact", "told", "file")
    ]
    return [
        Column(head=head, px=px, wrap=True, size=9) for head, px in zip(heads, WIDTHS, strict=True)
    ]


def _row(record: dict[str, str]) -> list[Entry]:
    file = inert(base_name(record["file"]))
    return [inert(record["subject"]), record["sha256"] or DASH, Cell(file, ink=MUTED)]
