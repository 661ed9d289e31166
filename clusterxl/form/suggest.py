"""Suggests what a mistyped word may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from clusterxl.sentences import say


def nearest(word: str, words: Iterable[str], *, most: int = 1, cutoff: float = 0.6) -> list[str]:
    """Return the words most like a word, the likest first."""
    return get_close_matches(word, list(dict.fromkeys(words)), n=most, cutoff=cutoff)


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return what ends a sentence on an unknown word: a guess at what was meant, or a full stop."""
    found = nearest(word, words)
    return say("form_file.guess", word=found[0]) if found else say("form_file.no_guess")
