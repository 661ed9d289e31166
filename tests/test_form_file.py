"""A form's folder is loaded with all its defaults and years, or refused with all its mistakes."""

from __future__ import annotations

import csv
import re
import shutil
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterxl.errors import DefinitionError, UnknownFormError
from clusterxl.form.file import lint_form, load_form, packaged_forms
from clusterxl.form.layout import lay_out
from clusterxl.form.model import (
    Aggregate,
    AggregateKind,
    ComparisonSpec,
    Field,
    FieldType,
    Item,
    NoneMeans,
    SectionKind,
)
from clusterxl.form.source import Entry, Mistakes, fill_years
from clusterxl.form.tables import read_table
from clusterxl.form.vocabulary import (
    BLOCK,
    COMPARISON,
    FIELD,
    FIGURE,
    HEAD,
    SECTION,
    SECTION_WIDTHS,
    TEXT,
    TEXT_STYLES,
)
from clusterxl.resources import form_folder, packaged_ids, rules_folder
from clusterxl.sentences import use_language

GUANGDONG = "gd-cluster-2023"


@pytest.fixture
def forms(repository: Path) -> Path:
    return repository / "tests" / "data" / "forms"


@pytest.fixture
def harvest(forms: Path, tmp_path: Path) -> Path:
    """A copy of the form with years that a test may change."""
    return Path(shutil.copytree(forms / "harvest-years", tmp_path / "harvest-years"))


def test_the_packaged_form_is_found_by_its_id() -> None:
    assert GUANGDONG in packaged_forms() == packaged_ids()
    form = load_form(GUANGDONG)
    assert (form.id, form.source, form.base_year) == (GUANGDONG, GUANGDONG, 2022)
    assert form_folder(GUANGDONG) == rules_folder(GUANGDONG).parents[1] / "templates" / GUANGDONG  # type: ignore[union-attr]
    assert (form_folder("no"), rules_folder("no")) == (None, None)


@pytest.mark.parametrize("name", ["farm-survey", "harvest-years", "one-field"])
def test_the_test_forms_are_good(name: str, forms: Path) -> None:
    assert lint_form(forms / name) == ()
    form = load_form(str(forms / name))
    assert form.id == name
    assert set(lay_out(form).places) == set(form.by_key)


def test_everything_left_out_has_its_default(forms: Path) -> None:
    form = load_form(forms / "one-field")
    assert (form.title, form.short_title, form.none_word) == ("Head count", "Head count", "")
    assert (form.base_year, form.years, form.levels, form.subject) == (None, (), (), "")
    assert form.subject_noun == "subject"
    assert form.comparison == ComparisonSpec(title="Head count", lead="sheep")
    section = form.sections[0]
    assert (section.name, section.title, section.kind) == ("Head count", "", SectionKind.PAGE)
    assert (section.page, section.page_height, section.widths) == (0, 846, {})
    assert form.fields["sheep"] == Field(
        id="sheep",
        label="Sheep",
        type=FieldType.COUNT,
        none_allowed=False,
        none_means=NoneMeans.ZERO,
        minimum=0,
        aggregate=Aggregate(kind=AggregateKind.SUM),
    )


def test_defaults_follow_type_block_and_language(forms: Path) -> None:
    farm = load_form(forms / "farm-survey")
    region, water = farm.fields["region"], farm.fields["water"]
    assert region.aggregate.kind is water.aggregate.kind is AggregateKind.COUNT
    assert (region.required, water.required) == (True, False)
    assert farm.fields["turnover"].decimals is None
    assert farm.fields["crops"].columns == (
        Item(id="area", label="Area (ha)"),
        Item(id="harvest", label="Harvest (t)"),
    )
    assert farm.fields["target_own"].required is False
    assert {a.required for a in farm.block_of("machines").fields} == {False}
    assert [a.required for a in farm.block_of("evidence").fields] == [True, False]
    assert load_form(GUANGDONG).fields["rd_growth"].decimals == 2
    harvest = load_form(forms / "harvest-years").fields
    assert [harvest[name].none_allowed for name in ("county", "wheat")] == [False, True]
    assert harvest["wheat_yield"].none_means is NoneMeans.ZERO


