"""What all tests share: where LibreOffice and Chromium are, and what to do where they are not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from clusterxl.cli.group import cli
from clusterxl.sentences import use_language

UNO_PYTHON = "/usr/bin/python3"
# Scripts for other interpreters; looking for doctests in them would run them.
collect_ignore_glob = ["libreoffice/*.py", "posix_blocked/*.py"]


# No test is about time; a loaded machine must not fail one.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@cache
def missing_for_libreoffice() -> str:
    """Tell what LibreOffice tests would miss on this machine; empty when all is there."""
    if shutil.which("soffice") is None:
        return "soffice is not on the PATH"
    if not Path(UNO_PYTHON).exists():
        return f"{UNO_PYTHON} is missing"
    probe = subprocess.run([UNO_PYTHON, "-c", "import uno"], capture_output=True, check=False)
    return "" if probe.returncode == 0 else f"{UNO_PYTHON} has no module uno (package python3-uno)"


def missing_for_chromium() -> str:
    """Tell what tests of pages would miss on this machine; empty when all is there."""
    if os.name != "posix":
        return "it is driven through pipes of POSIX"
    return "" if shutil.which("chromium") else "chromium is not on the PATH"


NEEDED: dict[str, tuple[str, Callable[[], str]]] = {
    "needs_libreoffice": ("LibreOffice", missing_for_libreoffice),
    "needs_chromium": ("Chromium", missing_for_chromium),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a program where it is missing; in CI that is a failure."""
    for mark, (program, missing_for) in NEEDED.items():
        if item.get_closest_marker(mark) and (missing := missing_for()):
            if os.environ.get("CLUSTERXL_CI"):
                pytest.fail(f"{program} is needed in CI: {missing}")
            pytest.skip(f"{program} is needed: {missing}")


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    """Let every test, and what it shares with others, start in one language."""
    use_language("zh")
    yield
    use_language("zh")


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the top folder of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture
def run() -> Callable[..., Result]:
    """Return what types a command; an error that is no sentence of ours is raised."""

    def invoke(*arguments: str | Path) -> Result:
        result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke
