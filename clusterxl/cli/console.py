"""What the terminal sees: text that no console chokes on, progress on a terminal only."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

import click

from clusterxl.sentences import say

if TYPE_CHECKING:
    from clusterxl.outputs import Outputs

CANNOT_BE_DONE = 2
# 128 and the number of the signal, as shells count.
BROKEN_OFF = 130
# A file name or an answer may hold what would move the cursor or clear the screen.
CONTROL = {code: "�" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


def make_streams_safe() -> None:
    """Let a console that cannot show a character (GBK) print its code instead of dying."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def tell(text: str, *, err: bool = False) -> None:
    """Print text for people."""
    click.echo(printable(text), err=err)


def give_up_printing(error: OSError) -> NoReturn:
    """Say that what is printed goes to a file that cannot be written, and end the program.

    Args:
        error: Why it cannot.
    """
    # What is left to print would be tried again at the end, with an error nobody can read.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    reason = error.strerror or type(error).__name__
    message = say("cli.not_printed", reason=reason)
    tell(say("usage.error", message=message), err=True)
    sys.exit(CANNOT_BE_DONE)


def stop() -> NoReturn:
    """Say that the program was broken off by hand before it knew its command, and end it."""
    tell(say("usage.stopped"), err=True)
    sys.exit(BROKEN_OFF)


def tell_unchanged(files: Outputs) -> None:
    """Say how many files stood there already with just the content that was to be written."""
    if files.unchanged:
        tell(say("cli.unchanged", count=len(files.unchanged)))


def printable(text: str) -> str:
    r"""Replace what a terminal would obey or no encoding can hold.

    >>> printable("a\x1b[2Jb")
    'a�[2Jb'
    """
    return text.translate(CONTROL).encode("utf-8", "backslashreplace").decode("utf-8")


def terminal_width() -> int:
    """Return how many columns the terminal has; 0 where what is printed goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


@contextmanager
def steps(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give what is told how many of how many steps are done: a bar, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label=printable(label), file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield show
