"""Whose a workbook is that came back: its stamps judged, alone and by what a batch knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from clusterxl.excel.signing import Origin, verify
from clusterxl.excel.stamp import UNSIGNED, Stamp, parse_stamp, stamps_in
from clusterxl.finding import Finding, Severity
from clusterxl.form.answers import canonical_text
from clusterxl.form.model import edition_name
from clusterxl.form.roster import Unit
from clusterxl.sentences import say

CARRIERS = ("name", "property", "sheet")
NO_STAMP, DIFFER, MIXED, WIPED = "STAMP-NONE", "STAMP-DIFFER", "STAMP-MIXED", "STAMP-WIPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What a batch knows of the workbooks it handed out.

    Attributes:
        batch: Its id.
        form: Id of its form.
        version: Version of that form's definition.
        base_year: Its base year; 0 for a form without years.
        rules: Version of the rules it uses now.
        key: What it signs with; None while the key is lost.
        units: The units of its roster, by code.
    """

    batch: str
    form: str
    version: str
    base_year: int = 0
    rules: str = ""
    key: bytes | None = field(default=None, repr=False)
    units: Mapping[str, Unit] = field(default_factory=dict)


def judge_stamps(
    held: Mapping[str, str], *, language: str, issued: Issued | None = None
) -> tuple[Stamp | None, tuple[Finding, ...]]:
    """Find out which stamp of a workbook counts, and tell what is wrong with them.

    Args:
        held: What its carriers hold (`excel.stamp.carriers`).
        language: Language of the findings: that of the form.
        issued: What the batch knows; None outside of one, where no signature is asked for.

    Returns:
        The stamp that counts, None where no carrier holds one; and the findings.

    Raises:
        UnusableKeyError: The key of the batch is too short to be one.
    """
    tell = _Teller(language)
    stamps = stamps_in(held)
    if not stamps:
        return None, (tell.error(NO_STAMP, "none"),)
    genuine = [stamp for stamp in stamps if _origin(stamp, issued) is Origin.GENUINE]
    # A signature outweighs any majority: who copies one mark into two places signs nothing.
    counted = (*genuine, *stamps)[0]
    findings = [*_of_carriers(held, stamps, genuine, tell, in_batch=issued is not None)]
    if issued is not None:
        findings += _of_batch(counted, issued, tell)
    return counted, tuple(findings)


def judge_unit(
    stamp: Stamp,
    *,
    language: str,
    units: Mapping[str, Unit],
    named: tuple[str, str],
    expected: str = "",
) -> tuple[Finding, ...]:
    """Tell whether the file of one unit came back as that of another.

    Args:
        stamp: The stamp that counts.
        language: Language of the findings.
        units: The units that answer, by code.
        named: Group and unit as they stand in the answers; empty where they do not.
        expected: Code of the unit whose return this should be, where that is known.

    Returns:
        The findings; none for a workbook that was issued to no unit.
    """
    tell = _Teller(language)
    owner = units.get(stamp.unit)
    if not stamp.unit or owner is None:
        return ()
    findings = []
    # Only what is answered can contradict; a blank is for the rules to ask for.
    pairs = zip((owner.group, owner.name), map(canonical_text, named), strict=True)
    if any(given and given != canonical_text(true) for true, given in pairs):
        shown = tell.name_of(*named)
        findings.append(
            tell.error(
                "STAMP-UNIT", "unit", issued=tell.name_of(owner.group, owner.name), named=shown
            )
        )
    if expected and expected != stamp.unit:
        meant = units.get(expected)
        wanted = tell.name_of(meant.group, meant.name) if meant else expected
        findings.append(
            tell.error(
                "STAMP-SENDER",
                "sender",
                issued=tell.name_of(owner.group, owner.name),
                expected=wanted,
            )
        )
    return tuple(findings)


def judge_key(issued: Issued) -> Finding | None:
    """Tell, once for a whole batch, that its key is lost; None where it is there."""
    if issued.key is not None:
        return None
    message = say("stamp.key_lost")
    return Finding(code="STAMP-KEY", severity=Severity.WARNING, message=message)


