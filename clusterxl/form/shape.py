"""Checks the keys of single entries: unknown and missing ones, wrong types, words and ranges."""

from __future__ import annotations

from typing import Any

from clusterxl.form.source import Entry, Mistakes
from clusterxl.form.suggest import did_you_mean
from clusterxl.form.vocabulary import HEAD, Key, Kind, Shape, holds, in_range
from clusterxl.sentences import say

# Malformed ids are kept, so that what refers to them gives no second mistake.
_KEPT = (Kind.ID, Kind.ITEM_ID, Kind.FORM_ID)


def shaped(entry: Entry, shape: Shape, mistakes: Mistakes) -> Entry:
    """Note every mistake in the keys of an entry.

    Args:
        entry: The entry as it was read.
        shape: The keys it takes.
        mistakes: Where mistakes are noted.

    Returns:
        The entry without the keys that are wrong, so that defaults stand in for them.
    """
    wrong = set()
    for name, value in entry.table.items():
        if name not in shape:
            _note_unknown(entry, name, shape, mistakes)
            wrong.add(name)
        elif not _is_good(entry, name, value, shape[name], mistakes):
            wrong.add(name)
    for name, key in shape.items():
        value = entry.table.get(name)
        if key.required and (value is None or (isinstance(value, str) and not value.strip())):
            mistakes.add(entry, "missing_key", name, key=name)
    return entry.without(wrong)


def _note_unknown(entry: Entry, name: str, shape: Shape, mistakes: Mistakes) -> None:
    if not entry.at and name in HEAD:
        mistakes.add(entry, "key_of_head", name, key=name)
    else:
        hint = did_you_mean(name, shape)
        mistakes.add(entry, "unknown_key", name, key=name, hint=hint, keys=", ".join(shape))


def _is_good(entry: Entry, name: str, value: Any, key: Key, mistakes: Mistakes) -> bool:
    if not holds(key, value):
        expected = say(f"form_file.kind_{key.kind}")
        mistakes.add(entry, "wrong_type", name, key=name, expected=expected, value=_shown(value))
        return key.kind in _KEPT and isinstance(value, str)
    texts = value if isinstance(value, list) else [value]
    odd = [text for text in texts if text not in key.words] if key.words else []
    for word in odd:
        words = ", ".join(key.words)
        hint = did_you_mean(word, key.words)
        mistakes.add(entry, "unknown_word", name, key=name, word=word, words=words, hint=hint)
    if not in_range(key, value):
        figures = {"least": f"{key.least:g}", "most": f"{key.most:g}"}
        sentence = "out_of_range" if key.most < float("inf") else "too_small"
        mistakes.add(entry, sentence, name, key=name, value=_shown(value), **figures)
        return False
    return not odd


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"  # noqa: PLR2004  (enough to be found)
