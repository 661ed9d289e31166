"""The lower rungs: printed texts of the form, by which sheets, rows and columns are known again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from clusterxl.excel.raw import RawBook, RawSheet
from clusterxl.form.layout import Layout, SheetLayout
from clusterxl.locate.alignment import Alignment, align

# A sheet is known again by half of its texts, if no other has nearly as many.
_ENOUGH = 0.5
_CLEARLY = 0.8

Place = tuple[int, int]


def label_key(text: object) -> str:
    """Return a text as labels are compared: without spaces and line ends, whatever capitals."""
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    return "".join(str(text).split()).casefold()


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
    for sheet in layout.sheets:
        where = Counter(known.get(sheet.name, ())).most_common(1)
        found = book.sheet(where[0][0] if where else sheet.name)
        if found and found.name not in {other.name for other in matched.values()}:
            matched[sheet.name] = found
    unknown = [sheet for sheet in layout.sheets if sheet.name not in matched]
    free = candidates(book, matched.values()) if unknown else {}
    for sheet in unknown:
        if name := _likest(labels_of_layout(sheet), free):
            matched[sheet.name] = next(s for s in book.sheets if s.name == name)
            del free[name]
    return matched


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
        """Align by cells known already and by texts that stand once on both sheets."""
        self._printed = printed
        self._returned = returned
        known = [*moves, *_single_texts(printed, returned)]
        rough = align(known)
        self._seen = {
            place: now
            for place, text in printed.texts.items()
            if (now := rough.now(*place)) and returned.texts.get(now) == text
        }
        self.alignment: Alignment = align([*known, *self._seen.items()])

    @cached_property
    def _rows(self) -> frozenset[int]:
        return frozenset(row for row, _ in self._printed.texts)

    @cached_property
    def _rows_seen(self) -> Mapping[int, frozenset[int]]:
        seen: dict[int, set[int]] = {}
        for (row, _), (row_now, _) in self._seen.items():
            seen.setdefault(row, set()).add(row_now)
        return {row: frozenset(rows) for row, rows in seen.items()}

    def has_labels(self, row: int) -> bool:
        """Whether anything is printed in a row."""
        return row in self._rows

    def is_seen(self, row: int, row_now: int) -> bool:
        """Whether a text of a row was found again in this row."""
        return row_now in self._rows_seen.get(row, frozenset())


def _single_texts(printed: Labels, returned: Labels) -> Iterator[tuple[Place, Place]]:
    for text, place in printed.singles.items():
        now = returned.singles.get(text)
        # One character or a number says too little by itself.
        if now is not None and len(text) > 1 and not text.isdigit():
            yield place, now
