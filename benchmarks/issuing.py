"""Handing out one more workbook, side by side in one run: a copy, our builder, stock XlsxWriter.

Run `make bench` (or `python benchmarks/issuing.py [--runs N]`). Prints medians in milliseconds and
how many times longer each takes than a copy, bytes in memory to bytes in memory, and the seconds
for one workbook a unit of the form.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from io import BytesIO
from itertools import cycle
from unittest.mock import patch
from zipfile import ZipFile

from reading import median
from xlsxwriter.worksheet import Worksheet

from clusterxl.excel import book
from clusterxl.excel.signing import new_key
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit, units_of
from clusterxl.generate import generate_workbook, plan_return, write_plan
from clusterxl.issuer import Issuer, issue_workbooks
from clusterxl.plan import Plan

FORM = "gd-cluster-2023"
RUNS = 9
COPIES_A_RUN = 20


def main() -> None:
    parser = argparse.ArgumentParser(description="Handing out, side by side.")
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args().runs
    form = load_form(FORM)
    units = units_of(form)
    serial = f"{units[0].code}-1"
    issuer = Issuer(form)
    first = median(lambda: Issuer(form).workbook(units[0], serial=serial), 1)
    copied, built = issuer.workbook(units[0], serial=serial), built_in_full(form, units[0])
    if parts_of(copied) != parts_of(built):
        raise SystemExit("a copy is not what is built in full")
    plan = plan_return(form, unit=units[0], serial=serial)
    rows = {
        "a copy": median(one_more(issuer, units), runs * COPIES_A_RUN),
        "a copy, stamp signed": median(
            one_more(Issuer(form, batch="b2023", key=new_key()), units), runs * COPIES_A_RUN
        ),
        "our builder: plan and write": median(lambda: built_in_full(form, units[0]), runs),
        "our builder: write a plan that is ready": median(lambda: write_plan(plan), runs),
        "stock XlsxWriter: write a plan that is ready": median(lambda: written_stock(plan), runs),
    }
    print(f"one more workbook of {FORM}: {len(built) / 1024:.0f} KB, {len(parts_of(built))} parts")
    for name, taken in rows.items():
        print(f"  {name:46}{taken:9.2f} ms{taken / rows['a copy']:9.1f} x")
    print(f"  {'the first copy, its master built':46}{first:9.2f} ms")
    whole = median(lambda: sum(1 for _ in issue_workbooks(Issuer(form), units)), 1)
    print(f"\nall {len(units)} units, nothing ready: {whole / 1000:.2f} s")


def one_more(issuer: Issuer, units: tuple[Unit, ...]) -> Callable[[], bytes]:
    """Return what hands out the workbook of the next unit, its master ready."""
    issuer.workbook(units[-1], serial="first")
    following = cycle(units)

    def hand_out() -> bytes:
        unit = next(following)
        return issuer.workbook(unit, serial=f"{unit.code}-1")

    return hand_out


def built_in_full(form: Form, unit: Unit) -> bytes:
    return generate_workbook(form, unit=unit, serial=f"{unit.code}-1")


def written_stock(plan: Plan) -> bytes:
    """Write a plan with XlsxWriter as it comes."""
    with patch.object(book, "_FastSheet", Worksheet):
        return write_plan(plan)


def parts_of(package: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


if __name__ == "__main__":
    main()
