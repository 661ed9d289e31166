"""What stands in a cell means the same to LibreOffice and to Python; numbers are rounded alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from proof_rig import CANARY, FORMULAS, TYPED, Rig, ask_libreoffice

from clusterxl.excel.cells import Formula, address
from clusterxl.form.answers import unset_text
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.plan.hidden import hidden_cell
from clusterxl.plan.model import Plan, SheetPlan
from clusterxl.ruleset.arithmetic import rounded
from clusterxl.ruleset.messages import SHOWN_BELOW, written
from clusterxl.ruleset.typed import Typed

pytestmark = pytest.mark.needs_libreoffice

FORMS = Path(__file__).parent / "data" / "forms"
SPACES = (" ", "  ", "\u00a0", "\u3000", "\t", "\n", "\r", "\r\n", " \u3000\u00a0\n")
AROUND = tuple(product(("", *SPACES), ("", *SPACES)))
WORDS = (
    "无",
    "none",
    "是",
    "☑是",
    "12.5",
    "\uff11\uff12\uff0e\uff15",
    "a*b?~c",
    "'",
    '"',
    "=1+1",
    "TRUE",
    "#N/A",
)
YEARS = (
    "2023",
    "1989",
    "1990",
    "2099",
    "2100",
    "0000",
    "203",
    "20233",
    "\uff12\uff10\uff12\uff13",
    "2o23",
    " 2023 ",
)
DAYS = (("4", "10"), ("04", "1"), ("2", "29"), ("2", "30"), ("13", "1"), ("0", "1"), ("1", "0"))
ODD_DAYS = (
    ("4", "31"),
    ("12", "31"),
    ("", "1"),
    ("1", ""),
    ("123", "1"),
    ("1", "123"),
    ("1a", "1"),
)
MARKS = (*(a + b for a, b in product("-/.", "-/.")), "年月", "年日", "年 月 ")
PHONES = (
    *(
        "10000000000",
        "20000000000",
        "1000000000",
        "100000000000",
        "1000000000a",
        "\uff110000000000",
    ),
    *("010-0000000", "010-00000000", "0100-0000000", "0100-00000000", "01000-0000000"),
    *(
        "010-000000",
        "010-000000000",
        "110-00000000",
        "010 00000000",
        "010--0000000",
        "0100000-0000",
    ),
)
DECIMALS = range(7)
VALUES = 8000


def odd_contents(form: Form) -> list[Typed | None]:
    """Return what people, programs and accidents put into cells."""
    random = Random(7)  # noqa: S311
    exponents = (-300, -20, -8, -5, -4, -3, -1, 0, 1, 3, 6, 12, 13, 14, 15, 20, 300)
    # No program keeps more than 15 digits of what is typed.
    sizes = [
        float(f"{random.uniform(1, 10) * 10.0**n * sign:.15g}")
        for n in exponents
        for sign in (1, -1)
    ]
    plain = [round(random.uniform(-1000, 1000), n % 5) for n in range(80)]
    serials = [32873, 32874, 73050, 73051, 45026, 45026.75, 59, 60, 61, 0.5, -1, 2023, 20230410]
    numbers = [*sizes, *plain, *serials, 0, -0.0, 0.1 + 0.2, 1e-4, 9.99e-5, 1e14, 99999999999999]
    spaced = [f"{a}{word}{b}" for word in WORDS for a, b in random.sample(AROUND, 9)]
    inside = [f"x{space}y{space}{space}z" for space in SPACES]
    dates = [
        f"{year}{marks[0]}{month}{marks[1:].strip()}{day}{end}"
        for year, (month, day), marks, end in chain(
            product(YEARS, DAYS[:2], MARKS, ("", "日")),
            product(YEARS[:1], DAYS[:2], MARKS, (" 日 ", "-", "日日")),
            product(YEARS[:1], (*DAYS, *ODD_DAYS), MARKS[:-1], ("", "日")),
        )
    ]
    unset = {unset_text(form, asked) for asked in form.inputs} - {""}
    waiting = [f"{a}{text}{b}" for text, a, b in product(sorted(unset), ("", *SPACES), ("", " "))]
    options = [item.label for field in form.fields.values() for item in field.items]
    options += [option for field in form.fields.values() for option in form.options_of(field)]
    near = [
        change for text in dict.fromkeys(options) for change in (text.swapcase(), text[0] + "*")
    ]
    texts = [*near, "*", "?", *spaced, *SPACES, *inside, *dates, *PHONES, *waiting, "长" * 3000]
    return [None, *FORMULAS, *numbers, *texts]


@pytest.mark.parametrize("name", ["farm-survey", "all-checks"])
def test_every_content_has_one_meaning_in_every_cell(name: str) -> None:
    form = load_form(FORMS / name)
    rig = Rig(form)
    contents, keys = odd_contents(form), list(rig.program.rows)
    # Each content comes into each cell once.
    fills = [
        {key: found for at, key in enumerate(keys) if (found := contents[at - shift]) is not None}
        for shift in range(len(contents))
    ]
    proof = rig.prove(fills)
    assert len(contents) > 1000
    assert proof.mismatches[:10] == ()


def values_to_round() -> Iterator[float]:
    """Return numbers of all sizes and decimals, and ties as they are typed or worked out."""
    random = Random(11)  # noqa: S311
    for at in range(VALUES):
        digits, decimals = random.randint(0, 10 ** random.randint(1, 7)), random.randint(0, 5)
        tie = float(f"{digits}5e-{decimals + 1}") * random.choice((1, -1))
        worked_out = (tie / 3 * 3, tie / 100 * 100, tie * 1.1 / 1.1, tie * 2 / 2)
        match at % 4:
            case 0 | 1:
                yield tie
            case 2 if decimals:
                yield random.choice(worked_out)
            case _:
                number = random.uniform(-10, 10) * 10.0 ** random.randint(-8, 16)
                yield float(f"{number:.15g}")


def test_libreoffice_rounds_and_writes_numbers_as_the_masks_do(tmp_path: Path) -> None:
    values = np.array(list(values_to_round()))
    found = _rounded_by_libreoffice(values.tolist(), tmp_path)
    wrong = []
    for decimals in DECIMALS:
        expected = rounded(values, decimals)
        for value, one, row in zip(values, expected, found, strict=True):
            number, text = row[2 * decimals : 2 * decimals + 2]
            shown = written(one, decimals) if abs(value) < SHOWN_BELOW else text
            if (f"{number:.15g}", text) != (f"{one:.15g}", shown):
                wrong.append((value, decimals, number, one, text, shown))
    assert wrong[:10] == []


def _rounded_by_libreoffice(values: list[float], folder: Path) -> list[list[Any]]:
    """Return, a row a value, its rounded number and its text for each number of decimals."""
    cells = [
        hidden_cell(row, 2 + at, Formula(f"={text}"))
        for row in range(2, VALUES + 2)
        for at, text in enumerate(_formulas(row))
    ]
    typed = SheetPlan(name=TYPED, cells=CANARY, protected=False)
    lab = SheetPlan(name="lab", cells=tuple(cells))
    plan = Plan(title="lab", sheets=(typed, lab), names={}, properties={})
    area = f"B2:{address(VALUES + 1, 1 + 2 * len(DECIMALS))}"
    places = {
        "typed": [TYPED, f"C2:C{VALUES + 1}"],
        "canary": [TYPED, "A1"],
        "read": {"lab": ["lab", area]},
    }
    (line,) = ask_libreoffice(plan, [places, values], folder)
    found = json.loads(line)
    assert [row[0] for row in found["typed"]] == values
    rows: list[list[Any]] = found["lab"]
    return rows


def _formulas(row: int) -> Iterator[str]:
    for decimals in DECIMALS:
        yield f"ROUND({TYPED}!C{row},{decimals})"
        yield f"FIXED(ROUND({TYPED}!C{row},{decimals}),{decimals},TRUE)"
