"""What is installed is what is here: packages, data and entry points of setup.cfg."""

from __future__ import annotations

import configparser
import re
from importlib import metadata
from importlib.resources import files
from pathlib import Path

import pytest

import clusterxl


@pytest.fixture(scope="module")
def setup(repository: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(repository / "setup.cfg", encoding="utf-8")
    return parser


def test_every_package_is_listed(setup: configparser.ConfigParser, repository: Path) -> None:
    below = (repository / "clusterxl").rglob("*.py")
    folders = {path.parent.relative_to(repository).as_posix().replace("/", ".") for path in below}
    listed = set(setup["options"]["packages"].split())
    assert listed == folders | {"clusterxl.templates", "clusterxl.rules"}


def test_every_package_has_its_init_with_a_docstring(
    setup: configparser.ConfigParser, repository: Path
) -> None:
    places = dict(line.split(" = ") for line in setup["options"]["package_dir"].strip().split("\n"))
    for package in setup["options"]["packages"].split():
        folder = places.get(package, package.replace(".", "/"))
        text = (repository / folder / "__init__.py").read_text(encoding="utf-8")
        assert text.startswith('"""'), package


@pytest.mark.parametrize("package", ["clusterxl", "clusterxl.templates", "clusterxl.rules"])
def test_every_data_file_is_covered(
    setup: configparser.ConfigParser, repository: Path, package: str
) -> None:
    folder = {"clusterxl": "clusterxl"}.get(package, package.rpartition(".")[2])
    globs = setup["options.package_data"][package].split(", ")
    covered = {path for glob in globs for path in (repository / folder).glob(glob)}
    present = {
        path
        for path in (repository / folder).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert present <= covered


def test_an_offline_computer_gets_the_extras_that_its_note_installs(
    setup: configparser.ConfigParser, repository: Path
) -> None:
    makefile = (repository / "Makefile").read_text(encoding="utf-8")
    note = (repository / "docs" / "install-offline.zh.md").read_text(encoding="utf-8")
    (default,) = re.findall(r"^EXTRAS \?= (.*)$", makefile, re.MULTILINE)
    assert "html" in default.split(",")
    assert set(default.split(",")) <= set(setup["options.extras_require"])
    assert f"clusterxl[{default}]" in note
    assert f"--extras {default} " in note


def test_data_is_found_through_the_package() -> None:
    assert (files("clusterxl.templates") / "gd-cluster-2023" / "form.toml").is_file()
    assert (files("clusterxl") / "locale" / "zh.toml").is_file()
    assert (files("clusterxl") / "py.typed").is_file()


def test_the_version_installed_is_the_version_here() -> None:
    assert metadata.version("clusterxl") == clusterxl.__version__


def test_text_files_have_unix_line_ends_and_are_utf8(repository: Path) -> None:
    suffixes = {".py", ".toml", ".csv", ".md", ".cfg", ".txt"}
    for folder in ("clusterxl", "templates", "rules", "tests", "docs", "samples", ".ci"):
        for path in (repository / folder).rglob("*"):
            if path.suffix in suffixes and path.is_file():
                content = path.read_bytes()
                assert b"\r\n" not in content, path
                content.decode("utf-8")
