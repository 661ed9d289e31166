"""README shows commands and code that run as they stand there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from clusterxl.cli.group import cli

MOST_LINES = 115


@pytest.fixture
def readme(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return README's text, standing where its commands can be typed."""
    shutil.copytree(repository / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    return (repository / "README.md").read_text(encoding="utf-8")


def test_the_complete_run_runs(readme: str) -> None:
    section = readme.partition("## One complete run")[2].partition("\n## ")[0]
    lines = re.findall(r"(?m)^    clusterxl (.*?)(?:\s+#.*)?$", section)
    assert len(lines) > 3
    for line in lines:
        result = CliRunner().invoke(cli, shlex.split(line))
        assert result.exit_code in (0, 1), (line, result.output)
    assert Path("out/comparison.xlsx").is_file()
    assert Path("out/frames/values.csv").is_file()


def test_the_python_example_runs(readme: str) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 (our own example)
    assert Path("comparison.xlsx").is_file()


def test_it_is_short(readme: str) -> None:
    assert len(readme.splitlines()) <= MOST_LINES


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/guide.zh.md"]
)
def test_links_lead_somewhere(repository: Path, page: str) -> None:
    path = repository / page
    links = re.findall(r"\]\((?!http)([^)#]+)", path.read_text(encoding="utf-8"))
    assert all((path.parent / link).exists() for link in links)
