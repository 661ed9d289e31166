"""The lower rungs: printed texts of the form, by which sheets, rows and columns are known again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from clusterxl.excel.raw import RawBook, RawSheet
from clusterxl.form.layout import Layout, SheetLayout
from clusterxl.locate.alignment import Alignment, align

# A sheet is known again by half of its texts, if no other has nearly as many.
_ENOUGH = 0.5
_CLEARLY = 0.8
# Fewer texts may stand together anywhere.
_FEW = 3
# Printed texts are the same in all returns of a form.
_KEYS_KEPT = 8_192

Place = tuple[int, int]


def label_key(text: object) -> str:
    """Return a text as labels are compared: without spaces and line ends, whatever capitals."""
    if isinstance(text, str):
        return _key_of(text)
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    return _key_of(str(text))


@lru_cache(maxsize=_KEYS_KEPT)
def _key_of(text: str) -> str:
    return "".join(text.split()).casefold()


@dataclass(frozen=True)
class Labels:
    """The texts of a sheet by place, as labels are compared."""

    texts: Mapping[Place, str]

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each text stands there."""
        return Counter(self.texts.values())

    @cached_property
    def singles(self) -> Mapping[str, Place]:
        """Place of each text that stands there once."""
        counts = self.counts
        return {text: place for place, text in self.texts.items() if counts[text] == 1}

    @cached_property
    def _telling(self) -> Counter[str]:
        """The texts that say which sheet it is: all lists have the same numbers."""
        return Counter({t: n for t, n in self.counts.items() if not t.isdigit()}) or self.counts

    def share_in(self, other: Labels) -> float:
        """Return which share of these texts another sheet has, from 0 to 1."""
        total = self._telling.total()
        return (self._telling & other.counts).total() / total if total else 0.0


def labels_of_layout(sheet: SheetLayout) -> Labels:
    """Return what is printed on a sheet of the form."""
    return Labels(
        {
            (drawn.place.row, drawn.place.column): key
            for drawn in sheet.drawn
            if not drawn.box.key and (key := label_key(drawn.box.text + drawn.box.hint))
        }
    )


def labels_of_sheet(sheet: RawSheet) -> Labels:
    """Return the texts and numbers of a sheet that came back."""
    return Labels(
        {
            place: key
            for place, cell in sheet.cells.items()
            if cell.kind in ("text", "number") and (key := label_key(cell.value))
        }
    )


def match_sheets(
    layout: Layout, book: RawBook, known: Mapping[str, Iterable[str]]
) -> dict[str, RawSheet]:
    """Tell which sheet that came back is which sheet of the form.

    Args:
        layout: The form, laid out.
        book: The workbook.
        known: By sheet of the form, the sheets on which cells of it were found already.

    Returns:
        The sheets by name in the form: most cells decide, else the name, else the texts; what
        is not clear is left out.
    """
    matched: dict[str, RawSheet] = {}
    for name, now in (*_by_cells(known), *((sheet.name, sheet.name) for sheet in layout.sheets)):
        found = book.sheet(now)
        is_taken = found and found.name in {other.name for other in matched.values()}
        if found and not is_taken and name not in matched:
            matched[name] = found
    unknown = [sheet for sheet in layout.sheets if sheet.name not in matched]
    free = candidates(book, matched.values()) if unknown else {}
    for sheet in unknown:
        labels = labels_of_layout(sheet)
        name = _likest(labels, free)
        if name and _is_laid_out_as(labels, free[name]):
            matched[sheet.name] = next(s for s in book.sheets if s.name == name)
            del free[name]
    return matched


