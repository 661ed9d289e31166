"""The page as one file: our resources, the library of charts and the data, nothing from outside."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from clusterxl.report import looks

SCRIPTS = ("page.js", "charts.js", "tables.js", "paper.js", "sheets.js", "subjects.js")
_TOKENS = {
    "ink": looks.INK,
    "muted": looks.MUTED,
    "light": looks.LIGHT,
    "link": looks.LINK,
    "hairline": looks.HAIRLINE,
    "fifth": looks.FIFTH,
    "ground": looks.GROUND,
    "main": looks.MAIN,
    "soft": looks.SOFT,
    "below": looks.BELOW_INK,
    "none": looks.NO_DATA,
}


def document(*, language: str, texts: Mapping[str, str], data: Mapping[str, Any]) -> bytes:
    """Put the page together.

    Args:
        language: Its language (`zh`).
        texts: What stands in its frame, by placeholder; plain texts.
        data: What its scripts show.

    Returns:
        The file, UTF-8. No script but its own may run in it, and nothing is fetched.
    """
    scripts = _scripts()
    page = Template(_resource("page.html")).substitute(
        {name: escape(text) for name, text in texts.items()},
        language=language,
        policy=_policy(scripts),
        style=_tokens() + _resource("page.css"),
        data=_as_text(data),
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
    )
    return page.encode("utf-8", "backslashreplace")


def _resource(name: str) -> str:
    text = (files("clusterxl.page") / name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")


@cache
def _scripts() -> tuple[str, ...]:
    return (_charts(), *(_resource(name) for name in SCRIPTS))


def _charts() -> str:
    # Only a page needs the library of charts, an extra that takes a while to load.
    from plotly.offline import get_plotlyjs  # noqa: PLC0415

    # A parser of HTML looks for these two inside of scripts as well.
    text = str(get_plotlyjs()).replace("\r\n", "\n")
    return text.replace("</script", r"<\/script").replace("<!--", r"\x3C!--")


def _tokens() -> str:
    return ":root{" + "".join(f"--{name}:#{color};" for name, color in _TOKENS.items()) + "}\n"


def _policy(scripts: Sequence[str]) -> str:
    """Return the policy: the scripts here by their hashes, styles here, nothing else."""
    hashes = (b64encode(sha256(script.encode("utf-8")).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _as_text(data: Mapping[str, Any]) -> str:
    """Return data as JSON that ends no script and breaks no line, whatever its texts hold."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text
