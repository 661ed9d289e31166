"""Findings in the order of work: the worst first, a cell at a time, what repeats named once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from clusterxl.cli.document import finding_lines
from clusterxl.digest import Entry, digest, in_order_of_work
from clusterxl.finding import Finding, Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


def finding(code: str, severity: Severity, cell: str = "", **given: Any) -> Finding:
    plain = Finding(
        code=code,
        severity=severity,
        cell=cell,
        message=f"{code}: please look",
        file="a.xlsx",
        sheet="One",
    )
    return replace(plain, **given)


def blank(cell: str, sheet: str = "One", label: str = "") -> Finding:
    label = label or f"Question {sheet} {cell}"
    message = f"“{label}” must be answered."
    return finding("GEN-REQ", ERROR, cell, label=label, message=message, sheet=sheet, key=label)


def codes(entries: Sequence[Entry]) -> list[tuple[str, bool, int]]:
    return [(entry.finding.code, entry.is_beside, len(entry.rest)) for entry in entries]


def test_the_worst_of_each_file_comes_first_and_files_keep_their_order() -> None:
    given = [
        finding("I", INFO, "A1"),
        finding("W", WARNING, "A2"),
        finding("W-EXPLAINED", WARNING, "A3", note="so it is"),
        finding("W-LATER", WARNING, "A4"),
        finding("E", ERROR, "A5"),
        finding("E-OTHER", ERROR, "A1", file="b.xlsx"),
    ]
    told = [one.code for one in in_order_of_work(given)]
    assert told == ["E", "W", "W-LATER", "W-EXPLAINED", "I", "E-OTHER"]


def test_what_is_told_of_one_cell_stands_together_under_the_worst() -> None:
    given = [
        finding("NORM-NUM", INFO, "B2"),
        finding("E", ERROR, "B1"),
        finding("GEN-NUM", ERROR, "B2"),
        finding("OTHER", INFO, "B2", sheet="Two"),
    ]
    assert codes([*digest(given)]) == [
        ("GEN-NUM", False, 0),
        ("NORM-NUM", True, 0),
        ("E", False, 0),
        ("OTHER", False, 0),
    ]


def test_what_is_told_of_a_question_without_a_cell_stands_together() -> None:
    lost = finding("READ-LOST", ERROR, sheet="", label="Area", key="area")
    unanswered = finding("GEN-REQ", ERROR, sheet="", label="Area", key="area")
    file = finding("READ-X", ERROR, sheet="")
    assert codes([*digest([lost, file, file, unanswered])]) == [
        ("READ-LOST", False, 0),
        ("GEN-REQ", True, 0),
        ("READ-X", False, 0),
        ("READ-X", False, 0),
    ]


def test_many_that_say_the_same_are_named_by_sheet_after_the_first() -> None:
    given = [blank(f"A{row}", sheet) for sheet in ("One", "Two") for row in range(1, 5)]
    entries = [*digest(given)]
    assert codes(entries) == [("GEN-REQ", False, 0)] * 3 + [
        ("GEN-REQ", False, 1),
        ("GEN-REQ", False, 4),
    ]
    *_, own, other = finding_lines(given)
    assert "One!A4 " in own
    assert all(f"A{row}" in other for row in range(1, 5))
    assert "Two!" in other


def test_each_finding_is_told_or_named_once() -> None:
    given = [blank(f"A{row}") for row in range(1, 30)]
    given[3:3] = [finding("W", WARNING, "A9"), finding("W", WARNING, "A40", value="x")]
    told = [one for entry in digest(given) for one in entry.rest or (entry.finding,)]
    assert sorted(one.cell + one.code for one in told) == sorted(f.cell + f.code for f in given)


def test_what_says_something_of_its_own_is_never_cut() -> None:
    given = [
        finding("GEN-NUM", ERROR, f"A{row}", label="Sum", message=f"“Sum” is “{row} t”.")
        for row in range(1, 30)
    ]
    assert not any(entry.rest for entry in digest(given))


def test_few_that_say_the_same_are_told_in_full() -> None:
    assert not any(entry.rest for entry in digest([blank(f"A{row}") for row in range(1, 6)]))


def test_a_label_stands_before_a_message_that_does_not_name_the_question() -> None:
    label = "Maps of the chain: yes material"
    named = finding("A", ERROR, "B1", label=label, message="“Maps of the chain: yes” needs proof.")
    unnamed = finding("B", ERROR, "B2", label=label, message="The sums “differ”.")
    _, first, second = finding_lines([named, unnamed])
    assert label not in first
    assert label in second
