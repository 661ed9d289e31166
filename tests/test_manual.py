"""The manual of a season shows what the commands print."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from clusterxl.cli.batch import batch


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_what_it_shows_is_what_the_commands_print(repository: Path) -> None:
    season = runpy.run_path(str(repository / "docs" / "season.py"))
    text = season["MANUAL"].read_text(encoding="utf-8")
    assert season["manual"](text, season["play"]()) == text, "run `make docs`"


@pytest.mark.parametrize("name", batch.commands)
def test_every_command_of_a_batch_is_shown(repository: Path, name: str) -> None:
    text = (repository / "docs" / "操作手册.md").read_text(encoding="utf-8")
    assert re.search(rf"^> clusterxl batch {name}\b", text, re.MULTILINE)


@pytest.mark.parametrize("page", ["操作手册.md", "manual-check.zh.md"])
def test_links_lead_somewhere(repository: Path, page: str) -> None:
    path = repository / "docs" / page
    links = re.findall(r"\]\((?!http)([^)#]+)", path.read_text(encoding="utf-8"))
    assert all((path.parent / link).exists() for link in links)
