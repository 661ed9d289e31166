"""Kills a process that receives files at its n-th step, or refuses it the n-th write, and looks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
KILLED = 137
STRACE = ("strace", "-f")
# What changes files; strace knows some of them only on some machines.
MUTATING = (
    *("?write", "pwrite64", "?pwritev", "fsync", "fdatasync", "?rename", "?renameat", "?renameat2"),
    *("?unlink", "?unlinkat", "ftruncate", "?mkdir", "?mkdirat", "?chmod", "?fchmodat"),
)

# What is played: files of every kind, in two receives, a decision and a purge. Doing a step again
# that is done must change nothing, as for whoever types a command again.
PLAY = """
import dying
import sys
from pathlib import Path
from ledger_play import made, opened, receive
from clusterxl.ledger import State, exclude, find_returns, purge, require_return
from clusterxl.errors import ClusterxlError

FIRST = [made(), made(serial="S2", errors=2), b"scan", made(save=2)]
SECOND = [made(answers="二"), made(serial="S3"), made(serial="S3", answers="三"), made()]
try:
    with opened(Path(sys.argv[1])) as ledger:
        ended = {row[0] for row in ledger.connection.execute(
            "SELECT number FROM receives WHERE state = 'ended'")}
        for number, files in enumerate((FIRST, SECOND), start=1):
            if number not in ended:
                receive(ledger, *files, skipped=["ours.xlsx"])
        found = [one for one in find_returns(ledger) if one.serial == "S2"][0]
        if found.state is not State.EXCLUDED:
            exclude(ledger, found.sha256, reason="a draft")
        purge(ledger, found.sha256, reason="asked for")
except ClusterxlError as error:
    sys.stderr.write(f"{type(error).__name__} {error.code}: {error}")
    sys.exit(2)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a process ended.

    Attributes:
        code: Its exit code; negative for a signal.
        said: What it wrote to standard error.
    """

    code: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a process left in a folder.

    Attributes:
        dump: All tables.
        files: All other files, by place.
    """

    dump: str
    files: Mapping[str, bytes]


def play(folder: Path, *before: str, **environment: str) -> Ran:
    """Play in a process of its own.

    Args:
        folder: The batch folder.
        before: A command to run it under.
        environment: Variables besides those there are.
    """
    return run_script(PLAY, str(folder), before=before, **environment)


def run_script(script: str, *given: str, before: Sequence[str] = (), **environment: str) -> Ran:
    """Run a script in a process of its own.

    Args:
        script: The script.
        given: What it finds in `sys.argv`.
        before: A command to run it under.
        environment: Variables besides those there are.
    """
    done = subprocess.run(
        [*before, sys.executable, "-c", script, *given],
        env={
            **os.environ,
            # Compiled modules would be written at one time and not at another.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(HERE),
            "PYTHONIOENCODING": "utf-8",
            **environment,
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Ran(code=done.returncode, said=done.stderr)


def left_in(folder: Path, *, is_whole: bool = True) -> Left:
    """Open what a process left, and look.

    Args:
        folder: The batch folder.
        is_whole: Whether it ended; else the archive may have one file more than the tables.
    """
    from ledger_play import files_below, opened

    from clusterxl.ledger import verify_ledger

    with opened(folder) as ledger:
        told = {one.code for one in verify_ledger(ledger)}
        assert told <= (set() if is_whole else {"LED-FOREIGN"}), told
        dump = ledger.dump()
    return Left(dump=dump, files=files_below(folder))


def events(folder: Path) -> int:
    """Play undisturbed, and return after how many events a process could die."""
    count = folder / "count"
    ran = play(folder / "batch", **audited(count=str(count)))
    assert ran.code == 0, ran.said
    return len(count.read_text(encoding="ascii"))


def audited(**told: str) -> dict[str, str]:
    """Return the variables that let tests/dying.py count events, or die at one."""
    return {f"DYING_{name.upper()}": text for name, text in told.items()}


def strace(*inject: str, log: Path | None = None) -> tuple[str, ...]:
    """Return a command that runs another under strace, with or without a fault."""
    return (
        *STRACE,
        # Only the calls asked for stop the process then, which is three times as fast; but no
        # signal is sent.
        *(() if any("signal=" in fault for fault in inject) else ("--seccomp-bpf",)),
        *("-qq", "-y", "-e", f"trace={','.join(MUTATING)}", "-e", "signal=none"),
        *(part for fault in inject for part in ("-e", f"inject={fault}")),
        *("-o", str(log or os.devnull)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of the system that changes files.

    Attributes:
        name: Its name.
        line: All of it, as strace tells it.
    """

    name: str
    line: str


def syscalls(folder: Path) -> tuple[Call, ...]:
    """Play undisturbed under strace, and return its calls that change something, in order."""
    log = folder / "log"
    ran = play(folder / "batch", *strace(log=log))
    assert ran.code == 0, ran.said
    return calls_in(log.read_text(encoding="utf-8", errors="replace"))


def calls_in(log: str) -> tuple[Call, ...]:
    """Return the calls that strace told of, in order."""
    return tuple(
        Call(name=found[1], line=line)
        for line in log.splitlines()
        if (found := re.match(r"\d+ +(\w+)\(", line)) is not None
    )


def has_strace() -> bool:
    """Whether there is strace, and whether it may trace here."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(
        [*STRACE, "--seccomp-bpf", "-o", os.devnull, sys.executable, "-c", ""],
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0
