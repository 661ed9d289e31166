"""Which files are workbooks: in folders, in zips, in zips within zips."""

from __future__ import annotations

import os
import socket
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import pytest
from damage import package_of

from clusterxl.errors import NothingFoundError, UnreadableWorkbookError
from clusterxl.excel.archive import MAX_MEMBERS
from clusterxl.excel.book import Book
from clusterxl.excel.sniff import MAX_BYTES, kind_of
from clusterxl.inbox import Inbox, find_workbooks

DEEP = "0.zip/1.zip/2.zip/3.zip"


def workbook(name: str = "s") -> bytes:
    book = Book()
    book.sheet(name)
    return book.save()


def refusals(inbox: Inbox) -> dict[str, str]:
    """Return why files of an inbox are refused, by name."""
    found = {}
    for file in inbox.files:
        try:
            file.read_bytes()
        except UnreadableWorkbookError as error:
            found[file.name] = error.code
    return found


def names(inbox: Inbox) -> list[str]:
    return [file.name for file in inbox.files]


def old_zip(name: bytes, content: bytes) -> bytes:
    """Return a zip as Chinese Windows writes it: names as bytes of no stated encoding."""
    stand_in = "n" * len(name)
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_STORED) as archive:
        archive.writestr(ZipInfo(stand_in, (2024, 1, 1, 0, 0, 0)), content)
    assert kept.getvalue().count(stand_in.encode()) == 2
    return kept.getvalue().replace(stand_in.encode(), name)


def test_a_folder_is_searched_through_in_order(tmp_path: Path) -> None:
    for name in ("b.xlsx", "深圳/a.xlsx", "广州/c/d.XLSX", "old.xls", "table.et"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(workbook())
    for name in ("~$b.xlsx", "._b.xlsx", "notes.txt", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"x")
    inbox = find_workbooks([tmp_path])
    assert names(inbox) == ["b.xlsx", "old.xls", "table.et", "广州/c/d.XLSX", "深圳/a.xlsx"]
    assert [skipped.file for skipped in inbox.skipped] == [
        "._b.xlsx",
        "Thumbs.db",
        "notes.txt",
        "~$b.xlsx",
    ]
    assert inbox.files[0].read_bytes() == workbook()


def test_a_file_given_by_itself_is_taken_at_its_word(tmp_path: Path) -> None:
    path = tmp_path / "return.dat"
    path.write_bytes(b"x")
    assert names(find_workbooks(path)) == ["return.dat"]
    assert names(find_workbooks(str(path))) == ["return.dat"]


def test_a_file_found_twice_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook())
    assert names(find_workbooks([path, tmp_path, tmp_path])) == ["a.xlsx"]


def test_zips_are_looked_into(tmp_path: Path) -> None:
    inner = package_of({"x/two.xlsx": workbook("two"), "~$two.xlsx": b"x"})
    outer = package_of({"one.xlsx": workbook("one"), "inner.ZIP": inner, "a.txt": b"x"})
    (tmp_path / "mail.zip").write_bytes(outer)
    inbox = find_workbooks([tmp_path])
    assert names(inbox) == ["mail.zip/inner.ZIP/x/two.xlsx", "mail.zip/one.xlsx"]
    assert [file.read_bytes() for file in inbox.files] == [workbook("two"), workbook("one")]
    assert [skipped.file for skipped in inbox.skipped] == [
        "mail.zip/a.txt",
        "mail.zip/inner.ZIP/~$two.xlsx",
    ]


