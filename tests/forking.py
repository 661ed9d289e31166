"""Commands that start at once: a process that has everything loaded forks for each.

Run as a script it is that process: it reads a line of JSON a command, and answers with one.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger_rig import HERE, Ran

import clusterxl

NOON = datetime(2025, 1, 10, 12, tzinfo=UTC)
# How long strace may take to lay hold of a process, in seconds.
PATIENCE = 20
_idle: queue.LifoQueue[subprocess.Popen[str]] = queue.LifoQueue()


def run_forked(
    line: Sequence[str], *, environment: Mapping[str, str], strace: Sequence[str] = ()
) -> Ran:
    """Type a command line in a process of its own, by the clock of the tests.

    Args:
        line: What is typed after `clusterxl`.
        environment: Variables besides those there are.
        strace: A command that watches the process whose number is put behind it.
    """
    try:
        server = _idle.get_nowait()
    except queue.Empty:
        server = _start()
    assert server.stdin is not None
    assert server.stdout is not None
    asked = {"line": [*line], "environment": {**environment}, "strace": [*strace]}
    server.stdin.write(f"{json.dumps(asked)}\n")
    server.stdin.flush()
    told = json.loads(server.stdout.readline())
    _idle.put(server)
    return Ran(code=told["code"], said=told["said"])


def may_attach() -> bool:
    """Whether there is strace, and whether it may lay hold of a process that runs."""
    if shutil.which("strace") is None:
        return False
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        watcher = subprocess.Popen(
            ["strace", "-o", os.devnull, "-p", str(process.pid)], stderr=subprocess.PIPE
        )
        assert watcher.stderr is not None
        said = watcher.stderr.readline()
        process.kill()
        watcher.communicate()
    return b"attached" in said


def _start() -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, __file__],
        env={
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            # The same program as here, wherever it was imported from.
            "PYTHONPATH": os.pathsep.join([str(HERE), str(Path(clusterxl.__file__).parents[1])]),
            "PYTHONIOENCODING": "utf-8",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    atexit.register(server.kill)
    return server


def serve() -> None:
    """Answer one command after the other."""
    load_all()
    for line in sys.stdin:
        answer = json.dumps(_run(json.loads(line)))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def load_all() -> None:
    """Import what any command of a batch imports, so that no fork has to."""
    import importlib
    import pkgutil

    for found in pkgutil.walk_packages(clusterxl.__path__, "clusterxl."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def _run(asked: Mapping[str, Any]) -> dict[str, Any]:
    # What is printed goes into a pipe that is never full, as no command prints that much.
    printed, prints = os.pipe()
    errors, tells = os.pipe()
    held, let_go = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(prints, 1)
        os.dup2(tells, 2)
        # Held until whoever watches has laid hold of it.
        os.read(held, 1)
        for handle in (printed, prints, errors, tells, held, let_go):
            os.close(handle)
        _type(asked)
    for handle in (prints, tells, held):
        os.close(handle)
    watcher = _watch(child, asked["strace"])
    os.write(let_go, b"!")
    os.close(let_go)
    with open(errors, encoding="utf-8", errors="replace") as stream:  # noqa: PTH123 (a pipe)
        said = stream.read()
    os.close(printed)
    _, status = os.waitpid(child, 0)
    if watcher is not None:
        watcher.wait()
    return {"code": os.waitstatus_to_exitcode(status), "said": said}


def _watch(child: int, strace: Sequence[str]) -> subprocess.Popen[bytes] | None:
    if not strace:
        return None
    watcher = subprocess.Popen([*strace, "-p", str(child)], stderr=subprocess.DEVNULL)
    status = Path(f"/proc/{child}/status")
    until = time.monotonic() + PATIENCE
    while "TracerPid:\t0\n" in status.read_text(encoding="ascii", errors="replace"):
        if time.monotonic() > until or watcher.poll() is not None:
            raise SystemExit("strace does not lay hold of the process")
        time.sleep(0.002)
    return watcher


def _type(asked: Mapping[str, Any]) -> None:
    """Be the command to its end; never returns."""
    code = 1
    # It reads nothing, least of all what is asked next.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        os.environ.update(asked["environment"])
        # What it hooks counts from here.
        import dying  # noqa: F401

        from clusterxl.cli.group import cli

        cli(["--lang", "en", *asked["line"]], obj=lambda: NOON, prog_name="clusterxl")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 (told as Python tells it; the fork must end here)
        sys.excepthook(*sys.exc_info())
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
