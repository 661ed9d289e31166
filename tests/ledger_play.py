"""A ledger to play with: files of a few words of JSON, a judge of them, a clock that stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from clusterxl.finding import Finding, Severity
from clusterxl.ledger import (
    Arrival,
    Ledger,
    Outcome,
    Tally,
    Verdict,
    begin_receive,
    end_receive,
    open_ledger,
    record_return,
    record_skip,
)

NOON = datetime(2023, 3, 1, 12, tzinfo=UTC)
FIGURES: dict[str, Any] = {
    "unit": "440305",
    "serial": "S1",
    "subject": "示例集群",
    "round": 0,
    "answers": "一",
    "errors": 0,
    "warnings": 0,
    "certain": True,
    "save": 1,
}


def made(**figures: Any) -> bytes:
    """Make a file; `save` changes its bytes and nothing that it says."""
    return json.dumps({**FIGURES, **figures}, ensure_ascii=False).encode()


def judge(data: bytes, file: str) -> Verdict:
    """Judge a file by what it says of itself; what is no JSON cannot be read."""
    try:
        told = json.loads(data)
    except ValueError:
        broken = Finding(code="READ-CUT", severity=Severity.ERROR, message=f"{file}?", file=file)
        return Verdict(readable=False, certain=False, findings=(broken,))
    kinds = {Severity.ERROR: told["errors"], Severity.WARNING: told["warnings"]}
    return Verdict(
        certain=told["certain"],
        unit=told["unit"],
        subject=told["subject"],
        serial=told["serial"],
        round=told["round"],
        stamp={"kind": "return", "unit": told["unit"]},
        values=sha256(f"{told['answers']}".encode()).hexdigest(),
        counts={"filled": len(told["answers"])},
        findings=tuple(
            Finding(
                code=f"GEN-{kind.upper()}",
                severity=kind,
                message=f"{file} {told['answers']} {number}",
                sheet="一",
                cell="B2",
                cells=("一!B2", "一!B3"),
                value=told["answers"],
            )
            for kind, most in kinds.items()
            for number in range(most)
        ),
    )


def strict_judge(data: bytes, file: str) -> Verdict:
    """Judge as rules do that ask for more: each answer of one letter is an error."""
    verdict = judge(data, file)
    short = Finding(code="GEN-LEN", severity=Severity.ERROR, message="?")
    is_short = verdict.counts.get("filled") == 1
    findings = (*verdict.findings, short) if is_short else verdict.findings
    return Verdict(
        **{
            name: getattr(verdict, name)
            for name in ("readable", "certain", "unit", "subject", "serial", "round", "stamp")
        },
        values=verdict.values,
        counts=verdict.counts,
        findings=findings,
    )


@contextmanager
def opened(folder: Path) -> Iterator[Ledger]:
    """Open a ledger, made when it is not there, whose entries all have one time and one author."""
    with open_ledger(folder, create=True, clock=lambda: NOON, who="clerk@example") as ledger:
        yield ledger


def receive(ledger: Ledger, *files: bytes, skipped: Sequence[str] = ()) -> list[Outcome]:
    """Receive some files at once."""
    return received(ledger, files, skipped)[0]


def received(
    ledger: Ledger, files: Iterable[bytes], skipped: Sequence[str] = ()
) -> tuple[list[Outcome], Tally]:
    """Receive some files at once, and some that are skipped; return what became of them."""
    contents = list(files)
    names = [f"f{number}.xlsx" for number in range(len(contents))] + list(skipped)
    number = begin_receive(ledger, names)
    outcomes = [
        record_return(ledger, number, Arrival(position=place, file=names[place], data=data), judge)
        for place, data in enumerate(contents)
    ]
    for place, name in enumerate(skipped, start=len(contents)):
        record_skip(ledger, number, position=place, file=name, reason="ours")
    return outcomes, end_receive(ledger, number)


def files_below(folder: Path) -> dict[str, bytes]:
    """Return the archive's files and whatever else lies beside the ledger."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("ledger.sqlite")
    }
