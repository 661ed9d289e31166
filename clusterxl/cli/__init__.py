"""The command line: parse, call, print. One module a group of commands."""

from __future__ import annotations


def main() -> None:
    """Run the command line of this process."""
    from clusterxl.cli.console import make_streams_safe
    from clusterxl.cli.group import cli

    make_streams_safe()
    cli(prog_name="clusterxl")
