"""The simulated respondents: consistent answers, declared defects, the whole loop."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from random import Random

import pytest

from clusterxl.check import check_records
from clusterxl.errors import DefinitionError
from clusterxl.finding import Finding, Severity
from clusterxl.form.answers import TICKED
from clusterxl.form.file import load_form
from clusterxl.form.model import Form, evidence_rows
from clusterxl.form.roster import Unit, units_of
from clusterxl.normalise import normalise_returns
from clusterxl.read import read_return
from clusterxl.returns import read_returns
from clusterxl.ruleset.derive import derived_ids
from clusterxl.ruleset.load import load_rules
from clusterxl.testing.defects import Defect, Expected, simulate_defects
from clusterxl.testing.demo import sample_units
from clusterxl.testing.expressions import ExpressionError, Value, evaluate, yearly_growth
from clusterxl.testing.profile import Profile, load_profile
from clusterxl.testing.returns import simulate_return
from clusterxl.testing.simulate import Answers, simulate_answers

LISTED_STANDARDS, LISTED_PATENTS = 60, 300


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form("gd-cluster-2023")


@pytest.fixture(scope="module")
def units(form: Form) -> Mapping[str, Unit]:
    return {unit.code: unit for unit in units_of(form)}


class Known:
    """Names for expressions under test."""

    values: Mapping[str, Value] = {"a": 8.0, "b": 2.0, "word": "steel", "t_2022_led": 5.0}

    def look_up(self, name: str, index: Sequence[Value]) -> Value:
        parts = [str(int(part)) if isinstance(part, float) else part for part in index]
        return self.values["_".join([name, *parts])]

    def cells(self, name: str) -> Sequence[Value]:
        given: Mapping[str, Sequence[Value]] = {"t": [1.0, 2.0, "无", ""]}
        return given[name]


def worked_out(text: str, *, seed: int = 1) -> Value:
    return evaluate(text, Known(), Random(seed))  # noqa: S311 (sample data)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b * 2 - -1", 13),
        ("a / b ** 2 % 2", 0),
        ("a > b > 1 and not a == 8 or b != 3", 1),
        ("a if word == 'steel' else b", 8),
        ("'tee' in word", 1),
        ("word + 's'", "steels"),
        ("t[2022, 'led']", 5),
        ("growth(a, b)", 300),
        ("cagr(b, a, 2)", 100),
        ("round(a / 3, 1)", 2.7),
        ("max(min(a, b), floor(2.9), abs(-3))", 3),
        ("total(t)", 3),
        ("filled(t)", 3),
        ("items('甲；乙; ；')", 2),
        ("text(a / 4)", "2"),
    ],
)
def test_expressions(text: str, value: Value) -> None:
    assert worked_out(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "__import__('os')", "a.real", "(lambda: 1)()", "[1]", "f'{a}'", "a[0][0]",
        "max(*t)", "round(number=a)", "True", "None", "b'x'", "1j", "a // b", "~a", "a is b",
        "word < 2", "-word", "word * 2", "a / 0", "9 ** 9 ** 9", "round(a, b, 1)", "unheard(a)",
        "total(1)", "(a := 1)", "a @ b", "math.pi", "{1: 2}", "...",
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        worked_out(text)


def test_draws_follow_the_seed() -> None:
    text = "normal(1, 2) + lognormal(1, 2) + uniform(1, 2) + poisson(3) + poisson(90) + whole(1, 9)"
    text += " + chance(0.5) + pick(1, 2)"
    assert worked_out(text, seed=4) == worked_out(text, seed=4)
    assert worked_out(text, seed=4) != worked_out(text, seed=5)


def broken(tmp_path: Path, text: str) -> Form:
    """A form with a certain simulate.toml."""
    folder = tmp_path / "form"
    shutil.copytree(Path(__file__).parent / "data" / "forms" / "farm-survey", folder)
    (folder / "simulate.toml").write_text(text, encoding="utf-8")
    return load_form(folder)


def test_all_mistakes_of_a_profile_are_told_with_their_lines(tmp_path: Path) -> None:
    form = broken(
        tmp_path,
        """[field]
