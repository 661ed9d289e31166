"""What is said of two rounds side by side: the finding, the basis, what cannot be compared."""

from __future__ import annotations

from math import isnan

from clusterxl.across_rounds import Rounds
from clusterxl.pairing import Link
from clusterxl.report.context import DASH, Context
from clusterxl.shared_figures import SharedFigure

# Less than this in percent or points is told as no change.
FLAT = 0.05


def rounds_basis(context: Context, rounds: Rounds) -> str:
    """Name the round before, for the overview."""
    return context.say(
        "report.rounds_basis",
        before=before_name(context, rounds),
        count=len(rounds.earlier.returns),
        sheet=context.names.rounds,
    )


def before_name(context: Context, rounds: Rounds) -> str:
    """Return form, year and name of the round before."""
    form = rounds.earlier.form
    told = f"{form.id} {context.year(form.base_year)}".strip()
    return (
        context.say("report.name_and_place", name=told, place=rounds.name) if rounds.name else told
    )


def rounds_title(context: Context, rounds: Rounds) -> str:
    """Tell what became of the subjects and of the leading figure, as a sentence."""
    matched = rounds.count(Link.SAME, Link.RENAMED)
    words = {"noun": context.subject_noun, "matched": matched}
    if not len(rounds.subjects):
        told = context.say("report.rounds_nothing", **words)
    elif not matched:
        told = context.say("report.rounds_nobody", **words)
    else:
        told = _lead_sentence(context, rounds, words) or context.say(
            "report.rounds_matched", **words
        )
    parts = [told]
    counts = {
        "new": rounds.count(Link.NEW),
        "gone": rounds.count(Link.GONE),
        "asked": len(rounds.renamed),
    }
    parts += [context.say(f"report.rounds_{name}", count=n) for name, n in counts.items() if n]
    return context.say("report.clause_gap").join(parts)


def _lead_sentence(context: Context, rounds: Rounds, words: dict[str, object]) -> str:
    """Return the sentence on the leading figure; empty where it cannot be told."""
    figure = next((f for f in rounds.figures if f.name == "lead"), None)
    if figure is None:
        return ""
    total = rounds.totals[rounds.totals["figure"] == figure.name].iloc[0]
    before, now = float(total["before"]), float(total["now"])
    change = float(total["change"] if figure.in_points else total["growth"])
    if isnan(before) or isnan(now) or isnan(change):
        return ""
    flat = abs(change) < FLAT
    name = "flat" if flat else "rises" if change > 0 else "falls"
    unit = context.say("report.points") if figure.in_points else "%"
    return context.say(
        f"report.rounds_{name}",
        **words,
        n=int(total["n"]),
        lead=figure.label,
        before=shown(figure, before),
        now=shown(figure, now),
        measure=figure.shown_measure,
        change=f"{abs(change):,.1f}",
        unit=unit,
    )


def shown(figure: SharedFigure, value: float) -> str:
    """Return a figure as it stands in a sentence."""
    return f"{value / figure.divide:,.{figure.decimals}f}"


def rounds_note(context: Context, rounds: Rounds, *, linked: bool) -> str:
    """Tell what the table rests on and how to read it.

    Args:
        context: The comparison.
        rounds: The two rounds.
        linked: Each number of this round leads to its source.
    """
    parts = [
        context.say(
            "report.rounds_rest_on",
            before=before_name(context, rounds),
            earlier=len(rounds.earlier.returns),
            count=context.count,
            noun=context.subject_noun,
        ),
        context.say("report.rounds_like_for_like"),
        context.say("report.rounds_changes"),
    ]
    if rounds.left_out:
        told = [
            context.say(f"report.left_out_{each.reason.value}", label=each.label)
            for each in rounds.left_out
        ]
        joined = context.say("report.list_comma").join(told)
        parts.append(context.say("report.rounds_left_out", figures=joined))
    if count := len(rounds.restated):
        figures = {"count": f"{count:,}", "sheet": context.names.restated}
        parts.append(context.say("report.rounds_restated", **figures))
    parts.append(context.say("report.missing_note", dash=DASH))
    if linked:
        parts.append(context.say("report.rounds_numbers_note", sheet=context.names.provenance))
    if context.form.none_word:
        parts.append(context.say("report.none_note", none=context.form.none_word))
    return context.say("report.sentence_gap").join(parts)
