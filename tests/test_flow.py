"""Returns that are checked part by part are checked as if they were all there at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hand_returns import FORMS, Typed, return_of

from clusterxl.check import check_records, summarise
from clusterxl.flow import PART, Flow
from clusterxl.form.file import load_form
from clusterxl.frames import cut_frames
from clusterxl.normalise import join_records, normalise_returns
from clusterxl.read import Return
from clusterxl.returns import read_returns
from clusterxl.testing.returns import simulate_return
from clusterxl.testing.simulate import simulate_answers

FARM = FORMS / "farm-survey"
FORM = load_form(FARM)


def answers_of(at: int) -> dict[str, Typed]:
    """Return answers, some of which only look wrong beside others."""
    answers: dict[str, Typed] = {**simulate_answers(FORM, seed=at)}
    answers["region"] = "Westshire"
    answers["telephone"] = f"020-8800{at % 9:04}"
    answers["temperature"] = 38.5 if at == 3 else 10 + at / 10
    return answers


def returns_of(count: int) -> list[Return]:
    """Return so many returns."""
    return [return_of(FORM, answers_of(at), file=f"{at}.xlsx") for at in range(count)]


@pytest.mark.parametrize("size", [1, 2, 5, 12, 100])
def test_parts_together_are_the_whole(size: int) -> None:
    returns = returns_of(12)
    flow = Flow(size=size)
    parts = list(flow.parts(returns))
    assert {len(part.returns) for part in parts[:-1]} <= {size}
    whole = normalise_returns(returns)
    findings = check_records(whole)
    assert {"FARM-07", "FARM-08"} <= {finding.code for finding in findings}
    (checked,) = flow.checked()
    assert checked.findings == findings
    pd.testing.assert_frame_equal(checked.returns, summarise(whole, findings).returns)
    joined = join_records(parts)
    assert joined.findings == whole.findings
    for name in ("values", "returns", "text", "number"):
        pd.testing.assert_frame_equal(getattr(joined, name), getattr(whole, name))


def test_a_part_is_of_one_edition_and_keeps_the_order() -> None:
    other = replace(FORM, version="other")
    forms = (other, FORM, FORM, FORM, other)
    returns = [return_of(form, {}, file=f"{at}.xlsx") for at, form in enumerate(forms)]
    flow = Flow(size=2)
    found = [(part.form.version, part.returns["file"].tolist()) for part in flow.parts(returns)]
    assert found == [
        (FORM.version, ["1.xlsx", "2.xlsx"]),
        ("other", ["0.xlsx", "4.xlsx"]),
        (FORM.version, ["3.xlsx"]),
    ]
    assert [checked.form.version for checked in flow.checked()] == ["other", FORM.version]


def test_no_more_is_read_than_a_part() -> None:
    read = []

    def reading() -> Iterator[Return]:
        for found in returns_of(5):
            read.append(found.file)
            yield found

    next(Flow(size=2).parts(reading()))
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