def test_zips_within_zips_end_at_the_third(tmp_path: Path) -> None:
    content = package_of({"deep.xlsx": workbook()})
    for depth in (3, 2, 1):
        content = package_of({f"{depth}.zip": content, f"{depth}.xlsx": workbook()})
    (tmp_path / "0.zip").write_bytes(content)
    inbox = find_workbooks([tmp_path / "0.zip"])
    *found, deep = inbox.files
    shown = ["0.zip/1.xlsx", "0.zip/1.zip/2.xlsx", "0.zip/1.zip/2.zip/3.xlsx"]
    assert sorted(file.name for file in (*found, deep)) == sorted([*shown, DEEP])
    assert refusals(inbox) == {DEEP: "read.zip_deep"}


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_in_zips_are_read_as_they_were_typed(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.zip").write_bytes(old_zip("申报表/坪山区.xlsx".encode(encoding), workbook()))
    inbox = find_workbooks([tmp_path])
    assert names(inbox) == ["a.zip/申报表/坪山区.xlsx"]
    assert inbox.files[0].read_bytes() == workbook()


def test_names_marked_as_utf8_are_left_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(package_of({"坪山区.xlsx": workbook(), "é.xlsx": b"x"}))
    assert names(find_workbooks([tmp_path])) == ["a.zip/é.xlsx", "a.zip/坪山区.xlsx"]


def test_folders_of_other_systems_in_zips_are_junk(tmp_path: Path) -> None:
    content = {"__MACOSX/._a.xlsx": b"x", "__MACOSX/a.xlsx": b"x", "a.xlsx": workbook()}
    (tmp_path / "a.zip").write_bytes(package_of(content))
    assert names(find_workbooks([tmp_path])) == ["a.zip/a.xlsx"]


def test_a_workbook_named_zip_is_a_workbook(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(workbook())
    assert names(find_workbooks([tmp_path])) == ["a.zip"]


def test_a_broken_zip_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(package_of({"a.xlsx": workbook()})[:-30])
    inbox = find_workbooks([tmp_path])
    assert names(inbox) == ["a.zip"]


def _with_password(content: bytes) -> bytes:
    """Mark the only member of a zip as encrypted, in both of its entries."""
    local, central = content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8
    changed = bytearray(content)
    changed[local] |= 1
    changed[central] |= 1
    return bytes(changed)


def _flipped(content: bytes) -> bytes:
    place = content.index(b"a.xlsx") + 60
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_flipped(package_of({"a.xlsx": workbook()})), "read.cut"),
        (package_of({"a.xlsx": b"0" * (MAX_BYTES + 1)}), "read.too_big"),
    ],
)
def test_a_member_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    (file,) = find_workbooks([tmp_path]).files
    with pytest.raises(UnreadableWorkbookError, match=r"a\.zip/a\.xlsx") as error:
        file.read_bytes()
    assert error.value.code == code


def test_a_file_too_big_or_gone_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as big:
        big.truncate(MAX_BYTES + 1)
    (file,) = find_workbooks([path]).files
    with pytest.raises(UnreadableWorkbookError) as error:
        file.read_bytes()
    assert error.value.code == "read.too_big"
    path.unlink()
    with pytest.raises(UnreadableWorkbookError) as error:
        file.read_bytes()
    assert error.value.code == "read.cannot_open"


