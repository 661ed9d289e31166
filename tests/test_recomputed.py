"""Every total worked out again from what the comparison itself, or `read`, says of its sources."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from compared_forms import full_form, records_to, three_returns
from test_report import FOLDERS, OFFICIAL, form_named, opened, simulated

from clusterxl.aggregate import aggregate_records
from clusterxl.cli.group import cli
from clusterxl.form.model import AggregateKind, FieldType, Form, Input, NoneMeans
from clusterxl.form.roster import units_of
from clusterxl.report import write_comparison
from clusterxl.sentences import say
from clusterxl.testing.returns import simulate_return

DASH = "—"


@dataclass(frozen=True)
class Given:
    """What was read: by key, what each return says."""

    form: Form
    answers: Mapping[str, Mapping[str, Any]]

    def number(self, key: str, file: str) -> float | None:
        """Return the number that counts; None for no number."""
        found = self.answers[key].get(file)
        asked = self.form.by_key[key].field
        if found == self.form.none_word and found and asked.none_means is NoneMeans.ZERO:
            return 0.0
        return float(found) if isinstance(found, (int, float)) else None

    def total(self, key: str, files: set[str] | None = None) -> tuple[float, int]:
        """Return the total of a key over some files, NaN for none, and how many it rests on."""
        asked = self.form.by_key[key]
        how = asked.field.aggregate
        keys = [key]
        if how.kind is AggregateKind.MEAN:
            keys.append(self._key(how.weight, asked))
        elif how.kind is AggregateKind.RATIO:
            keys = [self._key(name, asked) for name in how.over]
        every = self.answers[key] if files is None else files
        rows = [[self.number(each, file) for each in keys] for file in every]
        whole = [[n for n in row if n is not None] for row in rows if None not in row]
        return self._summed(how.kind, whole, how.times), len(whole)

    @staticmethod
    def _summed(kind: AggregateKind, rows: list[list[float]], times: float) -> float:
        if kind is AggregateKind.COUNT:
            return float(len(rows))
        if kind is AggregateKind.NONE or not rows:
            return math.nan
        if kind is AggregateKind.SUM:
            return sum(row[0] for row in rows)
        below = sum(row[1] for row in rows)
        if not below:
            return math.nan
        if kind is AggregateKind.MEAN:
            return sum(row[0] * row[1] for row in rows) / below
        return sum(row[0] for row in rows) / below * times

    def _key(self, field: str, beside: Input) -> str:
        """Return the key of another question for the same year, without one for the last."""
        found = [i for i in self.form.inputs if i.field.id == field and not i.is_note]
        same = [i for i in found if i.year == beside.year] or found
        return same[-1].key


@dataclass(frozen=True)
class Workbook:
    """A comparison as it was written."""

    form: Form
    book: Any

    def say(self, name: str) -> str:
        return say(f"report.{name}", lang=self.form.language)

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Go through the rows of a table, by head; the cells themselves under their number."""
        if self.say(name) not in self.book.sheetnames:
            return
        sheet = self.book[self.say(name)]
        heads: dict[int, str] = {}
        for row in sheet.iter_rows():
            texts = {cell.column: cell.value for cell in row if cell.value}
            if heads:
                yield {head: row[column - 1].value for column, head in heads.items()}
            elif {self.say("source_sha256"), self.say("chosen")} & set(texts.values()):
                heads = texts

    @property
    def given(self) -> Given:
        """What the sheet of sources says, and nothing else."""
        answers: dict[str, dict[str, Any]] = defaultdict(dict)
        for row in self.rows("provenance_sheet"):
            if key := row[self.say("source_key")]:
                answers[key][row[self.say("source_path")]] = row[self.say("source_value")]
        return Given(self.form, answers)

    @property
    def keys(self) -> dict[str, str]:
        """The key of each number of the sources."""
        number, key = self.say("source_number"), self.say("source_key")
        return {row[number]: row[key] for row in self.rows("provenance_sheet") if row[number]}

    def totals(self) -> Iterator[tuple[str, str, Any, str]]:
        """Go through the totals of the section sheets: sheet, key, total, what it rests on."""
        keys = self.keys
        fixed = {self.say(name) for name in ("overview_sheet", "options_sheet")}
        for sheet in self.book:
            for row in sheet.iter_rows(min_row=5, max_row=8):
                marks = [c for c in row if c.hyperlink and c.value in keys]
                basis = sheet.cell(row[0].row + 2, 2).value if row else None
                if sheet.title in fixed or not marks or basis != self.say("basis_row"):
                    continue
                for mark in marks:
                    cells = [sheet.cell(mark.row + down, mark.column).value for down in (1, 2)]
                    yield sheet.title, keys[mark.value], cells[0], cells[1]


def canary(form: Form) -> Workbook:
    comparison = aggregate_records(records_to(form, *three_returns()))
    return Workbook(form, opened(write_comparison(comparison), values=True))


