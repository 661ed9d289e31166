"""The list that goes with a folder of blank workbooks."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from clusterxl.errors import UnknownWorkbookError
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit
from clusterxl.handover import write_handovers
from clusterxl.issuer import Issuer, issue_workbooks
from clusterxl.read import read_return
from clusterxl.returns import read_returns

UNITS = (
    Unit(group="深圳市", name="宝安区", code="440306", subjects=2),
    Unit(group="汕尾市", name="=城 & 区", code="441502"),
    Unit(group="深圳市", name="某高新区", code="4403Z01"),
    Unit(group="", name="某单位", code="x1"),
)


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form("gd-cluster-2023")


def test_each_group_has_its_list_beside_its_workbooks(form: Form) -> None:
    lists = dict(write_handovers(form, UNITS))
    assert list(map(Path.as_posix, lists)) == ["深圳市/交接清单.xlsx", "汕尾市/交接清单.xlsx"]
    sheet = openpyxl.load_workbook(BytesIO(lists[Path("深圳市/交接清单.xlsx")])).worksheets[0]
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=3)]
    head, first, second = rows
    assert head[1] == "县（市、区）"
    assert first[:5] == (1, "宝安区", "440306", "440306 宝安区.xlsx\n440306 宝安区-2.xlsx", 2)
    assert first[5] == "440306-1\n440306-2"
    assert second == (2, "某高新区", "4403Z01", "4403Z01 某高新区.xlsx", 1, "4403Z01-1")
    assert "3" in str(sheet["A2"].value)
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "portrait"
    assert sheet.print_title_rows == "$3:$3"
    other = openpyxl.load_workbook(BytesIO(lists[Path("汕尾市/交接清单.xlsx")])).worksheets[0]
    assert (other["B4"].value, other["B4"].data_type) == ("=城 & 区", "s")


def test_what_a_list_names_is_what_lies_there(form: Form) -> None:
    done: list[tuple[int, int]] = []
    issued = dict(issue_workbooks(Issuer(form), UNITS, progress=lambda *step: done.append(step)))
    assert done == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    for path, content in write_handovers(form, UNITS):
        sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
        named = "\n".join(str(row[3].value) for row in sheet.iter_rows(min_row=4)).split("\n")
        assert {path.parent / name for name in named} == {
            found for found in issued if found.parent == path.parent
        }


def test_names_that_are_one_to_windows_are_told_apart(form: Form) -> None:
    groups = ("A/B", "A_B", "A:B", "abc", "ABC")
    units = (
        *(Unit(group=group, name="u", code=f"{n}") for n, group in enumerate(groups)),
        Unit(group="abc", name="x", code="C1", subjects=2),
        Unit(group="abc", name="x", code="c1", subjects=2),
    )
    issued = [path.as_posix() for path, _ in issue_workbooks(Issuer(form), units)]
    assert issued[:5] == [
        "A_B/0 u.xlsx",
        "A_B (2)/1 u.xlsx",
        "A_B (3)/2 u.xlsx",
        "abc/3 u.xlsx",
        "ABC (2)/4 u.xlsx",
    ]
    assert issued[5:] == [
        "abc/C1 x.xlsx",
        "abc/C1 x-2.xlsx",
        "abc/c1 x (2).xlsx",
        "abc/c1 x-2 (2).xlsx",
    ]
    lists = dict(write_handovers(form, units))
    assert [path.parent.name for path in lists] == ["A_B", "A_B (2)", "A_B (3)", "abc", "ABC (2)"]
    sheet = openpyxl.load_workbook(BytesIO(lists[Path("abc/交接清单.xlsx")])).worksheets[0]
    assert sheet["D6"].value == "c1 x (2).xlsx\nc1 x-2 (2).xlsx"


def test_a_list_is_no_return(form: Form, tmp_path: Path) -> None:
    (path, content), *_ = write_handovers(form, UNITS)
    (tmp_path / path.name).write_bytes(content)
    with pytest.raises(UnknownWorkbookError) as error:
        read_return(tmp_path / path.name)
    assert error.value.code == "read.other_kind"
    (tmp_path / "blank.xlsx").write_bytes(Issuer(form).workbook())
    assert [skipped.file for skipped in read_returns(tmp_path).skipped] == [path.name]
