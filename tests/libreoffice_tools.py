"""Drives LibreOffice from tests: fills workbooks by script, recalculates them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from conftest import UNO_PYTHON

from clusterxl.testing.expressions import Value

SCRIPTS = Path(__file__).resolve().parent / "libreoffice"
SECONDS = 300
# Without this LibreOffice shows the values it finds in the file instead of its own.
ALWAYS_RECALCULATE = """<?xml version="1.0"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a script typed into a cell."""

    sheet: str
    cell: str
    value: Value


def fill_every_cell(blank: Path, filled: Path, *, seed: int = 1) -> tuple[Typed, ...]:
    """Let LibreOffice type into every unlocked visible cell what its validation allows."""
    log = filled.with_suffix(".json")
    command: list[str | Path] = [
        UNO_PYTHON,
        SCRIPTS / "fill_workbook.py",
        blank,
        filled,
        log,
        str(seed),
    ]
    subprocess.run(command, check=True, timeout=SECONDS)
    return tuple(Typed(**entry) for entry in json.loads(log.read_text(encoding="utf-8")))


def type_answers(blank: Path, filled: Path, answers: Mapping[tuple[str, str], Value]) -> None:
    """Let LibreOffice type given answers, by sheet and cell, and save."""
    entries = [{"sheet": s, "cell": c, "value": v} for (s, c), v in answers.items()]
    with TemporaryDirectory() as folder:
        given = Path(folder) / "answers.json"
        given.write_text(json.dumps(entries), encoding="utf-8")
        command: list[str | Path] = [UNO_PYTHON, SCRIPTS / "type_answers.py", blank, filled, given]
        subprocess.run(command, check=True, timeout=SECONDS)


Filling = Callable[[Path, Path, Mapping[tuple[str, str], Value]], None]


@contextmanager
def one_session() -> Iterator[Filling]:
    """Start LibreOffice once, and give what lets it fill and save one workbook after the other."""
    with subprocess.Popen(
        [UNO_PYTHON, SCRIPTS / "fill_files.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as script:
        orders, saved = script.stdin, script.stdout
        assert orders
        assert saved

        def fill(given: Path, filled: Path, answers: Mapping[tuple[str, str], Value]) -> None:
            entries = [{"sheet": s, "cell": c, "value": v} for (s, c), v in answers.items()]
            order = {"given": str(given), "filled": str(filled), "answers": entries}
            orders.write(f"{json.dumps(order)}\n")
            orders.flush()
            assert saved.readline().rstrip("\n") == str(filled)

        yield fill


def damage(given: Path, damaged: Path, acts: Sequence[Sequence[Value]]) -> None:
    """Let LibreOffice do to a workbook what people do: each act is `[name, sheet, …]`."""
    _damage(given, damaged, acts)


def damage_each(given: Path, folder: Path, acts: Mapping[str, Sequence[Sequence[Value]]]) -> None:
    """Let LibreOffice do lists of acts to a workbook, each by the name of what comes out."""
    _damage(given, folder, acts)


def _damage(given: Path, damaged: Path, acts: object) -> None:
    with TemporaryDirectory() as folder:
        written = Path(folder) / "acts.json"
        written.write_text(json.dumps(acts), encoding="utf-8")
        command: list[str | Path] = [
            UNO_PYTHON,
            SCRIPTS / "damage_workbook.py",
            given,
            damaged,
            written,
        ]
        subprocess.run(command, check=True, timeout=SECONDS)


_FILTERS = {"xlsx": "xlsx:Calc MS Excel 2007 XML", "xls": "xls:MS Excel 97", "ods": "ods:calc8"}


def recalculate(workbooks: Iterable[Path], folder: Path, kind: str = "xlsx") -> None:
    """Let LibreOffice work out every formula anew and save the workbooks in `folder`.

    Args:
        workbooks: The workbooks.
        folder: Where the saved ones go.
        kind: Format in which they are saved.
    """
    with TemporaryDirectory() as profile:
        settings = Path(profile) / "user" / "registrymodifications.xcu"
        settings.parent.mkdir()
        settings.write_text(ALWAYS_RECALCULATE, encoding="utf-8")
        options = ["--headless", f"-env:UserInstallation={Path(profile).as_uri()}"]
        convert = ["--convert-to", _FILTERS[kind], "--outdir", str(folder)]
        subprocess.run(
            ["soffice", *options, *convert, *map(str, workbooks)],
            check=True,
            capture_output=True,
            timeout=SECONDS,
        )


def save_locked(workbook: Path, locked: Path, password: str) -> None:
    """Let LibreOffice save a workbook with a password, in the format the new name ends in."""
    command: list[str | Path] = [UNO_PYTHON, SCRIPTS / "save_locked.py", workbook, locked, password]
    subprocess.run(command, check=True, timeout=SECONDS)