@pytest.fixture(scope="module", params=["small", OFFICIAL, *FOLDERS])
def workbook(request: pytest.FixtureRequest) -> Workbook:
    if request.param == "small":
        return canary(full_form())
    form = form_named(request.param)
    return Workbook(form, opened(write_comparison(simulated(form, 9)), values=True))


def same(shown: Any, worked_out: float) -> bool:
    if math.isnan(worked_out):
        return not isinstance(shown, (int, float))
    return bool(shown == pytest.approx(worked_out, rel=1e-9))


def test_the_totals_of_the_sections_follow_from_the_sources(workbook: Workbook) -> None:
    given, seen = workbook.given, 0
    for sheet, key, total, basis in workbook.totals():
        if not workbook.form.by_key[key].type.is_numeric:
            continue
        value, n = given.total(key)
        assert same(total, value), (sheet, key)
        assert basis == f"{n} / {len(given.answers[key])}", (sheet, key)
        seen += 1
    numeric = [key for key in given.answers if workbook.form.by_key[key].type.is_numeric]
    assert seen == len(numeric) > 0


def test_how_often_each_option_was_chosen_follows_from_the_sources(workbook: Workbook) -> None:
    given, keys = workbook.given, workbook.keys
    options_of = [k for k in given.answers if not workbook.form.by_key[k].type.is_numeric]
    chosen = 0
    for row in workbook.rows("options_sheet"):
        key = keys.get(str(row.get(workbook.say("source_link"))), "")
        count = row[workbook.say("chosen")]
        if not key:
            # The row of measures, or a question that nobody answered.
            assert not count or isinstance(count, str)
            continue
        found = given.answers[key].values()
        ticks = workbook.form.by_key[key].type is FieldType.TICKS
        assert count == (len(found) if ticks else [*found].count(row[workbook.say("option")]))
        chosen += count
    assert chosen == sum(len(given.answers[key]) for key in options_of)


def test_the_figures_of_the_groups_follow_from_the_sources(workbook: Workbook) -> None:
    """Where the heads lead to numbers that add up, each group has the sum of its own."""
    form, keys, given = workbook.form, workbook.keys, workbook.given
    sheet = workbook.book.worksheets[1]
    files: dict[str, set[str]] = defaultdict(set)
    path = {
        row[workbook.say("source_file")]: row[workbook.say("source_path")]
        for row in workbook.rows("provenance_sheet")
    }
    for row in workbook.rows("filing_sheet"):
        if file := path.get(row[workbook.say("filing_file")]):
            files[next(iter(row.values()))].add(file)
    divide = {figure.field: figure.divide for figure in form.comparison.figures}
    marks = [c for row in sheet["A6:Z7"] for c in row if c.hyperlink and c.value in keys]
    marks = marks if len(form.levels) > 1 else []
    seen = 0
    for mark in marks:
        key = keys[mark.value]
        asked = form.by_key[key]
        alone = [i for i in form.inputs if (i.field.id, i.year) == (asked.field.id, asked.year)]
        if len([i for i in alone if not i.is_note]) > 1 or _is_part(form, asked):
            continue
        for row in sheet.iter_rows(min_row=mark.row + 1):
            named = [cell.value for cell in row[:4] if cell.value in files]
            if named:
                value = given.total(key, files[named[0]])[0] / divide.get(asked.field.id, 1)
                assert same(row[mark.column - 1].value, value), (key, named)
                seen += 1
    assert bool(seen) == (len(form.levels) > 1)


def _is_part(form: Form, asked: Input) -> bool:
    """Whether a head may lead from a ratio to the question above its line."""
    return any(asked.field.id in other.aggregate.over for other in form.fields.values())


def test_the_totals_follow_from_the_frame_that_read_writes(tmp_path: Path) -> None:
    form = form_named(OFFICIAL)
    inbox = tmp_path / "in"
    inbox.mkdir()
    for seed, unit in enumerate(units_of(form)[:4]):
        defects = ("blank", "none") if seed == 2 else ()
        content = simulate_return(form, unit=unit, seed=seed, defects=defects)
        (inbox / f"{seed}.xlsx").write_bytes(content)
    commands = (("read", "-o", f"{tmp_path}/out"), ("aggregate", "-o", f"{tmp_path}/c.xlsx"))
    for command, *rest in commands:
        done = CliRunner().invoke(cli, [command, str(inbox), *rest])
        assert done.exit_code in (0, 1), done.output
    answers: dict[str, dict[str, Any]] = defaultdict(dict)
    with (tmp_path / "out" / "values.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            value: Any = float(row["number"]) if row["status"] == "value" and row["number"] else ""
            answers[row["key"]][row["file"]] = form.none_word if row["status"] == "none" else value
    given = Given(form, answers)
    workbook = Workbook(form, opened((tmp_path / "c.xlsx").read_bytes(), values=True))
    seen = 0
    for sheet, key, total, _ in workbook.totals():
        if form.by_key[key].type.is_numeric:
            assert same(total, given.total(key)[0]), (sheet, key)
            seen += 1
    assert seen > 100
