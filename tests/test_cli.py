"""The command line as a user meets it: exit codes, sentences, files, and nothing half-written."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
import openpyxl
import pandas as pd
import pytest
from click.testing import Result
from python_calamine import CalamineWorkbook

from clusterxl.cli.collect import folder_between
from clusterxl.cli.group import cli
from clusterxl.cli.spoken import help_name
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.form.roster import units_of
from clusterxl.normalise import normalise_returns
from clusterxl.read import read_return
from clusterxl.sentences import LANGUAGES, catalogue
from clusterxl.testing.returns import simulate_return

Run = Callable[..., Result]

PACKAGED = "gd-cluster-2023"
FARM = Path(__file__).parent / "data" / "forms" / "farm-survey"
YEARS = FARM.with_name("harvest-years")
BROKEN = Path(__file__).parent / "data" / "forms" / "broken"
RETURN_KEYS = ["file", "form", "unit", "subject", "status", "errors", "warnings", "explained"]
FINDING_KEYS = [
    *("code", "severity", "file", "sheet", "cell", "cells", "key", "label", "value"),
    *("message", "note"),
]


@pytest.fixture(scope="session")
def form() -> Form:
    return load_form(PACKAGED)


@pytest.fixture(scope="session")
def returned(form: Form, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a clean return, one with a defect, and two files that are none."""
    folder = tmp_path_factory.mktemp("returned")
    first, second = units_of(form)[:2]
    (folder / "clean.xlsx").write_bytes(simulate_return(form, unit=first, seed=1))
    (folder / "wrong.xlsx").write_bytes(
        simulate_return(form, unit=second, seed=1, defects=("blank",))
    )
    (folder / "bad.xlsx").write_bytes(b"no workbook at all\n")
    (folder / "~$clean.xlsx").write_bytes(b"lock")
    return folder


def commands(
    group: click.Group, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*above, name))


ALL_COMMANDS = dict(commands(cli))
LEAVES = [path for path, command in ALL_COMMANDS.items() if not isinstance(command, click.Group)]


