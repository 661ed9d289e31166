"""What every sheet of the comparison needs: words, looks, names of sheets, the printed page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import pandas as pd

from clusterxl.across_rounds import Rounds
from clusterxl.aggregate import Comparison
from clusterxl.excel.cells import PageSetup
from clusterxl.excel.heights import text_px
from clusterxl.excel.limits import start_of
from clusterxl.form.model import Form, group_noun, plain_label
from clusterxl.report.filed import Filing, LeftOut
from clusterxl.report.looks import Looks
from clusterxl.sentences import say
from clusterxl.summary import FigureRecipe, Lead, figures_of, lead_of

# No data, a ticked and an unticked option; the sheets explain them.
DASH, TICK, NO_TICK = "—", "●", "○"
LONGEST_TEXT = 32_000
LONGEST_SHEET_NAME = 31
NAME_SIZE, LEAST_NAME_PX, MOST_NAME_PX = 9, 160, 312
# The sources of more than this stand beside the workbook, not in it: Excel takes 1,048,576 rows a
# sheet, and to write as many takes gigabytes.
MOST_RETURNS_TRACED, MOST_NUMBERS_TRACED = 2_000, 500_000
# Names of groups and units stand in the size of figures.
NAME_PX_SIZE, LEAST_GROUP_PX, LEAST_UNIT_PX, MOST_GROUP_PX = 10, 64, 72, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetNames:
    """Names of the sheets beside those of the sections; empty for one that is not there."""

    overview: str
    groups: str
    subjects: str
    profile: str
    beside: str
    choices: str
    questions: str
    criteria: str
    plan: str
    standards: str
    options: str
    filing: str
    filed: str
    causes: str
    problems: str
    provenance: str
    basis: str
    contacts: str
    charts: str
    rounds: str
    restated: str
    renamed: str


@dataclass(frozen=True, kw_only=True)
class Context:
    """One comparison on its way into a workbook.

    Attributes:
        comparison: What is written.
        sample: Every page says that the data are invented.
        folder: Folder of the returned files, seen from that of the workbook; None for no
            links to them.
        filing: The batch it is made in, as it stands; None outside a batch.
        rounds: This round beside the one before; None where none was given.
    """

    comparison: Comparison
    sample: bool = False
    folder: str | None = ""
    filing: Filing | None = None
    rounds: Rounds | None = None

    @cached_property
    def names(self) -> SheetNames:
        """Names of the sheets."""
        groups = sheet_name(self.say("report.compared_sheet", noun=self.group_noun))
        subjects = sheet_name(self.say("report.compared_sheet", noun=self.subject_noun))
        return SheetNames(
            overview=self.say("report.overview_sheet"),
            groups=groups,
            subjects=subjects if subjects != groups else f"{subjects} 2",
            profile=sheet_name(self.say("report.profile_sheet", noun=self.subject_noun)),
            beside=sheet_name(self.say("report.beside_sheet", noun=self.subject_noun)),
            choices=sheet_name(self.say("report.choices_sheet", noun=self.subject_noun)),
            questions=self.say("report.questions_sheet"),
            criteria=self.say("report.criteria_sheet"),
            plan=self.say("report.plan_sheet"),
            standards=self.say("report.standards_sheet"),
            options=self.say("report.options_sheet"),
            filing=self.say("report.filing_sheet"),
            filed=self.say("report.filed_sheet") if self.filing else "",
            causes=self.say("report.causes_sheet"),
            problems=self.say("report.problems_sheet"),
            provenance=self.say("report.provenance_sheet"),
            basis=self.say("report.basis_sheet"),
            contacts=self.say("report.contacts_sheet"),
            charts=self.say("report.charts_sheet"),
            rounds=self.say("report.rounds_sheet") if self.rounds else "",
            restated=self.say("report.restated_sheet") if self.rounds else "",
            renamed=self.say("report.renamed_sheet") if self.rounds else "",
        )

    @cached_property
    def looks(self) -> Looks:
        """Styles."""
        return Looks(self.say("report.font"))

    @cached_property
    def lead(self) -> Lead | None:
        """The figure that ranks."""
        return lead_of(self.form)

    @cached_property
    def figures(self) -> tuple[FigureRecipe, ...]:
        """The further figures."""
        return figures_of(self.form)

    @cached_property
    def subject_names(self) -> Mapping[str, str]:
        """Name of the subject of each return."""
        rows = self.comparison.returns
        return dict(zip(rows["return_id"], rows["subject"], strict=True))

    @property
    def form(self) -> Form:
        """The form."""
        return self.comparison.form

    @property
    def count(self) -> int:
        """How many returns count."""
        return len(self.comparison.returns)

    @cached_property
    def basis(self) -> str:
        """What every sheet rests on, as the sentence its note begins with."""
        if self.filing:
            return self.filing.basis
        left = len(self.left_out)
        figures = {"count": self.count, "received": self.received, "left": left}
        return self.say("report.rests_some" if left else "report.rests_all", **figures)

    @cached_property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What came in and does not count, files that nobody could read among them."""
        comparison = self.comparison
        kept = tuple(
            LeftOut(
                group=row["group"],
                unit=row["unit"],
                subject=row["subject"],
                file=row["file"],
                sha256=row["sha256"],
                errors=row["errors"],
                warnings=row["warnings"] - row["explained"],
                reason=self.say("report.filing_newer", file=base_name(row["kept"])),
            )
            for row in records_of(comparison.left_out)
        )
        known = {*comparison.returns["file"], *comparison.left_out["file"], ""}
        lost = {f.file: f.message for f in reversed(comparison.findings) if f.file not in known}
        files = (found.file for found in comparison.findings if not found.return_id)
        unread = tuple(
            LeftOut(file=file, reason=lost[file]) for file in dict.fromkeys(files) if file in lost
        )
        return (*kept, *(self.filing.left_out if self.filing else ()), *unread)

    @property
    def received(self) -> int:
        """How many returns came in."""
        return self.count + len(self.left_out)

    @property
    def traced(self) -> bool:
        """Whether the source of each number stands in the workbook."""
        numbers = len(self.comparison.provenance)
        return self.count <= MOST_RETURNS_TRACED and numbers <= MOST_NUMBERS_TRACED

    @property
    def title(self) -> str:
        """Title of the comparison."""
        form = self.form
        title = form.comparison.title
        return title if title and title != form.title else self.say("report.title", form=form.title)

    @property
    def subject_noun(self) -> str:
        """What is compared."""
        return self.form.subject_noun

    @property
    def group_noun(self) -> str:
        """What a group of the highest level is called."""
        return group_noun(self.form)

    @property
    def unit_noun(self) -> str:
        """What a unit is called; empty where it is the group itself or does not exist."""
        form = self.form
        return plain_label(form.fields[form.levels[-1]].label) if len(form.levels) > 1 else ""

    @property
    def whole(self) -> str:
        """What all returns together are called."""
        return self.form.comparison.whole or self.say("report.whole")

    @cached_property
    def widest_name(self) -> int:
        """Width of a column that shows every subject on one line."""
        return max(names_px(self.subject_names.values(), NAME_SIZE), LEAST_NAME_PX)

    @cached_property
    def group_px(self) -> int:
        """Width of a column that shows every group on one line, but for very long names."""
        return _places_px(self.comparison.groups["group"], LEAST_GROUP_PX)

    @cached_property
    def unit_px(self) -> int:
        """Width of a column that shows every unit on one line, but for very long names."""
        return _places_px(self.comparison.returns["unit"], LEAST_UNIT_PX)

    @property
    def name_px(self) -> int:
        """Width of a column that shows the subjects, mostly on one line."""
        return min(self.widest_name, MOST_NAME_PX)

    def say(self, name: str, /, **figures: object) -> str:
        """Return a sentence in the language of the form."""
        text = say(name, lang=self.form.language, **figures)
        # A figure may be empty, such as the year of a form without years.
        return re.sub(" {2,}", " ", text).replace(" ,", ",").replace(" ;", ";")

    def year(self, year: int | None) -> str:
        """Return a year as the form prints it; empty for none."""
        return self.say("form.year", year=year) if year else ""

    def page(self, sheet: str, *, last_row: int, last_column: int, tall: int = 0) -> PageSetup:
        """Return the printed page of a sheet."""
        return self.looks.page(
            header=self.say("report.sample") if self.sample else "",
            footer=(f"{self.title} · {sheet}", self.say("report.page_number")),
            area=(last_row, last_column),
            tall=tall,
        )


