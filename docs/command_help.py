"""Writes the generated part of docs/commands.md: the help of every command."""

from __future__ import annotations

from collections.abc import Iterator

import click
from click.testing import CliRunner

from clusterxl.cli.group import cli

WIDTH = 96


def command_help() -> str:
    """Return the English help of every command, in the order of the list of commands."""
    return "\n\n".join(_section(path) for path in command_paths(cli))


def command_paths(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Go through the names of all commands, each after its group."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from command_paths(command, (*above, name))
        else:
            yield (*above, name)


def _section(path: tuple[str, ...]) -> str:
    done = CliRunner().invoke(
        cli, ["--lang", "en", *path, "--help"], prog_name="clusterxl", terminal_width=WIDTH
    )
    text = done.output.rstrip().replace("\n", "\n    ").replace("\n    \n", "\n\n")
    return f"## {' '.join(path)}\n\n    {text}"