def everything_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def rows_of(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def texts_in(path: Path) -> set[str]:
    """Return every text in a workbook, by an engine that knows nothing of ours."""
    with path.open("rb") as stream:
        book = CalamineWorkbook.from_filelike(stream)
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    return {str(cell) for sheet in sheets for row in sheet for cell in row if cell != ""}


class TestHelp:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("path", [(), *ALL_COMMANDS], ids=" ".join)
    def test_every_command_has_help(self, run: Run, path: tuple[str, ...], language: str) -> None:
        result = run("--lang", language, *path, "--help")
        assert result.exit_code == 0
        command = ALL_COMMANDS[path] if path else cli
        said = catalogue(language)[help_name(command)]
        assert "".join(said.split()) in "".join(result.output.split())

    def test_every_help_sentence_belongs_to_a_command_or_option(self) -> None:
        wanted = set()
        for command in (cli, *ALL_COMMANDS.values()):
            wanted.add(help_name(command))
            options = command.get_params(click.Context(command))
            wanted |= {help_name(command, o) for o in options if isinstance(o, click.Option)}
        assert wanted == {name for name in catalogue("zh") if name.startswith("help.")}

    @pytest.mark.parametrize("path", LEAVES, ids=" ".join)
    def test_every_command_is_in_the_readme(self, path: tuple[str, ...], repository: Path) -> None:
        text = (repository / "README.md").read_text(encoding="utf-8")
        assert re.search(rf"clusterxl {' '.join(path)}\b", text)

    def test_without_a_command_there_is_help_and_exit_code_2(self, run: Run) -> None:
        assert run().exit_code == 2

    def test_the_language_follows_the_environment(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CLUSTERXL_LANG", "en")
        assert catalogue("en")["help.option_force"] in run("generate", "--help").output


class TestTypedWrongly:
    """What a hurried person types: one sentence in the language in use, and exit code 2."""

    WAYS = (
        (("generate",), "-o / --output DIR"),
        (("check",), "PATH..."),
        (("form", "lint"), "PATH"),
        (("genrate",), "generate"),
        (("rules", "lst"), "list"),
        (("generate", "-o", "out", "--unt", "440306"), "--unit"),
        (("generate", "-o", "out", "--unit"), "--unit"),
        (("generate", "-o", "out", "440306"), "440306"),
        (("generate", "-o", "out", "--force=yes"), "--force"),
        (("generate", "-o", "out", "--base-year", "20"), "2999"),
        (("check", "x", "--format", "xls"), "json"),
        (("check", "x", "--format", "xlsx"), "-o"),
        (("demo", "out", "--returns", "0"), "1"),
        (("demo", "out", "--seed", "x"), "--seed"),
        (("rules", "explain", "GEN-XXX"), "GEN-REQ"),
    )

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize(("arguments", "told"), WAYS, ids=str)
    def test_it_is_one_sentence(
        self, run: Run, arguments: tuple[str, ...], told: str, language: str
    ) -> None:
        result = run("--lang", language, *arguments)
        assert result.exit_code == 2
        assert told in result.stderr
        assert len(result.stderr.splitlines()) == 1
        start = catalogue(language)["usage.error"].partition("{")[0]
        assert result.stderr.startswith(start)
        assert re.search(r"clusterxl.* --help", result.stderr)
        assert bool(re.search(r"[\u4e00-\u9fff]", result.stderr)) == (language == "zh")

    @pytest.mark.parametrize("path", LEAVES, ids=" ".join)
    def test_every_argument_has_a_meaning(self, path: tuple[str, ...]) -> None:
        arguments = [one for one in ALL_COMMANDS[path].params if isinstance(one, click.Argument)]
        assert all(f"usage.of_{one.name}" in catalogue("zh") for one in arguments)

    def test_help_has_no_english_heads_in_chinese(self, run: Run) -> None:
        output = run("--lang", "zh", "generate", "--help").output
        assert not re.search(r"Usage|Options|required|default", output)

    @pytest.mark.parametrize("command", ["aggregate", "check"])
    @pytest.mark.parametrize("name", ["out.xls", "out", "."])
    def test_a_workbook_by_another_name(
        self, run: Run, tmp_path: Path, command: str, name: str
    ) -> None:
        kind = ("--format", "xlsx") if command == "check" else ()
        result = run(command, tmp_path, *kind, "-o", tmp_path / name)
        assert result.exit_code == 2
        assert ".xlsx" in result.stderr or str(tmp_path) in result.stderr
        assert everything_below(tmp_path) == set()


class TestForm:
    def test_list_names_the_packaged_forms(self, run: Run) -> None:
        assert f"{PACKAGED}\t" in run("form", "list").output

    def test_show_tells_the_fields(self, run: Run) -> None:
        output = run("form", "show", PACKAGED, "--base-year", "2024").output
        assert "gross_output" in output
        assert "2022 2023 2024" in output

    @pytest.mark.parametrize("form_id", [PACKAGED, FARM])
    def test_lint_of_a_good_form_is_0(self, run: Run, form_id: str | Path) -> None:
        assert run("form", "lint", form_id).exit_code == 0

    def test_lint_tells_every_mistake_with_its_line(self, run: Run) -> None:
        result = run("form", "lint", BROKEN)
        assert result.exit_code == 2
        assert len(re.findall(r"(?m)^\S+\.(?:toml|csv):\d+: ", result.stderr)) > 10

    def test_an_unknown_form_lists_those_there_are(self, run: Run) -> None:
        result = run("form", "show", "gd-cluster-2032")
        assert result.exit_code == 2
        assert PACKAGED in result.stderr


class TestGenerate:
    def test_one_blank_for_all(self, run: Run, tmp_path: Path) -> None:
        assert run("generate", "-o", tmp_path / "out").exit_code == 0
        assert everything_below(tmp_path) == {"out", f"out/{PACKAGED}.xlsx"}

    def test_twice_the_same_bytes(self, run: Run, tmp_path: Path) -> None:
        run("generate", "-o", tmp_path / "a")
        run("generate", "-o", tmp_path / "b")
        first, second = sorted(tmp_path.rglob("*.xlsx"))
        assert first.read_bytes() == second.read_bytes()

    def test_what_stands_there_already_is_counted(self, run: Run, tmp_path: Path) -> None:
        unchanged = catalogue("zh")["cli.unchanged"].format(count=1)
        assert unchanged not in run("generate", "-o", tmp_path).output
        assert unchanged in run("generate", "-o", tmp_path).output

    def test_one_workbook_a_unit(self, run: Run, tmp_path: Path) -> None:
        result = run("generate", "-o", tmp_path, "--unit", "440306", "--unit", "440112")
        assert result.exit_code == 0
        assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.xlsx")} == {
            "深圳市/440306 宝安区.xlsx",
            "广州市/440112 黄埔区.xlsx",
        }

    def test_a_roster_gives_one_a_unit_and_subject(self, run: Run, tmp_path: Path) -> None:
        roster = tmp_path / "roster.csv"
        roster.write_text(
            "city,unit,code,type,subjects\n深圳市,宝安区,440306,,2\n深圳市,某高新区,,zone,1\n",
            encoding="gb18030",
        )
        assert run("generate", "-o", tmp_path / "out", "--roster", roster).exit_code == 0
        assert {path.name for path in (tmp_path / "out" / "深圳市").iterdir()} == {
            "440306 宝安区.xlsx",
            "440306 宝安区-2.xlsx",
            "4403Z01 某高新区.xlsx",
            "交接清单.xlsx",
        }

    def test_a_unit_of_a_roster(self, run: Run, tmp_path: Path) -> None:
        roster = tmp_path / "roster.csv"
        roster.write_text("city,unit\n深圳市,宝安区\n深圳市,某高新区\n", encoding="utf-8")
        result = run("generate", "-o", tmp_path / "out", "--roster", roster, "--unit", "4403Z01")
        assert result.exit_code == 0
        assert len(list((tmp_path / "out").rglob("*.xlsx"))) == 1

    def test_the_base_year_is_in_the_workbook(self, run: Run, tmp_path: Path) -> None:
        run("generate", "-o", tmp_path, "--base-year", "2025")
        book = openpyxl.load_workbook(tmp_path / f"{PACKAGED}.xlsx")
        assert "f_gross_output_2025" in book.defined_names

    def test_a_form_given_as_a_folder(self, run: Run, tmp_path: Path) -> None:
        assert run("generate", "-o", tmp_path, "--form", FARM).exit_code == 0
        assert everything_below(tmp_path) == {"farm-survey.xlsx"}

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("--unit", "449999"), "449999"),
            (("--roster", "no-such-roster.csv"), "no-such-roster.csv"),
            (("--form", str(BROKEN)), "form.toml:"),
            (("--form", "no-such-form"), PACKAGED),
            (("--base-year", "twenty"), "--base-year"),
        ],
    )
    def test_what_cannot_be_done_leaves_nothing(
        self, run: Run, tmp_path: Path, arguments: tuple[str, ...], told: str
    ) -> None:
        result = run("generate", "-o", tmp_path / "out", *arguments)
        assert result.exit_code == 2
        assert told in result.stderr
        assert "Traceback" not in result.output
        assert everything_below(tmp_path) == set()

    def test_a_wrong_roster_tells_all_mistakes(self, run: Run, tmp_path: Path) -> None:
        roster = tmp_path / "roster.csv"
        roster.write_text(
            "city,unit,subjects\n深圳,宝安区,1\n深圳市,,1\n深圳市,南山区,x\n", encoding="utf-8"
        )
        result = run("generate", "-o", tmp_path / "out", "--roster", roster)
        assert result.exit_code == 2
        assert len(re.findall(r"(?m)^roster\.csv:\d+: ", result.stderr)) == 3

    def test_another_file_stays_without_force(self, run: Run, tmp_path: Path) -> None:
        target = tmp_path / f"{PACKAGED}.xlsx"
        target.write_bytes(b"mine")
        result = run("generate", "-o", tmp_path)
        assert result.exit_code == 2
        assert "--force" in result.stderr
        assert target.read_bytes() == b"mine"
        assert run("generate", "-o", tmp_path, "--force").exit_code == 0
        assert target.read_bytes() != b"mine"

    def test_a_file_where_the_folder_should_be(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "out").write_bytes(b"mine")
        result = run("generate", "-o", tmp_path / "out")
        assert result.exit_code == 2
        assert str(tmp_path / "out") in result.stderr
        assert everything_below(tmp_path) == {"out"}


