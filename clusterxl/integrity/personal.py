"""Which texts outside of the answers may be personal: they are shown to nobody who did not ask."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property

from clusterxl.excel.raw import RawSheet
from clusterxl.form.model import Form
from clusterxl.integrity.compared import Compared
from clusterxl.integrity.template import Place, SheetTemplate, template_of
from clusterxl.locate import Located
from clusterxl.locate.labels import labels_of_sheet
from clusterxl.numbers import raw_text

# A single sign stands in many texts without being anybody's name.
_SHORTEST_ANSWER = 2
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
# Digits with what people put between them; commas part thousands, and a point a fraction.
_DIGITS = re.compile(r"(?<![0-9.,])\+?\(?[0-9](?:[\s()/-]{0,2}[0-9]){6,17}(?![0-9]*[.,][0-9])")
_DAY = re.compile(r"(?:19|20)[0-9]{2}[\s/-]+[01]?[0-9][\s/-]+[0-3]?[0-9]")
_IDLE = re.compile(r"[\s()/-]")


class Veil:
    """Tells which texts of a return are to be masked wherever findings are shown."""

    def __init__(self, form: Form, located: Located, compared: Sequence[Compared]) -> None:
        """Keep what is needed; most returns hold nothing that anybody has to ask about.

        Args:
            form: The form.
            located: Its input cells.
            compared: The sheets beside those that were issued.
        """
        self._form = form
        self._located = located
        self._compared = {one.sheet.name: one for one in compared}
        self._rows: dict[str, frozenset[int]] = {}

    def hides(self, sheet: str, place: Place, text: str) -> bool:
        """Whether a text may be personal, by where it stands or by what it says."""
        if _is_contact(text):
            return True
        if not self._personal:
            return False
        if place[0] in self._rows_on(sheet):
            return True
        bare = _bare(text)
        return any(answer in bare for answer in self._answers)

    @cached_property
    def _personal(self) -> frozenset[str]:
        return frozenset(asked.key for asked in self._form.inputs if asked.field.personal)

    @cached_property
    def _answers(self) -> tuple[str, ...]:
        cells = (self._located.cells.get(key) for key in self._personal)
        texts = {_bare(raw_text(cell.raw)) for cell in cells if cell}
        known = texts - {_bare(self._form.none_word)}
        return tuple(text for text in known if len(text) >= _SHORTEST_ANSWER)

    @cached_property
    def _labels(self) -> frozenset[str]:
        """Printed texts that stand in the rows of personal answers, and nowhere else."""
        beside: dict[bool, set[str]] = {True: set(), False: set()}
        for issued in template_of(self._form).sheets.values():
            rows = {row for (row, _), key in issued.keys.items() if key in self._personal}
            for (row, _), text in issued.texts.items():
                beside[row in rows].add(text)
        return frozenset(beside[True] - beside[False])

    def _rows_on(self, sheet: str) -> frozenset[int]:
        """Return the rows where personal answers stand now, were issued, or have moved to."""
        if sheet not in self._rows:
            one = self._compared[sheet]
            issued = one.issued or template_of(self._form).sheets.get(one.copy_of)
            # Names that stayed while the rows moved lead astray; the labels moved along.
            known = (*_rows_of(one, issued, self._personal), *_rows_with(one.sheet, self._labels))
            self._rows[sheet] = frozenset(known)
        return self._rows[sheet]


def _rows_of(
    one: Compared, issued: SheetTemplate | None, personal: frozenset[str]
) -> Iterator[int]:
    """Give the rows where personal answers stand now, and where they were issued."""
    for (row, _), key in one.keys.items():
        if key in personal:
            yield row
    for (row, column), key in issued.keys.items() if issued else ():
        if key in personal:
            yield row
            moved = one.alignment.now(row, column) if one.alignment else None
            if moved:
                yield moved[0]


def _rows_with(sheet: RawSheet, labels: frozenset[str]) -> Iterator[int]:
    if labels and not sheet.is_damaged and sheet.visibility != "very_hidden":
        yield from (
            row for (row, _), text in labels_of_sheet(sheet).texts.items() if text in labels
        )


def _is_contact(text: str) -> bool:
    r"""Whether a text holds what looks like a telephone number or an e-mail address.

    >>> _is_contact("call 138 0000 0000"), _is_contact("(0755) 8200-1234"), _is_contact("a@b.cn")
    (True, True, True)
    >>> _is_contact("2023-04-01"), _is_contact("12,345,678.5"), _is_contact("12345678.25")
    (False, False, False)
    """
    plain = unicodedata.normalize("NFKC", text)
    return bool(_MAIL.search(plain) or _DIGITS.search(_DAY.sub(" — ", plain)))


def _bare(text: str) -> str:
    return _IDLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