def test_aggregates_and_comparison(forms: Path) -> None:
    farm = load_form(forms / "farm-survey")
    mean = farm.fields["organic_share"].aggregate
    assert mean == Aggregate(kind=AggregateKind.MEAN, weight="farmed_area")
    ratio = farm.fields["turnover_per_member"].aggregate
    assert (ratio.kind, ratio.over, ratio.times) == ("ratio", ("turnover", "members"), 1e6)
    turnover, members, _ = farm.comparison.figures
    assert (turnover.label, turnover.measure, turnover.divide) == ("Turnover", "million EUR", 1)
    assert (members.measure, members.divide, members.places) == (
        "thousand",
        1000,
        ("card", "subject"),
    )


def test_years_are_filled_in_for_the_base_year(forms: Path) -> None:
    form = load_form(forms / "harvest-years")
    assert (form.title, form.years) == ("Harvests 2023 and 2024", (2023, 2024))
    later = load_form(forms / "harvest-years", base_year=2031)
    assert (later.title, later.short_title) == ("Harvests 2030 and 2031", "Harvests 2031")
    assert later.sections[0].sheet == "Harvest 2031"
    assert later.fields["wheat_yield"].label == "Yield of wheat since 2030"
    assert {"wheat_2030", "wheat_2031", "note_wheat_yield_2030"} <= set(later.by_key)
    assert later.version == form.version
    assert load_form(forms / "farm-survey").sections[0].blocks[0].texts[0].text.endswith("{EUR}.")