class _Teller:
    """Makes the findings, in the language of the form."""

    def __init__(self, language: str) -> None:
        self._language = language

    def say(self, name: str, /, **figures: Any) -> str:
        return say(f"stamp.{name}", lang=self._language, **figures)

    def name_of(self, group: str, unit: str) -> str:
        """Return how a unit of a group is named."""
        return say("batch.unit_of", lang=self._language, group=group, unit=unit).strip()

    def error(self, code: str, name: str, /, **figures: Any) -> Finding:
        return Finding(code=code, severity=Severity.ERROR, message=self.say(name, **figures))

    def warning(self, code: str, name: str, /, **figures: Any) -> Finding:
        return Finding(code=code, severity=Severity.WARNING, message=self.say(name, **figures))

    def info(self, code: str, name: str, /, **figures: Any) -> Finding:
        return Finding(code=code, severity=Severity.INFO, message=self.say(name, **figures))

    def said(self, held: Mapping[str, str]) -> str:
        """Say what each carrier says, in a few words."""
        return self.say("between").join(
            self.say("says", carrier=self.say(f"carrier_{carrier}"), said=self._whose(stamp))
            for carrier in CARRIERS
            if (stamp := parse_stamp(held.get(carrier, "")))
        )

    def _whose(self, stamp: Stamp) -> str:
        shown = (stamp.batch, stamp.form, stamp.serial or stamp.unit or self.say("nobody"))
        return " ".join(part for part in shown if part)


def _of_carriers(
    held: Mapping[str, str],
    stamps: tuple[Stamp, ...],
    genuine: list[Stamp],
    tell: _Teller,
    *,
    in_batch: bool,
) -> Iterator[Finding]:
    if len(genuine) > 1:
        yield tell.error(MIXED, "mixed", said=tell.said(held))
    elif len(stamps) > 1:
        # With one genuine mark it is clear whose the workbook is; a batch wants it clear.
        tells = tell.error if in_batch and not genuine else tell.warning
        yield tells(DIFFER, "differ", said=tell.said(held))
    gone = [carrier for carrier in CARRIERS if parse_stamp(held.get(carrier, "")) is None]
    if gone and in_batch:
        names = (tell.say(f"carrier_{carrier}") for carrier in gone)
        yield tell.info(WIPED, "wiped", carriers=tell.say("between").join(names))


def _of_batch(stamp: Stamp, issued: Issued, tell: _Teller) -> Iterator[Finding]:
    """Compare the stamp that counts with what was issued: where it is from, then of what time."""
    if stamp.batch and stamp.batch != issued.batch:
        # Its signature is of another key; nothing else it says is about this batch.
        yield tell.error("STAMP-BATCH", "batch", batch=stamp.batch, expected=issued.batch)
        return
    yield from _of_signature(stamp, issued, tell)
    asked = edition_name(stamp.form, stamp.base_year), edition_name(issued.form, issued.base_year)
    if asked[0] != asked[1]:
        yield tell.error("STAMP-FORM", "form", form=asked[0], expected=asked[1])
    elif stamp.version != issued.version:
        versions = {"version": stamp.version, "expected": issued.version}
        yield tell.error("STAMP-VERSION", "version", **versions)
    elif stamp.rules != issued.rules:
        yield tell.info("STAMP-RULES", "rules")
    if issued.units and stamp.unit and stamp.unit not in issued.units:
        yield tell.error("STAMP-ROSTER", "roster", unit=stamp.unit)


def _of_signature(stamp: Stamp, issued: Issued, tell: _Teller) -> Iterator[Finding]:
    if not stamp.batch:
        yield tell.warning("STAMP-UNSIGNED", "unsigned")
    elif stamp.signature in ("", UNSIGNED):
        yield tell.error("STAMP-CUT", "cut")
    elif _origin(stamp, issued) is Origin.FORGED:
        yield tell.error("STAMP-FORGED", "forged")


def _origin(stamp: Stamp, issued: Issued | None) -> Origin | None:
    """Say what its signature says; None where there is no key to ask."""
    return verify(stamp, issued.key) if issued and issued.key else None
