"""Writes the generated parts of docs/architecture.md: the table of modules and their graph."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator
from pathlib import Path

import grimp

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = "clusterxl"
OUTSIDE = (
    *("click", "msoffcrypto", "numpy", "openpyxl", "pandas", "pandera", "python_calamine"),
    *("xlrd", "xlsxwriter", "zipfile"),
)


def layers() -> list[list[str]]:
    """Return the lines of the layers contract, each with its modules, high to low."""
    parser = configparser.ConfigParser()
    parser.read(REPOSITORY / "setup.cfg", encoding="utf-8")
    lines = parser["importlinter:contract:road"]["layers"].strip().splitlines()
    return [line.split(" | ") for line in lines]


def graph() -> grimp.ImportGraph:
    """Return who imports whom, subpackages folded into one, data packages left out."""
    found = grimp.build_graph(PACKAGE, include_external_packages=True, cache_dir=None)
    for module in found.find_children(PACKAGE):
        if found.find_children(module):
            found.squash_module(module)
    return found


def purpose(module: str) -> str:
    """Return the first line of a module's docstring."""
    place = REPOSITORY / PACKAGE / module
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return doc.partition("\n")[0].replace("|", "\\|")


def table() -> str:
    """Return the table of modules, high to low."""
    found = graph()
    lines = ["| module | what belongs there | third party |", "|---|---|---|"]
    for line in layers():
        for module in line:
            imported = found.find_modules_directly_imported_by(f"{PACKAGE}.{module}")
            outside = ", ".join(sorted(imported & set(OUTSIDE)))
            lines.append(f"| `{module}` | {purpose(module)} | {outside} |")
    return "\n".join(lines)


def mermaid() -> str:
    """Return the graph as Mermaid; an arrow that others already imply is left out.

    What everybody uses (errors, finding, sentences) and who uses everything (cli) would only
    cover the rest, so they are not drawn.
    """
    arrows = "\n".join(f"    {source} --> {target}" for source, target in sorted(reduced()))
    return f"```mermaid\ngraph TD\n{arrows}\n```"


def reduced() -> Iterator[tuple[str, str]]:
    """Go through the arrows of the graph that no longer way implies."""
    found = graph()
    hidden = {"cli", "errors", "finding", "sentences"}
    drawn = [module for line in layers() for module in line if module not in hidden]
    below: dict[str, set[str]] = {}
    for module in reversed(drawn):
        imported = found.find_modules_directly_imported_by(f"{PACKAGE}.{module}")
        near = {name for name in drawn if name != module and f"{PACKAGE}.{name}" in imported}
        below[module] = near.union(*(below[name] for name in near))
        for name in near:
            if not any(name in below[other] for other in near):
                yield module, name