def test_nothing_found_is_an_error_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(NothingFoundError) as error:
        find_workbooks([tmp_path / "gone"])
    assert error.value.code == "read.no_such_path"
    (tmp_path / "a.txt").write_bytes(b"x")
    with pytest.raises(NothingFoundError, match=tmp_path.name) as error:
        find_workbooks([tmp_path])
    assert error.value.code == "read.nothing"


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for folder in ("north", "south"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.xlsx").write_bytes(workbook(folder))
    (tmp_path / "south" / "b.xlsx").write_bytes(workbook("b"))
    north, south = tmp_path / "north", tmp_path / "south"
    shown = [(north / "a.xlsx").as_posix(), (south / "a.xlsx").as_posix(), "b.xlsx"]
    assert names(find_workbooks([north, south])) == shown
    assert names(find_workbooks([north / "a.xlsx", south / "a.xlsx"])) == shown[:2]
    assert names(find_workbooks([tmp_path])) == ["north/a.xlsx", "south/a.xlsx", "south/b.xlsx"]


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_name_that_a_zip_has_twice_is_numbered(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("a.xlsx", workbook("one"))
        archive.writestr("a.xlsx", workbook("two"))
    whole = (path / "a.xlsx").as_posix()
    assert names(find_workbooks(path)) == [whole, f"{whole} (2)"]


# ---- packed otherwise, or not to be opened at all


def test_a_locked_zip_is_told_once_and_the_rest_of_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(_with_password(package_of({"a.xlsx": workbook()})))
    assert refusals(find_workbooks(tmp_path)) == {"a.zip": "read.zip_password"}
    two = package_of({"a.xlsx": workbook("a"), "b.xlsx": workbook("b"), "c.xlsx": workbook("c")})
    # Of three members the first has a password: one sentence, and two workbooks.
    (tmp_path / "a.zip").write_bytes(_with_password(two))
    inbox = find_workbooks(tmp_path)
    assert names(inbox) == ["a.zip", "a.zip/b.xlsx", "a.zip/c.xlsx"]
    assert refusals(inbox) == {"a.zip": "read.zip_password"}


RAR, SEVEN = b"Rar!\x1a\x07\x01\0", b"7z\xbc\xaf\x27\x1c"


@pytest.mark.parametrize("start", [RAR, SEVEN, b"\x1f\x8b\x08", bytes(257) + b"ustar\0"])
@pytest.mark.parametrize("name", ["a.rar", "a.7z", "a.zip", "a.pdf", "a", "a.xlsx"])
def test_packed_files_of_other_kinds_are_told_whatever_their_name(
    tmp_path: Path, start: bytes, name: str
) -> None:
    (tmp_path / name).write_bytes(start + bytes(600))
    (tmp_path / "all.zip").write_bytes(package_of({name: start + bytes(600)}))
    found = {file.name: kind_of(file.read_bytes()) for file in find_workbooks(tmp_path).files}
    assert found == dict.fromkeys((name, f"all.zip/{name}"), "archive")


def test_a_zip_is_looked_into_whatever_its_name(tmp_path: Path) -> None:
    for name in ("a.rar", "b", "c.dat"):
        (tmp_path / name).write_bytes(package_of({"a.xlsx": workbook(name)}))
    assert names(find_workbooks(tmp_path)) == ["a.rar/a.xlsx", "b/a.xlsx", "c.dat/a.xlsx"]
    assert names(find_workbooks(tmp_path / "c.dat")) == ["c.dat/a.xlsx"]


def test_a_workbook_is_read_whatever_its_name(tmp_path: Path) -> None:
    for name in ("a", "b.tmp", "c.xlsx.bak"):
        (tmp_path / name).write_bytes(workbook(name))
    assert names(find_workbooks(tmp_path)) == ["a", "b.tmp", "c.xlsx.bak"]


OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("scan.pdf", b"%PDF-1.4", "PDF"),
        ("scan", b"%PDF-1.4", "PDF"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "图片"),
        ("a.tif", b"II*\0", "图片"),
        ("a.png", b"\x89PNG", "图片"),
        ("a.docx", package_of({"[Content_Types].xml": b"", "word/document.xml": b""}), "文档"),
        ("a.bin", OLE + "WordDocument".encode("utf-16-le"), "文档"),
        ("a.wps", OLE + bytes(600), "文档"),
        ("a.txt", b"x", "文本"),
        ("a.html", b"<html>", "网页"),
        ("a.exe", b"MZ", "程序"),
        ("a.eml", b"From: x", "邮件"),
        ("a.bin", bytes(range(256)), "不是工作簿"),
    ],
)
def test_what_is_no_workbook_is_left_with_a_line_that_says_what_it_is(
    tmp_path: Path, name: str, data: bytes, word: str
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "b.xlsx").write_bytes(workbook())
    (left,) = find_workbooks(tmp_path).skipped
    assert left.file == name
    assert word in left.reason


def test_an_old_workbook_without_an_ending_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(OLE + "Workbook".encode("utf-16-le"))
    assert names(find_workbooks(tmp_path)) == ["a"]


# ---- zips that are no returns of anybody


def _claiming(content: bytes, size: int) -> bytes:
    """Return a zip whose table says that each member has so many bytes."""
    changed = bytearray(content)
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        changed[place + 24 : place + 28] = size.to_bytes(4, "little")
        place = content.find(b"PK\x01\x02", place + 4)
    return bytes(changed)


