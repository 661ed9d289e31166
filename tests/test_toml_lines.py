"""The line of every entry of a TOML text, found beside tomllib."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterxl.form.toml_lines import EntryPath, line_numbers

TRICKY = '''# [[no]] table
title = "a # no comment, \\" [[no]]"      # one, with "quotes" = and [brackets]
"quoted key" = 'literal \\'
'dotted'."k.e y".x = 1979-05-27 07:32:00
text = """
[[section]]
id = "not a key"
quotes "" and \\""" inside""""
literal = \'\'\'
a = 1 \'\' \'\'\'\'\'
[a.b]
list = [
    # {no = "entry"},
    {id = "x", label = "]}"}, {id = "y"},
    [1, 2,
     3],
]
[[a.rows]]
x = {y.z = 1, w = [{v = true}]}
[[a.rows]]
[a.rows.sub]
deep = 0xF
[[a.rows.more]]
[[a.rows.more]]
k = "v"
'''
EXPECTED: dict[EntryPath, int] = {
    ("title",): 2,
    ("quoted key",): 3,
    ("dotted", "k.e y", "x"): 4,
    ("text",): 5,
    ("literal",): 9,
    ("a", "b"): 11,
    ("a", "b", "list"): 12,
    ("a", "b", "list", 0, "label"): 14,
    ("a", "b", "list", 1): 14,
    ("a", "b", "list", 2, 2): 16,
    ("a", "rows", 0): 18,
    ("a", "rows", 0, "x", "y", "z"): 19,
    ("a", "rows", 0, "x", "w", 0, "v"): 19,
    ("a", "rows", 1): 20,
    ("a", "rows", 1, "sub", "deep"): 22,
    ("a", "rows", 1, "more", 0): 23,
    ("a", "rows", 1, "more", 1): 24,
    ("a", "rows", 1, "more", 1, "k"): 25,
}


def paths(value: Any, at: EntryPath = ()) -> Iterator[EntryPath]:
    """Yield the path of everything in a parsed TOML text."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in parts:
        yield (*at, key)
        if isinstance(part, dict | list):
            yield from paths(part, (*at, key))


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_tricky_text(line_end: str) -> None:
    text = TRICKY.replace("\n", line_end)
    lines = line_numbers(text)
    assert {path: lines.get(path) for path in EXPECTED} == EXPECTED
    assert set(paths(tomllib.loads(text))) <= set(lines)


def test_every_entry_of_the_packaged_and_test_forms_has_a_line(repository: Path) -> None:
    files = [
        path
        for folder in ("templates", "rules", "tests/data")
        for path in sorted((repository / folder).rglob("*.toml"))
    ]
    assert files
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert set(paths(tomllib.loads(text))) <= set(line_numbers(text)), path


KEYS = st.sampled_from(["a", "b-1", '"c d"', "'e.f'", "g.h", '"\\"" . i'])
VALUES = st.recursive(
    st.sampled_from(
        ["1", "true", '"x"', "'[y'", '"""\n[[z]]\nk = 1"""', "'''q\n'''", '"#"', "1979-05-27"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: "[" + ", # ]\n ".join(parts) + "\n]"),
        inner.filter(lambda part: "\n" not in part).map(lambda part: f"{{m = {part}}}"),
    ),
    max_leaves=6,
)
TABLES = st.lists(st.tuples(st.lists(st.tuples(KEYS, VALUES), max_size=4)), max_size=4)


@given(TABLES)
def test_each_key_of_any_text_is_on_its_line(tables: list[tuple[list[tuple[str, str]]]]) -> None:
    """Keys are written down with their lines while the text is made."""
    text = ""
    expected: dict[EntryPath, int] = {}
    for number, (pairs,) in enumerate(tables):
        text += "[[t]] # table\n"
        expected["t", number] = text.count("\n")
        for key, value in dict(pairs).items():
            names = tuple(paths_of_key(key))
            expected["t", number, *names] = text.count("\n") + 1
            text += f"{key} = {value}\n\n"
    lines = line_numbers(text)
    assert {path: lines.get(path) for path in expected} == expected
    assert set(paths(tomllib.loads(text))) <= set(lines)


def paths_of_key(key: str) -> Iterator[str]:
    table = tomllib.loads(f"{key} = 0")
    while isinstance(table, dict):
        (name, table), *_ = table.items()
        yield name
