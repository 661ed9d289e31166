"""The demonstration: complete, the same again for the same seed, and careful with what is there."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

import pytest

from clusterxl.check import check_records
from clusterxl.errors import OutputError
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.normalise import normalise_returns
from clusterxl.returns import read_returns
from clusterxl.testing.defects import simulate_defects
from clusterxl.testing.demo import filing_slots, make_demo, sample_units
from clusterxl.testing.profile import load_profile


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form("gd-cluster-2023")


def test_a_demonstration_comes_from_many_cities_with_some_defects(form: Form) -> None:
    profile, units = load_profile(form), sample_units(form)
    slots = list(islice(filing_slots(profile, units, 1), 48))
    assert len(set(slots)) == len(slots)
    groups = [unit.group for unit, _ in slots[:40] if unit]
    assert 13 <= len(set(groups)) < len(form.options_of(form.fields["city"]))
    assert sum(slot > 1 for _, slot in slots) >= 5
    assert profile.demo_defects
    for number, defects in profile.demo_defects.items():
        unit, slot = slots[number - 1]
        simulate_defects(form, unit=unit, seed=1, subject_no=slot, defects=defects)


@pytest.fixture
def small(tmp_path: Path, repository: Path) -> Form:
    """The packaged form with a roster of few units."""
    folder = tmp_path / "gd-cluster-2023"
    shutil.copytree(repository / "templates" / folder.name, folder)
    roster = "city,unit,code,type,subjects\n深圳市,宝安区,440306,区,2\n汕尾市,城区,441502,区,1\n"
    (folder / "sample_roster.csv").write_text(roster, encoding="utf-8")
    return load_form(folder)


def test_the_demonstration_is_complete_and_the_same_again(small: Form, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    first, again = tmp_path / "first", tmp_path / "again"
    done = make_demo(small, first, returns=4, progress=lambda *step: steps.append(step))
    assert (done.issued, done.returned, done.groups) == (3, 4, 2)
    assert steps == [(n, 8) for n in range(1, 9)]
    assert files_in(first) == [
        "comparison.xlsx",
        "issued/汕尾市/441502 城区.xlsx",
        "issued/深圳市/440306 宝安区-2.xlsx",
        "issued/深圳市/440306 宝安区.xlsx",
        "returned/汕尾市/441502 城区.xlsx",
        "returned/深圳市/440306 宝安区-2.xlsx",
        "returned/深圳市/440306 宝安区-3.xlsx",
        "returned/深圳市/440306 宝安区.xlsx",
    ]
    returns = read_returns(first / "returned", forms=(small,))
    assert (len(returns.returns), returns.findings) == (4, ())
    findings = check_records(normalise_returns(returns.returns))
    assert len(findings) == done.findings
    assert {f.code for f in findings if not f.code.startswith("NORM-")} == {"GEN-NUM"}
    make_demo(small, again, returns=4)
    for name in files_in(first):
        assert (again / name).read_bytes() == (first / name).read_bytes()


def files_in(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(found)


def test_the_demonstration_spoils_nothing_that_is_there(small: Form, tmp_path: Path) -> None:
    target = tmp_path / "demo"
    target.mkdir()
    (target / "comparison.xlsx").write_bytes(b"mine")
    with pytest.raises(OutputError):
        make_demo(small, target, returns=1)
    assert files_in(target) == ["comparison.xlsx"]
    assert (target / "comparison.xlsx").read_bytes() == b"mine"
    make_demo(small, target, returns=1, force=True)
    assert (target / "comparison.xlsx").read_bytes() != b"mine"


def test_a_form_without_units_is_demonstrated(tmp_path: Path) -> None:
    form = load_form(Path(__file__).parent / "data" / "forms" / "farm-survey")
    done = make_demo(form, tmp_path / "demo", returns=3)
    assert (done.issued, done.returned, done.groups) == (1, 3, 0)
    names = ["farm-survey.xlsx", "farm-survey-2.xlsx", "farm-survey-3.xlsx"]
    assert files_in(tmp_path / "demo" / "returned") == sorted(names)