def test_a_base_year_for_a_form_without_years_is_refused(forms: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_form(forms / "farm-survey", base_year=2024)
    assert caught.value.code == "form_file.has_no_years"


@pytest.mark.parametrize("year", [0, 24, 20240])
def test_a_base_year_that_is_none_is_refused(year: int, forms: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_form(forms / "harvest-years", base_year=year)
    assert caught.value.code == "form_file.odd_base_year"


@pytest.mark.parametrize("wanted", ["gd-cluster-2022", "no/such/folder", Path("no-such")])
def test_an_unknown_form_is_named_with_those_there_are(wanted: str | Path) -> None:
    for act in (load_form, lint_form):
        with pytest.raises(UnknownFormError, match=GUANGDONG) as caught:
            act(wanted)
        assert str(wanted) in str(caught.value)


def test_the_head_file_stands_for_its_folder(forms: Path) -> None:
    assert load_form(forms / "one-field" / "form.toml").id == "one-field"


def test_the_version_is_that_of_the_definition(harvest: Path) -> None:
    def version() -> str:
        return load_form(harvest).version

    first = version()
    assert re.fullmatch(r"[0-9a-f]{12}", first)
    for path in (harvest / "form.toml", harvest / "lists" / "parishes.csv"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    (harvest / "simulate.toml").write_bytes(b"not toml at all")
    (harvest / "rules").mkdir()
    (harvest / "rules" / "x.toml").write_bytes(b"[[rule]]\n")
    head = harvest / "form.toml"
    head.write_bytes(b"# a remark\r\n" + head.read_bytes() + b'\n[comparison]\ntitle = "T"\n')
    assert version() == first
    with (harvest / "lists" / "parishes.csv").open("ab") as file:
        file.write(b"3301,Westshire,Dore,urban\n")
    assert version() != first


def test_files_are_joined_in_the_order_of_their_names(harvest: Path) -> None:
    for name in ("b", "a"):
        (harvest / f"{name}.toml").write_text(
            f'[[section]]\nid = "{name}"\nsheet = "{name}"\n[[section.block]]\nkind = "text"\n'
            '[[section.block.text]]\ntext = "x"\n',
            encoding="utf-8",
        )
    assert [section.id for section in load_form(harvest).sections] == ["harvest", "a", "b"]


def test_a_toml_file_may_begin_with_a_byte_order_mark(harvest: Path) -> None:
    path = harvest / "form.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_form(harvest).id == "harvest-years"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_lists_come_in_any_usual_encoding(encoding: str, harvest: Path) -> None:
    path = harvest / "lists" / "parishes.csv"
    text = "code,county,parish,type\n4401,广州市,荔湾区,区\n4419,东莞市,东城街道,镇街\n"
    path.write_bytes(text.encode(encoding))
    form = load_form(harvest)
    assert form.options_of(form.fields["county"]) == ("广州市", "东莞市")
    assert form.options_of(form.fields["parish"], "东莞市") == ("东城街道",)


def test_the_broken_form_shows_all_its_mistakes_at_once(forms: Path) -> None:
    expected = (forms / "broken" / "mistakes.txt").read_text(encoding="utf-8").splitlines()
    with pytest.raises(DefinitionError) as caught:
        load_form(forms / "broken")
    found = caught.value.mistakes
    assert [f"{m.file}:{m.line}: {m.code} [{m.path}]" for m in found] == expected
    assert len(str(caught.value).splitlines()) == 1 + len(expected)


def test_the_example_of_the_docs_is_a_good_form(repository: Path, tmp_path: Path) -> None:
    docs = (repository / "docs" / "form-language.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", docs, re.DOTALL)
    (tmp_path / "form.toml").write_text(example, encoding="utf-8")
    assert lint_form(tmp_path) == ()
    form = load_form(tmp_path)
    assert set(lay_out(form).places) == set(form.by_key)
    named = re.findall(r"# keys: (.*)", example)
    assert named
    assert {key for keys in named for key in keys.split(", ")} <= set(form.by_key)


def test_the_docs_name_every_key_and_style(repository: Path) -> None:
    docs = (repository / "docs" / "form-language.md").read_text(encoding="utf-8")
    shapes = (HEAD, SECTION, SECTION_WIDTHS, BLOCK, TEXT, FIELD, COMPARISON, FIGURE)
    words = {key for shape in shapes for key in shape} | set(TEXT_STYLES)
    assert {
        w for w in words if not re.search(rf"(`|^ +|\[|\.){w}(`| =|\]|\.)", docs, re.M)
    } == set()


@given(st.text(st.characters(exclude_categories=["Cc", "Cn", "Cs"])), st.sampled_from([None, 2024]))
def test_doubled_braces_become_the_text_they_stand_for(text: str, base_year: int | None) -> None:
    mistakes = Mistakes()
    doubled = text.replace("{", "{{").replace("}", "}}")
    entry = Entry(file="form.toml", table={"a": {"b": [doubled]}}, lines={})
    assert fill_years(entry, base_year, mistakes).table == {"a": {"b": [text]}}
    assert mistakes.in_order() == ()


@given(st.integers(-999, 999))
def test_each_token_is_its_year(offset: int) -> None:
    use_language("zh")
    entry = Entry(file="form.toml", table={"a": f"{{base{offset:+}}} {{base}}"}, lines={})
    filled = fill_years(entry, 2022, Mistakes())
    assert filled.table["a"] == f"{2022 + offset} 2022"


CELLS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=8).map(
    str.strip
)


@given(
    st.lists(st.tuples(CELLS, CELLS).filter(all), max_size=5),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
)
def test_a_table_is_read_as_it_was_written(rows: list[tuple[str, str]], encoding: str) -> None:
    out = StringIO()
    csv.writer(out).writerows([("甲", "b"), *rows])
    table = read_table(out.getvalue().encode(encoding))
    assert table.header == ("甲", "b")
    assert [row.cells for row in table.rows] == rows
