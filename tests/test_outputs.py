"""Outputs are whole or old, never over another file unasked, and inert in Excel."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterxl import outputs
from clusterxl.errors import OutputError
from clusterxl.outputs import (
    Outputs,
    require_extra,
    safe_name,
    write_file,
)


def write_all(files: list[tuple[Path, bytes]], *, force: bool = False) -> None:
    with Outputs(force=force) as together:
        for path, content in files:
            together.add(path, content)


def everything_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@given(st.text(max_size=300))
def test_safe_names_are_safe(text: str) -> None:
    name = safe_name(text)
    assert name
    assert name == name.strip()
    assert not name.endswith(".")
    assert not set(name) & set('<>:"/\\|?*\0\n')
    assert len(name.encode("utf-8")) <= outputs.MOST_BYTES
    assert safe_name(name) == name


@pytest.mark.parametrize("name", ["CON", "nul.xlsx", "com1", "LPT9.txt", "Aux.", "con .txt"])
def test_reserved_names_are_changed(name: str) -> None:
    stem = safe_name(name).partition(".")[0].strip().lower()
    assert stem not in {"con", "nul", "com1", "lpt9", "aux"}


def test_a_missing_extra_is_one_sentence_with_the_pip_line() -> None:
    with pytest.raises(OutputError, match=r'python -m pip install "pyarrow>='):
        require_extra("parquet", module="no_such_module_anywhere")


def test_a_file_that_is_written_bit_by_bit_takes_its_place_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "same.txt").write_bytes(b"one two")
    with Outputs() as files:
        for name in ("same.txt", "deep/new.txt"):
            draft = files.begin(tmp_path)
            draft.stream.write(b"one ")
            draft.stream.write(b"two")
            files.place(draft, tmp_path / name)
        assert not (tmp_path / "deep" / "new.txt").exists()
    assert (files.written, files.unchanged) == (
        [tmp_path / "deep" / "new.txt"],
        [tmp_path / "same.txt"],
    )
    assert (tmp_path / "deep" / "new.txt").read_bytes() == b"one two"
    assert everything_below(tmp_path) == {"same.txt", "deep", "deep/new.txt"}


def test_a_draft_that_is_never_placed_leaves_nothing(tmp_path: Path) -> None:
    with Outputs() as files:
        files.begin(tmp_path / "new").stream.write(b"1")
    assert everything_below(tmp_path) == set()


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    write_file(tmp_path / "深圳市" / "a.txt", b"1")
    assert (tmp_path / "深圳市" / "a.txt").read_bytes() == b"1"
    assert everything_below(tmp_path) == {"深圳市", "深圳市/a.txt"}


def test_the_same_content_again_is_no_change(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_file(path, b"1")
    before = path.stat().st_mtime_ns
    with Outputs() as files:
        files.add(path, b"1")
    assert (files.written, files.unchanged) == ([], [path])
    assert path.stat().st_mtime_ns == before


def test_another_file_is_overwritten_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match="--force") as caught:
        write_file(path, b"new")
    assert caught.value.code == "outputs.exists"
    assert path.read_bytes() == b"old"
    write_file(path, b"new", force=True)
    assert path.read_bytes() == b"new"


def test_force_does_not_replace_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(OutputError):
        write_file(tmp_path / "a.txt", b"new", force=True)
    assert everything_below(tmp_path) == {"a.txt"}


def test_one_conflict_keeps_all_files_back(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes(b"old")
    with pytest.raises(OutputError):
        write_all([(tmp_path / "new" / "deep" / "a.txt", b"1"), (tmp_path / "b.txt", b"2")])
    assert everything_below(tmp_path) == {"b.txt"}


def test_an_exception_half_way_leaves_nothing(tmp_path: Path) -> None:
    def write_two() -> None:
        with Outputs() as files:
            files.add(tmp_path / "new" / "a.txt", b"1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_two()
    assert everything_below(tmp_path) == set()


def test_a_name_given_twice_in_one_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        write_all([(tmp_path / "a.txt", b"1"), (tmp_path / "a.txt", b"2")], force=True)
    assert everything_below(tmp_path) == set()


def test_a_file_in_the_way_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(OutputError) as caught:
        write_file(tmp_path / "out" / "a.txt", b"1")
    assert caught.value.code == "outputs.not_writable"
    with pytest.raises(OutputError), Outputs() as files:
        files.require_folder(tmp_path / "out")


def test_a_disk_that_is_full_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_file(path, b"new", force=True)
    assert path.read_bytes() == b"old"
    assert everything_below(tmp_path) == {"a.txt"}


def test_a_file_held_open_elsewhere_is_tried_again_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    tries = []

    def held(self: Path, target: Path) -> None:
        tries.append((self, target))
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(outputs, "RENAME_PATIENCE", (0, 0))
    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(OutputError, match="Excel"):
        write_file(path, b"new", force=True)
    assert len(tries) == 3
    assert path.read_bytes() == b"old"
    assert everything_below(tmp_path) == {"a.txt"}


def test_a_folder_without_write_permission_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", refused)
    with pytest.raises(OutputError, match="Permission denied"), Outputs() as files:
        files.require_folder(tmp_path / "out")
    assert everything_below(tmp_path) == set()


def test_what_is_read_is_never_written_over(tmp_path: Path) -> None:
    read = tmp_path / "read.txt"
    read.write_bytes(b"old")
    (tmp_path / "in").mkdir()
    linked = tmp_path / "linked.txt"
    os.link(read, linked)
    for path in (read, tmp_path / "in" / ".." / "read.txt", linked):
        with pytest.raises(OutputError) as caught:
            write_file(path, b"new", force=True, keep=[read])
        assert caught.value.code == "outputs.is_read"
    write_file(tmp_path / "other.txt", b"new", force=True, keep=[read, tmp_path / "gone"])
    assert read.read_bytes() == b"old"
