"""Hands out blank workbooks: one is built, of which the others are copies with their own names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import nan
from pathlib import Path

from clusterxl.excel.master import Master, NotCopyableError, Spot, is_plain
from clusterxl.excel.signing import signed
from clusterxl.excel.stamp import STAMP_NAME, Stamp
from clusterxl.form.answers import canonical_text
from clusterxl.form.layout import lay_out
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit
from clusterxl.generate import plan_return, stamp_of, write_return
from clusterxl.issue import Places, serial_of, slots_of
from clusterxl.plan import Plan
from clusterxl.plan.hidden import VIEWS
from clusterxl.plan.margins import footer_text
from clusterxl.plan.program import Program, keys_seen, program_of
from clusterxl.plan.state import WorkbookState, judge_answers, needed_conditions
from clusterxl.plan.workbook import plan_judged, prefill
from clusterxl.ruleset.masks import TEXT_SUFFIX, Views, judge
from clusterxl.ruleset.nodes import keys_of
from clusterxl.sentences import say

# Sorts of workbooks that are kept; where there are more, each of another sort is built in full.
_MOST_SORTS = 8
_SERIAL = re.compile(r"[A-Za-z0-9_-]*")
_SHEETS = "xl/worksheets/"


@dataclass(frozen=True, slots=True)
class _Sort:
    """What two workbooks have in common of which one can be a copy of the other.

    Attributes:
        levels: The levels whose names are filled in.
        has_serial: A serial number stands at the foot of the pages.
        verdicts: What those rules say that look at the names.
    """

    levels: tuple[str, ...]
    has_serial: bool
    verdicts: tuple[int, ...]


class Issuer:
    """Hands out the blank workbooks of a form."""

    def __init__(
        self, form: Form, *, batch: str = "", key: bytes | None = None, sample: bool = False
    ) -> None:
        """Make ready; nothing is built before the first workbook is asked for.

        Args:
            form: The form.
            batch: Id of the batch they are issued in; empty outside of one.
            key: What their stamps are signed with; None leaves them unsigned.
            sample: Mark every page as sample data.
        """
        self._form = form
        self._batch = batch
        self._key = key
        self._sample = sample
        self._sorter = _Sorter(program_of(lay_out(form)))
        self._patterns: dict[_Sort, _Pattern | None] = {}

    def stamp(self, unit: Unit | None = None, *, serial: str = "") -> Stamp:
        """Return the stamp of a workbook, signed where there is a key."""
        stamp = stamp_of(self._form, unit=unit, serial=serial, batch=self._batch)
        return stamp if self._key is None else signed(stamp, self._key)

    def workbook(self, unit: Unit | None = None, *, serial: str = "") -> bytes:
        """Return a blank workbook: part by part and byte for byte as if it were built in full.

        Args:
            unit: Whose workbook it is; its names are filled in and locked.
            serial: Its serial number, printed at the foot of each page.

        Raises:
            RefusedByExcelError: Something breaks a limit of Excel.
        """
        stamp = self.stamp(unit, serial=serial)
        names = {key: str(name) for key, name in prefill(self._form, unit).items()}
        pattern = self._pattern(names, stamp)
        return (
            pattern.copy(names, stamp)
            if pattern
            else write_return(self._form, self._plan(unit, stamp))
        )

    def _plan(self, unit: Unit | None, stamp: Stamp) -> Plan:
        return plan_return(self._form, unit=unit, stamp=stamp, sample=self._sample)

    def _pattern(self, names: Mapping[str, str], stamp: Stamp) -> _Pattern | None:
        """Return what a workbook is copied from; None where it is to be built in full."""
        if not _can_be_copied(self._form, names, stamp) or not self._sorter.is_reliable:
            return None
        sort = self._sorter.sort(names, stamp.serial)
        if sort not in self._patterns:
            if len(self._patterns) >= _MOST_SORTS:
                return None
            self._patterns[sort] = _pattern_of(
                self._sorter.program, names, has_serial=sort.has_serial, sample=self._sample
            )
        return self._patterns[sort]


def issue_workbooks(
    issuer: Issuer, units: Sequence[Unit], *, progress: Callable[[int, int], None] | None = None
) -> Iterator[tuple[Path, bytes]]:
    """Write the blank workbooks of units, each once for each subject.

    Args:
        issuer: Who hands them out.
        units: Who gets one.
        progress: Told how many of how many are done.

    Returns:
        Where each lies below the output folder, and its bytes.

    Raises:
        RefusedByExcelError: Something breaks a limit of Excel.
    """
    slots = tuple(slots_of(units))
    places = Places(units)
    for done, (unit, slot) in enumerate(slots, start=1):
        yield places.of(unit, slot), issuer.workbook(unit, serial=serial_of(unit, slot))
        if progress:
            progress(done, len(slots))


class _Sorter:
    """Tells which blank workbooks of a form differ in names only."""

    def __init__(self, program: Program) -> None:
        form, levels = program.form, set(program.form.levels)
        blank = judge_answers(program, {})
        conditions = needed_conditions(form).values()
        self.program = program
        # Beside verdicts, nothing but texts may hang on the names.
        self.is_reliable = levels.isdisjoint(program.date_keys) and all(
            levels.isdisjoint(keys_of(condition)) for condition in conditions
        )
        self._watching = [row for row in program.verdicts if levels & keys_seen(row)]
        self._columns: dict[str, Sequence[str | float]] = {}
        for key, text in blank.texts.items():
            self._columns[key + TEXT_SUFFIX] = (text,)
            self._columns[key] = (blank.numbers.get(key, nan),)

    def sort(self, names: Mapping[str, str], serial: str) -> _Sort:
        """Return of which sort a workbook with these names is."""
        texts = {key + TEXT_SUFFIX: (canonical_text(name),) for key, name in names.items()}
        views = Views({**self._columns, **texts}, language=self.program.form.language)
        return _Sort(
            levels=tuple(names),
            has_serial=bool(serial),
            verdicts=tuple(int(judge(v.instance.judgement, views)[0]) for v in self._watching),
        )


def _can_be_copied(form: Form, names: Mapping[str, str], stamp: Stamp) -> bool:
    """Whether everything of its own is written as it stands."""
    foot = say("plan.serial", lang=form.language, serial=stamp.serial)
    texts = (*names.values(), *map(canonical_text, names.values()), stamp.text())
    return (
        all(map(is_plain, texts))
        and _SERIAL.fullmatch(stamp.serial) is not None
        and footer_text(foot) == foot
    )


# ---- one built workbook with marks, and its copies


@dataclass(frozen=True, slots=True)
class _Marks:
    """Texts that stand for what differs; they stand nowhere else."""

    stamp: str
    serial: str
    names: Mapping[str, str]
    views: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A workbook with marks, from which others are copied."""

    master: Master
    marks: _Marks

    def copy(self, names: Mapping[str, str], stamp: Stamp) -> bytes:
        """Return the workbook of a unit."""
        marks = self.marks
        views = {mark: canonical_text(names[key]) for key, mark in marks.views.items()}
        return self.master.copy(
            cells=(*(names[key] for key in marks.names), stamp.text()),
            texts={marks.stamp: stamp.text(), marks.serial: stamp.serial, **views},
        )


