"""Units that answer a form: those in its own option list, or those of a roster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clusterxl.errors import Mistake, RosterError, UnknownUnitError
from clusterxl.form.lint_lists import CODE
from clusterxl.form.model import FieldType, Form
from clusterxl.form.suggest import did_you_mean, nearest
from clusterxl.form.tables import Table, UnreadableTableError, read_table
from clusterxl.sentences import say
from clusterxl.tables import unguard

COLUMNS = ("city", "unit", "code", "type", "subjects")
MOST_SUBJECTS = 99
_TYPE = "type"
_UNIT_CODE = re.compile(r"[A-Za-z0-9_-]{1,30}")
_CITY_DIGITS = 4
_NUMBERED = re.compile(r"\d{0,4}Z\d{2,}")
_SHOWN_NEAR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit that answers the form.

    Attributes:
        group: The highest grouping level it belongs to (a city); empty without levels.
        name: Its name: the answer of the form's last level.
        code: Its code, unique among the units.
        type: What kind of unit it is, in the words of the list or roster.
        subjects: How many subjects it may file.
    """

    group: str
    name: str
    code: str
    type: str = ""
    subjects: int = 1


def units_of(form: Form) -> tuple[Unit, ...]:
    """Return the units of the form's own option list, in list order.

    Args:
        form: The form; its last level names the unit, its first the group.

    Returns:
        One unit a row that has a code and a name; none for a form without levels.
    """
    levels = [form.fields[level] for level in form.levels]
    if not levels or levels[-1].type is not FieldType.PICK:
        return ()
    list_name, _, unit_column = levels[-1].options.partition(".")
    group_column = levels[0].options.partition(".")[2] if len(levels) > 1 else ""
    return tuple(
        Unit(
            group=row.get(group_column, ""),
            name=row[unit_column],
            code=row[CODE],
            type=row.get(_TYPE, ""),
        )
        for row in form.lists[list_name]
        if row.get(CODE) and row.get(unit_column)
    )


def load_roster(path: Path, form: Form) -> tuple[Unit, ...]:
    """Read which units are to answer.

    Args:
        path: A CSV file with the columns city, unit, code, type, subjects; only unit must be
            there, and city in a form with more than one level. UTF-8, with or without BOM, or
            GB18030.
        form: The form they answer.

    Returns:
        One unit a row, in the order of the file. A row without code has the code of the form's
        list, or, where the list does not know it, the first four digits of its city's codes and
        Z01, Z02, …

    Raises:
        RosterError: The roster has mistakes; it carries all of them.
    """
    mistakes: list[Mistake] = []
    rows = _read_rows(path, form, mistakes)
    reading = _Reading(form=form, known=units_of(form), file=path.name, mistakes=mistakes)
    units = _with_codes([reading.unit(row) for row in rows], reading.known)
    if mistakes:
        sentence = say("roster.broken", file=path, count=len(mistakes))
        raise RosterError(sentence, code="roster.broken", mistakes=tuple(mistakes))
    return units


def is_numbered(code: str) -> bool:
    """Whether a code is one that units without a code are given, anew by each roster.

    >>> is_numbered("4403Z01"), is_numbered("440306")
    (True, False)
    """
    return _NUMBERED.fullmatch(code) is not None


def unlisted(units: Iterable[Unit], form: Form) -> tuple[Unit, ...]:
    """Return the units that the form's list does not have and that were given a code anew.

    A form without a list has none: there nobody expects a code of it.
    """
    known = {(unit.group, unit.name) for unit in units_of(form)}
    new = (unit for unit in units if known and (unit.group, unit.name) not in known)
    return tuple(unit for unit in new if is_numbered(unit.code))


