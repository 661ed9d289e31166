"""Finds what is packaged with clusterxl: forms (templates/<id>/) and rules (rules/<id>/)."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

_FORMS = "clusterxl.templates"
_RULES = "clusterxl.rules"


def packaged_ids() -> tuple[str, ...]:
    """Return the ids of all packaged forms, sorted."""
    folder = _packaged(_FORMS)
    return tuple(sorted(path.name for path in folder.iterdir() if (path / "form.toml").is_file()))


def form_folder(form_id: str) -> Path | None:
    """Return the folder of a packaged form, or None if there is no such form."""
    return _packaged(_FORMS) / form_id if form_id in packaged_ids() else None


def rules_folder(form_id: str) -> Path | None:
    """Return the folder of a packaged form's rules, or None if it has none."""
    folder = _packaged(_RULES) / form_id
    return folder if form_id in packaged_ids() and folder.is_dir() else None


def _packaged(package: str) -> Path:
    return Path(str(files(package)))
