"""The account of one sheet: what becomes of each cell that holds something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from clusterxl.excel.raw import BLANK, RawCell, RawSheet, formula_at
from clusterxl.integrity.model import Account, Fate
from clusterxl.integrity.template import Place, SheetTemplate, shape_of
from clusterxl.locate.alignment import Alignment
from clusterxl.locate.labels import label_key


@dataclass(frozen=True, kw_only=True)
class SheetAccount:
    """The account of one sheet.

    Attributes:
        account: The counts.
        unclaimed: Cells that nobody asked for, by place.
        relabelled: Places now of printed texts that were changed, with the place when issued.
        removed: Places when issued of printed texts that are gone.
        unlive: Places when issued of live formulas that are gone or replaced.
        displaced: Places now of printed texts that stand where they were not issued, with the
            place when issued.
    """

    account: Account
    unclaimed: Mapping[Place, RawCell] = field(default_factory=dict)
    relabelled: Mapping[Place, Place] = field(default_factory=dict)
    removed: tuple[Place, ...] = ()
    unlive: tuple[Place, ...] = ()
    displaced: Mapping[Place, Place] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether anything is not where it was issued."""
        return bool(
            self.unclaimed or self.removed or self.relabelled or self.unlive or self.displaced
        )


def helper_account(sheet: RawSheet) -> SheetAccount:
    """Return the account of a hidden sheet of ours: nobody types there."""
    size = sheet.size
    return SheetAccount(account=Account(cells=size, ignored=size))


def copy_account(
    cells: Mapping[Place, RawCell], issued: SheetTemplate, original: Mapping[Place, RawCell]
) -> SheetAccount:
    """Account for each cell of a copy of a sheet: only what it does not repeat is unclaimed.

    Args:
        cells: Cells of the copy.
        issued: The sheet of which it is a copy, as it was issued.
        original: The input cells of that sheet as they came back.

    Returns:
        The account.
    """
    found = account_of(cells, issued, None, frozenset())
    told = {p: c for p, c in found.unclaimed.items() if original.get(p, BLANK).value != c.value}
    repeated = len(found.unclaimed) - len(told)
    account = replace(found.account, unclaimed=len(told), ignored=found.account.ignored + repeated)
    return SheetAccount(account=account, unclaimed=told)


def account_of(
    cells: Mapping[Place, RawCell],
    issued: SheetTemplate | None,
    alignment: Alignment | None,
    consumed: frozenset[Place],
    *,
    keeps_formulas: bool = True,
) -> SheetAccount:
    """Account for each cell of a sheet that people see.

    Args:
        cells: Its cells that hold something.
        issued: The sheet as it was issued; None for one that was not.
        alignment: Where its rows and columns have gone; None where nothing has moved.
        consumed: Places of the input cells that were found on it.
        keeps_formulas: The file has formulas as they were issued. Of others it is taken on trust
            that what stands at the place of a live formula is what that gave.

    Returns:
        The account.
    """
    clerk = _Clerk(issued, alignment, keeps_formulas=keeps_formulas)
    live = clerk.live_in(cells)
    filled = {p: c for p in cells if p not in live and ((c := cells[p]).value != "" or c.formula)}
    printed = clerk.printed_in(filled, consumed)
    left = {p: c for p, c in filled.items() if p not in consumed and p not in printed}
    fates = Counter({Fate.IGNORED: len(live), Fate.TEMPLATE: len(printed)})
    fates[Fate.CONSUMED] = len(filled) - len(printed) - len(left)
    # Only when all texts at their places are known, the others may be what has moved there.
    for place in [*left]:
        if fate := clerk.knows(place, left[place]):
            fates[fate] += 1
            del left[place]
    relabelled = {place: at for place in left if (at := clerk.label_before(place))}
    gone = set(relabelled.values())
    return SheetAccount(
        account=Account(
            cells=fates.total() + len(left),
            consumed=fates[Fate.CONSUMED],
            template=fates[Fate.TEMPLATE],
            ignored=fates[Fate.IGNORED],
            unclaimed=len(left),
        ),
        unclaimed=left,
        relabelled=relabelled,
        removed=tuple(place for place in clerk.missing_texts() if place not in gone),
        unlive=clerk.missing_formulas(),
        displaced=clerk.displaced,
    )