cooperative = "any text { is fine here"
turnover = "1 +"
members = { vaule = "3" }
unheard = "1"
[word]
park = { odds = "many" }
[list.nowhere]
[[defect.odd.type]]
field = "members"
[demo.defects]
first = ["blank"]
""",
    )
    with pytest.raises(DefinitionError) as caught:
        load_profile(form)
    assert sorted((m.line, m.path) for m in caught.value.mistakes) == [
        (3, "field.turnover"),
        (4, "field.members.vaule"),
        (5, "field.unheard"),
        (7, "word.park.odds"),
        (8, "list.nowhere"),
        (9, "defect.odd.type"),
        (12, "demo.defects.first"),
    ]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('[field]\nturnover = "unknown + 1"', "field turnover"),
        ('[field]\ncooperative = "{unknown}"', "field cooperative"),
        ('[field]\ncooperative = "an open {brace"', "field cooperative"),
        ("[field]\nregion = \"'nowhere'\"", "field region"),
        ('[word]\npark = "1 / 0"', "word park"),
        ("not TOML", ""),
    ],
)
def test_what_cannot_be_worked_out_is_a_mistake(tmp_path: Path, text: str, path: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        simulate_answers(broken(tmp_path, text))
    assert [mistake.path for mistake in caught.value.mistakes] == [path]


def test_a_profile_may_be_missing_and_is_no_part_of_the_definition(tmp_path: Path) -> None:
    plain = load_form(Path(__file__).parent / "data" / "forms" / "farm-survey")
    assert load_profile(plain) == Profile()
    assert broken(tmp_path, "not TOML").version == plain.version


def test_the_same_seed_gives_the_same_answers(form: Form, units: Mapping[str, Unit]) -> None:
    unit = units["440306"]
    first = simulate_answers(form, unit=unit, seed=3)
    assert simulate_answers(form, unit=unit, seed=3) == first
    assert simulate_answers(form, unit=unit, seed=4) != first
    assert simulate_answers(form, unit=unit, seed=3, subject_no=2) != first
    assert simulate_answers(form, unit=units["440307"], seed=3) != first


def test_the_unit_answers_the_levels(form: Form, units: Mapping[str, Unit]) -> None:
    answers = simulate_answers(form, unit=units["440306"])
    assert (answers["city"], answers["county"]) == ("深圳市", "宝安区")
    assert "宝安区" in str(answers["cluster_name"])
    other = simulate_answers(form, unit=units["440306"], subject_no=2)
    assert other["cluster_name"] != answers["cluster_name"]
    own = simulate_answers(form, seed=1)
    assert own["county"] in form.options_of(form.fields["county"], str(own["city"]))


SEEDS = tuple(product(("440105", "440306", "440982", "441900005", "445281"), (1, 2, 3)))


@pytest.mark.parametrize(("code", "seed"), SEEDS)
def test_answers_agree_with_each_other(
    form: Form, units: Mapping[str, Unit], code: str, seed: int
) -> None:
    answers = simulate_answers(form, unit=units[code], seed=seed)

    def number(key: str) -> float:
        found = answers[key]
        return 0.0 if isinstance(found, str) else found

    for year in (2020, 2021, 2022):
        assert number(f"gross_output_{year}") > 0
        kinds = ("firms", "smes", "specialised_smes", "little_giants")
        counts = [number(f"{kind}_{year}") for kind in kinds]
        assert counts == sorted(counts, reverse=True)
        most = max(number(f"specialised_smes_{year}"), number(f"champions_{year}"))
        assert most <= number(f"quality_firms_{year}") <= number(f"firms_{year}")
    lead = {
        year: number(f"gross_output_{year}") * number(f"lead_output_share_{year}")
        for year in (2020, 2021, 2022)
    }
    for year in (2021, 2022):
        expected = (lead[year] / lead[year - 1] - 1) * 100
        assert number(f"lead_growth_{year}") == pytest.approx(expected, abs=0.006)
    expected = yearly_growth(lead[2020], lead[2022], 2)
    assert number("lead_growth_avg") == pytest.approx(expected, abs=0.006)
    per_10k = number("patent_count") / number("employees") * 10000
    assert number("patents_per_10k") == pytest.approx(per_10k, abs=0.006)
    assert number("platform_rate") < number("cloud_share")
    for kind in ("national", "provincial", "other"):
        named = str(answers[f"{kind}_platform_names"])
        assert number(f"{kind}_platforms") == (0 if named == "无" else len(named.split("；")))
    for key in ("quality_smes", "patents", "platform_rate", "carbon"):
        own = {"quality_smes": "quality_firms_2022", "patents": "patent_count"}
        own |= {"platform_rate": "platform_rate", "carbon": "carbon_intensity_2022"}
        assert number(f"target_{key}_baseline") == number(own[key])


@pytest.mark.parametrize(("code", "seed"), SEEDS[:6])
def test_lists_and_evidence_follow_the_answers(
    form: Form, units: Mapping[str, Unit], code: str, seed: int
) -> None:
    answers = simulate_answers(form, unit=units[code], seed=seed)
    total = sum(v for k, v in answers.items() if k.startswith("standards_2") and isinstance(v, int))
    rows = [key for key in answers if key.endswith("].level")]
    assert len(rows) == min(total, LISTED_STANDARDS)
    patents = answers["patent_count"]
    assert isinstance(patents, int)
    listed = [key for key in answers if re.fullmatch(r"patents\[\d+\]\.name", key)]
    assert len(listed) == min(patents, LISTED_PATENTS)
    assert answers.get("patents_attached", 0) == max(patents - LISTED_PATENTS, 0)
    for row in evidence_rows(form):
        given = f"evidence_{row.item}_material" in answers
        if row.owners[0] in answers and answers[row.owners[0]] == TICKED:
            assert given
        elif form.by_key[row.owners[0]].option:
            assert not given


def findings_of(content: bytes, form: Form, folder: Path) -> tuple[Finding, ...]:
    path = folder / "return.xlsx"
    path.write_bytes(content)
    records = normalise_returns([read_return(path, forms=(form,))])
    return check_records(records)


@pytest.mark.parametrize(("code", "seed"), SEEDS[::2])
def test_who_makes_no_mistake_is_told_of_none(
    form: Form, units: Mapping[str, Unit], code: str, seed: int, tmp_path: Path
) -> None:
    content = simulate_return(form, unit=units[code], seed=seed)
    # Not every cluster meets every criterion: what is asked of those is no mistake.
    found = findings_of(content, form, tmp_path)
    assert all(finding.code.startswith("THR-") for finding in found)
    assert {finding.severity for finding in found} <= {Severity.WARNING}


def test_a_form_without_years_units_and_none_is_answered_as_well(tmp_path: Path) -> None:
    form = load_form(Path(__file__).parent / "data" / "forms" / "farm-survey")
    # A respondent knows what a field may hold, and nothing of rules that compare fields.
    for seed in range(5):
        found = findings_of(simulate_return(form, seed=seed), form, tmp_path)
        assert all(finding.code.startswith(("FARM-", "CRIT-")) for finding in found)


def test_each_defect_gives_just_the_findings_it_declares(
    form: Form, units: Mapping[str, Unit], tmp_path: Path
) -> None:
    """All returns are checked together, which takes hardly longer than one of them."""
    unit = units["440605"]
    written = {rule.id for rule in load_rules(form)} - derived_ids()
    declared = {}
    for defect in (*Defect, "platform_names_missing"):
        simulated = simulate_defects(form, unit=unit, seed=8, defects=[defect])
        declared[f"{defect}.xlsx"] = list(simulated.expected)
        content = simulate_return(form, unit=unit, seed=8, defects=[defect])
        (tmp_path / f"{defect}.xlsx").write_bytes(content)
    read = read_returns(tmp_path, forms=(form,))
    assert (len(read.returns), read.findings) == (len(declared), ())
    found: dict[str, list[Expected]] = {file: [] for file in declared}
    for finding in check_records(normalise_returns(read.returns)):
        if not finding.code.startswith("NORM-"):
            found[finding.file].append(Expected(code=finding.code, key=finding.key))
    for file, expected in declared.items():
        told = [one for one in found[file] if one in expected]
        assert (file, told) == (file, expected)
        # What is wrong in one cell may be wrong for a rule that compares it with others as well.
        others = {one.code for one in found[file] if one not in expected}
        assert (file, others - written) == (file, set())
        assert expected or file == f"{Defect.NONE}.xlsx"


def test_a_defect_can_be_put_into_a_certain_cell(form: Form) -> None:
    places = ("text_number@area_km2", "blank@gross_output_2021", "blank")
    found = simulate_defects(form, defects=places)
    assert found.expected[:2] == (
        Expected(code="GEN-NUM", key="area_km2"),
        Expected(code="GEN-REQ", key="gross_output_2021"),
    )
    assert isinstance(found.answers["area_km2"], str)
    assert "gross_output_2021" not in found.answers
    assert len({expected.key for expected in found.expected}) == len(places)


@pytest.mark.parametrize("defect", ["unheard", "fraction@area_km2", "blank@nowhere"])
def test_a_defect_that_cannot_be_is_refused(form: Form, defect: str) -> None:
    with pytest.raises(DefinitionError):
        simulate_defects(form, defects=[defect])


def test_the_sample_roster_is_whole(form: Form) -> None:
    roster = sample_units(form)
    codes = [unit.code for unit in roster]
    towns = [code for code in codes if len(code) == len("441900003")]
    zones = [code for code in codes if "Z" in code]
    assert (len(codes) - len(towns) - len(zones), len(towns), len(zones)) == (122, 59, 2)
    assert {unit.group for unit in roster} == set(form.options_of(form.fields["city"]))
    profile = load_profile(form)
    own = [code for kind in profile.kinds for code in kind.units]
    assert {*profile.demo_units, *own} <= set(codes)
    # Who has several kinds of its own files as many.
    assert all(unit.subjects == own.count(unit.code) for unit in roster if own.count(unit.code) > 1)


def test_the_examples_of_the_documentation_are_toml(repository: Path) -> None:
    text = (repository / "docs" / "simulate.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, flags=re.MULTILINE)
    examples = [tomllib.loads(block) for block in blocks if block.strip()]
    assert [sorted(example) for example in examples] == [
        ["field", "kind", "list", "word"],
        ["defect"],
    ]


def test_answers_are_typed_as_a_respondent_types_them(form: Form) -> None:
    answers: Answers = simulate_answers(form, seed=9)
    assert set(answers) <= set(form.by_key)
    for key, value in answers.items():
        limit = form.by_key[key].field.max_chars
        assert value != ""
        assert not limit or len(str(value)) <= limit