class TestRead:
    def test_csv(self, run: Run, returned: Path, tmp_path: Path, form: Form) -> None:
        result = run("read", returned, "-o", tmp_path)
        assert result.exit_code == 1
        assert "READ-" in result.stderr
        assert catalogue("zh")["cli.personal"] in result.stderr
        assert catalogue("zh")["findings.more"] in result.stderr
        values, returns = rows_of(tmp_path / "values.csv"), rows_of(tmp_path / "returns.csv")
        assert [row["file"] for row in returns] == ["clean.xlsx", "wrong.xlsx"]
        assert [row["status"] for row in returns] == ["clean", "errors"]
        assert len(values) == 2 * len(form.inputs)
        names = {path.stem for path in tmp_path.iterdir()}
        assert {"years", "section_industry", "table_patents", "table_evidence"} <= names

    def test_parquet(self, run: Run, returned: Path, tmp_path: Path) -> None:
        assert run("read", returned, "-o", tmp_path, "--format", "parquet").exit_code == 1
        returns = pd.read_parquet(tmp_path / "returns.parquet")
        assert returns["file"].tolist() == ["clean.xlsx", "wrong.xlsx"]

    def test_a_clean_return_is_0(self, run: Run, returned: Path, tmp_path: Path) -> None:
        result = run("read", returned / "clean.xlsx", "-o", tmp_path)
        assert result.exit_code == 0
        assert catalogue("zh")["findings.more"] not in result.stderr

    def test_each_year_of_a_form_has_its_folder(self, run: Run, tmp_path: Path) -> None:
        inbox = tmp_path / "in"
        inbox.mkdir()
        for year in (2022, 2023):
            data = simulate_return(load_form(YEARS, base_year=year), seed=year)
            (inbox / f"{year}.xlsx").write_bytes(data)
        (inbox / "farm.xlsx").write_bytes(simulate_return(load_form(FARM), seed=1))
        asked = ("read", inbox, "--form", YEARS, "--form", FARM, "-o", tmp_path / "out")
        assert run(*asked).exit_code == 0
        names = ["farm-survey", "harvest-years-2022", "harvest-years-2023"]
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
        for name, shown in zip(names[1:], ("2022", "2023"), strict=True):
            assert rows_of(tmp_path / "out" / name / "returns.csv")[0]["base_year"] == shown

    def test_only_an_unreadable_file_is_1_and_writes_nothing(
        self, run: Run, returned: Path, tmp_path: Path
    ) -> None:
        assert run("read", returned / "bad.xlsx", "-o", tmp_path / "out").exit_code == 1
        assert everything_below(tmp_path) == set()

    def test_without_the_extra_parquet_there_is_the_pip_line(
        self, run: Run, returned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
        result = run("read", returned, "-o", tmp_path / "out", "--format", "parquet")
        assert result.exit_code == 2
        assert 'python -m pip install "pyarrow>=' in result.stderr
        assert everything_below(tmp_path) == set()

    def test_two_forms_at_once_go_to_two_folders(
        self, run: Run, returned: Path, tmp_path: Path
    ) -> None:
        farm = tmp_path / "farm.xlsx"
        farm.write_bytes(simulate_return(load_form(FARM), seed=1))
        run("read", returned / "clean.xlsx", farm, "--form", FARM, "-o", tmp_path / "out")
        assert {path.name for path in (tmp_path / "out").iterdir()} == {PACKAGED, "farm-survey"}


class TestCheck:
    def test_clean_is_0(self, run: Run, returned: Path) -> None:
        assert run("check", returned / "clean.xlsx").exit_code == 0

    def test_text_is_grouped_by_file_with_a_sum(self, run: Run, returned: Path) -> None:
        result = run("check", returned)
        assert result.exit_code == 1
        lines = result.stdout.splitlines()
        heads = [line for line in lines if line.endswith(".xlsx")]
        assert heads[:1] == ["bad.xlsx"]
        assert "wrong.xlsx" in heads
        assert any("[GEN-REQ]" in line and "!" in line for line in lines)
        assert "~$clean.xlsx" in result.stdout

    def test_json_has_just_these_keys(self, run: Run, returned: Path) -> None:
        result = run("check", returned, "--format", "json")
        assert result.exit_code == 1
        document = json.loads(result.stdout)
        assert list(document) == ["version", "returns", "findings"]
        assert document["version"] == 1
        assert all(list(one) == RETURN_KEYS for one in document["returns"])
        assert all(list(one) == FINDING_KEYS for one in document["findings"])
        assert {one["file"]: one["status"] for one in document["returns"]} == {
            "bad.xlsx": "unreadable",
            "clean.xlsx": "clean",
            "wrong.xlsx": "errors",
        }
        blank = next(one for one in document["findings"] if one["code"] == "GEN-REQ")
        assert blank["file"] == "wrong.xlsx"
        assert f"{blank['sheet']}!{blank['cell']}" == blank["cells"][0]
        errors = sum(one["severity"] == "error" for one in document["findings"])
        assert errors == sum(one["errors"] for one in document["returns"])

    def test_findings_stand_in_the_order_of_the_form(
        self, run: Run, tmp_path: Path, form: Form
    ) -> None:
        run("generate", "-o", tmp_path)
        document = json.loads(run("check", tmp_path, "--format", "json").stdout)
        # What is told of the file as a whole comes first.
        keys = [one["key"] for one in document["findings"] if one["key"]]
        order = [asked.key for asked in form.inputs if asked.key in set(keys)]
        assert list(dict.fromkeys(keys)) == order

    def test_xlsx(self, run: Run, returned: Path, tmp_path: Path) -> None:
        target = tmp_path / "findings.xlsx"
        result = run("check", returned, "--format", "xlsx", "-o", target)
        assert result.exit_code == 1
        sheet = openpyxl.load_workbook(target).active
        assert sheet is not None
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert "GEN-REQ" in {cell.value for cell in cells}
        assert not [cell for cell in cells if cell.data_type == "f"]

    @pytest.mark.parametrize(
        ("name", "start"), [("a.xlsx", b"PK"), ("a.json", b"{"), ("a", b"wro")]
    )
    def test_the_kind_follows_the_name_of_the_file(
        self, run: Run, returned: Path, tmp_path: Path, name: str, start: bytes
    ) -> None:
        assert run("check", returned / "wrong.xlsx", "-o", tmp_path / name).exit_code == 1
        assert (tmp_path / name).read_bytes().startswith(start)

    def test_xlsx_needs_a_file(self, run: Run, returned: Path) -> None:
        assert run("check", returned, "--format", "xlsx").exit_code == 2

    @pytest.mark.parametrize("kind", ["text", "json"])
    def test_to_a_file(self, run: Run, returned: Path, tmp_path: Path, kind: str) -> None:
        target = tmp_path / "report"
        assert run("check", returned, "--format", kind, "-o", target).exit_code == 1
        assert target.read_text(encoding="utf-8") == run("check", returned, "--format", kind).stdout

    def test_a_zip_is_looked_into(self, run: Run, returned: Path, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "mail.zip", "w") as mail:
            mail.write(returned / "clean.xlsx", "深圳市/clean.xlsx")
        document = json.loads(run("check", tmp_path / "mail.zip", "--format", "json").stdout)
        assert [one["status"] for one in document["returns"]] == ["clean"]

    def test_a_foreign_workbook_is_a_finding(self, run: Run, tmp_path: Path) -> None:
        openpyxl.Workbook().save(tmp_path / "other.xlsx")
        result = run("check", tmp_path)
        assert result.exit_code == 1
        assert "READ-" in result.stdout

    def test_a_file_of_findings_is_summed_up_on_the_screen(
        self, run: Run, returned: Path, tmp_path: Path
    ) -> None:
        told = run("--lang", "en", "check", returned).stdout.splitlines()[-1]
        written = run("--lang", "en", "check", returned, "-o", tmp_path / "findings.xlsx")
        assert told in written.stderr.splitlines()
        assert written.stdout == ""

    @pytest.mark.parametrize("what", ["nothing", "empty"])
    def test_nothing_to_check_is_2(self, run: Run, tmp_path: Path, what: str) -> None:
        (tmp_path / "empty").mkdir()
        result = run("check", tmp_path / what)
        assert result.exit_code == 2
        assert what in result.stderr

    def test_control_characters_do_not_reach_the_terminal(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a\x1b[2Jb.xlsx").write_bytes(b"no workbook")
        result = run("check", tmp_path)
        assert result.exit_code == 1
        assert "\x1b" not in result.output

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no text")
    def test_a_name_that_is_no_text(self, run: Run, returned: Path, tmp_path: Path) -> None:
        name = os.fsdecode(b"bad\xff.xlsx")
        (tmp_path / name).write_bytes((returned / "clean.xlsx").read_bytes())
        assert run("check", tmp_path).exit_code == 0
        assert run("read", tmp_path, "-o", tmp_path / "out").exit_code == 0
        assert rows_of(tmp_path / "out" / "returns.csv")[0]["file"] == "bad\\udcff.xlsx"


class TestAggregate:
    def test_it_writes_the_comparison_also_at_1(
        self, run: Run, returned: Path, tmp_path: Path
    ) -> None:
        target = tmp_path / "new" / "comparison.xlsx"
        result = run("aggregate", returned, "-o", target)
        assert result.exit_code == 1
        assert "bad.xlsx" in result.stderr
        assert {"clean.xlsx", "wrong.xlsx"} <= texts_in(target)

    def test_contacts_only_where_asked_for(
        self, run: Run, form: Form, returned: Path, tmp_path: Path
    ) -> None:
        run("aggregate", returned / "clean.xlsx", "-o", tmp_path / "a.xlsx")
        result = run(
            "aggregate", returned / "clean.xlsx", "--with-contacts", "-o", tmp_path / "b.xlsx"
        )
        assert catalogue("zh")["cli.personal"] in result.stderr
        read = normalise_returns([read_return(returned / "clean.xlsx")]).values
        personal = {asked.key for asked in form.inputs if asked.field.personal}
        contacts = {text for text in read[read["key"].isin(personal)]["text"] if text}
        assert contacts
        assert not contacts & texts_in(tmp_path / "a.xlsx")
        assert contacts <= texts_in(tmp_path / "b.xlsx")

    def test_a_page_and_frames_beside_it(self, run: Run, returned: Path, tmp_path: Path) -> None:
        page, frames = tmp_path / "page.html", tmp_path / "frames"
        target = tmp_path / "a.xlsx"
        more = ("--html", page, "--frames", frames, "--format", "parquet")
        result = run("aggregate", returned / "clean.xlsx", "-o", target, *more)
        assert page.read_bytes().startswith(b"<!DOCTYPE html>")
        assert len(pd.read_parquet(frames / "returns.parquet")) == 1
        told = pd.read_csv(frames / "dictionary.csv")
        assert {path.stem for path in frames.iterdir()} == {*told["frame"], "dictionary"}
        assert not (frames / "contacts.parquet").exists()
        assert str(page) in result.output
        assert str(frames) in result.output

    def test_a_format_needs_frames(self, run: Run, returned: Path, tmp_path: Path) -> None:
        result = run("aggregate", returned, "-o", tmp_path / "a.xlsx", "--format", "csv")
        assert result.exit_code == 2
        assert everything_below(tmp_path) == set()

    def test_a_page_is_called_one(self, run: Run, returned: Path, tmp_path: Path) -> None:
        target = tmp_path / "a.xlsx"
        result = run("aggregate", returned, "-o", target, "--html", tmp_path / "page.xlsx")
        assert result.exit_code == 2
        assert everything_below(tmp_path) == set()

    def test_without_the_extra_html_there_is_the_pip_line(
        self, run: Run, returned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
        page = tmp_path / "page.html"
        result = run("aggregate", returned, "-o", tmp_path / "a.xlsx", "--html", page)
        assert result.exit_code == 2
        assert 'python -m pip install "plotly>=' in result.stderr
        assert everything_below(tmp_path) == set()

    def test_several_years_are_refused(self, run: Run, returned: Path, tmp_path: Path) -> None:
        later = tmp_path / "later.xlsx"
        later.write_bytes(simulate_return(load_form(PACKAGED, base_year=2024), seed=1))
        target = tmp_path / "comparison.xlsx"
        result = run("aggregate", returned / "clean.xlsx", later, "-o", target)
        assert result.exit_code == 2
        assert "2024" in result.stderr
        assert not target.exists()

    def test_another_file_stays_without_force(
        self, run: Run, returned: Path, tmp_path: Path
    ) -> None:
        target = tmp_path / "comparison.xlsx"
        target.write_bytes(b"mine")
        assert run("aggregate", returned, "-o", target).exit_code == 2
        assert target.read_bytes() == b"mine"
        assert everything_below(tmp_path) == {"comparison.xlsx"}


@pytest.fixture(scope="module")
def filled(form: Form) -> dict[str, bytes]:
    """Files that a command may read, by name."""
    unit, before = units_of(form)[0], load_form(PACKAGED, base_year=2021)
    page = simulate_return(form, unit=unit, seed=2)
    return {
        "in/a.xlsx": simulate_return(form, unit=unit, seed=1),
        "in/page.html": page,
        "in/values.csv": page,
        "earlier/e.xlsx": simulate_return(before, unit=unit, seed=4),
    }


class TestWhatIsRead:
    """No flag makes a command write over what it reads."""

    @pytest.mark.parametrize(
        "arguments",
        [
            ("check", "in/a.xlsx", "-o", "in/a.xlsx"),
            ("check", "in", "-o", "in/../in/a.xlsx"),
            ("check", "in", "--format", "json", "-o", "link.xlsx"),
            ("aggregate", "in/a.xlsx", "-o", "in/a.xlsx"),
            ("aggregate", "in", "-o", "in/a.xlsx"),
            ("aggregate", "in", "-o", "out.xlsx", "--html", "in/page.html"),
            ("aggregate", "in", "-o", "out.xlsx", "--frames", "in"),
            ("aggregate", "in/a.xlsx", "--before", "earlier", "-o", "earlier/e.xlsx"),
            ("read", "in", "-o", "in"),
        ],
        ids=" ".join,
    )
    def test_it_stays(
        self, run: Run, filled: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Any
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for name, content in filled.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        # A workbook is read under any name.
        (tmp_path / "in" / "subjects.csv").write_bytes((tmp_path / "in/a.xlsx").read_bytes())
        (tmp_path / "link.xlsx").symlink_to("in/a.xlsx")
        before = {p: p.read_bytes() for p in tmp_path.rglob("*.*") if p.is_file()}
        result = run(*arguments, "--force")
        assert result.exit_code == 2
        assert "--force" not in result.stderr.splitlines()[-1]
        assert {p: p.read_bytes() for p in tmp_path.rglob("*.*") if p.is_file()} == before

    def test_an_own_result_beside_it_is_replaced(
        self, run: Run, returned: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        (folder / "a.xlsx").write_bytes((returned / "clean.xlsx").read_bytes())
        assert run("aggregate", folder, "-o", folder / "out.xlsx").exit_code == 0
        (folder / "b.xlsx").write_bytes((returned / "wrong.xlsx").read_bytes())
        assert run("aggregate", folder, "-o", folder / "out.xlsx", "--force").exit_code == 1


class TestRules:
    def test_list(self, run: Run) -> None:
        assert "GEN-REQ\t" in run("rules", "list").output

    def test_explain(self, run: Run) -> None:
        result = run("rules", "explain", "GEN-REQ")
        assert result.exit_code == 0
        assert "集群名称" in result.output

    def test_the_case_of_an_id_does_not_matter(self, run: Run) -> None:
        assert (
            run("rules", "explain", "gen-req").output == run("rules", "explain", "GEN-REQ").output
        )

    def test_an_unknown_rule_lists_those_of_its_kind(self, run: Run) -> None:
        result = run("rules", "explain", "gen-xxx")
        assert result.exit_code == 2
        assert "GEN-REQ" in result.stderr
        assert "THR-01" not in result.stderr

    def test_what_reading_tells_is_no_rule(self, run: Run) -> None:
        result = run("rules", "explain", "READ-LOST")
        assert result.exit_code == 2
        assert "clusterxl rules list" in result.stderr


class TestFarmSurvey:
    """A form in another language, without years, groups or a word for none, given as a folder."""

    def test_it_goes_round_without_a_change_of_code(self, run: Run, tmp_path: Path) -> None:
        farm = load_form(FARM)
        for number in (1, 2, 3):
            content = simulate_return(farm, seed=number)
            (tmp_path / f"{number}.xlsx").write_bytes(content)
        use = ("--lang", "en")
        assert run(*use, "check", tmp_path, "--form", FARM).exit_code == 0
        assert run(*use, "read", tmp_path, "--form", FARM, "-o", tmp_path / "out").exit_code == 0
        assert len(rows_of(tmp_path / "out" / "returns.csv")) == 3
        target = tmp_path / "comparison.xlsx"
        result = run(*use, "aggregate", tmp_path, "--form", FARM, "-o", target)
        assert result.exit_code == 0
        assert target.is_file()

    def test_without_its_folder_it_is_told(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "1.xlsx").write_bytes(simulate_return(load_form(FARM), seed=1))
        result = run("check", tmp_path)
        assert result.exit_code == 1
        assert "farm-survey" in result.stdout


class TestDemo:
    def test_the_whole_loop(self, run: Run, tmp_path: Path) -> None:
        result = run("demo", tmp_path / "demo", "--returns", "3", "--form", FARM)
        assert result.exit_code == 0
        assert (tmp_path / "demo" / "comparison.xlsx").is_file()
        assert len(list((tmp_path / "demo" / "returned").rglob("*.xlsx"))) == 3
        assert list((tmp_path / "demo" / "issued").rglob("*.xlsx"))


FULL = Path("/dev/full")


class TestProcess:
    """The command as a process of its own, with a console and an environment like Windows'."""

    def start(
        self, *arguments: str | Path, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "clusterxl", *map(str, arguments)],
            capture_output=True,
            check=False,
            env={**os.environ, **environment},
        )

    def test_a_gbk_console_shows_what_it_can(self, returned: Path) -> None:
        done = self.start("check", returned, PYTHONIOENCODING="gbk", CLUSTERXL_LANG="zh")
        assert done.returncode == 1
        assert "不得空缺" in done.stdout.decode("gbk")
        assert done.stderr == b""

    def test_json_is_json_on_a_gbk_console(self, returned: Path) -> None:
        done = self.start("check", returned, "--format", "json", PYTHONIOENCODING="gbk")
        assert done.returncode == 1
        assert "不得空缺" in json.dumps(json.loads(done.stdout.decode("ascii")), ensure_ascii=False)

    def test_no_progress_bar_in_a_pipe(self, tmp_path: Path) -> None:
        done = self.start("generate", "-o", tmp_path, "--unit", "440306")
        assert (done.returncode, done.stderr) == (0, b"")

    def test_several_processes_read_the_same(self, returned: Path, tmp_path: Path) -> None:
        for jobs in ("1", "2"):
            asked = ("read", returned, "-o", tmp_path / jobs, "--jobs", jobs)
            assert self.start(*asked).returncode == 1
        names = everything_below(tmp_path / "1")
        assert names == everything_below(tmp_path / "2")
        for name in names:
            one, two = (tmp_path / jobs / name for jobs in ("1", "2"))
            assert one.read_bytes() == two.read_bytes()

    def test_no_default_encoding_is_used(self, returned: Path, tmp_path: Path) -> None:
        strict = {"PYTHONWARNDEFAULTENCODING": "1", "PYTHONWARNINGS": "error::EncodingWarning"}
        assert self.start("read", returned, "-o", tmp_path, **strict).returncode == 1

    @pytest.mark.skipif(not FULL.exists(), reason="a system without a device that is always full")
    @pytest.mark.parametrize("arguments", [("form", "list"), ("--help",), ("--version",)])
    def test_a_full_disk_behind_the_screen_is_told(self, arguments: tuple[str, ...]) -> None:
        with FULL.open("wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "clusterxl", *arguments],
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
                env={**os.environ, "CLUSTERXL_LANG": "en"},
            )
        assert done.returncode == 2
        assert done.stderr.decode().splitlines()[0].startswith("Error: What is printed goes to a ")
        assert len(done.stderr.splitlines()) == 1

    @pytest.mark.skipif(os.name != "posix", reason="signals are sent otherwise")
    @pytest.mark.parametrize(("language", "word"), [("en", "Stopped."), ("zh", "已中止。")])
    def test_broken_off_by_hand(self, form: Form, tmp_path: Path, language: str, word: str) -> None:
        units = [part for unit in units_of(form) for part in ("--unit", unit.code)]
        command = ["generate", "-o", str(tmp_path / "out"), *units]
        process = subprocess.Popen(
            [sys.executable, "-m", "clusterxl", "--lang", language, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            # Whoever runs the tests in the background lets all below it ignore the signal.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )
        while not any(tmp_path.rglob("*.part")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
        assert process.returncode == 130
        (line,) = told.decode().strip().splitlines()
        assert line.startswith(word)
        assert everything_below(tmp_path) == set()

    def test_it_says_its_version(self) -> None:
        assert self.start("--version").stdout.startswith(b"clusterxl ")


def test_the_sources_link_to_the_files_from_where_the_comparison_lies(tmp_path: Path) -> None:
    returned = tmp_path / "in" / "returned"
    assert folder_between((returned,), tmp_path / "out" / "c.xlsx") == "../in"
    returned.mkdir(parents=True)
    assert folder_between((returned,), tmp_path / "out" / "c.xlsx") == "../in/returned"
    assert folder_between((returned,), returned / "c.xlsx") == ""
    two = (returned / "a.xlsx", tmp_path / "b.xlsx")
    assert folder_between(two, tmp_path / "c.xlsx") == ""
