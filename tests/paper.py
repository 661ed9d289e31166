"""Workbooks printed by LibreOffice, and where every printed character lies on the page."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfplumber

FONTS = Path(__file__).parent / "data" / "fonts.conf"


@dataclass(frozen=True)
class Line:
    """A line of print: its text without spaces and its box in points from the top left."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        """Height of its middle line."""
        return (self.top + self.bottom) / 2


def to_pdf(workbook: Path, folder: Path, *, stand_ins: bool = True) -> Path:
    """Print a workbook with the stand-in fonts of tests/data/fonts.conf, or what stands in."""
    fonts = {"FONTCONFIG_FILE": str(FONTS)} if stand_ins else {}
    plain = {name: text for name, text in os.environ.items() if name != "FONTCONFIG_FILE"}
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation={Path(profile).as_uri()}",
                "--headless",
                "--convert-to",
                "pdf",
                "--outdir",
                str(folder),
                str(workbook),
            ],
            env={**plain, **fonts},
            check=True,
            capture_output=True,
        )
    return folder / f"{workbook.stem}.pdf"


def lines_of(pdf: Path) -> list[list[Line]]:
    """Return the lines of print of every page, top to bottom; clipped text is there too."""
    with pdfplumber.open(pdf) as document:
        return [_lines(page.chars) for page in document.pages]


def beside_paper(pdf: Path, points: float) -> list[str]:
    """Return the print that lies nearer to an edge of its page than that, page by page."""
    with pdfplumber.open(pdf) as document:
        return [
            f"{page.page_number}: {char['text']}"
            for page in document.pages
            for char in page.chars
            if char["text"].strip()
            and not points <= char["x0"] <= char["x1"] <= page.width - points
        ]


def _follows(last: dict[str, Any], char: dict[str, Any]) -> bool:
    """Whether a character goes on in the same cell; a tick stands in a cell of its own."""
    on_line = abs(last["bottom"] - char["bottom"]) < 2
    return on_line and -3 < char["x0"] - last["x1"] < 4 and last["text"] not in "□☑"


def _lines(chars: list[dict[str, Any]]) -> list[Line]:
    """Put characters together that stand close to each other on one base line."""
    lines: list[list[dict[str, Any]]] = []
    for char in sorted(chars, key=lambda c: (round(c["bottom"], 1), c["x0"])):
        if not char["text"].strip():
            continue
        last = lines[-1][-1] if lines else None
        if last and _follows(last, char):
            lines[-1].append(char)
        else:
            lines.append([char])
    return [
        Line(
            text="".join(c["text"] for c in line),
            left=line[0]["x0"],
            right=line[-1]["x1"],
            top=min(c["top"] for c in line),
            bottom=max(c["bottom"] for c in line),
            size=min(c["size"] for c in line),
        )
        for line in lines
    ]
