"""Who is who in two rounds: subjects matched by unit and name, renamed ones never by a guess."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from clusterxl.errors import Mistake, RosterError
from clusterxl.form.tables import Table, UnreadableTableError, read_table
from clusterxl.sentences import say
from clusterxl.tables import unguard

UNIT, BEFORE, NOW = "unit", "before", "now"
# A pair is asked about from this likeness of names on, where what is rare weighs more, or where
# so much of what both rounds ask of the same years is answered alike.
LIKE_NAMES, SAME_ANSWERS, LEAST_ANSWERS = 0.5, 0.8, 5
_LEAST_NAME = 3


class Link(StrEnum):
    """How a subject of one round is found in the other."""

    SAME = "same"
    RENAMED = "renamed"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A subject as one round has it.

    Attributes:
        return_id: Its return.
        code: Code of its unit; empty where the return does not say.
        group: Name of the group of the highest level.
        unit: Name of its unit.
        name: Its name; empty where the unit itself is the subject, or where none is given.
    """

    return_id: str
    code: str
    group: str
    unit: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A subject in both rounds, or in the one that has it."""

    before: Subject | None = None
    now: Subject | None = None
    link: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A subject that is gone and a new one that may be the same under another name.

    Attributes:
        before: The one that is gone.
        now: The new one.
        likeness: How like the names are, from 0 to 1.
        same: How many numbers of the same year are the same in both.
        compared: Of how many.
    """

    before: Subject
    now: Subject
    likeness: float
    same: int
    compared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """What somebody says: this subject has another name now.

    Attributes:
        line: Line of the list that says so.
        unit: Code or name of its unit; empty where the names are enough.
        before: Its name in the round before.
        now: Its name now.
    """

    line: int
    unit: str
    before: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Who is who in two rounds.

    Attributes:
        pairs: All subjects: those of now in their order, then those that are gone.
        likely: Pairs of a new and a gone one to ask about; they stand apart in `pairs`.
        unused: What was said of names and fits nobody.
    """

    pairs: tuple[Pair, ...]
    likely: tuple[Likely, ...]
    unused: tuple[Rename, ...]


def plain_name(text: str) -> str:
    """Return a name as names are compared: width, case, spaces and invisible signs do not count.

    >>> plain_name("  Abc（甲） 集群")
    'abc(甲)集群'
    """
    shown = unicodedata.normalize("NFKC", text).casefold()
    hidden = ("Z", "C")
    return "".join(sign for sign in shown if unicodedata.category(sign)[0] not in hidden)


def read_renames(data: bytes, file: str) -> tuple[Rename, ...]:
    """Read a list of renamed subjects: a CSV with the columns unit, before and now.

    Other columns are left alone, so that the frame `renamed` can be given back once the lines
    that are not so are deleted.

    Args:
        data: Its bytes.
        file: Its name, for what is wrong with it.

    Raises:
        RosterError: It is no such list.
    """
    try:
        table = read_table(data)
    except UnreadableTableError as error:
        raise _wrong("renamed_unreadable", file, problem=str(error)) from error
    if BEFORE not in table.header or NOW not in table.header:
        raise _wrong("renamed_header", file)
    found = tuple(_rows(table))
    mistakes = tuple(
        Mistake(file=file, line=row.line, path="", message=say("rounds.renamed_blank"))
        for row in found
        if not (row.before and row.now)
    )
    if mistakes:
        raise _wrong("renamed_broken", file, mistakes=mistakes)
    return found


def pair_subjects(
    before: Sequence[Subject],
    now: Sequence[Subject],
    renames: Iterable[Rename] = (),
    *,
    named: bool,
    agreement: Callable[[Subject, Subject], tuple[int, int]],
) -> Pairing:
    """Find the subjects of one round in the other.

    Args:
        before: Those of the round before.
        now: Those of this round.
        renames: What somebody said of names.
        named: Subjects have names; else a unit is its own subject.
        agreement: Tells how many numbers of the same year two subjects have alike, of how many.
    """
    work = _Work(before, now)
    for key_of in (_by_code, _by_names):
        work.match(partial(key_of, named=named))
    unused = tuple(rename for rename in renames if not work.rename(rename))
    likely = _likely(work, agreement)
    pairs = []
    for subject in now:
        other, link = work.found.get(subject.return_id, (None, Link.NEW))
        pairs.append(Pair(before=other, now=subject, link=link))
    pairs += [Pair(before=subject, link=Link.GONE) for subject in work.gone.values()]
    return Pairing(pairs=tuple(pairs), likely=likely, unused=unused)


_Key = tuple[str, ...]


class _Work:
    """What is matched so far, by return of this round, and what is left on both sides."""

    def __init__(self, before: Sequence[Subject], now: Sequence[Subject]) -> None:
        self.gone = {subject.return_id: subject for subject in before}
        self.new = {subject.return_id: subject for subject in now}
        self.found: dict[str, tuple[Subject, Link]] = {}
        self.everybody = (*before, *now)

    def match(self, key_of: Callable[[Subject], _Key | None]) -> None:
        """Match those with the same key, in their order; None is nobody's key."""
        waiting: dict[_Key, list[Subject]] = {}
        for subject in self.gone.values():
            if (key := key_of(subject)) is not None:
                waiting.setdefault(key, []).append(subject)
        for subject in tuple(self.new.values()):
            key = key_of(subject)
            if key is not None and (others := waiting.get(key)):
                self._join(others.pop(0), subject, Link.SAME)

    def rename(self, told: Rename) -> bool:
        """Match as somebody says; not where it fits nobody, or more than one."""
        theirs = _one(self.gone.values(), told.before, told.unit)
        mine = _one(self.new.values(), told.now, told.unit)
        if theirs is None or mine is None:
            return False
        self._join(theirs, mine, Link.RENAMED)
        return True

    def _join(self, theirs: Subject, mine: Subject, link: Link) -> None:
        del self.gone[theirs.return_id], self.new[mine.return_id]
        self.found[mine.return_id] = (theirs, link)


