"""Which files are workbooks: in folders, in zips, in zips within zips."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import pytest
from damage import package_of

from clusterxl.errors import NothingFoundError, UnreadableWorkbookError
from clusterxl.excel.book import Book
from clusterxl.excel.sniff import MAX_BYTES
from clusterxl.inbox import Inbox, find_workbooks


def workbook(name: str = "s") -> bytes:
    book = Book()
    book.sheet(name)
    return book.save()


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
    assert names(inbox) == ["0.zip/1.xlsx", "0.zip/1.zip/2.xlsx", "0.zip/1.zip/2.zip/3.xlsx"]
    assert [skipped.file for skipped in inbox.skipped] == ["0.zip/1.zip/2.zip/3.zip"]


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
        (_with_password(package_of({"a.xlsx": workbook()})), "read.zip_password"),
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
