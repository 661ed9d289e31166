"""Workbooks with a password: refused with a sentence, or opened with one that was given."""

from __future__ import annotations

import importlib.util
import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from damage import package_of, parts_of, stamp_of, workbook_of
from libreoffice_tools import save_locked
from msoffcrypto.format.ooxml import OOXMLFile

from clusterxl.cli.group import cli
from clusterxl.errors import OutputError, UnreadableWorkbookError
from clusterxl.excel import engines
from clusterxl.form.file import load_form
from clusterxl.read import read_return
from clusterxl.returns import read_returns

FORM = Path(__file__).parent / "data" / "forms" / "farm-survey"
FARM = load_form(FORM)
SECRET = "口令 2023"  # noqa: S105 (made up here)
READ_BY_ALL = "VelvetSweatshop"


def locked(password: str = SECRET, data: bytes | None = None) -> bytes:
    """Return a workbook with a password."""
    plain: Any = OOXMLFile(BytesIO(workbook_of(FARM) if data is None else data))  # type: ignore[no-untyped-call]
    kept = BytesIO()
    plain.encrypt(password, kept)
    return kept.getvalue()


def saved(folder: Path, data: bytes, name: str = "a.xlsx") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def refusal(path: Path, *passwords: str) -> str:
    with pytest.raises(UnreadableWorkbookError, match=path.name) as error:
        read_return(path, forms=[FARM], passwords=passwords)
    assert not any(password in str(error.value) for password in passwords)
    return error.value.code


def test_a_password_that_fits_opens(tmp_path: Path) -> None:
    data = locked()
    found = read_return(saved(tmp_path, data), forms=[FARM], passwords=["other", SECRET])
    assert found.stamp == stamp_of(FARM)
    # It is the file as it came that is known again.
    assert found.sha256 == sha256(data).hexdigest()


def test_without_one_that_fits_it_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, locked())
    assert refusal(path) == "read.encrypted"
    assert refusal(path, "other", "口令") == "read.wrong_password"


def test_what_excel_opens_unasked_is_opened_unasked(tmp_path: Path) -> None:
    found = read_return(saved(tmp_path, locked(READ_BY_ALL)), forms=[FARM])
    assert found.stamp == stamp_of(FARM)


def test_what_was_behind_the_password_passes_the_gate(tmp_path: Path) -> None:
    odd = package_of({**parts_of(workbook_of(FARM)), "../x.xml": b""})
    assert refusal(saved(tmp_path, locked(data=odd)), SECRET) == "read.odd_zip"


def test_a_damaged_one_is_refused_and_others_are_read(tmp_path: Path) -> None:
    data = locked()
    saved(tmp_path, data.replace(b"<encryption ", b"<damaged...."), "a.xlsx")
    saved(tmp_path, data, "b.xlsx")
    found = read_returns(tmp_path, forms=[FARM], passwords=[SECRET])
    assert [one.file for one in found.returns] == ["b.xlsx"]
    assert [finding.code for finding in found.findings] == ["READ-ENCRYPTED"]


@pytest.mark.needs_libreoffice
def test_the_password_of_an_xls_is_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "b.xls"
    save_locked(saved(tmp_path, workbook_of(FARM, {"cooperative": "Hill"})), path, "abc")
    assert refusal(path) == "read.encrypted"
    assert refusal(path, "abd") == "read.wrong_password"
    found = read_return(path, forms=[FARM], passwords=["abc"])
    assert found.cells["cooperative"].raw.value == "Hill"


@pytest.mark.needs_libreoffice
def test_an_ods_with_a_password_must_come_back_without(tmp_path: Path) -> None:
    path = tmp_path / "b.ods"
    save_locked(saved(tmp_path, workbook_of(FARM)), path, "abc")
    assert refusal(path) == "read.encrypted"
    assert refusal(path, "abc") == "read.encrypted"


# ---- on the command line


def run(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], input=typed)


def check(path: Path, *more: str | Path, typed: str = "") -> list[str]:
    """Return the codes of what is found about reading."""
    done = run("check", path, "--form", FORM, "--format", "json", *more, typed=typed)
    codes = [finding["code"] for finding in json.loads(done.stdout)["findings"]]
    return [code for code in codes if code.startswith("READ-")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_passwords_stand_in_a_file_one_a_line(tmp_path: Path, encoding: str) -> None:
    path = saved(tmp_path, locked())
    words = saved(tmp_path, f"other\r\n\r\n{SECRET}\n".encode(encoding), "words.txt")
    assert check(path) == ["READ-ENCRYPTED"]
    assert "READ-ENCRYPTED" not in check(path, "--password-file", words)
    words.write_text("other", encoding="utf-8")
    assert check(path, "--password-file", words) == ["READ-WRONGPASSWORD"]


def test_a_password_is_asked_for_and_not_shown(tmp_path: Path) -> None:
    path = saved(tmp_path, locked())
    assert "READ-ENCRYPTED" not in check(path, "--ask-password", typed=f"{SECRET}\n")
    done = run("check", path, "--form", FORM, "--ask-password", typed=f"{SECRET}\n")
    assert SECRET not in done.output


def test_where_nobody_types_a_password_it_is_one_sentence(tmp_path: Path) -> None:
    done = run("check", saved(tmp_path, locked()), "--ask-password", typed="")
    assert done.exit_code == 2
    assert "--password-file" in done.output


@pytest.mark.parametrize("command", ["read", "check", "aggregate"])
def test_a_missing_file_of_passwords_is_one_sentence(tmp_path: Path, command: str) -> None:
    path = saved(tmp_path, locked())
    output = () if command == "check" else ("-o", tmp_path / "out.xlsx")
    done = run(command, path, *output, "--password-file", tmp_path / "gone.txt")
    assert done.exit_code == 2
    assert "gone.txt" in done.output


def test_without_the_extra_passwords_are_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, locked(READ_BY_ALL))
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    assert refusal(path) == "read.encrypted"
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(OutputError, match="crypto") as error:
        read_return(path, forms=[FARM], passwords=[SECRET])
    assert error.value.code == "outputs.extra_missing"