def names_px(names: Iterable[str], size: float) -> int:
    """Return the width of a column that shows every name on one line, also where it is rounded."""
    return ceil(max((text_px(name, size) for name in names), default=0)) + 16


def _places_px(names: Iterable[str], least: int) -> int:
    return min(max(names_px(names, NAME_PX_SIZE), least), MOST_GROUP_PX)


def bare_label(label: str, measure: str) -> str:
    """Return a label without its measure in brackets, where that stands beside it.

    >>> bare_label("集群总产值（亿元） 2022年", "亿元")
    '集群总产值 2022年'
    """
    for told in (f"（{measure}）", f"({measure})"):
        before, found, behind = label.partition(told)
        if measure and found and behind[:1] in ("", " "):
            return f"{before.rstrip()}{behind}"
    return label


def sheet_name(text: str) -> str:
    """Return a name that a sheet may have."""
    kept = "".join(" " if mark in "[]:*?/\\" else mark for mark in text)
    return kept.strip().strip("'")[:LONGEST_SHEET_NAME] or "-"


def inert(text: str) -> str:
    """Return a text from a return as a cell can hold it; it is always written as a text."""
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) * 2 <= LONGEST_TEXT else start_of(text, LONGEST_TEXT)


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame; column by column, which is much faster than by row."""
    names = [str(name) for name in frame.columns]
    columns = (frame[name].tolist() for name in names)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def base_name(file: str) -> str:
    """Return the name of a file without its folders.

    >>> base_name("returned/a.xlsx")
    'a.xlsx'
    """
    return file.replace("\\", "/").rpartition("/")[2]
