"""Reads workbooks in a process of its own, so that one that hangs or dies costs only itself."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from queue import Empty, Queue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

SECONDS = 10
MEMORY = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a file.

    Attributes:
        code: Code of its refusal; empty when it was read.
        error: An exception that is none of ours; it must not happen.
        values: Digest of all cells and names.
        properties: Digest of the custom properties.
        broken: Number of cells that could not be read.
        cells: Number of cells that hold something.
    """

    code: str = ""
    error: str = ""
    values: str = ""
    properties: str = ""
    broken: int = 0
    cells: int = 0


class Watchdog:
    """A child that reads one file after the other; a new one replaces it when it dies."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()
        self._child: subprocess.Popen[str] | None = None
        self._lines: Queue[str] = Queue()

    def read(self, data: bytes, engine: str = "package") -> Outcome:
        """Read a workbook.

        Args:
            data: Its bytes.
            engine: What reads it.

        Returns:
            What became of it.

        Raises:
            TimeoutError: It took too long, or the process died of it.
        """
        path = Path(self._folder.name) / "a.xlsx"
        path.write_bytes(data)
        child = self._running()
        assert child.stdin is not None
        child.stdin.write(json.dumps([str(path), engine]) + "\n")
        child.stdin.flush()
        try:
            line = self._lines.get(timeout=SECONDS)
        except Empty:
            self.stop()
            raise TimeoutError from None
        if not line:
            self.stop()
            raise TimeoutError
        return Outcome(**json.loads(line))

    def stop(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def close(self) -> None:
        """End the child for good."""
        self.stop()
        self._folder.cleanup()

    def _running(self) -> subprocess.Popen[str]:
        if self._child is None:
            self._lines = Queue()
            self._child = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
            Thread(target=_listen, args=(self._child, self._lines), daemon=True).start()
            # Ready when everything is imported, which may take longer than any file.
            self._lines.get()
        return self._child


def _listen(child: subprocess.Popen[str], lines: Queue[str]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        lines.put(line)
    lines.put("")


def content_of(data: bytes, engine: str = "package") -> Mapping[str, Any]:
    """Read a workbook, each cell of it, and say what is in it."""
    from clusterxl.excel.package import read_package
    from clusterxl.excel.reference import read_with_openpyxl

    book = {"package": read_package, "openpyxl": read_with_openpyxl}[engine](data, "a.xlsx")
    cells = {
        sheet.name: {place: (cell, cell.style) for place, cell in sheet.cells.items()}
        for sheet in book.sheets
    }
    if engine == "package":
        # openpyxl refuses a workbook for features that concern nobody.
        for sheet in book.sheets:
            assert sheet.features is not None
    return {"names": dict(book.names), "properties": dict(book.properties), "cells": cells}


def outcome_of(data: bytes, engine: str = "package") -> Outcome:
    """Read a workbook in this process."""
    from clusterxl.errors import UnreadableWorkbookError

    try:
        content = content_of(data, engine)
    except UnreadableWorkbookError as error:
        return Outcome(code=error.code)
    except Exception as error:  # noqa: BLE001 (whatever it is, it must not happen)
        return Outcome(error=f"{type(error).__name__}: {error}"[:200])
    cells = [cell for sheet in content["cells"].values() for cell, _ in sheet.values()]
    values = [
        sorted(content["names"].items()),
        [(name, sorted(sheet.items(), key=_place)) for name, sheet in content["cells"].items()],
    ]
    return Outcome(
        values=_digest(values),
        properties=_digest(sorted(content["properties"].items())),
        broken=sum(cell.broken for cell in cells),
        cells=len(cells),
    )


def _digest(content: object) -> str:
    return sha256(repr(content).encode("utf-8", "surrogatepass")).hexdigest()


def _place(item: tuple[tuple[int, int], Any]) -> tuple[int, int]:
    return item[0]


def _serve() -> None:
    """Answer one line a file until there are no more."""
    _bound_memory()
    outcome_of(b"")
    _answer("ready")
    for line in sys.stdin:
        path, engine = json.loads(line)
        start = time.perf_counter()
        outcome = outcome_of(Path(path).read_bytes(), engine)
        # Slower than allowed is as bad as hanging.
        if time.perf_counter() - start > SECONDS:
            return
        _answer(json.dumps(asdict(outcome)))


def _answer(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _serve()