def _by_cells(known: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """Give sheets of the form with the sheet now, those with most cells on it first.

    So a single name that was led to another sheet does not take that for its own.
    """
    counts = Counter((name, now) for name, sheets in known.items() for now in sheets)
    return (pair for pair, _ in counts.most_common())


def _is_laid_out_as(labels: Labels, other: Labels) -> bool:
    """Whether texts also stand as they should: sheets that list others have their texts as well."""
    if len(labels.texts) < _FEW:
        return labels.texts.items() <= other.texts.items()
    return LabelMap(labels, other, ()).share_seen >= _ENOUGH


def candidates(book: RawBook, known: Iterable[RawSheet]) -> dict[str, Labels]:
    """Return the texts of the sheets that are not known yet; hidden ones left out."""
    taken = {sheet.name for sheet in known}
    return {
        sheet.name: labels_of_sheet(sheet)
        for sheet in book.sheets
        if sheet.name not in taken and sheet.visibility == "visible"
    }


def _likest(labels: Labels, sheets: Mapping[str, Labels]) -> str:
    """Return the sheet that has clearly most of the texts; nothing where none has."""
    shares = sorted((labels.share_in(other), name) for name, other in sheets.items())
    if not shares or shares[-1][0] < _ENOUGH:
        return ""
    best, name = shares[-1]
    return "" if len(shares) > 1 and shares[-2][0] > best * _CLEARLY else name


class LabelMap:
    """Where a sheet of the form is found again on a sheet that came back, by texts."""

    def __init__(
        self, printed: Labels, returned: Labels, moves: Iterable[tuple[Place, Place]]
    ) -> None:
        """Align by cells known already and by texts that are the only ones of their kind."""
        self._printed = printed
        self._returned = returned
        known = [*moves, *_single_texts(printed, returned)]
        # What is single in a row or column that is known is known as well: years, numbers of rows.
        told = lines_told(printed, returned, align(known))
        rough = align(known, told.in_columns, told.in_rows)
        self._seen = {
            place: now
            for place, text in printed.texts.items()
            if (now := rough.now(*place)) and returned.texts.get(now) == text
        }
        self.alignment: Alignment = align(
            [*known, *self._seen.items()], told.in_columns, told.in_rows
        )

    @property
    def share_seen(self) -> float:
        """Which share of the printed texts stand where they should, from 0 to 1."""
        return len(self._seen) / len(self._printed.texts) if self._printed.texts else 0.0

    @cached_property
    def _rows(self) -> frozenset[int]:
        return frozenset(row for row, _ in self._printed.texts)

    @cached_property
    def _rows_seen(self) -> Mapping[int, frozenset[int]]:
        """Where rows were seen: by texts of their own, or else by those that others have too."""
        telling = _single_in_each(self._printed.texts)
        own = set(telling.values())
        seen: dict[int, set[int]] = {}
        for (row, column), (row_now, _) in self._seen.items():
            text = self._printed.texts[row, column]
            if row not in own or (text, column) in telling:
                seen.setdefault(row, set()).add(row_now)
        return {row: frozenset(rows) for row, rows in seen.items()}

    def has_labels(self, row: int) -> bool:
        """Whether anything is printed in a row."""
        return row in self._rows

    def is_cut_off(self, row: int, now: Place) -> bool:
        """Whether a row beyond all known ones may have moved: it is blank, and more stands below.

        Rows may be inserted between it and the last known one without a trace.
        """
        return (
            not self.alignment.rows.is_between(row)
            and now not in self._returned.texts
            and any(below > now[0] for below, _ in self._returned.texts)
        )

    def is_seen(self, row: int, row_now: int) -> bool:
        """Whether a text of a row was found again in this row."""
        return row_now in self._rows_seen.get(row, frozenset())


class LinesTold:
    """Where printed texts say that the rows, or the columns, of a sheet are now."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Take pairs of a line when issued and now, one a text."""
        self._told: dict[int, set[int]] = {}
        self._others: dict[int, set[int]] = {}
        for line, now in pairs:
            self._told.setdefault(line, set()).add(now)
            self._others.setdefault(now, set()).add(line)

    def denies(self, line: int, now: int) -> bool:
        """Whether a line is told to be elsewhere, or another one to be there."""
        told = self._told.get(line, set())
        return now not in told and bool(told or self._others.get(now))


@dataclass(frozen=True)
class TextsTold:
    """Texts that stand once in their row or column, when issued and now.

    Attributes:
        in_columns: Places when issued and now of those that are single in their column.
        in_rows: The same of those that are single in their row.
    """

    in_columns: tuple[tuple[Place, Place], ...]
    in_rows: tuple[tuple[Place, Place], ...]

    def denies(self, place: Place, now: Place) -> bool:
        """Whether what is printed says that a cell should stand in another row or column."""
        return self._rows.denies(place[0], now[0]) or self._columns.denies(place[1], now[1])

    @cached_property
    def _rows(self) -> LinesTold:
        return LinesTold((place[0], now[0]) for place, now in self.in_columns)

    @cached_property
    def _columns(self) -> LinesTold:
        return LinesTold((place[1], now[1]) for place, now in self.in_rows)


def lines_told(printed: Labels, returned: Labels, alignment: Alignment) -> TextsTold:
    """Tell where printed texts say that the rows and the columns of a sheet are.

    Names may be older than the cells: scripts that insert rows leave names behind. What is printed
    beside an answer goes with it.

    Args:
        printed: What was printed on the sheet.
        returned: What stands on it now.
        alignment: Where its rows and columns are by all that is known so far.

    Returns:
        The texts that say it.
    """
    columns = {column: alignment.columns.now(column) for _, column in printed.texts}
    rows = {row: alignment.rows.now(row) for row, _ in printed.texts}
    turned = _single_along(_turned(printed.texts), _turned(returned.texts), rows)
    return TextsTold(
        in_columns=tuple(_single_along(printed.texts, returned.texts, columns)),
        in_rows=tuple((place[::-1], now[::-1]) for place, now in turned),
    )


def _turned(texts: Mapping[Place, str]) -> dict[Place, str]:
    return {(column, row): text for (row, column), text in texts.items()}


def _single_along(
    printed: Mapping[Place, str], returned: Mapping[Place, str], across: Mapping[int, int | None]
) -> Iterator[tuple[Place, Place]]:
    """Give the texts single along their crossing line; `across` says where those lines are now."""
    now = _single_in_each(returned)
    for (text, crossing), line in _single_in_each(printed).items():
        crossing_now = across.get(crossing)
        found = now.get((text, crossing_now)) if crossing_now else None
        if found is not None and crossing_now:
            yield (line, crossing), (found, crossing_now)


def _single_in_each(texts: Mapping[Place, str]) -> dict[tuple[str, int], int]:
    """Return the line of each text that stands once along its crossing line."""
    found: dict[tuple[str, int], int] = {}
    doubled: set[tuple[str, int]] = set()
    for (line, crossing), text in texts.items():
        if (text, crossing) in found:
            doubled.add((text, crossing))
        found[text, crossing] = line
    return {key: line for key, line in found.items() if key not in doubled}


def _single_texts(printed: Labels, returned: Labels) -> Iterator[tuple[Place, Place]]:
    for text, place in printed.singles.items():
        now = returned.singles.get(text)
        # One character or a number says too little by itself.
        if now is not None and len(text) > 1 and not text.isdigit():
            yield place, now
