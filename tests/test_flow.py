"""Returns that are checked part by part are checked as if they were all there at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hand_returns import FORMS, all_checks, good_answers, return_of

from clusterxl.check import check_records, summarise
from clusterxl.flow import PART, check_in_parts
from clusterxl.form.file import load_form
from clusterxl.frames import cut_frames
from clusterxl.normalise import join_records, normalise_returns
from clusterxl.read import Return
from clusterxl.returns import read_returns
from clusterxl.testing.returns import simulate_return

FORM = all_checks()
FARM = FORMS / "farm-survey"


def returns_of(count: int) -> list[Return]:
    """Return so many, every third of which holds what a rule complains of."""
    return [
        return_of(FORM, good_answers() | ({"area": -1} if at % 3 == 0 else {}), file=f"{at}.xlsx")
        for at in range(count)
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_parts_together_are_the_whole(size: int) -> None:
    returns = returns_of(7)
    parts = list(check_in_parts(returns, size=size))
    assert [len(part.records.returns) for part in parts][:-1] == [size] * (len(parts) - 1)
    whole = normalise_returns(returns)
    findings = check_records(whole)
    whole = summarise(whole, findings)
    joined = join_records([part.records for part in parts])
    assert tuple(finding for part in parts for finding in part.findings) == findings
    assert joined.findings == whole.findings
    for name in ("values", "returns", "text", "number"):
        pd.testing.assert_frame_equal(getattr(joined, name), getattr(whole, name))


def test_a_part_is_of_one_edition_and_keeps_the_order() -> None:
    other = replace(FORM, version="other")
    forms = (FORM, other, FORM, FORM, other)
    returns = [return_of(form, {}, file=f"{at}.xlsx") for at, form in enumerate(forms)]
    found = [
        (part.records.form.version, part.records.returns["file"].tolist())
        for part in check_in_parts(returns, size=2)
    ]
    assert found == [
        (FORM.version, ["0.xlsx", "2.xlsx"]),
        ("other", ["1.xlsx", "4.xlsx"]),
        (FORM.version, ["3.xlsx"]),
    ]


def test_no_more_is_read_than_a_part() -> None:
    read = []

    def reading() -> Iterator[Return]:
        for found in returns_of(5):
            read.append(found.file)
            yield found

    next(check_in_parts(reading(), size=2))
    assert read == ["0.xlsx", "1.xlsx"]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with more returns than are in a part, one of them twice."""
    folder = tmp_path_factory.mktemp("many")
    farm = load_form(FARM)
    for seed in range(PART + 3):
        (folder / f"{seed:03}.xlsx").write_bytes(simulate_return(farm, seed=seed))
    (folder / "again.xlsx").write_bytes((folder / "000.xlsx").read_bytes())
    return folder


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_that_are_written_in_parts(kind: str, many: Path, tmp_path: Path) -> None:
    read_many(many, tmp_path / "out", "--format", kind)
    records = normalise_returns(read_returns(many, forms=[FARM]).returns)
    records = summarise(records, check_records(records))
    frames = cut_frames(records.form, records.values, records.returns)
    assert {path.stem for path in (tmp_path / "out").iterdir()} == set(frames)
    for name, frame in frames.items():
        path = tmp_path / "out" / f"{name}.{kind}"
        if kind == "parquet":
            pd.testing.assert_frame_equal(pd.read_parquet(path), frame)
        else:
            assert len(pd.read_csv(path)) == len(frame)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no files")
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_disk_that_fills_while_tables_are_written(kind: str, many: Path, tmp_path: Path) -> None:
    most = 20_000
    ran = read_many(many, tmp_path / "out", "--format", kind, most=most)
    assert ran.returncode == 2
    assert "values" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "out").exists()


def read_many(
    folder: Path, output: Path, *options: str, most: int = 0
) -> subprocess.CompletedProcess[str]:
    """Type the command in a process of its own, whose files may have so many bytes."""

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return subprocess.run(
        [
            *(sys.executable, "-m", "clusterxl", "--lang", "en", "read", str(folder)),
            *("--form", str(FARM), "-o", str(output), *options),
        ],
        capture_output=True,
        encoding="utf-8",
        check=False,
        preexec_fn=limit if most else None,
    )
