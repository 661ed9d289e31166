"""What a clerk is told of a file that cannot be taken: one sentence with the remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from damage import edited, package_of, stamp_of, text_of, workbook_of
from hand_xlsb import cell_record, sheet_part, xlsb
from msoffcrypto.format.ooxml import OOXMLFile

from clusterxl.cli.group import cli
from clusterxl.excel.book import Book
from clusterxl.excel.stamp import PROPERTY, Stamp
from clusterxl.form.file import load_form
from clusterxl.form.roster import units_of
from clusterxl.generate import generate_workbook
from clusterxl.sentences import LANGUAGES, say

FORM = Path(__file__).parent / "data" / "forms" / "farm-survey"
FARM = load_form(FORM)
GOOD = workbook_of(FARM, {"cooperative": "Hill Farms"})
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
BROKEN_XLSB = {"mimetype": b"", "xl/workbook.bin": b"x"}
BROKEN_ODS = {"mimetype": b"", "content.xml": b"<a"}
WORD = {"[Content_Types].xml": b"", "word/document.xml": b""}


def encrypted() -> bytes:
    plain: Any = OOXMLFile(BytesIO(GOOD))  # type: ignore[no-untyped-call]
    kept = BytesIO()
    plain.encrypt("secret", kept)
    return kept.getvalue()


def stranger() -> bytes:
    book = Book()
    book.sheet("s")
    return book.save()


def stamped(**changes: Any) -> bytes:
    return workbook_of(FARM, {"cooperative": "x"}, stamp=replace(stamp_of(FARM), **changes))


def foreign() -> bytes:
    return xlsb({"S": (0, sheet_part({1: [cell_record(1, "a")]}))})


# File name, what is in it, the code; what people must find in the Chinese sentence.
CASES: tuple[tuple[str, Callable[[], bytes], str, str], ...] = (
    ("a.xlsx", encrypted, "READ-ENCRYPTED", "取消密码"),
    ("a.xls", lambda: OLE + bytes(4_000), "READ-XLS", "另存为"),
    ("a.xlsx", lambda: OLE + bytes(4_000), "READ-XLS", "另存为"),
    (
        "a.xlsb",
        lambda: package_of(BROKEN_XLSB),
        "READ-XLSB",
        "另存为",
    ),
    (
        "a.ods",
        lambda: package_of(BROKEN_ODS),
        "READ-DAMAGED",
        "另存为",
    ),
    ("a.xlsx", lambda: GOOD[:-200], "READ-CUT", "重新发送"),
    ("a.xlsx", lambda: GOOD[:40], "READ-CUT", "重新发送"),
    ("a.xlsx", lambda: b"", "READ-EMPTY", "重新保存"),
    ("a.xlsx", lambda: b"%PDF-1.7", "READ-PDF", ".xlsx"),
    ("a.xlsx", lambda: package_of(WORD), "READ-WORD", ".xlsx"),
    ("a.xlsx", lambda: OLE + "WordDocument".encode("utf-16-le"), "READ-WORD", ".xlsx"),
    ("a.xls", lambda: b"<html><table></table></html>", "READ-WEB", "重新下载"),
    ("a.xlsx", lambda: "名称,数\n".encode("gbk"), "READ-TEXT", ".xlsx"),
    ("a.xlsx", lambda: b"\xff\xd8\xff", "READ-PICTURE", ".xlsx"),
    ("a.xlsx", lambda: package_of({"a.xlsx": GOOD}), "READ-ZIP", ".zip"),
    ("a.rar", lambda: b"Rar!\x1a\x07", "READ-ARCHIVE", "改用 .zip"),
    ("a.7z", lambda: b"7z\xbc\xaf\x27\x1c", "READ-ARCHIVE", "改用 .zip"),
    ("a.zip", lambda: package_of({}), "READ-ZIPEMPTY", "重新打包"),
    ("a.zip", lambda: package_of({"a.xlsx": GOOD})[:-30], "READ-CUT", "重新发送"),
    ("a.xlsx", stranger, "READ-NOTOURS", "下发的原文件"),
    ("a.xlsb", foreign, "READ-NOTOURS", "下发的原文件"),
    ("a.xlsx", lambda: stamped(version="old"), "READ-VERSION", "版"),
    ("a.xlsx", lambda: stamped(base_year=1999), "READ-BASEYEAR", "1999"),
    ("a.xlsx", lambda: stamped(form="nobody"), "READ-NOFORM", "--form"),
)


def check(path: Path, *more: str | Path) -> dict[str, Any]:
    """Return what a check says, in Chinese; it must have found an error."""
    command = ["--lang", "zh", "check", path, "--form", FORM, "--format", "json", *more]
    done = CliRunner().invoke(cli, [str(part) for part in command])
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.mark.parametrize(("name", "content", "code", "remedy"), CASES)
def test_each_refusal_is_one_error_with_the_remedy(
    tmp_path: Path, name: str, content: Callable[[], bytes], code: str, remedy: str
) -> None:
    (tmp_path / name).write_bytes(content())
    document = check(tmp_path)
    (found,) = document["findings"]
    assert (found["code"], found["severity"], found["file"]) == (code, "error", name)
    assert remedy in found["message"]
    assert name in found["message"]
    assert [one["status"] for one in document["returns"]] == ["unreadable"]


def test_a_refused_file_stops_no_other(tmp_path: Path) -> None:
    for number, (name, content, _, _) in enumerate(CASES):
        (tmp_path / f"{number}-{name}").write_bytes(content())
    (tmp_path / "good.xlsx").write_bytes(GOOD)
    document = check(tmp_path)
    unread = [one["file"] for one in document["returns"] if one["status"] == "unreadable"]
    assert len(unread) == len(CASES)
    assert [one["file"] for one in document["returns"] if one["form"]] == ["good.xlsx"]


def test_every_refusal_is_said_in_both_languages() -> None:
    for name in ("encrypted", "wrong_password", "killed", "archive", "zip_empty", "zip_deep"):
        told = {say(f"read.{name}", lang=lang, file="甲.xlsx", most="3") for lang in LANGUAGES}
        assert len(told) == len(LANGUAGES)
        assert all("甲.xlsx" in sentence for sentence in told)


# ---- handed in as it was handed out


def test_a_blank_form_that_comes_back_is_an_error(tmp_path: Path) -> None:
    form = load_form("gd-cluster-2023")
    for number, unit in enumerate((None, units_of(form)[3])):
        (tmp_path / f"{number}.xlsx").write_bytes(generate_workbook(form, unit=unit))
    document = check(tmp_path)
    blank = [one for one in document["findings"] if one["code"] == "READ-BLANK"]
    assert [(one["file"], one["severity"]) for one in blank] == [
        ("0.xlsx", "error"),
        ("1.xlsx", "error"),
    ]
    assert "没有填写任何内容" in blank[0]["message"]
    assert [one["status"] for one in document["returns"]] == ["errors", "errors"]


def test_one_answer_of_any_kind_is_no_blank_form(tmp_path: Path) -> None:
    sheet = "xl/worksheets/sheet1.xml"
    blank = workbook_of(FARM)
    (old,) = re.findall(r'<c r="C2"[^>]*/>', text_of(blank, sheet))
    for answer in ("><v>0</v>", "><f>1+1</f>", ' t="inlineStr"><is><t>x</t></is>'):
        filled = edited(blank, sheet, old, f'<c r="C2"{answer}</c>')
        (tmp_path / "a.xlsx").write_bytes(filled)
        assert "READ-BLANK" not in {one["code"] for one in check(tmp_path)["findings"]}
    (tmp_path / "a.xlsx").write_bytes(blank)
    assert "READ-BLANK" in {one["code"] for one in check(tmp_path)["findings"]}


# ---- what a file says of itself is looked up


@pytest.mark.parametrize("form", ["../../x", "/etc/passwd", "..", ".", "farm-survey/../x", "C:\\x"])
def test_a_form_named_in_a_file_is_never_a_path(tmp_path: Path, form: str) -> None:
    # Were it joined to a path, a definition would be found here.
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    for place in (tmp_path / "x", folder):
        place.mkdir(exist_ok=True)
        (place / "form.toml").write_text("id = 'x'", encoding="utf-8")
    (folder / "a.xlsx").write_bytes(stamped(form=form))
    (found,) = check(folder / "a.xlsx")["findings"]
    assert found["code"] == "READ-NOFORM"


def test_units_and_serials_named_in_a_file_are_only_texts(tmp_path: Path) -> None:
    folder = tmp_path / "1" / "2" / "3"
    folder.mkdir(parents=True)
    data = stamped(unit="../../x", serial="../../../x", signature="/x")
    path = folder / "a.xlsx"
    path.write_bytes(data)
    document = check(path)
    assert [one["file"] for one in document["returns"]] == ["a.xlsx"]
    assert not {one["code"] for one in document["findings"]} & {"READ-NOFORM", "READ-NOTOURS"}
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [path]


def test_a_comparison_is_no_return_whatever_its_name(tmp_path: Path) -> None:
    book = Book(properties={PROPERTY: Stamp(kind="../../x").text()})
    book.sheet("s")
    (tmp_path / "a.xlsx").write_bytes(book.save())
    (tmp_path / "b.xlsx").write_bytes(GOOD)
    assert [one["file"] for one in check(tmp_path)["returns"]] == ["b.xlsx"]
