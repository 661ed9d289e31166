"""Rules looked at as a whole: what repeats, contradicts, or never says anything."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hand_returns import FORMS

from clusterxl.cli.group import cli
from clusterxl.form.file import load_form
from clusterxl.ruleset.audit import suspect_rules
from clusterxl.ruleset.lint import lint_rules
from clusterxl.ruleset.nodes import Comparison, Every, Number, NumberOf, Opposite, Some
from clusterxl.ruleset.spans import Span, spans_of

PARAMETER = '[parameter.x]\nlabel = "X"\nvalue = 90\nsource = "S"\n'


def rule(name: str, check: str, *more: str) -> str:
    lines = (
        f'id = "{name}"',
        'severity = "warning"',
        'kind = "logic"',
        'title = "T"',
        f"check = '{check}'",
        'message = "M {label}"',
        'margin = "m"',
        *more,
    )
    return "\n".join(("[[rule]]", *lines, "", ""))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FORMS / "all-checks", tmp_path / "form")
    (tmp_path / "form" / "rules").mkdir()
    return tmp_path / "form"


def mistakes_in(folder: Path, *rules: str) -> list[tuple[int, str]]:
    write(folder, *rules)
    return [(found.line, found.code) for found in lint_rules(load_form(folder))]


def doubts_in(folder: Path, *rules: str) -> list[tuple[int, str]]:
    write(folder, *rules)
    return [(found.line, found.code) for found in suspect_rules(load_form(folder))]


def write(folder: Path, *rules: str) -> None:
    (folder / "rules" / "10.toml").write_text("".join(rules), encoding="utf-8")


class TestRepeated:
    def test_told_once_at_the_later_rule_with_both_places(self, folder: Path) -> None:
        loop = 'for = { y = ["base-1", "base"] }'
        write(folder, rule("A-1", "output[y] > 0", loop), rule("A-2", "output[y] > 0", loop))
        (found,) = lint_rules(load_form(folder))
        assert (found.file, found.line, found.code) == (
            "rules/10.toml",
            11,
            "rule_file.duplicate",
        )
        assert "A-1 (rules/10.toml:1)" in found.message

    def test_a_rule_of_the_definition_may_be_the_first(self, folder: Path) -> None:
        found = mistakes_in(folder, rule("A-1", "filled(name)"))
        assert found == [(1, "rule_file.duplicate")]

    def test_words_and_order_of_guards_do_not_matter(self, folder: Path) -> None:
        one = rule("A-1", "growth > 1", 'when = "area > 2"')
        other = rule("A-2", "growth  >  1.0", 'when = "area>2"')
        assert mistakes_in(folder, one, other) == [(11, "rule_file.duplicate")]

    @pytest.mark.parametrize(
        "other",
        [
            rule("A-2", "growth > 1", 'when = "area > 2"'),
            rule("A-2", "growth > 2"),
            rule("A-2", "1 < growth and area > 0"),
        ],
    )
    def test_what_differs_is_no_repetition(self, folder: Path, other: str) -> None:
        assert mistakes_in(folder, rule("A-1", "growth > 1"), other) == []


class TestContradicting:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("growth >= 10", "growth < 10"),
            ("growth > 10", "growth <= 10"),
            ("growth == 1", "growth == 2"),
            ("growth >= 10", "5 >= growth"),
            ("growth >= 10", "not growth > 5"),
            ("growth >= 10 and area > 0", "growth < 10"),
            ('growth >= p["x"]', "growth < 90"),
        ],
    )
    def test_no_number_satisfies_both(self, folder: Path, one: str, other: str) -> None:
        head = PARAMETER if "p[" in one else ""
        found = mistakes_in(folder, head, rule("A-1", one), rule("A-2", other))
        assert [code for _, code in found] == ["rule_file.contradiction"]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("growth >= 10", "growth <= 10"),
            ("growth > 10", "growth != 11"),
            ("growth > 10", "growth < 5 or area > 0"),
            ("growth > area", "growth < 5"),
            ("growth > 10", "area < 5"),
        ],
    )
    def test_some_number_satisfies_both(self, folder: Path, one: str, other: str) -> None:
        assert mistakes_in(folder, rule("A-1", one), rule("A-2", other)) == []

    def test_the_limits_of_the_field_count_too(self, folder: Path) -> None:
        found = mistakes_in(folder, rule("A-1", "share[base] > 100"))
        assert found == [(1, "rule_file.contradiction")]

    def test_rules_for_different_cases_may_differ(self, folder: Path) -> None:
        small = rule("A-1", "growth < 5", 'when = "area < 1"')
        large = rule("A-2", "growth > 9", 'when = "area >= 1"')
        assert mistakes_in(folder, small, large) == []
        assert mistakes_in(folder, small, rule("A-2", "growth > 9")) == [
            (11, "rule_file.contradiction")
        ]


class TestDoubts:
    def test_good_rules_raise_none(self, folder: Path) -> None:
        assert doubts_in(folder, rule("A-1", "growth > 1"), rule("A-2", "growth <= area")) == []

    @pytest.mark.parametrize(
        ("check", "when", "code"),
        [
            ("growth > 1 or growth <= 1", "", "never_fails"),
            ("growth * growth < -1", "", "never_passes"),
            ("growth > 1", "growth > 5 and growth < 5", "never_applies"),
            ("needed(name)", "filled(name)", "constant"),
        ],
    )
    def test_what_never_says_anything(self, folder: Path, check: str, when: str, code: str) -> None:
        found = doubts_in(folder, rule("A-1", check, f'when = "{when}"'))
        assert found == [(1, f"rule_doubt.{code}")]

    def test_an_unset_parameter_is_told_apart(self, folder: Path) -> None:
        found = doubts_in(folder, '[parameter.x]\nlabel = "X"\n', rule("A-1", 'growth > p["x"]'))
        assert found == [(3, "rule_doubt.unset")]

    def test_only_the_places_that_say_nothing_are_named(self, folder: Path) -> None:
        always = "output[y] > 0 or y > 2021 or output[y] <= 0 and y > 2020"
        base = load_form(folder).base_year or 0
        loop = f"for = {{ y = [{base - 1}, {base}] }}"
        write(folder, rule("A-1", always.replace("2021", str(base - 1)), loop))
        (found,) = suspect_rules(load_form(folder))
        assert found.code == "rule_doubt.never_fails"

    def test_none_while_rules_cannot_be_read(self, folder: Path) -> None:
        bad = rule("A-2", "growht > 1")
        assert doubts_in(folder, rule("A-1", "growth > 1 or growth <= 1"), bad) == []


class TestCommand:
    def test_doubts_do_not_change_the_exit_code(self, folder: Path) -> None:
        write(folder, rule("A-1", "growth > 1 or growth <= 1"))
        result = CliRunner().invoke(cli, ["form", "lint", str(folder)])
        assert result.exit_code == 0
        assert "rules/10.toml:1" in result.stdout

    def test_mistakes_come_first(self, folder: Path) -> None:
        write(
            folder,
            rule("A-1", "growth > 1 or growth <= 1"),
            rule("A-2", "growth > 1 or growth <= 1"),
        )
        result = CliRunner().invoke(cli, ["form", "lint", str(folder)])
        assert result.exit_code == 2
        assert result.stdout == ""
        lines = [line for line in result.stderr.splitlines() if "rules/10.toml" in line]
        assert [line.split(":")[1] for line in lines] == ["10", "1", "10"]


def test_spans() -> None:
    number = NumberOf("f")
    least, most = Comparison(">=", number, Number(1)), Comparison(">", Number(3), number)
    assert spans_of(Every((least, most))) == {"f": Span(low=1, high=3, is_high_in=False)}
    assert spans_of(Opposite(least)) == {"f": Span(high=1, is_high_in=False)}
    # What may hold in either of two ways says nothing of one number.
    assert spans_of(Some((least, most))) == {}
    assert spans_of(Opposite(Every((least, most)))) == {}


def test_the_packaged_form_is_in_doubt_only_where_parameters_are_unset() -> None:
    form = load_form("gd-cluster-2023")
    assert {found.code for found in suspect_rules(form)} <= {"rule_doubt.unset"}
