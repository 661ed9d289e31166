"""What samples/README.md says of each workbook is what is found in it."""

from __future__ import annotations

import re
import runpy
from collections.abc import Mapping
from pathlib import Path

import pytest

from clusterxl.check import check_records
from clusterxl.finding import Finding
from clusterxl.form.file import load_form
from clusterxl.form.roster import find_unit, units_of
from clusterxl.normalise import normalise_returns
from clusterxl.read import read_return
from clusterxl.returns import read_returns
from clusterxl.testing.returns import simulate_return

MOST_BYTES = 400 * 1024


@pytest.fixture(scope="module")
def samples(request: pytest.FixtureRequest) -> Path:
    return request.config.rootpath / "samples"


@pytest.fixture(scope="module")
def found(samples: Path) -> Mapping[str, list[Finding]]:
    """What is found in each workbook, notes of normalisation left out."""
    read = read_returns(samples)
    assert read.findings == ()
    by_file: dict[str, list[Finding]] = {one.file: [] for one in read.returns}
    for finding in check_records(normalise_returns(read.returns)):
        if not finding.code.startswith("NORM-"):
            by_file[finding.file].append(finding)
    return by_file


def readme_of(samples: Path) -> str:
    return (samples / "README.md").read_text(encoding="utf-8")


def test_every_workbook_is_small_and_in_the_readme(samples: Path) -> None:
    paths = sorted(samples.glob("*.xlsx"))
    named = re.findall(r"(?m)^\| `(\S+\.xlsx)` \|", readme_of(samples))
    assert sorted(named) == [path.name for path in paths]
    assert all(path.stat().st_size <= MOST_BYTES for path in paths)


def test_they_are_of_the_present_edition(samples: Path) -> None:
    returns = read_returns(samples).returns
    stamps = {one.stamp.version for one in returns if one.stamp}
    # If this fails the form was changed: run `python samples/regenerate.py`.
    assert stamps == {load_form("gd-cluster-2023").version}


def test_they_are_what_the_script_writes(samples: Path, tmp_path: Path) -> None:
    script = runpy.run_path(str(samples / "regenerate.py"))
    form = load_form("gd-cluster-2023")
    for sample in script["SAMPLES"]:
        unit = find_unit(units_of(form), sample.unit)
        path = tmp_path / sample.file
        path.write_bytes(
            simulate_return(
                form,
                unit=unit,
                seed=script["SEED"],
                subject_no=sample.subject_no,
                defects=sample.defects,
            )
        )
        assert read_return(path).cells == read_return(samples / sample.file).cells


@pytest.mark.parametrize("file", ["clean.xlsx", "clean-second.xlsx", "libreoffice.xlsx"])
def test_nothing_is_wrong_where_nothing_should_be(
    found: Mapping[str, list[Finding]], file: str
) -> None:
    assert found[file] == []


def test_in_the_blank_one_only_answers_are_missing(found: Mapping[str, list[Finding]]) -> None:
    assert {finding.code for finding in found["blank.xlsx"]} == {"GEN-REQ", "READ-BLANK"}


@pytest.mark.parametrize("file", ["defects.xlsx", "damaged.xlsx"])
def test_the_readme_lists_every_finding(
    samples: Path, found: Mapping[str, list[Finding]], file: str
) -> None:
    section = readme_of(samples).partition(f"## {file}\n")[2].partition("\n## ")[0]
    listed = re.findall(r"(?m)^\| `([A-Z0-9-]+)` \| `(.*?)` \|", section)
    places = [
        (finding.code, f"{finding.sheet}!{finding.cell}" if finding.cell else "")
        for finding in found[file]
    ]
    assert listed == places