def find_unit(units: Iterable[Unit], code: str) -> Unit:
    """Return the unit with a code.

    Raises:
        UnknownUnitError: There is none; the sentence names those most like it.
    """
    by_code = {unit.code: unit for unit in units}
    if code in by_code:
        return by_code[code]
    shown = {unit.code: f"{unit.code} {unit.group} {unit.name}" for unit in by_code.values()}
    called = [unit.code for unit in by_code.values() if code and code in unit.group + unit.name]
    near = called or nearest(code, by_code, most=_SHOWN_NEAR)
    listed = "; ".join(shown[found] for found in near[:_SHOWN_NEAR])
    name = "unknown_code_near" if listed else "unknown_code"
    sentence = say(f"roster.{name}", unit=code, near=listed)
    raise UnknownUnitError(sentence, code="roster.unknown_code")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of the roster by column, with its line."""

    line: int
    cells: Mapping[str, str]


def _read_rows(path: Path, form: Form, mistakes: list[Mistake]) -> tuple[_Row, ...]:
    try:
        table = read_table(path.read_bytes())
    except UnreadableTableError as error:
        mistakes.append(_mistake(path.name, 0, "unreadable", problem=str(error)))
        return ()
    except OSError as error:
        sentence = say("roster.missing", file=path, problem=error.strerror or type(error).__name__)
        raise RosterError(sentence, code="roster.missing") from error
    if not _lint_header(path.name, table, form, mistakes):
        return ()
    if not table.rows:
        mistakes.append(_mistake(path.name, 1, "empty"))
    columns = len(table.header)
    mistakes += [
        _mistake(path.name, row.line, "row_long", extra=row.extra, columns=columns)
        for row in table.rows
        if row.extra
    ]
    return tuple(
        _Row(line=row.line, cells=dict(zip(table.header, map(unguard, row.cells), strict=True)))
        for row in table.rows
    )


def _lint_header(file: str, table: Table, form: Form, mistakes: list[Mistake]) -> bool:
    needed = ("city", "unit") if len(form.levels) > 1 else ("unit",)
    known = ", ".join(COLUMNS)
    columns = tuple(dict.fromkeys(table.header))
    found = [
        *(
            _mistake(
                file,
                1,
                "unknown_column",
                column=column,
                hint=did_you_mean(column, COLUMNS),
                columns=known,
            )
            for column in columns
            if column not in COLUMNS
        ),
        *(
            _mistake(file, 1, "column_twice", column=column)
            for column in columns
            if table.header.count(column) > 1
        ),
        *(
            _mistake(file, 1, "missing_column", column=column)
            for column in needed
            if column not in columns
        ),
    ]
    mistakes += found
    return not found


def _mistake(file: str, line: int, name: str, **figures: str | int) -> Mistake:
    message = say(f"roster.{name}", lang="", **figures)
    return Mistake(file=file, line=line, path="", message=message, code=f"roster.{name}")


class _Reading:
    """Turns the rows of a roster into units, and remembers what they have used up."""

    def __init__(
        self, *, form: Form, known: tuple[Unit, ...], file: str, mistakes: list[Mistake]
    ) -> None:
        self.known = known
        self._file = file
        self._mistakes = mistakes
        self._has_groups = len(form.levels) > 1
        self._takes_others = not form.levels or _takes_others(form)
        self._groups = dict.fromkeys(unit.group for unit in known)
        self._by_name = {(unit.group, unit.name): unit for unit in known}
        self._by_code = {unit.code: unit for unit in known}
        self._lines: dict[tuple[str, ...], int] = {}

    def unit(self, row: _Row) -> Unit:
        """Return the unit of a row; what is wrong with it is noted."""
        cells = row.cells
        group, name, code = (cells.get(column, "") for column in ("city", "unit", "code"))
        self._check_group(row.line, group)
        self._check_name(row.line, group, name)
        if not code:
            self._check_near(row.line, group, name)
        self._check_code(row.line, group, name, code)
        listed = self._by_name.get((group, name))
        return Unit(
            group=group,
            name=name,
            code=code or (listed.code if listed else ""),
            type=cells.get("type", "") or (listed.type if listed else ""),
            subjects=self._subjects(row.line, cells.get("subjects", "")),
        )

    def _note(self, line: int, name: str, **figures: str | int) -> None:
        self._mistakes.append(_mistake(self._file, line, name, **figures))

    def _check_group(self, line: int, group: str) -> None:
        if not self._has_groups:
            return
        if not group:
            self._note(line, "missing_city")
        elif self._groups and group not in self._groups:
            self._note(line, "unknown_city", city=group, hint=did_you_mean(group, self._groups))

    def _check_name(self, line: int, group: str, name: str) -> None:
        if not name:
            self._note(line, "missing_unit")
            return
        first = self._lines.setdefault(("unit", group, name), line)
        if first != line:
            self._note(line, "unit_twice", unit=name, first=first)
        is_listed = (group, name) in self._by_name
        if self.known and not is_listed and not self._takes_others and group in self._groups:
            names = [unit.name for unit in self.known if unit.group == group]
            self._note(line, "unknown_unit", unit=name, hint=did_you_mean(name, names))

    def _check_near(self, line: int, group: str, name: str) -> None:
        """Ask whether a unit of the list was meant: a code of its own says that none was."""
        if not name or not self._takes_others or (group, name) in self._by_name:
            return
        codes = {unit.name: unit.code for unit in self.known if unit.group == group}
        for near in nearest(name, codes):
            example = f"{codes[near][:_CITY_DIGITS]}Z01"
            self._note(line, "unit_near", unit=name, near=near, example=example)

    def _check_code(self, line: int, group: str, name: str, code: str) -> None:
        if not code:
            return
        if not _UNIT_CODE.fullmatch(code):
            self._note(line, "odd_code", code=code)
        first = self._lines.setdefault(("code", code), line)
        if first != line:
            self._note(line, "code_twice", code=code, first=first)
        owner = self._by_code.get(code)
        if owner is not None and (owner.group, owner.name) != (group, name):
            of_owner = f"{owner.group} {owner.name}".strip()
            self._note(line, "code_of_other", code=code, unit=name, owner=of_owner)

    def _subjects(self, line: int, text: str) -> int:
        if not text:
            return 1
        if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_SUBJECTS:
            return int(text)
        self._note(line, "odd_subjects", subjects=text, most=MOST_SUBJECTS)
        return 1


def _takes_others(form: Form) -> bool:
    """Whether the last level takes answers that its list does not have."""
    last = form.fields[form.levels[-1]]
    return last.type is not FieldType.PICK or last.other


def _with_codes(units: Sequence[Unit], known: Iterable[Unit]) -> tuple[Unit, ...]:
    """Number the units without a code, city by city, past the codes that are taken."""
    prefixes: dict[str, str] = {}
    for unit in known:
        prefixes.setdefault(unit.group, unit.code[:_CITY_DIGITS])
    taken = {unit.code for unit in (*units, *known)}
    coded = []
    for unit in units:
        code = unit.code or _next_code(prefixes.get(unit.group, ""), taken)
        taken.add(code)
        coded.append(
            Unit(
                group=unit.group,
                name=unit.name,
                code=code,
                type=unit.type,
                subjects=unit.subjects,
            )
        )
    return tuple(coded)


def _next_code(prefix: str, taken: set[str]) -> str:
    numbers = range(1, len(taken) + 2)
    return next(code for n in numbers if (code := f"{prefix}Z{n:02}") not in taken)
