"""Forms as other departments might write them, drawn: all blocks, comparisons and rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from drawn_forms import PLACES, Maker, write_form
from hypothesis import strategies as st

# Whatever Excel, XML, HTML, CSV or our own templates might take for something else.
SIGNS = (
    *("=1+1", "+A1", "-5 °C", "@home", "'quoted", "#N/A", "TRUE", "007", "1e5", "50%", "_x0041_"),
    *("<b>&amp;</b>", "]]>", "</script><!--", "a;b,c\t", "{{base}}", "[0]", "L" * 300, "无", "—"),
    *(
        "Output (t, 2022)",
        "&P of &N",
        "★ 总产值（亿元）",
        '"',
        "two\nlines",
        "☑是",
        "$A$1",
        "é" * 40,
    ),
)
LABELS = st.sampled_from(SIGNS) | st.text(
    st.sampled_from("abcXYZ 产业（）&<=+'\""), max_size=20
).map(lambda text: f"L{text}".rstrip())
BANDS = ("any", "numbers", "choices", "texts", "any")
FEW = st.integers(0, 3).map(lambda n: n == 0)


@st.composite
def wide_definitions(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """Draw the definition of a form, and its rules as a file."""
    maker = _WideMaker(
        draw, has_years=draw(st.booleans()), none_word=draw(st.sampled_from(["", "无", "n/a"]))
    )
    form: dict[str, Any] = {
        "id": "drawn",
        "title": draw(LABELS),
        "language": draw(st.sampled_from(["zh", "en"])),
    }
    if maker.none_word:
        form["none"] = maker.none_word
    if maker.has_years:
        form |= {"base_year": 2022, "years": draw(st.integers(1, 4))}
    first: list[dict[str, Any]] = []
    if draw(st.booleans()):
        form["subject"] = "name"
        form["subject_noun"] = draw(LABELS)
        first.append(maker.subject())
    levels = maker.levels()[: draw(st.integers(0, 2))]
    if levels:
        form["levels"] = [level["id"] for level in levels]
        first += levels
    sections = [maker.section("page", [{"kind": "rows", "field": [*first, *maker.fields()]}])]
    kinds = draw(st.lists(st.sampled_from(["page", "flow", "cover", "list"]), max_size=2))
    sections += [maker.section(kind, maker.blocks(kind)) for kind in kinds]
    if maker.has_evidence:
        sections.append(maker.section("list", [maker.evidence()]))
    form["section"] = sections
    if draw(st.booleans()):
        form["comparison"] = _comparison(draw, form)
    return form, _rules(draw, form)


def write_wide_form(folder: Path, drawn: tuple[dict[str, Any], str]) -> Path:
    """Write a drawn form and its rules as a folder."""
    form, rules = drawn
    write_form(folder, form)
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "10.toml").write_text(rules, encoding="utf-8", newline="\n")
    return folder


class _WideMaker(Maker):
    """Makes what small forms do not have: sums, personal questions, odd labels, one kind only."""

    def __init__(self, draw: st.DrawFn, *, has_years: bool, none_word: str) -> None:
        super().__init__(draw, has_years=has_years, none_word=none_word)
        self._band = draw(st.sampled_from(BANDS))
        self._plain_numbers: list[str] = []

    def fields(self) -> list[dict[str, Any]]:
        """Draw the questions of a block of rows, in some forms of one kind only."""
        makers: dict[str, list[Callable[[], dict[str, Any]]]] = {
            "numbers": [self.number, self.count],
            "choices": [self.choice, self.ticks],
            "texts": [self.text, self.pick, self.other],
        }
        makers["any"] = [maker for each in makers.values() for maker in each]
        wanted = st.lists(st.sampled_from(makers[self._band]), min_size=1, max_size=5)
        return [self._dressed(make()) for make in self.draw(wanted)]

    def rows(self) -> dict[str, Any]:
        return {"kind": "rows", "field": self.fields()}

    def blocks(self, kind: str) -> list[dict[str, Any]]:
        found = super().blocks(kind)
        for block in found:
            for field in block["field"]:
                self._dressed(field, in_table=block["kind"] != "rows")
        return found

    def _dressed(self, field: dict[str, Any], *, in_table: bool = False) -> dict[str, Any]:
        """Give a question an odd label, a way of summing up, or make it personal."""
        draw = self.draw
        if not field.get("beside"):
            field["label"] = draw(LABELS)
        if not in_table and draw(FEW):
            field["group"] = draw(st.sampled_from(["G", "L" * 60]))
        if field["type"] == "count" or (field["type"] == "number" and not in_table):
            self._sum_up(field)
        elif draw(FEW):
            field["personal"] = True
        if not in_table and field["type"] in ("choice", "text", "pick"):
            self._ask_each_year(field)
        return field

    def _sum_up(self, field: dict[str, Any]) -> None:
        draw = self.draw
        field["measure"] = draw(st.sampled_from(["t", "%", "亿元", "<m>&"]))
        field["aggregate"] = draw(st.sampled_from(["sum", "sum", "count", "none"]))
        if "items" in field or field.get("years"):
            return
        others = [name for name in self._plain_numbers if name != field["id"]]
        if others:
            one, two = (draw(st.sampled_from(others)) for _ in range(2))
            ways: list[Any] = [
                field["aggregate"],
                {"mean": one},
                {"ratio": [one, two], "times": 100},
            ]
            field["aggregate"] = draw(st.sampled_from(ways))
        self._plain_numbers.append(field["id"])

    def _ask_each_year(self, field: dict[str, Any]) -> None:
        if self.has_years and self.draw(FEW):
            field["years"] = True
            if field["type"] == "text" and self.draw(st.booleans()):
                field["max_chars"] = 120


def _fields(form: Mapping[str, Any], *others: str) -> Iterator[dict[str, Any]]:
    for section in form["section"]:
        for block in section["block"]:
            if block["kind"] not in ("list", "evidence", *others):
                yield from block["field"]


def _single(form: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the questions with one cell, by which rules can name them."""
    rows = _fields(form, "matrix", "targets")
    return [field for field in rows if not field.get("years")]


