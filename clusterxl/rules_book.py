"""The rules of a form as a workbook, for those who answer for them to read and correct."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from clusterxl.excel.book import Book
from clusterxl.excel.cells import PageSetup, Style
from clusterxl.excel.heights import screen_points
from clusterxl.excel.sheet import Sheet
from clusterxl.finding import Severity
from clusterxl.findings_book import (
    BODY,
    HEAD,
    HEAD_ROW,
    INDENT_PX,
    INKS,
    PLAIN,
    TITLE,
    in_own_font,
    inert,
    severity_word,
)
from clusterxl.form.model import Form
from clusterxl.ruleset.load import describe_rules
from clusterxl.ruleset.rules import Rule, RuleDescription, Threshold
from clusterxl.sentences import say

# Excel's own limit for the height of a row.
TALLEST = 409
# More questions than these are counted; `rules explain` tells them all.
MOST_LABELS = 5
SIZE = 9.0
RULE_PX = {
    "id": 100,
    "severity": 92,
    "kind": 64,
    "title": 120,
    "check": 190,
    "when": 150,
    "message": 200,
    "margin": 88,
    "basis": 96,
    "labels": 170,
    "parameters": 150,
    "explain": 120,
    "examples": 54,
    "places": 54,
}
PARAMETER_PX = {
    "label": 250,
    "name": 190,
    "value": 120,
    "state": 80,
    "source": 560,
    "rules": 200,
}
# The paper ends here, so that its print can be read; what follows is for the screen.
LAST_PRINTED = "labels"
_COUNTS = frozenset({"examples", "places"})


def write_rules(form: Form) -> bytes:
    """Write the rules of a form and their parameters as a workbook of two sheets.

    Args:
        form: The form.

    Returns:
        The bytes of an .xlsx file.

    Raises:
        DefinitionError: The rules have mistakes.
    """
    described = describe_rules(form)
    rules = [one.rule for one in described]
    book = Book(title=say("rules_book.title", form=form.title))
    sheet = _headed(book, "rules", RULE_PX, _counted(form, rules))
    for row, one in enumerate(described, HEAD_ROW + 1):
        ink = {"severity": INKS[one.rule.severity]}
        _put_row(sheet, row, _rule_cells(one), RULE_PX, ink)
    _finish(sheet, RULE_PX, len(described))
    thresholds = {each.name: each for rule in rules for each in rule.thresholds}
    unset = sum(threshold.value is None for threshold in thresholds.values())
    counted = say("rules_book.count_parameters", count=len(thresholds), unset=unset)
    sheet = _headed(book, "parameters", PARAMETER_PX, counted)
    for row, threshold in enumerate(thresholds.values(), HEAD_ROW + 1):
        ink = {"state": PLAIN.ink if threshold.is_verified else INKS[Severity.WARNING]}
        _put_row(sheet, row, _parameter_cells(threshold, rules), PARAMETER_PX, ink)
    _finish(sheet, PARAMETER_PX, len(thresholds))
    return book.save()


def kind_word(rule: Rule) -> str:
    """Return what a rule is about, in a word."""
    return say(f"rules_book.kind_{rule.kind}")


def parameter_state(threshold: Threshold) -> str:
    """Return whether a parameter is set, and whether somebody has read it where it stands."""
    if threshold.value is None:
        return say("rules_book.unset")
    return say("cli.rule_verified" if threshold.is_verified else "cli.rule_unverified")


def _counted(form: Form, rules: Sequence[Rule]) -> str:
    return say(
        "rules_book.count",
        form=form.title,
        count=len(rules),
        asleep=sum(bool(rule.unset) for rule in rules),
    )


def _rule_cells(one: RuleDescription) -> Mapping[str, str]:
    rule = one.rule
    labels = [*one.labels, *one.others]
    shown = say("rules_book.between").join(labels[:MOST_LABELS])
    if len(labels) > MOST_LABELS:
        shown += say("rules_book.more", count=len(labels) - MOST_LABELS)
    return {
        "id": rule.id,
        "severity": severity_word(rule.severity),
        "kind": kind_word(rule),
        "title": "\n".join(text for text in (rule.title, _head(rule)) if text),
        "check": " ".join(rule.check.split()),
        "when": " ".join(rule.when.split()),
        "message": one.example,
        "margin": one.margin,
        "labels": shown,
        "parameters": "\n".join(_parameter_line(each) for each in rule.thresholds),
        "basis": rule.basis,
        "explain": rule.explain,
        "examples": str(len(rule.examples)),
        "places": str(len(rule.places)),
    }


def _head(rule: Rule) -> str:
    return say("rules_book.column", head=rule.head) if rule.head else ""


def _parameter_line(threshold: Threshold) -> str:
    return say(
        "rules_book.parameter",
        name=threshold.name,
        value=_value(threshold),
        state=parameter_state(threshold),
        source=threshold.source,
    )


def _value(threshold: Threshold) -> str:
    """Return a parameter with its operator, as it is met; nothing where it has no value."""
    parts = (threshold.operator, threshold.shown, threshold.measure)
    return " ".join(part for part in parts if part) if threshold.shown else ""


def _parameter_cells(threshold: Threshold, rules: Iterable[Rule]) -> Mapping[str, str]:
    return {
        "label": threshold.label,
        "name": threshold.name,
        "value": _value(threshold) or threshold.operator,
        "state": parameter_state(threshold),
        "source": threshold.source,
        "rules": ", ".join(r.id for r in rules if threshold in r.thresholds),
    }


def _headed(book: Book, name: str, widths: Mapping[str, int], counted: str) -> Sheet:
    """Start a sheet: title, what it counts, heads of its columns."""
    sheet = book.sheet(say(f"rules_book.{name}"))
    sheet.columns(list(widths.values()))
    sheet.row(1, 24)
    sheet.put(1, 1, say(f"rules_book.{name}"), in_own_font(TITLE))
    sheet.put(2, 1, counted, in_own_font(PLAIN))
    style = in_own_font(replace(HEAD, size=SIZE))
    for column, head in enumerate(widths, 1):
        sheet.put(HEAD_ROW, column, say(f"rules_book.head_{head}"), style)
    return sheet


def _put_row(
    sheet: Sheet,
    row: int,
    cells: Mapping[str, str],
    widths: Mapping[str, int],
    inks: Mapping[str, str],
) -> None:
    tallest = 0.0
    for column, (name, px) in enumerate(widths.items(), 1):
        text = inert(cells[name])
        sheet.put(row, column, float(text) if name in _COUNTS else text, _style(name, inks))
        tallest = max(tallest, screen_points(text, px - INDENT_PX, SIZE))
    sheet.row(row, min(tallest, TALLEST))


def _style(name: str, inks: Mapping[str, str]) -> Style:
    is_bold = name in ("id", *inks)
    style = replace(in_own_font(BODY), size=SIZE, bold=is_bold, ink=inks.get(name, BODY.ink))
    return replace(style, align="right") if name in _COUNTS else style


def _finish(sheet: Sheet, widths: Mapping[str, int], rows: int) -> None:
    """Freeze the head, let the rows be filtered, print them one page wide."""
    sheet.filter(HEAD_ROW, 1, HEAD_ROW + max(rows, 1), len(widths))
    sheet.freeze(HEAD_ROW + 1, 2)
    footer = f"&L&9{say('rules_book.rules')}&R&9{say('report.page_number')}"
    names = list(widths)
    last = names.index(LAST_PRINTED) + 1 if LAST_PRINTED in names else len(names)
    sheet.page(
        PageSetup(
            landscape=True,
            margins_mm=(12, 15, 8, 8),
            fit=(1, 0),
            area=(1, 1, HEAD_ROW + max(rows, 1), last),
            repeat=(HEAD_ROW, HEAD_ROW),
            footer=footer,
        )
    )
