"""What reading promises: a bad file harms only itself, all is bounded, nobody sees a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from attacks import OTHERWISE_READ, READ, REFUSED, Attack
from click.testing import CliRunner
from damage import SHEET, edited, package_of, stamp_of, workbook_of
from fuzz_reading import KEPT, base_return, mutants
from hand_returns import FORMS
from watched import Watchdog

from clusterxl.cli.group import cli
from clusterxl.excel.book import Book
from clusterxl.form.file import load_form
from clusterxl.sentences import catalogue
from clusterxl.testing.returns import simulate_return

FARM = load_form(FORMS / "farm-survey")
HARVEST = load_form(FORMS / "harvest-years")
FORM = ("--form", str(FORMS / "farm-survey"), "--form", str(FORMS / "harvest-years"))
ATTACKS: Mapping[str, Attack] = {**REFUSED, **READ, **OTHERWISE_READ}
SAMPLES = Path(__file__).parent.parent / "samples"
# Returns of each form in a folder that is all of one round.
GOOD = {FARM.id: 15, HARVEST.id: 45}
MUTANTS, SEED = 60, 7
GOOD_ONE = "the good one.xlsx"
MOST_KILOBYTES = 1024 * 1024
# What every sentence that tells a remedy says in Chinese.
PLEASE = "请"


def finding_code(code: str) -> str:
    """Return the code under which a refusal is told; what is read is none of our returns."""
    return f"READ-{code.removeprefix('read.').replace('_', '').upper()}" if code else "READ-NOTOURS"


def checked(*paths: Path) -> dict[str, Any]:
    """Return what `check --format json` says, run in this process."""
    asked = ["check", *map(str, paths), *FORM, "--format", "json"]
    done = CliRunner().invoke(cli, asked)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    document: dict[str, Any] = json.loads(done.stdout)
    has_errors = any(found["severity"] == "error" for found in document["findings"])
    assert (done.stderr, done.exit_code) == ("", int(has_errors))
    return document


def with_remedy(finding: Mapping[str, Any]) -> bool:
    """Whether a finding about a file names it, in a sentence of the catalogue with a remedy."""
    starts = {
        text.split("{", 2)[1].partition("}")[2]
        for name, text in catalogue("zh").items()
        if name.startswith("read.") and text.startswith("{file}")
    }
    after = finding["message"].removeprefix(finding["file"])
    known = any(after.startswith(start) for start in starts)
    return known and after != finding["message"] and PLEASE in after


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every attack, and one good return in the middle."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, attack in ATTACKS.items():
        (folder / f"{name}.xlsx").write_bytes(attack.build())
    (folder / GOOD_ONE).write_bytes(simulate_return(FARM, seed=1))
    return folder


# ---- P8: a sentence, no traceback, documented exit codes


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_one_sentence_with_a_remedy(attack: str, hostile: Path) -> None:
    document = checked(hostile / f"{attack}.xlsx")
    (finding,) = document["findings"]
    assert (finding["code"], finding["severity"]) == (finding_code(ATTACKS[attack].code), "error")
    assert with_remedy(finding)
    assert [found["status"] for found in document["returns"]] == ["unreadable"]


def test_a_damaged_return_is_judged_or_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    became = Counter[str]()
    for mutant in mutants(base_return(), MUTANTS, SEED):
        path.write_bytes(mutant.data)
        document = checked(path)
        (judged,) = document["returns"]
        became[judged["status"]] += 1
        if judged["status"] == "unreadable":
            assert with_remedy(document["findings"][0])
    assert len(became) > 1
    assert became.total() == MUTANTS


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("billion laughs in a sheet value", "READ-DECLARES", 1),
        ("1 GB of digits in one value", "READ-SWOLLEN", 1),
        ("cell XFD1048576", "READ-FARCELL", 1),
        ("strict dialect", "READ-NOTOURS", 1),
        ("no such file", "", 2),
    ],
)
def test_the_installed_command_dies_of_nothing(
    name: str, code: str, expected: int, hostile: Path
) -> None:
    done = run(hostile / f"{name}.xlsx")
    assert done.returncode == expected
    assert b"Traceback" not in done.stderr + done.stdout
    assert code.encode() in done.stdout
    said = (done.stdout or done.stderr).decode(os.environ.get("PYTHONIOENCODING", "utf-8"))
    assert PLEASE in said


def run(*paths: Path) -> subprocess.CompletedProcess[bytes]:
    """Run `clusterxl check` as a process of its own."""
    command = [sys.executable, "-X", "utf8", "-m", "clusterxl", "--lang", "zh", "check"]
    return subprocess.run(
        [*command, *map(str, paths), *FORM], capture_output=True, check=False, timeout=600
    )


# ---- P6 and P7: one bad file harms only itself, and all is bounded


def test_one_good_return_among_all_attacks_is_read(hostile: Path) -> None:
    document = checked(hostile)
    codes = {found["file"]: found["code"] for found in document["findings"]}
    wanted = {f"{name}.xlsx": finding_code(attack.code) for name, attack in ATTACKS.items()}
    assert {file: codes[file] for file in wanted} == wanted
    status = {judged["file"]: judged["status"] for judged in document["returns"]}
    assert status.pop(GOOD_ONE) != "unreadable"
    assert status == dict.fromkeys(wanted, "unreadable")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is told otherwise")
def test_all_attacks_together_take_less_than_a_gigabyte(hostile: Path, tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="here nothing tells how much memory a child took")
    command = [sys.executable, "-m", "clusterxl", "check", str(hostile), *FORM]
    with (tmp_path / "told").open("wb") as told:
        child = subprocess.Popen(command, stdout=told, stderr=told)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 1
    assert usage.ru_maxrss < MOST_KILOBYTES
    assert b"Traceback" not in (tmp_path / "told").read_bytes()


@pytest.fixture(scope="module")
def dog() -> Iterator[Watchdog]:
    dog = Watchdog()
    yield dog
    dog.close()


def odd_files() -> dict[str, bytes]:
    """Return all odd files that are kept, and the samples."""
    kept = [*KEPT.glob("*.xlsx"), *SAMPLES.glob("*.xlsx")]
    return {path.name: path.read_bytes() for path in kept}


@pytest.mark.parametrize("engine", ["package", "openpyxl"])
def test_odd_files_are_read_in_bounds(engine: str, dog: Watchdog) -> None:
    files = odd_files()
    assert len(files) > len(list(KEPT.glob("*.xlsx"))) > 0
    for name, data in files.items():
        assert (name, dog.read(data, engine).error) == (name, "")


# ---- a folder of good and bad files


def altered(data: bytes) -> bytes:
    """Return a workbook with something typed where no form reaches."""
    part = "xl/worksheets/sheet1.xml"
    far = '<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
    return edited(data, part, "</sheetData>", far)


def stranger() -> bytes:
    """Return a workbook that was never ours."""
    book = Book()
    book.sheet(SHEET)
    return book.save()


def flipped(data: bytes) -> bytes:
    """Return a workbook with one bit other in the middle of a sheet."""
    place = data.index(b"xl/worksheets/sheet1.xml") + 200
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def encrypted() -> bytes:
    """Return what Excel makes of a workbook with a password, as far as its first bytes tell."""
    return bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le")


def of_another_edition() -> bytes:
    return workbook_of(FARM, stamp=replace(stamp_of(FARM), version="other"))


def of_an_unknown_form() -> bytes:
    return workbook_of(FARM, stamp=replace(stamp_of(FARM), form="unheard-of"))


BAD: Mapping[str, Callable[[bytes], bytes]] = {
    "READ-EMPTY": lambda _: b"",
    "READ-WEB": lambda _: b"<html><body>sign in</body></html>",
    "READ-PDF": lambda _: b"%PDF-1.7 " + b"x" * 100,
    "READ-WORD": lambda _: package_of({"[Content_Types].xml": b"", "word/document.xml": b""}),
    "READ-CUT": lambda good: good[: len(good) // 2],
    "READ-DAMAGED": flipped,
    "READ-ENCRYPTED": lambda _: encrypted(),
    "READ-FARCELL": altered,
    "READ-NOTOURS": lambda _: stranger(),
    "READ-VERSION": lambda _: of_another_edition(),
}


def test_sixty_good_and_ten_bad_files_are_all_judged(tmp_path: Path) -> None:
    good = [
        simulate_return(form, seed=seed)
        for form in (FARM, HARVEST)
        for seed in range(GOOD[form.id])
    ]
    for number, data in enumerate(good):
        (tmp_path / f"good-{number:02}.xlsx").write_bytes(data)
    for code, build in BAD.items():
        (tmp_path / f"{code}.xlsx").write_bytes(build(good[0]))
    document = checked(tmp_path)
    status = {judged["file"]: judged["status"] for judged in document["returns"]}
    assert len(status) == len(document["returns"]) == len(good) + len(BAD)
    read = {file for file, word in status.items() if word != "unreadable"}
    assert read == {f"good-{number:02}.xlsx" for number in range(len(good))}
    assert Counter(judged["form"] for judged in document["returns"]) == {**GOOD, "": len(BAD)}
    told = [found for found in document["findings"] if found["file"] not in read]
    assert [(f["file"], f["code"]) for f in told] == [(f"{c}.xlsx", c) for c in sorted(BAD)]
    assert all(map(with_remedy, told))


def test_an_unknown_form_is_told_with_the_option_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(of_an_unknown_form())
    (finding,) = checked(tmp_path)["findings"]
    assert finding["code"] == "READ-NOFORM"
    assert "--form" in finding["message"]
