"""What a batch tells of itself in its comparison: how it stands, who it is, what does not count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clusterxl.report.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A return that came in and does not count.

    Attributes:
        group: Name of its group; empty where it is not known.
        unit: Name of its unit.
        subject: Name of its subject.
        file: Its file.
        sha256: Hash of its bytes; empty where nothing was kept.
        errors: Findings that must be corrected; None where nobody could read it.
        warnings: Findings that ask for an explanation and have none.
        reason: Why it does not count, as a sentence.
    """

    group: str = ""
    unit: str = ""
    subject: str = ""
    file: str
    sha256: str = ""
    errors: int | None = None
    warnings: int | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """How a batch stands, at the state its comparison rests on.

    Attributes:
        note: What the overview says it rests on beside the returns.
        basis: What every sheet says it rests on, as a sentence.
        facts: What names the batch and this state of it: label and text.
        left_out: The returns that do not count.
        standings: Where the returns of each group of the batch stand, in words, by its name.
        groups: How each of its groups stands.
        archive: Folder of the batch in which the originals lie by their hash.
    """

    note: str
    basis: str
    facts: tuple[tuple[str, str], ...]
    left_out: tuple[LeftOut, ...]
    standings: Mapping[str, str]
    groups: Table
    archive: str
