"""Titles that follow what is chosen: sentences whose names and figures are formulas."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from clusterxl.excel.cells import Formula, literal
from clusterxl.report.context import Context
from clusterxl.report.looks import quoted
from clusterxl.report.picked_rows import FigureRow
from clusterxl.report.picks import Pick, told

# Marks of what is worked out, for `told`.
NAME, VALUE, RANK = "\ue000", "\ue001", "\ue002"


def fixed(expression: str, value: float, decimals: int, divide: float) -> Formula:
    """Return a number as a text, rounded as Excel does.

    >>> fixed("A1", 1234.25, 1, 1)
    Formula(text='=FIXED(A1,1)', value='1,234.3')
    """
    by = f"/{divide:.15g}" if divide != 1 else ""
    exact = Decimal(repr(value / divide))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return Formula(f"=FIXED({expression}{by},{decimals})", f"{rounded:,}")


def lead_sentence(context: Context, row: FigureRow | None, pick: Pick, label: Formula) -> Formula:
    """Return the title of the profile: whose it is, the leading figure and its rank.

    Args:
        context: The comparison.
        row: The leading figure; None without one.
        pick: The drop-down.
        label: The cell of the drop-down.
    """
    nothing = context.say("report.profile_nothing", noun=context.subject_noun)
    sheet = context.names.profile
    plain = told(context.say("report.profile_title_plain", sheet=sheet, name=NAME), {NAME: label})
    chosen = plain
    lead = context.lead
    if row is not None and lead is not None:
        answer = f"INDEX({row.last.cells},{pick.cell})"
        now = row.last.contents[pick.at or 0]
        number = now if isinstance(now, float) else 0.0
        figures = {
            "sheet": sheet,
            "name": NAME,
            "value": VALUE,
            "rank": RANK,
            "lead": lead.label,
            "year": context.year(lead.years[-1]),
            "measure": lead.measure,
            "whole": context.whole,
        }
        sentence = told(
            context.say("report.profile_title", **figures),
            {
                NAME: label,
                VALUE: fixed(answer, number, lead.decimals, lead.divide),
                RANK: row.last.rank(answer, now),
            },
        )
        missing = told(context.say("report.profile_title_missing", **figures), {NAME: label})
        chosen = either(f"ISNUMBER({answer})", sentence, missing, holds=isinstance(now, float))
    empty = Formula(f"={literal(nothing)}", nothing)
    return either(f"{pick.cell}=0", empty, chosen, holds=pick.at is None)


def either(condition: str, first: Formula, second: Formula, *, holds: bool) -> Formula:
    """Return the first where a condition holds, else the second."""
    one, other = (part.text.removeprefix("=") for part in (first, second))
    return Formula(f"=IF({condition},{one},{other})", (first if holds else second).value)


def count_text(pairs: tuple[tuple[str, Formula], ...], gap: str, before: str) -> Formula:
    """Return words with counts, in a row, behind a first word."""
    texts, values = [], []
    for words, count in pairs:
        texts.append(f"{quoted(words + ' ')}&{count.text.removeprefix('=')}")
        number = count.value
        values.append(f"{words} {number if isinstance(number, str) else f'{number:.15g}'}")
    text = f"&{quoted(gap)}&".join(texts)
    return Formula(f"={quoted(before)}&{text}", before + gap.join(values))
