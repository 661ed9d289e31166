"""Writes the workbooks of this folder anew: run `python samples/regenerate.py`.

All of it is data made up by clusterxl.testing. libreoffice.xlsx needs LibreOffice and its UNO
module for /usr/bin/python3; where they are missing it is left as it is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from clusterxl.form.file import load_form
from clusterxl.form.layout import lay_out
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit, find_unit, units_of
from clusterxl.generate import generate_workbook
from clusterxl.issue import serial_of
from clusterxl.testing.returns import simulate_return
from clusterxl.testing.simulate import simulate_answers

HERE = Path(__file__).resolve().parent
TYPE_ANSWERS = HERE.parent / "tests" / "libreoffice" / "type_answers.py"
UNO_PYTHON = "/usr/bin/python3"
SEED = 7
BLANK, BY_LIBREOFFICE = "blank.xlsx", "libreoffice.xlsx"
BLANK_UNIT, LIBREOFFICE_UNIT = "442000118", "440114"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One simulated return: who files it, and what is wrong in it."""

    file: str
    unit: str
    subject_no: int = 1
    defects: tuple[str, ...] = ()


SAMPLES = (
    Sample(file="clean.xlsx", unit="440306"),
    Sample(file="clean-second.xlsx", unit="440306", subject_no=2),
    Sample(
        file="defects.xlsx",
        unit="440605",
        defects=(
            "none_forbidden@operator_contact",
            "measure@area_km2",
            "text_number@gross_output_2021",
            "fraction@sme_output_share_2022",
            "not_whole@firms_2020",
            "over_long@supply_risk",
            "full_width@employees",
            "platform_names_missing",
            "percent_sign@cloud_share",
            "about@software_spend_2022",
            "too_many_decimals@carbon_intensity_2021",
            "out_of_range@water_reuse_rate",
            "wrong_option@carbon_monitoring",
            "too_short@exchange",
            "blank@governance_overview",
            "no_evidence@evidence_industry_map_material",
        ),
    ),
    Sample(file="damaged.xlsx", unit="440881", defects=("lost_cell@patent_count",)),
)


def main() -> None:
    """Write every workbook of this folder."""
    form = load_form("gd-cluster-2023")
    units = units_of(form)
    for sample in SAMPLES:
        content = simulate_return(
            form,
            unit=find_unit(units, sample.unit),
            seed=SEED,
            subject_no=sample.subject_no,
            defects=sample.defects,
        )
        (HERE / sample.file).write_bytes(content)
    (HERE / BLANK).write_bytes(issued(form, find_unit(units, BLANK_UNIT)))
    if shutil.which("soffice") and Path(UNO_PYTHON).exists():
        fill_by_libreoffice(form, find_unit(units, LIBREOFFICE_UNIT), HERE / BY_LIBREOFFICE)


def issued(form: Form, unit: Unit) -> bytes:
    """Return the blank workbook of a unit, marked as sample data."""
    return generate_workbook(form, unit=unit, serial=serial_of(unit, 1), sample=True)


def fill_by_libreoffice(form: Form, unit: Unit, path: Path) -> None:
    """Let LibreOffice open a unit's blank workbook, type the answers and save it."""
    places = lay_out(form).places
    answers = [
        {"sheet": places[key].sheet, "cell": places[key].cell, "value": value}
        for key, value in simulate_answers(form, unit=unit, seed=SEED).items()
        if key not in form.levels
    ]
    with TemporaryDirectory() as folder:
        blank, given = Path(folder) / "blank.xlsx", Path(folder) / "answers.json"
        blank.write_bytes(issued(form, unit))
        given.write_text(json.dumps(answers), encoding="utf-8")
        command: list[str | Path] = [UNO_PYTHON, TYPE_ANSWERS, blank, path, given]
        subprocess.run(command, check=True)  # noqa: S603 (a script of ours)


if __name__ == "__main__":
    main()