def test_zips_beyond_bounds_are_one_sentence_each(tmp_path: Path) -> None:
    many = {f"{number}": b"" for number in range(MAX_MEMBERS + 1)}
    three = package_of({"a.xlsx": b"x", "b.xlsx": b"x", "c.xlsx": b"x"})
    (tmp_path / "empty.zip").write_bytes(package_of({}))
    (tmp_path / "folder.zip").write_bytes(package_of({"folder/": b""}))
    (tmp_path / "many.zip").write_bytes(package_of(many))
    (tmp_path / "swollen.zip").write_bytes(_claiming(three, 2 * 1024**3))
    assert refusals(find_workbooks(tmp_path)) == {
        "empty.zip": "read.zip_empty",
        "folder.zip": "read.zip_empty",
        "many.zip": "read.zip_many",
        "swollen.zip": "read.zip_swollen",
    }


def test_zips_within_zips_share_one_bound(tmp_path: Path) -> None:
    half = package_of({f"{number}.txt": b"" for number in range(MAX_MEMBERS // 2)})
    (tmp_path / "a.zip").write_bytes(package_of({f"{number}.zip": half for number in range(3)}))
    inbox = find_workbooks(tmp_path)
    assert refusals(inbox) == dict.fromkeys(["a.zip/1.zip", "a.zip/2.zip"], "read.zip_many")


def test_a_zip_that_lies_about_a_size_is_damaged(tmp_path: Path) -> None:
    data = package_of({"a.xlsx": b"0" * 10_000})
    (tmp_path / "a.zip").write_bytes(_claiming(data, 100))
    assert refusals(find_workbooks(tmp_path)) == {"a.zip/a.xlsx": "read.cut"}


# ---- what is no file


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes among files")
def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    outside = tmp_path / "outside.xlsx"
    outside.write_bytes(workbook())
    folder = tmp_path / "in"
    (folder / "folder.xlsx").mkdir(parents=True)
    (folder / "folder.xlsx" / "a.xlsx").write_bytes(workbook())
    os.mkfifo(folder / "pipe.xlsx")
    (folder / "link.xlsx").symlink_to(outside)
    (folder / "gone.xlsx").symlink_to(tmp_path / "gone")
    (folder / "up").symlink_to(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "s.xlsx"))
        inbox = find_workbooks(folder)
    assert names(inbox) == ["folder.xlsx/a.xlsx"]
    left = ["folder.xlsx", "gone.xlsx", "link.xlsx", "pipe.xlsx", "s.xlsx", "up"]
    assert [one.file for one in inbox.skipped] == left
    assert all(one.reason for one in inbox.skipped)
    # A link that is given by hand is meant; a pipe would keep us waiting.
    assert names(find_workbooks(folder / "link.xlsx")) == ["link.xlsx"]
    with pytest.raises(NothingFoundError):
        find_workbooks(folder / "pipe.xlsx")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no links without rights")
def test_a_link_put_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    secret, path = tmp_path / "secret", tmp_path / "in" / "a.xlsx"
    secret.write_bytes(b"secret")
    path.parent.mkdir()
    path.write_bytes(workbook())
    inbox = find_workbooks(path.parent)
    path.unlink()
    path.symlink_to(secret)
    assert refusals(inbox) == {"a.xlsx": "read.cannot_open"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is shut to this user")
def test_files_without_permission_are_told_or_left(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.txt"):
        (tmp_path / name).write_bytes(b"x")
        (tmp_path / name).chmod(0)
    (tmp_path / "c").mkdir(mode=0)
    inbox = find_workbooks(tmp_path)
    assert refusals(inbox) == {"a.xlsx": "read.cannot_open"}
    assert [one.file for one in inbox.skipped] == ["b.txt", "c"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_odd_names_are_shown_without_harm(tmp_path: Path) -> None:
    odd = {
        "a\nb.xlsx": "a\\u000ab.xlsx",
        "-rf.xlsx": "-rf.xlsx",
        "\u202excod.xlsx": "\\u202excod.xlsx",
        os.fsdecode(b"\xbc\xd7.xlsx"): "\\udcbc\\udcd7.xlsx",
        "=cmd|'x'.xlsx": "=cmd|'x'.xlsx",
        "甲 乙.xlsx": "甲 乙.xlsx",
    }
    for name in odd:
        (tmp_path / name).write_bytes(workbook(name.encode(errors="replace").hex()[:20]))
    inbox = find_workbooks(tmp_path)
    assert set(names(inbox)) == set(odd.values())
    assert refusals(inbox) == {}
