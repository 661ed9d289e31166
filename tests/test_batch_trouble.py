"""A batch folder in trouble: each command says so and what to do, and harms nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from batch_play import begun, filled
from click.testing import CliRunner, Result
from crash_rig import COMMAND, RULE
from ledger_rig import has_strace, run_script, strace

from clusterxl.cli.group import cli

READ_ONLY = 0o555
# Whoever is root may write everywhere; without this right, a folder's mode holds for root, too.
AS_ANYBODY = ("setpriv", "--bounding-set", "-dac_override", "--inh-caps", "-dac_override")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a batch to which a good and a bad return came, in a folder with blanks in its name."""
    folder = tmp_path_factory.mktemp("示例 数据") / "批次 2025（示例）"
    batch = begun(folder)
    inbox = folder / "收 到"
    inbox.mkdir()
    (inbox / "a 甲.xlsx").write_bytes(filled(batch, "1101"))
    (inbox / "c.xlsx").write_bytes(filled(batch, "2201", wheat_2024="many"))
    assert run(batch.root, "receive", str(inbox)).exit_code == 1
    return folder


@pytest.fixture
def root(given: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(given, tmp_path / "一 批")) / "batch"


def run(root: Path, *asked: str) -> Result:
    """Type a command of the batch."""
    done = CliRunner().invoke(cli, ["batch", asked[0], "--batch", str(root), *asked[1:]])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def is_told(code: int, said: str) -> bool:
    """Whether a command ended with a sentence that says what to do; mistakes are told by line."""
    return code == 2 and re.fullmatch(r"(错误：|Error: )[^\n]+\n(\S+:\d+: .+\n)*", said) is not None


def inbox_of(root: Path) -> str:
    return str(root.parent / "收 到")


def commands_of(root: Path) -> dict[str, tuple[str, ...]]:
    """Return every command that needs the ledger."""
    rules = root.parent / "more.toml"
    rules.write_text(RULE, encoding="utf-8")
    reason = ("--reason", "示例")
    return {
        "issue": (),
        "receive": (inbox_of(root),),
        "status": (),
        "show": ("2201-1",),
        "correct": (),
        "aggregate": (),
        "export": (),
        "verify": (),
        "accept": ("2201-1", *reason),
        "exclude": ("2201-1", *reason),
        "purge": ("2201-1", *reason),
        "rules": (str(rules), *reason),
    }


# ---- a path with blanks and Chinese characters


def test_every_command_works_below_any_path(root: Path) -> None:
    for name, asked in commands_of(root).items():
        done = run(root, name, *asked)
        assert (name, done.exit_code) == (name, 1 if name == "receive" else 0), done.output
    assert run(root, "verify").exit_code == 0


# ---- the folder is damaged


def replaced_by_text(root: Path) -> None:
    (root / "ledger.sqlite").write_text("示例数据：not a database\n" * 99, encoding="utf-8")


def emptied(root: Path) -> None:
    (root / "ledger.sqlite").write_bytes(b"")


def cut(root: Path) -> None:
    path = root / "ledger.sqlite"
    path.write_bytes(path.read_bytes()[: 4096 * 3])


def overwritten(root: Path) -> None:
    path = root / "ledger.sqlite"
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)


def of_a_newer_version(root: Path) -> None:
    with closing(sqlite3.connect(root / "ledger.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")


def of_another_batch(root: Path) -> None:
    other = begun(root.parent / "other")
    shutil.copy(other.root / "ledger.sqlite", root / "ledger.sqlite")


def of_another_tool(root: Path) -> None:
    (root / "ledger.sqlite").unlink()
    with closing(sqlite3.connect(root / "ledger.sqlite")) as connection:
        connection.execute("CREATE TABLE journal (a TEXT)")
        connection.execute("PRAGMA user_version = 2")


def lost(root: Path) -> None:
    (root / "ledger.sqlite").unlink()


def a_folder(root: Path) -> None:
    lost(root)
    (root / "ledger.sqlite").mkdir()


def form_edited(root: Path) -> None:
    head = root / "form" / "form.toml"
    head.write_text(head.read_text("utf-8").replace("Wheat", "Rye"), "utf-8")


def form_broken(root: Path) -> None:
    (root / "form" / "form.toml").write_bytes("示例".encode("gb18030"))


def form_lost(root: Path) -> None:
    shutil.rmtree(root / "form")


def rules_edited(root: Path) -> None:
    (root / "form" / "rules").mkdir(exist_ok=True)
    (root / "form" / "rules" / "90-mine.toml").write_text(RULE, encoding="utf-8")


def roster_lost(root: Path) -> None:
    (root / "roster.csv").unlink()


def head_broken(root: Path) -> None:
    (root / "batch.toml").write_bytes(b"\xff\xfe\x00id")


def zone_broken(root: Path) -> None:
    head = root / "batch.toml"
    head.write_text(re.sub('zone = ".*"', 'zone = "Shanghai"', head.read_text("utf-8")), "utf-8")


def key_of_another(root: Path) -> None:
    (root / "keys" / "batch.key").write_text("00" * 32, encoding="ascii")


def elsewhere_locked(root: Path) -> None:
    holder = {"host": "another", "user": "示例", "process": 1, "birth": "", "at": "2025-01-10"}
    (root / "ledger.lock").write_text(json.dumps(holder), encoding="ascii")


DAMAGE: tuple[Callable[[Path], None], ...] = (
    *(replaced_by_text, emptied, cut, overwritten, of_a_newer_version, of_another_batch),
    *(of_another_tool, lost, a_folder, form_edited, form_broken, form_lost, roster_lost),
    *(head_broken, zone_broken, key_of_another),
)


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda one: one.__name__)
def test_a_damaged_folder_is_told_by_every_command(
    root: Path, damage: Callable[[Path], None]
) -> None:
    damage(root)
    before = contents(root)
    for name, asked in commands_of(root).items():
        done = run(root, name, *asked)
        assert (name, is_told(done.exit_code, done.stderr)) == (name, True), done.output
        assert done.stdout == ""
    assert contents(root) == before


