"""The command line: parse, call, print. One module a group of commands."""

from __future__ import annotations


def main() -> None:
    """Run the command line of this process."""
    from clusterxl.cli.console import give_up_printing, make_streams_safe, stop
    from clusterxl.interrupts import heed_all

    make_streams_safe()
    try:
        heed_all()
        from clusterxl.cli.group import cli

        cli(prog_name="clusterxl")
    except KeyboardInterrupt:
        stop()
    except OSError as error:
        # Errors about files name them; without a name it is what is printed that found no room.
        if error.filename is not None:
            raise
        give_up_printing(error)
