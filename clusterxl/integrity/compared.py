"""One sheet of a return beside the one it was issued as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from clusterxl.excel.raw import RawSheet
from clusterxl.integrity.account import SheetAccount
from clusterxl.integrity.template import Place, SheetTemplate
from clusterxl.locate.alignment import Alignment
from clusterxl.locate.labels import labels_of_sheet, lines_told

# With less of its printed texts it is some other sheet, on which cells were found by their names.
_ALIKE = 0.3


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One sheet of a return beside the one it was issued as.

    Attributes:
        sheet: The sheet that came back.
        account: What became of its cells.
        issued: The sheet as it was issued; None for one that was not.
        copy_of: Name of the sheet of the form of which it is a copy; empty for none.
        alignment: Where its rows and columns have gone; None where nothing has moved.
        keys: Keys of the input cells by place now.
    """

    sheet: RawSheet
    account: SheetAccount
    issued: SheetTemplate | None = None
    copy_of: str = ""
    alignment: Alignment | None = None
    keys: Mapping[Place, str] = field(default_factory=dict)

    @cached_property
    def astray(self) -> Mapping[Place, str]:
        """Input cells, by place now, that stand in other rows or columns than their labels do."""
        if self.issued is None or self.alignment is None:
            return {}
        before = {key: place for place, key in self.issued.keys.items()}
        told = lines_told(self.issued.labels, labels_of_sheet(self.sheet), self.alignment)
        return {
            now: key
            for now, key in self.keys.items()
            if (place := before.get(key)) and told.denies(place, now)
        }

    @property
    def is_form_sheet(self) -> bool:
        """Whether people see it, and it was issued."""
        return self.issued is not None and self.issued.is_shown

    @property
    def is_alike(self) -> bool:
        """Whether enough of its printed texts is left to say what was changed on it."""
        texts = len(self.issued.texts) if self.issued else 0
        return self.account.account.template >= _ALIKE * texts