class _Clerk:
    """Ticks off what was issued, as it is met."""

    def __init__(
        self, issued: SheetTemplate | None, alignment: Alignment | None, *, keeps_formulas: bool
    ) -> None:
        self._keeps_formulas = keeps_formulas
        self._texts = dict(issued.texts) if issued else {}
        self._formulas = dict(issued.formulas) if issued else {}
        self._at: Mapping[Place, Place] | None = None
        if alignment is not None:
            wanted = (*self._texts, *self._formulas)
            self._at = {now: place for place in wanted if (now := alignment.now(*place))}
        self._moved_texts: dict[str, list[Place]] | None = None
        self._moved_shapes: dict[str, list[Place]] = {}
        self.displaced: dict[Place, Place] = {}

    def _before(self, place: Place) -> Place | None:
        return place if self._at is None else self._at.get(place)

    def _places_now(self, issued: Mapping[Place, str]) -> list[tuple[Place, Place]]:
        """Return where what was issued should be now, each with the place when issued."""
        if self._at is None:
            return [(place, place) for place in issued]
        return [(now, place) for now, place in self._at.items() if place in issued]

    def live_in(self, cells: Mapping[Place, RawCell]) -> frozenset[Place]:
        """Tick off the live formulas that stand where they were issued; no cell is made for it.

        Of formats that keep no formulas, whatever stands there is taken for what it gave.
        """
        met = {
            now: place
            for now, place in self._places_now(self._formulas)
            if now in cells
            and (
                not self._keeps_formulas or _is_same(self._formulas[place], formula_at(cells, now))
            )
        }
        for place in met.values():
            del self._formulas[place]
        return frozenset(met)

    def printed_in(
        self, cells: Mapping[Place, RawCell], consumed: frozenset[Place]
    ) -> frozenset[Place]:
        """Tick off the printed texts that stand where they were issued, beside what is consumed."""
        met = {
            now: place
            for now, place in self._places_now(self._texts)
            if (cell := cells.get(now))
            and now not in consumed
            and not cell.formula
            and label_key(cell.value) == self._texts[place]
        }
        for place in met.values():
            del self._texts[place]
        return frozenset(met)

    def knows(self, place: Place, cell: RawCell) -> Fate | None:
        """Return the fate of a cell that was issued at some other place, and note which."""
        if self._moved_texts is None:
            self._moved_texts = _places_of(self._texts)
            self._moved_shapes = _places_of({p: shape_of(f) for p, f in self._formulas.items()})
        if cell.formula:
            found = self._moved_shapes.get(shape_of(cell.formula))
            if found:
                del self._formulas[found.pop()]
                return Fate.IGNORED
            return None
        found = self._moved_texts.get(label_key(cell.value))
        if found:
            self.displaced[place] = at = found.pop()
            del self._texts[at]
            return Fate.TEMPLATE
        return None

    def label_before(self, place: Place) -> Place | None:
        """Return where a printed text was issued that should stand at this place, and does not."""
        at = self._before(place)
        return at if at in self._texts else None

    def missing_texts(self) -> tuple[Place, ...]:
        """Return where the printed texts were issued that were not met."""
        return tuple(sorted(self._texts))

    def missing_formulas(self) -> tuple[Place, ...]:
        """Return where the live formulas were issued that were not met."""
        return tuple(sorted(self._formulas)) if self._keeps_formulas else ()


def _is_same(issued: str, returned: str) -> bool:
    return issued == returned or shape_of(issued) == shape_of(returned)


def _places_of(texts: Mapping[Place, str]) -> dict[str, list[Place]]:
    places: dict[str, list[Place]] = {}
    for place in sorted(texts, reverse=True):
        places.setdefault(texts[place], []).append(place)
    return places
