"""What the ledger takes and gives: arrivals, verdicts, outcomes, what was sent out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from clusterxl.finding import Finding, Severity
from clusterxl.ledger.states import State

_HALF = re.compile(r"[\ud800-\udfff]")


class Fate(StrEnum):
    """What became of one file that came in; each file has exactly one."""

    ACCEPTED = "accepted"
    QUESTIONED = "questioned"
    REPEATED = "repeated"
    SUPERSEDED = "superseded"
    EXCLUDED = "excluded"
    REJECTED = "rejected"
    SKIPPED = "skipped"


class Doubt(StrEnum):
    """What the ledger itself asks about a return; the code of the finding that asks it."""

    TWICE = "STAMP-TWICE"
    SUBJECT = "STAMP-SUBJECT"
    OLDER = "STAMP-OLDER"
    AGAIN = "STAMP-AGAIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found out about the bytes of one file.

    Attributes:
        readable: Whether it gave a return of this batch's form; else it is rejected.
        certain: Whether it is beyond doubt whose it is; else it is questioned and supersedes none.
        unit: Code of the unit.
        subject: Name of the subject.
        serial: Serial of the subject's slot; empty for none.
        round: Which round it answers.
        stamp: What its stamp says; it stays when a return is purged.
        values: Hash of all canonical values, replies to a correction among them; empty when it
            could not be read. Returns of one slot that agree in it say the same.
        counts: Figures of the return (`inputs`, `filled`, …).
        findings: All that is told about it.
    """

    readable: bool = True
    certain: bool = True
    unit: str = ""
    subject: str = ""
    serial: str = ""
    round: int = 0
    stamp: Mapping[str, str] = field(default_factory=dict)
    values: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def has_slot(self) -> bool:
        """Whether it says whose it is: a serial, or else both a unit and a subject."""
        return bool(self.serial or (self.unit and self.subject))

    @property
    def errors(self) -> int:
        """Number of findings of severity error."""
        return sum(found.severity is Severity.ERROR for found in self.findings)

    @property
    def warnings(self) -> int:
        """Number of warnings that nobody has explained."""
        return sum(
            found.severity is Severity.WARNING and not found.is_explained for found in self.findings
        )


# Pure: the same bytes and name give the same verdict, on any machine.
Judge = Callable[[bytes, str], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One file that came in.

    Attributes:
        position: Its place among the files of its receive.
        file: Its name as given.
        data: Its bytes.
    """

    position: int
    file: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A doubt about a return.

    Attributes:
        sha256: The return.
        doubt: What is asked.
        other: The return it is asked because of.
    """

    sha256: str
    doubt: Doubt
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one arrival.

    Attributes:
        file: Its name as given.
        sha256: Hash of its bytes; empty when it was skipped.
        fate: How it counts.
        of: For a repeat, the return that it repeats; else as `sha256`.
        state: State of that return; `received` when it was skipped.
        superseded: Returns that it replaced.
        doubts: What is asked because of it.
        purged: Whether it repeats a return whose bytes were removed, so that it was not kept.
    """

    file: str
    sha256: str
    fate: Fate
    of: str
    state: State
    superseded: tuple[str, ...] = ()
    doubts: tuple[Asked, ...] = ()
    purged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A workbook that was handed out.

    Attributes:
        sha256: Hash of its bytes.
        file: Where it lies in the batch folder, with `/`.
        unit: Code of the unit.
        serial: Serial of the subject's slot.
        round: Its round.
    """

    sha256: str
    file: str
    unit: str
    serial: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A workbook that was sent back to be corrected.

    Attributes:
        sha256: Hash of its bytes.
        answers: The return it is about.
        file: Where it lies in the batch folder, with `/`.
        round: Its round.
    """

    sha256: str
    answers: str
    file: str
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A result that was written from returns: a comparison.

    Attributes:
        sha256: Hash of its bytes.
        file: Where it was written; in the batch folder, below it with `/`.
        returns: Hashes of the returns that it rests on, in its order.
    """

    sha256: str
    file: str
    returns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A return as the ledger has it.

    Attributes:
        sha256: Hash of its bytes.
        file: Its name as given; empty when it was purged.
        received: When, in UTC.
        receive: Number of its receive.
        state: Where it stands.
        decided: Whether a person put it there.
        unit: Code of the unit.
        subject: Name of the subject; empty when it was purged.
        serial: Serial of the subject's slot.
        round: Which round it answers.
        errors: Number of findings of severity error.
        warnings: Number of open warnings.
        counts: Figures of the return.
        superseded_by: The return that took its place.
        purged: Whether its bytes and values were removed.
    """

    sha256: str
    file: str
    received: str
    receive: int
    state: State
    decided: bool
    unit: str
    subject: str
    serial: str
    round: int
    errors: int
    warnings: int
    counts: Mapping[str, int]
    superseded_by: str
    purged: bool


def hash_values(values: Mapping[str, str]) -> str:
    """Return the hash by which returns of one slot are compared.

    Args:
        values: Canonical values by key; blank ones may be left out, or be there in all returns.

    >>> hash_values({"a": "1", "b": "2"}) == hash_values({"b": "2", "a": "1"})
    True
    """
    return hashlib.sha256(canonical(dict(values)).encode("utf-8")).hexdigest()


def canonical(value: Any) -> str:
    r"""Return a value as JSON that is the same everywhere: sorted, without blanks, plain UTF-8.

    >>> canonical({"b": 1, "a": ["文", chr(0xDC80)]})
    '{"a":["文","\\\\udc80"],"b":1}'
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _HALF.sub(lambda half: f"\\\\u{ord(half[0]):x}", text)


def storable(text: str) -> str:
    r"""Return a text that SQLite takes: half surrogate pairs, as in odd names, are spelled out.

    >>> storable("a" + chr(0xDC80))
    'a\\udc80'
    """
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):x}", text)
