"""The round before on the command line: files, a batch, names, and what is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from batch_rig import Clock, begun, filled, take_in
from click.testing import CliRunner, Result
from hand_returns import FORMS
from test_page import data_of

from clusterxl.batch.folder import Batch
from clusterxl.batch.results import comparisons_of
from clusterxl.cli.group import cli
from clusterxl.form.file import load_form
from clusterxl.form.roster import units_of
from clusterxl.generate import plan_return, write_plan

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")

FOLDER = FORMS / "harvest-years"
Typed = dict[str, str | float]


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(cli, ["--lang", "en", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def write_return(path: Path, year: int, unit: str, wheat: tuple[float, float]) -> None:
    """Write what a parish answers in one year: its wheat of that year and the one before."""
    form = load_form(FOLDER, base_year=year)
    owner = next(each for each in units_of(form) if each.name == unit)
    typed: Typed = {"county": owner.group, "parish": owner.name}
    typed |= {f"wheat_{year - 1 + n}": tons for n, tons in enumerate(wheat)}
    typed |= {f"wheat_yield_{year - 1 + n}": 3 for n in range(2)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_plan(plan_return(form, unit=owner, answers=typed)))


@pytest.fixture
def years(tmp_path: Path) -> Path:
    """Return a folder with `old` and `new`: two years of parishes, one new and one gone."""
    write_return(tmp_path / "old" / "a.xlsx", 2023, "Aston", (8, 10))
    write_return(tmp_path / "old" / "b.xlsx", 2023, "Beeley", (5, 6))
    write_return(tmp_path / "new" / "a.xlsx", 2024, "Aston", (9, 12))
    write_return(tmp_path / "new" / "c.xlsx", 2024, "Calder", (1, 2))
    return tmp_path


def aggregate(folder: Path, *more: str | Path) -> Result:
    return run("aggregate", folder / "new", "--form", FOLDER, "-o", folder / "c.xlsx", *more)


def test_the_year_before_is_put_beside_this_one(years: Path) -> None:
    frames = years / "frames"
    result = aggregate(years, "--before", years / "old", "--frames", frames)
    assert result.exit_code == 0, result.output
    told = "Round before (harvest-years 2023): 2 returns; 1 in both, 1 new, 1 gone."
    assert told in result.output
    book = openpyxl.load_workbook(years / "c.xlsx", data_only=True)
    assert "1 in both rounds (parish), Wheat from 10.0 to 12.0" in book["Year on year"]["B1"].value
    changes = pd.read_csv(frames / "changes.csv")
    lead = changes[changes["figure"] == "lead"]
    assert lead[["link", "before", "now"]].fillna(0).to_numpy().tolist() == [
        ["same", 10, 12],
        ["new", 0, 2],
        ["gone", 6, 0],
    ]
    restated = pd.read_csv(frames / "restated.csv")
    assert restated[["key", "before", "now"]].to_numpy().tolist() == [["wheat_2023", 10, 9]]


def test_the_page_shows_both_years(years: Path) -> None:
    page = years / "page.html"
    result = aggregate(years, "--before", years / "old", "--html", page)
    assert result.exit_code == 0, result.output
    sheets = {sheet["tab"]: sheet["title"] for sheet in data_of(page.read_bytes())["sheets"]}
    assert "1 in both rounds (parish), Wheat from 10.0 to 12.0" in sheets["Year on year"]
    assert {"Rounds to verify", "Basis"} <= set(sheets)


def test_files_and_zips_are_taken_too(years: Path) -> None:
    with zipfile.ZipFile(years / "old.zip", "w") as packed:
        packed.write(years / "old" / "b.xlsx", "b.xlsx")
    more = ("--before", years / "old" / "a.xlsx", "--before", years / "old.zip")
    assert "2 returns" in aggregate(years, *more).output


def test_without_it_the_workbook_is_the_same(years: Path) -> None:
    plain = run("aggregate", years / "new", "--form", FOLDER, "-o", years / "plain.xlsx")
    aggregate(years, "--before", years / "old")
    assert "ound before" not in plain.output
    names = openpyxl.load_workbook(years / "plain.xlsx").sheetnames
    assert "Year on year" not in names
    more = openpyxl.load_workbook(years / "c.xlsx").sheetnames
    assert set(more) - set(names) == {"Year on year", "Rounds to verify"}


def test_the_rounds_the_other_way_round_are_refused(years: Path) -> None:
    result = run(
        *("aggregate", years / "old", "--form", FOLDER, "-o", years / "c.xlsx"),
        *("--before", years / "new"),
    )
    assert result.exit_code == 2
    assert "Exchange the two" in result.output
    assert not (years / "c.xlsx").exists()


def test_two_years_before_at_once_are_refused(years: Path) -> None:
    result = aggregate(years, "--before", years / "old", "--before", years / "new")
    assert result.exit_code == 2
    assert "harvest-years 2023, harvest-years 2024" in result.output


def test_names_without_a_round_are_refused(years: Path) -> None:
    assert aggregate(years, "--renamed", years / "names.csv").exit_code == 2


def test_a_file_of_the_round_before_that_cannot_be_read_is_told(years: Path) -> None:
    (years / "old" / "bad.xlsx").write_bytes(b"no workbook at all\n")
    result = aggregate(years, "--before", years / "old")
    assert result.exit_code == 1
    assert "bad.xlsx" in result.output
    assert (years / "c.xlsx").exists()


def test_a_round_without_a_return_is_refused(years: Path) -> None:
    (years / "none").mkdir()
    (years / "none" / "bad.xlsx").write_bytes(b"no workbook at all\n")
    result = aggregate(years, "--before", years / "none")
    assert result.exit_code == 2


class TestBatch:
    @pytest.fixture
    def batches(self, tmp_path: Path) -> tuple[Batch, Batch]:
        """Return an earlier and a later batch: one subject has another name in the later."""
        clock = Clock()
        rounds = []
        asked: dict[str, Typed] = {
            "first": {"name": "东县玩具产业"},
            "second": {"name": "东县智能玩具产业", "area": 50},
        }
        for name, changes in asked.items():
            (tmp_path / name).mkdir()
            batch = begun(tmp_path / name / "round", clock)
            files = {
                "e.xlsx": filled(batch, "101", changes=changes),
                "s.xlsx": filled(batch, "201"),
            }
            take_in(batch, files)
            rounds.append(batch)
        return rounds[0], rounds[1]

    def aggregate(self, batch: Batch, *more: str | Path) -> Result:
        result = run("batch", "aggregate", "--batch", batch.root, *more)
        assert result.exit_code == 0, result.output
        return result

    def test_the_accepted_returns_of_another_batch(self, batches: tuple[Batch, Batch]) -> None:
        before, now = batches
        result = self.aggregate(now, "--before", before.root)
        assert "2 returns; 1 in both, 1 new, 1 gone." in result.output
        assert "XCT-RENAMED" in result.output
        written = now.root / "reports" / "对比表（含上一轮）.xlsx"
        book = openpyxl.load_workbook(written)
        assert before.facts.batch in book["总览"]["B2"].value

    def test_it_is_not_noted_and_verify_finds_nothing_wrong(
        self, batches: tuple[Batch, Batch]
    ) -> None:
        before, now = batches
        self.aggregate(now)
        self.aggregate(now, "--before", before.root)
        with now.ledger() as ledger:
            assert len(comparisons_of(now, ledger)) == 1
        assert run("batch", "verify", "--batch", now.root).exit_code == 0

    def test_what_was_asked_is_answered_by_the_frame_that_asks_it(
        self, batches: tuple[Batch, Batch], tmp_path: Path
    ) -> None:
        before, now = batches
        frames = tmp_path / "frames"
        self.aggregate(now, "--before", before.root, "--frames", frames)
        asked = pd.read_csv(frames / "renamed.csv")
        assert asked["before"].tolist() == ["东县玩具产业"]
        told = self.aggregate(now, "--before", before.root, "--renamed", frames / "renamed.csv")
        assert "2 in both, 0 new, 0 gone." in told.output
        assert "XCT-RENAMED" not in told.output

    def test_a_batch_stands_alone(self, batches: tuple[Batch, Batch], tmp_path: Path) -> None:
        before, now = batches
        result = run(
            *("batch", "aggregate", "--batch", now.root, "--before", before.root),
            *("--before", tmp_path),
        )
        assert result.exit_code == 2
