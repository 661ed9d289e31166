"""Suggests what a mistyped word may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from clusterxl.sentences import say


def nearest(word: str, words: Iterable[str], *, most: int = 1, cutoff: float = 0.6) -> list[str]:
    """Return the words most like a word, the likest first; two letters swapped lead.

    >>> nearest("=>", [">", "<", ">=", "<="])
    ['>=']
    """
    known = list(dict.fromkeys(words))
    pairs = range(len(word) - 1)
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in pairs}
    found = get_close_matches(word, known, n=most, cutoff=cutoff)
    return list(dict.fromkeys([*(each for each in known if each in swapped), *found]))[:most]


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return what ends a sentence on an unknown word: a guess at what was meant, or a full stop."""
    found = nearest(word, words)
    return say("form_file.guess", word=found[0]) if found else say("form_file.no_guess")
