"""Checks the option lists of a form: their names, columns and rows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from clusterxl.form.source import Mistakes
from clusterxl.form.tables import Table

CODE = "code"
LONGEST_OPTION = 255
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def lint_lists(lists: Mapping[str, Table], mistakes: Mistakes) -> None:
    """Note every mistake in the option lists themselves.

    Args:
        lists: The lists as they were read, by name.
        mistakes: Where mistakes are noted.
    """
    for name, table in lists.items():
        file = f"lists/{name}.csv"
        if not _NAME.fullmatch(name):
            mistakes.add_in_file(file, "list_name", name=name)
        _lint_header(file, table, mistakes)
        _lint_rows(file, table, mistakes)


def _lint_header(file: str, table: Table, mistakes: Mistakes) -> None:
    if not table.rows:
        mistakes.add_in_file(file, "list_empty", line=1)
    for column in dict.fromkeys(table.header):
        if not _NAME.fullmatch(column):
            mistakes.add_in_file(file, "list_column_name", line=1, column=column)
        if table.header.count(column) > 1:
            mistakes.add_in_file(file, "list_column_twice", line=1, column=column)


def _lint_rows(file: str, table: Table, mistakes: Mistakes) -> None:
    lines_of: dict[str, int] = {}
    codes = table.header.index(CODE) if CODE in table.header else None
    for row in table.rows:
        code = row.cells[codes] if codes is not None else ""
        if code and lines_of.setdefault(code, row.line) != row.line:
            first = lines_of[code]
            mistakes.add_in_file(file, "list_code_twice", line=row.line, code=code, first=first)
        if row.extra:
            columns = len(table.header)
            mistakes.add_in_file(
                file, "list_row_long", line=row.line, extra=row.extra, columns=columns
            )
        for text in row.cells:
            if len(text) > LONGEST_OPTION or not text.isprintable():
                most = LONGEST_OPTION
                mistakes.add_in_file(file, "list_text_odd", line=row.line, most=most)
