"""Copies of a workbook: what is handed out quickly is what would have been built in full."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from libreoffice_tools import recalculate

from clusterxl.errors import RefusedByExcelError
from clusterxl.excel.engines import read_workbook
from clusterxl.excel.master import Master, NotCopyableError, Spot
from clusterxl.excel.reference import read_with_openpyxl
from clusterxl.excel.signing import Origin, verify
from clusterxl.excel.stamp import carriers, parse_stamp
from clusterxl.form.file import load_form, packaged_forms
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit, units_of
from clusterxl.generate import generate_workbook, plan_return, write_plan
from clusterxl.issue import serial_of
from clusterxl.issuer import Issuer
from clusterxl.read import read_return

FORMS = Path(__file__).parent / "data" / "forms"
TEST_FORMS = sorted(path for path in FORMS.iterdir() if path.name != "broken")
KEY = bytes(range(32))
OPEN_FORM = """
id = "open"
title = "Open & <wide>"
language = "en"
levels = ["city", "town"]

[[section]]
id = "main"
sheet = "Main"

[[section.block]]
kind = "rows"

[[section.block.field]]
id = "city"
label = "City"
type = "text"

[[section.block.field]]
id = "town"
label = "Town"
type = "text"

[[section.block.field]]
id = "sheep"
label = "Sheep"
type = "count"
aggregate = "sum"
"""
ODD_NAMES = (
    "县 & <b>\"'</b>",
    "😀𠮷县",
    "长" * 40,
    "=1+1",
    "0012",
    "TRUE",
    "1e5",
    "  两 端　空白 ",
    "全　角",
    "#N/A",
    "_x0041_",
    "<r>县</r>",
    "a\tb\nc",
    "无",
    "name",
    "0",
)


@cache
def form_of(source: str) -> Form:
    return load_form(source)


@cache
def issuer_of(source: str) -> Issuer:
    return Issuer(form_of(source))


def parts(package: bytes) -> Mapping[str, bytes]:
    """Return the parts in their order; their checksums are verified."""
    with ZipFile(BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def is_copy(package: bytes, built: bytes) -> bool:
    """Whether a package was put together from pieces: the same parts, packed otherwise."""
    assert list(parts(package).items()) == list(parts(built).items())
    return package != built


def known_units(source: str) -> tuple[Unit, ...]:
    """Return the units of a form, or some for a form without a list of them."""
    listed = units_of(form_of(source))
    return listed or tuple(Unit(group="", name=f"Hill {n}", code=f"h{n}") for n in range(3))


def sources() -> tuple[str, ...]:
    return (*packaged_forms(), *map(str, TEST_FORMS))


@pytest.mark.parametrize("source", sources())
def test_a_copy_is_what_would_have_been_built(source: str) -> None:
    form, issuer, units = form_of(source), issuer_of(source), known_units(source)
    for unit, slot in ((units[0], 1), (units[-1], 1), (units[1], 2)):
        serial = serial_of(unit, slot)
        copied = issuer.workbook(unit, serial=serial)
        built = generate_workbook(form, unit=unit, serial=serial)
        assert is_copy(copied, built)
        assert read_with_openpyxl(copied, "a.xlsx") == read_with_openpyxl(built, "a.xlsx")
    assert is_copy(issuer.workbook(), generate_workbook(form))
    without = Unit(group="", name=units[0].name, code="1")
    assert parts(issuer.workbook(without)) == parts(generate_workbook(form, unit=without))


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("source", [*packaged_forms(), str(FORMS / "harvest-years")])
def test_odd_names_are_copied_as_they_are_built(source: str, name: str) -> None:
    group = known_units(source)[0].group
    for unit in (
        Unit(group=group, name=name, code="x-1"),
        Unit(group=name, name=name, code="x_2"),
    )[: 1 if source in packaged_forms() else 2]:
        built = generate_workbook(form_of(source), unit=unit, serial=f"{unit.code}-1")
        assert parts(issuer_of(source).workbook(unit, serial=f"{unit.code}-1")) == parts(built)


NAMES = st.text(max_size=40) | st.sampled_from(ODD_NAMES)


@pytest.fixture(scope="module")
def open_issuer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Form, Issuer]:
    """A form whose levels take any text, and who hands it out."""
    folder = tmp_path_factory.mktemp("open")
    (folder / "form.toml").write_text(OPEN_FORM, encoding="utf-8")
    form = load_form(folder)
    return form, Issuer(form)


@settings(max_examples=60, deadline=None)
@given(unit=st.builds(Unit, group=NAMES, name=NAMES, code=NAMES), slot=st.integers(0, 2))
@example(unit=Unit(group="", name="", code="!"), slot=0)
def test_whatever_a_unit_is_called(open_issuer: tuple[Form, Issuer], unit: Unit, slot: int) -> None:
    form, issuer = open_issuer
    serial = serial_of(unit, slot) if slot else ""

    def outcome(make: Callable[[], bytes]) -> object:
        try:
            return parts(make())
        except RefusedByExcelError as error:
            return error.code

    assert outcome(lambda: issuer.workbook(unit, serial=serial)) == outcome(
        lambda: generate_workbook(form, unit=unit, serial=serial)
    )


@pytest.mark.parametrize("name", ["县 & <b>\"'</b>", "😀𠮷县", "长" * 40, "=1+1", "0012", "Sheep"])
def test_names_that_are_merely_odd_are_copied(open_issuer: tuple[Form, Issuer], name: str) -> None:
    form, issuer = open_issuer
    unit = Unit(group="City", name=name, code="c1")
    issuer.workbook(Unit(group="Other", name="First", code="c0"), serial="c0-1")
    built = generate_workbook(form, unit=unit, serial="c1-2")
    assert is_copy(issuer.workbook(unit, serial="c1-2"), built)


def test_names_that_rules_object_to_are_built_in_full() -> None:
    source = str(FORMS / "harvest-years")
    unit = Unit(group="Nowhere", name="Nothing", code="n1")
    built = generate_workbook(form_of(source), unit=unit, serial="n1-1")
    assert not is_copy(issuer_of(source).workbook(unit, serial="n1-1"), built)


def test_signed_samples_of_a_batch_are_copies_too(tmp_path: Path) -> None:
    form = form_of(packaged_forms()[0])
    issuer = Issuer(form, batch="b2023", key=KEY, sample=True)
    unit = units_of(form)[7]
    stamp = issuer.stamp(unit, serial="440000-1")
    assert verify(stamp, KEY) is Origin.GENUINE
    copied = issuer.workbook(unit, serial="440000-1")
    assert is_copy(copied, write_plan(plan_return(form, unit=unit, stamp=stamp, sample=True)))
    held = carriers(read_workbook(copied, "a.xlsx"))
    assert set(held) == {"name", "property", "sheet"}
    assert {parse_stamp(text) for text in held.values()} == {stamp}
    path = tmp_path / "a.xlsx"
    path.write_bytes(copied)
    found = read_return(path)
    assert found.stamp == stamp
    assert [finding.code for finding in found.findings] == ["READ-BLANK"]
    assert openpyxl.load_workbook(path).sheetnames


@pytest.mark.needs_libreoffice
def test_libreoffice_opens_a_copy(tmp_path: Path) -> None:
    form = form_of(packaged_forms()[0])
    unit = units_of(form)[3]
    issuer_of(packaged_forms()[0]).workbook(serial="first-1")
    path = tmp_path / "copy.xlsx"
    path.write_bytes(issuer_of(packaged_forms()[0]).workbook(unit, serial="440000-1"))
    recalculate([path], tmp_path / "saved")
    found = read_return(tmp_path / "saved" / "copy.xlsx")
    assert found.stamp == Issuer(form).stamp(unit, serial="440000-1")
    assert found.cells[form.levels[-1]].raw.value == unit.name


# ---- the master itself


def master_of(text: str, **more: str) -> Master:
    """Take a workbook with one cell of its own apart."""
    form = form_of(str(FORMS / "one-field"))
    built = write_plan(plan_return(form, serial=text))
    stamp = Issuer(form).stamp(serial=text).text()
    spots = (Spot(mark=text, part="xl/worksheets/", before=more.get("before", ""), after=""),)
    return Master(built, cells=(stamp,), spots=spots)


def test_a_mark_that_stands_elsewhere_is_no_mark() -> None:
    # The serial number stands in the stamp as well, and nobody said so.
    with pytest.raises(NotCopyableError):
        master_of("zq01", before="nowhere")
    with pytest.raises(NotCopyableError):
        Master(generate_workbook(form_of(str(FORMS / "one-field"))), cells=("zq",), spots=())


def test_long_texts_are_stored_in_several_blocks() -> None:
    form = form_of(str(FORMS / "one-field"))
    stamp = Issuer(form).stamp().text()
    spots = tuple(
        Spot(mark=stamp, part=part, before="", after="")
        for part in ("xl/workbook.xml", "docProps/custom.xml")
    )
    master = Master(generate_workbook(form), cells=(stamp,), spots=spots)
    long = "长" * 50_000
    copied = parts(master.copy(cells=("a",), texts={stamp: long}))
    assert long.encode() in copied["docProps/custom.xml"]
    assert zlib.crc32(copied["xl/workbook.xml"])
    assert list(copied) == list(parts(generate_workbook(form)))
