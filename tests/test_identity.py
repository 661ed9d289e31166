"""Whose a workbook is: its stamps judged, alone and by what a batch knows of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clusterxl.excel.signing import new_key, signed
from clusterxl.excel.stamp import Stamp
from clusterxl.finding import Finding, Severity
from clusterxl.form.roster import Unit
from clusterxl.identity import Issued, judge_key, judge_stamps, judge_unit

KEY = bytes(range(32))
UNITS = {
    unit.code: unit
    for unit in (
        Unit(group="示例市", name="甲县", code="440101"),
        Unit(group="示例市", name="乙县", code="440102"),
        Unit(group="另一市", name="甲县", code="440201"),
    )
}
ISSUED = Issued(
    batch="b2023",
    form="demo",
    version="1a",
    base_year=2022,
    rules="9f",
    key=KEY,
    units=UNITS,
)
PLAIN = Stamp(kind="return", form="demo", version="1a", base_year=2022, rules="9f")
UNSIGNED = replace(PLAIN, batch="b2023", unit="440101", serial="440101-1")
GENUINE = signed(UNSIGNED, KEY)
OTHER = signed(replace(UNSIGNED, unit="440102", serial="440102-1"), KEY)


def held(
    name: Stamp | str = "", entry: Stamp | str = "", sheet: Stamp | str = ""
) -> dict[str, str]:
    """Return what three carriers hold."""
    found = {"name": name, "property": entry, "sheet": sheet}
    return {
        carrier: stamp.text() if isinstance(stamp, Stamp) else stamp
        for carrier, stamp in found.items()
        if stamp
    }


def all_of(stamp: Stamp) -> dict[str, str]:
    """Return carriers that all hold one stamp."""
    return held(stamp, stamp, stamp)


def codes(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    """Return codes and severities."""
    return [(finding.code, str(finding.severity)) for finding in findings]


def judged(carriers: dict[str, str], issued: Issued | None = ISSUED) -> list[tuple[str, str]]:
    """Return what is found in carriers."""
    return codes(judge_stamps(carriers, language="zh", issued=issued)[1])


def test_the_workbook_that_was_issued_gives_no_finding() -> None:
    assert judge_stamps(all_of(GENUINE), language="zh", issued=ISSUED) == (GENUINE, ())


def test_outside_of_a_batch_nobody_asks_for_signatures() -> None:
    assert judge_stamps(all_of(PLAIN), language="zh") == (PLAIN, ())
    assert judge_stamps(held(PLAIN), language="zh") == (PLAIN, ())
    assert judged(held(GENUINE, OTHER, GENUINE), None) == [("STAMP-DIFFER", "warning")]


@pytest.mark.parametrize("carrier", ["name", "entry", "sheet"])
def test_one_survivor_is_enough(carrier: str) -> None:
    found = judge_stamps(held(**{carrier: GENUINE}), language="zh", issued=ISSUED)
    assert found[0] == GENUINE
    assert codes(found[1]) == [("STAMP-WIPED", "info")]


def test_what_is_no_stamp_is_none() -> None:
    assert judge_stamps({}, language="zh")[0] is None
    assert judged({}) == [("STAMP-NONE", "error")]
    assert judged(held("words", "", "#REF!")) == [("STAMP-NONE", "error")]


def test_a_signature_outweighs_a_majority() -> None:
    made_up = replace(GENUINE, unit="440102")
    stamp, findings = judge_stamps(held(made_up, GENUINE, made_up), language="zh", issued=ISSUED)
    assert stamp == GENUINE
    assert codes(findings) == [("STAMP-DIFFER", "warning")]
    assert "440101-1" in findings[0].message


def test_marks_of_two_issued_workbooks_are_told() -> None:
    stamp, findings = judge_stamps(held(GENUINE, OTHER, OTHER), language="zh", issued=ISSUED)
    assert stamp == OTHER
    assert codes(findings) == [("STAMP-MIXED", "error")]
    assert "440101-1" in findings[0].message
    assert "440102-1" in findings[0].message


def test_unclear_marks_are_an_error_in_a_batch() -> None:
    lost = replace(ISSUED, key=None)
    assert judged(held(GENUINE, OTHER, OTHER), lost) == [("STAMP-DIFFER", "error")]


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        (replace(GENUINE, signature="unsigned"), ("STAMP-CUT", "error")),
        (replace(GENUINE, signature=""), ("STAMP-CUT", "error")),
        (replace(GENUINE, serial="440101-2"), ("STAMP-FORGED", "error")),
        (signed(UNSIGNED, new_key()), ("STAMP-FORGED", "error")),
        (replace(PLAIN, unit="440101"), ("STAMP-UNSIGNED", "warning")),
        (signed(replace(UNSIGNED, batch="b2022"), new_key()), ("STAMP-BATCH", "error")),
        (signed(replace(UNSIGNED, form="other"), KEY), ("STAMP-FORM", "error")),
        (signed(replace(UNSIGNED, base_year=2021), KEY), ("STAMP-FORM", "error")),
        (signed(replace(UNSIGNED, version="0"), KEY), ("STAMP-VERSION", "error")),
        (signed(replace(UNSIGNED, rules="0"), KEY), ("STAMP-RULES", "info")),
        (signed(replace(UNSIGNED, unit="440999"), KEY), ("STAMP-ROSTER", "error")),
    ],
)
def test_what_is_not_as_it_was_issued_is_told_once(stamp: Stamp, expected: tuple[str, str]) -> None:
    assert judged(all_of(stamp)) == [expected]


def test_a_lost_key_is_one_warning_for_the_batch() -> None:
    lost = replace(ISSUED, key=None)
    assert judged(all_of(GENUINE), lost) == []
    told = judge_key(lost)
    assert told is not None
    assert (told.code, told.severity) == ("STAMP-KEY", Severity.WARNING)
    assert judge_key(ISSUED) is None
    assert "key=" not in repr(ISSUED)


@pytest.mark.parametrize(
    ("named", "expected", "found"),
    [
        (("示例市", "甲县"), "", []),
        (("示例市 ", "\u3000甲县"), "440101", []),
        (("", ""), "", []),
        (("示例市", ""), "", []),
        (("示例市", "乙县"), "", ["STAMP-UNIT"]),
        (("另一市", "甲县"), "", ["STAMP-UNIT"]),
        (("示例市", "甲县"), "440102", ["STAMP-SENDER"]),
        (("示例市", "乙县"), "440102", ["STAMP-UNIT", "STAMP-SENDER"]),
    ],
)
def test_the_file_of_one_unit_from_another_is_told(
    named: tuple[str, str], expected: str, found: list[str]
) -> None:
    findings = judge_unit(GENUINE, language="zh", units=UNITS, named=named, expected=expected)
    assert [finding.code for finding in findings] == found
    assert all("甲县" in finding.message for finding in findings)


def test_a_workbook_for_everybody_belongs_to_nobody() -> None:
    assert judge_unit(PLAIN, language="zh", units=UNITS, named=("示例市", "乙县")) == ()
    stranger = replace(GENUINE, unit="1")
    assert judge_unit(stranger, language="zh", units=UNITS, named=("示例市", "乙县")) == ()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_findings_speak_the_language_of_the_form(language: str) -> None:
    findings = judge_stamps(held(GENUINE, OTHER), language=language, issued=ISSUED)[1]
    assert [finding.code for finding in findings] == ["STAMP-MIXED", "STAMP-WIPED"]
    assert ("份" in findings[0].message) == (language == "zh")
