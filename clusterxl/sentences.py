"""Every sentence for people, by name and language; the texts stand in locale/*.toml."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh", "en")
_current: ContextVar[str] = ContextVar("clusterxl_language", default="")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return all sentences of a language, by dotted name (`read.not_ours`)."""
    text = (files("clusterxl") / "locale" / f"{language}.toml").read_text(encoding="utf-8")
    return {
        f"{group}.{name}": sentence
        for group, entries in tomllib.loads(text).items()
        for name, sentence in entries.items()
    }


def language_of(environment: Mapping[str, str]) -> str:
    """Choose a language from environment variables; anything not English is answered in Chinese."""
    for name in ("CLUSTERXL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        wanted = environment.get(name, "").lower()
        for language in LANGUAGES:
            if wanted.startswith(language):
                return language
    return "zh"


def use_language(language: str) -> None:
    """Make `language` the one in which `say` answers from now on, in this context."""
    _current.set(language)


def current_language() -> str:
    """Return the language in use: the one set, else the environment's."""
    return _current.get() or language_of(os.environ)


def say(name: str, /, *, lang: str = "", **figures: object) -> str:
    """Return the sentence `name` with its figures filled in.

    Args:
        name: Dotted name in the catalogue.
        lang: Language; the one in use when empty.
        figures: Values for the placeholders of the sentence.

    Returns:
        The sentence.
    """
    return catalogue(lang or current_language())[name].format(**figures)


def one_line(text: str, most: int) -> str:
    r"""Return a text as sentences show it: on one line, and no longer than this.

    >>> one_line("two\n lines", 20), one_line("a long text", 6)
    ('two lines', 'a lon…')
    """
    plain = " ".join(text.split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
