"""Marks and options as people write them: ticks, choices with all their options, picks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clusterxl.cleaning.steps import without_unseen
from clusterxl.cleaning.words import folded, word_list
from clusterxl.form.answers import TICKED, UNTICKED, canonical_text, choice_line
from clusterxl.form.model import Field
from clusterxl.numbers import WIDE_SIGNS

_OPENING, _CLOSING = "([{\u3010\u3014\u300a", ")]}\u3011\u3015\u300b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the options of a question may be written.

    Attributes:
        exact: Option by canonical text, as the form itself writes it.
        loose: What a compact text may mean, in the order of the form; nothing where it says that
            no option is chosen.
    """

    exact: Mapping[str, str]
    loose: Mapping[str, tuple[str, ...]]


class Marks:
    """The marks and words of one language that say whether something is chosen."""

    def __init__(self, language: str) -> None:
        ticked, unticked = (
            word_list("ticked_marks", language),
            word_list("unticked_marks", language),
        )
        marks = dict.fromkeys(ticked, TICKED) | dict.fromkeys(unticked, UNTICKED)
        brackets = dict.fromkeys(_OPENING, "(") | dict.fromkeys(_CLOSING, ")")
        gaps = dict.fromkeys(word_list("option_gaps", language), "")
        wide = {chr(code): sign for code, sign in WIDE_SIGNS.items()}
        brackets |= {wide_sign: brackets.get(sign, sign) for wide_sign, sign in wide.items()}
        self._table = str.maketrans(brackets | gaps | marks)
        self._crosses = str.maketrans(dict.fromkeys(word_list("crossed_marks", language), UNTICKED))
        self._cross_words = {folded(word) for word in word_list("crossed_words", language)}
        self.letters = tuple(folded(word) for word in word_list("ticked_letters", language))
        self._lettered = re.compile(rf"\((?:{'|'.join(map(re.escape, self.letters))})\)")
        self._words = {folded(word): TICKED for word in word_list("ticked_words", language)}
        self._words |= {folded(word): UNTICKED for word in word_list("unticked_words", language)}

    def compact(self, text: str) -> str:
        """Return a text with one kind of mark and bracket, without spaces and commas."""
        plain = "".join(without_unseen(text).translate(self._table).casefold().split())
        if self.letters:
            plain = self._lettered.sub(f"({TICKED})", plain)
        # Beside a tick a cross says no; alone it may say either.
        return plain.translate(self._crosses) if TICKED in plain else plain

    def word(self, text: str) -> str:
        """Return the mark that a word alone in its cell stands for; empty for no such word."""
        return self._words.get(folded(text), "")

    def is_cross(self, text: str) -> bool:
        """Whether a text is a cross, or a letter for one, and nothing else."""
        marks = "".join(without_unseen(text).split())
        is_marks = set(marks.translate(self._crosses)) == {UNTICKED} != set(marks)
        return is_marks or folded(text) in self._cross_words

    def options(self, texts: Sequence[str]) -> Options:
        """Return how options may be written that stand alone in their cell."""
        written = [(text, self.compact(text)) for text in texts]
        bracketed = [(text, f"({plain})") for text, plain in written if text in (TICKED, UNTICKED)]
        return Options(
            exact={canonical_text(text): text for text in texts},
            loose=_gathered((*written, *bracketed)),
        )

    def choices(self, asked: Field) -> Options:
        """Return how the options of a choice may be written, one alone or all in a line."""
        labels = [canonical_text(item.label) for item in asked.items]
        compact = [self.compact(label) for label in labels]
        exact: dict[str, str] = {}
        for item, label in zip(asked.items, labels, strict=True):
            exact |= {canonical_text(choice_line(asked, item.id)): label, label: label}
        unset: list[tuple[str, str]] = [("", line) for line in _lines(compact, "")]
        written = [
            (label, text)
            for label, plain in zip(labels, compact, strict=True)
            for text in (*_lines(compact, plain), *self._alone(plain))
        ]
        return Options(exact=exact, loose=_gathered((*unset, *written)))

    def several_ticked(self, asked: Field, compact: str) -> tuple[str, ...]:
        """Return the options of a choice that are ticked in a compact text, if several are."""
        if compact.count(TICKED) <= 1:
            return ()
        labels = [(item.label, self.compact(item.label)) for item in asked.items]
        in_front = compact.lstrip("(").startswith((TICKED, UNTICKED))
        ticks = (TICKED, f"({TICKED})")
        return tuple(
            label
            for label, plain in labels
            if any((tick + plain if in_front else plain + tick) in compact for tick in ticks)
        )

    def _alone(self, label: str) -> Iterator[str]:
        for mark in (TICKED, f"({TICKED})", *self.letters):
            yield mark + label
            yield label + mark
        yield label


def _lines(labels: Sequence[str], chosen: str) -> Iterator[str]:
    """Go through the ways to print all options with marks: before or behind, in brackets or not."""
    for ticked, unticked in (
        (TICKED, UNTICKED),
        (TICKED, ""),
        (f"({TICKED})", f"({UNTICKED})"),
        (f"({TICKED})", "()"),
        (f"({TICKED})", ""),
    ):
        if not chosen and not unticked:
            # Options without any mark: nobody says that none is chosen.
            continue
        marked = [(ticked if label == chosen else unticked, label) for label in labels]
        yield "".join(mark + label for mark, label in marked)
        yield "".join(label + mark for mark, label in marked)


def _gathered(written: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Gather what each text may mean."""
    found: dict[str, dict[str, None]] = {}
    for meant, text in written:
        if not text:
            # An option of nothing but commas; whoever types one has not chosen it.
            continue
        found.setdefault(text, {})[meant] = None
    return {text: tuple(meanings) for text, meanings in found.items()}
