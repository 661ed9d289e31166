"""A return on a desk, every input cell with a text of its own, and what was done to it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from desk import Desk, Leaf, Place

from clusterxl.excel.package import read_package
from clusterxl.excel.raw import RawBook, RawCell, parse_reference
from clusterxl.form.file import load_form
from clusterxl.form.model import Form, defined_name
from clusterxl.generate import generate_workbook

FORMS = Path(__file__).parent / "data" / "forms"
NAME_PREFIX = "f_"


@cache
def known_forms() -> Mapping[str, Form]:
    """Return the forms that are damaged, by name."""
    folders = sorted(p for p in FORMS.iterdir() if p.name != "broken")
    return {
        "gd-cluster-2023": load_form("gd-cluster-2023"),
        **{folder.name: load_form(folder) for folder in folders},
    }


@cache
def blank_of(name: str) -> RawBook:
    """Return the blank workbook of a form."""
    return read_package(generate_workbook(known_forms()[name]), f"{name}.xlsx")


@dataclass(kw_only=True)
class Mishap:
    """One workbook and what was done to it."""

    form: Form
    desk: Desk
    random: Random
    log: list[str] = field(default_factory=list)

    def leaf(self) -> Leaf:
        """Draw a sheet with answers, while there is one."""
        shown = self.desk.shown
        with_answers = [leaf for leaf in shown if self.places(leaf)]
        return self.random.choice(with_answers or shown)

    def places(self, leaf: Leaf) -> list[Place]:
        """Return where input cells are on a sheet."""
        areas = [
            parse_reference(text)
            for name, text in self.desk.truth.items()
            if name.startswith(NAME_PREFIX)
        ]
        here = [a for a in areas if a and a.sheet.casefold() == leaf.name.casefold()]
        return sorted(place for area in here for place in area.places)


def begin(name: str, random: Random) -> Mishap:
    """Fill in a form, more or less of it."""
    form, desk = known_forms()[name], Desk(blank_of(name))
    share = random.choice((1.0, 1.0, 0.5, 0.1))
    for asked in form.inputs:
        area = parse_reference(desk.names[defined_name(asked.key)])
        assert area
        if random.random() < share:
            place = (area.row + max(asked.row - 1, 0), area.column)
            desk.leaf(area.sheet).cells[place] = RawCell(value=f"<{asked.key}>", kind="text")
    return Mishap(form=form, desk=desk, random=random)
