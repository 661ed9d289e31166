"""The public names: complete, sorted, light to import, and none of them a module's name."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

import clusterxl

HEAVY = ("click", "numpy", "openpyxl", "pandas", "pandera", "python_calamine", "xlsxwriter")


def imported_by(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after `code`."""
    program = f"{code}\nimport sys; sys.stdout.write(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, encoding="utf-8"
    )
    return set(done.stdout.split())


def test_all_is_sorted_and_complete() -> None:
    assert clusterxl.__all__ == sorted(clusterxl.__all__)
    assert set(clusterxl.__all__) == set(clusterxl._OWNERS)
    assert set(clusterxl.__all__) <= set(dir(clusterxl))


@pytest.mark.parametrize("name", clusterxl.__all__)
def test_each_name_comes_from_the_module_that_owns_it(name: str) -> None:
    thing = getattr(clusterxl, name)
    assert thing.__name__ == name
    assert thing.__module__.startswith(f"clusterxl.{clusterxl._OWNERS[name].partition('.')[0]}")
    assert thing.__doc__


def test_no_name_equals_a_module() -> None:
    modules = {module.name for module in pkgutil.iter_modules(clusterxl.__path__)}
    assert not modules & set(clusterxl.__all__)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = clusterxl.no_such_name


def test_importing_the_package_is_light() -> None:
    assert not imported_by("import clusterxl") & set(HEAVY)


def test_help_imports_nothing_heavy() -> None:
    loaded = imported_by(
        "from click.testing import CliRunner\n"
        "from clusterxl.cli.group import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0"
    )
    assert not loaded & (set(HEAVY) - {"click"})
