"""Every figure of a ranked table leads to the rows of the sources that it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from compared_forms import answer, full_form, records_to, three_returns
from test_report import FOLDERS, OFFICIAL, form_named, opened, simulated

from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.excel.raw import parse_reference
from clusterxl.report import write_comparison
from clusterxl.report.context import Context

Row = Mapping[Any, Any]
# Under heads, measures and links.
LINKS, FIRST = 6, 7


def odd_names() -> Comparison:
    """Return a comparison of which every name means something to Excel."""
    cities = ("=甲'市!#", "'乙\"市'!A1")
    places = tuple({"city": city, "county": f"{city[0]}东县"} for city in cities)
    form = full_form(lists={"places": places})
    sections = tuple(replace(one, sheet="情况's #1!") for one in form.sections)
    return aggregate_records(
        records_to(
            replace(form, sections=sections),
            answer("a.xlsx", cities[0], "=1+1", (100, 110, 120)),
            answer("b.xlsx", cities[1], "#REF!", (50, "无", 60)),
            answer("c.xlsx", cities[1], "'一'!A1", (30, 36, 41)),
            answer("d.xlsx", cities[0], '@SUM("a")', (7, 8, 9)),
        )
    )


@pytest.fixture(scope="module", params=["small", "odd names", OFFICIAL, *FOLDERS])
def comparison(request: pytest.FixtureRequest) -> Comparison:
    if request.param == "odd names":
        return odd_names()
    if request.param == "small":
        return aggregate_records(records_to(full_form(), *three_returns()))
    return simulated(form_named(request.param), 9)


class Traced:
    """A table whose figures lead to their sources."""

    def __init__(self, comparison: Comparison, name: str) -> None:
        content = write_comparison(comparison)
        self.sheet = opened(content)[name]
        self.values = opened(content, values=True)[name]
        listed = opened(content)[Context(comparison=comparison).names.provenance]
        at = {row[1].value: row[1].row for row in listed.iter_rows() if row[1].value}
        records = comparison.provenance.to_dict("records")
        self._rows: dict[int, Row] = {at[record["number_id"]]: record for record in records}

    def found(self, cell: Any) -> list[Row]:
        """Return the sources that a cell leads to."""
        area = parse_reference(cell.hyperlink.location)
        assert area is not None
        return [self._rows[row] for row in range(area.row, area.last_row + 1)]

    def head(self, cell: Any) -> str:
        """Return the key that the head of a cell leads to; empty for none."""
        head = self.sheet.cell(LINKS, cell.column)
        return str(self.found(head)[0]["key"]) if head.hyperlink else ""

    def cells(self) -> Iterator[Any]:
        """Go through the figures that lead somewhere."""
        for row in self.sheet.iter_rows(min_row=FIRST):
            yield from (cell for cell in row if cell.hyperlink)

    def named(self, cell: Any, names: set[str]) -> set[str]:
        """Return which of some names stand in the row of a cell."""
        return names & {str(each.value) for each in self.values[cell.row]}


def test_the_figures_of_a_subject_lead_to_its_own_answers(comparison: Comparison) -> None:
    context = Context(comparison=comparison)
    table = Traced(comparison, context.names.subjects)
    names, seen = set(comparison.returns["subject"]), 0
    for cell in table.cells():
        (found,) = table.found(cell)
        assert table.named(cell, names) == {found["subject"]}, cell.coordinate
        assert table.head(cell) in ("", found["key"]), cell.coordinate
        seen += 1
    figures = [each for each in context.figures if "subject" in each.figure.places]
    assert seen >= len(names) * (bool(context.lead) + len(figures))


def test_the_sums_of_a_group_are_those_of_the_answers_they_lead_to(comparison: Comparison) -> None:
    context, lead = Context(comparison=comparison), Context(comparison=comparison).lead
    if not comparison.form.levels or lead is None or not lead.adds_up:
        pytest.skip("no groups, or nothing to add up")
    table, groups = Traced(comparison, context.names.groups), set(comparison.groups["group"])
    seen = 0
    for cell in table.cells():
        found = table.found(cell)
        own = table.named(cell, groups) or groups
        assert {row["group"] for row in found} <= own, cell.coordinate
        shown = table.values[cell.coordinate].value
        if table.head(cell) in lead.keys and isinstance(shown, float | int):
            numbers = [row["value"] for row in found if row["status"] == "value"]
            assert shown * lead.divide == pytest.approx(sum(numbers)), cell.coordinate
            seen += 1
    assert seen > len(lead.keys)