def _pattern_of(
    program: Program, names: Mapping[str, str], *, has_serial: bool, sample: bool
) -> _Pattern | None:
    """Build the workbook of a unit with marks instead of what is its own."""
    marks = _marks_for(program.form, names)
    state = _marked(judge_answers(program, names), marks)
    plan = plan_judged(
        state,
        answers=marks.names,
        locked=frozenset(names),
        stamp=marks.stamp,
        serial=marks.serial if has_serial else "",
        sample=sample,
    )
    views = [sheet.name for sheet in plan.sheets].index(VIEWS) + 1
    cells = (*_in_order(plan, marks.names), marks.stamp)
    try:
        master = Master(
            write_return(program.form, plan), cells=cells, spots=tuple(_spots(marks, views))
        )
    except NotCopyableError:
        return None
    return _Pattern(master, marks)


def _in_order(plan: Plan, names: Mapping[str, str]) -> Iterator[str]:
    """Return the marks of names in the order in which their cells are written."""
    for sheet in plan.sheets:
        yield from (names[cell.key] for cell in sheet.cells if cell.own and cell.key)


def _marks_for(form: Form, names: Mapping[str, str]) -> _Marks:
    # A form cannot hold a hash of itself. Where it holds one of these all the same, the mark
    # stands where it should not, and nothing is copied.
    head = sha256(f"{form.id}\n{form.version}\n{form.base_year}".encode()).hexdigest()[:12]
    return _Marks(
        stamp=f"zs{head}z",
        serial=f"zn{head}z",
        names={key: f"zc{head}x{number}z" for number, key in enumerate(names)},
        views={key: f"zv{head}x{number}z" for number, key in enumerate(names)},
    )


def _marked(state: WorkbookState, marks: _Marks) -> WorkbookState:
    """Put marks for the names, and keep what the rules say of the names."""
    texts = {key: marks.views.get(key, text) for key, text in state.texts.items()}
    return replace(state, texts=texts)


def _spots(marks: _Marks, views: int) -> Iterator[Spot]:
    """Say where marks may stand: in carriers of the stamp, in footers, in the hidden views."""
    name = f'<definedName name="{STAMP_NAME}">"'
    yield Spot(mark=marks.stamp, part="xl/workbook.xml", before=name, after='"</definedName>')
    value = ("<vt:lpwstr>", "</vt:lpwstr>")
    yield Spot(mark=marks.stamp, part="docProps/custom.xml", before=value[0], after=value[1])
    foot = ("<oddFooter>[^<]*", "[^<]*</oddFooter>")
    yield Spot(mark=marks.serial, part=_SHEETS, before=foot[0], after=foot[1])
    for mark in marks.views.values():
        part = f"{_SHEETS}sheet{views}.xml"
        yield Spot(mark=mark, part=part, before="<v>", after="</v>")