def _comparison(draw: st.DrawFn, form: Mapping[str, Any]) -> dict[str, Any]:
    open_to_all = [field for field in _fields(form) if not field.get("personal")]
    numbers = [f["id"] for f in open_to_all if f["type"] in ("number", "count")]
    choices = [f["id"] for f in open_to_all if f["type"] == "choice"]
    found: dict[str, Any] = {"title": draw(LABELS)}
    if numbers:
        chosen = draw(st.lists(st.sampled_from(numbers), max_size=8, unique=True))
        found["lead"] = draw(st.sampled_from(numbers))
        found["figure"] = [
            {"field": name, "label": draw(LABELS), "divide": draw(st.sampled_from([1, 1000]))}
            for name in chosen
        ]
        found |= draw(st.sampled_from([{}, {"lead_line": 40, "growth_line": 10}, {"lead_line": 0}]))
    if choices:
        found["mix"] = draw(st.sampled_from(choices))
    if form.get("levels"):
        found |= {"group_noun": draw(LABELS), "whole": draw(LABELS)}
        if draw(st.booleans()):
            found["tiles"] = [[PLACES[0][0], ""], ["", PLACES[2][0]]]
    return found


def _rules(draw: st.DrawFn, form: Mapping[str, Any]) -> str:
    """Draw rules of each severity and kind over the questions of one cell."""
    numbers = [f["id"] for f in _single(form) if f["type"] in ("number", "count")]
    texts = [f["id"] for f in _single(form) if f["type"] == "text" and not f.get("personal")]
    set_to = draw(st.sampled_from(["", 'value = 40\nsource = "<a> & b"\n']))
    text = ""
    if numbers:
        text = f'[parameter."least = 1"]\nlabel = "Least <b>"\noperator = ">="\n{set_to}'
        one, two = draw(st.sampled_from(numbers)), draw(st.sampled_from(numbers))
        limit = "p['least = 1']"
        text += _rule("DRAWN-01", "warning", "criterion", f"{one} >= {limit}")
        text += _rule("DRAWN-02", "warning", "plan", f"{two} > 5 and {one} < {limit}")
        text += _rule("DRAWN-03", "error", "logic", f"{one} + {two} != 7")
        if texts:
            name = draw(st.sampled_from(texts))
            text += _rule("DRAWN-04", "info", "value", f"zscore({one}, {name}) <= 3", "frame")
    if len(texts) > 1:
        text += _rule("DRAWN-05", "warning", "logic", f"unique({texts[0]}, {texts[1]})", "frame")
    return text


def _rule(code: str, severity: str, kind: str, check: str, target: str = "") -> str:
    targets = f'targets = ["{target}"]\n' if target else ""
    return (
        f'[[rule]]\nid = "{code}"\nseverity = "{severity}"\nkind = "{kind}"\n'
        f'title = "Rule {code} <&>"\ncheck = "{check}"\n{targets}'
        'message = "{label}: {value}, please check."\nmargin = "odd"\n'
    )