def _by_code(subject: Subject, *, named: bool) -> _Key | None:
    name = plain_name(subject.name)
    return (subject.code, name) if subject.code and (name or not named) else None


def _by_names(subject: Subject, *, named: bool) -> _Key | None:
    name, unit = plain_name(subject.name), plain_name(subject.unit)
    return (plain_name(subject.group), unit, name) if (name if named else unit) else None


def _one(subjects: Iterable[Subject], name: str, unit: str) -> Subject | None:
    """Return the one subject of a name, of a unit where several have it."""
    called = [s for s in subjects if plain_name(s.name or s.unit) == plain_name(name)]
    own = [s for s in called if unit and _is_of(s, unit)]
    chosen = own or called
    return chosen[0] if len(chosen) == 1 else None


def _is_of(subject: Subject, unit: str) -> bool:
    names = (subject.code, subject.unit, subject.group + subject.unit)
    return plain_name(unit) in map(plain_name, names)


def _likely(
    work: _Work, agreement: Callable[[Subject, Subject], tuple[int, int]]
) -> tuple[Likely, ...]:
    """Return who may be who under another name: of one unit, the most alike first, each once."""
    rarity = _Rarity(work.everybody)
    units: dict[_Key, list[Subject]] = {}
    for subject in work.gone.values():
        for key in _units(subject):
            units.setdefault(key, []).append(subject)
    asked = []
    for mine in work.new.values():
        near = {s.return_id: s for key in _units(mine) for s in units.get(key, ())}
        for theirs in near.values():
            same, compared = agreement(theirs, mine)
            likeness = rarity.likeness(theirs, mine)
            answers = same / compared if compared >= LEAST_ANSWERS else 0.0
            if likeness >= LIKE_NAMES or answers >= SAME_ANSWERS:
                found = Likely(
                    before=theirs, now=mine, likeness=likeness, same=same, compared=compared
                )
                asked.append((max(likeness, answers), found))
    asked.sort(key=lambda each: -each[0])
    taken: set[tuple[str, str]] = set()
    chosen = []
    for _, found in asked:
        # The same file may stand in both rounds.
        ids = {(BEFORE, found.before.return_id), (NOW, found.now.return_id)}
        if not ids & taken:
            taken |= ids
            chosen.append(found)
    return tuple(chosen)


def _units(subject: Subject) -> Iterator[_Key]:
    if subject.code:
        yield (subject.code,)
    yield plain_name(subject.group), plain_name(subject.unit)


class _Rarity:
    """How like two names are, where what many names have in common weighs next to nothing."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._parts = {(s.return_id, s.name): _parts(s) for s in subjects}
        self._count: Mapping[str, int] = Counter(p for own in self._parts.values() for p in own)

    def likeness(self, one: Subject, other: Subject) -> float:
        """Return a figure from 0, nothing in common, to 1, the same."""
        mine, theirs = (self._parts[s.return_id, s.name] for s in (one, other))
        both = self._weight(mine) + self._weight(theirs)
        return 2 * self._weight(mine & theirs) / both if both else 0.0

    def _weight(self, parts: Iterable[str]) -> float:
        names = len(self._parts) + 1
        return math.fsum(math.log(names / self._count[part]) for part in sorted(parts))


def _parts(subject: Subject) -> frozenset[str]:
    """Return the pairs of neighbouring signs in a name, without the names of its unit."""
    name = plain_name(subject.name)
    for place in (subject.group, subject.unit):
        whole = plain_name(place)
        # People leave out the last sign of a place: 长安 for 长安镇.
        for part in (whole, whole[:-1] if len(whole) >= _LEAST_NAME else whole):
            name = name.replace(part, " ") if part and part != name else name
    return frozenset(
        word[at : at + 2] for word in name.split() for at in range(max(len(word) - 1, 1))
    )


def _rows(table: Table) -> Iterator[Rename]:
    for row in table.rows:
        cells = dict(zip(table.header, map(unguard, row.cells), strict=True))
        yield Rename(line=row.line, unit=cells.get(UNIT, ""), before=cells[BEFORE], now=cells[NOW])


def _wrong(
    name: str, file: str, *, problem: str = "", mistakes: tuple[Mistake, ...] = ()
) -> RosterError:
    sentence = say(f"rounds.{name}", file=file, problem=problem)
    return RosterError(sentence, code=f"rounds.{name}", mistakes=mistakes)