def test_rules_edited_by_hand_are_told_by_all_but_the_command_that_changes_them(root: Path) -> None:
    rules_edited(root)
    for name, asked in commands_of(root).items():
        if name != "rules":
            done = run(root, name, *asked)
            assert (name, is_told(done.exit_code, done.stderr)) == (name, True), done.output


def test_without_the_folder_of_keys_only_what_signs_is_told(root: Path) -> None:
    shutil.rmtree(root / "keys")
    for name, asked in commands_of(root).items():
        done = run(root, name, *asked)
        signs = name in ("issue", "correct")
        assert is_told(done.exit_code, done.stderr) is signs, (name, done.output)
        assert signs or done.exit_code in (0, 1)


def test_a_lock_left_on_another_computer_is_told_until_it_is_taken_away(root: Path) -> None:
    elsewhere_locked(root)
    done = run(root, "status")
    assert is_told(done.exit_code, done.stderr)
    assert "another" in done.stderr
    (root / "ledger.lock").unlink()
    assert run(root, "status").exit_code == 0


def contents(root: Path) -> Mapping[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# ---- the folder cannot be written


def may_be_anybody() -> bool:
    """Whether modes of folders can be made to hold here."""
    if os.name != "posix":
        return False
    return os.geteuid() != 0 or run_script("", before=AS_ANYBODY).code == 0


@pytest.fixture
def closed() -> Iterator[Callable[[Path], None]]:
    """Return what closes a folder and all below it for writing, until the test ends."""
    folders: list[Path] = []

    def close(folder: Path) -> None:
        folders.extend(path for path in (folder, *folder.rglob("*")) if path.is_dir())
        for path in folders:
            path.chmod(READ_ONLY)

    yield close
    for path in folders:
        path.chmod(0o755)


@pytest.mark.skipif(not may_be_anybody(), reason="here whoever runs this may write everywhere")
@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("", "receive"),
        ("", "status"),
        ("archive", "receive"),
        ("issued", "issue"),
        ("corrections", "correct"),
        ("reports", "aggregate"),
        ("reports", "export"),
        ("form", "rules"),
    ],
)
def test_a_folder_that_cannot_be_written_is_told(
    root: Path, closed: Callable[[Path], None], folder: str, name: str
) -> None:
    asked = commands_of(root)[name]
    for made in ("corrections", "reports", "form/rules"):
        (root / made).mkdir(exist_ok=True)
    if name == "issue":
        for path in (root / "issued").rglob("*.xlsx"):
            path.unlink()
    if name == "receive":
        (root.parent / "收 到" / "new.xlsx").write_bytes(b"PK\x03\x04 new")
    before = contents(root / folder)
    closed(root / folder)
    line = ("batch", name, "--batch", str(root), *asked)
    ran = run_script(COMMAND, *line, before=AS_ANYBODY if os.geteuid() == 0 else ())
    assert is_told(ran.code, ran.said), ran
    assert contents(root / folder) == before


@pytest.mark.skipif(not has_strace(), reason="strace may not be used here")
def test_an_output_that_another_program_has_open_is_told(root: Path) -> None:
    assert run(root, "aggregate").exit_code == 0
    (path,) = (root / "reports").glob("*.xlsx")
    path.write_bytes(b"open in Excel")
    refused = strace("rename:error=EACCES:when=1+")
    ran = run_script(COMMAND, "batch", "aggregate", "--batch", str(root), before=refused)
    assert is_told(ran.code, ran.said), ran
    assert path.read_bytes() == b"open in Excel"
    assert [one.name for one in (root / "reports").iterdir()] == [path.name]
    assert run(root, "aggregate").exit_code == 0
    assert path.read_bytes() != b"open in Excel"
