"""Commands of a batch as they are typed, and everything that may befall one on its way."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from batch_play import begun, filled
from forking import may_attach, run_forked
from ledger_rig import (
    KILLED,
    Left,
    Ran,
    audited,
    calls_in,
    left_in,
    strace,
)

# A command line by the clock of the tests.
COMMAND = """
import dying
import sys
from datetime import UTC, datetime
from clusterxl.cli.group import cli
noon = datetime(2025, 1, 10, 12, tzinfo=UTC)
cli(["--lang", "en", *sys.argv[1:]], obj=lambda: noon, prog_name="clusterxl")
"""
RULE = """[[rule]]
id = "WHEAT-01"
severity = "error"
kind = "logic"
title = "No more wheat than ever"
check = "wheat[base] <= 10"
message = "So much wheat was never harvested: {value}. Please correct it."
margin = "more than ever"
tests = [
    { given = { "wheat[base]" = 10 }, expect = "pass" },
    { given = { "wheat[base]" = 11 }, expect = "fail" },
    { given = {}, expect = "na" },
]
"""
REASON = ("--reason", "asked for")
# What is typed; `purge` by the serial, which stays when names are gone.
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "issue": ("issue",),
    "receive": ("receive", "in"),
    "correct": ("correct", "--deadline", "2025-02-28"),
    "accept": ("accept", "b 2.xlsx", *REASON),
    "exclude": ("exclude", "2201-1", *REASON),
    "rules": ("rules", "more.toml", *REASON),
    "aggregate": ("aggregate",),
    "status": ("status", "--format", "xlsx"),
    "export": ("export",),
    "purge": ("purge", "2201-1", *REASON),
}
# Before these nothing new has come in; before those it was also sent back.
BEFORE = {"issue": "begun", "receive": "begun", "purge": "sent", "exclude": "sent"}
# An error for each call that can fail; a full disk stays full for the ledger, and a file that is
# open in another program stays open.
REFUSALS = {
    "pwrite64": "ENOSPC:when={n}+",
    "write": "ENOSPC:when={n}",
    "fsync": "EIO:when={n}",
    "fdatasync": "EIO:when={n}",
    "rename": "EACCES:when={n}+",
    "mkdir": "ENOSPC:when={n}",
    "chmod": "EPERM:when={n}",
    "unlink": "EACCES:when={n}",
    "ftruncate": "EIO:when={n}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that befalls a process.

    Attributes:
        name: What, to be told.
        kills: Whether the process dies of it.
        inject: What strace brings about; empty for nothing.
        environment: Variables that bring it about.
    """

    name: str
    kills: bool
    inject: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A command, what it is typed in, and what it leaves when nothing befalls it.

    Attributes:
        command: The command.
        folder: A folder that holds a batch and what it may be given.
        code: How it ended.
        whole: What it left.
        events: What tests/dying.py saw, a letter an event.
        log: What strace saw; empty where it may not be used.
    """

    command: str
    folder: Path
    code: int
    whole: Left
    events: str
    log: str

    def faults(self) -> tuple[Fault, ...]:
        """Return all that may befall it."""
        return tuple(
            fault
            for kills in (True, False)
            for fault in (*self._at_events(kills=kills), *self._at_calls(kills=kills))
        )

    def _at_events(self, *, kills: bool) -> Iterator[Fault]:
        for at, letter in enumerate(self.events, start=1):
            if kills or letter == "r":
                how = "killed" if kills else "refused"
                environment = audited(at=str(at), how=how)
                yield Fault(name=f"{how} at {at}", kills=kills, environment=environment)

    def _at_calls(self, *, kills: bool) -> Iterator[Fault]:
        seen = Counter[str]()
        # What counts the events writes its count at the end.
        calls = [call for call in calls_in(self.log) if "/events" not in call.line]
        for call in calls:
            seen[call.name] += 1
            at = seen[call.name]
            if kills:
                yield _at_call(f"{call.name}:signal=KILL:when={at}", kills=True)
            # What is told to people goes into a pipe, which is never full.
            elif call.name in REFUSALS and "<pipe:" not in call.line:
                error = REFUSALS[call.name].format(n=at)
                yield _at_call(f"{call.name}:error={error}", kills=False)


def _at_call(inject: str, *, kills: bool) -> Fault:
    return Fault(name=inject, kills=kills, inject=inject)


def typed_in(
    folder: Path, command: str, fault: Fault | None = None, log: Path | None = None
) -> Ran:
    """Type a command in a folder that holds a batch, and let something befall it.

    Args:
        folder: The folder.
        command: The command.
        fault: What befalls it.
        log: Where strace tells of its calls.
    """
    line = [
        str(folder / part) if part in ("in", "more.toml") else part for part in COMMANDS[command]
    ]
    asked = ("batch", *line, "--batch", str(folder / "batch"))
    inject = fault.inject if fault else ""
    watch = strace(*([inject] if inject else []), log=log) if inject or log else ()
    return run_forked(asked, environment=fault.environment if fault else {}, strace=watch)


def stages(root: Path) -> None:
    """Make a batch as it is before its commands, stage by stage, each in a folder of its own."""
    folder = root / "begun"
    batch = begun(folder)
    good = filled(batch, "1101")
    for name, data in {
        "first/b.xlsx": filled(batch, "1102", wheat_2024="x"),
        "in/a.xlsx": good,
        "in/again/a.xlsx": good,
        "in/b 1.xlsx": filled(batch, "1102", wheat_2024=3),
        "in/b 2.xlsx": filled(batch, "1102", wheat_2024=4),
        "in/c.xlsx": filled(batch, "2201", wheat_2024="many"),
        "in/cut.xlsx": good[:2000],
        "in/scan.pdf": b"%PDF",
        "more.toml": RULE.encode(),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    first = ("batch", "receive", str(folder / "first"), "--batch", str(batch.root))
    ran = run_forked(first, environment={})
    assert ran.code == 1, ran.said
    for stage, command, earlier in (
        ("received", "receive", "begun"),
        ("sent", "correct", "received"),
    ):
        shutil.copytree(root / earlier, root / stage)
        assert typed_in(root / stage, command).code in (0, 1)


def scene_of(command: str, given: Path, folder: Path) -> Scene:
    """Set a scene, and play it undisturbed under everything that counts.

    Args:
        command: The command.
        given: Where `stages` made them.
        folder: Where to set it.
    """
    before = folder / "before"
    shutil.copytree(given / BEFORE.get(command, "received"), before)
    if command == "issue":
        shutil.rmtree(before / "batch" / "issued" / "Northshire")
        roster = before / "batch" / "roster.csv"
        rows = roster.read_text("utf-8-sig").replace("1102,rural,1", "1102,rural,2")
        roster.write_text(rows, "utf-8")
    events, log = folder / "events", folder / "log"
    counts = Fault(name="", kills=False, environment=audited(count=str(events)))
    shutil.copytree(before, folder / "whole")
    ran = typed_in(folder / "whole", command, counts, log=log if may_attach() else None)
    assert ran.code in (0, 1), ran.said
    return Scene(
        command=command,
        folder=before,
        code=ran.code,
        whole=left_in(folder / "whole" / "batch"),
        events=events.read_text(encoding="ascii"),
        log=log.read_text(encoding="utf-8", errors="replace") if log.exists() else "",
    )


def befallen(fault: Fault, *, scene: Scene, folder: Path) -> str:
    """Let something befall a command and type it again; return what is wrong then."""
    shutil.copytree(scene.folder, folder)
    ran = typed_in(folder, scene.command, fault)
    if fault.kills and ran.code not in (KILLED, -9):
        return f"{fault.name}: it lived: {ran.code} {ran.said}"
    if not fault.kills and not _is_told(ran, scene):
        return f"{fault.name}: {ran.code} {ran.said}"
    # What there was is still whole, and so is what was done so far.
    left_in(folder / "batch", is_whole=False)
    again = typed_in(folder, scene.command)
    if again.code != scene.code:
        return f"{fault.name}: again: {again.code} {again.said}"
    wrong = differences(left_in(folder / "batch"), scene.whole)
    shutil.rmtree(folder)
    return f"{fault.name}: {wrong}" if wrong else ""


def _is_told(ran: Ran, scene: Scene) -> bool:
    """Whether a process either did without, or ended with one sentence that says what to do."""
    if ran.code == scene.code and "Traceback" not in ran.said:
        return True
    return ran.code == 2 and re.fullmatch(r"Error: [^\n]+\. [^\n]+\.\n", ran.said) is not None


def differences(left: Left, whole: Left) -> str:
    """Return which files differ, and which rows of the ledger."""
    names = sorted(left.files.keys() | whole.files.keys())
    files = [name for name in names if left.files.get(name) != whole.files.get(name)]
    rows = sorted(set(left.dump.splitlines()) ^ set(whole.dump.splitlines()))
    return "; ".join([*files, *rows])
